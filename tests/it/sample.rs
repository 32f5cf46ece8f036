//! The sample workspace: every file is what its README says, and the generator writes the very bytes that are kept.

use crate::fixture::Shop;
use crate::fixture::in_package;
use crate::fixture::slashed;
use sellerlake::store::entry::Entry;
use sellerlake::store::entry::Status;
use sellerlake::store::files;
use sellerlake::workspace::inbox::Glob;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::SystemTime;

/// What every file must be. A file is judged by the first pattern that matches it; each pattern must match some.
const SCHEMAS: &[(&str, &str)] = &[
    (
        "lumora/US/*/Sponsored_Products_Search_term_report.xlsx",
        "amazon-ads/sp-search-term",
    ),
    (
        "lumora/US/*/Sponsored_Products_Campaign_report.csv",
        "amazon-ads/sp-campaign",
    ),
    (
        "lumora/US/2026-01-19/Sponsored_Products_Targeting_report.xlsx",
        "failed",
    ),
    (
        "lumora/US/*/Sponsored_Products_Targeting_report.xlsx",
        "amazon-ads/sp-targeting",
    ),
    (
        "lumora/*/*/Sponsored_Products_Advertised_product_report.xlsx",
        "amazon-ads/sp-advertised-product",
    ),
    (
        "lumora/DE/2026-01-19/商品推广_搜索词_报告 (1).xlsx",
        "failed",
    ),
    (
        "lumora/DE/*/商品推广_搜索词_报告.xlsx",
        "amazon-ads/sp-search-term",
    ),
    (
        "lumora/DE/*/商品推广_广告活动_报告.csv",
        "amazon-ads/sp-campaign",
    ),
    (
        "lumora/DE/2026-02-02/Sponsored_Products_Suchbegriff.csv",
        "amazon-ads/sp-search-term",
    ),
    (
        "ads/*/Sponsored_Brands_Campaign_report*.xlsx",
        "amazon-ads/sb-campaign",
    ),
    (
        "ads/*/Sponsored_Display_Campaign_report.xlsx",
        "amazon-ads/sd-campaign",
    ),
    (
        "lumora/*/*/24031802*.txt",
        "seller-central/manage-fba-inventory",
    ),
    (
        "lumora/*/*/24031814*.txt",
        "seller-central/fba-customer-returns",
    ),
    (
        "lumora/*/*/BusinessReport_*.csv",
        "seller-central/business-report-child",
    ),
    ("lumora/*/*/bulk-*.xlsx", "amazon-ads/bulk-2"),
    (
        "lumora/*/*/All+Listings+Report_*.txt",
        "seller-central/all-listings",
    ),
    (
        "lumora/US/*/US_Search_Query_Performance_*.csv",
        "seller-central/search-query-performance",
    ),
    (
        "lumora/*/*/BusinessReport-*.csv",
        "seller-central/business-report-date",
    ),
    (
        "lumora/*/*/InventoryLedgerSummary_*.csv",
        "seller-central/ledger-summary",
    ),
    (
        "keepa/product-*.json",
        "keepa/api-product and keepa/api-product-history",
    ),
    ("keepa/KeepaExport-*", "keepa/table-export"),
    ("helium10/*", "helium10/cerebro"),
    ("bank/*", "held"),
    ("unsorted/*", "held: which marketplace"),
];

/// Defects inside files that are recognised: the finding, the column, and the text that stands there.
const DEFECTS: &[(&str, &str, &str, &str)] = &[
    (
        "lumora/US/2026-02-02/Sponsored_Products_Campaign_report.csv",
        "bad-cell",
        "Spend",
        "abc",
    ),
    (
        "lumora/DE/2026-02-02/240318140109.txt",
        "bad-cell",
        "return-date",
        "2026-01-32T09:14:00+00:00",
    ),
    (
        "lumora/US/2026-01-05/240318020500.txt",
        "bad-cell",
        "afn-fulfillable-quantity",
        "12 pcs?",
    ),
];

fn ingested() -> (Shop, Vec<(String, Entry)>) {
    let shop = Shop::of(&fs::read_to_string(in_package("sample_data/sellerlake.toml")).unwrap());
    let inbox = in_package("sample_data/inbox");
    for path in files::list(&inbox).unwrap() {
        shop.put_sample(&slashed(&path, &inbox));
    }
    let run = shop.run();
    let mut entries = Vec::new();
    for outcome in &run.outcomes {
        let path = outcome.path.strip_prefix("inbox/").unwrap().to_owned();
        assert_eq!(outcome.entries.len(), 1, "{path} is one file");
        entries.push((path, (*outcome.entries[0]).clone()));
    }
    (shop, entries)
}

/// What a file came to, in the words of the table above.
fn came(entry: &Entry) -> String {
    let recognised: Vec<&str> = entry
        .tables
        .iter()
        .filter(|table| table.status == Status::Recognised)
        .filter_map(|table| table.schema.as_deref())
        .collect();
    let questions: Vec<&str> = entry
        .tables
        .iter()
        .flat_map(|table| &table.questions)
        .map(|question| question.about.as_str())
        .collect();
    match (entry.status(), questions.as_slice()) {
        (Status::Recognised, _) => recognised.join(" and "),
        (Status::Held, [about, ..]) => format!("held: which {about}"),
        (status, _) => status.as_str().to_owned(),
    }
}

#[test]
fn every_file_is_what_the_readme_says() {
    let (_shop, entries) = ingested();
    let patterns: Vec<(Glob, &str)> = SCHEMAS
        .iter()
        .map(|(files, expected)| (Glob::parse(files).unwrap(), *expected))
        .collect();
    let mut faults = Vec::new();
    let mut matched = vec![false; patterns.len()];
    for (path, entry) in &entries {
        let Some(at) = patterns.iter().position(|(files, _)| files.matches(path)) else {
            faults.push(format!("{path}: no pattern speaks of it"));
            continue;
        };
        matched[at] = true;
        let (came, expected) = (came(entry), patterns[at].1);
        if came != expected {
            let reasons: Vec<&str> = entry
                .tables
                .iter()
                .filter_map(|table| table.reason.as_deref())
                .collect();
            faults.push(format!(
                "{path}: {came}, not {expected}; {}",
                reasons.join("; ")
            ));
        }
        let defects: Vec<_> = DEFECTS.iter().filter(|(file, ..)| file == path).collect();
        let rejected: u64 = entry.tables.iter().map(|table| table.rows.rejected).sum();
        if rejected != defects.len() as u64 {
            faults.push(format!(
                "{path}: {rejected} rows are rejected, the README tells of {}",
                defects.len()
            ));
        }
        for (_, code, column, text) in defects {
            let findings = entry.tables.iter().flat_map(|table| &table.findings);
            let found = findings
                .filter(|finding| finding.code == *code && finding.column == *column)
                .any(|finding| finding.count == 1 && finding.examples[0].text == *text);
            if !found {
                faults.push(format!("{path}: no {code} {text:?} in {column}"));
            }
        }
    }
    let idle = patterns
        .iter()
        .zip(&matched)
        .filter(|(_, matched)| !**matched);
    faults.extend(idle.map(|((files, _), _)| format!("no file matches {}", files.text)));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_sample_is_small() {
    let root = in_package("sample_data");
    let paths = files::list(&root).unwrap();
    let bytes: u64 = paths
        .iter()
        .filter(|path| !is_made(&slashed(path, &root)))
        .map(|path| fs::metadata(path).unwrap().len())
        .sum();
    assert!(bytes < 5_000_000, "sample_data is {bytes} bytes");
}

/// Whether a file of the sample was left there by running it in place, as the README's first command does.
fn is_made(path: &str) -> bool {
    path.starts_with("store/") || path.starts_with("out/")
}

/// The generator as cargo built it beside this test; none where it was not built, or is older than its source.
fn generator() -> Option<PathBuf> {
    let here = std::env::current_exe().unwrap();
    let name = format!("sample-data{}", std::env::consts::EXE_SUFFIX);
    let binary = here.parent()?.parent()?.join("examples").join(name);
    let changed = |path: &PathBuf| {
        fs::metadata(path)
            .and_then(|metadata| metadata.modified())
            .ok()
    };
    let built: SystemTime = changed(&binary)?;
    let mut sources = files::list(&in_package("sample_data/generate")).unwrap();
    sources.push(in_package("sample_data/generate.rs"));
    sources
        .iter()
        .all(|source| changed(source).is_some_and(|at| at <= built))
        .then_some(binary)
}

#[test]
fn the_generator_writes_the_same_bytes() {
    // `cargo test` builds it; `cargo test --test it` alone does not.
    let Some(generator) = generator() else { return };
    let folder = tempfile::tempdir().unwrap();
    let ran = Command::new(generator).arg(folder.path()).output().unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let sample = in_package("sample_data");
    let of = |root: &std::path::Path| -> Vec<(String, Vec<u8>)> {
        let paths = files::list(root).unwrap().into_iter();
        paths
            .map(|path| (slashed(&path, root), fs::read(&path).unwrap()))
            .filter(|(path, _)| !path.starts_with("generate") && !is_made(path))
            .collect()
    };
    let (written, kept) = (of(folder.path()), of(&sample));
    let names = |files: &[(String, Vec<u8>)]| {
        files
            .iter()
            .map(|(name, _)| name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&written), names(&kept));
    for ((name, written), (_, kept)) in written.iter().zip(&kept) {
        assert!(
            written == kept,
            "{name} differs; run `cargo run --example sample-data`"
        );
    }
}
