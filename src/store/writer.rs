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

/// Encodes rows with row groups that end where it is told, or when they are full.
pub struct CutWriter<'a> {
    path: &'a Path,
    writer: ArrowWriter<Vec<u8>>,
    /// First row of each row group.
    firsts: Vec<u64>,
    n_rows: u64,
    /// Rows of the row group being written.
    open: usize,
}

impl<'a> CutWriter<'a> {
    /// # Errors
    /// As [`encode`].
    pub fn new(path: &'a Path, schema: &SchemaRef) -> Result<Self, StoreError> {
        Ok(Self {
            path,
            writer: open(path, Vec::new(), schema, None)?,
            firsts: Vec::new(),
            n_rows: 0,
            open: 0,
        })
    }

    /// # Errors
    /// As [`encode`].
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), StoreError> {
        let mut start = 0;
        while start < batch.num_rows() {
            let rows = (batch.num_rows() - start).min(ROW_GROUP - self.open);
            if self.open == 0 {
                self.firsts.push(self.n_rows);
            }
            let piece = batch.slice(start, rows);
            self.writer.write(&piece).map_err(|why| self.failed(why))?;
            start += rows;
            self.open += rows;
            self.n_rows += rows as u64;
            if self.open == ROW_GROUP {
                self.cut()?;
            }
        }
        Ok(())
    }

    /// Ends the row group: the next row begins one.
    ///
    /// # Errors
    /// As [`encode`].
    pub fn cut(&mut self) -> Result<(), StoreError> {
        if self.open > 0 {
            self.open = 0;
            self.writer.flush().map_err(|why| self.failed(why))?;
        }
        Ok(())
    }

    /// The file's bytes, and the first row of each row group.
    ///
    /// # Errors
    /// As [`encode`].
    pub fn finish(mut self) -> Result<(Vec<u8>, Vec<u64>), StoreError> {
        self.cut()?;
        let path = self.path;
        let bytes = self
            .writer
            .into_inner()
            .map_err(|source| StoreError::Encode {
                path: path.into(),
                source,
            })?;
        Ok((bytes, self.firsts))
    }

    fn failed(&self, source: parquet::errors::ParquetError) -> StoreError {
        StoreError::Encode {
            path: self.path.into(),
            source,
        }
    }
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
