//! What a review shows, as declared in a pipeline's `review.toml`: sections of marts, in order. Owns the declaration and
//! its checks against the marts; knows no rows and no way to draw them.

use crate::model::name::ColumnName;
use crate::model::name::TableName;
use crate::pipeline::Mart;
use crate::pipeline::wire::Fault;
use crate::pipeline::wire::fault;
use crate::pipeline::wire::line_of;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// A document that people read once a period.
#[derive(Debug, Clone)]
pub struct Review {
    pub every: Every,
    pub title: Box<str>,
    pub title_zh: Box<str>,
    /// What its files are called.
    pub file: Box<str>,
    pub file_zh: Box<str>,
    /// It is due on this working day after the period, counted from 1.
    pub due_working_day: Option<usize>,
    pub sections: Vec<Section>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Every {
    Month,
    Week,
    /// The day of the build.
    Day,
}

/// One mart, in one of the ways in which a person reads it.
#[derive(Debug, Clone)]
pub struct Section {
    pub title: Box<str>,
    pub title_zh: Box<str>,
    pub note: Box<str>,
    pub note_zh: Box<str>,
    pub mart: TableName,
    pub rows: Rows,
    /// A bool column: only rows where it holds are shown.
    pub keep: Option<ColumnName>,
    pub shape: Shape,
}

/// Which rows of the mart are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Dated in the period that is reviewed.
    Period,
    /// Of the newest date that the mart has, for what only tells how things stand now.
    Newest,
    /// Of that many periods up to the one that is reviewed.
    History(usize),
}

#[derive(Debug, Clone)]
pub enum Shape {
    /// A figure each row, with what it should be and what it was.
    Cards {
        label: Vec<ColumnName>,
        value: ColumnName,
        target: Option<ColumnName>,
        good: Option<ColumnName>,
        before: Option<ColumnName>,
    },
    Table {
        columns: Vec<ColumnName>,
        sort: Option<ColumnName>,
        descending: bool,
        limit: usize,
    },
    /// A line each distinct `series` over the dates of the mart, a chart each distinct `facet`.
    Lines {
        facet: Vec<ColumnName>,
        series: Vec<ColumnName>,
        value: ColumnName,
        target: Option<ColumnName>,
        /// The least on top: ranks.
        inverted: bool,
    },
    /// A bar each row, the longest first, a chart each distinct `facet`.
    Bars {
        facet: Vec<ColumnName>,
        label: Vec<ColumnName>,
        value: ColumnName,
        limit: usize,
    },
    /// What moved the ratio `over / under` since the period before: the contribution of each distinct `by`, within each
    /// distinct `facet`. See [`moved`](crate::publish::review).
    Moved {
        facet: Vec<ColumnName>,
        by: Vec<ColumnName>,
        over: ColumnName,
        under: ColumnName,
        limit: usize,
    },
}

impl Shape {
    /// Every column that it names.
    fn columns(&self) -> Vec<&ColumnName> {
        match self {
            Self::Cards {
                label,
                value,
                target,
                good,
                before,
            } => (label.iter().chain([value]))
                .chain(target)
                .chain(good)
                .chain(before)
                .collect(),
            Self::Table { columns, sort, .. } => columns.iter().chain(sort).collect(),
            Self::Lines {
                facet,
                series,
                value,
                target,
                ..
            } => (facet.iter().chain(series))
                .chain([value])
                .chain(target)
                .collect(),
            Self::Bars {
                facet,
                label,
                value,
                ..
            } => facet.iter().chain(label).chain([value]).collect(),
            Self::Moved {
                facet,
                by,
                over,
                under,
                ..
            } => facet.iter().chain(by).chain([over, under]).collect(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WireReview {
    every: Every,
    title: String,
    title_zh: String,
    file: String,
    file_zh: String,
    due_working_day: Option<usize>,
    section: Vec<Spanned<WireSection>>,
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
    keep: Option<String>,
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
    if faults.is_empty() {
        Ok(Review {
            every: wire.every,
            title: wire.title.into(),
            title_zh: wire.title_zh.into(),
            file: wire.file.into(),
            file_zh: wire.file_zh.into(),
            due_working_day: wire.due_working_day,
            sections,
        })
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
    let [value, target, good, before, sort, over, under, keep] = [
        &wire.value,
        &wire.target,
        &wire.good,
        &wire.before,
        &wire.sort,
        &wire.over,
        &wire.under,
        &wire.keep,
    ]
    .map(|name| name.as_ref().and_then(&mut one));
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
        ] {
            let found = faults(&text).join("\n");
            assert!(found.contains(expected), "{text}: {found}");
            assert!(found.starts_with("pipelines/p/review.toml:"), "{found}");
        }
    }
}
