//! A moving window of text over encoded bytes.
//!
//! Owns decoding and refilling; knows nothing of rows or markup.

use encoding_rs::Decoder;
use std::io;
use std::io::Read;

/// Encoded bytes taken per refill; while fuzzing so few that refills are met.
const BLOCK: usize = if cfg!(fuzzing) { 64 } else { 128 << 10 };

/// Text that moves forward over a reader: what is consumed is dropped at the next refill.
pub(super) struct Decoding {
    reader: Box<dyn Read + Send>,
    decoder: Decoder,
    block: Vec<u8>,
    text: String,
    at: usize,
    ended: bool,
}

impl Decoding {
    pub(super) fn new(reader: Box<dyn Read + Send>, decoder: Decoder) -> Self {
        Self {
            reader,
            decoder,
            block: vec![0; BLOCK],
            text: String::new(),
            at: 0,
            ended: false,
        }
    }

    /// The text that is not yet consumed, as far as it was read.
    pub(super) fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Whether [`Decoding::rest`] is all that there is.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Steps over the first `n` bytes of the rest.
    pub(super) fn consume(&mut self, n: usize) {
        self.at += n;
    }

    /// Makes the rest longer, or finds the end.
    pub(super) fn fill(&mut self) -> io::Result<()> {
        self.text.drain(..self.at);
        self.at = 0;
        let before = self.text.len();
        while !self.ended && self.text.len() == before {
            let n = match self.reader.read(&mut self.block) {
                Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            self.ended = n == 0;
            // A worst-case reservation makes one call enough: the decoder never stops for want of room.
            let room = self
                .decoder
                .max_utf8_buffer_length(n)
                .unwrap_or(n.saturating_mul(4));
            self.text.reserve(room);
            let _ = self
                .decoder
                .decode_to_string(&self.block[..n], &mut self.text, self.ended);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::Encoding;
    use encoding_rs::SHIFT_JIS;
    use encoding_rs::UTF_8;
    use encoding_rs::UTF_16LE;
    use std::io::Cursor;

    /// Gives one byte at a time, so that every character is split.
    struct Drip(Cursor<Vec<u8>>);

    impl Read for Drip {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let most = buf.len().min(1);
            self.0.read(&mut buf[..most])
        }
    }

    #[test]
    fn split_characters_are_put_together() {
        let cases: &[(&'static Encoding, &[u8], &str)] = &[
            (UTF_8, b"\xEF\xBB\xBFna\xC3\xAFve", "naïve"),
            (UTF_16LE, b"\xFF\xFEa\0\xE4\0", "aä"),
            (SHIFT_JIS, b"\x83L\x83\x83", "キャ"),
            (UTF_8, b"a\xFFb", "a\u{FFFD}b"),
        ];
        for (encoding, bytes, text) in cases {
            let drip = Box::new(Drip(Cursor::new(bytes.to_vec())));
            let mut decoding = Decoding::new(drip, encoding.new_decoder_with_bom_removal());
            while !decoding.ended() {
                decoding.fill().unwrap();
            }
            assert_eq!(decoding.rest(), *text);
        }
    }
}
