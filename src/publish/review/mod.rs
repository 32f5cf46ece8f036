//! A review: sections of marts as a page and as a workbook, from the same figures. Owns what a section holds and the two
//! documents; knows no mart, no period's rules and no clock: rows come picked, and the same report gives the same bytes.

mod chart;
pub mod moved;
pub(super) mod page;
mod table;

use crate::publish::Document;
use crate::publish::PublishError;
use crate::publish::Published;
use crate::publish::Sheet;
use crate::publish::label::Lang;
use crate::publish::place;
use crate::publish::review::moved::Moved;
use crate::publish::xlsx;
use crate::store::files;
use jiff::civil::Date;
use std::path::Path;

/// Everything that one review says, in one language.
#[derive(Debug)]
pub struct Report<'a> {
    pub lang: Lang,
    pub as_of: Date,
    /// The name of its files, without ending.
    pub file: String,
    pub title: String,
    /// What period it covers, when it is due and the like.
    pub lines: Vec<String>,
    /// What a reader must know before believing a figure.
    pub notices: Vec<Notice>,
    /// Where the csv files of the marts lie, seen from the documents.
    pub csv: Option<String>,
    pub parts: Vec<Part<'a>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub text: String,
    /// False: good to know. True: something is to be done.
    pub is_bad: bool,
}

#[derive(Debug)]
pub struct Part<'a> {
    pub title: String,
    pub note: String,
    /// What stands in the place of rows where there are none.
    pub nothing: String,
    pub body: Body<'a>,
}

#[derive(Debug)]
pub enum Body<'a> {
    Cards(Vec<Card>),
    /// Rows in the order of the batch; the mart may have `left_out` more.
    Table {
        sheet: Sheet<'a>,
        left_out: usize,
    },
    Charts(Vec<Chart>),
    Moved(Vec<Moved>),
}

impl Body<'_> {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Cards(cards) => cards.is_empty(),
            Self::Table { sheet, .. } => sheet.batch.num_rows() == 0,
            Self::Charts(charts) => charts.is_empty(),
            Self::Moved(moved) => moved.is_empty(),
        }
    }
}

/// One figure as people read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    pub label: String,
    pub value: String,
    pub target: Option<String>,
    pub before: Option<String>,
    /// None: not judged.
    pub good: Option<bool>,
    /// The figure can still move, or days are missing.
    pub is_preliminary: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Chart {
    Lines {
        title: String,
        /// What the figures are, as a mart's column says: `fraction`, `rank`.
        unit: String,
        is_inverted: bool,
        dates: Vec<Date>,
        /// Dates are months.
        by_month: bool,
        lines: Vec<Line>,
    },
    Bars {
        title: String,
        unit: String,
        bars: Vec<(String, f64)>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub name: String,
    /// One each date; none where nothing is known.
    pub values: Vec<Option<f64>>,
    /// What should be, and not what was.
    pub is_target: bool,
}

/// Writes the page and the workbook into the folder, which is made. As [`publish`](crate::publish::publish) does, a file
/// appears whole or not at all, and one that is held open gets a sibling.
///
/// # Errors
/// When a section's column is missing or of a foreign type, or the folder cannot be written.
pub fn write(folder: &Path, report: &Report<'_>) -> Result<Vec<Published>, PublishError> {
    let page = Document {
        name: format!("{}.html", report.file),
        bytes: page::html(report)?.into_bytes(),
        note: None,
    };
    let name = format!("{}.xlsx", report.file);
    let bytes = xlsx::review::workbook(report)?;
    let book = Document {
        name,
        bytes,
        note: None,
    };
    [page, book]
        .into_iter()
        .map(|document| place(folder, document, &files::replace))
        .collect()
}

#[cfg(test)]
mod tests;
