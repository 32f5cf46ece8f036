//! What columns become once their style is decided.

use crate::decode::decode;
use crate::decode::evidence::Evidence;
use crate::decode::style::Prior;
use crate::decode::style::Style;
use crate::decode::tests::MONEY;
use crate::decode::tests::PERCENT;
use crate::decode::tests::chunk_of;
use crate::decode::tests::column;
use crate::decode::tests::decimals;
use crate::decode::tests::doubles;
use crate::decode::tests::field;
use crate::decode::tests::field_of;
use crate::decode::tests::ints;
use crate::decode::tests::texts;
use crate::decode::tests::words;
use crate::model::logical_type::BarePercent;
use crate::model::logical_type::LogicalType;
use crate::model::raw::CellKind;
use arrow::array::Array;
use arrow::array::AsArray;
use arrow::datatypes::Date32Type;
use arrow::datatypes::TimestampMillisecondType;

#[test]
fn money_is_exact_and_rounding_is_accounted_for() {
    let cells = [
        "$0.4966667",
        "$713.3600000000001",
        "$1,168.685",
        "1234567890123456789",
        "",
        "n/a",
        "abc",
    ];
    let (_, decoded) = column(MONEY, &cells, Prior::default());
    assert_eq!(
        decimals(&decoded),
        [
            Some(50),
            Some(71_336),
            Some(116_868),
            None,
            None,
            None,
            None
        ]
    );
    assert_eq!(decoded.rounded[0].count, 3);
    assert_eq!(decoded.rounded[0].residue.to_string(), "0.0016667000001");
    assert_eq!(
        decoded.control[0].unwrap().to_string(),
        "1882.5416667000001"
    );
    let bad: Vec<_> = decoded
        .bad
        .iter()
        .map(|bad| (bad.row, bad.field, &*bad.text))
        .collect();
    assert_eq!(bad, [(3, 0, "1234567890123456789"), (6, 0, "abc")]);
    assert_eq!(
        decoded.bad[0].expected,
        "an amount of money with decimal point, at most 18 digits"
    );
}

#[test]
fn integers_have_no_fraction() {
    let (_, decoded) = column(
        LogicalType::Integer,
        &["12.0", "1,807", "12.5", "-3", "-"],
        Prior::default(),
    );
    assert_eq!(ints(&decoded), [Some(12), Some(1807), None, Some(-3), None]);
    assert_eq!(
        decoded.bad.iter().map(|bad| bad.row).collect::<Vec<_>>(),
        [2]
    );
    assert_eq!(decoded.control[0].unwrap().to_string(), "1816");
}

#[test]
fn cells_against_the_decided_style_are_bad() {
    let (_, decoded) = column(MONEY, &["1,50", "2,50", "3.50"], Prior::default());
    assert_eq!(decimals(&decoded), [Some(150), Some(250), None]);
    assert_eq!(
        decoded.bad[0].expected,
        "an amount of money with decimal comma, at most 18 digits"
    );
}

#[test]
fn percents_are_fractions_of_one() {
    let text = [
        ("2.32%", 0.0232),
        ("50 %", 0.5),
        ("0.42500000000000004%", 0.00425),
    ];
    for (bare, cells) in [
        (
            BarePercent::Points,
            [("37.3", 0.373), ("100", 1.0), ("0.5", 0.005)],
        ),
        (
            BarePercent::Fraction,
            [("0.373", 0.373), ("1", 1.0), ("1.5", 1.5)],
        ),
        (
            BarePercent::FractionOrHundred,
            [("0.99", 0.99), ("100", 1.0), ("1", 1.0)],
        ),
    ] {
        let all: Vec<(&str, f64)> = text.into_iter().chain(cells).collect();
        let cells: Vec<&str> = all.iter().map(|(cell, _)| *cell).collect();
        let (_, decoded) = column(LogicalType::Percent { bare }, &cells, Prior::default());
        assert_eq!(
            doubles(&decoded),
            all.iter()
                .map(|(_, value)| Some(*value))
                .collect::<Vec<_>>(),
            "{bare:?}"
        );
    }
    let (_, decoded) = column(
        PERCENT,
        &["<5%", "#DIV/0!", "-", "5.5.5%"],
        Prior::default(),
    );
    assert_eq!(doubles(&decoded), [None; 4]);
    assert_eq!(decoded.bad.len(), 1);
}

#[test]
fn spreadsheet_cells_do_not_follow_the_text_style() {
    use CellKind::Bool;
    use CellKind::Date;
    use CellKind::Error;
    use CellKind::Number;
    use CellKind::Text;
    for (ty, cells, expected) in [
        (
            "money",
            [("1.234", Number), ("1.234,5", Text)],
            "12340\n12345000",
        ),
        ("percent", [("0.16", Number), ("16%", Text)], "0.16\n0.16"),
        (
            "date",
            [("45066", Number), ("2023-05-20T00:00:00", Date)],
            "2023-05-20\n2023-05-20",
        ),
        (
            "timestamp",
            [("45066.5", Number), ("2023-05-20T12:00:00", Date)],
            "2023-05-20T12:00:00\n2023-05-20T12:00:00",
        ),
        ("bool", [("true", Bool), ("0", Number)], "true\nfalse"),
        (
            "id",
            [("45066", Number), ("=\"0123\"", Text)],
            "45066\n0123",
        ),
        (
            "text",
            [("2026-01-31", Date), ("#REF!", Error)],
            "2026-01-31\n",
        ),
        (
            "ratio",
            [("#DIV/0!", Error), ("0.000000000000056843", Number)],
            "\n5.6843e-14",
        ),
        ("integer", [("12", Number), ("true", Bool)], "12\n"),
    ] {
        let (fields, chunk) = ([field(ty)], chunk_of(cells.map(|cell| vec![cell])));
        let mut evidence = Evidence::of(&fields);
        evidence.observe(&chunk);
        let decoded = decode(&fields, &evidence.decide(Prior::default()).styles, &chunk);
        let array = &decoded.columns[0].array;
        let shown: Vec<String> = match ty {
            "money" => decimals(&decoded)
                .iter()
                .map(|value| value.unwrap().to_string())
                .collect(),
            "date" => array
                .as_primitive::<Date32Type>()
                .iter()
                .map(|day| {
                    crate::model::period::date_of(day.unwrap())
                        .unwrap()
                        .to_string()
                })
                .collect(),
            "timestamp" => (0..2)
                .map(|row| {
                    array
                        .as_primitive::<TimestampMillisecondType>()
                        .value_as_datetime(row)
                        .unwrap()
                        .format("%FT%T")
                        .to_string()
                })
                .collect(),
            "bool" => array
                .as_boolean()
                .iter()
                .map(|value| value.unwrap().to_string())
                .collect(),
            "integer" => ints(&decoded)
                .iter()
                .map(|value| value.map_or(String::new(), |value| value.to_string()))
                .collect(),
            "percent" | "ratio" => doubles(&decoded)
                .iter()
                .map(|value| value.map_or(String::new(), |value| format!("{value:?}")))
                .collect(),
            _ => words(&decoded, 0)
                .iter()
                .map(|word| word.unwrap_or_default().to_owned())
                .collect(),
        };
        assert_eq!(shown.join("\n"), expected, "{ty}");
    }
}

#[test]
fn ranks_and_bounded_counts_make_two_columns() {
    let (_, decoded) = column(
        LogicalType::Rank,
        &["54", ">306", "0", "-", "", "N/R", "x"],
        Prior::default(),
    );
    assert_eq!(
        ints(&decoded),
        [Some(54), Some(306), None, None, None, None, None]
    );
    let kinds = words(&decoded, 1);
    assert_eq!(
        kinds[..6]
            .iter()
            .map(|kind| kind.unwrap())
            .collect::<Vec<_>>(),
        [
            "exact",
            "worse_than",
            "unranked",
            "unranked",
            "unranked",
            "unranked"
        ]
    );
    assert_eq!((kinds[6], decoded.bad.len()), (None, 1));
    assert_eq!(decoded.columns[1].name.as_str(), "rank_0_kind");

    let (_, decoded) = column(
        LogicalType::Bounded,
        &["43", ">100,000", "10,001+", ""],
        Prior::default(),
    );
    assert_eq!(
        ints(&decoded),
        [Some(43), Some(100_000), Some(10_001), None]
    );
    assert_eq!(
        words(&decoded, 1),
        [Some("exact"), Some("at_least"), Some("at_least"), None]
    );
    assert_eq!(decoded.columns[1].name.as_str(), "bounded_0_bound");
}

#[test]
fn markets_and_words() {
    let (_, decoded) = column(
        LogicalType::Market,
        &["美国", "amazon.de", "-", "Narnia"],
        Prior::default(),
    );
    assert_eq!(words(&decoded, 0), [Some("US"), Some("DE"), None, None]);
    assert_eq!(decoded.bad.len(), 1);
    let (_, decoded) = column(
        LogicalType::Bool,
        &["Y", "", "nein", "perhaps"],
        Prior::default(),
    );
    let met: Vec<_> = decoded.columns[0].array.as_boolean().iter().collect();
    assert_eq!(
        (met, decoded.bad.len()),
        (vec![Some(true), None, Some(false), None], 1)
    );
}

#[test]
fn bad_cells_come_by_row() {
    let fields = [
        field_of(0, LogicalType::Integer),
        field_of(1, LogicalType::Date),
        field_of(7, LogicalType::Text),
    ];
    let chunk = texts([["x", "y"], ["1", "z"], ["w", "2026-01-01"]]);
    let decoded = decode(&fields, &[], &chunk);
    let places: Vec<_> = decoded.bad.iter().map(|bad| (bad.row, bad.field)).collect();
    assert_eq!(places, [(0, 0), (0, 1), (1, 1), (2, 0)]);
    assert!(
        decoded.columns.iter().all(|column| column.array.len() == 3),
        "a column past the row's end is empty"
    );
    assert_eq!(decoded.columns[2].array.null_count(), 3);
    let unused = Style::default();
    assert_eq!(unused.to_string(), "");
}
