//! A column of a mart as cells, whatever the target: one Arrow type in, one kind of cell out. Knows no format.

use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::BooleanArray;
use arrow::array::Date32Array;
use arrow::array::Decimal128Array;
use arrow::array::Float64Array;
use arrow::array::Int64Array;
use arrow::array::StringArray;
use arrow::array::TimestampMillisecondArray;
use arrow::datatypes::Decimal128Type;
use arrow::datatypes::DecimalType;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// A column of one of the seven types that the store keeps.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cells<'a> {
    Text(&'a StringArray),
    Integer(&'a Int64Array),
    Decimal(&'a Decimal128Array),
    Double(&'a Float64Array),
    Bool(&'a BooleanArray),
    Date(&'a Date32Array),
    Moment(&'a TimestampMillisecondArray),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell<'a> {
    Empty,
    Text(&'a str),
    Integer(i64),
    Decimal(Decimal),
    Double(f64),
    Bool(bool),
    /// Days since 1970-01-01.
    Date(i32),
    /// Milliseconds since 1970-01-01.
    Moment(i64),
}

/// An exact number: `unscaled` divided by ten to the power of `scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) unscaled: i128,
    pub(super) precision: u8,
    pub(super) scale: i8,
}

impl<'a> Cells<'a> {
    /// None for a type that the store does not keep.
    pub(super) fn of(array: &'a ArrayRef) -> Option<Self> {
        let any = array.as_any();
        any.downcast_ref()
            .map(Self::Text)
            .or_else(|| any.downcast_ref().map(Self::Integer))
            .or_else(|| any.downcast_ref().map(Self::Decimal))
            .or_else(|| any.downcast_ref().map(Self::Double))
            .or_else(|| any.downcast_ref().map(Self::Bool))
            .or_else(|| any.downcast_ref().map(Self::Date))
            .or_else(|| any.downcast_ref().map(Self::Moment))
    }

    /// A double that is no finite number is empty: no target has a way to write it.
    pub(super) fn at(self, row: usize) -> Cell<'a> {
        if self.is_null(row) {
            return Cell::Empty;
        }
        match self {
            Self::Text(values) => Cell::Text(values.value(row)),
            Self::Integer(values) => Cell::Integer(values.value(row)),
            Self::Decimal(values) => Cell::Decimal(Decimal {
                unscaled: values.value(row),
                precision: values.precision(),
                scale: values.scale(),
            }),
            Self::Double(values) if values.value(row).is_finite() => {
                Cell::Double(values.value(row))
            }
            Self::Double(_) => Cell::Empty,
            Self::Bool(values) => Cell::Bool(values.value(row)),
            Self::Date(values) => Cell::Date(values.value(row)),
            Self::Moment(values) => Cell::Moment(values.value(row)),
        }
    }

    pub(super) fn len(self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Integer(values) => values.len(),
            Self::Decimal(values) => values.len(),
            Self::Double(values) => values.len(),
            Self::Bool(values) => values.len(),
            Self::Date(values) => values.len(),
            Self::Moment(values) => values.len(),
        }
    }

    fn is_null(self, row: usize) -> bool {
        match self {
            Self::Text(values) => values.is_null(row),
            Self::Integer(values) => values.is_null(row),
            Self::Decimal(values) => values.is_null(row),
            Self::Double(values) => values.is_null(row),
            Self::Bool(values) => values.is_null(row),
            Self::Date(values) => values.is_null(row),
            Self::Moment(values) => values.is_null(row),
        }
    }
}

impl Decimal {
    /// All digits, as many after the point as the column declares: `-12.3400`.
    pub(super) fn exact(self) -> String {
        Decimal128Type::format_decimal(self.unscaled, self.precision, self.scale)
    }
}

/// None outside the years that a calendar can print.
pub(super) fn date_of(days: i32) -> Option<Date> {
    moment_of(i64::from(days) * 86_400_000).map(DateTime::date)
}

/// In UTC. None outside the years that a calendar can print.
pub(super) fn moment_of(milliseconds: i64) -> Option<DateTime> {
    Timestamp::from_millisecond(milliseconds)
        .ok()
        .map(|at| Offset::UTC.to_datetime(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn decimals_are_exact() {
        for (unscaled, scale, text) in [
            (0, 4, "0.0000"),
            (5, 4, "0.0005"),
            (-123_400, 4, "-12.3400"),
            (-1, 2, "-0.01"),
            (99, 0, "99"),
            (999_999_999_999_999_999, 4, "99999999999999.9999"),
        ] {
            assert_eq!(
                Decimal {
                    unscaled,
                    precision: 18,
                    scale
                }
                .exact(),
                text
            );
        }
    }

    #[test]
    fn days_and_moments() {
        for (days, text) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (20_496, "2026-02-12"),
        ] {
            assert_eq!(date_of(days).unwrap().to_string(), text);
        }
        assert_eq!(
            moment_of(-1).unwrap().to_string(),
            "1969-12-31T23:59:59.999"
        );
        assert_eq!((date_of(i32::MAX), moment_of(i64::MIN)), (None, None));
    }

    #[test]
    fn what_is_no_number_is_empty() {
        let array: ArrayRef = Arc::new(Float64Array::from(vec![
            Some(0.5),
            Some(f64::NAN),
            Some(f64::INFINITY),
            None,
        ]));
        let cells = Cells::of(&array).unwrap();
        let seen: Vec<Cell<'_>> = (0..4).map(|row| cells.at(row)).collect();
        assert_eq!(
            seen,
            [Cell::Double(0.5), Cell::Empty, Cell::Empty, Cell::Empty]
        );
    }
}
