//! Batches -> Parquet bytes. The same rows give the same bytes: no time, host or library version goes in.

use crate::store::StoreError;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::Compression;
use parquet::basic::ZstdLevel;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::EnabledStatistics;
use parquet::file::properties::WriterProperties;
use std::path::Path;

/// Rows of a row group: enough to compress well, few enough to skip by statistics.
pub(super) const ROW_GROUP: usize = 131_072;

/// Encodes batches of one schema. `inputs` is a fingerprint of what the rows were made from, kept in the footer.
///
/// # Errors
/// When a batch does not have the schema; `path` is named in the message.
pub fn encode(
    path: &Path,
    schema: &SchemaRef,
    batches: &[RecordBatch],
    inputs: Option<&str>,
) -> Result<Vec<u8>, StoreError> {
    let failed = |source| StoreError::Encode {
        path: path.into(),
        source,
    };
    let mut writer = open(path, Vec::new(), schema, inputs)?;
    for batch in batches {
        writer.write(batch).map_err(failed)?;
    }
    writer.into_inner().map_err(failed)
}

/// Encodes one batch with row groups that begin at each of `cuts` (ascending row numbers, from 0). Also returns the first
/// row of each row group.
///
/// # Errors
/// As [`encode`].
pub fn encode_cut(
    path: &Path,
    schema: &SchemaRef,
    batch: &RecordBatch,
    cuts: &[usize],
) -> Result<(Vec<u8>, Vec<u64>), StoreError> {
    let failed = |source| StoreError::Encode {
        path: path.into(),
        source,
    };
    let mut writer = open(path, Vec::new(), schema, None)?;
    let (mut start, mut firsts) = (0, Vec::new());
    for end in cuts.iter().copied().chain([batch.num_rows()]) {
        while start < end {
            let rows = (end - start).min(ROW_GROUP);
            firsts.push(start as u64);
            writer.write(&batch.slice(start, rows)).map_err(failed)?;
            writer.flush().map_err(failed)?;
            start += rows;
        }
    }
    Ok((writer.into_inner().map_err(failed)?, firsts))
}

/// A writer of one schema into anything.
fn open<W: std::io::Write + Send>(
    path: &Path,
    into: W,
    schema: &SchemaRef,
    inputs: Option<&str>,
) -> Result<ArrowWriter<W>, StoreError> {
    let failed = |source| StoreError::Encode {
        path: path.into(),
        source,
    };
    let options = ArrowWriterOptions::new()
        .with_properties(properties(inputs).map_err(failed)?)
        .with_skip_arrow_metadata(true);
    ArrowWriter::try_new_with_options(into, schema.clone(), options).map_err(failed)
}

/// Properties of every file of the store.
///
/// # Errors
/// Never in practice: the level is a valid one.
pub fn properties(inputs: Option<&str>) -> Result<WriterProperties, parquet::errors::ParquetError> {
    let metadata = inputs.map(|inputs| vec![KeyValue::new(INPUTS.to_owned(), inputs.to_owned())]);
    Ok(WriterProperties::builder()
        .set_created_by("sellerlake".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_key_value_metadata(metadata)
        .build())
}

/// Key of the fingerprint in a file's footer.
pub const INPUTS: &str = "sellerlake.inputs";
