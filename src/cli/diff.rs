//! `diff`: what became otherwise in a table between two moments: what reports that came later restated.

use crate::cli::args::DiffOptions;
use crate::cli::as_of;
use crate::cli::render::Format;
use crate::cli::render::SCHEMA_VERSION;
use crate::cli::render::TextTable;
use crate::cli::render::counted;
use crate::cli::render::plain;
use crate::cli::session::Session;
use crate::cli::terminal::Terminal;
use crate::ingest::answers;
use crate::model::table::Table;
use crate::store::amount::Amount;
use crate::store::decisions;
use crate::store::difference;
use crate::store::difference::Difference;
use crate::store::difference::Kind;
use crate::store::difference::Side;
use crate::store::difference::SliceDifference;
use crate::store::entry::Entry;
use crate::store::listing;
use crate::store::reports::Catalogue;
use crate::workspace::wire::nearest;
use anyhow::anyhow;
use anyhow::bail;
use arrow::array::Array;
use arrow::array::RecordBatch;
use jiff::Timestamp;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::Write;
use std::time::SystemTime;

/// Lines that a terminal is shown.
const SHOWN: usize = 40;
/// Files that are named.
const NAMED: usize = 5;

/// A table as it was known at a moment.
struct Moment {
    /// As it is told to people.
    name: String,
    catalogue: Catalogue,
    accepted: BTreeSet<String>,
}

impl Moment {
    const fn side(&self) -> Side<'_> {
        Side {
            catalogue: &self.catalogue,
            accepted: &self.accepted,
        }
    }
}

/// # Errors
/// When there is no such table, column or moment, or the store cannot be read.
pub(super) fn diff(
    session: &Session,
    options: &DiffOptions,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    let table = the_table(session, &options.table)?;
    let filters = filters(table, &options.keys)?;
    let live = Catalogue::load(&session.store)?;
    let [from, to] = moments(session, options, &live)?;
    let wanted = |batch: &RecordBatch, row: usize| {
        filters.iter().all(|(name, value)| {
            batch.column_by_name(name).is_some_and(|array| {
                let text = if array.is_valid(row) {
                    plain(array, row)
                } else {
                    String::new()
                };
                // A month may be written as one.
                text == *value || text.starts_with(&format!("{value}-"))
            })
        })
    };
    let found = difference::between(&session.store, table, &from.side(), &to.side(), &wanted)?;
    let files = files(&live, &found)?;
    let mut out = terminal.out();
    match format {
        Format::Json => writeln!(out, "{}", as_json(table, &from, &to, &found, &files))?,
        Format::Csv => lines(&found, options.rows, &BTreeMap::new()).csv(&mut out)?,
        Format::Table | Format::Parquet => {
            let title = format!("{} from {} to {}", table.name, from.name, to.name);
            writeln!(out, "{}", terminal.strong(&title))?;
            print(&found, options.rows, &files, terminal.width(), &mut out)?;
        }
    }
    Ok(true)
}

fn the_table<'a>(session: &'a Session, name: &str) -> anyhow::Result<&'a Table> {
    let stored = || {
        session
            .catalog
            .tables()
            .filter(|table| table.period.is_some())
    };
    stored()
        .find(|table| table.name.as_str() == name)
        .ok_or_else(|| {
            let names: Vec<&str> = stored().map(|table| table.name.as_str()).collect();
            let hint = nearest(name, &names)
                .map_or_else(String::new, |near| format!("; did you mean {near}?"));
            anyhow!("the store has no table {name:?}{hint} (sellerlake ls tables)")
        })
}

fn filters<'a>(table: &Table, keys: &'a [String]) -> anyhow::Result<Vec<(&'a str, &'a str)>> {
    let mut filters = Vec::new();
    for key in keys {
        let (name, value) = key
            .split_once('=')
            .ok_or_else(|| anyhow!("rows are named by KEY=VALUE; {key:?} is not"))?;
        if table.index_of(name).is_none() {
            let names = table.columns.iter().map(|column| column.name.as_str());
            let names: Vec<&str> = names.collect();
            let hint = nearest(name, &names)
                .map_or_else(String::new, |near| format!("; did you mean {near}?"));
            bail!("{} has no column {name}{hint}", table.name);
        }
        filters.push((name, value));
    }
    Ok(filters)
}

/// The two moments that are compared.
fn moments(
    session: &Session,
    options: &DiffOptions,
    live: &Catalogue,
) -> anyhow::Result<[Moment; 2]> {
    let runs = listing::run_notes(&session.store)?;
    let too_few = || {
        anyhow!(
            "there are no two runs to compare yet; say --from and --to: times like 2026-02-05T09:00"
        )
    };
    let to = match (&options.to, &options.from) {
        (Some(text), _) => named(session, live, &runs, text)?,
        (None, Some(_)) => now(session, live)?,
        (None, None) => of_run(session, live, runs.last().ok_or_else(too_few)?)?,
    };
    let from = match &options.from {
        Some(text) => named(session, live, &runs, text)?,
        None => {
            let until = options.to.as_ref().and_then(|text| {
                let is_it = |run: &Value| run["run_id"].as_str() == Some(text);
                runs.iter().position(is_it)
            });
            let before = until.unwrap_or(runs.len().saturating_sub(1));
            let before = before.checked_sub(1).and_then(|at| runs.get(at));
            of_run(session, live, before.ok_or_else(too_few)?)?
        }
    };
    Ok([from, to])
}

/// A moment as typed: a run, or a time.
fn named(
    session: &Session,
    live: &Catalogue,
    runs: &[Value],
    text: &str,
) -> anyhow::Result<Moment> {
    if let Some(run) = runs.iter().find(|run| run["run_id"].as_str() == Some(text)) {
        return of_run(session, live, run);
    }
    let at = as_of::moment(text, &session.workspace.config.zone)
        .map_err(|why| anyhow!("{why}; nor is it a run that `sellerlake ls runs` shows"))?;
    let known = as_of::known_by(live, at)?;
    let name = if known.by_commit || known.entries.is_empty() {
        text.to_owned()
    } else {
        format!("{text} (as downloaded by then)")
    };
    let until = known.by_commit.then_some(SystemTime::from(at));
    moment(session, name, known.entries, until)
}

fn of_run(session: &Session, live: &Catalogue, run: &Value) -> anyhow::Result<Moment> {
    let id = run["run_id"].as_str().unwrap_or_default();
    let last = run["last_commit"].as_u64().unwrap_or(0);
    let history = live.history()?;
    let entries = history.iter().take_while(|(seq, _)| *seq <= last);
    let entries = entries.map(|(_, entry)| Entry::clone(entry)).collect();
    let ended = run["ended_at"]
        .as_str()
        .and_then(|text| text.parse::<Timestamp>().ok());
    moment(
        session,
        format!("run {id}"),
        entries,
        ended.map(SystemTime::from),
    )
}

fn now(session: &Session, live: &Catalogue) -> anyhow::Result<Moment> {
    let history = live.history()?;
    let entries = history.iter().map(|(_, entry)| Entry::clone(entry));
    moment(session, "now".to_owned(), entries.collect(), None)
}

fn moment(
    session: &Session,
    name: String,
    entries: Vec<Entry>,
    until: Option<SystemTime>,
) -> anyhow::Result<Moment> {
    let taken = decisions::load_until(&session.store, until)?;
    Ok(Moment {
        name,
        catalogue: Catalogue::of(&session.store, entries),
        accepted: answers::accepted(&taken),
    })
}

/// Where the reports lie that told what is new.
fn files(live: &Catalogue, found: &Difference) -> anyhow::Result<BTreeMap<String, String>> {
    let wanted: BTreeSet<&str> = (found.slices.iter())
        .flat_map(|slice| slice.told_by.iter().map(String::as_str))
        .collect();
    let mut files = BTreeMap::new();
    for (_, entry) in live.history()? {
        let ids = entry
            .tables
            .iter()
            .filter_map(|table| table.report_id.as_deref());
        for id in ids.filter(|id| wanted.contains(id)) {
            if !entry.path().is_empty() {
                files.insert(id.to_owned(), entry.path().to_owned());
            }
        }
    }
    Ok(files)
}

fn print(
    found: &Difference,
    by_row: bool,
    files: &BTreeMap<String, String>,
    width: usize,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    if found.slices.is_empty() {
        writeln!(out, "nothing became otherwise")?;
        return Ok(());
    }
    // What is the same in all lines is said once.
    let mut texts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, text) in found.slices.iter().flat_map(|slice| &slice.place) {
        texts.entry(name).or_default().insert(text);
    }
    let same: BTreeMap<&str, &str> = texts
        .into_iter()
        .filter_map(|(name, texts)| match texts.len() {
            1 => Some((name, texts.first().copied()?)),
            _ => None,
        })
        .collect();
    let said = same.iter().filter(|(_, text)| !text.is_empty());
    let said: Vec<String> = said.map(|(name, text)| format!("{name}={text}")).collect();
    if !said.is_empty() {
        writeln!(out, "{}", said.join(" "))?;
    }
    let lines = lines(found, by_row, &same).lines(width);
    // Two lines are the head.
    lines
        .iter()
        .take(SHOWN + 2)
        .try_for_each(|line| writeln!(out, "{line}"))?;
    if lines.len() > SHOWN + 2 {
        let more = counted((lines.len() - SHOWN - 2) as u64, "more line");
        writeln!(out, "and {more}: --format csv or json has all")?;
    }
    let n = |kind| {
        found
            .slices
            .iter()
            .map(|slice| slice.n(kind))
            .sum::<usize>()
    };
    writeln!(
        out,
        "{} of {} compared: {} changed, {} new, {} gone",
        found.slices.len(),
        counted(found.n_compared as u64, "slice"),
        counted(n(Kind::Changed) as u64, "row"),
        n(Kind::New),
        n(Kind::Gone)
    )?;
    for ((market, what), totals) in totals(&found.slices) {
        let totals = totals.into_iter();
        let totals = totals.map(|(name, change)| format!("{name} {}", change.signed()));
        let mut line = format!("{market} {what}:");
        for total in totals {
            if line.len() + total.len() + 2 > width {
                writeln!(out, "{line}")?;
                line = " ".to_owned();
            }
            line.extend([" ", &total, ","]);
        }
        writeln!(out, "{}", line.trim_end_matches(','))?;
    }
    let paths: BTreeSet<&String> = files.values().collect();
    for path in paths.iter().take(NAMED) {
        writeln!(out, "told by {path}")?;
    }
    if paths.len() > NAMED {
        writeln!(
            out,
            "and by {}",
            counted((paths.len() - NAMED) as u64, "more file")
        )?;
    }
    Ok(())
}

/// The change of each figure by marketplace and currency, of slices that were there before and of those that were not.
fn totals(slices: &[SliceDifference]) -> BTreeMap<(String, &str), BTreeMap<&str, Amount>> {
    let mut totals: BTreeMap<(String, &str), BTreeMap<&str, Amount>> = BTreeMap::new();
    for slice in slices {
        let place = slice.place.iter();
        let place = place.filter(|(name, text)| {
            matches!(name.as_str(), "marketplace" | "currency") && !text.is_empty()
        });
        let place: Vec<&str> = place.map(|(_, text)| text.as_str()).collect();
        let what = match slice.rows {
            (0, _) => "new",
            (_, 0) => "gone",
            _ => "changed",
        };
        for (name, was, is) in &slice.figures {
            let change = is.unwrap_or_default().minus(was.unwrap_or_default());
            let of = totals.entry((place.join(" "), what)).or_default();
            let total = of.entry(name).or_default();
            *total = total.plus(change);
        }
    }
    totals
}

/// One line per slice, or row, and figure; without the columns that are the same in all.
fn lines(found: &Difference, by_row: bool, same: &BTreeMap<&str, &str>) -> TextTable {
    let first = found.slices.first();
    let mut headers: Vec<&str> = first.map_or_else(Vec::new, |slice| {
        let names = slice.place.iter().map(|(name, _)| name.as_str());
        names.filter(|name| !same.contains_key(name)).collect()
    });
    if by_row {
        let row = found
            .slices
            .iter()
            .find_map(|slice| slice.differing.first());
        headers.extend(
            row.iter()
                .flat_map(|row| row.key.iter().map(|(name, _)| name.as_str())),
        );
        headers.push("row");
    }
    headers.extend(["figure", "before>", "now>", "change>"]);
    let mut table = TextTable::new(&headers);
    for slice in &found.slices {
        let place = slice.place.iter();
        let place = place.filter(|(name, _)| !same.contains_key(name.as_str()));
        let place: Vec<String> = place.map(|(_, text)| text.clone()).collect();
        let mut push = |more: &[String], cells: [String; 4]| {
            table.push(place.iter().chain(more).chain(&cells).cloned().collect());
        };
        if !by_row {
            slice_lines(slice)
                .into_iter()
                .for_each(|cells| push(&[], cells));
            continue;
        }
        for row in &slice.differing {
            let mut more: Vec<String> = row.key.iter().map(|(_, text)| text.clone()).collect();
            more.push(word(row.kind).to_owned());
            if row.cells.is_empty() {
                push(&more, Default::default());
            }
            for (name, was, is) in &row.cells {
                let amount = |text: &Option<String>| Amount::parse(text.as_deref()?);
                push(
                    &more,
                    [
                        name.clone(),
                        was.clone().unwrap_or_default(),
                        is.clone().unwrap_or_default(),
                        change(amount(was), amount(is)),
                    ],
                );
            }
        }
    }
    table
}

fn slice_lines(slice: &SliceDifference) -> Vec<[String; 4]> {
    let text =
        |amount: &Option<Amount>| amount.map_or_else(String::new, |amount| amount.to_string());
    let mut lines: Vec<[String; 4]> = Vec::new();
    let (was, is) = slice.rows;
    let count = |n: u64| Amount::of(i128::from(n), 0);
    if was != is {
        lines.push([
            "rows".into(),
            was.to_string(),
            is.to_string(),
            change(count(was), count(is)),
        ]);
    }
    for (name, was, is) in &slice.figures {
        lines.push([name.clone(), text(was), text(is), change(*was, *is)]);
    }
    if lines.is_empty() {
        // No sum tells it: a word, a price, a rank.
        let n = slice.differing.len();
        lines.push([
            "rows changed".into(),
            String::new(),
            n.to_string(),
            String::new(),
        ]);
    }
    lines
}

fn change(was: Option<Amount>, is: Option<Amount>) -> String {
    match (was, is) {
        (Some(was), Some(is)) => is.minus(was).signed(),
        _ => String::new(),
    }
}

const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::New => "new",
        Kind::Gone => "gone",
        Kind::Changed => "changed",
    }
}

fn as_json(
    table: &Table,
    from: &Moment,
    to: &Moment,
    found: &Difference,
    files: &BTreeMap<String, String>,
) -> Value {
    let object = |pairs: &[(String, String)]| -> Value {
        Value::Object(
            pairs
                .iter()
                .map(|(name, text)| (name.clone(), json!(text)))
                .collect(),
        )
    };
    let text = |amount: &Option<Amount>| amount.map(|amount| amount.to_string());
    let slices = found.slices.iter().map(|slice| {
        let figures = slice.figures.iter().map(|(name, was, is)| {
            json!({"figure": name, "before": text(was), "now": text(is)})
        });
        let rows = slice.differing.iter().map(|row| {
            let cells = row.cells.iter().map(|(name, was, is)| {
                json!({"column": name, "before": was, "now": is})
            });
            json!({"row": word(row.kind), "key": object(&row.key), "cells": cells.collect::<Vec<_>>()})
        });
        let told_by = slice.told_by.iter().map(|id| json!({"report_id": id, "file": files.get(id)}));
        json!({
            "slice": object(&slice.place), "rows_before": slice.rows.0, "rows_now": slice.rows.1,
            "figures": figures.collect::<Vec<_>>(), "rows": rows.collect::<Vec<_>>(),
            "told_by": told_by.collect::<Vec<_>>(),
        })
    });
    let changes = totals(&found.slices)
        .into_iter()
        .map(|((market, what), totals)| {
            let totals = totals.into_iter();
            let totals = totals.map(|(name, change)| (name.to_owned(), json!(change.to_string())));
            json!({"of": market, "slices": what, "figures": Value::Object(totals.collect())})
        });
    let changes: Vec<Value> = changes.collect();
    json!({
        "schema_version": SCHEMA_VERSION, "table": table.name.as_str(), "from": from.name, "to": to.name,
        "slices_compared": found.n_compared, "partitions_unchanged": found.n_same_partitions,
        "slices": slices.collect::<Vec<_>>(), "changes": changes,
    })
}
