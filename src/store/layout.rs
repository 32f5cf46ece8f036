//! Where things lie in a store. Pure: names in, paths out.

use crate::model::name::TableName;
use std::path::Path;
use std::path::PathBuf;

/// One partition of a table: a marketplace, and a month where the table has one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition {
    pub table: TableName,
    pub marketplace: Box<str>,
    /// The month's first day as `2026-01-01`.
    pub month: Option<Box<str>>,
}

impl Partition {
    /// `<table>/marketplace=US/month=2026-01-01`: values that parse as their type, so that Hive readers type them alike.
    pub fn folder(&self) -> String {
        let mut folder = format!("{}/marketplace={}", self.table, self.marketplace);
        if let Some(month) = &self.month {
            folder.push_str("/month=");
            folder.push_str(month);
        }
        folder
    }
}

/// A part of a reading, relative to the store.
pub fn part(partition: &Partition, reading: &str) -> String {
    format!("observed/{}/{reading}.parquet", partition.folder())
}

/// The rows of a pack, relative to the store.
pub fn pack(folder: &str, name: &str) -> String {
    format!("observed/{folder}/pack-{name}.parquet")
}

/// Whether a file below `observed/` holds the rows of a pack.
pub fn is_pack(path: &Path) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name.starts_with("pack-") && name.ends_with(".parquet"))
}

/// The index of a pack, beside its rows.
pub fn pack_index(rows: &Path) -> PathBuf {
    rows.with_extension("index")
}

/// The one file of a current partition, relative to the store.
pub fn current(partition: &Partition) -> String {
    format!("current/{}/data.parquet", partition.folder())
}

/// The partition's folder of a file below `current/`; none when it is no partition's file.
pub fn current_folder(root: &Path, path: &Path) -> Option<String> {
    let folder = path.strip_prefix(root).ok()?.to_str()?.replace('\\', "/");
    folder.strip_suffix("/data.parquet").map(str::to_owned)
}

/// Quarantined rows of a reading, relative to the store.
pub fn rejected(reading: &str) -> String {
    format!("rejected/{reading}.parquet")
}

/// Catalogue entries in files of their own.
pub const LOG: &str = "reports/log";
/// Catalogue entries that were put together.
pub const SEGMENTS: &str = "reports/segments";
/// What planning needs of all entries.
pub const CHECKPOINTS: &str = "reports/checkpoints";
/// What follows from the rest of the store and saves work; may be deleted at any time.
pub const MEMOS: &str = "memos";

/// A catalogue entry, relative to the store.
pub fn entry(seq: u64) -> String {
    format!("{LOG}/{seq:012}.json")
}

/// The catalogue entries `first` to `last`, relative to the store.
pub fn segment(first: u64, last: u64) -> String {
    format!("{SEGMENTS}/{first:012}-{last:012}.parquet")
}

/// The first and last number of a segment, by its name.
pub fn segment_span(path: &Path) -> Option<(u64, u64)> {
    let (first, last) = path.file_stem()?.to_str()?.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

/// The checkpoint of all entries up to and with `seq`, relative to the store.
pub fn checkpoint(seq: u64) -> String {
    format!("{CHECKPOINTS}/checkpoint-{seq:012}.parquet")
}

/// The partition's folder that a part lies in: `sales/marketplace=US/month=2026-01-01`.
pub fn folder_of(part: &str) -> Option<&str> {
    let (folder, _) = part.strip_prefix("observed/")?.rsplit_once('/')?;
    Some(folder)
}

/// The reading that a part is named by.
pub fn reading_of(part: &str) -> Option<&str> {
    part.rsplit_once('/')?.1.strip_suffix(".parquet")
}

/// A mart's file; `partition` is `column=value` or none.
pub fn mart(mart: &TableName, partition: Option<&str>) -> String {
    match partition {
        Some(partition) => format!("marts/{mart}/{partition}/data.parquet"),
        None => format!("marts/{mart}/data.parquet"),
    }
}

/// A path of a store as the system writes it.
pub fn native(relative: &str) -> PathBuf {
    relative.split('/').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let mut partition = Partition {
            table: TableName::parse("ads_campaign").unwrap(),
            marketplace: "US".into(),
            month: Some("2026-01-01".into()),
        };
        assert_eq!(
            part(&partition, "ab"),
            "observed/ads_campaign/marketplace=US/month=2026-01-01/ab.parquet"
        );
        assert_eq!(
            current(&partition),
            "current/ads_campaign/marketplace=US/month=2026-01-01/data.parquet"
        );
        partition.month = None;
        assert_eq!(
            current(&partition),
            "current/ads_campaign/marketplace=US/data.parquet"
        );
        assert_eq!(entry(7), "reports/log/000000000007.json");
        assert_eq!(segment_span(Path::new(&segment(1, 64))), Some((1, 64)));
        let path = part(&partition, "ab");
        assert_eq!(folder_of(&path), Some("ads_campaign/marketplace=US"));
        assert_eq!(reading_of(&path), Some("ab"));
    }
}
