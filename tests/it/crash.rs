//! Runs and compactions that are killed at any moment: the next plain run ends as if nothing had been.

#![cfg(unix)]

use crate::fixture::catalog;
use crate::fixture::quick_folder;
use crate::fixture::rows_of;
use crate::fixture::slashed;
use crate::nights::Nights;
use crate::shell;
use sellerlake::model::name::TableName;
use sellerlake::store::Store;
use sellerlake::store::files;
use sellerlake::store::observed::Observed;
use sellerlake::store::reports::Catalogue;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;
use std::time::Instant;
use tempfile::TempDir;

/// Rounds in all: a kill and a plain run each. `SELLERLAKE_CRASH_ROUNDS` says otherwise.
const ROUNDS: u32 = 200;
/// Rounds at the same time.
const SIDE_BY_SIDE: u32 = 3;
const NIGHTS: Nights = Nights {
    back: 12,
    campaigns: 3,
};
/// Nights that are there from the beginning, and after.
const BEFORE: i32 = 3;
const AFTER: i32 = 4;
const CONFIG: &str =
    "[workspace]\ntoday = \"2025-03-20\"\n[[account]]\nname = \"shop\"\nmarketplaces = [\"US\"]\n";

/// What people and the next run read: bytes of what is promised to be the same, contents of the rest.
#[derive(PartialEq)]
struct Made {
    bytes: BTreeMap<String, Vec<u8>>,
    observed: BTreeMap<String, Vec<BTreeMap<String, String>>>,
    /// Path, report, reading and rows of each table that counts.
    catalogue: Vec<(String, Option<String>, Option<String>, u64)>,
}

/// A workspace after each night, when nothing disturbs it.
struct Undisturbed {
    home: TempDir,
    workspaces: Vec<PathBuf>,
    made: Vec<Made>,
    /// How long the longest run and the longest compaction took.
    longest: [Duration; 2],
}

fn put(root: &Path, night: i32) {
    for (name, text) in [NIGHTS.campaigns(night), NIGHTS.returns(night)] {
        fs::write(root.join("inbox").join(name), text).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

fn bytes_below(root: &Path, below: &str, into: &mut BTreeMap<String, Vec<u8>>) {
    for path in files::list(&root.join(below)).unwrap() {
        into.insert(slashed(&path, root), fs::read(&path).unwrap());
    }
}

/// Temporary files that a glob for Parquet would find.
fn stray(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.join("store")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.starts_with('.') && name.ends_with(".parquet") {
                found.push(path);
            }
        }
    }
    found
}

fn made(root: &Path) -> Made {
    let mut bytes = BTreeMap::new();
    for folder in ["store/current", "store/marts", "out/csv"] {
        bytes_below(root, folder, &mut bytes);
    }
    let store = Store::at(root.join("store"));
    let (known, parts) = (Catalogue::load(&store).unwrap(), Observed::of(&store));
    let (mut observed, mut tables) = (BTreeMap::new(), Vec::new());
    for (_, entry) in known.live().unwrap() {
        for table in &entry.tables {
            tables.push((
                entry.path().to_owned(),
                table.report_id.clone(),
                table.reading.clone(),
                table.rows.stored,
            ));
            for part in &table.parts {
                let schema = catalog()
                    .table(&TableName::parse(&part.table).unwrap())
                    .unwrap();
                let batches = parts
                    .read(&part.path, &schema.arrow(), 0, u64::MAX)
                    .unwrap();
                let rows = batches.iter().flat_map(rows_of).collect();
                observed.insert(part.path.clone(), rows);
            }
        }
    }
    tables.sort();
    Made {
        bytes,
        observed,
        catalogue: tables,
    }
}

fn run(root: &Path, arguments: &[&str]) -> Duration {
    let began = Instant::now();
    shell::run_in(root, arguments).exits(0);
    began.elapsed()
}

fn undisturbed() -> Undisturbed {
    let home = quick_folder();
    let start = home.path().join("0");
    fs::create_dir_all(start.join("inbox")).unwrap();
    fs::write(start.join("sellerlake.toml"), CONFIG).unwrap();
    (0..BEFORE).for_each(|night| put(&start, night));
    run(&start, &["run"]);
    let mut all = Undisturbed {
        made: vec![made(&start)],
        workspaces: vec![start],
        longest: [Duration::ZERO; 2],
        home,
    };
    for night in 1..=AFTER {
        let root = all.home.path().join(night.to_string());
        copy(all.workspaces.last().unwrap(), &root);
        put(&root, BEFORE - 1 + night);
        all.longest[0] = all.longest[0].max(run(&root, &["run"]));
        let before = made(&root);
        if night % 2 == 0 {
            all.longest[1] = all.longest[1].max(run(&root, &["compact"]));
            assert!(made(&root) == before, "a compaction changed what is seen");
        }
        all.made.push(before);
        all.workspaces.push(root);
    }
    all
}

/// Starts a command and kills it, as a power cut does, unless it is over by then.
fn killed_after(root: &Path, arguments: &[&str], delay: Duration) -> bool {
    let mut child = shell::command(root, arguments)
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

/// Numbers that are the same every time and look like chance.
fn chance(round: u32, salt: u64) -> f64 {
    let mut x = (u64::from(round) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ salt;
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    f64::from(u32::try_from((x ^ (x >> 31)) >> 32).unwrap()) / f64::from(u32::MAX)
}

/// One round. True when something was still at work when it was killed.
fn round(n: u32, undisturbed: &Undisturbed) -> bool {
    let home = quick_folder();
    let root = home.path();
    let night = usize::try_from(n).unwrap() % undisturbed.made.len();
    if night == 0 {
        // Everything from nothing: the first reading and the first build.
        fs::create_dir_all(root.join("inbox")).unwrap();
        fs::write(root.join("sellerlake.toml"), CONFIG).unwrap();
        (0..BEFORE).for_each(|night| put(root, night));
    } else {
        copy(&undisturbed.workspaces[night - 1], root);
        put(root, BEFORE - 1 + i32::try_from(night).unwrap());
    }
    let compacts = night > 0 && n.is_multiple_of(3);
    let [run_takes, compact_takes] = undisturbed.longest;
    let (arguments, takes) = if compacts {
        (["compact"], compact_takes)
    } else {
        (["run"], run_takes)
    };
    let is_at_work = killed_after(root, &arguments, takes.mul_f64(chance(n, 1)));
    run(root, &["run"]);
    let (came, expected) = (made(root), &undisturbed.made[night]);
    let names = |made: &Made| made.bytes.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&came), names(expected), "round {n}");
    for (name, bytes) in &expected.bytes {
        assert!(came.bytes[name] == *bytes, "round {n}: {name} differs");
    }
    assert_eq!(came.catalogue, expected.catalogue, "round {n}");
    assert!(
        came.observed == expected.observed,
        "round {n}: an observation is not what it was"
    );
    assert_eq!(stray(root), Vec::<PathBuf>::new(), "round {n}");
    is_at_work
}

#[test]
fn what_was_killed_is_made_good_by_the_next_run() {
    let told = std::env::var("SELLERLAKE_CRASH_ROUNDS").ok();
    let rounds: u32 = told.map_or(ROUNDS, |n| n.parse().unwrap());
    let undisturbed = undisturbed();
    let (next, n_killed) = (AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= rounds {
                        break;
                    }
                    let is_at_work = round(n, &undisturbed);
                    n_killed.fetch_add(u32::from(is_at_work), Ordering::Relaxed);
                }
            });
        }
    });
    let n_killed = n_killed.load(Ordering::Relaxed);
    assert!(
        n_killed * 2 > rounds,
        "only {n_killed} of {rounds} were still at work when they were to be killed"
    );
}
