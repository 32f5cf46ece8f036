//! Readers that refuse what an archive must not give: too much, or something else than it states.

use crate::read::error::Bound;
use flate2::Crc;
use std::io;
use std::io::Read;

/// Output below which the ratio of packing is not judged: small files may be very repetitive.
const RATIO_FROM: u64 = 16 << 20;

/// What unpacking may give.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caps {
    pub(super) expanded: u64,
    pub(super) ratio: u64,
}

/// Stops at the limits of unpacking.
pub(super) struct Capped<R> {
    inner: R,
    given: u64,
    packed: u64,
    caps: Caps,
}

impl<R: Read> Capped<R> {
    /// `packed` is how many bytes `inner` unpacks.
    pub(super) fn new(inner: R, packed: u64, caps: Caps) -> Self {
        Self {
            inner,
            given: 0,
            packed,
            caps,
        }
    }
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.given += n as u64;
        if self.given > self.caps.expanded {
            return Err(io::Error::other(Bound::Size(self.caps.expanded)));
        }
        if self.given > RATIO_FROM && self.given / self.caps.ratio.max(1) > self.packed {
            return Err(io::Error::other(Bound::Ratio(self.caps.ratio)));
        }
        Ok(n)
    }
}

/// Compares what came out with the size and checksum that the zip directory gives. The inflater alone takes the end of
/// its input for the end of the stream, so a cut-off member would pass as a short one.
pub(super) struct Checked<R> {
    inner: R,
    crc: Crc,
    expected: (u32, u64),
    given: u64,
}

impl<R: Read> Checked<R> {
    pub(super) fn new(inner: R, crc: u32, size: u64) -> Self {
        Self {
            inner,
            crc: Crc::new(),
            expected: (crc, size),
            given: 0,
        }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.crc.update(&buf[..n]);
        self.given += n as u64;
        if n == 0 && !buf.is_empty() {
            if self.given < self.expected.1 {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "fewer bytes than the archive states",
                ));
            }
            if (self.crc.sum(), self.given) != self.expected {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the checksum differs",
                ));
            }
        }
        Ok(n)
    }
}
