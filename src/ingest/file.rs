//! One path -> what each innermost file in it was, with its parts on disk. Nothing is visible before the commit.

use crate::ingest::Context;
use crate::ingest::answers;
use crate::ingest::inbox::Candidate;
use crate::ingest::table;
use crate::ingest::table::Surroundings;
use crate::model::id;
use crate::model::market::Market;
use crate::model::name::TableName;
use crate::model::table::MergeBy;
use crate::model::table::Table;
use crate::normalise::facts;
use crate::read;
use crate::read::Document;
use crate::read::Kind;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::entry::Entry;
use crate::store::entry::Part;
use crate::store::entry::Rows;
use crate::store::entry::Status;
use crate::store::entry::TableEntry;
use crate::store::files;
use crate::store::layout;
use crate::store::part;
use crate::store::rejects;
use crate::store::writer;
use crate::workspace::inbox::folder_facts;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::error::Error;

/// All innermost files of a path.
#[derive(Debug)]
pub struct FileReading {
    pub documents: Vec<DocumentReading>,
}

/// One innermost file.
#[derive(Debug)]
pub struct DocumentReading {
    pub content_id: String,
    pub name: String,
    pub container: String,
    /// What speaks for the container being what it is taken for; shown, and not kept.
    pub evidence: Vec<String>,
    pub failure: Option<String>,
    pub tables: Vec<TableEntry>,
}

/// An error with all its causes in one line.
pub fn explained(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// Reads a path and writes its parts.
///
/// # Errors
/// When the store cannot be written. What is wrong with the file itself is part of the reading.
pub fn read(
    context: &Context<'_>,
    store: &Store,
    candidate: &Candidate,
    mtime: Option<Timestamp>,
) -> Result<FileReading, StoreError> {
    examine(context, candidate, mtime, &mut |reading| {
        keep(context, store, reading)
    })
}

/// The content ids of all innermost files, without reading a table; none when the path or one of them cannot be opened.
pub(super) fn contents(context: &Context<'_>, candidate: &Candidate) -> Option<Vec<String>> {
    let market = likely_market(context, candidate);
    let documents = read::open(
        &candidate.path,
        &context.limits(),
        market,
        &context.nestings(),
    )
    .ok()?;
    documents
        .iter()
        .map(|document| match document.kind {
            Kind::Unreadable { .. } => None,
            _ => Some(document.content_id.to_string()),
        })
        .collect()
}

/// Reads a path and writes nothing: what `inspect` shows is exactly what `ingest` would store.
pub fn inspect(
    context: &Context<'_>,
    candidate: &Candidate,
    mtime: Option<Timestamp>,
) -> FileReading {
    examine(context, candidate, mtime, &mut |_| Ok(())).unwrap_or(FileReading {
        documents: Vec::new(),
    })
}

fn examine(
    context: &Context<'_>,
    candidate: &Candidate,
    mtime: Option<Timestamp>,
    keep: &mut dyn FnMut(&mut table::TableReading) -> Result<(), StoreError>,
) -> Result<FileReading, StoreError> {
    let limits = context.limits();
    let market = likely_market(context, candidate);
    let opened = read::open(&candidate.path, &limits, market, &context.nestings());
    let documents = match opened {
        Ok(documents) => documents,
        Err(error) => {
            let place = [
                candidate.relative.as_str(),
                &candidate.look.bytes.to_string(),
                &candidate.look.modified_ms().to_string(),
            ];
            return Ok(FileReading {
                documents: vec![DocumentReading {
                    content_id: format!("{}{}", Entry::UNREAD, id::hash(place)),
                    name: name_of(candidate),
                    container: String::new(),
                    evidence: Vec::new(),
                    failure: Some(explained(&error)),
                    tables: Vec::new(),
                }],
            });
        }
    };
    let mut readings = Vec::with_capacity(documents.len());
    for document in documents {
        readings.push(examine_document(
            context, candidate, mtime, &document, keep,
        )?);
    }
    Ok(FileReading {
        documents: readings,
    })
}

/// The marketplace as far as it is known before the file is opened; who is wrong about it is found out later.
fn likely_market(context: &Context<'_>, candidate: &Candidate) -> Option<Market> {
    let config = &context.workspace.config;
    let configured: BTreeSet<Market> = config
        .accounts
        .iter()
        .flat_map(|account| account.markets.iter().copied())
        .collect();
    facts::name_facts(&name_of(candidate))
        .market
        .or(folder_facts(&config.inbox_rules, &candidate.in_inbox).market)
        .or(context.flags.market)
        .or(configured
            .first()
            .copied()
            .filter(|_| configured.len() == 1))
}

fn name_of(candidate: &Candidate) -> String {
    candidate
        .path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn examine_document(
    context: &Context<'_>,
    candidate: &Candidate,
    mtime: Option<Timestamp>,
    document: &Document,
    keep: &mut dyn FnMut(&mut table::TableReading) -> Result<(), StoreError>,
) -> Result<DocumentReading, StoreError> {
    let folder = folder_facts(&context.workspace.config.inbox_rules, &candidate.in_inbox);
    let around = Surroundings {
        document,
        name: facts::name_facts(&document.name),
        folder: &folder,
        answers: answers::of(
            context.decisions,
            &candidate.relative,
            document.content_id.as_str(),
        ),
        mtime,
        path: &candidate.relative,
    };
    let mut reading = DocumentReading {
        content_id: document.content_id.to_string(),
        name: document.name.clone(),
        container: document.kind.to_string(),
        evidence: document.evidence.clone(),
        failure: None,
        tables: Vec::new(),
    };
    match &document.kind {
        Kind::Unreadable { why } => {
            reading.content_id = format!(
                "{}{}",
                Entry::UNREAD,
                id::hash([candidate.relative.as_str(), &document.name])
            );
            reading.failure = Some(explained(&**why));
        }
        Kind::Nested { form, lists, .. } if document.tables.is_empty() => {
            let lists = match &lists[..] {
                [] => "it has no lists of records".to_owned(),
                lists => format!("its lists are {}", lists.join(", ")),
            };
            reading.tables.push(TableEntry {
                reason: Some(format!(
                    "{form}, and no known report has its records there: {lists}"
                )),
                ..blank_entry(None, Status::Held)
            });
        }
        Kind::Text { .. } | Kind::Workbook { .. } | Kind::Nested { .. } => {
            let mut foreign = Vec::new();
            for table in &document.tables {
                let mut read = table::read(context, &around, table);
                keep(&mut read)?;
                if read.is_foreign {
                    foreign.push(reading.tables.len());
                }
                reading.tables.push(read.entry);
            }
            skip_notes(&mut reading.tables, &foreign);
        }
    }
    Ok(reading)
}

/// A sheet without rows is nothing where another sheet has some. A sheet with nothing that any report has is notes where another sheet is a report, and no reason to hold the file.
fn skip_notes(tables: &mut [TableEntry], foreign: &[usize]) {
    let has = |status| {
        tables
            .iter()
            .any(|table| table.status == status && table.schema.is_some())
    };
    if !has(Status::Recognised) && !has(Status::Skipped) {
        return;
    }
    for table in tables.iter_mut() {
        let reason = table.reason.as_deref().unwrap_or_default();
        if table.status == Status::Failed && reason.starts_with(table::NO_ROWS) {
            table.status = Status::Skipped;
            table.reason = Some("no rows on this sheet".to_owned());
        }
    }
    for at in foreign {
        tables[*at].status = Status::Skipped;
        tables[*at].reason = Some("a sheet of notes: no column of any known report".to_owned());
    }
}

/// An entry of which nothing is known but its place and what became of it.
pub fn blank_entry(sheet: Option<String>, status: Status) -> TableEntry {
    TableEntry {
        sheet,
        status,
        reason: None,
        questions: Vec::new(),
        schema: None,
        schema_version: None,
        table: None,
        report_id: None,
        reading: None,
        language: None,
        account: None,
        account_from: None,
        marketplace: None,
        marketplace_from: None,
        currency: None,
        period: None,
        observed_at: None,
        observed_from: None,
        rows: Rows::default(),
        controls: std::collections::BTreeMap::new(),
        findings: Vec::new(),
        unknown_columns: Vec::new(),
        reading_notes: Vec::new(),
        parts: Vec::new(),
    }
}

/// Marks the first and the last day of a report as ones that it may hold a part of.
fn mark_edges(context: &Context<'_>, parts: &mut [Part]) {
    let is_cut = |name: &str| {
        let table = TableName::parse(name).ok();
        table.is_some_and(|name| {
            context
                .catalog
                .table(&name)
                .is_some_and(Table::has_cut_edges)
        })
    };
    let mut edges: BTreeMap<String, (String, String)> = BTreeMap::new();
    for part in parts.iter().filter(|part| is_cut(&part.table)) {
        for slice in &part.slices {
            let day = &slice.day;
            let (first, last) = edges
                .entry(part.table.clone())
                .or_insert_with(|| (day.clone(), day.clone()));
            *first = first.clone().min(day.clone());
            *last = last.clone().max(day.clone());
        }
    }
    for part in parts {
        let Some((first, last)) = edges.get(&part.table) else {
            continue;
        };
        for slice in &mut part.slices {
            slice.edge = slice.day == *first || slice.day == *last;
        }
    }
}

/// Writes the parts and the quarantine of one table. Parts are named by their reading: there already means the same.
fn keep(
    context: &Context<'_>,
    store: &Store,
    reading: &mut table::TableReading,
) -> Result<(), StoreError> {
    for (part, entry) in reading.parts.iter().zip(&mut reading.entry.parts) {
        let path = store.root().join(layout::native(&part.path));
        let Some(table) = context.catalog.table(&part.table) else {
            continue;
        };
        let bytes = match table.merge.by {
            MergeBy::Slice => {
                let encoded = part::encode(&path, table, &part.rows)?;
                entry.slices = encoded.slices;
                encoded.bytes
            }
            MergeBy::Key => {
                let rows = part.rows.batch(0..part.rows.n_rows());
                let rows = rows.map_err(|source| StoreError::Rows {
                    path: path.clone(),
                    source,
                })?;
                writer::encode(&path, part.rows.schema(), &[rows], None)?
            }
        };
        files::put_new(&path, &bytes)?;
    }
    mark_edges(context, &mut reading.entry.parts);
    match &reading.entry.reading {
        Some(id) => rejects::write(store, id, &reading.rejects),
        None => Ok(()),
    }
}
