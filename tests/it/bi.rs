//! What other programs get: the catalogue, exports, and the store's own Parquet, read the way that BI tools read it.
//!
//! The last needs `python3` with `duckdb` and `polars`. Where one is missing its example is passed over with a line that
//! says so; with `SELLERLAKE_ORACLE=required` in the environment, as in CI, a missing `duckdb` fails.

use crate::fixture::in_package;
use crate::shell::Shell;
use crate::shell::finished_sample;
use crate::shell::run_in;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

/// A folder of its own below the sample's, so that tests which run at once do not meet.
fn folder(name: &str) -> PathBuf {
    finished_sample().root.join("out").join(name)
}

fn sample(arguments: &[&str]) -> crate::shell::Came {
    run_in(&finished_sample().root, arguments)
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn names(value: &Value) -> BTreeSet<String> {
    let all = value.as_array().unwrap().iter();
    all.map(|name| name.as_str().unwrap().to_owned()).collect()
}

fn by_name(catalogue: &Value) -> BTreeMap<String, Value> {
    let tables = catalogue["tables"].as_array().unwrap().iter();
    tables
        .map(|table| (table["name"].as_str().unwrap().to_owned(), table.clone()))
        .collect()
}

#[test]
fn the_catalogue_tells_all_there_is() {
    let out = folder("docs-en");
    let made = sample(&["docs", "--lang", "en", "--out", &text(&out)]).ok();
    let page = fs::read_to_string(out.join("catalogue.html")).unwrap();
    let bytes = fs::read(out.join("catalogue.json")).unwrap();
    assert_eq!(
        made.text(),
        format!(
            "{}\n{}\n",
            out.join("catalogue.html").display(),
            out.join("catalogue.json").display()
        )
    );
    let catalogue: Value = serde_json::from_slice(&bytes).unwrap();
    let tables = by_name(&catalogue);
    // The store knows the same tables with the same columns in the same order.
    let listed = sample(&["ls", "tables", "--format", "json"]).ok().json();
    let mut n = 0;
    for table in listed["tables"].as_array().unwrap() {
        if matches!(table["kind"].as_str(), Some("table" | "mart")) {
            let told = &tables[table["name"].as_str().unwrap()];
            let columns: Vec<Value> = told["columns"]
                .as_array()
                .unwrap()
                .iter()
                .map(|column| json!({"name": column["name"], "type": column["type"]}))
                .collect();
            assert_eq!(json!(columns), table["columns"], "{}", table["name"]);
            assert_eq!(told["kind"], table["kind"]);
            n += 1;
        }
    }
    assert!(n > 100, "{n} tables");
    let reports = catalogue["reports"].as_array().unwrap();
    for (name, table) in &tables {
        // Whoever names an input is named by it, and all that is named is there.
        for input in names(&table["lineage"]["inputs"]) {
            let readers = names(&tables[&input]["lineage"]["readers"]);
            assert!(readers.contains(name), "{input} is not read by {name}");
        }
        for column in table["columns"].as_array().unwrap() {
            assert_ne!(column["meaning"], "", "{name}.{}", column["name"]);
            let is_mart = table["kind"] == "mart";
            assert!(
                !is_mart || column["meaning_zh"] != "",
                "{name}.{}",
                column["name"]
            );
        }
        let is_fed = !names(&table["lineage"]["reports"]).is_empty();
        assert_eq!(
            is_fed,
            table["kind"] == "table" || table["kind"] == "seed",
            "{name}"
        );
        assert!(
            page.contains(&format!("<article id=\"t-{name}\"")),
            "{name}"
        );
    }
    for report in reports {
        assert_ne!(report["title"], "", "{}", report["id"]);
        for table in names(&report["tables"]) {
            let fed = names(&tables[&table]["lineage"]["reports"]);
            assert!(fed.contains(report["id"].as_str().unwrap()));
        }
    }
    // Nothing is fetched from anywhere, and nothing is pointed at that is not there.
    for what in ["http:", "https:", "src=", "@import", "url("] {
        assert!(!page.contains(what), "{what}");
    }
    for link in page.split("href=\"#").skip(1) {
        let to = link.split('"').next().unwrap();
        assert!(page.contains(&format!(" id=\"{to}\"")), "{to}");
    }
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
}

#[test]
fn the_same_catalogue_has_the_same_bytes_and_needs_no_workspace() {
    let shell = Shell::empty();
    shell.run(&["docs", "--out", "a"]).ok();
    let again = shell.run(&["docs", "--out", "b", "--format", "json"]).ok();
    assert_eq!(
        again.json()["files"],
        json!(["b/catalogue.html", "b/catalogue.json"])
    );
    let bytes = |folder: &str| -> Vec<Vec<u8>> { shell.bytes(folder).into_values().collect() };
    assert_eq!(bytes("a"), bytes("b"));
    let page = String::from_utf8(bytes("a").swap_remove(0)).unwrap();
    assert!(page.contains("<html lang=\"zh-CN\">") && page.contains("结果表"));
}

/// `show` and `export` give the same cells.
#[test]
fn csv_is_what_show_says() {
    let out = folder("export-csv");
    for (table, keys) in [
        ("acos_trend", &[][..]),
        ("ads_search_term", &["month=2026-01", "marketplace=DE"]),
        ("products", &[]),
        ("reports", &[]),
    ] {
        let mut asked = vec!["export", table, "--to", "csv", "--out"];
        let to = text(&out);
        asked.push(&to);
        asked.extend(keys);
        sample(&asked).ok();
        let exported = fs::read(out.join(format!("{table}.csv"))).unwrap();
        let exported = exported.strip_prefix(b"\xef\xbb\xbf").unwrap();
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(exported);
        let mut rows: Vec<Vec<String>> = reader
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect();
        let head = rows.remove(0);
        let shown = sample(&["show", table, "--format", "csv"]).ok().csv();
        let expected_head: Vec<&str> = shown[0].iter().collect();
        assert_eq!(head, expected_head, "{table}");
        let wanted: Vec<(usize, &str)> = keys
            .iter()
            .map(|key| key.split_once('=').unwrap())
            .map(|(key, value)| (head.iter().position(|name| name == key).unwrap(), value))
            .collect();
        let expected: Vec<Vec<String>> = shown[1..]
            .iter()
            .filter(|row| wanted.iter().all(|(at, value)| row[*at].starts_with(value)))
            .map(|row| row.iter().map(str::to_owned).collect())
            .collect();
        assert!(!expected.is_empty(), "{table}");
        // A time says its zone, and what a spreadsheet would run has a quote before it.
        let plain = |rows: &[Vec<String>]| -> Vec<Vec<String>> {
            let cell = |cell: &String| {
                let cell = cell.strip_suffix('Z').unwrap_or(cell);
                cell.strip_prefix('\'').unwrap_or(cell).to_owned()
            };
            rows.iter()
                .map(|row| row.iter().map(cell).collect())
                .collect()
        };
        assert_eq!(plain(&rows), plain(&expected), "{table}");
    }
}

#[test]
fn formulas_are_neutralised_in_what_is_exported() {
    let seeds = "account,marketplace,asin,sku,product,valid_from\nshop,US,B0LUMD01BK,=1+1,@lamp,2026-01-01\n";
    let shell = Shell::shop().file("seeds/products.csv", seeds);
    shell.run(&["export", "products", "--to", "csv"]).ok();
    let text = fs::read_to_string(shell.path("out/export/products.csv")).unwrap();
    assert!(
        text.contains("\"'=1+1\"") && text.contains("\"'@lamp\""),
        "{text}"
    );
}

#[test]
fn a_workbook_reads_back() {
    let out = folder("export-xlsx");
    let asked = [
        "export",
        "acos_trend",
        "month=2026-01",
        "--to",
        "xlsx",
        "--out",
        &text(&out),
    ];
    let told = sample(&[&asked[..], &["--format", "json"]].concat())
        .ok()
        .json();
    let path = out.join("acos_trend.xlsx");
    let n_rows = told["files"][0]["rows"].as_u64().unwrap();
    assert_eq!(told["files"][0]["left_out"], 0);
    let documents = sellerlake::read::open(
        &path,
        &sellerlake::read::Limits::default(),
        None,
        &sellerlake::read::Nestings::default(),
    )
    .unwrap();
    let shown = sample(&["show", "acos_trend", "--format", "csv"])
        .ok()
        .csv();
    let january: Vec<&csv::StringRecord> = shown[1..]
        .iter()
        .filter(|row| row[0].starts_with("2026-01"))
        .collect();
    assert_eq!(january.len() as u64, n_rows);
    let at = |name: &str| shown[0].iter().position(|head| head == name).unwrap();
    let mut rows = Vec::new();
    for chunk in documents[0].tables[0].chunks(1).unwrap() {
        let chunk = chunk.unwrap();
        for row in 0..chunk.n_rows() {
            let cell = |name: &str| chunk.cell(row, at(name)).trim().to_owned();
            rows.push([
                cell("marketplace"),
                cell("ad_product"),
                cell("spend"),
                cell("complete"),
            ]);
        }
    }
    let head = rows.remove(0);
    assert_eq!(head, ["marketplace", "ad_product", "spend", "complete"]);
    let expected: Vec<[String; 4]> = january
        .iter()
        .map(|row| {
            let spend: f64 = row[at("spend")].parse().unwrap();
            [
                row[at("marketplace")].to_owned(),
                row[at("ad_product")].to_owned(),
                spend.to_string(),
                row[at("complete")].to_uppercase(),
            ]
        })
        .collect();
    let plain = |rows: &[[String; 4]]| -> Vec<[String; 4]> {
        rows.iter()
            .map(|row| row.clone().map(|cell| cell.to_uppercase()))
            .collect()
    };
    assert_eq!(plain(&rows), plain(&expected));
}

#[test]
fn what_cannot_be_exported_is_said() {
    for (arguments, said) in [
        (
            &["acos_trendd"][..],
            "error: there is no table \"acos_trendd\"; did you mean acos_trend? (sellerlake ls tables)\n",
        ),
        (
            &["acos_trend", "mont=2026-01"],
            "error: acos_trend has no column \"mont\"; did you mean month?\n",
        ),
        (
            &["acos_trend", "month=soon"],
            "error: \"soon\" is no value of month, as acos_trend has it\n",
        ),
        (
            &["month=2026-01"],
            "error: name the tables to export (sellerlake ls tables)\n",
        ),
    ] {
        let came = sample(&[&["export", "--to", "csv"], arguments].concat()).exits(2);
        assert_eq!((came.text().as_str(), came.stderr.as_str()), ("", said));
    }
    let seed = sample(&["export", "products", "--to", "duckdb"]).exits(2);
    assert_eq!(
        seed.stderr,
        "error: products is a seed and lies in no Parquet file; export it as csv\n"
    );
}

/// The examples of tests/bi, over the sample: each reads the store by itself, and what it sums is what `show` says.
#[test]
fn bi_tools_read_the_store() {
    let required = std::env::var("SELLERLAKE_ORACLE").is_ok_and(|value| value == "required");
    let out = folder("export-duckdb");
    sample(&["export", "--to", "duckdb", "--out", &text(&out)]).ok();
    let shown = shown(&out);
    let store = finished_sample().root.join("store");
    let mut faults = Vec::new();
    for (script, module) in [
        ("duckdb_example.py", "duckdb"),
        ("polars_example.py", "polars"),
        ("metabase_superset_example.py", "duckdb"),
    ] {
        if !has(module) {
            assert!(
                !(required && module == "duckdb"),
                "python3 has no module duckdb"
            );
            say(&format!("{script} skipped: python3 has no module {module}"));
            continue;
        }
        let output = Command::new("python3")
            .arg(in_package("tests/bi").join(script))
            .args([&store, &shown, &out.join("lake.sql")])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            assert!(told.contains("as sellerlake shows"), "{script}: {told}");
            say(&format!("{script}: {}", told.trim_end()));
        } else {
            faults.push(format!(
                "{script}: {}",
                String::from_utf8_lossy(&output.stderr)
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What `show` says of every table that has rows, beside the number of its rows, in one file.
fn shown(out: &Path) -> PathBuf {
    let listed = sample(&["ls", "tables", "--format", "json"]).ok().json();
    let mut tables = serde_json::Map::new();
    for table in listed["tables"].as_array().unwrap() {
        let name = table["name"].as_str().unwrap();
        let in_files = matches!(table["kind"].as_str(), Some("table" | "mart"));
        if in_files && table["rows"] != 0 {
            let mut shown = sample(&["show", name, "--format", "json"]).ok().json();
            shown["kind"] = table["kind"].clone();
            assert_eq!(
                shown["rows"].as_array().unwrap().len(),
                table["rows"],
                "{name}"
            );
            tables.insert(name.to_owned(), shown);
        }
    }
    let path = out.join("shown.json");
    fs::write(&path, Value::Object(tables).to_string()).unwrap();
    path
}

fn has(module: &str) -> bool {
    let python = Command::new("python3")
        .args(["-c", &format!("import {module}")])
        .output();
    python.is_ok_and(|output| output.status.success())
}

/// Past the capture of the test harness: whether an example ran at all is worth a line in every log.
fn say(text: &str) {
    writeln!(std::io::stderr().lock(), "bi: {text}").unwrap();
}
