//! What later reports said otherwise, as a table for SQL: `restatements`. Owns what it holds: for each slice, each
//! observation beside the one before it, where a figure of the two differs. Reads the catalogue, never a row.

use crate::model::period::date_of;
use crate::model::period::day_number;
use crate::model::period::month_of;
use crate::model::table::MergeBy;
use crate::model::table::Table;
use crate::store::StoreError;
use crate::store::amount::Amount;
use crate::store::entry::SliceEntry;
use crate::store::merge;
use crate::store::merge::PartRef;
use crate::store::part::SliceKey;
use crate::store::reports::Catalogue;
use arrow::array::ArrayRef;
use arrow::array::BooleanArray;
use arrow::array::Date32Array;
use arrow::array::Decimal128Array;
use arrow::array::Int64Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use arrow::array::TimestampMillisecondArray;
use arrow::error::ArrowError;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// How many rows there are: a figure beside those that the table adds up.
const ROWS: &str = "rows";

/// A figure of a slice that one observation told and the next told otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Restatement {
    table: String,
    marketplace: String,
    family: String,
    key: SliceKey,
    figure: String,
    /// None: the report had no value.
    before: Option<Amount>,
    now: Option<Amount>,
    /// When each was observed, in milliseconds, and by which report.
    observed: [(i64, String); 2],
    /// The later report's file.
    file: String,
    same_scope: bool,
}

/// `restatements`: one row per slice, observation and figure that is not what the observation before it said. Tables that
/// are merged by key have no slices and are not told of.
///
/// # Errors
/// When an entry cannot be read.
pub fn restatements<'a>(
    catalogue: &Catalogue,
    tables: impl Iterator<Item = &'a Table>,
) -> Result<RecordBatch, StoreError> {
    let mut found = Vec::new();
    for table in tables.filter(|table| table.merge.by == MergeBy::Slice) {
        for job in merge::jobs_of(catalogue, table, &BTreeSet::new())?.values() {
            found.extend(of_partition(table, job.parts()));
        }
    }
    written(&found).map_err(|source| StoreError::Rows {
        path: "restatements".into(),
        source,
    })
}

/// `restatements` of nothing.
///
/// # Errors
/// Never, unless Arrow refuses columns of one length.
pub fn no_restatements() -> Result<RecordBatch, ArrowError> {
    written(&[])
}

fn of_partition(table: &Table, parts: &[PartRef]) -> Vec<Restatement> {
    let mut order: Vec<&PartRef> = parts.iter().collect();
    order.sort_by_key(|part| part.precedence(table));
    // Families never replace each other, so each has its own line of observations.
    let mut lines: BTreeMap<(SliceKey, &str), Vec<(&PartRef, &SliceEntry)>> = BTreeMap::new();
    for part in order {
        for slice in part.slices() {
            let line = (SliceKey::of(slice), slice.family.as_str());
            lines.entry(line).or_default().push((part, slice));
        }
    }
    let mut found = Vec::new();
    for ((key, family), line) in lines {
        for pair in line.windows(2) {
            let [(old_part, old), (new_part, new)] = pair else {
                continue;
            };
            let at = |part: &PartRef| {
                let (at, report) = part.observed();
                (at, report.to_owned())
            };
            for (figure, before, now) in differing(old, new) {
                found.push(Restatement {
                    table: table.name.to_string(),
                    marketplace: new_part.part().marketplace.clone(),
                    family: family.to_owned(),
                    key: key.clone(),
                    figure,
                    before,
                    now,
                    observed: [at(old_part), at(new_part)],
                    file: new_part.file().to_owned(),
                    same_scope: old.members == new.members && !old.edge && !new.edge,
                });
            }
        }
    }
    found
}

/// Figures that two observations of a slice tell otherwise. A sum that an older version did not write down is no news.
fn differing(old: &SliceEntry, new: &SliceEntry) -> Vec<(String, Option<Amount>, Option<Amount>)> {
    let rows = |slice: &SliceEntry| Amount::of(i128::from(slice.rows), 0);
    let mut all = vec![(ROWS.to_owned(), rows(old), rows(new))];
    let is_told = |slice: &SliceEntry| !slice.sums.is_empty() || slice.rows == 0;
    if is_told(old) && is_told(new) {
        let names: BTreeSet<&String> = old.sums.keys().chain(new.sums.keys()).collect();
        let sum = |slice: &SliceEntry, name: &str| Amount::parse(slice.sums.get(name)?);
        all.extend(
            names
                .into_iter()
                .map(|name| (name.clone(), sum(old, name), sum(new, name))),
        );
    }
    all.retain(|(_, before, now)| before != now);
    all
}

fn written(found: &[Restatement]) -> Result<RecordBatch, ArrowError> {
    let texts = |of: fn(&Restatement) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(found.iter().map(of)))
    };
    let days = |of: fn(&Restatement) -> Option<Date>| -> ArrayRef {
        let days = found.iter().map(|one| of(one).map(day_number));
        Arc::new(days.collect::<Date32Array>())
    };
    let amounts = |of: fn(&Restatement) -> Option<Amount>| -> Result<ArrayRef, ArrowError> {
        let amounts = found.iter().map(|one| of(one).map(Amount::unscaled));
        let amounts: Decimal128Array = amounts.collect();
        Ok(Arc::new(
            amounts.with_precision_and_scale(38, Amount::SCALE)?,
        ))
    };
    let times = |of: fn(&Restatement) -> i64| -> ArrayRef {
        let times = found.iter().map(of);
        Arc::new(TimestampMillisecondArray::from_iter_values(times))
    };
    let apart = found
        .iter()
        .map(|one| observed_day(one, 1) - observed_day(one, 0));
    let scopes = found.iter().map(|one| Some(one.same_scope));
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("month", days(|one| date_at(one, 1).map(month_of))),
        ("into_table", texts(|one| &one.table)),
        ("account", texts(|one| &one.key.account)),
        ("marketplace", texts(|one| &one.marketplace)),
        ("family", texts(|one| &one.family)),
        ("ad_product", texts(|one| &one.key.ad_product)),
        ("source", texts(|one| &one.key.source)),
        ("document", texts(|one| &one.key.document)),
        ("period_start", days(|one| one.key.day.parse().ok())),
        ("period_end", days(|one| one.key.end.parse().ok())),
        ("figure", texts(|one| &one.figure)),
        ("value_prev", amounts(|one| one.before)?),
        ("value", amounts(|one| one.now)?),
        (
            "value_delta",
            amounts(|one| Some(one.now?.minus(one.before?)))?,
        ),
        ("observed_prev", times(|one| one.observed[0].0)),
        ("observed_at", times(|one| one.observed[1].0)),
        ("days_apart", Arc::new(Int64Array::from_iter_values(apart))),
        ("same_scope", Arc::new(scopes.collect::<BooleanArray>())),
        ("report_prev", texts(|one| &one.observed[0].1)),
        ("report_id", texts(|one| &one.observed[1].1)),
        ("file", texts(|one| &one.file)),
    ];
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
}

fn observed_day(one: &Restatement, which: usize) -> i64 {
    one.observed[which].0.div_euclid(DAY_MS)
}

fn date_at(one: &Restatement, which: usize) -> Option<Date> {
    date_of(i32::try_from(observed_day(one, which)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(rows: u64, sums: &[(&str, &str)]) -> SliceEntry {
        let text = |(name, sum): &(&str, &str)| ((*name).to_owned(), (*sum).to_owned());
        SliceEntry {
            rows,
            sums: sums.iter().map(text).collect(),
            ..SliceEntry::default()
        }
    }

    #[test]
    fn only_what_differs_is_told_and_absent_is_not_nought() {
        let shown = |old: &SliceEntry, new: &SliceEntry| -> Vec<String> {
            let text = |amount: Option<Amount>| {
                amount.map_or_else(|| "-".to_owned(), |amount| amount.to_string())
            };
            differing(old, new)
                .into_iter()
                .map(|(name, before, now)| format!("{name} {} {}", text(before), text(now)))
                .collect()
        };
        let old = slice(3, &[("clicks", "9"), ("spend", "1.5")]);
        for (new, expected) in [
            (slice(3, &[("clicks", "9"), ("spend", "1.5000")]), vec![]),
            (
                slice(4, &[("clicks", "9"), ("orders", "0")]),
                vec!["rows 3 4", "orders - 0", "spend 1.5 -"],
            ),
            // Written by a version that kept no sums.
            (slice(4, &[]), vec!["rows 3 4"]),
            (slice(0, &[]), vec!["rows 3 0", "clicks 9 -", "spend 1.5 -"]),
        ] {
            assert_eq!(shown(&old, &new), expected);
        }
    }
}
