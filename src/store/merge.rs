//! Parts -> `current/`: the winning observation of each slice or key, one file per partition.
//!
//! A partition's file is a function of the parts, the declared table and the acceptances; the fingerprint of these
//! stands in its footer, so that only what changed is merged again and a crash in between is seen.

use crate::model::finding::Code;
use crate::model::id;
use crate::model::name::TableName;
use crate::model::period::PeriodKind;
use crate::model::table::MergeBy;
use crate::model::table::Table;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::choose;
use crate::store::entry::Entry;
use crate::store::entry::Part;
use crate::store::entry::SliceEntry;
use crate::store::entry::TableEntry;
use crate::store::files;
use crate::store::keyed;
use crate::store::layout;
use crate::store::layout::Partition;
use crate::store::memos::Look;
use crate::store::memos::Merged;
use crate::store::memos::MergedPartition;
use crate::store::memos::Sums;
use crate::store::observed::Observed;
use crate::store::reader;
use crate::store::reports::Catalogue;
use crate::store::splice;
use crate::store::sums;
use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// Changes when the rules of merging change: all of `current/` is then made anew.
const VERSION: &str = "3";

/// A partition to merge.
#[derive(Debug, Clone)]
pub struct Job<'a> {
    pub partition: Partition,
    table: &'a Table,
    /// Sorted by path.
    parts: Vec<PartRef>,
    fingerprint: String,
}

/// A part as the catalogue knows it.
#[derive(Debug, Clone)]
pub(super) struct PartRef {
    entry: Arc<Entry>,
    report: usize,
    part: usize,
}

/// What merging has to do: partitions whose file is not made of what it should be, and files of partitions that are gone.
#[derive(Debug, Default)]
pub struct Plan<'a> {
    pub jobs: Vec<Job<'a>>,
    pub gone: Vec<PathBuf>,
    /// What `current/` will be made of, but for the jobs.
    merged: Merged,
}

/// A slice of which an observation was not taken, or not wholly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PassedOver {
    pub table: Box<str>,
    pub report_id: Box<str>,
    /// The slice as people name it: `US, SP, 2026-01-31`.
    pub slice: Box<str>,
    pub rows: (i128, i128),
    pub blank: (i128, i128),
    pub weight: (i128, i128),
    #[serde(default)]
    pub why: Why,
}

/// Why rows of a report do not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// It is newer than what counts, and poorer.
    #[default]
    Poorer,
    /// It does not tell its ad products, and reports that do hold the same campaigns.
    AdProductUntold,
}

impl Why {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Poorer => Code::Poorer.as_str(),
            Self::AdProductUntold => "ad-product-untold",
        }
    }
}

/// Compares what the catalogue says with what lies in `current/`. Only partitions of entries that are new since the last
/// merge, or whose file is not the one that was written then, are looked at; all, when the rules of merging changed.
///
/// # Errors
/// When `current/` cannot be listed or an entry cannot be read.
pub fn plan<'a>(
    store: &Store,
    catalogue: &Catalogue,
    tables: &'a BTreeMap<TableName, Table>,
    accepted: &BTreeSet<String>,
) -> Result<Plan<'a>, StoreError> {
    let rules = rules(tables, accepted);
    let known = Merged::recall(store)
        .filter(|merged| merged.rules == rules && merged.seq <= catalogue.last_seq());
    let root = store.root().join("current");
    let mut files: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut plan = Plan::default();
    for path in files::list(&root)? {
        match layout::current_folder(&root, &path) {
            Some(folder) => {
                files.insert(folder, path);
            }
            None => plan.gone.push(path),
        }
    }
    let affected = known.as_ref().map(|merged| {
        let mut affected = changed_since(catalogue, merged.seq);
        let is_as_written = |folder: &String| {
            let look = files.get(folder).and_then(|path| Look::at(path));
            look == merged.partitions.get(folder).map(|known| known.look)
        };
        affected.extend(
            merged
                .partitions
                .keys()
                .chain(files.keys())
                .filter(|folder| !is_as_written(folder))
                .cloned(),
        );
        affected
    });
    plan.merged = known.unwrap_or_default();
    plan.merged.rules = rules;
    plan.merged.seq = catalogue.last_seq();
    let is_affected = |folder: &str| affected.as_ref().is_none_or(|some| some.contains(folder));
    let parts = live_parts(catalogue, &is_affected)?;
    let mut sums: Option<Sums> = None;
    let mut wanted = BTreeSet::new();
    for (partition, parts) in parts {
        let folder = partition.folder();
        let Some(table) = tables.get(&partition.table) else {
            continue;
        };
        wanted.insert(folder.clone());
        let job = Job::of(partition, table, parts, accepted);
        let path = store
            .root()
            .join(layout::native(&layout::current(&job.partition)));
        let has = plan.merged.partitions.get(&folder);
        let is_made = reader::inputs_of(&path).as_deref() == Some(&job.fingerprint)
            && has.is_some_and(|known| {
                known.fingerprint == job.fingerprint
                    // Copied or put back, it may look otherwise; written by somebody else, it is not what it says.
                    && (Look::at(&path) == Some(known.look)
                        || sums::holds(store, sums.get_or_insert_with(|| Sums::recall(store)), &path))
            });
        if is_made {
            plan.merged.remember(&folder, &path);
        } else {
            plan.jobs.push(job);
        }
    }
    for (folder, path) in files {
        if is_affected(&folder) && !wanted.contains(&folder) {
            plan.gone.push(path);
        }
    }
    plan.merged
        .partitions
        .retain(|folder, _| !is_affected(folder) || wanted.contains(folder));
    Ok(plan)
}

/// Folders of the partitions of entries after `seq`, and of the entries that those took the place of.
fn changed_since(catalogue: &Catalogue, seq: u64) -> BTreeSet<String> {
    let news: BTreeSet<&str> = catalogue
        .heads()
        .filter(|(at, _)| *at > seq)
        .map(|(_, head)| head.key.as_str())
        .collect();
    catalogue
        .heads()
        .filter(|(_, head)| news.contains(head.key.as_str()))
        .flat_map(|(_, head)| head.partitions.iter().cloned())
        .collect()
}

/// All partitions of one table as a catalogue tells them, by their folder.
///
/// # Errors
/// When an entry cannot be read.
pub(super) fn jobs_of<'a>(
    catalogue: &Catalogue,
    table: &'a Table,
    accepted: &BTreeSet<String>,
) -> Result<BTreeMap<String, Job<'a>>, StoreError> {
    let parts = live_parts(catalogue, &|folder| {
        folder.split('/').next() == Some(table.name.as_str())
    })?;
    let jobs = parts
        .into_iter()
        .map(|(partition, parts)| Job::of(partition, table, parts, accepted));
    Ok(jobs.map(|job| (job.partition.folder(), job)).collect())
}

/// Parts of the entries that count, by partition, of the partitions that are wanted.
fn live_parts(
    catalogue: &Catalogue,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<BTreeMap<Partition, Vec<PartRef>>, StoreError> {
    let mut parts: BTreeMap<Partition, Vec<PartRef>> = BTreeMap::new();
    for (seq, head) in catalogue.live_heads() {
        if !head.partitions.iter().any(|folder| is_wanted(folder)) {
            continue;
        }
        for part in PartRef::all(&catalogue.entry(seq)?) {
            let Some(partition) = part.partition() else {
                continue;
            };
            if is_wanted(&partition.folder()) {
                parts.entry(partition).or_default().push(part);
            }
        }
    }
    Ok(parts)
}

/// Hash of everything that bears on all partitions.
fn rules(tables: &BTreeMap<TableName, Table>, accepted: &BTreeSet<String>) -> String {
    let shapes: Vec<String> = tables.values().flat_map(shape).collect();
    let texts = [VERSION]
        .into_iter()
        .chain(shapes.iter().map(String::as_str));
    id::hash(texts.chain(accepted.iter().map(String::as_str)))
}

fn shape(table: &Table) -> Vec<String> {
    let mut shape = vec![format!(
        "{} {:?} {:?} {}",
        table.name, table.merge, table.families, table.family_per_day
    )];
    let columns = table.columns.iter();
    shape.extend(columns.map(|column| format!("{} {:?}", column.name, column.ty)));
    shape
}

fn fingerprint(table: &Table, parts: &[PartRef], accepted: &BTreeSet<String>) -> String {
    let shape = shape(table);
    let texts = [VERSION]
        .into_iter()
        .chain(shape.iter().map(String::as_str));
    let taken = parts
        .iter()
        .map(PartRef::report_id)
        .filter(|id| accepted.contains(*id));
    id::hash(texts.chain(parts.iter().map(PartRef::path)).chain(taken))
}

/// Merges one partition and puts its file in place.
///
/// # Errors
/// When a part is missing or unreadable, or the file cannot be written; the old file is then still there.
pub fn run(
    store: &Store,
    job: &Job<'_>,
    accepted: &BTreeSet<String>,
) -> Result<Vec<PassedOver>, StoreError> {
    let path = store
        .root()
        .join(layout::native(&layout::current(&job.partition)));
    run_into(store, job, accepted, &path)
}

/// The same, into a file of its own place.
///
/// # Errors
/// As [`run`].
pub(super) fn run_into(
    store: &Store,
    job: &Job<'_>,
    accepted: &BTreeSet<String>,
    path: &Path,
) -> Result<Vec<PassedOver>, StoreError> {
    let observed = Observed::of(store);
    match job.table.merge.by {
        MergeBy::Slice => {
            let chosen = choose::choose(&observed, job.table, &job.parts, accepted)?;
            splice::write(
                &observed,
                path,
                job.table,
                &job.parts,
                &chosen.pieces,
                &job.fingerprint,
            )?;
            Ok(chosen.passed_over)
        }
        MergeBy::Key => {
            keyed::write(&observed, path, job.table, &job.parts, &job.fingerprint)?;
            Ok(Vec::new())
        }
    }
}

impl<'a> Job<'a> {
    fn of(
        partition: Partition,
        table: &'a Table,
        mut parts: Vec<PartRef>,
        accepted: &BTreeSet<String>,
    ) -> Self {
        parts.sort_by(|a, b| a.path().cmp(b.path()));
        parts.dedup_by(|a, b| a.path() == b.path());
        let fingerprint = fingerprint(table, &parts, accepted);
        Self {
            partition,
            table,
            parts,
            fingerprint,
        }
    }

    /// Whether the partition is made of the same.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
    }

    pub(super) fn parts(&self) -> &[PartRef] {
        &self.parts
    }
}

impl Plan<'_> {
    /// Notes what `current/` is made of, after all jobs were run with what they passed over.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn note(mut self, store: &Store, passed: Vec<Vec<PassedOver>>) -> Result<(), StoreError> {
        for (job, passed_over) in self.jobs.iter().zip(passed) {
            let path = layout::native(&layout::current(&job.partition));
            if let Some(look) = Look::at(&store.root().join(path)) {
                let made = MergedPartition {
                    look,
                    fingerprint: job.fingerprint.clone(),
                    passed_over,
                };
                self.merged.partitions.insert(job.partition.folder(), made);
            }
        }
        if Merged::recall(store).as_ref() == Some(&self.merged) {
            return Ok(());
        }
        self.merged.note(store)
    }
}

impl Merged {
    /// The file is made of the right things, though not the very one that was written.
    fn remember(&mut self, folder: &str, path: &Path) {
        if let (Some(known), Some(look)) = (self.partitions.get_mut(folder), Look::at(path)) {
            known.look = look;
        }
    }
}

impl PartRef {
    pub(super) fn all(entry: &Arc<Entry>) -> impl Iterator<Item = Self> + use<'_> {
        let of = |(report, table): (usize, &'_ TableEntry)| (report, table.parts.len());
        let reports = entry.tables.iter().enumerate().map(of);
        reports.flat_map(move |(report, n)| {
            (0..n).map(move |part| Self {
                entry: Arc::clone(entry),
                report,
                part,
            })
        })
    }

    fn report(&self) -> &TableEntry {
        &self.entry.tables[self.report]
    }

    /// Where its file was seen.
    pub(super) fn file(&self) -> &str {
        self.entry.path()
    }

    pub(super) fn part(&self) -> &Part {
        &self.report().parts[self.part]
    }

    pub(super) fn path(&self) -> &str {
        &self.part().path
    }

    pub(super) fn slices(&self) -> &[SliceEntry] {
        &self.part().slices
    }

    pub(super) fn report_id(&self) -> &str {
        self.report().report_id.as_deref().unwrap_or_default()
    }

    fn partition(&self) -> Option<Partition> {
        let part = self.part();
        Some(Partition {
            table: TableName::parse(&part.table).ok()?,
            marketplace: part.marketplace.as_str().into(),
            month: part.month.as_deref().map(Into::into),
        })
    }

    /// When it was observed, in milliseconds, and by which report: what orders observations of all kinds.
    pub(super) fn observed(&self) -> (i64, &str) {
        let at = self.report().observed_at.as_deref().unwrap_or_default();
        let at = at.parse::<Timestamp>().map_or(0, Timestamp::as_millisecond);
        (at, self.report_id())
    }

    /// Order of observation: by time, ties by report. A state dated by the file's time alone stands before all that are
    /// dated better, since copying a file resets its time.
    pub(super) fn precedence(&self, table: &Table) -> (bool, i64, &str) {
        let dated = table.period != Some(PeriodKind::Snapshot)
            || self.report().observed_from.as_deref() != Some("mtime");
        let (at, report) = self.observed();
        (dated, at, report)
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
