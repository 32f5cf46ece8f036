//! Golden cases: an input file, what is told about it, and everything that comes of it, as text beside it.
//!
//! `UPDATE=1 cargo test --test it golden` writes the expected files anew; then read the difference.

use crate::fixture::Shop;
use crate::fixture::catalog;
use crate::fixture::in_package;
use crate::fixture::slashed;
use jiff::Timestamp;
use rayon::prelude::*;
use sellerlake::model::market::Market;
use sellerlake::store::entry::Entry;
use sellerlake::store::entry::Status;
use sellerlake::store::entry::TableEntry;
use sellerlake::store::files;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

const CONFIG: &str = "[[account]]\nname = \"lumora\"\n";

/// What a case tells that its input does not.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WireCase {
    /// The name under which the input lies in the inbox; its own by default.
    file_name: Option<String>,
    marketplace: Option<String>,
    account: Option<String>,
    /// The file's modification time.
    observed_at: Option<String>,
    /// Other schemas that read a part of it: a nested document may hold several kinds of records.
    #[serde(default)]
    beside: Vec<String>,
    /// No schema of ours reads it.
    #[serde(default)]
    negative: bool,
}

struct Case {
    folder: PathBuf,
    input: PathBuf,
    told: WireCase,
}

/// Every folder below `tests/cases` that holds a `case.toml`, sorted.
fn cases() -> Vec<Case> {
    let paths = files::list(&in_package("tests/cases")).unwrap();
    let folders: BTreeSet<PathBuf> = paths
        .iter()
        .map(|path| path.parent().unwrap().to_path_buf())
        .collect();
    folders
        .into_iter()
        .map(|folder| {
            let inside: Vec<&PathBuf> = paths
                .iter()
                .filter(|path| path.parent() == Some(&folder))
                .collect();
            let inputs: Vec<&&PathBuf> = inside
                .iter()
                .filter(|path| path.file_stem().unwrap() == "input")
                .collect();
            assert_eq!(
                inputs.len(),
                1,
                "{} needs one file called input",
                folder.display()
            );
            let text = fs::read_to_string(folder.join("case.toml")).unwrap();
            let told = toml::from_str(&text)
                .unwrap_or_else(|fault| panic!("{}: {fault}", folder.display()));
            Case {
                input: (**inputs[0]).clone(),
                told,
                folder,
            }
        })
        .collect()
}

/// The schema that a case's folder names: `tests/cases/<source>/<report>/<case>`.
fn schema_of(folder: &Path) -> String {
    slashed(folder.parent().unwrap(), &in_package("tests/cases"))
}

/// Everything that comes of a case: what was found, and the rows, as two texts.
struct Came {
    findings: String,
    rows: String,
}

fn ingest(case: &Case) -> (Came, Vec<TableEntry>) {
    let mut shop = Shop::of(CONFIG);
    shop.flags.account = case.told.account.as_deref().map(Into::into);
    shop.flags.market = case
        .told
        .marketplace
        .as_deref()
        .map(|code| Market::by_code(code).unwrap());
    let own_name = case
        .input
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    let name = case.told.file_name.clone().unwrap_or(own_name);
    let at = case
        .told
        .observed_at
        .as_deref()
        .unwrap_or("2026-02-01T08:00:00Z");
    let at: Timestamp = at.parse().unwrap();
    shop.put(&name, &fs::read(&case.input).unwrap(), at);
    let run = shop.run();
    let mut findings = String::new();
    let mut tables: BTreeMap<String, Vec<BTreeMap<String, String>>> = BTreeMap::new();
    let mut entries = Vec::new();
    for entry in run.outcomes.iter().flat_map(|outcome| &outcome.entries) {
        write_entry(entry, &mut findings);
        for table in &entry.tables {
            for (name, rows) in shop.observed(table) {
                tables.entry(name).or_default().extend(rows);
            }
            entries.push(table.clone());
        }
    }
    (
        Came {
            findings,
            rows: write_rows(&tables),
        },
        entries,
    )
}

fn write_entry(entry: &Entry, out: &mut String) {
    writeln!(out, "file {} ({})", entry.name, entry.container).unwrap();
    if let Some(failure) = &entry.failure {
        writeln!(out, "failed: {failure}").unwrap();
    }
    for table in &entry.tables {
        write_table(table, out);
    }
}

fn write_table(table: &TableEntry, out: &mut String) {
    let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let mut line = |name: &str, text: String| writeln!(out, "{name}: {text}").unwrap();
    if let Some(sheet) = &table.sheet {
        line("sheet", format!("{sheet:?}"));
    }
    line("status", table.status.as_str().to_owned());
    if let Some(reason) = &table.reason {
        line("reason", reason.clone());
    }
    for question in &table.questions {
        line(
            "question",
            format!("{} ({})", question.about, question.flag),
        );
    }
    let Some(schema) = &table.schema else { return };
    line("schema", format!("{schema} -> {}", shown(&table.table)));
    line("language", shown(&table.language));
    line(
        "account",
        format!(
            "{} (from {})",
            shown(&table.account),
            shown(&table.account_from)
        ),
    );
    line(
        "marketplace",
        format!(
            "{} (from {})",
            shown(&table.marketplace),
            shown(&table.marketplace_from)
        ),
    );
    line("currency", shown(&table.currency));
    if let Some(period) = &table.period {
        line(
            "period",
            format!(
                "{} {} .. {}",
                period.kind,
                shown(&period.start),
                shown(&period.end)
            ),
        );
    }
    line(
        "observed",
        format!(
            "{} (from {})",
            shown(&table.observed_at),
            shown(&table.observed_from)
        ),
    );
    let rows = table.rows;
    line(
        "rows",
        format!(
            "{} read = {} stored + {} merged + {} rejected + {} skipped",
            rows.read, rows.stored, rows.merged, rows.rejected, rows.skipped
        ),
    );
    // Columns that left no choice are most of them, and say nothing.
    for note in table
        .reading_notes
        .iter()
        .filter(|note| !note.ends_with("that could be misread"))
    {
        line("note", note.clone());
    }
    for finding in &table.findings {
        line(
            "finding",
            format!("{} {:?} x {}", finding.code, finding.column, finding.count),
        );
        for example in &finding.examples {
            let at = |n: Option<u32>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
            let expected = if example.expected.is_empty() {
                String::new()
            } else {
                format!("; expected {}", example.expected)
            };
            line(
                "  at",
                format!(
                    "row {} column {}: {:?}{expected}",
                    at(example.row),
                    at(example.column),
                    example.text
                ),
            );
        }
    }
}

/// One section a table: its columns that hold anything, then its rows. `report_id` is a hash and says nothing here.
fn write_rows(tables: &BTreeMap<String, Vec<BTreeMap<String, String>>>) -> String {
    let mut out = String::new();
    for (name, rows) in tables {
        let declared = catalog()
            .tables()
            .find(|table| table.name.as_str() == name)
            .unwrap();
        let columns: Vec<&str> = declared
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .filter(|column| {
                *column != "report_id" && rows.iter().any(|row| row.contains_key(*column))
            })
            .collect();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&columns).unwrap();
        for row in rows {
            writer
                .write_record(
                    columns
                        .iter()
                        .map(|column| row.get(*column).map_or("", String::as_str)),
                )
                .unwrap();
        }
        writeln!(out, "# table {name}").unwrap();
        out.push_str(&String::from_utf8(writer.into_inner().unwrap()).unwrap());
    }
    out
}

/// What is wrong with a case, if anything.
fn check(case: &Case) -> Vec<String> {
    let name = slashed(&case.folder, &in_package("tests/cases"));
    let (outcome, entries) = ingest(case);
    let mut faults = Vec::new();
    let recognised: Vec<&TableEntry> = entries
        .iter()
        .filter(|entry| entry.status == Status::Recognised)
        .collect();
    if case.told.negative {
        faults.extend(recognised.iter().map(|entry| {
            format!(
                "{name}: taken for {}",
                entry.schema.as_deref().unwrap_or("?")
            )
        }));
        if entries.iter().any(|entry| entry.reason.is_none()) {
            faults.push(format!("{name}: held without a reason"));
        }
    } else {
        let schemas: Vec<&str> = recognised
            .iter()
            .filter_map(|entry| entry.schema.as_deref())
            .collect();
        // A workbook may hold several sheets of one kind.
        let own = schema_of(&case.folder);
        let beside = &case.told.beside;
        let is_expected =
            |schema: &&str| *schema == own || beside.iter().any(|known| known == schema);
        let lacks_some = !schemas.contains(&own.as_str())
            || beside
                .iter()
                .any(|known| !schemas.contains(&known.as_str()));
        if lacks_some || !schemas.iter().all(is_expected) {
            let reasons: Vec<&str> = entries
                .iter()
                .filter_map(|entry| entry.reason.as_deref())
                .collect();
            faults.push(format!(
                "{name}: recognised as {schemas:?}; {}",
                reasons.join("; ")
            ));
        }
    }
    let expected = [
        ("findings.txt", outcome.findings),
        ("expected.csv", outcome.rows),
    ];
    let is_update = std::env::var_os("UPDATE").is_some();
    for (file, text) in expected {
        let path = case.folder.join(file);
        let found = fs::read_to_string(&path).unwrap_or_default();
        if found == text {
            continue;
        }
        match (is_update, text.is_empty()) {
            (true, true) => fs::remove_file(&path).unwrap(),
            (true, false) => fs::write(&path, text).unwrap(),
            (false, _) => faults.push(format!(
                "{name}/{file}: {}",
                first_difference(&found, &text)
            )),
        }
    }
    faults
}

/// The first line in which two texts differ.
fn first_difference(expected: &str, came: &str) -> String {
    let (mut left, mut right) = (expected.lines(), came.lines());
    for n in 1.. {
        match (left.next(), right.next()) {
            (None, None) => break,
            (left, right) if left == right => {}
            (left, right) => {
                let shown = |line: Option<&str>| {
                    line.map_or_else(|| "nothing".to_owned(), |line| format!("{line:?}"))
                };
                return format!(
                    "line {n}\n  expected {}\n  came     {}",
                    shown(left),
                    shown(right)
                );
            }
        }
    }
    "line ends differ".to_owned()
}

#[test]
fn every_case_comes_out_as_written() {
    let faults: Vec<String> = cases().par_iter().flat_map_iter(check).collect();
    assert!(
        faults.is_empty(),
        "UPDATE=1 accepts these differences:\n{}",
        faults.join("\n")
    );
}

#[test]
fn every_schema_of_a_report_has_a_case() {
    let cased: BTreeSet<String> = cases()
        .iter()
        .filter(|case| !case.told.negative || !case.folder.to_string_lossy().contains("_negative"))
        .map(|case| schema_of(&case.folder))
        .collect();
    let lacking: Vec<&str> = catalog()
        .reports()
        .map(|schema| schema.id.as_str())
        .filter(|id| !cased.contains(*id))
        .collect();
    assert!(
        lacking.is_empty(),
        "no folder below tests/cases for {}",
        lacking.join(", ")
    );
}
