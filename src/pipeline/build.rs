//! Runs stages in order and hands out marts. Owns what is registered when and what a failure stops: a mart that fails
//! stops only those that need it. Knows neither where marts are written nor what any of them is called.

use crate::model::name::ColumnName;
use crate::model::name::TableName;
use crate::model::period::date_of;
use crate::pipeline::Mart;
use crate::pipeline::Pipeline;
use crate::pipeline::Stage;
use crate::pipeline::Work;
use crate::pipeline::calendar;
use crate::pipeline::calendar::HELPERS;
use crate::pipeline::calendar::Span;
use crate::pipeline::check::CheckResult;
use crate::pipeline::check::Exact;
use crate::pipeline::check::check;
use crate::pipeline::conform::ConformError;
use crate::pipeline::conform::conform;
use crate::pipeline::engine::Engine;
use crate::pipeline::engine::EngineError;
use crate::pipeline::engine::TableFiles;
use crate::pipeline::graph;
use crate::pipeline::graph::Cycle;
use crate::pipeline::maker::MakeError;
use crate::pipeline::pairs;
use arrow::array::AsArray;
use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use arrow::datatypes::Date32Type;
use arrow::error::ArrowError;
use jiff::civil::Date;
use jiff::civil::Weekday;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;

/// Columns that hold the day of a row, by which the calendar spans all data.
const DAY_COLUMNS: &[&str] = &["date", "period_end", "period_start", "snapshot_date"];

/// What a build reads. A table is in one of the two; an input that is in neither fails the stages that read it.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The store's tables and, for a query, the marts.
    pub files: BTreeMap<TableName, TableFiles>,
    /// Seeds and `settings`.
    pub batches: BTreeMap<TableName, RecordBatch>,
    /// Today, in the workspace's zone.
    pub as_of: Date,
    pub week_start: Weekday,
}

/// A mart and what came of it.
#[derive(Debug)]
pub struct Built<'a> {
    pub mart: &'a Mart,
    pub result: Result<Made, Arc<MartError>>,
}

/// A mart's rows.
#[derive(Debug)]
pub struct Made {
    /// The declared columns in their order, sorted by the grain.
    pub batch: RecordBatch,
    pub checks: Vec<CheckResult>,
}

/// What happens during a build, in order.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    Started { stage: &'a TableName },
    Finished { stage: &'a TableName },
    Failed { stage: &'a TableName },
}

/// Why nothing was built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("no mart is called {name}")]
    UnknownMart { name: TableName },
    #[error("cannot order the stages")]
    Cycle { source: Cycle },
    #[error("cannot register the table {table}")]
    Register {
        table: TableName,
        source: EngineError,
    },
    #[error("cannot make the table {table}")]
    Helper {
        table: &'static str,
        source: HelperError,
    },
}

/// Why a table that is always there could not be made.
#[derive(Debug, thiserror::Error)]
pub enum HelperError {
    #[error("its rows cannot be put together")]
    Rows { source: ArrowError },
    #[error("what it is made of cannot be read")]
    Read { source: EngineError },
}

/// Why one mart was not built.
#[derive(Debug, thiserror::Error)]
pub enum MartError {
    #[error("stage {stage} cannot be run")]
    Run {
        stage: TableName,
        source: EngineError,
    },
    #[error("stage {stage} cannot be made")]
    Make { stage: TableName, source: MakeError },
    #[error("mart {mart} is not what it declares")]
    Conform {
        mart: TableName,
        source: ConformError,
    },
    #[error("it needs {stage}")]
    Needs {
        stage: TableName,
        source: Arc<MartError>,
    },
}

/// Builds the marts in `select` (all, if none) and returns each that was asked for, in the order of building.
///
/// # Errors
/// When nothing can be built: an unknown mart, a cycle, or an input that the engine refuses. What fails in one mart is
/// in its [`Built`].
pub fn build<'a>(
    pipelines: &'a [Pipeline],
    select: Option<&BTreeSet<TableName>>,
    inputs: &Inputs,
    engine: &mut dyn Engine,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Vec<Built<'a>>, BuildError> {
    let is_mart = |name: &TableName| {
        pipelines
            .iter()
            .flat_map(Pipeline::marts)
            .any(|mart| mart.name == *name)
    };
    if let Some(unknown) = select.into_iter().flatten().find(|name| !is_mart(name)) {
        return Err(BuildError::UnknownMart {
            name: unknown.clone(),
        });
    }
    let order =
        graph::in_order(pipelines, select).map_err(|source| BuildError::Cycle { source })?;
    let used: BTreeSet<&str> = order
        .iter()
        .flat_map(|stage| &stage.inputs)
        .map(TableName::as_str)
        .collect();
    register(inputs, &used, engine)?;
    let mut waiting: BTreeMap<&TableName, usize> = BTreeMap::new();
    for input in order.iter().flat_map(|stage| &stage.inputs) {
        *waiting.entry(input).or_default() += 1;
    }
    let mut failed: BTreeMap<&TableName, Arc<MartError>> = BTreeMap::new();
    let mut built = Vec::new();
    for stage in order {
        let name = &stage.name;
        progress(Progress::Started { stage: name });
        let broken = stage
            .inputs
            .iter()
            .find_map(|input| Some((input, failed.get(input)?)));
        let result = match broken {
            Some((input, error)) => Err(Arc::new(needs(input, error))),
            None => run(stage, used.contains(name.as_str()), engine).map_err(Arc::new),
        };
        match &result {
            Ok(_) => progress(Progress::Finished { stage: name }),
            Err(error) => {
                failed.insert(name, Arc::clone(error));
                progress(Progress::Failed { stage: name });
            }
        }
        for input in &stage.inputs {
            if let Some(readers) = waiting.get_mut(input) {
                *readers -= 1;
                if *readers == 0 {
                    engine.forget(input);
                }
            }
        }
        let asked = stage
            .mart
            .as_ref()
            .filter(|mart| select.is_none_or(|select| select.contains(&mart.name)));
        if let (Some(mart), Some(result)) = (asked, result.transpose()) {
            built.push(Built { mart, result });
        }
    }
    Ok(built)
}

/// A failure that is the consequence of another names the first of them.
fn needs(input: &TableName, error: &Arc<MartError>) -> MartError {
    match &**error {
        MartError::Needs { stage, source } => MartError::Needs {
            stage: stage.clone(),
            source: Arc::clone(source),
        },
        _ => MartError::Needs {
            stage: input.clone(),
            source: Arc::clone(error),
        },
    }
}

/// Runs one stage; rows come out only of a mart.
fn run(stage: &Stage, is_read: bool, engine: &mut dyn Engine) -> Result<Option<Made>, MartError> {
    let name = &stage.name;
    let failed = |source| MartError::Run {
        stage: name.clone(),
        source,
    };
    let batch = match (&stage.work, &stage.mart) {
        (Work::Sql(sql), None) => {
            engine.define(name, &stage.inputs, sql).map_err(failed)?;
            return Ok(None);
        }
        (Work::Sql(sql), Some(_)) => engine.execute(&stage.inputs, sql).map_err(failed)?,
        (Work::Made(maker), _) => {
            let inputs: Vec<RecordBatch> = stage
                .inputs
                .iter()
                .map(|input| whole(engine, input))
                .collect::<Result<_, _>>()
                .map_err(failed)?;
            (maker.make)(&inputs).map_err(|source| MartError::Make {
                stage: name.clone(),
                source,
            })?
        }
    };
    let Some(mart) = &stage.mart else {
        engine.register_batch(name, &batch).map_err(failed)?;
        return Ok(None);
    };
    let batch = conform(mart, &batch).map_err(|source| MartError::Conform {
        mart: name.clone(),
        source,
    })?;
    if is_read {
        engine.register_batch(name, &batch).map_err(failed)?;
    }
    let mut sum = |table: &TableName, column: &ColumnName| exact_sum(engine, table, column);
    let checks = check(mart, &batch, &mut sum);
    Ok(Some(Made { batch, checks }))
}

/// All rows of a table. The name is a checked one: letters, digits and underscores.
fn whole(engine: &mut dyn Engine, table: &TableName) -> Result<RecordBatch, EngineError> {
    engine.execute(
        std::slice::from_ref(table),
        &format!("SELECT * FROM {table}"),
    )
}

fn exact_sum(
    engine: &mut dyn Engine,
    table: &TableName,
    column: &ColumnName,
) -> Result<Exact, String> {
    let sql = format!("SELECT SUM({column}) AS total FROM {table}");
    let batch = engine
        .execute(std::slice::from_ref(table), &sql)
        .map_err(|error| with_causes(&error))?;
    batch.columns().first().map_or_else(
        || Err("no sum was given".to_owned()),
        |array| Exact::sum_of(array),
    )
}

fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Runs one query of a user's over the tables in `inputs` and those that are always there. What Polars answers is given
/// as it is: no guard, no declared types, no order but the query's own.
///
/// # Errors
/// When a table cannot be registered or the query fails.
pub fn query(
    sql: &str,
    inputs: &Inputs,
    engine: &mut dyn Engine,
) -> Result<RecordBatch, QueryError> {
    // A table that the text does not mention cannot be read by it.
    let mentioned = |name: &&str| sql.contains(*name);
    let names = inputs
        .files
        .keys()
        .chain(inputs.batches.keys())
        .map(TableName::as_str);
    let used: BTreeSet<&str> = names
        .chain(HELPERS.iter().copied())
        .filter(mentioned)
        .collect();
    register(inputs, &used, engine).map_err(|source| QueryError::Register { source })?;
    let tables: Vec<TableName> = used
        .iter()
        .filter_map(|name| TableName::parse(name).ok())
        .collect();
    engine
        .execute(&tables, sql)
        .map_err(|source| QueryError::Run { source })
}

/// Why a query gave no rows.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    #[error("cannot prepare the tables of the query")]
    Register { source: BuildError },
    #[error("cannot run the query")]
    Run { source: EngineError },
}

/// Hands the tables in `used` to the engine.
fn register(
    inputs: &Inputs,
    used: &BTreeSet<&str>,
    engine: &mut dyn Engine,
) -> Result<(), BuildError> {
    let failed = |table: &TableName| {
        let table = table.clone();
        move |source| BuildError::Register { table, source }
    };
    for (name, table) in &inputs.files {
        // The helpers look at all tables, used or not.
        engine.register_parquet(name, table).map_err(failed(name))?;
    }
    for (name, batch) in inputs
        .batches
        .iter()
        .filter(|(name, _)| used.contains(name.as_str()))
    {
        engine.register_batch(name, batch).map_err(failed(name))?;
    }
    for helper in HELPERS.iter().filter(|helper| used.contains(**helper)) {
        let failed = |source| BuildError::Helper {
            table: helper,
            source,
        };
        let Some(batch) = make_helper(helper, inputs, engine).map_err(failed)? else {
            continue;
        };
        let Ok(name) = TableName::parse(helper) else {
            continue;
        };
        engine
            .register_batch(&name, &batch)
            .map_err(|source| BuildError::Register {
                table: name,
                source,
            })?;
    }
    Ok(())
}

/// A table that is always there; none where it comes from the inputs.
fn make_helper(
    helper: &str,
    inputs: &Inputs,
    engine: &mut dyn Engine,
) -> Result<Option<RecordBatch>, HelperError> {
    let rows = |source| HelperError::Rows { source };
    let batch = match helper {
        "as_of" => calendar::as_of(inputs.as_of),
        "calendar" => calendar::calendar(span(inputs, engine)?, inputs.batches.get("holidays")),
        "market" => calendar::market(),
        "numbers" => calendar::numbers(),
        "observation_pairs" => {
            let mut seen = Vec::new();
            for (subject, sql) in pairs::SUBJECTS {
                if let Some((name, _)) = inputs.files.get_key_value(*subject) {
                    let batch = engine.execute(std::slice::from_ref(name), sql);
                    seen.push((
                        *subject,
                        batch.map_err(|source| HelperError::Read { source })?,
                    ));
                }
            }
            pairs::observation_pairs(&seen, inputs.week_start)
        }
        "periods" => calendar::periods(span(inputs, engine)?),
        _ => return Ok(None),
    };
    batch.map(Some).map_err(rows)
}

/// The columns that date a table's rows: its day columns, or the times of its events.
pub fn dated_columns(table: &TableFiles) -> Vec<&str> {
    let fields = || table.schema.fields().iter();
    let days: Vec<&str> = fields()
        .filter(|field| *field.data_type() == DataType::Date32)
        .map(|field| field.name().as_str())
        .filter(|name| DAY_COLUMNS.contains(name))
        .collect();
    if !days.is_empty() {
        return days;
    }
    fields()
        .filter(|field| matches!(field.data_type(), DataType::Timestamp(..)))
        .map(|field| field.name().as_str())
        .filter(|name| *name != "observed_at")
        .collect()
}

/// A year around all days of the store's tables; around today where there is none.
fn span(inputs: &Inputs, engine: &mut dyn Engine) -> Result<Span, HelperError> {
    let mut days: Vec<i32> = Vec::new();
    for (name, table) in inputs
        .files
        .iter()
        .filter(|(_, table)| !table.files.is_empty())
    {
        for column in dated_columns(table) {
            let sql = format!(
                "SELECT MIN(CAST({column} AS DATE)) AS first, MAX(CAST({column} AS DATE)) AS last FROM {name}"
            );
            let found = engine.execute(std::slice::from_ref(name), &sql);
            let found = found.map_err(|source| HelperError::Read { source })?;
            let cells = found
                .columns()
                .iter()
                .filter_map(|array| array.as_primitive_opt::<Date32Type>());
            days.extend(cells.flat_map(|array| array.iter().flatten()));
        }
    }
    let (first, last) = (days.iter().min().copied(), days.iter().max().copied());
    let day = |number: Option<i32>| number.and_then(date_of).unwrap_or(inputs.as_of);
    Ok(Span::around(day(first), day(last), inputs.week_start))
}

#[cfg(test)]
#[path = "build_tests.rs"]
mod tests;
