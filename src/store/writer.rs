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
const ROW_GROUP: usize = 131_072;

/// Encodes batches of one schema. `inputs` is a fingerprint of what the rows were made from, kept in the footer.
///
/// # Errors
/// When a batch does not have the schema; `path` is named in the message.
pub fn encode(path: &Path, schema: &SchemaRef, batches: &[RecordBatch], inputs: Option<&str>) -> Result<Vec<u8>, StoreError> {
    let failed = |source| StoreError::Encode { path: path.into(), source };
    let metadata = inputs.map(|inputs| vec![KeyValue::new(INPUTS.to_owned(), inputs.to_owned())]);
    let properties = WriterProperties::builder()
        .set_created_by("sellerlake".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).map_err(failed)?))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_key_value_metadata(metadata)
        .build();
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(Vec::new(), schema.clone(), options).map_err(failed)?;
    for batch in batches {
        writer.write(batch).map_err(failed)?;
    }
    writer.into_inner().map_err(failed)
}

/// Key of the fingerprint in a file's footer.
pub const INPUTS: &str = "sellerlake.inputs";
