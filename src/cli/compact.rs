//! `compact`: what was observed again and again without change is put together, without losing an observation.

use crate::cli::ingest::take_lock;
use crate::cli::render::Format;
use crate::cli::render::SCHEMA_VERSION;
use crate::cli::render::TextTable;
use crate::cli::render::counted;
use crate::cli::render::grouped;
use crate::cli::session::Session;
use crate::cli::terminal::Terminal;
use crate::store::compact;
use crate::store::compact::Compacted;
use crate::store::reports::Catalogue;
use crate::store::sums;
use rayon::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;
use std::io::Write;

/// Parts of a partition that lie in files of their own which make `run` compact it. Each part is some tens of kilobytes
/// and a file to open, and a partition is seldom seen more often than twice a day.
const MANY: usize = 40;

/// Compacts the partitions with at least `least` parts in files of their own, `among` some folders or all.
///
/// # Errors
/// When the store cannot be read or written; what was observed is then still there.
pub(super) fn compact_parts(
    session: &Session,
    catalogue: &Catalogue,
    least: usize,
    among: Option<&BTreeSet<String>>,
) -> anyhow::Result<Vec<Compacted>> {
    let jobs = compact::plan(&session.store, catalogue, least, among)?;
    let done = jobs
        .par_iter()
        .map(|job| compact::run(&session.store, job))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(done.into_iter().flatten().collect())
}

/// What `run` does by itself with the partitions that it merged, where they have grown into many parts.
///
/// # Errors
/// As [`compact_parts`].
pub(super) fn after_merge(
    session: &Session,
    catalogue: &Catalogue,
    merged: &[String],
) -> anyhow::Result<()> {
    let among: BTreeSet<String> = merged.iter().cloned().collect();
    compact_parts(session, catalogue, MANY, Some(&among)).map(|_| ())
}

pub(super) fn compact(
    session: &Session,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    let _lock = take_lock(session)?;
    let catalogue = Catalogue::load(&session.store)?;
    let done = compact_parts(session, &catalogue, 2, None)?;
    catalogue.seal(&session.store)?;
    sums::note(&session.store, &BTreeSet::new())?;
    let mut out = terminal.out();
    if format == Format::Json {
        let partitions: Vec<serde_json::Value> = done
            .iter()
            .map(|one| {
                json!({
                    "partition": one.folder, "observations": one.observations,
                    "rows_observed": one.rows.0, "rows_kept": one.rows.1,
                    "bytes_before": one.bytes.0, "bytes_after": one.bytes.1,
                })
            })
            .collect();
        writeln!(
            out,
            "{}",
            json!({"schema_version": SCHEMA_VERSION, "partitions": partitions})
        )?;
        return Ok(true);
    }
    let mut table = TextTable::new(&[
        "partition",
        "observations>",
        "rows observed>",
        "rows kept>",
        "bytes before>",
        "bytes after>",
    ]);
    for one in &done {
        table.push(vec![
            one.folder.clone(),
            grouped(one.observations),
            grouped(one.rows.0),
            grouped(one.rows.1),
            grouped(one.bytes.0),
            grouped(one.bytes.1),
        ]);
    }
    if !done.is_empty() {
        for line in table.lines(terminal.width()) {
            writeln!(out, "{line}")?;
        }
    }
    let bytes = |of: fn(&Compacted) -> u64| done.iter().map(of).sum::<u64>();
    writeln!(
        out,
        "{} compacted: {} bytes are now {}",
        counted(done.len() as u64, "partition"),
        grouped(bytes(|one| one.bytes.0)),
        grouped(bytes(|one| one.bytes.1)),
    )?;
    Ok(true)
}
