use super::*;
use crate::pipeline::engine::polars::Polars;
use crate::pipeline::wire::load;
use arrow::array::ArrayRef;
use arrow::array::Date32Array;
use arrow::array::Decimal128Array;
use arrow::array::StringArray;
use arrow::datatypes::Field;
use arrow::datatypes::Schema;
use arrow::util::display::array_value_to_string;
use jiff::civil::date;
use parquet::arrow::ArrowWriter;
use std::fs::File;
use std::path::Path;

const PIPELINE: &str = r#"
title = "P"
title-zh = "P"
[[stage]]
name = "spend_month"
inputs = ["spend_day", "calendar"]
[[stage]]
name = "broken"
inputs = ["spend_day"]
[[mart]]
name = "spend_total"
title = "Spend"
title-zh = "花费"
inputs = ["spend_month"]
grain = ["month", "campaign"]
partition = "month"
column = [
    { name = "month", type = "date", meaning = "Month", meaning-zh = "月" },
    { name = "campaign", type = "text", meaning = "Campaign", meaning-zh = "活动" },
    { name = "spend", type = "decimal", meaning = "Spend", meaning-zh = "花费" },
]
[[mart.check]]
kind = "sums-to"
column = "spend"
table = "spend_month"
of = "spend"
[[mart]]
name = "spend_share"
title = "Share"
title-zh = "份额"
inputs = ["spend_total", "broken"]
grain = ["month"]
partition = "month"
column = [{ name = "month", type = "date", meaning = "Month", meaning-zh = "月" }]
[[mart]]
name = "spend_wrong"
title = "Wrong"
title-zh = "错"
inputs = ["spend_month"]
grain = ["month"]
partition = "month"
column = [
    { name = "month", type = "date", meaning = "Month", meaning-zh = "月" },
    { name = "spend", type = "integer", meaning = "Spend", meaning-zh = "花费" },
]
"#;

const FILES: &[(&str, &str)] = &[
    ("p/pipeline.toml", PIPELINE),
    (
        "p/spend_month.sql",
        "SELECT c.month, s.campaign, s.spend FROM spend_day AS s INNER JOIN calendar AS c ON s.date = c.date",
    ),
    ("p/broken.sql", "SELECT nothing FROM spend_day"),
    (
        "p/spend_total.sql",
        "SELECT month, campaign, SUM(spend) AS spend FROM spend_month GROUP BY month, campaign",
    ),
    (
        "p/spend_share.sql",
        "SELECT t.month FROM spend_total AS t INNER JOIN broken AS b ON t.month = b.nothing",
    ),
    (
        "p/spend_wrong.sql",
        "SELECT month, SUM(spend) AS spend FROM spend_month GROUP BY month",
    ),
];

fn table(name: &str) -> TableName {
    TableName::parse(name).unwrap()
}

fn days(rows: &[(Date, Option<&str>, i128)]) -> RecordBatch {
    let schema = Schema::new(vec![
        Field::new("date", DataType::Date32, true),
        Field::new("campaign", DataType::Utf8, true),
        Field::new("spend", DataType::Decimal128(18, 4), true),
    ]);
    let day = |date: &Date| crate::model::period::day_number(*date);
    let spend = Decimal128Array::from_iter_values(rows.iter().map(|(.., spend)| *spend));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Date32Array::from_iter_values(
            rows.iter().map(|(date, ..)| day(date)),
        )),
        Arc::new(
            rows.iter()
                .map(|(_, campaign, _)| *campaign)
                .collect::<StringArray>(),
        ),
        Arc::new(spend.with_precision_and_scale(18, 4).unwrap()),
    ];
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}

fn inputs(folder: &Path, parts: &[RecordBatch]) -> Inputs {
    let schema = days(&[]).schema();
    let mut files = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        let path = folder.join(format!("part {number} [*].parquet"));
        let mut writer =
            ArrowWriter::try_new(File::create(&path).unwrap(), part.schema(), None).unwrap();
        writer.write(part).unwrap();
        writer.close().unwrap();
        files.push(path);
    }
    Inputs {
        files: [(table("spend_day"), TableFiles { schema, files })].into(),
        batches: BTreeMap::new(),
        as_of: date(2026, 3, 4),
        week_start: Weekday::Sunday,
    }
}

fn rows(batch: &RecordBatch) -> Vec<String> {
    let cell = |array: &ArrayRef, row| array_value_to_string(array, row).unwrap();
    let row = |row| {
        batch
            .columns()
            .iter()
            .map(|array| cell(array, row))
            .collect::<Vec<_>>()
            .join(" ")
    };
    (0..batch.num_rows()).map(row).collect()
}

#[test]
fn a_failure_stops_only_what_needs_it() {
    let folder = tempfile::tempdir().unwrap();
    let parts = [
        days(&[
            (date(2026, 1, 31), Some("b"), 12_345),
            (date(2026, 2, 1), Some("a"), 10_000),
        ]),
        days(&[
            (date(2026, 1, 1), Some("a"), 1),
            (date(2026, 1, 2), None, 5),
            (date(2026, 1, 2), Some("b"), 5),
        ]),
    ];
    let pipelines = load(FILES, &[table("spend_day")].into()).unwrap();
    let mut seen = Vec::new();
    let mut progress = |event: Progress<'_>| seen.push(format!("{event:?}"));
    let inputs = inputs(folder.path(), &parts);
    let built = build(&pipelines, None, &inputs, &mut Polars::new(), &mut progress).unwrap();
    let names: Vec<&str> = built.iter().map(|one| one.mart.name.as_str()).collect();
    assert_eq!(names, ["spend_total", "spend_share", "spend_wrong"]);
    let made = built[0].result.as_ref().unwrap();
    assert_eq!(
        rows(&made.batch),
        [
            "2026-01-01 a 0.0001",
            "2026-01-01 b 1.2350",
            "2026-01-01  0.0005",
            "2026-02-01 a 1.0000"
        ]
    );
    assert_eq!(*made.batch.schema(), *built[0].mart.arrow());
    assert!(
        made.checks.iter().all(CheckResult::passed),
        "{:?}",
        made.checks
    );
    let text = |built: &Built<'_>| with_causes(&**built.result.as_ref().unwrap_err());
    assert!(text(&built[1]).starts_with(
        "it needs broken: stage broken cannot be run: the engine cannot run the query: not found: "
    ));
    assert_eq!(
        text(&built[2]),
        "mart spend_wrong is not what it declares: column spend is declared Int64, but the query gives Decimal128(38, 4)"
    );
    assert_eq!(
        seen.iter()
            .filter(|event| event.starts_with("Failed"))
            .count(),
        3
    );
}

#[test]
fn a_table_without_files_is_empty_and_a_selection_builds_what_it_needs() {
    let folder = tempfile::tempdir().unwrap();
    let pipelines = load(FILES, &[table("spend_day")].into()).unwrap();
    let inputs = inputs(folder.path(), &[]);
    let select = [table("spend_total")].into();
    let built = build(
        &pipelines,
        Some(&select),
        &inputs,
        &mut Polars::new(),
        &mut |_| {},
    )
    .unwrap();
    assert_eq!(built.len(), 1);
    let made = built[0].result.as_ref().unwrap();
    assert_eq!(made.batch.num_rows(), 0);
    assert!(
        made.checks.iter().all(CheckResult::passed),
        "{:?}",
        made.checks
    );
    let select = [table("spend_month")].into();
    let error = build(
        &pipelines,
        Some(&select),
        &inputs,
        &mut Polars::new(),
        &mut |_| {},
    )
    .unwrap_err();
    assert_eq!(error.to_string(), "no mart is called spend_month");
}

#[test]
fn a_users_query_sees_every_table() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = inputs(
        folder.path(),
        &[days(&[(date(2026, 1, 31), Some("b"), 12_345)])],
    );
    let sql = "SELECT s.spend, c.week_start, a.as_of FROM spend_day AS s JOIN calendar AS c ON s.date = c.date \
               CROSS JOIN as_of AS a";
    let found = query(sql, &inputs, &mut Polars::new()).unwrap();
    assert_eq!(rows(&found), ["1.2345 2026-01-25 2026-03-04"]);
    let error = query("SELECT x FROM nowhere", &inputs, &mut Polars::new()).unwrap_err();
    assert!(
        with_causes(&error).starts_with("cannot run the query: the engine cannot run the query: ")
    );
}
