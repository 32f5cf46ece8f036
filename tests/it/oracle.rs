//! The same stage over the same tables on two engines: what the embedded one gives is what `DuckDB` gives, rows and types.
//!
//! Needs `python3` with the module `duckdb`. Where that is missing the comparison is passed over with a line that says
//! so; with `SELLERLAKE_ORACLE=required` in the environment, as in CI, it fails.

use crate::fixture::catalog;
use crate::fixture::in_package;
use crate::pipelines::is_near;
use crate::pipelines::short;
use crate::stages;
use crate::stages::Walked;
use crate::stages::class;
use crate::stages::put;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::RecordBatch;
use arrow::datatypes::Float64Type;
use arrow::datatypes::TimestampMillisecondType;
use arrow::util::display::array_value_to_string;
use jiff::Timestamp;
use sellerlake::model::name::TableName;
use sellerlake::pipeline::Work;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

/// Rows of a difference that are shown.
const SHOWN: usize = 3;

/// A stage as both engines are to run it, and what ours gave.
struct Job<'a> {
    /// The data it ran over, and the stage.
    name: String,
    ours: &'a RecordBatch,
    asked: Value,
}

#[test]
fn duckdb_gives_the_same() {
    if !has_oracle() {
        let required = std::env::var("SELLERLAKE_ORACLE").is_ok_and(|value| value == "required");
        assert!(
            !required,
            "SELLERLAKE_ORACLE=required, but python3 has no module duckdb"
        );
        say("skipped: python3 has no module duckdb, no stage was compared");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let all = std::iter::once(stages::walked_sample()).chain(stages::walked_cases());
    let jobs: Vec<Job> = all
        .flat_map(|walked| jobs_of(walked, folder.path()))
        .collect();
    let theirs = answers(&jobs, folder.path());
    let faults: Vec<String> = jobs
        .iter()
        .zip(&theirs)
        .filter_map(|(job, theirs)| difference(job, theirs))
        .collect();
    say(&format!(
        "compared with DuckDB: {} runs of stages, over the sample and {} cases; {} differ",
        jobs.len(),
        stages::walked_cases().len(),
        faults.len()
    ));
    assert!(
        !jobs.is_empty() && faults.is_empty(),
        "{}",
        faults.join("\n")
    );
}

/// Past the capture of the test harness: whether stages were compared at all is worth a line in every log.
fn say(text: &str) {
    let mut stderr = std::io::stderr().lock();
    writeln!(stderr, "oracle: {text}").unwrap();
}

fn has_oracle() -> bool {
    let python = Command::new("python3")
        .args(["-c", "import duckdb"])
        .output();
    python.is_ok_and(|output| output.status.success())
}

/// Lays down what each stage reads.
fn jobs_of<'a>(walked: &'a Walked, folder: &Path) -> Vec<Job<'a>> {
    let folder = folder.join(&walked.name);
    fs::create_dir_all(&folder).unwrap();
    let mut jobs = Vec::new();
    for step in &walked.steps {
        let Work::Sql(sql) = &step.stage.work else {
            continue;
        };
        let mut tables = serde_json::Map::new();
        for (input, batch) in &step.inputs {
            // The other engine reads the store's own files, so that how we read them is compared too.
            let kept = step
                .files
                .get(input)
                .filter(|files| files.iter().all(|file| file.exists()));
            let files = kept.cloned().unwrap_or_else(|| {
                let file = folder.join(format!("{input}.parquet"));
                if !file.exists() {
                    put(&file, batch);
                }
                vec![file]
            });
            tables.insert(input.to_string(), json!(files));
        }
        jobs.push(Job {
            name: format!("{}: {}", walked.name, step.stage.name),
            ours: &step.raw,
            asked: json!({"sql": &**sql, "inputs": tables}),
        });
    }
    jobs
}

fn answers(jobs: &[Job<'_>], folder: &Path) -> Vec<Value> {
    let (asked, answered) = (folder.join("jobs.json"), folder.join("answers.json"));
    let list: Vec<&Value> = jobs.iter().map(|job| &job.asked).collect();
    fs::write(&asked, json!(list).to_string()).unwrap();
    let output = Command::new("python3")
        .arg(in_package("tests/it/oracle.py"))
        .args([&asked, &answered])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&fs::read(answered).unwrap()).unwrap()
}

/// What the two do not agree on; none when they do.
fn difference(job: &Job<'_>, theirs: &Value) -> Option<String> {
    if let Some(error) = theirs.get("error") {
        return Some(format!("{}: DuckDB refuses it: {error}", job.name));
    }
    let schema = job.ours.schema();
    let ours: Vec<(String, &str)> = schema
        .fields()
        .iter()
        .map(|field| (field.name().clone(), class(field.data_type())))
        .collect();
    let columns: Vec<(String, &str)> = theirs["columns"]
        .as_array()?
        .iter()
        .map(|column| {
            (
                column[0].as_str().unwrap().to_owned(),
                class_of(column[1].as_str().unwrap()),
            )
        })
        .collect();
    if ours != columns {
        let apart = ours
            .iter()
            .zip(&columns)
            .filter(|(ours, theirs)| ours != theirs);
        let apart: Vec<String> = apart
            .map(|(ours, theirs)| format!("ours {ours:?}, DuckDB's {theirs:?}"))
            .collect();
        return Some(format!(
            "{}: columns differ: {}",
            job.name,
            apart.join("; ")
        ));
    }
    let types: Vec<&str> = ours.iter().map(|(_, ty)| *ty).collect();
    let mut ours: Vec<Vec<Option<String>>> = (0..job.ours.num_rows())
        .map(|row| {
            job.ours
                .columns()
                .iter()
                .map(|array| exact(array, row))
                .collect()
        })
        .collect();
    let mut theirs: Vec<Vec<Option<String>>> = theirs["rows"]
        .as_array()?
        .iter()
        .map(|row| {
            row.as_array()
                .unwrap()
                .iter()
                .map(|cell| cell.as_str().map(str::to_owned))
                .collect()
        })
        .collect();
    for rows in [&mut ours, &mut theirs] {
        rows.sort_by_cached_key(|row| sorted_by(&types, row));
    }
    if ours.len() != theirs.len() {
        return Some(format!(
            "{}: ours gives {} rows, DuckDB {}",
            job.name,
            ours.len(),
            theirs.len()
        ));
    }
    let apart: Vec<String> = ours
        .iter()
        .zip(&theirs)
        .flat_map(|(ours, theirs)| {
            let cells = types.iter().zip(&columns).zip(ours.iter().zip(theirs));
            cells
                .filter(|((ty, _), (ours, theirs))| {
                    !is_same(ty, ours.as_deref(), theirs.as_deref())
                })
                .map(move |((_, (name, _)), (a, b))| {
                    format!("{name}: ours {a:?}, DuckDB's {b:?}, in {ours:?}")
                })
        })
        .collect();
    if apart.is_empty() {
        return None;
    }
    let shown: Vec<&str> = apart.iter().take(SHOWN).map(String::as_str).collect();
    Some(format!(
        "{}: {} cells differ: {}",
        job.name,
        apart.len(),
        shown.join("\n    ")
    ))
}

fn exact(array: &ArrayRef, row: usize) -> Option<String> {
    if array.is_null(row) {
        return None;
    }
    if let Some(doubles) = array.as_primitive_opt::<Float64Type>() {
        return Some(format!("{:?}", doubles.value(row)));
    }
    if let Some(instants) = array.as_primitive_opt::<TimestampMillisecondType>() {
        let at = Timestamp::from_millisecond(instants.value(row)).unwrap();
        return Some(at.strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string());
    }
    Some(array_value_to_string(array, row).unwrap())
}

/// Rows whose doubles differ in the last digits stand at the same place.
fn sorted_by(types: &[&str], row: &[Option<String>]) -> Vec<Option<String>> {
    let coarse = |ty: &str, cell: &str| match ty {
        "double" => cell
            .parse::<f64>()
            .map_or_else(|_| cell.to_owned(), |number| format!("{number:.6e}")),
        "decimal" => short(cell).to_owned(),
        _ => cell.to_owned(),
    };
    let cells = types.iter().zip(row);
    cells
        .map(|(ty, cell)| cell.as_deref().map(|cell| coarse(ty, cell)))
        .collect()
}

fn is_same(ty: &str, ours: Option<&str>, theirs: Option<&str>) -> bool {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => match ty {
            "double" => is_near(ours, theirs),
            "decimal" => short(ours) == short(theirs),
            _ => ours == theirs,
        },
        (ours, theirs) => ours == theirs,
    }
}

/// The types of `DuckDB` in the words of the cases.
fn class_of(ty: &str) -> &'static str {
    match ty.split('(').next().unwrap_or_default() {
        "VARCHAR" => "text",
        "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "HUGEINT" | "UBIGINT" | "UINTEGER" => {
            "integer"
        }
        "DOUBLE" => "double",
        "DECIMAL" => "decimal",
        "DATE" => "date",
        "TIMESTAMP" | "TIMESTAMP_MS" | "TIMESTAMP_NS" | "TIMESTAMP_S" => "timestamp",
        "BOOLEAN" => "bool",
        _ => "a type that no table has",
    }
}

/// Every stage of every pipeline is one of those that a case or the sample runs; a table that no schema feeds would be
/// empty in both.
#[test]
fn the_sample_feeds_what_stages_read() {
    let inputs = stages::sample_inputs();
    let read: BTreeSet<&TableName> = stages::pipelines()
        .iter()
        .flat_map(|pipeline| &pipeline.stages)
        .flat_map(|stage| &stage.inputs)
        .filter(|input| catalog().table(input).is_some())
        .collect();
    let empty: Vec<&str> = read
        .into_iter()
        .filter(|table| {
            let is_stored = inputs
                .files
                .get(*table)
                .is_some_and(|files| !files.files.is_empty());
            let is_seed = inputs
                .batches
                .get(*table)
                .is_some_and(|batch| batch.num_rows() > 0);
            !is_stored && !is_seed
        })
        .map(TableName::as_str)
        .collect();
    assert_eq!(
        empty,
        [
            "ads_account",
            "ads_campaign_range",
            "ads_placement",
            "ads_placement_range",
            "ads_product_range",
            "ads_search_term_range",
            "ads_targeting_range",
            "inventory_ledger_day",
            "order_item",
            "restock_advice",
            "settlement_line",
            "shipment_item",
            "traffic_account_month",
            "traffic_parent",
            "traffic_sku",
        ],
        "tables that stages read and the sample leaves empty"
    );
}
