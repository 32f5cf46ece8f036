//! The closing summary of reading: what a tired person must know, and where to look.

use crate::cli::render::counted;
use crate::ingest::Ingested;
use crate::ingest::Outcome;
use crate::ingest::current::Refreshed;
use crate::model::finding::Code;
use crate::store::entry::Entry;
use crate::store::entry::Status;
use crate::store::merge::PassedOver;
use crate::store::merge::Why;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What reading came to.
#[derive(Debug, Default)]
pub(super) struct Summary {
    read: u64,
    rows: u64,
    rejected: u64,
    known: u64,
    ignored: u64,
    skipped: u64,
    /// `(path, reason)`, in order of path.
    held: Vec<(String, String)>,
    failed: Vec<(String, String)>,
    known_held: u64,
    known_failed: u64,
    rejects: Vec<(String, u64, String)>,
    /// Unknown columns by path.
    drift: Vec<(String, Vec<String>)>,
    passed_over: Vec<String>,
    /// Rows that do not tell their ad product and gave way to rows that do, by table and report.
    gave_way: Vec<String>,
    /// Files read by an older schema that are no longer there to be read again.
    gone: Vec<String>,
    partitions: usize,
}

impl Summary {
    pub(super) fn of(ingested: &Ingested, n_ignored: usize, refreshed: &Refreshed) -> Self {
        let mut summary = Self {
            ignored: n_ignored as u64,
            gone: ingested.gone.clone(),
            partitions: refreshed.partitions.len(),
            ..Self::default()
        };
        for outcome in &ingested.outcomes {
            summary.count(outcome);
        }
        let (untold, poorer): (Vec<&PassedOver>, Vec<&PassedOver>) =
            (refreshed.passed_over.iter()).partition(|passed| passed.why == Why::AdProductUntold);
        summary.gave_way = gave_way(&untold);
        for passed in poorer {
            summary.passed_over.push(format!(
                "{} of {}: report {} has {} rows where the one before has {}; it is not used until `sellerlake accept {}`",
                passed.table,
                passed.slice,
                short(&passed.report_id),
                passed.rows.1,
                passed.rows.0,
                short(&passed.report_id)
            ));
        }
        summary
    }

    fn count(&mut self, outcome: &Outcome) {
        if outcome.known {
            self.known += 1;
            match outcome.status {
                Status::Held => self.known_held += 1,
                Status::Failed => self.known_failed += 1,
                Status::Recognised | Status::Skipped => {}
            }
            return;
        }
        match outcome.status {
            Status::Recognised => self.read += 1,
            Status::Skipped => self.skipped += 1,
            Status::Held => self.held.push((
                outcome.path.clone(),
                reasons(&outcome.entries, Status::Held),
            )),
            Status::Failed => self.failed.push((
                outcome.path.clone(),
                outcome
                    .vanished
                    .clone()
                    .unwrap_or_else(|| reasons(&outcome.entries, Status::Failed)),
            )),
        }
        for table in outcome.entries.iter().flat_map(|entry| &entry.tables) {
            self.rows += table.rows.stored;
            self.rejected += table.rows.rejected;
            if table.status == Status::Recognised && table.rows.rejected > 0 {
                self.rejects.push((
                    outcome.path.clone(),
                    table.rows.rejected,
                    first_reject(table),
                ));
            }
            let unknown: Vec<String> = table
                .unknown_columns
                .iter()
                .filter(|label| !label.is_empty())
                .cloned()
                .collect();
            if table.status == Status::Recognised && !unknown.is_empty() {
                self.drift.push((outcome.path.clone(), unknown));
            }
        }
    }

    /// Whether nothing new failed or was held; with `strict`, nothing at all.
    pub(super) fn is_fine(&self, strict: bool) -> bool {
        let new = self.held.len() + self.failed.len();
        new == 0 && (!strict || self.known_held + self.known_failed == 0)
    }

    /// Lines for a person, at most a screen.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut first = format!(
            "read {} with {}",
            counted(self.read, "file"),
            counted(self.rows, "row")
        );
        if self.known > 0 {
            let _ = write!(first, ", {} known already", counted(self.known, "file"));
        }
        if self.skipped + self.ignored > 0 {
            let _ = write!(
                first,
                ", {} passed over",
                counted(self.skipped + self.ignored, "file")
            );
        }
        lines.push(first);
        if self.known_held + self.known_failed > 0 {
            lines.push(format!(
                "still waiting from before: {} held, {} unreadable (sellerlake ls reports)",
                self.known_held, self.known_failed
            ));
        }
        for (what, list) in [("unreadable", &self.failed), ("held", &self.held)] {
            if list.is_empty() {
                continue;
            }
            lines.push(format!("{what}: {}", counted(list.len() as u64, "file")));
            lines.extend(list.iter().take(SHOWN).map(|(path, _)| format!("  {path}")));
            if list.len() > SHOWN {
                lines.push(format!("  and {} more", list.len() - SHOWN));
            }
        }
        if self.rejected > 0 {
            let files = counted(self.rejects.len() as u64, "file");
            lines.push(format!(
                "{} of {files} rejected and kept aside: sellerlake ls rejects",
                counted(self.rejected, "row")
            ));
        }
        if !self.passed_over.is_empty() {
            let n = counted(self.passed_over.len() as u64, "slice");
            lines.push(format!(
                "{n} kept as before: what came is poorer (sellerlake check)"
            ));
        }
        if !self.gave_way.is_empty() {
            let n = counted(self.gave_way.len() as u64, "report");
            lines.push(format!(
                "{n} without ad product counted only for what no other report tells (sellerlake check)"
            ));
        }
        if !self.gone.is_empty() {
            let n = counted(self.gone.len() as u64, "file");
            lines.push(format!(
                "{n} read by an older schema and no longer there: kept as read"
            ));
        }
        lines.push(format!(
            "brought {} up to date",
            counted(self.partitions as u64, "partition")
        ));
        lines
    }

    /// What somebody should look at, most important first: nothing that is only a number.
    pub(super) fn findings(&self) -> Vec<String> {
        let mut findings: Vec<String> = Vec::new();
        findings.extend(
            self.failed.iter().map(|(path, reason)| {
                format!("unreadable: {path}: {}", without_path(reason, path))
            }),
        );
        findings.extend(self.passed_over.iter().cloned());
        findings.extend(self.gave_way.iter().cloned());
        findings.extend(
            self.held
                .iter()
                .map(|(path, reason)| format!("held: {path}: {reason}")),
        );
        findings.extend(
            self.rejects
                .iter()
                .map(|(path, n, why)| format!("{} rejected: {path}: {why}", counted(*n, "row"))),
        );
        findings.extend(self.gone.iter().map(|path| {
            format!("read by an older schema, and no longer there to be read again: {path}")
        }));
        findings.extend(
            self.drift
                .iter()
                .map(|(path, labels)| format!("unknown columns: {path}: {}", labels.join(", "))),
        );
        findings
    }

    pub(super) fn json(&self) -> Value {
        let list = |list: &[(String, String)]| -> Vec<Value> {
            list.iter()
                .map(|(path, reason)| json!({"path": path, "reason": reason}))
                .collect()
        };
        json!({
            "read": self.read,
            "rows": self.rows,
            "rejected_rows": self.rejected,
            "known": self.known,
            "passed_over_files": self.skipped + self.ignored,
            "held": list(&self.held),
            "failed": list(&self.failed),
            "known_held": self.known_held,
            "known_failed": self.known_failed,
            "passed_over_reports": self.passed_over,
            "gave_way_reports": self.gave_way,
            "stale_and_gone": self.gone,
            "partitions": self.partitions,
        })
    }
}

/// Files listed before the rest is a number.
const SHOWN: usize = 8;

fn short(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}

/// The reason without the path that is printed before it: `cannot open it: Permission denied`.
pub(super) fn without_path(reason: &str, path: &str) -> String {
    let Some(at) = reason.find(path) else {
        return reason.to_owned();
    };
    let before = reason[..at]
        .rsplit_once(' ')
        .map_or("", |(before, _)| before);
    let after = &reason[at + path.len()..];
    match before {
        "" => after.trim_start_matches([' ', ':', ',']).to_owned(),
        _ => format!("{before} it{after}"),
    }
}

fn reasons(entries: &[std::sync::Arc<Entry>], status: Status) -> String {
    let mut reasons: Vec<String> = entries
        .iter()
        .filter_map(|entry| entry.failure.clone())
        .collect();
    for table in entries
        .iter()
        .flat_map(|entry| &entry.tables)
        .filter(|table| table.status == status)
    {
        let reason = table.reason.clone().unwrap_or_default();
        let sheet = table
            .sheet
            .as_ref()
            .map_or_else(String::new, |sheet| format!("sheet {sheet:?}: "));
        let answer = table.questions.first().map_or_else(String::new, |q| {
            format!(" (sellerlake answer FILE {})", q.flag)
        });
        reasons.push(format!("{sheet}{reason}{answer}"));
    }
    let rest = reasons.len().saturating_sub(1);
    let mut text = reasons.into_iter().next().unwrap_or_default();
    if rest > 0 {
        let _ = write!(text, " (and {rest} more of its tables)");
    }
    text
}

fn first_reject(table: &crate::store::entry::TableEntry) -> String {
    let rejects = |code: &str| {
        Code::ALL
            .iter()
            .any(|known| known.rejects_row() && known.as_str() == code)
    };
    let found = table
        .findings
        .iter()
        .filter(|finding| rejects(&finding.code));
    let Some(example) = found
        .clone()
        .next()
        .and_then(|finding| finding.examples.first().map(|example| (finding, example)))
    else {
        return String::new();
    };
    let (finding, example) = example;
    let row = example
        .row
        .map_or_else(String::new, |row| format!("row {row}, "));
    format!(
        "{row}column {:?} is {:?}, expected {}",
        finding.column, example.text, example.expected
    )
}

/// What gave way, one line for each report and table however many days it has.
fn gave_way(untold: &[&PassedOver]) -> Vec<String> {
    let mut sums: BTreeMap<(&str, &str), (usize, i128, i128)> = BTreeMap::new();
    for passed in untold {
        let sum = sums.entry((&passed.table, &passed.report_id)).or_default();
        *sum = (sum.0 + 1, sum.1 + passed.rows.1, sum.2 + passed.rows.0);
    }
    sums.into_iter()
        .map(|((table, report), (n_spans, gone, taken))| {
            format!(
                "{table}: {} of report {}, which does not tell its ad products, do not count beside {} of reports that do, in {}; what else it holds counts",
                counted(u64::try_from(gone).unwrap_or_default(), "row"),
                short(report),
                counted(u64::try_from(taken).unwrap_or_default(), "row"),
                counted(n_spans as u64, "slice"),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_said_once() {
        for (reason, expected) in [
            (
                "/w/inbox/a b.csv is empty where a report was expected",
                "is empty where a report was expected",
            ),
            (
                "cannot open /w/inbox/a b.csv: Permission denied",
                "cannot open it: Permission denied",
            ),
            (
                "no known report has these columns",
                "no known report has these columns",
            ),
        ] {
            assert_eq!(without_path(reason, "inbox/a b.csv"), expected);
        }
    }
}
