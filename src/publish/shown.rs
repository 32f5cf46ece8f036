//! Values as people read them on a page: grouped, in points of percent, with the digits that matter. Knows no mart.

use crate::publish::SheetColumn;
use crate::publish::cell::Cell;
use crate::publish::cell::Cells;
use crate::publish::cell::date_of;
use crate::publish::cell::moment_of;
use crate::publish::label::Lang;
use crate::publish::look::Look;
use arrow::array::ArrayRef;

/// The value of a row as text, empty where there is none.
pub fn text(lang: Lang, column: &SheetColumn<'_>, array: &ArrayRef, row: usize) -> String {
    Cells::of(array).map_or_else(String::new, |cells| of_cell(lang, column, cells, row))
}

pub(super) fn of_cell(
    lang: Lang,
    column: &SheetColumn<'_>,
    cells: Cells<'_>,
    row: usize,
) -> String {
    let words = lang.words();
    match cells.at(row) {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.to_owned(),
        Cell::Bool(value) => (if value { words.yes } else { words.no }).to_owned(),
        Cell::Date(days) => date_of(days).map_or_else(String::new, |day| {
            if Look::of(column, cells).number == "yyyy-mm" {
                day.strftime("%Y-%m").to_string()
            } else {
                day.to_string()
            }
        }),
        Cell::Moment(at) => {
            moment_of(at).map_or_else(String::new, |at| at.strftime("%Y-%m-%d %H:%M").to_string())
        }
        Cell::Integer(value) if column.unit.is_empty() => value.to_string(),
        Cell::Integer(value) => grouped(&value.to_string()),
        Cell::Decimal(value) => grouped(&rounded(&value.exact(), 2)),
        Cell::Double(value) => number(value, column.unit),
    }
}

/// A number as its unit is read.
pub fn number(value: f64, unit: &str) -> String {
    match unit {
        "fraction" => format!("{:.1}%", value * 100.0),
        "probability" => format!("{value:.3}"),
        "rank" | "count" | "units" | "searches/month" if value.fract() == 0.0 => {
            grouped(&format!("{value:.0}"))
        }
        "days" | "rank" | "stars" => grouped(&format!("{value:.1}")),
        _ => grouped(&format!("{value:.2}")),
    }
}

/// The number of a row, whatever its type; none where it is empty or no number.
pub fn figure(array: &ArrayRef, row: usize) -> Option<f64> {
    match Cells::of(array)?.at(row) {
        Cell::Double(value) => Some(value),
        #[expect(
            clippy::cast_precision_loss,
            reason = "a chart has no more digits than a double keeps"
        )]
        Cell::Integer(value) => Some(value as f64),
        Cell::Decimal(value) => value.exact().parse().ok(),
        _ => None,
    }
}

/// Rounds a decimal's text half away from nought.
fn rounded(exact: &str, digits: usize) -> String {
    let (sign, plain) = exact
        .strip_prefix('-')
        .map_or(("", exact), |rest| ("-", rest));
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let mut kept: Vec<u8> = whole
        .bytes()
        .chain(fraction.bytes().chain(std::iter::repeat(b'0')).take(digits))
        .collect();
    if fraction
        .as_bytes()
        .get(digits)
        .is_some_and(|next| *next >= b'5')
    {
        let mut at = kept.len();
        loop {
            let Some(before) = at.checked_sub(1) else {
                kept.insert(0, b'1');
                break;
            };
            at = before;
            if kept[at] == b'9' {
                kept[at] = b'0';
            } else {
                kept[at] += 1;
                break;
            }
        }
    }
    let text = String::from_utf8_lossy(&kept).into_owned();
    let (whole, fraction) = text.split_at(text.len() - digits);
    let sign = if text.bytes().all(|digit| digit == b'0') {
        ""
    } else {
        sign
    };
    format!("{sign}{whole}.{fraction}")
}

/// Commas between thousands of a number's text.
fn grouped(number: &str) -> String {
    let (sign, plain) = number
        .strip_prefix('-')
        .map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = plain
        .split_once('.')
        .map_or((plain, None), |(w, f)| (w, Some(f)));
    let mut text = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        for (value, unit, expected) in [
            (0.2234, "fraction", "22.3%"),
            (-0.005, "fraction", "-0.5%"),
            (1234.0, "rank", "1,234"),
            (31.25, "days", "31.2"),
            (1_234_567.891, "currency", "1,234,567.89"),
            (-1234.5, "", "-1,234.50"),
        ] {
            assert_eq!(number(value, unit), expected);
        }
    }

    #[test]
    fn decimals_are_rounded_exactly() {
        for (exact, expected) in [
            ("0.0000", "0.00"),
            ("3169.7800", "3169.78"),
            ("1.0050", "1.01"),
            ("-1.0050", "-1.01"),
            ("-0.0040", "0.00"),
            ("99.9950", "100.00"),
            ("7", "7.00"),
        ] {
            assert_eq!(rounded(exact, 2), expected, "{exact}");
        }
        assert_eq!(grouped("-1234567.80"), "-1,234,567.80");
        assert_eq!(grouped("999"), "999");
    }
}
