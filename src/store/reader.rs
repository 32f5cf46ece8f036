//! Parquet files of the store -> batches with the schema that their table declares now.

use crate::store::StoreError;
use crate::store::writer::INPUTS;
use arrow::array::ArrayRef;
use arrow::array::RecordBatch;
use arrow::array::new_null_array;
use arrow::datatypes::SchemaRef;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::file::statistics::Statistics;
use std::fs::File;
use std::path::Path;

const BATCH: usize = 65_536;

/// Reads a whole file. Columns that the file lacks are null; columns that the table no longer declares are left out.
///
/// # Errors
/// When the file is unreadable, or a column has another type than declared.
pub fn read(path: &Path, schema: &SchemaRef) -> Result<Vec<RecordBatch>, StoreError> {
    read_rows(path, schema, 0, u64::MAX)
}

/// Reads some rows of a file, as [`read`] does: `rows` of them from row `start` on.
///
/// # Errors
/// As [`read`].
pub fn read_rows(
    path: &Path,
    schema: &SchemaRef,
    start: u64,
    rows: u64,
) -> Result<Vec<RecordBatch>, StoreError> {
    stream(path, schema, start, rows)?.collect()
}

/// The same, batch by batch: what is held does not grow with the file.
///
/// # Errors
/// When the file cannot be opened; what is wrong further on is in the items.
pub fn stream(
    path: &Path,
    schema: &SchemaRef,
    start: u64,
    rows: u64,
) -> Result<impl Iterator<Item = Result<RecordBatch, StoreError>> + use<>, StoreError> {
    let failed = |source| StoreError::Decode {
        path: path.into(),
        source,
    };
    let reader = open(path)?
        .with_batch_size(BATCH)
        .with_offset(usize::try_from(start).unwrap_or(usize::MAX))
        .with_limit(usize::try_from(rows).unwrap_or(usize::MAX))
        .build()
        .map_err(failed)?;
    let (path, schema) = (path.to_path_buf(), schema.clone());
    Ok(reader.map(move |batch| {
        let batch = batch.map_err(|source| StoreError::Rows {
            path: path.clone(),
            source,
        })?;
        conform(&path, &batch, &schema)
    }))
}

/// The schema that a file has, and how many rows.
///
/// # Errors
/// When it is missing or damaged.
pub fn shape_of(path: &Path) -> Result<(SchemaRef, u64), StoreError> {
    let reader = open(path)?;
    let rows = reader.metadata().file_metadata().num_rows();
    Ok((
        reader.schema().clone(),
        u64::try_from(rows).unwrap_or_default(),
    ))
}

fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, StoreError> {
    let file = File::open(path).map_err(|source| StoreError::File {
        verb: "open",
        path: path.into(),
        source,
    })?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|source| StoreError::Decode {
        path: path.into(),
        source,
    })
}

/// The fingerprint that a file was made from, or none when there is no such file or it is damaged.
pub fn inputs_of(path: &Path) -> Option<String> {
    note_of(path, INPUTS)
}

/// What stands under a key in a file's footer.
pub(super) fn note_of(path: &Path, key: &str) -> Option<String> {
    let reader = SerializedFileReader::new(File::open(path).ok()?).ok()?;
    let pairs = reader.metadata().file_metadata().key_value_metadata()?;
    pairs.iter().find(|pair| pair.key == key)?.value.clone()
}

/// The first and last day of some columns, as numbers, by the statistics of a file; nothing inside where it has no such
/// day, none at all where it does not tell.
pub fn days_of(path: &Path, columns: &[&str]) -> Option<Option<(i32, i32)>> {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let reader = SerializedFileReader::new(File::open(path).ok()?).ok()?;
    let mut days: Option<(i32, i32)> = None;
    for group in reader.metadata().row_groups() {
        let wanted = group
            .columns()
            .iter()
            .filter(|chunk| columns.contains(&chunk.column_path().string().as_str()));
        for chunk in wanted {
            let (first, last) = match chunk.statistics()? {
                Statistics::Int32(found) => (found.min_opt().copied(), found.max_opt().copied()),
                Statistics::Int64(found) => {
                    let day = |at: Option<&i64>| i32::try_from(at?.div_euclid(DAY)).ok();
                    (day(found.min_opt()), day(found.max_opt()))
                }
                _ => return None,
            };
            let n_null = chunk.statistics()?.null_count_opt()?;
            match (first, last) {
                (Some(first), Some(last)) => {
                    let (low, high) = days.unwrap_or((first, last));
                    days = Some((low.min(first), high.max(last)));
                }
                _ if n_null == u64::try_from(group.num_rows()).ok()? => {}
                _ => return None,
            }
        }
    }
    Some(days)
}

/// Lays a batch into the schema that is wanted of it.
pub(super) fn conform(
    path: &Path,
    batch: &RecordBatch,
    schema: &SchemaRef,
) -> Result<RecordBatch, StoreError> {
    let columns = schema
        .fields()
        .iter()
        .map(|field| match batch.column_by_name(field.name()) {
            None => Ok(new_null_array(field.data_type(), batch.num_rows())),
            Some(array) if array.data_type() == field.data_type() => Ok(array.clone()),
            Some(array) => Err(StoreError::ColumnType {
                path: path.into(),
                column: field.name().as_str().into(),
                found: array.data_type().to_string().into(),
                declared: field.data_type().to_string().into(),
            }),
        })
        .collect::<Result<Vec<ArrayRef>, _>>()?;
    RecordBatch::try_new(schema.clone(), columns).map_err(|source| StoreError::Rows {
        path: path.into(),
        source,
    })
}
