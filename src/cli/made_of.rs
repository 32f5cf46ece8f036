//! What each mart is made of, as one text that changes with anything that could change the mart: stages, current
//! partitions, seeds, settings, the days that the calendar spans. A mart whose text is as it was need not be built.

use crate::cli::query;
use crate::cli::session::Session;
use crate::ingest::seeds::Seeds;
use crate::model::id;
use crate::model::name::TableName;
use crate::model::period::date_of;
use crate::pipeline::Mart;
use crate::pipeline::Pipeline;
use crate::pipeline::build::Inputs;
use crate::pipeline::build::dated_columns;
use crate::pipeline::calendar::HELPERS;
use crate::pipeline::calendar::Span;
use crate::pipeline::engine::TableFiles;
use crate::pipeline::graph;
use crate::pipeline::pairs;
use crate::store::layout;
use crate::store::memos::Look;
use crate::store::memos::Merged;
use crate::store::reader;
use crate::store::reports::Catalogue;
use arrow::array::RecordBatch;
use arrow::util::display::array_value_to_string;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Everything that marts are made of, table by table.
pub(super) struct Materials {
    /// Version of this program, settings, first day of the week.
    base: String,
    seeds: String,
    as_of: String,
    /// Hash of what each table of the store is made of.
    tables: BTreeMap<TableName, String>,
}

impl Materials {
    /// # Errors
    /// When the catalogue cannot be read.
    pub(super) fn of(session: &Session, inputs: &Inputs, seeds: &Seeds) -> anyhow::Result<Self> {
        let root = session.store.root().join("current");
        let merged = Merged::recall(&session.store).unwrap_or_default();
        let made_of = |table: &TableFiles| {
            let mut texts = vec![format!("{:?}", table.schema.fields())];
            for path in &table.files {
                let folder = layout::current_folder(&root, path).unwrap_or_default();
                // What was noted when the file was written holds as long as it is that file.
                let noted = merged
                    .partitions
                    .get(&folder)
                    .filter(|known| Look::at(path) == Some(known.look))
                    .map(|known| known.fingerprint.clone());
                let fingerprint = noted.or_else(|| reader::inputs_of(path));
                texts.extend([folder, fingerprint.unwrap_or_default()]);
            }
            id::hash(texts.iter().map(String::as_str))
        };
        let tables = inputs.files.iter();
        let tables = tables.map(|(name, table)| (name.clone(), made_of(table)));
        // What is neither a file nor a seed nor a setting is told by its cells.
        let told = inputs
            .batches
            .iter()
            .filter(|(name, _)| !seeds.tables.contains_key(*name) && name.as_str() != SETTINGS);
        let told = told.map(|(name, batch)| (name.clone(), of_cells(batch)));
        // What is made of the whole catalogue is told by how far that goes, and by the rules that it was read by.
        let rules = session.context().rules();
        let mark = id::hash(
            [rules, Catalogue::load(&session.store)?.mark()]
                .iter()
                .map(String::as_str),
        );
        let of_catalogue = query::OF_CATALOGUE.iter();
        let of_catalogue =
            of_catalogue.filter_map(|name| Some((TableName::parse(name).ok()?, mark.clone())));
        let mut texts: Vec<String> = Vec::new();
        for (path, bytes) in &seeds.files {
            texts.push(format!("{path} {:x}", id::of_bytes(bytes)));
        }
        for schema in session.catalog.seeds() {
            texts.push(schema.version.to_string());
        }
        let base = [
            env!("CARGO_PKG_VERSION").to_owned(),
            format!("{:?}", session.workspace.config.settings),
            format!("{:?}", inputs.week_start),
        ];
        Ok(Self {
            base: id::hash(base.iter().map(String::as_str)),
            seeds: id::hash(texts.iter().map(String::as_str)),
            as_of: inputs.as_of.to_string(),
            tables: tables.chain(told).chain(of_catalogue).collect(),
        })
    }

    /// Hash of all that all marts are made of.
    pub(super) fn fingerprint(&self, texts: &[(String, String)]) -> String {
        let all = [&self.base, &self.seeds, &self.as_of];
        let tables = self
            .tables
            .iter()
            .flat_map(|(name, hash)| [name.as_str(), hash]);
        let texts = texts.iter().flat_map(|(path, text)| [path.as_str(), text]);
        id::hash(
            all.into_iter()
                .map(String::as_str)
                .chain(tables)
                .chain(texts),
        )
    }

    /// What each mart is made of. None for a mart of which that cannot be told: it is built.
    pub(super) fn by_mart(
        &self,
        pipelines: &[Pipeline],
        inputs: &Inputs,
    ) -> BTreeMap<TableName, Option<String>> {
        let span = span(inputs);
        pipelines
            .iter()
            .flat_map(Pipeline::marts)
            .map(|mart| {
                (
                    mart.name.clone(),
                    self.of_mart(pipelines, mart, span.as_deref()),
                )
            })
            .collect()
    }

    fn of_mart(&self, pipelines: &[Pipeline], mart: &Mart, span: Option<&str>) -> Option<String> {
        let order = graph::in_order(pipelines, Some(&[mart.name.clone()].into())).ok()?;
        let made: BTreeSet<&TableName> = order.iter().map(|stage| &stage.name).collect();
        let mut texts: Vec<&str> = vec![&self.base];
        for stage in &order {
            texts.extend([stage.name.as_str(), &stage.version]);
            texts.extend(stage.inputs.iter().map(TableName::as_str));
            for input in stage.inputs.iter().filter(|input| !made.contains(input)) {
                match input.as_str() {
                    "as_of" => texts.push(&self.as_of),
                    // Holidays are a seed.
                    "calendar" | "periods" => texts.extend([span?, &self.seeds]),
                    "observation_pairs" => {
                        let subjects = pairs::SUBJECTS.iter();
                        let hashes = subjects.filter_map(|(name, _)| self.tables.get(*name));
                        texts.extend(hashes.map(String::as_str));
                    }
                    name if HELPERS.contains(&name) && !self.tables.contains_key(name) => {}
                    _ => texts.push(self.tables.get(input).unwrap_or(&self.seeds)),
                }
            }
        }
        Some(id::hash(texts))
    }
}

/// The seed-like table that `base` tells of already.
const SETTINGS: &str = "settings";

/// Hash of all cells of a small table.
fn of_cells(batch: &RecordBatch) -> String {
    let mut texts = vec![format!("{:?}", batch.schema().fields())];
    for array in batch.columns() {
        for row in 0..array.len() {
            // A cell that cannot be written is told by its column.
            texts.push(array_value_to_string(array, row).unwrap_or_default());
        }
    }
    id::hash(texts.iter().map(String::as_str))
}

/// The first and last day of all data, which the calendar is made around; none where a file does not tell.
fn span(inputs: &Inputs) -> Option<String> {
    let mut days: Option<(i32, i32)> = None;
    for table in inputs.files.values() {
        let columns = dated_columns(table);
        for path in &table.files {
            if let Some((first, last)) = reader::days_of(path, &columns)? {
                let (low, high) = days.unwrap_or((first, last));
                days = Some((low.min(first), high.max(last)));
            }
        }
    }
    // Without data the calendar is made around today.
    let day = |number: i32| date_of(number).unwrap_or(inputs.as_of);
    let (first, last) = days.map_or((inputs.as_of, inputs.as_of), |(first, last)| {
        (day(first), day(last))
    });
    Some(format!(
        "{:?}",
        Span::around(first, last, inputs.week_start)
    ))
}
