//! Parts of a partition -> one pack, in which each version of a row stands once, with the observations that saw it.
//!
//! Nothing is lost: every part is rebuilt from the pack and compared with what it was before its file goes. Whoever is
//! killed in between leaves files that the next compaction clears away. Only whoever holds the lock for building may do
//! this.

use crate::model::id;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::files;
use crate::store::layout;
use crate::store::merge::PartRef;
use crate::store::observed;
use crate::store::observed::Observed;
use crate::store::pack;
use crate::store::pack::Directory;
use crate::store::pack::Observation;
use crate::store::pack::Pack;
use crate::store::part::SliceKey;
use crate::store::reader;
use crate::store::reports::Catalogue;
use crate::store::versions::Shelf;
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::Field;
use arrow::datatypes::Schema;
use arrow::datatypes::SchemaRef;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// Rows that are compared at a time.
const WINDOW: u64 = 65_536;
/// Rows up to which all parts of a partition are read once and held; beyond, each slice is read when its turn comes.
const HELD: u64 = 1 << 18;
/// Part of the name of a pack: another form of pack is another pack.
const VERSION: &str = "1";

/// A partition to compact.
#[derive(Debug, Clone)]
pub struct Job {
    /// The partition's folder.
    pub folder: String,
    parts: Vec<PartRef>,
}

/// What a compaction came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Compacted {
    pub folder: String,
    /// Observations that the pack holds.
    pub observations: u64,
    /// Rows that they saw, and versions of rows that stand in the pack.
    pub rows: (u64, u64),
    /// Of all files of the partition, before and after.
    pub bytes: (u64, u64),
}

/// Partitions with at least `least` parts in files of their own; `among` some folders, or all.
///
/// # Errors
/// When the store cannot be listed or an entry not be read.
pub fn plan(
    store: &Store,
    catalogue: &Catalogue,
    least: usize,
    among: Option<&BTreeSet<String>>,
) -> Result<Vec<Job>, StoreError> {
    let root = store.root().join("observed");
    let mut loose: BTreeMap<String, usize> = BTreeMap::new();
    let folders: Vec<PathBuf> = match among {
        Some(some) => some
            .iter()
            .map(|folder| root.join(layout::native(folder)))
            .collect(),
        None => vec![root.clone()],
    };
    for folder in folders {
        for path in files::list(&folder)? {
            let is_part = path.extension().is_some_and(|ending| ending == "parquet");
            let below = path
                .parent()
                .and_then(|folder| folder.strip_prefix(&root).ok());
            if let Some(below) = below.and_then(Path::to_str)
                && is_part
                && !layout::is_pack(&path)
            {
                *loose.entry(below.replace('\\', "/")).or_default() += 1;
            }
        }
    }
    loose.retain(|_, n| *n >= least);
    let mut jobs: BTreeMap<String, BTreeMap<String, PartRef>> = BTreeMap::new();
    for (seq, head) in catalogue.heads() {
        if !head
            .partitions
            .iter()
            .any(|folder| loose.contains_key(folder))
        {
            continue;
        }
        for part in PartRef::all(&catalogue.entry(seq)?) {
            let Some(folder) = layout::folder_of(part.path()).map(str::to_owned) else {
                continue;
            };
            if loose.contains_key(&folder) {
                let parts = jobs.entry(folder).or_default();
                parts.insert(part.path().to_owned(), part);
            }
        }
    }
    Ok(jobs
        .into_iter()
        .map(|(folder, parts)| Job {
            folder,
            parts: parts.into_values().collect(),
        })
        .collect())
}

/// One part, as it goes into the pack.
struct Source<'a> {
    part: &'a PartRef,
    reading: String,
    schema: SchemaRef,
    /// `(first row in the part, rows)` and the slice's key.
    slices: Vec<(SliceKey, u64, u64)>,
    observation: Observation,
}

/// Compacts one partition. None when there is nothing to put together.
///
/// # Errors
/// When a part cannot be read, the pack cannot be written, or a part rebuilt from it is not what it was: then the parts
/// are all where they were.
pub fn run(store: &Store, job: &Job) -> Result<Option<Compacted>, StoreError> {
    let observed = Observed::of(store);
    let packs = observed::packs_in(store, &job.folder)?;
    let before = bytes_of(store, &job.folder)?;
    let mut sources = Vec::new();
    for part in &job.parts {
        sources.extend(Source::of(&observed, &packs, part)?);
    }
    let Some(schema) = common_schema(&mut sources) else {
        return Ok(None);
    };
    sources.sort_by(|a, b| {
        (a.part.observed(), a.part.path()).cmp(&(b.part.observed(), b.part.path()))
    });
    let readings = sources.iter().map(|source| source.reading.as_str());
    let name = id::hash([VERSION].into_iter().chain(readings));
    let rows_path = store
        .root()
        .join(layout::native(&layout::pack(&job.folder, &name)));
    let index_path = layout::pack_index(&rows_path);
    let seen: u64 = sources
        .iter()
        .flat_map(|source| &source.slices)
        .map(|slice| slice.2)
        .sum();
    let versions = if rows_path.is_file() {
        // Made before, by somebody who was killed before the parts were cleared away.
        check(&observed, &Pack::open(&rows_path, &index_path)?, &sources)?;
        reader::shape_of(&rows_path)?.1
    } else {
        let (rows, index, versions) = write(&observed, &rows_path, &schema, &mut sources)?;
        check(&observed, &Pack::open(rows.path(), index.path())?, &sources)?;
        files::settle(index, &index_path)?;
        files::settle(rows, &rows_path)?;
        versions
    };
    for pack in packs.iter().filter(|pack| pack.rows != rows_path) {
        let is_held = |reading: &String| sources.iter().any(|source| source.reading == *reading);
        if pack.directory.observations.keys().all(is_held) {
            files::delete(store.root(), &pack.rows)?;
            files::delete(store.root(), &pack.index)?;
        }
    }
    for source in &sources {
        files::delete(
            store.root(),
            &store.root().join(layout::native(source.part.path())),
        )?;
    }
    Ok(Some(Compacted {
        folder: job.folder.clone(),
        observations: sources.len() as u64,
        rows: (seen, versions),
        bytes: (before, bytes_of(store, &job.folder)?),
    }))
}

fn bytes_of(store: &Store, folder: &str) -> Result<u64, StoreError> {
    let folder = store.root().join("observed").join(layout::native(folder));
    let sizes = files::list(&folder)?
        .into_iter()
        .filter(|path| path.parent() == Some(&folder))
        .filter_map(|path| std::fs::metadata(path).ok())
        .map(|metadata| metadata.len());
    Ok(sizes.sum())
}

impl<'a> Source<'a> {
    /// None where a part cannot go into a pack: its rows do not agree on who saw them, or it is nowhere.
    fn of(
        observed: &Observed<'_>,
        packs: &[Pack],
        part: &'a PartRef,
    ) -> Result<Option<Self>, StoreError> {
        let Some(reading) = layout::reading_of(part.path()) else {
            return Ok(None);
        };
        let packed = packs.iter().find(|pack| pack.holds(reading));
        let (schema, observation) = match (observed.loose(part.path()), packed) {
            (Some(path), _) => {
                let (schema, rows) = reader::shape_of(&path)?;
                if rows != part.part().rows {
                    return Ok(None);
                }
                let Some(observation) = told(&path, &schema)? else {
                    return Ok(None);
                };
                (schema, observation)
            }
            (None, Some(pack)) => {
                let known = pack.directory.observations.get(reading);
                let observation = Observation {
                    runs: Vec::new(),
                    ..known.cloned().unwrap_or_default()
                };
                (pack.whole_schema(), observation)
            }
            (None, None) => return Ok(None),
        };
        let slices = if part.slices().is_empty() {
            vec![(SliceKey::default(), 0, part.part().rows)]
        } else {
            let slices = part.slices().iter();
            slices
                .map(|slice| (SliceKey::of(slice), slice.start, slice.rows))
                .collect()
        };
        Ok(Some(Self {
            part,
            reading: reading.to_owned(),
            schema,
            slices,
            observation,
        }))
    }
}

/// What all rows of a part's file say of who saw them; none where they do not agree.
fn told(path: &Path, schema: &SchemaRef) -> Result<Option<Observation>, StoreError> {
    let mut told: Option<Observation> = None;
    for batch in reader::stream(path, schema, 0, u64::MAX)? {
        let here = pack::told_by(&batch?);
        if here.is_none() || told.is_some() && told != here {
            return Ok(None);
        }
        told = here;
    }
    Ok(told)
}

/// All columns of all parts that can be put together, in the order in which they first come. Parts in which a column has
/// another type than in the first of them stay out.
fn common_schema(sources: &mut Vec<Source<'_>>) -> Option<SchemaRef> {
    let mut fields: Vec<Arc<Field>> = Vec::new();
    sources.retain(|source| {
        let fits = source.schema.fields().iter().all(|field| {
            let known = fields.iter().find(|known| known.name() == field.name());
            known.is_none_or(|known| known.data_type() == field.data_type())
        });
        if fits {
            for field in source.schema.fields() {
                if !fields.iter().any(|known| known.name() == field.name()) {
                    fields.push(Arc::new(field.as_ref().clone().with_nullable(true)));
                }
            }
        }
        fits
    });
    (!sources.is_empty()).then(|| Arc::new(Schema::new(fields)))
}

/// Writes both files of a pack beside their places, and says how many versions of rows there are.
fn write(
    observed: &Observed<'_>,
    path: &Path,
    schema: &SchemaRef,
    sources: &mut [Source<'_>],
) -> Result<(tempfile::NamedTempFile, tempfile::NamedTempFile, u64), StoreError> {
    let mut slices: BTreeMap<SliceKey, Vec<(usize, usize)>> = BTreeMap::new();
    for (n, source) in sources.iter_mut().enumerate() {
        source.observation.runs = vec![(0, 0); source.slices.len()];
        for (at, (key, ..)) in source.slices.iter().enumerate() {
            slices.entry(key.clone()).or_default().push((n, at));
        }
    }
    let rows = sources.iter().map(|source| source.part.part().rows);
    let held = if rows.sum::<u64>() <= HELD {
        let read = |source: &Source<'_>| {
            let batches = observed.read(source.part.path(), schema, 0, u64::MAX)?;
            concat_batches(schema, &batches).map_err(|source| StoreError::Rows {
                path: path.into(),
                source,
            })
        };
        Some(sources.iter().map(read).collect::<Result<Vec<_>, _>>()?)
    } else {
        None
    };
    let mut shelf = Shelf::open(path, schema)?;
    for observations in slices.values() {
        shelf.begin();
        for (n, at) in observations {
            let (_, start, rows) = sources[*n].slices[*at];
            let first = shelf.n_seen();
            if let Some(held) = &held {
                let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
                shelf.put(&held[*n].slice(place(start), place(rows)))?;
            } else {
                for batch in observed.stream(sources[*n].part.path(), schema, start, rows)? {
                    shelf.put(&batch?)?;
                }
            }
            sources[*n].observation.runs[*at] = (first, shelf.n_seen() - first);
        }
    }
    let observations = sources
        .iter()
        .map(|source| (source.reading.clone(), source.observation.clone()))
        .collect();
    shelf.close(&Directory { observations })
}

/// Every part as the pack gives it must be what it is.
fn check(observed: &Observed<'_>, pack: &Pack, sources: &[Source<'_>]) -> Result<(), StoreError> {
    for source in sources {
        let schema = &source.schema;
        let part = source.part.path();
        let total = source.part.part().rows;
        let mut start = 0;
        while start < total {
            let original = whole(pack, schema, &observed.read(part, schema, start, WINDOW)?)?;
            let rebuilt = pack.stream(&source.reading, schema, start, WINDOW)?;
            let rebuilt = whole(pack, schema, &rebuilt.collect::<Result<Vec<_>, _>>()?)?;
            if original != rebuilt {
                return Err(StoreError::Pack {
                    path: pack.rows.clone(),
                    part: part.into(),
                });
            }
            start += WINDOW;
        }
    }
    Ok(())
}

fn whole(
    pack: &Pack,
    schema: &SchemaRef,
    batches: &[RecordBatch],
) -> Result<RecordBatch, StoreError> {
    concat_batches(schema, batches).map_err(|source| StoreError::Rows {
        path: pack.rows.clone(),
        source,
    })
}
