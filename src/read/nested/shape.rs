//! The columns of records: found by looking at all of them, and then the cells of each.
//!
//! A column's label is the path from the record to the value. Values of a list that share a path share the cell, with
//! `;` between.

use crate::model::nesting::Nesting;
use crate::model::nesting::Path;
use crate::model::nesting::Segment;
use crate::read::nested::cells::Cells;
use crate::read::nested::tape::Kind;
use crate::read::nested::tape::Tape;
use crate::read::rows::COLUMNS;
use std::collections::BTreeSet;

/// The label of a record that is a single value.
const ELEMENT: &str = "element";

/// A place in a record.
#[derive(Debug, Default)]
struct Spot {
    path: Path,
    members: Vec<(Box<str>, usize)>,
    each: Option<usize>,
    nth: Vec<Option<usize>>,
    column: Option<usize>,
    is_indexed: bool,
    is_left_out: bool,
}

#[derive(Debug)]
struct Column {
    label: Box<str>,
    /// No record had a value here, only `null` or nothing in brackets: what it would be is not known.
    is_void: bool,
}

/// The columns of the records of one nesting.
#[derive(Debug)]
pub(super) struct Shape {
    spots: Vec<Spot>,
    columns: Vec<Column>,
    indexed: Vec<Path>,
    left_out: Vec<Path>,
}

impl Shape {
    /// Of no record yet.
    pub(super) fn of(nesting: &Nesting) -> Self {
        let own = nesting.own_labels().into_iter();
        Self {
            spots: vec![Spot::default()],
            columns: own
                .map(|label| Column {
                    label,
                    is_void: false,
                })
                .collect(),
            indexed: nesting.indexed.clone(),
            left_out: nesting.left_out.clone(),
        }
    }

    pub(super) fn labels(&self) -> Vec<String> {
        self.columns
            .iter()
            .map(|column| column.label.to_string())
            .collect()
    }

    /// Positions of columns that are void.
    pub(super) fn void(&self) -> BTreeSet<usize> {
        let columns = self.columns.iter().enumerate();
        columns
            .filter(|(_, column)| column.is_void)
            .map(|(at, _)| at)
            .collect()
    }

    pub(super) fn is_too_wide(&self) -> bool {
        self.columns.len() > COLUMNS as usize
    }

    /// Adds the columns of a record that were not met before.
    pub(super) fn grow(&mut self, tape: &Tape, record: usize) {
        self.grow_at(tape, record, 0);
    }

    /// Adds a column that holds nothing: something is there, and not read.
    pub(super) fn add_unread(&mut self, label: &str) {
        self.column_of(label);
    }

    fn grow_at(&mut self, tape: &Tape, node: usize, spot: usize) {
        if self.spots[spot].is_left_out || self.is_too_wide() {
            return;
        }
        let mut is_empty = true;
        match tape.kind(node) {
            Kind::Object => {
                for (hint, child) in tape.children(node).enumerate() {
                    let inner = self.member(spot, tape.name(child), hint);
                    self.grow_at(tape, child, inner);
                    is_empty = false;
                }
            }
            Kind::Array => {
                for (n, child) in tape.children(node).enumerate() {
                    let inner = self.element(spot, n);
                    self.grow_at(tape, child, inner);
                    is_empty = false;
                }
            }
            Kind::Text | Kind::Number | Kind::Bool | Kind::Null => {}
        }
        if is_empty {
            let is_void = tape.kind(node).is_container() || tape.kind(node) == Kind::Null;
            self.leaf(spot, is_void);
        }
    }

    fn leaf(&mut self, spot: usize, is_void: bool) {
        let column = self.spots[spot].column.unwrap_or_else(|| {
            let path = &self.spots[spot].path;
            let label = if path.0.is_empty() {
                ELEMENT.to_owned()
            } else {
                path.to_string()
            };
            let n_before = self.columns.len();
            let column = self.column_of(&label);
            if self.columns.len() > n_before {
                self.columns[column].is_void = true;
            }
            self.spots[spot].column = Some(column);
            column
        });
        self.columns[column].is_void &= is_void;
    }

    fn column_of(&mut self, label: &str) -> usize {
        let known = self
            .columns
            .iter()
            .position(|column| &*column.label == label);
        known.unwrap_or_else(|| {
            self.columns.push(Column {
                label: label.into(),
                is_void: false,
            });
            self.columns.len() - 1
        })
    }

    fn member(&mut self, spot: usize, name: &str, hint: usize) -> usize {
        if let Some(known) = self.known_member(spot, name, hint) {
            return known;
        }
        let inner = self.add(spot, Segment::Name(name.into()));
        self.spots[spot].members.push((name.into(), inner));
        inner
    }

    /// Members mostly come in the order in which they came first: `hint` is where to look before anywhere else.
    fn known_member(&self, spot: usize, name: &str, hint: usize) -> Option<usize> {
        let members = &self.spots[spot].members;
        if let Some((known, inner)) = members.get(hint)
            && **known == *name
        {
            return Some(*inner);
        }
        members
            .iter()
            .find(|(known, _)| **known == *name)
            .map(|(_, inner)| *inner)
    }

    fn element(&mut self, spot: usize, n: usize) -> usize {
        if let Some(known) = self.known_element(spot, n) {
            return known;
        }
        if !self.spots[spot].is_indexed {
            let inner = self.add(spot, Segment::Each);
            self.spots[spot].each = Some(inner);
            return inner;
        }
        let index = u32::try_from(n).unwrap_or(u32::MAX);
        let inner = self.add(spot, Segment::At(index));
        let nth = &mut self.spots[spot].nth;
        nth.resize(nth.len().max(n + 1), None);
        nth[n] = Some(inner);
        inner
    }

    fn known_element(&self, spot: usize, n: usize) -> Option<usize> {
        let spot = &self.spots[spot];
        if spot.is_indexed {
            spot.nth.get(n).copied().flatten()
        } else {
            spot.each
        }
    }

    fn add(&mut self, spot: usize, segment: Segment) -> usize {
        let path = self.spots[spot].path.then(segment);
        let is_among = |paths: &[Path]| paths.iter().any(|known| covers(known, &path));
        self.spots.push(Spot {
            is_indexed: is_among(&self.indexed),
            is_left_out: is_among(&self.left_out),
            path,
            ..Spot::default()
        });
        self.spots.len() - 1
    }

    /// Takes away columns that were void where records had something below them.
    pub(super) fn settle(&mut self) {
        let has_below =
            |spot: &Spot| !spot.members.is_empty() || spot.each.is_some() || !spot.nth.is_empty();
        let mut is_gone = vec![false; self.columns.len()];
        for spot in &self.spots {
            if let Some(column) = spot.column {
                is_gone[column] |= self.columns[column].is_void && has_below(spot);
            }
        }
        let mut next = 0;
        let places: Vec<Option<usize>> = is_gone
            .iter()
            .map(|gone| {
                let place = (!gone).then_some(next);
                next += usize::from(!gone);
                place
            })
            .collect();
        for spot in &mut self.spots {
            spot.column = spot.column.and_then(|column| places[column]);
        }
        let mut gone = is_gone.iter();
        self.columns.retain(|_| gone.next() == Some(&false));
    }

    /// Adds the cells of a record.
    pub(super) fn fill(&self, tape: &Tape, record: usize, cells: &mut Cells) {
        self.fill_at(tape, record, 0, false, cells);
    }

    fn fill_at(&self, tape: &Tape, node: usize, spot: usize, in_list: bool, cells: &mut Cells) {
        if self.spots[spot].is_left_out {
            return;
        }
        match tape.kind(node) {
            Kind::Object => {
                for (hint, child) in tape.children(node).enumerate() {
                    if let Some(inner) = self.known_member(spot, tape.name(child), hint) {
                        self.fill_at(tape, child, inner, in_list, cells);
                    }
                }
            }
            Kind::Array => {
                let in_list = in_list || !self.spots[spot].is_indexed;
                for (n, child) in tape.children(node).enumerate() {
                    if let Some(inner) = self.known_element(spot, n) {
                        self.fill_at(tape, child, inner, in_list, cells);
                    }
                }
            }
            Kind::Null => {}
            Kind::Text | Kind::Number | Kind::Bool => {
                if let Some(column) = self.spots[spot].column {
                    cells.add(column, tape, node, in_list);
                }
            }
        }
    }
}

/// Whether a path as written in a schema is that of a place: `*` there stands for any
/// member, and `[]` for any element.
fn covers(known: &Path, place: &Path) -> bool {
    known.0.len() == place.0.len()
        && known
            .0
            .iter()
            .zip(&place.0)
            .all(|(known, step)| match known {
                Segment::Any => matches!(step, Segment::Name(_)),
                Segment::Each => matches!(step, Segment::Each | Segment::At(_)),
                other => other == step,
            })
}
