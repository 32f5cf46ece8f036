//! The catalogue as tables that SQL can read: `reports`, `findings` and `runs`.

use crate::store::Store;
use crate::store::StoreError;
use crate::store::entry::Entry;
use crate::store::entry::TableEntry;
use crate::store::files;
use crate::store::reports::Catalogue;
use arrow::array::ArrayRef;
use arrow::array::Date32Array;
use arrow::array::Int64Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use arrow::error::ArrowError;
use std::sync::Arc;

/// One row per table of each file: what it is and what became of its rows.
///
/// # Errors
/// Never in practice: the columns are of one length.
#[expect(clippy::too_many_lines, reason = "a line or two for each column")]
pub fn reports(catalogue: &Catalogue) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<(u64, &Entry, Option<&TableEntry>)> = catalogue
        .live()
        .flat_map(|(seq, entry)| {
            let entry: &Entry = entry;
            let tables: Vec<Option<&TableEntry>> = if entry.tables.is_empty() {
                vec![None]
            } else {
                entry.tables.iter().map(Some).collect()
            };
            tables.into_iter().map(move |table| (seq, entry, table))
        })
        .collect();
    let text = |of: &dyn Fn(&Entry, Option<&TableEntry>) -> Option<String>| -> ArrayRef {
        Arc::new(
            rows.iter()
                .map(|(_, entry, table)| of(entry, *table))
                .collect::<StringArray>(),
        )
    };
    let count = |of: fn(&TableEntry) -> u64| -> ArrayRef {
        Arc::new(
            rows.iter()
                .map(|(.., table)| table.map(|table| i64::try_from(of(table)).unwrap_or(i64::MAX)))
                .collect::<Int64Array>(),
        )
    };
    let day = |of: fn(&TableEntry) -> Option<&String>| -> ArrayRef {
        Arc::new(
            rows.iter()
                .map(|(.., table)| {
                    let date = of((*table)?)?.parse::<jiff::civil::Date>().ok()?;
                    Some(crate::model::period::day_number(date))
                })
                .collect::<Date32Array>(),
        )
    };
    let status = |entry: &Entry, table: Option<&TableEntry>| {
        table.map_or(entry.status(), |table| table.status)
    };
    RecordBatch::try_from_iter_with_nullable(vec![
        ("commit_seq", seqs(rows.iter().map(|(seq, ..)| *seq)), false),
        (
            "path",
            text(&|entry, _| {
                entry
                    .sightings
                    .first()
                    .map(|sighting| sighting.path.clone())
            }),
            true,
        ),
        ("name", text(&|entry, _| Some(entry.name.clone())), true),
        ("sheet", text(&|_, table| table?.sheet.clone()), true),
        (
            "status",
            text(&|entry, table| Some(status(entry, table).as_str().to_owned())),
            true,
        ),
        ("schema", text(&|_, table| table?.schema.clone()), true),
        ("into_table", text(&|_, table| table?.table.clone()), true),
        ("account", text(&|_, table| table?.account.clone()), true),
        (
            "marketplace",
            text(&|_, table| table?.marketplace.clone()),
            true,
        ),
        (
            "marketplace_from",
            text(&|_, table| table?.marketplace_from.clone()),
            true,
        ),
        (
            "period_kind",
            text(&|_, table| Some(table?.period.as_ref()?.kind.clone())),
            true,
        ),
        (
            "period_start",
            day(|table| table.period.as_ref()?.start.as_ref()),
            true,
        ),
        (
            "period_end",
            day(|table| table.period.as_ref()?.end.as_ref()),
            true,
        ),
        (
            "observed_at",
            text(&|_, table| table?.observed_at.clone()),
            true,
        ),
        (
            "observed_from",
            text(&|_, table| table?.observed_from.clone()),
            true,
        ),
        ("rows_read", count(|table| table.rows.read), true),
        ("rows_stored", count(|table| table.rows.stored), true),
        ("rows_merged", count(|table| table.rows.merged), true),
        ("rows_rejected", count(|table| table.rows.rejected), true),
        ("rows_skipped", count(|table| table.rows.skipped), true),
        (
            "report_id",
            text(&|_, table| table?.report_id.clone()),
            true,
        ),
        (
            "content_id",
            text(&|entry, _| Some(entry.content_id.clone())),
            true,
        ),
        (
            "schema_version",
            text(&|_, table| table?.schema_version.clone()),
            true,
        ),
        (
            "reason",
            text(&|entry, table| entry.failure.clone().or_else(|| table?.reason.clone())),
            true,
        ),
        (
            "committed_at",
            text(&|entry, _| Some(entry.committed_at.clone())),
            true,
        ),
    ])
}

/// One row per finding and example.
///
/// # Errors
/// Never in practice: the columns are of one length.
pub fn findings(catalogue: &Catalogue) -> Result<RecordBatch, ArrowError> {
    struct Row<'a> {
        path: &'a str,
        table: &'a TableEntry,
        finding: &'a crate::store::entry::FindingEntry,
        example: Option<&'a crate::store::entry::ExampleEntry>,
    }
    let mut rows: Vec<Row<'_>> = Vec::new();
    for (_, entry) in catalogue.live() {
        let path = entry.path();
        for table in &entry.tables {
            for finding in &table.findings {
                let examples = finding.examples.iter().map(Some);
                let examples: Vec<_> = if finding.examples.is_empty() {
                    vec![None]
                } else {
                    examples.collect()
                };
                rows.extend(examples.into_iter().map(|example| Row {
                    path,
                    table,
                    finding,
                    example,
                }));
            }
        }
    }
    let text = |of: &dyn Fn(&Row<'_>) -> Option<String>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<StringArray>())
    };
    let place = |of: fn(&crate::store::entry::ExampleEntry) -> Option<u32>| -> ArrayRef {
        Arc::new(
            rows.iter()
                .map(|row| row.example.and_then(of).map(i64::from))
                .collect::<Int64Array>(),
        )
    };
    RecordBatch::try_from_iter_with_nullable(vec![
        ("path", text(&|row| Some(row.path.to_owned())), true),
        ("sheet", text(&|row| row.table.sheet.clone()), true),
        ("report_id", text(&|row| row.table.report_id.clone()), true),
        ("code", text(&|row| Some(row.finding.code.clone())), true),
        (
            "column_label",
            text(&|row| Some(row.finding.column.clone())),
            true,
        ),
        (
            "count",
            Arc::new(
                rows.iter()
                    .map(|row| i64::try_from(row.finding.count).ok())
                    .collect::<Int64Array>(),
            ) as ArrayRef,
            true,
        ),
        ("source_row", place(|example| example.row), true),
        ("source_column", place(|example| example.column), true),
        (
            "text",
            text(&|row| row.example.map(|example| example.text.clone())),
            true,
        ),
        (
            "expected",
            text(&|row| row.example.map(|example| example.expected.clone())),
            true,
        ),
    ])
}

/// One row per run, oldest first, as the runs wrote themselves down.
///
/// # Errors
/// When the folder of runs cannot be listed.
pub fn runs(store: &Store) -> Result<RecordBatch, StoreError> {
    let mut runs: Vec<serde_json::Value> = Vec::new();
    for path in files::list(&store.root().join("runs"))? {
        let bytes = files::get(&path)?;
        runs.push(
            serde_json::from_slice(&bytes).map_err(|source| StoreError::Entry { path, source })?,
        );
    }
    let text = |key: &str| -> ArrayRef {
        Arc::new(
            runs.iter()
                .map(|run| {
                    run.get(key)
                        .and_then(|value| value.as_str())
                        .map(str::to_owned)
                })
                .collect::<StringArray>(),
        )
    };
    let count = |key: &str| -> ArrayRef {
        Arc::new(
            runs.iter()
                .map(|run| run.get(key).and_then(serde_json::Value::as_i64))
                .collect::<Int64Array>(),
        )
    };
    let columns = vec![
        ("run_id", text("run_id"), true),
        ("started_at", text("started_at"), true),
        ("ended_at", text("ended_at"), true),
        ("as_of", text("as_of"), true),
        ("version", text("version"), true),
        ("files_read", count("files_read"), true),
        ("rows_stored", count("rows_stored"), true),
        ("last_commit", count("last_commit"), true),
        ("marts_written", count("marts_written"), true),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).map_err(|source| StoreError::Rows {
        path: store.root().join("runs"),
        source,
    })
}

fn seqs(numbers: impl Iterator<Item = u64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(
        numbers.map(|seq| i64::try_from(seq).unwrap_or(i64::MAX)),
    ))
}
