//! A catalogue entry as written: what one file was, what was read from it, and which parts hold it.

use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// What the catalogue knows of one file. Committing it makes its parts exist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Format of this entry.
    pub format: u32,
    /// Hash of the innermost bytes; for a file that could not be opened, of its path.
    pub content_id: String,
    /// Where the same bytes are different reports, as their names or folders tell: which of them. Empty for the first.
    #[serde(default)]
    pub variant: String,
    /// The innermost file's name.
    pub name: String,
    /// `csv, utf-8`, `workbook` ..
    pub container: String,
    /// Where it is or was. Without any the entry counts for nothing.
    pub sightings: Vec<Sighting>,
    /// Hash of all that decided how it was read: schemas, configuration, answers, flags. Another context may settle
    /// what was held.
    pub context: String,
    /// Version of the readers and decoders, and what the user had answered for this file: with another, it is read again.
    pub decoder: u32,
    pub answers: String,
    /// Why nothing could be read at all.
    pub failure: Option<String>,
    pub tables: Vec<TableEntry>,
    /// When it was committed, by the committer's clock: informative only.
    pub committed_at: String,
    /// Milliseconds that reading the file took: informative only.
    #[serde(default)]
    pub taken_ms: u64,
}

/// A place where the file was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sighting {
    /// Relative to the workspace with `/`, or absolute when it lies elsewhere.
    pub path: String,
    pub bytes: u64,
    /// Milliseconds since 1970, UTC.
    pub modified: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Recognised and stored.
    Recognised,
    /// Waits for an answer or a schema.
    Held,
    /// Not a table of facts: an instruction sheet, an ignored file.
    Skipped,
    /// Could not be read.
    Failed,
}

impl Status {
    /// Whether it waits for an answer or cannot be read.
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Held | Self::Failed)
    }

    /// The one that somebody should hear of first.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        [Self::Failed, Self::Held, Self::Recognised]
            .into_iter()
            .find(|status| self == *status || other == *status)
            .unwrap_or(Self::Skipped)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recognised => "recognised",
            Self::Held => "held",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }
}

/// One table of a file: a sheet, or the file itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableEntry {
    pub sheet: Option<String>,
    pub status: Status,
    /// Why it is held, skipped or failed.
    pub reason: Option<String>,
    pub questions: Vec<QuestionEntry>,
    pub schema: Option<String>,
    pub schema_version: Option<String>,
    pub table: Option<String>,
    pub report_id: Option<String>,
    pub reading: Option<String>,
    pub language: Option<String>,
    pub account: Option<String>,
    pub account_from: Option<String>,
    pub marketplace: Option<String>,
    pub marketplace_from: Option<String>,
    pub currency: Option<String>,
    pub period: Option<PeriodEntry>,
    pub observed_at: Option<String>,
    pub observed_from: Option<String>,
    pub rows: Rows,
    /// Sums of each exact column, as decimal text.
    pub controls: BTreeMap<String, Control>,
    pub findings: Vec<FindingEntry>,
    pub unknown_columns: Vec<String>,
    /// How it was read: header row, styles with their evidence.
    pub reading_notes: Vec<String>,
    pub parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionEntry {
    pub about: String,
    pub text: String,
    /// The flag of `answer` that settles it.
    pub flag: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeriodEntry {
    pub kind: String,
    pub start: Option<String>,
    pub end: Option<String>,
}

/// Source records read = stored + merged + rejected + skipped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rows {
    pub read: u64,
    pub stored: u64,
    pub merged: u64,
    pub rejected: u64,
    pub skipped: u64,
}

/// The sum read from the file = stored + rejected + skipped + residue of rounding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    pub read: String,
    pub stored: String,
    pub rejected: String,
    pub skipped: String,
    pub residue: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingEntry {
    pub code: String,
    pub column: String,
    pub count: u64,
    pub examples: Vec<ExampleEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExampleEntry {
    pub row: Option<u32>,
    pub column: Option<u32>,
    pub text: String,
    pub expected: String,
}

/// Rows of a reading in one partition of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub table: String,
    pub marketplace: String,
    pub month: Option<String>,
    /// Relative to the store.
    pub path: String,
    pub rows: u64,
    /// In the order of their rows. Empty for tables that are merged by key.
    pub slices: Vec<SliceEntry>,
}

/// Rows of a part that are replaced together: enough to choose among observations without reading them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SliceEntry {
    pub family: String,
    pub account: String,
    pub ad_product: String,
    pub source: String,
    /// First day, as `2026-01-31`.
    pub day: String,
    /// Last day of a range.
    pub end: String,
    /// The document that is a slice of its own.
    #[serde(default)]
    pub document: String,
    /// The first or last day of a report that may begin and end inside of a day.
    #[serde(default)]
    pub edge: bool,
    /// First row in the part, from 0.
    pub start: u64,
    pub rows: u64,
    /// Rows with a blank cell in the key.
    pub blank: u64,
    /// Sum of the measure that must not shrink, unscaled.
    pub weight: String,
    /// Sums of the columns that may be added up, as decimal text; a column without a value has none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sums: BTreeMap<String, String>,
    /// Hash of the members, where a report may be partial.
    pub members: String,
    /// The row group in which it begins.
    pub first_group: u64,
    /// Whether its row groups hold nothing else.
    pub own_groups: bool,
}

impl Entry {
    pub const FORMAT: u32 = 1;
    /// How the content id of a file that could not be opened begins.
    pub const UNREAD: &str = "unread-";

    /// What entries that take each other's place have in common.
    pub fn key(&self) -> String {
        if self.variant.is_empty() {
            self.content_id.clone()
        } else {
            format!("{}#{}", self.content_id, self.variant)
        }
    }

    /// Whether all is the same but when it was committed and how long it took.
    pub fn says_the_same(&self, other: &Self) -> bool {
        *self
            == Self {
                committed_at: self.committed_at.clone(),
                taken_ms: self.taken_ms,
                ..other.clone()
            }
    }

    /// Where it was seen, first by name.
    pub fn path(&self) -> &str {
        self.sightings
            .first()
            .map_or("", |sighting| sighting.path.as_str())
    }

    /// Why it is what [`Entry::status`] says: the file's reason, or that of the first table of this status.
    pub fn reason(&self) -> Option<&str> {
        let status = self.status();
        let of_table = || {
            self.tables
                .iter()
                .filter(|table| table.status == status)
                .find_map(|table| table.reason.as_deref())
        };
        self.failure.as_deref().or_else(of_table)
    }

    /// The worst that happened to any of its tables.
    pub fn status(&self) -> Status {
        if self.failure.is_some() {
            return Status::Failed;
        }
        let has = |status| self.tables.iter().any(|table| table.status == status);
        [Status::Failed, Status::Held, Status::Recognised]
            .into_iter()
            .find(|status| has(*status))
            .unwrap_or(Status::Skipped)
    }
}
