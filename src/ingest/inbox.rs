//! Which files there are that may be reports.

use crate::ingest::Context;
use crate::ingest::answers;
use crate::store::StoreError;
use crate::store::entry::Sighting;
use crate::store::memos::Look;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// A file that may be a report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// Relative to the workspace with `/`, or absolute when it lies elsewhere.
    pub relative: String,
    /// Relative to the inbox with `/` when it lies there, else its name: what folder rules are applied to.
    pub in_inbox: String,
    pub path: PathBuf,
    pub look: Look,
}

impl Candidate {
    pub fn sighting(&self) -> Sighting {
        Sighting {
            path: self.relative.clone(),
            bytes: self.look.bytes,
            modified: self.look.modified_ms(),
        }
    }
}

/// Files found, and how many were passed over by rule.
#[derive(Debug, Default)]
pub struct Found {
    /// Sorted by path.
    pub candidates: Vec<Candidate>,
    pub n_ignored: usize,
}

/// Collects the files below `paths`, without hidden files, office lock files and what rules or the user ignore.
///
/// # Errors
/// When a path is not there or a folder cannot be listed.
pub fn find(context: &Context<'_>, paths: &[PathBuf]) -> Result<Found, StoreError> {
    let mut found = Found::default();
    let mut files = Vec::new();
    for path in paths {
        walk(path, &mut files)?;
    }
    files.sort();
    files.dedup();
    for (path, look) in files {
        let candidate = candidate(context, path, look);
        let name = candidate
            .path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if is_noise(&name) {
            continue;
        }
        let by_rule = context
            .workspace
            .config
            .ignore
            .iter()
            .any(|rule| rule.files.matches(&candidate.in_inbox));
        if by_rule || answers::is_ignored(context.decisions, &candidate.relative) {
            found.n_ignored += 1;
        } else {
            found.candidates.push(candidate);
        }
    }
    found.candidates.sort();
    Ok(found)
}

/// Files that systems and programs leave beside the ones that people make.
fn is_noise(name: &str) -> bool {
    let lower = name.to_lowercase();
    let partial = [".crdownload", ".part", ".tmp", ".download"]
        .iter()
        .any(|end| lower.ends_with(end));
    name.starts_with('.')
        || name.starts_with("~$")
        || lower == "thumbs.db"
        || lower == "desktop.ini"
        || partial
}

fn walk(path: &Path, files: &mut Vec<(PathBuf, Look)>) -> Result<(), StoreError> {
    let failed = |source| StoreError::File {
        verb: "look at",
        path: path.into(),
        source,
    };
    let metadata = fs::metadata(path).map_err(failed)?;
    if !metadata.is_dir() {
        files.push((path.to_path_buf(), Look::of(&metadata)));
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !hidden {
            walk(&entry.path(), files)?;
        }
    }
    Ok(())
}

fn candidate(context: &Context<'_>, path: PathBuf, look: Look) -> Candidate {
    let slashed = |path: &Path| path.to_string_lossy().replace('\\', "/");
    let inside = |root: &Path| path.strip_prefix(root).ok().map(slashed);
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    Candidate {
        relative: inside(&context.workspace.root).unwrap_or_else(|| slashed(&path)),
        in_inbox: inside(&context.workspace.inbox()).unwrap_or(name),
        path,
        look,
    }
}
