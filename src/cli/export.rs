//! `export`: tables as files for other programs, whole or the rows that are asked for.

mod filter;

use crate::cli::args::ExportOptions;
use crate::cli::args::Target;
use crate::cli::docs::gather;
use crate::cli::export::filter::Filter;
use crate::cli::query;
use crate::cli::query::StoredTable;
use crate::cli::query::catalogue_table;
use crate::cli::query::named;
use crate::cli::render::Format;
use crate::cli::render::SCHEMA_VERSION;
use crate::cli::render::counted;
use crate::cli::render::grouped;
use crate::cli::session::Session;
use crate::cli::terminal::Terminal;
use crate::ingest::seeds;
use crate::model::table::StoredType;
use crate::publish::SheetColumn;
use crate::publish::docs::Docs;
use crate::publish::duckdb;
use crate::publish::duckdb::View;
use crate::publish::duckdb::ViewColumn;
use crate::publish::export;
use crate::publish::export::Exported;
use crate::publish::export::Wanted;
use crate::store::StoreError;
use crate::store::files;
use crate::store::reader;
use anyhow::Context as _;
use anyhow::bail;
use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

/// True when every row that was asked for went out.
///
/// # Errors
/// When a table or column is unknown, a value is none of its column's, or a file cannot be read or written.
pub(super) fn export(
    session: &Session,
    options: &ExportOptions,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    let tables = query::stored_tables(session)?;
    let (keys, names): (Vec<&str>, Vec<&str>) = options
        .what
        .iter()
        .map(String::as_str)
        .partition(|what| what.contains('='));
    // Named twice is meant once.
    let names: BTreeSet<&str> = names.into_iter().collect();
    let chosen: Vec<&StoredTable> = if names.is_empty() && options.to == Target::Duckdb {
        tables.iter().filter(|table| lies_in_files(table)).collect()
    } else {
        names
            .iter()
            .map(|name| named(&tables, name))
            .collect::<anyhow::Result<_>>()?
    };
    if chosen.is_empty() {
        bail!("name the tables to export (sellerlake ls tables)");
    }
    // All is checked before the first file is written.
    let chosen: Vec<(&StoredTable, Filter)> = chosen
        .into_iter()
        .map(|table| Ok((table, Filter::parse(table, &keys)?)))
        .collect::<anyhow::Result<_>>()?;
    let folder = match &options.out {
        Some(folder) => folder.clone(),
        None => session.workspace.out().join("export"),
    };
    let mut written = Vec::new();
    if options.to == Target::Duckdb {
        let path = folder.join("lake.sql");
        let views = views(session, &chosen)?;
        files::replace(&path, duckdb::script(&views).as_bytes())?;
        let exported = Exported {
            rows: views.len() as u64,
            ..Exported::default()
        };
        written.push((path, exported));
    } else {
        for (table, filter) in &chosen {
            written.push(one(session, options.to, &folder, table, filter)?);
        }
    }
    report(&written, options.to, format, terminal)?;
    Ok(written.iter().all(|(_, exported)| exported.left_out == 0))
}

/// Whether other programs can read it where it lies.
fn lies_in_files(table: &StoredTable) -> bool {
    matches!(table.kind, "table" | "mart")
}

/// Writes one table as one file.
fn one(
    session: &Session,
    to: Target,
    folder: &Path,
    table: &StoredTable,
    filter: &Filter,
) -> anyhow::Result<(PathBuf, Exported)> {
    let columns: Vec<SheetColumn<'_>> = table
        .schema
        .fields()
        .iter()
        .map(|field| SheetColumn {
            name: field.name(),
            meaning: "",
            meaning_zh: "",
            // What an export needs of a unit is whether a time knows its zone.
            unit: if field.name() == "observed_at" {
                "UTC"
            } else {
                ""
            },
        })
        .collect();
    let wanted = Wanted {
        name: table.name.as_str(),
        columns: &columns,
        as_of: query::today(session, None),
    };
    let mut rows = rows(session, table, filter)?;
    let exported = match to {
        Target::Xlsx => {
            let path = folder.join(format!("{}.xlsx", table.name));
            let exported = export::workbook(&path, &wanted, &mut *rows)?;
            (path, exported)
        }
        Target::Csv | Target::Duckdb => {
            let path = folder.join(format!("{}.csv", table.name));
            let exported = export::csv(&path, &wanted, &mut *rows)?;
            (path, exported)
        }
    };
    Ok(exported)
}

type Rows<'a> = Box<dyn Iterator<Item = Result<RecordBatch, StoreError>> + 'a>;

/// The rows that the filter keeps, in the order in which they lie in the files.
fn rows<'a>(
    session: &Session,
    table: &'a StoredTable,
    filter: &'a Filter,
) -> anyhow::Result<Rows<'a>> {
    if !lies_in_files(table) {
        let batch = match table.kind {
            "seed" => seeds::read(&session.context())
                .tables
                .remove(&table.name)
                .context("the seed is gone")?,
            _ => catalogue_table(session, table.name.as_str())?,
        };
        let path = Path::new(table.name.as_str());
        return Ok(Box::new(std::iter::once(filter.kept(path, &batch))));
    }
    let files = table.files.iter().filter(|file| filter.may_hold(file));
    Ok(Box::new(files.flat_map(move |file| {
        let (first, batches) = match reader::stream(file, &table.schema, 0, u64::MAX) {
            Ok(batches) => (None, Some(batches)),
            Err(error) => (Some(Err(error)), None),
        };
        let kept = batches
            .into_iter()
            .flatten()
            .map(move |batch| filter.kept(file, &batch?));
        first.into_iter().chain(kept)
    })))
}

fn views(session: &Session, chosen: &[(&StoredTable, Filter)]) -> anyhow::Result<Vec<View>> {
    let docs = gather::docs(session)?;
    let root = session
        .store
        .root()
        .canonicalize()
        .unwrap_or_else(|_| session.store.root().to_path_buf());
    let Some(root) = root.to_str().map(|root| root.replace('\\', "/")) else {
        bail!("the path of the store is no Unicode text, which a script has to be");
    };
    if root.contains(['*', '?', '[']) {
        bail!("DuckDB would take the path of the store for a pattern: {root}");
    }
    chosen
        .iter()
        .map(|(table, filter)| view(&docs, &root, table, filter))
        .collect()
}

fn view(docs: &Docs, root: &str, table: &StoredTable, filter: &Filter) -> anyhow::Result<View> {
    let above = match table.kind {
        "table" => "current",
        "mart" => "marts",
        kind => bail!(
            "{} is a {kind} and lies in no Parquet file; export it as csv",
            table.name
        ),
    };
    let entry = docs.entry(table.name.as_str());
    let columns = table.schema.fields().iter().map(|field| {
        let said = entry.and_then(|entry| {
            let columns = &entry.columns;
            columns.iter().find(|column| column.name == *field.name())
        });
        let (ty, scale) = duckdb_type(field.data_type());
        ViewColumn {
            name: field.name().clone(),
            ty,
            scale,
            meaning: said.map(|said| said.meaning.clone()).unwrap_or_default(),
            unit: said.map(|said| said.unit.clone()).unwrap_or_default(),
        }
    });
    Ok(View {
        name: table.name.to_string(),
        title: entry.map(|entry| entry.title.clone()).unwrap_or_default(),
        files: (!table.files.is_empty())
            .then(|| format!("{root}/{above}/{}/**/*.parquet", table.name)),
        columns: columns.collect(),
        only: filter.texts(),
    })
}

/// The type that DuckDB has for one of the store's.
fn duckdb_type(ty: &DataType) -> (&'static str, Option<i8>) {
    match ty {
        DataType::Int64 => ("BIGINT", None),
        DataType::Float64 => ("DOUBLE", None),
        DataType::Boolean => ("BOOLEAN", None),
        DataType::Date32 => ("DATE", None),
        DataType::Timestamp(..) => ("TIMESTAMP", None),
        DataType::Decimal128(StoredType::PRECISION, scale) => ("DECIMAL", Some(*scale)),
        _ => ("VARCHAR", None),
    }
}

fn report(
    written: &[(PathBuf, Exported)],
    to: Target,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<()> {
    let mut out = terminal.out();
    let noun = if to == Target::Duckdb { "view" } else { "row" };
    if format == Format::Json {
        let files: Vec<Value> = written
            .iter()
            .map(|(path, exported)| {
                json!({"path": path.display().to_string(), (format!("{noun}s")): exported.rows, "left_out": exported.left_out, "cut": exported.cut})
            })
            .collect();
        writeln!(
            out,
            "{}",
            json!({"schema_version": SCHEMA_VERSION, "files": files})
        )?;
    }
    for (path, exported) in written {
        if format != Format::Json {
            writeln!(out, "{}: {}", path.display(), counted(exported.rows, noun))?;
        }
        if exported.left_out > 0 {
            terminal.note(&format!(
                "{}: a worksheet holds 1,048,576 rows; {} are left out: --to csv has all, or say which with KEY=VALUE",
                path.display(),
                grouped(exported.left_out)
            ));
        }
        if exported.cut > 0 {
            terminal.note(&format!(
                "{}: {} cut, for which no cell has room; --to csv has them whole",
                path.display(),
                counted(exported.cut, "text")
            ));
        }
    }
    Ok(())
}
