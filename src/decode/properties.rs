//! What holds for any cell, of generated ones: the laws of columns, and that a style is found from what it prints.

use crate::decode::clock;
use crate::decode::decode;
use crate::decode::evidence::Evidence;
use crate::decode::laws;
use crate::decode::laws::TYPES;
use crate::decode::number::DecimalSign;
use crate::decode::style::Prior;
use crate::decode::style::Style;
use crate::decode::tests::chunk_of;
use crate::decode::tests::field_of;
use crate::model::logical_type::LogicalType;
use crate::model::market::DateOrder;
use crate::model::period::day_number;
use crate::model::raw::CellKind;
use arrow::array::AsArray;
use arrow::datatypes::Decimal128Type;
use proptest::prelude::*;

/// Texts that are near to being values, and texts that are not.
fn cell() -> impl Strategy<Value = (String, CellKind)> {
    let text = prop_oneof![
        "[0-9]{1,3}([.,][0-9]{3}){0,2}([.,][0-9]{1,4})?",
        "[$€₹(-]{0,2}[0-9 ,.']{0,12}[%)€-]{0,2}",
        "[0-9]{1,2}[-/.][0-9]{1,2}[-/.](20)?[0-9]{2}( [0-9]{1,2}:[0-9]{2}(:[0-9]{2})? ?(AM|pm|UTC|PST)?)?",
        "(19|20)[0-9]{2}[-/年][0-9]{1,2}[-/月][0-9]{1,2}日?",
        "(jan|Feb|März|août|dic)\\.? [0-9]{1,2},? 20[0-9]{2}",
        "[>#<]?[0-9]{0,25}\\+?",
        "[0-9]{1,3}(\\.[0-9]{1,3})?[eE][+-]?[0-9]{1,3}",
        prop_oneof![
            Just("x"),
            Just("none"),
            Just("N/A"),
            Just("=\"01\""),
            Just("\\"),
            Just("Y"),
            Just("DE")
        ]
        .prop_map(String::from),
        "\\PC{0,12}",
        any::<String>(),
    ];
    let kind = prop_oneof![
        8 => Just(CellKind::Text),
        1 => Just(CellKind::Number),
        1 => Just(CellKind::Date),
        1 => Just(CellKind::Bool),
        1 => Just(CellKind::Error),
    ];
    (text, kind)
}

fn rows() -> impl Strategy<Value = Vec<Vec<(String, CellKind)>>> {
    prop::collection::vec(prop::collection::vec(cell(), 0..=TYPES.len()), 0..12)
}

fn style() -> impl Strategy<Value = Style> {
    let decimal = prop::option::of(prop_oneof![
        Just(DecimalSign::Point),
        Just(DecimalSign::Comma)
    ]);
    let order = prop::option::of(prop_oneof![
        Just(DateOrder::DayFirst),
        Just(DateOrder::MonthFirst),
        Just(DateOrder::YearFirst)
    ]);
    (decimal, order).prop_map(|(decimal, order)| Style {
        decimal,
        order,
        reason: "".into(),
    })
}

/// Whole digits in groups: of three, or as in India.
fn grouped(digits: &str, group: &str, indian: bool) -> String {
    let (head, tail) = digits.split_at(digits.len().saturating_sub(3));
    let size = if indian { 2 } else { 3 };
    let mut parts: Vec<String> = head
        .as_bytes()
        .rchunks(size)
        .rev()
        .map(|part| String::from_utf8(part.to_vec()).unwrap())
        .collect();
    parts.push(tail.to_owned());
    parts.join(group)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decoding_never_panics_and_keeps_every_row(rows in rows(), style in style()) {
        laws::kept(&rows, &style);
    }

    #[test]
    fn chunks_may_be_cut_anywhere(rows in rows(), at in prop::collection::vec(0_usize..12, 0..4)) {
        laws::columns(&rows, &at);
    }

    #[test]
    fn a_style_is_found_from_what_it_prints(
        cents in prop::collection::vec(0_u64..1_000_000_000, 1..20),
        comma in any::<bool>(),
    ) {
        let (decimal, group) = if comma { (',', ".") } else { ('.', ",") };
        let cells: Vec<String> = cents
            .iter()
            .map(|cents| format!("{}{decimal}{:02}", grouped(&(cents / 100).to_string(), group, false), cents % 100))
            .collect();
        let chunk = chunk_of(cells.iter().map(|cell| vec![(cell.as_str(), CellKind::Text)]));
        let fields = [field_of(0, LogicalType::Money { scale: 2 })];
        let mut evidence = Evidence::of(&fields);
        evidence.observe(&chunk);
        let decoded = decode(&fields, &evidence.decide(Prior::default()).styles, &chunk);
        let met: Vec<_> = decoded.columns[0].array.as_primitive::<Decimal128Type>().iter().collect();
        prop_assert_eq!(met, cents.iter().map(|cents| Some(i128::from(*cents))).collect::<Vec<_>>());
    }

    #[test]
    fn a_date_printed_in_any_form_is_read_back(days in 0_i32..40_000, form in 0_usize..10) {
        let date = crate::model::period::date_of(days).unwrap();
        let form = [
            "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%b %d, %Y", "%B %-d, %Y", "%d.%m.%Y", "%d-%b-%Y", "%-d %b %Y",
            "%Y年%-m月%-d日", "%Y-%m-%dT10:20:30+02:00",
        ][form];
        let text = date.strftime(form).to_string();
        prop_assert_eq!(clock::day(&text, None), Some(day_number(date)), "{}", text);
        for (form, order) in [("%d/%m/%Y", DateOrder::DayFirst), ("%m-%d-%Y 5:06 PM", DateOrder::MonthFirst)] {
            let text = date.strftime(form).to_string();
            prop_assert_eq!(clock::day(&text, Some(order)), Some(day_number(date)), "{}", text);
        }
    }

    #[test]
    fn an_instant_is_read_back(ms in 0_i64..4_102_444_800_000) {
        let stamp = jiff::Timestamp::from_millisecond(ms).unwrap();
        prop_assert_eq!(clock::instant(&stamp.to_string(), None), Some(ms));
        let pacific = stamp.to_zoned(jiff::tz::TimeZone::get("America/Los_Angeles").unwrap());
        let text = pacific.strftime("%b %-d, %Y %-I:%M:%S %p %Z").to_string();
        prop_assert_eq!(clock::instant(&text, None), Some(ms / 1000 * 1000), "{}", text);
    }
}
