//! `check`: what is wrong, worst first: marts, seeds, and files that wait or cannot be read.

use crate::cli::build;
use crate::cli::build::Request;
use crate::cli::render::Format;
use crate::cli::render::SCHEMA_VERSION;
use crate::cli::render::counted;
use crate::cli::session::Session;
use crate::cli::summary::without_path;
use crate::cli::terminal::Terminal;
use crate::store::drift;
use crate::store::entry::Status;
use crate::store::reports::Catalogue;
use serde_json::json;
use std::io::Write;

/// True when nothing is wrong. Files that wait and warnings count with `strict` only.
///
/// # Errors
/// When the store cannot be read, or a pipeline has a fault.
pub(super) fn check(
    session: &Session,
    strict: bool,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    // Checks are part of building; a build of nothing new only reads what the last one found.
    let request = Request {
        select: &[],
        full_refresh: false,
        today: None,
    };
    let report = build::build_marts(session, &request, &*terminal.observer())?;
    let catalogue = Catalogue::load(&session.store)?;
    let (mut held, mut failed) = (Vec::new(), Vec::new());
    let live = catalogue.live()?;
    for (_, entry) in &live {
        let (path, reason) = (entry.path(), entry.reason().unwrap_or_default());
        match entry.status() {
            Status::Held => held.push((path.to_owned(), reason.to_owned())),
            Status::Failed => failed.push((path.to_owned(), reason.to_owned())),
            Status::Recognised | Status::Skipped => {}
        }
    }
    let unbalanced: Vec<String> = live
        .iter()
        .flat_map(|(_, entry)| &entry.tables)
        .filter(|table| {
            let rows = table.rows;
            rows.read != rows.stored + rows.merged + rows.rejected + rows.skipped
        })
        .filter_map(|table| table.report_id.clone())
        .collect();
    let mut drifts = drift::drift(live.iter().map(|(_, entry)| &**entry));
    drifts.retain(|drift| drift.is_newest);
    let troubles = report.troubles();
    let mut out = terminal.out();
    if format == Format::Json {
        let list = |list: &[(String, String)]| -> Vec<serde_json::Value> {
            list.iter()
                .map(|(path, reason)| json!({"path": path, "reason": reason}))
                .collect()
        };
        writeln!(
            out,
            "{}",
            json!({
                "schema_version": SCHEMA_VERSION, "as_of": report.as_of.to_string(), "marts": report.marts,
                "troubles": troubles, "held": list(&held), "failed": list(&failed), "unbalanced_reports": unbalanced,
                "drift": drifts.iter().map(|drift| json!({
                    "path": drift.path, "schema": drift.schema, "report_id": drift.report_id, "new": drift.new,
                    "missing": drift.missing, "retyped": drift.retyped,
                })).collect::<Vec<_>>(),
            })
        )?;
    } else {
        for trouble in &troubles {
            writeln!(out, "{trouble}")?;
        }
        for id in &unbalanced {
            writeln!(
                out,
                "report {id}: rows read are not rows stored + merged + rejected + skipped"
            )?;
        }
        for (what, list) in [("unreadable", &failed), ("held", &held)] {
            for (path, reason) in list {
                writeln!(out, "{what}: {path}: {}", without_path(reason, path))?;
            }
        }
        for drift in &drifts {
            writeln!(out, "columns changed: {}: {}", drift.path, drift.text())?;
        }
        let n = troubles.len() + unbalanced.len();
        let waiting = held.len() + failed.len();
        writeln!(
            out,
            "{} checked as of {}: {}, {} waiting or unreadable",
            counted(report.marts.len() as u64, "mart"),
            report.as_of,
            counted(n as u64, "trouble"),
            counted(waiting as u64, "file")
        )?;
    }
    Ok(report.is_fine(strict)
        && unbalanced.is_empty()
        && (!strict || held.is_empty() && failed.is_empty()))
}
