//! `ls`: what there is.

use crate::cli::inspect::json_table;
use crate::cli::query;
use crate::cli::render;
use crate::cli::render::Format;
use crate::cli::render::SCHEMA_VERSION;
use crate::cli::render::TextTable;
use crate::cli::render::counted;
use crate::cli::session::Session;
use crate::cli::summary::without_path;
use crate::cli::terminal::Terminal;
use crate::embedded;
use crate::schema::Schema;
use crate::store::listing;
use crate::store::rejects;
use crate::store::rejects::Reject;
use crate::store::reports::Catalogue;
use clap::ValueEnum;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum What {
    /// Every file that was seen, and what became of it
    Reports,
    /// Tables of the store, with their columns (JSON)
    Tables,
    /// Kinds of report and seeds that are known
    Schemas,
    /// Pipelines and their marts
    Pipelines,
    /// Rows that could not be read, by cause
    Rejects,
    /// Runs of the nightly job
    Runs,
}

/// # Errors
/// When the store cannot be read, or the output not be written.
pub(super) fn ls(
    session: &Session,
    what: What,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    match what {
        What::Reports => reports(session, format, terminal)?,
        What::Tables => tables(session, format, terminal)?,
        What::Schemas => schemas(session, format, terminal)?,
        What::Pipelines => pipelines(session, format, terminal)?,
        What::Rejects => list_rejects(session, format, terminal)?,
        What::Runs => {
            let runs = listing::runs(&session.store)?;
            render::rows(&mut terminal.out(), "runs", &runs, format, terminal.width())?;
        }
    }
    Ok(true)
}

fn reports(session: &Session, format: Format, terminal: &Terminal) -> anyhow::Result<()> {
    let catalogue = Catalogue::load(&session.store)?;
    let mut out = terminal.out();
    match format {
        Format::Json => {
            let live = catalogue.live()?;
            let reports: Vec<Value> = live
                .iter()
                .map(|(seq, entry)| {
                    json!({
                        "commit_seq": seq,
                        "path": entry.sightings.first().map(|sighting| &sighting.path),
                        "sightings": entry.sightings,
                        "name": entry.name,
                        "content_id": entry.content_id,
                        "report_id": entry.tables.iter().find_map(|table| table.report_id.as_ref()),
                        "container": entry.container,
                        "status": entry.status().as_str(),
                        "reason": entry.failure,
                        "committed_at": entry.committed_at,
                        "tables": entry.tables.iter().map(json_table).collect::<Vec<_>>(),
                    })
                })
                .collect();
            writeln!(
                out,
                "{}",
                json!({"schema_version": SCHEMA_VERSION, "reports": reports})
            )?;
        }
        Format::Csv => render::rows(
            &mut out,
            "reports",
            &query::catalogue_table(session, "reports")?,
            Format::Csv,
            0,
        )?,
        Format::Table | Format::Parquet => {
            let mut table = TextTable::new(&[
                "report", "path", "status", "what", "market", "from", "to", "rows>",
            ]);
            let mut waiting = Vec::new();
            for (_, entry) in catalogue.live()? {
                let path = entry.path();
                let short =
                    |id: Option<&String>| id.map_or("-", |id| id.get(..8).unwrap_or(id)).to_owned();
                if entry.tables.is_empty() {
                    table.push(vec![
                        "-".into(),
                        path.into(),
                        "failed".into(),
                        String::new(),
                        String::new(),
                        String::new(),
                        String::new(),
                        "0".into(),
                    ]);
                }
                for read in &entry.tables {
                    let period = read.period.as_ref();
                    let day = |day: Option<&String>| day.cloned().unwrap_or_default();
                    table.push(vec![
                        short(read.report_id.as_ref()),
                        path.to_owned(),
                        read.status.as_str().to_owned(),
                        read.schema.clone().unwrap_or_default(),
                        read.marketplace.clone().unwrap_or_default(),
                        day(period.and_then(|period| period.start.as_ref())),
                        day(period.and_then(|period| period.end.as_ref())),
                        render::grouped(read.rows.stored),
                    ]);
                }
                if entry.status().is_waiting() {
                    let reason = entry.reason().unwrap_or_default();
                    waiting.push(format!("{path}: {}", without_path(reason, path)));
                }
            }
            for line in table.lines(terminal.width()) {
                writeln!(out, "{line}")?;
            }
            if !waiting.is_empty() {
                writeln!(out, "\nwaiting or unreadable:")?;
                waiting
                    .iter()
                    .try_for_each(|line| writeln!(out, "  {line}"))?;
            }
        }
    }
    Ok(())
}

fn tables(session: &Session, format: Format, terminal: &Terminal) -> anyhow::Result<()> {
    let stored = query::stored_tables(session)?;
    let mut out = terminal.out();
    if format == Format::Json {
        let tables: Vec<Value> = stored
            .iter()
            .map(|table| {
                let columns: Vec<Value> = table
                    .schema
                    .fields()
                    .iter()
                    .map(|field| json!({"name": field.name(), "type": render::type_name(field.data_type())}))
                    .collect();
                json!({"name": table.name.as_str(), "title": table.title, "kind": table.kind, "rows": table.rows, "files": table.files.len(), "columns": columns})
            })
            .collect();
        writeln!(
            out,
            "{}",
            json!({"schema_version": SCHEMA_VERSION, "tables": tables})
        )?;
        return Ok(());
    }
    let mut table = TextTable::new(&["table", "kind", "rows>", "columns>", "title"]);
    for stored in &stored {
        let cells = [
            stored.name.to_string(),
            stored.kind.to_owned(),
            render::grouped(stored.rows),
            stored.schema.fields().len().to_string(),
            stored.title.clone(),
        ];
        table.push(cells.to_vec());
    }
    print(&table, format, terminal, &mut out)
}

/// A text table in either of the two forms that are not JSON.
fn print(
    table: &TextTable,
    format: Format,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    if format == Format::Csv {
        return table.csv(out);
    }
    for line in table.lines(terminal.width()) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Columns of a terminal from which titles are shown beside ids.
const WIDE: usize = 150;

fn schemas(session: &Session, format: Format, terminal: &Terminal) -> anyhow::Result<()> {
    let all = || session.catalog.reports().chain(session.catalog.seeds());
    let mut out = terminal.out();
    if format == Format::Json {
        let schemas: Vec<Value> = all()
            .map(|schema| {
                json!({
                    "id": schema.id.as_str() , "source": schema.id.source(), "title": schema.title, "title_zh": schema.title_zh,
                    "tables": tables_of(schema), "family": schema.family, "confidence": confidence(schema),
                    "download": schema.download, "languages": schema.languages(), "columns": schema.columns.len(),
                    "cases": n_cases(schema), "seed": schema.seed.is_some(),
                })
            })
            .collect();
        writeln!(
            out,
            "{}",
            json!({"schema_version": SCHEMA_VERSION, "schemas": schemas})
        )?;
        return Ok(());
    }
    // A narrow terminal has room for the id, which begins with the source; a file or a wide one has room for all.
    let has_room = format == Format::Csv || terminal.width() >= WIDE;
    let mut table = if has_room {
        TextTable::new(&[
            "schema",
            "source",
            "title",
            "table",
            "languages",
            "confidence",
            "cases>",
        ])
    } else {
        TextTable::new(&["schema", "table", "languages", "confidence", "cases>"])
    };
    for schema in all() {
        let mut cells = vec![schema.id.to_string()];
        if has_room {
            cells.extend([schema.id.source().to_owned(), schema.title.to_string()]);
        }
        cells.extend([
            tables_of(schema).join(", "),
            schema.languages().into_iter().collect::<Vec<_>>().join(" "),
            confidence(schema).to_owned(),
            n_cases(schema).to_string(),
        ]);
        table.push(cells);
    }
    print(&table, format, terminal, &mut out)
}

fn tables_of(schema: &Schema) -> Vec<&str> {
    schema
        .outputs
        .iter()
        .map(|output| output.table.as_str())
        .collect()
}

const fn confidence(schema: &Schema) -> &'static str {
    if schema.complete { "full" } else { "partial" }
}

/// Golden cases that this binary was built beside.
fn n_cases(schema: &Schema) -> usize {
    let id = schema.id.as_str();
    embedded::CASES
        .iter()
        .find(|(known, _)| *known == id)
        .map_or(0, |(_, n)| *n)
}

fn pipelines(session: &Session, format: Format, terminal: &Terminal) -> anyhow::Result<()> {
    let pipelines = session.pipelines()?;
    let mut out = terminal.out();
    let marts = pipelines
        .iter()
        .flat_map(|pipeline| pipeline.marts().map(move |mart| (pipeline, mart)));
    if format == Format::Json {
        let marts: Vec<Value> = marts
            .map(|(pipeline, mart)| {
                json!({
                    "pipeline": pipeline.name.as_str(), "mart": mart.name.as_str(), "title": mart.title, "title_zh": mart.title_zh,
                    "grain": mart.grain.iter().map(super::super::model::name::ColumnName::as_str).collect::<Vec<_>>(),
                    "columns": mart.columns.iter().map(|column| json!({
                        "name": column.name.as_str(), "unit": column.unit, "meaning": column.meaning, "meaning_zh": column.meaning_zh,
                    })).collect::<Vec<_>>(),
                })
            })
            .collect();
        writeln!(
            out,
            "{}",
            json!({"schema_version": SCHEMA_VERSION, "marts": marts})
        )?;
        return Ok(());
    }
    let mut table = TextTable::new(&["pipeline", "mart", "grain", "title"]);
    for (pipeline, mart) in marts {
        let grain: Vec<&str> = mart
            .grain
            .iter()
            .map(super::super::model::name::ColumnName::as_str)
            .collect();
        table.push(vec![
            pipeline.name.to_string(),
            mart.name.to_string(),
            grain.join(", "),
            mart.title.to_string(),
        ]);
    }
    print(&table, format, terminal, &mut out)
}

pub(super) fn list_rejects(
    session: &Session,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<()> {
    let catalogue = Catalogue::load(&session.store)?;
    let live = catalogue.live()?;
    let readings = live
        .iter()
        .flat_map(|(_, entry)| &entry.tables)
        .filter_map(|table| table.reading.as_deref());
    let mut all: Vec<Reject> = Vec::new();
    for reading in readings {
        all.extend(rejects::read(&session.store, reading)?);
    }
    all.sort_by(|a, b| (&a.file, &a.sheet, a.source_row).cmp(&(&b.file, &b.sheet, b.source_row)));
    let mut out = terminal.out();
    if format == Format::Json {
        let rejects: Vec<Value> = all
            .iter()
            .map(|reject| {
                let cells: Value = serde_json::from_str(&reject.cells).unwrap_or(Value::Null);
                json!({
                    "file": reject.file, "sheet": reject.sheet, "source_row": reject.source_row, "code": reject.code,
                    "column": reject.column, "text": reject.text, "expected": reject.expected, "cells": cells,
                })
            })
            .collect();
        writeln!(
            out,
            "{}",
            json!({"schema_version": SCHEMA_VERSION, "rejects": rejects})
        )?;
        return Ok(());
    }
    let mut groups: BTreeMap<(&str, &str, &str), Vec<&Reject>> = BTreeMap::new();
    for reject in &all {
        groups
            .entry((&reject.code, &reject.column, &reject.expected))
            .or_default()
            .push(reject);
    }
    let mut table = TextTable::new(&[
        "rows>", "cause", "column", "expected", "first in", "row>", "cell",
    ]);
    for ((code, column, expected), rejects) in groups {
        let first = rejects[0];
        table.push(vec![
            rejects.len().to_string(),
            code.to_owned(),
            column.to_owned(),
            expected.to_owned(),
            first.file.to_string(),
            first.source_row.to_string(),
            first.text.to_string(),
        ]);
    }
    print(&table, format, terminal, &mut out)?;
    if format == Format::Table {
        writeln!(out, "{} rejected in all", counted(all.len() as u64, "row"))?;
    }
    Ok(())
}
