//! Cells as read, before anything is known about them.

/// How a cell was stored. Text containers have only [`CellKind::Text`] and [`CellKind::Empty`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    Empty,
    Text,
    /// A spreadsheet's number, written here as its shortest decimal at 15 significant digits: `0.3`, `45066`, `-1.5`.
    Number,
    /// A spreadsheet's date or time, written here as `2026-01-31` or `2026-01-31T14:05:00`.
    Date,
    /// `true` or `false`.
    Bool,
    /// A spreadsheet error such as `#N/A`, written as shown.
    Error,
}

/// A run of rows: one arena of text, the end of each cell, the end of each row, and each row's number in the source.
///
/// Rows may be ragged: a cell past the end of its row reads as empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawChunk {
    text: String,
    cell_ends: Vec<u32>,
    kinds: Vec<CellKind>,
    row_ends: Vec<u32>,
    row_numbers: Vec<u32>,
}

impl RawChunk {
    pub fn with_capacity(rows: usize, cells: usize, bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            cell_ends: Vec::with_capacity(cells),
            kinds: Vec::with_capacity(cells),
            row_ends: Vec::with_capacity(rows),
            row_numbers: Vec::with_capacity(rows),
        }
    }

    /// Appends a cell to the row being written.
    ///
    /// # Panics
    /// When the arena passes 4 GiB; readers cut chunks long before.
    pub fn push_cell(&mut self, text: &str, kind: CellKind) {
        self.text.push_str(text);
        #[expect(
            clippy::expect_used,
            reason = "documented: readers cut chunks at a few MiB"
        )]
        let end = u32::try_from(self.text.len()).expect("a chunk stays far below 4 GiB");
        self.cell_ends.push(end);
        self.kinds.push(if text.is_empty() {
            CellKind::Empty
        } else {
            kind
        });
    }

    /// Ends the row being written. `number` counts from 1 as a spreadsheet shows it.
    pub fn end_row(&mut self, number: u32) {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "never more cells than bytes, which fit"
        )]
        self.row_ends.push(self.cell_ends.len() as u32);
        self.row_numbers.push(number);
    }

    pub fn n_rows(&self) -> usize {
        self.row_ends.len()
    }

    /// Bytes of text held.
    pub fn n_bytes(&self) -> usize {
        self.text.len()
    }

    pub fn row_number(&self, row: usize) -> u32 {
        self.row_numbers[row]
    }

    /// Cells that the row really has.
    pub fn width(&self, row: usize) -> usize {
        let (start, end) = self.row_bounds(row);
        end - start
    }

    /// The cell's text, as written; empty past the end of the row.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        match self.index(row, column) {
            Some(at) => {
                let start = if at == 0 {
                    0
                } else {
                    self.cell_ends[at - 1] as usize
                };
                &self.text[start..self.cell_ends[at] as usize]
            }
            None => "",
        }
    }

    pub fn kind(&self, row: usize, column: usize) -> CellKind {
        self.index(row, column)
            .map_or(CellKind::Empty, |at| self.kinds[at])
    }

    fn row_bounds(&self, row: usize) -> (usize, usize) {
        let start = if row == 0 {
            0
        } else {
            self.row_ends[row - 1] as usize
        };
        (start, self.row_ends[row] as usize)
    }

    fn index(&self, row: usize, column: usize) -> Option<usize> {
        let (start, end) = self.row_bounds(row);
        (start + column < end).then_some(start + column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ragged_rows_read_as_empty() {
        let mut chunk = RawChunk::default();
        chunk.push_cell("a", CellKind::Text);
        chunk.push_cell("", CellKind::Text);
        chunk.end_row(2);
        chunk.push_cell("1.5", CellKind::Number);
        chunk.end_row(4);
        assert_eq!((chunk.n_rows(), chunk.width(0), chunk.width(1)), (2, 2, 1));
        assert_eq!((chunk.cell(0, 0), chunk.kind(0, 1)), ("a", CellKind::Empty));
        assert_eq!(
            (chunk.cell(1, 0), chunk.kind(1, 0), chunk.row_number(1)),
            ("1.5", CellKind::Number, 4)
        );
        assert_eq!((chunk.cell(1, 1), chunk.kind(1, 7)), ("", CellKind::Empty));
    }
}
