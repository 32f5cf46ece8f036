//! Columns of an output -> a batch with exactly the table's schema.

use crate::model::table::Table;
use crate::normalise::Columns;
use crate::normalise::NormaliseError;
use crate::normalise::identity::Identity;
use crate::normalise::period;
use crate::normalise::period::Placing;
use arrow::array::ArrayRef;
use arrow::array::Int64Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use arrow::array::new_null_array;
use arrow::compute::is_not_null;
use arrow::compute::kernels::zip::zip;
use std::sync::Arc;

/// What every row of a table of one report carries.
pub struct Lineage<'a> {
    pub report_id: &'a str,
    pub family: &'a str,
    pub identity: &'a Identity,
}

/// Lays `columns` into the table's schema. `rows` are the source rows; columns that the report lacks are null.
///
/// # Errors
/// When a column's type is not the table's: a fault of this program.
pub fn assemble(
    table: &Table,
    placing: &Placing,
    lineage: &Lineage<'_>,
    columns: &Columns,
    rows: &[u32],
) -> Result<RecordBatch, NormaliseError> {
    let n = columns.n_rows();
    let identity = lineage.identity;
    let text = |value: &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(std::iter::repeat_n(value, n)))
    };
    let placed = period::columns(placing, columns, identity.market);
    let schema = table.arrow();
    let arrays = schema
        .fields()
        .iter()
        .map(|field| {
            let name = field.name().as_str();
            let own = placed
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, array)| array.clone());
            if let Some(array) = own {
                return Ok(array);
            }
            let given = columns.get(name).cloned();
            let array = match (name, table.period.is_some()) {
                ("account", true) => text(&identity.account),
                ("marketplace", true) => match identity.market {
                    Some(market) => text(market.code()),
                    None => match (given, identity.market_of_blank) {
                        (Some(array), Some(market)) => {
                            zip(&is_not_null(&array)?, &array, &text(market.code()))?
                        }
                        (Some(array), None) => array,
                        (None, _) => new_null_array(field.data_type(), n),
                    },
                },
                ("family", true) => text(lineage.family),
                ("observed_at", true) => period::instant_column(identity.observed_at, n),
                ("observed_from", true) => text(identity.observed_from.as_str()),
                ("report_id", true) => text(lineage.report_id),
                ("source_row", true) => Arc::new(Int64Array::from_iter_values(
                    rows.iter().map(|row| i64::from(*row)),
                )),
                // The rows' own word first; where they are silent, the currency of the table.
                ("currency", true) => match (given, &identity.currency) {
                    (Some(array), Some(code)) => zip(&is_not_null(&array)?, &array, &text(code))?,
                    (Some(array), None) => array,
                    (None, Some(code)) => text(code),
                    (None, None) => row_currency(columns, n),
                },
                _ => given.unwrap_or_else(|| new_null_array(field.data_type(), n)),
            };
            Ok(array)
        })
        .collect::<Result<Vec<ArrayRef>, arrow::error::ArrowError>>()?;
    Ok(RecordBatch::try_new(schema, arrays)?)
}

/// Where each row names its marketplace and none its currency, money is in the marketplace's currency.
fn row_currency(columns: &Columns, n: usize) -> ArrayRef {
    use arrow::array::AsArray;
    let codes: StringArray = match columns
        .get("marketplace")
        .and_then(|array| array.as_string_opt::<i32>())
    {
        Some(markets) => markets
            .iter()
            .map(|code| {
                code.and_then(crate::model::market::Market::by_code)
                    .map(crate::model::market::Market::currency)
            })
            .collect(),
        None => std::iter::repeat_n(None::<&str>, n).collect(),
    };
    Arc::new(codes)
}
