//! Characters to the tokens of JSON, one after the other, over a window that moves. Knows no structure.
//!
//! Lenient where programs that write JSON are careless and the meaning is plain: control characters inside strings, and
//! Python's `NaN` and `Infinity`. Strict in all else.

use crate::read::decoding::Decoding;
use crate::read::source::LONGEST;
use std::io;

/// What stands at the reading position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    ObjectStart,
    ObjectEnd,
    ArrayStart,
    ArrayEnd,
    Colon,
    Comma,
    /// A string, whether with escapes or not; [`Lexer::slice`] is what stands between its quotes.
    Text {
        escaped: bool,
    },
    Number,
    True,
    False,
    Null,
    /// `NaN`, `Infinity`, `-Infinity`.
    NotFinite,
    End,
}

/// Why there is no further token.
#[derive(Debug)]
pub(super) enum Fault {
    Io(io::Error),
    /// The text ends inside of a token.
    CutOff,
    TooLong,
    /// What stands there is the start of no token.
    Unexpected,
    /// A number that is written as none may be.
    Number,
}

/// Steps through the tokens of a text.
pub(super) struct Lexer {
    decoding: Decoding,
    /// Bytes of the rest that the current token takes, and the part of them that is its content.
    length: usize,
    content: (usize, usize),
    /// Bytes consumed before the current token, and how many of them end in the last line break.
    offset: u64,
    line: u64,
    line_start: u64,
}

impl Lexer {
    pub(super) fn new(decoding: Decoding) -> Self {
        Self {
            decoding,
            length: 0,
            content: (0, 0),
            offset: 0,
            line: 1,
            line_start: 0,
        }
    }

    /// The content of the current token.
    pub(super) fn slice(&self) -> &str {
        &self.decoding.rest()[self.content.0..self.content.1]
    }

    /// Line and column of the current token, both from 1; the column counts bytes of UTF-8.
    pub(super) fn place(&self) -> (u64, u64) {
        (self.line, self.offset - self.line_start + 1)
    }

    /// Moves on to the next token.
    pub(super) fn next(&mut self) -> Result<Token, Fault> {
        self.consume(self.length);
        self.length = 0;
        self.skip_blanks()?;
        let Some(&first) = self.decoding.rest().as_bytes().first() else {
            self.content = (0, 0);
            return Ok(Token::End);
        };
        let single = |token| Ok((token, 1, (0, 1)));
        let (token, length, content) = match first {
            b'{' => single(Token::ObjectStart),
            b'}' => single(Token::ObjectEnd),
            b'[' => single(Token::ArrayStart),
            b']' => single(Token::ArrayEnd),
            b':' => single(Token::Colon),
            b',' => single(Token::Comma),
            b'"' => self.text(),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word("true", Token::True),
            b'f' => self.word("false", Token::False),
            b'n' => self.word("null", Token::Null),
            b'N' => self.word("NaN", Token::NotFinite),
            b'I' => self.word("Infinity", Token::NotFinite),
            _ => Err(Fault::Unexpected),
        }?;
        (self.length, self.content) = (length, content);
        Ok(token)
    }

    fn consume(&mut self, n: usize) {
        self.decoding.consume(n);
        self.offset += n as u64;
    }

    fn fill(&mut self) -> Result<(), Fault> {
        if self.decoding.rest().len() > LONGEST {
            return Err(Fault::TooLong);
        }
        self.decoding.fill().map_err(Fault::Io)
    }

    fn skip_blanks(&mut self) -> Result<(), Fault> {
        loop {
            let rest = self.decoding.rest().as_bytes();
            let is_blank = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
            let n = rest.iter().take_while(|byte| is_blank(byte)).count();
            let is_all = n == rest.len();
            if let Some(last) = rest[..n].iter().rposition(|byte| *byte == b'\n') {
                #[expect(
                    clippy::naive_bytecount,
                    reason = "a run of blanks is short, and its bytes are looked at anyway"
                )]
                let breaks = rest[..n].iter().filter(|byte| **byte == b'\n').count();
                self.line += breaks as u64;
                self.line_start = self.offset + last as u64 + 1;
            }
            self.consume(n);
            if !is_all || self.decoding.ended() {
                return Ok(());
            }
            self.fill()?;
        }
    }

    fn text(&mut self) -> Result<(Token, usize, (usize, usize)), Fault> {
        // Where to go on after more was read; a quote behind a backslash does not close.
        let (mut at, mut escaped) = (1, false);
        loop {
            let rest = self.decoding.rest().as_bytes();
            while let Some(byte) = rest.get(at) {
                match byte {
                    b'"' => return Ok((Token::Text { escaped }, at + 1, (1, at))),
                    b'\\' if at + 1 == rest.len() => break,
                    b'\\' => {
                        escaped = true;
                        at += 2;
                    }
                    _ => at += 1,
                }
            }
            if self.decoding.ended() {
                return Err(Fault::CutOff);
            }
            self.fill()?;
        }
    }

    fn number(&mut self) -> Result<(Token, usize, (usize, usize)), Fault> {
        loop {
            let rest = self.decoding.rest().as_bytes();
            let is_part =
                |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
            let n = rest.iter().take_while(|byte| is_part(byte)).count();
            if n == rest.len() && !self.decoding.ended() {
                self.fill()?;
                continue;
            }
            if n == 1 && rest.starts_with(b"-I") {
                return self.word("-Infinity", Token::NotFinite);
            }
            if !is_number(&rest[..n]) {
                return Err(Fault::Number);
            }
            return Ok((Token::Number, n, (0, n)));
        }
    }

    fn word(
        &mut self,
        word: &'static str,
        token: Token,
    ) -> Result<(Token, usize, (usize, usize)), Fault> {
        loop {
            let rest = self.decoding.rest();
            if rest.starts_with(word) {
                return Ok((token, word.len(), (0, word.len())));
            }
            if !word.starts_with(rest) {
                return Err(Fault::Unexpected);
            }
            if self.decoding.ended() {
                return Err(Fault::CutOff);
            }
            self.fill()?;
        }
    }
}

/// Whether bytes are a number of JSON, all of them.
fn is_number(bytes: &[u8]) -> bool {
    fn digits(bytes: &[u8]) -> Option<&[u8]> {
        let n = bytes
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        (n > 0).then(|| &bytes[n..])
    }
    let rest = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let whole = match rest {
        [b'0', after @ ..] => Some(after),
        _ => digits(rest),
    };
    let Some(mut rest) = whole else { return false };
    if let [b'.', after @ ..] = rest {
        let Some(after) = digits(after) else {
            return false;
        };
        rest = after;
    }
    if let [b'e' | b'E', after @ ..] = rest {
        let unsigned = match after {
            [b'+' | b'-', unsigned @ ..] => unsigned,
            _ => after,
        };
        let Some(after) = digits(unsigned) else {
            return false;
        };
        rest = after;
    }
    rest.is_empty()
}

/// Appends the content of a string without its escapes. Half a surrogate pair, which is no character, becomes U+FFFD;
/// gives how many. None where an escape is none.
pub(super) fn unescape(content: &str, out: &mut String) -> Option<u64> {
    let (mut rest, mut lost) = (content, 0);
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let mut after = rest[at + 1..].chars();
        let plain = match after.next()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            same @ ('"' | '\\' | '/') => same,
            'u' => {
                let (character, behind) = code_point(after.as_str())?;
                lost += u64::from(character.is_none());
                out.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
                rest = behind;
                continue;
            }
            _ => return None,
        };
        out.push(plain);
        rest = after.as_str();
    }
    out.push_str(rest);
    Some(lost)
}

/// The character of the four digits behind `\u`, or of a pair of such, and what stands behind.
fn code_point(text: &str) -> Option<(Option<char>, &str)> {
    fn unit(text: &str) -> Option<(u32, &str)> {
        let (digits, behind) = (text.get(..4)?, text.get(4..)?);
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| Some((u32::from_str_radix(digits, 16).ok()?, behind)))?
    }
    let (first, behind) = unit(text)?;
    if !(0xD800..0xDC00).contains(&first) {
        return Some((char::from_u32(first), behind));
    }
    let second = behind.strip_prefix("\\u").and_then(unit);
    match second {
        Some((second @ 0xDC00..0xE000, behind)) => {
            let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            Some((char::from_u32(code), behind))
        }
        _ => Some((None, behind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_standard() {
        for text in ["0", "-0", "12", "0.5", "-1.50", "1e5", "1E+5", "1.25e-07"] {
            assert!(is_number(text.as_bytes()), "{text}");
        }
        for text in [
            "", "-", "01", "1.", ".5", "1e", "1e+", "1.2.3", "1-2", "--1", "+1",
        ] {
            assert!(!is_number(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn escapes_stand_for_characters() {
        for (content, text, lost) in [
            (r#"a\"b\\\/"#, "a\"b\\/", 0),
            (r"\n\t\r\b\f", "\n\t\r\u{8}\u{c}", 0),
            (r"\u5546\u54c1", "商品", 0),
            (r"\ud83d\ude9a!", "🚚!", 0),
            (r"\ud83dx", "\u{fffd}x", 1),
            (r"\ude9a", "\u{fffd}", 1),
            (r"\ud83d\u0041", "\u{fffd}A", 1),
        ] {
            let mut out = String::new();
            assert_eq!(unescape(content, &mut out), Some(lost), "{content}");
            assert_eq!(out, text, "{content}");
        }
        for content in [r"\x", r"\u12", r"\u12g4", "\\", r"\u+123"] {
            assert_eq!(unescape(content, &mut String::new()), None, "{content}");
        }
    }
}
