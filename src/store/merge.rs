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
use crate::store::files;
use crate::store::layout;
use crate::store::layout::Partition;
use crate::store::reader;
use crate::store::reports::Catalogue;
use crate::store::slices;
use crate::store::slices::Seen;
use crate::store::slices::Totals;
use crate::store::writer;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::compute::interleave_record_batch;
use arrow::datatypes::DataType;
use arrow::datatypes::Decimal128Type;
use arrow::datatypes::Int64Type;
use arrow::datatypes::TimestampMillisecondType;
use arrow::error::ArrowError;
use arrow::row::Row;
use arrow::row::RowConverter;
use arrow::row::Rows;
use arrow::row::SortField;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Changes when the rules of merging change: all of `current/` is then made anew.
const VERSION: &str = "1";

/// A partition to merge.
#[derive(Debug, Clone)]
pub struct Job<'a> {
    pub partition: Partition,
    table: &'a Table,
    /// Paths of parts relative to the store, sorted.
    parts: Vec<String>,
    fingerprint: String,
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
    catalogue: &Catalogue,
    tables: &'a BTreeMap<TableName, Table>,
    accepted: &BTreeSet<String>,
) -> Result<Plan<'a>, StoreError> {
    let mut parts: BTreeMap<Partition, Vec<String>> = BTreeMap::new();
    for part in catalogue.live().flat_map(|(_, entry)| &entry.tables).flat_map(|table| &table.parts) {
        let Ok(table) = TableName::parse(&part.table) else { continue };
        let month = part.month.as_deref().map(Into::into);
        let partition = Partition { table, marketplace: part.marketplace.as_str().into(), month };
        parts.entry(partition).or_default().push(part.path.clone());
    }
    let mut plan = Plan::default();
    let mut wanted = BTreeSet::new();
    for (partition, mut parts) in parts {
        let Some(table) = tables.get(&partition.table) else { continue };
        parts.sort();
        parts.dedup();
        let fingerprint = fingerprint(table, &parts, accepted);
        let path = store.root().join(layout::native(&layout::current(&partition)));
        if reader::inputs_of(&path).as_deref() != Some(&fingerprint) {
            plan.jobs.push(Job { partition, table, parts, fingerprint });
        }
        wanted.insert(path);
    }
    plan.gone = files::list(&store.root().join("current"))?.into_iter().filter(|path| !wanted.contains(path)).collect();
    Ok(plan)
}

fn fingerprint(table: &Table, parts: &[String], accepted: &BTreeSet<String>) -> String {
    let shape: Vec<String> = table.columns.iter().map(|column| format!("{} {:?}", column.name, column.ty)).collect();
    let rule = format!("{:?} {:?}", table.merge, table.families);
    let texts = [VERSION, &rule].into_iter().chain(shape.iter().map(String::as_str));
    id::hash(texts.chain(parts.iter().map(String::as_str)).chain(accepted.iter().map(String::as_str)))
}

/// Merges one partition and puts its file in place.
///
/// # Errors
/// When a part is missing or unreadable, or the file cannot be written; the old file is then still there.
pub fn run(store: &Store, job: &Job<'_>, accepted: &BTreeSet<String>) -> Result<Vec<PassedOver>, StoreError> {
    let schema = job.table.arrow();
    let path = store.root().join(layout::native(&layout::current(&job.partition)));
    let failed = |source| StoreError::Rows { path: path.clone(), source };
    let mut parts = Vec::new();
    for part in &job.parts {
        let batches = reader::read(&store.root().join(layout::native(part)), &schema)?;
        let batch = concat_batches(&schema, &batches).map_err(failed)?;
        if batch.num_rows() > 0 {
            parts.push(batch);
        }
    }
    parts.sort_by_cached_key(|part| precedence(job.table, part));
    let (places, passed_over) = match job.table.merge.by {
        MergeBy::Slice => by_slice(job.table, &parts, accepted),
        MergeBy::Key => by_key(job.table, &parts).map(|places| (places, Vec::new())),
    }
    .map_err(failed)?;
    let rows = match (parts.is_empty(), places.is_empty()) {
        (false, false) => {
            let sources: Vec<&RecordBatch> = parts.iter().collect();
            vec![interleave_record_batch(&sources, &places).map_err(failed)?]
        }
        _ => Vec::new(),
    };
    files::replace(&path, &writer::encode(&path, &schema, &rows, Some(&job.fingerprint))?)?;
    Ok(passed_over)
}

fn text<'a>(part: &'a RecordBatch, column: &str, row: usize) -> &'a str {
    let array = part.column_by_name(column).and_then(|array| array.as_string_opt::<i32>());
    array.filter(|array| array.is_valid(row)).map_or("", |array| array.value(row))
}

/// Order of observation: by time, ties by report. A state dated by the file's time alone stands before all that are
/// dated better, since copying a file resets its time.
fn precedence(table: &Table, part: &RecordBatch) -> (bool, i64, String) {
    let dated = table.period != Some(PeriodKind::Snapshot) || text(part, "observed_from", 0) != "mtime";
    let at = part
        .column_by_name("observed_at")
        .and_then(|array| array.as_primitive_opt::<TimestampMillisecondType>())
        .map_or(0, |array| array.value(0));
    (dated, at, text(part, "report_id", 0).to_owned())
}

/// Columns as sortable bytes, one list per part.
fn keyed(table: &Table, parts: &[RecordBatch], names: &[&str]) -> Result<Vec<Rows>, ArrowError> {
    let columns: Vec<usize> = names.iter().filter_map(|name| table.index_of(name)).collect();
    let fields = columns.iter().map(|at| SortField::new(table.columns[*at].ty.arrow())).collect();
    let converter = RowConverter::new(fields)?;
    parts
        .iter()
        .map(|part| {
            let arrays: Vec<ArrayRef> = columns.iter().map(|at| part.column(*at).clone()).collect();
            converter.convert_columns(&arrays)
        })
        .collect()
}

/// `(part, row)` in the order in which they are written.
type Places = Vec<(usize, usize)>;

/// What makes a slice beside its family.
fn slice_columns(table: &Table) -> Vec<&'static str> {
    let mut columns = vec!["account", "marketplace", "ad_product", "source"];
    columns.extend(table.day_column());
    columns.push("period_end");
    columns
}

fn by_slice(table: &Table, parts: &[RecordBatch], accepted: &BTreeSet<String>) -> Result<(Places, Vec<PassedOver>), ArrowError> {
    let slice_keys = keyed(table, parts, &slice_columns(table))?;
    // Slice without family -> rank of the family -> rows of each part.
    let mut slices: BTreeMap<Row<'_>, BTreeMap<usize, BTreeMap<usize, Vec<usize>>>> = BTreeMap::new();
    for (n, part) in parts.iter().enumerate() {
        for row in 0..part.num_rows() {
            let family = text(part, "family", row);
            let rank = table.families.iter().position(|known| **known == *family).unwrap_or(table.families.len());
            let families = slices.entry(slice_keys[n].row(row)).or_default();
            families.entry(rank).or_default().entry(n).or_default().push(row);
        }
    }
    let (mut places, mut passed_over) = (Vec::new(), Vec::new());
    let members = members(table, parts);
    for families in slices.values() {
        // The first family in rank is the best there is.
        let Some(observed) = families.values().next() else { continue };
        let seen: Vec<Seen> = observed
            .iter()
            .map(|(part, rows)| Seen {
                part: *part,
                accepted: accepted.contains(text(&parts[*part], "report_id", 0)),
                members: totals(table, &parts[*part], rows, members.get(*part)),
            })
            .collect();
        let won = slices::win(&seen, table.merge.partial_by.is_some());
        for (part, rows) in observed {
            let member_of = |row: &usize| members.get(*part).map_or(0, |members| members[*row]);
            places.extend(rows.iter().filter(|row| won.members.get(&member_of(row)) == Some(part)).map(|row| (*part, *row)));
        }
        for passed in won.passed_over {
            let batch = &parts[passed.part];
            let row = observed.get(&passed.part).and_then(|rows| rows.first()).copied().unwrap_or(0);
            passed_over.push(PassedOver {
                table: table.name.clone(),
                report_id: text(batch, "report_id", row).into(),
                slice: describe(table, batch, row).into(),
                rows: (passed.before.rows, passed.now.rows),
                blank: (passed.before.blank, passed.now.blank),
                weight: (passed.before.weight, passed.now.weight),
            });
        }
    }
    Ok((places, passed_over))
}

fn describe(table: &Table, part: &RecordBatch, row: usize) -> String {
    let shown = |name: &str| {
        let array = part.column_by_name(name).filter(|array| array.is_valid(row))?;
        arrow::util::display::array_value_to_string(array, row).ok()
    };
    slice_columns(table).into_iter().filter_map(shown).collect::<Vec<_>>().join(", ")
}

/// For each part, the member that each row belongs to; numbered alike in all parts. Empty when nothing is partial.
fn members(table: &Table, parts: &[RecordBatch]) -> Vec<Vec<u32>> {
    let Some(column) = table.merge.partial_by.as_ref().map(ColumnName::as_str) else { return Vec::new() };
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    for part in parts {
        (0..part.num_rows()).for_each(|row| {
            numbers.insert(text(part, column, row), 0);
        });
    }
    (1..).zip(numbers.values_mut()).for_each(|(n, number)| *number = n);
    parts
        .iter()
        .map(|part| (0..part.num_rows()).map(|row| numbers.get(text(part, column, row)).copied().unwrap_or(0)).collect())
        .collect()
}

fn totals(table: &Table, part: &RecordBatch, rows: &[usize], members: Option<&Vec<u32>>) -> BTreeMap<u32, Totals> {
    let weight = table.merge.weight.as_ref().and_then(|name| part.column_by_name(name.as_str()));
    let keys: Vec<&ArrayRef> = table
        .merge
        .key
        .iter()
        .filter_map(|name| part.column_by_name(name.as_str()))
        .filter(|array| *array.data_type() == DataType::Utf8)
        .collect();
    let mut totals: BTreeMap<u32, Totals> = BTreeMap::new();
    for row in rows {
        let held = totals.entry(members.map_or(0, |members| members[*row])).or_default();
        held.rows += 1;
        held.blank += i128::from(keys.iter().any(|array| array.is_null(*row)));
        held.weight += weight.map_or(0, |array| exact(array, *row));
    }
    totals
}

fn exact(array: &ArrayRef, row: usize) -> i128 {
    if array.is_null(row) {
        return 0;
    }
    if let Some(values) = array.as_primitive_opt::<Decimal128Type>() {
        return values.value(row);
    }
    array.as_primitive_opt::<Int64Type>().map_or(0, |values| i128::from(values.value(row)))
}

/// The newest row of each key. Look-alikes inside one part are told apart by their ordinal.
fn by_key(table: &Table, parts: &[RecordBatch]) -> Result<Places, ArrowError> {
    let names: Vec<&str> =
        ["account", "marketplace"].into_iter().chain(table.day_column()).chain(table.merge.key.iter().map(ColumnName::as_str)).collect();
    let keys = keyed(table, parts, &names)?;
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
