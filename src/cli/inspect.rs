//! `inspect`: what a file is and why. Writes nothing.

use crate::cli::render::Format;
use crate::cli::render::SCHEMA_VERSION;
use crate::cli::render::TextTable;
use crate::cli::render::wrapped;
use crate::cli::session::Session;
use crate::ingest::file;
use crate::ingest::file::DocumentReading;
use crate::ingest::inbox;
use crate::store::entry::Status;
use crate::store::entry::TableEntry;
use jiff::Timestamp;
use rayon::prelude::*;
use serde_json::Value;
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;

/// Inspects files and everything below folders. True when all of them are recognised.
///
/// # Errors
/// When a path is not there, or the output cannot be written.
pub(super) fn inspect(
    session: &Session,
    paths: &[PathBuf],
    format: Format,
    out: &mut dyn Write,
) -> anyhow::Result<bool> {
    let readings = read_all(session, paths)?;
    match format {
        Format::Json => {
            let files: Vec<Value> = readings
                .iter()
                .flat_map(|(path, documents)| {
                    documents
                        .iter()
                        .map(move |document| json_file(path, document))
                })
                .collect();
            writeln!(
                out,
                "{}",
                json!({"schema_version": SCHEMA_VERSION, "files": files})
            )?;
        }
        Format::Csv => {
            let mut writer = csv::Writer::from_writer(&mut *out);
            writer.write_record([
                "path",
                "sheet",
                "status",
                "schema",
                "table",
                "marketplace",
                "currency",
                "start",
                "end",
                "rows",
                "reason",
            ])?;
            for (path, document) in readings
                .iter()
                .flat_map(|(path, documents)| documents.iter().map(move |d| (path, d)))
            {
                for table in tables_of(document) {
                    let period = table.period.as_ref();
                    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
                    writer.write_record([
                        path.clone(),
                        text(table.sheet.as_ref()),
                        table.status.as_str().to_owned(),
                        text(table.schema.as_ref()),
                        text(table.table.as_ref()),
                        text(table.marketplace.as_ref()),
                        text(table.currency.as_ref()),
                        text(period.and_then(|period| period.start.as_ref())),
                        text(period.and_then(|period| period.end.as_ref())),
                        rows_of(&table).to_string(),
                        text(table.reason.as_ref()),
                    ])?;
                }
            }
            writer.flush()?;
        }
        Format::Table | Format::Parquet => {
            for (path, document) in readings
                .iter()
                .flat_map(|(path, documents)| documents.iter().map(move |d| (path, d)))
            {
                print_file(path, document, out)?;
            }
        }
    }
    let fine = |document: &DocumentReading| {
        document.failure.is_none()
            && document
                .tables
                .iter()
                .all(|table| matches!(table.status, Status::Recognised | Status::Skipped))
    };
    Ok(readings
        .iter()
        .flat_map(|(_, documents)| documents)
        .all(fine))
}

/// What came of each path: its documents.
pub(super) type Readings = Vec<(String, Vec<DocumentReading>)>;

/// Reads files and everything below folders, and writes nothing.
///
/// # Errors
/// When a path is not there.
pub(super) fn read_all(session: &Session, paths: &[PathBuf]) -> anyhow::Result<Readings> {
    let context = session.context();
    let absolute: Vec<PathBuf> = paths
        .iter()
        .map(|path| path.canonicalize().unwrap_or_else(|_| path.clone()))
        .collect();
    let found = inbox::find(&context, &absolute)?;
    Ok(found
        .candidates
        .par_iter()
        .map(|candidate| {
            let mtime = Timestamp::from_millisecond(candidate.look.modified_ms()).ok();
            (
                candidate.relative.clone(),
                file::inspect(&context, candidate, mtime).documents,
            )
        })
        .collect())
}

/// Rows of the report itself: read, but not skipped.
fn rows_of(table: &TableEntry) -> u64 {
    table.rows.read - table.rows.skipped
}

/// The tables of a file; a file that cannot be read is one failed table.
fn tables_of(document: &DocumentReading) -> Vec<TableEntry> {
    match &document.failure {
        Some(reason) => vec![TableEntry {
            reason: Some(reason.clone()),
            ..file::blank_entry(None, Status::Failed)
        }],
        None => document.tables.clone(),
    }
}

fn json_file(path: &str, document: &DocumentReading) -> Value {
    let tables = tables_of(document);
    let report_id = tables.iter().find_map(|table| table.report_id.clone());
    json!({
        "path": path,
        "name": document.name,
        "content_id": document.content_id,
        "report_id": report_id,
        "container": document.container,
        "evidence": document.evidence,
        "tables": tables.iter().map(json_table).collect::<Vec<_>>(),
    })
}

/// One table as `inspect` and `ls reports` print it.
pub(super) fn json_table(table: &TableEntry) -> Value {
    json!({
        "sheet": table.sheet,
        "status": table.status.as_str(),
        "schema": table.schema,
        "table": table.table,
        "report_id": table.report_id,
        "account": table.account,
        "account_from": table.account_from,
        "marketplace": table.marketplace,
        "marketplace_from": table.marketplace_from,
        "currency": table.currency,
        "language": table.language,
        "period": table.period.as_ref().map(|period| json!({"kind": period.kind, "start": period.start, "end": period.end})),
        "observed_at": table.observed_at,
        "observed_from": table.observed_from,
        "rows": rows_of(table),
        "rows_by_fate": table.rows,
        "controls": table.controls,
        "findings": table.findings,
        "unknown_columns": table.unknown_columns,
        "questions": table.questions,
        "how": table.reading_notes,
        "reason": table.reason,
    })
}

fn print_file(path: &str, document: &DocumentReading, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "{path}")?;
    if !document.container.is_empty() {
        writeln!(out, "  {}", document.container)?;
    }
    for line in &document.evidence {
        print_line(line, out)?;
    }
    let is_nested = ["JSON", "XML"]
        .iter()
        .any(|form| document.container.starts_with(form));
    let part = if is_nested { "records" } else { "sheet" };
    for table in tables_of(document) {
        print_table(part, &table, out)?;
    }
    writeln!(out)?;
    Ok(())
}

/// Columns of a terminal that all lines of words fit into.
const WIDTH: usize = 80;

/// Prints a line of words below a table; what does not fit goes on below it.
fn print_line(text: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    for (n, line) in wrapped(text, WIDTH - 6).iter().enumerate() {
        let indent = if n == 0 { "    " } else { "      " };
        writeln!(out, "{indent}{line}")?;
    }
    Ok(())
}

fn print_table(part: &str, table: &TableEntry, out: &mut dyn Write) -> anyhow::Result<()> {
    let sheet = table
        .sheet
        .as_ref()
        .map_or_else(String::new, |sheet| format!("{part} {sheet:?}: "));
    let what = match (&table.schema, &table.table) {
        (Some(schema), Some(into)) => format!(" {schema} -> {into}"),
        (Some(schema), None) => format!(" {schema}"),
        _ => String::new(),
    };
    writeln!(out, "  {sheet}{}{what}", table.status.as_str())?;
    if let Some(reason) = &table.reason {
        print_line(reason, out)?;
    }
    for question in &table.questions {
        writeln!(
            out,
            "    answer with: sellerlake answer FILE {}",
            question.flag
        )?;
    }
    if let (Some(account), Some(from)) = (&table.account, &table.account_from) {
        let market = table.marketplace.as_deref().unwrap_or("in each row");
        let market_from = table.marketplace_from.as_deref().unwrap_or_default();
        let currency = table.currency.as_deref().unwrap_or("-");
        let line = format!(
            "account {account} (from {from}), marketplace {market} (from {market_from}), currency {currency}"
        );
        print_line(&line, out)?;
    }
    if let Some(period) = &table.period {
        let dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let observed = dash(&table.observed_at);
        let from = dash(&table.observed_from);
        let line = format!(
            "{} {} .. {}, observed {observed} (from {from})",
            period.kind,
            dash(&period.start),
            dash(&period.end)
        );
        print_line(&line, out)?;
    }
    if table.rows.read > 0 {
        let rows = table.rows;
        let line = format!(
            "{} rows read: {} to store, {} merged, {} rejected, {} skipped",
            rows.read, rows.stored, rows.merged, rows.rejected, rows.skipped
        );
        print_line(&line, out)?;
    }
    for note in &table.reading_notes {
        print_line(note, out)?;
    }
    if !table.findings.is_empty() {
        let mut findings = TextTable::new(&["finding", "column", "count>", "where", "text"]);
        for finding in &table.findings {
            let first = finding.examples.first();
            let place = first
                .and_then(|example| Some(format!("row {}", example.row?)))
                .unwrap_or_default();
            let text = first
                .map(|example| example.text.clone())
                .unwrap_or_default();
            findings.push(vec![
                finding.code.clone(),
                finding.column.clone(),
                finding.count.to_string(),
                place,
                text,
            ]);
        }
        for line in findings.lines(76) {
            writeln!(out, "    {line}")?;
        }
    }
    Ok(())
}
