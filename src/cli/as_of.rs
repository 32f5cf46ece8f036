//! The store as it was: what had been read by a moment, with the seeds and settings of the last run before it, laid beside
//! the live store and built like any other. Nothing of the live store is touched.

use crate::cli::session::Place;
use crate::cli::session::Session;
use crate::cli::terminal::Terminal;
use crate::ingest::current;
use crate::observe::Observer;
use crate::store::Store;
use crate::store::entry::Entry;
use crate::store::files;
use crate::store::layout;
use crate::store::reports::Catalogue;
use crate::workspace;
use anyhow::Context as _;
use anyhow::anyhow;
use anyhow::bail;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::time::SystemTime;

/// A store of the past, and the day that it was.
pub(super) struct Then {
    pub session: Session,
    pub today: Date,
    pub folder: PathBuf,
}

/// A moment as typed: `2026-02-05T09:00` in the workspace's zone, with a zone of its own, or a day, which counts to its end.
///
/// # Errors
/// When it is none of these.
pub(super) fn moment(text: &str, zone: &TimeZone) -> anyhow::Result<Timestamp> {
    let wrong =
        || anyhow!("a moment is written as 2026-02-05T09:00 or 2026-02-05; {text:?} is neither");
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    // A date is read from a text that goes on with a time too.
    let has_time = text.contains(['T', 't', ' ']);
    let civil = if has_time {
        text.parse::<DateTime>().map_err(|_| wrong())?
    } else {
        text.parse::<Date>().map_err(|_| wrong())?.at(23, 59, 59, 0)
    };
    zone.to_ambiguous_timestamp(civil)
        .compatible()
        .map_err(|_| wrong())
}

/// Lays the store of a moment under `as-of/` and brings its `current/` up to date.
///
/// What counts is what was committed by then. A store that was begun later knows what had been downloaded by then, which is
/// the nearest to it, and that is said.
///
/// # Errors
/// When nothing was known by then, or a folder cannot be written.
pub(super) fn open(
    session: &Session,
    text: &str,
    observer: &dyn Observer,
    terminal: &Terminal,
) -> anyhow::Result<Then> {
    let zone = &session.workspace.config.zone;
    let at = moment(text, zone)?;
    let live = Catalogue::load(&session.store)?;
    let entries = known_by(&live, at)?;
    if entries.entries.is_empty() {
        bail!("nothing had been read or downloaded by {text}");
    }
    if !entries.by_commit {
        terminal.note(&format!(
            "this store was begun after {text}: the marts are made of what had been downloaded by then"
        ));
    }
    let stamp = at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let folder = session.store.root().join("as-of").join(stamp);
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    let store = Store::at(&folder);
    lay_observed(&session.store, &store, &entries.entries)?;
    let decisions = session.store.root().join("decisions");
    copy_older(
        &decisions,
        &folder.join("decisions"),
        entries.by_commit.then_some(at),
    )?;
    let root = folder.join("workspace");
    lay_inputs(session, &root, at, entries.by_commit)?;
    let mut catalogue = Catalogue::load(&store)?;
    for entry in entries.entries {
        catalogue.try_commit(&store, entry)?;
    }
    let place = Place {
        workspace: Some(root),
        store: Some(folder.clone()),
        account: None,
        marketplace: None,
        period: None,
    };
    let then = Session::open(&place)?;
    current::refresh(&then.context(), &then.store, &catalogue, observer)?;
    // A workspace that fixes the day fixes it here too.
    let told = then.workspace.config.today;
    let today = told.unwrap_or_else(|| at.to_zoned(zone.clone()).date());
    Ok(Then {
        session: then,
        today,
        folder,
    })
}

/// What was known by a moment.
pub(super) struct Known {
    pub entries: Vec<Entry>,
    /// By the time of reading; else by the time of downloading.
    pub by_commit: bool,
}

/// # Errors
/// When an entry cannot be read.
pub(super) fn known_by(live: &Catalogue, at: Timestamp) -> anyhow::Result<Known> {
    let by_then = |text: &str| text.parse::<Timestamp>().is_ok_and(|time| time <= at);
    let history = live.history()?;
    let committed: Vec<Entry> = history
        .iter()
        .filter(|(_, entry)| by_then(&entry.committed_at))
        .map(|(_, entry)| Entry::clone(entry))
        .collect();
    if !committed.is_empty() {
        return Ok(Known {
            entries: committed,
            by_commit: true,
        });
    }
    let mut downloaded = Vec::new();
    for (_, entry) in live.live()? {
        let mut entry = Entry::clone(&entry);
        entry
            .tables
            .retain(|table| table.observed_at.as_deref().is_some_and(by_then));
        if !entry.tables.is_empty() {
            downloaded.push(entry);
        }
    }
    Ok(Known {
        entries: downloaded,
        by_commit: false,
    })
}

/// Lays the folders that hold the entries' rows beside each other: as links where the disk has them.
fn lay_observed(from: &Store, to: &Store, entries: &[Entry]) -> anyhow::Result<()> {
    let parts = entries
        .iter()
        .flat_map(|entry| &entry.tables)
        .flat_map(|table| &table.parts);
    let folders: BTreeSet<&str> = parts
        .filter_map(|part| layout::folder_of(&part.path))
        .collect();
    for folder in folders {
        let folder = layout::native(&format!("observed/{folder}"));
        let (source, target) = (from.root().join(&folder), to.root().join(&folder));
        for file in files::list(&source)? {
            let path = target.join(file.strip_prefix(&source).unwrap_or(&file));
            lay(&file, &path)?;
        }
    }
    Ok(())
}

fn lay(file: &Path, path: &Path) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    if fs::hard_link(file, path).is_err() {
        fs::copy(file, path)
            .with_context(|| format!("cannot copy {} to {}", file.display(), path.display()))?;
    }
    Ok(())
}

/// Copies the files of a folder that are not newer than the moment.
fn copy_older(from: &Path, to: &Path, at: Option<Timestamp>) -> anyhow::Result<()> {
    for file in files::list(from)? {
        let written = fs::metadata(&file)?
            .modified()
            .unwrap_or(SystemTime::UNIX_EPOCH);
        if at.is_some_and(|at| written > SystemTime::from(at)) {
            continue;
        }
        lay_copy(&file, &to.join(file.strip_prefix(from).unwrap_or(&file)))?;
    }
    Ok(())
}

fn lay_copy(file: &Path, path: &Path) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(file, path)
        .with_context(|| format!("cannot copy {} to {}", file.display(), path.display()))?;
    Ok(())
}

/// The configuration and the seeds as the last run before the moment used them; those of now where there was none. Own
/// schemas and pipelines are those of now: what was computed otherwise then is not computed anew.
fn lay_inputs(
    session: &Session,
    root: &Path,
    at: Timestamp,
    by_commit: bool,
) -> anyhow::Result<()> {
    let now = &session.workspace.root;
    for own in ["schemas", "pipelines"] {
        copy_older(&now.join(own), &root.join(own), None)?;
    }
    let run = if by_commit {
        last_run(&session.store, at)?
    } else {
        None
    };
    let kept: Vec<(String, String)> = run
        .as_ref()
        .and_then(|run| run.get("inputs")?.as_array())
        .into_iter()
        .flatten()
        .filter_map(|input| {
            Some((
                input.get("path")?.as_str()?.to_owned(),
                input.get("kept")?.as_str()?.to_owned(),
            ))
        })
        .collect();
    if kept.is_empty() {
        copy_older(&session.workspace.seeds(), &root.join("seeds"), None)?;
        return lay_copy(&now.join(workspace::FILE), &root.join(workspace::FILE));
    }
    for (path, kept) in kept {
        lay_copy(
            &session.store.root().join(layout::native(&kept)),
            &root.join(layout::native(&path)),
        )?;
    }
    Ok(())
}

/// The note of the last run that had ended by a moment.
fn last_run(store: &Store, at: Timestamp) -> anyhow::Result<Option<Value>> {
    let mut last: Option<(Timestamp, Value)> = None;
    for path in files::list(&store.root().join("runs"))? {
        let Ok(note) = serde_json::from_slice::<Value>(&files::get(&path)?) else {
            continue;
        };
        let ended = note
            .get("ended_at")
            .and_then(Value::as_str)
            .and_then(|text| text.parse::<Timestamp>().ok());
        if let Some(ended) = ended.filter(|ended| *ended <= at)
            && last.as_ref().is_none_or(|(before, _)| *before < ended)
        {
            last = Some((ended, note));
        }
    }
    Ok(last.map(|(_, note)| note))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_in_the_zone_of_the_workspace() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        for (text, expected) in [
            ("2026-02-05T09:00", "2026-02-05T01:00:00Z"),
            ("2026-02-05T09:00Z", "2026-02-05T09:00:00Z"),
            ("2026-02-05T09:00+01:00", "2026-02-05T08:00:00Z"),
            ("2026-02-05", "2026-02-05T15:59:59Z"),
        ] {
            assert_eq!(moment(text, &zone).unwrap().to_string(), expected, "{text}");
        }
        assert!(moment("yesterday", &zone).is_err());
    }
}
