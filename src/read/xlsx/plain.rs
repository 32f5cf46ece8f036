//! Cells written the way that nearly all are, read at one go.
//!
//! `<c r="B2" s="1"><v>7</v></c>` and `<c r="A2" t="inlineStr"><is><t>mug</t></is></c>` are most of the bytes of a sheet.
//! What is written in any other way, or is not all there, is left to the scanner of markup, which reads everything: both
//! must understand a cell in the same way. Knows nothing of what values mean.

use crate::read::xlsx::cell::Stored;

/// A cell at the start of some markup.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PlainCell<'a> {
    /// Counted from 0; none where it has no address.
    pub(super) column: Option<u32>,
    pub(super) style: usize,
    pub(super) stored: Stored,
    /// As written.
    pub(super) value: &'a str,
    /// May hold entities, escapes or carriage returns.
    pub(super) is_escaped: bool,
    /// Bytes of the whole cell.
    pub(super) length: usize,
}

/// Digits of a style number that are read here; no workbook has as many styles.
const STYLE_DIGITS: usize = 6;

/// The cell that begins the text, if it is plain and whole.
pub(super) fn cell(text: &str) -> Option<PlainCell<'_>> {
    let bytes = text.as_bytes();
    let (mut column, mut style, mut stored) = (None, 0, Stored::Number);
    let mut at = "<c".len();
    if !bytes.starts_with(b"<c") {
        return None;
    }
    while let [b' ', name, b'=', b'"', rest @ ..] = bytes.get(at..)? {
        let length = match name {
            b'r' => {
                let (found, length) = address(rest)?;
                column = Some(found);
                length
            }
            b's' => {
                let length = rest
                    .iter()
                    .take(STYLE_DIGITS)
                    .take_while(|byte| byte.is_ascii_digit())
                    .count();
                style = number(&rest[..length]);
                length
            }
            b't' => {
                let length = rest.iter().take(12).position(|byte| *byte == b'"')?;
                stored = Stored::of(&rest[..length]);
                length
            }
            _ => return None,
        };
        if rest.get(length) != Some(&b'"') {
            return None;
        }
        at += " r=\"\"".len() + length;
    }
    let inside = bytes.get(at..)?;
    let found = |value, is_escaped, length| PlainCell {
        column,
        style,
        stored,
        value,
        is_escaped,
        length,
    };
    if inside.starts_with(b"/>") {
        return Some(found("", false, at + "/>".len()));
    }
    let start = at + opening(inside)?;
    let (length, is_escaped) = value(&bytes[start..])?;
    let end = start + length;
    Some(found(
        &text[start..end],
        is_escaped,
        end + closing(&bytes[end..])?,
    ))
}

/// The length of what stands before a value.
fn opening(bytes: &[u8]) -> Option<usize> {
    const PLAIN: &[u8; 4] = b"><v>";
    const TEXT: &[u8; 8] = b"><is><t>";
    const SPACED: &[u8; 29] = b"><is><t xml:space=\"preserve\">";
    if bytes.starts_with(PLAIN) {
        Some(PLAIN.len())
    } else if bytes.starts_with(TEXT) {
        Some(TEXT.len())
    } else {
        bytes.starts_with(SPACED).then_some(SPACED.len())
    }
}

/// The length of what stands after a value. It need not match what stood before: nothing else that is well-formed can.
fn closing(bytes: &[u8]) -> Option<usize> {
    const PLAIN: &[u8; 8] = b"</v></c>";
    const TEXT: &[u8; 13] = b"</t></is></c>";
    if bytes.starts_with(PLAIN) {
        Some(PLAIN.len())
    } else {
        bytes.starts_with(TEXT).then_some(TEXT.len())
    }
}

/// The column of the address that begins the bytes, counted from 0, and the length of the address.
fn address(bytes: &[u8]) -> Option<(u32, usize)> {
    let (mut column, mut length) = (0_u32, 0);
    while let Some(letter @ b'A'..=b'Z') = bytes.get(length) {
        column = column * 26 + u32::from(letter - b'A') + 1;
        length += 1;
        if length > 3 {
            return None;
        }
    }
    let digits = bytes[length..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    Some((column.checked_sub(1)?, length + digits))
}

/// The number that a few digits write.
fn number(digits: &[u8]) -> usize {
    digits
        .iter()
        .fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'))
}

/// The length of the value that begins the bytes, up to the next tag, and whether it may hold escapes.
fn value(bytes: &[u8]) -> Option<(usize, bool)> {
    let stops = |byte: &u8| matches!(byte, b'<' | b'&' | b'_' | b'\r');
    let first = bytes.iter().position(stops)?;
    if bytes[first] == b'<' {
        return Some((first, false));
    }
    let more = bytes[first..].iter().position(|byte| *byte == b'<')?;
    Some((first + more, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_cells_are_read_and_others_left() {
        let plain = |column, style, stored, value, is_escaped, length| {
            Some(PlainCell {
                column,
                style,
                stored,
                value,
                is_escaped,
                length,
            })
        };
        let cases = [
            (
                r#"<c r="AB12" s="31"><v>7.5</v></c><c"#,
                plain(Some(27), 31, Stored::Number, "7.5", false, 33),
            ),
            (
                r#"<c t="s"><v>4</v></c>"#,
                plain(None, 0, Stored::Shared, "4", false, 21),
            ),
            (
                r#"<c r="A1" t="inlineStr"><is><t>a &lt; b</t></is></c>"#,
                plain(Some(0), 0, Stored::Text, "a &lt; b", true, 52),
            ),
            (
                r#"<c t="inlineStr"><is><t xml:space="preserve"> é</t></is></c>"#,
                plain(None, 0, Stored::Text, " é", false, 61),
            ),
            (
                r#"<c r="XFD1" s="2"/>"#,
                plain(Some(16_383), 2, Stored::Number, "", false, 19),
            ),
            (r#"<c r="A1" cm="1"><v>7</v></c>"#, None),
            (r"<c r='A1'><v>7</v></c>", None),
            (r#"<c r="A1"><f>1+1</f><v>2</v></c>"#, None),
            (r#"<c r="A1"><v>7<!-- --></v></c>"#, None),
            (r#"<c t="inlineStr"><is><r><t>a</t></r></is></c>"#, None),
            (r#"<c r="1"><v>7</v></c>"#, None),
            (r#"<c r="ABCD1"><v>7</v></c>"#, None),
            (r#"<c s="1234567"><v>7</v></c>"#, None),
            ("<cols></cols>", None),
            ("<c:v></c:v>", None),
        ];
        for (text, expected) in cases {
            assert_eq!(cell(text), expected, "{text}");
            // A cell that is cut short anywhere is not yet one.
            let whole = expected.map_or(0, |found| found.length);
            for length in (0..whole).filter(|length| text.is_char_boundary(*length)) {
                assert_eq!(cell(&text[..length]), None, "{}", &text[..length]);
            }
        }
    }
}
