//! xlsx workbooks: which sheets there are and what they share.
//!
//! Read with our own scanner rather than calamine's because its cell reader borrows the workbook, so that a stream of
//! rows could neither be kept nor sent to another thread, and because it holds one allocation per cell. Knows nothing of
//! reports.

mod cell;
mod parts;
mod plain;
mod sheet;
#[cfg(test)]
mod tests;
mod window;
mod xml;

use crate::read::error::Origin;
use crate::read::error::ReadError;
use crate::read::number::Epoch;
use crate::read::source::Source;
use crate::read::table::Handle;
use crate::read::table::Table;
use crate::read::xlsx::cell::Book;
use crate::read::xlsx::parts::Listed;
use crate::read::xlsx::parts::Relation;
use crate::read::xlsx::parts::Strings;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

pub(super) use cell::iso_date;
pub(super) use sheet::SheetTable;
pub(super) use xml::Attributes;
pub(super) use xml::Token;
pub(super) use xml::Xml;

/// The properties of a document that tell where it is from, in the two parts that hold them.
const PROPERTIES: &[(&str, &[&str])] = &[
    ("docprops/core.xml", &["title", "creator", "created"]),
    ("docprops/app.xml", &["Application"]),
];

/// The parts of a workbook by name: lower case, without a leading slash.
#[derive(Debug)]
pub(super) struct Package {
    parts: BTreeMap<String, Source>,
    most_cells: u64,
}

/// What a workbook holds.
pub(super) struct Workbook {
    pub(super) properties: Vec<(String, String)>,
    pub(super) tables: Vec<Table>,
}

impl Package {
    /// A package without parts whose sheets may have this many cells.
    pub(super) fn new(most_cells: u64) -> Self {
        Self {
            parts: BTreeMap::new(),
            most_cells,
        }
    }

    pub(super) fn insert(&mut self, name: &str, part: Source) {
        self.parts.insert(normal_name(name), part);
    }

    fn get(&self, name: &str) -> Option<&Source> {
        self.parts.get(&normal_name(name))
    }

    /// Reads a part with `read`; a part that is not there reads as the default.
    fn read<T: Default>(
        &self,
        origin: &Origin,
        name: &str,
        read: impl FnOnce(&Source) -> io::Result<T>,
    ) -> Result<T, ReadError> {
        self.get(name).map_or_else(
            || Ok(T::default()),
            |part| read(part).map_err(|why| ReadError::of(origin, why)),
        )
    }

    /// The document's properties. A part that cannot be read only costs its properties.
    fn properties(&self) -> Vec<(String, String)> {
        let read = |(part, names): &(&str, &[&str])| {
            self.get(part)
                .and_then(|part| parts::texts(part, names).ok())
        };
        PROPERTIES.iter().filter_map(read).flatten().collect()
    }

    /// Lists the sheets and opens those that are shown and have cells.
    pub(super) fn open(&self, origin: &Origin) -> Result<Workbook, ReadError> {
        let root = self.read(origin, "_rels/.rels", parts::relations)?;
        let workbook = root
            .iter()
            .find(|relation| relation.what == "officeDocument");
        let workbook = workbook.map_or_else(
            || "xl/workbook.xml".to_owned(),
            |found| resolve("", &found.target),
        );
        let Some(part) = self.get(&workbook) else {
            return Err(ReadError::Workbook {
                origin: origin.clone(),
                problem: format!("it has no part {workbook}"),
            });
        };
        let (listed, epoch) = parts::sheets(part).map_err(|why| ReadError::of(origin, why))?;
        let (folder, file) = workbook.rsplit_once('/').unwrap_or(("", &workbook));
        let relations = self.read(
            origin,
            &format!("{folder}/_rels/{file}.rels"),
            parts::relations,
        )?;
        let book = Arc::new(self.book(origin, folder, &relations, epoch)?);
        let tables = listed
            .into_iter()
            .map(|sheet| self.table(origin, folder, &relations, &book, sheet));
        Ok(Workbook {
            properties: self.properties(),
            tables: tables.collect::<Result<_, _>>()?,
        })
    }

    fn book(
        &self,
        origin: &Origin,
        folder: &str,
        relations: &[Relation],
        epoch: Epoch,
    ) -> Result<Book, ReadError> {
        let target = |what: &str| {
            relations
                .iter()
                .find(|relation| relation.what == what)
                .map(|found| resolve(folder, &found.target))
        };
        let strings = match target("sharedStrings") {
            Some(name) => self.read(origin, &name, parts::strings)?,
            None => Strings::default(),
        };
        let days = match target("styles") {
            Some(name) => self.read(origin, &name, parts::styles_that_show_days)?,
            None => Vec::new(),
        };
        Ok(Book {
            strings,
            days,
            epoch,
            most_cells: self.most_cells,
        })
    }

    fn table(
        &self,
        origin: &Origin,
        folder: &str,
        relations: &[Relation],
        book: &Arc<Book>,
        sheet: Listed,
    ) -> Result<Table, ReadError> {
        if sheet.hidden {
            return Ok(Table::skipped(sheet.name, "hidden sheet"));
        }
        let relation = relations
            .iter()
            .find(|relation| relation.id == sheet.relation);
        let part = relation.and_then(|relation| self.get(&resolve(folder, &relation.target)));
        let origin = origin.sheet(&sheet.name);
        match (relation, part) {
            (Some(relation), _) if relation.what != "worksheet" => {
                Ok(Table::skipped(sheet.name, "sheet without cells"))
            }
            (Some(_), Some(part)) => {
                let handle = SheetTable {
                    part: part.clone(),
                    book: Arc::clone(book),
                    origin,
                };
                Table::open(Some(sheet.name), Handle::Sheet(handle))
            }
            _ => Err(ReadError::Workbook {
                origin,
                problem: "the part with its cells is missing".to_owned(),
            }),
        }
    }
}

fn normal_name(name: &str) -> String {
    name.replace('\\', "/")
        .trim_start_matches('/')
        .to_lowercase()
}

/// The part that a target names, seen from the folder of the part that names it.
fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "." | "" => {}
            ".." => _ = steps.pop(),
            step => steps.push(step),
        }
    }
    steps.join("/")
}
