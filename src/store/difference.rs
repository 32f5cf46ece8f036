//! What changed in a table between two states of the catalogue. Partitions that are made of other observations are merged
//! as of both, beside the store, and their rows are compared; all others are the same by construction.

use crate::model::name::ColumnName;
use crate::model::table::Table;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::amount::Amount;
use crate::store::merge;
use crate::store::merge::Job;
use crate::store::reader;
use crate::store::reports::Catalogue;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::BooleanArray;
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::compute::filter_record_batch;
use arrow::datatypes::DataType;
use arrow::datatypes::Decimal128Type;
use arrow::error::ArrowError;
use arrow::row::OwnedRow;
use arrow::row::RowConverter;
use arrow::row::SortField;
use arrow::util::display::array_value_to_string;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Columns that tell of the observation and not of what was observed.
const TOLD: &[&str] = &[
    "report_id",
    "observed_at",
    "observed_from",
    "source_row",
    "month",
];

/// A table at one moment: what was known, and which poorer reports were accepted.
pub struct Side<'a> {
    pub catalogue: &'a Catalogue,
    pub accepted: &'a BTreeSet<String>,
}

/// What is not the same on both sides.
#[derive(Debug, Default)]
pub struct Difference {
    /// Slices with a difference, in their order.
    pub slices: Vec<SliceDifference>,
    /// Slices that were compared row by row, and partitions that need not be.
    pub n_compared: usize,
    pub n_same_partitions: usize,
}

/// A slice that is not as it was.
#[derive(Debug, Default)]
pub struct SliceDifference {
    /// Columns that name the slice, with their text.
    pub place: Vec<(String, String)>,
    pub rows: (u64, u64),
    /// Sums that differ, before and after.
    pub figures: Vec<(String, Option<Amount>, Option<Amount>)>,
    pub differing: Vec<RowDifference>,
    /// Reports that told the rows that are new or otherwise.
    pub told_by: BTreeSet<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    New,
    Gone,
    Changed,
}

/// A row that is not as it was.
#[derive(Debug)]
pub struct RowDifference {
    pub kind: Kind,
    /// What tells rows of the slice apart.
    pub key: Vec<(String, String)>,
    /// Columns that differ, before and after; of a row that is new or gone, the figures.
    pub cells: Vec<(String, Option<String>, Option<String>)>,
}

impl SliceDifference {
    pub fn n(&self, kind: Kind) -> usize {
        self.differing.iter().filter(|row| row.kind == kind).count()
    }
}

/// Compares a table at two moments, as far as rows are `wanted`.
///
/// # Errors
/// When a part or an entry cannot be read, or there is no room for the rows of a partition beside the store.
pub fn between(
    store: &Store,
    table: &Table,
    old: &Side<'_>,
    new: &Side<'_>,
    wanted: &dyn Fn(&RecordBatch, usize) -> bool,
) -> Result<Difference, StoreError> {
    let mut before = merge::jobs_of(old.catalogue, table, old.accepted)?;
    let mut after = merge::jobs_of(new.catalogue, table, new.accepted)?;
    let folders: BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
    let mut difference = Difference::default();
    for folder in folders {
        let (before, after) = (before.remove(&folder), after.remove(&folder));
        if let (Some(before), Some(after)) = (&before, &after)
            && before.is_as(after)
        {
            difference.n_same_partitions += 1;
            continue;
        }
        let rows = |job: Option<&Job<'_>>, side: &Side<'_>| match job {
            Some(job) => merged(store, table, job, side.accepted, wanted),
            None => Ok(RecordBatch::new_empty(table.arrow())),
        };
        let (before, after) = (rows(before.as_ref(), old)?, rows(after.as_ref(), new)?);
        compare(table, &before, &after, &mut difference).map_err(|source| StoreError::Rows {
            path: store.root().join("observed").join(folder),
            source,
        })?;
    }
    Ok(difference)
}

/// The rows of a partition as they were current.
fn merged(
    store: &Store,
    table: &Table,
    job: &Job<'_>,
    accepted: &BTreeSet<String>,
    wanted: &dyn Fn(&RecordBatch, usize) -> bool,
) -> Result<RecordBatch, StoreError> {
    let aside = tempfile::tempdir().map_err(|source| StoreError::File {
        verb: "make a folder beside",
        path: store.root().into(),
        source,
    })?;
    let path = aside.path().join("data.parquet");
    merge::run_into(store, job, accepted, &path)?;
    let schema = table.arrow();
    let kept = reader::read(&path, &schema)?
        .iter()
        .map(|batch| {
            let mask = (0..batch.num_rows()).map(|row| Some(wanted(batch, row)));
            filter_record_batch(batch, &mask.collect())
        })
        .collect::<Result<Vec<_>, _>>();
    kept.and_then(|kept| concat_batches(&schema, &kept))
        .map_err(|source| StoreError::Rows {
            path: Path::new("current").join(job.partition.folder()),
            source,
        })
}

/// Rows of one key on both sides.
#[derive(Default)]
struct Pair {
    before: Vec<usize>,
    after: Vec<usize>,
}

fn compare(
    table: &Table,
    before: &RecordBatch,
    after: &RecordBatch,
    into: &mut Difference,
) -> Result<(), ArrowError> {
    let has = |name: &&str| table.index_of(name).is_some();
    let day_columns = table.day_column().into_iter().chain(["period_end"]);
    let mut place: Vec<&str> = ["marketplace", "account"]
        .into_iter()
        .chain(day_columns)
        .collect();
    place.extend(["ad_product", "source", "currency"]);
    place.extend(table.merge.slice.as_ref().map(ColumnName::as_str));
    place.retain(has);
    let mut key: Vec<&str> = table.merge.key.iter().map(ColumnName::as_str).collect();
    key.retain(|name| has(name) && !place.contains(name));
    let contents: Vec<&str> = table
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .filter(|name| !TOLD.contains(name))
        .collect();
    let places = Keys::of(table, &place)?;
    let keys = Keys::of(table, &key)?;
    let whole = Keys::of(table, &contents)?;
    let (contents_before, contents_after) = (whole.rows(before)?, whole.rows(after)?);
    let mut slices: BTreeMap<OwnedRow, BTreeMap<OwnedRow, Pair>> = BTreeMap::new();
    let (places_before, keys_before) = (places.rows(before)?, keys.rows(before)?);
    for (row, (place, key)) in places_before.into_iter().zip(keys_before).enumerate() {
        let pair = slices.entry(place).or_default().entry(key).or_default();
        pair.before.push(row);
    }
    let (places_after, keys_after) = (places.rows(after)?, keys.rows(after)?);
    for (row, (place, key)) in places_after.into_iter().zip(keys_after).enumerate() {
        let pair = slices.entry(place).or_default().entry(key).or_default();
        pair.after.push(row);
    }
    for pairs in slices.values() {
        into.n_compared += 1;
        let mut slice = SliceDifference::default();
        let all = |of: fn(&Pair) -> &Vec<usize>| -> Vec<usize> {
            pairs
                .values()
                .flat_map(|pair| of(pair).iter().copied())
                .collect()
        };
        let (old, new) = (all(|pair| &pair.before), all(|pair| &pair.after));
        for pair in pairs.values() {
            // Rows that are the same in every word meet first, however often they stand there.
            let mut pool: BTreeMap<&OwnedRow, Vec<usize>> = BTreeMap::new();
            for row in pair.before.iter().rev() {
                pool.entry(&contents_before[*row]).or_default().push(*row);
            }
            let is_new = |row: &usize| {
                let same = pool.get_mut(&contents_after[*row]);
                same.and_then(Vec::pop).is_none()
            };
            let right: Vec<usize> = pair.after.iter().copied().filter(is_new).collect();
            let mut left: Vec<usize> = pool.into_values().flatten().collect();
            left.sort_unstable();
            for at in 0..left.len().max(right.len()) {
                let (old, new) = (left.get(at).copied(), right.get(at).copied());
                slice
                    .differing
                    .push(row_difference(table, &key, (before, old), (after, new)));
                slice
                    .told_by
                    .extend(new.and_then(|row| text(after, "report_id", row)));
            }
        }
        if slice.differing.is_empty() {
            continue;
        }
        slice.rows = (old.len() as u64, new.len() as u64);
        slice.figures = additive(table)
            .filter_map(|name| {
                let was = Amount::sum(before.column_by_name(name)?, old.iter().copied());
                let is = Amount::sum(after.column_by_name(name)?, new.iter().copied());
                (was != is).then(|| (name.to_owned(), was, is))
            })
            .collect();
        slice.place = match (old.first(), new.first()) {
            (_, Some(row)) => named(after, &place, *row),
            (Some(row), None) => named(before, &place, *row),
            (None, None) => Vec::new(),
        };
        into.slices.push(slice);
    }
    Ok(())
}

fn additive(table: &Table) -> impl Iterator<Item = &str> {
    let columns = table.columns.iter().filter(|column| column.additive);
    columns.map(|column| column.name.as_str())
}

fn row_difference(
    table: &Table,
    key: &[&str],
    (before, old): (&RecordBatch, Option<usize>),
    (after, new): (&RecordBatch, Option<usize>),
) -> RowDifference {
    let (kind, named) = match (old, new) {
        (_, None) => (Kind::Gone, old.map(|row| named(before, key, row))),
        (None, Some(row)) => (Kind::New, Some(named(after, key, row))),
        (Some(_), Some(row)) => (Kind::Changed, Some(named(after, key, row))),
    };
    let columns = table.columns.iter().filter(|column| {
        let name = column.name.as_str();
        !TOLD.contains(&name) && (kind == Kind::Changed || column.additive)
    });
    let cells = columns.filter_map(|column| {
        let name = column.name.as_str();
        let was = old.and_then(|row| text(before, name, row));
        let is = new.and_then(|row| text(after, name, row));
        (was != is).then(|| (name.to_owned(), was, is))
    });
    RowDifference {
        kind,
        key: named.unwrap_or_default(),
        cells: cells.collect(),
    }
}

/// The columns with their text, of one row.
fn named(batch: &RecordBatch, columns: &[&str], row: usize) -> Vec<(String, String)> {
    let text = |name: &&str| {
        (
            (*name).to_owned(),
            text(batch, name, row).unwrap_or_default(),
        )
    };
    columns.iter().map(text).collect()
}

/// A cell as people read it: numbers without noughts at the end; none where it is empty.
fn text(batch: &RecordBatch, column: &str, row: usize) -> Option<String> {
    let array = batch.column_by_name(column)?;
    if array.is_null(row) {
        return None;
    }
    if array.as_primitive_opt::<Decimal128Type>().is_some() {
        return Amount::sum(array, std::iter::once(row)).map(|amount| amount.to_string());
    }
    array_value_to_string(array, row).ok()
}

/// Rows as keys of some columns that can be compared across batches.
struct Keys {
    at: Vec<usize>,
    converter: RowConverter,
}

impl Keys {
    fn of(table: &Table, columns: &[&str]) -> Result<Self, ArrowError> {
        let at: Vec<usize> = columns
            .iter()
            .filter_map(|name| table.index_of(name))
            .collect();
        let types = at.iter().map(|at| table.columns[*at].ty.arrow());
        let converter = RowConverter::new(types.map(SortField::new).collect())?;
        Ok(Self { at, converter })
    }

    fn rows(&self, batch: &RecordBatch) -> Result<Vec<OwnedRow>, ArrowError> {
        if self.at.is_empty() {
            // All rows are of one key; a converter of no column knows no number of rows.
            let one = RowConverter::new(vec![SortField::new(DataType::Boolean)])?;
            let array: ArrayRef = Arc::new(BooleanArray::from(vec![false; batch.num_rows()]));
            return Ok(one
                .convert_columns(&[array])?
                .iter()
                .map(|row| row.owned())
                .collect());
        }
        let arrays: Vec<ArrayRef> = self.at.iter().map(|at| batch.column(*at).clone()).collect();
        let rows = self.converter.convert_columns(&arrays)?;
        Ok(rows.iter().map(|row| row.owned()).collect())
    }
}
