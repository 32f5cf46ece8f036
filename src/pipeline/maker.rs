//! Tables that SQL makes badly and Rust makes well: the registry of what `made-by` may name. Knows no pipeline.

use crate::pipeline::convert;
use crate::pipeline::packing;
use crate::pipeline::restock;
use crate::pipeline::row_id;
use crate::pipeline::time_weighted;
use arrow::array::RecordBatch;
use std::fmt;

/// One way of making a table from tables.
pub struct Maker {
    /// What `made-by` says.
    pub name: &'static str,
    /// What its inputs hold, in order.
    pub inputs: &'static [&'static str],
    /// Batches in the order of `inputs`; the same batches give the same rows, in an order of their own.
    pub make: fn(&[RecordBatch]) -> Result<RecordBatch, MakeError>,
    /// Raised when the same inputs give other rows.
    pub version: u32,
}

impl fmt::Debug for Maker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Every maker, by name. To add one: a module, and a line here.
pub const MAKERS: &[Maker] = &[
    Maker {
        name: "byte-limited-words",
        inputs: &["listings", "phrases", "banned phrases"],
        make: packing::pack,
        version: 1,
    },
    Maker {
        name: "currency-conversion",
        inputs: &["amounts", "rates"],
        make: convert::convert,
        version: 1,
    },
    Maker {
        name: "restock-simulation",
        inputs: &["items", "supply", "demand factors"],
        make: restock::simulate,
        version: 1,
    },
    Maker {
        name: "row-id",
        inputs: &["rows"],
        make: row_id::name_rows,
        version: 1,
    },
    Maker {
        name: "time-weighted-median",
        inputs: &["points", "weeks"],
        make: time_weighted::medians,
        version: 1,
    },
];

/// The maker that `made-by` names.
pub fn by_name(name: &str) -> Option<&'static Maker> {
    MAKERS.iter().find(|maker| maker.name == name)
}

/// Why a table could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    #[error("the maker takes {wanted} tables, but was given {given}")]
    Inputs { wanted: usize, given: usize },
    #[error("the input of {what} has no column {column:?}")]
    NoColumn {
        what: &'static str,
        column: &'static str,
    },
    #[error("column {column:?} of the input of {what} cannot be read as {wanted}")]
    Column {
        what: &'static str,
        column: &'static str,
        wanted: &'static str,
        source: arrow::error::ArrowError,
    },
    #[error("column {column:?} of the input of {what} knows no {word:?}")]
    Word {
        what: &'static str,
        column: &'static str,
        word: Box<str>,
    },
    #[error("column {column:?} holds an amount that is too large to convert")]
    TooLarge { column: Box<str> },
    #[error("cannot put the made columns together")]
    Batch { source: arrow::error::ArrowError },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makers_are_sorted_and_unique() {
        assert!(MAKERS.is_sorted_by(|a, b| a.name < b.name));
        assert!(
            MAKERS
                .iter()
                .all(|maker| by_name(maker.name).is_some_and(|found| found.name == maker.name))
        );
    }
}
