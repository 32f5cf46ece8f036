//! Text to Arrow, by [`LogicalType`](crate::model::logical_type::LogicalType), never by report.
//!
//! Two passes over a table: [`evidence::Evidence`] gathers from all chunks how each column is written and decides its
//! [`style::Style`] once; [`decode`] then turns any chunk into arrays with these styles. Both are pure, so chunks may be
//! cut anywhere and handled in any order. Knows no file, no report, no period and no table; a bad cell is a [`BadCell`]
//! and a null, never an error.
//!
//! | type | Arrow |
//! |---|---|
//! | text, id, market | `Utf8` |
//! | integer | `Int64` |
//! | decimal, money | `Decimal128(18, scale)` |
//! | ratio, percent (a fraction of one) | `Float64` |
//! | date | `Date32` |
//! | timestamp | `Timestamp(Millisecond, None)`: UTC where the text tells its zone, else as written |
//! | bool | `Boolean` |
//! | rank | `Int64`, and `<name>_kind` as `Utf8`: `exact`, `worse_than`, `unranked` |
//! | bounded | `Int64`, and `<name>_bound` as `Utf8`: `exact`, `at_least` |

mod cell;
mod clock;
mod clue;
mod column;
mod date;
mod decision;
mod dress;
pub mod evidence;
pub mod exact;
#[cfg(any(test, fuzzing))]
pub mod laws;
pub(crate) mod mark;
mod month;
pub mod number;
#[cfg(test)]
mod properties;
pub mod style;
#[cfg(test)]
mod tests;
mod value;
mod word;

use crate::decode::exact::Sum;
use crate::decode::style::Style;
use crate::model::name::ColumnName;
use crate::model::raw::RawChunk;
use crate::schema::Column;
use arrow::array::ArrayRef;

/// A column of a table that was found in a file.
#[derive(Debug, Clone)]
pub struct Field {
    /// Which column of the chunk, from 0.
    pub source: usize,
    /// As the report names it, for messages.
    pub label: Box<str>,
    pub column: Column,
}

/// A chunk as arrays, one row each per row of the chunk, bad rows included.
#[derive(Debug)]
pub struct Decoded {
    /// In the order of the fields; a rank or bounded count makes two.
    pub columns: Vec<DecodedColumn>,
    /// By row, then by field.
    pub bad: Vec<BadCell>,
    /// Per field: what rounding to the column's scale took away.
    pub rounded: Vec<Rounded>,
    /// Per field of an exact type: the sum of its values as read, before rounding. It is the sum of the stored values
    /// plus [`Rounded::residue`].
    pub control: Vec<Option<Sum>>,
}

#[derive(Debug)]
pub struct DecodedColumn {
    pub name: ColumnName,
    pub array: ArrayRef,
}

/// A cell that is not a value of its column's type. Its array has a null there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadCell {
    /// Which row of the chunk, from 0.
    pub row: usize,
    /// Which of the fields, from 0.
    pub field: usize,
    /// The cell as written.
    pub text: Box<str>,
    pub expected: &'static str,
}

/// Values that had more digits than their column keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rounded {
    pub count: u64,
    /// What was read minus what is stored, summed.
    pub residue: Sum,
}

/// Decodes a chunk. `styles` has one per field, as decided for the whole table; a field without one is read as if nothing
/// were decided.
pub fn decode(fields: &[Field], styles: &[Style], chunk: &RawChunk) -> Decoded {
    let undecided = Style::default();
    let mut decoded = Decoded {
        columns: Vec::with_capacity(fields.len()),
        bad: Vec::new(),
        rounded: Vec::new(),
        control: Vec::new(),
    };
    for (at, field) in fields.iter().enumerate() {
        let column = column::decode(at, field, styles.get(at).unwrap_or(&undecided), chunk);
        decoded.columns.extend(column.columns);
        decoded.bad.extend(column.bad);
        decoded.rounded.push(column.rounded);
        decoded.control.push(column.control);
    }
    decoded.bad.sort_by_key(|bad| (bad.row, bad.field));
    decoded
}
