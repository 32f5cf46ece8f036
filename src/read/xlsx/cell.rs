//! What the value of a cell says, written as text.
//!
//! Owns the meaning of a cell's type and style; knows nothing of markup.

use crate::model::raw::CellKind;
use crate::read::number;
use crate::read::number::Epoch;
use crate::read::xlsx::parts::Strings;
use std::sync::Arc;

/// What all sheets of a workbook share.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) strings: Strings,
    /// By style number, whether its cells show a day.
    pub(super) days: Vec<bool>,
    pub(super) epoch: Epoch,
    /// Cells that one sheet may have.
    pub(super) most_cells: u64,
}

/// How the value of a cell is to be understood.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Stored {
    #[default]
    Number,
    Shared,
    Text,
    Bool,
    Error,
    IsoDate,
}

impl Stored {
    /// By the type that a cell states.
    pub(super) fn of(stated: &[u8]) -> Self {
        match stated {
            b"s" => Self::Shared,
            b"str" | b"inlineStr" => Self::Text,
            b"b" => Self::Bool,
            b"e" => Self::Error,
            b"d" => Self::IsoDate,
            _ => Self::Number,
        }
    }
}

/// Writes values, and remembers the last day: a column of days mostly repeats it.
pub(super) struct Pen {
    book: Arc<Book>,
    last_serial: String,
    last_day: String,
}

impl Pen {
    pub(super) fn of(book: Arc<Book>) -> Self {
        Self {
            book,
            last_serial: String::new(),
            last_day: String::new(),
        }
    }

    /// Appends a cell's text and gives its kind; none where it refers to a shared text that does not exist.
    pub(super) fn write(
        &mut self,
        stored: Stored,
        style: usize,
        value: &str,
        out: &mut String,
    ) -> Option<CellKind> {
        if value.is_empty() {
            return Some(CellKind::Empty);
        }
        Some(match stored {
            Stored::Number => self.write_number(style, value, out),
            Stored::Shared => {
                let index = value.trim().parse().ok();
                out.push_str(index.and_then(|index| self.book.strings.get(index))?);
                CellKind::Text
            }
            Stored::Text => {
                out.push_str(value);
                CellKind::Text
            }
            Stored::Bool => {
                let is_true = matches!(value.trim(), "1" | "true" | "TRUE");
                out.push_str(if is_true { "true" } else { "false" });
                CellKind::Bool
            }
            Stored::Error => {
                out.push_str(value);
                CellKind::Error
            }
            Stored::IsoDate => {
                out.push_str(iso_date(value));
                CellKind::Date
            }
        })
    }

    fn write_number(&mut self, style: usize, value: &str, out: &mut String) -> CellKind {
        if self.book.days.get(style).is_some_and(|shows| *shows) && self.write_day(value, out) {
            return CellKind::Date;
        }
        if number::write_decimal(value, out) {
            return CellKind::Number;
        }
        out.push_str(value);
        CellKind::Text
    }

    fn write_day(&mut self, serial: &str, out: &mut String) -> bool {
        if self.last_serial != serial {
            self.last_serial.clear();
            self.last_day.clear();
            let number = serial.trim().parse().unwrap_or(f64::NAN);
            if !number::write_date(number, self.book.epoch, &mut self.last_day) {
                return false;
            }
            self.last_serial.push_str(serial);
        }
        out.push_str(&self.last_day);
        true
    }
}

/// A date or time of ISO 8601 as cells are to have it: without fractions, zone and midnight.
pub(in crate::read) fn iso_date(text: &str) -> &str {
    let bare = text.trim().trim_end_matches('Z');
    let bare = bare.split_once('.').map_or(bare, |(seconds, _)| seconds);
    bare.strip_suffix("T00:00:00").unwrap_or(bare)
}
