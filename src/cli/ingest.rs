//! `ingest`: files into the store and `current/` up to date. Also the first half of `run`.

use crate::cli::args::IngestOptions;
use crate::cli::compact;
use crate::cli::render::Format;
use crate::cli::render::SCHEMA_VERSION;
use crate::cli::render::counted;
use crate::cli::session::Session;
use crate::cli::summary::Summary;
use crate::cli::terminal::Terminal;
use crate::ingest;
use crate::ingest::Manner;
use crate::ingest::current;
use crate::ingest::current::Refreshed;
use crate::ingest::inbox;
use crate::ingest::inbox::Candidate;
use crate::ingest::known::Known;
use crate::ingest::known::Verdict;
use crate::model::id;
use crate::observe::Observer;
use crate::store::StoreError;
use crate::store::lock::BuildLock;
use crate::store::reports::Catalogue;
use crate::store::sums;
use jiff::Timestamp;
use serde_json::json;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// What reading came to, for whoever goes on from there.
pub(super) struct Ingested {
    pub summary: Summary,
    pub catalogue: Catalogue,
}

/// What is to be read.
#[derive(Default)]
pub(super) struct Request<'a> {
    /// None: the inbox.
    pub paths: &'a [PathBuf],
    pub shard: Option<Shard>,
    /// Look at the bytes of every file.
    pub verify: bool,
    /// Read every file, known or not.
    pub again: bool,
}

/// One of so many parts of the files: `3/8`. Which part a file is in follows from its path alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shard {
    index: u64,
    of: u64,
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text
            .split_once('/')
            .and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((index, of)) if (1..=of).contains(&index) => Ok(Self { index, of }),
            _ => Err("a shard is written 3/8: the third of eight".to_owned()),
        }
    }
}

impl Shard {
    fn has(self, candidate: &Candidate) -> bool {
        let place = id::of_bytes(candidate.relative.as_bytes());
        place % u128::from(self.of) == u128::from(self.index - 1)
    }
}

/// Reads what is new below `paths` and brings `current/` up to date.
///
/// # Errors
/// When a path is not there, or the store cannot be written.
pub(super) fn read_and_merge(
    session: &Session,
    request: &Request<'_>,
    observer: &dyn Observer,
) -> anyhow::Result<Ingested> {
    let context = session.context();
    let found = inbox::find(&context, &paths_or_inbox(session, request.paths)?)?;
    let mut catalogue = Catalogue::load(&session.store)?;
    let manner = Manner {
        verify: request.verify,
        again: request.again,
        clock: &Timestamp::now,
    };
    let candidates: Vec<Candidate> = found
        .candidates
        .into_iter()
        .filter(|candidate| request.shard.is_none_or(|shard| shard.has(candidate)))
        .collect();
    let ingested = ingest::ingest(
        &context,
        &session.store,
        &mut catalogue,
        &candidates,
        manner,
        observer,
    )?;
    let _lock = take_lock(session)?;
    // Others may have committed meanwhile: what is current is made of all that is committed.
    catalogue.catch_up(&session.store)?;
    let refreshed = current::refresh(&context, &session.store, &catalogue, observer)?;
    compact::after_merge(session, &catalogue, &refreshed.partitions)?;
    catalogue.checkpoint(&session.store)?;
    let has_news = ingested.outcomes.iter().any(|outcome| !outcome.known);
    if has_news || request.again || !refreshed.partitions.is_empty() {
        sums::note(&session.store, &BTreeSet::new())?;
    }
    Ok(Ingested {
        summary: Summary::of(&ingested, found.n_ignored, &refreshed),
        catalogue,
    })
}

/// How long one process waits for another that is building.
const PATIENCE: Duration = Duration::from_mins(10);

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
    let known = Known::of(&context, &session.store, &catalogue, &found.candidates)?;
    let new: Vec<_> = found
        .candidates
        .iter()
        .filter(|candidate| !matches!(known.verdict(candidate, false), Verdict::Settled(..)))
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
    let nothing = ingest::Ingested {
        outcomes: Vec::new(),
        gone: Vec::new(),
    };
    Ok(Summary::of(
        &nothing,
        found.n_ignored,
        &Refreshed::default(),
    ))
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
    let request = Request {
        paths: &options.paths,
        shard: options.shard,
        verify: options.verify,
        again: options.again,
    };
    let ingested = read_and_merge(session, &request, &*terminal.observer())?;
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
