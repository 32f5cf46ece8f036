//! What is wrong with a store: parts that are missing or are not what the catalogue says, reports that do not add up,
//! files whose bytes changed, and files that nobody knows. Finds, and changes nothing.

use crate::model::table::Table;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::amount::Amount;
use crate::store::entry::Control;
use crate::store::entry::Entry;
use crate::store::entry::Part;
use crate::store::entry::TableEntry;
use crate::store::files;
use crate::store::layout;
use crate::store::observed::Observed;
use crate::store::part;
use crate::store::reports::Catalogue;
use crate::store::sums;
use arrow::compute::concat_batches;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

/// Entries in files of their own that slow every command down.
const MANY_LOOSE: usize = 1_000;

/// How far to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Names and the catalogue.
    Quick,
    /// Every byte and every row.
    Whole,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A report's rows are nowhere.
    MissingPart { part: String, file: String },
    /// A report's rows cannot be read, or are not those that were stored.
    WrongPart {
        part: String,
        file: String,
        why: String,
    },
    /// A file is not as it was written.
    Changed { path: String },
    /// Rows or amounts of a report do not add up.
    Unbalanced { file: String, what: String },
    /// No entry of the catalogue names it: a killed run left it, or the copy of a file that was read anew once it was known
    /// for a copy.
    Unnamed { path: String },
    /// A temporary file of a process that is gone.
    Unfinished { path: String },
    /// Not a file of a store.
    Foreign { path: String },
    /// The catalogue lacks entries.
    Gap { numbers: Vec<u64> },
    /// The catalogue is in very many small files.
    Scattered { n_entries: usize },
}

impl Fault {
    /// Whether it is only in the way: nothing that is read depends on it.
    pub const fn is_leftover(&self) -> bool {
        matches!(
            self,
            Self::Unnamed { .. } | Self::Unfinished { .. } | Self::Scattered { .. }
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingPart { part, file } => {
                write!(f, "{file}: its rows are missing from the store: {part}")
            }
            Self::WrongPart { part, file, why } => write!(f, "{file}: {part} {why}"),
            Self::Changed { path } => write!(f, "{path} is not as it was written"),
            Self::Unbalanced { file, what } => write!(f, "{file}: {what}"),
            Self::Unnamed { path } => {
                write!(
                    f,
                    "{path} belongs to no report: a killed run or a second reading left it"
                )
            }
            Self::Unfinished { path } => write!(f, "{path} was never finished"),
            Self::Foreign { path } => write!(f, "{path} is not a file of a store"),
            Self::Gap { numbers } => {
                let shown: Vec<String> = numbers.iter().take(5).map(ToString::to_string).collect();
                write!(
                    f,
                    "the catalogue lacks {} of its entries: {}",
                    numbers.len(),
                    shown.join(", ")
                )
            }
            Self::Scattered { n_entries } => {
                write!(
                    f,
                    "{n_entries} entries of the catalogue lie in files of their own"
                )
            }
        }
    }
}

/// What looking came to.
#[derive(Debug, Default)]
pub struct Audit {
    /// In the order in which they were met.
    pub faults: Vec<Fault>,
    pub n_reports: u64,
    pub n_parts: u64,
    pub n_rows: u64,
    /// Files whose checksum is as noted, and files that had none.
    pub n_files: u64,
    pub n_new: u64,
}

/// Looks through a store. `table` knows the declared tables by their name.
///
/// # Errors
/// When the catalogue or a folder cannot be read at all.
pub fn audit<'a>(
    store: &Store,
    catalogue: &Catalogue,
    table: &dyn Fn(&str) -> Option<&'a Table>,
    depth: Depth,
) -> Result<Audit, StoreError> {
    let mut audit = Audit::default();
    let (numbers, n_entries) = catalogue.gaps()?;
    if !numbers.is_empty() {
        audit.faults.push(Fault::Gap { numbers });
    }
    if n_entries > MANY_LOOSE {
        audit.faults.push(Fault::Scattered { n_entries });
    }
    let observed = Observed::of(store);
    // Parts that can be read and add up, with the file that tells their rows again.
    let mut sound: BTreeMap<String, String> = BTreeMap::new();
    for (_, entry) in catalogue.live()? {
        for read in &entry.tables {
            audit.n_reports += u64::from(read.report_id.is_some());
            audit.faults.extend(unbalanced(&entry, read));
            for part in &read.parts {
                audit.n_parts += 1;
                let file = || entry.path().to_owned();
                match observed.holds(&part.path) {
                    Ok(true) => {}
                    Ok(false) => {
                        audit.faults.push(Fault::MissingPart {
                            part: part.path.clone(),
                            file: file(),
                        });
                        continue;
                    }
                    Err(error) => {
                        audit.faults.push(wrong(part, file(), told(&error)));
                        continue;
                    }
                }
                let Some(table) = table(&part.table).filter(|_| depth == Depth::Whole) else {
                    continue;
                };
                audit.n_rows += part.rows;
                match differs(&observed, table, part) {
                    // Read by an older schema, it is not damaged, and told of as such.
                    Ok(None) | Err(StoreError::ColumnType { .. }) => {
                        sound.insert(part.path.clone(), file());
                    }
                    Ok(Some(why)) => audit.faults.push(wrong(part, file(), why)),
                    Err(error) => audit.faults.push(wrong(part, file(), told(&error))),
                }
            }
        }
    }
    if depth == Depth::Whole {
        let compared = sums::compare(store)?;
        audit.n_files = compared.n_same;
        audit.n_new = compared.n_new;
        let changed = compared.otherwise.into_iter();
        audit
            .faults
            .extend(changed.map(|path| match sound.remove(&path) {
                Some(file) => Fault::WrongPart {
                    part: path,
                    file,
                    why: "is not as it was written".to_owned(),
                },
                None => Fault::Changed { path },
            }));
    }
    strange(store, catalogue, &mut audit.faults)?;
    Ok(audit)
}

fn wrong(part: &Part, file: String, why: String) -> Fault {
    Fault::WrongPart {
        part: part.path.clone(),
        file,
        why,
    }
}

fn told(error: &StoreError) -> String {
    let mut text = format!("cannot be read: {error}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.extend([": ", &cause.to_string()]);
        source = cause.source();
    }
    text
}

/// How a part is not what the catalogue says; none where it is: as many rows, and in each slice the same sums.
fn differs(
    observed: &Observed<'_>,
    table: &Table,
    part: &Part,
) -> Result<Option<String>, StoreError> {
    let schema = table.arrow();
    let batches = observed.read(&part.path, &schema, 0, u64::MAX)?;
    let rows = concat_batches(&schema, &batches).map_err(|source| StoreError::Rows {
        path: part.path.as_str().into(),
        source,
    })?;
    if rows.num_rows() as u64 != part.rows {
        return Ok(Some(format!(
            "has {} rows, and {} were stored",
            rows.num_rows(),
            part.rows
        )));
    }
    for slice in &part.slices {
        // A version that kept no sums says nothing to compare.
        if slice.sums.is_empty() {
            continue;
        }
        let place = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let found = part::sums(table, &[rows.slice(place(slice.start), place(slice.rows))]);
        // A column that became summable since was not summed then.
        for (name, sum) in &slice.sums {
            let is = found.get(name);
            if is.is_some_and(|is| is != sum) || is.is_none() && table.index_of(name).is_some() {
                let is = is.map_or("nothing", String::as_str);
                return Ok(Some(format!(
                    "says {name} {is} of {}, and {sum} was stored",
                    slice.day
                )));
            }
        }
    }
    Ok(None)
}

/// What of a report is not found again: source rows read = stored + merged + rejected + skipped, and of each exact column
/// the sum read = stored + rejected + skipped + rounding.
fn unbalanced(entry: &Entry, read: &TableEntry) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut push = |what: String| {
        faults.push(Fault::Unbalanced {
            file: entry.path().to_owned(),
            what,
        });
    };
    let rows = read.rows;
    let found = rows.stored + rows.merged + rows.rejected + rows.skipped;
    if rows.read != found {
        push(format!(
            "{} rows were read, and {found} are stored, merged, rejected or skipped",
            rows.read
        ));
    }
    for (name, sum) in &read.controls {
        if is_balanced(sum) == Some(false) {
            push(format!(
                "{name} {} was read, and is not {} stored + {} rejected + {} skipped + {} rounding",
                sum.read, sum.stored, sum.rejected, sum.skipped, sum.residue
            ));
        }
    }
    faults
}

/// None where a sum has more digits than are kept here.
fn is_balanced(sum: &Control) -> Option<bool> {
    let parts = [&sum.stored, &sum.rejected, &sum.skipped, &sum.residue];
    let mut found = Amount::default();
    for part in parts {
        found = found.plus(Amount::parse(part)?);
    }
    Some(found == Amount::parse(&sum.read)?)
}

/// Files that should not be there.
fn strange(
    store: &Store,
    catalogue: &Catalogue,
    faults: &mut Vec<Fault>,
) -> Result<(), StoreError> {
    let mut readings = BTreeSet::new();
    for (_, entry) in catalogue.history()? {
        readings.extend(
            entry
                .tables
                .iter()
                .filter_map(|table| table.reading.clone()),
        );
    }
    for path in files::unfinished(store.root())? {
        faults.push(Fault::Unfinished {
            path: sums::relative(store, &path),
        });
    }
    for path in files::list(store.root())? {
        let name = sums::relative(store, &path);
        match place_of(&name, &path) {
            Place::Known => {}
            Place::Reading(reading) if readings.contains(&reading) => {}
            Place::Reading(_) => faults.push(Fault::Unnamed { path: name }),
            Place::Foreign => faults.push(Fault::Foreign { path: name }),
        }
    }
    Ok(())
}

/// What a file of a store may be.
enum Place {
    Known,
    /// Named by a reading.
    Reading(String),
    Foreign,
}

fn place_of(name: &str, path: &Path) -> Place {
    let stem = || {
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        stem.unwrap_or_default().to_owned()
    };
    let ends = |ending: &str| path.extension().is_some_and(|found| found == ending);
    let parts: Vec<&str> = name.split('/').collect();
    let is_known = match parts[..] {
        ["build.lock" | "built.json"] | ["as-of" | "frozen" | "inputs", _, ..] => true,
        ["reports", "log", _] | ["decisions" | "runs" | "memos", _] => ends("json"),
        ["reports", "segments" | "checkpoints", _] => ends("parquet"),
        ["current" | "marts", _, .., file] => file == "data.parquet",
        ["observed", _, .., _] if layout::is_pack(path) => true,
        ["observed", _, .., file] if ends("index") => file.starts_with("pack-"),
        ["rejected", _] | ["observed", _, .., _] if ends("parquet") => {
            return Place::Reading(stem());
        }
        _ => false,
    };
    if is_known {
        Place::Known
    } else {
        Place::Foreign
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_a_store_has_its_place() {
        for (name, expected) in [
            ("build.lock", "known"),
            ("reports/log/000000000001.json", "known"),
            (
                "observed/t/marketplace=US/month=2026-01-01/ab.parquet",
                "ab",
            ),
            ("observed/t/marketplace=US/pack-ab.index", "known"),
            ("current/t/marketplace=US/data.parquet", "known"),
            ("current/t/marketplace=US/copy.parquet", "foreign"),
            ("rejected/ab.parquet", "ab"),
            ("rejected/ab.csv", "foreign"),
            ("as-of/20260101T000000Z/marts/m/data.parquet", "known"),
            ("notes.txt", "foreign"),
            ("observed/readme", "foreign"),
        ] {
            let place = match place_of(name, Path::new(name)) {
                Place::Known => "known".to_owned(),
                Place::Reading(reading) => reading,
                Place::Foreign => "foreign".to_owned(),
            };
            assert_eq!(place, expected, "{name}");
        }
    }

    #[test]
    fn sums_must_be_found_again() {
        let control = |stored: &str, residue: &str| Control {
            read: "10.5".into(),
            stored: stored.into(),
            rejected: "0".into(),
            skipped: "0.25".into(),
            residue: residue.into(),
        };
        for (stored, residue, expected) in [
            ("10.2499", "0.0001", Some(true)),
            ("10.2500", "0.0001", Some(false)),
            ("10.25", "0.000000000001", None),
        ] {
            assert_eq!(is_balanced(&control(stored, residue)), expected, "{stored}");
        }
    }
}
