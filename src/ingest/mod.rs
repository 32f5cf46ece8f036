//! From files to the store: composes reading, detecting, decoding, normalising and storing. The only place that knows
//! all of them, and the only `par_iter` over files.

pub mod answers;
pub mod arrived;
mod commit;
pub mod current;
pub mod draft;
pub mod file;
pub mod inbox;
pub mod known;
mod outputs;
pub mod seeds;
mod sift;
mod sums;
mod survey;
mod table;
mod totals;

use crate::ingest::commit::Clerk;
use crate::ingest::file::DocumentReading;
use crate::ingest::file::FileReading;
use crate::ingest::inbox::Candidate;
use crate::ingest::known::Known;
use crate::ingest::known::Verdict;
use crate::model::id;
use crate::model::market::Market;
use crate::observe::Event;
use crate::observe::Observer;
use crate::observe::Stage;
use crate::read;
use crate::schema::catalog::Catalog;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::decisions::Decision;
use crate::store::entry::Entry;
use crate::store::entry::Status;
use crate::store::entry::TableEntry;
use crate::store::memos::Look;
use crate::store::reports::Catalogue;
use crate::workspace::Workspace;
use jiff::Timestamp;
use jiff::civil::Date;
use rayon::prelude::*;
use std::sync::Arc;

/// Version of the readers, the decoder and the normaliser: part of a reading's identity.
pub const DECODER: u32 = 1;
/// Files read before their entries are committed together, in the order of their paths.
const WINDOW: usize = 32;

/// What a run knows before the first file.
#[derive(Debug)]
pub struct Context<'a> {
    pub workspace: &'a Workspace,
    pub catalog: &'a Catalog,
    pub decisions: &'a [Decision],
    pub flags: Flags,
}

/// What the command line says of files that do not tell.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    pub account: Option<Box<str>>,
    pub market: Option<Market>,
    pub period: Option<(Date, Date)>,
}

impl Context<'_> {
    /// What an archive may unpack to in this workspace.
    pub fn limits(&self) -> read::Limits {
        let limits = &self.workspace.config.limits;
        read::Limits {
            expanded_bytes: limits.expanded_bytes,
            ratio: limits.ratio,
            entries: limits.entries,
            depth: limits.depth,
            sheet_cells: limits.sheet_cells,
        }
    }

    /// What is looked for in nested documents.
    pub fn nestings(&self) -> read::Nestings {
        let (nestings, told) = self.catalog.nestings();
        read::Nestings { nestings, told }
    }

    /// Hash of all that decides whether a file that was read must be read again.
    pub fn rules(&self) -> String {
        let decoder = DECODER.to_string();
        let decisions: Vec<String> = self
            .decisions
            .iter()
            .map(|decision| format!("{decision:?}"))
            .collect();
        let texts = [self.fingerprint(), decoder];
        id::hash(texts.iter().chain(&decisions).map(String::as_str))
    }

    /// Hash of all that decides how a file is read.
    pub fn fingerprint(&self) -> String {
        let schemas = self
            .catalog
            .reports()
            .flat_map(|schema| [schema.id.as_str(), &schema.version]);
        let config = &self.workspace.config;
        let texts = [
            format!("{:?}", config.accounts),
            format!("{:?}", config.inbox_rules),
            format!("{:?}", self.flags),
        ];
        id::hash(schemas.chain(texts.iter().map(String::as_str)))
    }
}

/// What became of one path.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// As sighted.
    pub path: String,
    pub bytes: u64,
    /// True when nothing about it is new since an earlier run.
    pub known: bool,
    pub status: Status,
    /// Content ids of its innermost files.
    pub contents: Vec<String>,
    /// What the catalogue says of them; none where it was not read.
    pub entries: Vec<Arc<Entry>>,
    /// Why it was not read, where it vanished before it could be.
    pub vanished: Option<String>,
}

/// How a run is to go about reading.
#[derive(Clone, Copy)]
pub struct Manner<'a> {
    /// Look at the bytes of every file, even of those that look as they did.
    pub verify: bool,
    /// Read every file, even if nothing about it is new: what the store lost of it is put back.
    pub again: bool,
    /// What time it is: written into entries, and how long a file took. It decides nothing.
    pub clock: &'a (dyn Fn() -> Timestamp + Sync),
}

/// What came of one candidate before it is committed.
enum Looked {
    Settled(Status, Vec<String>),
    Read(FileReading, u64),
    Vanished(String),
}

/// Reads the candidates into `observed/` and commits each file. Known files are not opened.
///
/// # Errors
/// When the store cannot be written: what was committed before stays. A file that cannot be read is no error here.
pub fn ingest(
    context: &Context<'_>,
    store: &Store,
    catalogue: &mut Catalogue,
    candidates: &[Candidate],
    manner: Manner<'_>,
    observer: &dyn Observer,
) -> Result<Ingested, StoreError> {
    let fingerprint = context.fingerprint();
    let mut known = Known::of(context, store, catalogue, candidates)?;
    observer.on(Event::Begin {
        stage: Stage::Read,
        total: candidates
            .iter()
            .map(|candidate| candidate.look.bytes)
            .sum(),
    });
    let mut outcomes = Vec::with_capacity(candidates.len());
    let mut settled = Vec::with_capacity(candidates.len());
    for window in candidates.chunks(WINDOW) {
        let looked: Vec<Result<Looked, StoreError>> = window
            .par_iter()
            .map(|candidate| {
                let looked = look(context, store, &known, candidate, manner);
                observer.on(Event::File {
                    path: &candidate.path,
                    bytes: candidate.look.bytes,
                });
                looked
            })
            .collect();
        for (candidate, looked) in window.iter().zip(looked) {
            let mut outcome = Outcome {
                path: candidate.relative.clone(),
                bytes: candidate.look.bytes,
                known: true,
                status: Status::Skipped,
                contents: Vec::new(),
                entries: Vec::new(),
                vanished: None,
            };
            let (reading, taken_ms) = match looked? {
                Looked::Settled(status, contents) => {
                    outcome.status = status;
                    outcome.contents.clone_from(&contents);
                    settled.push((candidate, status, contents));
                    outcomes.push(outcome);
                    continue;
                }
                Looked::Vanished(why) => {
                    outcomes.push(Outcome {
                        known: false,
                        status: Status::Failed,
                        vanished: Some(why),
                        ..outcome
                    });
                    continue;
                }
                Looked::Read(reading, taken_ms) => (reading, taken_ms),
            };
            let clerk = Clerk {
                context,
                store,
                fingerprint: &fingerprint,
                now: (manner.clock)().to_string(),
                taken_ms,
            };
            for document in &reading.documents {
                let again = read_with_earliest(context, store, catalogue, candidate, document)?;
                let document = again.as_ref().unwrap_or(document);
                let committed = clerk.commit(catalogue, candidate, document)?;
                outcome.known &= committed.known;
                outcome.status = outcome.status.worse(committed.entry.status());
                outcome.entries.push(committed.entry);
            }
            let contents = reading
                .documents
                .into_iter()
                .map(|document| document.content_id);
            outcome.contents = contents.collect();
            settled.push((candidate, outcome.status, outcome.contents.clone()));
            outcomes.push(outcome);
        }
    }
    let gone = std::mem::take(&mut known.gone);
    known.note(store, catalogue.last_seq(), settled)?;
    observer.on(Event::End { stage: Stage::Read });
    Ok(Ingested { outcomes, gone })
}

/// What reading came to.
#[derive(Debug)]
pub struct Ingested {
    /// One per candidate, in their order.
    pub outcomes: Vec<Outcome>,
    /// Files that were read by older rules and are no longer there to be read again.
    pub gone: Vec<String>,
}

/// Opens a candidate as far as it must be opened.
fn look(
    context: &Context<'_>,
    store: &Store,
    known: &Known,
    candidate: &Candidate,
    manner: Manner<'_>,
) -> Result<Looked, StoreError> {
    let verdict = if manner.again {
        Verdict::New
    } else {
        known.verdict(candidate, manner.verify)
    };
    match verdict {
        Verdict::Settled(status, contents) => {
            return Ok(Looked::Settled(status, contents.to_vec()));
        }
        Verdict::Touched(status, contents) => {
            if file::contents(context, candidate).as_deref() == Some(contents) {
                return Ok(Looked::Settled(status, contents.to_vec()));
            }
        }
        Verdict::New => {}
    }
    let started = (manner.clock)();
    let reading = file::read(context, store, candidate, known.mtime(candidate))?;
    let has_failed = reading
        .documents
        .iter()
        .any(|document| document.failure.is_some());
    // A file that somebody moved while we were about to read it says nothing about reports.
    if has_failed && Look::at(&candidate.path).is_none() {
        return Ok(Looked::Vanished("was there and is gone".to_owned()));
    }
    let taken = (manner.clock)().as_millisecond() - started.as_millisecond();
    Ok(Looked::Read(reading, u64::try_from(taken).unwrap_or(0)))
}

/// A file that is dated by its time alone is dated by the earliest time that its bytes were sighted with, under whatever
/// name: copying it must not make it newer. None where that is how it was read.
fn read_with_earliest(
    context: &Context<'_>,
    store: &Store,
    catalogue: &Catalogue,
    candidate: &Candidate,
    document: &DocumentReading,
) -> Result<Option<DocumentReading>, StoreError> {
    let by_time = |table: &TableEntry| table.observed_from.as_deref() == Some("mtime");
    if !document.tables.iter().any(by_time) {
        return Ok(None);
    }
    let mut earliest = candidate.look.modified_ms();
    for seq in catalogue.seqs_of(&document.content_id) {
        let entry = catalogue.entry(seq)?;
        let sighted = entry.sightings.iter().map(|seen| seen.modified);
        earliest = sighted.filter(|at| *at > 0).fold(earliest, i64::min);
    }
    if earliest >= candidate.look.modified_ms() {
        return Ok(None);
    }
    let mtime = Timestamp::from_millisecond(earliest).ok();
    let again = file::read(context, store, candidate, mtime)?;
    Ok(again
        .documents
        .into_iter()
        .find(|again| again.content_id == document.content_id))
}
