//! One table as one file, batch by batch: what is held in memory does not grow with the table. Knows no table.

use crate::publish::PublishError;
use crate::publish::SheetColumn;
use crate::publish::cell::Cells;
use crate::publish::csv;
use crate::publish::xlsx;
use crate::store::StoreError;
use crate::store::files;
use arrow::array::RecordBatch;
use jiff::civil::Date;
use std::io::BufWriter;
use std::io::Write as _;
use std::path::Path;

/// Rows as they come, each batch with at least the columns that are asked for.
pub type Rows<'a> = dyn Iterator<Item = Result<RecordBatch, StoreError>> + 'a;

/// What a file came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exported {
    /// Rows in the file.
    pub rows: u64,
    /// Rows that it has no room for.
    pub left_out: u64,
    /// Texts that were cut because no cell has room for them.
    pub cut: u64,
}

/// What is wanted of a table, and as what it goes.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub name: &'a str,
    pub columns: &'a [SheetColumn<'a>],
    pub as_of: Date,
}

/// Writes the rows as csv. The file appears whole or not at all.
///
/// # Errors
/// When a column is missing or of a foreign type, rows cannot be read, or the file not be written.
pub fn csv(
    path: &Path,
    wanted: &Wanted<'_>,
    rows: &mut Rows<'_>,
) -> Result<Exported, PublishError> {
    let place = |source| placed(wanted, source);
    let temp = files::stage(path).map_err(place)?;
    let failed = |source| {
        place(StoreError::File {
            verb: "write",
            path: path.into(),
            source,
        })
    };
    let mut file = BufWriter::new(temp.as_file());
    let mut text = String::new();
    csv::head(&mut text, wanted.columns);
    let mut exported = Exported::default();
    for batch in rows {
        let batch = batch.map_err(place)?;
        csv::rows(&mut text, wanted.columns, &cells(wanted, &batch)?);
        file.write_all(text.as_bytes()).map_err(failed)?;
        text.clear();
        exported.rows += batch.num_rows() as u64;
    }
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.flush().map_err(failed)?;
    drop(file);
    files::settle(temp, path).map_err(place)?;
    Ok(exported)
}

/// Writes the rows as a workbook of one sheet, as many as a sheet holds.
///
/// # Errors
/// As [`csv()`], or when the workbook cannot be made.
pub fn workbook(
    path: &Path,
    wanted: &Wanted<'_>,
    rows: &mut Rows<'_>,
) -> Result<Exported, PublishError> {
    let place = |source| placed(wanted, source);
    let temp = files::stage(path).map_err(place)?;
    let mut sheet =
        xlsx::streamed::Streamed::of(wanted).map_err(|source| failed(wanted, source))?;
    for batch in rows {
        let batch = batch.map_err(place)?;
        let cells = cells(wanted, &batch)?;
        sheet
            .push(&cells)
            .map_err(|source| failed(wanted, source))?;
    }
    let exported = sheet
        .save(temp.as_file())
        .map_err(|source| failed(wanted, source))?;
    files::settle(temp, path).map_err(place)?;
    Ok(exported)
}

fn placed(wanted: &Wanted<'_>, source: StoreError) -> PublishError {
    PublishError::Place {
        name: wanted.name.into(),
        source,
    }
}

fn failed(wanted: &Wanted<'_>, source: rust_xlsxwriter::XlsxError) -> PublishError {
    PublishError::Workbook {
        name: wanted.name.into(),
        source,
    }
}

fn cells<'a>(wanted: &Wanted<'_>, batch: &'a RecordBatch) -> Result<Vec<Cells<'a>>, PublishError> {
    let one = |column: &SheetColumn<'_>| {
        let array = batch
            .column_by_name(column.name)
            .ok_or_else(|| PublishError::NoColumn {
                sheet: wanted.name.into(),
                column: column.name.into(),
            })?;
        Cells::of(array).ok_or_else(|| PublishError::Type {
            sheet: wanted.name.into(),
            column: column.name.into(),
            found: array.data_type().clone(),
        })
    };
    wanted.columns.iter().map(one).collect()
}
