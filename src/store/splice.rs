//! Chosen rows -> one file: large slices are copied as they are encoded, small ones are encoded together. Holds one row
//! group at a time, however large the partition.

use crate::model::table::Table;
use crate::store::StoreError;
use crate::store::choose::Piece;
use crate::store::entry::SliceEntry;
use crate::store::files;
use crate::store::merge::PartRef;
use crate::store::observed::Observed;
use crate::store::part;
use crate::store::writer;
use arrow::array::BooleanArray;
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::compute::filter_record_batch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowSchemaConverter;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::ChunkReader;
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::TypePtr;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// Rows of small slices that are encoded together.
const POOL: usize = 65_536;

/// Writes the pieces, in order, and puts the file in place.
///
/// # Errors
/// When a part cannot be read or the file cannot be written; the old file is then still there.
pub(super) fn write(
    observed: &Observed<'_>,
    path: &Path,
    table: &Table,
    parts: &[PartRef],
    pieces: &[Piece],
    fingerprint: &str,
) -> Result<(), StoreError> {
    let failed = |source| StoreError::Encode {
        path: path.into(),
        source,
    };
    let schema = table.arrow();
    let root = ArrowSchemaConverter::new()
        .convert(&schema)
        .map_err(failed)?
        .root_schema_ptr();
    let properties = Arc::new(writer::properties(&schema, Some(fingerprint)).map_err(failed)?);
    let temp = files::stage(path)?;
    let file = temp
        .as_file()
        .try_clone()
        .map_err(|source| StoreError::File {
            verb: "write",
            path: path.into(),
            source,
        })?;
    let out = SerializedFileWriter::new(BufWriter::new(file), root.clone(), properties)
        .map_err(failed)?;
    let mut splicer = Splicer {
        observed,
        path,
        table,
        schema,
        root,
        out,
        pool: Vec::new(),
        pooled: 0,
        open: None,
    };
    let mut rest = pieces;
    while let Some((piece, after)) = rest.split_first() {
        rest = after;
        let part = &parts[piece.part];
        let slices = part.slices();
        let Some(mut entry) = slices.get(piece.slice).cloned() else {
            continue;
        };
        // Small slices that follow each other in their part are read at once, as far as they are encoded together.
        while let Some((next, after)) = rest.split_first()
            && let Some(more) = slices.get(next.slice)
            && next.part == piece.part
            && next.members.is_none()
            && piece.members.is_none()
            && !entry.own_groups
            && !more.own_groups
            && more.start == entry.start + entry.rows
            && (splicer.pooled as u64) + entry.rows < POOL as u64
        {
            entry.rows += more.rows;
            rest = after;
        }
        splicer.add(part.path(), &entry, piece.members.as_ref())?;
    }
    splicer.flush()?;
    splicer.out.close().map_err(failed)?;
    files::settle(temp, path)?;
    Ok(())
}

struct Splicer<'a> {
    observed: &'a Observed<'a>,
    path: &'a Path,
    table: &'a Table,
    schema: SchemaRef,
    root: TypePtr,
    out: SerializedFileWriter<BufWriter<File>>,
    pool: Vec<RecordBatch>,
    pooled: usize,
    /// The part read last: its neighbours come from it often.
    open: Option<(PathBuf, SerializedFileReader<File>)>,
}

impl Splicer<'_> {
    fn failed(&self) -> impl Fn(ParquetError) -> StoreError + use<> {
        let path = self.path.to_path_buf();
        move |source| StoreError::Encode {
            path: path.clone(),
            source,
        }
    }

    fn add(
        &mut self,
        part: &str,
        entry: &SliceEntry,
        members: Option<&BTreeSet<String>>,
    ) -> Result<(), StoreError> {
        if members.is_none() && entry.own_groups {
            let copied = match self.observed.loose(part) {
                Some(path) => self.copy(&path, entry)?,
                None => false,
            };
            return if copied {
                Ok(())
            } else {
                self.encode_alone(part, entry)
            };
        }
        for batch in self
            .observed
            .stream(part, &self.schema, entry.start, entry.rows)?
        {
            let batch = batch?;
            let batch = match (members, part::member_column(self.table, &batch)) {
                (Some(wanted), Some(column)) => {
                    let kept: BooleanArray = (0..batch.num_rows())
                        .map(|row| Some(wanted.contains(part::member(column, row))))
                        .collect();
                    filter_record_batch(&batch, &kept).map_err(|source| StoreError::Rows {
                        path: self.path.into(),
                        source,
                    })?
                }
                _ => batch,
            };
            self.pooled += batch.num_rows();
            self.pool.push(batch);
        }
        if self.pooled >= POOL {
            self.flush()
        } else {
            Ok(())
        }
    }

    /// Writes a large slice that cannot be copied just as its part has it: in row groups of its own. Whether it was
    /// copied must not show.
    fn encode_alone(&mut self, part: &str, entry: &SliceEntry) -> Result<(), StoreError> {
        self.flush()?;
        let mut start = entry.start;
        let end = entry.start + entry.rows;
        while start < end {
            let rows = (end - start).min(writer::ROW_GROUP as u64);
            let batches = self.observed.read(part, &self.schema, start, rows)?;
            let group =
                concat_batches(&self.schema, &batches).map_err(|source| StoreError::Rows {
                    path: self.path.into(),
                    source,
                })?;
            self.append_encoded(&[group])?;
            start += rows;
        }
        Ok(())
    }

    /// Copies the row groups of a slice. False when the part was written with another schema.
    fn copy(&mut self, part: &Path, entry: &SliceEntry) -> Result<bool, StoreError> {
        if self.open.as_ref().is_none_or(|(path, _)| path != part) {
            let file = File::open(part).map_err(|source| StoreError::File {
                verb: "open",
                path: part.into(),
                source,
            })?;
            let reader = SerializedFileReader::new(file).map_err(|source| StoreError::Decode {
                path: part.into(),
                source,
            })?;
            self.open = Some((part.to_path_buf(), reader));
        }
        let failed = self.failed();
        let groups: Vec<RowGroupMetaData> = match &self.open {
            Some((_, reader))
                if reader
                    .metadata()
                    .file_metadata()
                    .schema_descr()
                    .root_schema()
                    == &*self.root =>
            {
                let metadata = reader.metadata();
                let mut rows = 0;
                let first = usize::try_from(entry.first_group).unwrap_or(usize::MAX);
                (first..metadata.num_row_groups())
                    .map(|at| metadata.row_group(at).clone())
                    .take_while(|group| {
                        let before = rows;
                        rows += group.num_rows();
                        before < i64::try_from(entry.rows).unwrap_or(i64::MAX)
                    })
                    .collect()
            }
            _ => return Ok(false),
        };
        self.flush()?;
        let file = File::open(part).map_err(|source| StoreError::File {
            verb: "open",
            path: part.into(),
            source,
        })?;
        groups
            .iter()
            .try_for_each(|group| append(&mut self.out, &file, group))
            .map_err(failed)?;
        Ok(true)
    }

    /// Encodes the pool and copies what it came to.
    fn flush(&mut self) -> Result<(), StoreError> {
        if self.pooled == 0 {
            self.pool.clear();
            return Ok(());
        }
        let pool = std::mem::take(&mut self.pool);
        self.pooled = 0;
        // Pages are cut by what is written at once: how the rows were read must not show.
        let whole = concat_batches(&self.schema, &pool).map_err(|source| StoreError::Rows {
            path: self.path.into(),
            source,
        })?;
        self.append_encoded(&[whole])
    }

    /// Encodes some rows and copies what they came to.
    fn append_encoded(&mut self, batches: &[RecordBatch]) -> Result<(), StoreError> {
        let bytes = bytes::Bytes::from(writer::encode(self.path, &self.schema, batches, None)?);
        let failed = self.failed();
        let reader = SerializedFileReader::new(bytes.clone()).map_err(&failed)?;
        let groups = reader.metadata().row_groups();
        groups
            .iter()
            .try_for_each(|group| append(&mut self.out, &bytes, group))
            .map_err(failed)
    }
}

/// Appends one encoded row group.
fn append(
    out: &mut SerializedFileWriter<BufWriter<File>>,
    from: &impl ChunkReader,
    group: &RowGroupMetaData,
) -> Result<(), ParquetError> {
    let mut into = out.next_row_group()?;
    for column in group.columns() {
        let close = ColumnCloseResult {
            bytes_written: u64::try_from(column.compressed_size()).unwrap_or(0),
            rows_written: u64::try_from(group.num_rows()).unwrap_or(0),
            metadata: column.clone(),
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        into.append_column(from, close)?;
    }
    into.close()?;
    Ok(())
}
