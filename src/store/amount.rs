//! Exact amounts: sums of whole numbers and decimals, with as many digits after the point as the finest column has.

use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::datatypes::Decimal128Type;
use arrow::datatypes::Int64Type;
use std::fmt;

/// A sum, exact to eight digits after the point.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(i128);

impl Amount {
    /// Digits after the point.
    pub const SCALE: i8 = 8;

    /// The number without its point.
    pub const fn unscaled(self) -> i128 {
        self.0
    }

    /// An amount with so many digits after the point; none where it has more than can be kept.
    pub fn of(unscaled: i128, scale: i8) -> Option<Self> {
        let missing = u32::try_from(Self::SCALE.checked_sub(scale)?).ok()?;
        unscaled.checked_mul(10_i128.pow(missing)).map(Self)
    }

    /// A decimal as the catalogue writes it; none where it is none, or has more digits than can be kept.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let scale = i8::try_from(fraction.len()).ok()?;
        Self::of(format!("{whole}{fraction}").parse().ok()?, scale)
    }

    /// The sum of some rows of a whole-number or decimal column; none where none of them has a value.
    pub fn sum(array: &ArrayRef, rows: impl Iterator<Item = usize>) -> Option<Self> {
        let mut rows = rows.filter(|row| array.is_valid(*row)).peekable();
        // Absent is not nought.
        rows.peek()?;
        if let Some(values) = array.as_primitive_opt::<Decimal128Type>() {
            return Self::of(rows.map(|row| values.value(row)).sum(), values.scale());
        }
        let values = array.as_primitive_opt::<Int64Type>()?;
        Self::of(rows.map(|row| i128::from(values.value(row))).sum(), 0)
    }

    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The same with its sign, even where that is plus.
    pub fn signed(self) -> String {
        let sign = if self.0 > 0 { "+" } else { "" };
        format!("{sign}{self}")
    }
}

/// Without noughts at the end of the fraction.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = 10_u128.pow(u32::from(Self::SCALE.unsigned_abs()));
        let (whole, rest) = (self.0.unsigned_abs() / one, self.0.unsigned_abs() % one);
        let sign = if self.0 < 0 { "-" } else { "" };
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        let fraction = format!("{rest:08}");
        write!(f, "{sign}{whole}.{}", fraction.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::Decimal128Array;
    use arrow::array::Int64Array;
    use std::sync::Arc;

    #[test]
    fn amounts_are_exact() {
        for (text, unscaled, shown) in [
            ("12.5", Some(1_250_000_000), "12.5"),
            ("-0.00000001", Some(-1), "-0.00000001"),
            ("7", Some(700_000_000), "7"),
            ("-3.1000", Some(-310_000_000), "-3.1"),
            ("0.000000001", None, ""),
            ("", None, ""),
        ] {
            let amount = Amount::parse(text);
            assert_eq!(amount.map(Amount::unscaled), unscaled, "{text}");
            if let Some(amount) = amount {
                assert_eq!(amount.to_string(), shown);
            }
        }
        let (a, b) = (Amount::parse("0.1").unwrap(), Amount::parse("0.3").unwrap());
        assert_eq!(
            (a.minus(b).signed(), b.minus(a).signed()),
            ("-0.2".into(), "+0.2".into())
        );
        assert_eq!(
            (a.plus(b).to_string(), a.minus(a).signed()),
            ("0.4".into(), "0".into())
        );
    }

    #[test]
    fn a_sum_of_nothing_is_nothing() {
        let money = Decimal128Array::from(vec![Some(-5), None, Some(2)]);
        let money: ArrayRef = Arc::new(money.with_precision_and_scale(18, 4).unwrap());
        let sum =
            |rows: std::ops::Range<usize>| Amount::sum(&money, rows).map(|sum| sum.to_string());
        assert_eq!(sum(0..3).as_deref(), Some("-0.0003"));
        assert_eq!(sum(1..2), None);
        let counts: ArrayRef = Arc::new(Int64Array::from(vec![7, 8]));
        assert_eq!(Amount::sum(&counts, 0..2).unwrap().to_string(), "15");
    }
}
