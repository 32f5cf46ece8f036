//! Parts -> `current/`: the winning observation of each slice or key, one file per partition.
//!
//! A partition's file is a function of the parts, the declared table and the acceptances; the fingerprint of these
//! stands in its footer, so that only what changed is merged again and a crash in between is seen.

use crate::model::id;
use crate::model::name::ColumnName;
use crate::model::name::TableName;
use crate::model::period::PeriodKind;
use crate::model::table::MergeBy;
use crate::model::table::Table;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::choose;
use crate::store::entry::SliceEntry;
use crate::store::files;
use crate::store::layout;
use crate::store::layout::Partition;
use crate::store::reader;
use crate::store::reports::Catalogue;
use crate::store::splice;
use crate::store::writer;
use arrow::array::ArrayRef;
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::compute::interleave_record_batch;
use arrow::error::ArrowError;
use arrow::row::Row;
use arrow::row::RowConverter;
use arrow::row::Rows;
use arrow::row::SortField;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

/// Changes when the rules of merging change: all of `current/` is then made anew.
const VERSION: &str = "1";

/// A partition to merge.
#[derive(Debug, Clone)]
pub struct Job<'a> {
    pub partition: Partition,
    table: &'a Table,
    /// Sorted by path.
    parts: Vec<PartRef<'a>>,
    fingerprint: String,
}

/// A part as the catalogue knows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct PartRef<'a> {
    pub path: &'a str,
    pub report_id: &'a str,
    pub slices: &'a [SliceEntry],
    observed_at: &'a str,
    observed_from: &'a str,
}

/// What merging has to do: partitions whose file is not made of what it should be, and files of partitions that are gone.
#[derive(Debug, Default)]
pub struct Plan<'a> {
    pub jobs: Vec<Job<'a>>,
    pub gone: Vec<PathBuf>,
}

/// A slice whose newest observation was not taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PassedOver {
    pub table: TableName,
    pub report_id: Box<str>,
    /// The slice as people name it: `US, SP, 2026-01-31`.
    pub slice: Box<str>,
    pub rows: (i128, i128),
    pub blank: (i128, i128),
    pub weight: (i128, i128),
}

/// Compares what the catalogue says with what lies in `current/`.
///
/// # Errors
/// When `current/` cannot be listed.
pub fn plan<'a>(
    store: &Store,
    catalogue: &'a Catalogue,
    tables: &'a BTreeMap<TableName, Table>,
    accepted: &BTreeSet<String>,
) -> Result<Plan<'a>, StoreError> {
    let mut parts: BTreeMap<Partition, Vec<PartRef<'a>>> = BTreeMap::new();
    for report in catalogue.live().flat_map(|(_, entry)| &entry.tables) {
        for part in &report.parts {
            let Ok(table) = TableName::parse(&part.table) else {
                continue;
            };
            let month = part.month.as_deref().map(Into::into);
            let partition = Partition {
                table,
                marketplace: part.marketplace.as_str().into(),
                month,
            };
            parts.entry(partition).or_default().push(PartRef {
                path: &part.path,
                report_id: report.report_id.as_deref().unwrap_or_default(),
                slices: &part.slices,
                observed_at: report.observed_at.as_deref().unwrap_or_default(),
                observed_from: report.observed_from.as_deref().unwrap_or_default(),
            });
        }
    }
    let mut plan = Plan::default();
    let mut wanted = BTreeSet::new();
    for (partition, mut parts) in parts {
        let Some(table) = tables.get(&partition.table) else {
            continue;
        };
        parts.sort_by_key(|part| part.path);
        parts.dedup_by_key(|part| part.path);
        let fingerprint = fingerprint(table, &parts, accepted);
        let path = store
            .root()
            .join(layout::native(&layout::current(&partition)));
        if reader::inputs_of(&path).as_deref() != Some(&fingerprint) {
            plan.jobs.push(Job {
                partition,
                table,
                parts,
                fingerprint,
            });
        }
        wanted.insert(path);
    }
    plan.gone = files::list(&store.root().join("current"))?
        .into_iter()
        .filter(|path| !wanted.contains(path))
        .collect();
    Ok(plan)
}

fn fingerprint(table: &Table, parts: &[PartRef<'_>], accepted: &BTreeSet<String>) -> String {
    let shape: Vec<String> = table
        .columns
        .iter()
        .map(|column| format!("{} {:?}", column.name, column.ty))
        .collect();
    let rule = format!("{:?} {:?}", table.merge, table.families);
    let texts = [VERSION, &rule]
        .into_iter()
        .chain(shape.iter().map(String::as_str));
    id::hash(
        texts
            .chain(parts.iter().map(|part| part.path))
            .chain(accepted.iter().map(String::as_str)),
    )
}

/// Merges one partition and puts its file in place.
///
/// # Errors
/// When a part is missing or unreadable, or the file cannot be written; the old file is then still there.
pub fn run(
    store: &Store,
    job: &Job<'_>,
    accepted: &BTreeSet<String>,
) -> Result<Vec<PassedOver>, StoreError> {
    let path = store
        .root()
        .join(layout::native(&layout::current(&job.partition)));
    match job.table.merge.by {
        MergeBy::Slice => {
            let chosen = choose::choose(store, job.table, &job.parts, accepted)?;
            splice::write(
                store,
                &path,
                job.table,
                &job.parts,
                &chosen.pieces,
                &job.fingerprint,
            )?;
            Ok(chosen.passed_over)
        }
        MergeBy::Key => {
            newest_rows(store, &path, job)?;
            Ok(Vec::new())
        }
    }
}

impl PartRef<'_> {
    /// Order of observation: by time, ties by report. A state dated by the file's time alone stands before all that are
    /// dated better, since copying a file resets its time.
    pub(super) fn precedence(&self, table: &Table) -> (bool, i64, &str) {
        let dated = table.period != Some(PeriodKind::Snapshot) || self.observed_from != "mtime";
        let at = self
            .observed_at
            .parse::<Timestamp>()
            .map_or(0, Timestamp::as_millisecond);
        (dated, at, self.report_id)
    }
}

/// Writes the newest row of each key, in order of the key. Look-alikes inside one part are told apart by their ordinal.
fn newest_rows(store: &Store, path: &Path, job: &Job<'_>) -> Result<(), StoreError> {
    let failed = |source| StoreError::Rows {
        path: path.into(),
        source,
    };
    let table = job.table;
    let schema = table.arrow();
    let mut order: Vec<&PartRef<'_>> = job.parts.iter().collect();
    order.sort_by_key(|part| part.precedence(table));
    let mut parts = Vec::new();
    for part in order {
        let batches = reader::read(&store.root().join(layout::native(part.path)), &schema)?;
        parts.push(concat_batches(&schema, &batches).map_err(failed)?);
    }
    let places = by_key(table, &parts).map_err(failed)?;
    let rows = if places.is_empty() {
        Vec::new()
    } else {
        vec![interleave_record_batch(&parts.iter().collect::<Vec<_>>(), &places).map_err(failed)?]
    };
    files::replace(
        path,
        &writer::encode(path, &schema, &rows, Some(&job.fingerprint))?,
    )?;
    Ok(())
}

/// `(part, row)` in the order in which they are written.
fn by_key(table: &Table, parts: &[RecordBatch]) -> Result<Vec<(usize, usize)>, ArrowError> {
    let names = ["account", "marketplace"]
        .into_iter()
        .chain(table.day_column());
    let names = names.chain(table.merge.key.iter().map(ColumnName::as_str));
    let columns: Vec<usize> = names.filter_map(|name| table.index_of(name)).collect();
    let fields = columns
        .iter()
        .map(|at| SortField::new(table.columns[*at].ty.arrow()))
        .collect();
    let converter = RowConverter::new(fields)?;
    let keys: Vec<Rows> = parts
        .iter()
        .map(|part| {
            let arrays: Vec<ArrayRef> = columns.iter().map(|at| part.column(*at).clone()).collect();
            converter.convert_columns(&arrays)
        })
        .collect::<Result<_, _>>()?;
    let mut newest: BTreeMap<(Row<'_>, usize), (usize, usize)> = BTreeMap::new();
    for (n, part) in parts.iter().enumerate() {
        let mut ordinals: BTreeMap<Row<'_>, usize> = BTreeMap::new();
        for row in 0..part.num_rows() {
            let key = keys[n].row(row);
            let ordinal = ordinals.entry(key).or_default();
            newest.insert((key, *ordinal), (n, row));
            *ordinal += 1;
        }
    }
    Ok(newest.into_values().collect())
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
