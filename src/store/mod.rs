//! Parquet on disk: what was observed, what is current, and the catalogue that says which is which.
//!
//! Knows tables, not reports; knows no clock: whoever commits says when. The seam to the file system is five verbs.

pub mod amount;
mod choose;
pub mod compact;
pub mod decisions;
pub mod difference;
pub mod entry;
pub mod files;
mod keyed;
pub mod layout;
pub mod listing;
pub mod lock;
mod log;
pub mod marts;
pub mod memos;
pub mod merge;
pub mod observed;
mod pack;
pub mod part;
pub mod picked;
pub mod reader;
pub mod rejects;
pub mod reports;
pub mod restated;
pub mod slices;
mod splice;
mod untold;
mod versions;
pub mod writer;

use std::path::Path;
use std::path::PathBuf;

/// A store: the folder below which all of it lies.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// The store could not do what was asked. The store is as it was before, but for parts that no entry names.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot {verb} {}", path.display())]
    File {
        verb: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot write {} as Parquet", path.display())]
    Encode {
        path: PathBuf,
        source: parquet::errors::ParquetError,
    },
    #[error("cannot read {} as Parquet; delete it if it lies in current/ or marts/ and run again", path.display())]
    Decode {
        path: PathBuf,
        source: parquet::errors::ParquetError,
    },
    #[error("cannot lay out the rows of {}", path.display())]
    Rows {
        path: PathBuf,
        source: arrow::error::ArrowError,
    },
    #[error("the catalogue entry {} is not readable; it was written by another version or damaged", path.display())]
    Entry {
        path: PathBuf,
        source: serde_json::Error,
    },
    #[error("the catalogue has no entry {seq}; was reports/ of the store changed by hand?")]
    NoEntry { seq: u64 },
    #[error(
        "the part {part} is neither in a file nor in a pack; read its report again: delete memos/ of the store and run"
    )]
    NoPart { part: Box<str> },
    #[error("the pack {} does not give back the part {part} as it was; the parts stay as they are; please report this", path.display())]
    Pack { path: PathBuf, part: Box<str> },
    #[error("{} does not hold what was written to it; the entries are still in files of their own", path.display())]
    Segment { path: PathBuf },
    #[error("{}: column {column} is {found}, but the table declares {declared}; run `sellerlake ingest` to read its report again", path.display())]
    ColumnType {
        path: PathBuf,
        column: Box<str>,
        found: Box<str>,
        declared: Box<str>,
    },
    #[error("another sellerlake ({owner}) is building this store; wait for it, or delete {} if it is gone", path.display())]
    Locked { owner: Box<str>, path: PathBuf },
}
