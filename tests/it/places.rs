//! The same bytes in several places, files that change without showing it, and several processes at one store.

use crate::fixture::Shop;
use crate::nights::Nights;
use crate::shell;
use crate::shell::Shell;
use jiff::Timestamp;
use sellerlake::store::entry::Status;
use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;

const NIGHTS: Nights = Nights {
    back: 5,
    campaigns: 2,
};

fn at(day: u8) -> Timestamp {
    format!("2026-02-{day:02}T02:00:00Z").parse().unwrap()
}

/// A workspace of two marketplaces; with two, a folder must tell which.
fn two_markets() -> Shop {
    Shop::of(
        "[[account]]\nname = \"shop\"\nmarketplaces = [\"US\", \"CA\"]\n\
         [[rule]]\nfiles = \"us/**\"\nmarketplace = \"US\"\n\
         [[rule]]\nfiles = \"ca/**\"\nmarketplace = \"CA\"\n",
    )
}

#[test]
fn the_same_bytes_may_be_two_reports() {
    let (_, text) = NIGHTS.returns(3);
    let of = |folders: &[&str]| {
        let shop = two_markets();
        for folder in folders {
            shop.put(&format!("{folder}/returns.txt"), text.as_bytes(), at(1));
            shop.run();
        }
        shop
    };
    let (shop, other) = (of(&["us", "ca"]), of(&["ca", "us"]));
    let current = shop.files("current");
    let markets: BTreeSet<&str> = current
        .keys()
        .filter_map(|name| name.split("marketplace=").nth(1)?.split('/').next())
        .collect();
    assert_eq!(markets, ["CA", "US"].into());
    assert!(other.files("current") == current, "the order shows");
    // A copy in the same folder is only another place of the same report.
    shop.put("us/returns (1).txt", text.as_bytes(), at(2));
    let again = shop.run();
    assert!(again.outcomes.iter().all(|outcome| outcome.known));
    assert!(again.refreshed.partitions.is_empty());
}

#[test]
fn a_file_that_hides_its_change_is_read_again() {
    let shop = Shop::of("[[account]]\nname = \"shop\"\nmarketplaces = [\"US\"]\n");
    let (name, text) = NIGHTS.campaigns(5);
    let path = shop.put(&name, text.as_bytes(), at(1));
    shop.run();
    let before = shop.files("current");
    // Same path, size and time: only what the system keeps for itself tells.
    let first = text.find('$').unwrap() + 1;
    let digit = if text[first..].starts_with('9') {
        "8"
    } else {
        "9"
    };
    let other = format!("{}{digit}{}", &text[..first], &text[first + 1..]);
    assert_eq!(other.len(), text.len());
    let again = shop.put(&name, other.as_bytes(), at(1));
    assert_eq!(again, path);
    assert!(!shop.run().outcomes[0].known);
    assert!(shop.files("current") != before);
}

#[test]
fn a_touched_file_is_looked_at_and_not_read() {
    let mut shop = Shop::of("[[account]]\nname = \"shop\"\nmarketplaces = [\"US\"]\n");
    let (name, text) = NIGHTS.campaigns(5);
    shop.put(&name, text.as_bytes(), at(1));
    shop.run();
    let log = shop.files("reports");
    shop.put(&name, text.as_bytes(), at(9));
    let again = shop.run();
    assert!(again.outcomes[0].known);
    assert!(shop.files("reports") == log, "a commit about nothing");
    // Asked to verify, it finds the same.
    shop.verify = true;
    assert!(shop.run().outcomes[0].known);
}

#[test]
fn a_file_that_is_gone_before_it_is_read_is_said_and_not_noted() {
    let shop = Shop::of("[[account]]\nname = \"shop\"\nmarketplaces = [\"US\"]\n");
    let (name, text) = NIGHTS.campaigns(5);
    let path = shop.put(&name, text.as_bytes(), at(1));
    let run = shop.run_in(|_| fs::remove_file(&path).unwrap());
    let outcome = &run.outcomes[0];
    assert_eq!((outcome.status, outcome.known), (Status::Failed, false));
    assert!(outcome.vanished.is_some());
    assert!(shop.files("reports").is_empty());
}

#[test]
fn a_file_that_could_not_be_read_is_forgotten_once_it_can() {
    let shop = Shop::of("[[account]]\nname = \"shop\"\nmarketplaces = [\"US\"]\n");
    let (name, text) = NIGHTS.campaigns(5);
    shop.put(&name, b"PK\x03\x04 half a workbook", at(1));
    assert_eq!(shop.run().outcomes[0].status, Status::Failed);
    shop.put(&name, text.as_bytes(), at(2));
    assert_eq!(shop.run().outcomes[0].status, Status::Recognised);
    let known = sellerlake::store::reports::Catalogue::load(&shop.store()).unwrap();
    let live = known.live().unwrap();
    assert_eq!(live.len(), 1, "{live:?}");
}

#[test]
fn eight_shards_at_once_are_one() {
    let filled = || {
        let shop = Shell::shop();
        (0..16).fold(shop, |shop, night| {
            let (name, text) = NIGHTS.campaigns(night);
            shop.file(&format!("inbox/{name}"), text)
        })
    };
    let (one, eight) = (filled(), filled());
    one.run(&["ingest"]).exits(0);
    let children: Vec<_> = (1..=8)
        .map(|n| {
            let shard = format!("{n}/8");
            shell::command(eight.root(), &["ingest", "--shard", &shard])
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let came = child.wait_with_output().unwrap();
        assert!(
            came.status.success(),
            "{}",
            String::from_utf8_lossy(&came.stderr)
        );
    }
    assert!(eight.bytes("store/current") == one.bytes("store/current"));
    assert!(eight.bytes("store/observed") == one.bytes("store/observed"));
    let again = eight.run(&["ingest"]).exits(0).text();
    assert!(again.contains("16 files known already"), "{again}");
}
