//! `seeds suggest`: rows that the reports show and the team's seeds lack, as the team would write them. Drafts are stages
//! that say which seed they are for; nothing is ever written into `seeds/`.

use crate::cli::args::SuggestOptions;
use crate::cli::query;
use crate::cli::render;
use crate::cli::render::Format;
use crate::cli::render::SCHEMA_VERSION;
use crate::cli::render::TextTable;
use crate::cli::session::Session;
use crate::cli::terminal::Terminal;
use crate::ingest::seeds;
use crate::model::name::TableName;
use crate::pipeline;
use crate::pipeline::Work;
use crate::pipeline::engine::polars::Polars;
use crate::publish;
use crate::publish::Form;
use crate::publish::Lang;
use crate::schema::Column;
use crate::schema::Schema;
use crate::workspace::wire::nearest;
use anyhow::Context as _;
use anyhow::bail;
use arrow::array::ArrayRef;
use arrow::array::RecordBatch;
use serde_json::json;
use std::io::Write;

/// The rows that one seed lacks.
struct Draft<'a> {
    seed: &'a Schema,
    table: TableName,
    rows: RecordBatch,
}

/// # Errors
/// When a pipeline has a fault, a draft cannot be run, there is none for the seed, or a folder cannot be written.
pub(super) fn suggest(
    session: &Session,
    options: &SuggestOptions,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    if let Some(folder) = &options.to {
        let of_the_team = session.workspace.seeds();
        let into = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
        if into.starts_with(std::path::absolute(&of_the_team).unwrap_or(of_the_team)) {
            bail!(
                "what lies in seeds/ is the team's; name another folder and copy the rows you want"
            );
        }
    }
    let drafts = drafted(session, options.seed.as_deref())?;
    let lang = options.lang.into();
    let mut out = terminal.out();
    if options.seed.is_some() {
        for draft in &drafts {
            print(draft, lang, format, &mut out)?;
        }
        return Ok(true);
    }
    let as_of = query::today(session, None);
    let mut table = TextTable::new(&["seed", "rows>", "title"]);
    let mut listed = Vec::new();
    for draft in &drafts {
        let n = draft.rows.num_rows();
        let title = match lang {
            Lang::Zh => &draft.seed.title_zh,
            Lang::En => &draft.seed.title,
        };
        table.push(vec![
            draft.table.to_string(),
            n.to_string(),
            title.to_string(),
        ]);
        let mut files = Vec::new();
        if let Some(folder) = options.to.as_ref().filter(|_| n > 0) {
            let labels = labels(draft, lang);
            let header = labels
                .iter()
                .map(|(label, column)| (label.as_str(), column.as_deref()));
            let form = Form {
                title: draft.table.as_str(),
                sheet: None,
                by: Vec::new(),
                header: header.collect(),
                batch: &draft.rows,
            };
            let written = publish::fill(folder, &form, as_of).context("cannot write the draft")?;
            files.extend(
                written
                    .into_iter()
                    .map(|file| file.path.display().to_string()),
            );
        }
        listed.push(json!({"seed": draft.table.as_str(), "rows": n, "files": files}));
    }
    if format == Format::Json {
        let answer = json!({"schema_version": SCHEMA_VERSION, "drafts": listed});
        writeln!(out, "{answer}")?;
        return Ok(true);
    }
    for line in table.lines(terminal.width()) {
        writeln!(out, "{line}")?;
    }
    for file in listed
        .iter()
        .filter_map(|draft| draft["files"].as_array())
        .flatten()
    {
        writeln!(out, "{}", file.as_str().unwrap_or_default())?;
    }
    if options.to.is_none() && drafts.iter().any(|draft| draft.rows.num_rows() > 0) {
        writeln!(
            out,
            "its rows: sellerlake seeds suggest SEED; as files: --to DIR"
        )?;
    }
    Ok(true)
}

/// The drafts of all seeds, or of one, sorted by seed.
fn drafted<'a>(session: &'a Session, wanted: Option<&str>) -> anyhow::Result<Vec<Draft<'a>>> {
    let read = seeds::read(&session.context());
    let as_of = query::today(session, None);
    let inputs = query::stage_inputs(session, &read.tables, as_of)?;
    let pipelines = session.pipelines()?;
    let stages = pipelines.iter().flat_map(|pipeline| &pipeline.stages);
    let mut drafts = Vec::new();
    let mut known = Vec::new();
    for stage in stages {
        let (Some(table), Work::Sql(sql)) = (&stage.drafts, &stage.work) else {
            continue;
        };
        known.push(table.to_string());
        if wanted.is_some_and(|wanted| wanted != table.as_str()) {
            continue;
        }
        let feeds = |seed: &&Schema| seed.outputs.iter().any(|output| output.table == *table);
        let Some(seed) = session.catalog.seeds().find(feeds) else {
            bail!("{} drafts {table}, which is no seed", stage.name);
        };
        let rows = pipeline::build::query(sql, &inputs, &mut Polars::new())
            .with_context(|| format!("cannot draft {table}"))?;
        drafts.push(Draft {
            seed,
            table: table.clone(),
            rows,
        });
    }
    if let Some(wanted) = wanted.filter(|_| drafts.is_empty()) {
        known.sort();
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        let hint = nearest(wanted, &names)
            .map_or_else(String::new, |near| format!(", did you mean {near}?"));
        bail!(
            "nothing drafts the seed {wanted:?}{hint} (there is {})",
            names.join(", ")
        );
    }
    drafts.sort_by(|a, b| a.table.cmp(&b.table));
    Ok(drafts)
}

/// The labels of the seed's columns in their order, and the column of the draft that fills each.
fn labels(draft: &Draft<'_>, lang: Lang) -> Vec<(String, Option<String>)> {
    let label = |column: &Column| {
        let code = match lang {
            Lang::Zh if !column.title_zh.is_empty() => return column.title_zh.to_string(),
            _ => column.written.first(),
        };
        code.map_or_else(|| column.name.to_string(), ToString::to_string)
    };
    let filled = |column: &Column| {
        let name = column.name.as_str();
        (draft.rows.column_by_name(name).is_some()).then(|| name.to_owned())
    };
    (draft.seed.columns.iter())
        .map(|column| (label(column), filled(column)))
        .collect()
}

fn print(draft: &Draft<'_>, lang: Lang, format: Format, out: &mut dyn Write) -> anyhow::Result<()> {
    if format == Format::Json {
        return render::rows(out, draft.table.as_str(), &draft.rows, format, usize::MAX);
    }
    let labels = labels(draft, lang);
    let headers: Vec<&str> = labels.iter().map(|(label, _)| label.as_str()).collect();
    let mut table = TextTable::new(&headers);
    for row in 0..draft.rows.num_rows() {
        let cell = |column: &Option<String>| {
            let array: Option<&ArrayRef> =
                (column.as_ref()).and_then(|column| draft.rows.column_by_name(column));
            array.map_or_else(String::new, |array| render::plain(array, row))
        };
        table.push(labels.iter().map(|(_, column)| cell(column)).collect());
    }
    table.csv(out)
}
