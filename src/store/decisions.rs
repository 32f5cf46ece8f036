//! What the user decided: answers to questions and acceptances, each a file of its own, newest wins.

use crate::store::Store;
use crate::store::StoreError;
use crate::store::files;
use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;
use std::time::SystemTime;

/// One decision. Everything that is set holds for every file that `files` matches, or for one report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Decision {
    /// Glob over paths as sighted, or a content id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub files: Option<String>,
    /// A report that is taken although it is poorer than the one before it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub accept: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub marketplace: Option<String>,
    /// `day` or `month`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unit: Option<String>,
    /// `day-first` or `month-first`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub date_order: Option<String>,
    /// `comma` or `point`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decimal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub period_start: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub period_end: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub observed_at: Option<String>,
    /// Nobody's report: never asked about again.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub ignore: bool,
}

/// All decisions, oldest first.
///
/// # Errors
/// When a decision is there and cannot be read.
pub fn load(store: &Store) -> Result<Vec<Decision>, StoreError> {
    load_until(store, None)
}

/// Those that had been taken by a moment.
///
/// # Errors
/// As [`load`].
pub fn load_until(store: &Store, until: Option<SystemTime>) -> Result<Vec<Decision>, StoreError> {
    let taken = |path: &PathBuf| {
        std::fs::metadata(path)
            .and_then(|found| found.modified())
            .ok()
    };
    files::list(&store.root().join("decisions"))?
        .into_iter()
        .filter(|path| until.is_none_or(|until| taken(path).is_none_or(|at| at <= until)))
        .map(|path| {
            serde_json::from_slice(&files::get(&path)?)
                .map_err(|source| StoreError::Entry { path, source })
        })
        .collect()
}

/// Records a decision under the next free number.
///
/// # Errors
/// When the store cannot be written.
pub fn record(store: &Store, decision: &Decision) -> Result<(), StoreError> {
    let folder = store.root().join("decisions");
    let mut bytes = serde_json::to_vec_pretty(decision).map_err(|source| StoreError::Entry {
        path: folder.clone(),
        source,
    })?;
    bytes.push(b'\n');
    let mut n = files::list(&folder)?.len() + 1;
    while !files::put_new(&folder.join(format!("{n:06}.json")), &bytes)? {
        n += 1;
    }
    Ok(())
}
