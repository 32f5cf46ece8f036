//! `check`: what is wrong, worst first: marts, seeds, and files that wait or cannot be read.

use crate::cli::build;
use crate::cli::build::Request;
use crate::cli::render::Format;
use crate::cli::render::SCHEMA_VERSION;
use crate::cli::render::counted;
use crate::cli::session::Session;
use crate::cli::summary::without_path;
use crate::cli::terminal::Terminal;
use crate::model::name::TableName;
use crate::model::table::Table;
use crate::store::audit;
use crate::store::audit::Audit;
use crate::store::audit::Depth;
use crate::store::audit::Fault;
use crate::store::drift;
use crate::store::entry::Entry;
use crate::store::entry::Status;
use crate::store::reports::Catalogue;
use crate::store::sums;
use serde_json::json;
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

/// Tables by their name, for whoever knows no schemas.
pub(super) fn of_name<'a>(session: &'a Session) -> impl Fn(&str) -> Option<&'a Table> + 'a {
    move |name| session.catalog.table(&TableName::parse(name).ok()?)
}

/// Files that wait for an answer, and those that cannot be read, each with the reason.
fn waiting(live: &[(u64, Arc<Entry>)]) -> [Vec<(String, String)>; 2] {
    let (mut held, mut failed) = (Vec::new(), Vec::new());
    for (_, entry) in live {
        let (path, reason) = (entry.path(), entry.reason().unwrap_or_default());
        match entry.status() {
            Status::Held => held.push((path.to_owned(), reason.to_owned())),
            Status::Failed => failed.push((path.to_owned(), reason.to_owned())),
            Status::Recognised | Status::Skipped => {}
        }
    }
    [held, failed]
}

/// What wants looking at in the store, and how much only lies in the way.
fn sorted_out(audited: &Audit) -> (Vec<&Fault>, usize) {
    let (leftovers, faults): (Vec<&Fault>, Vec<&Fault>) =
        audited.faults.iter().partition(|fault| fault.is_leftover());
    (faults, leftovers.len())
}

/// True when nothing is wrong. Files that wait and warnings count with `strict` only.
///
/// # Errors
/// When the store cannot be read, or a pipeline has a fault.
pub(super) fn check(
    session: &Session,
    strict: bool,
    depth: Depth,
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
    let live = catalogue.live()?;
    let [held, failed] = waiting(&live);
    let mut drifts = drift::drift(live.iter().map(|(_, entry)| &**entry));
    drifts.retain(|drift| drift.is_newest);
    let audited = audit::audit(&session.store, &catalogue, &of_name(session), depth)?;
    let (faults, leftovers) = sorted_out(&audited);
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
                "troubles": troubles, "held": list(&held), "failed": list(&failed),
                "drift": drifts.iter().map(|drift| json!({
                    "path": drift.path, "schema": drift.schema, "report_id": drift.report_id, "new": drift.new,
                    "missing": drift.missing, "retyped": drift.retyped,
                })).collect::<Vec<_>>(),
                "store": {
                    "faults": faults.iter().map(ToString::to_string).collect::<Vec<_>>(), "left_over": leftovers,
                    "reports": audited.n_reports, "parts": audited.n_parts, "files": audited.n_files,
                    "rows": audited.n_rows, "not_summed_before": audited.n_new,
                },
            })
        )?;
    } else {
        for trouble in &troubles {
            writeln!(out, "{trouble}")?;
        }
        for fault in &faults {
            writeln!(out, "{fault}")?;
        }
        for (what, list) in [("unreadable", &failed), ("held", &held)] {
            for (path, reason) in list {
                writeln!(out, "{what}: {path}: {}", without_path(reason, path))?;
            }
        }
        for drift in &drifts {
            writeln!(out, "columns changed: {}: {}", drift.path, drift.text())?;
        }
        let n = troubles.len() + faults.len();
        let waiting = held.len() + failed.len();
        writeln!(
            out,
            "{} checked as of {}: {}, {} waiting or unreadable",
            counted(report.marts.len() as u64, "mart"),
            report.as_of,
            counted(n as u64, "trouble"),
            counted(waiting as u64, "file")
        )?;
        let read = match depth {
            Depth::Quick => "the rows and checksums of none were looked at".to_owned(),
            Depth::Whole => format!(
                "{} in {} add up, the checksums of {} were compared",
                counted(audited.n_rows, "row"),
                counted(audited.n_parts, "part"),
                counted(audited.n_files, "file")
            ),
        };
        let reports = counted(audited.n_reports, "report");
        match faults.len() {
            0 => writeln!(out, "{reports}: {read}")?,
            n => writeln!(
                out,
                "{reports}: {} in the store (sellerlake doctor says what to do)",
                counted(n as u64, "fault")
            )?,
        }
        if leftovers > 0 {
            writeln!(
                out,
                "{leftovers} left over that nothing needs: sellerlake doctor --mend"
            )?;
        }
    }
    if depth == Depth::Whole {
        sums::note(&session.store, &BTreeSet::new())?;
    }
    Ok(report.is_fine(strict)
        && faults.is_empty()
        && (!strict || held.is_empty() && failed.is_empty()))
}
