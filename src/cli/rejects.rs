//! `rejects`: rows that were kept aside, by cause; and reading their files again after a schema was mended.

use crate::cli::ingest;
use crate::cli::ls;
use crate::cli::render::Format;
use crate::cli::render::SCHEMA_VERSION;
use crate::cli::render::counted;
use crate::cli::session::Session;
use crate::cli::terminal::Terminal;
use crate::store::reports::Catalogue;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

/// # Errors
/// When the store cannot be read.
pub(super) fn show(session: &Session, format: Format, terminal: &Terminal) -> anyhow::Result<bool> {
    ls::list_rejects(session, format, terminal)?;
    Ok(true)
}

/// Reads the files again that hold rejected rows, as far as anything that decides how they are read has changed.
///
/// # Errors
/// When the store cannot be read or written.
pub(super) fn replay(
    session: &Session,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    let before = rejected(session)?;
    let root = &session.workspace.root;
    let (there, gone): (Vec<&String>, Vec<&String>) =
        before.keys().partition(|path| root.join(path).is_file());
    let paths: Vec<PathBuf> = there.iter().map(|path| root.join(path)).collect();
    if !paths.is_empty() {
        let request = ingest::Request {
            paths: &paths,
            ..ingest::Request::default()
        };
        ingest::read_and_merge(session, &request, &*terminal.observer())?;
    }
    let after = rejected(session)?;
    let of = |all: &BTreeMap<String, u64>, path: &str| all.get(path).copied().unwrap_or(0);
    let mut out = terminal.out();
    if format == Format::Json {
        let files: Vec<_> = before
            .iter()
            .map(|(path, n)| json!({"file": path, "rejected_before": n, "rejected": of(&after, path), "gone": gone.contains(&path)}))
            .collect();
        writeln!(
            out,
            "{}",
            json!({"schema_version": SCHEMA_VERSION, "files": files})
        )?;
        return Ok(true);
    }
    for path in &there {
        let (then, now) = (of(&before, path), of(&after, path));
        let what = match now {
            0 => format!("all {} are in the store now", counted(then, "row")),
            _ if now == then => format!(
                "{} as before: mend the schema or the file first",
                counted(now, "rejected row")
            ),
            _ => format!("{} of {} are left", now, counted(then, "rejected row")),
        };
        writeln!(out, "{path}: {what}")?;
    }
    for path in &gone {
        writeln!(
            out,
            "{path}: is no longer there; what it told stays as it is"
        )?;
    }
    if before.is_empty() {
        writeln!(out, "nothing was rejected")?;
    }
    Ok(true)
}

/// Rejected rows of each file that has any.
fn rejected(session: &Session) -> anyhow::Result<BTreeMap<String, u64>> {
    let mut of = BTreeMap::new();
    for (_, entry) in Catalogue::load(&session.store)?.live()? {
        let n: u64 = entry.tables.iter().map(|table| table.rows.rejected).sum();
        if n > 0 {
            *of.entry(entry.path().to_owned()).or_default() += n;
        }
    }
    Ok(of)
}
