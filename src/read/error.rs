//! What stops the reading of a file, told so that the reader of the message knows what to do next.
//!
//! Owns the wording; knows nothing of reports.

use crate::read::source::FileChanged;
use crate::read::source::LONGEST;
use std::fmt;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// Which bytes an error is about: the file on disk, the members of archives that lead inwards, the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub path: Arc<Path>,
    pub inside: Arc<[String]>,
    pub sheet: Option<Arc<str>>,
}

impl Origin {
    pub(super) fn of(path: &Path) -> Self {
        Self {
            path: path.into(),
            inside: Arc::default(),
            sheet: None,
        }
    }

    pub(super) fn member(&self, name: &str) -> Self {
        let inside = self
            .inside
            .iter()
            .cloned()
            .chain([name.to_owned()])
            .collect();
        Self {
            inside,
            ..self.clone()
        }
    }

    pub(super) fn sheet(&self, name: &str) -> Self {
        Self {
            sheet: Some(name.into()),
            ..self.clone()
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        for name in self.inside.iter() {
            write!(f, " > {name}")?;
        }
        match &self.sheet {
            Some(sheet) => write!(f, ", sheet {sheet:?}"),
            None => Ok(()),
        }
    }
}

/// Why a file, a member of an archive, or a sheet cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("cannot open {}", path.display())]
    Open { path: PathBuf, source: io::Error },
    #[error("cannot read {origin} to its end")]
    Read { origin: Origin, source: io::Error },
    #[error(
        "{origin} changed while it was being read; wait until it is written completely and run again"
    )]
    Changed { origin: Origin },
    #[error("{origin} ends too early: the download or the copy was cut off; fetch it again")]
    CutOff { origin: Origin, source: io::Error },
    #[error("{origin} is damaged; fetch it again")]
    Damaged { origin: Origin, source: io::Error },
    #[error("{origin} is empty where a report was expected; fetch it again")]
    Empty { origin: Origin },
    #[error(
        "{origin} holds one sentence where a table was expected, probably the answer to a refused request: {text:?}"
    )]
    Sentence { origin: Origin, text: String },
    #[error(
        "{origin} is a web page (a login or error page?) where a report was expected; log in and download it again"
    )]
    Html { origin: Origin },
    #[error("{origin} is {what} where a report was expected; {remedy}")]
    Binary {
        origin: Origin,
        what: &'static str,
        remedy: &'static str,
    },
    #[error(
        "{origin} is protected by a password; open it, save a copy without the password, and use that copy"
    )]
    Protected { origin: Origin },
    #[error("{origin}: {bound}")]
    Bomb { origin: Origin, bound: Bound },
    #[error(
        "{origin} looks like a zip archive or an xlsx workbook but cannot be unpacked; it may be cut off: fetch it again"
    )]
    Archive {
        origin: Origin,
        source: zip::result::ZipError,
    },
    #[error(
        "{origin} is packed in a way that is not read (zip method {method}); unpack it by hand or zip it anew"
    )]
    Method { origin: Origin, method: String },
    #[error(
        "{origin} is not a sound workbook: {problem}; open it in Excel and save it again, or fetch it again"
    )]
    Workbook { origin: Origin, problem: String },
    #[error("{origin} is not a sound workbook; open it in Excel and save it again as xlsx")]
    OldWorkbook {
        origin: Origin,
        source: Box<calamine::Error>,
    },
    #[error(
        "{origin}: the quoted cell that opens in row {row} is never closed: the file is cut off or a quote is stray"
    )]
    Unclosed { origin: Origin, row: u32 },
    #[error("{origin}: row {row} is longer than {} MiB: a quote may be stray, or this is not a table", LONGEST >> 20)]
    LongRow { origin: Origin, row: u32 },
    #[error(
        "{origin} is not sound JSON: line {line}, column {column}{}: {wanted} is expected here; fetch it again",
        within(place)
    )]
    Json {
        origin: Origin,
        line: u64,
        column: u64,
        place: String,
        wanted: &'static str,
    },
    #[error(
        "{origin} ends too early, in line {line}, column {column}{}: the download or the copy was cut off; fetch it again",
        within(place)
    )]
    JsonCutOff {
        origin: Origin,
        line: u64,
        column: u64,
        place: String,
    },
    #[error("{origin} is not sound XML: {problem}; fetch it again")]
    Xml { origin: Origin, problem: String },
    #[error(
        "{origin}: what stands{} is too large for a record of a report",
        within(place)
    )]
    LargeRecord { origin: Origin, place: String },
    #[error("{origin} has more rows than can be counted (4,294,967,295)")]
    TooManyRows { origin: Origin },
}

/// The limit that a file would break, and what to do if it is genuine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Bound {
    #[error("it would unpack to more than {0} bytes; {remedy}", remedy = raise("expanded-bytes"))]
    Size(u64),
    #[error("it would unpack to more than {0} times its size; {remedy}", remedy = raise("ratio"))]
    Ratio(u64),
    #[error("it holds more than {0} files; {remedy}", remedy = raise("entries"))]
    Entries(usize),
    #[error("archives are nested more than {0} deep; {remedy}", remedy = raise("depth"))]
    Depth(u8),
    #[error("a sheet of it has more than {0} cells; {remedy}", remedy = raise("sheet-cells"))]
    SheetCells(u64),
    #[error(
        "it must be held in memory, and that would take more than {0} bytes; unpack it by hand"
    )]
    Held(u64),
    #[error(
        "workbooks of its kind must be held in memory, and it has more than {0}; save it as xlsx"
    )]
    HeldWorkbook(Amount),
}

/// How much of a workbook there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Amount {
    #[error("{0} cells from the first to the last")]
    Cells(u64),
    #[error("{0} bytes")]
    Bytes(u64),
}

fn raise(key: &str) -> String {
    format!("if the file is genuine, raise {key} under [limits] in sellerlake.toml")
}

/// A place in a nested document, as an error names it; nothing for its top.
fn within(place: &str) -> String {
    if place.is_empty() {
        String::new()
    } else {
        format!(", in {place}")
    }
}

impl ReadError {
    pub(super) fn bomb(origin: &Origin, bound: Bound) -> Self {
        Self::Bomb {
            origin: origin.clone(),
            bound,
        }
    }

    /// Sorts an input error by what it means for the person who has the file.
    pub(super) fn of(origin: &Origin, source: io::Error) -> Self {
        let origin = origin.clone();
        if let Some(bound) = source
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<Bound>())
        {
            return Self::Bomb {
                bound: *bound,
                origin,
            };
        }
        if source
            .get_ref()
            .is_some_and(<dyn std::error::Error + Send + Sync>::is::<FileChanged>)
        {
            return Self::Changed { origin };
        }
        match source.kind() {
            io::ErrorKind::UnexpectedEof => Self::CutOff { origin, source },
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                Self::Damaged { origin, source }
            }
            io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => Self::Open {
                path: origin.path.to_path_buf(),
                source,
            },
            _ => Self::Read { origin, source },
        }
    }

    /// Whether only the content is at fault, so that the other files of the same archive can still be read.
    pub(super) fn spares_siblings(&self) -> bool {
        !matches!(
            self,
            Self::Bomb { .. } | Self::Open { .. } | Self::Read { .. } | Self::Changed { .. }
        )
    }
}
