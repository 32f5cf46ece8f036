//! Which encoding a text file is in, by the evidence of all its bytes.
//!
//! A byte-order mark, NULs on one side or valid UTF-8 decide; what is left is an older encoding. Knows nothing of markets
//! or reports.

use crate::model::id;
use crate::model::id::ContentId;
use crate::model::market::Market;
use crate::read::legacy_encoding;
use encoding_rs::DecoderResult;
use encoding_rs::Encoding;
use encoding_rs::UTF_8;
use encoding_rs::UTF_16BE;
use encoding_rs::UTF_16LE;
use std::io;
use std::io::Read;
use std::str;

/// Valid UTF-8 characters per broken byte from which a file is damaged UTF-8 rather than something else.
const UTF8_PER_FAULT: u64 = 20;

/// The bytes of one file, counted once.
pub(super) struct Survey {
    pub(super) content_id: ContentId,
    pub(super) size: u64,
    head: Vec<u8>,
    /// Bytes that are neither white space nor NUL.
    pub(super) has_ink: bool,
    /// NUL bytes at even and at odd offsets.
    nuls: [u64; 2],
    /// Non-ASCII characters and faults when read as UTF-8.
    characters: u64,
    faults: u64,
    replacements: u64,
    /// Where the report is from, as far as that is known before it is opened.
    pub(super) market: Option<Market>,
}

/// An encoding and what it cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) encoding: &'static Encoding,
    /// Characters that could not be decoded.
    pub(super) lost: u64,
    /// Replacement characters that the file brought along.
    pub(super) replacements: u64,
    /// What speaks for the encoding, for people.
    pub(super) why: &'static str,
}

/// The hash and the size of bytes that are no text.
pub(super) fn fingerprint(mut reader: impl Read) -> io::Result<(ContentId, u64)> {
    let mut hasher = blake3::Hasher::new();
    let size = io::copy(&mut reader, &mut hasher)?;
    Ok((ContentId::of(id::short(&hasher.finalize())), size))
}

/// Reads everything once.
pub(super) fn survey(mut reader: impl Read) -> io::Result<Survey> {
    let mut hasher = blake3::Hasher::new();
    let mut seen = Survey {
        content_id: ContentId::of(""),
        size: 0,
        head: Vec::new(),
        has_ink: false,
        nuls: [0; 2],
        characters: 0,
        faults: 0,
        replacements: 0,
        market: None,
    };
    let mut block = vec![0; 256 << 10];
    let mut carried = 0;
    loop {
        let n = match reader.read(&mut block[carried..]) {
            Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        let fresh = &block[carried..carried + n];
        hasher.update(fresh);
        seen.count(fresh);
        let held = &block[..carried + n];
        if held.is_ascii() && n > 0 {
            carried = 0;
            continue;
        }
        let left = seen.count_utf8(held, n == 0);
        let from = held.len() - left;
        block.copy_within(from..from + left, 0);
        carried = left;
        if n == 0 {
            break;
        }
    }
    seen.content_id = ContentId::of(id::short(&hasher.finalize()));
    Ok(seen)
}

impl Survey {
    fn count(&mut self, fresh: &[u8]) {
        if self.head.len() < 4 {
            self.head.extend(fresh.iter().take(4 - self.head.len()));
        }
        self.has_ink = self.has_ink
            || fresh
                .iter()
                .any(|byte| !byte.is_ascii_whitespace() && *byte != 0);
        if fresh.contains(&0) {
            for (offset, byte) in (self.size..).zip(fresh) {
                self.nuls[usize::from(offset % 2 == 1)] += u64::from(*byte == 0);
            }
        }
        self.size += fresh.len() as u64;
    }

    /// Counts characters and faults, and gives how many bytes at the end begin a character that is not complete.
    fn count_utf8(&mut self, mut bytes: &[u8], last: bool) -> usize {
        loop {
            let (valid, fault) = match str::from_utf8(bytes) {
                Ok(text) => (text, None),
                Err(why) => {
                    let (valid, rest) = bytes.split_at(why.valid_up_to());
                    (
                        str::from_utf8(valid).unwrap_or_default(),
                        Some((rest, why.error_len())),
                    )
                }
            };
            self.characters += valid.bytes().filter(|byte| *byte >= 0xC0).count() as u64;
            self.replacements += valid.matches('\u{FFFD}').count() as u64;
            match fault {
                None => return 0,
                Some((rest, Some(length))) => {
                    self.faults += 1;
                    bytes = &rest[length..];
                }
                Some((rest, None)) if last => {
                    self.faults += u64::from(!rest.is_empty());
                    return 0;
                }
                Some((rest, None)) => return rest.len(),
            }
        }
    }

    /// The encoding, or none where the bytes are not text. `reader` starts anew; it is read only without a clear sign.
    pub(super) fn verdict(&self, reader: impl Read) -> io::Result<Option<Verdict>> {
        let utf8 = Verdict {
            encoding: UTF_8,
            lost: self.faults,
            replacements: self.replacements,
            why: match (self.faults, self.characters) {
                (0, 0) => "all its characters are plain ASCII",
                (0, _) => "all its bytes are valid UTF-8",
                _ => "nearly all its bytes are valid UTF-8",
            },
        };
        if let Some((encoding, _)) = Encoding::for_bom(&self.head) {
            let why = "it begins with a byte order mark";
            if encoding == UTF_8 {
                return Ok((self.nuls == [0, 0]).then_some(Verdict { why, ..utf8 }));
            }
            return decode_all(encoding, why, reader).map(Some);
        }
        if self.nuls != [0, 0] {
            let Some(encoding) = self.utf16_without_mark() else {
                return Ok(None);
            };
            let why = "every other byte of its separators and digits is nought";
            let verdict = decode_all(encoding, why, reader)?;
            return Ok((verdict.lost == 0).then_some(verdict));
        }
        if self.faults == 0 || self.characters > self.faults * UTF8_PER_FAULT {
            return Ok(Some(utf8));
        }
        legacy_encoding::verdict(self.size, reader, self.market)
    }

    /// UTF-16 text of reports has separators and digits, whose high byte is NUL: all NULs are on one side.
    fn utf16_without_mark(&self) -> Option<&'static Encoding> {
        match self.nuls {
            _ if self.size % 2 == 1 => None,
            [0, odd] if odd * 20 > self.size => Some(UTF_16LE),
            [even, 0] if even * 20 > self.size => Some(UTF_16BE),
            _ => None,
        }
    }
}

/// Decodes everything to count what is lost.
fn decode_all(
    encoding: &'static Encoding,
    why: &'static str,
    mut reader: impl Read,
) -> io::Result<Verdict> {
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let mut block = vec![0; 64 << 10];
    let mut text = String::with_capacity(256 << 10);
    let mut verdict = Verdict {
        encoding,
        lost: 0,
        replacements: 0,
        why,
    };
    loop {
        let n = match reader.read(&mut block) {
            Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        let mut bytes = &block[..n];
        loop {
            text.clear();
            let (result, read) =
                decoder.decode_to_string_without_replacement(bytes, &mut text, n == 0);
            verdict.replacements += text.matches('\u{FFFD}').count() as u64;
            bytes = &bytes[read..];
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => verdict.lost += 1,
            }
        }
        if n == 0 {
            return Ok(verdict);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::EUC_JP;
    use encoding_rs::GB18030;
    use encoding_rs::SHIFT_JIS;
    use encoding_rs::WINDOWS_1252;

    fn verdict(bytes: &[u8]) -> Option<Verdict> {
        survey(bytes).unwrap().verdict(bytes).unwrap()
    }

    /// The encoding, how many characters are lost, and how many replacement characters there are.
    fn told(bytes: &[u8]) -> Option<(&'static Encoding, u64, u64)> {
        verdict(bytes).map(|verdict| (verdict.encoding, verdict.lost, verdict.replacements))
    }

    #[test]
    fn the_bytes_decide() {
        let cases: &[(&[u8], Option<&'static Encoding>, u64, u64)] = &[
            (b"sku,asin\n", Some(UTF_8), 0, 0),
            (b"\xEF\xBB\xBFsku,n\xC3\xA4me\n", Some(UTF_8), 0, 0),
            ("sku,\u{FFFD}\n".as_bytes(), Some(UTF_8), 0, 1),
            (b"\xEF\xBB\xBFsku,n\xE4me\n", Some(UTF_8), 1, 0),
            (b"\xFF\xFEs\0k\0u\0", Some(UTF_16LE), 0, 0),
            (b"\xFE\xFF\0s\0k\0u", Some(UTF_16BE), 0, 0),
            (b"s\0k\0u\0\t\0a\0\n\0", Some(UTF_16LE), 0, 0),
            (b"\0s\0k\0u\0\t\0a\0\n", Some(UTF_16BE), 0, 0),
            (b"sku\0\0\0\x01\x02", None, 0, 0),
            (
                b"st\xFCck;gr\xF6\xDFe;\x84x\x93\x80\n",
                Some(WINDOWS_1252),
                0,
                0,
            ),
            (
                b"Quantit\xE9 exp\xE9di\xE9e;pr\xE9nom\nd\xE9j\xE0;\xE9t\xE9\n",
                Some(WINDOWS_1252),
                0,
                0,
            ),
            (b"title\n\xA0x\x81\n", Some(WINDOWS_1252), 1, 0),
        ];
        for (bytes, encoding, lost, replacements) in cases {
            let expected = encoding.map(|encoding| (encoding, *lost, *replacements));
            assert_eq!(told(bytes), expected, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn asian_text_is_told_apart() {
        let japanese = "日付\tキャンペーン名\tインプレッション\n2026-01-31\tしょうが調味料\t12\n";
        let kanji = "sku\ttitle\nA\t生姜調味料\nB\t業務用食品\n";
        let chinese = "日期,广告活动名称,展示量\n2026-01-31,露营灯 户外照明,12\n";
        let english_header =
            "date,campaign,impressions\n2026-01-31,商品推广 自动,12\n2026-02-01,plain,3\n";
        let cases = [
            (SHIFT_JIS, japanese),
            (EUC_JP, japanese),
            (SHIFT_JIS, kanji),
            (GB18030, chinese),
            (GB18030, english_header),
        ];
        for (encoding, text) in cases {
            let (bytes, _, unmappable) = encoding.encode(text);
            assert!(!unmappable);
            assert_eq!(verdict(&bytes).unwrap().encoding, encoding, "{text}");
        }
    }

    #[test]
    fn losses_are_counted_in_the_encoding_that_is_taken() {
        let text = "日期,广告活动名称\n2026-01-31,露营灯\u{FFFD}户外\n";
        let (bytes, ..) = GB18030.encode(text);
        for (bytes, lost, replacements) in [
            (bytes.to_vec(), 0, 1),
            ([&bytes, &b"\xFF\n"[..]].concat(), 1, 1),
        ] {
            let expected = (GB18030, lost, replacements);
            assert_eq!(told(&bytes), Some(expected), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn characters_split_between_blocks_are_whole() {
        let text = format!("{}é{}", "a".repeat((256 << 10) - 1), "ü".repeat(300_000));
        assert_eq!(told(text.as_bytes()), Some((UTF_8, 0, 0)));
    }
}
