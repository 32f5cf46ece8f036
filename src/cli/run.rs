//! `run`: the nightly job, from the inbox to what people open, and the summary that they read first.

use crate::cli::args::RunOptions;
use crate::cli::build;
use crate::cli::build::BuildReport;
use crate::cli::build::Request;
use crate::cli::ingest;
use crate::cli::ingest::Ingested;
use crate::cli::render::Format;
use crate::cli::render::SCHEMA_VERSION;
use crate::cli::render::TextTable;
use crate::cli::render::counted;
use crate::cli::render::shown_as;
use crate::cli::review;
use crate::cli::session::Session;
use crate::cli::terminal::Terminal;
use crate::cli::upload;
use crate::model::id;
use crate::observe::Event;
use crate::observe::Observer;
use crate::observe::Stage;
use crate::pipeline::Mart;
use crate::pipeline::Pipeline;
use crate::publish;
use crate::publish::Lang;
use crate::publish::Published;
use crate::publish::Sheet;
use crate::publish::SheetColumn;
use crate::store::files;
use crate::store::marts;
use crate::store::reader;
use anyhow::Context as _;
use arrow::array::Array;
use arrow::array::AsArray;
use arrow::array::RecordBatch;
use arrow::datatypes::Date32Type;
use jiff::Timestamp;
use serde_json::json;
use std::io::Write;

/// Rows of a mart that the summary shows.
const SHOWN_ROWS: usize = 24;
/// Findings that the summary names.
const NAMED: usize = 3;

/// # Errors
/// When the store or the output folder cannot be written, or a schema or pipeline has a fault.
pub(super) fn run(
    session: &Session,
    options: &RunOptions,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    if options.dry_run {
        ingest::dry_run(session, &[], terminal)?;
        return Ok(true);
    }
    let started = Timestamp::now();
    let observer = terminal.observer();
    let wanted = ingest::Request {
        verify: options.verify,
        ..ingest::Request::default()
    };
    let ingested = ingest::read_and_merge(session, &wanted, &*observer)?;
    let request = Request {
        select: &[],
        full_refresh: options.full_refresh,
        today: options.today,
    };
    let report = build::build_marts(session, &request, &*observer)?;
    let pipelines = session.pipelines()?;
    let published = match published_before(session, &report) {
        Some(published) => published,
        None => publish_marts(session, &pipelines, &report, &*observer)?,
    };
    note_run(session, &ingested, &report, started)?;
    let mut out = terminal.out();
    match format {
        Format::Json => {
            let summary = json!({
                "schema_version": SCHEMA_VERSION,
                "as_of": report.as_of.to_string(),
                "ingest": ingested.summary.json(),
                "build": {"unchanged": report.unchanged, "marts": report.marts},
                "seed_faults": report.seeds.faults.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "published": published.iter().map(|file| file.path.display().to_string()).collect::<Vec<_>>(),
            });
            writeln!(out, "{summary}")?;
        }
        Format::Table | Format::Csv | Format::Parquet => {
            let folder = session.workspace.out();
            print_summary(
                session, terminal, &pipelines, &ingested, &report, &published, &folder, &mut out,
            )?;
        }
    }
    Ok(ingested.summary.is_fine(options.strict) && report.is_fine(options.strict))
}

#[expect(clippy::too_many_arguments, reason = "the summary tells of everything")]
fn print_summary(
    session: &Session,
    terminal: &Terminal,
    pipelines: &[Pipeline],
    ingested: &Ingested,
    report: &BuildReport,
    published: &[Published],
    folder: &std::path::Path,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    for mart in pipelines
        .iter()
        .flat_map(Pipeline::marts)
        .filter(|mart| !mart.show.is_empty())
    {
        print_mart(session, terminal, mart, out)?;
    }
    writeln!(out, "{}", terminal.strong("Read"))?;
    for line in ingested.summary.lines() {
        writeln!(out, "  {line}")?;
    }
    writeln!(out, "{}", terminal.strong("Built"))?;
    let built = counted(report.marts.len() as u64, "mart");
    if report.unchanged {
        writeln!(
            out,
            "  {built} as of {}: nothing changed since the last run",
            report.as_of
        )?;
    } else {
        let files = counted(report.files_changed(), "file");
        writeln!(
            out,
            "  {built} as of {} with {}; {files} changed",
            report.as_of,
            counted(report.rows(), "row")
        )?;
    }
    let mut findings = report.errors();
    findings.extend(ingested.summary.findings());
    findings.extend(report.warnings());
    if !findings.is_empty() {
        writeln!(out, "{}", terminal.strong("Look at first"))?;
        for (n, finding) in (1..).zip(findings.iter().take(NAMED)) {
            writeln!(out, "  {n}. {finding}")?;
        }
        if findings.len() > NAMED {
            writeln!(
                out,
                "  and {} more: sellerlake check",
                findings.len() - NAMED
            )?;
        }
    }
    writeln!(out, "{}", terminal.strong("To open"))?;
    let tables = folder.join("csv");
    for file in published
        .iter()
        .filter(|file| file.path.parent() != Some(&tables))
    {
        writeln!(out, "  {}", file.path.display())?;
        if let Some(note) = &file.note {
            writeln!(out, "    {note}")?;
        }
    }
    writeln!(out, "  {}", tables.display())?;
    writeln!(out, "  {}", session.store.root().join("marts").display())?;
    Ok(())
}

/// The newest period of a mart, the columns that its pipeline wants shown.
fn print_mart(
    session: &Session,
    terminal: &Terminal,
    mart: &Mart,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let batch = whole(session, mart)?;
    if batch.num_rows() == 0 {
        return Ok(());
    }
    let passing: Vec<usize> = (0..batch.num_rows())
        .filter(|row| passes(mart, &batch, *row))
        .collect();
    let day = |row: &usize| day_of(mart, &batch, *row);
    let newest = passing.iter().filter_map(day).max();
    let wanted: Vec<usize> = passing
        .iter()
        .copied()
        .filter(|row| day(row) == newest)
        .collect();
    let title = match (newest, mart.partition.column()) {
        (Some(day), Some(name)) => {
            let day =
                crate::model::period::date_of(day).map_or_else(String::new, |day| day.to_string());
            format!("{} · {} · {name} {day}", mart.title, mart.title_zh)
        }
        _ => format!("{} · {}", mart.title, mart.title_zh),
    };
    writeln!(out, "{}", terminal.strong(&title))?;
    let headers: Vec<String> = mart
        .show
        .iter()
        .map(|name| {
            let number = batch
                .column_by_name(name.as_str())
                .is_some_and(|array| array.data_type().is_numeric());
            format!("{name}{}", if number { ">" } else { "" })
        })
        .collect();
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    let mut table = TextTable::new(&headers);
    for row in wanted.iter().take(SHOWN_ROWS) {
        let cells = mart.show.iter().filter_map(|name| {
            Some((
                batch.column_by_name(name.as_str())?,
                mart.column(name.as_str())?,
            ))
        });
        table.push(
            cells
                .map(|(array, column)| shown_as(array, *row, &column.unit))
                .collect(),
        );
    }
    if wanted.is_empty() {
        let column = mart
            .show_where
            .as_ref()
            .map_or("shown", |name| name.as_str());
        writeln!(
            out,
            "  no row is {column} yet: sellerlake show {} has all\n",
            mart.name
        )?;
        return Ok(());
    }
    for line in table.lines(terminal.width().saturating_sub(2)) {
        writeln!(out, "  {line}")?;
    }
    match wanted.len() {
        n if n > SHOWN_ROWS => writeln!(
            out,
            "  and {} more: sellerlake show {}",
            n - SHOWN_ROWS,
            mart.name
        )?,
        _ => {}
    }
    writeln!(out)?;
    Ok(())
}

/// The period of a row as a day number; none for a mart that is not partitioned.
fn day_of(mart: &Mart, batch: &RecordBatch, row: usize) -> Option<i32> {
    let days = batch
        .column_by_name(mart.partition.column()?)?
        .as_primitive_opt::<Date32Type>()?;
    days.is_valid(row).then(|| days.value(row))
}

/// Whether the row is one of those that the pipeline wants shown.
fn passes(mart: &Mart, batch: &RecordBatch, row: usize) -> bool {
    let Some(name) = &mart.show_where else {
        return true;
    };
    let flags = batch
        .column_by_name(name.as_str())
        .and_then(|array| array.as_boolean_opt());
    flags.is_none_or(|flags| flags.is_valid(row) && flags.value(row))
}

/// All rows of a mart as they lie in the store.
pub(super) fn whole(session: &Session, mart: &Mart) -> anyhow::Result<RecordBatch> {
    let schema = mart.arrow();
    let mut batches = Vec::new();
    for file in marts::files_of(&session.store, &mart.name)? {
        batches.extend(reader::read(&file, &schema)?);
    }
    Ok(arrow::compute::concat_batches(&schema, &batches)?)
}

/// What the last run published, if nothing changed since and all of it is still there.
fn published_before(session: &Session, report: &BuildReport) -> Option<Vec<Published>> {
    let last = marts::last_build(&session.store).filter(|_| report.unchanged)?;
    let paths = last.get("published")?.as_array()?;
    let published: Vec<Published> = paths
        .iter()
        .filter_map(|path| {
            Some(Published {
                path: path.as_str()?.into(),
                note: None,
            })
        })
        .collect();
    published
        .iter()
        .all(|file| file.path.is_file())
        .then_some(published)
}

/// Writes what people open, and notes what that was.
fn publish_marts(
    session: &Session,
    pipelines: &[Pipeline],
    report: &BuildReport,
    observer: &dyn Observer,
) -> anyhow::Result<Vec<Published>> {
    let folder = session.workspace.out();
    let named: Vec<(&Pipeline, &Mart)> = pipelines
        .iter()
        .flat_map(|pipeline| pipeline.marts().map(move |mart| (pipeline, mart)))
        .collect();
    observer.on(Event::Begin {
        stage: Stage::Publish,
        total: 1,
    });
    let batches: Vec<RecordBatch> = named
        .iter()
        .map(|(_, mart)| whole(session, mart))
        .collect::<Result<_, _>>()?;
    let sheets: Vec<Sheet<'_>> = named
        .iter()
        .zip(&batches)
        .map(|((pipeline, mart), batch)| Sheet {
            name: mart.name.as_str(),
            title: &mart.title,
            title_zh: &mart.title_zh,
            group: &pipeline.title_zh,
            columns: mart
                .columns
                .iter()
                .map(|column| SheetColumn {
                    name: column.name.as_str(),
                    meaning: &column.meaning,
                    meaning_zh: &column.meaning_zh,
                    unit: &column.unit,
                })
                .collect(),
            batch,
        })
        .collect();
    let accounts: Vec<&str> = session
        .workspace
        .config
        .accounts
        .iter()
        .map(|account| &*account.name)
        .collect();
    let title = format!("{} {}", accounts.join(", "), report.as_of);
    let mut published = publish::publish(&folder, &title, &sheets, Lang::Zh, report.as_of)
        .context("cannot publish")?;
    published.extend(review::publish_last(session, pipelines, report, Lang::Zh)?);
    for ((_, mart), batch) in named.iter().zip(&batches) {
        if mart.upload.is_none() && mart.digest.is_none() {
            continue;
        }
        let batch = upload::handed_out(mart, batch, report.as_of)?;
        if let Some(form) = upload::form(mart, &batch) {
            published
                .extend(publish::fill(&folder, &form, report.as_of).context("cannot publish")?);
        }
        if let Some(digest) = upload::digest(mart, &batch) {
            published
                .extend(publish::digest(&folder, &digest, report.as_of).context("cannot publish")?);
        }
    }
    observer.on(Event::End {
        stage: Stage::Publish,
    });
    let paths: Vec<String> = published
        .iter()
        .map(|file| file.path.display().to_string())
        .collect();
    let note =
        json!({"fingerprint": report.fingerprint, "marts": report.marts, "published": paths});
    marts::note_build(&session.store, &note)?;
    Ok(published)
}

/// Writes the run down, and keeps the configuration and the seeds that it used, by their hash.
fn note_run(
    session: &Session,
    ingested: &Ingested,
    report: &BuildReport,
    started: Timestamp,
) -> anyhow::Result<()> {
    let config =
        std::fs::read(session.workspace.root.join(crate::workspace::FILE)).unwrap_or_default();
    let mut inputs = vec![(crate::workspace::FILE.to_owned(), config)];
    inputs.extend(report.seeds.files.clone());
    let mut kept = Vec::new();
    for (path, bytes) in &inputs {
        let hash = id::short(&blake3::hash(bytes));
        let name = path.rsplit('/').next().unwrap_or(path);
        let relative = format!("inputs/{hash}-{name}");
        files::put_new(
            &session
                .store
                .root()
                .join(crate::store::layout::native(&relative)),
            bytes,
        )?;
        kept.push(json!({"path": path, "kept": relative}));
    }
    let ended = Timestamp::now();
    let run_id = format!(
        "{}-{}",
        started.strftime("%Y%m%dT%H%M%SZ"),
        std::process::id()
    );
    let summary = ingested.summary.json();
    let note = json!({
        "run_id": run_id,
        "version": env!("CARGO_PKG_VERSION"),
        "started_at": started.to_string(),
        "ended_at": ended.to_string(),
        "taken_ms": ended.as_millisecond() - started.as_millisecond(),
        "as_of": report.as_of.to_string(),
        "files_read": summary["read"],
        "rows_stored": summary["rows"],
        "last_commit": ingested.catalogue.last_seq(),
        "marts_written": report.files_changed(),
        "inputs": kept,
        "ingest": summary,
    });
    let path = session
        .store
        .root()
        .join("runs")
        .join(format!("{run_id}.json"));
    files::put_new(&path, format!("{note:#}\n").as_bytes())?;
    Ok(())
}
