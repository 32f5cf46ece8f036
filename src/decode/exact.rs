//! Exact decimals and sums of them. Owns the arithmetic that money goes through: never a double, never a lost digit.
//! Knows no text, no style and no Arrow.

use std::fmt;

/// `digits / 10^scale`. The magnitude of `digits` stays below 10^38.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exact {
    pub(crate) digits: i128,
    pub(crate) scale: u8,
}

/// An exact value brought to fewer digits: what is kept, and what was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rescaled {
    pub(crate) kept: i128,
    /// The value minus what is kept; none where nothing was cut off.
    pub(crate) residue: Option<Exact>,
}

/// The digits of the longest value that a column can store.
const MAX_STORED: i128 = pow10_const(18);

const POWERS: [i128; 39] = {
    let mut powers = [1; 39];
    let mut n = 1;
    while n < 39 {
        powers[n] = pow10_const(n);
        n += 1;
    }
    powers
};

/// Of the lifts that cents and thousandths need.
const SMALL_POWERS: [i64; 9] = [
    1,
    10,
    100,
    1_000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
];

const fn pow10_const(n: usize) -> i128 {
    let mut power = 1;
    let mut at = 0;
    while at < n {
        power *= 10;
        at += 1;
    }
    power
}

fn pow10(n: u8) -> Option<i128> {
    POWERS.get(usize::from(n)).copied()
}

impl Exact {
    pub(crate) const fn new(digits: i128, scale: u8) -> Self {
        Self { digits, scale }
    }

    /// At `scale` digits after the point, rounded half to even. None where it would overflow.
    pub(crate) fn rescale(self, scale: u8) -> Option<Rescaled> {
        if self.scale <= scale {
            // Most are short, for which the small arithmetic is enough.
            if let (Ok(digits), Some(lift)) = (
                i64::try_from(self.digits),
                SMALL_POWERS.get(usize::from(scale - self.scale)),
            ) && let Some(kept) = digits.checked_mul(*lift)
            {
                return Some(Rescaled {
                    kept: i128::from(kept),
                    residue: None,
                });
            }
            let kept = self.digits.checked_mul(pow10(scale - self.scale)?)?;
            return Some(Rescaled {
                kept,
                residue: None,
            });
        }
        let Some(unit) = pow10(self.scale - scale) else {
            // The unit is over 10^38 and the digits are under it: less than half a unit.
            let residue = (self.digits != 0).then_some(self);
            return Some(Rescaled { kept: 0, residue });
        };
        let (mut kept, rest) = (self.digits / unit, (self.digits % unit).abs());
        if rest > unit - rest || (rest == unit - rest && kept % 2 != 0) {
            kept += self.digits.signum();
        }
        let residue = (rest != 0).then(|| Self::new(self.digits - kept * unit, self.scale));
        Some(Rescaled { kept, residue })
    }

    /// As a column of 18 digits stores it at `scale`; none where it has more.
    pub(crate) fn stored(self, scale: u8) -> Option<Rescaled> {
        self.rescale(scale)
            .filter(|value| value.kept.abs() < MAX_STORED)
    }

    /// As a whole number; none where there is a fraction or it does not fit.
    pub(crate) fn whole(self) -> Option<i64> {
        let value = self.rescale(0)?;
        if value.residue.is_some() {
            return None;
        }
        i64::try_from(value.kept).ok()
    }

    /// The nearest double.
    pub(crate) fn to_f64(self) -> f64 {
        const EXACT_POWERS: [f64; 23] = [
            1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
            1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
        ];
        // Both sides are exact doubles, so one division gives the nearest double.
        if let Some(power) = EXACT_POWERS.get(usize::from(self.scale))
            && let Ok(digits) = i64::try_from(self.digits)
            && digits.unsigned_abs() <= 1 << f64::MANTISSA_DIGITS
        {
            #[expect(
                clippy::cast_precision_loss,
                reason = "at most 2^53, which a double holds exactly"
            )]
            return digits as f64 / power;
        }
        #[expect(
            clippy::expect_used,
            reason = "digits with an exponent always are a number"
        )]
        format!("{}e-{}", self.digits, self.scale)
            .parse()
            .expect("digits with an exponent")
    }

    pub(crate) fn same_value(self, other: Self) -> bool {
        let scale = self.scale.max(other.scale);
        let at = |value: Self| value.rescale(scale).map(|value| value.kept);
        match (at(self), at(other)) {
            (Some(mine), Some(theirs)) => mine == theirs,
            _ => self == other,
        }
    }
}

/// A sum of exact decimals, itself exact to 30 digits after the point: what control sums and rounding losses are kept in.
///
/// Adding in any order gives the same sum. It prints as a plain decimal without needless zeros: `-1234.5`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// Rounded towards minus infinity, so that `fraction` never is negative.
    whole: i128,
    /// In units of 10^-30, below one.
    fraction: i128,
}

impl Sum {
    /// Digits after the point.
    pub const SCALE: u8 = 30;

    /// Of a value stored at `scale`: `digits / 10^scale`. Scales over 38 are taken as 38.
    pub fn of(digits: i128, scale: u8) -> Self {
        let mut sum = Self::default();
        sum.add(Exact::new(digits, scale.min(38)));
        sum
    }

    pub(crate) fn add(&mut self, value: Exact) {
        let value = if value.scale > Self::SCALE {
            value
                .rescale(Self::SCALE)
                .map_or(value, |value| Exact::new(value.kept, Self::SCALE))
        } else {
            value
        };
        if let (Some(unit), Some(lift)) = (
            pow10(value.scale),
            Self::SCALE.checked_sub(value.scale).and_then(pow10),
        ) {
            self.carry(
                value.digits.div_euclid(unit),
                value.digits.rem_euclid(unit) * lift,
            );
        }
    }

    pub fn merge(&mut self, other: Self) {
        self.carry(other.whole, other.fraction);
    }

    #[must_use]
    pub fn minus(mut self, other: Self) -> Self {
        self.carry(other.whole.saturating_neg(), -other.fraction);
        self
    }

    /// Whether it is nearer to nought than one unit of the `digits`th digit after the point, on either side.
    pub fn is_below(self, digits: u8) -> bool {
        let unit = Self::of(1, digits);
        let is_negative = |sum: Self| sum.whole < 0;
        let negated = Self::default().minus(self);
        is_negative(self.minus(unit)) && is_negative(negated.minus(unit))
    }

    pub fn is_zero(self) -> bool {
        self == Self::default()
    }

    fn carry(&mut self, whole: i128, fraction: i128) {
        const UNIT: i128 = pow10_const(Sum::SCALE as usize);
        let fraction = self.fraction + fraction;
        self.whole = self
            .whole
            .saturating_add(whole)
            .saturating_add(fraction.div_euclid(UNIT));
        self.fraction = fraction.rem_euclid(UNIT);
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNIT: i128 = pow10_const(Sum::SCALE as usize);
        let (sign, whole, fraction) = match (self.whole < 0, self.fraction) {
            (false, fraction) => ("", self.whole, fraction),
            (true, 0) => ("-", self.whole.saturating_neg(), 0),
            (true, fraction) => ("-", (self.whole + 1).saturating_neg(), UNIT - fraction),
        };
        write!(f, "{sign}{whole}")?;
        if fraction == 0 {
            return Ok(());
        }
        let digits = format!("{fraction:030}");
        write!(f, ".{}", digits.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_half_to_even_and_keeps_the_residue() {
        for (digits, scale, to, kept, residue) in [
            (12_345, 2, 4, 1_234_500, 0),
            (15, 1, 0, 2, -5),
            (25, 1, 0, 2, 5),
            (-25, 1, 0, -2, -5),
            (-35, 1, 0, -4, 5),
            (26, 1, 0, 3, -4),
            (4_966_667, 7, 4, 4967, -333),
            (1, 60, 4, 0, 1),
            (pow10_const(37), 38, 0, 0, pow10_const(37)),
        ] {
            let value = Exact::new(digits, scale).rescale(to).unwrap();
            assert_eq!(value.kept, kept, "{digits}e-{scale}");
            assert_eq!(
                value.residue.map_or(0, |rest| rest.digits),
                residue,
                "{digits}e-{scale}"
            );
        }
    }

    #[test]
    fn eighteen_digits_fit_and_nineteen_do_not() {
        let most = pow10_const(18) - 1;
        assert!(Exact::new(most, 4).stored(4).is_some());
        assert!(Exact::new(-most, 4).stored(4).is_some());
        assert!(Exact::new(most + 1, 4).stored(4).is_none());
        assert!(Exact::new(most, 0).stored(4).is_none());
        assert!(
            Exact::new(10 * most + 6, 5).stored(4).is_none(),
            "rounding up may need one digit more"
        );
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "the nearest double is one certain double")]
    fn doubles_are_the_nearest() {
        for (digits, scale, expected) in [
            (1, 1, 0.1),
            (-250, 2, -2.5),
            (42_500_000_000_000_004, 19, 0.00425),
            (15_206_900_000_000_002, 16, 1.520_69),
            (333_333_333_333_333_333_333, 21, 1.0 / 3.0),
            (1, 60, 1e-60),
        ] {
            assert_eq!(
                Exact::new(digits, scale).to_f64(),
                expected,
                "{digits}e-{scale}"
            );
        }
    }

    #[test]
    fn whole_numbers_have_no_fraction() {
        for (digits, scale, expected) in [
            (120, 1, Some(12)),
            (125, 1, None),
            (-7, 0, Some(-7)),
            (0, 9, Some(0)),
        ] {
            assert_eq!(Exact::new(digits, scale).whole(), expected);
        }
        assert_eq!(Exact::new(pow10_const(20), 0).whole(), None);
    }

    #[test]
    fn sums_print_and_meet_in_any_order() {
        for (parts, expected) in [
            (&[(125, 2), (-25, 2)][..], "1"),
            (&[(-1, 1)], "-0.1"),
            (&[(-15, 1), (-15, 1)], "-3"),
            (&[(1, 30), (99, 2)], "0.990000000000000000000000000001"),
            (&[(7_133_600_000_000_001, 13)], "713.3600000000001"),
            (&[], "0"),
        ] {
            let (mut forward, mut backward) = (Sum::default(), Sum::default());
            for (digits, scale) in parts {
                forward.add(Exact::new(*digits, *scale));
            }
            for (digits, scale) in parts.iter().rev() {
                backward.merge(Sum::of(*digits, *scale));
            }
            assert_eq!(forward.to_string(), expected);
            assert_eq!(forward, backward);
            assert!(forward.minus(backward).is_zero());
        }
    }
}
