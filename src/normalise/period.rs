//! Which period each row speaks of, and into which table that leads.

use crate::model::market::Market;
use crate::model::name::ColumnName;
use crate::model::name::TableName;
use crate::model::period::PeriodKind;
use crate::model::period::date_of;
use crate::model::period::day_number;
use crate::model::period::month_of;
use crate::normalise::Columns;
use crate::normalise::identity::About;
use crate::normalise::identity::Answers;
use crate::normalise::identity::Identity;
use crate::normalise::identity::Question;
use crate::normalise::unit::Unit;
use crate::normalise::unit::bounds;
use crate::schema::Output;
use crate::schema::Period;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::BooleanArray;
use arrow::array::Date32Array;
use arrow::array::TimestampMillisecondArray;
use arrow::compute::max;
use arrow::compute::min;
use arrow::datatypes::DataType;
use arrow::datatypes::Date32Type;
use arrow::datatypes::TimestampMillisecondType;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

const MILLIS_PER_DAY: i64 = 86_400_000;

/// Days seen in a table's day columns: collected over all chunks before any row is placed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Days {
    /// Distinct days of the day column.
    seen: BTreeSet<i32>,
    first: Option<i32>,
    last: Option<i32>,
    /// First and last instant of an event's column of times: a marketplace's day begins at an hour of its own.
    instants: Option<(i64, i64)>,
}

impl Days {
    /// Adds the days of one chunk.
    pub fn observe(&mut self, period: &Period, columns: &Columns) {
        let (firsts, lasts): (Option<&ColumnName>, Option<&ColumnName>) = match period {
            Period::Day { day, range, .. } => {
                if let Some(array) = columns.get(day.as_str()) {
                    // Most rows are of the day of the row above.
                    let mut days: Vec<i32> = days(array).into_iter().flatten().collect();
                    days.dedup();
                    self.seen.extend(days);
                    return;
                }
                match range {
                    Some((first, last)) => (Some(first), Some(last)),
                    None => (None, None),
                }
            }
            Period::Range {
                extremes: Some((first, last)),
            } => (Some(first), Some(last)),
            Period::Snapshot { day: Some(day) } | Period::Event { at: day, .. } => {
                (Some(day), Some(day))
            }
            Period::Rows { start, end } => (Some(start), Some(end)),
            Period::Range { extremes: None } | Period::Snapshot { day: None } | Period::Always => {
                (None, None)
            }
        };
        let extreme = |name: Option<&ColumnName>| -> Vec<i32> {
            name.and_then(|name| columns.get(name.as_str()))
                .map_or_else(Vec::new, |array| {
                    days(array).into_iter().flatten().collect()
                })
        };
        if let Period::Event { at, .. } = period
            && let Some(array) = columns.get(at.as_str())
            && let Some(times) = array.as_primitive_opt::<TimestampMillisecondType>()
        {
            let known = self.instants;
            let first = min(times).into_iter().chain(known.map(|(first, _)| first));
            let last = max(times).into_iter().chain(known.map(|(_, last)| last));
            self.instants = first.min().zip(last.max());
        }
        self.first = self.first.into_iter().chain(extreme(firsts)).min();
        self.last = self.last.into_iter().chain(extreme(lasts)).max();
    }

    /// The latest day that any row speaks of.
    pub fn latest(&self) -> Option<Date> {
        self.seen.last().copied().max(self.last).and_then(date_of)
    }

    fn extremes(&self) -> Option<(Date, Date)> {
        let first = self.seen.first().copied().or(self.first)?;
        Some((
            date_of(first)?,
            date_of(self.seen.last().copied().max(self.last)?)?,
        ))
    }

    /// The extremes as the marketplace counts days; in UTC where each row names its own.
    fn extremes_at(&self, market: Option<Market>) -> Option<(Date, Date)> {
        let (Some((first, last)), Some(market)) = (self.instants, market) else {
            return self.extremes();
        };
        let zone = TimeZone::get(market.zone()).unwrap_or(TimeZone::UTC);
        let day = |at: i64| {
            let at = jiff::Timestamp::from_millisecond(at).ok()?;
            Some(zone.to_datetime(at).date())
        };
        Some((day(first)?, day(last)?))
    }

    /// Days that are not the first of a month.
    fn has_inner_days(&self) -> bool {
        self.seen
            .iter()
            .filter_map(|day| date_of(*day))
            .any(|day| day.day() != 1)
    }
}

/// The days of a date or timestamp column.
fn days(array: &ArrayRef) -> Vec<Option<i32>> {
    match array.data_type() {
        DataType::Date32 => array.as_primitive::<Date32Type>().iter().collect(),
        DataType::Timestamp(..) => array
            .as_primitive::<TimestampMillisecondType>()
            .iter()
            .map(|at| i32::try_from(at?.div_euclid(MILLIS_PER_DAY)).ok())
            .collect(),
        _ => vec![None; array.len()],
    }
}

/// How the rows of one output of one table are placed in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placing {
    pub table: TableName,
    pub kind: Option<PeriodKind>,
    how: How,
    /// First and last day that the rows speak of, for the catalogue.
    pub span: Option<(Date, Date)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum How {
    DayColumn(ColumnName),
    /// The day column holds a day of each row's week or month. Rows may speak of less where the report covers less.
    UnitColumn {
        day: ColumnName,
        unit: Unit,
        within: Option<(Date, Date)>,
    },
    /// Each row's own first and last day.
    RowColumns(ColumnName, ColumnName),
    Fixed {
        start: Date,
        end: Date,
        certain: bool,
    },
    SnapshotColumn(ColumnName),
    Observed(Date),
    /// The event's column, from which its day follows.
    EventColumn(ColumnName),
    Event,
    None,
}

/// Decides for an output. `has` says whether a column was bound.
///
/// # Errors
/// A question when days and months look alike, or when nothing tells the period of a range report.
pub fn place(
    output: &Output,
    days: &Days,
    identity: &Identity,
    answers: &Answers,
    has: impl Fn(&ColumnName) -> bool,
) -> Result<Placing, Question> {
    let ranged = |table| ranged(table, days, identity);
    match &output.period {
        Period::Day {
            day,
            range,
            months,
            is_granular,
        } if has(day) => {
            let unit = unit_of(days, identity, answers)?;
            // Rows of months go to a table of their own, or to that of ranges.
            let has_twin = range.is_some() || *is_granular;
            let twin = has_twin.then(|| output.table.range_twin());
            let of_unit = match unit {
                Unit::Day => None,
                Unit::Week => twin,
                Unit::Month => months.clone().or(twin),
            };
            if let Some(table) = of_unit {
                let within = identity.period.filter(|_| *is_granular);
                return Ok(placed_by_unit(table, days, day, (unit, within)));
            }
            let how = How::DayColumn(day.clone());
            Ok(Placing {
                table: output.table.clone(),
                kind: Some(PeriodKind::Day),
                how,
                span: days.extremes(),
            })
        }
        Period::Day { .. } => ranged(output.table.range_twin()),
        Period::Range { .. } => ranged(output.table.clone()),
        Period::Rows { start, end } => Ok(Placing {
            table: output.table.clone(),
            kind: Some(PeriodKind::Range),
            how: How::RowColumns(start.clone(), end.clone()),
            span: days.extremes(),
        }),
        Period::Snapshot { day: Some(day) } if has(day) => {
            let how = How::SnapshotColumn(day.clone());
            Ok(Placing {
                table: output.table.clone(),
                kind: Some(PeriodKind::Snapshot),
                how,
                span: days.extremes(),
            })
        }
        Period::Snapshot { .. } => {
            let day = identity.observed_day;
            let how = How::Observed(day);
            Ok(Placing {
                table: output.table.clone(),
                kind: Some(PeriodKind::Snapshot),
                how,
                span: Some((day, day)),
            })
        }
        Period::Event { at, fixed: true } if has(at) => Ok(Placing {
            table: output.table.clone(),
            kind: Some(PeriodKind::DatedEvent),
            how: How::EventColumn(at.clone()),
            span: days.extremes_at(identity.market),
        }),
        Period::Event { .. } => Ok(Placing {
            table: output.table.clone(),
            kind: output.period.kind(),
            how: How::Event,
            span: days.extremes_at(identity.market),
        }),
        Period::Always => Ok(Placing {
            table: output.table.clone(),
            kind: None,
            how: How::None,
            span: None,
        }),
    }
}

/// All rows cover the days of the report as a whole.
fn ranged(table: TableName, days: &Days, identity: &Identity) -> Result<Placing, Question> {
    let (period, certain) = match (identity.period, days.extremes()) {
        (Some(period), _) => (period, identity.period_is_certain),
        (None, Some(extremes)) => (extremes, false),
        (None, None) => {
            return Err(Question {
                about: About::Period,
                text: "nothing tells which days this covers: no dates inside and none in the name"
                    .into(),
            });
        }
    };
    let how = How::Fixed {
        start: period.0,
        end: period.1,
        certain,
    };
    Ok(Placing {
        table,
        kind: Some(PeriodKind::Range),
        how,
        span: Some(period),
    })
}

/// Rows whose day column names a week or month each, of which the report may cover a part.
fn placed_by_unit(
    table: TableName,
    days: &Days,
    day: &ColumnName,
    (unit, within): (Unit, Option<(Date, Date)>),
) -> Placing {
    let span = days.extremes().map(|(first, last)| {
        let (start, _) = bounds(first, unit, within);
        let (_, end) = bounds(last, unit, within);
        (start, end)
    });
    let day = day.clone();
    Placing {
        table,
        kind: Some(PeriodKind::Range),
        how: How::UnitColumn { day, unit, within },
        span,
    }
}

/// What the dates of the day column stand for: the user's word first, then the report's own, then what they look like.
fn unit_of(days: &Days, identity: &Identity, answers: &Answers) -> Result<Unit, Question> {
    match answers.unit.or(identity.unit) {
        Some(unit) => Ok(unit),
        None if looks_monthly(days, identity)? => Ok(Unit::Month),
        None => Ok(Unit::Day),
    }
}

/// Rows of a monthly report all carry the first of a month (`formats/amazon_ads.md` 2.5). Two such months without any
/// other day settle it. One alone is a day if the report was seen before that day's month had a second day to tell.
fn looks_monthly(days: &Days, identity: &Identity) -> Result<bool, Question> {
    if days.has_inner_days() || days.seen.is_empty() {
        return Ok(false);
    }
    if days.seen.len() >= 2 {
        return Ok(true);
    }
    let only = days.extremes().map(|(first, _)| first);
    if only.is_some_and(|day| identity.observed_day <= day) {
        return Ok(false);
    }
    let day = only.map_or_else(String::new, |day| day.to_string());
    Err(Question {
        about: About::Unit,
        text: format!("all rows are dated {day}: one day, or the whole month?").into(),
    })
}

/// The days of events as the marketplace counts them: that of the table, or that of each row.
fn event_days(rows: &Columns, at: &ColumnName, market: Option<Market>) -> Vec<Option<i32>> {
    let Some(array) = rows.get(at.as_str()) else {
        return vec![None; rows.n_rows()];
    };
    let Some(times) = array.as_primitive_opt::<TimestampMillisecondType>() else {
        return days(array);
    };
    let codes = rows
        .get("marketplace")
        .and_then(|array| array.as_string_opt::<i32>());
    let mut zones: BTreeMap<Market, TimeZone> = BTreeMap::new();
    (0..times.len())
        .map(|row| {
            let at = times.is_valid(row).then(|| times.value(row))?;
            let of_row = codes.filter(|codes| codes.is_valid(row));
            let market = market.or_else(|| Market::by_code(of_row?.value(row)));
            let zone = match market {
                Some(market) => zones
                    .entry(market)
                    .or_insert_with(|| TimeZone::get(market.zone()).unwrap_or(TimeZone::UTC)),
                None => &TimeZone::UTC,
            };
            let at = jiff::Timestamp::from_millisecond(at).ok()?;
            Some(day_number(zone.to_datetime(at).date()))
        })
        .collect()
}

/// The columns that place `n` rows in time. `market` is that of the table, where it has one.
pub fn columns(
    placing: &Placing,
    rows: &Columns,
    market: Option<Market>,
) -> Vec<(&'static str, ArrayRef)> {
    let n = rows.n_rows();
    let fixed = |date: Date| -> ArrayRef { Arc::new(Date32Array::from_value(day_number(date), n)) };
    let of = |name: &ColumnName| -> Vec<Option<i32>> {
        rows.get(name.as_str()).map_or_else(|| vec![None; n], days)
    };
    let mapped = |days: &[Option<i32>], change: fn(Date) -> Date| -> ArrayRef {
        // Most rows are of the day of the row above.
        let mut above: (Option<i32>, Option<i32>) = (None, None);
        let changed = days.iter().map(|day| {
            if *day != above.0 {
                let made = day.and_then(date_of).map(|date| day_number(change(date)));
                above = (*day, made);
            }
            above.1
        });
        Arc::new(changed.collect::<Date32Array>())
    };
    let same: fn(Date) -> Date = |date| date;
    match &placing.how {
        How::DayColumn(day) => {
            let days = of(day);
            vec![
                ("date", mapped(&days, same)),
                ("month", mapped(&days, month_of)),
            ]
        }
        How::UnitColumn { day, unit, within } => {
            let spans: Vec<Option<(i32, i32)>> = of(day)
                .iter()
                .map(|day| {
                    let (start, end) = bounds(date_of((*day)?)?, *unit, *within);
                    Some((day_number(start), day_number(end)))
                })
                .collect();
            let starts: Vec<Option<i32>> = spans.iter().map(|span| Some((*span)?.0)).collect();
            let ends: Vec<Option<i32>> = spans.iter().map(|span| Some((*span)?.1)).collect();
            own_range(&starts, &ends, mapped)
        }
        How::RowColumns(start, end) => own_range(&of(start), &of(end), mapped),
        How::Fixed {
            start,
            end,
            certain,
        } => vec![
            ("period_start", fixed(*start)),
            ("period_end", fixed(*end)),
            (
                "period_certain",
                Arc::new(BooleanArray::from(vec![*certain; n])),
            ),
            ("month", fixed(month_of(*start))),
        ],
        How::SnapshotColumn(day) => {
            let days = of(day);
            vec![
                ("snapshot_date", mapped(&days, same)),
                ("month", mapped(&days, month_of)),
            ]
        }
        How::EventColumn(at) => {
            let days = event_days(rows, at, market);
            vec![
                ("event_date", mapped(&days, same)),
                ("month", mapped(&days, month_of)),
            ]
        }
        How::Observed(day) => vec![
            ("snapshot_date", fixed(*day)),
            ("month", fixed(month_of(*day))),
        ],
        How::Event | How::None => Vec::new(),
    }
}

/// The columns of rows that each have a period of their own.
fn own_range(
    starts: &[Option<i32>],
    ends: &[Option<i32>],
    mapped: impl Fn(&[Option<i32>], fn(Date) -> Date) -> ArrayRef,
) -> Vec<(&'static str, ArrayRef)> {
    let certain = BooleanArray::from(vec![true; starts.len()]);
    vec![
        ("period_start", mapped(starts, |date| date)),
        ("period_end", mapped(ends, |date| date)),
        ("period_certain", Arc::new(certain)),
        ("month", mapped(starts, month_of)),
    ]
}

/// An instant for all rows.
pub fn instant_column(at: jiff::Timestamp, n: usize) -> ArrayRef {
    Arc::new(TimestampMillisecondArray::from_value(
        at.as_millisecond(),
        n,
    ))
}

impl Placing {
    /// The columns without which a row has no place in time.
    pub fn needs(&self) -> Vec<&ColumnName> {
        match &self.how {
            How::DayColumn(day)
            | How::UnitColumn { day, .. }
            | How::SnapshotColumn(day)
            | How::EventColumn(day) => vec![day],
            How::RowColumns(start, end) => vec![start, end],
            How::Fixed { .. } | How::Observed(_) | How::Event | How::None => Vec::new(),
        }
    }
}
