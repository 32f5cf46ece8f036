//! `observation_pairs`: what a weekly diff compares with what. For each thing observed and each week, the last
//! observation of the week and the newest from any earlier week. Knows the two tables of observations and no mart.

use crate::model::period::date_of;
use crate::model::period::day_number;
use crate::model::period::week_starting;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::Date32Array;
use arrow::array::Int64Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use arrow::array::TimestampMillisecondArray;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::datatypes::Date32Type;
use arrow::datatypes::TimeUnit;
use arrow::datatypes::TimestampMillisecondType;
use arrow::error::ArrowError;
use jiff::civil::Weekday;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Tables whose rows are states of an ASIN at a time, and the query for their observations: one row per day, with the
/// newest instant of it.
pub const SUBJECTS: &[(&str, &str)] = &[
    (
        "keyword_rank",
        "SELECT marketplace, source, asin, snapshot_date, MAX(observed_at) AS observed_at FROM keyword_rank \
         GROUP BY marketplace, source, asin, snapshot_date",
    ),
    (
        "product_snapshot",
        "SELECT marketplace, source, asin, snapshot_date, MAX(observed_at) AS observed_at FROM product_snapshot \
         GROUP BY marketplace, source, asin, snapshot_date",
    ),
];

/// `subject`, `marketplace`, `source`, `asin`.
type Thing = [String; 4];

/// When something was observed: the day number, and the instant in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    day: i32,
    at: Option<i64>,
}

/// Pairs from the observations of each subject, as [`SUBJECTS`] gives them; rows sorted by thing and week. Rows without
/// a day or an ASIN are left out.
///
/// # Errors
/// When a batch lacks a column of the query, or holds another type in it.
pub fn observation_pairs(
    observations: &[(&str, RecordBatch)],
    first: Weekday,
) -> Result<RecordBatch, ArrowError> {
    let mut things: BTreeMap<Thing, BTreeMap<i32, Seen>> = BTreeMap::new();
    for (subject, batch) in observations {
        let column = |name: &str, ty: &DataType| {
            let array = batch.column_by_name(name);
            cast(
                array.ok_or_else(|| {
                    ArrowError::SchemaError(format!("{subject} has no column {name:?}"))
                })?,
                ty,
            )
        };
        let text = |name| column(name, &DataType::Utf8);
        let (marketplaces, sources, asins) = (text("marketplace")?, text("source")?, text("asin")?);
        let days = column("snapshot_date", &DataType::Date32)?;
        let instants = column(
            "observed_at",
            &DataType::Timestamp(TimeUnit::Millisecond, None),
        )?;
        let who = marketplaces
            .as_string::<i32>()
            .iter()
            .zip(sources.as_string::<i32>())
            .zip(asins.as_string::<i32>());
        let when = days
            .as_primitive::<Date32Type>()
            .iter()
            .zip(instants.as_primitive::<TimestampMillisecondType>());
        for (((marketplace, source), asin), (day, at)) in who.zip(when) {
            let (Some(asin), Some(day)) = (asin, day) else {
                continue;
            };
            let Some(week) = date_of(day).map(|date| day_number(week_starting(date, first))) else {
                continue;
            };
            let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
            let thing = [
                (*subject).to_owned(),
                owned(marketplace),
                owned(source),
                asin.to_owned(),
            ];
            let seen = Seen { day, at };
            let last = things.entry(thing).or_default().entry(week).or_insert(seen);
            *last = seen.max(*last);
        }
    }
    written(&things)
}

fn written(things: &BTreeMap<Thing, BTreeMap<i32, Seen>>) -> Result<RecordBatch, ArrowError> {
    let mut rows: Vec<(&Thing, i32, Seen, Option<Seen>)> = Vec::new();
    for (thing, weeks) in things {
        let mut before = None;
        for (week, seen) in weeks {
            rows.push((thing, *week, *seen, before));
            before = Some(*seen);
        }
    }
    let text = |part: usize| -> ArrayRef {
        let known = |(thing, ..): &(&Thing, i32, Seen, Option<Seen>)| {
            Some(thing[part].clone()).filter(|text| !text.is_empty())
        };
        Arc::new(rows.iter().map(known).collect::<StringArray>())
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("subject", text(0)),
        ("marketplace", text(1)),
        ("source", text(2)),
        ("asin", text(3)),
        (
            "week_start",
            Arc::new(
                rows.iter()
                    .map(|(_, week, ..)| Some(*week))
                    .collect::<Date32Array>(),
            ),
        ),
        (
            "observed_date",
            Arc::new(
                rows.iter()
                    .map(|(_, _, seen, _)| Some(seen.day))
                    .collect::<Date32Array>(),
            ),
        ),
        (
            "observed_at",
            Arc::new(
                rows.iter()
                    .map(|(_, _, seen, _)| seen.at)
                    .collect::<TimestampMillisecondArray>(),
            ),
        ),
        (
            "prev_date",
            Arc::new(
                rows.iter()
                    .map(|(.., prev)| prev.map(|prev| prev.day))
                    .collect::<Date32Array>(),
            ),
        ),
        (
            "prev_at",
            Arc::new(
                rows.iter()
                    .map(|(.., prev)| prev.and_then(|prev| prev.at))
                    .collect::<TimestampMillisecondArray>(),
            ),
        ),
        (
            "days_apart",
            Arc::new(
                rows.iter()
                    .map(|(_, _, seen, prev)| Some(i64::from(seen.day - (*prev)?.day)))
                    .collect::<Int64Array>(),
            ),
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::util::display::array_value_to_string;
    use jiff::civil::date;

    #[test]
    fn the_last_of_a_week_meets_the_newest_of_an_earlier_week() {
        // Sunday weeks: 1 and 3 February are one week, 5 is in it too; the week of the 8th is skipped.
        let days = [
            date(2026, 2, 5),
            date(2026, 2, 1),
            date(2026, 2, 3),
            date(2026, 2, 17),
        ]
        .map(day_number);
        let batch = RecordBatch::try_from_iter(vec![
            (
                "marketplace",
                Arc::new(StringArray::from(vec!["US"; 4])) as ArrayRef,
            ),
            ("source", Arc::new(StringArray::from(vec!["keepa"; 4]))),
            ("asin", Arc::new(StringArray::from(vec!["B0A"; 4]))),
            ("snapshot_date", Arc::new(Date32Array::from(days.to_vec()))),
            (
                "observed_at",
                Arc::new(TimestampMillisecondArray::from(vec![
                    Some(5000),
                    Some(1000),
                    Some(3000),
                    None,
                ])),
            ),
        ])
        .unwrap();
        let pairs = observation_pairs(&[("product_snapshot", batch)], Weekday::Sunday).unwrap();
        let row = |row| {
            let cells = pairs
                .columns()
                .iter()
                .map(|array| array_value_to_string(array, row).unwrap());
            cells.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(pairs.num_rows(), 2);
        assert_eq!(
            row(0),
            "product_snapshot US keepa B0A 2026-02-01 2026-02-05 1970-01-01T00:00:05   "
        );
        assert_eq!(
            row(1),
            "product_snapshot US keepa B0A 2026-02-15 2026-02-17  2026-02-05 1970-01-01T00:00:05 12"
        );
    }
}
