//! Committing what was read of a file. Owns which entry of the catalogue a reading belongs to: the same bytes under
//! another name are the same report, unless the name told otherwise.
//!
//! What is committed follows from what is committed already, so a commit that another process overtook is decided anew.

use crate::ingest::Context;
use crate::ingest::DECODER;
use crate::ingest::answers;
use crate::ingest::file::DocumentReading;
use crate::ingest::inbox::Candidate;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::entry::Entry;
use crate::store::entry::Sighting;
use crate::store::entry::TableEntry;
use crate::store::reports::Catalogue;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is the same in all entries of a run.
pub(super) struct Clerk<'a> {
    pub context: &'a Context<'a>,
    pub store: &'a Store,
    /// Of the context.
    pub fingerprint: &'a str,
    pub now: String,
    pub taken_ms: u64,
}

/// What committing came to.
pub(super) struct Committed {
    pub entry: Arc<Entry>,
    /// Whether nothing was learnt but a place.
    pub known: bool,
}

impl Clerk<'_> {
    /// Commits one innermost file as it was read at the candidate's place.
    ///
    /// # Errors
    /// When the log cannot be read or written.
    pub(super) fn commit(
        &self,
        catalogue: &mut Catalogue,
        candidate: &Candidate,
        document: &DocumentReading,
    ) -> Result<Committed, StoreError> {
        loop {
            let (entries, of, known) = self.decide(catalogue, candidate, document)?;
            let mut all = true;
            for entry in entries {
                all = all && catalogue.try_commit(self.store, entry)?;
            }
            if all {
                let seq = catalogue
                    .seq_of(&of)
                    .ok_or(StoreError::NoEntry { seq: 0 })?;
                return Ok(Committed {
                    entry: catalogue.entry(seq)?,
                    known,
                });
            }
        }
    }

    /// The entries to commit, the key of the one that tells of the document, and whether it was known.
    fn decide(
        &self,
        catalogue: &Catalogue,
        candidate: &Candidate,
        document: &DocumentReading,
    ) -> Result<(Vec<Entry>, String, bool), StoreError> {
        let path = candidate.relative.as_str();
        let mut variants = Vec::new();
        for seq in catalogue.seqs_of(&document.content_id) {
            variants.push(catalogue.entry(seq)?);
        }
        let has_path = |entry: &Entry| entry.sightings.iter().any(|seen| seen.path == path);
        let holder = variants.iter().find(|entry| has_path(entry));
        let twin = variants
            .iter()
            .find(|entry| entry.tables == document.tables && entry.failure == document.failure);
        let heir = twin.or_else(|| {
            let same = |entry: &&Arc<Entry>| is_same_report(&entry.tables, &document.tables);
            variants.iter().find(same)
        });
        // Whoever had only this place had it wrong, and is read anew.
        let heir = heir.or_else(|| {
            holder.filter(|entry| entry.sightings.iter().all(|seen| seen.path == path))
        });
        let variant = heir.map_or_else(
            || {
                let n = catalogue.n_variants(&document.content_id);
                if n == 0 { String::new() } else { n.to_string() }
            },
            |entry| entry.variant.clone(),
        );
        let mut sightings: Vec<Sighting> =
            heir.map_or_else(Vec::new, |entry| entry.sightings.clone());
        sightings.push(candidate.sighting());
        sightings.sort();
        sightings.dedup();
        let entry = Entry {
            format: Entry::FORMAT,
            content_id: document.content_id.clone(),
            variant,
            name: heir.map_or_else(|| document.name.clone(), |entry| entry.name.clone()),
            container: document.container.clone(),
            sightings,
            context: self.fingerprint.to_owned(),
            decoder: DECODER,
            answers: answers::text(self.context.decisions, path, &document.content_id),
            failure: document.failure.clone(),
            tables: document.tables.clone(),
            committed_at: self.now.clone(),
            taken_ms: self.taken_ms,
        };
        let key = entry.key();
        let mut entries = Vec::new();
        if !heir.is_some_and(|old| old.says_the_same(&entry)) {
            entries.push(entry);
        }
        if let Some(holder) = holder.filter(|holder| holder.key() != key) {
            entries.push(self.without(holder, path));
        }
        for seq in catalogue.unread_at(path) {
            let old = catalogue.entry(seq)?;
            if old.key() != key {
                entries.push(self.without(&old, path));
            }
        }
        Ok((entries, key, twin.is_some()))
    }

    /// The entry as it is when its file is no longer at a place. Without any place it counts no more.
    fn without(&self, entry: &Entry, path: &str) -> Entry {
        let mut entry = entry.clone();
        entry.sightings.retain(|seen| seen.path != path);
        entry.committed_at.clone_from(&self.now);
        entry
    }
}

/// Whether two readings of the same bytes are of the same reports: read anew, or dated by the file's time alone, of which
/// the earliest counts.
fn is_same_report(old: &[TableEntry], new: &[TableEntry]) -> bool {
    let ids = |tables: &[TableEntry]| -> BTreeSet<String> {
        let ids = tables.iter().filter_map(|table| table.report_id.clone());
        ids.collect()
    };
    let by_time = |tables: &[TableEntry]| {
        let mut dated = tables
            .iter()
            .filter(|table| table.report_id.is_some())
            .map(|table| table.observed_from.as_deref());
        let whose = |table: &TableEntry| (table.account.clone(), table.marketplace.clone());
        let whose: BTreeSet<_> = tables.iter().map(whose).collect();
        (dated.any(|from| from == Some("mtime"))).then_some(whose)
    };
    let (a, b) = (ids(old), ids(new));
    if a.is_empty() || b.is_empty() {
        // Held before or now: the same questions or their answers.
        return a.is_empty() && b.is_empty();
    }
    a == b || by_time(old).is_some_and(|whose| by_time(new) == Some(whose))
}
