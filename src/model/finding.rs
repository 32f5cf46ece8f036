//! What was seen and did not stop anything: drift, bad cells, losses.

use crate::model::place::Place;
use std::collections::BTreeMap;
use std::fmt;

/// What kind of thing was found. Printed kebab-case; the names are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// A cell that is not a value of its column's type. Its row is rejected.
    BadCell,
    /// A cell of the period or key is empty although rows cannot be told apart without it. Its row is rejected.
    MissingKey,
    /// A header label that the schema does not know.
    UnknownColumn,
    /// A header label by which the report is told was taken out of it.
    MissingColumn,
    /// A header label that stands twice; only the first is read.
    DuplicateColumn,
    /// Characters that could not be decoded.
    LostCharacters,
    /// Replacement characters that the file brought along.
    ReplacementCharacters,
    /// A value with more digits than its column keeps; rounded half-even, the difference recorded.
    Rounded,
    /// A row with more cells than the header names.
    RaggedRow,
    /// A row that repeats the header, is a total, or is a footer: skipped.
    SkippedRow,
    /// A fact that the place of the file or its name states differently from its content.
    Contradiction,
    /// A total that the report tells is not the sum of what it is the total of.
    TotalDiffers,
    /// A slice whose newest observation is poorer than the one before it, and was passed over.
    Poorer,
}

impl Code {
    pub const ALL: &[Self] = &[
        Self::BadCell,
        Self::MissingKey,
        Self::UnknownColumn,
        Self::MissingColumn,
        Self::DuplicateColumn,
        Self::LostCharacters,
        Self::ReplacementCharacters,
        Self::Rounded,
        Self::RaggedRow,
        Self::SkippedRow,
        Self::Contradiction,
        Self::TotalDiffers,
        Self::Poorer,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadCell => "bad-cell",
            Self::MissingKey => "missing-key",
            Self::UnknownColumn => "unknown-column",
            Self::MissingColumn => "missing-column",
            Self::DuplicateColumn => "duplicate-column",
            Self::LostCharacters => "lost-characters",
            Self::ReplacementCharacters => "replacement-characters",
            Self::Rounded => "rounded",
            Self::RaggedRow => "ragged-row",
            Self::SkippedRow => "skipped-row",
            Self::Contradiction => "contradiction",
            Self::TotalDiffers => "total-differs",
            Self::Poorer => "poorer",
        }
    }

    /// Whether the row that it was found in goes to quarantine.
    pub const fn rejects_row(self) -> bool {
        matches!(self, Self::BadCell | Self::MissingKey)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing found: what, in which column, where, and the text that was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub code: Code,
    /// The column as the report names it, or empty where the finding is about the whole table.
    pub column: Box<str>,
    pub place: Option<Place>,
    /// The text met, or the sentence that explains.
    pub text: Box<str>,
    /// What was expected instead, or empty.
    pub expected: Box<str>,
}

/// Findings of one table: all are counted, the first few per code and column are kept as examples.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    groups: BTreeMap<(Code, Box<str>), Group>,
}

/// All findings of one code in one column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    pub count: u64,
    pub examples: Vec<Finding>,
}

impl Findings {
    /// Examples kept per code and column.
    pub const EXAMPLES: usize = 5;

    pub fn push(&mut self, finding: Finding) {
        let group = self
            .groups
            .entry((finding.code, finding.column.clone()))
            .or_default();
        group.count += 1;
        if group.examples.len() < Self::EXAMPLES {
            group.examples.push(finding);
        }
    }

    /// Adds `count` findings of which one is shown.
    pub fn push_counted(&mut self, finding: Finding, count: u64) {
        if count == 0 {
            return;
        }
        let key = (finding.code, finding.column.clone());
        self.push(finding);
        if let Some(group) = self.groups.get_mut(&key) {
            group.count += count - 1;
        }
    }

    /// Adds findings that stand later in the same table. Merging in source order keeps the earliest examples.
    pub fn merge(&mut self, later: Self) {
        for (key, group) in later.groups {
            let mine = self.groups.entry(key).or_default();
            mine.count += group.count;
            let room = Self::EXAMPLES.saturating_sub(mine.examples.len());
            mine.examples.extend(group.examples.into_iter().take(room));
        }
    }

    pub fn groups(&self) -> impl Iterator<Item = (Code, &str, &Group)> {
        self.groups
            .iter()
            .map(|((code, column), group)| (*code, &**column, group))
    }

    pub fn count(&self, code: Code) -> u64 {
        self.groups()
            .filter(|(found, ..)| *found == code)
            .map(|(.., group)| group.count)
            .sum()
    }

    pub fn total(&self) -> u64 {
        self.groups.values().map(|group| group.count).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bad(row: u32) -> Finding {
        Finding {
            code: Code::BadCell,
            column: "Spend".into(),
            place: Some(Place { row, column: 3 }),
            text: "x".into(),
            expected: "money".into(),
        }
    }

    #[test]
    fn all_are_counted_and_the_first_are_kept() {
        let (mut early, mut late) = (Findings::default(), Findings::default());
        (1..=3).for_each(|row| early.push(bad(row)));
        (4..=20).for_each(|row| late.push(bad(row)));
        early.merge(late);
        assert_eq!(early.count(Code::BadCell), 20);
        let rows: Vec<u32> = early
            .groups()
            .flat_map(|(.., g)| &g.examples)
            .map(|f| f.place.unwrap().row)
            .collect();
        assert_eq!(rows, [1, 2, 3, 4, 5]);
    }

    #[test]
    fn codes_are_unique() {
        let names: std::collections::BTreeSet<_> =
            Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
