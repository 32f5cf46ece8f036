//! Spreadsheet numbers and serial dates, written as text.

use crate::model::period;
use std::fmt::Write;

/// Days from 1899-12-30, day 0 of spreadsheets after February 1900, to 1970-01-01.
const EPOCH_1900: i32 = 25_569;
/// Days from 1904-01-01, day 0 of old Mac workbooks, to 1970-01-01.
const EPOCH_1904: i32 = 24_107;
/// The serial number of 10000-01-01, the first day that spreadsheets cannot show.
const AFTER_LAST_DAY: f64 = 2_958_466.0;
/// The serial number of 1900-02-29, a day that spreadsheets show and that never was.
const NO_SUCH_DAY: i32 = 60;
const SECONDS_A_DAY: i32 = 86_400;
/// Digits that every double holds, and that spreadsheets show.
const SIGNIFICANT: usize = 15;

/// Which day a workbook counts its days from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Epoch {
    Y1900,
    Y1904,
}

/// Appends a stored number as its shortest decimal at 15 significant digits, without exponent: what a person sees, not
/// the noise of binary fractions. Gives false, and appends nothing, where `stored` is not a finite number.
pub(super) fn write_decimal(stored: &str, out: &mut String) -> bool {
    if is_shortest(stored) {
        out.push_str(stored);
        return true;
    }
    if write_plain(stored, out) {
        return true;
    }
    match stored.trim().parse::<f64>() {
        Ok(value) if value.is_finite() => {
            write_float(value, out);
            true
        }
        _ => false,
    }
}

/// Whether a number is already written as it is to be: most are.
fn is_shortest(stored: &str) -> bool {
    let bytes = stored.as_bytes();
    let (mut point, mut all_digits) = (bytes.len(), true);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {}
            b'.' if point == bytes.len() => point = at,
            _ => all_digits = false,
        }
    }
    let leads = point == 1 || bytes.first().is_some_and(|first| *first != b'0');
    let ends = point == bytes.len() || matches!(bytes.last(), Some(b'1'..=b'9'));
    all_digits && point > 0 && leads && ends && bytes.len() <= SIGNIFICANT
}

/// Writes plain decimals without going through a double: up to 15 digits a double holds them all, and beyond, the digits
/// decide how to round, unless they are so near to a half that only the double itself tells. Nearly all cells are such.
fn write_plain(stored: &str, out: &mut String) -> bool {
    let digits = stored.strip_prefix('-').unwrap_or(stored);
    let bytes = digits.as_bytes();
    let point = bytes
        .iter()
        .position(|byte| *byte == b'.')
        .unwrap_or(bytes.len());
    let fraction = bytes.get(point + 1..).unwrap_or_default();
    let all_digits = bytes[..point]
        .iter()
        .chain(fraction)
        .all(u8::is_ascii_digit);
    if !all_digits || point == 0 || (point > 1 && bytes[0] == b'0') || bytes.len() > 24 {
        return false;
    }
    let leading = if bytes[0] == b'0' {
        1 + fraction.iter().take_while(|byte| **byte == b'0').count()
    } else {
        0
    };
    let significant = point + fraction.len() - leading.min(point + fraction.len());
    let dropped = significant.saturating_sub(SIGNIFICANT);
    if dropped == 0 {
        write_trimmed(stored.len() > digits.len(), digits, point, out);
        return true;
    }
    // Whole numbers of more digits than a double holds are rare and take the long way.
    if dropped > fraction.len() || significant > 20 {
        return false;
    }
    let (kept, tail) = digits.split_at(digits.len() - dropped);
    match tail.as_bytes() {
        [b'0'..=b'3', ..] => {
            write_trimmed(stored.len() > digits.len(), kept, point, out);
            true
        }
        [b'6'..=b'9', ..] => {
            let mut buffer = [0; 24];
            let rounded = &mut buffer[..kept.len()];
            rounded.copy_from_slice(kept.as_bytes());
            let raised = raise(rounded);
            raised.is_some_and(|raised| {
                write_trimmed(stored.len() > digits.len(), raised, point, out);
                true
            })
        }
        _ => false,
    }
}

/// Adds one to the last digit; none where that makes the number longer.
fn raise(digits: &mut [u8]) -> Option<&str> {
    for digit in digits.iter_mut().rev() {
        match digit {
            b'.' => {}
            b'9' => *digit = b'0',
            _ => {
                *digit += 1;
                return std::str::from_utf8(digits).ok();
            }
        }
    }
    None
}

/// Writes a decimal whose point is at `point` without the zeros at its end.
fn write_trimmed(negative: bool, digits: &str, point: usize, out: &mut String) {
    let shown = if point < digits.len() {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        digits
    };
    if negative && shown != "0" {
        out.push('-');
    }
    out.push_str(shown);
}

/// Appends a finite number likewise.
pub(super) fn write_float(value: f64, out: &mut String) {
    let scientific = format!("{value:.14e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        out.push('0');
        return;
    }
    if value < 0.0 {
        out.push('-');
    }
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    let n_whole = usize::try_from(exponent + 1).unwrap_or(0);
    if n_whole == 0 {
        out.push_str("0.");
        out.push_str(&zeros(-exponent - 1));
        out.push_str(digits);
    } else if digits.len() <= n_whole {
        out.push_str(digits);
        out.push_str(&"0".repeat(n_whole - digits.len()));
    } else {
        out.push_str(&digits[..n_whole]);
        out.push('.');
        out.push_str(&digits[n_whole..]);
    }
}

/// Appends the day, and the time unless it is midnight, of a serial number: `2026-01-31`, `2026-01-31T14:05:00`. Gives
/// false, and appends nothing, where the serial is no day: a time alone, a day before 1900 or after 9999.
pub(super) fn write_date(serial: f64, epoch: Epoch, out: &mut String) -> bool {
    let first = match epoch {
        Epoch::Y1900 => 1.0,
        Epoch::Y1904 => 0.0,
    };
    if !(first..AFTER_LAST_DAY).contains(&serial)
        || (epoch == Epoch::Y1904 && serial < 1.0 && serial > 0.0)
    {
        return false;
    }
    #[expect(clippy::cast_possible_truncation, reason = "below 2,958,466")]
    let mut day = serial.floor() as i32;
    #[expect(clippy::cast_possible_truncation, reason = "at most 86,400")]
    let mut second = ((serial - serial.floor()) * f64::from(SECONDS_A_DAY)).round() as i32;
    if second == SECONDS_A_DAY {
        (day, second) = (day + 1, 0);
    }
    let days = match epoch {
        Epoch::Y1900 if day == NO_SUCH_DAY => return false,
        Epoch::Y1900 if day < NO_SUCH_DAY => day + 1 - EPOCH_1900,
        Epoch::Y1900 => day - EPOCH_1900,
        Epoch::Y1904 => day - EPOCH_1904,
    };
    let Some(date) = period::date_of(days) else {
        return false;
    };
    // Writing to a string cannot fail.
    let _ = write!(out, "{date}");
    if second > 0 {
        let _ = write!(
            out,
            "T{:02}:{:02}:{:02}",
            second / 3600,
            second / 60 % 60,
            second % 60
        );
    }
    true
}

/// Whether a number format shows a day. Formats that show a time or a length of time alone do not.
pub(super) fn shows_day(format: &str) -> bool {
    let section = bare_section(format);
    // Letters beside the places of digits are a unit that the writer did not quote: `0.00 USD`. Only fractions of a second
    // have places of digits in a date.
    let without_fractions = section.replace("s.0", "s").replace("s,0", "s");
    let without_fractions = without_fractions.replace("s00", "s").replace("s0", "s");
    if without_fractions.contains(['0', '#', '?']) {
        return false;
    }
    if section.contains('y') || section.contains('d') {
        return true;
    }
    // `m` is a minute beside hours or seconds, else a month; three of them are always a month's name.
    let timed = section.contains('h') || section.contains('s');
    section.contains("mmm") || (section.contains('m') && !timed)
}

/// The first section in lower case, without quoted and escaped text, brackets, and the word General.
fn bare_section(format: &str) -> String {
    let mut bare = String::new();
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => while characters.next().is_some_and(|quoted| quoted != '"') {},
            '[' => {
                // Brackets hold colours and currencies, but also the parts of a length of time: `[h]:mm`.
                let inside: String = characters
                    .by_ref()
                    .take_while(|inside| *inside != ']')
                    .collect();
                if inside
                    .bytes()
                    .all(|byte| matches!(byte.to_ascii_lowercase(), b'h' | b'm' | b's'))
                {
                    bare.extend(inside.chars().flat_map(char::to_lowercase));
                    bare.push('s');
                }
            }
            '\\' | '_' | '*' => _ = characters.next(),
            ';' => break,
            other => bare.extend(other.to_lowercase()),
        }
    }
    // `Standard` is how programs that write formats in German say General.
    bare.replace("general", "")
        .replace("standard", "")
        .replace("am/pm", "")
        .replace("a/p", "")
}

/// Whether one of the number formats that have no text in the file shows a day. 27 to 58 are East Asian and differ from
/// language to language; those that are times in one and days in another count as days, as their values then tell.
pub(super) fn built_in_shows_day(id: u32) -> bool {
    matches!(id, 14..=17 | 22 | 27..=31 | 34..=36 | 50..=58)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_what_a_person_sees() {
        let cases = [
            ("45066.0", "45066"),
            ("0.30000000000000004", "0.3"),
            ("713.3600000000001", "713.36"),
            ("1E-7", "0.0000001"),
            ("-1.5", "-1.5"),
            ("0", "0"),
            ("-0.0", "0"),
            ("12.50", "12.5"),
            ("1.1E+3", "1100"),
            ("100", "100"),
            ("123456789012345", "123456789012345"),
            ("1234567890123456", "1234567890123460"),
            ("1e20", "100000000000000000000"),
            ("0.1", "0.1"),
            ("-2.5000000000000001E-2", "-0.025"),
            (" 7 ", "7"),
            ("007", "7"),
            (".5", "0.5"),
            ("+3", "3"),
            ("9.9999999999999995E+22", "100000000000000000000000"),
            ("4.93542E+12", "4935420000000"),
        ];
        for (stored, shown) in cases {
            let mut out = String::new();
            assert!(write_decimal(stored, &mut out), "{stored}");
            assert_eq!(out, shown, "{stored}");
        }
        let roundings = [
            ("0.02941176470588235", "0.0294117647058823"),
            ("99.99999999999999", "100"),
            ("0.99999999999999989", "1"),
            ("9.9999999999999991", "10"),
            ("12.3456789012345678", "12.3456789012346"),
            ("-0.0000012345678901234567", "-0.00000123456789012346"),
            ("19.999999999999996", "20"),
            ("123456789012345.61", "123456789012346"),
        ];
        for (stored, shown) in roundings {
            let mut out = String::new();
            assert!(write_decimal(stored, &mut out), "{stored}");
            assert_eq!(out, shown, "{stored}");
        }
        for no_number in ["", "-", "NaN", "inf", "1e999", "x", "1.2.3", "#N/A"] {
            assert!(!write_decimal(no_number, &mut String::new()), "{no_number}");
        }
    }

    #[test]
    fn digits_round_as_doubles_do() {
        let mut state = 7_u64;
        for step in 0..20_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let value = f64::from((state >> 33) as u32) / f64::from((state >> 40) as u32 | 1)
                * 10_f64.powi(step % 9 - 4);
            for stored in [
                format!("{value}"),
                format!("{value:.16}"),
                format!("-{value:.5}"),
            ] {
                let (mut written, mut rounded) = (String::new(), String::new());
                assert!(write_decimal(&stored, &mut written));
                write_float(stored.parse().unwrap(), &mut rounded);
                assert_eq!(written, rounded, "{stored}");
            }
        }
    }

    #[test]
    fn serials_become_days() {
        use Epoch::{Y1900, Y1904};
        let cases = [
            (1.0, Y1900, Some("1900-01-01")),
            (59.0, Y1900, Some("1900-02-28")),
            (60.0, Y1900, None),
            (61.0, Y1900, Some("1900-03-01")),
            (43_779.0, Y1900, Some("2019-11-10")),
            (0.5, Y1900, None),
            (-1.0, Y1900, None),
            (45_943.5, Y1900, Some("2025-10-13T12:00:00")),
            (45_943.999_999, Y1900, Some("2025-10-14")),
            (45_943.541, Y1900, Some("2025-10-13T12:59:02")),
            (2_958_466.0, Y1900, None),
            (f64::NAN, Y1900, None),
            (0.0, Y1904, Some("1904-01-01")),
            (44_481.0, Y1904, Some("2025-10-13")),
            (0.25, Y1904, None),
        ];
        for (serial, epoch, text) in cases {
            let mut out = String::new();
            let written = write_date(serial, epoch, &mut out);
            assert_eq!(written.then_some(&*out), text, "{serial}");
        }
    }

    #[test]
    fn formats_tell_days_from_numbers() {
        for day in [
            "MMM dd, yyyy",
            "yyyy\"年\"m\"月\"d\"日\"",
            "[$-409]d-mmm;@",
            "mmm",
            "m/d",
            "yyyy-mm-dd hh:mm",
            "[$-411]ge.m.d",
            "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy",
            "[$-x-sysdate]dddd, mmmm dd, yyyy",
            "[$-804]yyyy\"年\"m\"月\"d\"日\";@",
            "TT.MM.JJJJ",
            "jj/mm/aaaa",
            "yyyy-mm-dd hh:mm:ss.000",
            "dd/mm/yyyy;@",
        ] {
            assert!(shows_day(day), "{day}");
        }
        let others = [
            "General",
            "0.00",
            "[$$]#,##0.00;\\([$$]#,##0.00\\)",
            "[$AED-409]#,##0.00",
            "0.0000%",
            "h:mm",
            "[h]:mm:ss",
            "[h]:mm",
            "[mm]",
            "mm:ss",
            "#,##0\" days\"",
            "0.00E+00",
            "[Red]0",
            "@",
            "h:mm AM/PM",
            "_(* #,##0_)",
            "0.00;[Red]\\-0.00\\ \"d\"",
            "0;yyyy",
            "0.00 USD",
            "#,##0 days",
            "Standard",
            "h:mm:ss.0",
            "[$-409]General",
            "_-[$SEK]\\ * #,##0.00_-",
        ];
        for other in others {
            assert!(!shows_day(other), "{other}");
        }
    }
}
