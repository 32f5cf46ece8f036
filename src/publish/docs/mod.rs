//! The catalogue of what a store holds: tables, marts, the stages between them and the reports they come from, as one
//! page. Owns what an entry says and how it is shown; knows no schema, no pipeline and no store.

mod lineage;
mod page;

use crate::publish::Document;
use crate::publish::PublishError;
use crate::publish::Published;
use crate::publish::label::Lang;
use crate::publish::place;
use crate::store::files;
use std::collections::BTreeSet;
use std::path::Path;

/// A text in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Both {
    pub en: String,
    pub zh: String,
}

impl Both {
    pub fn of(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            en: en.into(),
            zh: zh.into(),
        }
    }

    /// The text in one language; where that is empty, in the other.
    pub fn get(&self, lang: Lang) -> &str {
        let (first, second) = match lang {
            Lang::Zh => (&self.zh, &self.en),
            Lang::En => (&self.en, &self.zh),
        };
        if first.is_empty() { second } else { first }
    }
}

/// Everything there is to know, sorted as it is shown.
#[derive(Debug, Clone, Default)]
pub struct Docs {
    pub tables: Vec<Entry>,
    pub reports: Vec<Report>,
}

/// What SQL can name.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    pub name: String,
    pub kind: Kind,
    /// The pipeline of a mart or a stage; empty for others.
    pub group: Both,
    pub title: Both,
    /// What its author wrote above it.
    pub about: String,
    /// How it comes to be, in sentences: what replaces what, who makes it.
    pub notes: Vec<Both>,
    /// One row each; empty where nobody says.
    pub grain: Vec<String>,
    /// Its files below the store, as a pattern; empty where it has none.
    pub files: String,
    /// The file that defines it, of a stage or a mart.
    pub source: String,
    pub columns: Vec<Column>,
    pub checks: Vec<Check>,
    /// Tables that it is made of; for a table of the store, none.
    pub inputs: Vec<String>,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Kind {
    Mart,
    #[default]
    Table,
    Stage,
    Seed,
    /// Always there: made by the program itself.
    Given,
}

impl Kind {
    pub const ALL: [Self; 5] = [
        Self::Mart,
        Self::Table,
        Self::Stage,
        Self::Seed,
        Self::Given,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mart => "mart",
            Self::Table => "table",
            Self::Stage => "stage",
            Self::Seed => "seed",
            Self::Given => "given",
        }
    }
}

#[derive(Debug, Clone, Default)]
pub struct Column {
    pub name: String,
    /// As SQL names types.
    pub ty: String,
    pub unit: String,
    pub meaning: Both,
}

#[derive(Debug, Clone)]
pub struct Check {
    pub rule: Both,
    /// `error` or `warn`.
    pub severity: &'static str,
}

/// A kind of report that can be read.
#[derive(Debug, Clone, Default)]
pub struct Report {
    pub id: String,
    pub title: Both,
    /// Where it is downloaded, as a path through menus; for a seed, where its file lies.
    pub download: String,
    pub family: String,
    /// False where only some of its headers are known.
    pub is_complete: bool,
    /// Why such a file is known and not used.
    pub unusable: Option<String>,
    /// Tables that it feeds.
    pub tables: Vec<String>,
    pub columns: Vec<ReportColumn>,
}

#[derive(Debug, Clone, Default)]
pub struct ReportColumn {
    pub name: String,
    pub ty: String,
    pub title_zh: String,
    /// Every header label, as it is written.
    pub labels: Vec<String>,
}

impl Docs {
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.tables.iter().find(|entry| entry.name == name)
    }

    /// What reads a table directly, sorted.
    pub fn readers(&self, name: &str) -> Vec<&Entry> {
        let reads = |entry: &&Entry| entry.inputs.iter().any(|input| input == name);
        self.tables.iter().filter(reads).collect()
    }

    /// The kinds of report that feed a table directly.
    pub fn feeders(&self, name: &str) -> Vec<&Report> {
        let feeds = |report: &&Report| report.tables.iter().any(|table| table == name);
        self.reports.iter().filter(feeds).collect()
    }

    /// Every table that some are made of, through all stages, and they themselves.
    pub fn upstream(&self, names: &[&str]) -> BTreeSet<&str> {
        self.reached(names, |entry| {
            entry.inputs.iter().map(String::as_str).collect()
        })
    }

    /// Every table that is made of some, through all stages, and they themselves.
    pub fn downstream(&self, names: &[&str]) -> BTreeSet<&str> {
        self.reached(names, |entry| {
            let readers = self.readers(&entry.name);
            readers.iter().map(|reader| reader.name.as_str()).collect()
        })
    }

    /// The marts that some tables reach.
    pub fn marts_of(&self, names: &[&str]) -> Vec<&Entry> {
        let reached = self.downstream(names);
        let is_mart =
            |entry: &&Entry| entry.kind == Kind::Mart && reached.contains(entry.name.as_str());
        self.tables.iter().filter(is_mart).collect()
    }

    /// The kinds of report that a table is made of in the end.
    pub fn reports_of(&self, name: &str) -> Vec<&Report> {
        let upstream = self.upstream(&[name]);
        let feeds = |report: &&Report| {
            (report.tables.iter()).any(|table| upstream.contains(table.as_str()))
        };
        self.reports.iter().filter(feeds).collect()
    }

    fn reached<'a>(
        &'a self,
        names: &[&str],
        next: impl Fn(&'a Entry) -> Vec<&'a str>,
    ) -> BTreeSet<&'a str> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&Entry> = names.iter().filter_map(|name| self.entry(name)).collect();
        while let Some(entry) = open.pop() {
            if seen.insert(entry.name.as_str()) {
                open.extend(next(entry).into_iter().filter_map(|name| self.entry(name)));
            }
        }
        seen
    }
}

/// Writes the page and, beside it, the same for programs, which the caller made.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(
    folder: &Path,
    docs: &Docs,
    lang: Lang,
    json: String,
) -> Result<Vec<Published>, PublishError> {
    let documents = [
        ("catalogue.html", page::html(docs, lang)),
        ("catalogue.json", json),
    ];
    documents
        .into_iter()
        .map(|(name, text)| {
            let document = Document {
                name: name.to_owned(),
                bytes: text.into_bytes(),
                note: None,
            };
            place(folder, document, &files::replace)
        })
        .collect()
}

#[cfg(test)]
mod tests;
