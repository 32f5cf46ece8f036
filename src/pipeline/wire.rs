//! A pipeline as written, and the reading of all of them. Flat structs and serde; what they mean is checked in `door`,
//! what they mean together here. Reports every fault, not the first.

use crate::model::name::PipelineName;
use crate::model::name::TableName;
use crate::pipeline::Mart;
use crate::pipeline::Pipeline;
use crate::pipeline::Stage;
use crate::pipeline::calendar::HELPERS;
use crate::pipeline::door::Door;
use crate::pipeline::graph;
use crate::pipeline::review;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use toml::Spanned;

/// Something wrong in a file under `pipelines/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("pipelines/{file}:{line}: {what}")]
pub struct Fault {
    pub file: Box<str>,
    /// From 1.
    pub line: usize,
    pub what: Box<str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WirePipeline {
    pub(super) title: String,
    pub(super) title_zh: String,
    #[serde(default)]
    pub(super) stage: Vec<WireStage>,
    #[serde(default)]
    pub(super) mart: Vec<WireMart>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WireStage {
    pub(super) name: Spanned<String>,
    pub(super) inputs: Vec<Spanned<String>>,
    pub(super) made_by: Option<Spanned<String>>,
    pub(super) drafts: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WireMart {
    pub(super) name: Spanned<String>,
    pub(super) title: String,
    pub(super) title_zh: String,
    pub(super) inputs: Vec<Spanned<String>>,
    pub(super) grain: Spanned<Vec<Spanned<String>>>,
    pub(super) partition: Spanned<String>,
    #[serde(default)]
    pub(super) today: bool,
    #[serde(default)]
    pub(super) show: Vec<Spanned<String>>,
    pub(super) show_where: Option<Spanned<String>>,
    pub(super) upload_sheet: Option<Spanned<String>>,
    /// A csv file in the place of a workbook.
    #[serde(default)]
    pub(super) upload_csv: bool,
    #[serde(default)]
    pub(super) upload_by: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) upload_header: Vec<Spanned<String>>,
    pub(super) digest: Option<WireDigest>,
    #[serde(default)]
    pub(super) column: Vec<WireColumn>,
    #[serde(default)]
    pub(super) check: Vec<WireCheck>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireDigest {
    pub(super) by: Spanned<String>,
    pub(super) head: Spanned<String>,
    pub(super) line: Spanned<String>,
    pub(super) order: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WireColumn {
    pub(super) name: Spanned<String>,
    pub(super) r#type: Spanned<String>,
    #[serde(default)]
    pub(super) unit: String,
    pub(super) header: Option<Spanned<String>>,
    pub(super) meaning: String,
    pub(super) meaning_zh: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WireCheck {
    pub(super) kind: Spanned<String>,
    #[serde(default)]
    pub(super) columns: Vec<Spanned<String>>,
    pub(super) column: Option<Spanned<String>>,
    pub(super) table: Option<Spanned<String>>,
    pub(super) of: Option<Spanned<String>>,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    pub(super) severity: Option<Spanned<String>>,
}

/// The pipelines in `files`, given as `(path under pipelines/, text)` in any order: the built-in ones and the user's in
/// one list. `tables` are the store's tables and the seeds.
///
/// # Errors
/// Every fault of every file, by file and line.
pub fn load(
    files: &[(&str, &str)],
    tables: &BTreeSet<TableName>,
) -> Result<Vec<Pipeline>, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut by_path = BTreeMap::new();
    for (path, text) in files {
        if by_path.insert(*path, *text).is_some() {
            faults.push(fault(
                path,
                1,
                "there are two files of this name; call one pipeline otherwise",
            ));
        }
    }
    let mut pipelines = Vec::new();
    for (path, text) in &by_path {
        let Some(folder) = path.strip_suffix("/pipeline.toml") else {
            continue;
        };
        let sql: BTreeMap<&str, &str> = by_path
            .iter()
            .filter_map(|(path, text)| {
                let name = path
                    .strip_prefix(folder)?
                    .strip_prefix('/')?
                    .strip_suffix(".sql")?;
                Some((name, *text))
            })
            .collect();
        match PipelineName::parse(folder) {
            Ok(name) => pipelines.extend(read(path, text, name, &sql, &mut faults)),
            Err(bad) => faults.push(fault(path, 1, &bad.to_string())),
        }
    }
    check_together(&pipelines, tables, &mut faults);
    read_reviews(&by_path, &mut pipelines, &mut faults);
    faults.sort();
    if faults.is_empty() {
        Ok(pipelines)
    } else {
        Err(faults)
    }
}

fn read(
    path: &str,
    text: &str,
    name: PipelineName,
    sql: &BTreeMap<&str, &str>,
    faults: &mut Vec<Fault>,
) -> Option<Pipeline> {
    match toml::from_str::<WirePipeline>(text) {
        Ok(wire) => {
            let mut door = Door::new(path, text, name, sql);
            let pipeline = door.pipeline(wire);
            faults.append(&mut door.faults);
            Some(pipeline)
        }
        Err(error) => {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            faults.push(fault(path, line, error.message()));
            None
        }
    }
}

/// Reviews may show the marts of any pipeline, so they are read when all are known.
fn read_reviews(
    by_path: &BTreeMap<&str, &str>,
    pipelines: &mut [Pipeline],
    faults: &mut Vec<Fault>,
) {
    let mut reviews = Vec::new();
    let marts = pipelines.iter().flat_map(Pipeline::marts);
    let marts: BTreeMap<&str, &Mart> = marts.map(|mart| (mart.name.as_str(), mart)).collect();
    for (path, text) in by_path {
        let Some(folder) = path.strip_suffix("/review.toml") else {
            continue;
        };
        let at = pipelines
            .iter()
            .position(|pipeline| pipeline.name.as_str() == folder);
        match (at, review::read(path, text, &marts)) {
            (Some(at), Ok(review)) => reviews.push((at, review)),
            (None, _) => faults.push(fault(path, 1, "there is no pipeline.toml beside it")),
            (_, Err(more)) => faults.extend(more),
        }
    }
    for (at, review) in reviews {
        pipelines[at].review = Some(review);
    }
}

pub(super) fn fault(file: &str, line: usize, what: &str) -> Fault {
    Fault {
        file: file.into(),
        line,
        what: what.into(),
    }
}

/// The line, from 1, in which the byte at `offset` stands.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    1 + text
        .bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
}

/// Names are unique, inputs exist, nothing waits for itself, and only marts that say so look at today's date.
fn check_together(pipelines: &[Pipeline], tables: &BTreeSet<TableName>, faults: &mut Vec<Fault>) {
    let file = |pipeline: &Pipeline| format!("{}/pipeline.toml", pipeline.name);
    let mut stages: BTreeMap<&TableName, &Stage> = BTreeMap::new();
    for pipeline in pipelines {
        for stage in &pipeline.stages {
            let taken = tables.contains(&stage.name) || HELPERS.contains(&stage.name.as_str());
            if stages.insert(&stage.name, stage).is_some() || taken {
                faults.push(fault(
                    &file(pipeline),
                    1,
                    &format!("there is another table or stage called {}", stage.name),
                ));
            }
        }
    }
    for pipeline in pipelines {
        for stage in &pipeline.stages {
            for input in &stage.inputs {
                let known = tables.contains(input)
                    || stages.contains_key(input)
                    || HELPERS.contains(&input.as_str());
                if !known {
                    let what = format!(
                        "{} reads {input}, but no table, stage or mart is called that",
                        stage.name
                    );
                    faults.push(fault(&file(pipeline), 1, &what));
                }
            }
        }
    }
    for pipeline in pipelines {
        let drafts = pipeline.stages.iter().filter_map(|stage| {
            let seed = stage.drafts.as_ref()?;
            (!tables.contains(seed)).then_some((stage, seed))
        });
        for (stage, seed) in drafts {
            let what = format!("{} drafts {seed}, but no table is called that", stage.name);
            faults.push(fault(&file(pipeline), 1, &what));
        }
        for mart in pipeline.marts() {
            match graph::in_order(pipelines, Some(&[mart.name.clone()].into())) {
                Ok(order) => {
                    let looks = order
                        .iter()
                        .find(|stage| stage.inputs.iter().any(|input| input.as_str() == "as_of"));
                    if let Some(stage) = looks.filter(|_| !mart.today) {
                        let what = format!(
                            "{} depends on today's date through {}; say today = true",
                            mart.name, stage.name
                        );
                        faults.push(fault(&file(pipeline), 1, &what));
                    }
                }
                Err(cycle) => faults.push(fault(&file(pipeline), 1, &cycle.to_string())),
            }
        }
    }
    faults.sort();
    faults.dedup();
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
