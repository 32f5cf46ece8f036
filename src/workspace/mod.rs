//! A user's folder: where things are, and what `sellerlake.toml` says. Owns the configuration's meaning; reads no report.

pub mod inbox;
pub mod settings;
pub mod wire;

use crate::model::market::Market;
use crate::workspace::inbox::IgnoreRule;
use crate::workspace::inbox::InboxRule;
use crate::workspace::settings::Settings;
use jiff::civil::Date;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use std::path::Path;
use std::path::PathBuf;

/// The file that makes a folder a workspace.
pub const FILE: &str = "sellerlake.toml";

/// A workspace: its folder and its checked configuration.
#[derive(Debug, Clone)]
pub struct Workspace {
    pub root: PathBuf,
    pub config: Config,
}

impl Workspace {
    pub fn inbox(&self) -> PathBuf {
        self.root.join("inbox")
    }
    pub fn seeds(&self) -> PathBuf {
        self.root.join("seeds")
    }
    pub fn out(&self) -> PathBuf {
        self.root.join("out")
    }
    pub fn store(&self) -> PathBuf {
        self.root.join("store")
    }
}

/// What `sellerlake.toml` says, with defaults filled in.
#[derive(Debug, Clone)]
pub struct Config {
    /// The team's zone: decides what "today" is.
    pub zone: TimeZone,
    pub zone_name: Box<str>,
    /// ISO 4217.
    pub base_currency: Box<str>,
    pub week_start: Weekday,
    /// A day that stands for today: for a workspace whose data has ended, like the sample.
    pub today: Option<Date>,
    /// In the order written; never empty.
    pub accounts: Vec<Account>,
    pub settings: Settings,
    pub inbox_rules: Vec<InboxRule>,
    pub ignore: Vec<IgnoreRule>,
    pub limits: Limits,
}

/// One selling account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub name: Box<str>,
    /// Where it sells; empty: not said, so anywhere.
    pub markets: Vec<Market>,
    pub seller_ids: Vec<Box<str>>,
    pub brands: Vec<Box<str>>,
}

/// What a file may expand to and hold before it is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    pub expanded_bytes: u64,
    pub ratio: u64,
    pub entries: usize,
    pub depth: u8,
    /// Cells with a value in one sheet of a workbook.
    pub sheet_cells: u64,
}

impl Config {
    pub fn account(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| &*account.name == name)
    }

    /// Marketplaces that the accounts sell in; empty when any account does not say.
    pub fn markets(&self) -> Vec<Market> {
        if self
            .accounts
            .iter()
            .any(|account| account.markets.is_empty())
        {
            return Vec::new();
        }
        let mut markets: Vec<Market> = self
            .accounts
            .iter()
            .flat_map(|account| account.markets.clone())
            .collect();
        markets.sort_unstable();
        markets.dedup();
        markets
    }
}

/// The nearest folder at or above `start` that holds a `sellerlake.toml`.
pub fn find(start: &Path) -> Option<PathBuf> {
    start
        .ancestors()
        .find(|folder| folder.join(FILE).is_file())
        .map(Path::to_path_buf)
}
