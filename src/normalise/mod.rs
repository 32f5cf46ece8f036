//! Decoded columns -> rows in house form: whose they are, when they were seen, which period they speak of, one grain.
//!
//! Knows schemas and Arrow; knows no bytes, no files and no store. Stages of it are pure functions over one table.

pub mod assemble;
mod divide;
pub mod duplicates;
pub mod facts;
pub mod identity;
pub mod market;
pub mod period;
pub mod row_market;
pub mod skip;
pub mod step;
pub mod unit;

use crate::model::name::ColumnName;
use arrow::array::ArrayRef;

/// Columns of equal length with their names, in any order.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    columns: Vec<(ColumnName, ArrayRef)>,
    n_rows: usize,
}

impl Columns {
    /// Columns of different length are a fault of the caller, which Arrow refuses when they become a batch.
    pub fn new(columns: Vec<(ColumnName, ArrayRef)>, n_rows: usize) -> Self {
        Self { columns, n_rows }
    }

    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    pub fn get(&self, name: &str) -> Option<&ArrayRef> {
        self.columns
            .iter()
            .find(|(known, _)| known.as_str() == name)
            .map(|(_, array)| array)
    }

    /// Adds a column, or replaces the one of that name.
    pub fn set(&mut self, name: ColumnName, array: ArrayRef) {
        match self.columns.iter_mut().find(|(known, _)| *known == name) {
            Some(slot) => slot.1 = array,
            None => self.columns.push((name, array)),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&ColumnName, &ArrayRef)> {
        self.columns.iter().map(|(name, array)| (name, array))
    }
}

/// Arrow refused an operation whose types and lengths were checked before: a fault of this program.
#[derive(Debug, thiserror::Error)]
#[error("cannot bring the rows into house form")]
pub struct NormaliseError {
    #[from]
    source: arrow::error::ArrowError,
}
