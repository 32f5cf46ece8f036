//! A maker's input read column by column: every type that can be is converted. Knows no maker.

use crate::pipeline::maker::MakeError;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::datatypes::Date32Type;
use arrow::datatypes::Float64Type;
use arrow::datatypes::TimeUnit;
use arrow::datatypes::TimestampMillisecondType;

/// A table being read by column name; every type that can be is converted.
pub(super) struct Reading<'a> {
    /// The input, in a maker's words.
    pub(super) what: &'static str,
    pub(super) batch: &'a RecordBatch,
}

impl Reading<'_> {
    pub(super) fn column(
        &self,
        column: &'static str,
        ty: &DataType,
        wanted: &'static str,
    ) -> Result<ArrayRef, MakeError> {
        let what = self.what;
        let array = self
            .batch
            .column_by_name(column)
            .ok_or(MakeError::NoColumn { what, column })?;
        cast(array, ty).map_err(|source| MakeError::Column {
            what,
            column,
            wanted,
            source,
        })
    }

    pub(super) fn texts(&self, column: &'static str) -> Result<Vec<Option<String>>, MakeError> {
        let array = self.column(column, &DataType::Utf8, "text")?;
        Ok(array
            .as_string::<i32>()
            .iter()
            .map(|cell| cell.map(str::to_owned))
            .collect())
    }

    pub(super) fn numbers(&self, column: &'static str) -> Result<Vec<Option<f64>>, MakeError> {
        let array = self.column(column, &DataType::Float64, "a number")?;
        Ok(array
            .as_primitive::<Float64Type>()
            .iter()
            .map(|cell| cell.filter(|value| value.is_finite()))
            .collect())
    }

    pub(super) fn days(&self, column: &'static str) -> Result<Vec<Option<i32>>, MakeError> {
        let array = self.column(column, &DataType::Date32, "a date")?;
        Ok(array.as_primitive::<Date32Type>().iter().collect())
    }

    /// Milliseconds since 1970.
    pub(super) fn instants(&self, column: &'static str) -> Result<Vec<Option<i64>>, MakeError> {
        let ty = DataType::Timestamp(TimeUnit::Millisecond, None);
        let array = self.column(column, &ty, "a time")?;
        Ok(array
            .as_primitive::<TimestampMillisecondType>()
            .iter()
            .collect())
    }
}
