//! From the store to people: the marts as a workbook and as csv files, with titles in Chinese or English.
//!
//! Knows marts as sheets with named, described columns; no mart by name, no engine and no clock: what day it is comes
//! from the caller, and the same sheets give the same bytes. How a column looks follows from its type, its unit and
//! the house's endings of names alone.

mod cell;
mod csv;
mod digest;
pub mod docs;
pub mod duckdb;
pub mod export;
mod label;
mod link;
mod look;
pub mod review;
pub mod shown;
mod xlsx;

pub use crate::publish::digest::Digest;
pub use crate::publish::digest::digest;
pub use crate::publish::label::Lang;
pub use crate::publish::label::english;
pub use crate::publish::xlsx::form::Form;
pub use crate::publish::xlsx::form::fill;

use crate::publish::cell::Cells;
use crate::publish::csv::Csv;
use crate::publish::xlsx::Xlsx;
use crate::store::StoreError;
use crate::store::files;
use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// One mart as it is handed to people. The rows stay in the order of the batch.
#[derive(Debug, Clone)]
pub struct Sheet<'a> {
    /// The mart; names its csv file.
    pub name: &'a str,
    pub title: &'a str,
    pub title_zh: &'a str,
    /// The title of the pipeline, in the language that is published.
    pub group: &'a str,
    /// What is published, in this order. A column of the batch that is not named here stays out.
    pub columns: Vec<SheetColumn<'a>>,
    pub batch: &'a RecordBatch,
}

#[derive(Debug, Clone, Copy)]
pub struct SheetColumn<'a> {
    pub name: &'a str,
    pub meaning: &'a str,
    pub meaning_zh: &'a str,
    /// `fraction`, `currency`, `days`, `units`, `rank`, `UTC` and so on, or empty.
    pub unit: &'a str,
}

/// A file that now lies in the folder, and what a person should be told about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    pub path: PathBuf,
    pub note: Option<String>,
}

/// Why something could not be published. Files that were placed before it are whole.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("cannot publish two sheets that are both called {name}")]
    Twice { name: Box<str> },
    #[error("cannot publish {sheet}: it has no column {column}")]
    NoColumn { sheet: Box<str>, column: Box<str> },
    #[error("cannot publish {sheet}: column {column} is {found}, which is not a type of the store")]
    Type {
        sheet: Box<str>,
        column: Box<str>,
        found: DataType,
    },
    #[error("cannot make the workbook {name}")]
    Workbook {
        name: Box<str>,
        source: rust_xlsxwriter::XlsxError,
    },
    #[error("cannot publish {name}")]
    Place { name: Box<str>, source: StoreError },
}

/// Every publish target. To add one: a file, an impl, a line here.
const TARGETS: &[&dyn Target] = &[&Csv, &Xlsx];

/// The names of the forms in which everything is published.
pub fn targets() -> impl Iterator<Item = &'static str> {
    TARGETS.iter().map(|target| target.name())
}

/// A form in which sheets are published.
trait Target: Sync {
    fn name(&self) -> &'static str;

    /// Hands out the files of this form one after the other, so that only one is in memory. The same edition gives the
    /// same bytes.
    fn write(&self, edition: &Edition<'_>, put: &mut Put<'_>) -> Result<(), PublishError>;
}

type Put<'a> = dyn FnMut(Document) -> Result<(), PublishError> + 'a;

/// What is published at once.
struct Edition<'a> {
    title: &'a str,
    tables: Vec<Table<'a>>,
    lang: Lang,
    as_of: Date,
}

struct Table<'a> {
    sheet: &'a Sheet<'a>,
    /// As many as the sheet has, in its order.
    cells: Vec<Cells<'a>>,
}

struct Document {
    /// Relative to the folder, with `/`.
    name: String,
    bytes: Vec<u8>,
    note: Option<String>,
}

/// Writes all sheets in every form into the folder, which is made. A file appears whole or not at all; one that holds
/// these very bytes is left alone. A file that cannot be replaced because a program holds it open gets a sibling with
/// a number, and a note.
///
/// # Errors
/// When two sheets have one name, a column is missing or of a foreign type, or the folder cannot be written.
pub fn publish(
    folder: &Path,
    title: &str,
    sheets: &[Sheet<'_>],
    lang: Lang,
    as_of: Date,
) -> Result<Vec<Published>, PublishError> {
    let edition = Edition {
        title,
        tables: tables(sheets)?,
        lang,
        as_of,
    };
    let mut published = Vec::new();
    for target in TARGETS {
        target.write(&edition, &mut |document| {
            published.push(place(folder, document, &files::replace)?);
            Ok(())
        })?;
    }
    Ok(published)
}

fn tables<'a>(sheets: &'a [Sheet<'a>]) -> Result<Vec<Table<'a>>, PublishError> {
    let mut names = BTreeSet::new();
    let mut tables = Vec::new();
    for sheet in sheets {
        if !names.insert(sheet.name) {
            return Err(PublishError::Twice {
                name: sheet.name.into(),
            });
        }
        let cells: Result<Vec<_>, _> = sheet.columns.iter().map(|c| cells(sheet, c)).collect();
        tables.push(Table {
            sheet,
            cells: cells?,
        });
    }
    Ok(tables)
}

fn cells<'a>(sheet: &Sheet<'a>, column: &SheetColumn<'_>) -> Result<Cells<'a>, PublishError> {
    let array = sheet
        .batch
        .column_by_name(column.name)
        .ok_or_else(|| PublishError::NoColumn {
            sheet: sheet.name.into(),
            column: column.name.into(),
        })?;
    Cells::of(array).ok_or_else(|| PublishError::Type {
        sheet: sheet.name.into(),
        column: column.name.into(),
        found: array.data_type().clone(),
    })
}

/// Puts bytes in the place of a file, as `files::replace` does.
type Replace<'a> = dyn Fn(&Path, &[u8]) -> Result<bool, StoreError> + 'a;

/// The most siblings that are tried; who has more copies open than this has another problem.
const MAX_SIBLINGS: usize = 9;

fn place(
    folder: &Path,
    document: Document,
    replace: &Replace<'_>,
) -> Result<Published, PublishError> {
    let wanted = folder.join(&document.name);
    let mut refused = None;
    for n in 1..=MAX_SIBLINGS {
        let path = sibling(&wanted, n);
        match replace(&path, &document.bytes) {
            Ok(_) => {
                let held = refused.is_some().then(|| {
                    format!(
                        "{} is open in another program and stays as it is; the new one is {}",
                        file_name(&wanted),
                        file_name(&path),
                    )
                });
                let notes: Vec<String> = held.into_iter().chain(document.note).collect();
                let note = (!notes.is_empty()).then(|| notes.join("; "));
                return Ok(Published { path, note });
            }
            Err(error) if is_held(&error) && path.is_file() => {
                refused.get_or_insert(error);
            }
            Err(source) => {
                // The first refusal says more than what befell a sibling.
                let source = refused.unwrap_or(source);
                return Err(PublishError::Place {
                    name: document.name.into(),
                    source,
                });
            }
        }
    }
    match refused {
        Some(source) => Err(PublishError::Place {
            name: document.name.into(),
            source,
        }),
        None => Ok(Published {
            path: wanted,
            note: document.note,
        }),
    }
}

/// Whether another program may hold the file. Windows reports a sharing or lock violation or plainly denies access.
fn is_held(error: &StoreError) -> bool {
    const SHARING_VIOLATION: i32 = 32;
    const LOCK_VIOLATION: i32 = 33;
    let StoreError::File { source, .. } = error else {
        return false;
    };
    let code = source.raw_os_error();
    matches!(
        source.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ResourceBusy
    ) || (cfg!(windows) && matches!(code, Some(SHARING_VIOLATION | LOCK_VIOLATION)))
}

/// `name.xlsx`, `name (2).xlsx` and so on; the first is the path itself.
fn sibling(path: &Path, n: usize) -> PathBuf {
    if n < 2 {
        return path.to_path_buf();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem} ({n}).{extension}"))
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests;
