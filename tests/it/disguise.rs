//! One report in every dress that a seller's folder may give it: encoding, line ends, delimiter, lines before the header,
//! empty and broken labels, wide digits, archives and wrong names. It must give the same rows.

use crate::fixture::Shop;
use crate::fixture::in_package;
use encoding_rs::EUC_JP;
use encoding_rs::Encoding;
use encoding_rs::SHIFT_JIS;
use flate2::Compression;
use flate2::write::GzEncoder;
use sellerlake::store::entry::Status;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Cursor;
use std::io::Write as _;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const NAME: &str = "BusinessReport_JP_2026-01-01_2026-01-31.csv";
const REPORT: &str = "tests/cases/seller-central/business-report-child/ja-cp932/input.csv";

type Cells = Vec<Vec<String>>;

/// The cells of the report: Japanese labels, a title with quotes and a comma, grouped yen and percents.
fn report() -> Cells {
    let bytes = fs::read(in_package(REPORT)).unwrap();
    let (text, ..) = SHIFT_JIS.decode(&bytes);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let rows = reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect());
    rows.collect()
}

/// The rows as text, each cell in quotes.
fn printed(cells: &Cells, delimiter: &str, end: &str) -> String {
    let mut text = String::new();
    for row in cells {
        let quoted: Vec<String> = row
            .iter()
            .map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")))
            .collect();
        write!(text, "{}{end}", quoted.join(delimiter)).unwrap();
    }
    text
}

fn in_encoding(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    let (bytes, _, unmappable) = encoding.encode(text);
    assert!(!unmappable, "{} cannot write it", encoding.name());
    bytes.into_owned()
}

fn utf16(text: &str, of: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(of).collect()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zipped(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .start_file(name, SimpleFileOptions::default())
        .unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap().into_inner()
}

/// Digits and signs in double width, as a Japanese keyboard writes them.
fn wide(cell: &str) -> String {
    let widened = |c| match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap(),
        other => other,
    };
    cell.chars().map(widened).collect()
}

/// How the report is dressed, and what is then in the file.
#[expect(clippy::too_many_lines, reason = "a list of dresses")]
fn dresses() -> Vec<(String, String, Vec<u8>)> {
    let cells = report();
    let plain = printed(&cells, ",", "\r\n");
    let mut dresses: Vec<(String, String, Vec<u8>)> = Vec::new();
    let mut put = |what: &str, bytes: Vec<u8>| {
        dresses.push((what.to_owned(), NAME.to_owned(), bytes));
    };
    put("UTF-8 with a mark", format!("\u{feff}{plain}").into_bytes());
    put(
        "UTF-16 with a mark",
        utf16(&format!("\u{feff}{plain}"), u16::to_le_bytes),
    );
    put("UTF-16 LE without one", utf16(&plain, u16::to_le_bytes));
    put("UTF-16 BE without one", utf16(&plain, u16::to_be_bytes));
    put("cp932", in_encoding(&plain, SHIFT_JIS));
    put("EUC-JP", in_encoding(&plain, EUC_JP));
    put("line feeds", plain.replace("\r\n", "\n").into_bytes());
    put(
        "carriage returns alone",
        plain.replace("\r\n", "\r").into_bytes(),
    );
    put(
        "no end to the last line",
        plain.trim_end().as_bytes().to_vec(),
    );
    put(
        "blank lines",
        plain.replace("\r\n", "\r\n\r\n,,,\r\n").into_bytes(),
    );
    for (what, delimiter) in [("semicolons", ";"), ("tabs", "\t"), ("bars", "|")] {
        put(what, printed(&cells, delimiter, "\r\n").into_bytes());
    }
    let stated = printed(&cells, ";", "\r\n");
    put(
        "a stated delimiter",
        format!("sep=;\r\n{stated}").into_bytes(),
    );
    for n in [1, 5, 9] {
        let before = "\"Lumora, ビジネスレポート\"\r\n".repeat(n);
        put(
            &format!("{n} lines before the header"),
            format!("{before}{plain}").into_bytes(),
        );
    }
    let changed = |change: &dyn Fn(usize, &mut Vec<String>)| {
        let mut cells = cells.clone();
        cells
            .iter_mut()
            .enumerate()
            .for_each(|(n, row)| change(n, row));
        printed(&cells, ",", "\r\n").into_bytes()
    };
    put(
        "a delimiter at each end",
        changed(&|_, row| row.push(String::new())),
    );
    put(
        "an empty column in between",
        changed(&|_, row| row.insert(3, String::new())),
    );
    put(
        "a column of the user's own, twice",
        changed(&|n, row| {
            let cell = if n == 0 { "メモ" } else { "x" };
            row.extend([cell.to_owned(), cell.to_owned()]);
        }),
    );
    put(
        "labels in two lines",
        changed(&|n, row| {
            if n == 0 {
                for label in row.iter_mut() {
                    *label = label.replace(" - ", "\n- ");
                }
            }
        }),
    );
    put(
        "blanks around cells",
        changed(&|n, row| {
            if n > 0 {
                row.iter_mut()
                    .skip(3)
                    .for_each(|cell| *cell = format!("\u{a0}{cell}  "));
            }
        }),
    );
    put(
        "cells short of the row's end",
        changed(&|n, row| {
            if n > 0 {
                row.extend(["", "", ""].map(str::to_owned));
            }
        }),
    );
    put(
        "double width",
        changed(&|n, row| {
            if n > 0 {
                row.iter_mut().skip(3).for_each(|cell| *cell = wide(cell));
            }
        }),
    );
    let bytes = plain.as_bytes();
    let twice = zipped(&format!("{NAME}.gz"), &gz(bytes));
    for (what, name, bytes) in [
        (
            "gzip",
            "BusinessReport_JP_2026-01-01_2026-01-31.csv.gz",
            gz(bytes),
        ),
        (
            "zip",
            "BusinessReport_JP_2026-01-01_2026-01-31.zip",
            zipped(NAME, bytes),
        ),
        (
            "gzip in zip",
            "BusinessReport_JP_2026-01-01_2026-01-31.zip",
            twice,
        ),
        (
            "a workbook's name",
            "BusinessReport_JP_2026-01-01_2026-01-31.xlsx",
            bytes.to_vec(),
        ),
    ] {
        dresses.push((what.to_owned(), name.to_owned(), bytes));
    }
    dresses
}

type Rows = BTreeMap<String, Vec<BTreeMap<String, String>>>;

/// The rows that come of a file, without where they stood in it; or what was said instead.
fn rows(name: &str, bytes: &[u8]) -> Result<Rows, String> {
    let mut shop = Shop::of("[[account]]\nname = \"lumora\"\n");
    shop.flags.account = Some("lumora".into());
    shop.put(name, bytes, "2026-02-01T08:00:00Z".parse().unwrap());
    let run = shop.run();
    let mut all = Rows::new();
    for entry in run.outcomes.iter().flat_map(|outcome| &outcome.entries) {
        for table in &entry.tables {
            if table.status != Status::Recognised || table.rows.rejected > 0 {
                return Err(format!(
                    "{}: {:?} {:?}",
                    entry.container, table.reason, table.findings
                ));
            }
            for (name, mut rows) in shop.observed(table) {
                for row in &mut rows {
                    row.remove("source_row");
                    row.remove("report_id");
                }
                all.entry(name).or_default().extend(rows);
            }
        }
        if let Some(failure) = &entry.failure {
            return Err(failure.clone());
        }
    }
    Ok(all)
}

#[test]
fn a_report_is_the_same_in_any_dress() {
    let plain = printed(&report(), ",", "\r\n");
    let expected = rows(NAME, plain.as_bytes()).unwrap();
    let n_rows: usize = expected.values().map(Vec::len).sum();
    assert_eq!(n_rows, 3, "the report has rows");
    let mut faults = Vec::new();
    for (what, name, bytes) in dresses() {
        match rows(&name, &bytes) {
            Ok(came) if came == expected => {}
            Ok(came) => faults.push(format!("{what}: other rows: {came:?}")),
            Err(why) => faults.push(format!("{what}: {why}")),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
