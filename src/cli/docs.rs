//! `docs`: the catalogue of tables, marts and reports as a page and as JSON. A function of the schemas and pipelines alone:
//! it opens no store.

pub(super) mod gather;

use crate::cli::args::DocsOptions;
use crate::cli::render::Format;
use crate::cli::render::SCHEMA_VERSION;
use crate::cli::session::Session;
use crate::cli::terminal::Terminal;
use crate::publish::docs;
use crate::publish::docs::Both;
use crate::publish::docs::Docs;
use crate::publish::docs::Entry;
use crate::publish::docs::Report;
use serde_json::Value;
use serde_json::json;
use std::io::Write;

/// # Errors
/// When a pipeline has a fault, or the folder cannot be written.
pub(super) fn docs(
    session: &Session,
    options: &DocsOptions,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    let all = gather::docs(session)?;
    let folder = match &options.out {
        Some(folder) => folder.clone(),
        None => session.workspace.out().join("docs"),
    };
    let published = docs::write(&folder, &all, options.lang.into(), json_text(&all))?;
    let mut out = terminal.out();
    if format == Format::Json {
        let files: Vec<String> = published
            .iter()
            .map(|file| file.path.display().to_string())
            .collect();
        writeln!(
            out,
            "{}",
            json!({"schema_version": SCHEMA_VERSION, "files": files})
        )?;
        return Ok(true);
    }
    for file in published {
        writeln!(out, "{}", file.path.display())?;
        if let Some(note) = file.note {
            terminal.note(&note);
        }
    }
    Ok(true)
}

/// Everything, for programs.
fn json_text(docs: &Docs) -> String {
    let tables: Vec<Value> = docs.tables.iter().map(|entry| table(docs, entry)).collect();
    let reports: Vec<Value> = docs
        .reports
        .iter()
        .map(|entry| report(docs, entry))
        .collect();
    let all = json!({
        "schema_version": SCHEMA_VERSION,
        "version": env!("CARGO_PKG_VERSION"),
        "tables": tables,
        "reports": reports,
    });
    format!("{all}\n")
}

fn table(docs: &Docs, entry: &Entry) -> Value {
    let name = entry.name.as_str();
    let columns: Vec<Value> = entry
        .columns
        .iter()
        .map(|column| {
            json!({
                "name": column.name, "type": column.ty, "unit": column.unit,
                "meaning": column.meaning.en, "meaning_zh": column.meaning.zh,
            })
        })
        .collect();
    let checks: Vec<Value> = entry
        .checks
        .iter()
        .map(|check| json!({"rule": check.rule.en, "rule_zh": check.rule.zh, "severity": check.severity}))
        .collect();
    let beyond = |names: Vec<&str>| -> Vec<String> {
        let others = names.into_iter().filter(|other| *other != name);
        others.map(str::to_owned).collect()
    };
    let ids = |reports: Vec<&Report>| -> Vec<String> {
        reports.iter().map(|report| report.id.clone()).collect()
    };
    json!({
        "name": name, "kind": entry.kind.as_str(), "pipeline": entry.group.en,
        "title": entry.title.en, "title_zh": entry.title.zh, "about": entry.about,
        "notes": entry.notes.iter().map(|note| note.en.as_str()).collect::<Vec<_>>(),
        "notes_zh": entry.notes.iter().map(|note| note.zh.as_str()).collect::<Vec<_>>(),
        "grain": entry.grain, "files": entry.files, "source": entry.source,
        "columns": columns, "checks": checks,
        "lineage": {
            "inputs": entry.inputs,
            "reports": ids(docs.feeders(name)),
            "all_inputs": beyond(docs.upstream(&[name]).into_iter().collect()),
            "all_reports": ids(docs.reports_of(name)),
            "readers": beyond(names(&docs.readers(name))),
            "all_readers": beyond(docs.downstream(&[name]).into_iter().collect()),
            "marts": beyond(names(&docs.marts_of(&[name]))),
        },
    })
}

fn names<'a>(entries: &[&'a Entry]) -> Vec<&'a str> {
    entries.iter().map(|entry| entry.name.as_str()).collect()
}

fn report(docs: &Docs, report: &Report) -> Value {
    let columns: Vec<Value> = report
        .columns
        .iter()
        .map(|column| {
            json!({"name": column.name, "type": column.ty, "title_zh": column.title_zh, "labels": column.labels})
        })
        .collect();
    let fed: Vec<&str> = report.tables.iter().map(String::as_str).collect();
    let Both { en, zh } = &report.title;
    json!({
        "id": report.id, "title": en, "title_zh": zh, "download": report.download, "family": report.family,
        "confidence": if report.is_complete { "full" } else { "partial" }, "unusable": report.unusable,
        "tables": report.tables, "marts": names(&docs.marts_of(&fed)), "columns": columns,
    })
}
