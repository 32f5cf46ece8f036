//! Steps on columns made by hand.

use super::*;
use arrow::datatypes::Date32Type;
use arrow::datatypes::Int64Type;

fn name(text: &str) -> ColumnName {
    ColumnName::parse(text).unwrap()
}

fn text(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(values.iter().copied().collect::<StringArray>())
}

fn texts(columns: &Columns, column: &str) -> Vec<Option<String>> {
    columns
        .get(column)
        .unwrap()
        .as_string::<i32>()
        .iter()
        .map(|v| v.map(str::to_owned))
        .collect()
}

#[test]
fn a_fact_may_be_a_day() {
    let days = fact_column(Some("20260131"), StoredType::Date, 2);
    let day = day_number("2026-01-31".parse().unwrap());
    assert_eq!(days.as_primitive::<Date32Type>().values(), &[day, day]);
    for text in [Some("20261331"), Some("x"), None] {
        assert_eq!(fact_column(text, StoredType::Date, 1).null_count(), 1);
    }
}

#[test]
fn fill_down_crosses_chunks() {
    let mut steps = Steps::default();
    let step = [Step::FillDown { column: name("a") }];
    let chunk =
        |values: &[Option<&str>]| Columns::new(vec![(name("a"), text(values))], values.len());
    let first = steps
        .apply(&step, chunk(&[None, Some("x"), None]), vec![2, 3, 4])
        .unwrap();
    assert_eq!(
        texts(&first.columns, "a"),
        [None, Some("x".into()), Some("x".into())]
    );
    let second = steps
        .apply(&step, chunk(&[None, Some("y")]), vec![5, 6])
        .unwrap();
    assert_eq!(
        texts(&second.columns, "a"),
        [Some("x".into()), Some("y".into())]
    );
}

#[test]
fn extract_and_first_of() {
    let mut columns = Columns::new(
        vec![
            (name("a"), text(&[Some("Shop (92% A1B2)"), None])),
            (name("b"), text(&[Some("x"), Some("y")])),
        ],
        2,
    );
    extract(
        &name("id"),
        &name("a"),
        &Regex::new(r"\(\d+% (\w+)\)").unwrap(),
        &mut columns,
    );
    assert_eq!(texts(&columns, "id"), [Some("A1B2".into()), None]);
    first_of(&name("c"), &[name("id"), name("b")], &mut columns).unwrap();
    assert_eq!(
        texts(&columns, "c"),
        [Some("A1B2".into()), Some("y".into())]
    );
}

#[test]
fn unpivot_gives_the_own_row_first_and_lists_all_names() {
    let numbers = |values: &[Option<i64>]| -> ArrayRef {
        Arc::new(values.iter().copied().collect::<Int64Array>())
    };
    let columns = Columns::new(
        vec![
            (name("keyword"), text(&[Some("k1"), Some("k2")])),
            (name("position"), numbers(&[Some(5), None])),
            (
                name("position_kind"),
                text(&[Some("exact"), Some("unranked")]),
            ),
            (name("unpivoted_0"), numbers(&[Some(9), Some(8)])),
            (
                name("unpivoted_0_kind"),
                text(&[Some("exact"), Some("exact")]),
            ),
        ],
        2,
    );
    let steps = Steps::of(
        vec![Unpivoted {
            label: "B0B".into(),
            column: name("unpivoted_0"),
        }],
        BTreeMap::from([("own".into(), "B0A".into())]),
        None,
    );
    let own = Own {
        name: name("own"),
        values: vec![(name("rank"), name("position"))],
    };
    let made = steps
        .unpivot(
            &name("asin"),
            &name("rank"),
            Some(&own),
            Some(&name("asins")),
            &columns,
            &[2, 3],
        )
        .unwrap();
    assert_eq!(made.rows, [2, 2, 3, 3]);
    assert_eq!(
        texts(&made.columns, "asin"),
        ["B0A", "B0B", "B0A", "B0B"].map(|t| Some(t.to_owned()))
    );
    assert_eq!(
        texts(&made.columns, "keyword"),
        ["k1", "k1", "k2", "k2"].map(|t| Some(t.to_owned()))
    );
    assert_eq!(
        texts(&made.columns, "asins"),
        vec![Some("B0A,B0B".to_owned()); 4]
    );
    let ranks: Vec<_> = made
        .columns
        .get("rank")
        .unwrap()
        .as_primitive::<Int64Type>()
        .iter()
        .collect();
    assert_eq!(ranks, [Some(5), Some(9), None, Some(8)]);
    assert_eq!(
        texts(&made.columns, "rank_kind")[2].as_deref(),
        Some("unranked")
    );
    assert!(
        made.columns.get("unpivoted_0").is_none() && made.columns.get("unpivoted_0_kind").is_none()
    );
}
