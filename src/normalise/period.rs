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
use crate::normalise::identity::Unit;
use crate::schema::Output;
use crate::schema::Period;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::BooleanArray;
use arrow::array::Date32Array;
use arrow::array::TimestampMillisecondArray;
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
}

impl Days {
    /// Adds the days of one chunk.
    pub fn observe(&mut self, period: &Period, columns: &Columns) {
        let (firsts, lasts): (Option<&ColumnName>, Option<&ColumnName>) = match period {
            Period::Day { day, range, .. } => {
                if let Some(array) = columns.get(day.as_str()) {
                    self.seen.extend(days(array).into_iter().flatten());
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
    /// The day column holds the first of each row's month.
    MonthColumn(ColumnName),
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
    let ranged = |table: TableName| -> Result<Placing, Question> {
        let (period, certain) = match (identity.period, days.extremes()) {
            (Some(period), _) => (period, identity.period_is_certain),
            (None, Some(extremes)) => (extremes, false),
            (None, None) => {
                return Err(Question {
                    about: About::Period,
                    text:
                        "nothing tells which days this covers: no dates inside and none in the name"
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
    };
    match &output.period {
        Period::Day { day, range, months } if has(day) => {
            // Rows of months go to a table of their own, or to that of ranges.
            let twin = range.as_ref().map(|_| output.table.range_twin());
            let of_months = months.clone().or(twin);
            let monthly = match answers.unit {
                Some(unit) => unit == Unit::Month,
                None => looks_monthly(days, identity)?,
            };
            if let Some(table) = of_months.filter(|_| monthly) {
                let span = days
                    .extremes()
                    .map(|(first, last)| (first, last.last_of_month()));
                let how = How::MonthColumn(day.clone());
                return Ok(Placing {
                    table,
                    kind: Some(PeriodKind::Range),
                    how,
                    span,
                });
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
            span: days.extremes(),
        }),
        Period::Event { .. } => {
            let (table, span) = (output.table.clone(), days.extremes());
            Ok(Placing {
                table,
                kind: output.period.kind(),
                how: How::Event,
                span,
            })
        }
        Period::Always => Ok(Placing {
            table: output.table.clone(),
            kind: None,
            how: How::None,
            span: None,
        }),
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
        Arc::new(
            days.iter()
                .map(|day| Some(day_number(change(date_of((*day)?)?))))
                .collect::<Date32Array>(),
        )
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
        How::MonthColumn(day) => {
            let days = of(day);
            vec![
                ("period_start", mapped(&days, same)),
                ("period_end", mapped(&days, Date::last_of_month)),
                (
                    "period_certain",
                    Arc::new(BooleanArray::from(vec![true; n])),
                ),
                ("month", mapped(&days, month_of)),
            ]
        }
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

/// An instant for all rows.
pub fn instant_column(at: jiff::Timestamp, n: usize) -> ArrayRef {
    Arc::new(TimestampMillisecondArray::from_value(
        at.as_millisecond(),
        n,
    ))
}

impl Placing {
    /// The column without which a row has no place in time.
    pub fn needs(&self) -> Option<&ColumnName> {
        match &self.how {
            How::DayColumn(day)
            | How::MonthColumn(day)
            | How::SnapshotColumn(day)
            | How::EventColumn(day) => Some(day),
            How::Fixed { .. } | How::Observed(_) | How::Event | How::None => None,
        }
    }
}
