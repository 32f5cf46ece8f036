//! Which encoding a text is in that is not Unicode.
//!
//! Windows-1252 is assumed (it is what Amazon writes outside of Asia) unless the decoded text shows that it is Japanese or
//! Chinese: accents stand alone between ASCII letters, while ideographs and kana stand side by side. `Shift_JIS` decodes
//! most Western texts without a fault, so that decoding well is no evidence for it. Of the marketplace it only asks where the bytes leave two open. Knows no report.

use crate::model::market::Market;
use crate::read::encoding::Verdict;
use chardetng::EncodingDetector;
use chardetng::Iso2022JpDetection;
use chardetng::Utf8Detection;
use encoding_rs::BIG5;
use encoding_rs::DecoderResult;
use encoding_rs::EUC_JP;
use encoding_rs::EUC_KR;
use encoding_rs::Encoding;
use encoding_rs::GB18030;
use encoding_rs::GBK;
use encoding_rs::SHIFT_JIS;
use encoding_rs::WINDOWS_1250;
use encoding_rs::WINDOWS_1252;
use encoding_rs::WINDOWS_1254;
use std::io;
use std::io::Read;

/// Bytes of lines with non-ASCII characters that a guess is based on.
const SAMPLE: usize = 256 << 10;

/// The encoding of a text of `size` bytes, or none where it holds too many control characters to be text.
pub(super) fn verdict(
    size: u64,
    reader: impl Read,
    market: Option<Market>,
) -> io::Result<Option<Verdict>> {
    let mut legacy = Legacy::default();
    legacy.read(reader)?;
    if legacy.n_controls() * 20 > size {
        return Ok(None);
    }
    let (encoding, why) = legacy.guess(market);
    let (lost, replacements) = legacy.losses(encoding);
    Ok(Some(Verdict {
        encoding,
        lost,
        replacements,
        why,
    }))
}

/// What is known of a file in some single- or double-byte encoding.
#[derive(Default)]
struct Legacy {
    /// The first lines that have non-ASCII bytes.
    sample: Vec<u8>,
    /// Characters that are lost and replacement characters that are there, by candidate, over the whole file.
    losses: Vec<(&'static Encoding, (u64, u64))>,
    /// How often each byte is there, over the whole file.
    bytes: Vec<u64>,
}

const CANDIDATES: &[&Encoding] = &[SHIFT_JIS, EUC_JP, GB18030, BIG5, EUC_KR];

impl Legacy {
    fn read(&mut self, mut reader: impl Read) -> io::Result<()> {
        let mut block = Vec::new();
        self.bytes = vec![0; 256];
        let mut counters: Vec<_> = CANDIDATES
            .iter()
            .map(|e| (*e, e.new_decoder_without_bom_handling(), (0, 0)))
            .collect();
        let mut line: Vec<u8> = Vec::new();
        let mut text = String::with_capacity(512 << 10);
        loop {
            block.clear();
            (&mut reader).take(64 << 10).read_to_end(&mut block)?;
            let last = block.is_empty();
            for byte in &block {
                self.bytes[usize::from(*byte)] += 1;
            }
            for piece in block.split_inclusive(|byte| matches!(byte, b'\n' | b'\r' | b'\t')) {
                line.extend_from_slice(piece);
                if piece.ends_with(b"\n") || piece.ends_with(b"\r") || line.len() > SAMPLE {
                    self.keep(&mut line);
                }
            }
            for (_, decoder, (lost, replacements)) in &mut counters {
                let mut bytes = &block[..];
                loop {
                    text.clear();
                    let (result, read) =
                        decoder.decode_to_string_without_replacement(bytes, &mut text, last);
                    bytes = &bytes[read..];
                    *replacements += text.matches('\u{FFFD}').count() as u64;
                    match result {
                        DecoderResult::InputEmpty => break,
                        DecoderResult::OutputFull => {}
                        DecoderResult::Malformed(..) => *lost += 1,
                    }
                }
            }
            if last {
                self.keep(&mut line);
                self.losses = counters
                    .into_iter()
                    .map(|(encoding, _, losses)| (encoding, losses))
                    .collect();
                return Ok(());
            }
        }
    }

    fn keep(&mut self, line: &mut Vec<u8>) {
        if !line.is_ascii() && self.sample.len() < SAMPLE {
            self.sample.extend_from_slice(line);
        }
        line.clear();
    }

    fn n_controls(&self) -> u64 {
        let all = (0..=u8::MAX).zip(&self.bytes);
        all.filter(|(byte, _)| is_control(*byte))
            .map(|(_, count)| count)
            .sum()
    }

    fn lost_as(&self, encoding: &'static Encoding) -> u64 {
        self.losses(encoding).0
    }

    /// Characters that are lost, and replacement characters that the file brought along. Of an encoding of single bytes the
    /// lost ones are those that it does not define.
    fn losses(&self, encoding: &'static Encoding) -> (u64, u64) {
        if encoding.is_single_byte() {
            let all = (0..=u8::MAX).zip(&self.bytes).skip(0x80);
            let lost = all.filter(|(byte, _)| is_undefined(encoding, *byte));
            return (lost.map(|(_, count)| count).sum(), 0);
        }
        self.losses
            .iter()
            .find(|(candidate, _)| *candidate == encoding)
            .map_or((0, 0), |(_, losses)| *losses)
    }

    /// The encoding, and what speaks for it.
    fn guess(&self, market: Option<Market>) -> (&'static Encoding, &'static str) {
        let market = market.map(Market::code);
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(&self.sample, true);
        let guessed = match detector.guess(None, Utf8Detection::Deny) {
            guessed if guessed == GBK => GB18030,
            guessed => guessed,
        };
        let told_by = |domain: &str| detector.guess(Some(domain.as_bytes()), Utf8Detection::Deny);
        let paired = pairs_of_high_bytes(&self.sample);
        // A few broken characters are forgiven to an otherwise clear text: users cut files with tools that count bytes.
        let sound = |encoding, script: &Script| {
            script.letters > 50 * self.lost_as(encoding) && script.stands_together()
        };
        let shift_jis = Script::of(SHIFT_JIS, &self.sample);
        if sound(SHIFT_JIS, &shift_jis) && (shift_jis.kana >= 2 || guessed == SHIFT_JIS) {
            return (SHIFT_JIS, "it is no UTF-8, and reads so as Japanese");
        }
        let euc_jp = Script::of(EUC_JP, &self.sample);
        if paired && sound(EUC_JP, &euc_jp) && euc_jp.kana * 5 >= euc_jp.letters {
            return (EUC_JP, "it is no UTF-8, and reads so as Japanese");
        }
        // A few half-width kana look like anything; a Japanese report is then in the Japanese encoding.
        if market == Some("JP") && self.lost_as(SHIFT_JIS) == 0 {
            return (SHIFT_JIS, "it is no UTF-8, and the marketplace is JP");
        }
        let gb18030 = Script::of(GB18030, &self.sample);
        if sound(GB18030, &gb18030)
            && (paired || guessed == GB18030)
            && ![EUC_KR, BIG5].contains(&guessed)
        {
            return (GB18030, "it is no UTF-8, and reads so as Chinese");
        }
        if [EUC_KR, BIG5].contains(&guessed) && sound(guessed, &Script::of(guessed, &self.sample)) {
            return (guessed, "it is no UTF-8, and reads so as Chinese or Korean");
        }
        // What the bytes leave open, the marketplace decides: letters that other code pages have in the same places.
        match market {
            Some("PL") if told_by("pl") == WINDOWS_1250 => {
                (WINDOWS_1250, "it is no UTF-8, and the marketplace is PL")
            }
            Some("TR") if told_by("tr") == WINDOWS_1254 => {
                (WINDOWS_1254, "it is no UTF-8, and the marketplace is TR")
            }
            _ => (
                WINDOWS_1252,
                "it is no UTF-8, and its accents stand alone as in Western text",
            ),
        }
    }
}

/// Whether a byte stands for nothing; the standard gives it a control character.
fn is_undefined(encoding: &'static Encoding, byte: u8) -> bool {
    let bytes = [byte];
    let (text, _) = encoding.decode_without_bom_handling(&bytes);
    text.chars()
        .any(|c| matches!(c, '\u{80}'..='\u{9F}' | '\u{FFFD}'))
}

fn is_control(byte: u8) -> bool {
    byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0B | 0x0C | 0x1A)
}

/// Whether nearly all runs of non-ASCII bytes are of even length, as in GB2312 and EUC; an accent alone makes a run of one.
fn pairs_of_high_bytes(bytes: &[u8]) -> bool {
    let (mut even, mut odd) = (0_usize, 0_usize);
    for run in bytes.split(u8::is_ascii).filter(|run| !run.is_empty()) {
        if run.len() % 2 == 0 {
            even += 1;
        } else {
            odd += 1;
        }
    }
    even >= 1 && odd * 20 <= even
}

/// How far a decoded text looks like Chinese, Japanese or Korean.
#[derive(Debug, Default)]
struct Script {
    /// Full-width kana, ideographs and syllables.
    letters: u64,
    /// Letters beside another letter.
    together: u64,
    kana: u64,
    /// Characters that such text hardly ever holds: half-width kana, private use.
    odd: u64,
}

impl Script {
    fn of(encoding: &'static Encoding, bytes: &[u8]) -> Self {
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        let mut script = Self::default();
        let (mut before, mut counted) = (false, false);
        for character in text.chars() {
            let kana = matches!(character, '\u{3041}'..='\u{30FF}');
            let letter = kana
                || matches!(character, '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' | '\u{FF10}'..='\u{FF5A}');
            script.kana += u64::from(kana);
            script.odd +=
                u64::from(matches!(character, '\u{FF61}'..='\u{FF9F}' | '\u{E000}'..='\u{F8FF}'));
            script.letters += u64::from(letter);
            if letter && before {
                script.together += if counted { 1 } else { 2 };
                counted = true;
            } else {
                counted = false;
            }
            before = letter;
        }
        script
    }

    fn stands_together(&self) -> bool {
        self.letters >= 2 && self.together * 10 >= (self.letters + self.odd) * 8
    }
}
