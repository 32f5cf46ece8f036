//! Real reports, where they are at hand: what `inspect` says of container, encoding, delimiter, header row and rows is what
//! a naive look at the bytes says. They belong to others, so they are not in the repository; without them this checks
//! nothing.

use crate::fixture::in_package;
use crate::shell;
use calamine::Data;
use calamine::Reader as _;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use tempfile::TempDir;

fn root() -> PathBuf {
    in_package("../shared/real_reports")
}

/// What the bytes say, the numbers of the rows of a text that are not blank, and how many of them stand before its header.
struct Seen {
    container: String,
    rows: Option<Vec<u32>>,
    n_before: usize,
}

/// Only what files that are at hand can be; a new kind must be added here.
fn seen(path: &Path) -> Seen {
    let bytes = fs::read(path).unwrap();
    if bytes.starts_with(b"PK\x03\x04") {
        return Seen {
            container: "xlsx workbook".to_owned(),
            rows: None,
            n_before: 0,
        };
    }
    let (encoding, text) = if let Ok(text) = std::str::from_utf8(&bytes) {
        ("UTF-8", text.trim_start_matches('\u{feff}').to_owned())
    } else {
        let (text, ..) = encoding_rs::WINDOWS_1252.decode(&bytes);
        ("windows-1252", text.into_owned())
    };
    if text.trim_start().starts_with(['{', '[']) {
        return Seen {
            container: format!("JSON, {encoding}"),
            rows: None,
            n_before: 0,
        };
    }
    let first = text.lines().find(|line| !line.trim().is_empty());
    let first = first.unwrap_or_default();
    let n = |sign: char| {
        text.lines()
            .take(9)
            .map(|line| line.matches(sign).count())
            .sum::<usize>()
    };
    let delimiter = [';', ','].into_iter().max_by_key(|sign| n(*sign)).unwrap();
    let (words, rows) = if first.contains('\t') {
        let quoting = if first.starts_with('"') {
            "lenient"
        } else {
            "off"
        };
        let lines = (1..).zip(text.split('\n'));
        let rows = lines.filter(|(_, line)| !line.trim().is_empty());
        (
            format!("delimiter tab, quoting {quoting}"),
            rows.map(|(row, _)| row).collect(),
        )
    } else {
        let words = format!("delimiter `{delimiter}`, quoting standard");
        (words, quoted_rows(&text, delimiter))
    };
    let replaced = match text.matches('\u{fffd}').count() {
        0 => String::new(),
        n => format!(", {n} replacement characters"),
    };
    Seen {
        container: format!("text, {encoding}, {words}{replaced}"),
        rows: Some(rows),
        // Words like `Reporting Range=["Weekly"]`.
        n_before: usize::from(first.contains("=[")),
    }
}

/// Numbers of the rows that hold more than blanks and delimiters, line breaks inside of quotes not counted.
fn quoted_rows(text: &str, delimiter: char) -> Vec<u32> {
    let (mut rows, mut row, mut in_quotes, mut has_ink) = (Vec::new(), 1, false, false);
    for c in text.chars().chain(['\n']) {
        match c {
            '\n' if !in_quotes => {
                if has_ink {
                    rows.push(row);
                }
                (row, has_ink) = (row + 1, false);
            }
            '"' => in_quotes = !in_quotes,
            c => has_ink = has_ink || !c.is_whitespace() && c != delimiter,
        }
    }
    rows
}

/// Numbers of the rows of a sheet that hold something.
fn sheet_rows(path: &Path, sheet: &str) -> Vec<u32> {
    let mut workbook = calamine::open_workbook_auto(path).unwrap();
    let range = workbook.worksheet_range(sheet).unwrap();
    let (top, _) = range.start().unwrap_or_default();
    let has_ink = |cell: &Data| !cell.to_string().trim().is_empty();
    let rows = (top + 1..).zip(range.rows());
    rows.filter(|(_, cells)| cells.iter().any(has_ink))
        .map(|(row, _)| row)
        .collect()
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "what was checked depends on what is at hand"
)]
fn real_files_are_opened_as_what_they_are() {
    let Ok(index) = fs::read_to_string(root().join("INDEX.tsv")) else {
        return;
    };
    let empty = TempDir::new().unwrap();
    let folder = root().canonicalize().unwrap();
    let asked = ["inspect", "--format", "json", folder.to_str().unwrap()];
    let came: Value = serde_json::from_slice(&shell::run_in(empty.path(), &asked).stdout).unwrap();
    let files = came["files"].as_array().unwrap();
    let (mut faults, mut n_files, mut n_tables) = (Vec::new(), 0, 0);
    for line in index.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let path = root().join(cells[0]);
        if !path.is_file() {
            continue;
        }
        let told = files.iter().find(|file| {
            file["path"]
                .as_str()
                .is_some_and(|told| told.ends_with(cells[0]))
        });
        let Some(told) = told else {
            faults.push(format!("{}: not told of", cells[0]));
            continue;
        };
        n_files += 1;
        let seen = seen(&path);
        let mut check = |what: &str, met: String, expected: String| {
            if met != expected {
                faults.push(format!("{}: {what} is {met}, not {expected}", cells[0]));
            }
        };
        let container = told["container"].as_str().unwrap().to_owned();
        check("the container", container, seen.container);
        for table in told["tables"].as_array().unwrap() {
            let how = table["how"].as_array().unwrap().iter();
            let mut header = how.filter_map(|note| note.as_str()?.strip_prefix("header in row "));
            let (Some(header), Some(n_read)) =
                (header.next_back(), table["rows_by_fate"]["read"].as_u64())
            else {
                continue;
            };
            let rows = match (&seen.rows, table["sheet"].as_str()) {
                (Some(rows), _) => rows.clone(),
                (None, Some(sheet)) => sheet_rows(&path, sheet),
                (None, None) => continue,
            };
            let Some(row) = rows.get(seen.n_before) else {
                continue;
            };
            n_tables += 1;
            check("the header's row", header.to_owned(), row.to_string());
            let below = rows.iter().filter(|below| *below > row).count();
            check("the number of rows", n_read.to_string(), below.to_string());
        }
    }
    println!("{n_files} real files looked at, {n_tables} tables of them with a header");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(n_files > 0 && n_tables > 0, "nothing was compared");
}
