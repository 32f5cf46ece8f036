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

fn controls() -> &'static [Control] {
    static CONTROLS: OnceLock<Vec<Control>> = OnceLock::new();
    CONTROLS.get_or_init(|| {
        let text = fs::read_to_string(in_package("tests/controls.toml")).unwrap();
        toml::from_str::<WireControls>(&text).unwrap().control
    })
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
