//! Stages run over given tables: what the cases of `tests/cases_sql` and the comparison with another engine share.
//! Owns how a case is read and how stages are walked one by one; knows no stage by name.

use crate::fixture::catalog;
use crate::fixture::in_package;
use crate::shell;
use arrow::array::ArrayRef;
use arrow::array::Float64Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use arrow::array::new_null_array;
use arrow::compute::CastOptions;
use arrow::compute::cast_with_options;
use arrow::datatypes::DataType;
use arrow::datatypes::SchemaRef;
use arrow::datatypes::TimeUnit;
use jiff::civil::Date;
use jiff::civil::Weekday;
use jiff::civil::date;
use rayon::prelude::*;
use sellerlake::embedded;
use sellerlake::ingest::Context;
use sellerlake::ingest::Flags;
use sellerlake::ingest::arrived;
use sellerlake::ingest::seeds;
use sellerlake::model::name::TableName;
use sellerlake::pipeline::Pipeline;
use sellerlake::pipeline::Stage;
use sellerlake::pipeline::Work;
use sellerlake::pipeline::build;
use sellerlake::pipeline::build::Inputs;
use sellerlake::pipeline::calendar;
use sellerlake::pipeline::conform::conform;
use sellerlake::pipeline::engine::Engine as _;
use sellerlake::pipeline::engine::TableFiles;
use sellerlake::pipeline::engine::polars::Polars;
use sellerlake::pipeline::graph;
use sellerlake::pipeline::wire;
use sellerlake::store::Store;
use sellerlake::store::files;
use sellerlake::store::reports::Catalogue;
use sellerlake::store::restated;
use sellerlake::store::writer;
use sellerlake::workspace;
use sellerlake::workspace::Workspace;
use sellerlake::workspace::settings::Settings;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::OnceLock;
use tempfile::TempDir;

/// The day of a build that no case tells.
const AS_OF: Date = date(2026, 2, 10);

/// The built-in pipelines, or all faults of all files: what the guard refuses is one of them.
pub(crate) fn pipelines() -> &'static [Pipeline] {
    static PIPELINES: OnceLock<Vec<Pipeline>> = OnceLock::new();
    PIPELINES.get_or_init(|| {
        let tables = catalog().tables().map(|table| table.name.clone()).collect();
        wire::load(embedded::PIPELINES, &tables).unwrap_or_else(|faults| {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            panic!("{}", faults.join("\n"))
        })
    })
}

pub(crate) fn table_name(name: &str) -> TableName {
    TableName::parse(name).unwrap()
}

/// One case: the stage it is about, and what stages read there.
struct Case {
    name: String,
    stage: TableName,
    /// Without the stages that a table of the case stands in for.
    pipelines: Vec<Pipeline>,
    inputs: Inputs,
    /// Where the tables lie; deleted with the case.
    _tables: TempDir,
}

/// Stages that have run over one set of tables, the last of them last.
pub(crate) struct Walked {
    /// `stage/case`, or what else the tables are.
    pub(crate) name: String,
    pub(crate) steps: Vec<Step>,
}

/// A stage that has run.
pub(crate) struct Step {
    pub(crate) stage: Stage,
    pub(crate) inputs: BTreeMap<TableName, RecordBatch>,
    /// Where an input lies that is a table of the store.
    pub(crate) files: BTreeMap<TableName, Vec<PathBuf>>,
    /// As the engine gave them.
    pub(crate) raw: RecordBatch,
    /// As a mart declares them; the same as `raw` where it is none.
    pub(crate) rows: RecordBatch,
}

/// Every case, walked once for all tests.
pub(crate) fn walked_cases() -> &'static [Walked] {
    static WALKED: OnceLock<Vec<Walked>> = OnceLock::new();
    WALKED.get_or_init(|| {
        case_folders()
            .par_iter()
            .map(|folder| {
                let case = Case::load(folder);
                let wanted = BTreeSet::from([case.stage.clone()]);
                let steps = walk(&case.pipelines, Some(&wanted), &case.inputs);
                let name = case.name.clone();
                Walked { name, steps }
            })
            .collect()
    })
}

/// Every stage over the sample, walked once for all tests.
pub(crate) fn walked_sample() -> &'static Walked {
    static WALKED: OnceLock<Walked> = OnceLock::new();
    WALKED.get_or_init(|| Walked {
        name: "sample".to_owned(),
        steps: walk(pipelines(), None, &sample_inputs()),
    })
}

/// The folders of all cases, sorted; while one is being written, of those whose path has one of the words in `CASES`,
/// which commas part.
pub(crate) fn case_folders() -> Vec<PathBuf> {
    let words = std::env::var("CASES").unwrap_or_default();
    let wanted = |path: &Path| {
        let path = path.to_string_lossy();
        words.split(',').any(|word| path.contains(word))
    };
    let root = in_package("tests/cases_sql");
    let expected = files::list(&root).unwrap();
    let folders: Vec<PathBuf> = expected
        .iter()
        .filter(|path| path.file_name().is_some_and(|name| name == "expected.csv"))
        .map(|path| path.parent().unwrap().to_path_buf())
        .filter(|folder| wanted(folder.strip_prefix(&root).unwrap()))
        .collect();
    assert!(
        !folders.is_empty(),
        "no case has one of {words:?} in its path"
    );
    folders
}

impl Case {
    fn load(folder: &Path) -> Self {
        let part = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let stage = part(folder.parent().unwrap());
        let name = format!("{stage}/{}", part(folder));
        let tables = tempfile::tempdir().unwrap();
        let mut pipelines = pipelines().to_vec();
        let mut inputs = empty_inputs();
        for path in files::list(folder).unwrap() {
            let table = path.file_stem().unwrap().to_str().unwrap().to_owned();
            if table == "expected" {
                continue;
            }
            let written = Written::read(&path);
            match table.as_str() {
                "as_of" => inputs.as_of = written.text("as_of", 0).parse().unwrap(),
                "settings" => {
                    let own = (0..written.rows.len()).map(|row| {
                        let cell = |column| written.text(column, row).to_owned();
                        (
                            cell("name"),
                            cell("marketplace"),
                            cell("value").parse().unwrap(),
                        )
                    });
                    let batch = settings(&Settings::default(), own.collect());
                    inputs.batches.insert(table_name("settings"), batch);
                }
                _ => {
                    let table = table_name(&table);
                    let declared = inputs.files.get(&table).map(|files| files.schema.clone());
                    if let Some(batch) = inputs.batches.get_mut(&table) {
                        *batch = written.batch(&name, &batch.schema());
                        continue;
                    }
                    let schema = declared.unwrap_or_else(|| made_schema(&table));
                    let batch = written.batch(&name, &schema);
                    let file = tables.path().join(format!("{table}.parquet"));
                    put(&file, &batch);
                    let files = vec![file];
                    for pipeline in &mut pipelines {
                        pipeline.stages.retain(|stage| stage.name != table);
                    }
                    inputs.files.insert(table, TableFiles { schema, files });
                }
            }
        }
        Self {
            stage: table_name(&stage),
            name,
            pipelines,
            inputs,
            _tables: tables,
        }
    }
}

/// Writes rows as the store does.
pub(crate) fn put(file: &Path, batch: &RecordBatch) {
    let bytes = writer::encode(file, &batch.schema(), std::slice::from_ref(batch), None).unwrap();
    fs::write(file, bytes).unwrap();
}

/// Every table that is declared, without a row, and the shipped settings.
fn empty_inputs() -> Inputs {
    let mut inputs = Inputs {
        files: BTreeMap::new(),
        batches: BTreeMap::new(),
        as_of: AS_OF,
        week_start: Weekday::Sunday,
    };
    for table in catalog().tables() {
        let (name, schema) = (table.name.clone(), table.arrow());
        if table.period.is_some() {
            let files = Vec::new();
            inputs.files.insert(name, TableFiles { schema, files });
        } else {
            inputs.batches.insert(name, RecordBatch::new_empty(schema));
        }
    }
    let settings = settings(&Settings::default(), Vec::new());
    inputs.batches.insert(table_name("settings"), settings);
    let sellers = calendar::own_sellers(&[]).unwrap();
    inputs.batches.insert(table_name("own_sellers"), sellers);
    let kinds = arrived::report_kinds(catalog()).unwrap();
    inputs.batches.insert(table_name("report_kinds"), kinds);
    let arrivals = arrived::no_arrivals().unwrap();
    inputs
        .batches
        .insert(table_name("report_arrivals"), arrivals);
    let restated = restated::no_restatements().unwrap();
    inputs.batches.insert(table_name("restatements"), restated);
    inputs
}

/// What the stages read in the sample after its first run.
pub(crate) fn sample_inputs() -> Inputs {
    let root = &shell::finished_sample().root;
    let text = fs::read_to_string(root.join(workspace::FILE)).unwrap();
    let config = workspace::wire::parse(&text).unwrap();
    let workspace = Workspace {
        root: root.clone(),
        config,
    };
    let context = Context {
        workspace: &workspace,
        catalog: catalog(),
        decisions: &[],
        flags: Flags::default(),
    };
    let mut inputs = Inputs {
        as_of: shell::SAMPLE_DAY,
        week_start: workspace.config.week_start,
        ..empty_inputs()
    };
    inputs.batches.extend(seeds::read(&context).tables);
    let settings = settings(&workspace.config.settings, Vec::new());
    inputs.batches.insert(table_name("settings"), settings);
    let sellers = calendar::own_sellers(&workspace.config.accounts).unwrap();
    inputs.batches.insert(table_name("own_sellers"), sellers);
    let catalogue = Catalogue::load(&Store::at(workspace.store())).unwrap();
    let arrivals = arrived::report_arrivals(&catalogue).unwrap();
    inputs
        .batches
        .insert(table_name("report_arrivals"), arrivals);
    let restated = restated::restatements(&catalogue, context.catalog.tables()).unwrap();
    inputs.batches.insert(table_name("restatements"), restated);
    for (name, table) in &mut inputs.files {
        let folder = workspace.store().join("current").join(name.as_str());
        table.files = files::list(&folder).unwrap();
    }
    inputs
}

fn settings(shipped: &Settings, own: Vec<(String, String, f64)>) -> RecordBatch {
    let shipped = shipped.rows().into_iter();
    let mut rows: BTreeMap<(String, String), f64> = shipped
        .map(|(name, market, value)| ((name.to_owned(), market.to_owned()), value))
        .collect();
    for (name, market, value) in own {
        assert!(
            rows.insert((name.clone(), market), value).is_some(),
            "there is no setting {name}"
        );
    }
    let names = StringArray::from_iter_values(rows.keys().map(|(name, _)| name));
    let markets = StringArray::from_iter_values(rows.keys().map(|(_, market)| market));
    let values = Float64Array::from_iter_values(rows.values().copied());
    let columns: Vec<(&str, ArrayRef, bool)> = vec![
        ("name", Arc::new(names), true),
        ("marketplace", Arc::new(markets), true),
        ("value", Arc::new(values), true),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

/// The columns that a stage gives, found by running it over nothing.
fn made_schema(stage: &TableName) -> SchemaRef {
    let wanted = BTreeSet::from([stage.clone()]);
    let steps = walk(pipelines(), Some(&wanted), &empty_inputs());
    let last = steps.last().filter(|step| step.stage.name == *stage);
    last.unwrap_or_else(|| panic!("no table or stage is called {stage}"))
        .rows
        .schema()
}

/// Runs the stages that `wanted` needs (all marts, if none), each after its inputs and each alone: what one gives is
/// handed to the next as a table.
fn walk(
    pipelines: &[Pipeline],
    wanted: Option<&BTreeSet<TableName>>,
    inputs: &Inputs,
) -> Vec<Step> {
    let mut tables: BTreeMap<TableName, RecordBatch> = BTreeMap::new();
    let mut steps = Vec::new();
    for stage in graph::in_order(pipelines, wanted).unwrap() {
        let mut engine = Polars::new();
        for input in &stage.inputs {
            let batch = tables
                .entry(input.clone())
                .or_insert_with(|| given(input, inputs));
            engine.register_batch(input, batch).unwrap();
        }
        let read: BTreeMap<TableName, RecordBatch> = stage
            .inputs
            .iter()
            .map(|input| (input.clone(), tables[input].clone()))
            .collect();
        let raw = match &stage.work {
            Work::Sql(sql) => engine
                .execute(&stage.inputs, sql)
                .unwrap_or_else(|error| panic!("{}: {error:?}", stage.name)),
            Work::Made(maker) => {
                let inputs = stage.inputs.iter().map(|input| read[input].clone());
                (maker.make)(&inputs.collect::<Vec<_>>()).unwrap()
            }
        };
        let rows = stage.mart.as_ref().map_or_else(
            || raw.clone(),
            |mart| conform(mart, &raw).unwrap_or_else(|error| panic!("{}: {error:?}", stage.name)),
        );
        let stored = inputs
            .files
            .iter()
            .filter(|(name, table)| read.contains_key(*name) && !table.files.is_empty());
        let files = stored
            .map(|(name, table)| (name.clone(), table.files.clone()))
            .collect();
        tables.insert(stage.name.clone(), rows.clone());
        steps.push(Step {
            stage: stage.clone(),
            inputs: read,
            files,
            raw,
            rows,
        });
    }
    steps
}

/// A table that no stage makes, as a query sees it.
fn given(table: &TableName, inputs: &Inputs) -> RecordBatch {
    let sql = format!("SELECT * FROM {table}");
    build::query(&sql, inputs, &mut Polars::new())
        .unwrap_or_else(|error| panic!("{table}: {error:?}"))
}

/// A table as a case writes it: `name:type` above, then cells.
pub(crate) struct Written {
    pub(crate) columns: Vec<(String, String)>,
    pub(crate) rows: Vec<Vec<Option<String>>>,
}

impl Written {
    pub(crate) fn read(path: &Path) -> Self {
        let mut reader = csv::Reader::from_path(path).unwrap();
        let typed = |label: &str| {
            let (name, ty) = label
                .split_once(':')
                .unwrap_or_else(|| panic!("{}: {label} has no type", path.display()));
            (name.to_owned(), ty.to_owned())
        };
        let columns = reader.headers().unwrap().iter().map(typed).collect();
        let filled = |cell: &str| Some(cell.to_owned()).filter(|cell| !cell.is_empty());
        let rows = reader
            .records()
            .map(|record| record.unwrap().iter().map(filled).collect())
            .collect();
        Self { columns, rows }
    }

    fn text(&self, column: &str, row: usize) -> &str {
        let at = self.columns.iter().position(|(name, _)| name == column);
        self.rows[row][at.unwrap()].as_deref().unwrap()
    }

    /// The rows with the columns that the table declares; those that the case does not speak of are null.
    fn batch(&self, case: &str, schema: &SchemaRef) -> RecordBatch {
        for (name, ty) in &self.columns {
            let field = schema
                .field_with_name(name)
                .unwrap_or_else(|_| panic!("{case}: the table has no column {name}"));
            assert_eq!(class(field.data_type()), ty, "{case}: {name}");
        }
        let options = CastOptions {
            safe: false,
            ..CastOptions::default()
        };
        let arrays = schema.fields().iter().map(|field| {
            let at = self
                .columns
                .iter()
                .position(|(name, _)| name == field.name());
            let Some(at) = at else {
                return new_null_array(field.data_type(), self.rows.len());
            };
            let cells: StringArray = self.rows.iter().map(|row| row[at].as_deref()).collect();
            cast_with_options(&cells, field.data_type(), &options)
                .unwrap_or_else(|error| panic!("{case}: {}: {error}", field.name()))
        });
        RecordBatch::try_new(schema.clone(), arrays.collect()).unwrap()
    }
}

/// The type of a column in the words of the cases.
pub(crate) fn class(ty: &DataType) -> &'static str {
    match ty {
        DataType::Utf8 => "text",
        DataType::Int64 => "integer",
        DataType::Float64 => "double",
        DataType::Decimal128(..) => "decimal",
        DataType::Date32 => "date",
        DataType::Timestamp(TimeUnit::Millisecond, None) => "timestamp",
        DataType::Boolean => "bool",
        DataType::Null => "null",
        other => panic!("no table has the type {other}"),
    }
}
