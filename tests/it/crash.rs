//! A run that is killed at any moment: the next one ends as if nothing had been.

#![cfg(unix)]

use crate::fixture::in_package;
use crate::shell;
use crate::shell::Shell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

/// Small files of the sample that feed most of the marts.
const FILES: &[&str] = &[
    "ads/2026-01-05/Sponsored_Brands_Campaign_report.xlsx",
    "ads/2026-02-12/Sponsored_Brands_Campaign_report.xlsx",
    "helium10/US_AMAZON_cerebro_B0LUMD01BK_2026-01-26.csv",
    "helium10/US_AMAZON_cerebro_B0LUMD01BK_2026-02-02.csv",
    "keepa/KeepaExport-2026-01-22-ProductViewer.xlsx",
    "keepa/KeepaExport-2026-02-02-ProductViewer.xlsx",
    "lumora/DE/2026-02-02/240318140109.txt",
    "lumora/DE/2026-02-02/商品推广_广告活动_报告.csv",
    "lumora/DE/2026-02-12/240318140118.txt",
    "lumora/DE/2026-02-12/商品推广_广告活动_报告.csv",
    "lumora/US/2026-02-12/240318020521.txt",
    "lumora/US/2026-02-12/BusinessReport_US_2026-01-01_2026-01-31.csv",
];

/// When runs are killed, in percent of the time that an undisturbed one takes: two in a row in each workspace.
const MOMENTS: &[[u32; 2]] = &[[3, 90], [15, 75], [35, 55]];

fn workspace() -> Shell {
    let config = fs::read(in_package("sample_data/sellerlake.toml")).unwrap();
    let shop = Shell::of(std::str::from_utf8(&config).unwrap());
    FILES.iter().fold(shop, |shop, file| shop.sample_file(file))
}

fn arguments() -> [String; 3] {
    [
        "run".to_owned(),
        "--today".to_owned(),
        shell::SAMPLE_DAY.to_string(),
    ]
}

/// What people and the next run read.
fn made(shop: &Shell) -> BTreeMap<String, Vec<u8>> {
    let folders = ["store/current", "store/marts", "store/observed", "out"];
    folders
        .iter()
        .flat_map(|folder| shop.bytes(folder))
        .collect()
}

/// Every file that a glob for Parquet finds, temporary ones too.
fn parquet_below(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            parquet_below(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "parquet") {
            found.push(path.to_string_lossy().into_owned());
        }
    }
}

fn parquet(shop: &Shell) -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["current", "marts", "observed"] {
        parquet_below(&shop.path("store").join(folder), &mut found);
    }
    let root = shop.root().to_string_lossy().into_owned();
    let mut found: Vec<String> = found.iter().map(|path| path.replace(&root, "")).collect();
    found.sort();
    found
}

#[test]
fn a_killed_run_is_made_good_by_the_next() {
    let arguments = arguments();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let undisturbed = workspace();
    let began = Instant::now();
    undisturbed.run(&arguments).exits(0);
    let whole = began.elapsed();
    let (expected, expected_parquet) = (made(&undisturbed), parquet(&undisturbed));
    assert!(expected.keys().any(|name| name.starts_with("store/marts/")));
    let mut n_killed = 0;
    for moments in MOMENTS {
        let shop = workspace();
        for percent in moments {
            n_killed += u32::from(killed_after(&shop, &arguments, whole * *percent / 100));
        }
        shop.run(&arguments).exits(0);
        let came = made(&shop);
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(
            names(&came),
            names(&expected),
            "killed at {moments:?} percent"
        );
        for (name, bytes) in &expected {
            assert!(
                came[name] == *bytes,
                "killed at {moments:?} percent: {name} differs"
            );
        }
        assert_eq!(
            parquet(&shop),
            expected_parquet,
            "killed at {moments:?} percent"
        );
    }
    assert!(
        n_killed > 2,
        "only {n_killed} runs were still at work when they were to be killed"
    );
}

/// Starts a run and kills it, as a power cut does, unless it is over by then.
fn killed_after(shop: &Shell, arguments: &[&str], delay: Duration) -> bool {
    let mut command = shell::command(shop.root(), arguments);
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    thread::sleep(delay);
    let is_at_work = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    is_at_work
}
