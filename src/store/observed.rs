//! Reading parts wherever their rows lie: in a file of their own, or in a pack.

use crate::store::Store;
use crate::store::StoreError;
use crate::store::files;
use crate::store::layout;
use crate::store::pack::Pack;
use crate::store::reader;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// The parts of a store.
#[derive(Debug)]
pub struct Observed<'a> {
    store: &'a Store,
    /// Packs by the folder that they lie in, as far as somebody asked.
    packs: Mutex<BTreeMap<String, Arc<Vec<Pack>>>>,
}

/// Batches of a part, in the order of its rows.
pub type Batches = Box<dyn Iterator<Item = Result<RecordBatch, StoreError>>>;

impl<'a> Observed<'a> {
    pub const fn of(store: &'a Store) -> Self {
        Self {
            store,
            packs: Mutex::new(BTreeMap::new()),
        }
    }

    /// The part's own file, as long as it has one.
    pub(super) fn loose(&self, part: &str) -> Option<PathBuf> {
        let path = self.store.root().join(layout::native(part));
        path.is_file().then_some(path)
    }

    /// Whether a part lies somewhere, in a file of its own or in a pack.
    ///
    /// # Errors
    /// When a pack is there and cannot be opened.
    pub fn holds(&self, part: &str) -> Result<bool, StoreError> {
        if self.loose(part).is_some() {
            return Ok(true);
        }
        let (Some(folder), Some(reading)) = (layout::folder_of(part), layout::reading_of(part))
        else {
            return Ok(false);
        };
        Ok(self.packs(folder)?.iter().any(|pack| pack.holds(reading)))
    }

    /// Some rows of a part as its table declares them now: `rows` of them from row `start` on.
    ///
    /// # Errors
    /// When the part is nowhere, or a column has another type than declared.
    pub fn stream(
        &self,
        part: &str,
        schema: &SchemaRef,
        start: u64,
        rows: u64,
    ) -> Result<Batches, StoreError> {
        if let Some(path) = self.loose(part) {
            match reader::stream(&path, schema, start, rows) {
                Ok(batches) => return Ok(Box::new(batches)),
                // Packed between looking and opening.
                Err(StoreError::File { source, .. })
                    if source.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        let nowhere = || StoreError::NoPart { part: part.into() };
        let folder = layout::folder_of(part).ok_or_else(nowhere)?;
        let reading = layout::reading_of(part).ok_or_else(nowhere)?;
        let packs = self.packs(folder)?;
        let pack = packs
            .iter()
            .find(|pack| pack.holds(reading))
            .ok_or_else(nowhere)?;
        pack.stream(reading, schema, start, rows)
    }

    /// The same, all at once.
    ///
    /// # Errors
    /// As [`Observed::stream`].
    pub fn read(
        &self,
        part: &str,
        schema: &SchemaRef,
        start: u64,
        rows: u64,
    ) -> Result<Vec<RecordBatch>, StoreError> {
        self.stream(part, schema, start, rows)?.collect()
    }

    fn packs(&self, folder: &str) -> Result<Arc<Vec<Pack>>, StoreError> {
        let mut known = self.packs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(packs) = known.get(folder) {
            return Ok(Arc::clone(packs));
        }
        let packs = Arc::new(packs_in(self.store, folder)?);
        known.insert(folder.to_owned(), Arc::clone(&packs));
        Ok(packs)
    }
}

/// The packs of a partition, sorted by name.
pub(super) fn packs_in(store: &Store, folder: &str) -> Result<Vec<Pack>, StoreError> {
    let folder = store.root().join("observed").join(layout::native(folder));
    files::list(&folder)?
        .into_iter()
        .filter(|path| path.parent() == Some(&folder) && layout::is_pack(path))
        .map(|path| Pack::open(&path, &layout::pack_index(&path)))
        .collect()
}
