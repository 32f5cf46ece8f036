//! Nights of downloads that look back: the last word on each day counts, the work of a night does not grow, and once
//! compacted the store grows with what changed.

use crate::fixture::Shop;
use crate::fixture::catalog;
use crate::fixture::rows_of;
use crate::nights::Nights;
use crate::nights::Told;
use jiff::civil::Date;
use sellerlake::model::name::TableName;
use sellerlake::store::compact;
use sellerlake::store::compact::Compacted;
use sellerlake::store::files;
use sellerlake::store::observed::Observed;
use sellerlake::store::reader;
use sellerlake::store::reports::Catalogue;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::time::Duration;
use std::time::Instant;

/// Nights of the long series: a year.
const YEAR: i32 = 365;
/// Parts of a partition that make the nightly job compact it.
const MANY: usize = 40;

fn shop() -> Shop {
    Shop::of("[[account]]\nname = \"shop\"\nmarketplaces = [\"US\"]\n")
}

fn put(shop: &Shop, nights: Nights, night: i32) {
    let at = "2026-02-12T02:00:00Z".parse().unwrap();
    let (name, text) = nights.campaigns(night);
    shop.put(&name, text.as_bytes(), at);
}

fn compacted(shop: &Shop, least: usize) -> Vec<Compacted> {
    let store = shop.store();
    let known = Catalogue::load(&store).unwrap();
    let jobs = compact::plan(&store, &known, least, None).unwrap();
    let done = jobs.iter().map(|job| compact::run(&store, job).unwrap());
    let done = done.flatten().collect();
    known.checkpoint(&store).unwrap();
    done
}

type Rows = Vec<BTreeMap<String, String>>;

/// Every row of every part that was ever committed.
fn observations(shop: &Shop) -> BTreeMap<String, Rows> {
    let store = shop.store();
    let parts = Observed::of(&store);
    let mut all = BTreeMap::new();
    for (_, entry) in Catalogue::load(&store).unwrap().history().unwrap() {
        for part in entry.tables.iter().flat_map(|table| &table.parts) {
            let name = TableName::parse(&part.table).unwrap();
            let schema = catalog().table(&name).unwrap().arrow();
            let batches = parts.read(&part.path, &schema, 0, u64::MAX).unwrap();
            all.insert(
                part.path.clone(),
                batches.iter().flat_map(rows_of).collect(),
            );
        }
    }
    all
}

/// What `current/` says of each day and campaign.
fn current(shop: &Shop) -> BTreeMap<(Date, i32), Told> {
    let name = TableName::parse("ads_campaign").unwrap();
    let schema = catalog().table(&name).unwrap().arrow();
    let mut found = BTreeMap::new();
    for path in files::list(&shop.store().root().join("current")).unwrap() {
        for row in reader::read(&path, &schema)
            .unwrap()
            .iter()
            .flat_map(rows_of)
        {
            let whole = |column: &str| row[column].parse::<i64>().unwrap();
            let cents = |column: &str| {
                let (units, rest) = row[column].split_once('.').unwrap();
                let rest = format!("{rest:0<2}");
                units.parse::<i64>().unwrap() * 100 + rest[..2].parse::<i64>().unwrap()
            };
            let campaign = row["campaign"].strip_prefix("Campaign ").unwrap();
            let key = (row["date"].parse().unwrap(), campaign.parse().unwrap());
            let told = [
                whole("impressions"),
                whole("clicks"),
                cents("spend"),
                whole("orders"),
                cents("sales"),
            ];
            assert_eq!(found.insert(key, told), None, "{key:?} is there twice");
        }
    }
    found
}

fn bytes_of(shop: &Shop, below: &str) -> u64 {
    let files = files::list(&shop.store().root().join(below)).unwrap();
    files
        .iter()
        .map(|path| fs::metadata(path).unwrap().len())
        .sum()
}

#[test]
fn every_observation_is_rebuilt_from_a_pack() {
    let nights = Nights {
        back: 20,
        campaigns: 3,
    };
    let shop = shop();
    for night in 0..6 {
        put(&shop, nights, night);
        shop.run();
    }
    let (seen, made) = (observations(&shop), shop.files("current"));
    let done = compacted(&shop, 2);
    assert!(done.iter().all(|one| one.rows.1 < one.rows.0), "{done:?}");
    let loose = |shop: &Shop| {
        let files = shop.files("observed");
        let loose = files.keys().filter(|name| !name.contains("/pack-"));
        loose.count()
    };
    assert_eq!(loose(&shop), 0);
    assert!(
        observations(&shop) == seen,
        "an observation is not what it was"
    );
    // `current/` made anew from packs is the same to the byte, and so is one that was made of both.
    for folder in ["current", "memos"] {
        fs::remove_dir_all(shop.store().root().join(folder)).unwrap();
    }
    shop.run();
    assert!(shop.files("current") == made);
    for night in 6..9 {
        put(&shop, nights, night);
        shop.run();
    }
    let undisturbed = self::shop();
    (0..9).for_each(|night| put(&undisturbed, nights, night));
    undisturbed.run();
    assert!(shop.files("current") == undisturbed.files("current"));
    assert!(loose(&shop) > 0);
    compacted(&shop, 1);
    assert!(observations(&shop) == observations(&undisturbed));
    // The pack is a function of what was observed, not of the order in which it was put together.
    compacted(&undisturbed, 1);
    assert_eq!(shop.files("observed"), undisturbed.files("observed"));
    assert!(
        compacted(&shop, 1).is_empty(),
        "nothing is left to put together"
    );
    assert!(shop.run().refreshed.partitions.is_empty());
}

#[test]
fn what_a_killed_compaction_leaves_is_cleared_away() {
    let nights = Nights {
        back: 5,
        campaigns: 2,
    };
    let shop = shop();
    for night in 0..3 {
        put(&shop, nights, night);
    }
    shop.run();
    let (before, seen) = (shop.files("observed"), observations(&shop));
    compacted(&shop, 1);
    let after = shop.files("observed");
    // Killed when the pack was there and the parts were not yet deleted: one pack more, and all parts.
    for (name, bytes) in &before {
        fs::write(shop.store().root().join(name), bytes).unwrap();
    }
    assert!(observations(&shop) == seen);
    compacted(&shop, 1);
    assert!(shop.files("observed") == after);
    // Killed when the index was there and the rows were not: it is no pack.
    let index = after.keys().find(|name| name.contains(".index")).unwrap();
    let stray = index.replace("pack-", "pack-0");
    fs::write(shop.store().root().join(stray), b"PAR1").unwrap();
    assert!(observations(&shop) == seen);
}

/// What a stretch of nights came to.
struct Line {
    nights: String,
    took: Duration,
    observed: u64,
    catalogue: u64,
    current: u64,
}

#[test]
fn a_year_of_downloads_ends_in_the_last_word_on_each_day() {
    let nights = Nights {
        back: 60,
        campaigns: 2,
    };
    let shop = shop();
    let (mut lines, mut took) = (Vec::new(), Vec::new());
    let mut downloaded = 0;
    for night in 0..YEAR {
        put(&shop, nights, night);
        let began = Instant::now();
        let run = shop.run();
        let merged: BTreeSet<String> = run.refreshed.partitions.iter().cloned().collect();
        assert!(merged.len() <= 4, "night {night} merged {merged:?}");
        let (store, known) = (shop.store(), Catalogue::load(&shop.store()).unwrap());
        for job in compact::plan(&store, &known, MANY, Some(&merged)).unwrap() {
            compact::run(&store, &job).unwrap();
        }
        known.checkpoint(&store).unwrap();
        took.push(began.elapsed());
        downloaded += nights.campaigns(night).1.len() as u64;
        if night % 73 == 72 {
            let stretch: Duration = took[took.len() - 73..].iter().sum();
            lines.push(Line {
                nights: format!("{} to {}", night - 72, night),
                took: stretch / 73,
                observed: bytes_of(&shop, "observed"),
                catalogue: bytes_of(&shop, "reports"),
                current: bytes_of(&shop, "current"),
            });
        }
    }
    assert_eq!(current(&shop), nights.truth(YEAR - 1));
    let seen = observations(&shop);
    let loose = bytes_of(&shop, "observed");
    compacted(&shop, 1);
    Catalogue::load(&shop.store())
        .unwrap()
        .seal(&shop.store())
        .unwrap();
    assert!(
        observations(&shop) == seen,
        "an observation is not what it was"
    );
    let mut err = std::io::stderr().lock();
    writeln!(
        err,
        "a year of nightly downloads, {downloaded} of 60 days back:"
    )
    .unwrap();
    writeln!(err, "  nights       a night  observed/  reports/  current/").unwrap();
    for line in &lines {
        writeln!(
            err,
            "  {:<11} {:>5} ms {:>10} {:>9} {:>9}",
            line.nights,
            line.took.as_millis(),
            line.observed,
            line.catalogue,
            line.current
        )
        .unwrap();
    }
    writeln!(
        err,
        "  compacted            {:>10} {:>9}   (before: {loose})",
        bytes_of(&shop, "observed"),
        bytes_of(&shop, "reports")
    )
    .unwrap();
    // Versions are what was told of a day and campaign, each once: on the first seven days and from then on.
    let versions: BTreeSet<(String, Told)> = (0..YEAR)
        .flat_map(|night| nights.told_on(night))
        .map(|((day, campaign), told)| (format!("{day} {campaign}"), told))
        .collect();
    let kept = compacted_rows(&shop);
    assert_eq!(kept, versions.len() as u64);
    // A night late in the year takes no longer than one when the look-back was first full; doubling is noise.
    let (early, late) = (lines[1].took, lines[4].took);
    assert!(
        late < early * 2 + Duration::from_millis(20),
        "nights took {early:?} and then {late:?}"
    );
}

/// Rows of all packs.
fn compacted_rows(shop: &Shop) -> u64 {
    let packs = files::list(&shop.store().root().join("observed")).unwrap();
    packs
        .iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "parquet"))
        .map(|path| reader::shape_of(path).unwrap().1)
        .sum()
}
