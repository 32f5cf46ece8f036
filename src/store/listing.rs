//! The catalogue as tables that SQL can read: `reports`, `controls`, `findings`, `passed_over` and `runs`.

use crate::model::period::day_number;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::amount::Amount;
use crate::store::entry::Control;
use crate::store::entry::Entry;
use crate::store::entry::ExampleEntry;
use crate::store::entry::FindingEntry;
use crate::store::entry::TableEntry;
use crate::store::files;
use crate::store::memos::Merged;
use crate::store::reports::Catalogue;
use arrow::array::ArrayRef;
use arrow::array::BooleanArray;
use arrow::array::Date32Array;
use arrow::array::Decimal128Array;
use arrow::array::Int64Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use jiff::civil::Date;
use serde_json::Value;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

/// Columns of rows of one kind, put together by a function for each.
struct Listing<'a, T> {
    rows: &'a [T],
    columns: Vec<(&'static str, ArrayRef)>,
}

impl<'a, T> Listing<'a, T> {
    const fn of(rows: &'a [T]) -> Self {
        Self {
            rows,
            columns: Vec::new(),
        }
    }

    fn text(mut self, name: &'static str, of: impl Fn(&T) -> Option<String>) -> Self {
        let array: StringArray = self.rows.iter().map(of).collect();
        self.columns.push((name, Arc::new(array)));
        self
    }

    fn count(mut self, name: &'static str, of: impl Fn(&T) -> Option<u64>) -> Self {
        let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let array: Int64Array = self.rows.iter().map(|row| of(row).map(whole)).collect();
        self.columns.push((name, Arc::new(array)));
        self
    }

    fn flag(mut self, name: &'static str, of: impl Fn(&T) -> Option<bool>) -> Self {
        let array: BooleanArray = self.rows.iter().map(of).collect();
        self.columns.push((name, Arc::new(array)));
        self
    }

    fn day(mut self, name: &'static str, of: impl Fn(&T) -> Option<String>) -> Self {
        let day = |row: &T| of(row)?.parse::<Date>().ok().map(day_number);
        let array: Date32Array = self.rows.iter().map(day).collect();
        self.columns.push((name, Arc::new(array)));
        self
    }

    fn exact(mut self, name: &'static str, of: impl Fn(&T) -> Option<Amount>) -> Self {
        let unscaled = |row: &T| of(row).map(Amount::unscaled);
        let array: Decimal128Array = self.rows.iter().map(unscaled).collect();
        if let Ok(array) = array.with_precision_and_scale(38, Amount::SCALE) {
            self.columns.push((name, Arc::new(array)));
        }
        self
    }

    fn done(self, store: PathBuf) -> Result<RecordBatch, StoreError> {
        let columns = self.columns.into_iter();
        RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
            .map_err(|source| StoreError::Rows {
                path: store,
                source,
            })
    }
}

/// A table of a file; a file without any is one row all the same.
struct Report<'a> {
    seq: u64,
    entry: &'a Entry,
    table: Option<&'a TableEntry>,
}

/// One row per table of each file: what it is and what became of its rows. `is_stale` says whether a table was read by a
/// schema that is no longer the one of now.
///
/// # Errors
/// When an entry cannot be read.
pub fn reports(
    store: &Store,
    catalogue: &Catalogue,
    is_stale: &dyn Fn(&TableEntry) -> bool,
) -> Result<RecordBatch, StoreError> {
    let live = catalogue.live()?;
    let mut rows: Vec<Report<'_>> = Vec::new();
    for (seq, entry) in &live {
        let report = |table| Report {
            seq: *seq,
            entry,
            table,
        };
        if entry.tables.is_empty() {
            rows.push(report(None));
        }
        rows.extend(entry.tables.iter().map(|table| report(Some(table))));
    }
    let rows_of = |of: fn(&TableEntry) -> u64| move |row: &Report<'_>| row.table.map(of);
    let text_of = |of: fn(&TableEntry) -> &Option<String>| {
        move |row: &Report<'_>| row.table.and_then(|table| of(table).clone())
    };
    Listing::of(&rows)
        .count("commit_seq", |row| Some(row.seq))
        .text("path", |row| Some(row.entry.path().to_owned()))
        .count("copies", |row| Some(paths(row.entry).len() as u64))
        .text("seen_at", |row| Some(paths(row.entry).join("\n")))
        .text("name", |row| Some(row.entry.name.clone()))
        .count("bytes", |row| Some(row.entry.sightings.last()?.bytes))
        .text("container", |row| Some(row.entry.container.clone()))
        .text("sheet", text_of(|table| &table.sheet))
        .text("status", |row| {
            let status = row.table.map_or(row.entry.status(), |table| table.status);
            Some(status.as_str().to_owned())
        })
        .text("schema", text_of(|table| &table.schema))
        .text("schema_version", text_of(|table| &table.schema_version))
        .flag("stale", |row| row.table.map(is_stale))
        .text("into_table", text_of(|table| &table.table))
        .text("language", text_of(|table| &table.language))
        .text("account", text_of(|table| &table.account))
        .text("account_from", text_of(|table| &table.account_from))
        .text("marketplace", text_of(|table| &table.marketplace))
        .text("marketplace_from", text_of(|table| &table.marketplace_from))
        .text("currency", text_of(|table| &table.currency))
        .text("period_kind", |row| {
            Some(row.table?.period.as_ref()?.kind.clone())
        })
        .day("period_start", |row| {
            row.table?.period.as_ref()?.start.clone()
        })
        .day("period_end", |row| row.table?.period.as_ref()?.end.clone())
        .text("observed_at", text_of(|table| &table.observed_at))
        .text("observed_from", text_of(|table| &table.observed_from))
        .count("rows_read", rows_of(|table| table.rows.read))
        .count("rows_stored", rows_of(|table| table.rows.stored))
        .count("rows_merged", rows_of(|table| table.rows.merged))
        .count("rows_rejected", rows_of(|table| table.rows.rejected))
        .count("rows_skipped", rows_of(|table| table.rows.skipped))
        .text("controls", |row| Some(controls_text(row.table?)))
        .count("findings", |row| {
            Some(
                row.table?
                    .findings
                    .iter()
                    .map(|finding| finding.count)
                    .sum(),
            )
        })
        .text("report_id", text_of(|table| &table.report_id))
        .text("reading", text_of(|table| &table.reading))
        .text("content_id", |row| Some(row.entry.content_id.clone()))
        .text("reason", |row| {
            let of_table = || row.table?.reason.clone();
            row.entry.failure.clone().or_else(of_table)
        })
        .text("committed_at", |row| Some(row.entry.committed_at.clone()))
        .count("taken_ms", |row| Some(row.entry.taken_ms))
        .done(store.root().join("reports"))
}

fn paths(entry: &Entry) -> Vec<&str> {
    let mut paths: Vec<&str> = entry
        .sightings
        .iter()
        .map(|sighting| sighting.path.as_str())
        .collect();
    paths.dedup();
    paths
}

/// `spend: 12.5 = 12.5 stored + 0 rejected + 0 skipped + 0 rounding`, a line for each column.
fn controls_text(table: &TableEntry) -> String {
    let line = |(name, sum): (&String, &Control)| {
        format!(
            "{name}: {} = {} stored + {} rejected + {} skipped + {} rounding",
            sum.read, sum.stored, sum.rejected, sum.skipped, sum.residue
        )
    };
    table
        .controls
        .iter()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

/// One row per report and exact column: what was read is what was stored, rejected, skipped and rounded off.
///
/// # Errors
/// When an entry cannot be read.
pub fn controls(store: &Store, catalogue: &Catalogue) -> Result<RecordBatch, StoreError> {
    type Row<'a> = (&'a Entry, &'a TableEntry, &'a str, &'a Control);
    let live = catalogue.live()?;
    let mut rows: Vec<Row<'_>> = Vec::new();
    for (_, entry) in &live {
        for table in &entry.tables {
            let sums = table.controls.iter();
            rows.extend(sums.map(|(name, sum)| (&**entry, table, name.as_str(), sum)));
        }
    }
    Listing::of(&rows)
        .text("path", |(entry, ..)| Some(entry.path().to_owned()))
        .text("sheet", |(_, table, ..)| table.sheet.clone())
        .text("report_id", |(_, table, ..)| table.report_id.clone())
        .text("schema", |(_, table, ..)| table.schema.clone())
        .text("currency", |(_, table, ..)| table.currency.clone())
        .text("column_name", |(_, _, name, _)| Some((*name).to_owned()))
        .exact("read", |(.., sum)| Amount::parse(&sum.read))
        .exact("stored", |(.., sum)| Amount::parse(&sum.stored))
        .exact("rejected", |(.., sum)| Amount::parse(&sum.rejected))
        .exact("skipped", |(.., sum)| Amount::parse(&sum.skipped))
        .exact("rounding", |(.., sum)| Amount::parse(&sum.residue))
        .done(store.root().join("reports"))
}

/// One row per finding and example.
///
/// # Errors
/// When an entry cannot be read.
pub fn findings(store: &Store, catalogue: &Catalogue) -> Result<RecordBatch, StoreError> {
    struct Row<'a> {
        path: &'a str,
        table: &'a TableEntry,
        finding: &'a FindingEntry,
        example: Option<&'a ExampleEntry>,
    }
    let live = catalogue.live()?;
    let mut rows: Vec<Row<'_>> = Vec::new();
    for (_, entry) in &live {
        for table in &entry.tables {
            for finding in &table.findings {
                let row = |example| Row {
                    path: entry.path(),
                    table,
                    finding,
                    example,
                };
                if finding.examples.is_empty() {
                    rows.push(row(None));
                }
                rows.extend(finding.examples.iter().map(|example| row(Some(example))));
            }
        }
    }
    Listing::of(&rows)
        .text("path", |row| Some(row.path.to_owned()))
        .text("sheet", |row| row.table.sheet.clone())
        .text("report_id", |row| row.table.report_id.clone())
        .text("code", |row| Some(row.finding.code.clone()))
        .text("column_label", |row| Some(row.finding.column.clone()))
        .count("count", |row| Some(row.finding.count))
        .count("source_row", |row| row.example?.row.map(u64::from))
        .count("source_column", |row| row.example?.column.map(u64::from))
        .text("text", |row| Some(row.example?.text.clone()))
        .text("expected", |row| Some(row.example?.expected.clone()))
        .done(store.root().join("reports"))
}

/// One row per slice of which an observation does not count: it is newer and poorer than the one that does, or its rows
/// gave way to those of reports that tell their ad products. With the figures of both.
///
/// # Errors
/// Never in practice: the columns are of one length.
pub fn passed_over(store: &Store) -> Result<RecordBatch, StoreError> {
    let merged = Merged::recall(store).unwrap_or_default();
    let rows: Vec<_> = merged
        .partitions
        .values()
        .flat_map(|partition| &partition.passed_over)
        .collect();
    let count = |n: i128| u64::try_from(n).ok();
    Listing::of(&rows)
        .text("into_table", |row| Some(row.table.to_string()))
        .text("slice", |row| Some(row.slice.to_string()))
        .text("report_id", |row| Some(row.report_id.to_string()))
        .count("rows_before", |row| count(row.rows.0))
        .count("rows_now", |row| count(row.rows.1))
        .count("blank_before", |row| count(row.blank.0))
        .count("blank_now", |row| count(row.blank.1))
        .text("weight_before", |row| Some(row.weight.0.to_string()))
        .text("weight_now", |row| Some(row.weight.1.to_string()))
        .text("why", |row| Some(row.why.as_str().to_owned()))
        .done(store.root().join("current"))
}

/// The notes of all runs, in the order of what they committed.
///
/// # Errors
/// When the folder of runs cannot be listed, or a run cannot be read.
pub fn run_notes(store: &Store) -> Result<Vec<Value>, StoreError> {
    let mut runs: Vec<Value> = Vec::new();
    for path in files::list(&store.root().join("runs"))? {
        let bytes = files::get(&path)?;
        runs.push(
            serde_json::from_slice(&bytes).map_err(|source| StoreError::Entry { path, source })?,
        );
    }
    // A clock may go back; the number of the last commit does not.
    runs.sort_by_cached_key(|run| {
        let text = |key: &str| run.get(key).and_then(Value::as_str).map(str::to_owned);
        let last = run.get("last_commit").and_then(Value::as_u64);
        (last, text("started_at"), text("run_id"))
    });
    Ok(runs)
}

/// One row per run, in that order, as the runs wrote themselves down.
///
/// # Errors
/// As [`run_notes`].
pub fn runs(store: &Store) -> Result<RecordBatch, StoreError> {
    let runs = run_notes(store)?;
    let text = |key: &'static str| {
        move |run: &Value| run.get(key).and_then(Value::as_str).map(str::to_owned)
    };
    let count = |key: &'static str| move |run: &Value| run.get(key).and_then(Value::as_u64);
    Listing::of(&runs)
        .text("run_id", text("run_id"))
        .text("started_at", text("started_at"))
        .text("ended_at", text("ended_at"))
        .count("taken_ms", count("taken_ms"))
        .text("as_of", text("as_of"))
        .text("version", text("version"))
        .count("files_read", count("files_read"))
        .count("rows_stored", count("rows_stored"))
        .count("last_commit", count("last_commit"))
        .count("marts_written", count("marts_written"))
        .text("inputs", |run| {
            let inputs = run.get("inputs").cloned().unwrap_or_else(|| json!([]));
            Some(inputs.to_string())
        })
        .done(store.root().join("runs"))
}
