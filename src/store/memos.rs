//! What the store remembers to save work: how files looked when they were last read, and what `current/` was made of.
//! All of it follows from the rest of the store; deleted or damaged, it costs time and changes nothing.

use crate::store::Store;
use crate::store::StoreError;
use crate::store::entry::Status;
use crate::store::files;
use crate::store::layout;
use crate::store::merge::PassedOver;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

/// How a file looks from outside: if none of this changed, its bytes did not. A program that puts back a file's time
/// still changes `changed`, which the system keeps for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Look {
    pub bytes: u64,
    /// Nanoseconds since 1970, UTC.
    pub modified: i64,
    /// When the system last changed anything about it, likewise; 0 where the system does not say.
    pub changed: i64,
    /// 0 where the system has none.
    pub inode: u64,
}

impl Look {
    pub fn of(metadata: &std::fs::Metadata) -> Self {
        let modified = metadata
            .modified()
            .ok()
            .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let modified = modified
            .and_then(|since| i64::try_from(since.as_nanos()).ok())
            .unwrap_or(0);
        let (changed, inode) = system(metadata);
        Self {
            bytes: metadata.len(),
            modified,
            changed,
            inode,
        }
    }

    /// Milliseconds since 1970, UTC.
    pub const fn modified_ms(&self) -> i64 {
        self.modified.div_euclid(1_000_000)
    }

    /// How the file at `path` looks; none when there is none.
    pub fn at(path: &Path) -> Option<Self> {
        std::fs::metadata(path)
            .ok()
            .map(|metadata| Self::of(&metadata))
    }
}

#[cfg(unix)]
fn system(metadata: &std::fs::Metadata) -> (i64, u64) {
    use std::os::unix::fs::MetadataExt;
    let changed = metadata
        .ctime()
        .saturating_mul(1_000_000_000)
        .saturating_add(metadata.ctime_nsec());
    (changed, metadata.ino())
}

#[cfg(not(unix))]
const fn system(_: &std::fs::Metadata) -> (i64, u64) {
    (0, 0)
}

/// A file as it was when it was last read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenFile {
    pub look: Look,
    /// The earliest modification time sighted, in milliseconds: what dates a report that says nothing itself.
    pub earliest: i64,
    pub status: Status,
    /// What was in it.
    pub contents: Vec<String>,
    /// Hash of all that decided how it was read: under another, its look still holds and its settling does not.
    pub rules: String,
}

/// All files that were read, by their path as sighted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The rules of the last run.
    pub rules: String,
    /// The last commit when this was written: a log that ends before it is not the one that this is about.
    pub seq: u64,
    pub files: BTreeMap<String, SeenFile>,
}

/// What `current/` was made of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// The last commit that went into it.
    pub seq: u64,
    /// Hash of all rules of merging and of the reports that were accepted.
    pub rules: String,
    /// By the partition's folder.
    pub partitions: BTreeMap<String, MergedPartition>,
}

/// The file of one partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedPartition {
    pub look: Look,
    pub fingerprint: String,
    /// Newer observations that were not taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<PassedOver>,
}

/// Checksums of the store's files as they were when they were new, by their path in the store.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    pub files: BTreeMap<String, Sum>,
}

/// One file when it was summed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    pub look: Look,
    pub hash: String,
}

fn place(store: &Store, name: &str) -> PathBuf {
    store.root().join(layout::MEMOS).join(name)
}

const SEEN: &str = "seen.json";
const MERGED: &str = "merged.json";
const SUMS: &str = "sums.json";

fn recall<T: for<'a> Deserialize<'a>>(path: &Path) -> Option<T> {
    serde_json::from_slice(&files::get(path).ok()?).ok()
}

fn note<T: Serialize>(store: &Store, path: &Path, memo: &T) -> Result<(), StoreError> {
    let bytes = serde_json::to_vec(memo).map_err(|source| StoreError::Entry {
        path: path.into(),
        source,
    })?;
    debug_assert!(path.starts_with(store.root()));
    files::replace(path, &bytes).map(|_| ())
}

impl Seen {
    /// What was seen; nothing when that is not known, or known of another log.
    pub fn recall(store: &Store, last_seq: u64) -> Self {
        recall(&place(store, SEEN))
            .filter(|seen: &Self| seen.seq <= last_seq)
            .unwrap_or_default()
    }

    /// # Errors
    /// When the store cannot be written.
    pub fn note(&self, store: &Store) -> Result<(), StoreError> {
        note(store, &place(store, SEEN), self)
    }
}

impl Sums {
    /// Nothing where that is not known.
    pub fn recall(store: &Store) -> Self {
        recall(&place(store, SUMS)).unwrap_or_default()
    }

    /// # Errors
    /// When the store cannot be written.
    pub fn note(&self, store: &Store) -> Result<(), StoreError> {
        note(store, &place(store, SUMS), self)
    }
}

impl Merged {
    /// What `current/` was made of; none when that is not known.
    pub fn recall(store: &Store) -> Option<Self> {
        recall(&place(store, MERGED))
    }

    /// # Errors
    /// When the store cannot be written.
    pub fn note(&self, store: &Store) -> Result<(), StoreError> {
        note(store, &place(store, MERGED), self)
    }
}
