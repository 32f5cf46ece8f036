//! `answer` and `accept`: decisions of the user, recorded for good.

use crate::cli::args::AnswerOptions;
use crate::cli::session;
use crate::cli::session::Session;
use crate::cli::terminal::Terminal;
use crate::ingest::inbox;
use crate::store::decisions;
use crate::store::decisions::Decision;
use crate::store::reports::Catalogue;
use crate::workspace::inbox::Glob;
use anyhow::Context as _;
use anyhow::bail;
use jiff::Timestamp;
use std::io::Write;
use std::path::Path;

/// Records an answer for a file or for all files that a pattern matches.
///
/// # Errors
/// When nothing was answered, an answer is malformed, or the pattern matches no file.
pub(super) fn answer(
    session: &Session,
    options: &AnswerOptions,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    let market = session::market(options.told.marketplace.as_deref())?;
    if let Some(account) = &options.told.account
        && session.workspace.config.account(account).is_none()
    {
        bail!("sellerlake.toml knows no account {account:?}");
    }
    let period = session::period(options.told.period.as_deref())?;
    let (period_start, period_end) = period
        .map(|(start, end)| (start.to_string(), end.to_string()))
        .unzip();
    let observed_at = match &options.observed_at {
        None => None,
        Some(text) => {
            let at: Timestamp = text
                .parse()
                .with_context(|| format!("{text:?} is not a time like 2026-02-01T08:00:00Z"))?;
            Some(at.to_string())
        }
    };
    let decision = Decision {
        files: Some(sighted(session, &options.files)),
        accept: None,
        account: options.told.account.clone(),
        marketplace: market.map(|market| market.code().to_owned()),
        unit: options.unit.clone(),
        date_order: options.date_order.clone(),
        decimal: options.decimal.clone(),
        period_start,
        period_end,
        observed_at,
        ignore: options.ignore,
    };
    if decision
        == (Decision {
            files: decision.files.clone(),
            ..Decision::default()
        })
    {
        bail!(
            "say what you answer: --marketplace, --account, --unit, --date-order, --decimal, --period, --observed-at or --ignore"
        );
    }
    let files = decision.files.clone().unwrap_or_default();
    let glob = Glob::parse(&files).with_context(|| format!("{files:?} is not a pattern"))?;
    let found = inbox::find(&session.context(), &[session.workspace.inbox()]).unwrap_or_default();
    let inbox_hits = found
        .candidates
        .iter()
        .filter(|candidate| candidate.relative == files || glob.matches(&candidate.relative))
        .count();
    let catalogue = Catalogue::load(&session.store)?;
    let is_known = catalogue.live()?.iter().any(|(_, entry)| {
        entry.content_id == files
            || entry
                .sightings
                .iter()
                .any(|sighting| sighting.path == files || glob.matches(&sighting.path))
    });
    if inbox_hits == 0 && !is_known {
        bail!("no file matches {files:?}; `sellerlake ls reports` shows the paths");
    }
    decisions::record(&session.store, &decision)?;
    writeln!(
        terminal.out(),
        "noted for {files}; the next run reads it with that"
    )?;
    Ok(true)
}

/// A path as the catalogue writes it: relative to the workspace when it lies there.
fn sighted(session: &Session, typed: &str) -> String {
    let path = Path::new(typed);
    let absolute = path.canonicalize().ok();
    let inside = absolute
        .as_deref()
        .and_then(|path| path.strip_prefix(&session.workspace.root).ok());
    inside.map_or_else(
        || typed.to_owned(),
        |path| path.to_string_lossy().replace('\\', "/"),
    )
}

/// Records that a report counts although it is poorer than the one before it.
///
/// # Errors
/// When no report, or more than one, has that id.
pub(super) fn accept(session: &Session, report: &str, terminal: &Terminal) -> anyhow::Result<bool> {
    let catalogue = Catalogue::load(&session.store)?;
    let live = catalogue.live()?;
    let mut ids: Vec<&str> = live
        .iter()
        .flat_map(|(_, entry)| &entry.tables)
        .filter_map(|table| table.report_id.as_deref())
        .filter(|id| id.starts_with(report))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let [id] = ids[..] else {
        bail!(
            "{} reports have an id that starts with {report:?}; `sellerlake ls reports` shows them",
            ids.len()
        );
    };
    decisions::record(
        &session.store,
        &Decision {
            accept: Some(id.to_owned()),
            ..Decision::default()
        },
    )?;
    writeln!(
        terminal.out(),
        "report {id} is accepted; the next run takes it"
    )?;
    Ok(true)
}
