//! A tolerant reader of the markup that workbooks are made of.
//!
//! Gives tags and text in order, without checking that they nest. Knows nothing of spreadsheets.

use crate::read::source::LONGEST;
use crate::read::source::Source;
use crate::read::xlsx::window::Window;
use std::io;

/// One piece of markup. Names are given without their namespace prefix.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::read) enum Token<'a> {
    /// `empty` tags have no closing tag.
    Open {
        name: &'a str,
        attributes: Attributes<'a>,
        empty: bool,
    },
    Close {
        name: &'a str,
    },
    /// Text with its entities, or without any where it was quoted as a whole.
    Text {
        text: &'a str,
        escaped: bool,
    },
    End,
}

/// The unread part of a tag's attributes: names and raw values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::read) struct Attributes<'a>(&'a str);

impl<'a> Attributes<'a> {
    pub(in crate::read) fn get(&self, wanted: &str) -> Option<&'a str> {
        self.clone()
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| value)
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        // Names and values are short: a plain loop beats the search for a character.
        let bytes = self.0.as_bytes();
        let equals = bytes.iter().position(|byte| *byte == b'=')?;
        let open = equals
            + 1
            + bytes[equals + 1..]
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\''))?;
        let value = open + 1;
        let end = value
            + bytes[value..]
                .iter()
                .position(|byte| *byte == bytes[open])?;
        let name = local(self.0[..equals].trim_ascii());
        let value = &self.0[value..end];
        self.0 = &self.0[end + 1..];
        Some((name, value))
    }
}

/// A name without its namespace prefix.
fn local(name: &str) -> &str {
    name.bytes()
        .rposition(|byte| byte == b':')
        .map_or(name, |colon| &name[colon + 1..])
}

/// Markup being read.
pub(in crate::read) struct Xml {
    window: Window,
}

/// Where a token ends, or that more text is needed to know.
enum Found {
    Tag { length: usize },
    Text { length: usize },
    Quoted { length: usize },
    Ignored { length: usize },
    More,
    End,
}

impl Xml {
    /// A part that will be read to its end.
    pub(in crate::read) fn whole(part: &Source) -> io::Result<Self> {
        Window::ahead(part).map(Self::new)
    }

    pub(super) fn new(window: Window) -> Self {
        Self { window }
    }

    /// The markup that is not yet read, as far as it is at hand.
    pub(super) fn rest(&self) -> &str {
        self.window.rest()
    }

    /// Steps over markup that was understood without its tokens.
    pub(super) fn consume(&mut self, n: usize) {
        self.window.consume(n);
    }

    pub(in crate::read) fn next(&mut self) -> io::Result<Token<'_>> {
        let (found, start) = loop {
            let (rest, ended) = (self.window.rest(), self.window.ended());
            match find(rest, ended) {
                Found::More if ended => {
                    return Err(io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "the markup stops inside of a tag",
                    ));
                }
                Found::More if rest.len() > LONGEST => {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "a tag or text in the markup has no end",
                    ));
                }
                Found::More => self.window.fill()?,
                Found::Ignored { length } => self.window.consume(length),
                Found::End => return Ok(Token::End),
                found @ (Found::Tag { length }
                | Found::Text { length }
                | Found::Quoted { length }) => {
                    self.window.consume(length);
                    break (found, length);
                }
            }
        };
        let token = self.window.consumed(start);
        Ok(match found {
            Found::Tag { .. } => tag(token),
            Found::Quoted { .. } => Token::Text {
                text: &token["<![CDATA[".len()..token.len() - "]]>".len()],
                escaped: false,
            },
            _ => Token::Text {
                text: token,
                escaped: true,
            },
        })
    }
}

fn find(rest: &str, ended: bool) -> Found {
    let bytes = rest.as_bytes();
    match bytes {
        [] if ended => Found::End,
        [] => Found::More,
        [b'<', b'!' | b'?', ..] => find_special(rest, ended),
        [b'<', ..] => tag_end(bytes).map_or(Found::More, |length| Found::Tag { length }),
        _ => match rest.find('<') {
            Some(length) => Found::Text { length },
            None if ended => Found::Text { length: rest.len() },
            None => Found::More,
        },
    }
}

fn find_special(rest: &str, ended: bool) -> Found {
    if rest.len() < "<![CDATA[".len() && !ended {
        return Found::More;
    }
    let to = |end: &str| rest.find(end).map(|at| at + end.len());
    if rest.starts_with("<![CDATA[") {
        return to("]]>").map_or(Found::More, |length| Found::Quoted { length });
    }
    let end = match rest {
        _ if rest.starts_with("<!--") => to("-->"),
        _ if rest.starts_with("<?") => to("?>"),
        _ => to(">"),
    };
    end.map_or(Found::More, |length| Found::Ignored { length })
}

/// The length of the tag that begins the bytes: its end is the first `>` that is not inside of a quoted value.
fn tag_end(bytes: &[u8]) -> Option<usize> {
    let mut quote = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'>' if quote == 0 => return Some(at + 1),
            b'"' | b'\'' if quote == 0 => quote = byte,
            _ if byte == quote => quote = 0,
            _ => {}
        }
    }
    None
}

fn tag(token: &str) -> Token<'_> {
    let inside = &token[1..token.len() - 1];
    if let Some(name) = inside.strip_prefix('/') {
        return Token::Close {
            name: local(name.trim_end()),
        };
    }
    let (inside, empty) = match inside.strip_suffix('/') {
        Some(inside) => (inside, true),
        None => (inside, false),
    };
    let end = inside
        .bytes()
        .position(|byte| byte.is_ascii_whitespace())
        .unwrap_or(inside.len());
    let (name, attributes) = inside.split_at(end);
    Token::Open {
        name: local(name),
        attributes: Attributes(attributes),
        empty,
    }
}

/// Appends raw text with entities and spreadsheet escapes (`_x000D_`) resolved and line ends made `\n`.
pub(super) fn unescape(raw: &str, escaped: bool, out: &mut String) {
    let mut rest = raw;
    while let Some(at) = rest.find(['&', '\r', '_']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (character, length) = match rest.as_bytes()[0] {
            b'\r' if rest.as_bytes().get(1) == Some(&b'\n') => (Some('\n'), 2),
            b'\r' => (Some('\n'), 1),
            b'&' if escaped => entity(rest),
            b'_' => hexadecimal(rest),
            _ => (None, 1),
        };
        match character {
            Some(character) => out.push(character),
            None => out.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    out.push_str(rest);
}

/// The character of the entity that begins the text and the length of both; an unknown one is kept as it stands.
fn entity(text: &str) -> (Option<char>, usize) {
    let Some(end) = text.bytes().take(12).position(|byte| byte == b';') else {
        return (None, 1);
    };
    let character = match &text[1..end] {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        name => name.strip_prefix('#').and_then(|number| {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            code.ok().and_then(char::from_u32)
        }),
    };
    (character, if character.is_some() { end + 1 } else { 1 })
}

/// The character of an escape like `_x000D_` that begins the text.
fn hexadecimal(text: &str) -> (Option<char>, usize) {
    let bytes = text.as_bytes();
    let shaped = bytes.len() >= 7
        && bytes[1] == b'x'
        && bytes[6] == b'_'
        && bytes[2..6].iter().all(u8::is_ascii_hexdigit);
    let character = shaped
        .then(|| {
            u32::from_str_radix(&text[2..6], 16)
                .ok()
                .and_then(char::from_u32)
        })
        .flatten();
    (character, if character.is_some() { 7 } else { 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::guard::Caps;

    fn xml(text: &str) -> Xml {
        let caps = Caps {
            expanded: 1 << 20,
            ratio: 100,
        };
        let part = Source::memory(text.as_bytes().to_vec(), caps);
        Xml::new(Window::here(&part).unwrap())
    }

    #[test]
    fn markup_is_told_apart() {
        let text = "<?xml version=\"1.0\"?><!-- <c> --><x:row r='1' note=\"a>b\"><c/>1 &lt; 2<![CDATA[<&>]]></x:row >";
        let mut xml = xml(text);
        let mut seen = Vec::new();
        loop {
            match xml.next().unwrap() {
                Token::End => break,
                Token::Open {
                    name,
                    attributes,
                    empty,
                } => {
                    seen.push(format!(
                        "{name} {:?} {:?} {empty}",
                        attributes.get("r"),
                        attributes.get("note")
                    ));
                }
                other => seen.push(format!("{other:?}")),
            }
        }
        let expected = [
            "row Some(\"1\") Some(\"a>b\") false",
            "c None None true",
            "Text { text: \"1 &lt; 2\", escaped: true }",
            "Text { text: \"<&>\", escaped: false }",
            "Close { name: \"row\" }",
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn escapes_are_resolved() {
        let cases = [
            ("a&amp;b &#65;&#x4e2d; &nbsp; &", "a&b A中 &nbsp; &"),
            ("x_x000D_\r\ny_z", "x\r\ny_z"),
            ("_xZZZZ_ _x00", "_xZZZZ_ _x00"),
            ("&é;", "&é;"),
        ];
        for (raw, text) in cases {
            let mut out = String::new();
            unescape(raw, true, &mut out);
            assert_eq!(out, text);
        }
    }

    #[test]
    fn a_cut_tag_is_an_error() {
        let mut xml = xml("<row r=\"1");
        assert_eq!(xml.next().unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
