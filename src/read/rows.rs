//! Rows from any container, cut into chunks.

use crate::model::raw::CellKind;
use crate::model::raw::RawChunk;
use crate::read::error::ReadError;
use std::sync::Arc;

/// Rows in the order of their source. Blank rows are counted but not given.
pub(super) trait Rows: Send {
    /// Appends the next row whose number is above `after` and gives its number; none at the end.
    fn next_row(&mut self, after: u32, chunk: &mut RawChunk) -> Result<Option<u32>, ReadError>;
}

/// When a chunk is full: at whichever comes first. Cells are counted because wide empty rows have no bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChunkSize {
    pub(super) rows: usize,
    pub(super) bytes: usize,
    pub(super) cells: usize,
}

impl ChunkSize {
    pub(super) const USUAL: Self = Self {
        rows: 16_384,
        bytes: 1 << 20,
        cells: 1 << 20,
    };
}

/// The rows of a table after some row, in chunks of about one MiB. After an error there is nothing more.
pub struct Chunks {
    rows: Box<dyn Rows>,
    after: u32,
    size: ChunkSize,
    ended: bool,
    /// Rows, cells and bytes of the chunk before: the next one is about as large.
    before: (usize, usize, usize),
}

impl Chunks {
    pub(super) fn new(rows: Box<dyn Rows>, after: u32, size: ChunkSize) -> Self {
        Self {
            rows,
            after,
            size,
            ended: false,
            before: (0, 0, 0),
        }
    }

    fn next_chunk(&mut self) -> Result<Option<RawChunk>, ReadError> {
        // A row may end a little later than the one that filled the chunk before.
        let roomy = |before: usize| before + before / 32;
        let (rows, cells, bytes) = self.before;
        let mut chunk = RawChunk::with_capacity(roomy(rows), roomy(cells), roomy(bytes));
        let mut n_cells = 0;
        while chunk.n_rows() < self.size.rows
            && chunk.n_bytes() < self.size.bytes
            && n_cells < self.size.cells
        {
            if self.rows.next_row(self.after, &mut chunk)?.is_none() {
                self.ended = true;
                break;
            }
            n_cells += chunk.width(chunk.n_rows() - 1);
        }
        self.before = (chunk.n_rows(), chunk.n_cells(), chunk.n_bytes());
        Ok((chunk.n_rows() > 0).then_some(chunk))
    }
}

impl Iterator for Chunks {
    type Item = Result<RawChunk, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.next_chunk().transpose();
        self.ended = self.ended || !matches!(next, Some(Ok(_)));
        next
    }
}

/// Rows that are held in memory.
pub(super) struct HeldRows {
    held: Arc<Vec<RawChunk>>,
    chunk: usize,
    row: usize,
}

impl HeldRows {
    pub(super) fn new(held: Arc<Vec<RawChunk>>) -> Self {
        Self {
            held,
            chunk: 0,
            row: 0,
        }
    }
}

impl Rows for HeldRows {
    fn next_row(&mut self, after: u32, chunk: &mut RawChunk) -> Result<Option<u32>, ReadError> {
        while let Some(held) = self.held.get(self.chunk) {
            if self.row == held.n_rows() {
                (self.chunk, self.row) = (self.chunk + 1, 0);
                continue;
            }
            let (row, number) = (self.row, held.row_number(self.row));
            self.row += 1;
            if number > after {
                for column in 0..held.width(row) {
                    chunk.push_cell(held.cell(row, column), held.kind(row, column));
                }
                chunk.end_row(number);
                return Ok(Some(number));
            }
        }
        Ok(None)
    }
}

/// One spreadsheet row being put together from cells in any order.
#[derive(Debug, Default)]
pub(super) struct RowDraft {
    text: String,
    cells: Vec<DraftCell>,
    sorted: bool,
}

#[derive(Debug, Clone, Copy)]
struct DraftCell {
    column: u32,
    start: usize,
    end: usize,
    kind: CellKind,
}

/// The columns that a spreadsheet can have; cells beyond are not read.
pub(super) const COLUMNS: u32 = 16_384;

impl RowDraft {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
        self.sorted = true;
    }

    /// Adds a cell, `column` counted from 0, whose text `write` appends; a cell without text is left out.
    pub(super) fn cell(&mut self, column: u32, write: impl FnOnce(&mut String) -> CellKind) {
        let start = self.text.len();
        let kind = write(&mut self.text);
        let end = self.text.len();
        if end == start || column >= COLUMNS {
            self.text.truncate(start);
            return;
        }
        self.sorted = self.sorted
            && self
                .cells
                .last()
                .is_none_or(|before| before.column < column);
        self.cells.push(DraftCell {
            column,
            start,
            end,
            kind,
        });
    }

    /// Bytes of text held.
    pub(super) fn n_bytes(&self) -> usize {
        self.text.len()
    }

    /// Moves the row into the chunk, unless it is blank.
    pub(super) fn finish(&mut self, number: u32, chunk: &mut RawChunk) -> bool {
        if !self.sorted {
            self.cells.sort_by_key(|cell| cell.column);
        }
        if self.text.trim().is_empty() {
            return false;
        }
        let mut next = 0;
        for (at, cell) in self.cells.iter().enumerate() {
            // Of two cells in one place the later one stands, as in Excel.
            if self
                .cells
                .get(at + 1)
                .is_some_and(|other| other.column == cell.column)
            {
                continue;
            }
            while next < cell.column {
                chunk.push_cell("", CellKind::Empty);
                next += 1;
            }
            chunk.push_cell(&self.text[cell.start..cell.end], cell.kind);
            next += 1;
        }
        chunk.end_row(number);
        true
    }
}
