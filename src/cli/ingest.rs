//! `ingest`: files into the store and `current/` up to date. Also the first half of `run`.

use crate::cli::args::IngestOptions;
use crate::cli::render::Format;
use crate::cli::render::SCHEMA_VERSION;
use crate::cli::render::counted;
use crate::cli::session::Session;
use crate::cli::summary::Summary;
use crate::cli::terminal::Terminal;
use crate::ingest;
use crate::ingest::current;
use crate::ingest::current::Refreshed;
use crate::ingest::inbox;
use crate::observe::Observer;
use crate::store::StoreError;
use crate::store::lock::BuildLock;
use crate::store::reports::Catalogue;
use jiff::Timestamp;
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// What reading came to, for whoever goes on from there.
pub(super) struct Ingested {
    pub summary: Summary,
    pub catalogue: Catalogue,
}

/// Reads what is new below `paths` and brings `current/` up to date.
///
/// # Errors
/// When a path is not there, or the store cannot be written.
pub(super) fn read_and_merge(
    session: &Session,
    paths: &[PathBuf],
    observer: &dyn Observer,
) -> anyhow::Result<Ingested> {
    let context = session.context();
    let found = inbox::find(&context, &paths_or_inbox(session, paths)?)?;
    let mut catalogue = Catalogue::load(&session.store)?;
    let now = Timestamp::now().to_string();
    let outcomes = ingest::ingest(
        &context,
        &session.store,
        &mut catalogue,
        &found.candidates,
        &now,
        observer,
    )?;
    let _lock = take_lock(session)?;
    // Others may have committed meanwhile: what is current is made of all that is committed.
    catalogue = Catalogue::load(&session.store)?;
    let refreshed = current::refresh(&context, &session.store, &catalogue, observer)?;
    catalogue.checkpoint(&session.store)?;
    Ok(Ingested {
        summary: Summary::of(&outcomes, found.n_ignored, &refreshed),
        catalogue,
    })
}

/// How long one process waits for another that is building.
const PATIENCE: Duration = Duration::from_mins(2);

/// Takes the lock for building, and waits a while for whoever holds it: two runs at once are one after the other.
///
/// # Errors
/// When the other is not done in time, or the store cannot be written.
pub(super) fn take_lock(session: &Session) -> anyhow::Result<BuildLock> {
    let started = Instant::now();
    loop {
        match BuildLock::take(&session.store, &owner()) {
            Err(StoreError::Locked { .. }) if started.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(100));
            }
            taken => return Ok(taken?),
        }
    }
}

/// Who holds a lock, as the next one is told.
fn owner() -> String {
    format!("process {}, since {}", std::process::id(), Timestamp::now())
}

fn paths_or_inbox(session: &Session, paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    if paths.is_empty() {
        let inbox = session.workspace.inbox();
        anyhow::ensure!(
            inbox.is_dir(),
            "there is no {}; make it and put downloads there",
            inbox.display()
        );
        return Ok(vec![inbox]);
    }
    paths
        .iter()
        .map(|path| {
            path.canonicalize()
                .map_err(|error| anyhow::anyhow!("cannot open {}: {error}", path.display()))
        })
        .collect()
}

/// Prints what would be read; writes nothing.
pub(super) fn dry_run(
    session: &Session,
    paths: &[PathBuf],
    terminal: &Terminal,
) -> anyhow::Result<Summary> {
    let context = session.context();
    let found = inbox::find(&context, &paths_or_inbox(session, paths)?)?;
    let catalogue = Catalogue::load(&session.store)?;
    let known = inbox::Known::of(&context, &catalogue, &context.fingerprint());
    let new: Vec<_> = found
        .candidates
        .iter()
        .filter(|candidate| !known.is_settled(candidate))
        .collect();
    let mut out = terminal.out();
    for candidate in &new {
        writeln!(out, "would read {}", candidate.relative)?;
    }
    let rest = (found.candidates.len() - new.len()) as u64;
    writeln!(
        out,
        "{} to read, {} known already; nothing was written",
        counted(new.len() as u64, "file"),
        counted(rest, "file")
    )?;
    Ok(Summary::of(&[], found.n_ignored, &Refreshed::default()))
}

pub(super) fn ingest(
    session: &Session,
    options: &IngestOptions,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    if options.dry_run {
        dry_run(session, &options.paths, terminal)?;
        return Ok(true);
    }
    let ingested = read_and_merge(session, &options.paths, &*terminal.observer())?;
    let mut out = terminal.out();
    match format {
        Format::Json => {
            writeln!(
                out,
                "{}",
                json!({"schema_version": SCHEMA_VERSION, "ingest": ingested.summary.json()})
            )?;
        }
        Format::Table | Format::Csv | Format::Parquet => {
            for line in ingested
                .summary
                .lines()
                .into_iter()
                .chain(ingested.summary.findings())
            {
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(ingested.summary.is_fine(options.strict))
}
