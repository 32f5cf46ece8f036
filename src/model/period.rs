//! Days, weeks and the kinds of period that a row can speak of.

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::civil::Weekday;
use std::fmt;

/// What a row's time means. Tables hold one kind each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeriodKind {
    /// One marketplace day.
    Day,
    /// A span of days as one sum; never spread over its days.
    Range,
    /// A state at a time.
    Snapshot,
    /// Something that happened once, on a day that later reports may state otherwise.
    Event,
    /// Something that happened once, on a day that stands.
    DatedEvent,
}

impl PeriodKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Range => "range",
            Self::Snapshot => "snapshot",
            Self::Event | Self::DatedEvent => "event",
        }
    }
}

impl fmt::Display for PeriodKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Two days written `2026-01-01..2026-01-31`, both included; none where it is written otherwise or ends before it starts.
pub fn days_between(text: &str) -> Option<(Date, Date)> {
    let (start, end) = text.split_once("..")?;
    let (start, end) = (start.trim().parse().ok()?, end.trim().parse().ok()?);
    (start <= end).then_some((start, end))
}

/// The first day of a date's month.
pub fn month_of(date: Date) -> Date {
    date.first_of_month()
}

/// The Sunday that starts a date's week, as Amazon's own weekly reports have it.
pub fn week_of(date: Date) -> Date {
    week_starting(date, Weekday::Sunday)
}

/// The start of a date's week when weeks start on `first`.
pub fn week_starting(date: Date, first: Weekday) -> Date {
    let back = date.weekday().since(first);
    date.saturating_sub(i64::from(back).days())
}

/// Days since 1970-01-01, Arrow's `Date32`.
pub fn day_number(date: Date) -> i32 {
    const EPOCH: Date = jiff::civil::date(1970, 1, 1);
    EPOCH.until(date).map_or(0, |span| span.get_days())
}

/// The date of a day number, or none outside of the years -9999 to 9999.
pub fn date_of(day_number: i32) -> Option<Date> {
    jiff::civil::date(1970, 1, 1)
        .checked_add(i64::from(day_number).days())
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn weeks_start_on_sunday() {
        assert_eq!(week_of(date(2026, 11, 24)), date(2026, 11, 22));
        assert_eq!(week_of(date(2026, 11, 22)), date(2026, 11, 22));
        assert_eq!(
            week_starting(date(2026, 11, 22), Weekday::Monday),
            date(2026, 11, 16)
        );
    }

    #[test]
    fn day_numbers_are_arrow_dates() {
        assert_eq!(day_number(date(1970, 1, 1)), 0);
        assert_eq!(day_number(date(2026, 1, 31)), 20_484);
        assert_eq!(date_of(20_484), Some(date(2026, 1, 31)));
        assert_eq!(
            date_of(day_number(date(1969, 12, 31))),
            Some(date(1969, 12, 31))
        );
    }
}
