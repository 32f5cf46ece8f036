//! Which rows of a table are asked for: `KEY=VALUE`, read as the column's own type. Different keys must all hold; of one
//! key that is said several times, one value.

use crate::cli::query::StoredTable;
use crate::store::StoreError;
use crate::workspace::wire::nearest;
use anyhow::anyhow;
use arrow::array::Array as _;
use arrow::array::ArrayRef;
use arrow::array::BooleanArray;
use arrow::array::RecordBatch;
use arrow::array::Scalar;
use arrow::array::StringArray;
use arrow::compute::CastOptions;
use arrow::compute::cast_with_options;
use arrow::compute::filter_record_batch;
use arrow::compute::is_null;
use arrow::compute::kernels::boolean::and;
use arrow::compute::kernels::boolean::or;
use arrow::compute::kernels::cmp::eq;
use arrow::compute::prep_null_mask_filter;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use std::path::Path;
use std::sync::Arc;

/// Conditions, in the order in which their columns were first named.
#[derive(Debug)]
pub(super) struct Filter {
    only: Vec<Only>,
}

#[derive(Debug)]
struct Only {
    column: String,
    /// As written, with months made days, and as a value of the column; none: the column is empty.
    values: Vec<Option<(String, ArrayRef)>>,
}

impl Filter {
    /// # Errors
    /// When the table has no such column, or the text is no value of it.
    pub(super) fn parse(table: &StoredTable, keys: &[&str]) -> anyhow::Result<Self> {
        let mut only: Vec<Only> = Vec::new();
        for key in keys {
            let (column, text) = key.split_once('=').unwrap_or((key, ""));
            let Ok(field) = table.schema.field_with_name(column) else {
                let fields = table.schema.fields().iter();
                let names: Vec<&str> = fields.map(|field| field.name().as_str()).collect();
                let hint = nearest(column, &names)
                    .map_or_else(String::new, |near| format!("; did you mean {near}?"));
                return Err(anyhow!("{} has no column {column:?}{hint}", table.name));
            };
            let value = match text {
                "" => None,
                text => Some(value_of(text, field.data_type()).map_err(|_| {
                    anyhow!("{text:?} is no value of {column}, as {} has it", table.name)
                })?),
            };
            match only.iter_mut().find(|only| only.column == column) {
                Some(only) => only.values.push(value),
                None => only.push(Only {
                    column: column.to_owned(),
                    values: vec![value],
                }),
            }
        }
        Ok(Self { only })
    }

    /// Columns with the values that they may have, as texts.
    pub(super) fn texts(&self) -> Vec<(String, Vec<Option<String>>)> {
        let texts = |only: &Only| {
            let values = only.values.iter();
            values
                .map(|value| value.as_ref().map(|(text, _)| text.clone()))
                .collect()
        };
        self.only
            .iter()
            .map(|only| (only.column.clone(), texts(only)))
            .collect()
    }

    /// False for a file that lies in a folder of another value, `marketplace=US`: it need not be opened.
    pub(super) fn may_hold(&self, file: &Path) -> bool {
        let folders = || {
            file.iter()
                .filter_map(|part| part.to_str()?.split_once('='))
        };
        self.only.iter().all(|only| {
            let folder = folders().find(|(column, _)| *column == only.column);
            folder.is_none_or(|(_, value)| {
                let mut wanted = only.values.iter().flatten();
                wanted.any(|(text, _)| text == value)
            })
        })
    }

    /// The rows of a batch that are asked for.
    pub(super) fn kept(&self, path: &Path, batch: &RecordBatch) -> Result<RecordBatch, StoreError> {
        self.mask(batch)
            .and_then(|mask| match mask {
                Some(mask) => filter_record_batch(batch, &mask),
                None => Ok(batch.clone()),
            })
            .map_err(|source| StoreError::Rows {
                path: path.into(),
                source,
            })
    }

    fn mask(&self, batch: &RecordBatch) -> Result<Option<BooleanArray>, ArrowError> {
        let mut mask: Option<BooleanArray> = None;
        for only in &self.only {
            let Some(array) = batch.column_by_name(&only.column) else {
                continue;
            };
            let mut fits: Option<BooleanArray> = None;
            for value in &only.values {
                let one = match value {
                    None => is_null(array)?,
                    Some((_, value)) => plain(eq(array, &Scalar::new(value))?),
                };
                fits = Some(match fits {
                    Some(fits) => or(&fits, &one)?,
                    None => one,
                });
            }
            mask = match (mask, fits) {
                (Some(mask), Some(fits)) => Some(and(&mask, &fits)?),
                (mask, fits) => mask.or(fits),
            };
        }
        Ok(mask)
    }
}

/// An empty cell equals nothing.
fn plain(mask: BooleanArray) -> BooleanArray {
    if mask.null_count() == 0 {
        mask
    } else {
        prep_null_mask_filter(&mask)
    }
}

/// The text as it is compared, and as a column of one value.
fn value_of(text: &str, ty: &DataType) -> Result<(String, ArrayRef), ArrowError> {
    // A month may be written as one.
    let is_month = *ty == DataType::Date32 && text.len() == "2026-01".len();
    let text = if is_month {
        format!("{text}-01")
    } else {
        text.to_owned()
    };
    let strict = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    let written: ArrayRef = Arc::new(StringArray::from(vec![text.as_str()]));
    let value = cast_with_options(&written, ty, &strict)?;
    Ok((text, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::TableName;
    use arrow::array::Date32Array;
    use arrow::array::Decimal128Array;

    fn table() -> (StoredTable, RecordBatch) {
        let price = Decimal128Array::from(vec![Some(12_500), None, Some(12_500)])
            .with_precision_and_scale(18, 4)
            .unwrap();
        let columns: Vec<(&str, ArrayRef, bool)> = vec![
            (
                "site",
                Arc::new(StringArray::from(vec![Some("US"), Some("DE"), None])),
                true,
            ),
            ("price", Arc::new(price), true),
            (
                "month",
                Arc::new(Date32Array::from(vec![20_454, 20_485, 20_454])),
                true,
            ),
        ];
        let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let table = StoredTable {
            name: TableName::parse("t").unwrap(),
            title: String::new(),
            kind: "table",
            schema: batch.schema(),
            files: Vec::new(),
            rows: 3,
        };
        (table, batch)
    }

    #[test]
    fn rows_are_picked_by_typed_values() {
        let (table, batch) = table();
        for (keys, n) in [
            (&[][..], 3),
            (&["site=US"], 1),
            (&["site=US", "site=DE"], 2),
            (&["site="], 1),
            (&["site=US", "site="], 2),
            (&["price=1.25"], 2),
            (&["price="], 1),
            (&["month=2026-01"], 2),
            (&["month=2026-01-01", "site=US"], 1),
            (&["month=2026-02-01", "site=US"], 0),
        ] {
            let filter = Filter::parse(&table, keys).unwrap();
            let kept = filter.kept(Path::new("t"), &batch).unwrap();
            assert_eq!(kept.num_rows(), n, "{keys:?}");
        }
    }

    #[test]
    fn what_is_no_column_or_value_is_said() {
        let (table, _) = table();
        for (key, what) in [
            ("sites=US", "t has no column \"sites\"; did you mean site?"),
            ("price=x", "\"x\" is no value of price, as t has it"),
            (
                "month=January",
                "\"January\" is no value of month, as t has it",
            ),
        ] {
            assert_eq!(Filter::parse(&table, &[key]).unwrap_err().to_string(), what);
        }
    }

    #[test]
    fn folders_of_other_values_are_not_opened() {
        let (table, _) = table();
        let file = Path::new("/s/current/t/site=US/month=2026-01-01/data.parquet");
        for (keys, may) in [
            (&["site=US"][..], true),
            (&["site=DE"], false),
            (&["site=DE", "site=US"], true),
            (&["site="], false),
            (&["month=2026-01"], true),
            (&["price=1"], true),
        ] {
            let filter = Filter::parse(&table, keys).unwrap();
            assert_eq!(filter.may_hold(file), may, "{keys:?}");
        }
    }
}
