//! A raw cell to what its column makes of it: trimmed, its stand-ins replaced, its nulls recognised. Owns everything that a
//! schema says about texts of a column; knows no type beyond whether it is one of text.

use crate::decode::Field;
use crate::model::logical_type::LogicalType;
use crate::model::raw::CellKind;
use crate::model::raw::RawChunk;
use crate::schema::Half;

/// A cell, ready to be read as a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content<'a> {
    /// No value: an empty cell, or a text that means so.
    Empty,
    Text(&'a str),
    /// A spreadsheet's number, which ignores the column's style.
    Number(&'a str),
    /// A spreadsheet's date or time, as ISO text.
    Date(&'a str),
    /// A spreadsheet's `true` or `false`.
    Bool(&'a str),
    /// A spreadsheet's error.
    Error(&'a str),
}

/// Texts that mean "no value" in every column whose type is not text, in any case.
const NULLS: &[&str] = &["-", "--", "\u{2013}", "\u{2014}", "n/a", "nan", "null"];

/// Whether a text that begins so may be one of [`NULLS`] or a formula: few do, and only these are looked at.
const fn is_suspect(first: u8) -> bool {
    matches!(first, b'-' | b'n' | b'N' | 0xe2 | b'=')
}

/// What parts the two ends of a span.
const BETWEEN: &[&str] = &[
    " - ",
    " \u{2013} ",
    " \u{2014} ",
    " ~ ",
    " to ",
    " bis ",
    "~",
];

/// One end of a span; of a text that is none, the text.
fn half_of(text: &str, half: Half) -> &str {
    let ends = BETWEEN.iter().find_map(|between| text.split_once(between));
    match (ends, half) {
        (Some((first, _)), Half::First) => trim(first),
        (Some((_, last)), Half::Last) => trim(last),
        (None, _) => text,
    }
}

/// The cells of one column of a chunk.
pub(crate) struct Cells<'a> {
    chunk: &'a RawChunk,
    field: &'a Field,
    /// Nothing to replace, strip or halve, and no nulls of its own.
    is_plain: bool,
    /// The only byte to strip, where that is all there is to strip.
    stripped_byte: Option<u8>,
    is_text: bool,
    unwraps: bool,
    /// Where a cell is put together that loses something from its middle, and where one is put that was of double width.
    scratch: String,
    narrow: String,
}

impl<'a> Cells<'a> {
    pub(crate) fn of(field: &'a Field, chunk: &'a RawChunk) -> Self {
        let column = &field.column;
        Self {
            chunk,
            field,
            is_plain: column.values.is_empty()
                && column.nulls.is_empty()
                && column.strip.is_empty()
                && column.half.is_none(),
            stripped_byte: match &column.strip[..] {
                [only] => <[u8; 1]>::try_from(only.as_bytes()).ok().map(|[byte]| byte),
                _ => None,
            },
            is_text: matches!(column.ty, LogicalType::Text | LogicalType::Id),
            unwraps: column.ty != LogicalType::Text,
            scratch: String::new(),
            narrow: String::new(),
        }
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.chunk.n_rows()
    }

    /// The cell as written.
    #[inline]
    pub(crate) fn raw(&self, row: usize) -> (&'a str, CellKind) {
        self.chunk.cell_and_kind(row, self.field.source)
    }

    /// The cell as its column understands it.
    pub(crate) fn content(&mut self, row: usize) -> Content<'_> {
        let (raw, kind) = self.raw(row);
        self.understood(raw, kind)
    }

    /// What [`Cells::raw`] gave, as the column understands it: a text that stands for another is replaced by that, a null
    /// is empty, and only then is taken off what the column strips.
    #[inline]
    pub(crate) fn understood<'b>(&'b mut self, raw: &'b str, kind: CellKind) -> Content<'b> {
        let text = trim(raw);
        match text.as_bytes().first() {
            None if self.is_plain => Content::Empty,
            Some(first)
                if self.is_plain && !is_suspect(*first) && (self.is_text || text.is_ascii()) =>
            {
                of_kind(text, kind)
            }
            _ => self.reworked(text, kind),
        }
    }

    fn reworked<'b>(&'b mut self, mut text: &'b str, kind: CellKind) -> Content<'b> {
        if !self.is_text && !text.is_ascii() && text.contains(is_wide) {
            self.narrow.clear();
            self.narrow.extend(text.chars().map(narrowed));
            text = trim(&self.narrow);
        }
        if self.unwraps && text.starts_with('=') {
            text = unwrap_formula(text);
        }
        if let Some(half) = self.field.column.half {
            text = half_of(text, half);
        }
        if self.is_plain {
            return if self.is_null(text) {
                Content::Empty
            } else {
                of_kind(text, kind)
            };
        }
        let column = &self.field.column;
        if let Some((_, value)) = column.values.iter().find(|(from, _)| &**from == text) {
            return if value.is_empty() {
                Content::Empty
            } else {
                Content::Text(value)
            };
        }
        if self.is_null(text) {
            return Content::Empty;
        }
        let is_stripped = match self.stripped_byte {
            Some(byte) => text.as_bytes().contains(&byte),
            None => column.strip.iter().any(|strip| text.contains(&**strip)),
        };
        if kind != CellKind::Text || !is_stripped {
            return of_kind(text, kind);
        }
        self.scratch.clear();
        self.scratch.push_str(text);
        for strip in column.strip.iter().filter(|strip| !strip.is_empty()) {
            self.scratch = self.scratch.replace(&**strip, "");
        }
        let text = trim(&self.scratch);
        if self.is_null(text) {
            Content::Empty
        } else {
            Content::Text(text)
        }
    }

    fn is_null(&self, text: &str) -> bool {
        text.is_empty()
            || self.field.column.nulls.iter().any(|null| &**null == text)
            || !self.is_text
                && text.len() <= 4
                && !text.as_bytes()[0].is_ascii_digit()
                && NULLS.iter().any(|null| null.eq_ignore_ascii_case(text))
    }
}

#[inline]
fn of_kind(text: &str, kind: CellKind) -> Content<'_> {
    match kind {
        CellKind::Empty => Content::Empty,
        CellKind::Text => Content::Text(text),
        CellKind::Number => Content::Number(text),
        CellKind::Date => Content::Date(text),
        CellKind::Bool => Content::Bool(text),
        CellKind::Error => Content::Error(text),
    }
}

/// Whether a character is the double-width form of one of ASCII, as Japanese and Chinese writing has them: `１，２３４`.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{ff01}'..='\u{ff5e}' | '\u{3000}')
}

/// The plain form of a character of double width; any other as it is.
fn narrowed(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        wide if is_wide(wide) => char::from_u32(u32::from(wide) - 0xfee0).unwrap_or(wide),
        other => other,
    }
}

/// Takes off blanks of every width, byte order marks and the invisible marks of direction.
#[inline]
fn trim(text: &str) -> &str {
    let is_bare = |byte: Option<&u8>| byte.is_none_or(|byte| (0x21..0x7f).contains(byte));
    if is_bare(text.as_bytes().first()) && is_bare(text.as_bytes().last()) {
        return text;
    }
    text.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '\u{feff}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}'
            )
    })
}

/// `="0123"`, how a code is kept from becoming a number, is `0123`.
fn unwrap_formula(text: &str) -> &str {
    match text
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(inner) if !inner.contains('"') => trim(inner),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::tests::chunk_of;
    use crate::decode::tests::field;

    #[test]
    fn cells_are_trimmed_replaced_and_stripped() {
        let mut field = field("money");
        field.column.nulls = vec!["none".into(), "-1".into()];
        field.column.values = vec![("free".into(), "0".into()), ("gone".into(), "".into())];
        field.column.strip = vec!["\\".into(), "each".into()];
        let chunk = chunk_of(
            [
                "32.09    ",
                "\u{a0}1\u{202f}",
                "none",
                "-1",
                "free",
                "gone",
                "N/A",
                "--",
                "",
                "5\\0 each",
                "each",
                "=\"012\"",
                "=1",
                "－１，２３４．５０％",
                "\u{3000}￥５\u{3000}円",
                "－",
            ]
            .map(|text| vec![(text, CellKind::Text)]),
        );
        let mut cells = Cells::of(&field, &chunk);
        let expected = [
            "32.09",
            "1",
            "",
            "",
            "0",
            "",
            "",
            "",
            "",
            "50",
            "",
            "012",
            "=1",
            "-1,234.50%",
            "￥5 円",
            "",
        ];
        for (row, expected) in expected.iter().enumerate() {
            let met = cells.content(row);
            let wanted = if expected.is_empty() {
                Content::Empty
            } else {
                Content::Text(expected)
            };
            assert_eq!(met, wanted, "row {row}");
        }
    }

    #[test]
    fn whatever_means_nothing_is_looked_at() {
        for null in NULLS {
            for first in [null.to_lowercase(), null.to_uppercase()] {
                assert!(is_suspect(first.as_bytes()[0]), "{first}");
            }
        }
    }

    #[test]
    fn text_keeps_what_means_nothing_elsewhere() {
        let chunk = chunk_of([
            vec![("N/A", CellKind::Text)],
            vec![("-", CellKind::Text)],
            vec![("=\"012\"", CellKind::Text)],
            vec![("7", CellKind::Number)],
            vec![("", CellKind::Text)],
            vec![("Ｌサイズ", CellKind::Text)],
        ]);
        let field = field("text");
        let mut cells = Cells::of(&field, &chunk);
        for (row, expected) in [
            (0, Content::Text("N/A")),
            (1, Content::Text("-")),
            (2, Content::Text("=\"012\"")),
            (3, Content::Number("7")),
            (4, Content::Empty),
            (5, Content::Text("Ｌサイズ")),
        ] {
            assert_eq!(cells.content(row), expected);
        }
    }
}
