//! Checksums of the store's files. Each is taken when the file is new; after that, what is not the same was not changed
//! by us. Without them nothing is lost but the comparison.

use crate::model::id;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::files;
use crate::store::layout;
use crate::store::memos::Look;
use crate::store::memos::Merged;
use crate::store::memos::Sum;
use crate::store::memos::Sums;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;

/// What is summed. All but the last two is written once and stays as it is.
const FOLDERS: &[&str] = &[
    "decisions",
    "frozen",
    "inputs",
    "observed",
    "rejected",
    layout::SEGMENTS,
    "runs",
    "current",
    "marts",
];

/// What comparing came to.
#[derive(Debug, Default)]
pub struct Compared {
    /// Files whose bytes are not those that were summed, by their path in the store.
    pub otherwise: Vec<String>,
    pub n_same: u64,
    /// Files that nobody summed yet.
    pub n_new: u64,
}

/// All files that are summed, by their path in the store with `/`.
fn all(store: &Store) -> Result<Vec<(String, PathBuf)>, StoreError> {
    let mut all = Vec::new();
    for folder in FOLDERS {
        for path in files::list(&store.root().join(layout::native(folder)))? {
            all.push((relative(store, &path), path));
        }
    }
    Ok(all)
}

/// A path in the store, with `/`.
pub(super) fn relative(store: &Store, path: &Path) -> String {
    let inside = path.strip_prefix(store.root()).unwrap_or(path);
    inside.to_string_lossy().replace('\\', "/")
}

fn hash(path: &Path) -> Result<String, StoreError> {
    File::open(path)
        .and_then(id::of_reader)
        .map_err(|source| StoreError::File {
            verb: "read",
            path: path.into(),
            source,
        })
}

/// Sums what is new. A file that is no longer what was summed keeps its old sum, unless it is of one of the marts that
/// were just `made`, or of `current/` and as the merge left it.
///
/// # Errors
/// When the store cannot be read or written.
pub fn note(store: &Store, made: &BTreeSet<String>) -> Result<(), StoreError> {
    let old = Sums::recall(store);
    let merged = Merged::recall(store).unwrap_or_default();
    let mut sums = Sums::default();
    let current = store.root().join("current");
    for (name, path) in all(store)? {
        let Some(look) = Look::at(&path) else {
            continue;
        };
        let known = old.files.get(&name);
        if let Some(known) = known.filter(|known| known.look == look) {
            sums.files.insert(name, known.clone());
            continue;
        }
        let is_ours = match name.split('/').collect::<Vec<_>>()[..] {
            ["marts", mart, ..] => made.contains(mart),
            ["current", ..] => {
                let folder = layout::current_folder(&current, &path).unwrap_or_default();
                let as_left = merged.partitions.get(&folder);
                as_left.is_some_and(|partition| partition.look == look)
            }
            _ => false,
        };
        let hash = match hash(&path) {
            // Deleted in between, as compaction does.
            Err(_) if !path.exists() => continue,
            hash => hash?,
        };
        let sum = match known {
            Some(known) if known.hash != hash && !is_ours => known.clone(),
            _ => Sum { look, hash },
        };
        sums.files.insert(name, sum);
    }
    if sums == old {
        return Ok(());
    }
    sums.note(store)
}

/// Whether a file is what was summed of it, byte for byte. False where nobody summed it, or it cannot be read.
pub(super) fn holds(store: &Store, sums: &Sums, path: &Path) -> bool {
    let known = sums.files.get(&relative(store, path));
    known.is_some_and(|known| hash(path).is_ok_and(|hash| hash == known.hash))
}

/// Reads every file and compares.
///
/// # Errors
/// When the store cannot be listed, or a file not be read.
pub fn compare(store: &Store) -> Result<Compared, StoreError> {
    let sums = Sums::recall(store);
    let mut compared = Compared::default();
    for (name, path) in all(store)? {
        let Some(known) = sums.files.get(&name) else {
            compared.n_new += 1;
            continue;
        };
        if hash(&path).is_ok_and(|hash| hash == known.hash) {
            compared.n_same += 1;
        } else {
            compared.otherwise.push(name);
        }
    }
    Ok(compared)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_changed_keeps_its_sum_until_we_make_it() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::at(root.path());
        let put = |name: &str, bytes: &[u8]| {
            files::replace(&root.path().join(name), bytes).unwrap();
        };
        put("marts/m/data.parquet", b"one");
        put("inputs/seed", b"seed");
        note(&store, &BTreeSet::new()).unwrap();
        assert_eq!(compare(&store).unwrap().n_same, 2);
        put("marts/m/data.parquet", b"two");
        put("inputs/seed", b"weed");
        put("inputs/more", b"more");
        note(&store, &BTreeSet::new()).unwrap();
        let compared = compare(&store).unwrap();
        assert_eq!(compared.otherwise, ["inputs/seed", "marts/m/data.parquet"]);
        assert_eq!((compared.n_same, compared.n_new), (1, 0));
        note(&store, &BTreeSet::from(["m".to_owned()])).unwrap();
        assert_eq!(compare(&store).unwrap().otherwise, ["inputs/seed"]);
        put("inputs/seed", b"seed");
        assert_eq!(compare(&store).unwrap().n_same, 3);
    }
}
