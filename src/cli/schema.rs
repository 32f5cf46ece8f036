//! `schema`: a first schema for a file that none knows, and the proof of one.

use crate::cli::args::SchemaCommand;
use crate::cli::inspect;
use crate::cli::render::Format;
use crate::cli::render::SCHEMA_VERSION;
use crate::cli::render::counted;
use crate::cli::session;
use crate::cli::session::Place;
use crate::cli::session::Session;
use crate::cli::terminal::Terminal;
use crate::detect;
use crate::ingest::draft;
use crate::ingest::file::DocumentReading;
use crate::model::name::SchemaId;
use crate::read;
use crate::read::Document;
use crate::read::Table;
use crate::schema::Schema;
use crate::store::entry::Status;
use crate::store::entry::TableEntry;
use crate::store::files;
use crate::workspace;
use anyhow::Context as _;
use anyhow::anyhow;
use anyhow::bail;
use serde_json::Value;
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

/// # Errors
/// When a file cannot be read or written, or a schema has faults.
pub(super) fn schema(
    place: &Place,
    command: &SchemaCommand,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    match command {
        SchemaCommand::New { file, id, sheet } => {
            let session = Session::open_or_default(place)?;
            new(&session, file, id.as_deref(), sheet.as_deref(), terminal)
        }
        SchemaCommand::Check { schema, files, .. } => check(place, schema, files, format, terminal),
    }
}

/// Drafts a schema into the workspace's `schemas/`; prints it where there is no workspace.
fn new(
    session: &Session,
    file: &Path,
    id: Option<&str>,
    sheet: Option<&str>,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    let limits = session.context().limits();
    let documents = read::open(
        file,
        &limits,
        session.flags.market,
        &session.context().nestings(),
    )?;
    let (document, table) = choose(session, &documents, sheet)?;
    let id = match id {
        Some(id) => id.to_owned(),
        None => format!("own/{}", slug(&document.name)),
    };
    SchemaId::parse(&id)?;
    let draft = draft::draft(&session.catalog, &id, &document.name, table)?.ok_or_else(|| {
        anyhow!(
            "{}: no row of the first 25 looks like a header: at least two cells with different words and no figures",
            file.display()
        )
    })?;
    let mut out = terminal.out();
    if !session.workspace.root.join(workspace::FILE).is_file() {
        write!(out, "{}", draft.text)?;
        return Ok(true);
    }
    let path = session
        .workspace
        .root
        .join("schemas")
        .join(format!("{id}.toml"));
    if !files::put_new(&path, draft.text.as_bytes())? {
        bail!(
            "{} is there already; nothing was changed. Give another name with --id",
            path.display()
        );
    }
    let asked = draft
        .text
        .lines()
        .filter(|line| line.contains("# ?"))
        .count();
    writeln!(
        out,
        "{} drafted from row {} and {}. Next:\n  settle {} in it, marked with ?\n  sellerlake schema check {0} {}\n  sellerlake run",
        path.display(),
        draft.header_row,
        counted(draft.n_rows as u64, "row"),
        counted(asked as u64, "question"),
        file.display()
    )?;
    Ok(true)
}

/// The first table that no schema knows, or the one on the sheet that was named.
fn choose<'a>(
    session: &Session,
    documents: &'a [Document],
    sheet: Option<&str>,
) -> anyhow::Result<(&'a Document, &'a Table)> {
    let mut known = Vec::new();
    for document in documents {
        for table in document
            .tables
            .iter()
            .filter(|table| table.skipped.is_none())
        {
            if sheet.is_some_and(|sheet| table.sheet.as_deref() != Some(sheet)) {
                continue;
            }
            let opening: Vec<(u32, &[String])> = table
                .opening
                .iter()
                .map(|row| (row.row, row.cells.as_slice()))
                .collect();
            let nesting = table.nesting.as_deref();
            let schemas = session
                .catalog
                .reports()
                .filter(|schema| schema.may_read(nesting));
            match detect::detect(&opening, schemas) {
                Ok(found) => known.push(found.schema.id.to_string()),
                Err(_) => return Ok((document, table)),
            }
        }
    }
    if known.is_empty() {
        bail!(
            "there is no table in it to draft a schema from; `sellerlake inspect` says what it is"
        );
    }
    bail!(
        "it is known already, as {}; `sellerlake inspect` shows how it is read",
        known.join(", ")
    )
}

fn slug(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut slug = String::new();
    for c in stem.chars() {
        if c.is_ascii_alphabetic() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "report" } else { slug }.to_owned()
}

/// Reads files with a schema beside all that are known, and says whether it reads them whole.
fn check(
    place: &Place,
    path: &Path,
    paths: &[PathBuf],
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    let mut session = Session::open_or_default(place)?;
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let id = id_of(path);
    let root = &session.workspace.root;
    session.catalog = session::catalog_with(root, Some((id.as_str(), text.as_str())))?;
    let readings = inspect::read_all(&session, paths)?;
    let schema = SchemaId::parse(&id)
        .ok()
        .and_then(|id| session.catalog.schema(&id))
        .ok_or_else(|| anyhow!("{} is no schema of a report", path.display()))?;
    let proofs: Vec<Proof> = readings
        .iter()
        .flat_map(|(path, documents)| {
            documents
                .iter()
                .map(|document| Proof::of(schema, path, document))
        })
        .collect();
    let mut out = terminal.out();
    if format == Format::Json {
        let files: Vec<Value> = proofs.iter().map(Proof::json).collect();
        writeln!(
            out,
            "{}",
            json!({"schema_version": SCHEMA_VERSION, "schema": id, "columns": schema.columns.len(), "files": files})
        )?;
    } else {
        for proof in &proofs {
            proof.print(&mut out)?;
        }
        let n_proved = proofs.iter().filter(|proof| proof.is_proved()).count();
        writeln!(
            out,
            "{id}: {} without fault; proved by {n_proved} of {}",
            counted(schema.columns.len() as u64, "column"),
            counted(proofs.len() as u64, "file")
        )?;
    }
    Ok(proofs.iter().all(Proof::is_proved))
}

/// The id of a schema file: its path below the nearest `schemas` folder, else its last two names.
fn id_of(path: &Path) -> String {
    let path = path.with_extension("");
    let names: Vec<String> = path
        .iter()
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    let below = names
        .iter()
        .rposition(|name| name == "schemas")
        .map_or(&names[names.len().saturating_sub(2)..], |at| {
            &names[at + 1..]
        });
    match below {
        [only] => format!("own/{only}"),
        names => names.join("/"),
    }
}

/// What reading one file with the schema showed.
struct Proof {
    path: String,
    rows: u64,
    stored: u64,
    /// What speaks against the schema.
    against: Vec<String>,
    /// What is known to be open, and is no fault of the schema.
    notes: Vec<String>,
}

impl Proof {
    fn of(schema: &Schema, path: &str, document: &DocumentReading) -> Self {
        let mut proof = Self {
            path: path.to_owned(),
            rows: 0,
            stored: 0,
            against: document.failure.iter().cloned().collect(),
            notes: Vec::new(),
        };
        let tables: Vec<&TableEntry> = document
            .tables
            .iter()
            .filter(|table| table.schema.as_deref() == Some(schema.id.as_str()))
            .collect();
        for table in &tables {
            proof.add(table);
        }
        if tables.is_empty() && document.failure.is_none() {
            proof.against.extend(document.tables.iter().map(|table| {
                let what = table.schema.as_ref().map_or_else(
                    || table.reason.clone().unwrap_or_default(),
                    |other| format!("is read as {other}"),
                );
                match &table.sheet {
                    Some(sheet) => format!("sheet {sheet:?}: {what}"),
                    None => what,
                }
            }));
        }
        proof
    }

    fn add(&mut self, table: &TableEntry) {
        self.rows += table.rows.read - table.rows.skipped;
        self.stored += table.rows.stored + table.rows.merged;
        if table.rows.rejected > 0 {
            self.against
                .push(format!("{} rejected", counted(table.rows.rejected, "row")));
        }
        for finding in table
            .findings
            .iter()
            .filter(|finding| finding.code.starts_with("bad-"))
        {
            let first = finding.examples.first();
            let place = first
                .and_then(|example| example.row)
                .map(|row| format!(" in row {row}"))
                .unwrap_or_default();
            let cell = first
                .map(|example| example.text.as_str())
                .unwrap_or_default();
            self.against
                .push(format!("column {:?}: {cell}{place}", finding.column));
        }
        if table.status == Status::Failed {
            self.against.extend(table.reason.clone());
        }
        for question in &table.questions {
            self.notes
                .push(format!("asks: {} ({})", question.text, question.flag));
        }
        if !table.unknown_columns.is_empty() {
            self.notes.push(format!(
                "columns not in the schema: {}",
                table.unknown_columns.join(", ")
            ));
        }
    }

    fn is_proved(&self) -> bool {
        self.against.is_empty()
    }

    fn print(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let verdict = if self.is_proved() {
            "proved"
        } else {
            "not proved"
        };
        writeln!(
            out,
            "{}\n  {verdict}: {} read whole of {}",
            self.path,
            self.stored,
            counted(self.rows, "row")
        )?;
        for line in self.against.iter().chain(&self.notes) {
            writeln!(out, "  {line}")?;
        }
        Ok(())
    }

    fn json(&self) -> Value {
        json!({
            "path": self.path, "proved": self.is_proved(), "rows": self.rows, "stored": self.stored,
            "against": self.against, "notes": self.notes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_the_path() {
        for (path, id) in [
            ("/w/schemas/own/fees.toml", "own/fees"),
            ("schemas/fees.toml", "own/fees"),
            ("drafts/bank/fees.toml", "bank/fees"),
            ("fees.toml", "own/fees"),
        ] {
            assert_eq!(id_of(Path::new(path)), id);
        }
        assert_eq!(slug("Umsatz-Liste (3) 2026-01.csv"), "umsatz-liste");
        assert_eq!(slug("商品.xlsx"), "report");
    }
}
