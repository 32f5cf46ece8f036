//! What bytes and archive listings are, told by their content. Pure functions.

use encoding_rs::GB18030;
use std::borrow::Cow;

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Magic {
    Gzip,
    Zip,
    /// OLE2: old Excel workbooks, and new ones with a password.
    CompoundFile,
    /// Recognised, and nothing that a report comes in.
    Foreign {
        what: &'static str,
        remedy: &'static str,
    },
    /// Nothing known: perhaps text.
    Other,
}

const EXPORT: &str = "export the report as CSV or Excel instead";
const UNPACK: &str = "unpack it and use the file inside";

const FOREIGN: &[(&[u8], &str, &str)] = &[
    (b"%PDF", "a PDF document", EXPORT),
    (b"\x89PNG", "an image", EXPORT),
    (b"\xFF\xD8\xFF", "an image", EXPORT),
    (b"GIF8", "an image", EXPORT),
    (b"{\\rtf", "a text document (RTF)", EXPORT),
    (b"Rar!\x1A\x07", "a RAR archive", UNPACK),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive", UNPACK),
    (b"BZh", "a bzip2 archive", UNPACK),
    (b"\xFD7zXZ\0", "an xz archive", UNPACK),
    (b"\x28\xB5\x2F\xFD", "a zstd archive", UNPACK),
    (b"PAR1", "a Parquet file", EXPORT),
    (b"SQLite format 3\0", "a database", EXPORT),
];

pub(super) fn magic(head: &[u8]) -> Magic {
    match head {
        [0x1F, 0x8B, 8, ..] => return Magic::Gzip,
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => return Magic::Zip,
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => return Magic::CompoundFile,
        _ if head.get(257..262) == Some(b"ustar") => {
            return Magic::Foreign {
                what: "a tar archive",
                remedy: UNPACK,
            };
        }
        _ => {}
    }
    let found = FOREIGN.iter().find(|(magic, ..)| head.starts_with(magic));
    found.map_or(Magic::Other, |(_, what, remedy)| Magic::Foreign {
        what,
        remedy,
    })
}

/// Whether a compound file is the shell that Excel puts around an encrypted workbook: its directory names the stream.
pub(super) fn is_encrypted_workbook(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    // Directory entries stand at multiples of 128 bytes, and their name comes first.
    bytes.chunks(128).any(|entry| entry.starts_with(&name))
}

/// What a zip archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    Xlsx,
    Xlsb,
    Ods,
    Foreign {
        what: &'static str,
        remedy: &'static str,
    },
    Archive,
}

pub(super) fn nature<'a>(names: impl Iterator<Item = &'a str>) -> Nature {
    let mut nature = Nature::Archive;
    let (mut typed, mut in_xl, mut mimetype, mut content) = (false, false, false, false);
    for name in names {
        let name = name.replace('\\', "/").to_lowercase();
        typed = typed || name == "[content_types].xml";
        in_xl = in_xl || name.starts_with("xl/");
        mimetype = mimetype || name == "mimetype";
        content = content || name == "content.xml";
        match &*name {
            "xl/workbook.bin" => nature = Nature::Xlsb,
            "word/document.xml" => {
                nature = Nature::Foreign {
                    what: "a Word document",
                    remedy: EXPORT,
                }
            }
            "ppt/presentation.xml" => {
                nature = Nature::Foreign {
                    what: "a PowerPoint document",
                    remedy: EXPORT,
                }
            }
            "index/document.iwa" => {
                nature = Nature::Foreign {
                    what: "an Apple Numbers document",
                    remedy: EXPORT,
                }
            }
            _ => {}
        }
    }
    match nature {
        Nature::Archive if typed && in_xl => Nature::Xlsx,
        Nature::Archive if mimetype && content => Nature::Ods,
        nature => nature,
    }
}

/// What a decoded text begins like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextNature {
    Html,
    Xml,
    Json,
    Rows,
}

pub(super) fn text_nature(text: &str) -> TextNature {
    let text = text
        .trim_start_matches(|character: char| character.is_whitespace() || character == '\u{FEFF}');
    let opens = |tag: &str| {
        text.get(..tag.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(tag))
    };
    if opens("<!doctype html") || opens("<html") || opens("<head") || opens("<body") {
        return TextNature::Html;
    }
    if opens("<?xml") || opens("<!doctype") || opens("<!--") {
        let is_page = text.to_ascii_lowercase().contains("<html");
        return if is_page {
            TextNature::Html
        } else {
            TextNature::Xml
        };
    }
    // An element that stands there without a declaration before it; a cell may begin with the sign alone.
    let is_element = text.starts_with('<')
        && text[1..].starts_with(|c: char| c.is_ascii_alphabetic())
        && (text.contains("</") || text.contains("/>"));
    if is_element {
        return TextNature::Xml;
    }
    let next = |open: char| {
        text.strip_prefix(open)
            .map(|rest| rest.trim_start().chars().next())
    };
    match (next('{'), next('[')) {
        (Some(Some('"' | '}')), _) | (_, Some(Some('{' | '[' | ']'))) => TextNature::Json,
        _ => TextNature::Rows,
    }
}

/// Whether a member of an archive is a file that someone put there, not what an operating system or Excel left behind.
pub(super) fn is_wanted(member: &str) -> bool {
    let name = file_name(member);
    let left_behind = member
        .replace('\\', "/")
        .split('/')
        .any(|step| step == "__MACOSX")
        || matches!(name, ".DS_Store" | "Thumbs.db" | "desktop.ini")
        || name.starts_with("~$")
        || name.starts_with("._");
    !left_behind && !name.is_empty()
}

/// The name after the last folder, of whichever system.
pub(super) fn file_name(member: &str) -> &str {
    member.rsplit(['/', '\\']).next().unwrap_or(member)
}

/// A member's name. Archives made by Windows in China hold GBK without saying so.
pub(super) fn decoded_name(raw: &[u8]) -> String {
    if let Ok(name) = std::str::from_utf8(raw) {
        return name.to_owned();
    }
    let name = GB18030.decode_without_bom_handling_and_without_replacement(raw);
    name.map_or_else(
        || String::from_utf8_lossy(raw).into_owned(),
        Cow::into_owned,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_by_how_they_begin() {
        let cases = [
            ("\u{FEFF}\n <!DOCTYPE HTML PUBLIC", TextNature::Html),
            ("<html lang=en>", TextNature::Html),
            ("<?xml version='1.0'?><html>", TextNature::Html),
            ("<?xml version='1.0'?><Workbook>", TextNature::Xml),
            ("<a><b>1</b></a>", TextNature::Xml),
            ("<5%,x\n", TextNature::Rows),
            ("<b>,x\n", TextNature::Rows),
            ("{\n \"a\": 1}", TextNature::Json),
            ("[{\"a\":1}]", TextNature::Json),
            ("[ ]", TextNature::Json),
            ("{}", TextNature::Json),
            ("[\"Weekly\"],x", TextNature::Rows),
            ("{a},b", TextNature::Rows),
            ("sku\tasin", TextNature::Rows),
            ("é", TextNature::Rows),
        ];
        for (text, nature) in cases {
            assert_eq!(text_nature(text), nature, "{text}");
        }
    }

    #[test]
    fn archives_are_told_by_their_members() {
        let cases: &[(&[&str], Nature)] = &[
            (&["[Content_Types].xml", "xl/workbook.xml"], Nature::Xlsx),
            (&["[Content_Types].xml", "xl/workbook.bin"], Nature::Xlsb),
            (&["mimetype", "content.xml"], Nature::Ods),
            (&["a.csv", "xl/b.csv"], Nature::Archive),
        ];
        for (names, expected) in cases {
            assert_eq!(nature(names.iter().copied()), *expected);
        }
    }

    #[test]
    fn members_are_named_and_chosen() {
        for (member, name, wanted) in [
            ("a/b.csv", "b.csv", true),
            ("__MACOSX/a/._b.csv", "._b.csv", false),
            ("a\\.DS_Store", ".DS_Store", false),
            ("~$x.xlsx", "~$x.xlsx", false),
            ("../../etc/passwd", "passwd", true),
        ] {
            assert_eq!((file_name(member), is_wanted(member)), (name, wanted));
        }
        let (gbk, ..) = GB18030.encode("商品推广.csv");
        assert_eq!(decoded_name(&gbk), "商品推广.csv");
    }
}
