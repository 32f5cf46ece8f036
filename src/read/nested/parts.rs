//! A nested document that can be read again and again, and the parts of it, whichever language it is written in.

use crate::model::nesting::Path;
use crate::read::decoding::Decoding;
use crate::read::error::Origin;
use crate::read::error::ReadError;
use crate::read::nested::tape::Tape;
use crate::read::nested::walk::Part;
use crate::read::nested::walk::State;
use crate::read::nested::walk::Walk;
use crate::read::nested::xml;
use crate::read::source::Source;
use encoding_rs::Encoding;

/// Which language a nested document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NestedForm {
    Json,
    /// One value of JSON a line.
    JsonLines,
    Xml,
}

/// Bytes of a nested document, and how they are to be read.
#[derive(Debug, Clone)]
pub(in crate::read) struct Nested {
    pub(in crate::read) source: Source,
    pub(in crate::read) encoding: &'static Encoding,
    pub(in crate::read) form: NestedForm,
    pub(in crate::read) origin: Origin,
}

/// The parts of a document, from its start.
pub(super) enum Parts {
    Json(Box<Walk>),
    /// All of the document is one part.
    Xml {
        tape: Box<Tape>,
        states: Vec<State>,
        is_read: bool,
    },
}

impl Nested {
    pub(super) fn parts(&self, paths: Vec<Path>) -> Result<Parts, ReadError> {
        let reader = self
            .source
            .reader()
            .map_err(|why| ReadError::of(&self.origin, why))?;
        let decoding = Decoding::new(reader, self.encoding.new_decoder_with_bom_removal());
        if self.form == NestedForm::Xml {
            return Ok(Parts::Xml {
                tape: Box::new(xml::read(decoding, &self.origin)?),
                states: (0..paths.len()).map(|path| (path, 0)).collect(),
                is_read: false,
            });
        }
        let in_lines = self.form == NestedForm::JsonLines;
        Ok(Parts::Json(Box::new(Walk::new(
            decoding,
            paths,
            in_lines,
            self.origin.clone(),
        ))))
    }
}

impl Parts {
    /// Reads on to the next part; false at the end.
    pub(super) fn next_part(&mut self) -> Result<bool, ReadError> {
        match self {
            Self::Json(walk) => walk.next_part(),
            Self::Xml { is_read, .. } => Ok(!std::mem::replace(is_read, true)),
        }
    }

    /// The part that was read last.
    pub(super) fn part(&self) -> Part<'_> {
        match self {
            Self::Json(walk) => walk.part(),
            Self::Xml { tape, states, .. } => Part {
                tape,
                states,
                place: Vec::new(),
            },
        }
    }
}
