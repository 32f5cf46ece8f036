//! Tables that every stage may use and no report brings: days, weeks, months, small numbers, marketplaces, today.
//! Owns what they hold; knows no table of the store beside the holidays that it is given.

use crate::model::market::Market;
use crate::model::period::day_number;
use crate::model::period::month_of;
use crate::model::period::week_starting;
use crate::workspace::Account;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::BooleanArray;
use arrow::array::Date32Array;
use arrow::array::Int64Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use arrow::datatypes::Date32Type;
use arrow::error::ArrowError;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::civil::Weekday;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Tables that are always there, beside the store's: made here, from the configuration, from the observations, or from
/// what the catalogue tells of reports.
pub const HELPERS: &[&str] = &[
    "as_of",
    "calendar",
    "market",
    "numbers",
    "observation_pairs",
    "own_sellers",
    "periods",
    "report_arrivals",
    "report_kinds",
    "restatements",
    "settings",
];

/// The greatest of the small numbers.
const GREATEST: i64 = 1000;

/// The days that a calendar shows, both included, and how its weeks start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub first: Date,
    pub last: Date,
    pub week_start: Weekday,
}

impl Span {
    /// Whole years: from that before the first day's to that after the last's. A day that comes to the data moves the
    /// ends once a year, and only then is everything that looks at the calendar made anew.
    pub fn around(first: Date, last: Date, week_start: Weekday) -> Self {
        Self {
            first: first.saturating_sub(1.year()).first_of_year(),
            last: last.saturating_add(1.year()).last_of_year(),
            week_start,
        }
    }

    fn days(self) -> impl Iterator<Item = Date> {
        self.first
            .series(1.day())
            .take_while(move |day| *day <= self.last)
    }
}

/// `calendar`: one row per day. `holidays` has `day` and `kind`, `holiday` or `workday` (a weekend on which is worked);
/// without it, Monday to Friday are worked.
///
/// # Errors
/// Never, unless Arrow refuses columns of one length.
pub fn calendar(span: Span, holidays: Option<&RecordBatch>) -> Result<RecordBatch, ArrowError> {
    let exceptions = exceptions(holidays);
    let worked = |day: &Date| {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        exceptions
            .get(&day_number(*day))
            .copied()
            .unwrap_or(!weekend)
    };
    let days: Vec<Date> = span.days().collect();
    table(vec![
        ("date", dates(days.iter().copied())),
        (
            "day_number",
            numbers_of(days.iter().map(|day| day_number(*day))),
        ),
        (
            "week_start",
            dates(days.iter().map(|day| week_starting(*day, span.week_start))),
        ),
        ("month", dates(days.iter().map(|day| month_of(*day)))),
        (
            "month_end",
            dates(days.iter().map(|day| day.last_of_month())),
        ),
        (
            "day_of_week",
            numbers_of(
                days.iter()
                    .map(|day| i32::from(day.weekday().to_sunday_zero_offset())),
            ),
        ),
        (
            "working_day",
            Arc::new(
                days.iter()
                    .map(|day| Some(worked(day)))
                    .collect::<BooleanArray>(),
            ),
        ),
    ])
}

fn exceptions(holidays: Option<&RecordBatch>) -> BTreeMap<i32, bool> {
    let column = |name| holidays.and_then(|batch| batch.column_by_name(name));
    let days = column("day").and_then(|array| array.as_primitive_opt::<Date32Type>());
    let kinds = column("kind").and_then(|array| array.as_string_opt::<i32>());
    let pairs = days.into_iter().flatten().zip(kinds.into_iter().flatten());
    pairs
        .filter_map(|(day, kind)| Some((day?, kind? == "workday")))
        .collect()
}

/// `periods`: the whole weeks and months of the span.
///
/// # Errors
/// As [`calendar`].
pub fn periods(span: Span) -> Result<RecordBatch, ArrowError> {
    let week = |start: Date| ("week", start, start.saturating_add(6.days()));
    let month = |start: Date| ("month", start, start.last_of_month());
    let weeks = span
        .days()
        .filter(|day| day.weekday() == span.week_start)
        .map(week);
    let months = span.days().filter(|day| day.day() == 1).map(month);
    let all: Vec<(&str, Date, Date)> = months
        .chain(weeks)
        .filter(|(.., end)| *end <= span.last)
        .collect();
    let length = |(_, start, end): &(&str, Date, Date)| day_number(*end) - day_number(*start) + 1;
    table(vec![
        (
            "kind",
            Arc::new(
                all.iter()
                    .map(|(kind, ..)| Some(*kind))
                    .collect::<StringArray>(),
            ),
        ),
        ("start_date", dates(all.iter().map(|(_, start, _)| *start))),
        ("end_date", dates(all.iter().map(|(.., end)| *end))),
        (
            "start_day",
            numbers_of(all.iter().map(|(_, start, _)| day_number(*start))),
        ),
        (
            "end_day",
            numbers_of(all.iter().map(|(.., end)| day_number(*end))),
        ),
        ("n_days", numbers_of(all.iter().map(length))),
    ])
}

/// `numbers`: 0 to 1000.
///
/// # Errors
/// As [`calendar`].
pub fn numbers() -> Result<RecordBatch, ArrowError> {
    table(vec![(
        "n",
        Arc::new(Int64Array::from_iter_values(0..=GREATEST)),
    )])
}

/// `market`: every marketplace there is.
///
/// # Errors
/// As [`calendar`].
pub fn market() -> Result<RecordBatch, ArrowError> {
    let texts = |fact: fn(Market) -> &'static str| -> ArrayRef {
        Arc::new(
            Market::all()
                .map(|market| Some(fact(market)))
                .collect::<StringArray>(),
        )
    };
    table(vec![
        ("marketplace", texts(Market::code)),
        ("currency", texts(Market::currency)),
        ("domain", texts(Market::domain)),
    ])
}

/// `own_sellers`: the seller ids of the team's accounts: who is not among them is a stranger.
///
/// # Errors
/// As [`calendar`].
pub fn own_sellers(accounts: &[Account]) -> Result<RecordBatch, ArrowError> {
    let pairs: Vec<(&str, &str)> = accounts
        .iter()
        .flat_map(|account| account.seller_ids.iter().map(|id| (&*account.name, &**id)))
        .collect();
    let names = StringArray::from_iter_values(pairs.iter().map(|(name, _)| name));
    let ids = StringArray::from_iter_values(pairs.iter().map(|(_, id)| id));
    table(vec![
        ("account", Arc::new(names)),
        ("seller_id", Arc::new(ids)),
    ])
}

/// `as_of`: the day of the run, in one row.
///
/// # Errors
/// As [`calendar`].
pub fn as_of(day: Date) -> Result<RecordBatch, ArrowError> {
    table(vec![
        ("as_of", dates([day].into_iter())),
        ("day_number", numbers_of([day_number(day)].into_iter())),
    ])
}

fn table(columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch, ArrowError> {
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
}

fn dates(days: impl Iterator<Item = Date>) -> ArrayRef {
    Arc::new(
        days.map(|day| Some(day_number(day)))
            .collect::<Date32Array>(),
    )
}

fn numbers_of(values: impl Iterator<Item = i32>) -> ArrayRef {
    Arc::new(
        values
            .map(|value| Some(i64::from(value)))
            .collect::<Int64Array>(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::util::display::array_value_to_string;
    use jiff::civil::date;

    fn row(batch: &RecordBatch, row: usize) -> String {
        let cells = batch
            .columns()
            .iter()
            .map(|array| array_value_to_string(array, row).unwrap());
        cells.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn days_know_their_week_month_and_work() {
        let holidays = table(vec![
            (
                "day",
                dates([date(2026, 2, 17), date(2026, 2, 14)].into_iter()),
            ),
            (
                "kind",
                Arc::new(StringArray::from(vec!["holiday", "workday"])),
            ),
        ])
        .unwrap();
        let span = Span {
            first: date(2026, 2, 14),
            last: date(2026, 2, 18),
            week_start: Weekday::Sunday,
        };
        let days = calendar(span, Some(&holidays)).unwrap();
        let found: Vec<String> = (0..5).map(|day| row(&days, day)).collect();
        assert_eq!(
            found,
            [
                "2026-02-14 20498 2026-02-08 2026-02-01 2026-02-28 6 true",
                "2026-02-15 20499 2026-02-15 2026-02-01 2026-02-28 0 false",
                "2026-02-16 20500 2026-02-15 2026-02-01 2026-02-28 1 true",
                "2026-02-17 20501 2026-02-15 2026-02-01 2026-02-28 2 false",
                "2026-02-18 20502 2026-02-15 2026-02-01 2026-02-28 3 true",
            ]
        );
        let monday = calendar(
            Span {
                week_start: Weekday::Monday,
                ..span
            },
            None,
        )
        .unwrap();
        assert_eq!(
            row(&monday, 1),
            "2026-02-15 20499 2026-02-09 2026-02-01 2026-02-28 0 false"
        );
    }

    #[test]
    fn periods_are_whole() {
        let span = Span {
            first: date(2026, 1, 30),
            last: date(2026, 3, 5),
            week_start: Weekday::Sunday,
        };
        let periods = periods(span).unwrap();
        let found: Vec<String> = (0..periods.num_rows())
            .map(|period| row(&periods, period))
            .collect();
        assert_eq!(found[0], "month 2026-02-01 2026-02-28 20485 20512 28");
        assert_eq!(found[1], "week 2026-02-01 2026-02-07 20485 20491 7");
        assert_eq!(found.len(), 5);
    }

    #[test]
    fn small_tables_have_their_rows() {
        assert_eq!(numbers().unwrap().num_rows(), 1001);
        assert_eq!(market().unwrap().num_rows(), Market::all().count());
        assert_eq!(row(&as_of(date(1970, 1, 2)).unwrap(), 0), "1970-01-02 1");
        assert!(HELPERS.is_sorted());
    }
}
