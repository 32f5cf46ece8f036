//! From files to the store: composes reading, detecting, decoding, normalising and storing. The only place that knows
//! all of them, and the only `par_iter` over files.

pub mod answers;
pub mod current;
pub mod draft;
pub mod file;
pub mod inbox;
mod outputs;
pub mod seeds;
mod sift;
mod sums;
mod survey;
mod table;

use crate::ingest::file::FileReading;
use crate::ingest::inbox::Candidate;
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
use crate::store::entry::Sighting;
use crate::store::entry::Status;
use crate::store::reports::Catalogue;
use crate::workspace::Workspace;
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
        }
    }

    /// What is looked for in nested documents.
    pub fn nestings(&self) -> read::Nestings {
        let (nestings, told) = self.catalog.nestings();
        read::Nestings { nestings, told }
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
    /// One per innermost file.
    pub entries: Vec<Arc<Entry>>,
}

impl Outcome {
    pub fn status(&self) -> Status {
        let has = |status| self.entries.iter().any(|entry| entry.status() == status);
        [Status::Failed, Status::Held, Status::Recognised]
            .into_iter()
            .find(|status| has(*status))
            .unwrap_or(Status::Skipped)
    }
}

/// Reads the candidates into `observed/` and commits each file. Known files are not opened.
///
/// `now` is written into the entries and decides nothing.
///
/// # Errors
/// When the store cannot be written: what was committed before stays. A file that cannot be read is no error here.
pub fn ingest(
    context: &Context<'_>,
    store: &Store,
    catalogue: &mut Catalogue,
    candidates: &[Candidate],
    now: &str,
    observer: &dyn Observer,
) -> Result<Vec<Outcome>, StoreError> {
    let fingerprint = context.fingerprint();
    let known = inbox::Known::of(context, catalogue, &fingerprint);
    observer.on(Event::Begin {
        stage: Stage::Read,
        total: candidates.iter().map(|candidate| candidate.bytes).sum(),
    });
    let mut outcomes = Vec::with_capacity(candidates.len());
    for window in candidates.chunks(WINDOW) {
        let readings: Vec<Option<Result<FileReading, StoreError>>> = window
            .par_iter()
            .map(|candidate| {
                let reading = if known.is_settled(candidate) {
                    None
                } else {
                    Some(file::read(
                        context,
                        store,
                        candidate,
                        known.mtime(candidate),
                    ))
                };
                observer.on(Event::File {
                    path: &candidate.path,
                    bytes: candidate.bytes,
                });
                reading
            })
            .collect();
        for (candidate, reading) in window.iter().zip(readings) {
            let outcome = match reading {
                None => known_outcome(catalogue, candidate),
                Some(reading) => commit(
                    context,
                    store,
                    catalogue,
                    candidate,
                    reading?,
                    &fingerprint,
                    now,
                )?,
            };
            outcomes.push(outcome);
        }
    }
    observer.on(Event::End { stage: Stage::Read });
    Ok(outcomes)
}

fn known_outcome(catalogue: &Catalogue, candidate: &Candidate) -> Outcome {
    let sighting = candidate.sighting();
    let entries = catalogue
        .live()
        .filter(|(_, entry)| entry.sightings.contains(&sighting))
        .map(|(_, entry)| Arc::clone(entry))
        .collect();
    Outcome {
        path: candidate.relative.clone(),
        bytes: candidate.bytes,
        known: true,
        entries,
    }
}

fn commit(
    context: &Context<'_>,
    store: &Store,
    catalogue: &mut Catalogue,
    candidate: &Candidate,
    reading: FileReading,
    fingerprint: &str,
    now: &str,
) -> Result<Outcome, StoreError> {
    let mut outcome = Outcome {
        path: candidate.relative.clone(),
        bytes: candidate.bytes,
        known: true,
        entries: Vec::new(),
    };
    for document in reading.documents {
        let old = catalogue.of_content(&document.content_id).cloned();
        let mut sightings: Vec<Sighting> = old
            .iter()
            .flat_map(|entry| entry.sightings.clone())
            .collect();
        sightings.push(candidate.sighting());
        sightings.sort();
        sightings.dedup();
        let answers = answers::text(context.decisions, &candidate.relative, &document.content_id);
        let entry = Entry {
            format: Entry::FORMAT,
            content_id: document.content_id.clone(),
            name: document.name,
            container: document.container,
            sightings,
            context: fingerprint.to_owned(),
            decoder: DECODER,
            answers,
            failure: document.failure,
            tables: document.tables,
            committed_at: now.to_owned(),
        };
        // A copy of a known file under another name is news of its place alone.
        outcome.known &= old
            .as_ref()
            .is_some_and(|old| old.tables == entry.tables && old.failure == entry.failure);
        let same = old.as_ref().is_some_and(|old| {
            Entry {
                committed_at: old.committed_at.clone(),
                ..entry.clone()
            } == **old
        });
        if !same {
            catalogue.commit(store, entry)?;
        }
        outcome
            .entries
            .extend(catalogue.of_content(&document.content_id).cloned());
    }
    Ok(outcome)
}
