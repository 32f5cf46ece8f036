//! Real reports, where they are at hand: each is recognised as what it is or held, and each sum in the store is the sum of
//! the cells. They belong to others, so they are not in the repository; without them this checks nothing.

use crate::controls;
use crate::fixture::Run;
use crate::fixture::Shop;
use crate::fixture::catalog;
use crate::fixture::in_package;
use crate::nested;
use crate::plain::Plain;
use sellerlake::model::market::Market;
use sellerlake::model::name::SchemaId;
use sellerlake::model::period::PeriodKind;
use sellerlake::model::table::StoredType;
use sellerlake::store::decisions::Decision;
use sellerlake::store::entry::Entry;
use sellerlake::store::entry::Status;
use sellerlake::store::entry::TableEntry;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::OnceLock;

/// A line of the index.
struct Listed {
    path: String,
    kind: String,
    locale: String,
    /// None where the index does not count rows.
    n_rows: Option<u64>,
}

impl Listed {
    /// What `tests/kinds.tsv` says of it.
    fn expected(&self) -> Option<&'static Expected> {
        let fits = |pattern: &str| match pattern.strip_prefix('^') {
            Some(start) => self.kind.starts_with(start),
            None => self.kind.contains(pattern),
        };
        kinds()
            .iter()
            .find(|(pattern, _)| fits(pattern))
            .map(|(_, expected)| expected)
    }

    fn market(&self) -> Option<Market> {
        self.locale
            .split(|c: char| !c.is_ascii_alphabetic())
            .find_map(Market::by_code)
    }
}

/// What must come of a file.
enum Expected {
    /// No schema of ours is near enough to name it.
    Foreign,
    /// It is known as this, and nothing of it is stored.
    Held(String),
    /// So many tables, each of one of these.
    Tables(Vec<Vec<String>>),
}

fn kinds() -> &'static [(String, Expected)] {
    static KINDS: OnceLock<Vec<(String, Expected)>> = OnceLock::new();
    KINDS.get_or_init(|| {
        let text = fs::read_to_string(in_package("tests/kinds.tsv")).unwrap();
        let lines = text
            .lines()
            .skip(1)
            .map(|line| line.split_once('\t').unwrap());
        let expected = |what: &str| match what.strip_prefix("held ") {
            Some(schema) => Expected::Held(schema.to_owned()),
            None if what == "foreign" => Expected::Foreign,
            None => {
                let either = |word: &str| word.split('|').map(str::to_owned).collect();
                Expected::Tables(what.split(' ').map(either).collect())
            }
        };
        lines
            .map(|(pattern, what)| (pattern.to_owned(), expected(what)))
            .collect()
    })
}

fn root() -> PathBuf {
    in_package("../shared/real_reports")
}

fn index() -> Vec<Listed> {
    let Ok(text) = fs::read_to_string(root().join("INDEX.tsv")) else {
        return Vec::new();
    };
    text.lines()
        .skip(1)
        .map(|line| {
            let mut cells = line.split('\t').map(str::to_owned);
            let mut next = || cells.next().unwrap_or_default();
            let (path, kind, locale, rows) = (next(), next(), next(), next());
            let digits: String = rows.chars().take_while(char::is_ascii_digit).collect();
            Listed {
                path,
                kind,
                locale,
                n_rows: digits.parse().ok(),
            }
        })
        .filter(|listed| root().join(&listed.path).is_file())
        .collect()
}

fn entries(run: &Run) -> BTreeMap<String, Vec<Arc<Entry>>> {
    let path = |path: &str| path.strip_prefix("inbox/").unwrap().to_owned();
    run.outcomes
        .iter()
        .map(|outcome| (path(&outcome.path), outcome.entries.clone()))
        .collect()
}

/// Runs, answers what is asked as the index tells, and runs again.
fn ingested(index: &[Listed]) -> (Shop, BTreeMap<String, Vec<Arc<Entry>>>) {
    let mut shop = Shop::of("");
    let at = "2026-11-20T00:00:00Z".parse().unwrap();
    for listed in index {
        shop.put(
            &listed.path,
            &fs::read(root().join(&listed.path)).unwrap(),
            at,
        );
    }
    let first = entries(&shop.run());
    for listed in index {
        let asking = first[&listed.path]
            .iter()
            .flat_map(|entry| &entry.tables)
            .filter(|table| !table.questions.is_empty());
        for table in asking {
            let id = SchemaId::parse(table.schema.as_deref().unwrap()).unwrap();
            let asks_period = catalog()
                .schema(&id)
                .unwrap()
                .outputs
                .iter()
                .any(|output| output.period.kind() == Some(PeriodKind::Range));
            let day = |text: &str| asks_period.then(|| text.to_owned());
            shop.decisions.push(Decision {
                files: Some(format!("inbox/{}", listed.path)),
                marketplace: listed.market().map(|market| market.code().to_owned()),
                period_start: day("2026-01-01"),
                period_end: day("2026-01-31"),
                ..Decision::default()
            });
        }
    }
    let second = entries(&shop.run());
    (shop, second)
}

fn check_kind(listed: &Listed, tables: &[&TableEntry], faults: &mut Vec<String>) {
    let recognised: Vec<&str> = tables
        .iter()
        .filter(|table| table.status == Status::Recognised)
        .filter_map(|table| table.schema.as_deref())
        .collect();
    let known: Vec<&str> = tables
        .iter()
        .filter_map(|table| table.schema.as_deref())
        .collect();
    let is_so = match listed.expected() {
        None => {
            faults.push(format!(
                "{}: tests/kinds.tsv does not know {:?}",
                listed.path, listed.kind
            ));
            return;
        }
        Some(Expected::Foreign) => known.is_empty(),
        Some(Expected::Held(schema)) => recognised.is_empty() && known.contains(&schema.as_str()),
        Some(Expected::Tables(wanted)) => {
            wanted.len() == recognised.len()
                && wanted.iter().all(|any| {
                    let is_wanted = |schema: &&&str| any.iter().any(|one| one == **schema);
                    recognised.iter().filter(is_wanted).count() == 1
                })
        }
    };
    if !is_so {
        let reasons: Vec<&str> = tables
            .iter()
            .filter_map(|table| table.reason.as_deref())
            .collect();
        faults.push(format!(
            "{}: known as {known:?}, recognised as {recognised:?}; {}",
            listed.path,
            reasons.join("; ")
        ));
    }
    for table in tables
        .iter()
        .filter(|table| table.status == Status::Recognised)
    {
        let n_rows = table.rows.read - table.rows.skipped;
        // An index of documents counts what a person sees in them, not records.
        let is_counted = !table
            .reading_notes
            .iter()
            .any(|note| note.starts_with("records at "));
        if is_counted && listed.n_rows.is_some_and(|n| n != n_rows) || table.rows.rejected > 0 {
            faults.push(format!(
                "{}: {:?} rows are listed, came {:?}",
                listed.path, listed.n_rows, table.rows
            ));
        }
    }
}

/// Compares every additive column of the file with a naive sum of its cells. Gives the number of columns that hold some.
fn check_sums(shop: &Shop, listed: &Listed, table: &TableEntry, faults: &mut Vec<String>) -> usize {
    let schema = catalog()
        .schema(&SchemaId::parse(table.schema.as_deref().unwrap()).unwrap())
        .unwrap();
    let into = table.table.as_deref().unwrap();
    let declared = catalog()
        .tables()
        .find(|declared| declared.name.as_str() == into)
        .unwrap();
    let mut notes = table.reading_notes.iter();
    let Some(header_row) = notes.find_map(|note| note.strip_prefix("header in row ")?.parse().ok())
    else {
        // Records of JSON and XML stand in no row; the plain reader does not know them.
        return 0;
    };
    let decimal = if listed.locale.starts_with("es-") {
        ','
    } else {
        '.'
    };
    let plain = Plain::open(&root().join(&listed.path), table.sheet.as_deref(), decimal);
    let rows = shop.observed(table).remove(into).unwrap_or_default();
    let mut n_columns = 0;
    for column in schema
        .columns
        .iter()
        .filter(|column| column.additive && !column.dropped)
    {
        let name = column.name.as_str();
        let Some(at) = declared.index_of(name) else {
            continue;
        };
        let scale = match declared.columns[at].ty {
            StoredType::Decimal { scale } => u32::try_from(scale).unwrap(),
            _ => 0,
        };
        let stored: Vec<&String> = rows.iter().filter_map(|row| row.get(name)).collect();
        let sum: i128 = stored
            .iter()
            .map(|text| text.replace('.', "").parse::<i128>().unwrap())
            .sum();
        let labels: Vec<&str> = column.written.iter().map(|label| &**label).collect();
        let Some(at) = plain.column(header_row, &labels) else {
            if !stored.is_empty() {
                faults.push(format!("{}: {name} has values and no column", listed.path));
            }
            continue;
        };
        let reckoned = plain.sum(header_row, at, scale);
        n_columns += usize::from(reckoned.n_cells > 0);
        if reckoned.sum != sum || (table.rows.merged == 0 && reckoned.n_cells != stored.len()) {
            faults.push(format!(
                "{}: {name} is {sum} in {} rows, the cells say {reckoned:?}",
                listed.path,
                stored.len()
            ));
        }
    }
    n_columns
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "what was checked depends on what is at hand"
)]
fn real_reports_are_recognised_and_add_up() {
    let index = index();
    if index.is_empty() {
        return;
    }
    let (shop, came) = ingested(&index);
    let (mut faults, mut n_ours, mut n_columns, mut n_totals) = (Vec::new(), 0, 0, 0);
    let (mut spans, mut n_ratios) = (controls::Spans::default(), 0);
    for listed in &index {
        let tables: Vec<&TableEntry> = came[&listed.path]
            .iter()
            .flat_map(|entry| &entry.tables)
            .collect();
        let is_nested = came[&listed.path]
            .iter()
            .any(|entry| entry.container.starts_with("JSON"));
        check_kind(listed, &tables, &mut faults);
        if is_nested {
            for table in tables
                .iter()
                .filter(|table| table.status == Status::Recognised)
            {
                let into = table.table.as_deref().unwrap();
                let rows = shop.observed(table).remove(into).unwrap_or_default();
                n_columns += nested::check(&root().join(&listed.path), table, &rows, &mut faults);
                n_ours += 1;
            }
            continue;
        }
        for table in tables
            .iter()
            .filter(|table| table.status == Status::Recognised)
        {
            n_ours += 1;
            n_columns += check_sums(&shop, listed, table, &mut faults);
            // Who invents rows does not keep their sums.
            if listed.kind.starts_with("SYNTHETIC") {
                continue;
            }
            for (name, rows) in shop.observed(table) {
                n_totals += controls::check(&name, &rows, &listed.path, &mut faults);
                // Who retyped a file did not reckon anew.
                if listed.path.to_lowercase().contains("synthetic") {
                    continue;
                }
                n_ratios += controls::check_ratios(&rows, &listed.path, &mut faults);
                spans.add(&listed.path, &name, &rows);
            }
        }
    }
    let n_agreed = spans.compare(&mut faults);
    println!(
        "{} real files, {n_ours} of them ours, {n_columns} columns added up again, {n_totals} totals of rows and {n_ratios} ratios \
         reckoned, {n_agreed} reports of the same days compared",
        index.len()
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(n_ours > 0 && n_columns > 0, "nothing was compared");
}
