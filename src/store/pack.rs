//! A pack: the rows of many parts of one partition, each version of a row once, and beside it an index that says which
//! versions each observation saw, in which order and where in its file. Every part can be rebuilt from it as it was.
//!
//! The index is written first; the rows appear last, and with them the pack exists.

use crate::store::StoreError;
use crate::store::observed::Batches;
use crate::store::reader;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::Int64Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use arrow::array::TimestampMillisecondArray;
use arrow::array::UInt64Array;
use arrow::array::new_null_array;
use arrow::compute::concat_batches;
use arrow::compute::partition;
use arrow::compute::take_record_batch;
use arrow::datatypes::DataType;
use arrow::datatypes::Field;
use arrow::datatypes::Int64Type;
use arrow::datatypes::Schema;
use arrow::datatypes::SchemaRef;
use arrow::datatypes::TimeUnit;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::OnceLock;

/// Key of the directory in the footer of an index.
pub(super) const DIRECTORY: &str = "sellerlake.observations";
/// The column that tells where in its file a row stood.
pub(super) const PLACE: &str = "source_row";
/// Columns that tell of the observation and not of what was observed: the first three the same in all rows of a part.
const TOLD_TYPES: &[(&str, DataType)] = &[
    ("report_id", DataType::Utf8),
    (
        "observed_at",
        DataType::Timestamp(TimeUnit::Millisecond, None),
    ),
    ("observed_from", DataType::Utf8),
    (PLACE, DataType::Int64),
];

/// What an index holds, by reading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Directory {
    pub observations: BTreeMap<String, Observation>,
}

/// One part in a pack.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Observation {
    pub report_id: Option<String>,
    /// Milliseconds, UTC.
    pub observed_at: Option<i64>,
    pub observed_from: Option<String>,
    /// `(first row in the index, rows)` of each of its slices, in the order of its rows.
    pub runs: Vec<(u64, u64)>,
}

/// A pack on disk.
#[derive(Debug, Clone)]
pub(super) struct Pack {
    pub rows: PathBuf,
    pub index: PathBuf,
    pub directory: Arc<Directory>,
    schema: SchemaRef,
    size: (u64, u64),
    /// Rows and index of a small pack, once somebody read from it.
    held: Arc<OnceLock<[RecordBatch; 2]>>,
}

/// Rows, and rows of the index, up to which a pack is held in memory while it is read: every slice of every observation
/// in it is a place of its own.
const SMALL: (u64, u64) = (65_536, 1 << 20);

/// Columns of an index: the row in the pack, and the row in the file.
pub(super) fn index_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("row", DataType::Int64, false),
        Field::new(PLACE, DataType::Int64, true),
    ]))
}

impl Pack {
    /// # Errors
    /// When one of the two files is missing or damaged.
    pub(super) fn open(rows: &Path, index: &Path) -> Result<Self, StoreError> {
        let (schema, n_rows) = reader::shape_of(rows)?;
        let (_, n_seen) = reader::shape_of(index)?;
        let text = reader::note_of(index, DIRECTORY).unwrap_or_default();
        let directory = serde_json::from_str(&text).map_err(|source| StoreError::Entry {
            path: index.into(),
            source,
        })?;
        Ok(Self {
            rows: rows.into(),
            index: index.into(),
            directory: Arc::new(directory),
            schema,
            size: (n_rows, n_seen),
            held: Arc::default(),
        })
    }

    /// The schema of the parts in it: its own, and what is told apart from the rows.
    pub(super) fn whole_schema(&self) -> SchemaRef {
        let mut fields: Vec<Arc<Field>> = self.schema.fields().iter().cloned().collect();
        for (name, ty) in TOLD_TYPES {
            fields.push(Arc::new(Field::new(*name, ty.clone(), true)));
        }
        Arc::new(Schema::new(fields))
    }

    pub(super) fn holds(&self, reading: &str) -> bool {
        self.directory.observations.contains_key(reading)
    }

    /// Some rows of a part, as [`crate::store::observed::Observed::stream`] gives them.
    pub(super) fn stream(
        &self,
        reading: &str,
        schema: &SchemaRef,
        start: u64,
        rows: u64,
    ) -> Result<Batches, StoreError> {
        let observation =
            self.directory
                .observations
                .get(reading)
                .ok_or_else(|| StoreError::NoPart {
                    part: reading.into(),
                })?;
        let (mut before, end) = (0, start.saturating_add(rows));
        let mut pieces = Vec::new();
        for (first, n) in &observation.runs {
            let (from, to) = (
                start.clamp(before, before + n),
                end.clamp(before, before + n),
            );
            if from < to {
                pieces.push((first + (from - before), to - from));
            }
            before += n;
        }
        let (pack, observation) = (self.clone(), Arc::new(observation.clone()));
        let schema = schema.clone();
        let batches = pieces.into_iter().flat_map(move |(first, n)| {
            pack.piece(&observation, &schema, first, n)
                .unwrap_or_else(|error| Box::new(std::iter::once(Err(error))))
        });
        Ok(Box::new(batches))
    }

    /// The rows that some rows of the index stand for.
    fn piece(
        &self,
        observation: &Arc<Observation>,
        schema: &SchemaRef,
        first: u64,
        n: u64,
    ) -> Result<Batches, StoreError> {
        let (pack, observation) = (self.clone(), Arc::clone(observation));
        let schema = schema.clone();
        if let Some([_, index]) = self.held()? {
            let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
            let seen = index.slice(place(first), place(n));
            return Ok(Box::new(std::iter::once_with(move || {
                pack.rebuilt(&observation, &schema, &seen)
            })));
        }
        let seen = reader::stream(&self.index, &index_schema(), first, n)?;
        Ok(Box::new(seen.map(move |seen| {
            pack.rebuilt(&observation, &schema, &seen?)
        })))
    }

    /// The whole of a small pack.
    fn held(&self) -> Result<Option<&[RecordBatch; 2]>, StoreError> {
        if self.size.0 > SMALL.0 || self.size.1 > SMALL.1 {
            return Ok(None);
        }
        if self.held.get().is_none() {
            let whole = |path: &Path, schema: &SchemaRef| {
                concat_batches(schema, &reader::read(path, schema)?).map_err(|source| {
                    StoreError::Rows {
                        path: path.into(),
                        source,
                    }
                })
            };
            let read = [
                whole(&self.rows, &self.schema)?,
                whole(&self.index, &index_schema())?,
            ];
            // Whoever was first read the same.
            let _ = self.held.set(read);
        }
        Ok(self.held.get())
    }

    fn rebuilt(
        &self,
        observation: &Observation,
        schema: &SchemaRef,
        seen: &RecordBatch,
    ) -> Result<RecordBatch, StoreError> {
        let failed = |source| StoreError::Rows {
            path: self.rows.clone(),
            source,
        };
        let numbers = seen.column(0).as_primitive::<Int64Type>().values();
        let (Some(low), Some(high)) = (numbers.iter().min(), numbers.iter().max()) else {
            return Ok(RecordBatch::new_empty(schema.clone()));
        };
        let place = |number: i64| u64::try_from(number).unwrap_or_default();
        let (low, span) = if let Some([rows, _]) = self.held()? {
            (0, rows.clone())
        } else {
            let (first, n) = (place(*low), place(high - low + 1));
            let span = reader::read_rows(&self.rows, &self.schema, first, n)?;
            (*low, concat_batches(&self.schema, &span).map_err(failed)?)
        };
        let wanted =
            UInt64Array::from_iter_values(numbers.iter().map(|number| place(*number - low)));
        let rows = take_record_batch(&span, &wanted).map_err(failed)?;
        let (mut fields, mut columns) = (Vec::new(), Vec::new());
        for (field, column) in self.schema.fields().iter().zip(rows.columns()) {
            fields.push(Arc::clone(field));
            columns.push(Arc::clone(column));
        }
        let n = seen.num_rows();
        for field in schema.fields() {
            let name = field.name().as_str();
            if is_version(name) {
                continue;
            }
            fields.push(Arc::clone(field));
            columns.push(if name == PLACE {
                Arc::clone(seen.column(1))
            } else {
                told(observation, name, field.data_type(), n)
            });
        }
        let whole = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(failed)?;
        reader::conform(&self.rows, &whole, schema)
    }
}

/// What the observation says in every row of a column.
fn told(observation: &Observation, column: &str, ty: &DataType, n: usize) -> ArrayRef {
    let text = |value: &Option<String>| -> Option<ArrayRef> {
        let value = value.as_deref()?;
        Some(Arc::new(StringArray::from_iter_values(
            std::iter::repeat_n(value, n),
        )))
    };
    let array: Option<ArrayRef> = match column {
        "report_id" => text(&observation.report_id),
        "observed_from" => text(&observation.observed_from),
        _ => observation
            .observed_at
            .map(|at| Arc::new(TimestampMillisecondArray::from_value(at, n)) as ArrayRef),
    };
    array.unwrap_or_else(|| new_null_array(ty, n))
}

/// What every row of a batch says of the observation; none when they do not agree.
pub(super) fn told_by(batch: &RecordBatch) -> Option<Observation> {
    let one = |name: &str| -> Option<Option<ArrayRef>> {
        let Some(column) = batch.column_by_name(name) else {
            return Some(None);
        };
        let runs = partition(std::slice::from_ref(column)).ok()?;
        let first = column.slice(0, 1);
        (runs.len() == 1).then_some(Some(first).filter(|first| first.null_count() == 0))
    };
    let text = |array: Option<ArrayRef>| {
        array.and_then(|array| Some(array.as_string_opt::<i32>()?.value(0).to_owned()))
    };
    Some(Observation {
        report_id: text(one("report_id")?),
        observed_from: text(one("observed_from")?),
        observed_at: one("observed_at")?.and_then(|array| {
            let times = array.as_primitive_opt::<arrow::datatypes::TimestampMillisecondType>()?;
            Some(times.value(0))
        }),
        runs: Vec::new(),
    })
}

/// Whether a column is part of what was observed: the rows of a pack have it.
pub(super) fn is_version(name: &str) -> bool {
    TOLD_TYPES.iter().all(|(told, _)| *told != name)
}

/// An index's numbers as a batch.
pub(super) fn index_batch(
    rows: Vec<i64>,
    places: ArrayRef,
) -> Result<RecordBatch, arrow::error::ArrowError> {
    RecordBatch::try_new(
        index_schema(),
        vec![Arc::new(Int64Array::from(rows)), places],
    )
}
