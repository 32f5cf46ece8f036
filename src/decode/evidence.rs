//! What the whole of a table tells about how each of its columns is written.
//!
//! Evidence only counts, so chunks may be seen in any number, any order and on any thread. What follows from it is
//! `decision`'s.

use crate::decode::Field;
use crate::decode::cell::Cells;
use crate::decode::cell::Content;
use crate::decode::clock;
use crate::decode::clue::DateClues;
use crate::decode::clue::Kind;
use crate::decode::clue::NumberClues;
use crate::decode::date::WrittenDate;
use crate::decode::decision;
use crate::decode::style::Decision;
use crate::decode::style::Prior;
use crate::model::logical_type::LogicalType;
use crate::model::raw::CellKind;
use crate::model::raw::RawChunk;
use std::sync::Arc;

/// What the cells of each field tell about its style.
#[derive(Debug, Clone)]
pub struct Evidence {
    fields: Arc<[Field]>,
    clues: Vec<Clues>,
}

/// What the cells of one field tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Clues {
    /// Texts, codes and words are written in one way.
    None,
    Number(NumberClues),
    Date(DateClues),
}

impl Clues {
    fn of(ty: LogicalType) -> Self {
        match ty {
            LogicalType::Date | LogicalType::Timestamp => Self::Date(DateClues::default()),
            _ if Kind::of(ty).is_some() => Self::Number(NumberClues::default()),
            _ => Self::None,
        }
    }
}

impl Evidence {
    pub fn of(fields: &[Field]) -> Self {
        Self {
            fields: fields.into(),
            clues: fields
                .iter()
                .map(|field| Clues::of(field.column.ty))
                .collect(),
        }
    }

    /// No evidence yet, for the same fields: what another thread starts with.
    #[must_use]
    pub fn fresh(&self) -> Self {
        Self {
            fields: Arc::clone(&self.fields),
            clues: self
                .fields
                .iter()
                .map(|field| Clues::of(field.column.ty))
                .collect(),
        }
    }

    pub fn observe(&mut self, chunk: &RawChunk) {
        for (field, clues) in self.fields.iter().zip(&mut self.clues) {
            match clues {
                Clues::None => {}
                Clues::Number(clues) => observe_numbers(field, chunk, clues),
                Clues::Date(clues) => observe_dates(field, chunk, clues),
            }
        }
    }

    /// Adds evidence for the same fields.
    pub fn merge(&mut self, other: Self) {
        for (mine, theirs) in self.clues.iter_mut().zip(other.clues) {
            match (mine, theirs) {
                (Clues::Number(mine), Clues::Number(theirs)) => mine.merge(theirs),
                (Clues::Date(mine), Clues::Date(theirs)) => mine.merge(theirs),
                _ => {}
            }
        }
    }

    /// How each column is written, and what is open: the same for any cut of the table into chunks.
    pub fn decide(&self, prior: Prior) -> Decision {
        decision::decide(&self.fields, &self.clues, prior)
    }
}

fn observe_numbers(field: &Field, chunk: &RawChunk, clues: &mut NumberClues) {
    let mut cells = Cells::of(field, chunk);
    for row in 0..cells.n_rows() {
        if let Content::Text(text) = cells.content(row) {
            clues.observe(field.column.ty, chunk.row_number(row), text);
        }
    }
}

fn observe_dates(field: &Field, chunk: &RawChunk, clues: &mut DateClues) {
    let mut cells = Cells::of(field, chunk);
    let (mut last, mut written): ((&str, CellKind), Option<WrittenDate>) =
        (("", CellKind::Empty), None);
    for row in 0..cells.n_rows() {
        let raw = cells.raw(row);
        if let Content::Text(text) = cells.understood(raw.0, raw.1) {
            // Reports repeat a date a thousand times; one that was just read is not read again.
            if raw != last {
                (last, written) = (raw, clock::written_date(text));
            }
            clues.observe(written, chunk.row_number(row), text);
        }
    }
}
