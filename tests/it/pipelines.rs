//! The built-in pipelines: all of them load, and tiny tables give the rows that the cases say.

use crate::fixture::in_package;
use crate::shell;
use crate::stages;
use crate::stages::Walked;
use crate::stages::Written;
use crate::stages::class;
use arrow::array::Array;
use arrow::array::AsArray;
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::Float64Type;
use arrow::util::display::array_value_to_string;
use sellerlake::model::name::ColumnName;
use sellerlake::model::name::TableName;
use sellerlake::pipeline::Pipeline;
use sellerlake::pipeline::Severity;
use sellerlake::pipeline::Work;
use sellerlake::pipeline::check;
use sellerlake::pipeline::check::Exact;
use sellerlake::pipeline::subset;
use sellerlake::store::Store;
use sellerlake::store::marts;
use sellerlake::store::reader;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;

/// How far apart two doubles may be, as a share of the greater.
const TOLERANCE: f64 = 1e-9;

#[test]
fn every_stage_is_safe_on_every_engine() {
    let mut n = 0;
    for stage in stages::pipelines()
        .iter()
        .flat_map(|pipeline| &pipeline.stages)
    {
        if let Work::Sql(sql) = &stage.work {
            let refused = subset::check(sql, &stage.inputs).err().unwrap_or_default();
            assert!(refused.is_empty(), "{}: {refused:?}", stage.name);
            n += 1;
        }
    }
    assert!(n > 0, "no pipeline has a stage");
}

#[test]
fn every_mart_and_branch_has_cases() {
    let mut n_cases: BTreeMap<String, usize> = BTreeMap::new();
    for folder in stages::case_folders() {
        let stage = folder
            .parent()
            .unwrap()
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        *n_cases.entry(stage).or_default() += 1;
    }
    let all = || stages::pipelines().iter();
    let stages: BTreeSet<&str> = all()
        .flat_map(|pipeline| &pipeline.stages)
        .map(|stage| stage.name.as_str())
        .collect();
    let strange = n_cases
        .keys()
        .filter(|name| !stages.contains(name.as_str()));
    assert_eq!(
        strange.collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "cases of no stage"
    );
    for mart in all().flat_map(Pipeline::marts) {
        let n = n_cases.get(mart.name.as_str()).copied().unwrap_or_default();
        assert!(n >= 3, "{} has {n} cases", mart.name);
    }
}

#[test]
fn tiny_tables_give_the_rows_that_the_cases_say() {
    let cases = stages::walked_cases();
    let faults: Vec<String> = cases.iter().filter_map(|case| check(case).err()).collect();
    assert!(
        faults.is_empty(),
        "{} of {} cases differ (UPDATE=1 rewrites them)\n{}",
        faults.len(),
        cases.len(),
        faults.join("\n")
    );
}

fn check(case: &Walked) -> Result<(), String> {
    let path = in_package("tests/cases_sql")
        .join(&case.name)
        .join("expected.csv");
    let expected = Written::read(&path);
    let given = rows(case)?;
    let mut columns = Vec::new();
    for (name, _) in &expected.columns {
        let array = given
            .column_by_name(name)
            .ok_or_else(|| format!("{}: the stage gives no column {name}", case.name))?;
        columns.push((name.clone(), array));
    }
    let mut found: Vec<Vec<Option<String>>> = (0..given.num_rows())
        .map(|row| {
            columns
                .iter()
                .map(|(_, array)| shown(array.as_ref(), row))
                .collect()
        })
        .collect();
    found.sort_by_key(|row| key(row));
    let types: Vec<(String, String)> = columns
        .iter()
        .map(|(name, array)| (name.clone(), class(array.data_type()).to_owned()))
        .collect();
    let mut wanted = expected.rows;
    wanted.sort_by_key(|row| key(row));
    let same = types == expected.columns
        && found.len() == wanted.len()
        && found
            .iter()
            .zip(&wanted)
            .all(|(a, b)| is_same_row(&types, a, b));
    if same {
        return Ok(());
    }
    let text = |columns: &[(String, String)], rows: &[Vec<Option<String>>]| {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let labels = columns.iter().map(|(name, ty)| format!("{name}:{ty}"));
        writer.write_record(labels).unwrap();
        for row in rows {
            let cells = row.iter().map(|cell| cell.as_deref().unwrap_or_default());
            writer.write_record(cells).unwrap();
        }
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    };
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, text(&types, &found)).unwrap();
        return Ok(());
    }
    Err(format!(
        "{}: expected\n{}but came\n{}",
        case.name,
        text(&expected.columns, &wanted),
        text(&types, &found)
    ))
}

/// What the last stage gives. A mart holds its grain and its checks over tiny tables too.
fn rows(case: &Walked) -> Result<&RecordBatch, String> {
    let last = case
        .steps
        .last()
        .ok_or_else(|| format!("{}: no stage ran", case.name))?;
    let Some(mart) = &last.stage.mart else {
        return Ok(&last.rows);
    };
    let mut sum = |table: &TableName, column: &ColumnName| {
        let array = last.inputs[table].column_by_name(column.as_str());
        Exact::sum_of(array.unwrap())
    };
    let broken: Vec<String> = check::check(mart, &last.rows, &mut sum)
        .iter()
        .filter(|check| check.severity == Severity::Error && !check.passed())
        .map(|check| format!("{}: {:?}", check.rule, check.outcome))
        .collect();
    if broken.is_empty() {
        Ok(&last.rows)
    } else {
        Err(format!("{}: {}", case.name, broken.join("; ")))
    }
}

/// Marts of reports that the sample has none of. Their cases say what they give.
const SAMPLE_LEAVES_EMPTY: &[&str] = &["order_exception", "traffic_parent_month"];

/// A build runs its stages in one go, each inside the engine; that gives what they give one by one.
#[test]
fn a_build_gives_what_its_stages_give() {
    let store = Store::at(shell::finished_sample().root.join("store"));
    let (mut n, mut empty) = (0, Vec::new());
    for step in &stages::walked_sample().steps {
        let Some(mart) = &step.stage.mart else {
            continue;
        };
        let mut kept = Vec::new();
        for file in marts::files_of(&store, &mart.name).unwrap() {
            kept.extend(reader::read(&file, &mart.arrow()).unwrap());
        }
        let mut kept = lines(&concat_batches(&mart.arrow(), &kept).unwrap());
        let mut walked = lines(&step.rows);
        kept.sort();
        walked.sort();
        if walked.is_empty() {
            empty.push(mart.name.as_str());
        }
        assert!(kept == walked, "{} differs", mart.name);
        n += 1;
    }
    assert!(n > 0, "no pipeline has a mart");
    empty.sort_unstable();
    assert_eq!(
        empty, SAMPLE_LEAVES_EMPTY,
        "marts of the sample without rows"
    );
}

fn lines(batch: &RecordBatch) -> Vec<Vec<Option<String>>> {
    let row = |row| {
        let cells = batch.columns().iter();
        cells.map(|array| shown(array.as_ref(), row)).collect()
    };
    (0..batch.num_rows()).map(row).collect()
}

/// A cell in the words of the cases. Doubles have twelve digits: what sums in another order changes is beyond them.
fn shown(array: &dyn Array, row: usize) -> Option<String> {
    if array.is_null(row) {
        return None;
    }
    if let Some(doubles) = array.as_primitive_opt::<Float64Type>() {
        let rounded: f64 = format!("{:.11e}", doubles.value(row)).parse().unwrap();
        return Some(format!("{rounded:?}"));
    }
    Some(array_value_to_string(array, row).unwrap())
}

/// What rows are sorted by: nulls last, and no digit that a tolerance forgives.
fn key(row: &[Option<String>]) -> Vec<(bool, String)> {
    let coarse = |cell: &str| match cell.parse::<f64>() {
        Ok(number) => format!("{number:.6e}"),
        Err(_) => cell.to_owned(),
    };
    row.iter()
        .map(|cell| {
            (
                cell.is_none(),
                cell.as_deref().map(coarse).unwrap_or_default(),
            )
        })
        .collect()
}

/// Doubles may differ by the tolerance, decimals by the zeros at their end, others not at all.
fn is_same_row(
    types: &[(String, String)],
    came: &[Option<String>],
    wanted: &[Option<String>],
) -> bool {
    types
        .iter()
        .zip(came.iter().zip(wanted))
        .all(|((_, ty), cells)| match (cells, ty.as_str()) {
            ((Some(came), Some(wanted)), "double") => is_near(came, wanted),
            ((Some(came), Some(wanted)), "decimal") => short(came) == short(wanted),
            ((came, wanted), _) => came == wanted,
        })
}

pub(crate) fn is_near(a: &str, b: &str) -> bool {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()),
        _ => a == b,
    }
}

/// A decimal without zeros at its end.
pub(crate) fn short(decimal: &str) -> &str {
    if decimal.contains('.') {
        decimal.trim_end_matches('0').trim_end_matches('.')
    } else {
        decimal
    }
}
