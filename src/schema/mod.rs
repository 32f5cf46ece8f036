//! What a report looks like: plain values, checked on the way in. Knows no bytes, no Arrow, no serde.
//!
//! `wire` is the only door: TOML in, [`Schema`] out. `catalog` holds all schemas and the tables they feed.

pub mod binding;
pub mod catalog;
mod door;
mod door_nesting;
mod door_outputs;
pub mod label;
pub mod wire;

use crate::model::logical_type::LogicalType;
use crate::model::market::DateOrder;
use crate::model::name::ColumnName;
use crate::model::name::SchemaId;
use crate::model::name::TableName;
use crate::model::nesting::Nesting;
use crate::model::period::PeriodKind;
use crate::model::table::MergeRule;
use crate::schema::label::Label;
use crate::schema::label::LabelPattern;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::Arc;

/// One kind of report: how it is recognised, what its columns mean, and which tables it feeds.
#[derive(Debug, Clone)]
pub struct Schema {
    pub id: SchemaId,
    pub title: Box<str>,
    pub title_zh: Box<str>,
    /// The menu path where a user downloads it.
    pub download: Box<str>,
    /// False where only some of its headers are known.
    pub complete: bool,
    /// Reports of one family replace each other; families never do, and are never added.
    pub family: Box<str>,
    pub signature: Signature,
    /// Where the rows lie, of a report that is a nested document.
    pub nesting: Option<Arc<Nesting>>,
    /// Whether a delimited text or a workbook may be this report.
    pub is_flat: bool,
    pub columns: Vec<Column>,
    pub facts: Vec<Fact>,
    pub skips: Vec<Skip>,
    /// What must add up to what in the main table.
    pub totals: Vec<Total>,
    /// At least one; the first is the main table, the one that `inspect` names.
    pub outputs: Vec<Output>,
    /// Sheets by name that show how a report is filled in and are none.
    pub not_sheets: Option<Regex>,
    /// Why such a file cannot be used although it is known: it lacks what would place its rows.
    pub unusable: Option<Box<str>>,
    /// Set where the file is not a report but a seed: what a team tells that no report does.
    pub seed: Option<Seed>,
    /// BLAKE3 of the text it was written in: part of a reading's identity.
    pub version: Box<str>,
}

/// Which header rows are this report's. A match needs all of `all`, one of `any` (if it names some), none of `none`.
#[derive(Debug, Clone, Default)]
pub struct Signature {
    /// Columns by canonical name: each must be present under one of its labels.
    pub all: Vec<ColumnName>,
    /// At least one of these columns.
    pub any: Vec<ColumnName>,
    /// Patterns over raw labels, at least `.0` of which must be present.
    pub labels: Vec<(usize, Vec<LabelPattern>)>,
    /// Patterns over raw labels that must not be present.
    pub none: Vec<LabelPattern>,
    /// Pairs of columns of which, where both are present, the first stands before the second.
    pub order: Vec<(ColumnName, ColumnName)>,
}

/// Amounts of which the report tells the sum.
#[derive(Debug, Clone)]
pub struct Total {
    /// Columns whose values are added; at least one. Those that a report lacks add nothing.
    pub of: Vec<ColumnName>,
    /// The column that tells the sum.
    pub is: ColumnName,
    /// The rows with one value of this column share a total; without it each row has its own.
    pub per: Option<ColumnName>,
}

/// Who keeps a seed, how often, and when it is too old to be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed {
    pub owner: Box<str>,
    pub cadence: Box<str>,
    pub stale_after_days: Option<u32>,
}

/// A canonical column and every label under which a report is known to carry it.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property of its own that a schema gives a column"
)]
pub struct Column {
    pub name: ColumnName,
    pub title_zh: Box<str>,
    pub ty: LogicalType,
    /// Labels as the schema writes them, English first: what messages show.
    pub written: Vec<Box<str>>,
    /// Language of a label as an ISO 639-1 code, and the label.
    pub labels: Vec<(Box<str>, Label)>,
    /// Labels that hold what changes from report to report, such as a marketplace's id, and its place is a `*`.
    pub label_patterns: Vec<LabelPattern>,
    /// Labels under which it stands where no column that has such stands under one of `labels`: of two ways to count, the
    /// second. They may be those of columns further down, which then stand empty.
    pub else_labels: Vec<(Box<str>, Label)>,
    /// Texts that mean "no value" in this column, beside the empty cell.
    pub nulls: Vec<Box<str>>,
    /// Texts that stand for another value: `No Portfolio` for nothing, `精确` for `EXACT`.
    pub values: Vec<(Box<str>, Box<str>)>,
    /// Text to take off wherever it stands in the cell: a stray escape, a unit.
    pub strip: Vec<Box<str>>,
    /// A measure that may be summed over the rows of one file that share a key.
    pub additive: bool,
    /// Recognised and read past: personal data, a user's own browsing state.
    pub dropped: bool,
    /// A row without it cannot be used.
    pub required: bool,
    /// Read only where the report has this column too.
    pub with: Option<ColumnName>,
    /// Read only where the report lacks this column.
    pub without: Option<ColumnName>,
    /// The half of the cell that is read: `Jan 3, 2026 - Jan 28, 2026` is two columns under one label.
    pub half: Option<Half>,
    /// It reads a cell that another column may read too; of its labels the first that stands counts.
    pub also: bool,
    /// All rows of a report say the same here; one that says two things is two reports in one file.
    pub same: bool,
    /// The order in which this report writes numeric dates wherever it comes from; what the cells say is believed first.
    pub order: Option<DateOrder>,
}

/// One end of a span that is written in one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    First,
    Last,
}

impl Schema {
    /// Whether a table can be this report's: one of the same nesting, or one of none.
    pub fn may_read(&self, nesting: Option<&Nesting>) -> bool {
        match nesting {
            Some(nesting) => self.nesting.as_deref() == Some(nesting),
            None => self.is_flat,
        }
    }

    /// Languages, as ISO 639-1 codes, in which labels are known.
    pub fn languages(&self) -> BTreeSet<&str> {
        let labels = self.columns.iter().flat_map(|column| &column.labels);
        labels.map(|(language, _)| &**language).collect()
    }
}

impl Column {
    pub fn is_labelled(&self, label: &Label) -> bool {
        self.labels.iter().any(|(_, known)| known == label)
            || (self.label_patterns.iter()).any(|pattern| pattern.matches(label))
    }

    fn is_among(&self, labels: &[Label]) -> bool {
        labels.iter().any(|label| self.is_labelled(label))
    }
}

/// Something the report tells outside of its columns.
#[derive(Debug, Clone)]
pub struct Fact {
    pub from: FactSource,
    /// Named groups are the facts: see [`FACT_NAMES`].
    pub pattern: Regex,
    /// Texts that stand for another, compared without case.
    pub values: Vec<(Box<str>, Box<str>)>,
    /// False where what is told is likely and not sure: a period told so is one that no sum may rest on.
    pub certain: bool,
}

/// Where a fact is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactSource {
    /// The innermost file's name.
    FileName,
    /// A row above the header.
    Preamble,
    /// The sheet's name.
    Sheet,
    /// A property of the workbook, as `name=value`.
    Property,
    /// A cell in a column without header, or in a row of which it is the only cell.
    Stray,
    /// A value of a nested document, by its path from the top.
    Path(Box<str>),
    /// The header label under which a column was found.
    LabelOf(ColumnName),
    /// The greatest value of a column.
    GreatestOf(ColumnName),
}

/// Facts that a pattern may name. Other group names become text columns of the rows (`own_asin`).
pub const FACT_NAMES: &[&str] = &[
    "observed_at",
    "observed_date",
    "marketplace",
    "account",
    "currency",
    "period_start",
    "period_end",
    "granularity",
    "period_unit",
];

/// Rows that are not the report's: totals, footers, repeated headers.
#[derive(Debug, Clone)]
pub struct Skip {
    pub column: ColumnName,
    pub pattern: Regex,
    pub reason: Box<str>,
}

/// A table that the report feeds, and how its rows get there.
#[derive(Debug, Clone)]
pub struct Output {
    pub table: TableName,
    pub period: Period,
    pub merge: Merge,
    /// Columns that go to this table; empty: all.
    pub columns: Vec<ColumnName>,
    pub steps: Vec<Step>,
}

/// How the period of a row is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Period {
    /// A day column; where the report lacks it but has first and last activity, rows go to the range twin.
    Day {
        day: ColumnName,
        range: Option<(ColumnName, ColumnName)>,
        /// The fact `granularity` says whether days, weeks or months begin there.
        is_granular: bool,
        /// Where rows of whole months go; without it, to the range twin.
        months: Option<TableName>,
    },
    /// Always a range; start and end from facts, from the two columns' extremes if named, or from the user.
    Range {
        extremes: Option<(ColumnName, ColumnName)>,
    },
    /// Each row has a first and a last day of its own.
    Rows { start: ColumnName, end: ColumnName },
    /// A state: at a column's day, else at the observation.
    Snapshot { day: Option<ColumnName> },
    /// An event at a column's time.
    Event {
        at: ColumnName,
        /// No later report moves the day: rows are parted by month.
        fixed: bool,
    },
    /// No period: a seed.
    Always,
}

impl Period {
    /// The kind of period, or none for a seed.
    pub const fn kind(&self) -> Option<PeriodKind> {
        match self {
            Self::Day { .. } => Some(PeriodKind::Day),
            Self::Range { .. } | Self::Rows { .. } => Some(PeriodKind::Range),
            Self::Snapshot { .. } => Some(PeriodKind::Snapshot),
            Self::Event { fixed: false, .. } => Some(PeriodKind::Event),
            Self::Event { fixed: true, .. } => Some(PeriodKind::DatedEvent),
            Self::Always => None,
        }
    }

    /// Columns of the report that place its rows and that no answer can stand for.
    pub fn needs(&self) -> Vec<&ColumnName> {
        match self {
            Self::Day {
                day, range: None, ..
            } => vec![day],
            Self::Rows { start, end } => vec![start, end],
            Self::Event { at, .. } => vec![at],
            Self::Day { .. } | Self::Range { .. } | Self::Snapshot { .. } | Self::Always => {
                Vec::new()
            }
        }
    }
}

/// How observations of the same thing meet.
#[derive(Debug, Clone)]
pub struct Merge {
    pub rule: MergeRule,
    pub duplicates: Duplicates,
}

/// What a key that stands twice inside one file means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicates {
    /// Parts of one thing: additive measures are summed, the first text stays.
    Sum,
    /// Different things that look alike: kept apart by an ordinal.
    Keep,
    /// The same thing seen again: the row whose time is the latest stands, of equal times the one further down.
    Latest,
}

/// A change to the shape of the rows, declared by the schema.
#[derive(Debug, Clone)]
pub enum Step {
    /// One row per column whose label matches: the label becomes `name_to`, the cell `value_to`. `own` adds the row's
    /// own reading: the text of a fact, and columns whose values it takes over.
    Unpivot {
        labels: Regex,
        name_to: ColumnName,
        value_to: ColumnName,
        ty: LogicalType,
        own: Option<Own>,
        /// Column that lists all names, sorted: what the report looked at.
        names_to: Option<ColumnName>,
    },
    /// A column with the same text in every row.
    Constant {
        column: ColumnName,
        value: ConstantValue,
    },
    /// An empty cell takes the value above it.
    FillDown { column: ColumnName },
    /// The first non-empty of several columns.
    FirstOf {
        column: ColumnName,
        of: Vec<ColumnName>,
    },
    /// The sum of several exact columns of one type in each row; empty where all are.
    SumOf {
        column: ColumnName,
        of: Vec<ColumnName>,
    },
    /// The first group of a pattern in another text column, or nothing.
    Extract {
        column: ColumnName,
        from: ColumnName,
        pattern: Regex,
    },
    /// Numbers divided, in all rows or where a text column says one of a few words.
    Divide {
        columns: Vec<ColumnName>,
        by: Divisor,
        only: Option<(ColumnName, Vec<Box<str>>)>,
    },
}

/// What a constant column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConstantValue {
    Text(Box<str>),
    Integer(i64),
}

/// What numbers are divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Divisor {
    Number(u32),
    /// The smallest coins in one unit of the row's currency: 100 cents, 1 yen.
    MinorUnits,
}

/// The queried thing's own reading in an unpivoted report.
#[derive(Debug, Clone)]
pub struct Own {
    /// The fact that names it.
    pub name: ColumnName,
    /// `(column to fill, column to take it from)`.
    pub values: Vec<(ColumnName, ColumnName)>,
}

impl Schema {
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|column| column.name.as_str() == name)
    }
}
