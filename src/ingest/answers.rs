//! Decisions of the user as they bear on one file.

use crate::model::market::Market;
use crate::normalise::identity::Answers;
use crate::normalise::unit::Unit;
use crate::store::decisions::Decision;
use crate::workspace::inbox::Glob;
use std::collections::BTreeSet;

/// Decisions about a file, oldest first. A newer one overrides only what it says.
fn about<'a>(
    decisions: &'a [Decision],
    path: &'a str,
    content_id: &'a str,
) -> impl Iterator<Item = &'a Decision> {
    decisions.iter().filter(move |decision| {
        decision
            .files
            .as_deref()
            .is_some_and(|files| names(files, path, content_id))
    })
}

/// Whether a decision's `files` mean this one. Most name a single file, and no pattern is compiled for those: every file
/// is held against every decision.
fn names(files: &str, path: &str, content_id: &str) -> bool {
    if files == content_id || files == path {
        return true;
    }
    if files.contains(['*', '?']) {
        return Glob::parse(files).is_ok_and(|glob| glob.matches(path));
    }
    let subject = if files.contains('/') {
        path
    } else {
        path.rsplit('/').next().unwrap_or(path)
    };
    files.to_lowercase() == subject.to_lowercase()
}

/// What the user answered for a file.
pub fn of(decisions: &[Decision], path: &str, content_id: &str) -> Answers {
    let mut answers = Answers::default();
    for decision in about(decisions, path, content_id) {
        let date = |text: &Option<String>| text.as_ref().and_then(|text| text.parse().ok());
        answers.account = decision
            .account
            .as_deref()
            .map(Into::into)
            .or(answers.account);
        answers.market = decision
            .marketplace
            .as_deref()
            .and_then(Market::by_code)
            .or(answers.market);
        answers.unit = match decision.unit.as_deref() {
            Some("day") => Some(Unit::Day),
            Some("month") => Some(Unit::Month),
            _ => answers.unit,
        };
        answers.day_first = match decision.date_order.as_deref() {
            Some("day-first") => Some(true),
            Some("month-first") => Some(false),
            _ => answers.day_first,
        };
        answers.decimal_comma = match decision.decimal.as_deref() {
            Some("comma") => Some(true),
            Some("point") => Some(false),
            _ => answers.decimal_comma,
        };
        answers.period = match (date(&decision.period_start), date(&decision.period_end)) {
            (Some(start), Some(end)) => Some((start, end)),
            _ => answers.period,
        };
        answers.observed = decision
            .observed_at
            .as_ref()
            .and_then(|at| at.parse().ok())
            .or(answers.observed);
    }
    answers
}

/// The same as a text, to see whether anything changed; empty when nothing was answered.
pub fn text(decisions: &[Decision], path: &str, content_id: &str) -> String {
    let answers = of(decisions, path, content_id);
    if answers == Answers::default() {
        String::new()
    } else {
        format!("{answers:?}")
    }
}

/// Whether the user said that the file is nobody's report.
pub fn is_ignored(decisions: &[Decision], path: &str) -> bool {
    about(decisions, path, "").any(|decision| decision.ignore)
}

/// Reports that the user took although they are poorer.
pub fn accepted(decisions: &[Decision]) -> BTreeSet<String> {
    decisions
        .iter()
        .filter_map(|decision| decision.accept.clone())
        .collect()
}
