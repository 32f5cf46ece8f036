//! The maker `time-weighted-median`: what a value was for most of a week, from the points at which it changed.
//!
//! Inputs, in order: `points` (`marketplace`, `source`, `asin`, `metric` text, `changed_at`, `known_until` timestamp, `value` a
//! number, null: none from here on) and `weeks` (`week_start` date). A value holds until the next point of its series,
//! the last one until `known_until`, the greatest that any of its points says. Weeks are of seven days, in UTC.
//!
//! Output, one row a week and series in which anything is known, sorted: `week_start`, `marketplace`, `source`, `asin`,
//! `metric`, `median` double (null: no value all week), `minutes_known` integer (with a value), `minutes_none` integer
//! (known to have none). Half the known time had at most the median.

use crate::pipeline::maker::MakeError;
use crate::pipeline::reading::Reading;
use arrow::array::ArrayRef;
use arrow::array::Date32Array;
use arrow::array::Float64Array;
use arrow::array::Int64Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

const MINUTE: i64 = 60_000;
const DAY: i64 = 1_440 * MINUTE;
const WEEK: i64 = 7 * DAY;

/// `marketplace`, `source`, `asin`, `metric`.
type Key = [Option<String>; 4];

/// One series: its points by time, and until when the last one holds.
#[derive(Default)]
struct Series {
    points: BTreeMap<i64, Option<f64>>,
    until: i64,
}

/// What is known of one week.
#[derive(Debug, PartialEq)]
struct Known {
    median: Option<f64>,
    with_value: i64,
    without: i64,
}

/// The maker.
///
/// # Errors
/// When an input lacks a column, or a column is of another kind.
pub fn medians(inputs: &[RecordBatch]) -> Result<RecordBatch, MakeError> {
    let [points, weeks] = inputs else {
        return Err(MakeError::Inputs {
            wanted: 2,
            given: inputs.len(),
        });
    };
    let series = series_of(&Reading {
        what: "points",
        batch: points,
    })?;
    let weeks = Reading {
        what: "weeks",
        batch: weeks,
    };
    let weeks: BTreeSet<i32> = weeks.days("week_start")?.into_iter().flatten().collect();
    let mut rows: Vec<(i32, &Key, Known)> = Vec::new();
    for (key, series) in &series {
        let known = weeks
            .iter()
            .filter_map(|week| Some((*week, key, series.week(i64::from(*week) * DAY)?)));
        rows.extend(known);
    }
    rows.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    written(&rows)
}

fn series_of(points: &Reading<'_>) -> Result<BTreeMap<Key, Series>, MakeError> {
    let (marketplaces, sources) = (points.texts("marketplace")?, points.texts("source")?);
    let (asins, metrics) = (points.texts("asin")?, points.texts("metric")?);
    let (instants, ends) = (
        points.instants("changed_at")?,
        points.instants("known_until")?,
    );
    let values = points.numbers("value")?;
    let mut found: BTreeMap<Key, Series> = BTreeMap::new();
    for (row, at) in instants.into_iter().enumerate() {
        let Some(at) = at else { continue };
        let key = [
            marketplaces[row].clone(),
            sources[row].clone(),
            asins[row].clone(),
            metrics[row].clone(),
        ];
        let series = found.entry(key).or_default();
        // Two points at one instant: the greater value, so that their order does not show.
        let value = series.points.entry(at).or_insert(values[row]);
        if values[row] > *value {
            *value = values[row];
        }
        series.until = series.until.max(ends[row].unwrap_or(at)).max(at);
    }
    Ok(found)
}

impl Series {
    /// What is known from this instant on for a week; none where nothing is.
    fn week(&self, start: i64) -> Option<Known> {
        let end = (start + WEEK).min(self.until);
        let before = self.points.range(..=start).next_back();
        let inside = self.points.range(start + 1..end.max(start + 1));
        let mut held: Vec<(f64, i64)> = Vec::new();
        let (mut with_value, mut without) = (0, 0);
        let mut keep = |value: Option<f64>, from: i64, to: i64| {
            let length = (to - from).max(0);
            match value {
                Some(value) => {
                    held.push((value, length));
                    with_value += length;
                }
                None => without += length,
            }
        };
        let mut current = before.map(|(_, value)| (*value, start));
        for (at, value) in inside {
            if let Some((held, from)) = current {
                keep(held, from, *at);
            }
            current = Some((*value, *at));
        }
        if let Some((held, from)) = current {
            keep(held, from, end);
        }
        if with_value + without <= 0 {
            return None;
        }
        held.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut passed = 0;
        let median = held.iter().find(|(_, length)| {
            passed += length;
            passed > 0 && passed * 2 >= with_value
        });
        Some(Known {
            median: median.map(|(value, _)| *value),
            with_value: with_value / MINUTE,
            without: without / MINUTE,
        })
    }
}

fn written(rows: &[(i32, &Key, Known)]) -> Result<RecordBatch, MakeError> {
    let key = |part: usize| -> ArrayRef {
        Arc::new(
            rows.iter()
                .map(|(_, key, _)| key[part].as_deref())
                .collect::<StringArray>(),
        )
    };
    let counts = |cell: fn(&Known) -> i64| -> ArrayRef {
        Arc::new(
            rows.iter()
                .map(|(.., known)| Some(cell(known)))
                .collect::<Int64Array>(),
        )
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        (
            "week_start",
            Arc::new(
                rows.iter()
                    .map(|(week, ..)| Some(*week))
                    .collect::<Date32Array>(),
            ),
        ),
        ("marketplace", key(0)),
        ("source", key(1)),
        ("asin", key(2)),
        ("metric", key(3)),
        (
            "median",
            Arc::new(
                rows.iter()
                    .map(|(.., known)| known.median)
                    .collect::<Float64Array>(),
            ),
        ),
        ("minutes_known", counts(|known| known.with_value)),
        ("minutes_none", counts(|known| known.without)),
    ];
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
    .map_err(|source| MakeError::Batch { source })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points as days after the week's start, and until when they are known.
    fn known(points: &[(f64, Option<f64>)], until: f64) -> Option<Known> {
        let at = |days: f64| -> i64 {
            let minutes: i64 = format!("{:.0}", days * 1440.0).parse().unwrap();
            10 * WEEK + minutes * MINUTE
        };
        let series = Series {
            points: points
                .iter()
                .map(|(days, value)| (at(*days), *value))
                .collect(),
            until: at(until),
        };
        series.week(10 * WEEK)
    }

    /// Days after the week's start, each with the value from then on.
    type Points = &'static [(f64, Option<f64>)];
    /// Median, minutes with a value, minutes without.
    type Wanted = Option<(Option<f64>, i64, i64)>;

    #[test]
    fn most_of_the_week_decides() {
        let days = |days: i64| days * 1440;
        let cases: &[(Points, f64, Wanted)] = &[
            // Held from before, never changed.
            (&[(-30.0, Some(5.0))], 20.0, Some((Some(5.0), days(7), 0))),
            // One day of 100 between six of 10: an instant of the last day would say 100.
            (
                &[(-1.0, Some(10.0)), (6.0, Some(100.0))],
                20.0,
                Some((Some(10.0), days(7), 0)),
            ),
            (
                &[(-1.0, Some(10.0)), (3.0, Some(100.0))],
                20.0,
                Some((Some(100.0), days(7), 0)),
            ),
            // Half and half: at most the median for half the time.
            (
                &[(0.0, Some(20.0)), (3.5, Some(10.0))],
                20.0,
                Some((Some(10.0), days(7), 0)),
            ),
            // Known only since Wednesday, and only until Friday.
            (&[(3.0, Some(7.0))], 5.0, Some((Some(7.0), days(2), 0))),
            // Gone from Wednesday on: what had no value is no value.
            (
                &[(-1.0, Some(4.0)), (3.0, None)],
                20.0,
                Some((Some(4.0), days(3), days(4))),
            ),
            (&[(-1.0, None)], 20.0, Some((None, 0, days(7)))),
            (&[(-9.0, Some(4.0))], -2.0, None),
            (&[(8.0, Some(4.0))], 20.0, None),
            (&[], 20.0, None),
        ];
        for (points, until, wanted) in cases {
            let found =
                known(points, *until).map(|known| (known.median, known.with_value, known.without));
            assert_eq!(found, *wanted, "{points:?} until {until}");
        }
    }
}
