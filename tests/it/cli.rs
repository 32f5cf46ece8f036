//! The commands as they are typed: all that is printed, and the exit code.

use crate::fixture::in_package;
use crate::shell::Came;
use crate::shell::Shell;
use crate::shell::finished_sample;
use crate::shell::run_in;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Reports of the sample that are small: one table each.
const SMALL: &str = "lumora/US/2026-02-12/BusinessReport_US_2026-01-01_2026-01-31.csv";
const INVENTORY: &str = "unsorted/240318020611.txt";

const LISTS: &[&str] = &[
    "reports",
    "tables",
    "schemas",
    "pipelines",
    "rejects",
    "runs",
];

/// Text with what differs from machine to machine named instead.
fn steady(text: &str, root: &Path) -> String {
    let root = root.canonicalize().unwrap();
    text.replace(&*root.to_string_lossy(), "<workspace>")
        .replace('\\', "/")
}

/// In the sample, which no test changes.
fn look(arguments: &[&str]) -> Came {
    run_in(&finished_sample().root, arguments)
}

#[test]
fn nothing_typed_is_greeted() {
    insta::assert_snapshot!("greeting", Shell::empty().run(&[]).ok().text());
}

#[test]
fn every_command_has_help() {
    let shell = Shell::empty();
    let help = shell.run(&["--help"]).ok().text();
    let commands = help.split_once("Commands:\n").unwrap().1;
    let commands = commands.split_once("\n\n").unwrap().0;
    // What is said of a command stands beside its name, and in lines of its own further in.
    let lines = commands.lines().filter_map(|line| line.strip_prefix("  "));
    let names: Vec<&str> = lines
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert!(names.len() > 10, "{names:?}");
    for name in names.iter().filter(|name| **name != "help") {
        let help = shell.run(&[name, "--help"]).ok().text();
        assert!(
            help.contains(&format!("Usage: sellerlake {name}")),
            "{name}: {help}"
        );
    }
}

#[test]
fn the_first_run_of_the_sample_tells_all() {
    let sample = finished_sample();
    // The sample holds files that cannot be read: that is news once.
    assert_eq!((sample.first.code, sample.first.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(
        "run_on_the_sample",
        steady(&sample.first.text(), &sample.root)
    );
}

#[test]
fn the_second_run_changes_nothing() {
    let sample = finished_sample();
    assert_eq!(
        (sample.second.code, sample.second.stderr.as_str()),
        (0, ""),
        "{}",
        sample.second.text()
    );
    let [first, second] = &sample.after;
    assert!(!first.is_empty());
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(first), names(second));
    let changed: Vec<&String> = first
        .iter()
        .filter(|(name, bytes)| second[*name] != **bytes)
        .map(|(name, _)| name)
        .collect();
    assert!(changed.is_empty(), "{changed:?} changed");
}

#[test]
fn a_run_speaks_json() {
    let shell = Shell::shop()
        .sample_file(SMALL)
        .file("inbox/broken.csv", "");
    let came = shell.run(&["run", "--format", "json"]).exits(1);
    let mut keys = BTreeSet::new();
    shape(&came.json(), "", &mut keys);
    insta::assert_snapshot!("run_json", keys.into_iter().collect::<Vec<_>>().join("\n"));
}

/// Every path of a JSON value with the type that stands there.
fn shape(value: &Value, at: &str, keys: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, value)| shape(value, &format!("{at}.{name}"), keys)),
        Value::Array(items) if !items.is_empty() => items
            .iter()
            .for_each(|item| shape(item, &format!("{at}[]"), keys)),
        Value::Array(_) => drop(keys.insert(format!("{at}[]"))),
        Value::Null => drop(keys.insert(format!("{at}: null"))),
        Value::Bool(_) => drop(keys.insert(format!("{at}: bool"))),
        Value::Number(_) => drop(keys.insert(format!("{at}: number"))),
        Value::String(_) => drop(keys.insert(format!("{at}: text"))),
    }
}

#[test]
fn a_held_file_is_explained() {
    let held = look(&["inspect", &format!("inbox/{INVENTORY}")]);
    assert_eq!(held.stderr, "");
    insta::assert_snapshot!("inspect_held", held.exits(1).text());
}

#[test]
fn inspect_speaks_json() {
    let path = format!("inbox/{SMALL}");
    let inspected = look(&["inspect", "--format", "json", &path]).ok().json();
    let file = &inspected["files"][0];
    assert_eq!(file["path"], path.as_str());
    let table = &file["tables"][0];
    for (key, value) in [
        ("status", "recognised"),
        ("schema", "seller-central/business-report-child"),
        ("table", "traffic_child"),
        ("marketplace", "US"),
        ("currency", "USD"),
    ] {
        assert_eq!(table[key], value, "{key} of {table}");
    }
    assert_eq!(
        table["period"],
        serde_json::json!({"kind": "range", "start": "2026-01-01", "end": "2026-01-31"})
    );
    assert!(
        file["report_id"].is_string() && table["rows"].as_u64().unwrap() > 0,
        "{file}"
    );
    assert!(
        table["findings"].is_array() && table["unknown_columns"].is_array(),
        "{table}"
    );
    assert!(
        table["marketplace_from"].is_string() && table["reason"].is_null(),
        "{table}"
    );
}

#[test]
fn lists_come_in_three_forms() {
    for what in LISTS {
        let json = look(&["ls", what, "--format", "json"]).ok().json();
        let rows = json
            .get("rows")
            .or_else(|| json.get(what))
            .or_else(|| json.get("marts"));
        let n = rows
            .and_then(Value::as_array)
            .map(Vec::len)
            .unwrap_or_default();
        assert!(n > 0, "ls {what} lists nothing: {json}");
        let csv = look(&["ls", what, "--format", "csv"]).ok().csv();
        assert!(
            csv.len() > 1 && csv.iter().all(|row| row.len() == csv[0].len()),
            "ls {what}: {csv:?}"
        );
        let table = look(&["ls", what]).ok().text();
        assert!(table.lines().count() > 2, "ls {what}: {table}");
    }
}

#[test]
fn a_query_comes_in_every_form() {
    let sql = "SELECT marketplace, ad_product, SUM(spend) AS spend, SUM(clicks) AS clicks, COUNT(*) AS n \
               FROM ads_campaign GROUP BY marketplace, ad_product ORDER BY marketplace, ad_product";
    same_in_every_form(&["query", sql]);
}

#[test]
fn a_mart_comes_in_every_form() {
    same_in_every_form(&["show", "competitor_change"]);
    let shown = look(&["show", "competitor_change", "--limit", "3"]);
    assert_eq!(shown.text().lines().last(), Some("3 rows"));
}

/// JSON, CSV and Parquet hold the same columns and the same number of rows; texts are the same.
fn same_in_every_form(arguments: &[&str]) {
    let of = |format: &str| look(&[arguments, &["--format", format]].concat()).ok();
    let (json, csv) = (of("json").json(), of("csv").csv());
    let names: Vec<&str> = json["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| column["name"].as_str().unwrap())
        .collect();
    assert_eq!(csv[0].iter().collect::<Vec<_>>(), names);
    let rows = json["rows"].as_array().unwrap();
    assert!(
        !rows.is_empty() && rows.len() == csv.len() - 1,
        "{} and {}",
        rows.len(),
        csv.len()
    );
    for (row, record) in rows.iter().zip(&csv[1..]) {
        for (name, cell) in names.iter().zip(record) {
            if let Some(text) = row[name].as_str() {
                assert_eq!(text, cell, "{name}");
            }
        }
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), of("parquet").stdout).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file.reopen().unwrap()).unwrap();
    let fields: Vec<String> = reader
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    assert_eq!(fields, names);
    let n: usize = reader
        .build()
        .unwrap()
        .map(|batch| batch.unwrap().num_rows())
        .sum();
    assert_eq!(n, rows.len());
}

#[test]
fn what_cannot_start_says_why_and_exits_2() {
    let empty = Shell::empty();
    let no_workspace = empty.run(&["run"]).exits(2);
    assert_eq!(
        no_workspace.stderr,
        "error: no sellerlake.toml here or above; run `sellerlake init` to make a workspace, or name one with -w\n"
    );
    let slip = Shell::of("[workspace]\nzone = \"Asia/Shanghai\"\nweek-begin = \"monday\"\n")
        .run(&["run"])
        .exits(2);
    assert!(
        slip.stderr
            .starts_with("error: sellerlake.toml:3: unknown key \"week-begin\""),
        "{}",
        slip.stderr
    );
    let again = Shell::shop().run(&["init"]).exits(2);
    assert!(
        again
            .stderr
            .contains("is a workspace already; nothing was changed"),
        "{}",
        again.stderr
    );
    let unknown = look(&["show", "ads_campain"]).exits(2);
    assert_eq!(
        unknown.stderr,
        "error: there is no table \"ads_campain\"; did you mean ads_campaign? (sellerlake ls tables)\n"
    );
    let lists = look(&["ls", "--format", "parquet"]).exits(2);
    assert_eq!(
        lists.stderr,
        "error: --format parquet is for show and query\n"
    );
    for came in [no_workspace, slip, again, unknown, lists] {
        assert_eq!((came.text().as_str(), came.stderr.lines().count()), ("", 1));
    }
}

#[test]
fn bad_sql_is_told_in_the_engines_words() {
    for (sql, word) in [
        ("SELECT spend FROM ads_campaign WHERE nope = 1", "nope"),
        ("SELECT * FROM no_such_table", "no_such_table"),
        ("SELEC 1", "Line: 1, Column: 1"),
    ] {
        let came = look(&["query", sql]).exits(2);
        assert_eq!(came.text(), "");
        assert!(
            came.stderr.starts_with("error: ") && came.stderr.contains(word),
            "{sql}: {}",
            came.stderr
        );
        assert!(!came.stderr.contains("panicked"), "{}", came.stderr);
    }
}

#[test]
fn init_makes_a_workspace_that_runs() {
    let shell = Shell::empty();
    let made = shell.run(&["init", "my-shop"]).ok().text();
    assert!(
        made.starts_with("my-shop is a workspace. Next:\n"),
        "{made}"
    );
    let idle = shell
        .run(&["ingest", "-w", "my-shop", "--format", "json"])
        .ok()
        .json();
    assert_eq!(idle["ingest"]["read"], 0);
}

#[test]
fn an_answer_settles_what_is_held() {
    let shell = Shell::shop().sample_file(INVENTORY);
    // One account and one marketplace would settle it: a second marketplace leaves it open.
    let shell = shell.file(
        "sellerlake.toml",
        "[[account]]\nname = \"shop\"\nmarketplaces = [\"US\", \"CA\"]\n",
    );
    let path = format!("inbox/{INVENTORY}");
    let held = shell.run(&["ingest"]).exits(1).text();
    assert!(
        held.contains(&path) && held.contains("--marketplace CODE"),
        "{held}"
    );
    assert!(shell.bytes("store/current").is_empty());
    shell.run(&["ingest"]).exits(0);
    let noted = shell
        .run(&["answer", &path, "--marketplace", "us"])
        .ok()
        .text();
    assert_eq!(
        noted,
        format!("noted for {path}; the next run reads it with that\n")
    );
    shell.run(&["ingest"]).ok();
    let stored = shell
        .run(&[
            "query",
            "SELECT DISTINCT marketplace FROM inventory",
            "--format",
            "csv",
        ])
        .ok();
    assert_eq!(stored.text(), "marketplace\nUS\n");
    let unknown = shell
        .run(&["answer", "inbox/nowhere.csv", "--marketplace", "US"])
        .exits(2);
    assert!(
        unknown.stderr.contains("no file matches"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn a_dry_run_writes_nothing() {
    let shell = Shell::shop().sample_file(SMALL);
    let before = shell.bytes("");
    for command in [&["run", "--dry-run"], &["ingest", "--dry-run"]] {
        let told = shell.run(command).ok().text();
        assert!(
            told.starts_with(&format!("would read inbox/{SMALL}\n")),
            "{told}"
        );
        assert_eq!(shell.bytes(""), before);
        assert!(!shell.path("store").exists() && !shell.path("out").exists());
    }
}

/// Bytes that are no report, and what is to be said of them.
fn broken() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let sample = |relative: &str| fs::read(in_package("sample_data/inbox").join(relative)).unwrap();
    let workbook = sample("lumora/US/2026-01-05/Sponsored_Products_Advertised_product_report.xlsx");
    let text = sample("lumora/US/2026-01-05/Sponsored_Products_Campaign_report.csv");
    let header = text
        .split_inclusive(|byte| *byte == b'\n')
        .next()
        .unwrap()
        .to_vec();
    let mut locked = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    locked.resize(1024, 0);
    locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    let noise = (0..2000_u32)
        .map(|n| u8::try_from(n * n % 251 % 32).unwrap())
        .collect();
    vec![
        (
            "cut.xlsx",
            workbook[..workbook.len() / 2].to_vec(),
            "fetch it again",
        ),
        ("empty.csv", Vec::new(), "is empty"),
        ("noise.csv", noise, "is not text"),
        ("locked.xlsx", locked, "save a copy without the password"),
        (
            "header.csv",
            header,
            "has no rows below the columns of Sponsored Products campaign report: choose other days",
        ),
        (
            "login.xlsx",
            b"<!DOCTYPE html><html><title>Sign in</title></html>".to_vec(),
            "log in and download it again",
        ),
    ]
}

#[test]
fn a_broken_file_costs_only_itself() {
    for (name, bytes, advice) in broken() {
        let shell = Shell::shop()
            .sample_file(SMALL)
            .file(&format!("inbox/{name}"), bytes);
        one_line_about(&shell, name, advice);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_costs_only_itself() {
    use std::os::unix::fs::PermissionsExt as _;
    let shell = Shell::shop()
        .sample_file(SMALL)
        .file("inbox/private.csv", "a,b\n1,2\n");
    let path = shell.path("inbox/private.csv");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        // The superuser may read everything.
        return;
    }
    one_line_about(&shell, "private.csv", "cannot open");
}

/// Exit code 1, one line that names the file and says what to do, and the other file in the store.
#[track_caller]
fn one_line_about(shell: &Shell, name: &str, advice: &str) {
    let came = shell.run(&["ingest"]);
    assert_eq!(
        (came.code, came.stderr.as_str()),
        (1, ""),
        "{}",
        came.text()
    );
    let text = came.text();
    let lines: Vec<&str> = text.lines().filter(|line| line.contains(advice)).collect();
    assert!(
        lines.len() == 1 && lines[0].contains(name),
        "{name}: {text}"
    );
    let other = shell
        .run(&[
            "query",
            "SELECT COUNT(*) AS n FROM traffic_child",
            "--format",
            "csv",
        ])
        .ok();
    assert_ne!(other.text(), "n\n0\n", "{name} kept another file out");
    // It is known from now on, and no news.
    shell.run(&["ingest"]).exits(0);
}

#[test]
fn a_check_tells_what_waits() {
    let config = "[workspace]\ntoday = \"2026-02-12\"\n[[account]]\nname = \"shop\"\nmarketplaces = [\"US\"]\n";
    let shell = Shell::of(config)
        .sample_file(SMALL)
        .file("inbox/broken.csv", "");
    shell.run(&["run"]).exits(1);
    let checked = shell.run(&["check"]).ok().text();
    assert!(
        checked.contains("inbox/broken.csv") && checked.contains("is empty"),
        "{checked}"
    );
    shell.run(&["check", "--strict"]).exits(1);
}

#[test]
fn completions_name_the_commands() {
    let script = Shell::empty().run(&["completions", "bash"]).ok().text();
    assert!(script.contains("_sellerlake") && script.contains("inspect"));
}
