//! What one table of the store gives to a row of a mart: its current rows, by the report that told them, and their sums.

use crate::cli::explain::Report;
use crate::cli::explain::Row;
use crate::cli::explain::place;
use crate::cli::query;
use crate::cli::render::counted;
use crate::cli::render::plain;
use crate::cli::session::Session;
use crate::model::market::Market;
use crate::model::period::day_number;
use crate::model::table::StoredType;
use crate::model::table::Table;
use crate::pipeline::Mart;
use crate::store::reader;
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
use arrow::datatypes::TimestampMillisecondType;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::Write;

/// Rows of a report that are named one by one.
const NAMED: usize = 3;

/// What one table of the store gives to the row.
pub(super) struct Source {
    table: String,
    pub(super) n_rows: usize,
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
    /// Rows of these days that it told and newer reports replaced.
    n_replaced: u64,
    sums: Vec<(String, String)>,
    /// Source row and its cells, of the first few.
    rows: Vec<(i64, String)>,
}

impl Source {
    pub(super) fn of(
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
        let additive: BTreeSet<&str> = table
            .columns
            .iter()
            .filter(|column| column.additive)
            .map(|column| column.name.as_str())
            .collect();
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
        let mut told = told(&batch, table, &figures, reports);
        let mut passed_over = Vec::new();
        for (id, report) in reports {
            let n_observed = observed(table, &shared, days, report);
            match told.iter_mut().find(|told| told.report == *id) {
                Some(told) => {
                    let n_current = told.n_rows as u64;
                    told.n_replaced = n_observed.saturating_sub(n_current);
                }
                None if n_observed > 0 => {
                    passed_over.push((place(report), report.observed_at.clone(), n_observed));
                }
                None => {}
            }
        }
        passed_over.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
        Ok(Self {
            table: table.name.to_string(),
            n_rows: batch.num_rows(),
            unknown,
            sums,
            told,
            passed_over,
        })
    }

    pub(super) fn print(&self, is_last: bool, out: &mut dyn Write) -> anyhow::Result<()> {
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
            if told.n_replaced > 0 {
                let replaced = counted(told.n_replaced, "row");
                writeln!(
                    out,
                    "{stem}│   {replaced} of these days replaced by newer reports"
                )?;
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

    pub(super) fn json(&self) -> Value {
        let told = self.told.iter().map(|told| {
            let rows: Vec<i64> = told.rows.iter().map(|(number, _)| *number).collect();
            json!({
                "report_id": told.report, "file": told.place, "observed_at": told.observed_at, "rows": told.n_rows, "replaced": told.n_replaced,
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

/// Whether a row lies in the days: by its day, by both ends of its range, or by when it happened, as its marketplace
/// counts days.
fn in_time<'a>(
    table: &Table,
    batch: &'a RecordBatch,
    days: Option<(Date, Date)>,
) -> impl Fn(usize) -> bool + 'a {
    let dates = |name: &str| batch.column_by_name(name)?.as_primitive_opt::<Date32Type>();
    let first = table.day_column().and_then(dates);
    let last = dates("period_end").or(first);
    // What happened at a moment has its moment in a column of its own; when it was observed is another.
    let mut moments = table.columns.iter().filter(|column| {
        column.ty == StoredType::Timestamp && column.name.as_str() != "observed_at"
    });
    let moments = moments.next().and_then(|column| {
        batch
            .column_by_name(column.name.as_str())?
            .as_primitive_opt::<TimestampMillisecondType>()
    });
    let markets = batch
        .column_by_name("marketplace")
        .and_then(|array| array.as_string_opt::<i32>());
    let zones: BTreeMap<&str, TimeZone> = Market::all()
        .filter_map(|market| Some((market.code(), TimeZone::get(market.zone()).ok()?)))
        .collect();
    move |row| {
        let Some((start, end)) = days else {
            return true;
        };
        if let (Some(first), Some(last)) = (first, last) {
            let within = day_number(start)..=day_number(end);
            return first.is_valid(row)
                && last.is_valid(row)
                && within.contains(&first.value(row))
                && within.contains(&last.value(row));
        }
        let Some(moment) = moments.filter(|moments| moments.is_valid(row)) else {
            return false;
        };
        let market = markets.filter(|markets| markets.is_valid(row));
        let zone = market.and_then(|markets| zones.get(markets.value(row)));
        Timestamp::from_millisecond(moment.value(row)).is_ok_and(|at| {
            let day = at.to_zoned(zone.cloned().unwrap_or(TimeZone::UTC)).date();
            (start..=end).contains(&day)
        })
    }
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
                n_replaced: 0,
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

/// Rows of these days that a report told, whether they are current or not.
fn observed(
    table: &Table,
    shared: &[(&str, String)],
    days: Option<(Date, Date)>,
    report: &Report,
) -> u64 {
    let (Some((start, end)), Some(_)) = (days, table.day_column()) else {
        return 0;
    };
    let value = |name: &str| {
        let known = shared.iter().find(|(known, _)| *known == name);
        known.map(|(_, value)| value.as_str())
    };
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
    slices.map(|slice| slice.rows).sum()
}

/// The exact sum of some rows of a column, as text; none where it is no exact number.
fn sum(array: &ArrayRef, wanted: impl Fn(usize) -> bool) -> Option<String> {
    let mut rows = (0..array.len())
        .filter(|row| wanted(*row) && array.is_valid(*row))
        .peekable();
    // Absent is not nought.
    rows.peek()?;
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
    use std::sync::Arc;

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
