use super::*;
use crate::model::name::ColumnName;
use crate::pipeline::Partition;
use crate::pipeline::Rule;
use crate::pipeline::Work;

const GOOD: &str = r#"title = "P"
title-zh = "P"
[[stage]]
name = "s"
inputs = ["t", "calendar"]
[[mart]]
name = "m"
title = "M"
title-zh = "M"
inputs = ["s"]
grain = ["month", "k"]
partition = "month"
[[mart.column]]
name = "month"
type = "date"
meaning = "First day"
meaning-zh = "月"
[[mart.column]]
name = "k"
type = "text"
meaning = "Key"
meaning-zh = "键"
[[mart.column]]
name = "spend"
type = "decimal(2)"
unit = "currency"
meaning = "Spend"
meaning-zh = "花费"
[[mart.check]]
kind = "range"
columns = ["spend"]
min = 0
[[mart.check]]
kind = "sums-to"
column = "spend"
table = "s"
of = "spend"
severity = "warn"
"#;
const STAGE: &str =
    "SELECT c.month, t.k, t.spend FROM t INNER JOIN calendar AS c ON t.date = c.date";
const MART: &str = "SELECT month, k, SUM(spend) AS spend FROM s GROUP BY month, k";

fn loaded(toml: &str, sql: &[(&str, &str)]) -> Result<Vec<Pipeline>, Vec<String>> {
    let mut files = vec![("p/pipeline.toml", toml)];
    files.extend(sql);
    let tables = [TableName::parse("t").unwrap()].into();
    load(&files, &tables).map_err(|faults| faults.iter().map(ToString::to_string).collect())
}

#[test]
fn a_pipeline_is_read_whole() {
    let pipelines = loaded(GOOD, &[("p/s.sql", STAGE), ("p/m.sql", MART)]).unwrap();
    let [stage, mart] = pipelines[0].stages.as_slice() else {
        panic!("{pipelines:?}")
    };
    assert!(matches!(&stage.work, Work::Sql(sql) if **sql == *STAGE));
    let mart = mart.mart.as_ref().unwrap();
    assert_eq!(mart.partition, Partition::Month);
    assert_eq!(
        mart.grain
            .iter()
            .map(ColumnName::as_str)
            .collect::<Vec<_>>(),
        ["month", "k"]
    );
    assert_eq!(
        mart.columns[2].ty.arrow(),
        arrow::datatypes::DataType::Decimal128(18, 2)
    );
    assert!(
        matches!(&mart.checks[0].rule, Rule::Range { min: Some(zero), max: None, .. } if *zero == 0.0)
    );
}

#[test]
fn every_fault_is_reported_with_its_place() {
    let sql = [("p/s.sql", STAGE), ("p/m.sql", MART)];
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "inputs = [\"t\", \"calendar\"]",
            "inputs = [\"t\"]",
            &[
                "pipelines/p/s.sql:1: the table calendar is not allowed: add it to `inputs` of the stage, or correct the name",
            ],
        ),
        (
            "partition = \"month\"",
            "partition = \"week_start\"",
            &["pipelines/p/pipeline.toml:12: the partition needs a column week_start of type date"],
        ),
        (
            "partition = \"month\"",
            "partition = \"none\"\ntoday = true",
            &[
                "pipelines/p/pipeline.toml:12: a mart with today = true is partitioned by as_of, and no other is",
            ],
        ),
        (
            "grain = [\"month\", \"k\"]",
            "grain = [\"month\", \"q\"]",
            &["pipelines/p/pipeline.toml:11: the mart has no column \"q\""],
        ),
        (
            "type = \"decimal(2)\"",
            "type = \"money\"",
            &[
                "pipelines/p/pipeline.toml:25: a column's type is text, integer, double, decimal, decimal(0) to decimal(8), date, timestamp or bool",
                "pipelines/p/pipeline.toml:31: the mart has no column \"spend\"",
                "pipelines/p/pipeline.toml:35: the mart has no column \"spend\"",
            ],
        ),
        (
            "unit = \"currency\"",
            "units = \"currency\"",
            &[
                "pipelines/p/pipeline.toml:26: unknown field `units`, expected one of `name`, `type`, `unit`, `header`, `meaning`, `meaning-zh`",
            ],
        ),
        (
            "unit = \"currency\"",
            "header = \"Spend\"",
            &[
                "pipelines/p/pipeline.toml:7: an upload is a sheet or a csv file: say upload-sheet or upload-csv",
            ],
        ),
        (
            "partition = \"month\"",
            "partition = \"month\"\nupload-sheet = \"S\"\nupload-by = [\"q\"]\nupload-header = [\"Id\", \"Id\"]",
            &[
                "pipelines/p/pipeline.toml:14: the mart has no column \"q\"",
                "pipelines/p/pipeline.toml:15: the label \"Id\" stands twice in the header",
            ],
        ),
        (
            "kind = \"range\"",
            "kind = \"row-count\"",
            &["pipelines/p/pipeline.toml:30: a check of kind \"row-count\" takes no `columns`"],
        ),
        (
            "of = \"spend\"\n",
            "",
            &["pipelines/p/pipeline.toml:34: a check of kind \"sums-to\" needs `of`"],
        ),
        (
            "severity = \"warn\"",
            "severity = \"bad\"",
            &["pipelines/p/pipeline.toml:38: a severity is error or warn, not \"bad\""],
        ),
        (
            "inputs = [\"t\", \"calendar\"]",
            "inputs = [\"t\", \"calendar\"]\nmade-by = \"magic\"",
            &[
                "pipelines/p/pipeline.toml:1: m reads s, but no table, stage or mart is called that",
                "pipelines/p/pipeline.toml:6: \"magic\" makes nothing; there is byte-limited-words, currency-conversion, restock-simulation, row-id, time-weighted-median",
                "pipelines/p/s.sql:1: no stage or mart of pipeline.toml is called this",
            ],
        ),
    ];
    for (from, to, faults) in cases {
        let toml = GOOD.replacen(from, to, 1);
        assert_eq!(loaded(&toml, &sql).unwrap_err(), *faults, "{to}");
    }
    assert_eq!(
        loaded(GOOD, &[("p/s.sql", STAGE), ("p/x.sql", MART)]).unwrap_err(),
        [
            "pipelines/p/pipeline.toml:7: there is no pipelines/p/m.sql",
            "pipelines/p/x.sql:1: no stage or mart of pipeline.toml is called this"
        ]
    );
}

#[test]
fn today_is_declared_and_cycles_are_printed() {
    let stage = "SELECT a.as_of AS month, t.k, t.spend FROM t CROSS JOIN as_of AS a";
    let toml = GOOD.replace("\"t\", \"calendar\"", "\"t\", \"as_of\"");
    let faults = loaded(&toml, &[("p/s.sql", stage), ("p/m.sql", MART)]).unwrap_err();
    assert_eq!(
        faults,
        ["pipelines/p/pipeline.toml:1: m depends on today's date through s; say today = true"]
    );
    let toml = GOOD.replace("\"t\", \"calendar\"", "\"m\"");
    let faults = loaded(
        &toml,
        &[
            ("p/s.sql", "SELECT month, k, spend FROM m"),
            ("p/m.sql", MART),
        ],
    )
    .unwrap_err();
    assert_eq!(
        faults,
        ["pipelines/p/pipeline.toml:1: stages wait for each other: m -> s -> m"]
    );
}
