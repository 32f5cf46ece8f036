//! A workspace in a temporary folder: files go in, one run ingests them, and what the store holds comes out.

use crate::schemas::builtin;
use arrow::array::Array as _;
use arrow::array::RecordBatch;
use arrow::util::display::array_value_to_string;
use jiff::Timestamp;
use sellerlake::ingest;
use sellerlake::ingest::Context;
use sellerlake::ingest::Flags;
use sellerlake::ingest::Manner;
use sellerlake::ingest::Outcome;
use sellerlake::ingest::current;
use sellerlake::ingest::current::Refreshed;
use sellerlake::ingest::inbox;
use sellerlake::ingest::inbox::Candidate;
use sellerlake::model::name::TableName;
use sellerlake::observe::Silent;
use sellerlake::schema::catalog::Catalog;
use sellerlake::store::Store;
use sellerlake::store::decisions::Decision;
use sellerlake::store::entry::Entry;
use sellerlake::store::entry::TableEntry;
use sellerlake::store::files;
use sellerlake::store::layout::native;
use sellerlake::store::reader;
use sellerlake::store::reports::Catalogue;
use sellerlake::workspace::Workspace;
use sellerlake::workspace::wire;
use std::collections::BTreeMap;
use std::fs;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::OnceLock;
use tempfile::TempDir;

/// The built-in schemas, read once for all tests.
pub(crate) fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(builtin)
}

/// A path below the package's own folder.
pub(crate) fn in_package(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// A temporary folder, in memory where the system has such a place: tests write thousands of small files durably, and a
/// killed process leaves the same behind there as on a disk.
pub(crate) fn quick_folder() -> TempDir {
    let memory = tempfile::tempdir_in("/dev/shm");
    memory.unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// A path relative to a folder, with `/`.
pub(crate) fn slashed(path: &Path, below: &Path) -> String {
    path.strip_prefix(below)
        .unwrap_or(path)
        .to_string_lossy()
        .replace('\\', "/")
}

/// A small workspace with a store.
pub(crate) struct Shop {
    /// Deleted when the shop is dropped.
    _folder: TempDir,
    workspace: Workspace,
    pub(crate) decisions: Vec<Decision>,
    pub(crate) flags: Flags,
    pub(crate) verify: bool,
}

/// What one run did.
pub(crate) struct Run {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) refreshed: Refreshed,
}

impl Shop {
    /// An empty workspace with this `sellerlake.toml`.
    pub(crate) fn of(config: &str) -> Self {
        let folder = quick_folder();
        // As the commands do: paths are compared after links are resolved.
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("inbox")).unwrap();
        let config = wire::parse(config).unwrap();
        Self {
            _folder: folder,
            workspace: Workspace { root, config },
            decisions: Vec::new(),
            flags: Flags::default(),
            verify: false,
        }
    }

    pub(crate) fn store(&self) -> Store {
        Store::at(self.workspace.store())
    }

    /// Puts a file below the inbox, last modified at `at`.
    pub(crate) fn put(&self, relative: &str, bytes: &[u8], at: Timestamp) -> PathBuf {
        let path = self.workspace.inbox().join(native(relative));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(at.into())
            .unwrap();
        path
    }

    /// Ingests the whole inbox and brings `current/` up to date.
    pub(crate) fn run(&self) -> Run {
        self.run_in(|_| {})
    }

    /// The same, with the files in the order that `arrange` gives them.
    pub(crate) fn run_in(&self, arrange: impl FnOnce(&mut Vec<Candidate>)) -> Run {
        let store = self.store();
        let context = Context {
            workspace: &self.workspace,
            catalog: catalog(),
            decisions: &self.decisions,
            flags: self.flags.clone(),
        };
        let mut catalogue = Catalogue::load(&store).unwrap();
        let mut candidates = inbox::find(&context, &[self.workspace.inbox()])
            .unwrap()
            .candidates;
        arrange(&mut candidates);
        let manner = Manner {
            verify: self.verify,
            again: false,
            clock: &|| "2026-03-01T00:00:00Z".parse().unwrap(),
        };
        let ingested = ingest::ingest(
            &context,
            &store,
            &mut catalogue,
            &candidates,
            manner,
            &Silent,
        )
        .unwrap();
        let mut outcomes = ingested.outcomes;
        for outcome in outcomes.iter_mut().filter(|outcome| outcome.known) {
            outcome.entries = entries_at(&catalogue, &outcome.path, &outcome.contents);
        }
        let refreshed = current::refresh(&context, &store, &catalogue, &Silent).unwrap();
        Run {
            outcomes,
            refreshed,
        }
    }

    /// Every file below a folder of the store with its bytes.
    pub(crate) fn files(&self, below: &str) -> BTreeMap<String, Vec<u8>> {
        let root = self.store().root().to_path_buf();
        let paths = files::list(&root.join(below)).unwrap();
        paths
            .into_iter()
            .map(|path| (slashed(&path, &root), fs::read(&path).unwrap()))
            .collect()
    }

    /// Rows of the parts of a table entry, by the table they belong to, in the order of their source rows.
    pub(crate) fn observed(
        &self,
        entry: &TableEntry,
    ) -> BTreeMap<String, Vec<BTreeMap<String, String>>> {
        let mut tables: BTreeMap<String, Vec<BTreeMap<String, String>>> = BTreeMap::new();
        for part in &entry.parts {
            let table = catalog()
                .table(&TableName::parse(&part.table).unwrap())
                .unwrap();
            for batch in reader::read(
                &self.store().root().join(native(&part.path)),
                &table.arrow(),
            )
            .unwrap()
            {
                tables
                    .entry(part.table.clone())
                    .or_default()
                    .extend(rows_of(&batch));
            }
        }
        for rows in tables.values_mut() {
            rows.sort_by_cached_key(|row| {
                (
                    row.get("source_row").map(|n| n.parse::<i64>().unwrap()),
                    row.clone(),
                )
            });
        }
        tables
    }

    /// A file of the sample's inbox at its place in this one, last modified on 2026-02-12.
    pub(crate) fn put_sample(&self, relative: &str) -> PathBuf {
        let path = in_package("sample_data/inbox").join(native(relative));
        self.put(
            relative,
            &fs::read(path).unwrap(),
            "2026-02-12T02:00:00Z".parse().unwrap(),
        )
    }
}

/// What the catalogue says of a file that was not read again.
fn entries_at(catalogue: &Catalogue, path: &str, contents: &[String]) -> Vec<Arc<Entry>> {
    let is_here = |entry: &Arc<Entry>| entry.sightings.iter().any(|seen| seen.path == path);
    contents
        .iter()
        .flat_map(|content| catalogue.seqs_of(content))
        .map(|seq| catalogue.entry(seq).unwrap())
        .filter(is_here)
        .collect()
}

/// Rows as text by column name, without what is null.
pub(crate) fn rows_of(batch: &RecordBatch) -> Vec<BTreeMap<String, String>> {
    let schema = batch.schema();
    (0..batch.num_rows())
        .map(|row| {
            schema
                .fields()
                .iter()
                .zip(batch.columns())
                .filter(|(_, array)| array.is_valid(row))
                .map(|(field, array)| {
                    (
                        field.name().clone(),
                        array_value_to_string(array, row).unwrap(),
                    )
                })
                .collect()
        })
        .collect()
}
