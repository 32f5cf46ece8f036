use super::*;
use crate::model::name::PipelineName;
use crate::model::table::StoredType;
use crate::pipeline::Check;
use crate::pipeline::MartColumn;
use crate::pipeline::Partition;
use arrow::array::Decimal128Array;
use arrow::array::Int64Array;
use arrow::array::StringArray;
use std::sync::Arc;

fn names(texts: &[&str]) -> Vec<ColumnName> {
    texts
        .iter()
        .map(|text| ColumnName::parse(text).unwrap())
        .collect()
}

fn mart(rules: Vec<Rule>) -> Mart {
    let column = |name: &str, ty| MartColumn {
        name: ColumnName::parse(name).unwrap(),
        ty,
        unit: "".into(),
        meaning: "".into(),
        meaning_zh: "".into(),
    };
    Mart {
        name: TableName::parse("m").unwrap(),
        pipeline: PipelineName::parse("p").unwrap(),
        title: "".into(),
        title_zh: "".into(),
        grain: names(&["k", "n"]),
        partition: Partition::None,
        today: false,
        columns: vec![
            column("k", StoredType::Text),
            column("n", StoredType::Integer),
            column("m", StoredType::Decimal { scale: 2 }),
        ],
        show: Vec::new(),
        show_where: None,
        upload: None,
        digest: None,
        checks: rules
            .into_iter()
            .map(|rule| Check {
                rule,
                severity: Severity::Warn,
            })
            .collect(),
    }
}

fn batch(
    mart: &Mart,
    keys: &[Option<&str>],
    numbers: &[Option<i64>],
    money: &[i128],
) -> RecordBatch {
    let money = Decimal128Array::from(money.to_vec())
        .with_precision_and_scale(18, 2)
        .unwrap();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(keys.to_vec())),
        Arc::new(Int64Array::from(numbers.to_vec())),
        Arc::new(money),
    ];
    RecordBatch::try_new(mart.arrow(), columns).unwrap()
}

#[test]
fn each_rule_finds_the_rows_that_break_it() {
    let table = TableName::parse("t").unwrap();
    let of = ColumnName::parse("spend").unwrap();
    let sums = |column| Rule::SumsTo {
        column: names(&[column]).remove(0),
        table: table.clone(),
        of: of.clone(),
    };
    let mart = mart(vec![
        Rule::NotNull {
            columns: names(&["n"]),
        },
        Rule::Unique {
            columns: names(&["k"]),
        },
        Rule::RowCount {
            min: Some(5),
            max: None,
        },
        Rule::Range {
            columns: names(&["n", "m"]),
            min: Some(0.0),
            max: Some(9.0),
        },
        sums("m"),
        sums("k"),
    ]);
    let keys = [Some("a"), Some("a"), None, None];
    let batch = batch(
        &mart,
        &keys,
        &[Some(1), Some(2), None, None],
        &[100, 250, 1000, -1],
    );
    let mut sum = |_: &TableName, _: &ColumnName| {
        Ok(Exact {
            value: 134_900,
            scale: 4,
        })
    };
    let found = check(&mart, &batch, &mut sum);
    let text = |result: &CheckResult| match &result.outcome {
        Outcome::Passed => format!("{}: passed", result.rule),
        Outcome::Failed { rows, examples } => format!("{}: {rows} {examples:?}", result.rule),
        Outcome::Unknown(why) => format!("{}: {why}", result.rule),
    };
    assert_eq!(
        found.iter().map(text).collect::<Vec<_>>(),
        [
            r#"one row per (k, n): 1 ["k=NULL n=NULL"]"#,
            r#"not null (n): 2 ["k=NULL n=NULL", "k=NULL n=NULL"]"#,
            r#"unique (k): 2 ["k=a n=2", "k=NULL n=NULL"]"#,
            r#"number of rows at least 5: 4 ["4 rows"]"#,
            r#"(n, m) from 0 to 9: 2 ["k=NULL n=NULL", "k=NULL n=NULL"]"#,
            "sum of m = sum of t.spend: passed",
            "sum of k = sum of t.spend: a sum of Utf8 is not exact",
        ]
    );
}

#[test]
fn sums_compare_across_scales_and_print() {
    let sum = |value, scale| Exact { value, scale };
    assert!(sum(150, 2).equals(sum(15, 1)));
    assert!(!sum(150, 2).equals(sum(151, 2)));
    for (sum, text) in [
        (sum(-5, 4), "-0.0005"),
        (sum(12_345, 2), "123.45"),
        (sum(7, 0), "7"),
    ] {
        assert_eq!(sum.text(), text);
    }
}
