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
    "[workspace]\ntoday = \"2025-04-20\"\n[[account]]\nname = \"shop\"\nmarketplaces = [\"US\"]\n";
/// Nights of downloads, a run after each.
const RUNS: [i32; 3] = [31, 32, 35];

/// A workspace after three runs, and what each of them left below `marts/` and `out/`.
struct History {
    shell: Shell,
    left: Vec<BTreeMap<String, Vec<u8>>>,
}

fn made(shell: &Shell) -> BTreeMap<String, Vec<u8>> {
    let mut made = shell.bytes("store/marts");
    made.extend(shell.bytes("out/2025-03"));
    made
}

/// Made once for all tests of this file, which only look at it.
fn history() -> &'static History {
    static HISTORY: OnceLock<History> = OnceLock::new();
    HISTORY.get_or_init(|| {
        let (mut shell, mut left) = (Shell::of(CONFIG), Vec::new());
        for night in RUNS {
            for (name, text) in [NIGHTS.campaigns(night), NIGHTS.returns(night)] {
                shell = shell.file(&format!("inbox/{name}"), text);
            }
            shell.run(&["run", "--quiet"]).exits(0);
            left.push(made(&shell));
        }
        History { shell, left }
    })
}

fn shop() -> &'static Shell {
    &history().shell
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

    let rows = shell.run(&["diff", "ads_campaign", "date=2025-03-31", "--rows"]);
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
    let expected = restated(32, 35);
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
        "2025-04-02",
        "--to",
        "2025-04-05T23:00",
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
    let both = (35 - NIGHTS.back)..32;
    let settled = both.filter(|day| 32 - day <= 3 && 35 - day > 3).count();
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
    for (first, second) in [(31, 32), (32, 35)] {
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

/// Rows and orders of the days of a month, by the file that told them last.
fn last_told(month: &str) -> BTreeMap<String, (u64, i64)> {
    let mut last = BTreeMap::new();
    for night in RUNS {
        for (key, told) in NIGHTS.told_on(night) {
            last.insert(key, (night, told[3]));
        }
    }
    let mut told: BTreeMap<String, (u64, i64)> = BTreeMap::new();
    for ((day, _), (night, orders)) in last {
        if day.to_string().starts_with(month) {
            let of = told
                .entry(format!("inbox/{}", NIGHTS.campaigns(night).0))
                .or_default();
            *of = (of.0 + 1, of.1 + orders);
        }
    }
    told
}

#[test]
fn a_row_of_a_mart_is_explained_down_to_files_and_all_figures_add_up() {
    let keys = [
        "explain",
        "acos_trend",
        "month=2025-03",
        "marketplace=US",
        "ad_product=SP",
    ];
    let told = shop()
        .run(&[&keys[..], &["--format", "json"]].concat())
        .ok()
        .json();
    let sources = told["sources"].as_array().unwrap();
    let source = sources
        .iter()
        .find(|source| source["table"] == "ads_campaign")
        .unwrap();
    let sum = |name: &str| {
        let sums = source["sums"].as_array().unwrap();
        sums.iter().find(|sum| sum["column"] == name).unwrap()
    };
    let expected = last_told("2025-03");
    let orders: i64 = expected.values().map(|(_, orders)| orders).sum();
    for (name, figure) in [
        ("orders", Some(orders)),
        ("clicks", None),
        ("spend", None),
        ("sales", None),
    ] {
        assert_eq!(sum(name)["equal"], true, "{name}: {told}");
        if let Some(figure) = figure {
            assert_eq!(sum(name)["sum"], figure.to_string());
            assert_eq!(told["row"][name], figure.to_string());
        }
    }
    let (mut rows, mut totals) = (0, BTreeMap::new());
    let mut found = BTreeMap::new();
    for report in source["reports"].as_array().unwrap() {
        let n = report["rows"].as_u64().unwrap();
        rows += n;
        for (name, sum) in report["sums"].as_object().unwrap() {
            let total: &mut Amount = totals.entry(name.clone()).or_default();
            *total = total.plus(Amount::parse(sum.as_str().unwrap()).unwrap());
        }
        let file = report["file"].as_str().unwrap().to_owned();
        let orders: i64 = report["sums"]["orders"].as_str().unwrap().parse().unwrap();
        // What it told of the month is current or was replaced.
        let night = RUNS
            .iter()
            .find(|night| file.ends_with(&NIGHTS.campaigns(**night).0))
            .unwrap();
        let of_month = NIGHTS
            .told_on(*night)
            .filter(|((day, _), _)| day.to_string().starts_with("2025-03"));
        assert_eq!(
            n + report["replaced"].as_u64().unwrap(),
            of_month.count() as u64,
            "{file}"
        );
        found.insert(file, (n, orders));
    }
    assert_eq!(found, expected);
    assert_eq!(source["rows"], rows);
    for (name, total) in totals {
        assert_eq!(sum(&name)["sum"], total.to_string(), "{name}");
    }
    let text = shop().run(&keys).ok().text();
    assert!(
        text.contains("orders ") && text.contains(", as the mart says") && text.contains("row 2: "),
        "{text}"
    );
    let vague = shop().run(&["explain", "acos_trend"]).exits(2);
    assert!(
        vague.stderr.contains("rows fit; say more of the key"),
        "{}",
        vague.stderr
    );
}

#[test]
fn marts_and_reviews_of_a_moment_are_those_made_then_and_a_review_is_handed_in_once() {
    let shell = shop();
    let runs = shell
        .run(&["query", "SELECT ended_at FROM runs", "--format", "csv"])
        .ok()
        .csv();
    let then = runs[1][0].to_owned();
    shell.run(&["build", "--as-of", &then, "--quiet"]).exits(0);
    let stamps: Vec<_> = std::fs::read_dir(shell.path("store/as-of"))
        .unwrap()
        .collect();
    let stamp = stamps[0]
        .as_ref()
        .unwrap()
        .file_name()
        .into_string()
        .unwrap();
    let below = format!("store/as-of/{stamp}/marts");
    let strip = |files: BTreeMap<String, Vec<u8>>, before: &str| -> BTreeMap<String, Vec<u8>> {
        let inside =
            |(path, bytes): (String, Vec<u8>)| Some((path.strip_prefix(before)?.to_owned(), bytes));
        files.into_iter().filter_map(inside).collect()
    };
    let (was, is) = (
        history().left[0].clone(),
        strip(shell.bytes(&below), &below),
    );
    let was_marts = strip(was.clone(), "store/marts");
    assert_eq!(
        was_marts.keys().collect::<Vec<_>>(),
        is.keys().collect::<Vec<_>>()
    );
    let differing: Vec<&String> = was_marts
        .keys()
        .filter(|path| was_marts[*path] != is[*path])
        .collect();
    assert_eq!(differing, Vec::<&String>::new(), "not as they were");
    assert!(
        was_marts != strip(made(shell), "store/marts"),
        "nothing came after"
    );
    assert!(
        made(shell) == history().left[2],
        "the live marts are not as they were"
    );

    let review = ["review", "--month", "2025-03"];
    let written = shell
        .run(&[&review[..], &["--as-of", &then, "--format", "json"]].concat())
        .exits(0)
        .json();
    let pages: Vec<&str> = (written["files"].as_array().unwrap().iter())
        .filter_map(|path| path.as_str())
        .filter(|path| {
            std::path::Path::new(path)
                .extension()
                .is_some_and(|kind| kind == "html")
        })
        .collect();
    assert!(!pages.is_empty(), "{written}");
    for page in pages {
        let name = std::path::Path::new(page)
            .file_name()
            .unwrap()
            .to_str()
            .unwrap();
        let was = &was[&format!("out/2025-03/{name}")];
        assert!(
            std::fs::read(page).unwrap() == *was,
            "{page} is not the one made then"
        );
    }

    let frozen = shell.run(&[&review[..], &["--freeze"]].concat()).exits(0);
    assert!(frozen.stderr.contains("frozen: "), "{}", frozen.stderr);
    let kept = shell.bytes("store/frozen");
    let handed_in = shell.bytes("out/2025-03");
    let documents: Vec<&Vec<u8>> = kept
        .iter()
        .filter(|(path, _)| !path.ends_with("figures.json"))
        .map(|(_, bytes)| bytes)
        .collect();
    assert!(
        documents.len() >= 2
            && documents
                .iter()
                .all(|bytes| handed_in.values().any(|out| out == *bytes))
    );
    let again = shell.run(&[&review[..], &["--freeze"]].concat()).exits(2);
    assert!(
        again.stderr.contains("stays as it was handed in"),
        "{}",
        again.stderr
    );
    assert!(shell.bytes("store/frozen") == kept);
}
