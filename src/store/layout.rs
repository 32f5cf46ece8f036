//! Where things lie in a store. Pure: names in, paths out.

use crate::model::name::TableName;
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

/// The one file of a current partition, relative to the store.
pub fn current(partition: &Partition) -> String {
    format!("current/{}/data.parquet", partition.folder())
}

/// Quarantined rows of a reading, relative to the store.
pub fn rejected(reading: &str) -> String {
    format!("rejected/{reading}.parquet")
}

/// A catalogue entry, relative to the store.
pub fn entry(seq: u64) -> String {
    format!("reports/log/{seq:012}.json")
}

/// The checkpoint of all entries up to and with `seq`, relative to the store.
pub fn checkpoint(seq: u64) -> String {
    format!("reports/checkpoint-{seq:012}.parquet")
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
    }
}
