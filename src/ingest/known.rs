//! Which files need no reading, or no more than a look at their bytes. Owns when a file is taken for unchanged.
//!
//! A file is not opened when it looks as it did when it was read: same path, size, time of modification, and the time of
//! change and number that the system keeps for itself, which no program sets back. One that looks otherwise and has the
//! same bytes is not decoded. A file that changed while it was read is not remembered.

use crate::ingest::Context;
use crate::ingest::DECODER;
use crate::ingest::answers;
use crate::ingest::inbox::Candidate;
use crate::model::name::SchemaId;
use crate::schema::catalog::Catalog;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::entry::Entry;
use crate::store::entry::Sighting;
use crate::store::entry::Status;
use crate::store::entry::TableEntry;
use crate::store::memos::Look;
use crate::store::memos::Seen;
use crate::store::memos::SeenFile;
use crate::store::reports::Catalogue;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// What is known of the candidates before any is opened.
#[derive(Debug, Default)]
pub struct Known {
    /// The files as they were when they were last read.
    seen: Seen,
    rules: String,
    /// What the catalogue says of files that were not seen under the rules of now.
    sighted: BTreeMap<Sighting, Sighted>,
    /// Path and size -> earliest modification time sighted, for the same files.
    earliest: BTreeMap<(String, u64), i64>,
    /// Where the rules changed: files that were read under others and are no longer where they were. They stay as they
    /// were read.
    pub gone: Vec<String>,
}

/// What was in a file, and whether that is settled under the rules of now.
#[derive(Debug)]
struct Sighted {
    is_settled: bool,
    status: Status,
    contents: Vec<String>,
}

/// What is known of one candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// Nothing about it can have changed, and nothing that bears on it is new.
    Settled(Status, &'a [String]),
    /// It was read before and looks otherwise now: if it has the same contents, it is settled all the same.
    Touched(Status, &'a [String]),
    /// It must be read.
    New,
}

impl Known {
    /// # Errors
    /// When an entry of the catalogue must be read and cannot be.
    pub fn of(
        context: &Context<'_>,
        store: &Store,
        catalogue: &Catalogue,
        candidates: &[Candidate],
    ) -> Result<Self, StoreError> {
        let mut known = Self {
            seen: Seen::recall(store, catalogue.last_seq()),
            rules: context.rules(),
            ..Self::default()
        };
        let here: BTreeSet<&str> = candidates
            .iter()
            .map(|candidate| candidate.relative.as_str())
            .collect();
        let is_open = |path: &str| {
            let seen = known.seen.files.get(path);
            seen.is_none_or(|seen| seen.rules != known.rules)
        };
        let open: BTreeSet<&str> = here.iter().copied().filter(|path| is_open(path)).collect();
        let rules_changed = known.seen.rules != known.rules && !known.seen.rules.is_empty();
        for (seq, head) in catalogue.live_heads() {
            let is_asked = head.paths.iter().any(|path| open.contains(path.as_str()));
            let may_be_gone =
                rules_changed && !head.paths.iter().any(|path| here.contains(path.as_str()));
            if is_asked || may_be_gone {
                let entry = catalogue.entry(seq)?;
                known.learn(context, &entry, may_be_gone);
            }
        }
        Ok(known)
    }

    fn learn(&mut self, context: &Context<'_>, entry: &Entry, may_be_gone: bool) {
        let fingerprint = context.fingerprint();
        let mut is_stale = entry.status() == Status::Recognised;
        for sighting in &entry.sightings {
            let is_settled = is_settled(context, entry, &sighting.path, &fingerprint);
            is_stale &= !is_settled;
            let sighted = self
                .sighted
                .entry(sighting.clone())
                .or_insert_with(|| Sighted {
                    is_settled: true,
                    status: Status::Skipped,
                    contents: Vec::new(),
                });
            sighted.is_settled &= is_settled;
            sighted.status = sighted.status.worse(entry.status());
            sighted.contents.push(entry.content_id.clone());
            let first = self
                .earliest
                .entry((sighting.path.clone(), sighting.bytes))
                .or_insert(sighting.modified);
            *first = sighting.modified.min(*first);
        }
        if may_be_gone && is_stale {
            self.gone.push(entry.path().to_owned());
        }
    }

    /// `verify`: the bytes of every file are looked at.
    pub fn verdict(&self, candidate: &Candidate, verify: bool) -> Verdict<'_> {
        let seen = self.seen.files.get(&candidate.relative);
        let same_look = seen.is_some_and(|seen| seen.look == candidate.look) && !verify;
        let (status, contents) = match seen.filter(|seen| seen.rules == self.rules) {
            Some(seen) => (seen.status, &seen.contents),
            None => match self.sighted.get(&candidate.sighting()) {
                Some(sighted) if sighted.is_settled => (sighted.status, &sighted.contents),
                _ => return Verdict::New,
            },
        };
        if same_look {
            Verdict::Settled(status, contents)
        } else if candidate.look.modified_ms() == self.earliest(candidate)
            || seen.is_some_and(|seen| candidate.look.modified_ms() >= seen.earliest)
        {
            Verdict::Touched(status, contents)
        } else {
            // An earlier time than any before may be what dates it.
            Verdict::New
        }
    }

    /// The earliest modification time sighted, in milliseconds.
    fn earliest(&self, candidate: &Candidate) -> i64 {
        let seen = self.seen.files.get(&candidate.relative);
        let seen = seen
            .filter(|seen| seen.look.bytes == candidate.look.bytes)
            .map(|seen| seen.earliest);
        let key = (candidate.relative.clone(), candidate.look.bytes);
        let sighted = self.earliest.get(&key).copied();
        let now = candidate.look.modified_ms();
        [seen, sighted].into_iter().flatten().fold(now, i64::min)
    }

    /// The same as an instant; none where the system has no time.
    pub fn mtime(&self, candidate: &Candidate) -> Option<Timestamp> {
        Some(self.earliest(candidate))
            .filter(|at| *at > 0)
            .and_then(|at| Timestamp::from_millisecond(at).ok())
    }

    /// Remembers how the files of this run look, for the next one: `read` says what each of them was. Files that were not
    /// among the candidates stay remembered.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn note(
        mut self,
        store: &Store,
        last_seq: u64,
        read: Vec<(&Candidate, Status, Vec<String>)>,
    ) -> Result<(), StoreError> {
        let mut is_news = self.seen.rules != self.rules;
        for (candidate, status, contents) in read {
            let file = SeenFile {
                look: candidate.look,
                earliest: self.earliest(candidate),
                status,
                contents,
                rules: self.rules.clone(),
            };
            let known = self.seen.files.get(&candidate.relative);
            if known == Some(&file) {
                continue;
            }
            is_news = true;
            // What changed while it was read is not remembered.
            if Look::at(&candidate.path) == Some(candidate.look) {
                self.seen.files.insert(candidate.relative.clone(), file);
            } else {
                self.seen.files.remove(&candidate.relative);
            }
        }
        if !is_news {
            return Ok(());
        }
        self.seen.rules = self.rules;
        self.seen.seq = last_seq;
        self.seen.note(store)
    }
}

fn is_settled(context: &Context<'_>, entry: &Entry, path: &str, fingerprint: &str) -> bool {
    if entry.decoder != DECODER
        || entry.answers != answers::text(context.decisions, path, &entry.content_id)
    {
        return false;
    }
    if entry.status() != Status::Recognised {
        return entry.context == fingerprint;
    }
    entry
        .tables
        .iter()
        .filter(|table| table.status == Status::Recognised)
        .all(|table| !is_stale(context.catalog, table))
}

/// Whether a table was read by a schema that is no longer the one of now.
pub fn is_stale(catalog: &Catalog, table: &TableEntry) -> bool {
    let Some(id) = table
        .schema
        .as_deref()
        .and_then(|id| SchemaId::parse(id).ok())
    else {
        return false;
    };
    let version = catalog.schema(&id).map(|schema| &*schema.version);
    table.schema_version.as_deref() != version
}
