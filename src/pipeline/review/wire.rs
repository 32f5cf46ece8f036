//! A review as written in `review.toml`, and its checks against the marts of all pipelines. Reports every fault.

use crate::model::name::ColumnName;
use crate::pipeline::Mart;
use crate::pipeline::review::Every;
use crate::pipeline::review::Review;
use crate::pipeline::review::Rows;
use crate::pipeline::review::Section;
use crate::pipeline::review::Shape;
use crate::pipeline::review::Word;
use crate::pipeline::wire::Fault;
use crate::pipeline::wire::fault;
use crate::pipeline::wire::line_of;
use arrow::datatypes::DataType;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WireReview {
    every: WireEvery,
    title: String,
    title_zh: String,
    file: String,
    file_zh: String,
    due_working_day: Option<usize>,
    section: Vec<Spanned<WireSection>>,
    words: Option<Spanned<BTreeMap<String, BTreeMap<String, [String; 2]>>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WireEvery {
    Month,
    Week,
    Day,
}

/// One name, or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum WireNames {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WireSection {
    kind: WireKind,
    mart: String,
    title: String,
    title_zh: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    note_zh: String,
    /// `period`, `newest`, or a number of periods.
    rows: Option<WireRows>,
    #[serde(rename = "where")]
    keep: Option<WireNames>,
    #[serde(default)]
    missing: String,
    #[serde(default)]
    missing_zh: String,
    #[serde(default)]
    facet: Vec<String>,
    /// Of cards and bars; the series of lines; what moved.
    #[serde(default)]
    by: Vec<String>,
    value: Option<String>,
    target: Option<String>,
    good: Option<String>,
    before: Option<String>,
    #[serde(default)]
    columns: Vec<String>,
    sort: Option<String>,
    #[serde(default)]
    descending: bool,
    limit: Option<usize>,
    #[serde(default)]
    inverted: bool,
    over: Option<String>,
    under: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WireRows {
    Named(String),
    Last(usize),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WireKind {
    Cards,
    Table,
    Lines,
    Bars,
    Moved,
}

/// Rows and bars that a person looks through.
const LIMIT: usize = 50;
/// Periods that a trend shows.
const HISTORY: usize = 13;

/// Reads a declaration and checks it against the marts of all pipelines.
///
/// # Errors
/// Every fault, with its line.
pub fn read(path: &str, text: &str, marts: &BTreeMap<&str, &Mart>) -> Result<Review, Vec<Fault>> {
    let wire: WireReview = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        vec![fault(path, line, error.message())]
    })?;
    let (mut sections, mut faults) = (Vec::new(), Vec::new());
    for section in wire.section {
        let line = line_of(text, section.span().start);
        match checked(section.into_inner(), marts) {
            Ok(section) => sections.push(section),
            Err(whats) => faults.extend(whats.iter().map(|what| fault(path, line, what))),
        }
    }
    let (line, words) = wire.words.map_or_else(
        || (1, BTreeMap::new()),
        |words| (line_of(text, words.span().start), words.into_inner()),
    );
    let words = match worded(words, &sections, marts) {
        Ok(words) => words,
        Err(whats) => {
            faults.extend(whats.iter().map(|what| fault(path, line, what)));
            BTreeMap::new()
        }
    };
    if faults.is_empty() {
        Ok(Review {
            every: match wire.every {
                WireEvery::Month => Every::Month,
                WireEvery::Week => Every::Week,
                WireEvery::Day => Every::Day,
            },
            title: wire.title.into(),
            title_zh: wire.title_zh.into(),
            file: wire.file.into(),
            file_zh: wire.file_zh.into(),
            due_working_day: wire.due_working_day,
            sections,
            words,
        })
    } else {
        Err(faults)
    }
}

/// The words of values, each for a column of a mart that the review shows.
fn worded(
    wire: BTreeMap<String, BTreeMap<String, [String; 2]>>,
    sections: &[Section],
    marts: &BTreeMap<&str, &Mart>,
) -> Result<BTreeMap<ColumnName, BTreeMap<Box<str>, Word>>, Vec<String>> {
    let (mut words, mut faults) = (BTreeMap::new(), Vec::new());
    for (column, values) in wire {
        let known = sections
            .iter()
            .filter_map(|section| marts.get(section.mart.as_str())?.column(&column))
            .find(|known| known.ty.arrow() == DataType::Utf8);
        let Some(known) = known else {
            faults.push(format!(
                "words are given for {column}, which is no text column of a mart that is shown"
            ));
            continue;
        };
        let values = values.into_iter().map(|(value, [en, zh])| {
            let word = Word {
                en: en.into(),
                zh: zh.into(),
            };
            (value.into(), word)
        });
        words.insert(known.name.clone(), values.collect());
    }
    if faults.is_empty() {
        Ok(words)
    } else {
        Err(faults)
    }
}

fn checked(wire: WireSection, marts: &BTreeMap<&str, &Mart>) -> Result<Section, Vec<String>> {
    let Some(mart) = marts.get(wire.mart.as_str()) else {
        return Err(vec![format!("no mart is called {}", wire.mart)]);
    };
    let mut faults = Vec::new();
    let mut one = |name: &String| {
        let column = mart.column(name).map(|column| column.name.clone());
        if column.is_none() {
            faults.push(format!("{} has no column {name}", mart.name));
        }
        column
    };
    let facet = wire.facet.iter().filter_map(&mut one).collect();
    let by: Vec<ColumnName> = wire.by.iter().filter_map(&mut one).collect();
    let columns: Vec<ColumnName> = wire.columns.iter().filter_map(&mut one).collect();
    let [value, target, good, before, sort, over, under] = [
        &wire.value,
        &wire.target,
        &wire.good,
        &wire.before,
        &wire.sort,
        &wire.over,
        &wire.under,
    ]
    .map(|name| name.as_ref().and_then(&mut one));
    let named = match &wire.keep {
        None => Vec::new(),
        Some(WireNames::One(name)) => vec![name],
        Some(WireNames::Several(names)) => names.iter().collect(),
    };
    let keep: Vec<ColumnName> = named.into_iter().filter_map(&mut one).collect();
    for name in &keep {
        let ty = mart.column(name.as_str()).map(|column| column.ty.arrow());
        if !matches!(ty, Some(DataType::Boolean | DataType::Utf8)) {
            faults.push(format!(
                "where takes bool and text columns; {name} is neither"
            ));
        }
    }
    let shape = shaped(
        mart,
        wire.kind,
        Named {
            facet,
            by,
            columns,
            value,
            target,
            good,
            before,
            sort,
            over,
            under,
            descending: wire.descending,
            inverted: wire.inverted,
            limit: wire.limit.unwrap_or(LIMIT),
        },
    );
    let shape = shape.map_err(|key| {
        if faults.is_empty() {
            faults.push(format!("this kind of section needs {key}"));
        }
    });
    let shape = shape.ok();
    let is_history = matches!(shape, Some(Shape::Lines { .. }));
    let rows = match wire.rows {
        None if is_history => Rows::History(HISTORY),
        None => Rows::Period,
        Some(WireRows::Last(n)) => Rows::History(n),
        Some(WireRows::Named(name)) if name == "period" => Rows::Period,
        Some(WireRows::Named(name)) if name == "newest" => Rows::Newest,
        Some(WireRows::Named(name)) => {
            faults.push(format!(
                "{name:?} is no choice of rows: period, newest, or how many periods"
            ));
            Rows::Period
        }
    };
    let is_dated = mart.partition.column().is_some();
    if !is_dated && (rows != Rows::Newest || matches!(wire.kind, WireKind::Moved)) {
        faults.push(format!(
            "{} has no date to choose its rows by: say rows = \"newest\" and another kind",
            mart.name
        ));
    }
    match shape {
        Some(shape) if faults.is_empty() => {
            debug_assert!(
                shape
                    .columns()
                    .iter()
                    .all(|name| mart.column(name.as_str()).is_some())
            );
            Ok(Section {
                title: wire.title.into(),
                title_zh: wire.title_zh.into(),
                note: wire.note.into(),
                note_zh: wire.note_zh.into(),
                mart: mart.name.clone(),
                rows,
                keep,
                missing: wire.missing.into(),
                missing_zh: wire.missing_zh.into(),
                shape,
            })
        }
        _ => Err(faults),
    }
}

/// The columns of a section and how they are shown, whatever its kind takes of them.
struct Named {
    facet: Vec<ColumnName>,
    by: Vec<ColumnName>,
    columns: Vec<ColumnName>,
    value: Option<ColumnName>,
    target: Option<ColumnName>,
    good: Option<ColumnName>,
    before: Option<ColumnName>,
    sort: Option<ColumnName>,
    over: Option<ColumnName>,
    under: Option<ColumnName>,
    descending: bool,
    inverted: bool,
    limit: usize,
}

/// The shape, or the key that its kind cannot do without.
fn shaped(mart: &Mart, kind: WireKind, named: Named) -> Result<Shape, &'static str> {
    let value = named.value.ok_or("value");
    Ok(match kind {
        WireKind::Cards => Shape::Cards {
            label: named.by,
            value: value?,
            target: named.target,
            good: named.good,
            before: named.before,
        },
        WireKind::Table => Shape::Table {
            columns: if named.columns.is_empty() {
                (mart.columns.iter())
                    .map(|column| column.name.clone())
                    .collect()
            } else {
                named.columns
            },
            sort: named.sort,
            descending: named.descending,
            limit: named.limit,
        },
        WireKind::Lines => Shape::Lines {
            facet: named.facet,
            series: named.by,
            value: value?,
            target: named.target,
            inverted: named.inverted,
        },
        WireKind::Bars => Shape::Bars {
            facet: named.facet,
            label: named.by,
            value: value?,
            limit: named.limit,
        },
        WireKind::Moved => Shape::Moved {
            facet: named.facet,
            by: named.by,
            over: named.over.ok_or("over")?,
            under: named.under.ok_or("under")?,
            limit: named.limit,
        },
    })
}

#[cfg(test)]
mod tests {
    use crate::pipeline::wire::load;
    use std::collections::BTreeSet;

    const PIPELINE: &str = r#"
        title = "T"
        title-zh = "T"
        [[mart]]
        name = "m"
        title = "M"
        title-zh = "M"
        inputs = ["numbers"]
        grain = ["month"]
        partition = "month"
        column = [
            { name = "month", type = "date", meaning = "m", meaning-zh = "m" },
            { name = "x", type = "double", meaning = "x", meaning-zh = "x" },
        ]
    "#;
    const SQL: &str = "SELECT DATE '2026-01-01' AS month, CAST(n AS DOUBLE) AS x FROM numbers";

    fn faults(sections: &str) -> Vec<String> {
        let head =
            "every = \"month\"\ntitle = \"R\"\ntitle-zh = \"R\"\nfile = \"r\"\nfile-zh = \"r\"\n";
        let review = format!("{head}{sections}");
        let files = [
            ("p/pipeline.toml", PIPELINE),
            ("p/m.sql", SQL),
            ("p/review.toml", &review),
        ];
        match load(&files, &BTreeSet::new()) {
            Ok(pipelines) => {
                assert!(pipelines[0].review.is_some());
                Vec::new()
            }
            Err(faults) => faults.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn sections_are_checked_against_their_marts() {
        let section = |rest: &str| {
            format!(
                "[[section]]\nkind = \"table\"\nmart = \"m\"\ntitle = \"a\"\ntitle-zh = \"a\"\n{rest}"
            )
        };
        assert_eq!(faults(&section("columns = [\"x\"]")), [""; 0]);
        for (text, expected) in [
            (section("sort = \"y\""), "m has no column y"),
            (
                section("rows = \"latest\""),
                "\"latest\" is no choice of rows",
            ),
            (section("").replace("\"m\"", "\"n\""), "no mart is called n"),
            (section("").replace("table", "lines"), "needs value"),
            (section("").replace("table", "pie"), "unknown variant"),
            (section("colour = 1"), "unknown field"),
            (section("where = \"x\""), "x is neither"),
            (section("where = [\"x\", \"z\"]"), "m has no column z"),
            (
                section("") + "[words]\nx = { a = [\"A\", \"A\"] }\n",
                "words are given for x",
            ),
        ] {
            let found = faults(&text).join("\n");
            assert!(found.contains(expected), "{text}: {found}");
            assert!(found.starts_with("pipelines/p/review.toml:"), "{found}");
        }
    }
}
