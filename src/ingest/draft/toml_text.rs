//! A draft as TOML, with what is open as comments. The text is a schema that loads as it is.

use crate::ingest::draft::DraftColumn;
use std::fmt::Write as _;

/// Columns that the signature names: the rarest say best what a report is.
const SIGNATURE: usize = 6;

/// Types whose values tell what a row is about, and not how much.
const KEYS: &[&str] = &["text", "id", "market", "bool"];

pub(super) fn write(
    id: &str,
    file_name: &str,
    sheet: Option<&str>,
    columns: &[DraftColumn],
) -> String {
    let mut text = String::new();
    let name = id.rsplit('/').next().unwrap_or(id);
    let from = sheet.map_or_else(String::new, |sheet| format!(", sheet {sheet:?}"));
    let _ = write!(
        text,
        "# Drafted from {file_name:?}{from}. Lines with `?` are for you; the language of this file is schemas/FORMAT.md.\n\
         # Prove it: sellerlake schema check schemas/{id}.toml FILE..\n\
         title = {}\n\
         # title-zh = \"\"\n\
         download = \"\"                  # ? the menu path where it is downloaded\n\
         table = {}\n\
         family = \"own\"\n\
         confidence = \"partial\"         # ? \"full\" once every variant of the header is known\n\n",
        quoted(&titled(name)),
        quoted(&table_name(name)),
    );
    signature(&mut text, columns);
    let dates = period(&mut text, columns);
    merge(&mut text, columns, &dates);
    for column in columns {
        write_column(&mut text, column);
    }
    text
}

fn signature(text: &mut String, columns: &[DraftColumn]) {
    let mut rarest: Vec<(usize, usize, &str)> = columns
        .iter()
        .enumerate()
        .map(|(n, column)| (column.guess.n_known, n, column.guess.name.as_str()))
        .collect();
    rarest.sort_unstable();
    rarest.truncate(SIGNATURE);
    rarest.sort_unstable_by_key(|(_, n, _)| *n);
    let names: Vec<String> = rarest.iter().map(|(_, _, name)| quoted(name)).collect();
    let _ = write!(
        text,
        "[signature]\n# ? Columns that every such file has and no other kind of file has together.\nall = [{}]\n\n",
        names.join(", ")
    );
}

/// Writes the period, and gives the columns that it is made of.
fn period<'a>(text: &mut String, columns: &'a [DraftColumn]) -> Vec<&'a str> {
    let dates: Vec<&str> = columns
        .iter()
        .filter(|column| matches!(column.guess.ty, "date" | "timestamp"))
        .map(|column| column.guess.name.as_str())
        .collect();
    let named = |name: &str| dates.iter().find(|date| **date == name).copied();
    text.push_str("[period]\n");
    if let (Some(start), Some(end)) = (named("first_active"), named("last_active")) {
        let _ = write!(text, "range = [{}, {}]\n\n", quoted(start), quoted(end));
        return vec![start, end];
    }
    let of_day = columns
        .iter()
        .filter(|column| column.guess.ty == "date")
        .map(|column| column.guess.name.as_str());
    let day = named("date").or_else(|| of_day.clone().next().filter(|_| of_day.count() == 1));
    if let Some(day) = day {
        let _ = write!(
            text,
            "# ? One row per day: `day`. A state at a time: `snapshot = \"observed\"`. Something that happened once: `event`.\n\
             day = {}\n\n",
            quoted(day)
        );
        return vec![day];
    }
    text.push_str(
        "# ? A state at the time of download. Sums over a span of days: `range-only = true`. Events: `event = \"column\"`.\n\
         snapshot = \"observed\"\n\n",
    );
    Vec::new()
}

fn merge(text: &mut String, columns: &[DraftColumn], dates: &[&str]) {
    let of = |types: &[&str]| -> Vec<String> {
        columns
            .iter()
            .filter(|column| types.contains(&column.guess.ty))
            .map(|column| column.guess.name.as_str())
            .filter(|name| !dates.contains(name) && !matches!(*name, "currency" | "marketplace"))
            .map(quoted)
            .collect()
    };
    let mut keys = of(&["id"]);
    if keys.is_empty() {
        keys = of(KEYS);
    }
    if keys.is_empty() {
        keys = columns
            .iter()
            .map(|column| quoted(&column.guess.name))
            .take(1)
            .collect();
    }
    let _ = write!(
        text,
        "[merge]\nby = \"slice\"                 # a newer file replaces the whole day or snapshot; \"key\" replaces row by row\n\
         # ? The columns that tell rows of one file and period apart.\n\
         key = [{}]\n\
         duplicates = \"keep\"            # ? \"sum\" where rows with the same key are parts of one figure\n\n",
        keys.join(", ")
    );
}

fn write_column(text: &mut String, column: &DraftColumn) {
    let guess = &column.guess;
    let example = if guess.example.is_empty() {
        String::new()
    } else {
        format!(", as in {:?}", guess.example)
    };
    match (guess.doubt, guess.n_known) {
        ("", 0) => {
            let _ = writeln!(text, "# By its cells{example}.");
        }
        ("", _) => {}
        (doubt, _) => {
            let _ = writeln!(text, "# ? {doubt}{example}");
        }
    }
    let _ = writeln!(text, "[[column]]\nname = {}", quoted(&guess.name));
    if !guess.title_zh.is_empty() {
        let _ = writeln!(text, "title-zh = {}", quoted(&guess.title_zh));
    }
    let _ = writeln!(
        text,
        "type = \"{}\"\nlabels = {{ {} = [{}] }}",
        guess.ty,
        column.language,
        quoted(&column.label)
    );
    if guess.additive {
        text.push_str("additive = true\n");
    }
    text.push('\n');
}

/// A TOML string on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

fn titled(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}

fn table_name(name: &str) -> String {
    format!("own_{}", name.replace('-', "_"))
}
