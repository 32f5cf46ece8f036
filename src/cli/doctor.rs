//! `doctor`: what to do about everything that is wrong or waits, with the very command; `--mend` does what needs no answer.

use crate::cli::build;
use crate::cli::check;
use crate::cli::ingest;
use crate::cli::ingest::take_lock;
use crate::cli::render::Format;
use crate::cli::render::SCHEMA_VERSION;
use crate::cli::render::counted;
use crate::cli::session::Session;
use crate::cli::summary::without_path;
use crate::cli::terminal::Terminal;
use crate::ingest::known;
use crate::ingest::seeds;
use crate::store::StoreError;
use crate::store::audit;
use crate::store::audit::Depth;
use crate::store::audit::Fault;
use crate::store::entry::Entry;
use crate::store::entry::Status;
use crate::store::files;
use crate::store::layout;
use crate::store::lock::BuildLock;
use crate::store::reports::Catalogue;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use std::time::SystemTime;

/// A disk with less than this is said to be full.
const LITTLE_SPACE_MB: u64 = 512;
/// A temporary file older than this belongs to no process that still writes.
const STALE: Duration = Duration::from_hours(1);

/// Something to do.
struct Trouble {
    what: String,
    todo: String,
    mend: Mend,
}

/// What mending does about it.
#[derive(Default)]
struct Mend {
    /// Files of the store to delete.
    delete: Vec<String>,
    /// A report to read again.
    again: Option<String>,
    /// Everything that is derived is to be brought up to date.
    rebuild: bool,
}

impl Trouble {
    fn of(what: impl Into<String>, todo: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            todo: todo.into(),
            mend: Mend::default(),
        }
    }
}

/// True when there is nothing to do.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn doctor(
    session: &Session,
    mend: bool,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    let mut troubles = troubles(session)?;
    if mend {
        let mended = mend_all(session, &troubles, terminal)?;
        terminal.note(&format!("{} mended", counted(mended, "trouble")));
        troubles = self::troubles(session)?;
    }
    let mut out = terminal.out();
    if format == Format::Json {
        let list = troubles.iter().map(|trouble| {
            let by_itself = trouble.mend.is_any();
            json!({"what": trouble.what, "todo": trouble.todo, "mend": by_itself})
        });
        let list: Vec<_> = list.collect();
        writeln!(
            out,
            "{}",
            json!({"schema_version": SCHEMA_VERSION, "troubles": list})
        )?;
        return Ok(troubles.is_empty());
    }
    for trouble in &troubles {
        writeln!(out, "{}\n  -> {}", trouble.what, trouble.todo)?;
    }
    let by_itself = troubles
        .iter()
        .filter(|trouble| trouble.mend.is_any())
        .count();
    match troubles.len() {
        0 => writeln!(out, "nothing to do: the store is whole and nothing waits")?,
        n => writeln!(
            out,
            "{} to look at; sellerlake doctor --mend sees to {by_itself} of them",
            counted(n as u64, "trouble")
        )?,
    }
    Ok(troubles.is_empty())
}

impl Mend {
    fn is_any(&self) -> bool {
        !self.delete.is_empty() || self.again.is_some() || self.rebuild
    }
}

fn troubles(session: &Session) -> anyhow::Result<Vec<Trouble>> {
    let mut troubles = Vec::new();
    match BuildLock::take(&session.store, "sellerlake doctor") {
        Err(StoreError::Locked { owner, .. }) => troubles.push(Trouble::of(
            format!("the store is being built ({owner})"),
            "wait for it, or end that process: the lock goes with it",
        )),
        Err(error) => troubles.push(Trouble::of(
            format!("the store cannot be written: {error}"),
            format!("let this user write to {}", session.store.root().display()),
        )),
        Ok(_) => {}
    }
    if let Some(free) = free_mb(session.store.root()).filter(|free| *free < LITTLE_SPACE_MB) {
        troubles.push(Trouble::of(
            format!("{free} MB are left on the disk of the store"),
            "make room; sellerlake compact makes the store smaller, and as-of/ in it may be deleted",
        ));
    }
    for fault in seeds::read(&session.context()).faults {
        troubles.push(Trouble::of(
            format!("seed {fault}"),
            "mend the cell and save the file",
        ));
    }
    let catalogue = Catalogue::load(&session.store)?;
    let live = catalogue.live()?;
    let tables = check::of_name(session);
    let audited = audit::audit(&session.store, &catalogue, &tables, Depth::Whole)?;
    let faults = audited.faults.iter();
    troubles.extend(faults.filter_map(|fault| of_fault(session, fault)));
    let mut stale: BTreeMap<bool, Vec<&str>> = BTreeMap::new();
    for (_, entry) in &live {
        troubles.extend(waiting(entry));
        if entry
            .tables
            .iter()
            .any(|table| known::is_stale(&session.catalog, table))
        {
            let is_there = session.workspace.root.join(entry.path()).is_file();
            stale.entry(is_there).or_default().push(entry.path());
        }
    }
    for (is_there, paths) in stale {
        let what = format!(
            "{} read by a schema that has changed since: {}",
            counted(paths.len() as u64, "file"),
            shown(&paths)
        );
        let mut trouble = Trouble::of(
            what,
            if is_there {
                "sellerlake run reads them again"
            } else {
                "their files are gone: what they told stays as it was read; put them back to have them read anew"
            },
        );
        trouble.mend.rebuild = is_there;
        troubles.push(trouble);
    }
    Ok(troubles)
}

fn shown(paths: &[&str]) -> String {
    let mut text = paths.iter().take(3).copied().collect::<Vec<_>>().join(", ");
    if paths.len() > 3 {
        text.push_str(", ..");
    }
    text
}

/// What a file waits for, with the command that settles it.
fn waiting(entry: &Entry) -> Option<Trouble> {
    let (path, reason) = (entry.path(), entry.reason().unwrap_or_default());
    let what = format!("{path}: {}", without_path(reason, path));
    let quoted = quoted(path);
    match entry.status() {
        Status::Held => {
            let questions = entry.tables.iter().flat_map(|table| &table.questions);
            let mut flags: Vec<&str> = questions.map(|question| question.flag.as_str()).collect();
            flags.sort_unstable();
            flags.dedup();
            Some(Trouble::of(
                what,
                if flags.is_empty() {
                    format!(
                        "sellerlake schema new {quoted}, or sellerlake answer {quoted} --ignore"
                    )
                } else {
                    format!("sellerlake answer {quoted} {}", flags.join(" "))
                },
            ))
        }
        Status::Failed => Some(Trouble::of(
            what,
            format!("download it again, or sellerlake answer {quoted} --ignore"),
        )),
        Status::Recognised | Status::Skipped => None,
    }
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-=+".contains(c);
    if path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}

/// None for a temporary file that somebody may still be writing.
fn of_fault(session: &Session, fault: &Fault) -> Option<Trouble> {
    let root = session.store.root();
    let again = |file: &str| format!("sellerlake ingest --again {}", quoted(file));
    let is_there = |file: &str| session.workspace.root.join(file).is_file();
    let delete = |path: &str| format!("delete {}", root.join(layout::native(path)).display());
    let (todo, mend) = match fault {
        Fault::MissingPart { file, .. } if is_there(file) => (
            again(file),
            Mend {
                again: Some(file.clone()),
                ..Mend::default()
            },
        ),
        Fault::WrongPart { part, file, .. } if is_there(file) => {
            let alone = root.join(layout::native(part)).is_file();
            (
                format!("{}, then {}", delete(part), again(file)),
                Mend {
                    delete: if alone {
                        vec![part.clone()]
                    } else {
                        Vec::new()
                    },
                    again: alone.then(|| file.clone()),
                    rebuild: false,
                },
            )
        }
        Fault::MissingPart { file, .. } | Fault::WrongPart { file, .. } => (
            format!("put {file} back where it was, then {}", again(file)),
            Mend::default(),
        ),
        Fault::Changed { path } if is_derived(path) => (
            format!("{}, then sellerlake run", delete(path)),
            Mend {
                delete: vec![path.clone()],
                again: None,
                rebuild: true,
            },
        ),
        Fault::Changed { path } => (
            format!("put {path} back from a copy of the store; nothing else holds what it said"),
            Mend::default(),
        ),
        Fault::Unbalanced { .. } => (
            "please report this: such a report must never have been stored".to_owned(),
            Mend::default(),
        ),
        Fault::Unnamed { path } => (
            format!("{}: nothing needs it", delete(path)),
            Mend {
                delete: vec![path.clone()],
                ..Mend::default()
            },
        ),
        Fault::Unfinished { path } => {
            let place = root.join(layout::native(path));
            let modified = std::fs::metadata(&place)
                .and_then(|found| found.modified())
                .ok()?;
            let age = SystemTime::now()
                .duration_since(modified)
                .unwrap_or_default();
            if age < STALE {
                return None;
            }
            (
                format!("{}: its process is gone", delete(path)),
                Mend {
                    delete: vec![path.clone()],
                    ..Mend::default()
                },
            )
        }
        Fault::Foreign { path } => (
            format!(
                "move {} elsewhere",
                root.join(layout::native(path)).display()
            ),
            Mend::default(),
        ),
        Fault::Gap { .. } => (
            "put reports/ of the store back from a copy; else move the store away and run again"
                .to_owned(),
            Mend::default(),
        ),
        Fault::Scattered { .. } => ("sellerlake compact".to_owned(), Mend::default()),
    };
    Some(Trouble {
        what: fault.to_string(),
        todo,
        mend,
    })
}

/// Whether a file follows from the rest of the store.
fn is_derived(path: &str) -> bool {
    path.starts_with("current/") || path.starts_with("marts/")
}

/// Does what needs no answer, and says about how many.
fn mend_all(session: &Session, troubles: &[Trouble], terminal: &Terminal) -> anyhow::Result<u64> {
    let mut again: BTreeSet<PathBuf> = BTreeSet::new();
    let (mut n, mut rebuild, mut marts) = (0, false, false);
    {
        let _lock = take_lock(session)?;
        for trouble in troubles.iter().filter(|trouble| trouble.mend.is_any()) {
            n += 1;
            rebuild |= trouble.mend.rebuild;
            for path in &trouble.mend.delete {
                marts |= path.starts_with("marts/");
                files::delete(
                    session.store.root(),
                    &session.store.root().join(layout::native(path)),
                )?;
            }
            again.extend(
                trouble
                    .mend
                    .again
                    .iter()
                    .map(|file| session.workspace.root.join(file)),
            );
        }
    }
    let observer = terminal.observer();
    if !again.is_empty() {
        let paths: Vec<PathBuf> = again.into_iter().collect();
        let request = ingest::Request {
            paths: &paths,
            again: true,
            ..ingest::Request::default()
        };
        ingest::read_and_merge(session, &request, &*observer)?;
    }
    if rebuild {
        ingest::read_and_merge(session, &ingest::Request::default(), &*observer)?;
        let request = build::Request {
            select: &[],
            full_refresh: marts,
            today: None,
        };
        build::build_marts(session, &request, &*observer)?;
    }
    Ok(n)
}

/// Megabytes that are free where the store lies, as the system's own tool says; none where it does not.
fn free_mb(store: &Path) -> Option<u64> {
    let told = Command::new("df").arg("-Pk").arg(store).output().ok()?;
    let text = String::from_utf8(told.stdout).ok()?;
    let line = text.lines().nth(1)?;
    // The name of the disk may hold spaces; the free kilobytes stand three before the end.
    let cells: Vec<&str> = line.split_whitespace().collect();
    let free: u64 = cells.get(cells.len().checked_sub(3)?)?.parse().ok()?;
    Some(free / 1024)
}
