//! The quarantine: rows that could not be read, with place and reason and the cells of the columns that a schema names.

use crate::store::Store;
use crate::store::StoreError;
use crate::store::files;
use crate::store::layout;
use crate::store::reader;
use crate::store::writer;
use arrow::array::AsArray;
use arrow::array::Int64Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use arrow::datatypes::DataType;
use arrow::datatypes::Field;
use arrow::datatypes::Int64Type;
use arrow::datatypes::Schema;
use arrow::datatypes::SchemaRef;
use std::sync::Arc;

/// One rejected row, named by the first cell that stood in its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    pub file: Box<str>,
    pub sheet: Box<str>,
    pub source_row: u32,
    pub code: Box<str>,
    /// The column as the report names it.
    pub column: Box<str>,
    pub text: Box<str>,
    pub expected: Box<str>,
    /// Known columns and their cells as JSON.
    pub cells: Box<str>,
}

const TEXTS: &[&str] = &[
    "file", "sheet", "code", "column", "text", "expected", "cells",
];

/// Schema of the quarantine: `source_row`, then texts.
pub fn schema() -> SchemaRef {
    let mut fields = vec![Field::new("source_row", DataType::Int64, false)];
    fields.extend(
        TEXTS
            .iter()
            .map(|name| Field::new(*name, DataType::Utf8, false)),
    );
    Arc::new(Schema::new(fields))
}

/// Writes the rejects of one reading; nothing when there are none.
///
/// # Errors
/// When the store cannot be written.
pub fn write(store: &Store, reading: &str, rejects: &[Reject]) -> Result<(), StoreError> {
    if rejects.is_empty() {
        return Ok(());
    }
    let path = store
        .root()
        .join(layout::native(&layout::rejected(reading)));
    let column = |of: fn(&Reject) -> &str| {
        Arc::new(StringArray::from_iter_values(rejects.iter().map(of))) as _
    };
    let batch = RecordBatch::try_new(
        schema(),
        vec![
            Arc::new(Int64Array::from_iter_values(
                rejects.iter().map(|reject| i64::from(reject.source_row)),
            )),
            column(|reject| &reject.file),
            column(|reject| &reject.sheet),
            column(|reject| &reject.code),
            column(|reject| &reject.column),
            column(|reject| &reject.text),
            column(|reject| &reject.expected),
            column(|reject| &reject.cells),
        ],
    )
    .map_err(|source| StoreError::Rows {
        path: path.clone(),
        source,
    })?;
    files::replace(&path, &writer::encode(&path, &schema(), &[batch], None)?)?;
    Ok(())
}

/// The rejects of one reading.
///
/// # Errors
/// When they are there and cannot be read.
pub fn read(store: &Store, reading: &str) -> Result<Vec<Reject>, StoreError> {
    let path = store
        .root()
        .join(layout::native(&layout::rejected(reading)));
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mut rejects = Vec::new();
    for batch in reader::read(&path, &schema())? {
        let rows = batch.column(0).as_primitive::<Int64Type>();
        let text = |column: usize, row: usize| -> Box<str> {
            batch.column(column).as_string::<i32>().value(row).into()
        };
        rejects.extend((0..batch.num_rows()).map(|row| Reject {
            source_row: u32::try_from(rows.value(row)).unwrap_or(u32::MAX),
            file: text(1, row),
            sheet: text(2, row),
            code: text(3, row),
            column: text(4, row),
            text: text(5, row),
            expected: text(6, row),
            cells: text(7, row),
        }));
    }
    Ok(rejects)
}
