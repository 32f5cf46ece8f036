//! Parts -> the newest row of each key, in order of the key. Parts are read once, sorted in runs that fit in memory, and
//! the runs merged row by row: what is held does not grow with the partition.

use crate::model::name::ColumnName;
use crate::model::table::Table;
use crate::store::StoreError;
use crate::store::files;
use crate::store::merge::PartRef;
use crate::store::observed::Batches;
use crate::store::observed::Observed;
use crate::store::reader;
use crate::store::writer;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::Int64Array;
use arrow::array::RecordBatch;
use arrow::array::UInt64Array;
use arrow::compute::concat_batches;
use arrow::compute::interleave_record_batch;
use arrow::compute::take_record_batch;
use arrow::datatypes::DataType;
use arrow::datatypes::Field;
use arrow::datatypes::Int64Type;
use arrow::datatypes::Schema;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::row::OwnedRow;
use arrow::row::RowConverter;
use arrow::row::Rows;
use arrow::row::SortField;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use tempfile::NamedTempFile;

/// Rows that are sorted in memory at a time.
const RUN: usize = 262_144;
/// Rows that are written together. The writer cuts pages by what it is given at once, so this is part of the layout.
const TOGETHER: usize = 8_192;
/// The column of a run that says which part a row is of, by its place in the order of observation.
const ORDER: &str = "_order";

/// Writes the newest row of each key and puts the file in place. Look-alikes inside one part are told apart by their
/// ordinal: the second of a key meets the second of that key in another part.
///
/// # Errors
/// When a part cannot be read or the file cannot be written; the old file is then still there.
pub(super) fn write(
    observed: &Observed<'_>,
    path: &Path,
    table: &Table,
    parts: &[PartRef],
    fingerprint: &str,
) -> Result<(), StoreError> {
    write_in_runs(observed, path, table, parts, fingerprint, RUN)
}

fn write_in_runs(
    observed: &Observed<'_>,
    path: &Path,
    table: &Table,
    parts: &[PartRef],
    fingerprint: &str,
    run: usize,
) -> Result<(), StoreError> {
    let sorting = Sorting::of(path, table)?;
    let mut order: Vec<&PartRef> = parts.iter().collect();
    order.sort_by_key(|part| part.precedence(table));
    let mut runs: Vec<Run> = Vec::new();
    let (mut pool, mut pooled) = (Vec::new(), 0);
    for (n, part) in (0i64..).zip(order) {
        for batch in observed.stream(part.path(), &sorting.table, 0, u64::MAX)? {
            let batch = sorting.ordered(&batch?, n)?;
            pooled += batch.num_rows();
            pool.push(batch);
            if pooled >= run {
                runs.push(Run::spilled(path, &sorting.sorted(&pool)?)?);
                (pool, pooled) = (Vec::new(), 0);
            }
        }
    }
    if pooled > 0 {
        runs.push(Run::Held(sorting.sorted(&pool)?));
        drop(pool);
    }
    let temp = files::stage(path)?;
    let mut out = Out::of(path, &sorting, &temp, fingerprint)?;
    let mut cursors = Vec::new();
    for (n, run) in runs.iter().enumerate() {
        cursors.extend(Cursor::open(&sorting, n, run)?);
    }
    while let Some(key) = cursors.iter().map(|cursor| &cursor.key).min().cloned() {
        // Runs follow each other in the order of observation, so rows of a key come oldest first.
        let mut seen: BTreeMap<i64, Vec<Picked>> = BTreeMap::new();
        let mut at = 0;
        while at < cursors.len() {
            if cursors[at].key != key {
                at += 1;
                continue;
            }
            let picked = cursors[at].picked();
            seen.entry(picked.order).or_default().push(picked);
            if !cursors[at].advance(&sorting)? {
                cursors.remove(at);
            }
        }
        let most = seen.values().map(Vec::len).max().unwrap_or(0);
        for ordinal in 0..most {
            let newest = seen.values().rev().find_map(|rows| rows.get(ordinal));
            if let Some(newest) = newest {
                out.push(newest.clone())?;
            }
        }
    }
    out.close()?;
    files::settle(temp, path)?;
    Ok(())
}

/// How rows of a table are sorted.
struct Sorting<'a> {
    path: &'a Path,
    table: SchemaRef,
    /// The table's schema and the order of the part.
    schema: SchemaRef,
    columns: Vec<usize>,
    converter: RowConverter,
}

impl<'a> Sorting<'a> {
    fn of(path: &'a Path, table: &Table) -> Result<Self, StoreError> {
        let names = ["account", "marketplace"]
            .into_iter()
            .chain(table.day_column());
        let names = names.chain(table.merge.key.iter().map(ColumnName::as_str));
        let columns: Vec<usize> = names.filter_map(|name| table.index_of(name)).collect();
        let fields = columns
            .iter()
            .map(|at| SortField::new(table.columns[*at].ty.arrow()))
            .collect();
        let converter = RowConverter::new(fields).map_err(|source| StoreError::Rows {
            path: path.into(),
            source,
        })?;
        let own = table.arrow();
        let mut fields: Vec<Arc<Field>> = own.fields().iter().cloned().collect();
        fields.push(Arc::new(Field::new(ORDER, DataType::Int64, false)));
        Ok(Self {
            path,
            table: own,
            schema: Arc::new(Schema::new(fields)),
            columns,
            converter,
        })
    }

    fn failed(&self, source: ArrowError) -> StoreError {
        StoreError::Rows {
            path: self.path.into(),
            source,
        }
    }

    fn ordered(&self, batch: &RecordBatch, order: i64) -> Result<RecordBatch, StoreError> {
        let mut columns = batch.columns().to_vec();
        columns.push(Arc::new(Int64Array::from_value(order, batch.num_rows())));
        RecordBatch::try_new(self.schema.clone(), columns).map_err(|source| self.failed(source))
    }

    fn keys(&self, batch: &RecordBatch) -> Result<Rows, StoreError> {
        let arrays: Vec<ArrayRef> = self
            .columns
            .iter()
            .map(|at| batch.column(*at).clone())
            .collect();
        self.converter
            .convert_columns(&arrays)
            .map_err(|source| self.failed(source))
    }

    /// All rows by key; rows of one key in the order in which they came.
    fn sorted(&self, batches: &[RecordBatch]) -> Result<RecordBatch, StoreError> {
        let failed = |source| self.failed(source);
        let whole = concat_batches(&self.schema, batches).map_err(failed)?;
        let keys = self.keys(&whole)?;
        let mut rows: Vec<usize> = (0..whole.num_rows()).collect();
        rows.sort_by(|a, b| keys.row(*a).cmp(&keys.row(*b)));
        let rows = UInt64Array::from_iter_values(rows.into_iter().map(|row| row as u64));
        take_record_batch(&whole, &rows).map_err(failed)
    }
}

/// Sorted rows.
enum Run {
    Held(RecordBatch),
    /// In a file that goes with the run.
    Spilled(NamedTempFile),
}

impl Run {
    /// Beside the file that is to be written: where there is room for that, there is room for this.
    fn spilled(path: &Path, sorted: &RecordBatch) -> Result<Self, StoreError> {
        let mut temp = files::stage(path)?;
        let bytes = writer::encode(
            path,
            sorted.schema_ref(),
            std::slice::from_ref(sorted),
            None,
        )?;
        std::io::Write::write_all(&mut temp, &bytes).map_err(|source| StoreError::File {
            verb: "write",
            path: path.into(),
            source,
        })?;
        Ok(Self::Spilled(temp))
    }

    fn batches(&self, schema: &SchemaRef) -> Result<Batches, StoreError> {
        match self {
            Self::Held(batch) => Ok(Box::new(std::iter::once(Ok(batch.clone())))),
            Self::Spilled(temp) => Ok(Box::new(reader::stream(temp.path(), schema, 0, u64::MAX)?)),
        }
    }
}

/// A row that may be written.
#[derive(Clone)]
struct Picked {
    /// The run, and which of its batches.
    from: (usize, usize),
    batch: RecordBatch,
    row: usize,
    order: i64,
}

/// Where a run is read.
struct Cursor {
    from: (usize, usize),
    rest: Batches,
    batch: RecordBatch,
    keys: Rows,
    row: usize,
    key: OwnedRow,
}

impl Cursor {
    /// None when the run is empty.
    fn open(sorting: &Sorting<'_>, n: usize, run: &Run) -> Result<Option<Self>, StoreError> {
        let mut rest = run.batches(&sorting.schema)?;
        let Some(batch) = next_filled(&mut rest)? else {
            return Ok(None);
        };
        let keys = sorting.keys(&batch)?;
        let key = keys.row(0).owned();
        Ok(Some(Self {
            from: (n, 0),
            rest,
            batch,
            keys,
            row: 0,
            key,
        }))
    }

    fn picked(&self) -> Picked {
        let orders = self.batch.column(self.batch.num_columns() - 1);
        Picked {
            from: self.from,
            batch: self.batch.clone(),
            row: self.row,
            order: orders.as_primitive::<Int64Type>().value(self.row),
        }
    }

    /// False at the end.
    fn advance(&mut self, sorting: &Sorting<'_>) -> Result<bool, StoreError> {
        self.row += 1;
        if self.row == self.batch.num_rows() {
            let Some(batch) = next_filled(&mut self.rest)? else {
                return Ok(false);
            };
            self.keys = sorting.keys(&batch)?;
            (self.batch, self.row) = (batch, 0);
            self.from.1 += 1;
        }
        self.key = self.keys.row(self.row).owned();
        Ok(true)
    }
}

fn next_filled(batches: &mut Batches) -> Result<Option<RecordBatch>, StoreError> {
    for batch in batches {
        let batch = batch?;
        if batch.num_rows() > 0 {
            return Ok(Some(batch));
        }
    }
    Ok(None)
}

/// The file that is written, some rows at a time.
struct Out<'a> {
    path: &'a Path,
    table: SchemaRef,
    writer: ArrowWriter<File>,
    pool: Vec<Picked>,
}

impl<'a> Out<'a> {
    fn of(
        path: &'a Path,
        sorting: &Sorting<'_>,
        temp: &NamedTempFile,
        fingerprint: &str,
    ) -> Result<Self, StoreError> {
        let file = temp
            .as_file()
            .try_clone()
            .map_err(|source| StoreError::File {
                verb: "write",
                path: path.into(),
                source,
            })?;
        let failed = |source| StoreError::Encode {
            path: path.into(),
            source,
        };
        let options = ArrowWriterOptions::new()
            .with_properties(writer::properties(&sorting.table, Some(fingerprint)).map_err(failed)?)
            .with_skip_arrow_metadata(true);
        Ok(Self {
            path,
            table: sorting.table.clone(),
            writer: ArrowWriter::try_new_with_options(file, sorting.table.clone(), options)
                .map_err(failed)?,
            pool: Vec::with_capacity(TOGETHER),
        })
    }

    fn push(&mut self, row: Picked) -> Result<(), StoreError> {
        self.pool.push(row);
        if self.pool.len() == TOGETHER {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        let rows = |source| StoreError::Rows {
            path: self.path.into(),
            source,
        };
        let mut batches: BTreeMap<(usize, usize), (usize, &RecordBatch)> = BTreeMap::new();
        for picked in &self.pool {
            let next = batches.len();
            batches.entry(picked.from).or_insert((next, &picked.batch));
        }
        let places: Vec<(usize, usize)> = self
            .pool
            .iter()
            .map(|picked| (batches[&picked.from].0, picked.row))
            .collect();
        let mut sources: Vec<(usize, &RecordBatch)> = batches.into_values().collect();
        sources.sort_by_key(|(n, _)| *n);
        let sources: Vec<&RecordBatch> = sources.into_iter().map(|(_, batch)| batch).collect();
        if places.is_empty() {
            return Ok(());
        }
        let whole = interleave_record_batch(&sources, &places).map_err(rows)?;
        let columns = whole.columns()[..self.table.fields().len()].to_vec();
        let batch = RecordBatch::try_new(self.table.clone(), columns).map_err(rows)?;
        self.writer
            .write(&batch)
            .map_err(|source| StoreError::Encode {
                path: self.path.into(),
                source,
            })?;
        self.pool.clear();
        Ok(())
    }

    fn close(mut self) -> Result<(), StoreError> {
        self.flush()?;
        self.writer
            .close()
            .map(|_| ())
            .map_err(|source| StoreError::Encode {
                path: self.path.into(),
                source,
            })
    }
}

#[cfg(test)]
#[path = "keyed_tests.rs"]
mod tests;
