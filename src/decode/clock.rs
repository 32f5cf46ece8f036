//! Text to instant: the time of day and the zone that stand behind a date. Pure; knows no column.

use crate::decode::date;
use crate::decode::date::WrittenDate;
use crate::decode::exact::Exact;
use crate::model::market::DateOrder;
use crate::model::period::day_number;

const MS_PER_SECOND: i64 = 1000;
const MS_PER_MINUTE: i64 = 60 * MS_PER_SECOND;
const MS_PER_HOUR: i64 = 60 * MS_PER_MINUTE;
const MS_PER_DAY: i64 = 24 * MS_PER_HOUR;

/// Minutes east of Greenwich of the zones that Amazon's reports name. `CST` is left out: it is China's and Chicago's.
/// `IST` is India's, for no report has been seen that means another.
const ZONES: &[(&str, i32)] = &[
    ("AEDT", 660),
    ("AEST", 600),
    ("BRT", -180),
    ("BST", 60),
    ("CDT", -300),
    ("CEST", 120),
    ("CET", 60),
    ("EDT", -240),
    ("EEST", 180),
    ("EET", 120),
    ("EST", -300),
    ("GMT", 0),
    ("GST", 240),
    ("IST", 330),
    ("JST", 540),
    ("KST", 540),
    ("MDT", -360),
    ("MEST", 120),
    ("MESZ", 120),
    ("MET", 60),
    ("MEZ", 60),
    ("MST", -420),
    ("PDT", -420),
    ("PST", -480),
    ("SAST", 120),
    ("SGT", 480),
    ("TRT", 180),
    ("UTC", 0),
    ("WEST", 60),
    ("WET", 0),
    ("Z", 0),
];

/// Morning and afternoon, before or behind the hour; lower case.
const MORNING: &[&str] = &["am", "a.m.", "a. m.", "上午", "午前", "오전"];
const AFTERNOON: &[&str] = &["pm", "p.m.", "p. m.", "下午", "午後", "오후"];

/// A date, with a time behind it or not.
pub(crate) fn written_date(text: &str) -> Option<WrittenDate> {
    let (written, rest) = date::leading(text)?;
    time(rest).map(|_| written)
}

/// Days since 1970. A time behind the date is read, so that it is one, and left out: the day is the one written.
pub(crate) fn day(text: &str, order: Option<DateOrder>) -> Option<i32> {
    written_date(text)?.resolve(order).map(day_number)
}

/// Milliseconds since 1970, in UTC where the text tells its zone, else as if the time written were UTC. A date alone is
/// its midnight.
pub(crate) fn instant(text: &str, order: Option<DateOrder>) -> Option<i64> {
    let (written, rest) = date::leading(text)?;
    let ms = time(rest)?;
    Some(i64::from(day_number(written.resolve(order)?)) * MS_PER_DAY + ms)
}

/// Milliseconds since 1970 of a spreadsheet's serial number.
pub(crate) fn instant_of_number(value: Exact) -> Option<i64> {
    let day = i64::from(date::of_number(value)?);
    let unit = 10_i128.checked_pow(u32::from(value.scale))?;
    let fraction = Exact::new(
        value
            .digits
            .rem_euclid(unit)
            .checked_mul(i128::from(MS_PER_DAY))?,
        value.scale,
    );
    Some(day * MS_PER_DAY + i64::try_from(fraction.rescale(0)?.kept).ok()?)
}

/// Milliseconds from the midnight before, less the zone's offset. Nothing at all is midnight.
fn time(text: &str) -> Option<i64> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Some(0);
    }
    if !rest.starts_with(|c: char| c.is_ascii_digit()) && !rest.starts_with(['T', 't', ',']) {
        // A date with a zone and no time is the midnight there.
        if let Some(minutes) = zone(rest) {
            return Some(-i64::from(minutes) * MS_PER_MINUTE);
        }
    }
    rest = rest
        .strip_prefix(['T', 't', ','])
        .unwrap_or(rest)
        .trim_start();
    let before = half_of_day(&mut rest);
    let hour = number(&mut rest, 1..=2)?;
    rest = rest.strip_prefix(':')?;
    let minute = number(&mut rest, 2..=2)?;
    let (mut second, mut ms) = (0, 0);
    if let Some(after) = rest.strip_prefix(':') {
        rest = after;
        second = number(&mut rest, 2..=2)?;
        if let Some(after) = rest.strip_prefix(['.', ',']) {
            rest = after;
            ms = milliseconds(&mut rest)?;
        }
    }
    let half = before.or_else(|| half_of_day(&mut rest));
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(half) => hour % 12 + if half == Half::Afternoon { 12 } else { 0 },
        None => hour,
    };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let local = hour * MS_PER_HOUR + minute * MS_PER_MINUTE + second * MS_PER_SECOND + ms;
    Some(local - i64::from(zone(rest.trim())?) * MS_PER_MINUTE)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
}

fn half_of_day(rest: &mut &str) -> Option<Half> {
    let text = rest.trim_start();
    let halves = [(Half::Morning, MORNING), (Half::Afternoon, AFTERNOON)];
    let (half, after) = halves
        .iter()
        .flat_map(|(half, words)| words.iter().map(move |word| (*half, *word)))
        .find_map(|(half, word)| without_word(text, word).map(|after| (half, after)))?;
    *rest = after.trim_start();
    Some(half)
}

/// The text behind `word`, whatever its case and the width of its blanks.
fn without_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let mut chars = text.chars();
    for wanted in word.chars() {
        let met = chars.next()?;
        let same = met.to_ascii_lowercase() == wanted || wanted == ' ' && met.is_whitespace();
        if !same {
            return None;
        }
    }
    let rest = chars.as_str();
    (!rest.starts_with(|c: char| c.is_ascii_alphabetic())).then_some(rest)
}

/// Minutes east of Greenwich; nothing at all is none.
fn zone(text: &str) -> Option<i32> {
    if text.is_empty() {
        return Some(0);
    }
    let text = text
        .strip_prefix('(')
        .and_then(|open| open.strip_suffix(')'))
        .unwrap_or(text);
    let end = text
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (name, offset) = text.split_at(end);
    let base = if name.is_empty() {
        0
    } else {
        ZONES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, minutes)| *minutes)?
    };
    match offset.trim_start() {
        "" if name.is_empty() => None,
        "" => Some(base),
        // An offset may only follow a name that itself has none: `GMT+1`, `UTC-08:00`.
        _ if base != 0 => None,
        offset => signed_minutes(offset),
    }
}

/// `+01:00`, `+0100`, `-8`, `−3`.
fn signed_minutes(text: &str) -> Option<i32> {
    let (sign, digits) = match text.strip_prefix('+') {
        Some(digits) => (1, digits),
        None => (-1, text.strip_prefix(['-', '\u{2212}'])?),
    };
    let (hours, minutes) = match (digits.split_once(':'), digits.len()) {
        (Some(parts), _) => parts,
        (None, 3 | 4) => digits.split_at_checked(digits.len() - 2)?,
        (None, _) => (digits, "0"),
    };
    let is_number = |part: &str| {
        !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !is_number(hours) || !is_number(minutes) {
        return None;
    }
    let (hours, minutes) = (hours.parse::<i32>().ok()?, minutes.parse::<i32>().ok()?);
    (hours <= 18 && minutes <= 59).then_some(sign * (hours * 60 + minutes))
}

fn number(rest: &mut &str, n_digits: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let n = rest.bytes().take_while(u8::is_ascii_digit).count();
    if !n_digits.contains(&n) {
        return None;
    }
    let (digits, after) = rest.split_at(n);
    *rest = after;
    digits.parse().ok()
}

/// The fraction of a second; what is finer than a millisecond is cut off.
fn milliseconds(rest: &mut &str) -> Option<i64> {
    let n = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, after) = rest.split_at(n);
    *rest = after;
    let ms = digits
        .bytes()
        .chain([b'0'; 3])
        .take(3)
        .fold(0, |ms, byte| ms * 10 + i64::from(byte - b'0'));
    (n > 0).then_some(ms)
}

#[cfg(test)]
mod tests {
    use super::DateOrder::DayFirst;
    use super::DateOrder::MonthFirst;
    use super::*;

    fn iso(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn instants_are_in_utc_where_a_zone_is_told() {
        for (text, expected) in [
            ("2016-06-10T14:05:24+00:00", "2016-06-10T14:05:24Z"),
            ("2026-07-20T01:00:00+0100", "2026-07-20T00:00:00Z"),
            ("2022-07-01T05:30:00+05:30", "2022-07-01T00:00:00Z"),
            ("2026-01-05T12:00:00Z", "2026-01-05T12:00:00Z"),
            ("2026-01-05T12:00:00.123456Z", "2026-01-05T12:00:00.123Z"),
            ("2026/02/23 19:32", "2026-02-23T19:32:00Z"),
            ("2026-02-10 11:05:30", "2026-02-10T11:05:30Z"),
            ("2026-08-12 PDT", "2026-08-12T07:00:00Z"),
            ("2026-08-04 UTC", "2026-08-04T00:00:00Z"),
            ("2022-06-05 15:13 (UTC)", "2022-06-05T15:13:00Z"),
            ("2025-08-14 22:07:18 UTC", "2025-08-14T22:07:18Z"),
            ("14.08.2025 22:07:18 UTC", "2025-08-14T22:07:18Z"),
            ("Sep 4, 2026 1:05:07 AM PDT", "2026-09-04T08:05:07Z"),
            ("Jan 5, 2026 11:59:59 PM PST", "2026-01-06T07:59:59Z"),
            ("Jan 5, 2026 12:00:00 a.m. PST", "2026-01-05T08:00:00Z"),
            ("Jan 5, 2026 12:00 p. m. GMT-6", "2026-01-05T18:00:00Z"),
            ("1 Jul 2026 4:24:44 am UTC", "2026-07-01T04:24:44Z"),
            ("7 avr. 2026 12:34:56 CEST", "2026-04-07T10:34:56Z"),
            ("31 dic 2025 23:21:47 UTC", "2025-12-31T23:21:47Z"),
            ("1 Jul 2026 10:00:00 GMT+1", "2026-07-01T09:00:00Z"),
            ("1 Jul 2026 10:00:00 UTC+01:00", "2026-07-01T09:00:00Z"),
            ("2026/07/01 12:34:56 JST", "2026-07-01T03:34:56Z"),
            ("2026/07/01 12:34:56JST", "2026-07-01T03:34:56Z"),
            ("2019-12-06 03:30:06 PST", "2019-12-06T11:30:06Z"),
            ("05/09/2018 09:58:06 MEST", "2018-09-05T07:58:06Z"),
            ("2026/1/5 下午 3:04:05", "2026-01-05T15:04:05Z"),
            ("2026/1/5 上午12:04", "2026-01-05T00:04:00Z"),
            ("2026年1月5日 午後3:04", "2026-01-05T15:04:00Z"),
            ("2026-01-05", "2026-01-05T00:00:00Z"),
            ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(instant(text, Some(DayFirst)), Some(iso(expected)), "{text}");
        }
        assert_eq!(
            instant("2/11/2026 4:01 PM", Some(MonthFirst)),
            Some(iso("2026-02-11T16:01:00Z"))
        );
        assert_eq!(instant("2/11/2026 4:01 PM", None), None);
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "2026-01-05 25:00",
            "2026-01-05 12:60",
            "2026-01-05 12",
            "2026-01-05 13:00 PM",
            "2026-01-05 0:00 AM",
            "2026-01-05 12:00 XYZ",
            "2026-01-05 12:00 CST",
            "2026-01-05 12:00 PST+1",
            "2026-01-05 12:00:00.",
            "noon",
            "2026-01-05 12:00 +99",
            "2026-01-05 12:00 ()",
            "2026-01-05 1:2",
            "2026-01-05T",
            "2026-01-05 12:00 +1:2:3",
        ] {
            assert_eq!(instant(text, Some(DayFirst)), None, "{text}");
        }
    }

    #[test]
    fn a_day_is_the_one_written() {
        let day_of = |text: &str| jiff::civil::Date::strptime("%F", text).map(day_number).ok();
        for (text, expected) in [
            ("2026-01-31", "2026-01-31"),
            ("2026-01-31T00:00:00", "2026-01-31"),
            ("2026-01-31T23:30:00-08:00", "2026-01-31"),
            ("01.02.2026 10:00:00 UTC", "2026-02-01"),
        ] {
            assert_eq!(day(text, None), day_of(expected), "{text}");
        }
        assert_eq!(day("2026-01-31 later", None), None);
    }

    #[test]
    fn serials_have_a_time_of_day() {
        for (digits, scale, expected) in [
            (450_665, 1, "2023-05-20T12:00:00Z"),
            (45_066, 0, "2023-05-20T00:00:00Z"),
            (450_665_840_277_778, 10, "2023-05-20T14:01:00Z"),
        ] {
            assert_eq!(
                instant_of_number(Exact::new(digits, scale)),
                Some(iso(expected)),
                "{digits}"
            );
        }
    }

    #[test]
    fn zones_are_sorted_and_unique() {
        assert!(ZONES.is_sorted_by(|(a, _), (b, _)| a < b));
    }
}
