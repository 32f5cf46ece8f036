//! What became otherwise between two runs, two moments and two reports, as a user asks for it.

use crate::nights::Nights;
use crate::nights::Told;
use crate::shell::Shell;
use jiff::civil::Date;
use sellerlake::store::amount::Amount;
use std::collections::BTreeMap;
use std::sync::OnceLock;

const NIGHTS: Nights = Nights {
    back: 6,
    campaigns: 2,
};
const CONFIG: &str =
    "[workspace]\ntoday = \"2025-03-20\"\n[[account]]\nname = \"shop\"\nmarketplaces = [\"US\"]\n";
/// Nights of downloads, a run after each.
const RUNS: [i32; 3] = [0, 1, 4];

/// A workspace after three runs, made once for all tests of this file, which only look at it.
fn shop() -> &'static Shell {
    static SHOP: OnceLock<Shell> = OnceLock::new();
    SHOP.get_or_init(|| {
        RUNS.iter().fold(Shell::of(CONFIG), |shell, night| {
            let (name, text) = NIGHTS.campaigns(*night);
            let shell = shell.file(&format!("inbox/{name}"), text);
            let (name, text) = NIGHTS.returns(*night);
            let shell = shell.file(&format!("inbox/{name}"), text);
            shell.run(&["run", "--quiet"]).exits(0);
            shell
        })
    })
}

/// Orders of each day as a night told them.
fn orders(night: i32) -> BTreeMap<Date, i64> {
    let mut orders = BTreeMap::new();
    for ((day, _), told) in NIGHTS.told_on(night) {
        let [.., sold, _]: Told = told;
        *orders.entry(day).or_default() += sold;
    }
    orders
}

/// Days that both nights tell, with both figures, where they differ.
fn restated(first: i32, second: i32) -> BTreeMap<Date, (i64, i64)> {
    let (old, new) = (orders(first), orders(second));
    let both = old.iter().filter_map(|(day, was)| {
        let is = new.get(day)?;
        (was != is).then_some((*day, (*was, *is)))
    });
    both.collect()
}

#[test]
fn a_diff_tells_what_the_last_run_restated() {
    let shell = shop();
    let told = shell.run(&["diff", "ads_campaign"]).ok().text();
    let (title, rest) = told.split_once('\n').unwrap();
    assert!(title.starts_with("ads_campaign from run "), "{title}");
    assert!(
        told.lines().all(|line| line.chars().count() <= 80),
        "{told}"
    );
    insta::assert_snapshot!("diff_of_runs", rest);

    let rows = shell.run(&["diff", "ads_campaign", "date=2025-02-27", "--rows"]);
    let rows = rows.ok().text();
    insta::assert_snapshot!("diff_by_row", rows.split_once('\n').unwrap().1);
}

#[test]
fn the_figures_of_a_diff_are_those_of_the_two_downloads() {
    let shell = shop();
    let told = shell
        .run(&["diff", "ads_campaign", "--format", "json"])
        .ok()
        .json();
    let expected = restated(1, 4);
    assert!(expected.len() > 1, "{expected:?}");
    let mut found = BTreeMap::new();
    let mut change = 0;
    for slice in told["slices"].as_array().unwrap() {
        let day: Date = slice["slice"]["date"].as_str().unwrap().parse().unwrap();
        let figures = slice["figures"].as_array().unwrap();
        let orders = figures
            .iter()
            .find(|figure| figure["figure"] == "orders")
            .unwrap();
        let number = |side: &str| {
            orders[side]
                .as_str()
                .map(|text| text.parse::<i64>().unwrap())
        };
        if let (Some(was), Some(is)) = (number("before"), number("now")) {
            found.insert(day, (was, is));
            change += is - was;
        }
        // The rows of a slice add up to it.
        let cells = slice["rows"].as_array().unwrap().iter();
        let cells = cells.flat_map(|row| row["cells"].as_array().unwrap());
        let of_rows: i64 = cells
            .filter(|cell| cell["column"] == "orders")
            .map(|cell| {
                let number =
                    |side: &str| cell[side].as_str().map_or(0, |text| text.parse().unwrap());
                number("now") - number("before")
            })
            .sum();
        assert_eq!(
            of_rows,
            number("now").unwrap() - number("before").unwrap_or(0),
            "{day}"
        );
    }
    assert_eq!(found, expected);
    let totals = told["changes"].as_array().unwrap();
    let total = totals
        .iter()
        .find(|total| total["slices"] == "changed")
        .unwrap();
    assert_eq!(total["figures"]["orders"], change.to_string());

    // The same two moments by name, by time of download before the store was begun, and nothing to now.
    let runs = shell
        .run(&["query", "SELECT run_id FROM runs", "--format", "csv"])
        .ok();
    let ids: Vec<String> = runs
        .csv()
        .iter()
        .skip(1)
        .map(|row| row[0].to_owned())
        .collect();
    let named = [
        "diff",
        "ads_campaign",
        "--from",
        &ids[1],
        "--to",
        &ids[2],
        "--format",
        "json",
    ];
    assert_eq!(shell.run(&named).ok().json()["slices"], told["slices"]);
    let past = [
        "diff",
        "ads_campaign",
        "--from",
        "2025-03-02",
        "--to",
        "2025-03-04T12:00",
        "--format",
        "json",
    ];
    assert_eq!(shell.run(&past).ok().json()["slices"], told["slices"]);
    let none = shell.run(&["diff", "ads_campaign", "--from", &ids[2]]).ok();
    assert!(
        none.text().ends_with("to now\nnothing became otherwise\n"),
        "{}",
        none.text()
    );
}

#[test]
fn a_table_merged_by_key_is_compared_by_key() {
    let shell = shop();
    let told = shell
        .run(&["diff", "customer_return", "--format", "json"])
        .ok()
        .json();
    let slices = told["slices"].as_array().unwrap();
    let rows: Vec<&serde_json::Value> = slices
        .iter()
        .flat_map(|slice| slice["rows"].as_array().unwrap())
        .collect();
    let n = |kind: &str| rows.iter().filter(|row| row["row"] == kind).count();
    // The status comes when a return is four days old: of the days that both tell, those that were younger then.
    let both = (4 - NIGHTS.back..1).filter(|day| *day >= 1 - NIGHTS.back);
    let settled = both.filter(|day| 1 - day <= 3 && 4 - day > 3).count();
    assert_eq!((n("changed"), n("new"), n("gone")), (2 * settled, 2 * 3, 0));
    let changed = rows.iter().find(|row| row["row"] == "changed").unwrap();
    let expected = serde_json::json!([{"column": "status", "before": null, "now": "Unit returned to inventory"}]);
    assert_eq!(changed["cells"], expected);
}

#[test]
fn what_cannot_be_compared_says_why() {
    let shell = Shell::of(CONFIG);
    for (arguments, why) in [
        (
            &["diff", "ads_campaign"][..],
            "there are no two runs to compare yet",
        ),
        (&["diff", "ads_campain"], "did you mean ads_campaign?"),
        (
            &["diff", "ads_campaign", "campain=x", "--from", "2025-03-01"],
            "did you mean campaign?",
        ),
        (
            &["diff", "ads_campaign", "x", "--from", "2025-03-01"],
            "rows are named by KEY=VALUE",
        ),
        (
            &["diff", "ads_campaign", "--from", "then"],
            "nor is it a run",
        ),
    ] {
        let refused = shell.run(arguments).exits(2);
        assert!(refused.stderr.contains(why), "{}", refused.stderr);
    }
}

#[test]
fn each_report_stands_beside_the_one_before_it() {
    let shell = shop();
    let sql = "SELECT period_start, value_prev, value, value_delta, days_apart, same_scope, file FROM restated \
        WHERE figure = 'orders' AND into_table = 'ads_campaign' ORDER BY observed_at, period_start";
    let told = shell.run(&["query", sql, "--format", "csv"]).ok().csv();
    let mut expected = Vec::new();
    for (first, second) in [(0, 1), (1, 4)] {
        for (day, (was, is)) in restated(first, second) {
            let (name, _) = NIGHTS.campaigns(second);
            let apart = i64::from(second - first);
            expected.push((
                day.to_string(),
                [was, is, is - was, apart],
                format!("inbox/{name}"),
            ));
        }
    }
    let found: Vec<(String, [i64; 4], String)> = (told.iter().skip(1))
        .map(|row| {
            let whole = |at: usize| {
                let amount = Amount::parse(&row[at]).unwrap();
                i64::try_from(amount.unscaled() / 100_000_000).unwrap()
            };
            assert_eq!(&row[5], "true");
            (
                row[0].to_owned(),
                [whole(1), whole(2), whole(3), whole(4)],
                row[6].to_owned(),
            )
        })
        .collect();
    assert_eq!(found, expected);
}
