//! The catalogue: one entry per commit, in order, and checkpoints so that planning reads one file and a short tail.

use crate::store::Store;
use crate::store::StoreError;
use crate::store::entry::Entry;
use crate::store::files;
use crate::store::layout;
use crate::store::reader;
use crate::store::writer;
use arrow::array::AsArray;
use arrow::array::Int64Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use arrow::datatypes::DataType;
use arrow::datatypes::Field;
use arrow::datatypes::Int64Type;
use arrow::datatypes::Schema;
use arrow::datatypes::SchemaRef;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Entries after the newest checkpoint that make a new one worth writing.
const TAIL: u64 = 64;

/// All entries, oldest first, and the newest of each content.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    entries: BTreeMap<u64, Arc<Entry>>,
    newest: BTreeMap<String, u64>,
}

impl Catalogue {
    /// Reads the newest checkpoint and the entries after it.
    ///
    /// # Errors
    /// When an entry is there and cannot be read.
    pub fn load(store: &Store) -> Result<Self, StoreError> {
        let mut catalogue = Self::default();
        let (checkpoints, log) = listed(store)?;
        let mut from = 0;
        for (seq, path) in checkpoints.iter().rev() {
            // A checkpoint is derived: a damaged one is passed over, and the log read instead.
            if let Ok(entries) = read_checkpoint(path) {
                for (seq, entry) in entries {
                    catalogue.add(seq, entry);
                }
                from = *seq;
                break;
            }
        }
        for (seq, path) in log.into_iter().filter(|(seq, _)| *seq > from) {
            let bytes = files::get(&path)?;
            let entry = serde_json::from_slice(&bytes)
                .map_err(|source| StoreError::Entry { path, source })?;
            catalogue.add(seq, entry);
        }
        Ok(catalogue)
    }

    fn add(&mut self, seq: u64, entry: Entry) {
        self.newest.insert(entry.content_id.clone(), seq);
        self.entries.insert(seq, Arc::new(entry));
    }

    /// The sequence number of the last commit; 0 when there is none.
    pub fn last_seq(&self) -> u64 {
        self.entries.last_key_value().map_or(0, |(seq, _)| *seq)
    }

    /// The entry that counts for each content, by commit order.
    pub fn live(&self) -> impl Iterator<Item = (u64, &Arc<Entry>)> {
        self.entries
            .iter()
            .filter(|(seq, entry)| self.newest.get(&entry.content_id) == Some(seq))
            .map(|(seq, entry)| (*seq, entry))
    }

    pub fn of_content(&self, content_id: &str) -> Option<&Arc<Entry>> {
        self.entries.get(self.newest.get(content_id)?)
    }

    /// Commits an entry under the next free number; another process may take a number in between.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub fn commit(&mut self, store: &Store, entry: Entry) -> Result<u64, StoreError> {
        let mut bytes = serde_json::to_vec_pretty(&entry).map_err(|source| StoreError::Entry {
            path: store.root().join("reports/log"),
            source,
        })?;
        bytes.push(b'\n');
        let mut seq = self.last_seq() + 1;
        loop {
            let path = store.root().join(layout::native(&layout::entry(seq)));
            if files::put_new(&path, &bytes)? {
                break;
            }
            seq += 1;
        }
        self.add(seq, entry);
        Ok(seq)
    }

    /// Writes a checkpoint when the tail has grown long, and drops older ones.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn checkpoint(&self, store: &Store) -> Result<(), StoreError> {
        let (checkpoints, log) = listed(store)?;
        let newest = checkpoints.last().map_or(0, |(seq, _)| *seq);
        let last = self.last_seq();
        // Numbers that others committed since are not known here; a checkpoint must not claim them.
        let complete = log
            .iter()
            .filter(|(seq, _)| *seq <= last)
            .all(|(seq, _)| self.entries.contains_key(seq));
        if last < newest + TAIL || !complete {
            return Ok(());
        }
        let path = store.root().join(layout::native(&layout::checkpoint(last)));
        let seqs = Int64Array::from_iter_values(
            self.entries
                .keys()
                .map(|seq| i64::try_from(*seq).unwrap_or(i64::MAX)),
        );
        let mut texts = Vec::with_capacity(self.entries.len());
        for entry in self.entries.values() {
            texts.push(
                serde_json::to_string(&**entry).map_err(|source| StoreError::Entry {
                    path: path.clone(),
                    source,
                })?,
            );
        }
        let batch = RecordBatch::try_new(
            checkpoint_schema(),
            vec![Arc::new(seqs), Arc::new(StringArray::from(texts))],
        )
        .map_err(|source| StoreError::Rows {
            path: path.clone(),
            source,
        })?;
        files::replace(
            &path,
            &writer::encode(&path, &checkpoint_schema(), &[batch], None)?,
        )?;
        for (_, old) in checkpoints {
            files::delete(store.root(), &old)?;
        }
        Ok(())
    }
}

fn checkpoint_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("seq", DataType::Int64, false),
        Field::new("entry", DataType::Utf8, false),
    ]))
}

fn read_checkpoint(path: &std::path::Path) -> Result<Vec<(u64, Entry)>, StoreError> {
    let mut entries = Vec::new();
    for batch in reader::read(path, &checkpoint_schema())? {
        let (seqs, texts) = (
            batch.column(0).as_primitive::<Int64Type>(),
            batch.column(1).as_string::<i32>(),
        );
        for (seq, text) in seqs.iter().zip(texts.iter()) {
            let entry = serde_json::from_str(text.unwrap_or_default()).map_err(|source| {
                StoreError::Entry {
                    path: path.into(),
                    source,
                }
            })?;
            entries.push((
                u64::try_from(seq.unwrap_or_default()).unwrap_or_default(),
                entry,
            ));
        }
    }
    Ok(entries)
}

type Numbered = Vec<(u64, PathBuf)>;

/// Checkpoints and entries by number, each oldest first.
fn listed(store: &Store) -> Result<(Numbered, Numbered), StoreError> {
    let number = |path: &PathBuf| -> Option<(bool, u64)> {
        let stem = path.file_stem()?.to_str()?;
        match stem.strip_prefix("checkpoint-") {
            Some(digits) => Some((true, digits.parse().ok()?)),
            None => Some((false, stem.parse().ok()?)),
        }
    };
    let (mut checkpoints, mut log) = (Vec::new(), Vec::new());
    for path in files::list(&store.root().join("reports"))? {
        match number(&path) {
            Some((true, seq)) => checkpoints.push((seq, path)),
            Some((false, seq)) => log.push((seq, path)),
            None => {}
        }
    }
    checkpoints.sort();
    log.sort();
    Ok((checkpoints, log))
}
