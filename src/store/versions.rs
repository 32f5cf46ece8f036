//! Writing a pack: rows come in slice by slice, observation by observation; a row that was there before is only counted.

use crate::model::id;
use crate::store::StoreError;
use crate::store::files;
use crate::store::layout;
use crate::store::pack;
use crate::store::pack::Directory;
use crate::store::writer;
use arrow::array::ArrayRef;
use arrow::array::BooleanArray;
use arrow::array::RecordBatch;
use arrow::array::new_null_array;
use arrow::compute::filter_record_batch;
use arrow::datatypes::DataType;
use arrow::datatypes::Schema;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::row::RowConverter;
use arrow::row::SortField;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::Compression;
use parquet::basic::Encoding;
use parquet::basic::ZstdLevel;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::EnabledStatistics;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;
use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::NamedTempFile;

/// A pack being written.
pub(super) struct Shelf {
    path: PathBuf,
    /// The columns that make a version.
    schema: SchemaRef,
    converter: RowConverter,
    rows: (NamedTempFile, ArrowWriter<File>),
    index: (NamedTempFile, ArrowWriter<File>),
    /// Versions of this slice and their rows in the pack.
    known: HashMap<u128, i64>,
    n_versions: i64,
    n_seen: u64,
}

impl Shelf {
    /// `whole` is the schema of what comes in; `path` is where the rows will lie.
    pub(super) fn open(path: &Path, whole: &SchemaRef) -> Result<Self, StoreError> {
        let versions = whole.fields().iter();
        let versions = versions.filter(|field| pack::is_version(field.name()));
        let schema = Arc::new(Schema::new(versions.cloned().collect::<Vec<_>>()));
        let fields = schema.fields().iter();
        let fields = fields.map(|field| SortField::new(field.data_type().clone()));
        let converter = RowConverter::new(fields.collect()).map_err(|source| StoreError::Rows {
            path: path.into(),
            source,
        })?;
        let failed = |source| StoreError::Encode {
            path: path.into(),
            source,
        };
        let rows = staged(
            path,
            &schema,
            writer::properties(&schema, None).map_err(failed)?,
        )?;
        let properties = index_properties().map_err(failed)?;
        let index = staged(&layout::pack_index(path), &pack::index_schema(), properties)?;
        Ok(Self {
            path: path.into(),
            schema,
            converter,
            rows,
            index,
            known: HashMap::new(),
            n_versions: 0,
            n_seen: 0,
        })
    }

    /// Versions of one slice are never those of another.
    pub(super) fn begin(&mut self) {
        self.known.clear();
    }

    /// Rows that came in so far.
    pub(super) const fn n_seen(&self) -> u64 {
        self.n_seen
    }

    /// Takes rows in, in the order in which the observation has them.
    pub(super) fn put(&mut self, batch: &RecordBatch) -> Result<(), StoreError> {
        let path = self.path.clone();
        let failed = |source: ArrowError| StoreError::Rows {
            path: path.clone(),
            source,
        };
        let encode = |source: ParquetError| StoreError::Encode {
            path: path.clone(),
            source,
        };
        let versions = self.version(batch).map_err(failed)?;
        let keys = self
            .converter
            .convert_columns(versions.columns())
            .map_err(failed)?;
        let mut rows = Vec::with_capacity(batch.num_rows());
        let mut is_new = Vec::with_capacity(batch.num_rows());
        for key in &keys {
            let next = self.n_versions;
            let row = *self.known.entry(id::of_bytes(key.as_ref())).or_insert(next);
            is_new.push(row == next);
            self.n_versions += i64::from(row == next);
            rows.push(row);
        }
        let new = filter_record_batch(&versions, &BooleanArray::from(is_new)).map_err(failed)?;
        self.rows.1.write(&new).map_err(encode)?;
        let places: ArrayRef = match batch.column_by_name(pack::PLACE) {
            Some(places) => Arc::clone(places),
            None => new_null_array(&DataType::Int64, batch.num_rows()),
        };
        let seen = pack::index_batch(rows, places).map_err(failed)?;
        self.index.1.write(&seen).map_err(encode)?;
        self.n_seen += batch.num_rows() as u64;
        Ok(())
    }

    fn version(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let columns = self
            .schema
            .fields()
            .iter()
            .map(|field| {
                batch
                    .column_by_name(field.name())
                    .cloned()
                    .unwrap_or_else(|| new_null_array(field.data_type(), batch.num_rows()))
            })
            .collect();
        RecordBatch::try_new(self.schema.clone(), columns)
    }

    /// Completes both files where they lie now: rows, index, and how many versions there are.
    pub(super) fn close(
        self,
        directory: &Directory,
    ) -> Result<(NamedTempFile, NamedTempFile, u64), StoreError> {
        let path = self.path;
        let text = serde_json::to_string(directory).map_err(|source| StoreError::Entry {
            path: path.clone(),
            source,
        })?;
        let failed = |source| StoreError::Encode {
            path: path.clone(),
            source,
        };
        let ((rows, rows_writer), (index, mut index_writer)) = (self.rows, self.index);
        rows_writer.close().map_err(failed)?;
        index_writer.append_key_value_metadata(KeyValue::new(pack::DIRECTORY.to_owned(), text));
        index_writer.close().map_err(failed)?;
        let n_versions = u64::try_from(self.n_versions).unwrap_or_default();
        Ok((rows, index, n_versions))
    }
}

fn staged(
    path: &Path,
    schema: &SchemaRef,
    properties: WriterProperties,
) -> Result<(NamedTempFile, ArrowWriter<File>), StoreError> {
    let temp = files::stage(path)?;
    let file = temp
        .as_file()
        .try_clone()
        .map_err(|source| StoreError::File {
            verb: "write",
            path: path.into(),
            source,
        })?;
    let options = ArrowWriterOptions::new()
        .with_properties(properties)
        .with_skip_arrow_metadata(true);
    let writer =
        ArrowWriter::try_new_with_options(file, schema.clone(), options).map_err(|source| {
            StoreError::Encode {
                path: path.into(),
                source,
            }
        })?;
    Ok((temp, writer))
}

/// Numbers that mostly follow each other: their differences are written, which for rows that did not change is nearly
/// nothing.
fn index_properties() -> Result<WriterProperties, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_created_by("sellerlake".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_dictionary_enabled(false);
    for column in ["row", pack::PLACE] {
        properties =
            properties.set_column_encoding(ColumnPath::from(column), Encoding::DELTA_BINARY_PACKED);
    }
    Ok(properties.build())
}
