//! The catalogue: one entry per commit, in order. Planning reads a checkpoint of what the entries are about and the
//! entries after it; the rest of an entry is read when it is asked for.

use crate::model::id;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::entry::Entry;
use crate::store::files;
use crate::store::layout;
use crate::store::log;
use crate::store::log::Log;
use crate::store::reader;
use crate::store::writer;
use arrow::array::ArrayRef;
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
use std::io::ErrorKind;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// Entries in files of their own that are worth a segment and a new checkpoint.
const TAIL: usize = 64;
/// How often a listing is made again when another process sealed what it named.
const TRIES: usize = 5;

/// All entries by number, and the newest of each key.
#[derive(Debug, Default)]
pub struct Catalogue {
    heads: BTreeMap<u64, Head>,
    newest: BTreeMap<String, u64>,
    store: Option<Store>,
    /// Entries read so far.
    bodies: Mutex<BTreeMap<u64, Arc<Entry>>>,
}

/// What planning must know of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The content, and which of its reports.
    pub key: String,
    /// Folders of the partitions that its parts are in: `sales/marketplace=US/month=2026-01-01`.
    pub partitions: Vec<String>,
    /// Where the file was seen.
    pub paths: Vec<String>,
}

impl Head {
    fn of(entry: &Entry) -> Self {
        let mut partitions: Vec<String> = entry
            .tables
            .iter()
            .flat_map(|table| &table.parts)
            .filter_map(|part| layout::folder_of(&part.path))
            .map(str::to_owned)
            .collect();
        partitions.sort();
        partitions.dedup();
        let mut paths: Vec<String> = entry
            .sightings
            .iter()
            .map(|sighting| sighting.path.clone())
            .collect();
        paths.dedup();
        Self {
            key: entry.key(),
            partitions,
            paths,
        }
    }
}

impl Catalogue {
    /// Reads the newest checkpoint and the entries after it.
    ///
    /// # Errors
    /// When an entry is there and cannot be read.
    pub fn load(store: &Store) -> Result<Self, StoreError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match Self::load_once(store) {
                // Sealed by another process between listing and reading.
                Err(StoreError::File { source, .. })
                    if source.kind() == ErrorKind::NotFound && tries < TRIES => {}
                loaded => return loaded,
            }
        }
    }

    fn load_once(store: &Store) -> Result<Self, StoreError> {
        let mut catalogue = Self {
            store: Some(store.clone()),
            ..Self::default()
        };
        let log = Log::list(store)?;
        let mut upto = 0;
        for (seq, path) in checkpoints(store)?.iter().rev() {
            // A checkpoint is derived: one that is damaged, or of a log that is gone, is passed over.
            if *seq <= log.last()
                && let Ok(heads) = read_checkpoint(path)
            {
                for (seq, head) in heads {
                    catalogue.add(seq, head);
                }
                upto = *seq;
                break;
            }
        }
        for (seq, entry) in log.read_after(upto)? {
            catalogue.know(seq, entry);
        }
        Ok(catalogue)
    }

    fn add(&mut self, seq: u64, head: Head) {
        self.newest.insert(head.key.clone(), seq);
        self.heads.insert(seq, head);
    }

    fn know(&mut self, seq: u64, entry: Entry) {
        self.add(seq, Head::of(&entry));
        self.keep(seq, entry);
    }

    fn keep(&self, seq: u64, entry: Entry) -> Arc<Entry> {
        let entry = Arc::new(entry);
        let mut bodies = self.bodies.lock().unwrap_or_else(PoisonError::into_inner);
        bodies.insert(seq, Arc::clone(&entry));
        entry
    }

    /// The catalogue as it would be if only these had been committed, in this order. Nothing is written.
    pub fn of(store: &Store, entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut catalogue = Self {
            store: Some(store.clone()),
            ..Self::default()
        };
        for (seq, entry) in (1..).zip(entries) {
            catalogue.know(seq, entry);
        }
        catalogue
    }

    /// The number of the last commit; 0 when there is none.
    pub fn last_seq(&self) -> u64 {
        self.heads.last_key_value().map_or(0, |(seq, _)| *seq)
    }

    /// A text that changes with every commit.
    pub fn mark(&self) -> String {
        let heads = self.heads.iter().flat_map(|(seq, head)| {
            let texts = [seq.to_string(), head.key.clone()];
            texts.into_iter().chain(head.paths.iter().cloned())
        });
        let heads: Vec<String> = heads.collect();
        id::hash(heads.iter().map(String::as_str))
    }

    /// Numbers and heads of all entries, oldest first.
    pub fn heads(&self) -> impl Iterator<Item = (u64, &Head)> {
        self.heads.iter().map(|(seq, head)| (*seq, head))
    }

    /// Numbers and heads of the entries that count: the newest of each key that is still somewhere or was read when it
    /// was.
    pub fn live_heads(&self) -> impl Iterator<Item = (u64, &Head)> {
        self.heads()
            .filter(|(seq, head)| !head.paths.is_empty() && self.newest.get(&head.key) == Some(seq))
    }

    /// The number of the newest entry of a key.
    pub fn seq_of(&self, key: &str) -> Option<u64> {
        self.newest.get(key).copied()
    }

    /// How many reports the same bytes are or were.
    pub fn n_variants(&self, content_id: &str) -> usize {
        self.keys_of(content_id).count()
    }

    /// The entries that count of one content, the first variant first.
    pub fn seqs_of(&self, content_id: &str) -> Vec<u64> {
        self.keys_of(content_id)
            .filter(|seq| {
                self.heads
                    .get(seq)
                    .is_some_and(|head| !head.paths.is_empty())
            })
            .collect()
    }

    fn keys_of(&self, content_id: &str) -> impl Iterator<Item = u64> {
        self.newest
            .range(content_id.to_owned()..)
            .take_while(move |(key, _)| {
                let rest = key.strip_prefix(content_id);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
            })
            .map(|(_, seq)| *seq)
    }

    /// Entries that count of files at a path that could not be opened.
    pub fn unread_at(&self, path: &str) -> Vec<u64> {
        self.newest
            .range(Entry::UNREAD.to_owned()..)
            .take_while(|(key, _)| key.starts_with(Entry::UNREAD))
            .map(|(_, seq)| *seq)
            .filter(|seq| {
                let head = self.heads.get(seq);
                head.is_some_and(|head| head.paths.iter().any(|known| known == path))
            })
            .collect()
    }

    /// The entries that count, oldest first.
    ///
    /// # Errors
    /// When an entry cannot be read.
    pub fn live(&self) -> Result<Vec<(u64, Arc<Entry>)>, StoreError> {
        self.live_heads()
            .map(|(seq, _)| Ok((seq, self.entry(seq)?)))
            .collect()
    }

    /// All entries, oldest first: what was known when.
    ///
    /// # Errors
    /// When an entry cannot be read.
    pub fn history(&self) -> Result<Vec<(u64, Arc<Entry>)>, StoreError> {
        self.heads()
            .map(|(seq, _)| Ok((seq, self.entry(seq)?)))
            .collect()
    }

    /// An entry by its number.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn entry(&self, seq: u64) -> Result<Arc<Entry>, StoreError> {
        let held = || {
            let bodies = self.bodies.lock().unwrap_or_else(PoisonError::into_inner);
            bodies.get(&seq).cloned()
        };
        if let Some(entry) = held() {
            return Ok(entry);
        }
        let missing = || StoreError::NoEntry { seq };
        let store = self.store.as_ref().ok_or_else(missing)?;
        for _ in 0..TRIES {
            match Log::list(store)?.read_with(seq) {
                Ok(entries) => {
                    for (seq, entry) in entries {
                        self.keep(seq, entry);
                    }
                    break;
                }
                Err(StoreError::File { source, .. }) if source.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        held().ok_or_else(missing)
    }

    /// Commits an entry under the next number. False when another process took it: then its entries are known here, and
    /// whoever commits decides anew.
    ///
    /// # Errors
    /// When the log cannot be read or written.
    pub fn try_commit(&mut self, store: &Store, entry: Entry) -> Result<bool, StoreError> {
        let mut bytes = serde_json::to_vec(&entry).map_err(|source| StoreError::Entry {
            path: store.root().join(layout::LOG),
            source,
        })?;
        bytes.push(b'\n');
        let seq = self.last_seq() + 1;
        let is_mine = log::put(store, seq, &bytes)?;
        if is_mine {
            self.know(seq, entry);
        } else {
            self.catch_up(store)?;
        }
        Ok(is_mine)
    }

    /// Learns what others committed.
    ///
    /// # Errors
    /// When an entry is there and cannot be read.
    pub fn catch_up(&mut self, store: &Store) -> Result<(), StoreError> {
        let mut tries = 0;
        let entries = loop {
            tries += 1;
            match Log::list(store)?.read_after(self.last_seq()) {
                Err(StoreError::File { source, .. })
                    if source.kind() == ErrorKind::NotFound && tries < TRIES => {}
                read => break read?,
            }
        };
        for (seq, entry) in entries {
            self.know(seq, entry);
        }
        Ok(())
    }

    /// Seals the log and writes a checkpoint when many entries lie in files of their own. Only whoever holds the lock
    /// for building may do this.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn checkpoint(&self, store: &Store) -> Result<(), StoreError> {
        let log = Log::list(store)?;
        if log.n_loose() < TAIL {
            return Ok(());
        }
        self.write_checkpoint(store)?;
        log.seal(store)
    }

    /// The same, however few entries there are.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn seal(&self, store: &Store) -> Result<(), StoreError> {
        let log = Log::list(store)?;
        if log.n_loose() == 0 {
            return Ok(());
        }
        self.write_checkpoint(store)?;
        log.seal(store)
    }

    fn write_checkpoint(&self, store: &Store) -> Result<(), StoreError> {
        let last = self.last_seq();
        // Numbers that others committed since are not known here; a checkpoint must not claim them.
        if last == 0 || self.heads.len() as u64 != last {
            return Ok(());
        }
        let path = store.root().join(layout::native(&layout::checkpoint(last)));
        let seqs = self
            .heads
            .keys()
            .map(|seq| i64::try_from(*seq).unwrap_or(i64::MAX));
        let text = |of: fn(&Head) -> String| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(self.heads.values().map(of)))
        };
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from_iter_values(seqs)),
            text(|head| head.key.clone()),
            text(|head| head.partitions.join("\n")),
            text(|head| head.paths.join("\n")),
        ];
        let batch = RecordBatch::try_new(schema(), columns).map_err(|source| StoreError::Rows {
            path: path.clone(),
            source,
        })?;
        files::replace(&path, &writer::encode(&path, &schema(), &[batch], None)?)?;
        for (seq, old) in checkpoints(store)? {
            if seq != last {
                files::delete(store.root(), &old)?;
            }
        }
        Ok(())
    }
}

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("seq", DataType::Int64, false),
        Field::new("key", DataType::Utf8, false),
        Field::new("partitions", DataType::Utf8, false),
        Field::new("paths", DataType::Utf8, false),
    ]))
}

fn read_checkpoint(path: &Path) -> Result<Vec<(u64, Head)>, StoreError> {
    let mut heads = Vec::new();
    for batch in reader::read(path, &schema())? {
        let seqs = batch.column(0).as_primitive::<Int64Type>();
        let text = |column: usize, row: usize| batch.column(column).as_string::<i32>().value(row);
        heads.extend((0..batch.num_rows()).map(|row| {
            let lines =
                |column| -> Vec<String> { text(column, row).lines().map(str::to_owned).collect() };
            let head = Head {
                key: text(1, row).to_owned(),
                partitions: lines(2),
                paths: lines(3),
            };
            (u64::try_from(seqs.value(row)).unwrap_or_default(), head)
        }));
    }
    Ok(heads)
}

/// Checkpoints by number, oldest first.
fn checkpoints(store: &Store) -> Result<Vec<(u64, PathBuf)>, StoreError> {
    let number = |path: &PathBuf| {
        let stem = path.file_stem()?.to_str()?;
        stem.strip_prefix("checkpoint-")?.parse().ok()
    };
    Ok(files::list(&store.root().join(layout::CHECKPOINTS))?
        .into_iter()
        .filter_map(|path| Some((number(&path)?, path)))
        .collect())
}

#[cfg(test)]
#[path = "reports_tests.rs"]
mod tests;
