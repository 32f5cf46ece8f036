//! Text to calendar day. Pure; knows no column.
//!
//! Most ways of writing a date say themselves what is day and what is month. `05/01/2026` does not: it is kept as two
//! numbers until the order is known, from the whole column or from the user, never from this one cell.

use crate::decode::exact::Exact;
use crate::decode::month;
use crate::model::market::DateOrder;
use crate::model::period::day_number;
use jiff::civil::Date;

/// A date as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrittenDate {
    /// The text says what is year, month and day.
    Certain(Date),
    /// Day and month in an order that the text does not say.
    Numeric { first: i8, second: i8, year: i16 },
}

/// What a numeric date says about the order of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrderClue {
    /// It can only be read so.
    Only(DateOrder),
    /// Either order gives the same day.
    Same,
    /// Either order gives a day, and not the same.
    Open,
    /// It is no date in any order.
    Neither,
}

impl WrittenDate {
    /// The day, given the order of numeric dates. Where none is given, only if there is just one day that it can be.
    pub(crate) fn resolve(self, order: Option<DateOrder>) -> Option<Date> {
        match (self, order) {
            (Self::Certain(date), _) => Some(date),
            (
                Self::Numeric {
                    first,
                    second,
                    year,
                },
                Some(DateOrder::DayFirst),
            ) => civil(year, second, first),
            (
                Self::Numeric {
                    first,
                    second,
                    year,
                },
                Some(DateOrder::MonthFirst),
            ) => civil(year, first, second),
            (Self::Numeric { .. }, Some(DateOrder::YearFirst) | None) => match self.clue() {
                OrderClue::Only(order) => self.resolve(Some(order)),
                OrderClue::Same => self.resolve(Some(DateOrder::DayFirst)),
                OrderClue::Open | OrderClue::Neither => None,
            },
        }
    }

    pub(crate) fn clue(self) -> OrderClue {
        let day_first = self.resolve(Some(DateOrder::DayFirst));
        let month_first = self.resolve(Some(DateOrder::MonthFirst));
        match (day_first, month_first) {
            (Some(a), Some(b)) if a == b => OrderClue::Same,
            (Some(_), Some(_)) => OrderClue::Open,
            (Some(_), None) => OrderClue::Only(DateOrder::DayFirst),
            (None, Some(_)) => OrderClue::Only(DateOrder::MonthFirst),
            (None, None) => OrderClue::Neither,
        }
    }
}

/// The date at the start of a text, and what stands behind it.
pub(crate) fn leading(text: &str) -> Option<(WrittenDate, &str)> {
    let mut rest = text;
    let found = if text.starts_with(|c: char| c.is_ascii_digit()) {
        let n_digits = text.bytes().take_while(u8::is_ascii_digit).count();
        match n_digits {
            8 => compact(&mut rest).map(WrittenDate::Certain),
            4 => year_first(&mut rest).map(WrittenDate::Certain),
            1 | 2 => day_or_month_first(&mut rest),
            _ => None,
        }
    } else {
        named_month_first(&mut rest).map(WrittenDate::Certain)
    };
    Some((found?, rest))
}

/// Days since 1970 of a spreadsheet's serial number (1900 system), or of a number like `20260131`.
pub(crate) fn of_number(value: Exact) -> Option<i32> {
    const SERIAL_OF_1970: i64 = 25_569;
    let whole = i64::try_from(
        value
            .digits
            .checked_div_euclid(10_i128.checked_pow(u32::from(value.scale))?)?,
    )
    .ok()?;
    if let (19_000_101..=21_991_231, Some(_)) = (whole, value.whole()) {
        let part = |divisor: i64, modulus: i64| i16::try_from(whole / divisor % modulus).ok();
        let (month, day) = (
            i8::try_from(part(100, 100)?).ok()?,
            i8::try_from(part(1, 100)?).ok()?,
        );
        return civil(part(10_000, 10_000)?, month, day).map(day_number);
    }
    // Serials up to 60 are off by one, for 1900 was no leap year; reports have none of these.
    (61..=109_575)
        .contains(&whole)
        .then(|| i32::try_from(whole - SERIAL_OF_1970).ok())?
}

fn civil(year: i16, month: i8, day: i8) -> Option<Date> {
    if !(1000..=9999).contains(&year) {
        return None;
    }
    Date::new(year, month, day).ok()
}

/// `20260131`.
fn compact(rest: &mut &str) -> Option<Date> {
    civil(
        digits(rest, 4)?,
        short(digits(rest, 2)?)?,
        short(digits(rest, 2)?)?,
    )
}

/// `2026-01-31`, `2026/1/5`, `2026.01.31`, `2026-Jan-05`, `2026年1月5日`, `2026년 1월 5일`; a month alone is its first day:
/// `2026-01`, `2026年1月`.
fn year_first(rest: &mut &str) -> Option<Date> {
    let year = digits(rest, 4)?;
    let separator = eat(rest, |c| matches!(c, '-' | '/' | '.' | '年' | '년'))?;
    blanks(rest);
    let before = rest.len();
    let month = match digits(rest, 2) {
        Some(month) => short(month)?,
        None => month::number(word(rest))?,
    };
    if rest.is_empty() && before >= 2 && matches!(separator, '-' | '/')
        || matches!(*rest, "月" | "월")
    {
        *rest = "";
        return civil(year, month, 1);
    }
    eat(rest, |c| {
        c == separator || matches!((separator, c), ('年', '月') | ('년', '월'))
    })?;
    blanks(rest);
    let day = short(digits(rest, 2)?)?;
    eat(rest, |c| matches!(c, '日' | '일'));
    civil(year, month, day)
}

/// `01/2026` is a month, and stands for its first day. `05/01/2026`, `05-01-2026`, `05.01.26` (always day first), `5 Jan 2026`, `05-Jan-26`, `5. Januar 2026`, `5 de enero de 2026`.
fn day_or_month_first(rest: &mut &str) -> Option<WrittenDate> {
    let first = short(digits(rest, 2)?)?;
    let separator = eat(rest, |c| matches!(c, '-' | '/' | '.'));
    if separator.is_some() && rest.len() == 4 && rest.bytes().all(|b| b.is_ascii_digit()) {
        return civil(year(rest)?, first, 1).map(WrittenDate::Certain);
    }
    if let Some(separator) = separator
        && let Some(second) = digits(rest, 2)
    {
        eat(rest, |c| c == separator)?;
        let (second, year) = (short(second)?, year(rest)?);
        return match separator {
            '.' => civil(year, second, first).map(WrittenDate::Certain),
            _ => Some(WrittenDate::Numeric {
                first,
                second,
                year,
            }),
        };
    }
    blanks(rest);
    let mut name = word(rest);
    if name.eq_ignore_ascii_case("de") {
        blanks(rest);
        name = word(rest);
    }
    let month = month::number(name)?;
    eat(rest, |c| c == '.');
    eat(rest, |c| matches!(c, '-' | '/' | ','));
    blanks(rest);
    if let Some(after) = rest.strip_prefix("de ") {
        *rest = after;
    }
    civil(year(rest)?, month, first).map(WrittenDate::Certain)
}

/// `Jan 05, 2026`, `jul 14, 2026`, `sept. 1 2026`, `January 5, 2026`; a month alone is its first day: `Jan 2026`.
fn named_month_first(rest: &mut &str) -> Option<Date> {
    let month = month::number(word(rest))?;
    eat(rest, |c| c == '.');
    eat(rest, |c| matches!(c, '-' | '/'));
    blanks(rest);
    if rest.bytes().take_while(u8::is_ascii_digit).count() == 4 {
        return civil(year(rest)?, month, 1);
    }
    let day = short(digits(rest, 2)?)?;
    eat(rest, |c| matches!(c, ',' | '-' | '/'));
    blanks(rest);
    civil(year(rest)?, month, day)
}

/// Four digits, or two that stand for the years from 2000 on.
fn year(rest: &mut &str) -> Option<i16> {
    match rest.bytes().take_while(u8::is_ascii_digit).count() {
        4 => digits(rest, 4),
        2 => digits(rest, 2).map(|year| 2000 + year),
        _ => None,
    }
}

/// Up to so many digits.
fn digits(rest: &mut &str, most: usize) -> Option<i16> {
    let n = rest
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    let (number, after) = rest.split_at(n);
    let value = number.parse().ok()?;
    *rest = after;
    Some(value)
}

fn short(value: i16) -> Option<i8> {
    i8::try_from(value).ok()
}

/// Letters; none where there are none.
fn word<'a>(rest: &mut &'a str) -> &'a str {
    let end = rest
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    *rest = after;
    word
}

fn blanks(rest: &mut &str) {
    *rest = rest.trim_start();
}

fn eat(rest: &mut &str, wanted: impl Fn(char) -> bool) -> Option<char> {
    let first = rest.chars().next().filter(|c| wanted(*c))?;
    *rest = &rest[first.len_utf8()..];
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::DateOrder::DayFirst;
    use super::DateOrder::MonthFirst;
    use super::*;
    use jiff::civil::date;

    fn whole(text: &str, order: Option<DateOrder>) -> Option<Date> {
        let (written, rest) = leading(text)?;
        rest.is_empty().then(|| written.resolve(order))?
    }

    #[test]
    fn dates_that_say_their_order() {
        for text in [
            "2026-01-05",
            "2026/01/05",
            "2026/1/5",
            "2026.01.05",
            "20260105",
            "2026-Jan-05",
            "Jan 05, 2026",
            "Jan 5, 2026",
            "jan. 5, 2026",
            "January 5 2026",
            "JAN-05-2026",
            "ene 5, 2026",
            "5 Jan 2026",
            "05-Jan-2026",
            "05-Jan-26",
            "05/Jan/2026",
            "5Jan2026",
            "5. Januar 2026",
            "5 janv. 2026",
            "5 gen 2026",
            "5 de enero de 2026",
            "05.01.2026",
            "5.1.2026",
            "05.01.26",
            "2026年1月5日",
            "2026年01月05日",
            "2026년 1월 5일",
        ] {
            for order in [None, Some(DayFirst), Some(MonthFirst)] {
                assert_eq!(
                    whole(text, order),
                    Some(date(2026, 1, 5)),
                    "{text} {order:?}"
                );
            }
        }
        assert_eq!(whole("jul 14, 2026", None), Some(date(2026, 7, 14)));
        assert_eq!(whole("7 avr. 2026", None), Some(date(2026, 4, 7)));
        assert_eq!(whole("1 sept 2026", None), Some(date(2026, 9, 1)));
    }

    #[test]
    fn a_month_is_its_first_day() {
        for text in [
            "2026-01",
            "2026/01",
            "01/2026",
            "1/2026",
            "01-2026",
            "01.2026",
            "Jan 2026",
            "January 2026",
            "janv. 2026",
            "jan-2026",
            "2026年1月",
            "2026年01月",
            "2026년 1월",
        ] {
            assert_eq!(whole(text, None), Some(date(2026, 1, 1)), "{text}");
        }
    }

    #[test]
    fn numeric_dates_need_an_order() {
        for (text, none, day_first, month_first) in [
            ("05/01/2026", None, Some((2026, 1, 5)), Some((2026, 5, 1))),
            ("05-01-2026", None, Some((2026, 1, 5)), Some((2026, 5, 1))),
            ("5/1/26", None, Some((2026, 1, 5)), Some((2026, 5, 1))),
            (
                "05/05/2026",
                Some((2026, 5, 5)),
                Some((2026, 5, 5)),
                Some((2026, 5, 5)),
            ),
            ("31/01/2026", Some((2026, 1, 31)), Some((2026, 1, 31)), None),
            ("01/31/2026", Some((2026, 1, 31)), None, Some((2026, 1, 31))),
            ("31/31/2026", None, None, None),
        ] {
            let dates =
                [none, day_first, month_first].map(|parts| parts.map(|(y, m, d)| date(y, m, d)));
            let met = [None, Some(DayFirst), Some(MonthFirst)].map(|order| whole(text, order));
            assert_eq!(met, dates, "{text}");
        }
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "2026",
            "2026-13-01",
            "2026-02-30",
            "2026-1",
            "2026-13",
            "13/2026",
            "2026.01",
            "Jan 20265",
            "30.02.2026",
            "05.31.2026",
            "1/2",
            "1/2/3",
            "01/02-2026",
            "Foo 5, 2026",
            "May",
            "5 May",
            "12345",
            "2026-01-05x",
            "0026-01-05",
            "202601055",
            "１/２/2026",
            "年月日",
            "--",
        ] {
            assert_eq!(whole(text, Some(DayFirst)), None, "{text}");
        }
        assert_eq!(
            leading("2026-02-23 19:32").map(|(_, rest)| rest),
            Some(" 19:32")
        );
    }

    #[test]
    fn spreadsheet_serials() {
        for (digits, scale, expected) in [
            (45_066, 0, Some(date(2023, 5, 20))),
            (45_066_584, 3, Some(date(2023, 5, 20))),
            (20_260_131, 0, Some(date(2026, 1, 31))),
            (20_261_331, 0, None),
            (12, 0, None),
            (-45_066, 0, None),
            (999_999, 0, None),
        ] {
            assert_eq!(
                of_number(Exact::new(digits, scale)),
                expected.map(day_number),
                "{digits}e-{scale}"
            );
        }
    }
}
