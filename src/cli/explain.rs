//! `explain`: from a row of a mart to the current rows it is made of, to the reports that told them, to file, sheet and row.
//!
//! Which rows those are follows from names alone: a table of the store that the mart reads, directly or through stages, is
//! narrowed by every column that the mart's grain and the table have in common, and to the days of the mart's period. What
//! the grain says and the table does not know is named, so that nobody takes more rows for the mart's own.

use crate::cli::args::ExplainOptions;
use crate::cli::query;
use crate::cli::render::Format;
use crate::cli::render::SCHEMA_VERSION;
use crate::cli::render::counted;
use crate::cli::render::plain;
use crate::cli::run::whole;
use crate::cli::session::Session;
use crate::cli::terminal::Terminal;
use crate::model::name::TableName;
use crate::model::period::day_number;
use crate::model::table::Table;
use crate::pipeline::Mart;
use crate::pipeline::Partition;
use crate::pipeline::Pipeline;
use crate::pipeline::graph;
use crate::store::entry::Entry;
use crate::store::entry::Part;
use crate::store::reader;
use crate::store::reports::Catalogue;
use anyhow::anyhow;
use anyhow::bail;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::RecordBatch;
use arrow::array::UInt32Array;
use arrow::compute::concat_batches;
use arrow::compute::take_record_batch;
use arrow::datatypes::Date32Type;
use arrow::datatypes::Decimal128Type;
use arrow::datatypes::Int64Type;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

/// Rows of a report that are named one by one.
const NAMED: usize = 3;

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
            let columns: Vec<&str> = mart.grain.iter().map(|name| name.as_str()).collect();
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

/// What one table of the store gives to the row.
struct Source {
    table: String,
    n_rows: usize,
    /// Columns of the key that the table does not know.
    unknown: Vec<String>,
    /// A figure's name, its sum here, what the mart says, and whether the two are one.
    sums: Vec<(String, String, String, bool)>,
    told: Vec<Told>,
    passed_over: Vec<(String, String, u64)>,
}

/// The rows that one report told.
struct Told {
    report: String,
    place: String,
    observed_at: String,
    n_rows: usize,
    sums: Vec<(String, String)>,
    /// Source row and its cells, of the first few.
    rows: Vec<(i64, String)>,
}

impl Source {
    fn of(
        session: &Session,
        mart: &Mart,
        row: &Row<'_>,
        table: &Table,
        reports: &BTreeMap<String, Report>,
    ) -> anyhow::Result<Self> {
        let days = row.days();
        let shared: Vec<(&str, String)> = mart
            .grain
            .iter()
            .map(|name| name.as_str())
            .filter(|name| mart.partition.column() != Some(name) && table.index_of(name).is_some())
            .map(|name| (name, row.text(name).unwrap_or_default()))
            .collect();
        let unknown = mart
            .grain
            .iter()
            .filter(|name| mart.partition.column() != Some(name.as_str()))
            .filter(|name| table.index_of(name.as_str()).is_none())
            .map(ToString::to_string)
            .collect();
        let batch = narrowed(session, table, &shared, days)?;
        let additive = additive(session, table);
        let figures: Vec<&str> = mart
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .filter(|name| additive.contains(name) && batch.column_by_name(name).is_some())
            .collect();
        let sums = figures
            .iter()
            .filter_map(|name| {
                let here = sum(batch.column_by_name(name)?, |_| true)?;
                let there = row.text(name)?;
                let same = plain_number(&here) == plain_number(&there);
                Some(((*name).to_owned(), here, there, same))
            })
            .collect();
        let told = told(&batch, table, &figures, reports);
        let seen: BTreeSet<&str> = told.iter().map(|told| told.report.as_str()).collect();
        let passed_over = passed_over(table, &shared, days, reports, &seen);
        Ok(Self {
            table: table.name.to_string(),
            n_rows: batch.num_rows(),
            unknown,
            sums,
            told,
            passed_over,
        })
    }

    fn print(&self, is_last: bool, out: &mut dyn Write) -> anyhow::Result<()> {
        let (branch, stem) = if is_last {
            ("└─", "  ")
        } else {
            ("├─", "│ ")
        };
        writeln!(
            out,
            "{branch} {}: {}",
            self.table,
            counted(self.n_rows as u64, "current row")
        )?;
        if !self.unknown.is_empty() {
            writeln!(
                out,
                "{stem}   of every {}: the table does not know it",
                self.unknown.join(" and ")
            )?;
        }
        for (name, here, there, same) in &self.sums {
            let verdict = if *same {
                "as the mart says".to_owned()
            } else {
                format!("the mart says {there}")
            };
            writeln!(out, "{stem}   {name} {here}, {verdict}")?;
        }
        for told in &self.told {
            writeln!(out, "{stem}├─ {}", told.place)?;
            let sums: Vec<String> = told
                .sums
                .iter()
                .map(|(name, sum)| format!("{name} {sum}"))
                .collect();
            writeln!(
                out,
                "{stem}│   report {} observed {}: {}{}{}",
                told.report.get(..12).unwrap_or(&told.report),
                told.observed_at,
                counted(told.n_rows as u64, "row"),
                if sums.is_empty() { "" } else { ", " },
                sums.join(", ")
            )?;
            for (number, cells) in &told.rows {
                writeln!(out, "{stem}│   row {number}: {cells}")?;
            }
            if told.n_rows > told.rows.len() {
                writeln!(out, "{stem}│   and {} more", told.n_rows - told.rows.len())?;
            }
        }
        for (place, observed_at, rows) in &self.passed_over {
            writeln!(out, "{stem}├─ passed over: {place}")?;
            writeln!(
                out,
                "{stem}│   observed {observed_at}: {} of these days",
                counted(*rows, "row")
            )?;
        }
        Ok(())
    }

    fn json(&self) -> Value {
        let told = self.told.iter().map(|told| {
            let rows: Vec<i64> = told.rows.iter().map(|(number, _)| *number).collect();
            json!({
                "report_id": told.report, "file": told.place, "observed_at": told.observed_at, "rows": told.n_rows,
                "sums": told.sums.iter().cloned().collect::<BTreeMap<_, _>>(), "first_source_rows": rows,
            })
        });
        let sums = self.sums.iter().map(|(name, here, there, same)| {
            json!({"column": name, "sum": here, "mart": there, "equal": same})
        });
        let passed = self.passed_over.iter().map(|(place, observed_at, rows)| {
            json!({"file": place, "observed_at": observed_at, "rows": rows})
        });
        json!({
            "table": self.table, "rows": self.n_rows, "not_narrowed_by": self.unknown,
            "sums": sums.collect::<Vec<_>>(), "reports": told.collect::<Vec<_>>(),
            "passed_over": passed.collect::<Vec<_>>(),
        })
    }
}

/// The current rows with these values, of these days.
fn narrowed(
    session: &Session,
    table: &Table,
    shared: &[(&str, String)],
    days: Option<(Date, Date)>,
) -> anyhow::Result<RecordBatch> {
    let schema = table.arrow();
    let mut kept = Vec::new();
    for file in query::current_files(session, &table.name)? {
        for batch in reader::read(&file, &schema)? {
            let in_time = in_time(table, &batch, days);
            let fits = |row: usize| {
                shared.iter().all(|(name, value)| {
                    batch.column_by_name(name).is_some_and(|array| {
                        let text = if array.is_valid(row) {
                            plain(array, row)
                        } else {
                            String::new()
                        };
                        text == *value
                    })
                })
            };
            let rows = (0..batch.num_rows()).filter(|row| in_time(*row) && fits(*row));
            let rows: UInt32Array = rows
                .map(|row| u32::try_from(row).unwrap_or(u32::MAX))
                .collect();
            if !rows.is_empty() {
                kept.push(take_record_batch(&batch, &rows)?);
            }
        }
    }
    Ok(concat_batches(&schema, &kept)?)
}

/// Whether a row lies in the days: by its day, or by both ends of its range.
fn in_time<'a>(
    table: &Table,
    batch: &'a RecordBatch,
    days: Option<(Date, Date)>,
) -> impl Fn(usize) -> bool + 'a {
    let column = |name: &str| {
        batch
            .column_by_name(name)
            .and_then(|array| array.as_primitive_opt::<Date32Type>())
    };
    let first = table
        .day_column()
        .and_then(&column)
        .or_else(|| column("month"));
    let last = column("period_end").or(first);
    let days = days.map(|(start, end)| (day_number(start), day_number(end)));
    move |row| match (days, first, last) {
        (None, ..) => true,
        (Some((start, end)), Some(first), Some(last)) => {
            first.is_valid(row)
                && last.is_valid(row)
                && first.value(row) >= start
                && last.value(row) <= end
        }
        _ => false,
    }
}

/// Columns of a table that may be summed, by what the schemas that feed it say.
fn additive<'a>(session: &'a Session, table: &Table) -> BTreeSet<&'a str> {
    session
        .catalog
        .reports()
        .filter(|schema| {
            schema
                .outputs
                .iter()
                .any(|output| output.table == table.name)
        })
        .flat_map(|schema| &schema.columns)
        .filter(|column| column.additive)
        .map(|column| column.name.as_str())
        .collect()
}

/// The rows by the report that told them, in the order of observation.
fn told(
    batch: &RecordBatch,
    table: &Table,
    figures: &[&str],
    reports: &BTreeMap<String, Report>,
) -> Vec<Told> {
    let Some(ids) = batch
        .column_by_name("report_id")
        .and_then(|array| array.as_string_opt::<i32>())
    else {
        return Vec::new();
    };
    let mut rows_of: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for row in (0..batch.num_rows()).filter(|row| ids.is_valid(*row)) {
        rows_of.entry(ids.value(row)).or_default().push(row);
    }
    let numbers = batch
        .column_by_name("source_row")
        .and_then(|array| array.as_primitive_opt::<Int64Type>());
    let key: Vec<&str> = table
        .day_column()
        .into_iter()
        .chain(table.merge.key.iter().map(|name| name.as_str()))
        .collect();
    let mut all: Vec<Told> = rows_of
        .into_iter()
        .map(|(id, rows)| {
            let report = reports.get(id);
            let cells = |row: usize| {
                let shown = key.iter().chain(figures).filter_map(|name| {
                    let array = batch.column_by_name(name)?;
                    array
                        .is_valid(row)
                        .then(|| format!("{name}={}", plain(array, row)))
                });
                shown.collect::<Vec<_>>().join(" ")
            };
            let number = |row: usize| numbers.map_or(0, |numbers| numbers.value(row));
            let mut first: Vec<(i64, String)> =
                rows.iter().map(|row| (number(*row), cells(*row))).collect();
            first.sort();
            first.truncate(NAMED);
            let among: BTreeSet<usize> = rows.iter().copied().collect();
            Told {
                report: id.to_owned(),
                place: report.map_or_else(|| "a report that is no longer live".to_owned(), place),
                observed_at: report.map_or_else(String::new, |report| report.observed_at.clone()),
                n_rows: rows.len(),
                sums: figures
                    .iter()
                    .filter_map(|name| {
                        let sum = sum(batch.column_by_name(name)?, |row| among.contains(&row))?;
                        Some(((*name).to_owned(), sum))
                    })
                    .collect(),
                rows: first,
            }
        })
        .collect();
    all.sort_by(|a, b| (&a.observed_at, &a.place).cmp(&(&b.observed_at, &b.place)));
    all
}

fn place(report: &Report) -> String {
    match &report.sheet {
        Some(sheet) => format!("{} [{sheet}]", report.path),
        None => report.path.clone(),
    }
}

/// Reports that tell of the same days and whose rows another's replaced: where they lie, when observed, and how many rows.
fn passed_over(
    table: &Table,
    shared: &[(&str, String)],
    days: Option<(Date, Date)>,
    reports: &BTreeMap<String, Report>,
    seen: &BTreeSet<&str>,
) -> Vec<(String, String, u64)> {
    let (Some((start, end)), Some(_)) = (days, table.day_column()) else {
        return Vec::new();
    };
    let value = |name: &str| {
        shared
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
    };
    let mut passed = Vec::new();
    for (_, report) in reports.iter().filter(|(id, _)| !seen.contains(id.as_str())) {
        let parts = report.parts.iter().filter(|part| {
            part.table == table.name.as_str()
                && value("marketplace").is_none_or(|market| market == part.marketplace)
        });
        let slices = parts.flat_map(|part| &part.slices).filter(|slice| {
            let day: Option<Date> = slice.day.parse().ok();
            let last: Option<Date> = slice.end.parse().ok().or(day);
            day.is_some_and(|day| day >= start)
                && last.is_some_and(|last| last <= end)
                && value("account").is_none_or(|account| account == slice.account)
                && value("ad_product").is_none_or(|product| product == slice.ad_product)
        });
        let rows: u64 = slices.map(|slice| slice.rows).sum();
        if rows > 0 {
            passed.push((place(report), report.observed_at.clone(), rows));
        }
    }
    passed.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
    passed
}

/// The exact sum of some rows of a column, as text; none where it is no exact number.
fn sum(array: &ArrayRef, wanted: impl Fn(usize) -> bool) -> Option<String> {
    let rows = (0..array.len()).filter(|row| wanted(*row) && array.is_valid(*row));
    if let Some(values) = array.as_primitive_opt::<Decimal128Type>() {
        let sum: i128 = rows.map(|row| values.value(row)).sum();
        let scale = usize::try_from(values.scale()).unwrap_or(0);
        let sign = if sum < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", sum.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        return Some(if scale == 0 {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{fraction}")
        });
    }
    let values = array.as_primitive_opt::<Int64Type>()?;
    let sum: i128 = rows.map(|row| i128::from(values.value(row))).sum();
    Some(sum.to_string())
}

/// Without noughts at the end of a fraction.
fn plain_number(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::Decimal128Array;
    use arrow::array::Int64Array;

    #[test]
    fn sums_are_exact() {
        let money = Decimal128Array::from(vec![Some(-5), None, Some(2)]);
        let money: ArrayRef = Arc::new(money.with_precision_and_scale(18, 4).unwrap());
        assert_eq!(sum(&money, |_| true).unwrap(), "-0.0003");
        assert_eq!(sum(&money, |row| row > 0).unwrap(), "0.0002");
        let counts: ArrayRef = Arc::new(Int64Array::from(vec![7, 8]));
        assert_eq!(sum(&counts, |_| true).unwrap(), "15");
        assert_eq!(
            (
                plain_number("3.7800"),
                plain_number("100"),
                plain_number("2.0")
            ),
            ("3.78", "100", "2")
        );
    }
}
