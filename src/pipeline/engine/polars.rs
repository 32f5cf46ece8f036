//! The embedded engine: Polars SQL. The only home of the polars crate; knows no pipeline and no table by name.
//!
//! Columns go from one to the other value by value: both libraries have their own Arrow, and sharing buffers would
//! need the C interface and unsafe code. Results are small where it matters, since intermediate tables stay here.

use crate::model::name::TableName;
use crate::pipeline::engine::Engine;
use crate::pipeline::engine::EngineError;
use crate::pipeline::engine::TableFiles;
use crate::pipeline::engine::dialect;
use ::polars::prelude as pl;
use ::polars::prelude::IntoLazy;
use ::polars::prelude::IntoSeries;
use ::polars::prelude::NewChunkedArray;
use ::polars::sql::SQLContext;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::BooleanArray;
use arrow::array::PrimitiveArray;
use arrow::array::RecordBatch;
use arrow::array::RecordBatchOptions;
use arrow::array::StringArray;
use arrow::compute::cast;
use arrow::datatypes as ar;
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

/// Address space for planning a query; only what is used becomes memory.
const STACK: usize = 256 << 20;

/// Tables by name, as Polars' lazy frames.
#[derive(Default)]
pub struct Polars {
    frames: BTreeMap<TableName, pl::LazyFrame>,
}

impl Polars {
    /// An engine without tables. Polars' own warnings go nowhere: it would print them, and they are about how a literal
    /// is cast, not about the data.
    pub fn new() -> Self {
        ::polars::error::set_warning_function(|_, _| {});
        Self::default()
    }

    fn collect(&self, inputs: &[TableName], sql: &str) -> Result<pl::DataFrame, EngineError> {
        // A context of its own for each query: Polars resolves a name to a registered table before a CTE, and keeps
        // aliases, so that a context that knew more would answer differently.
        let mut context = SQLContext::new();
        for name in inputs {
            let frame = self
                .frames
                .get(name)
                .ok_or_else(|| EngineError::UnknownTable {
                    table: name.clone(),
                })?;
            context.register(name.as_str(), frame.clone());
        }
        let written = dialect::write(sql);
        let run = move || {
            let frame = context.execute(&written)?;
            let result = frame.collect_with_engine(pl::Engine::Streaming)?;
            pl::PolarsResult::Ok(result.unwrap_single())
        };
        // Polars plans by recursion, which for a long stage is deeper than the stack of a thread that was given the
        // usual two megabytes. It also panics where it meets a plan that it did not foresee, and that must stop one mart,
        // not the night's run: joining the thread brings either to here.
        let thread = thread::Builder::new()
            .name("query".to_owned())
            .stack_size(STACK);
        let running = thread.spawn(run).map_err(|source| EngineError::Query {
            source: Box::new(source),
        })?;
        match running.join() {
            Ok(Ok(frame)) => Ok(frame),
            Ok(Err(source)) => Err(EngineError::Query {
                source: Box::new(source),
            }),
            Err(panic) => Err(EngineError::Broke {
                text: said(panic.as_ref()).into(),
            }),
        }
    }
}

impl Engine for Polars {
    fn register_parquet(
        &mut self,
        name: &TableName,
        table: &TableFiles,
    ) -> Result<(), EngineError> {
        let frame = if table.files.is_empty() {
            frame_of(&RecordBatch::new_empty(Arc::clone(&table.schema)))
                .map(IntoLazy::lazy)
                .map_err(|source| EngineError::Register {
                    table: name.clone(),
                    source,
                })?
        } else {
            scan(table).map_err(|source| EngineError::Register {
                table: name.clone(),
                source,
            })?
        };
        self.frames.insert(name.clone(), frame);
        Ok(())
    }

    fn register_batch(&mut self, name: &TableName, batch: &RecordBatch) -> Result<(), EngineError> {
        let frame = frame_of(batch).map_err(|source| EngineError::Register {
            table: name.clone(),
            source,
        })?;
        self.frames.insert(name.clone(), frame.lazy());
        Ok(())
    }

    fn define(
        &mut self,
        name: &TableName,
        inputs: &[TableName],
        sql: &str,
    ) -> Result<(), EngineError> {
        let frame = self.collect(inputs, sql)?;
        self.frames.insert(name.clone(), frame.lazy());
        Ok(())
    }

    fn execute(&mut self, inputs: &[TableName], sql: &str) -> Result<RecordBatch, EngineError> {
        batch_of(&self.collect(inputs, sql)?)
    }

    fn forget(&mut self, name: &TableName) {
        self.frames.remove(name);
    }
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no reason given")
}

type Foreign = Box<dyn std::error::Error + Send + Sync>;

/// The files as they are listed, never what a glob or a folder name might say.
fn scan(table: &TableFiles) -> Result<pl::LazyFrame, Foreign> {
    let paths: Vec<pl::PlRefPath> = table
        .files
        .iter()
        .map(|path| pl::PlRefPath::try_from_path(path))
        .collect::<Result<_, _>>()?;
    let args = pl::ScanArgsParquet {
        hive_options: pl::HiveOptions {
            enabled: Some(false),
            ..pl::HiveOptions::default()
        },
        glob: false,
        ..pl::ScanArgsParquet::default()
    };
    let naive: Vec<pl::Expr> = table
        .schema
        .fields()
        .iter()
        .filter(|field| matches!(field.data_type(), ar::DataType::Timestamp(_, _)))
        .map(|field| {
            pl::col(field.name().as_str())
                .cast(pl::DataType::Datetime(pl::TimeUnit::Milliseconds, None))
        })
        .collect();
    let frame = pl::LazyFrame::scan_parquet_files(paths.into(), args)?;
    Ok(if naive.is_empty() {
        frame
    } else {
        frame.with_columns(naive)
    })
}

fn frame_of(batch: &RecordBatch) -> Result<pl::DataFrame, Foreign> {
    let schema = batch.schema();
    let columns: Vec<pl::Column> = schema
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(field, array)| series_of(field.name(), array).map(pl::Column::from))
        .collect::<Result<_, _>>()?;
    Ok(pl::DataFrame::new(batch.num_rows(), columns)?)
}

fn series_of(name: &str, array: &ArrayRef) -> Result<pl::Series, Foreign> {
    use ar::DataType as Arrow;
    let name = pl::PlSmallStr::from_str(name);
    Ok(match array.data_type() {
        Arrow::Boolean => {
            pl::BooleanChunked::from_iter_options(name, array.as_boolean().iter()).into_series()
        }
        ty if ty.is_integer() => {
            let wide = cast(array, &Arrow::Int64)?;
            let cells = wide.as_primitive::<ar::Int64Type>().iter();
            pl::Int64Chunked::from_iter_options(name, cells).into_series()
        }
        ty if ty.is_floating() => {
            let wide = cast(array, &Arrow::Float64)?;
            let cells = wide.as_primitive::<ar::Float64Type>().iter();
            pl::Float64Chunked::from_iter_options(name, cells).into_series()
        }
        Arrow::Decimal128(precision, scale) => {
            let cells = array.as_primitive::<ar::Decimal128Type>().iter();
            let scale = usize::try_from(*scale)?;
            pl::Int128Chunked::from_iter_options(name, cells)
                .into_decimal(usize::from(*precision), scale)?
                .into_series()
        }
        Arrow::Date32 => {
            let cells = array.as_primitive::<ar::Date32Type>().iter();
            pl::Int32Chunked::from_iter_options(name, cells)
                .into_date()
                .into_series()
        }
        Arrow::Timestamp(_, _) => {
            let millis = cast(array, &Arrow::Timestamp(ar::TimeUnit::Millisecond, None))?;
            let cells = millis.as_primitive::<ar::TimestampMillisecondType>().iter();
            let whole = pl::Int64Chunked::from_iter_options(name, cells);
            whole
                .into_datetime(pl::TimeUnit::Milliseconds, None)
                .into_series()
        }
        Arrow::Utf8 | Arrow::LargeUtf8 | Arrow::Utf8View => {
            let text = cast(array, &Arrow::Utf8)?;
            pl::StringChunked::from_iter_options(name, text.as_string::<i32>().iter()).into_series()
        }
        Arrow::Null => pl::Series::full_null(name, array.len(), &pl::DataType::Null),
        other => {
            return Err(Box::new(EngineError::Type {
                column: name.as_str().into(),
                found: other.to_string().into(),
            }));
        }
    })
}

fn batch_of(frame: &pl::DataFrame) -> Result<RecordBatch, EngineError> {
    let arrays: Vec<ArrayRef> = frame
        .columns()
        .iter()
        .map(array_of)
        .collect::<Result<_, _>>()?;
    let fields: Vec<ar::Field> = frame
        .columns()
        .iter()
        .zip(&arrays)
        .map(|(column, array)| {
            ar::Field::new(column.name().as_str(), array.data_type().clone(), true)
        })
        .collect();
    let options = RecordBatchOptions::new().with_row_count(Some(frame.height()));
    RecordBatch::try_new_with_options(Arc::new(ar::Schema::new(fields)), arrays, &options)
        .map_err(|source| EngineError::Arrow { source })
}

fn array_of(column: &pl::Column) -> Result<ArrayRef, EngineError> {
    let series = column.as_materialized_series();
    let broke = |source: pl::PolarsError| EngineError::Query {
        source: Box::new(source),
    };
    let arrow = |source| EngineError::Arrow { source };
    Ok(match series.dtype() {
        pl::DataType::Boolean => Arc::new(
            series
                .bool()
                .map_err(broke)?
                .iter()
                .collect::<BooleanArray>(),
        ),
        ty if ty.is_integer() => {
            let wide = series.strict_cast(&pl::DataType::Int64).map_err(broke)?;
            primitive::<ar::Int64Type>(wide.i64().map_err(broke)?.iter())
        }
        ty if ty.is_float() => {
            let wide = series.strict_cast(&pl::DataType::Float64).map_err(broke)?;
            primitive::<ar::Float64Type>(wide.f64().map_err(broke)?.iter())
        }
        pl::DataType::Decimal(precision, scale) => {
            let cells: PrimitiveArray<ar::Decimal128Type> =
                series.decimal().map_err(broke)?.physical().iter().collect();
            // Both are at most 38: Polars checks it.
            let (precision, scale) = (
                u8::try_from(*precision).unwrap_or(38),
                i8::try_from(*scale).unwrap_or(38),
            );
            Arc::new(
                cells
                    .with_precision_and_scale(precision, scale)
                    .map_err(arrow)?,
            )
        }
        pl::DataType::Date => {
            primitive::<ar::Date32Type>(series.date().map_err(broke)?.physical().iter())
        }
        pl::DataType::Datetime(unit, _) => {
            let cells = series.datetime().map_err(broke)?.physical().iter();
            let array = match unit {
                pl::TimeUnit::Nanoseconds => primitive::<ar::TimestampNanosecondType>(cells),
                pl::TimeUnit::Microseconds => primitive::<ar::TimestampMicrosecondType>(cells),
                pl::TimeUnit::Milliseconds => primitive::<ar::TimestampMillisecondType>(cells),
            };
            cast(
                &array,
                &ar::DataType::Timestamp(ar::TimeUnit::Millisecond, None),
            )
            .map_err(arrow)?
        }
        pl::DataType::String => {
            Arc::new(series.str().map_err(broke)?.iter().collect::<StringArray>())
        }
        pl::DataType::Null => arrow::array::new_null_array(&ar::DataType::Null, series.len()),
        other => {
            return Err(EngineError::Type {
                column: column.name().as_str().into(),
                found: other.to_string().into(),
            });
        }
    })
}

fn primitive<T: ar::ArrowPrimitiveType>(
    cells: impl Iterator<Item = Option<T::Native>>,
) -> ArrayRef {
    Arc::new(cells.collect::<PrimitiveArray<T>>())
}

#[cfg(test)]
#[path = "polars_tests.rs"]
mod tests;
