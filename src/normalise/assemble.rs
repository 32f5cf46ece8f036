//! Columns of an output -> a batch with exactly the table's schema.

use crate::model::table::Table;
use crate::normalise::Columns;
use crate::normalise::NormaliseError;
use crate::normalise::identity::Identity;
use crate::normalise::period;
use crate::normalise::period::Placing;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::Int64Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use arrow::array::new_null_array;
use arrow::compute::is_not_null;
use arrow::compute::kernels::zip::zip;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What every row of a table of one report carries.
pub struct Lineage<'a> {
    pub report_id: &'a str,
    pub family: &'a str,
    pub identity: &'a Identity,
}

/// Lays chunk after chunk of one report into the schema of one table.
pub struct Assembly<'a> {
    table: &'a Table,
    placing: &'a Placing,
    lineage: &'a Lineage<'a>,
    /// Columns that say the same in every row, by position: made for the longest chunk so far, of which others take a part.
    repeated: BTreeMap<usize, ArrayRef>,
}

impl<'a> Assembly<'a> {
    pub fn of(table: &'a Table, placing: &'a Placing, lineage: &'a Lineage<'a>) -> Self {
        Self {
            table,
            placing,
            lineage,
            repeated: BTreeMap::new(),
        }
    }

    /// Lays `columns` into the table's schema. `rows` are the source rows; columns that the report lacks are null.
    ///
    /// # Errors
    /// When a column's type is not the table's: a fault of this program.
    pub fn lay(&mut self, columns: &Columns, rows: &[u32]) -> Result<RecordBatch, NormaliseError> {
        let n = columns.n_rows();
        let identity = self.lineage.identity;
        let placed = period::columns(self.placing, columns, identity.market);
        let schema = self.table.arrow();
        let has_period = self.table.period.is_some();
        let mut arrays = Vec::with_capacity(schema.fields().len());
        for (at, field) in schema.fields().iter().enumerate() {
            let name = field.name().as_str();
            let own = placed.iter().find(|(known, _)| *known == name);
            if let Some((_, array)) = own {
                arrays.push(array.clone());
                continue;
            }
            let given = columns.get(name).cloned();
            arrays.push(match (name, has_period) {
                ("account", true) => self.text(at, &identity.account, n),
                ("marketplace", true) => match (identity.market, given) {
                    (Some(market), _) => self.text(at, market.code(), n),
                    (None, Some(array)) => match identity.market_of_blank {
                        Some(market) => self.filled(at, array, market.code())?,
                        None => array,
                    },
                    (None, None) => self.nothing(at, field.data_type(), n),
                },
                ("family", true) => self.text(at, self.lineage.family, n),
                ("observed_at", true) => {
                    self.same(at, n, |n| period::instant_column(identity.observed_at, n))
                }
                ("observed_from", true) => self.text(at, identity.observed_from.as_str(), n),
                ("report_id", true) => self.text(at, self.lineage.report_id, n),
                ("source_row", true) => Arc::new(Int64Array::from_iter_values(
                    rows.iter().map(|row| i64::from(*row)),
                )),
                // The rows' own word first; where they are silent, the currency of the table.
                ("currency", true) => match (given, &identity.currency) {
                    (Some(array), Some(code)) => self.filled(at, array, code)?,
                    (Some(array), None) => array,
                    (None, Some(code)) => self.text(at, code, n),
                    (None, None) => row_currency(columns, n),
                },
                (_, _) => match given {
                    Some(array) => array,
                    None => self.nothing(at, field.data_type(), n),
                },
            });
        }
        Ok(RecordBatch::try_new(schema, arrays)?)
    }

    /// The first `n` rows of a column that says the same in all.
    fn same(&mut self, at: usize, n: usize, make: impl Fn(usize) -> ArrayRef) -> ArrayRef {
        let long = self.repeated.entry(at).or_insert_with(|| make(n));
        if long.len() < n {
            *long = make(n);
        }
        long.slice(0, n)
    }

    fn text(&mut self, at: usize, value: &str, n: usize) -> ArrayRef {
        self.same(at, n, |n| {
            Arc::new(StringArray::from_iter_values(std::iter::repeat_n(value, n)))
        })
    }

    fn nothing(&mut self, at: usize, ty: &DataType, n: usize) -> ArrayRef {
        self.same(at, n, |n| new_null_array(ty, n))
    }

    /// The rows' own texts, and one for those that have none.
    fn filled(&mut self, at: usize, array: ArrayRef, value: &str) -> Result<ArrayRef, ArrowError> {
        if array.null_count() == 0 {
            return Ok(array);
        }
        let text = self.text(at, value, array.len());
        zip(&is_not_null(&array)?, &array, &text)
    }
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
