//! Bytes that can be read again and again: a file, a part of it, or memory, plain or packed.
//!
//! A large file or archive member is never held in memory: it is unpacked anew by each pass, and each pass checks the
//! limits and the checksum. Knows nothing of what the bytes mean.

use crate::read::guard::Capped;
use crate::read::guard::Caps;
use crate::read::guard::Checked;
use flate2::bufread::DeflateDecoder;
use flate2::bufread::MultiGzDecoder;
use std::fmt;
use std::fs::File;
use std::io;
use std::io::BufReader;
use std::io::Cursor;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

/// The longest row, cell or markup tag that is read; more is a stray quote, a damaged file or an attack.
pub(super) const LONGEST: usize = 64 << 20;
/// The file on disk is not the one that was opened first.
#[derive(Debug, thiserror::Error)]
#[error("its size or time changed")]
pub(super) struct FileChanged;

/// Something that can be sought in.
#[derive(Clone)]
enum Bytes {
    File {
        path: Arc<Path>,
        size: u64,
        modified: Option<SystemTime>,
    },
    Memory(Arc<[u8]>),
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, size, .. } => write!(f, "{} ({size} bytes)", path.display()),
            Self::Memory(bytes) => write!(f, "memory ({} bytes)", bytes.len()),
        }
    }
}

/// How the bytes are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    /// A zip member: deflated or stored, with what its directory says that comes out.
    Zip {
        deflated: bool,
        crc: u32,
        size: u64,
    },
}

/// A run of bytes and how it is packed.
#[derive(Debug, Clone)]
pub(super) struct Source {
    bytes: Bytes,
    start: u64,
    len: u64,
    packing: Packing,
    caps: Caps,
    /// The most bytes that one reading step gives; laws make it small.
    piece: usize,
}

impl Source {
    pub(super) fn file(path: &Path, caps: Caps) -> io::Result<Self> {
        let metadata = File::open(path)?.metadata()?;
        if metadata.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        let (size, modified) = (metadata.len(), metadata.modified().ok());
        let bytes = Bytes::File {
            path: path.into(),
            size,
            modified,
        };
        Ok(Self {
            bytes,
            start: 0,
            len: size,
            packing: Packing::Plain,
            caps,
            piece: usize::MAX,
        })
    }

    pub(super) fn memory(bytes: Vec<u8>, caps: Caps) -> Self {
        let len = bytes.len() as u64;
        Self {
            bytes: Bytes::Memory(bytes.into()),
            start: 0,
            len,
            packing: Packing::Plain,
            caps,
            piece: usize::MAX,
        }
    }

    /// The same bytes, given in pieces of this many.
    #[cfg(any(test, fuzzing))]
    pub(super) fn in_pieces(self, piece: usize) -> Self {
        Self { piece, ..self }
    }

    /// The same bytes seen as packed, for bytes that are plain so far.
    pub(super) fn gzipped(&self) -> Self {
        Self {
            packing: Packing::Gzip,
            ..self.clone()
        }
    }

    /// A member of the zip archive that this is: `start` and `len` are of its packed bytes.
    pub(super) fn part(&self, start: u64, len: u64, packing: Packing, caps: Caps) -> Self {
        Self {
            bytes: self.bytes.clone(),
            start: self.start.saturating_add(start),
            len,
            packing,
            caps,
            piece: self.piece,
        }
    }

    pub(super) fn within(self, caps: Caps) -> Self {
        Self { caps, ..self }
    }

    /// Bytes before unpacking.
    pub(super) fn packed_len(&self) -> u64 {
        self.len
    }

    /// Bytes after unpacking, as the archive states them; none where only unpacking tells.
    pub(super) fn unpacked_len(&self) -> Option<u64> {
        match self.packing {
            Packing::Plain => Some(self.len),
            Packing::Gzip => None,
            Packing::Zip { size, .. } => Some(size),
        }
    }

    /// Whether the bytes can be sought in without unpacking.
    pub(super) fn is_plain(&self) -> bool {
        matches!(
            self.packing,
            Packing::Plain
                | Packing::Zip {
                    deflated: false,
                    ..
                }
        )
    }

    /// Whether reading again costs neither unpacking nor a file that may change meanwhile.
    pub(super) fn is_held(&self) -> bool {
        self.is_plain() && matches!(self.bytes, Bytes::Memory(_))
    }

    /// The bytes for seeking; packed bytes are given as they are.
    pub(super) fn window(&self) -> io::Result<Window> {
        let base = match &self.bytes {
            Bytes::Memory(bytes) => Base::Memory(Cursor::new(Arc::clone(bytes))),
            Bytes::File {
                path,
                size,
                modified,
            } => {
                let file = File::open(path)?;
                let now = file.metadata()?;
                if (now.len(), now.modified().ok()) != (*size, *modified) {
                    return Err(io::Error::other(FileChanged));
                }
                Base::File(file)
            }
        };
        let mut window = Window {
            base,
            start: self.start,
            len: self.len,
            at: 0,
            piece: self.piece,
        };
        window.seek(SeekFrom::Start(0))?;
        Ok(window)
    }

    /// The unpacked bytes from the start, within the limits.
    pub(super) fn reader(&self) -> io::Result<Box<dyn Read + Send>> {
        let window = self.window()?;
        Ok(match self.packing {
            Packing::Plain => Box::new(window),
            Packing::Gzip => Box::new(self.capped(MultiGzDecoder::new(buffered(window)))),
            Packing::Zip {
                deflated: false,
                crc,
                size,
            } => Box::new(Checked::new(window, crc, size)),
            Packing::Zip {
                deflated: true,
                crc,
                size,
            } => {
                let inner = DeflateDecoder::new(buffered(window));
                Box::new(self.capped(Checked::new(inner, crc, size)))
            }
        })
    }

    /// All unpacked bytes, unless there are more than `most`.
    pub(super) fn read_up_to(&self, most: u64) -> io::Result<Option<Vec<u8>>> {
        if self.is_plain() && self.len > most {
            return Ok(None);
        }
        let mut all = Vec::new();
        self.reader()?
            .take(most.saturating_add(1))
            .read_to_end(&mut all)?;
        Ok((all.len() as u64 <= most).then_some(all))
    }

    fn capped<R: Read>(&self, inner: R) -> Capped<R> {
        Capped::new(inner, self.len, self.caps)
    }
}

fn buffered(window: Window) -> BufReader<Window> {
    BufReader::with_capacity(64 << 10, window)
}

enum Base {
    File(File),
    Memory(Cursor<Arc<[u8]>>),
}

/// A part of a file or of memory, with positions of its own.
pub(super) struct Window {
    base: Base,
    start: u64,
    len: u64,
    at: u64,
    piece: usize,
}

impl Read for Window {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let most = buf.len().min(left).min(self.piece);
        let n = match &mut self.base {
            Base::File(file) => file.read(&mut buf[..most])?,
            Base::Memory(cursor) => cursor.read(&mut buf[..most])?,
        };
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for Window {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(back) => self.len.checked_add_signed(back),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        let target = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        let absolute = SeekFrom::Start(self.start.saturating_add(target));
        match &mut self.base {
            Base::File(file) => file.seek(absolute)?,
            Base::Memory(cursor) => cursor.seek(absolute)?,
        };
        self.at = target;
        Ok(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::error::Bound;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    const CAPS: Caps = Caps {
        expanded: 1 << 30,
        ratio: 100,
    };

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn packed_bytes_are_read_again_and_again() {
        let source = Source::memory(gz(b"sku\tasin\n"), CAPS).gzipped();
        for _ in 0..2 {
            let mut text = String::new();
            source.reader().unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "sku\tasin\n");
        }
        assert_eq!(source.read_up_to(3).unwrap(), None);
    }

    #[test]
    fn a_bomb_stops_at_its_limit() {
        let zeros = vec![b'0'; 17 << 20];
        let by_ratio = Source::memory(gz(&zeros), CAPS).gzipped();
        let why = by_ratio.read_up_to(u64::MAX - 1).unwrap_err();
        assert_eq!(
            why.get_ref().unwrap().downcast_ref(),
            Some(&Bound::Ratio(100))
        );
        let by_size = Source::memory(
            gz(&zeros),
            Caps {
                expanded: 1000,
                ratio: 5000,
            },
        )
        .gzipped();
        let why = by_size.read_up_to(u64::MAX - 1).unwrap_err();
        assert_eq!(
            why.get_ref().unwrap().downcast_ref(),
            Some(&Bound::Size(1000))
        );
    }

    #[test]
    fn a_window_has_positions_of_its_own() {
        let whole = Source::memory(b"abcdefgh".to_vec(), CAPS);
        let part = whole.part(2, 4, Packing::Plain, CAPS);
        let mut window = part.window().unwrap();
        assert_eq!(window.seek(SeekFrom::End(-1)).unwrap(), 3);
        let mut rest = String::new();
        window.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "f");
    }
}
