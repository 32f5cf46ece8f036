//! `build`: the marts from what is current. Also the second half of `run`.

use crate::cli::args::BuildOptions;
use crate::cli::as_of;
use crate::cli::ingest::take_lock;
use crate::cli::made_of::Materials;
use crate::cli::query;
use crate::cli::render::Format;
use crate::cli::render::SCHEMA_VERSION;
use crate::cli::render::TextTable;
use crate::cli::render::counted;
use crate::cli::session::Session;
use crate::cli::terminal::Terminal;
use crate::ingest::file::explained;
use crate::ingest::seeds;
use crate::ingest::seeds::Seeds;
use crate::model::name::TableName;
use crate::observe::Event;
use crate::observe::Observer;
use crate::observe::Stage;
use crate::pipeline::Mart;
use crate::pipeline::Pipeline;
use crate::pipeline::Severity;
use crate::pipeline::build;
use crate::pipeline::build::Progress;
use crate::pipeline::check::CheckResult;
use crate::pipeline::check::Outcome;
use crate::pipeline::engine::polars::Polars;
use crate::pipeline::graph;
use crate::store::marts;
use anyhow::Context as _;
use arrow::array::RecordBatch;
use jiff::civil::Date;
use serde::Deserialize;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;
use std::io::Write;

/// What a build came to.
pub(super) struct BuildReport {
    pub as_of: Date,
    pub marts: Vec<MartReport>,
    pub seeds: Seeds,
    /// True when nothing had changed and nothing was built.
    pub unchanged: bool,
    /// Hash of all that the marts are a function of.
    pub fingerprint: String,
}

/// One mart after a build.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct MartReport {
    pub name: String,
    pub rows: u64,
    pub files_changed: u64,
    /// What it was made of, where that can be told.
    #[serde(default)]
    pub made_of: Option<String>,
    /// Why it could not be built.
    pub failure: Option<String>,
    pub checks: Vec<CheckReport>,
}

/// A check of a mart that did not pass.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct CheckReport {
    pub rule: String,
    pub is_error: bool,
    pub what: String,
}

impl BuildReport {
    /// Whether every mart was built and no check of severity error failed.
    pub(super) fn is_fine(&self, strict: bool) -> bool {
        let fine = |mart: &MartReport| {
            mart.failure.is_none() && !mart.checks.iter().any(|check| check.is_error || strict)
        };
        self.marts.iter().all(fine) && self.seeds.faults.is_empty()
    }

    pub(super) fn rows(&self) -> u64 {
        self.marts.iter().map(|mart| mart.rows).sum()
    }

    pub(super) fn files_changed(&self) -> u64 {
        self.marts.iter().map(|mart| mart.files_changed).sum()
    }

    /// What is wrong, worst first, one line each.
    pub(super) fn troubles(&self) -> Vec<String> {
        let mut troubles = self.errors();
        troubles.extend(self.warnings());
        troubles
    }

    /// Checks of severity warn that failed.
    pub(super) fn warnings(&self) -> Vec<String> {
        self.failed_checks(false)
    }

    fn failed_checks(&self, is_error: bool) -> Vec<String> {
        let failed = |mart: &MartReport| {
            let of = mart
                .checks
                .iter()
                .filter(|check| check.is_error == is_error);
            of.map(|check| format!("{}: {} fails: {}", mart.name, check.rule, check.what))
                .collect::<Vec<_>>()
        };
        self.marts.iter().flat_map(failed).collect()
    }

    /// What makes the run end with exit code 1.
    pub(super) fn errors(&self) -> Vec<String> {
        let mut troubles = Vec::new();
        for mart in &self.marts {
            troubles.extend(
                mart.failure
                    .iter()
                    .map(|why| format!("{} was not built: {why}", mart.name)),
            );
        }
        troubles.extend(self.failed_checks(true));
        troubles.extend(
            self.seeds
                .faults
                .iter()
                .map(|fault| format!("seed {fault}")),
        );
        troubles
    }
}

/// What is to be built.
pub(super) struct Request<'a> {
    pub select: &'a [String],
    pub full_refresh: bool,
    pub today: Option<Date>,
}

/// Builds and writes the marts. Nothing is done when all that they are made of is as it was at the last build.
///
/// # Errors
/// When a pipeline has a fault, a selected mart is unknown, or the store cannot be written.
pub(super) fn build_marts(
    session: &Session,
    request: &Request<'_>,
    observer: &dyn Observer,
) -> anyhow::Result<BuildReport> {
    let pipelines = session.pipelines()?;
    let seeds = seeds::read(&session.context());
    let as_of = query::today(session, request.today);
    let inputs = query::stage_inputs(session, &seeds.tables, as_of)?;
    let materials = Materials::of(session, &inputs, &seeds)?;
    let fingerprint = materials.fingerprint(&session.pipeline_texts()?);
    let select: BTreeSet<TableName> = request
        .select
        .iter()
        .map(|name| TableName::parse(name))
        .collect::<Result<_, _>>()
        .context("--select")?;
    if request.full_refresh {
        marts::forget_build(&session.store)?;
    } else if select.is_empty()
        && let Some(marts) = last_reports(session, &fingerprint, &pipelines)
    {
        return Ok(BuildReport {
            as_of,
            marts,
            seeds,
            unchanged: true,
            fingerprint,
        });
    }
    let _lock = take_lock(session)?;
    // Whoever held the lock may have merged: what is built is what is current now.
    let mut inputs = query::stage_inputs(session, &seeds.tables, as_of)?;
    let materials = Materials::of(session, &inputs, &seeds)?;
    let fingerprint = materials.fingerprint(&session.pipeline_texts()?);
    let n_stages: u64 = pipelines
        .iter()
        .map(|pipeline| pipeline.stages.len() as u64)
        .sum();
    observer.on(Event::Begin {
        stage: Stage::Build,
        total: n_stages,
    });
    let made_of = materials.by_mart(&pipelines, &inputs);
    let before = reports_before(session);
    let mut wanted = select.clone();
    if select.is_empty() {
        for mart in pipelines.iter().flat_map(Pipeline::marts) {
            let now = made_of.get(&mart.name).cloned().flatten();
            if !is_as_built(session, mart, &before, now.as_deref()) {
                wanted.insert(mart.name.clone());
            }
        }
    }
    let mut reports = before;
    reports.retain(|report| !wanted.iter().any(|name| name.as_str() == report.name));
    // Whoever breaks off from here on leaves marts that nobody says what they are made of.
    let note = json!({"fingerprint": "", "marts": reports});
    marts::note_build(&session.store, &note)?;
    if !select.is_empty() {
        reports.clear();
    }
    let read = graph::in_order(&pipelines, Some(&wanted))?;
    query::add_catalogue_tables(session, &mut inputs, &|name| {
        let mut read = read.iter().flat_map(|stage| &stage.inputs);
        read.any(|input| input.as_str() == name)
    })?;
    let mut engine = Polars::new();
    let built = build::build(
        &pipelines,
        Some(&wanted),
        &inputs,
        &mut engine,
        &mut |progress| {
            if let Progress::Finished { stage } | Progress::Failed { stage } = progress {
                observer.on(Event::Item {
                    name: stage.as_str(),
                });
            }
        },
    )?;
    for built in built {
        let made_of = made_of.get(&built.mart.name).cloned().flatten();
        reports.push(written(session, built, made_of)?);
    }
    observer.on(Event::End {
        stage: Stage::Build,
    });
    reports.sort_by(|a, b| a.name.cmp(&b.name));
    if select.is_empty() {
        let known = pipelines
            .iter()
            .flat_map(Pipeline::marts)
            .map(|mart| mart.name.clone())
            .collect::<BTreeSet<TableName>>();
        marts::delete_others(&session.store, &known)?;
        reports.retain(|report| known.iter().any(|name| name.as_str() == report.name));
        marts::note_build(
            &session.store,
            &json!({"fingerprint": fingerprint, "marts": reports}),
        )?;
    }
    Ok(BuildReport {
        as_of,
        marts: reports,
        seeds,
        unchanged: false,
        fingerprint,
    })
}

/// Writes a mart that was built, and says what came of it.
fn written(
    session: &Session,
    built: build::Built<'_>,
    made_of: Option<String>,
) -> anyhow::Result<MartReport> {
    let name = built.mart.name.to_string();
    Ok(match built.result {
        Ok(made) => MartReport {
            name,
            rows: made.batch.num_rows() as u64,
            files_changed: write(session, built.mart, &made.batch)? as u64,
            made_of,
            failure: None,
            checks: (made.checks.iter())
                .filter(|check| !check.passed())
                .map(check_report)
                .collect(),
        },
        Err(error) => MartReport {
            name,
            rows: 0,
            files_changed: 0,
            made_of: None,
            failure: Some(explained(&error)),
            checks: Vec::new(),
        },
    })
}

fn write(session: &Session, mart: &Mart, batch: &RecordBatch) -> anyhow::Result<usize> {
    let column = mart.partition.column();
    Ok(marts::write(
        &session.store,
        &mart.name,
        column,
        batch,
        mart.today,
    )?)
}

fn check_report(check: &CheckResult) -> CheckReport {
    let what = match &check.outcome {
        Outcome::Passed => String::new(),
        Outcome::Failed { rows, examples } => {
            let shown: Vec<&str> = examples.iter().take(2).map(|example| &**example).collect();
            // Rows are named by their grain, `month=..`; a rule about the whole mart gives its figures instead.
            match shown.first() {
                Some(figures) if !figures.contains('=') => (*figures).to_owned(),
                _ => format!("{}, as {}", counted(*rows as u64, "row"), shown.join("; ")),
            }
        }
        Outcome::Unknown(why) => format!("could not be checked: {why}"),
    };
    CheckReport {
        rule: check.rule.to_string(),
        is_error: check.severity == Severity::Error,
        what,
    }
}

/// What the last builds said of the marts that they finished.
fn reports_before(session: &Session) -> Vec<MartReport> {
    let marts = marts::last_build(&session.store).and_then(|note| note.get("marts").cloned());
    let mut reports: Vec<MartReport> = marts
        .and_then(|marts| serde_json::from_value(marts).ok())
        .unwrap_or_default();
    for report in &mut reports {
        report.files_changed = 0;
    }
    reports
}

/// Whether a mart was built of what it is made of now, and its files are there.
fn is_as_built(
    session: &Session,
    mart: &Mart,
    reports: &[MartReport],
    made_of: Option<&str>,
) -> bool {
    let report = reports
        .iter()
        .find(|report| report.name == mart.name.as_str());
    let is_there = marts::files_of(&session.store, &mart.name).is_ok_and(|files| !files.is_empty());
    is_there
        && made_of.is_some()
        && report
            .is_some_and(|report| report.failure.is_none() && report.made_of.as_deref() == made_of)
}

/// The reports of the last build, if it was made from the same and its files are still there.
fn last_reports(
    session: &Session,
    fingerprint: &str,
    pipelines: &[Pipeline],
) -> Option<Vec<MartReport>> {
    let last = marts::last_build(&session.store)?;
    if last.get("fingerprint")?.as_str()? != fingerprint {
        return None;
    }
    let all_there = pipelines.iter().flat_map(Pipeline::marts).all(|mart| {
        marts::files_of(&session.store, &mart.name).is_ok_and(|files| !files.is_empty())
    });
    let reports = reports_before(session);
    (all_there && reports.iter().all(|report| report.failure.is_none())).then_some(reports)
}

pub(super) fn build(
    session: &Session,
    options: &BuildOptions,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    if options.dry_run {
        let mut out = terminal.out();
        for mart in session.pipelines()?.iter().flat_map(Pipeline::marts) {
            if options.select.is_empty()
                || options
                    .select
                    .iter()
                    .any(|name| *name == mart.name.as_str())
            {
                writeln!(out, "would build {}", mart.name)?;
            }
        }
        return Ok(true);
    }
    let observer = terminal.observer();
    let then = match &options.as_of {
        Some(moment) => Some(as_of::open(session, moment, &*observer, terminal)?),
        None => None,
    };
    let request = Request {
        select: &options.select,
        full_refresh: options.full_refresh,
        today: then.as_ref().map_or(options.today, |then| Some(then.today)),
    };
    let session = then.as_ref().map_or(session, |then| &then.session);
    let report = build_marts(session, &request, &*observer)?;
    let mut out = terminal.out();
    match format {
        Format::Json => {
            writeln!(
                out,
                "{}",
                json!({"schema_version": SCHEMA_VERSION, "as_of": report.as_of.to_string(), "unchanged": report.unchanged, "marts": report.marts})
            )?;
        }
        Format::Table | Format::Csv | Format::Parquet => {
            let mut table = TextTable::new(&["mart", "rows>", "files changed>", "state"]);
            for mart in &report.marts {
                let state = match (&mart.failure, mart.checks.len()) {
                    (Some(_), _) => "failed".to_owned(),
                    (None, 0) => "ok".to_owned(),
                    (None, n) => counted(n as u64, "check") + " failed",
                };
                table.push(vec![
                    mart.name.clone(),
                    mart.rows.to_string(),
                    mart.files_changed.to_string(),
                    state,
                ]);
            }
            for line in table.lines(terminal.width()) {
                writeln!(out, "{line}")?;
            }
            for trouble in report.troubles() {
                writeln!(out, "{trouble}")?;
            }
            if let Some(then) = &then {
                writeln!(out, "{}", then.folder.join("marts").display())?;
            }
        }
    }
    Ok(report.is_fine(false))
}
