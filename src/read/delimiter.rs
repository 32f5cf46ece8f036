//! Which delimiter and quoting a text has, by the evidence of its first rows. Pure functions.

use crate::read::csv::Grammar;
use crate::read::csv::Quoting;
use crate::read::csv::Row;
use crate::read::csv::Split;

/// Rows that the delimiter is judged by.
const EVIDENCE_ROWS: usize = 60;

/// What the opening of a text shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Evidence {
    Table(Grammar),
    /// A single line without any delimiter.
    Sentence(String),
    Blank,
}

/// Judges by the first rows of the text; `ended` says that `text` is all of it.
pub(super) fn judge(text: &str, ended: bool) -> Evidence {
    let line_end = if text.contains('\n') { b'\n' } else { b'\r' };
    let opens_quoted = text.trim_start().starts_with('"');
    let grammar = |delimiter| Grammar {
        delimiter,
        quoting: match delimiter {
            b'\t' if opens_quoted => Quoting::Lenient,
            b'\t' => Quoting::Off,
            _ => Quoting::Standard,
        },
        line_end,
    };
    if let Some(stated) = stated_delimiter(text) {
        return Evidence::Table(grammar(stated));
    }
    let widths = |delimiter| row_widths(text, ended, grammar(delimiter));
    let commas = widths(b',');
    if commas.is_empty() && ended && text.trim().is_empty() {
        return Evidence::Blank;
    }
    // A tab outside of quotes hardly ever stands in a comma-separated text, while commas fill tab-separated titles.
    let tabs = widths(b'\t');
    let (rows, width) = usual_width(&tabs);
    if width > 1 && rows * 5 >= tabs.len() * 4 {
        return Evidence::Table(grammar(b'\t'));
    }
    // How many rows agree comes first: the header seldom holds a character that separates something inside of cells.
    let score = |widths: &[usize]| Some(usual_width(widths)).filter(|(_, width)| *width > 1);
    let scores = [
        (b'|', score(&widths(b'|'))),
        (b';', score(&widths(b';'))),
        (b'\t', score(&tabs)),
        (b',', score(&commas)),
    ];
    let best = scores.iter().max_by_key(|(_, score)| *score);
    let lone = ended && commas.len() <= 1 && text.trim().lines().count() <= 1;
    // In prose a space follows every comma; in a header that stands alone none does.
    let prose = text.matches(',').count() == text.matches(", ").count();
    match best {
        Some((b',', Some(_))) if lone && prose => Evidence::Sentence(text.trim().to_owned()),
        Some((delimiter, Some(_))) => Evidence::Table(grammar(*delimiter)),
        _ if lone => Evidence::Sentence(text.trim().to_owned()),
        _ => Evidence::Table(grammar(b',')),
    }
}

/// What speaks for the grammar of a table, for people.
pub(super) fn why(text: &str, ended: bool, grammar: Grammar) -> Vec<String> {
    let widths = row_widths(text, ended, grammar);
    let (rows, width) = usual_width(&widths);
    let mut why = vec![if stated_delimiter(text).is_some() {
        "delimiter: its first line states it".to_owned()
    } else if width > 1 {
        let all = widths.len();
        format!("delimiter: {rows} of the first {all} rows have {width} cells with it")
    } else {
        "delimiter: none was found, so a row is one cell".to_owned()
    }];
    match grammar.quoting {
        Quoting::Standard => {}
        Quoting::Off => why.push("quotes: plain characters, for the header has none".to_owned()),
        Quoting::Lenient => {
            why.push("quotes: around cells, for the header is quoted".to_owned());
        }
    }
    if grammar.line_end == b'\r' {
        why.push("rows: end with a carriage return alone".to_owned());
    }
    why
}

/// The hint that Excel understands: a first line `sep=;`.
fn stated_delimiter(text: &str) -> Option<u8> {
    let line = text.lines().next()?.trim_matches('"');
    match line.strip_prefix("sep=")?.as_bytes() {
        [delimiter @ (b',' | b';' | b'\t' | b'|')] => Some(*delimiter),
        _ => None,
    }
}

/// Cells per row of the first rows that are not blank. A row that the text does not end is left out.
fn row_widths(text: &str, ended: bool, grammar: Grammar) -> Vec<usize> {
    let (mut widths, mut at, mut row) = (Vec::new(), 0, Row::default());
    while widths.len() < EVIDENCE_ROWS && at < text.len() {
        match row.split(&text[at..], ended, grammar) {
            Split::Row { length } => {
                if !row.is_blank(&text[at..]) {
                    widths.push(row.cells.len());
                }
                at += length;
            }
            Split::More | Split::Unclosed => break,
        }
    }
    widths
}

/// The width above one that most rows have, and how many have it; a width of one where no row is wider.
fn usual_width(widths: &[usize]) -> (usize, usize) {
    let rows_of = |width: usize| widths.iter().filter(|w| **w == width).count();
    let wide = widths.iter().filter(|width| **width > 1);
    wide.map(|width| (rows_of(*width), *width))
        .max()
        .unwrap_or((0, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str) -> Option<(char, Quoting)> {
        match judge(text, true) {
            Evidence::Table(grammar) => Some((char::from(grammar.delimiter), grammar.quoting)),
            Evidence::Sentence(_) | Evidence::Blank => None,
        }
    }

    #[test]
    fn the_first_rows_tell_the_delimiter() {
        let preamble = "\"Includes Amazon, and others\"\n\"Definitions:\"\n";
        let cases = [
            ("a,b\n1,2\n".to_owned(), ',', Quoting::Standard),
            (
                "a;b;c\n1,5;2,5;3,5\n1,5;2;3\n".to_owned(),
                ';',
                Quoting::Standard,
            ),
            ("a|b\n1|2\n".to_owned(), '|', Quoting::Standard),
            (
                "sku\ttitle\nA\tx, y, z, w\nB\tx, y, z, w\n".to_owned(),
                '\t',
                Quoting::Off,
            ),
            ("\"a\"\t\"b\"\n".to_owned(), '\t', Quoting::Lenient),
            (
                "a,b\n\"x\ty\ty\",\"1;2;3\"\n".to_owned(),
                ',',
                Quoting::Standard,
            ),
            (
                format!("{preamble}\"date\",\"type\",\"total\"\n\"1\",\"x\",\"2\"\n"),
                ',',
                Quoting::Standard,
            ),
            ("sep=;\na,b;c,d\n".to_owned(), ';', Quoting::Standard),
            ("keyword\nlamp\ntent\n".to_owned(), ',', Quoting::Standard),
            (
                format!("a,images\n{}", "x,p;q;r;s\n".repeat(59)),
                ',',
                Quoting::Standard,
            ),
        ];
        for (text, delimiter, quoting) in cases {
            assert_eq!(judged(&text), Some((delimiter, quoting)), "{text:?}");
        }
    }

    #[test]
    fn a_lone_line_without_delimiter_is_no_table() {
        let sentence = "Date range exceeded. Report can be requested only upto 30 days\r\n";
        assert_eq!(
            judge(sentence, true),
            Evidence::Sentence(sentence.trim().to_owned())
        );
        let sorry = "Sorry, something went wrong.";
        assert_eq!(judge(sorry, true), Evidence::Sentence(sorry.to_owned()));
        assert_eq!(judged("sku,asin"), Some((',', Quoting::Standard)));
        assert_eq!(judge(" \r\n\n", true), Evidence::Blank);
    }

    #[test]
    fn what_was_judged_is_told() {
        for (text, expected) in [
            (
                "a;b\n1;2\n3\n",
                "delimiter: 2 of the first 3 rows have 2 cells with it",
            ),
            (
                "a\tb\r1\t2\r",
                "delimiter: 2 of the first 2 rows have 2 cells with it; \
                 quotes: plain characters, for the header has none; rows: end with a carriage return alone",
            ),
            (
                "\"a\"\t\"b\"\n",
                "delimiter: 1 of the first 1 rows have 2 cells with it; quotes: around cells, for the header is quoted",
            ),
            ("sep=;\na;b\n", "delimiter: its first line states it"),
            (
                "a\nb\nc\n",
                "delimiter: none was found, so a row is one cell",
            ),
        ] {
            let Evidence::Table(grammar) = judge(text, true) else {
                panic!("no table: {text:?}")
            };
            assert_eq!(why(text, true, grammar).join("; "), expected, "{text:?}");
        }
    }
}
