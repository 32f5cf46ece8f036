//! What holds whatever the order, the number of runs, the number of threads and the moment of a crash: `current/` is a
//! function of the files alone.

use crate::fixture::Run;
use crate::fixture::Shop;
use crate::fixture::in_package;
use proptest::prelude::*;
use proptest::sample::SizeRange;
use sellerlake::ingest::Outcome;
use std::collections::BTreeMap;
use std::fs;
use std::sync::OnceLock;

/// Small files of the sample that overlap: days restated, copies of one state, a fact in a name, rows of two places.
const FILES: &[&str] = &[
    "ads/2026-01-05/Sponsored_Brands_Campaign_report (1).xlsx",
    "ads/2026-02-12/Sponsored_Brands_Campaign_report (1).xlsx",
    "helium10/US_AMAZON_cerebro_B0LUMD01BK_2026-01-26.csv",
    "keepa/KeepaExport-2026-01-22-ProductViewer.xlsx",
    "lumora/DE/2026-01-05/240318140100.txt",
    "lumora/DE/2026-01-19/商品推广_广告活动_报告.csv",
    "lumora/DE/2026-02-02/240318140109.txt",
    "lumora/DE/2026-02-02/商品推广_广告活动_报告.csv",
    "lumora/DE/2026-02-12/240318140118.txt",
    "lumora/US/2026-01-05/240318020500.txt",
    "lumora/US/2026-02-12/240318020521.txt",
    "lumora/US/2026-02-12/BusinessReport_US_2026-01-01_2026-01-31.csv",
];

type Files = BTreeMap<String, Vec<u8>>;

fn shop() -> Shop {
    Shop::of(&fs::read_to_string(in_package("sample_data/sellerlake.toml")).unwrap())
}

fn filled() -> Shop {
    let shop = shop();
    for file in FILES {
        shop.put_sample(file);
    }
    shop
}

/// `current/` after one run over all files.
fn expected() -> &'static Files {
    static EXPECTED: OnceLock<Files> = OnceLock::new();
    EXPECTED.get_or_init(|| {
        let shop = filled();
        let run = shop.run();
        assert!(run.outcomes.iter().all(|outcome| !outcome.known));
        assert!(!run.refreshed.partitions.is_empty());
        shop.files("current")
    })
}

/// Compares by name first: a difference of bytes is no help to read.
fn assert_same(came: &Files, expected: &Files) {
    let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(came), names(expected));
    for (name, bytes) in expected {
        assert!(came[name] == *bytes, "{name} differs");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_files_and_runs_is_nothing(
        order in Just((0..FILES.len()).collect::<Vec<_>>()).prop_shuffle(),
        cuts in proptest::collection::btree_set(1..FILES.len(), SizeRange::new(0..=2)),
    ) {
        let shop = shop();
        let mut from = 0;
        for to in cuts.into_iter().chain([FILES.len()]) {
            for n in &order[from..to] {
                shop.put_sample(FILES[*n]);
            }
            shop.run_in(|candidates| candidates.sort_by_key(|candidate| {
                order.iter().position(|n| candidate.relative.ends_with(FILES[*n]))
            }));
            from = to;
        }
        assert_same(&shop.files("current"), expected());
    }
}

#[test]
fn twice_is_once() {
    let shop = filled();
    shop.run();
    let (current, reports, observed) = (
        shop.files("current"),
        shop.files("reports"),
        shop.files("observed"),
    );
    let again = shop.run();
    assert!(
        again.outcomes.iter().all(|outcome| outcome.known),
        "a known file was read again"
    );
    assert!(
        again.refreshed.partitions.is_empty(),
        "{:?} were merged again",
        again.refreshed.partitions
    );
    assert_same(&shop.files("current"), &current);
    assert_same(&shop.files("reports"), &reports);
    assert_same(&shop.files("observed"), &observed);
}

/// What became of each table: its rows, findings, decisions and sums.
fn told(run: &Run) -> BTreeMap<String, String> {
    let tables = |outcome: &Outcome| {
        let tables = outcome.entries.iter().flat_map(|entry| &entry.tables);
        let told = tables.map(|table| {
            let (rows, findings, notes) = (table.rows, &table.findings, &table.reading_notes);
            format!(
                "{:?} {rows:?} {findings:?} {notes:?} {:?}",
                table.status, table.controls
            )
        });
        told.collect::<Vec<_>>().join("\n")
    };
    let outcomes = run.outcomes.iter();
    outcomes
        .map(|outcome| (outcome.path.clone(), tables(outcome)))
        .collect()
}

#[test]
fn the_number_of_threads_is_nothing() {
    let mut before: Option<(BTreeMap<String, String>, Files)> = None;
    for n in [1, 4] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(n)
            .build()
            .unwrap();
        let shop = filled();
        let run = pool.install(|| shop.run());
        assert_same(&shop.files("current"), expected());
        let came = (told(&run), shop.files("observed"));
        if let Some((told, observed)) = &before {
            assert_eq!(&came.0, told);
            assert_same(&came.1, observed);
        }
        before = Some(came);
    }
}

#[test]
fn another_name_is_the_same_report() {
    let shop = filled();
    shop.run();
    let observed = shop.files("observed");
    // The file as a browser names it when it is downloaded again, and moved within its folder.
    let old = "lumora/US/2026-02-12/240318020521.txt";
    let moved = shop.put_sample(old);
    fs::rename(&moved, moved.with_file_name("240318020521 (1).txt")).unwrap();
    let run = shop.run();
    let renamed = run
        .outcomes
        .iter()
        .find(|outcome| outcome.path.ends_with("(1).txt"))
        .unwrap();
    assert!(
        renamed.known,
        "the same bytes under another name were taken for news"
    );
    assert_eq!(renamed.entries[0].sightings.len(), 2);
    assert_same(&shop.files("observed"), &observed);
    assert_same(&shop.files("current"), expected());
}

#[test]
fn a_run_that_was_killed_is_made_good_by_the_next() {
    // Killed before entries were committed: their parts lie there and no entry names them.
    for kept in [0, 5] {
        let shop = filled();
        shop.run();
        let root = shop.store().root().to_path_buf();
        let (observed, log, current) = (
            shop.files("observed"),
            shop.files("reports"),
            shop.files("current"),
        );
        for name in log.keys().skip(kept) {
            fs::remove_file(root.join(name)).unwrap();
        }
        // And while `current/` was written: one file is missing, one is cut off, a temporary file is left.
        let mut names = current.keys();
        fs::remove_file(root.join(names.next().unwrap())).unwrap();
        let torn = names.next().unwrap();
        fs::write(root.join(torn), &current[torn][..current[torn].len() / 2]).unwrap();
        fs::write(root.join("current/.sellerlake-torn"), b"PAR1").unwrap();
        shop.run();
        fs::remove_file(root.join("current/.sellerlake-torn")).unwrap();
        assert_same(&shop.files("current"), expected());
        assert_same(&shop.files("observed"), &observed);
        assert_eq!(shop.files("reports").len(), log.len());
    }
}
