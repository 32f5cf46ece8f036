//! One part of a document, held: its values in order, each container with where it ends. Knows neither JSON nor XML.

use crate::model::nesting::Segment;
use std::ops::Range;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    Text,
    Number,
    /// `true` or `false`.
    Bool,
    Null,
}

impl Kind {
    pub(super) fn is_container(self) -> bool {
        matches!(self, Self::Object | Self::Array)
    }
}

#[derive(Debug, Clone, Copy)]
struct Node {
    kind: Kind,
    /// The name under which it stands in its object; empty in a list.
    name: (u32, u32),
    text: (u32, u32),
    /// The node behind it and all that it holds.
    end: u32,
}

/// More than this is no record: a list was taken for one, or the document is an attack.
const MOST_NODES: usize = 2 << 20;
const MOST_TEXT: usize = 32 << 20;

/// Values in the order of the document. The first is the root.
#[derive(Debug, Default)]
pub(super) struct Tape {
    nodes: Vec<Node>,
    text: String,
    /// A single thing may stand where a list is looked for: XML does not say which it is.
    pub(super) is_loose: bool,
}

/// The part that was to be held is too large.
#[derive(Debug)]
pub(super) struct Overflow;

impl Tape {
    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.text.clear();
    }

    /// Appends a value; `write` appends its text. Gives its index.
    pub(super) fn push(
        &mut self,
        kind: Kind,
        name: &str,
        write: impl FnOnce(&mut String),
    ) -> Result<usize, Overflow> {
        let name = {
            let start = self.text.len();
            self.text.push_str(name);
            range(start, self.text.len())
        };
        let start = self.text.len();
        write(&mut self.text);
        if self.nodes.len() >= MOST_NODES || self.text.len() > MOST_TEXT {
            return Err(Overflow);
        }
        let at = self.nodes.len();
        self.nodes.push(Node {
            kind,
            name,
            text: range(start, self.text.len()),
            end: index(at + 1),
        });
        Ok(at)
    }

    /// Says that the container ends here.
    pub(super) fn close(&mut self, container: usize) {
        self.nodes[container].end = index(self.nodes.len());
    }

    pub(super) fn kind(&self, node: usize) -> Kind {
        self.nodes[node].kind
    }

    pub(super) fn name(&self, node: usize) -> &str {
        let (start, end) = self.nodes[node].name;
        &self.text[start as usize..end as usize]
    }

    pub(super) fn text(&self, node: usize) -> &str {
        let (start, end) = self.nodes[node].text;
        &self.text[start as usize..end as usize]
    }

    /// Nodes that a container holds, at any depth.
    pub(super) fn inside(&self, node: usize) -> Range<usize> {
        node + 1..self.nodes[node].end as usize
    }

    /// What a container holds right below itself.
    pub(super) fn children(&self, node: usize) -> Children<'_> {
        let inside = self.inside(node);
        Children {
            tape: self,
            next: inside.start,
            end: inside.end,
        }
    }

    /// The child of that name.
    pub(super) fn member(&self, node: usize, name: &str) -> Option<usize> {
        if self.kind(node) != Kind::Object {
            return None;
        }
        // Of two of one name the later stands, as in all that reads JSON.
        self.children(node)
            .filter(|child| self.name(*child) == name)
            .last()
    }

    /// The children that a step leads to.
    pub(super) fn step(&self, node: usize, segment: &Segment) -> Vec<usize> {
        match (segment, self.kind(node)) {
            (Segment::Name(name), _) => self.member(node, name).into_iter().collect(),
            (Segment::Any, Kind::Object) => self
                .children(node)
                .filter(|child| self.kind(*child).is_container())
                .collect(),
            (Segment::Each, Kind::Array) => self.children(node).collect(),
            (Segment::At(index), Kind::Array) => self
                .children(node)
                .nth(*index as usize)
                .into_iter()
                .collect(),
            (Segment::Each, _) if self.is_loose => vec![node],
            _ => Vec::new(),
        }
    }
}

pub(super) struct Children<'a> {
    tape: &'a Tape,
    next: usize,
    end: usize,
}

impl Iterator for Children<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.next >= self.end {
            return None;
        }
        let node = self.next;
        self.next = self.tape.nodes[node].end as usize;
        Some(node)
    }
}

fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn range(start: usize, end: usize) -> (u32, u32) {
    (index(start), index(end))
}
