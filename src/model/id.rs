//! Identities made of content: what makes reading twice the same as reading once.

use std::fmt;
use std::io;
use std::io::Read;

macro_rules! hash_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Trusts `text`: it came from [`hash`] or from an entry of the store.
            pub fn of(text: impl Into<Box<str>>) -> Self { Self(text.into()) }
            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
    };
}

hash_id!(
    /// The innermost file's bytes.
    ContentId
);
hash_id!(
    /// One report: content, sheet, account, marketplace and period.
    ReportId
);
hash_id!(
    /// One reading of a report: report, schema, decoder version and the settings that bear on it.
    ReadingId
);

/// Joins parts so that no two different lists give the same text, and hashes them: 32 lower-case hex digits.
pub fn hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    short(&hasher.finalize())
}

/// The first 128 bits of a BLAKE3 hash as hex: enough to never meet a collision, short enough for a file name.
pub fn short(hash: &blake3::Hash) -> String {
    hash.to_hex()[..32].to_string()
}

/// The same of all that a reader gives, without holding it.
///
/// # Errors
/// When it cannot be read.
pub fn of_reader(mut reader: impl Read) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    let mut block = vec![0; 1 << 16];
    loop {
        let n = reader.read(&mut block)?;
        if n == 0 {
            return Ok(short(&hasher.finalize()));
        }
        hasher.update(&block[..n]);
    }
}

/// The first 128 bits of the BLAKE3 hash of some bytes as a number: what is equal in it is taken for equal.
pub fn of_bytes(bytes: &[u8]) -> u128 {
    let mut first = [0; 16];
    first.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    u128::from_le_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joining_is_unambiguous() {
        assert_ne!(hash(["ab", "c"]), hash(["a", "bc"]));
        assert_eq!(hash(["ab", "c"]), hash(["ab", "c"]));
        assert_eq!(hash(["x"]).len(), 32);
    }

    #[test]
    fn a_reader_is_hashed_as_its_bytes_are() {
        let bytes = vec![7; 200_000];
        assert_eq!(
            of_reader(bytes.as_slice()).unwrap(),
            short(&blake3::hash(&bytes))
        );
    }
}
