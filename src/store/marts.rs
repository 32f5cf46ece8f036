//! Marts on disk: one file per period, written only where its rows changed, and what the last build was made from.

use crate::model::name::TableName;
use crate::model::period::date_of;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::files;
use crate::store::layout;
use crate::store::writer;
use arrow::array::Array;
use arrow::array::AsArray;
use arrow::array::RecordBatch;
use arrow::array::UInt32Array;
use arrow::compute::take_record_batch;
use arrow::datatypes::Date32Type;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Writes a mart and says how many of its files changed. `partition` is the date column that its folders are named by.
///
/// With `keeps_others`, periods that the batch does not speak of stay: marts that depend on today keep their past.
/// A mart without a row still has one file, so that whoever reads it finds its columns.
///
/// # Errors
/// When a file cannot be written; the files before it are then new, the others old.
pub fn write(
    store: &Store,
    mart: &TableName,
    partition: Option<&str>,
    batch: &RecordBatch,
    keeps_others: bool,
) -> Result<usize, StoreError> {
    let folder = store.root().join("marts").join(mart.as_str());
    let mut wanted: BTreeMap<PathBuf, RecordBatch> = BTreeMap::new();
    let path = |partition: Option<&str>| {
        store
            .root()
            .join(layout::native(&layout::mart(mart, partition)))
    };
    let days = partition
        .and_then(|name| batch.column_by_name(name))
        .and_then(|array| array.as_primitive_opt::<Date32Type>());
    match (partition, days) {
        (Some(name), Some(days)) if batch.num_rows() > 0 => {
            let mut rows: BTreeMap<i32, Vec<u32>> = BTreeMap::new();
            for row in (0..batch.num_rows()).filter(|row| days.is_valid(*row)) {
                rows.entry(days.value(row))
                    .or_default()
                    .push(u32::try_from(row).unwrap_or(u32::MAX));
            }
            for (day, rows) in rows {
                let Some(day) = date_of(day) else { continue };
                let path = path(Some(&format!("{name}={day}")));
                let part =
                    take_record_batch(batch, &UInt32Array::from(rows)).map_err(|source| {
                        StoreError::Rows {
                            path: path.clone(),
                            source,
                        }
                    })?;
                wanted.insert(path, part);
            }
        }
        _ => {
            wanted.insert(path(None), batch.clone());
        }
    }
    let mut changed = 0;
    for (path, part) in &wanted {
        let bytes = writer::encode(path, part.schema_ref(), std::slice::from_ref(part), None)?;
        changed += usize::from(files::replace(path, &bytes)?);
    }
    let empty = path(None);
    for old in files::list(&folder)? {
        let is_other_period = old != empty && keeps_others;
        if !wanted.contains_key(&old) && !is_other_period {
            files::delete(store.root(), &old)?;
            changed += 1;
        }
    }
    Ok(changed)
}

/// The files of a mart, sorted.
///
/// # Errors
/// When its folder cannot be listed.
pub fn files_of(store: &Store, mart: &TableName) -> Result<Vec<PathBuf>, StoreError> {
    files::list(&store.root().join("marts").join(mart.as_str()))
}

/// Deletes marts that no pipeline declares any more.
///
/// # Errors
/// When a file cannot be deleted.
pub fn delete_others(store: &Store, known: &BTreeSet<TableName>) -> Result<(), StoreError> {
    let root = store.root().join("marts");
    for file in files::list(&root)? {
        let mart = file
            .strip_prefix(&root)
            .ok()
            .and_then(|path| path.iter().next())
            .and_then(|name| name.to_str());
        if !mart
            .and_then(|name| TableName::parse(name).ok())
            .is_some_and(|name| known.contains(&name))
        {
            files::delete(store.root(), &file)?;
        }
    }
    Ok(())
}

/// Where the fingerprint of the last whole build is kept.
fn state(store: &Store) -> PathBuf {
    store.root().join("built.json")
}

/// What the last whole build was made from and what came of it, as it wrote it down; none when there was none.
pub fn last_build(store: &Store) -> Option<serde_json::Value> {
    serde_json::from_slice(&files::get(&state(store)).ok()?).ok()
}

/// Writes down what a whole build was made from. Comes last: a build that broke off is made again.
///
/// # Errors
/// When the store cannot be written.
pub fn note_build(store: &Store, note: &serde_json::Value) -> Result<(), StoreError> {
    let mut bytes = note.to_string().into_bytes();
    bytes.push(b'\n');
    files::replace(&state(store), &bytes).map(|_| ())
}

/// Forgets the last build: the next one builds everything.
///
/// # Errors
/// When the note is there and cannot be deleted.
pub fn forget_build(store: &Store) -> Result<(), StoreError> {
    files::delete(store.root(), &state(store))
}
