//! A table of some file: its opening rows, and its rows in chunks as often as they are wanted.

use crate::model::nesting::Nesting;
use crate::model::raw::RawChunk;
use crate::read::csv::TextTable;
use crate::read::error::ReadError;
use crate::read::nested::NestedTable;
use crate::read::rows::ChunkSize;
use crate::read::rows::Chunks;
use crate::read::rows::HeldRows;
use crate::read::rows::Rows;
use crate::read::xlsx::SheetTable;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Rows that a header is searched in.
const OPENING_ROWS: usize = 40;

/// Rows and cells, not yet understood.
#[derive(Debug, Clone)]
pub struct Table {
    /// The sheet's name, or the paths of the records in a nested document; none for a text file.
    pub sheet: Option<String>,
    /// Why there is nothing to read here: `hidden sheet`, `empty sheet`, `sheet without cells`.
    pub skipped: Option<String>,
    /// The first rows that are not blank; of a nested document the labels alone, as row 0. Its records count from 1.
    pub opening: Vec<OpeningRow>,
    /// What makes the rows of a nested document.
    pub nesting: Option<Arc<Nesting>>,
    /// Positions of labels under which no record of a nested document has a value, but `null` or an empty list.
    pub void: BTreeSet<usize>,
    /// What a nested document tells beside its records: path and text.
    pub told: Vec<(String, String)>,
    handle: Handle,
}

/// One of the first rows of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningRow {
    /// Counts from 1 as a spreadsheet shows it.
    pub row: u32,
    pub cells: Vec<String>,
}

/// Where the rows come from.
#[derive(Debug, Clone)]
pub(super) enum Handle {
    Text(TextTable),
    Sheet(SheetTable),
    Held(Arc<Vec<RawChunk>>),
    Nested(NestedTable),
}

impl Table {
    pub(super) fn open(sheet: Option<String>, handle: Handle) -> Result<Self, ReadError> {
        let mut table = Self {
            sheet,
            skipped: None,
            opening: Vec::new(),
            nesting: None,
            void: BTreeSet::new(),
            told: Vec::new(),
            handle,
        };
        let size = ChunkSize {
            rows: OPENING_ROWS,
            bytes: usize::MAX,
            cells: ChunkSize::USUAL.cells,
        };
        let rows: Box<dyn Rows> = match &table.handle {
            Handle::Sheet(sheet) => Box::new(sheet.first_rows()?),
            other => other.rows()?,
        };
        let opening = Chunks::new(rows, 0, size)
            .next()
            .transpose()?
            .unwrap_or_default();
        let cells = |row| {
            (0..opening.width(row))
                .map(|column| opening.cell(row, column).to_owned())
                .collect()
        };
        table.opening = (0..opening.n_rows())
            .map(|row| OpeningRow {
                row: opening.row_number(row),
                cells: cells(row),
            })
            .collect();
        if table.opening.is_empty() && table.sheet.is_some() {
            table.skipped = Some("empty sheet".to_owned());
        }
        Ok(table)
    }

    /// Records of a nested document, whose labels were found by reading it through.
    pub(super) fn nested(
        name: String,
        nesting: Arc<Nesting>,
        told: Vec<(String, String)>,
        table: NestedTable,
    ) -> Self {
        let labels = table.labels();
        Self {
            sheet: Some(name),
            skipped: None,
            opening: vec![OpeningRow {
                row: 0,
                cells: labels,
            }],
            nesting: Some(nesting),
            void: table.void(),
            told,
            handle: Handle::Nested(table),
        }
    }

    pub(super) fn skipped(sheet: String, reason: &str) -> Self {
        let handle = Handle::Held(Arc::default());
        Self {
            sheet: Some(sheet),
            skipped: Some(reason.to_owned()),
            opening: Vec::new(),
            nesting: None,
            void: BTreeSet::new(),
            told: Vec::new(),
            handle,
        }
    }

    /// The rows whose number is above `after_row`, from the first, in chunks of about 1 MiB or 16,384 rows. Blank rows
    /// are left out but counted. A skipped table has none. May be called again and again: each call reads anew.
    pub fn chunks(&self, after_row: u32) -> Result<Chunks, ReadError> {
        self.chunks_of(after_row, ChunkSize::USUAL)
    }

    pub(super) fn chunks_of(&self, after_row: u32, size: ChunkSize) -> Result<Chunks, ReadError> {
        Ok(Chunks::new(self.handle.rows()?, after_row, size))
    }
}

impl Handle {
    fn rows(&self) -> Result<Box<dyn Rows>, ReadError> {
        Ok(match self {
            Self::Text(table) => Box::new(table.rows()?),
            Self::Sheet(table) => Box::new(table.rows()?),
            Self::Nested(table) => Box::new(table.rows()?),
            Self::Held(chunks) => Box::new(HeldRows::new(Arc::clone(chunks))),
        })
    }
}
