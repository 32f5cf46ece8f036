//! Rows of delimited text: where each row and cell ends.
//!
//! Rows are numbered as a spreadsheet numbers them: a blank line is a row, a quoted cell with line breaks is part of one.
//! The splitter is our own because blank lines must be counted and because tab-separated reports quote in ways that no
//! general reader accepts. Nothing is trimmed. Knows nothing of headers.

use crate::model::raw::RawChunk;
use crate::read::decoding::Decoding;
use crate::read::error::Origin;
use crate::read::error::ReadError;
use crate::read::rows::Rows;
use crate::read::source::LONGEST;
use crate::read::source::Source;
use encoding_rs::Encoding;
use std::fmt;

/// What a quote means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// RFC 4180, and what follows a closing quote up to the delimiter still belongs to the cell.
    Standard,
    /// A quote is a character like any other: inch marks in tab-separated reports.
    Off,
    /// A quote closes only before a delimiter or line end; inner quotes may be doubled or not.
    Lenient,
}

impl fmt::Display for Quoting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Standard => "standard",
            Self::Off => "off",
            Self::Lenient => "lenient",
        })
    }
}

/// How a text is cut into rows and cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grammar {
    pub(super) delimiter: u8,
    pub(super) quoting: Quoting,
    /// Line feed, with or without a carriage return before it, unless the text has none: then carriage return.
    pub(super) line_end: u8,
}

/// Where one cell's text stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell {
    /// In the text that was split.
    Here { start: usize, end: usize },
    /// In [`Row::rewritten`], because quotes were taken out.
    Rewritten { start: usize, end: usize },
}

/// What became of an attempt to split a row off.
pub(super) enum Split {
    Row {
        length: usize,
    },
    /// The text ends before the row does.
    More,
    /// The whole text ends inside of quotes.
    Unclosed,
}

/// The cells of one row, kept from row to row for their memory.
#[derive(Default)]
pub(super) struct Row {
    pub(super) cells: Vec<Cell>,
    rewritten: String,
}

impl Row {
    /// Splits the first row off `text`, which is not empty; `ended` says that nothing follows it.
    pub(super) fn split(&mut self, text: &str, ended: bool, grammar: Grammar) -> Split {
        self.cells.clear();
        self.rewritten.clear();
        let bytes = text.as_bytes();
        let mut at = 0;
        loop {
            if grammar.quoting != Quoting::Off && bytes.get(at) == Some(&b'"') {
                match self.quoted(text, at, ended, grammar) {
                    Ok(end) => at = end,
                    Err(stopped) => return stopped,
                }
            } else {
                at = self.plain(bytes, at, grammar);
            }
            match bytes.get(at) {
                Some(&byte) if byte == grammar.delimiter => at += 1,
                Some(_) => return Split::Row { length: at + 1 },
                None if ended => return Split::Row { length: at },
                None => return Split::More,
            }
        }
    }

    /// Reads the cells from `start` on, eight bytes at a time, as far as the row's or the text's end or a cell that opens
    /// with a quote, and gives what the last of them ends at.
    fn plain(&mut self, bytes: &[u8], mut start: usize, grammar: Grammar) -> usize {
        let heeds_quotes = grammar.quoting != Quoting::Off;
        let (delimiters, line_ends) = (repeated(grammar.delimiter), repeated(grammar.line_end));
        let mut at = start;
        while let Some(Ok(word)) = bytes.get(at..at + 8).map(<[u8; 8]>::try_from) {
            let word = u64::from_le_bytes(word);
            let ends = matches(word, line_ends);
            let mut stops = ends | matches(word, delimiters);
            while stops != 0 {
                let bit = stops.trailing_zeros();
                let stop = at + (bit / 8) as usize;
                let end = trimmed_end(bytes, start, stop, grammar);
                self.cells.push(Cell::Here { start, end });
                start = stop + 1;
                if ends >> bit & 1 == 1 || heeds_quotes && bytes.get(start) == Some(&b'"') {
                    return stop;
                }
                stops &= stops - 1;
            }
            at += 8;
        }
        loop {
            let stop = next_stop(bytes, at, grammar);
            let end = trimmed_end(bytes, start, stop, grammar);
            self.cells.push(Cell::Here { start, end });
            (start, at) = (stop + 1, stop + 1);
            let goes_on = bytes.get(stop) == Some(&grammar.delimiter);
            if !goes_on || heeds_quotes && bytes.get(start) == Some(&b'"') {
                return stop;
            }
        }
    }

    /// Reads the cell whose opening quote is at `open` and gives where its delimiter, line end or the text's end is.
    fn quoted(
        &mut self,
        text: &str,
        open: usize,
        ended: bool,
        grammar: Grammar,
    ) -> Result<usize, Split> {
        let bytes = text.as_bytes();
        let start = self.rewritten.len();
        let mut from = open + 1;
        loop {
            let Some(quote) = next_quote(bytes, from) else {
                return Err(if ended { Split::Unclosed } else { Split::More });
            };
            let run = bytes[quote..]
                .iter()
                .take_while(|byte| **byte == b'"')
                .count();
            let after = quote + run;
            // What follows the quotes decides, so a run at the end of a partial text, or a carriage return there, waits.
            if !ended && after + 1 >= bytes.len() {
                return Err(Split::More);
            }
            let at_end = at_cell_end(bytes, after, grammar);
            let (kept, closes) = match grammar.quoting {
                Quoting::Lenient => lenient_quotes(run, at_end),
                Quoting::Standard | Quoting::Off => (run / 2, run % 2 == 1),
            };
            if closes && self.rewritten.len() == start && kept == 0 && at_end {
                self.cells.push(Cell::Here {
                    start: from,
                    end: quote,
                });
                return Ok(line_feed_or(bytes, after, grammar));
            }
            self.rewritten.push_str(&text[from..quote]);
            self.rewritten.extend(std::iter::repeat_n('"', kept));
            from = after;
            if closes {
                let end = next_stop(bytes, after, grammar);
                self.rewritten
                    .push_str(&text[after..trimmed_end(bytes, after, end, grammar)]);
                self.cells.push(Cell::Rewritten {
                    start,
                    end: self.rewritten.len(),
                });
                return Ok(end);
            }
        }
    }

    fn text<'a>(&'a self, split: &'a str, cell: Cell) -> &'a str {
        match cell {
            Cell::Here { start, end } => &split[start..end],
            Cell::Rewritten { start, end } => &self.rewritten[start..end],
        }
    }

    /// Copies the row, in one piece with its separators, and says where the cells stand in it.
    fn copy_into(&self, split: &str, chunk: &mut RawChunk) {
        let here = chunk.push_text(split);
        let rewritten = chunk.push_text(&self.rewritten);
        chunk.push_spans(self.cells.iter().map(|cell| match *cell {
            Cell::Here { start, end } => (here + start, here + end),
            Cell::Rewritten { start, end } => (rewritten + start, rewritten + end),
        }));
    }

    pub(super) fn is_blank(&self, split: &str) -> bool {
        self.cells
            .iter()
            .all(|cell| self.text(split, *cell).trim().is_empty())
    }
}

/// A word of eight times the same byte.
fn repeated(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The high bit of each byte in which two words agree.
fn matches(word: u64, wanted: u64) -> u64 {
    const LOW: u64 = u64::from_ne_bytes([0x7f; 8]);
    let differing = word ^ wanted;
    !(((differing & LOW) + LOW) | differing | LOW)
}

/// Where the next quote is, looked for eight bytes at a time.
fn next_quote(bytes: &[u8], from: usize) -> Option<usize> {
    let quotes = repeated(b'"');
    let mut at = from;
    while let Some(Ok(word)) = bytes.get(at..at + 8).map(<[u8; 8]>::try_from) {
        let met = matches(u64::from_le_bytes(word), quotes);
        if met != 0 {
            return Some(at + (met.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    let rest = bytes[at..].iter().position(|byte| *byte == b'"');
    rest.map(|offset| at + offset)
}

/// How many quotes of a run stay, and whether the run closes its cell.
fn lenient_quotes(run: usize, at_end: bool) -> (usize, bool) {
    match (at_end, run % 2) {
        // An odd run before the end: doubled quotes and the closing one.
        (true, 1) => (run / 2, true),
        // An even run before the end: the writer doubles nothing, the last quote closes.
        (true, _) => (run - 1, true),
        // In the middle: doubled, or a lone inch mark.
        (false, _) => (run.div_ceil(2), false),
    }
}

/// Where the cell that goes on at `from` ends.
fn next_stop(bytes: &[u8], from: usize, grammar: Grammar) -> usize {
    let is_stop = |byte: &u8| *byte == grammar.delimiter || *byte == grammar.line_end;
    let stop = bytes[from..].iter().position(is_stop);
    stop.map_or(bytes.len(), |offset| from + offset)
}

/// The end of a cell without the carriage return that belongs to the line end.
fn trimmed_end(bytes: &[u8], start: usize, end: usize, grammar: Grammar) -> usize {
    let before_line_feed =
        grammar.line_end == b'\n' && bytes.get(end).is_none_or(|byte| *byte == b'\n');
    if before_line_feed && end > start && bytes[end - 1] == b'\r' {
        end - 1
    } else {
        end
    }
}

fn at_cell_end(bytes: &[u8], at: usize, grammar: Grammar) -> bool {
    match bytes.get(at) {
        None => true,
        Some(b'\r') if grammar.line_end == b'\n' => {
            bytes.get(at + 1).is_none_or(|byte| *byte == b'\n')
        }
        Some(byte) => *byte == grammar.delimiter || *byte == grammar.line_end,
    }
}

/// Steps over the carriage return of a line end.
fn line_feed_or(bytes: &[u8], at: usize, grammar: Grammar) -> usize {
    if grammar.line_end == b'\n' && bytes.get(at) == Some(&b'\r') {
        at + 1
    } else {
        at
    }
}

/// A text that can be read from its start any number of times.
#[derive(Debug, Clone)]
pub(super) struct TextTable {
    pub(super) source: Source,
    pub(super) encoding: &'static Encoding,
    pub(super) grammar: Grammar,
    pub(super) origin: Origin,
}

impl TextTable {
    pub(super) fn rows(&self) -> Result<TextRows, ReadError> {
        let reader = self
            .source
            .reader()
            .map_err(|why| ReadError::of(&self.origin, why))?;
        Ok(TextRows {
            decoding: Decoding::new(reader, self.encoding.new_decoder_with_bom_removal()),
            grammar: self.grammar,
            row: Row::default(),
            number: 0,
            origin: self.origin.clone(),
        })
    }
}

/// The rows of a text, one after the other.
pub(super) struct TextRows {
    decoding: Decoding,
    grammar: Grammar,
    row: Row,
    number: u32,
    origin: Origin,
}

impl Rows for TextRows {
    fn next_row(&mut self, after: u32, chunk: &mut RawChunk) -> Result<Option<u32>, ReadError> {
        loop {
            let (rest, ended) = (self.decoding.rest(), self.decoding.ended());
            if rest.is_empty() && ended {
                return Ok(None);
            }
            let split = if rest.is_empty() {
                Split::More
            } else {
                self.row.split(rest, ended, self.grammar)
            };
            match split {
                Split::Row { length } => {
                    self.number = self.number.checked_add(1).ok_or_else(|| self.too_many())?;
                    let wanted = self.number > after && !self.row.is_blank(rest);
                    if wanted {
                        self.row.copy_into(&rest[..length], chunk);
                        chunk.end_row(self.number);
                    }
                    self.decoding.consume(length);
                    if wanted {
                        return Ok(Some(self.number));
                    }
                }
                Split::More if rest.len() > LONGEST => {
                    return Err(ReadError::LongRow {
                        origin: self.origin.clone(),
                        row: self.number.saturating_add(1),
                    });
                }
                Split::More => self
                    .decoding
                    .fill()
                    .map_err(|why| ReadError::of(&self.origin, why))?,
                Split::Unclosed => {
                    return Err(ReadError::Unclosed {
                        origin: self.origin.clone(),
                        row: self.number.saturating_add(1),
                    });
                }
            }
        }
    }
}

impl TextRows {
    fn too_many(&self) -> ReadError {
        ReadError::TooManyRows {
            origin: self.origin.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::delimiter;
    use crate::read::delimiter::Evidence;
    use crate::read::guard::Caps;

    /// A row's number and its cells.
    type Expected = (u32, &'static [&'static str]);

    /// All rows with their numbers, the grammar being judged by the text itself.
    fn rows(text: &str) -> Result<Vec<(u32, Vec<String>)>, ReadError> {
        let Evidence::Table(grammar) = delimiter::judge(text, true) else {
            panic!("no table: {text:?}")
        };
        let caps = Caps {
            expanded: 1 << 20,
            ratio: 100,
        };
        let source = Source::memory(text.as_bytes().to_vec(), caps);
        let origin = Origin::of(std::path::Path::new("x.csv"));
        let table = TextTable {
            source,
            encoding: encoding_rs::UTF_8,
            grammar,
            origin,
        };
        let (mut rows, mut chunk) = (table.rows()?, RawChunk::default());
        while rows.next_row(0, &mut chunk)?.is_some() {}
        let row = |row| {
            let cells = (0..chunk.width(row)).map(|column| chunk.cell(row, column).to_owned());
            (chunk.row_number(row), cells.collect())
        };
        Ok((0..chunk.n_rows()).map(row).collect())
    }

    #[test]
    fn rows_and_cells_end_where_they_should() {
        let cases: &[(&str, &[Expected])] = &[
            // Line ends, blank rows, and no line end at the end.
            ("a,b\r\n1,2\r\n", &[(1, &["a", "b"]), (2, &["1", "2"])]),
            ("a,b\n\n \n,\n1,2", &[(1, &["a", "b"]), (5, &["1", "2"])]),
            (
                "a,b\r1,2\r\r3,4",
                &[(1, &["a", "b"]), (2, &["1", "2"]), (4, &["3", "4"])],
            ),
            (
                "a\tb\nx\ry\tz\r\n",
                &[(1, &["a", "b"]), (2, &["x\ry", "z"])],
            ),
            // Quotes as in RFC 4180, and with something after the closing one.
            (
                "a,b\n\"x\ny\",\"\"\n1,2\n",
                &[(1, &["a", "b"]), (2, &["x\ny", ""]), (3, &["1", "2"])],
            ),
            (
                "a,b\n\"say \"\"x\"\"\",\"\"\"\"\n",
                &[(1, &["a", "b"]), (2, &["say \"x\"", "\""])],
            ),
            (
                "a,b\n\"x\"y,\"z\" \r\n",
                &[(1, &["a", "b"]), (2, &["xy", "z "])],
            ),
            (
                "a,b\n\"63\\\"\" x 27\",5\" z\n",
                &[(1, &["a", "b"]), (2, &["63\\\" x 27", "5\" z"])],
            ),
            // Without quoting in tab-separated text, ragged rows as they are.
            (
                "a\tb\n5\" x\t\"y\nz\t1\t\n",
                &[
                    (1, &["a", "b"]),
                    (2, &["5\" x", "\"y"]),
                    (3, &["z", "1", ""]),
                ],
            ),
            // Quoted tab-separated text whose inner quotes are doubled or not.
            (
                "\"a\"\t\"b\"\n\"5\" x\"\t\"6\"\"\n",
                &[(1, &["a", "b"]), (2, &["5\" x", "6\""])],
            ),
            (
                "\"a\"\t\"b\"\n\"5\"\" x\"\t\"6\"\"\"\r\n",
                &[(1, &["a", "b"]), (2, &["5\" x", "6\""])],
            ),
            (
                "\"a\"\t\"b\"\n\"\"\t1\n",
                &[(1, &["a", "b"]), (2, &["", "1"])],
            ),
        ];
        for (text, expected) in cases {
            let owned = |(number, cells): &Expected| {
                (*number, cells.iter().map(ToString::to_string).collect())
            };
            let expected: Vec<(u32, Vec<String>)> = expected.iter().map(owned).collect();
            assert_eq!(rows(text).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_quote_that_never_closes_is_an_error() {
        let Err(ReadError::Unclosed { row, .. }) = rows("a,b\n1,2\n3,\"x\n5,6\n") else {
            panic!("an open quote passed")
        };
        assert_eq!(row, 3);
    }
}
