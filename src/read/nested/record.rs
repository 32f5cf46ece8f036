//! Where on a tape the records are, and what stands around each. Knows no column.

use crate::model::nesting::Path;
use crate::model::nesting::Segment;
use crate::read::nested::tape::Kind;
use crate::read::nested::tape::Tape;
use crate::read::nested::walk::Part;
use crate::read::nested::walk::State;
use crate::read::nested::walk::Step;

/// A record, and the way to it.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) node: usize,
    /// Nodes from the root of the tape down to it, both with it.
    route: Vec<usize>,
    /// How many steps of its path lead to the root.
    n_before: usize,
    /// How many members its key is made of.
    n_names: usize,
}

/// The records of a part that lie where one of `paths` leads, in order.
pub(super) fn find(part: &Part<'_>, paths: &[Path], states: &[State]) -> Vec<Record> {
    let mut seeker = Seeker {
        tape: part.tape,
        paths,
        route: Vec::new(),
        found: Vec::new(),
        n_before: states.iter().map(|(_, at)| *at).max().unwrap_or_default(),
    };
    seeker.visit(0, states);
    seeker.found
}

struct Seeker<'a> {
    tape: &'a Tape,
    paths: &'a [Path],
    route: Vec<usize>,
    found: Vec<Record>,
    n_before: usize,
}

impl Seeker<'_> {
    /// Gives whether there was a record here or inside.
    fn visit(&mut self, node: usize, states: &[State]) -> bool {
        let mut states = states.to_vec();
        if self.tape.is_loose && self.tape.kind(node) != Kind::Array {
            let alone: Vec<State> = states
                .iter()
                .filter(|(path, at)| {
                    *at > 0 && self.paths[*path].0.get(*at) == Some(&Segment::Each)
                })
                .map(|(path, at)| (*path, at + 1))
                .collect();
            states.extend(alone);
        }
        self.route.push(node);
        let is_open = |state: &State| state.1 < self.paths[state.0].0.len();
        let mut has_inner = false;
        if self.tape.kind(node).is_container() && states.iter().any(is_open) {
            for (n, child) in self.tape.children(node).enumerate() {
                let inner: Vec<State> = states
                    .iter()
                    .filter(|(path, at)| {
                        let segment = self.paths[*path].0.get(*at);
                        segment.is_some_and(|segment| leads(self.tape, node, segment, n, child))
                    })
                    .map(|(path, at)| (*path, at + 1))
                    .collect();
                has_inner |= !inner.is_empty() && self.visit(child, &inner);
            }
        }
        let own = states
            .iter()
            .find(|state| !is_open(state))
            .filter(|_| !has_inner);
        let is_record = own.is_some();
        if let Some((path, _)) = own {
            self.found.push(Record {
                node,
                route: self.route.clone(),
                n_before: self.n_before,
                n_names: n_names(&self.paths[*path]),
            });
        }
        self.route.pop();
        has_inner || is_record
    }
}

/// How many of the last names on the way along a path make the key of what it leads to.
fn n_names(path: &Path) -> usize {
    let is_list = |segment: &Segment| matches!(segment, Segment::Each | Segment::At(_));
    let last_list = path.0.iter().rposition(is_list);
    let first = last_list.map_or_else(
        || {
            path.0
                .iter()
                .position(|segment| *segment == Segment::Any)
                .unwrap_or(0)
        },
        |list| list + 1,
    );
    (path.0.len() - first).max(1)
}

/// Whether a step leads from a container to its `n`th child.
fn leads(tape: &Tape, node: usize, segment: &Segment, n: usize, child: usize) -> bool {
    let in_list = tape.kind(node) == Kind::Array;
    match segment {
        Segment::Name(name) => !in_list && tape.name(child) == &**name,
        Segment::Any => !in_list && tape.kind(child).is_container(),
        Segment::Each => in_list,
        Segment::At(index) => in_list && n == *index as usize,
    }
}

impl Record {
    /// The value at a path from the top of the document, found by going the record's own way as far as that is the
    /// path's, and down from there.
    pub(super) fn value_at(&self, tape: &Tape, path: &Path) -> Option<usize> {
        let (mut node, mut depth) = (*self.route.first()?, 0);
        for segment in path.0.get(self.n_before..)? {
            if tape.is_loose && *segment == Segment::Each && tape.kind(node) != Kind::Array {
                continue;
            }
            let own = self.route.get(depth + 1).copied();
            let is_on_route = self.route.get(depth) == Some(&node);
            node = match own {
                Some(next) if is_on_route && is_step(tape, node, segment, next) => {
                    depth += 1;
                    next
                }
                _ => tape.step(node, segment).first().copied()?,
            };
        }
        Some(node)
    }

    /// The members that lead to the record from the last list of its path on, or where that has none from its first `*`,
    /// with dots between. Where nothing stands behind that list, the list's own name.
    pub(super) fn key(&self, part: &Part<'_>) -> String {
        let before = part.place.iter().filter_map(|step| match step {
            Step::Member(name) => Some(&**name),
            Step::Element(_) => None,
        });
        let inside = self.route.windows(2).filter_map(|pair| {
            let is_member = part.tape.kind(pair[0]) != Kind::Array;
            is_member.then(|| part.tape.name(pair[1]))
        });
        let names: Vec<&str> = before.chain(inside).collect();
        let n_left = names.len().saturating_sub(self.n_names);
        names[n_left..].join(".")
    }

    /// Its place in the list that holds it, counted from 1.
    pub(super) fn position(&self, part: &Part<'_>) -> Option<u64> {
        for pair in self.route.windows(2).rev() {
            if part.tape.kind(pair[0]) == Kind::Array {
                let mut elements = part.tape.children(pair[0]);
                return elements
                    .position(|child| child == pair[1])
                    .map(|n| n as u64 + 1);
            }
        }
        part.place.iter().rev().find_map(|step| match step {
            Step::Element(index) => Some(index + 1),
            Step::Member(_) => None,
        })
    }
}

fn is_step(tape: &Tape, node: usize, segment: &Segment, child: usize) -> bool {
    match segment {
        Segment::At(_) => tape.step(node, segment).contains(&child),
        _ => leads(tape, node, segment, 0, child),
    }
}
