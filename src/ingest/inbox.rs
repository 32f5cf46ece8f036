//! Which files there are, and which of them need no reading.

use crate::ingest::Context;
use crate::ingest::DECODER;
use crate::ingest::answers;
use crate::model::name::SchemaId;
use crate::store::StoreError;
use crate::store::entry::Entry;
use crate::store::entry::Sighting;
use crate::store::entry::Status;
use crate::store::reports::Catalogue;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

/// A file that may be a report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// Relative to the workspace with `/`, or absolute when it lies elsewhere.
    pub relative: String,
    /// Relative to the inbox with `/` when it lies there, else its name: what folder rules are applied to.
    pub in_inbox: String,
    pub path: PathBuf,
    pub bytes: u64,
    /// Milliseconds since 1970, UTC.
    pub modified: i64,
}

impl Candidate {
    pub fn sighting(&self) -> Sighting {
        Sighting {
            path: self.relative.clone(),
            bytes: self.bytes,
            modified: self.modified,
        }
    }
}

/// Files found, and how many were passed over by rule.
#[derive(Debug, Default)]
pub struct Found {
    /// Sorted by path.
    pub candidates: Vec<Candidate>,
    pub n_ignored: usize,
}

/// Collects the files below `paths`, without hidden files, office lock files and what rules or the user ignore.
///
/// # Errors
/// When a path is not there or a folder cannot be listed.
pub fn find(context: &Context<'_>, paths: &[PathBuf]) -> Result<Found, StoreError> {
    let mut found = Found::default();
    let mut files = Vec::new();
    for path in paths {
        walk(path, &mut files)?;
    }
    files.sort();
    files.dedup();
    for (path, metadata) in files {
        let candidate = candidate(context, path, &metadata);
        let name = candidate
            .path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if is_noise(&name) {
            continue;
        }
        let by_rule = context
            .workspace
            .config
            .ignore
            .iter()
            .any(|rule| rule.files.matches(&candidate.in_inbox));
        if by_rule || answers::is_ignored(context.decisions, &candidate.relative) {
            found.n_ignored += 1;
        } else {
            found.candidates.push(candidate);
        }
    }
    found.candidates.sort();
    Ok(found)
}

/// Files that systems and programs leave beside the ones that people make.
fn is_noise(name: &str) -> bool {
    let lower = name.to_lowercase();
    let partial = [".crdownload", ".part", ".tmp", ".download"]
        .iter()
        .any(|end| lower.ends_with(end));
    name.starts_with('.')
        || name.starts_with("~$")
        || lower == "thumbs.db"
        || lower == "desktop.ini"
        || partial
}

type FileMetadata = (u64, i64);

fn walk(path: &Path, files: &mut Vec<(PathBuf, FileMetadata)>) -> Result<(), StoreError> {
    let failed = |source| StoreError::File {
        verb: "look at",
        path: path.into(),
        source,
    };
    let metadata = fs::metadata(path).map_err(failed)?;
    if !metadata.is_dir() {
        let modified = metadata
            .modified()
            .ok()
            .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let modified = modified
            .and_then(|since| i64::try_from(since.as_millis()).ok())
            .unwrap_or(0);
        files.push((path.to_path_buf(), (metadata.len(), modified)));
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !hidden {
            walk(&entry.path(), files)?;
        }
    }
    Ok(())
}

fn candidate(context: &Context<'_>, path: PathBuf, (bytes, modified): &FileMetadata) -> Candidate {
    let slashed = |path: &Path| path.to_string_lossy().replace('\\', "/");
    let inside = |root: &Path| path.strip_prefix(root).ok().map(slashed);
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    Candidate {
        relative: inside(&context.workspace.root).unwrap_or_else(|| slashed(&path)),
        in_inbox: inside(&context.workspace.inbox()).unwrap_or(name),
        path,
        bytes: *bytes,
        modified: *modified,
    }
}

/// What the catalogue knows of the candidates.
pub struct Known {
    settled: BTreeMap<Sighting, bool>,
    /// Path and size -> earliest modification time sighted.
    earliest: BTreeMap<(String, u64), i64>,
}

impl Known {
    pub fn of(context: &Context<'_>, catalogue: &Catalogue, fingerprint: &str) -> Self {
        let (mut settled, mut earliest) = (BTreeMap::new(), BTreeMap::new());
        for (_, entry) in catalogue.live() {
            for sighting in &entry.sightings {
                let is_settled = is_settled(context, entry, &sighting.path, fingerprint);
                let all = settled.entry(sighting.clone()).or_insert(true);
                *all &= is_settled;
                let first = earliest
                    .entry((sighting.path.clone(), sighting.bytes))
                    .or_insert(sighting.modified);
                *first = sighting.modified.min(*first);
            }
        }
        Self { settled, earliest }
    }

    /// Whether nothing about the file can have changed: same place, size and time, and nothing that bears on it.
    pub fn is_settled(&self, candidate: &Candidate) -> bool {
        self.settled
            .get(&candidate.sighting())
            .copied()
            .unwrap_or(false)
    }

    /// The earliest modification time sighted.
    pub fn mtime(&self, candidate: &Candidate) -> Option<Timestamp> {
        let key = (candidate.relative.clone(), candidate.bytes);
        let at = self
            .earliest
            .get(&key)
            .copied()
            .unwrap_or(candidate.modified)
            .min(candidate.modified);
        (at > 0)
            .then(|| Timestamp::from_millisecond(at).ok())
            .flatten()
    }
}

fn is_settled(context: &Context<'_>, entry: &Arc<Entry>, path: &str, fingerprint: &str) -> bool {
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
        .all(|table| {
            let id = table
                .schema
                .as_deref()
                .and_then(|id| SchemaId::parse(id).ok());
            let version = id
                .and_then(|id| context.catalog.schema(&id))
                .map(|schema| &*schema.version);
            table.schema_version.as_deref() == version
        })
}
