//! The log of commits: a file for each entry when it is committed, and segments of many entries once there are many.
//!
//! A segment holds entries word for word; it takes the place of their files, which go only when it lies there and can be
//! read. Where both are there the segment counts, and whoever commits looks for a segment that already has the number.

use crate::store::Store;
use crate::store::StoreError;
use crate::store::entry::Entry;
use crate::store::files;
use crate::store::layout;
use crate::store::reader;
use crate::store::writer::CutWriter;
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
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// Entries that are read together: a row group of a segment.
const TOGETHER: usize = 64;

/// What lies in the log, by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Log {
    loose: BTreeMap<u64, PathBuf>,
    /// By their last number.
    segments: BTreeMap<u64, Segment>,
}

#[derive(Debug, Clone)]
struct Segment {
    first: u64,
    path: PathBuf,
}

impl Log {
    /// # Errors
    /// When the log is there and cannot be listed.
    pub(super) fn list(store: &Store) -> Result<Self, StoreError> {
        // Segments last: an entry that is sealed in between is then seen twice, and not missed.
        let loose: BTreeMap<u64, PathBuf> = files::list(&store.root().join(layout::LOG))?
            .into_iter()
            .filter_map(|path| Some((path.file_stem()?.to_str()?.parse().ok()?, path)))
            .collect();
        let mut segments = BTreeMap::new();
        for path in files::list(&store.root().join(layout::SEGMENTS))? {
            if let Some((first, last)) = layout::segment_span(&path) {
                segments.insert(last, Segment { first, path });
            }
        }
        Ok(Self { loose, segments })
    }

    /// The number of the last commit; 0 when there is none.
    pub(super) fn last(&self) -> u64 {
        let loose = self.loose.last_key_value().map_or(0, |(seq, _)| *seq);
        loose.max(self.sealed())
    }

    fn sealed(&self) -> u64 {
        self.segments.last_key_value().map_or(0, |(last, _)| *last)
    }

    /// Entries with a greater number than `after`, oldest first.
    ///
    /// # Errors
    /// When one is there and cannot be read.
    pub(super) fn read_after(&self, after: u64) -> Result<Vec<(u64, Entry)>, StoreError> {
        let mut entries = Vec::new();
        for (last, segment) in self.segments.range(after.saturating_add(1)..) {
            let from = segment.first.max(after.saturating_add(1));
            entries.extend(segment.read(from - segment.first, last - from + 1)?);
        }
        let sealed = self.sealed();
        for (seq, path) in self.loose.range(after.saturating_add(1)..) {
            if *seq > sealed {
                entries.push((*seq, read_loose(path)?));
            }
        }
        Ok(entries)
    }

    /// The entry of this number and what is read along with it; nothing when there is none.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub(super) fn read_with(&self, seq: u64) -> Result<Vec<(u64, Entry)>, StoreError> {
        if let Some((_, segment)) = self.segments.range(seq..).next()
            && segment.first <= seq
        {
            let together = TOGETHER as u64;
            let start = (seq - segment.first) / together * together;
            return segment.read(start, together);
        }
        match self.loose.get(&seq) {
            Some(path) => Ok(vec![(seq, read_loose(path)?)]),
            None => Ok(Vec::new()),
        }
    }

    /// Entries that lie in a file of their own.
    pub(super) fn n_loose(&self) -> usize {
        self.loose.len()
    }

    /// Puts the entries that lie in files of their own into one segment. Their files go when it can be read.
    ///
    /// # Errors
    /// When an entry cannot be read or the segment not be written; then all entries are where they were.
    pub(super) fn seal(&self, store: &Store) -> Result<(), StoreError> {
        let sealed = self.sealed();
        let mut entries = Vec::new();
        // A gap would make numbers and rows disagree: whatever lies behind one stays as it is.
        for (expected, (seq, path)) in (sealed + 1..).zip(self.loose.range(sealed + 1..)) {
            if *seq != expected {
                break;
            }
            entries.push((*seq, files::get(path)?));
        }
        if let (Some((first, _)), Some((last, _))) = (entries.first(), entries.last()) {
            let segment = Segment {
                first: *first,
                path: store
                    .root()
                    .join(layout::native(&layout::segment(*first, *last))),
            };
            let n_entries = entries.len() as u64;
            write(&segment.path, &entries)?;
            let found = segment.read(0, n_entries)?;
            if found.len() as u64 != n_entries {
                return Err(StoreError::Segment { path: segment.path });
            }
            for seq in *first..=*last {
                self.forget(store, seq)?;
            }
        }
        // What an earlier sealing left behind when it was killed.
        let left: Vec<u64> = self.loose.range(..=sealed).map(|(seq, _)| *seq).collect();
        left.into_iter().try_for_each(|seq| self.forget(store, seq))
    }

    fn forget(&self, store: &Store, seq: u64) -> Result<(), StoreError> {
        self.loose
            .get(&seq)
            .map_or(Ok(()), |path| files::delete(store.root(), path))
    }
}

/// Commits an entry under a number. False when the number is taken; another process may commit or seal at the same time.
///
/// # Errors
/// When the log cannot be written.
pub(super) fn put(store: &Store, seq: u64, bytes: &[u8]) -> Result<bool, StoreError> {
    let path = store.root().join(layout::native(&layout::entry(seq)));
    if !files::put_new(&path, bytes)? {
        return Ok(false);
    }
    // The file of this number may be gone because a segment has the entry that it held.
    let sealed = files::list(&store.root().join(layout::SEGMENTS))?
        .iter()
        .filter_map(|path| layout::segment_span(path))
        .map(|(_, last)| last)
        .max();
    if sealed.is_some_and(|sealed| seq <= sealed) {
        files::delete(store.root(), &path)?;
        return Ok(false);
    }
    Ok(true)
}

fn read_loose(path: &Path) -> Result<Entry, StoreError> {
    serde_json::from_slice(&files::get(path)?).map_err(|source| StoreError::Entry {
        path: path.into(),
        source,
    })
}

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("seq", DataType::Int64, false),
        Field::new("entry", DataType::Utf8, false),
    ]))
}

fn write(path: &Path, entries: &[(u64, Vec<u8>)]) -> Result<(), StoreError> {
    let seqs = entries
        .iter()
        .map(|(seq, _)| i64::try_from(*seq).unwrap_or(i64::MAX));
    let texts = entries
        .iter()
        .map(|(_, bytes)| String::from_utf8_lossy(bytes));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(seqs)),
        Arc::new(StringArray::from_iter_values(texts)),
    ];
    let batch = RecordBatch::try_new(schema(), columns).map_err(|source| StoreError::Rows {
        path: path.into(),
        source,
    })?;
    let mut writer = CutWriter::new(path, &schema(), &[])?;
    for start in (0..entries.len()).step_by(TOGETHER) {
        writer.write(&batch.slice(start, TOGETHER.min(entries.len() - start)))?;
        writer.cut()?;
    }
    let (bytes, _) = writer.finish()?;
    files::replace(path, &bytes).map(|_| ())
}

impl Segment {
    /// `n` entries from row `start` on.
    fn read(&self, start: u64, n: u64) -> Result<Vec<(u64, Entry)>, StoreError> {
        let mut entries = Vec::new();
        for batch in reader::read_rows(&self.path, &schema(), start, n)? {
            let seqs = batch.column(0).as_primitive::<Int64Type>();
            let texts = batch.column(1).as_string::<i32>();
            for (seq, text) in seqs.values().iter().zip(texts) {
                let entry = serde_json::from_str(text.unwrap_or_default()).map_err(|source| {
                    StoreError::Entry {
                        path: self.path.clone(),
                        source,
                    }
                })?;
                entries.push((u64::try_from(*seq).unwrap_or_default(), entry));
            }
        }
        Ok(entries)
    }
}
