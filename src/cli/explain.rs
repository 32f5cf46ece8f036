//! `explain`: from a row of a mart to the current rows it is made of, to the reports that told them, to file, sheet and row.
//!
//! Which rows those are follows from names alone: a table of the store that the mart reads, directly or through stages, is
//! narrowed by every column that the mart's grain and the table have in common, and to the days of the mart's period. What
//! the grain says and the table does not know is named, so that nobody takes more rows for the mart's own.

mod source;

use crate::cli::args::ExplainOptions;
use crate::cli::explain::source::Source;
use crate::cli::render::Format;
use crate::cli::render::SCHEMA_VERSION;
use crate::cli::render::plain;
use crate::cli::run::whole;
use crate::cli::session::Session;
use crate::cli::terminal::Terminal;
use crate::model::name::ColumnName;
use crate::model::name::TableName;
use crate::pipeline::Mart;
use crate::pipeline::Partition;
use crate::pipeline::Pipeline;
use crate::pipeline::graph;
use crate::store::entry::Entry;
use crate::store::entry::Part;
use crate::store::reports::Catalogue;
use anyhow::anyhow;
use anyhow::bail;
use arrow::array::Array;
use arrow::array::RecordBatch;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

/// # Errors
/// When there is no such mart, column or row, or more than one row fits.
pub(super) fn explain(
    session: &Session,
    options: &ExplainOptions,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    let pipelines = session.pipelines()?;
    let mart = pipelines
        .iter()
        .flat_map(Pipeline::marts)
        .find(|mart| mart.name.as_str() == options.mart)
        .ok_or_else(|| {
            anyhow!(
                "no mart is called {:?} (sellerlake ls pipelines)",
                options.mart
            )
        })?;
    let row = the_row(session, mart, &options.keys)?;
    let catalogue = Catalogue::load(&session.store)?;
    let live = catalogue.live()?;
    let reports = reports(&live);
    let mut sources = Vec::new();
    for name in read_by(&pipelines, mart)? {
        if let Some(table) = session
            .catalog
            .table(&name)
            .filter(|table| table.period.is_some())
        {
            let source = Source::of(session, mart, &row, table, &reports)?;
            if source.n_rows > 0 {
                sources.push(source);
            }
        }
    }
    let mut out = terminal.out();
    if format == Format::Json {
        let sources: Vec<Value> = sources.iter().map(Source::json).collect();
        let answer = json!({
            "schema_version": SCHEMA_VERSION,
            "mart": mart.name.as_str(),
            "row": row.json(),
            "sources": sources,
        });
        writeln!(out, "{answer}")?;
        return Ok(true);
    }
    writeln!(
        out,
        "{}",
        terminal.strong(&format!("{} {}", mart.name, row.key()))
    )?;
    for (name, text) in row.figures() {
        writeln!(out, "  {name} = {text}")?;
    }
    for (at, source) in sources.iter().enumerate() {
        source.print(at + 1 == sources.len(), &mut out)?;
    }
    if sources.is_empty() {
        writeln!(
            out,
            "└─ no rows of the store share its key: it is made of seeds or of what was not observed"
        )?;
    }
    Ok(true)
}

/// One row of a mart.
struct Row<'a> {
    mart: &'a Mart,
    batch: RecordBatch,
}

impl Row<'_> {
    fn text(&self, name: &str) -> Option<String> {
        let array = self.batch.column_by_name(name)?;
        array.is_valid(0).then(|| plain(array, 0))
    }

    fn key(&self) -> String {
        let grain = self.mart.grain.iter();
        let of = |name: &str| self.text(name).unwrap_or_default();
        grain
            .map(|name| format!("{name}={}", of(name.as_str())))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Every column that is no key and has a value.
    fn figures(&self) -> Vec<(&str, String)> {
        let columns = self.mart.columns.iter();
        let figures = columns.filter(|column| !self.mart.grain.contains(&column.name));
        figures
            .filter_map(|column| Some((column.name.as_str(), self.text(column.name.as_str())?)))
            .collect()
    }

    fn json(&self) -> Value {
        let columns = self.mart.columns.iter();
        let pairs = columns.map(|column| {
            (
                column.name.to_string(),
                json!(self.text(column.name.as_str())),
            )
        });
        Value::Object(pairs.collect())
    }

    /// The days that the row is about; none where it has no period.
    fn days(&self) -> Option<(Date, Date)> {
        let day: Date = self.text(self.mart.partition.column()?)?.parse().ok()?;
        match self.mart.partition {
            Partition::Month => Some((day, day.last_of_month())),
            Partition::Week => Some((day, day.saturating_add(6.days()))),
            Partition::AsOf | Partition::None => None,
        }
    }
}

/// The row that the keys name.
fn the_row<'a>(session: &Session, mart: &'a Mart, keys: &[String]) -> anyhow::Result<Row<'a>> {
    let all = whole(session, mart)?;
    let mut wanted = Vec::new();
    for key in keys {
        let (name, value) = key
            .split_once('=')
            .ok_or_else(|| anyhow!("a row is named by KEY=VALUE; {key:?} is not"))?;
        if mart.column(name).is_none() {
            let columns: Vec<&str> = mart.grain.iter().map(ColumnName::as_str).collect();
            bail!(
                "{} has no column {name}; its rows are told apart by {}",
                mart.name,
                columns.join(", ")
            );
        }
        wanted.push((name, value));
    }
    let fits = |row: &usize| {
        wanted.iter().all(|(name, value)| {
            all.column_by_name(name).is_some_and(|array| {
                let text = if array.is_valid(*row) {
                    plain(array, *row)
                } else {
                    String::new()
                };
                // A month may be written as one.
                text == *value || text == format!("{value}-01")
            })
        })
    };
    let rows: Vec<usize> = (0..all.num_rows()).filter(fits).collect();
    let one = |row: usize| Row {
        mart,
        batch: all.slice(row, 1),
    };
    match rows[..] {
        [row] => Ok(one(row)),
        [] => bail!(
            "{} has no such row (sellerlake show {})",
            mart.name,
            mart.name
        ),
        _ => {
            let shown: Vec<String> = rows
                .iter()
                .take(5)
                .map(|row| format!("  {}", one(*row).key()))
                .collect();
            bail!(
                "{} rows fit; say more of the key, as one of these does:\n{}",
                rows.len(),
                shown.join("\n")
            )
        }
    }
}

/// Every table that the mart reads, directly or through stages.
fn read_by(pipelines: &[Pipeline], mart: &Mart) -> anyhow::Result<BTreeSet<TableName>> {
    let order = graph::in_order(pipelines, Some(&[mart.name.clone()].into()))?;
    Ok(order
        .iter()
        .flat_map(|stage| stage.inputs.iter().cloned())
        .collect())
}

/// A report as a person finds it again.
struct Report {
    path: String,
    sheet: Option<String>,
    observed_at: String,
    parts: Vec<Part>,
}

fn reports(live: &[(u64, Arc<Entry>)]) -> BTreeMap<String, Report> {
    let mut reports = BTreeMap::new();
    for (_, entry) in live {
        for table in &entry.tables {
            if let Some(id) = &table.report_id {
                let report = Report {
                    path: entry.path().to_owned(),
                    sheet: table.sheet.clone(),
                    observed_at: table.observed_at.clone().unwrap_or_default(),
                    parts: table.parts.clone(),
                };
                reports.insert(id.clone(), report);
            }
        }
    }
    reports
}

fn place(report: &Report) -> String {
    match &report.sheet {
        Some(sheet) => format!("{} [{sheet}]", report.path),
        None => report.path.clone(),
    }
}
