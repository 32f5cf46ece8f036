//! The rows of one nesting of one document, streamed part by part.

use crate::model::nesting::Clock;
use crate::model::nesting::Nesting;
use crate::model::nesting::Path;
use crate::model::raw::CellKind;
use crate::model::raw::RawChunk;
use crate::read::error::ReadError;
use crate::read::nested::cells::Cells;
use crate::read::nested::parts::Nested;
use crate::read::nested::parts::Parts;
use crate::read::nested::record;
use crate::read::nested::record::Record;
use crate::read::nested::series;
use crate::read::nested::series::Cursor;
use crate::read::nested::series::Run;
use crate::read::nested::shape::Shape;
use crate::read::rows::Rows;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A value from outside of all parts: its text and kind.
pub(super) type Outside = Option<(String, CellKind)>;

/// Rows that lie in a nested document.
#[derive(Debug, Clone)]
pub(in crate::read) struct NestedTable {
    pub(super) document: Nested,
    pub(super) nesting: Arc<Nesting>,
    pub(super) shape: Arc<Shape>,
    /// What the nesting carries and one place tells, by the number of what is carried.
    pub(super) outside: Arc<Vec<Outside>>,
}

impl NestedTable {
    pub(in crate::read) fn labels(&self) -> Vec<String> {
        self.shape.labels()
    }

    /// Positions of labels that stand over nothing.
    pub(in crate::read) fn void(&self) -> BTreeSet<usize> {
        self.shape.void()
    }

    pub(in crate::read) fn rows(&self) -> Result<NestedRows, ReadError> {
        let labels = self.shape.labels();
        let clocks: Vec<Option<Clock>> = labels
            .iter()
            .map(|label| self.nesting.clock_of(label))
            .collect();
        Ok(NestedRows {
            parts: self.document.parts(self.nesting.rows.clone())?,
            cells: Cells::of(clocks),
            table: self.clone(),
            records: Vec::new(),
            next_record: 0,
            runs: Vec::new(),
            cursor: Cursor::default(),
            number: 0,
        })
    }
}

/// The rows, one after the other.
pub(in crate::read) struct NestedRows {
    parts: Parts,
    table: NestedTable,
    cells: Cells,
    /// Of the part that was read last.
    records: Vec<Record>,
    next_record: usize,
    runs: Vec<Run>,
    cursor: Cursor,
    number: u32,
}

impl Rows for NestedRows {
    fn next_row(&mut self, after: u32, chunk: &mut RawChunk) -> Result<Option<u32>, ReadError> {
        loop {
            self.cells.clear();
            if !self.next_cells() {
                if !self.next_records()? {
                    return Ok(None);
                }
                continue;
            }
            self.number = self
                .number
                .checked_add(1)
                .ok_or_else(|| ReadError::TooManyRows {
                    origin: self.table.document.origin.clone(),
                })?;
            if self.number > after && self.cells.finish(self.number, chunk) {
                return Ok(Some(self.number));
            }
        }
    }
}

impl NestedRows {
    /// Goes on to the next part with records.
    fn next_records(&mut self) -> Result<bool, ReadError> {
        while self.parts.next_part()? {
            let part = self.parts.part();
            let nesting = &self.table.nesting;
            self.records = record::find(&part, &nesting.rows, part.states);
            if !nesting.series.is_empty() {
                let records = self.records.iter().enumerate();
                let runs = records
                    .flat_map(|(n, record)| series::runs(part.tape, (n, record.node), nesting));
                self.runs = runs.collect();
                self.cursor = Cursor::default();
            }
            self.next_record = 0;
            if !self.records.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Puts together the next row of the part; false when there is none left.
    fn next_cells(&mut self) -> bool {
        if self.records.is_empty() {
            return false;
        }
        let nesting = Arc::clone(&self.table.nesting);
        if nesting.series.is_empty() {
            if self.next_record == self.records.len() {
                return false;
            }
            self.carry(&nesting, self.next_record);
            let part = self.parts.part();
            let record = self.records[self.next_record].node;
            self.table.shape.fill(part.tape, record, &mut self.cells);
            self.next_record += 1;
            return true;
        }
        let Some(run) = self.runs.get(self.cursor.run) else {
            return false;
        };
        self.carry(&nesting, run.record);
        let first = nesting.own_labels().len() - crate::model::nesting::SERIES_LABELS.len();
        let tape = self.parts.part().tape;
        self.cursor
            .next(tape, &self.runs, &nesting, first, &mut self.cells)
            .is_some()
    }

    /// Adds the cells of what a row carries from around its record.
    fn carry(&mut self, nesting: &Nesting, record: usize) {
        let part = self.parts.part();
        let record = &self.records[record];
        let mut column = 0;
        if nesting.key.is_some() {
            self.cells
                .put(column, &record.key(&part), CellKind::Text, false);
            column += 1;
        }
        if nesting.position.is_some() {
            if let Some(position) = record.position(&part) {
                self.cells
                    .put(column, &position.to_string(), CellKind::Number, false);
            }
            column += 1;
        }
        for (n, (_, path)) in nesting.carried.iter().enumerate() {
            if let Some(Some((text, kind))) = self.table.outside.get(n) {
                self.cells.put(column + n, text, *kind, false);
            } else if let Some(node) = record.value_at(part.tape, path) {
                self.cells.add(column + n, part.tape, node, false);
            }
        }
    }
}

/// Whether a path leads to one place alone.
pub(super) fn is_fixed(path: &Path) -> bool {
    path.n_fixed() == path.0.len()
}
