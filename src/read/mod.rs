//! From a path to raw rows: containers, encodings, delimited text, workbooks and nested documents.
//!
//! Content decides what a file is, never its name. Knows formats, not reports: no header is looked for here and no cell
//! is understood. Reading holds little in memory however large the file: tables are streamed, each time anew.

mod biff;
mod container;
mod csv;
mod decoding;
mod delimiter;
mod encoding;
mod error;
mod guard;
#[cfg(any(test, fuzzing))]
pub mod laws;
mod legacy_encoding;
mod nested;
mod number;
mod opendocument;
mod rows;
mod sniff;
mod source;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod workbook;
mod xlsx;

pub use csv::Quoting;
pub use error::Amount;
pub use error::Bound;
pub use error::Origin;
pub use error::ReadError;
pub use nested::NestedForm;
pub use nested::Nestings;
pub use rows::Chunks;
pub use table::OpeningRow;
pub use table::Table;

use crate::model::id::ContentId;
use crate::model::market::Market;
use crate::read::container::Walk;
use std::fmt;
use std::path::Path;

/// What a file may unpack to and hold. Beyond it a file is refused as a bomb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Unpacked bytes of one path in all.
    pub expanded_bytes: u64,
    /// Unpacked bytes per packed byte of one member, judged from 16 MiB on.
    pub ratio: u64,
    /// Files in all archives of one path.
    pub entries: usize,
    /// Archives within archives; a gzip is one.
    pub depth: u8,
    /// Cells with a value in one sheet of a workbook.
    pub sheet_cells: u64,
}

impl Default for Limits {
    /// Four times what the largest known export unpacks to, and more than twice what the most repetitive one gains; a sheet
    /// with all the rows that Excel can have may have nearly a hundred columns.
    fn default() -> Self {
        Self {
            expanded_bytes: 4 << 30,
            ratio: 250,
            entries: 10_000,
            depth: 4,
            sheet_cells: 100_000_000,
        }
    }
}

/// One innermost file: a file on disk, or a member of an archive.
#[derive(Debug)]
pub struct Document {
    /// The innermost file's name, without folders.
    pub name: String,
    /// The hash of the innermost file's bytes; that of nothing where [`Kind::Unreadable`].
    pub content_id: ContentId,
    /// The innermost file's bytes.
    pub size: u64,
    pub kind: Kind,
    /// `title`, `creator`, `created`, `application` of a workbook, those that it has.
    pub properties: Vec<(String, String)>,
    /// What speaks for its encoding and delimiter, for people.
    pub evidence: Vec<String>,
    pub tables: Vec<Table>,
}

/// What an innermost file is.
#[derive(Debug)]
pub enum Kind {
    Text {
        /// By the name of the WHATWG standard: `UTF-8`, `windows-1252`, `Shift_JIS`.
        encoding: &'static str,
        delimiter: char,
        quoting: Quoting,
        /// Characters that could not be decoded.
        lost: u64,
        /// Replacement characters that the file brought along.
        replacements: u64,
    },
    Workbook {
        format: WorkbookFormat,
    },
    /// A document of JSON or XML. Its tables are those of the nestings asked for that have records in it.
    Nested {
        form: NestedForm,
        encoding: &'static str,
        /// Characters that could not be decoded.
        lost: u64,
        /// Replacement characters that the file brought along.
        replacements: u64,
        /// The first lists in it that no nesting takes.
        lists: Vec<String>,
    },
    /// A member of an archive that cannot be read, while others of the same archive can.
    Unreadable {
        why: Box<ReadError>,
    },
}

/// The file format of a workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkbookFormat {
    Xlsx,
    Xls,
    Xlsb,
    Ods,
}

impl fmt::Display for WorkbookFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Xlsx => "xlsx",
            Self::Xls => "xls",
            Self::Xlsb => "xlsb",
            Self::Ods => "ods",
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text {
                encoding,
                delimiter,
                quoting,
                lost,
                replacements,
            } => {
                let delimiter = match delimiter {
                    '\t' => "tab".to_owned(),
                    other => format!("`{other}`"),
                };
                write!(
                    f,
                    "text, {encoding}, delimiter {delimiter}, quoting {quoting}"
                )?;
                write_losses(f, *lost, *replacements)
            }
            Self::Workbook { format } => write!(f, "{format} workbook"),
            Self::Nested {
                form,
                encoding,
                lost,
                replacements,
                ..
            } => {
                write!(f, "{form}, {encoding}")?;
                write_losses(f, *lost, *replacements)
            }
            Self::Unreadable { .. } => f.write_str("unreadable"),
        }
    }
}

fn write_losses(f: &mut fmt::Formatter<'_>, lost: u64, replacements: u64) -> fmt::Result {
    if lost > 0 {
        write!(f, ", {lost} characters lost")?;
    }
    if replacements > 0 {
        write!(f, ", {replacements} replacement characters")?;
    }
    Ok(())
}

impl Document {
    fn of(name: &str, content: (ContentId, u64), kind: Kind, tables: Vec<Table>) -> Self {
        let (content_id, size) = content;
        let properties = Vec::new();
        Self {
            name: name.to_owned(),
            content_id,
            size,
            kind,
            properties,
            evidence: Vec::new(),
            tables,
        }
    }

    fn unreadable(name: String, why: ReadError) -> Self {
        let kind = Kind::Unreadable { why: Box::new(why) };
        Self {
            name,
            content_id: ContentId::of(""),
            size: 0,
            kind,
            properties: Vec::new(),
            evidence: Vec::new(),
            tables: Vec::new(),
        }
    }
}

/// Opens a file: one document for a plain file, one per innermost file for gzip and zip archives, in archive order.
///
/// A member of an archive that is no report does not stop the others: it is a document of [`Kind::Unreadable`]. A file on
/// disk of more than 8 MiB is read again by each [`Table::chunks`] and must not change meanwhile. `market`, where it is
/// known before the first byte, decides between encodings that the bytes leave open, and nothing else.
/// Of nested documents the tables are those that `nestings` look for.
pub fn open(
    path: &Path,
    limits: &Limits,
    market: Option<Market>,
    nestings: &Nestings,
) -> Result<Vec<Document>, ReadError> {
    Walk::new(limits, market, nestings).start(path)
}
