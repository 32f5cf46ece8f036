//! Brings what an engine gave into the form that a mart declares: its columns, their order and types, sorted by the
//! grain. Loses nothing: what would be rounded or cut off is an error. Knows no engine.

use crate::model::name::ColumnName;
use crate::pipeline::Mart;
use arrow::array::ArrayRef;
use arrow::array::RecordBatch;
use arrow::array::RecordBatchOptions;
use arrow::compute::CastOptions;
use arrow::compute::SortColumn;
use arrow::compute::SortOptions;
use arrow::compute::cast_with_options;
use arrow::compute::lexsort_to_indices;
use arrow::compute::take_record_batch;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use arrow::util::display::FormatOptions;

/// Why a result is not what its mart declares.
#[derive(Debug, thiserror::Error)]
pub enum ConformError {
    #[error("the query gives no column {column}, which the mart declares")]
    Missing { column: ColumnName },
    #[error("the query gives the column {column:?}, which the mart does not declare")]
    Undeclared { column: Box<str> },
    #[error("column {column} is declared {declared}, but the query gives {given}")]
    Type {
        column: ColumnName,
        declared: DataType,
        given: DataType,
    },
    #[error("column {column} holds a value that does not fit {declared}")]
    Value {
        column: ColumnName,
        declared: DataType,
        source: ArrowError,
    },
    #[error("cannot sort the rows by the grain")]
    Sort { source: ArrowError },
}

/// The rows as the mart declares them, sorted by the grain and then, so that duplicates too have one order, by the
/// other columns. NULL is last.
///
/// # Errors
/// When a column is missing, undeclared, of another type, or has a value that does not fit.
pub fn conform(mart: &Mart, given: &RecordBatch) -> Result<RecordBatch, ConformError> {
    for field in given.schema().fields() {
        if mart.column(field.name()).is_none() {
            return Err(ConformError::Undeclared {
                column: field.name().as_str().into(),
            });
        }
    }
    let mut columns = Vec::new();
    for column in &mart.columns {
        let array =
            given
                .column_by_name(column.name.as_str())
                .ok_or_else(|| ConformError::Missing {
                    column: column.name.clone(),
                })?;
        columns.push(convert(&column.name, array, &column.ty.arrow())?);
    }
    let options = RecordBatchOptions::new().with_row_count(Some(given.num_rows()));
    let batch = RecordBatch::try_new_with_options(mart.arrow(), columns, &options)
        .map_err(|source| ConformError::Sort { source })?;
    sorted(&batch, &mart.grain)
}

fn sorted(batch: &RecordBatch, grain: &[ColumnName]) -> Result<RecordBatch, ConformError> {
    let options = Some(SortOptions {
        descending: false,
        nulls_first: false,
    });
    let schema = batch.schema();
    let rest = schema.fields().iter().map(|field| field.name().as_str());
    let rest = rest.filter(|name| grain.iter().all(|key| key.as_str() != *name));
    let keys: Vec<SortColumn> = grain
        .iter()
        .map(ColumnName::as_str)
        .chain(rest)
        .filter_map(|name| batch.column_by_name(name))
        .map(|values| SortColumn {
            values: ArrayRef::clone(values),
            options,
        })
        .collect();
    if keys.is_empty() || batch.num_rows() < 2 {
        return Ok(batch.clone());
    }
    let sort = |source| ConformError::Sort { source };
    let order = lexsort_to_indices(&keys, None).map_err(sort)?;
    take_record_batch(batch, &order).map_err(sort)
}

fn convert(
    column: &ColumnName,
    array: &ArrayRef,
    declared: &DataType,
) -> Result<ArrayRef, ConformError> {
    let given = array.data_type();
    if given == declared {
        return Ok(ArrayRef::clone(array));
    }
    if !keeps_all(given, declared) {
        let (declared, given) = (declared.clone(), given.clone());
        return Err(ConformError::Type {
            column: column.clone(),
            declared,
            given,
        });
    }
    let options = CastOptions {
        safe: false,
        format_options: FormatOptions::default(),
    };
    cast_with_options(array, declared, &options).map_err(|source| ConformError::Value {
        column: column.clone(),
        declared: declared.clone(),
        source,
    })
}

/// Whether every value that fits at all keeps its digits.
fn keeps_all(given: &DataType, declared: &DataType) -> bool {
    match (given, declared) {
        (DataType::Null, _)
        | (DataType::LargeUtf8 | DataType::Utf8View, DataType::Utf8)
        | (DataType::Timestamp(_, _), DataType::Timestamp(_, _))
        | (DataType::Decimal128(_, _) | DataType::Decimal256(_, _), DataType::Float64) => true,
        (
            DataType::Decimal128(_, from) | DataType::Decimal256(_, from),
            DataType::Decimal128(_, to),
        ) => from <= to,
        (from, DataType::Int64 | DataType::Decimal128(_, _)) => from.is_integer(),
        (from, DataType::Float64) => from.is_integer() || from.is_floating(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_keeps_its_digits_is_converted() {
        let decimal = |precision, scale| DataType::Decimal128(precision, scale);
        for (given, declared, keeps) in [
            (DataType::Int32, DataType::Int64, true),
            (DataType::UInt64, DataType::Int64, true),
            (DataType::Int64, DataType::Float64, true),
            (DataType::Int64, decimal(18, 4), true),
            (decimal(38, 4), decimal(18, 4), true),
            (decimal(38, 6), decimal(18, 4), false),
            (decimal(38, 4), DataType::Float64, true),
            (DataType::Float64, decimal(18, 4), false),
            (DataType::Float64, DataType::Int64, false),
            (DataType::Utf8, DataType::Date32, false),
            (DataType::Null, DataType::Date32, true),
            (DataType::LargeUtf8, DataType::Utf8, true),
        ] {
            assert_eq!(keeps_all(&given, &declared), keeps, "{given} -> {declared}");
        }
    }
}
