//! The text of a part as it moves past the scanner.
//!
//! A large part is unpacked and decoded by a thread of its own, a few blocks ahead of the scanner. That thread uses no
//! pool and waits for nothing but the scanner, so a worker of a pool may wait for it: it always moves on. Knows nothing
//! of markup.

use crate::read::decoding::Decoding;
use crate::read::source::Source;
use encoding_rs::UTF_8;
use encoding_rs::UTF_16BE;
use encoding_rs::UTF_16LE;
use std::io;
use std::io::Cursor;
use std::io::Read;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::Sender;
use std::sync::mpsc::SyncSender;
use std::thread;

/// Unpacked bytes from which a part is worth a thread.
const LARGE: u64 = 2 << 20;
/// Blocks that are made before the scanner asks for them.
const AHEAD: usize = 4;

/// Text that moves forward: what is consumed is dropped at the next refill.
pub(super) struct Window {
    feed: Feed,
    text: String,
    at: usize,
    ended: bool,
}

/// Where the text comes from.
enum Feed {
    Here(Box<Decoding>),
    Ahead {
        blocks: Receiver<io::Result<Block>>,
        /// Blocks that were read go back for their memory.
        spent: Sender<String>,
    },
}

struct Block {
    text: String,
    is_last: bool,
}

impl Window {
    /// A part read where it is asked for: a small one, or one of which only the beginning is wanted.
    pub(super) fn here(part: &Source) -> io::Result<Self> {
        let decoding = decoding(part)?;
        Ok(Self::of(Feed::Here(Box::new(decoding))))
    }

    /// A part that will be read to its end.
    pub(super) fn ahead(part: &Source) -> io::Result<Self> {
        if part.unpacked_len().is_none_or(|length| length < LARGE) {
            return Self::here(part);
        }
        let decoding = decoding(part)?;
        let (give, blocks) = mpsc::sync_channel(AHEAD);
        let (spent, returned) = mpsc::channel();
        let thread = thread::Builder::new().name("unpack".to_owned());
        match thread.spawn(move || unpack(decoding, &give, &returned)) {
            Ok(_) => Ok(Self::of(Feed::Ahead { blocks, spent })),
            // A system that gives no thread still reads the part.
            Err(_) => Self::here(part),
        }
    }

    fn of(feed: Feed) -> Self {
        Self {
            feed,
            text: String::new(),
            at: 0,
            ended: false,
        }
    }

    /// The text that is not yet consumed, as far as it was read.
    pub(super) fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Whether [`Window::rest`] is all that there is.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Steps over the first `n` bytes of the rest.
    pub(super) fn consume(&mut self, n: usize) {
        self.at += n;
    }

    /// The `n` bytes that were consumed last, which stand until the next refill.
    pub(super) fn consumed(&self, n: usize) -> &str {
        &self.text[self.at - n..self.at]
    }

    /// Makes the rest longer, or finds the end.
    pub(super) fn fill(&mut self) -> io::Result<()> {
        self.text.drain(..self.at);
        self.at = 0;
        match &mut self.feed {
            Feed::Here(decoding) => {
                decoding.fill()?;
                take(decoding, &mut self.text);
                self.ended = decoding.ended();
            }
            Feed::Ahead { blocks, spent } => {
                let lost = |_| io::Error::other("the thread that unpacks has stopped");
                let block = blocks.recv().map_err(lost)??;
                self.text.push_str(&block.text);
                self.ended = block.is_last;
                // A thread that is through does not want its memory back.
                let _ = spent.send(block.text);
            }
        }
        Ok(())
    }
}

/// UTF-8, or UTF-16 with or without its mark, the other encoding that the format allows.
fn decoding(part: &Source) -> io::Result<Decoding> {
    let mut reader = part.reader()?;
    let mut first = Vec::new();
    reader.by_ref().take(2).read_to_end(&mut first)?;
    let encoding = match first[..] {
        [b'<', 0] => UTF_16LE,
        [0, b'<'] => UTF_16BE,
        _ => UTF_8,
    };
    let whole = Cursor::new(first).chain(reader);
    Ok(Decoding::new(Box::new(whole), encoding.new_decoder()))
}

/// Moves what was decoded to the end of `text`.
fn take(decoding: &mut Decoding, text: &mut String) {
    let fresh = decoding.rest();
    text.push_str(fresh);
    let length = fresh.len();
    decoding.consume(length);
}

/// Gives block after block until the end, a fault, or the scanner wants no more.
fn unpack(
    mut decoding: Decoding,
    give: &SyncSender<io::Result<Block>>,
    returned: &Receiver<String>,
) {
    loop {
        let mut text = returned.try_recv().unwrap_or_default();
        text.clear();
        let block = decoding.fill().map(|()| {
            take(&mut decoding, &mut text);
            Block {
                text,
                is_last: decoding.ended(),
            }
        });
        let is_last = !matches!(block, Ok(Block { is_last: false, .. }));
        if give.send(block).is_err() || is_last {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::guard::Caps;
    use crate::read::source::Packing;
    use flate2::Crc;

    fn part(text: &str, fault: u32) -> Source {
        let caps = Caps {
            expanded: 1 << 30,
            ratio: 100,
        };
        let mut crc = Crc::new();
        crc.update(text.as_bytes());
        let size = text.len() as u64;
        let packing = Packing::Zip {
            deflated: false,
            crc: crc.sum() ^ fault,
            size,
        };
        Source::memory(text.as_bytes().to_vec(), caps).part(0, size, packing, caps)
    }

    fn read(mut window: Window) -> io::Result<String> {
        let mut text = String::new();
        while !window.ended() {
            window.fill()?;
            text.push_str(window.rest());
            window.consume(window.rest().len());
        }
        Ok(text)
    }

    #[test]
    fn ahead_reads_what_is_read_here() {
        let numbered: Vec<String> = (0..400_000).map(|n| format!("<é>{n}")).collect();
        let text = numbered.concat();
        let part = part(&text, 0);
        let window = Window::ahead(&part).unwrap();
        assert!(matches!(window.feed, Feed::Ahead { .. }));
        assert_eq!(read(window).unwrap(), text);
        assert_eq!(read(Window::here(&part).unwrap()).unwrap(), text);
    }

    #[test]
    fn a_fault_comes_after_what_was_sound() {
        let text = "<é>".repeat(1 << 20);
        let window = Window::ahead(&part(&text, 1)).unwrap();
        let why = read(window).unwrap_err();
        assert_eq!(why.kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn a_scanner_may_stop_at_any_time() {
        let text = "<é>".repeat(1 << 20);
        let part = part(&text, 0);
        for n_blocks in 0..8 {
            let mut window = Window::ahead(&part).unwrap();
            for _ in 0..n_blocks {
                window.fill().unwrap();
            }
        }
    }
}
