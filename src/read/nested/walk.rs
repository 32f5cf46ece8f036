//! A document of JSON -> its parts that hold records, one after the other, each on a tape. All else is read past.
//!
//! A part is what stands at the first many-valued step of a path: the element of a list, the member of an object. So a
//! document is never held, however large; a part is. Everything is checked for being JSON, wanted or not.

use crate::model::nesting::Path;
use crate::model::nesting::Segment;
use crate::read::decoding::Decoding;
use crate::read::error::Origin;
use crate::read::error::ReadError;
use crate::read::nested::lexer;
use crate::read::nested::lexer::Fault;
use crate::read::nested::lexer::Lexer;
use crate::read::nested::lexer::Token;
use crate::read::nested::tape::Kind;
use crate::read::nested::tape::Tape;
use std::fmt::Write as _;

/// Containers within containers.
const DEEPEST: usize = 128;
/// Lists that are named in the message about a document that is no report.
const LISTS_TOLD: usize = 8;

/// How far into which path a place is: the path by its number, and how many of its steps lead there.
pub(super) type State = (usize, usize);

/// A container that is open.
#[derive(Default)]
struct Level {
    is_object: bool,
    /// The name of the member being read, or the number of the element being read.
    name: String,
    index: u64,
    states: Vec<State>,
    /// Its node, while a part is held.
    node: usize,
}

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Document,
    Value,
    ValueOrEnd,
    NameOrEnd,
    Name,
    CommaOrEnd,
}

/// Walks through one document.
pub(super) struct Walk {
    lexer: Lexer,
    paths: Vec<Path>,
    /// Each value of the document itself counts as an element of a list: one record a line.
    in_lines: bool,
    expect: Expect,
    levels: Vec<Level>,
    n_levels: usize,
    tape: Tape,
    /// Levels around the part that is held.
    part: Option<usize>,
    part_states: Vec<State>,
    n_documents: u64,
    lost: u64,
    lists: Vec<String>,
    /// Paths whose list was met, with elements or without.
    pub(super) met: Vec<bool>,
    origin: Origin,
}

/// A part that was found.
pub(super) struct Part<'a> {
    pub(super) tape: &'a Tape,
    pub(super) states: &'a [State],
    /// Names and numbers that lead to it.
    pub(super) place: Vec<Step>,
}

/// One step of the way to a place in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Member(Box<str>),
    /// Counted from 0.
    Element(u64),
}

impl Walk {
    pub(super) fn new(
        decoding: Decoding,
        paths: Vec<Path>,
        in_lines: bool,
        origin: Origin,
    ) -> Self {
        Self {
            lexer: Lexer::new(decoding),
            met: vec![false; paths.len()],
            paths,
            in_lines,
            expect: Expect::Document,
            levels: Vec::new(),
            n_levels: 0,
            tape: Tape::default(),
            part: None,
            part_states: Vec::new(),
            n_documents: 0,
            lost: 0,
            lists: Vec::new(),
            origin,
        }
    }

    /// Halves of surrogate pairs met so far: characters that cannot be told.
    pub(super) fn lost(&self) -> u64 {
        self.lost
    }

    /// The first lists of the document that are in no part.
    pub(super) fn into_lists(self) -> Vec<String> {
        self.lists
    }

    /// The part that was read last.
    pub(super) fn part(&self) -> Part<'_> {
        Part {
            tape: &self.tape,
            states: &self.part_states,
            place: self.place(self.part.unwrap_or_default()),
        }
    }

    /// Reads on to the next part; false at the end of a sound document.
    pub(super) fn next_part(&mut self) -> Result<bool, ReadError> {
        self.tape.clear();
        self.part = None;
        loop {
            let token = self.lexer.next().map_err(|why| self.fault(why))?;
            let is_complete = match (self.expect, token) {
                (Expect::Document, Token::End) if self.n_documents > 0 => return Ok(false),
                (_, Token::End) => return Err(self.fault(Fault::CutOff)),
                (Expect::NameOrEnd | Expect::CommaOrEnd, Token::ObjectEnd) if self.is_in(true) => {
                    self.close()
                }
                (Expect::ValueOrEnd | Expect::CommaOrEnd, Token::ArrayEnd) if self.is_in(false) => {
                    self.close()
                }
                (Expect::CommaOrEnd, Token::Comma) => {
                    let in_object = self.is_in(true);
                    self.levels[self.n_levels - 1].index += u64::from(!in_object);
                    self.expect = if in_object {
                        Expect::Name
                    } else {
                        Expect::Value
                    };
                    false
                }
                (Expect::NameOrEnd | Expect::Name, Token::Text { escaped }) => {
                    self.name(escaped)?;
                    false
                }
                (Expect::Document | Expect::Value | Expect::ValueOrEnd, token) => {
                    self.value(token)?
                }
                (expect, _) => return Err(self.misplaced(wanted(expect, self.is_in(true)))),
            };
            if is_complete {
                return Ok(true);
            }
        }
    }

    fn is_in(&self, object: bool) -> bool {
        self.n_levels > 0 && self.levels[self.n_levels - 1].is_object == object
    }

    fn name(&mut self, escaped: bool) -> Result<(), ReadError> {
        let level = &mut self.levels[self.n_levels - 1];
        level.name.clear();
        let content = self.lexer.slice();
        if escaped {
            match lexer::unescape(content, &mut level.name) {
                Some(lost) => self.lost += lost,
                None => return Err(self.misplaced("an escape that is one")),
            }
        } else {
            level.name.push_str(content);
        }
        match self.lexer.next() {
            Ok(Token::Colon) => self.expect = Expect::Value,
            Ok(Token::End) => return Err(self.fault(Fault::CutOff)),
            Ok(_) => return Err(self.misplaced("`:` behind a name")),
            Err(why) => return Err(self.fault(why)),
        }
        Ok(())
    }

    /// Takes in a value, or the start of a container. Gives whether a part is complete.
    fn value(&mut self, token: Token) -> Result<bool, ReadError> {
        let kind = match token {
            Token::ObjectStart => Kind::Object,
            Token::ArrayStart => Kind::Array,
            Token::Text { .. } | Token::NotFinite => Kind::Text,
            Token::Number => Kind::Number,
            Token::True | Token::False => Kind::Bool,
            Token::Null => Kind::Null,
            _ => return Err(self.misplaced("a value")),
        };
        let mut states = Vec::new();
        if self.part.is_none() {
            states = self.states_of(kind);
            let starts = states.iter().any(|(path, at)| {
                let path = &self.paths[*path];
                *at == path.0.len() || *at > path.n_fixed()
            });
            if starts {
                self.part = Some(self.n_levels);
                self.part_states.clone_from(&states);
            }
        }
        let node = match self.part {
            Some(_) => self.hold(token, kind)?,
            None => 0,
        };
        if kind.is_container() {
            self.open(kind == Kind::Object, states, node)?;
            return Ok(false);
        }
        Ok(self.ended())
    }

    /// Where in which path the value being read is.
    fn states_of(&mut self, kind: Kind) -> Vec<State> {
        let mut states = Vec::new();
        if self.n_levels == 0 {
            for (n, path) in self.paths.iter().enumerate() {
                let is_element = self.in_lines && path.0.first() == Some(&Segment::Each);
                states.push((n, usize::from(is_element)));
            }
        } else {
            let level = &self.levels[self.n_levels - 1];
            states.extend(level.states.iter().filter_map(|(path, at)| {
                let leads = match self.paths[*path].0.get(*at)? {
                    Segment::Name(name) => level.is_object && **name == *level.name,
                    Segment::Any => level.is_object && kind.is_container(),
                    Segment::Each => !level.is_object,
                    Segment::At(index) => !level.is_object && u64::from(*index) == level.index,
                };
                leads.then_some((*path, at + 1))
            }));
        }
        if kind == Kind::Array {
            for (path, at) in &states {
                if self.paths[*path].0.get(*at) == Some(&Segment::Each) {
                    self.met[*path] = true;
                }
            }
        }
        states
    }

    fn hold(&mut self, token: Token, kind: Kind) -> Result<usize, ReadError> {
        let content = self.lexer.slice();
        // The part itself goes by no name: what leads to it is its place.
        let is_root = self.part == Some(self.n_levels);
        let name = match self.n_levels.checked_sub(1).map(|at| &self.levels[at]) {
            Some(level) if level.is_object && !is_root => level.name.as_str(),
            _ => "",
        };
        let mut escapes = Some(0);
        let held = self.tape.push(kind, name, |text| match (token, kind) {
            (Token::Text { escaped: true }, _) => escapes = lexer::unescape(content, text),
            (_, Kind::Text | Kind::Number | Kind::Bool) => text.push_str(content),
            _ => {}
        });
        let Some(lost) = escapes else {
            return Err(self.misplaced("an escape that is one"));
        };
        self.lost += lost;
        held.map_err(|_| ReadError::LargeRecord {
            origin: self.origin.clone(),
            place: shown(&self.place(self.part.unwrap_or_default())),
        })
    }

    fn open(&mut self, is_object: bool, states: Vec<State>, node: usize) -> Result<(), ReadError> {
        if self.n_levels == DEEPEST {
            return Err(self.misplaced("no deeper nesting"));
        }
        let in_list = self.levels[..self.n_levels]
            .iter()
            .any(|level| !level.is_object);
        let is_told = !is_object && !in_list && self.part.is_none();
        if is_told && self.lists.len() < LISTS_TOLD {
            let list = format!("{}[]", shown(&self.place(self.n_levels)));
            if !self.lists.contains(&list) {
                self.lists.push(list);
            }
        }
        if self.n_levels == self.levels.len() {
            self.levels.push(Level::default());
        }
        let level = &mut self.levels[self.n_levels];
        level.is_object = is_object;
        level.name.clear();
        level.index = 0;
        level.states = states;
        level.node = node;
        self.n_levels += 1;
        self.expect = if is_object {
            Expect::NameOrEnd
        } else {
            Expect::ValueOrEnd
        };
        Ok(())
    }

    fn close(&mut self) -> bool {
        self.n_levels -= 1;
        if self.part.is_some() {
            self.tape.close(self.levels[self.n_levels].node);
        }
        self.ended()
    }

    /// After a value: what may come next, and whether it was a part.
    fn ended(&mut self) -> bool {
        if self.n_levels == 0 {
            self.expect = Expect::Document;
            self.n_documents += 1;
        } else {
            self.expect = Expect::CommaOrEnd;
        }
        self.part == Some(self.n_levels)
    }

    /// The way to the value being read, so many levels down.
    fn place(&self, n_levels: usize) -> Vec<Step> {
        let mut place = Vec::with_capacity(n_levels + 1);
        if self.in_lines {
            let complete = self.expect == Expect::Document && self.n_documents > 0;
            place.push(Step::Element(self.n_documents - u64::from(complete)));
        }
        place.extend(self.levels[..n_levels].iter().map(|level| {
            if level.is_object {
                Step::Member(level.name.as_str().into())
            } else {
                Step::Element(level.index)
            }
        }));
        place
    }

    fn misplaced(&self, wanted: &'static str) -> ReadError {
        let (line, column) = self.lexer.place();
        ReadError::Json {
            origin: self.origin.clone(),
            line,
            column,
            place: shown(&self.place(self.n_levels)),
            wanted,
        }
    }

    fn fault(&self, why: Fault) -> ReadError {
        match why {
            Fault::Io(source) => ReadError::of(&self.origin, source),
            Fault::CutOff => {
                let (line, column) = self.lexer.place();
                ReadError::JsonCutOff {
                    origin: self.origin.clone(),
                    line,
                    column,
                    place: shown(&self.place(self.n_levels)),
                }
            }
            Fault::TooLong => ReadError::LargeRecord {
                origin: self.origin.clone(),
                place: shown(&self.place(self.n_levels)),
            },
            Fault::Unexpected => self.misplaced(wanted(self.expect, self.is_in(true))),
            Fault::Number => self.misplaced("a number as JSON writes one"),
        }
    }
}

fn wanted(expect: Expect, in_object: bool) -> &'static str {
    match (expect, in_object) {
        (Expect::Document | Expect::Value, _) => "a value",
        (Expect::ValueOrEnd, _) => "a value or `]`",
        (Expect::NameOrEnd, _) => "a name in quotes or `}`",
        (Expect::Name, _) => "a name in quotes",
        (Expect::CommaOrEnd, true) => "`,` or `}`",
        (Expect::CommaOrEnd, false) => "`,` or `]`",
    }
}

/// A place as people write it: `products[3].csv`.
pub(super) fn shown(place: &[Step]) -> String {
    let mut text = String::new();
    for step in place {
        let written = match step {
            Step::Member(name) if text.is_empty() => write!(text, "{name}"),
            Step::Member(name) => write!(text, ".{name}"),
            Step::Element(index) => write!(text, "[{index}]"),
        };
        // Writing to a string cannot fail.
        let _ = written;
    }
    text
}
