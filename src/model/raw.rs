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

/// Where a cell's text stands in the arena.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: u32,
    end: u32,
}

/// A run of rows: one arena of text, where each cell stands in it, the end of each row, and each row's number in the
/// source. The arena may hold more than the cells, such as the separators between them.
///
/// Rows may be ragged: a cell past the end of its row reads as empty.
#[derive(Debug, Clone, Default)]
pub struct RawChunk {
    text: String,
    cells: Vec<Span>,
    /// None as long as every cell is text or empty, as all are of a text container.
    kinds: Option<Vec<CellKind>>,
    row_ends: Vec<u32>,
    row_numbers: Vec<u32>,
    /// Cells of each row as long as all rows have as many; none once they differ.
    even: Option<usize>,
}

impl RawChunk {
    pub fn with_capacity(rows: usize, cells: usize, bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            cells: Vec::with_capacity(cells),
            kinds: None,
            row_ends: Vec::with_capacity(rows),
            row_numbers: Vec::with_capacity(rows),
            even: None,
        }
    }

    /// Appends a cell to the row being written.
    ///
    /// # Panics
    /// When the arena passes 4 GiB; readers cut chunks long before.
    pub fn push_cell(&mut self, text: &str, kind: CellKind) {
        let start = self.push_text(text);
        self.push_spans(std::iter::once((start, start + text.len())));
        if kind == CellKind::Text || text.is_empty() {
            return;
        }
        let cells = &self.cells;
        let kinds = (self.kinds)
            .get_or_insert_with(|| cells.iter().copied().map(Span::kind_of_text).collect());
        kinds.pop();
        kinds.push(kind);
    }

    /// Appends text to which cells of the row being written will point, and gives where it begins.
    pub fn push_text(&mut self, text: &str) -> usize {
        let start = self.text.len();
        self.text.push_str(text);
        start
    }

    /// Appends cells of text that [`RawChunk::push_text`] appended: where each begins and ends in all text held.
    ///
    /// # Panics
    /// As [`RawChunk::push_cell`].
    pub fn push_spans(&mut self, cells: impl Iterator<Item = (usize, usize)>) {
        assert!(
            u32::try_from(self.text.len()).is_ok(),
            "a chunk stays far below 4 GiB"
        );
        #[expect(
            clippy::cast_possible_truncation,
            reason = "no cell ends behind the text, whose length fits"
        )]
        let spans = cells.map(|(start, end)| Span {
            start: start as u32,
            end: end as u32,
        });
        match &mut self.kinds {
            None => self.cells.extend(spans),
            Some(kinds) => {
                for span in spans {
                    self.cells.push(span);
                    kinds.push(span.kind_of_text());
                }
            }
        }
    }

    /// Ends the row being written. `number` counts from 1 as a spreadsheet shows it.
    pub fn end_row(&mut self, number: u32) {
        let width = self.cells.len() - self.row_ends.last().map_or(0, |end| *end as usize);
        if self.row_ends.is_empty() {
            self.even = Some(width);
        } else if self.even != Some(width) {
            self.even = None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "far fewer cells than a chunk has bytes and separators, which fit"
        )]
        self.row_ends.push(self.cells.len() as u32);
        self.row_numbers.push(number);
    }

    pub fn n_rows(&self) -> usize {
        self.row_ends.len()
    }

    /// Cells of all rows.
    pub fn n_cells(&self) -> usize {
        self.cells.len()
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
        self.index(row, column).map_or("", |at| self.text_at(at))
    }

    pub fn kind(&self, row: usize, column: usize) -> CellKind {
        self.index(row, column)
            .map_or(CellKind::Empty, |at| self.kind_at(at))
    }

    /// The cell's text and how it was stored.
    #[inline]
    pub fn cell_and_kind(&self, row: usize, column: usize) -> (&str, CellKind) {
        match self.index(row, column) {
            Some(at) => (self.text_at(at), self.kind_at(at)),
            None => ("", CellKind::Empty),
        }
    }

    #[inline]
    fn text_at(&self, at: usize) -> &str {
        let span = self.cells[at];
        &self.text[span.start as usize..span.end as usize]
    }

    #[inline]
    fn kind_at(&self, at: usize) -> CellKind {
        match &self.kinds {
            None => self.cells[at].kind_of_text(),
            Some(kinds) => kinds[at],
        }
    }

    fn row_bounds(&self, row: usize) -> (usize, usize) {
        let start = if row == 0 {
            0
        } else {
            self.row_ends[row - 1] as usize
        };
        (start, self.row_ends[row] as usize)
    }

    #[inline]
    fn index(&self, row: usize, column: usize) -> Option<usize> {
        if let Some(width) = self.even {
            return (column < width).then_some(row * width + column);
        }
        let (start, end) = self.row_bounds(row);
        (start + column < end).then_some(start + column)
    }
}

impl Span {
    #[inline]
    fn kind_of_text(self) -> CellKind {
        if self.start == self.end {
            CellKind::Empty
        } else {
            CellKind::Text
        }
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
