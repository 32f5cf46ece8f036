//! The sums that reports hold by themselves, row by row, as `tests/controls.toml` lists them.

use crate::fixture::in_package;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::sync::OnceLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WireControls {
    control: Vec<Control>,
    ratio: Vec<Ratio>,
    same: Vec<Same>,
}

/// A quotient that a file gives beside its parts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ratio {
    name: String,
    of: String,
    by: String,
    /// How much a file may have rounded away.
    within: f64,
}

/// Tables that split the same figures of one account and span in several ways.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Same {
    tables: Vec<String>,
    columns: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Control {
    table: String,
    family: Option<String>,
    total: String,
    parts: Vec<String>,
    unless: Option<String>,
}

/// A row as text by column name, without what is null.
type Row = BTreeMap<String, String>;

fn wire() -> &'static WireControls {
    static CONTROLS: OnceLock<WireControls> = OnceLock::new();
    CONTROLS.get_or_init(|| {
        let text = fs::read_to_string(in_package("tests/controls.toml")).unwrap();
        toml::from_str(&text).unwrap()
    })
}

fn controls() -> &'static [Control] {
    &wire().control
}

/// Compares the quotients that rows give with their own figures. Gives how many.
pub(crate) fn check_ratios(rows: &[Row], of: &str, faults: &mut Vec<String>) -> usize {
    let number = |row: &Row, column: &String| row.get(column)?.parse::<f64>().ok();
    let mut n = 0;
    for ratio in &wire().ratio {
        for row in rows {
            let parts = (
                number(row, &ratio.name),
                number(row, &ratio.of),
                number(row, &ratio.by),
            );
            let (Some(told), Some(above), Some(below)) = parts else {
                continue;
            };
            if below == 0.0 {
                continue;
            }
            n += 1;
            let reckoned = above / below;
            if (told - reckoned).abs() > ratio.within {
                faults.push(format!(
                    "{of}, row {}: {} is {told}, {above} by {below} makes {reckoned}",
                    row.get("source_row").map_or("?", String::as_str),
                    ratio.name
                ));
            }
        }
    }
    n
}

/// Sums of the columns of each table, by folder of the file and days that it covers.
#[derive(Default)]
pub(crate) struct Spans(BTreeMap<(String, String, String), BTreeMap<String, Vec<Decimal>>>);

impl Spans {
    /// Adds a file with one row for each day.
    pub(crate) fn add(&mut self, path: &str, table: &str, rows: &[Row]) {
        let Some(same) = wire()
            .same
            .iter()
            .find(|same| same.tables.iter().any(|one| one == table))
        else {
            return;
        };
        let mut days: Vec<&String> = rows.iter().filter_map(|row| row.get("date")).collect();
        days.sort();
        let (Some(first), Some(last)) = (days.first(), days.last()) else {
            return;
        };
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let key = (folder.to_owned(), (*first).clone(), (*last).clone());
        let sum = |column: &String| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            Decimal(cells.map(|cell| units(cell)).sum())
        };
        let sums = same.columns.iter().map(sum).collect();
        self.0
            .entry(key)
            .or_default()
            .insert(table.to_owned(), sums);
    }

    /// Compares the tables of each span. Gives how many files were compared with another.
    pub(crate) fn compare(&self, faults: &mut Vec<String>) -> usize {
        let mut n = 0;
        let is_whole = |tables: &BTreeMap<String, Vec<Decimal>>| {
            let same = wire().same.iter();
            let mut whole =
                same.filter(|same| same.tables.iter().all(|table| tables.contains_key(table)));
            whole.next().is_some()
        };
        for (span, tables) in self.0.iter().filter(|(_, tables)| is_whole(tables)) {
            let mut tables = tables.iter();
            let Some((first, sums)) = tables.next() else {
                continue;
            };
            for (table, others) in tables {
                n += 1;
                if sums != others {
                    faults.push(format!(
                        "{span:?}: {first} makes {sums:?}, {table} {others:?}"
                    ));
                }
            }
        }
        n
    }
}

/// Ten-thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Decimal(i128);

fn units(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<4.4}").parse().unwrap()
}

/// Checks the rows of a table. Gives how many sums were reckoned.
pub(crate) fn check(table: &str, rows: &[Row], of: &str, faults: &mut Vec<String>) -> usize {
    let units = |row: &Row, column: &String| {
        row.get(column).map(|text| {
            text.parse::<i64>()
                .unwrap_or_else(|_| panic!("{column} {text:?}"))
        })
    };
    let mut n = 0;
    for control in controls().iter().filter(|control| control.table == table) {
        for row in rows {
            let is_asked = control
                .family
                .as_ref()
                .is_none_or(|family| row.get("family") == Some(family))
                && control
                    .unless
                    .as_ref()
                    .is_none_or(|column| !row.contains_key(column));
            let Some(total) = units(row, &control.total).filter(|_| is_asked) else {
                continue;
            };
            n += 1;
            let sum: i64 = control
                .parts
                .iter()
                .filter_map(|part| units(row, part))
                .sum();
            if sum != total {
                faults.push(format!(
                    "{of}, row {}: {} is {total}, its parts make {sum}",
                    row.get("source_row").map_or("?", String::as_str),
                    control.total
                ));
            }
        }
    }
    n
}

/// The rows of a golden case's `expected.csv` by table.
fn tables_of(text: &str) -> BTreeMap<String, Vec<Row>> {
    let mut tables = BTreeMap::new();
    for section in text.split("# table ").skip(1) {
        let (name, body) = section.split_once('\n').unwrap();
        let mut reader = csv::Reader::from_reader(body.as_bytes());
        let rows = reader
            .deserialize::<Row>()
            .map(|row| {
                row.unwrap()
                    .into_iter()
                    .filter(|(_, text)| !text.is_empty())
                    .collect()
            })
            .collect();
        tables.insert(name.trim().to_owned(), rows);
    }
    tables
}

#[test]
fn every_case_keeps_the_sums_of_its_report() {
    let (mut faults, mut reckoned) = (Vec::new(), BTreeMap::new());
    let paths = sellerlake::store::files::list(&in_package("tests/cases")).unwrap();
    for path in paths.iter().filter(|path| path.ends_with("expected.csv")) {
        let of = path.parent().unwrap().display().to_string();
        for (table, rows) in tables_of(&fs::read_to_string(path).unwrap()) {
            let n = check(&table, &rows, &of, &mut faults);
            *reckoned.entry(table).or_insert(0) += n;
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    for control in controls() {
        assert!(
            reckoned.get(&control.table).is_some_and(|n| *n > 0),
            "no case holds rows of {}",
            control.table
        );
    }
}

#[test]
fn a_row_that_does_not_add_up_is_found() {
    let control = &controls()[0];
    let row = |total: &str| {
        let mut row = Row::from([(control.total.clone(), total.to_owned())]);
        row.insert(control.parts[0].clone(), "3".to_owned());
        row.insert(control.parts[1].clone(), "4".to_owned());
        row
    };
    let mut faults = Vec::new();
    assert_eq!(
        check(&control.table, &[row("7"), row("8")], "case", &mut faults),
        2
    );
    assert_eq!(
        faults,
        [format!(
            "case, row ?: {} is 8, its parts make 7",
            control.total
        )]
    );
}

#[test]
fn a_ratio_that_is_not_its_own_and_reports_that_disagree_are_found() {
    let row = |cells: &[(&str, &str)]| -> Row {
        cells
            .iter()
            .map(|(name, cell)| ((*name).to_owned(), (*cell).to_owned()))
            .collect()
    };
    let mut faults = Vec::new();
    let ctr = |told: &str| row(&[("ctr", told), ("clicks", "1"), ("impressions", "8")]);
    assert_eq!(
        check_ratios(&[ctr("0.125"), ctr("0.13")], "case", &mut faults),
        2
    );
    assert_eq!(faults.len(), 1, "{faults:?}");
    let same = &wire().same[0];
    let of = |clicks: &str| row(&[("date", "2026-01-01"), ("clicks", clicks)]);
    for (clicks, n_faults) in [("3", 0), ("4", 1)] {
        let (mut spans, mut faults) = (Spans::default(), Vec::new());
        let (last, others) = same.tables.split_last().unwrap();
        for table in others {
            spans.add("a/x.csv", table, &[of("1"), of("2")]);
        }
        assert_eq!(spans.compare(&mut faults), 0, "one is lacking");
        // The first and the last day must be the same ones.
        spans.add("a/y.csv", last, &[of(clicks)]);
        assert_eq!(spans.compare(&mut faults), others.len());
        assert_eq!(faults.len(), n_faults, "{faults:?}");
    }
}
