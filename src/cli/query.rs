//! `show` and `query`: look into the store. Also what tables there are, for whoever builds or lists.

use crate::cli::args::QueryOptions;
use crate::cli::args::ShowOptions;
use crate::cli::as_of;
use crate::cli::build;
use crate::cli::render;
use crate::cli::render::Format;
use crate::cli::session::Session;
use crate::cli::terminal::Terminal;
use crate::ingest::arrived;
use crate::ingest::known;
use crate::ingest::seeds;
use crate::model::name::TableName;
use crate::pipeline;
use crate::pipeline::build::Inputs;
use crate::pipeline::calendar;
use crate::pipeline::engine::TableFiles;
use crate::pipeline::engine::polars::Polars;
use crate::store::entry::TableEntry;
use crate::store::files;
use crate::store::listing;
use crate::store::marts;
use crate::store::reader;
use crate::store::reports::Catalogue;
use crate::store::restated;
use crate::workspace::wire::nearest;
use anyhow::Context as _;
use anyhow::bail;
use arrow::array::ArrayRef;
use arrow::array::Float64Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use arrow::datatypes::SchemaRef;
use jiff::Timestamp;
use jiff::civil::Date;
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// A table that SQL can name.
pub(super) struct StoredTable {
    pub name: TableName,
    pub title: String,
    /// `table`, `mart`, `seed` or `catalogue`.
    pub kind: &'static str,
    pub schema: SchemaRef,
    pub files: Vec<PathBuf>,
    pub rows: u64,
}

/// Everything that SQL can name, sorted by kind and name.
///
/// # Errors
/// When the store cannot be listed, or a pipeline has a fault.
pub(super) fn stored_tables(session: &Session) -> anyhow::Result<Vec<StoredTable>> {
    let mut tables = Vec::new();
    for table in session
        .catalog
        .tables()
        .filter(|table| table.period.is_some())
    {
        let files = current_files(session, &table.name)?;
        tables.push(StoredTable {
            name: table.name.clone(),
            title: table.title.to_string(),
            kind: "table",
            schema: table.arrow(),
            rows: files.iter().map(|file| rows_of(file)).sum(),
            files,
        });
    }
    let pipelines = session.pipelines()?;
    for mart in pipelines
        .iter()
        .flat_map(super::super::pipeline::Pipeline::marts)
    {
        let files = marts::files_of(&session.store, &mart.name)?;
        tables.push(StoredTable {
            name: mart.name.clone(),
            title: mart.title.to_string(),
            kind: "mart",
            schema: mart.arrow(),
            rows: files.iter().map(|file| rows_of(file)).sum(),
            files,
        });
    }
    let read = seeds::read(&session.context());
    for schema in session.catalog.seeds() {
        let Some(output) = schema.outputs.first() else {
            continue;
        };
        let Some(batch) = read.tables.get(&output.table) else {
            continue;
        };
        tables.push(StoredTable {
            name: output.table.clone(),
            title: schema.title.to_string(),
            kind: "seed",
            schema: batch.schema(),
            files: Vec::new(),
            rows: batch.num_rows() as u64,
        });
    }
    for (name, title) in CATALOGUE {
        let batch = catalogue_table(session, name)?;
        tables.push(StoredTable {
            title: (*title).to_owned(),
            name: TableName::parse(name)?,
            kind: "catalogue",
            schema: batch.schema(),
            files: Vec::new(),
            rows: batch.num_rows() as u64,
        });
    }
    Ok(tables)
}

fn rows_of(file: &Path) -> u64 {
    let reader = File::open(file)
        .ok()
        .and_then(|file| SerializedFileReader::new(file).ok());
    reader
        .and_then(|reader| u64::try_from(reader.metadata().file_metadata().num_rows()).ok())
        .unwrap_or(0)
}

/// The files of a current table, sorted.
pub(super) fn current_files(session: &Session, table: &TableName) -> anyhow::Result<Vec<PathBuf>> {
    Ok(files::list(
        &session.store.root().join("current").join(table.as_str()),
    )?)
}

/// The tables that tell of the reports and of the runs, by name, with their titles.
pub(super) const CATALOGUE: &[(&str, &str)] = &[
    (
        "controls",
        "Sums of each exact column of each report: what was read and where it is",
    ),
    ("findings", "What was found in the files"),
    (
        "passed_over",
        "Newer observations that are poorer and not used until accepted",
    ),
    (
        "reports",
        "Every table of every file, and what became of it",
    ),
    ("runs", "Runs of the nightly job"),
];

/// One of them.
///
/// # Errors
/// When the catalogue or a run cannot be read.
pub(super) fn catalogue_table(session: &Session, name: &str) -> anyhow::Result<RecordBatch> {
    let store = &session.store;
    let catalogue = || Catalogue::load(store);
    let is_stale = |table: &TableEntry| known::is_stale(&session.catalog, table);
    Ok(match name {
        "controls" => listing::controls(store, &catalogue()?)?,
        "findings" => listing::findings(store, &catalogue()?)?,
        "passed_over" => listing::passed_over(store)?,
        "reports" => listing::reports(store, &catalogue()?, &is_stale)?,
        "runs" => listing::runs(store)?,
        _ => bail!("the catalogue has no table {name:?}"),
    })
}

/// `settings`: one row per setting and marketplace.
pub(super) fn settings(session: &Session) -> anyhow::Result<RecordBatch> {
    let rows = session.workspace.config.settings.rows();
    let columns: Vec<(&str, ArrayRef, bool)> = vec![
        (
            "name",
            Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.0))),
            true,
        ),
        (
            "marketplace",
            Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.1))),
            true,
        ),
        (
            "value",
            Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row.2))),
            true,
        ),
    ];
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

/// Tables that are made of the whole catalogue. They cost a look at every report: only whoever reads them makes them.
pub(super) const OF_CATALOGUE: &[&str] = &["report_arrivals", "restatements"];

/// Makes those of them that are `wanted`.
///
/// # Errors
/// When the catalogue cannot be read.
pub(super) fn add_catalogue_tables(
    session: &Session,
    inputs: &mut Inputs,
    wanted: &dyn Fn(&str) -> bool,
) -> anyhow::Result<()> {
    let wanted: Vec<&str> = (OF_CATALOGUE.iter().copied())
        .filter(|name| wanted(name))
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let catalogue = Catalogue::load(&session.store)?;
    for name in wanted {
        let batch = match name {
            "report_arrivals" => arrived::report_arrivals(&catalogue)?,
            _ => restated::restatements(&catalogue, session.catalog.tables())?,
        };
        inputs.batches.insert(TableName::parse(name)?, batch);
    }
    Ok(())
}

/// What stages read, but for the tables that are made of the whole catalogue: current tables, seeds and settings.
///
/// # Errors
/// When the store cannot be listed.
pub(super) fn stage_inputs(
    session: &Session,
    seeds: &BTreeMap<TableName, RecordBatch>,
    as_of: Date,
) -> anyhow::Result<Inputs> {
    let mut tables = BTreeMap::new();
    for table in session
        .catalog
        .tables()
        .filter(|table| table.period.is_some())
    {
        let files = current_files(session, &table.name)?;
        tables.insert(
            table.name.clone(),
            TableFiles {
                schema: table.arrow(),
                files,
            },
        );
    }
    let mut batches = seeds.clone();
    batches.insert(TableName::parse("settings")?, settings(session)?);
    batches.insert(
        TableName::parse("own_sellers")?,
        calendar::own_sellers(&session.workspace.config.accounts)?,
    );
    batches.insert(
        TableName::parse("report_kinds")?,
        arrived::report_kinds(&session.catalog)?,
    );
    Ok(Inputs {
        files: tables,
        batches,
        as_of,
        week_start: session.workspace.config.week_start,
    })
}

/// Today in the workspace's zone, unless the workspace or the command line fixes it.
pub(super) fn today(session: &Session, told: Option<Date>) -> Date {
    let config = &session.workspace.config;
    told.or(config.today)
        .unwrap_or_else(|| config.zone.to_datetime(Timestamp::now()).date())
}

/// The table of a name.
///
/// # Errors
/// When there is none; the message names the nearest.
pub(super) fn named<'a>(tables: &'a [StoredTable], name: &str) -> anyhow::Result<&'a StoredTable> {
    if let Some(table) = tables.iter().find(|table| table.name.as_str() == name) {
        return Ok(table);
    }
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    let hint =
        nearest(name, &names).map_or_else(String::new, |near| format!("; did you mean {near}?"));
    bail!("there is no table {name:?}{hint} (sellerlake ls tables)")
}

/// Prints a table.
///
/// # Errors
/// When there is no such table; the message names the nearest.
pub(super) fn show(
    session: &Session,
    options: &ShowOptions,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    let then = match &options.as_of {
        Some(moment) => {
            let observer = terminal.observer();
            let then = as_of::open(session, moment, &*observer, terminal)?;
            let request = build::Request {
                select: &[],
                full_refresh: false,
                today: Some(then.today),
            };
            build::build_marts(&then.session, &request, &*observer)?;
            Some(then)
        }
        None => None,
    };
    let session = then.as_ref().map_or(session, |then| &then.session);
    let tables = stored_tables(session)?;
    let table = named(&tables, &options.table)?;
    // A terminal shows the beginning; a file gets everything.
    let limit = options.limit.unwrap_or(if format == Format::Table {
        20
    } else {
        usize::MAX
    });
    let batch = match table.kind {
        "table" | "mart" => first_rows(table, limit)?,
        "seed" => seeds::read(&session.context())
            .tables
            .remove(&table.name)
            .context("the seed is gone")?,
        _ => catalogue_table(session, table.name.as_str())?,
    };
    let batch = batch.slice(0, batch.num_rows().min(limit));
    let batch = if format == Format::Table {
        without_empty(&batch)
    } else {
        batch
    };
    render::rows(
        &mut terminal.out(),
        table.name.as_str(),
        &batch,
        format,
        terminal.width(),
    )?;
    if format == Format::Table && table.rows > batch.num_rows() as u64 {
        terminal.note(&format!(
            "of {} rows; --limit N shows more",
            render::grouped(table.rows)
        ));
    }
    Ok(true)
}

/// The first rows of a table's files, in the order in which they lie there.
fn first_rows(table: &StoredTable, limit: usize) -> anyhow::Result<RecordBatch> {
    let (mut batches, mut n) = (Vec::new(), 0);
    for file in &table.files {
        if n >= limit {
            break;
        }
        for batch in reader::read(file, &table.schema)? {
            n += batch.num_rows();
            batches.push(batch);
        }
    }
    Ok(arrow::compute::concat_batches(&table.schema, &batches)?)
}

/// Without the columns that hold nothing: what is printed on a terminal is narrow enough to read.
fn without_empty(batch: &RecordBatch) -> RecordBatch {
    let filled: Vec<usize> = (0..batch.num_columns())
        .filter(|at| batch.column(*at).null_count() < batch.num_rows())
        .collect();
    if batch.num_rows() == 0 {
        return batch.clone();
    }
    batch.project(&filled).unwrap_or_else(|_| batch.clone())
}

/// Runs SQL over everything.
///
/// # Errors
/// When the engine refuses it; the message is the engine's.
pub(super) fn query(
    session: &Session,
    options: &QueryOptions,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    let read = seeds::read(&session.context());
    let mut inputs = stage_inputs(session, &read.tables, today(session, None))?;
    add_catalogue_tables(session, &mut inputs, &|name| options.sql.contains(name))?;
    let pipelines = session.pipelines()?;
    for mart in pipelines
        .iter()
        .flat_map(super::super::pipeline::Pipeline::marts)
    {
        let files = marts::files_of(&session.store, &mart.name)?;
        inputs.files.insert(
            mart.name.clone(),
            TableFiles {
                schema: mart.arrow(),
                files,
            },
        );
    }
    // The catalogue grows with every file: only what is asked about is read.
    for (name, _) in CATALOGUE
        .iter()
        .filter(|(name, _)| options.sql.contains(name))
    {
        let batch = catalogue_table(session, name)?;
        inputs.batches.insert(TableName::parse(name)?, batch);
    }
    let batch = pipeline::build::query(&options.sql, &inputs, &mut Polars::new())?;
    render::rows(
        &mut terminal.out(),
        "query",
        &batch,
        format,
        terminal.width(),
    )?;
    Ok(true)
}
