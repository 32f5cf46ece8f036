//! How the columns of a kind of report changed from one report to the next: new ones, missing ones, and ones whose cells
//! are no longer what they were. Pure: entries in, changes out.

use crate::model::finding::Code;
use crate::store::entry::Entry;
use crate::store::entry::Status;
use crate::store::entry::TableEntry;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// What a report has, lacks or writes otherwise than the one before it of the same kind, account and marketplace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    pub path: String,
    pub schema: String,
    pub report_id: String,
    pub observed_at: String,
    /// Whether no newer report of the kind came since.
    pub is_newest: bool,
    /// Labels that the schema does not know and the report before did not have.
    pub new: Vec<String>,
    /// Columns of the schema that the report before had.
    pub missing: Vec<String>,
    /// Labels under which no cell is a value of the column's type.
    pub retyped: Vec<String>,
}

impl Drift {
    /// One sentence for a person.
    pub fn text(&self) -> String {
        let parts = [
            ("new", &self.new),
            ("missing", &self.missing),
            ("of another type", &self.retyped),
        ];
        let told: Vec<String> = parts
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(what, names)| format!("{what}: {}", names.join(", ")))
            .collect();
        told.join("; ")
    }
}

/// Reports of one kind that are like each other: months and days are written with other columns, and so are sheets.
type Kind<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

/// Compares each report with the one before it, in the order of observation; the first of a kind with its schema alone.
pub fn drift<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<Drift> {
    let mut kinds: BTreeMap<Kind<'a>, Vec<(&'a Entry, &'a TableEntry)>> = BTreeMap::new();
    for entry in entries {
        for table in &entry.tables {
            if table.status != Status::Recognised {
                continue;
            }
            let text = |text: &'a Option<String>| text.as_deref().unwrap_or_default();
            let kind = table.period.as_ref().map_or("", |period| &period.kind);
            let key = (
                text(&table.schema),
                text(&table.account),
                text(&table.marketplace),
                text(&table.sheet),
                kind,
            );
            kinds.entry(key).or_default().push((entry, table));
        }
    }
    let mut drifts = Vec::new();
    for reports in kinds.values_mut() {
        reports.sort_by_key(|(_, table)| (&table.observed_at, &table.report_id));
        let n = reports.len();
        let mut before: Option<&TableEntry> = None;
        for (at, (entry, table)) in reports.iter().enumerate() {
            let drift = between(before, entry, table, at + 1 == n);
            if !drift.text().is_empty() {
                drifts.push(drift);
            }
            before = Some(table);
        }
    }
    drifts
}

fn between(before: Option<&TableEntry>, entry: &Entry, now: &TableEntry, is_newest: bool) -> Drift {
    let left = |now: &[String], before: &[String]| -> Vec<String> {
        let before: BTreeSet<&String> = before.iter().collect();
        let left = now.iter().filter(|name| !before.contains(name));
        left.filter(|name| !name.is_empty()).cloned().collect()
    };
    let of = |what: fn(&TableEntry) -> &[String]| before.map_or(&[][..], what);
    // An entry that was committed before columns were noted tells none: then nothing is known to be missing.
    let is_noted = !now.columns.is_empty();
    Drift {
        path: entry.path().to_owned(),
        schema: now.schema.clone().unwrap_or_default(),
        report_id: now.report_id.clone().unwrap_or_default(),
        observed_at: now.observed_at.clone().unwrap_or_default(),
        is_newest,
        new: left(&now.unknown_columns, of(|table| &table.unknown_columns)),
        missing: if is_noted {
            left(of(|table| &table.columns), &now.columns)
        } else {
            Vec::new()
        },
        retyped: left(&retyped(now), &before.map(retyped).unwrap_or_default()),
    }
}

/// Labels of columns of which no cell could be read.
fn retyped(table: &TableEntry) -> Vec<String> {
    let n_rows = table.rows.read - table.rows.skipped;
    let findings = table.findings.iter();
    findings
        .filter(|finding| finding.code == Code::BadCell.as_str())
        .filter(|finding| n_rows > 0 && finding.count >= n_rows)
        .map(|finding| finding.column.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use serde_json::json;

    fn entry(at: u32, columns: &[&str], unknown: &[&str], findings: &Value) -> Entry {
        let table = json!({"sheet": null, "status": "recognised", "reason": null, "questions": [], "schema": "a/b",
            "schema_version": null, "table": "t", "report_id": format!("r{at}"), "reading": null, "language": null,
            "account": "x", "account_from": null, "marketplace": "US", "marketplace_from": null, "currency": null,
            "period": null, "observed_at": format!("2026-01-0{at}T00:00:00Z"), "observed_from": null,
            "rows": {"read": 5, "stored": 0, "merged": 0, "rejected": 4, "skipped": 1}, "controls": {},
            "findings": findings, "unknown_columns": unknown, "columns": columns, "reading_notes": [], "parts": []});
        serde_json::from_value(json!({"format": 1, "content_id": format!("c{at}"), "name": "n", "container": "csv",
            "sightings": [{"path": format!("inbox/{at}.csv"), "bytes": 0, "modified": 0}], "context": "", "decoder": 1,
            "answers": "", "failure": null, "tables": [table], "committed_at": ""}))
        .unwrap()
    }

    fn texts(entries: &[Entry]) -> Vec<(String, String, bool)> {
        drift(entries.iter())
            .into_iter()
            .map(|drift| (drift.path.clone(), drift.text(), drift.is_newest))
            .collect()
    }

    #[test]
    fn what_changed_is_named_and_what_stays_is_not_said_again() {
        let bad = |n: u32| {
            json!([{"code": "bad-cell", "column": "Spend", "count": n, "examples": []},
                {"code": "bad-cell", "column": "Clicks", "count": 1, "examples": []}])
        };
        let none = json!([]);
        let entries = [
            entry(3, &["spend", "clicks"], &["Owner", "Mood"], &bad(4)),
            entry(1, &["spend", "clicks", "sales"], &["Owner"], &none),
            entry(4, &["spend", "clicks"], &["Owner", "Mood"], &bad(4)),
        ];
        let path = |n| format!("inbox/{n}.csv");
        assert_eq!(
            texts(&entries),
            [
                (path(1), "new: Owner".to_owned(), false),
                (
                    path(3),
                    "new: Mood; missing: sales; of another type: Spend".to_owned(),
                    false
                ),
            ]
        );
        assert!(texts(&entries[..2])[1].2);
        // Of a report that was read before columns were noted nothing is known to be missing.
        let old = entry(2, &[], &["Owner"], &none);
        assert_eq!(texts(&[entries[1].clone(), old]).len(), 1);
    }
}
