//! A disk that fails: each step in turn, once or from then on. Whatever was asked ends with an error, and when the disk is
//! well again, asking again gives what an undisturbed run gives.

use super::build::Request as BuildRequest;
use super::compact::compact_parts;
use super::ingest::Request;
use super::ingest::read_and_merge;
use super::session::Place;
use super::session::Session;
use crate::observe::Silent;
use crate::store::Store;
use crate::store::files;
use crate::store::files::faults;
use crate::store::files::faults::Breaks;
use crate::store::reports::Catalogue;
use rayon::ThreadPoolBuilder;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const PIPELINE: &str = r#"
title = "Own"
title-zh = "自有"
[[mart]]
name = "own_spend"
title = "Spend"
title-zh = "花费"
inputs = ["ads_campaign"]
grain = ["month", "campaign"]
partition = "month"
column = [
    { name = "month", type = "date", meaning = "Month", meaning-zh = "月" },
    { name = "campaign", type = "text", meaning = "Campaign", meaning-zh = "活动" },
    { name = "spend", type = "decimal", meaning = "Spend", meaning-zh = "花费" },
]
"#;
const SQL: &str =
    "SELECT month, campaign, SUM(spend) AS spend FROM ads_campaign GROUP BY month, campaign";

/// A download of four days around the end of a month.
fn report(night: u32) -> String {
    let mut text = "Date,Campaign Name,Targeting Type,Impressions,Clicks,Spend,\
        7 Day Total Orders (#),7 Day Total Sales\n"
        .to_owned();
    for (month, day) in [(1, 30), (1, 31), (2, 1), (2, 2)] {
        for campaign in 0..2 {
            let clicks = 10 + night * day + campaign;
            writeln!(
                text,
                "2026-{month:02}-{day:02},C{campaign},Manual,100,{clicks},${clicks}.50,1,$9.99"
            )
            .unwrap();
        }
    }
    text
}

fn workspace(root: &Path) {
    let put = |relative: &str, text: &str| {
        let path = root.join(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put(
        "sellerlake.toml",
        "[[account]]\nname = \"shop\"\nmarketplaces = [\"US\"]\n",
    );
    put("pipelines/own/pipeline.toml", PIPELINE);
    put("pipelines/own/own_spend.sql", SQL);
    for night in 1..=2 {
        put(
            &format!("inbox/report_2026-02-0{}.csv", night + 2),
            &report(night),
        );
    }
}

/// Everything that changes a store: reading, merging, building, compacting, sealing.
fn work(session: &Session) -> anyhow::Result<()> {
    read_and_merge(session, &Request::default(), &Silent)?;
    let request = BuildRequest {
        select: &["own_spend".to_owned()],
        full_refresh: false,
        today: Some(jiff::civil::date(2026, 2, 3)),
    };
    let built = super::build::build_marts(session, &request, &Silent)?;
    anyhow::ensure!(built.is_fine(true), "{:?}", built.troubles());
    let catalogue = Catalogue::load(&session.store)?;
    compact_parts(session, &catalogue, 1, None)?;
    catalogue.seal(&session.store)?;
    Ok(())
}

type Files = BTreeMap<String, Vec<u8>>;

/// What must be the same, byte for byte: here observations too, since a pack is a function of what was observed.
fn made(root: &Path) -> Files {
    let mut made = Files::new();
    for folder in ["current", "marts", "observed"] {
        for path in files::list(&root.join("store").join(folder)).unwrap() {
            let name = path.strip_prefix(root).unwrap().to_string_lossy();
            made.insert(name.into_owned(), fs::read(&path).unwrap());
        }
    }
    made
}

#[test]
fn each_step_of_the_disk_may_fail() {
    let one = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let start = |session: &mut Session| {
        // In memory where there is such a place: what is durable is not at issue here.
        let home =
            tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap());
        workspace(home.path());
        let root = home.path().canonicalize().unwrap();
        session.store = Store::at(root.join("store"));
        session.workspace.root = root;
        home
    };
    let first = tempfile::tempdir().unwrap();
    workspace(first.path());
    let place = Place {
        workspace: Some(first.path().to_path_buf()),
        ..Place::default()
    };
    let mut session = Session::open(&place).unwrap();
    let home = start(&mut session);
    let root = session.store.root().to_path_buf();
    let (done, n_steps) = faults::with(&root, Breaks::Nothing, || one.install(|| work(&session)));
    done.unwrap();
    let expected = made(&session.workspace.root);
    drop(home);
    assert!(
        expected.keys().any(|name| name.contains("/pack-")) && n_steps > 60,
        "{n_steps} steps: {:?}",
        expected.keys()
    );
    let rounds = (0..n_steps).map(Breaks::At);
    for breaks in rounds.chain((0..n_steps).step_by(4).map(Breaks::From)) {
        let _home = start(&mut session);
        let root = session.store.root().to_path_buf();
        let (broken, _) = faults::with(&root, breaks, || one.install(|| work(&session)));
        let said = broken.err().map(|error| format!("{error:#}"));
        assert!(
            said.as_ref()
                .is_some_and(|said| said.contains("fails in this test")),
            "{breaks:?}: {said:?}"
        );
        one.install(|| work(&session))
            .unwrap_or_else(|error| panic!("{breaks:?} is not made good: {error:#}"));
        let came = made(&session.workspace.root);
        let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&came), names(&expected), "{breaks:?}");
        for (name, bytes) in &expected {
            assert!(came[name] == *bytes, "{breaks:?}: {name} differs");
        }
    }
}
