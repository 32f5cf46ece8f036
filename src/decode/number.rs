//! Text to exact number, for a decimal sign that is known. Pure; knows no column and no type.
//!
//! Groups of digits must be well formed (`1,234,567`, `1,13,529`, `6 892`, `1'234`), which is what makes it possible to
//! tell from a column's cells which sign is the decimal one: most cells can only be read in one of the two ways.

use crate::decode::dress::Dress;
use crate::decode::dress::undress;
use crate::decode::exact::Exact;
use crate::decode::mark;
use std::fmt;

/// Which sign stands before the fraction. The other one, a blank or an apostrophe may then group digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DecimalSign {
    Point,
    Comma,
}

impl DecimalSign {
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Point => Self::Comma,
            Self::Comma => Self::Point,
        }
    }

    const fn byte(self) -> u8 {
        match self {
            Self::Point => b'.',
            Self::Comma => b',',
        }
    }
}

impl fmt::Display for DecimalSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Point => "decimal point",
            Self::Comma => "decimal comma",
        })
    }
}

/// A number as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) value: Exact,
    pub(crate) mark: Option<&'static str>,
    pub(crate) percent: bool,
    pub(crate) group: Option<Group>,
}

/// What parts groups of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    Point,
    Comma,
    Blank,
    Apostrophe,
}

impl Group {
    pub(crate) const ALL: [Self; 4] = [Self::Point, Self::Comma, Self::Blank, Self::Apostrophe];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Comma => "comma",
            Self::Blank => "blank",
            Self::Apostrophe => "apostrophe",
        }
    }

    pub(crate) fn of(c: char) -> Option<Self> {
        match c {
            '.' => Some(Self::Point),
            ',' => Some(Self::Comma),
            ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' => Some(Self::Blank),
            '\'' | '’' => Some(Self::Apostrophe),
            _ => None,
        }
    }
}

/// Reads a number in whatever dress is allowed. None where it is none, or one only with the other decimal sign.
pub(crate) fn read(sign: DecimalSign, dress: Dress, text: &str) -> Option<Written> {
    if let Some(value) = plain(sign, text) {
        return Some(Written {
            value,
            mark: None,
            percent: false,
            group: None,
        });
    }
    if let Some(written) = lightly_dressed(sign, dress, text) {
        return Some(written);
    }
    let undressed = undress(dress, text)?;
    let (mut value, group) = digits(sign, undressed.digits)?;
    if undressed.negative {
        value.digits = -value.digits;
    }
    Some(Written {
        value,
        mark: undressed.mark,
        percent: undressed.percent,
        group,
    })
}

/// The next common case: a currency glued to the front, or a percent sign to the end, and nothing else.
fn lightly_dressed(sign: DecimalSign, dress: Dress, text: &str) -> Option<Written> {
    let (mark, number) = match dress {
        Dress::Bare => return None,
        Dress::Money => mark::strip_front(text).map(|(mark, rest)| (Some(mark), rest))?,
        Dress::Percent => (None, text.strip_suffix('%')?),
    };
    let value = plain(sign, number)?;
    Some(Written {
        value,
        mark,
        percent: dress == Dress::Percent,
        group: None,
    })
}

/// A spreadsheet's number: digits with a point, perhaps an exponent, never grouped.
pub(crate) fn canonical(text: &str) -> Option<Exact> {
    plain(DecimalSign::Point, text).or_else(|| {
        let written = read(DecimalSign::Point, Dress::Bare, text)?;
        written.group.is_none().then_some(written.value)
    })
}

/// A whole number of digits alone, perhaps below nought: the same whatever the decimal sign is.
pub(crate) fn whole(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut value = 0;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    Some(if negative { -value } else { value })
}

/// The common case, at full speed: ASCII digits, at most one decimal sign, at most 18 digits.
fn plain(sign: DecimalSign, text: &str) -> Option<Exact> {
    let bytes = text.as_bytes();
    let (negative, bytes) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, bytes),
    };
    if bytes.is_empty() || bytes.len() > 19 {
        return None;
    }
    let (mut value, mut n_digits, mut scale, mut in_fraction) = (0_i64, 0_u8, 0_u8, false);
    for &byte in bytes {
        if byte.is_ascii_digit() {
            n_digits += 1;
            if n_digits > 18 {
                return None;
            }
            value = value * 10 + i64::from(byte - b'0');
            scale += u8::from(in_fraction);
        } else if byte == sign.byte() && !in_fraction {
            in_fraction = true;
        } else {
            return None;
        }
    }
    let complete = n_digits > 0 && (!in_fraction || scale > 0);
    complete.then(|| Exact::new(i128::from(if negative { -value } else { value }), scale))
}

/// Digits with groups, fraction and exponent.
fn digits(sign: DecimalSign, text: &str) -> Option<(Exact, Option<Group>)> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i16>().ok()?),
        None => (text, 0),
    };
    let decimal = char::from(sign.byte());
    let (whole, fraction) = match mantissa.split_once(decimal) {
        Some((_, "")) => return None,
        Some((whole, fraction)) => (whole, fraction),
        None => (mantissa, ""),
    };
    let group = if whole.bytes().all(|byte| byte.is_ascii_digit()) {
        None
    } else {
        Some(grouping(whole)?)
    };
    if group.is_some() && exponent != 0 || whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value = 0_i128;
    for c in whole
        .chars()
        .filter(char::is_ascii_digit)
        .chain(fraction.chars())
    {
        let digit = c.to_digit(10)?;
        value = value.checked_mul(10)?.checked_add(i128::from(digit))?;
    }
    if value >= 10_i128.pow(38) {
        return None;
    }
    let scale = i16::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    if scale < 0 {
        let lift = 10_i128.checked_pow(u32::from(scale.unsigned_abs()))?;
        value = value
            .checked_mul(lift)
            .filter(|value| *value < 10_i128.pow(38))?;
    }
    Some((Exact::new(value, u8::try_from(scale.max(0)).ok()?), group))
}

/// What parts the groups of a whole number that has some. None where they are malformed.
///
/// Groups are of three digits, or of two before the last three as in India; the first is not empty, not longer than the
/// others and does not start with a zero.
fn grouping(whole: &str) -> Option<Group> {
    let group = Group::of(whole.chars().find(|c| !c.is_ascii_digit())?)?;
    let mut parts = whole.split(|c: char| Group::of(c) == Some(group));
    let first = parts.next()?;
    if first.is_empty() || first.len() > 3 || first.starts_with('0') {
        return None;
    }
    let (mut threes, mut twos, mut last) = (0, 0, 0);
    for part in parts {
        if !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        last = part.len();
        match last {
            3 => threes += 1,
            2 => twos += 1,
            _ => return None,
        }
    }
    let indian = threes == 1 && first.len() <= 2;
    (last == 3 && (twos == 0 || indian)).then_some(group)
}

#[cfg(test)]
mod tests {
    use super::DecimalSign::Comma;
    use super::DecimalSign::Point;
    use super::*;

    fn value(sign: DecimalSign, dress: Dress, text: &str) -> Option<(i128, u8)> {
        read(sign, dress, text).map(|written| (written.value.digits, written.value.scale))
    }

    #[test]
    fn a_cell_fits_one_decimal_sign_or_both() {
        for (text, point, comma) in [
            ("0", Some((0, 0)), Some((0, 0))),
            ("45066", Some((45_066, 0)), Some((45_066, 0))),
            ("-3", Some((-3, 0)), Some((-3, 0))),
            ("+3", Some((3, 0)), Some((3, 0))),
            ("\u{2212}3.5", Some((-35, 1)), None),
            ("3.00-", Some((-300, 2)), None),
            ("(3.00)", Some((-300, 2)), None),
            ("( 0,5 )", None, Some((-5, 1))),
            ("12.50", Some((1250, 2)), None),
            ("12,5", None, Some((125, 1))),
            ("0,750", None, Some((750, 3))),
            ("0.750", Some((750, 3)), None),
            (".5", Some((5, 1)), None),
            (",5", None, Some((5, 1))),
            ("1,234", Some((1234, 0)), Some((1234, 3))),
            ("1.234", Some((1234, 3)), Some((1234, 0))),
            ("1,234,567", Some((1_234_567, 0)), None),
            ("1.234.567", None, Some((1_234_567, 0))),
            ("1,234.56", Some((123_456, 2)), None),
            ("1.234,56", None, Some((123_456, 2))),
            ("1 234,56", None, Some((123_456, 2))),
            ("366\u{a0}714,82", None, Some((36_671_482, 2))),
            ("366\u{202f}714.82", Some((36_671_482, 2)), None),
            ("6 892", Some((6892, 0)), Some((6892, 0))),
            ("1'234.56", Some((123_456, 2)), None),
            ("1’234’567", Some((1_234_567, 0)), Some((1_234_567, 0))),
            ("1,13,529.99", Some((11_352_999, 2)), None),
            ("2,31,833", Some((231_833, 0)), None),
            ("1E-5", Some((1, 5)), Some((1, 5))),
            ("1.5E+3", Some((1500, 0)), None),
            ("1,5e-05", None, Some((15, 6))),
            ("1,234E5", None, Some((123_400, 0))),
            (
                "0.28818180000000004",
                Some((28_818_180_000_000_004, 17)),
                None,
            ),
            ("1234,567", None, Some((1_234_567, 3))),
            ("1234.567", Some((1_234_567, 3)), None),
        ] {
            assert_eq!(
                value(Point, Dress::Bare, text),
                point,
                "{text} with a point"
            );
            assert_eq!(
                value(Comma, Dress::Bare, text),
                comma,
                "{text} with a comma"
            );
        }
    }

    #[test]
    fn digits_alone_are_what_they_are_with_either_sign() {
        for text in [
            "0",
            "7",
            "007",
            "-3",
            "999999999999999999",
            "-999999999999999999",
            "",
            "-",
            "--3",
            "+3",
            "1.0",
            "1,0",
            "12a",
            "1234567890123456789",
            "٣",
        ] {
            let read = |sign| value(sign, Dress::Bare, text);
            let is_digits = text.bytes().any(|byte| byte.is_ascii_digit())
                && text
                    .trim_start_matches('-')
                    .bytes()
                    .all(|byte| byte.is_ascii_digit())
                && text.len() - text.trim_start_matches('-').len() < 2
                && text.len() < 20
                && text != "1234567890123456789";
            let expected = whole(text).map(|value| (i128::from(value), 0));
            assert_eq!(expected.is_some(), is_digits, "{text}");
            if is_digits {
                assert_eq!((read(Point), read(Comma)), (expected, expected), "{text}");
            }
        }
    }

    #[test]
    fn malformed_numbers_are_none() {
        for text in [
            "",
            "-",
            "--",
            ".",
            ",",
            "5.",
            "5,",
            "1,,2",
            "1.2.3",
            "12,34,5",
            "1,23,45,678.9.1",
            "0,123,456",
            "1 23",
            "1,234 567",
            "1'2",
            "abc",
            "12a",
            "1E",
            "E5",
            "1,234,567E5",
            "--5",
            "(-5)",
            "-(5)",
            "5 5 5",
            "1e400",
            "٣",
            "(5",
            "5)",
            "$5",
            "5%",
            "1234567890123456789012345678901234567890",
        ] {
            for sign in [Point, Comma] {
                assert_eq!(
                    value(sign, Dress::Bare, text),
                    None,
                    "{text:?} with a {sign}"
                );
            }
        }
    }

    #[test]
    fn spreadsheet_numbers_ignore_the_style() {
        for (text, expected) in [
            ("45066", Some((45_066, 0))),
            ("-1.5", Some((-15, 1))),
            ("0.00000000000005684341886", Some((5_684_341_886, 23))),
            ("1e-7", Some((1, 7))),
            ("1,234", None),
            ("", None),
        ] {
            assert_eq!(
                canonical(text).map(|value| (value.digits, value.scale)),
                expected,
                "{text}"
            );
        }
    }
}
