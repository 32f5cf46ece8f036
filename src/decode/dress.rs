//! What stands beside a number's digits: sign, brackets, currency, percent sign. Owns taking it off; what the digits mean is
//! `number`'s.

use crate::decode::mark;
use crate::decode::number::Group;

/// What may stand beside the digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dress {
    /// Only a plus or minus, or brackets for a minus.
    Bare,
    /// A currency as well.
    Money,
    /// A percent sign as well.
    Percent,
}

/// A number without what stands beside its digits.
pub(crate) struct Undressed<'a> {
    pub(crate) digits: &'a str,
    pub(crate) negative: bool,
    pub(crate) mark: Option<&'static str>,
    pub(crate) percent: bool,
}

/// Takes off sign, brackets, currency and percent sign, each at most once and in any order: `-$3`, `$-3`, `($3)`, `3 €-`.
pub(crate) fn undress(dress: Dress, text: &str) -> Option<Undressed<'_>> {
    let mut rest = text.trim();
    let (mut signed, mut negative, mut mark, mut percent) = (false, false, None, false);
    while !is_digits(rest) {
        let before = rest.len();
        if !signed {
            let minus = ['-', '\u{2212}', '\u{ff0d}'];
            if let Some(inner) = rest
                .strip_prefix('(')
                .and_then(|open| open.strip_suffix(')'))
            {
                (rest, signed, negative) = (inner.trim(), true, true);
            } else if let Some(inner) = rest
                .strip_prefix(minus)
                .or_else(|| rest.strip_suffix(minus))
            {
                (rest, signed, negative) = (inner.trim(), true, true);
            } else if let Some(inner) = rest.strip_prefix('+') {
                (rest, signed) = (inner.trim_start(), true);
            }
        }
        if dress == Dress::Percent && !percent {
            let signs = ['%', '\u{ff05}'];
            if let Some(inner) = rest
                .strip_suffix(signs)
                .or_else(|| rest.strip_prefix(signs))
            {
                (rest, percent) = (inner.trim(), true);
            }
        }
        if dress == Dress::Money && mark.is_none() {
            if let Some((found, inner)) = mark::strip_front(rest).or_else(|| mark::strip_back(rest))
            {
                (rest, mark) = (inner.trim(), Some(found));
            } else if rest.len() == before {
                rest = without_locale_tail(rest);
            }
        }
        if rest.len() == before {
            return None;
        }
    }
    Some(Undressed {
        digits: rest,
        negative,
        mark,
        percent,
    })
}

/// Whether nothing but digits, signs between them and an exponent is left.
fn is_digits(text: &str) -> bool {
    let inside = |c: char| {
        c.is_ascii_digit() || Group::of(c).is_some() || matches!(c, 'e' | 'E' | '+' | '-')
    };
    text.ends_with(|c: char| c.is_ascii_digit())
        && text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','))
        && text.chars().all(inside)
        && without_locale_tail(text).len() == text.len()
}

/// `142.93 -C0A`: the tail of a spreadsheet's currency format (`[$$-C0A]`), which a careless conversion prints.
fn without_locale_tail(text: &str) -> &str {
    match text.rsplit_once(" -") {
        Some((number, tail))
            if (3..=5).contains(&tail.len())
                && tail
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'))
                && number.ends_with(|c: char| c.is_ascii_digit()) =>
        {
            number.trim_end()
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::number::DecimalSign;
    use crate::decode::number::DecimalSign::Comma;
    use crate::decode::number::DecimalSign::Point;
    use crate::decode::number::read;

    fn value(sign: DecimalSign, dress: Dress, text: &str) -> Option<(i128, u8)> {
        read(sign, dress, text).map(|written| (written.value.digits, written.value.scale))
    }

    #[test]
    fn money_wears_its_currency_on_either_side() {
        for (sign, text, expected, mark) in [
            (Point, "$6.0", (60, 1), "$"),
            (Point, "$1168.68", (116_868, 2), "$"),
            (Point, "-$3.00", (-300, 2), "$"),
            (Point, "$-3.00", (-300, 2), "$"),
            (Point, "($3.00)", (-300, 2), "$"),
            (Point, "$(3.00)", (-300, 2), "$"),
            (Point, "US$1,234.50", (123_450, 2), "US$"),
            (Point, "Rs.1000.0", (10_000, 1), "Rs."),
            (Point, "₹ 2,31,833.18", (23_183_318, 2), "₹"),
            (Point, "₹\u{a0}2,31,833.18", (23_183_318, 2), "₹"),
            (Comma, "€1.234,56", (123_456, 2), "€"),
            (Comma, "5.255,61 €", (525_561, 2), "€"),
            (Comma, "5.255,61\u{a0}€", (525_561, 2), "€"),
            (Comma, "3,00 €-", (-300, 2), "€"),
            (Point, "￥4,907,860", (4_907_860, 0), "￥"),
            (Point, "¥ 1", (1, 0), "¥"),
            (Point, "980円", (980, 0), "円"),
            (Point, "USD 12.5", (125, 1), "USD"),
            (Comma, "12,5 EUR", (125, 1), "EUR"),
            (Comma, "1 234,50 zł", (123_450, 2), "zł"),
            (Comma, "kr. 5,25", (525, 2), "kr."),
            (Point, "142.93 -C0A", (14_293, 2), ""),
            (Point, "142.93 -409", (14_293, 2), ""),
        ] {
            let written = read(sign, Dress::Money, text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (written.value.digits, written.value.scale),
                expected,
                "{text}"
            );
            assert_eq!(written.mark.unwrap_or_default(), mark, "{text}");
        }
        for text in [
            "$", "$ $5", "$5€", "5%", "5 apples", "$5.", "-", "USD", "$--5", "5 -C0AXX",
        ] {
            assert_eq!(value(Point, Dress::Money, text), None, "{text}");
        }
    }

    #[test]
    fn percents_tell_their_sign() {
        for (sign, text, expected, signed) in [
            (Point, "1.02%", (102, 2), true),
            (Point, "50 %", (50, 0), true),
            (Point, "-12\u{a0}%", (-12, 0), true),
            (Comma, "2,0000%", (20_000, 4), true),
            (Point, "50％", (50, 0), true),
            (Point, "%12", (12, 0), true),
            (
                Point,
                "0.42500000000000004%",
                (42_500_000_000_000_004, 17),
                true,
            ),
            (Point, "37.3", (373, 1), false),
        ] {
            let written = read(sign, Dress::Percent, text).unwrap();
            assert_eq!(
                (written.value.digits, written.value.scale),
                expected,
                "{text}"
            );
            assert_eq!(written.percent, signed, "{text}");
        }
        for text in ["%", "5%%", "5 $", "%5%"] {
            assert_eq!(value(Point, Dress::Percent, text), None, "{text}");
        }
    }
}
