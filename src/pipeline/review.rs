//! What a review shows, as declared in a pipeline's `review.toml`: sections of marts, in order. Knows no rows and no way
//! to draw them; how it is written and checked against the marts is in `wire`.

mod wire;

pub use crate::pipeline::review::wire::read;

use crate::model::name::ColumnName;
use crate::model::name::TableName;
use std::collections::BTreeMap;

/// A document that people read once a period.
#[derive(Debug, Clone)]
pub struct Review {
    pub every: Every,
    pub title: Box<str>,
    pub title_zh: Box<str>,
    /// What its files are called.
    pub file: Box<str>,
    pub file_zh: Box<str>,
    /// It is due on this working day after the period, counted from 1.
    pub due_working_day: Option<usize>,
    pub sections: Vec<Section>,
    /// What the values of a text column are called, by column and value. A value that is not here stands for itself.
    pub words: BTreeMap<ColumnName, BTreeMap<Box<str>, Word>>,
}

/// A value of a mart in the words of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub en: Box<str>,
    pub zh: Box<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    Month,
    Week,
    /// The day of the build.
    Day,
}

/// One mart, in one of the ways in which a person reads it.
#[derive(Debug, Clone)]
pub struct Section {
    pub title: Box<str>,
    pub title_zh: Box<str>,
    pub note: Box<str>,
    pub note_zh: Box<str>,
    pub mart: TableName,
    pub rows: Rows,
    /// Only rows are shown where each of these holds: a bool column is true, a text is there.
    pub keep: Vec<ColumnName>,
    /// What is to be done where the mart tells nothing of the period.
    pub missing: Box<str>,
    pub missing_zh: Box<str>,
    pub shape: Shape,
}

/// Which rows of the mart are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Dated in the period that is reviewed.
    Period,
    /// Of the newest date that the mart has, for what only tells how things stand now.
    Newest,
    /// Of that many periods up to the one that is reviewed.
    History(usize),
}

#[derive(Debug, Clone)]
pub enum Shape {
    /// A figure each row, with what it should be and what it was.
    Cards {
        label: Vec<ColumnName>,
        value: ColumnName,
        target: Option<ColumnName>,
        good: Option<ColumnName>,
        before: Option<ColumnName>,
    },
    Table {
        columns: Vec<ColumnName>,
        sort: Option<ColumnName>,
        descending: bool,
        limit: usize,
    },
    /// A line each distinct `series` over the dates of the mart, a chart each distinct `facet`.
    Lines {
        facet: Vec<ColumnName>,
        series: Vec<ColumnName>,
        value: ColumnName,
        target: Option<ColumnName>,
        /// The least on top: ranks.
        inverted: bool,
    },
    /// A bar each row, the longest first, a chart each distinct `facet`.
    Bars {
        facet: Vec<ColumnName>,
        label: Vec<ColumnName>,
        value: ColumnName,
        limit: usize,
    },
    /// What moved the ratio `over / under` since the period before: the contribution of each distinct `by`, within each
    /// distinct `facet`. See [`moved`](crate::publish::review).
    Moved {
        facet: Vec<ColumnName>,
        by: Vec<ColumnName>,
        over: ColumnName,
        under: ColumnName,
        limit: usize,
    },
}

impl Shape {
    /// Every column that it names.
    fn columns(&self) -> Vec<&ColumnName> {
        match self {
            Self::Cards {
                label,
                value,
                target,
                good,
                before,
            } => (label.iter().chain([value]))
                .chain(target)
                .chain(good)
                .chain(before)
                .collect(),
            Self::Table { columns, sort, .. } => columns.iter().chain(sort).collect(),
            Self::Lines {
                facet,
                series,
                value,
                target,
                ..
            } => (facet.iter().chain(series))
                .chain([value])
                .chain(target)
                .collect(),
            Self::Bars {
                facet,
                label,
                value,
                ..
            } => facet.iter().chain(label).chain([value]).collect(),
            Self::Moved {
                facet,
                by,
                over,
                under,
                ..
            } => facet.iter().chain(by).chain([over, under]).collect(),
        }
    }
}
