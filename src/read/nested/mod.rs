//! Nested documents, JSON and XML, to tables: which records are in them, and what columns those have.
//!
//! What makes the rows is declared by a [`Nesting`]; this knows no report. The first reading looks at the whole document,
//! so a document that is cut off gives nothing; each table is then streamed anew.

mod cells;
mod lexer;
mod parts;
mod record;
mod rows;
mod series;
mod shape;
mod tape;
#[cfg(test)]
mod tests;
mod walk;
mod xml;

pub(super) use parts::Nested;
pub use parts::NestedForm;
pub(super) use rows::NestedTable;

use crate::model::nesting::Nesting;
use crate::model::nesting::Path;
use crate::model::raw::RawChunk;
use crate::read::error::ReadError;
use crate::read::nested::cells::Cells;
use crate::read::nested::parts::Parts;
use crate::read::nested::rows::Outside;
use crate::read::nested::rows::is_fixed;
use crate::read::nested::shape::Shape;
use crate::read::nested::tape::Tape;
use crate::read::nested::walk::Part;
use crate::read::nested::walk::State;
use crate::read::table::Table;
use std::fmt;
use std::sync::Arc;

/// What is looked for in nested documents.
#[derive(Debug, Clone, Default)]
pub struct Nestings {
    /// Each once, in the order of the tables that they give.
    pub nestings: Vec<Arc<Nesting>>,
    /// Paths whose values are told of the document, whatever its tables.
    pub told: Vec<Path>,
}

impl fmt::Display for NestedForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "JSON",
            Self::JsonLines => "JSON lines",
            Self::Xml => "XML",
        })
    }
}

/// What the first reading of a document found.
pub(super) struct Found {
    pub(super) form: NestedForm,
    pub(super) tables: Vec<Table>,
    pub(super) lost: u64,
    pub(super) lists: Vec<String>,
}

/// Reads a document through and gives a table for each nesting whose records, or whose empty list, are in it.
pub(super) fn open(document: Nested, wanted: &Nestings) -> Result<Found, ReadError> {
    let found = read_through(&document, wanted)?;
    // A lone object may be the only line of a file of lines, which nothing shows but that its members are columns.
    let may_be_a_line = document.form == NestedForm::Json && found.lists.is_empty();
    if !found.tables.is_empty() || !may_be_a_line {
        return Ok(found);
    }
    let form = NestedForm::JsonLines;
    let again = read_through(&Nested { form, ..document }, wanted);
    Ok(again
        .ok()
        .filter(|again| !again.tables.is_empty())
        .unwrap_or(found))
}

/// Whether text that begins a document of JSON holds one value after another: one record a line.
pub(super) fn is_in_lines(opening: &str) -> bool {
    let (mut depth, mut in_text, mut after_escape, mut is_complete) = (0_u32, false, false, false);
    for byte in opening.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        if is_complete {
            return matches!(byte, b'{' | b'[');
        }
        match byte {
            _ if after_escape => after_escape = false,
            b'\\' if in_text => after_escape = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => {
                depth = depth.saturating_sub(1);
                is_complete = depth == 0;
            }
            _ => {}
        }
    }
    false
}

/// Whose path a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Nesting(usize),
    /// Something carried or told that stands in one place.
    Fixed(usize),
}

struct Survey<'a> {
    wanted: &'a Nestings,
    owners: Vec<Owner>,
    paths: Vec<Path>,
    fixed: Vec<(Path, Outside)>,
    shapes: Vec<Shape>,
    n_records: Vec<u64>,
}

fn read_through(document: &Nested, wanted: &Nestings) -> Result<Found, ReadError> {
    let mut survey = Survey::of(wanted);
    let mut parts = document.parts(survey.paths.clone())?;
    while parts.next_part()? {
        survey.observe(&parts.part());
    }
    let (met, lost, lists) = match parts {
        Parts::Json(walk) => (walk.met.clone(), walk.lost(), walk.into_lists()),
        Parts::Xml { .. } => (Vec::new(), 0, Vec::new()),
    };
    Ok(Found {
        form: document.form,
        tables: survey.tables(document, &met),
        lost,
        lists,
    })
}

impl<'a> Survey<'a> {
    fn of(wanted: &'a Nestings) -> Self {
        let (mut owners, mut paths) = (Vec::new(), Vec::new());
        for (n, nesting) in wanted.nestings.iter().enumerate() {
            for path in &nesting.rows {
                owners.push(Owner::Nesting(n));
                paths.push(path.clone());
            }
        }
        let carried = wanted.nestings.iter().flat_map(|nesting| &nesting.carried);
        let carried = carried.map(|(_, path)| path).filter(|path| is_fixed(path));
        let mut fixed: Vec<(Path, Outside)> = Vec::new();
        for path in carried.chain(&wanted.told) {
            if !fixed.iter().any(|(known, _)| known == path) {
                owners.push(Owner::Fixed(fixed.len()));
                paths.push(path.clone());
                fixed.push((path.clone(), None));
            }
        }
        Self {
            wanted,
            owners,
            paths,
            fixed,
            shapes: wanted
                .nestings
                .iter()
                .map(|nesting| Shape::of(nesting))
                .collect(),
            n_records: vec![0; wanted.nestings.len()],
        }
    }

    fn observe(&mut self, part: &Part<'_>) {
        let mut owners: Vec<Owner> = part
            .states
            .iter()
            .map(|(path, _)| self.owners[*path])
            .collect();
        owners.dedup();
        for owner in owners {
            let states: Vec<State> = part
                .states
                .iter()
                .copied()
                .filter(|(path, _)| self.owners[*path] == owner)
                .collect();
            let records = record::find(part, &self.paths, &states);
            match owner {
                Owner::Fixed(n) => {
                    if let Some(record) = records.first() {
                        self.fixed[n].1 = outside(part.tape, record.node);
                    }
                }
                Owner::Nesting(n) => {
                    let nesting = &self.wanted.nestings[n];
                    self.n_records[n] += records.len() as u64;
                    for record in records {
                        if nesting.series.is_empty() {
                            self.shapes[n].grow(part.tape, record.node);
                            continue;
                        }
                        for label in series::unread(part.tape, record.node, nesting) {
                            self.shapes[n].add_unread(&label);
                        }
                    }
                }
            }
        }
    }

    fn tables(self, document: &Nested, met: &[bool]) -> Vec<Table> {
        let told = self.told();
        let mut tables = Vec::new();
        for (n, (nesting, mut shape)) in self.wanted.nestings.iter().zip(self.shapes).enumerate() {
            let name = nesting.to_string();
            let is_met = |(owner, met): (&Owner, &bool)| *owner == Owner::Nesting(n) && *met;
            shape.settle();
            if shape.is_too_wide() {
                tables.push(Table::skipped(
                    name,
                    "its records have more members than a table has columns",
                ));
            } else if self.n_records[n] > 0 {
                let outside = nesting.carried.iter().map(|(_, path)| {
                    let fixed = self.fixed.iter().find(|(known, _)| known == path);
                    fixed.and_then(|(_, value)| value.clone())
                });
                let table = NestedTable {
                    document: document.clone(),
                    nesting: Arc::clone(nesting),
                    shape: Arc::new(shape),
                    outside: Arc::new(outside.collect()),
                };
                tables.push(Table::nested(
                    name,
                    Arc::clone(nesting),
                    told.clone(),
                    table,
                ));
            } else if self.owners.iter().zip(met).any(is_met) {
                tables.push(Table::skipped(name, "an empty list"));
            }
        }
        tables
    }

    /// What is told of the document: path and text.
    fn told(&self) -> Vec<(String, String)> {
        let mut told = Vec::new();
        for (path, value) in &self.fixed {
            let (Some((text, kind)), true) = (value, self.wanted.told.contains(path)) else {
                continue;
            };
            let path = path.to_string();
            let clock = self
                .wanted
                .nestings
                .iter()
                .find_map(|nesting| nesting.clock_of(&path));
            let mut cells = Cells::of(vec![clock]);
            cells.put(0, text, *kind, false);
            let mut chunk = RawChunk::default();
            if cells.finish(1, &mut chunk) {
                told.push((path, chunk.cell(0, 0).to_owned()));
            }
        }
        told
    }
}

/// A value as text: one, or those of a list with `;` between. None where there is none.
fn outside(tape: &Tape, node: usize) -> Outside {
    let mut cells = Cells::default();
    let mut all = vec![node];
    if tape.kind(node) == tape::Kind::Array {
        all = tape.children(node).collect();
    }
    let in_list = all.len() > 1;
    for node in all {
        cells.add(0, tape, node, in_list);
    }
    let mut chunk = RawChunk::default();
    let is_some = cells.finish(1, &mut chunk);
    is_some.then(|| (chunk.cell(0, 0).to_owned(), chunk.kind(0, 0)))
}
