//! Batches -> Parquet bytes. The same rows give the same bytes: no time, host or library version goes in.

use crate::store::StoreError;
use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use arrow::datatypes::Schema;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::Compression;
use parquet::basic::Encoding;
use parquet::basic::ZstdLevel;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::EnabledStatistics;
use parquet::file::properties::WriterProperties;
use parquet::file::properties::WriterPropertiesBuilder;
use parquet::schema::types::ColumnPath;
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
    let properties = properties(schema, inputs).map_err(failed)?;
    let mut writer = open(Vec::new(), schema, properties).map_err(failed)?;
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
    /// `blank` names columns in which no row will have a value.
    ///
    /// # Errors
    /// As [`encode`].
    pub fn new(path: &'a Path, schema: &SchemaRef, blank: &[&str]) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Encode {
            path: path.into(),
            source,
        };
        let mut properties = builder(schema, None).map_err(failed)?;
        // A column without a value needs neither a dictionary nor a compressor, which are large before the first value.
        for name in blank {
            let path = ColumnPath::from(*name);
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_compression(path, Compression::UNCOMPRESSED);
        }
        let writer = open(Vec::new(), schema, properties.build()).map_err(failed)?;
        Ok(Self {
            path,
            writer,
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

    fn failed(&self, source: ParquetError) -> StoreError {
        StoreError::Encode {
            path: self.path.into(),
            source,
        }
    }
}

/// A writer of one schema into anything.
fn open<W: std::io::Write + Send>(
    into: W,
    schema: &SchemaRef,
    properties: WriterProperties,
) -> Result<ArrowWriter<W>, ParquetError> {
    let options = ArrowWriterOptions::new()
        .with_properties(properties)
        .with_skip_arrow_metadata(true);
    ArrowWriter::try_new_with_options(into, schema.clone(), options)
}

/// Properties of every file of the store.
///
/// # Errors
/// Never in practice: the level is a valid one.
pub fn properties(schema: &Schema, inputs: Option<&str>) -> Result<WriterProperties, ParquetError> {
    Ok(builder(schema, inputs)?.build())
}

fn builder(schema: &Schema, inputs: Option<&str>) -> Result<WriterPropertiesBuilder, ParquetError> {
    let metadata = inputs.map(|inputs| vec![KeyValue::new(INPUTS.to_owned(), inputs.to_owned())]);
    let mut builder = WriterProperties::builder()
        .set_created_by("sellerlake".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_key_value_metadata(metadata);
    for field in schema.fields() {
        let path = ColumnPath::from(field.name().as_str());
        // Least and greatest texts skip nothing, and every text would be compared for them.
        if *field.data_type() == DataType::Utf8 {
            builder = builder.set_column_statistics_enabled(path, EnabledStatistics::None);
        } else if field.name() == SOURCE_ROW {
            // A dictionary of numbers that never repeat would only grow.
            builder = builder
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        }
    }
    Ok(builder)
}

/// The column of the rows' own numbers.
const SOURCE_ROW: &str = "source_row";

/// Key of the fingerprint in a file's footer.
pub const INPUTS: &str = "sellerlake.inputs";
