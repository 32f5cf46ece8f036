//! What holds for any cell: nothing panics, what is printed in a style is read back, sums add up, and where a table is cut
//! into chunks changes nothing.

use crate::decode::Decoded;
use crate::decode::Field;
use crate::decode::clock;
use crate::decode::decode;
use crate::decode::dress::Dress;
use crate::decode::evidence::Evidence;
use crate::decode::exact::Sum;
use crate::decode::number;
use crate::decode::number::DecimalSign;
use crate::decode::style::Prior;
use crate::decode::style::Style;
use crate::decode::tests::chunk_of;
use crate::decode::tests::field_of;
use crate::model::logical_type::BarePercent;
use crate::model::logical_type::LogicalType;
use crate::model::market::DateOrder;
use crate::model::period::day_number;
use crate::model::raw::CellKind;
use crate::model::raw::RawChunk;
use arrow::array::Array;
use arrow::array::AsArray;
use arrow::datatypes::Decimal128Type;
use proptest::prelude::*;

const TYPES: [LogicalType; 16] = [
    LogicalType::Text,
    LogicalType::Id,
    LogicalType::Integer,
    LogicalType::Decimal { scale: 8 },
    LogicalType::Money { scale: 2 },
    LogicalType::Ratio,
    LogicalType::Percent {
        bare: BarePercent::Points,
    },
    LogicalType::Percent {
        bare: BarePercent::Fraction,
    },
    LogicalType::Percent {
        bare: BarePercent::FractionOrHundred,
    },
    LogicalType::Date,
    LogicalType::Timestamp,
    LogicalType::Bool,
    LogicalType::Rank,
    LogicalType::Bounded,
    LogicalType::Share,
    LogicalType::Market,
];

fn fields() -> Vec<Field> {
    let mut fields: Vec<Field> = TYPES
        .iter()
        .enumerate()
        .map(|(at, ty)| field_of(at, *ty))
        .collect();
    for field in &mut fields {
        field.column.strip = vec!["\\".into()];
        field.column.nulls = vec!["none".into()];
        field.column.values = vec![("x".into(), "1".into())];
    }
    fields
}

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

/// One chunk per part of the table; row numbers go on.
fn cut(rows: &[Vec<(String, CellKind)>], at: &[usize]) -> Vec<RawChunk> {
    let mut bounds: Vec<usize> = at
        .iter()
        .map(|at| at % (rows.len() + 1))
        .chain([0, rows.len()])
        .collect();
    bounds.sort_unstable();
    bounds
        .windows(2)
        .map(|bounds| {
            let mut chunk = RawChunk::default();
            for (number, cells) in (2..).zip(rows).take(bounds[1]).skip(bounds[0]) {
                for (text, kind) in cells {
                    chunk.push_cell(text, *kind);
                }
                chunk.end_row(number);
            }
            chunk
        })
        .collect()
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

fn stored_sum(decoded: &Decoded, field: &Field, scale: u8) -> Sum {
    let column = decoded
        .columns
        .iter()
        .find(|column| column.name == field.column.name)
        .unwrap();
    Sum::of(
        column
            .array
            .as_primitive::<Decimal128Type>()
            .iter()
            .flatten()
            .sum(),
        scale,
    )
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
        let fields = fields();
        let styles = vec![style; fields.len()];
        for chunk in cut(&rows, &[]) {
            let decoded = decode(&fields, &styles, &chunk);
            prop_assert!(decoded.columns.iter().all(|column| column.array.len() == rows.len()));
            // A rank, a bounded number and a share have a companion each.
            prop_assert_eq!(decoded.columns.len(), fields.len() + 3);
            for (at, scale) in [(3, 8), (4, 2)] {
                let control = decoded.control[at].unwrap();
                let lost = decoded.rounded[at].residue;
                prop_assert_eq!(control.minus(lost), stored_sum(&decoded, &fields[at], scale));
            }
        }
    }

    #[test]
    fn chunks_may_be_cut_anywhere(rows in rows(), at in prop::collection::vec(0_usize..12, 0..4)) {
        let fields = fields();
        let whole = cut(&rows, &[]).remove(0);
        let mut together = Evidence::of(&fields);
        together.observe(&whole);
        let decision = together.decide(Prior::default());

        let chunks = cut(&rows, &at);
        let mut merged = together.fresh();
        for chunk in chunks.iter().rev() {
            let mut evidence = Evidence::of(&fields);
            evidence.observe(chunk);
            merged.merge(evidence);
        }
        prop_assert_eq!(&merged.decide(Prior::default()), &decision);

        let expected = decode(&fields, &decision.styles, &whole);
        let parts: Vec<Decoded> = chunks.iter().map(|chunk| decode(&fields, &decision.styles, chunk)).collect();
        for (at, column) in expected.columns.iter().enumerate() {
            let arrays: Vec<&dyn Array> = parts.iter().map(|part| &*part.columns[at].array).collect();
            prop_assert_eq!(&arrow::compute::concat(&arrays).unwrap(), &column.array);
        }
        let n_bad: usize = parts.iter().map(|part| part.bad.len()).sum();
        prop_assert_eq!(n_bad, expected.bad.len());
        for (at, control) in expected.control.iter().enumerate().filter_map(|(at, sum)| sum.map(|sum| (at, sum))) {
            let mut sum = Sum::default();
            parts.iter().filter_map(|part| part.control[at]).for_each(|part| sum.merge(part));
            prop_assert_eq!(sum, control);
        }
    }

    #[test]
    fn a_number_printed_in_any_style_is_read_back(
        whole in 0_u64..10_000_000_000_000,
        fraction in "[0-9]{0,5}",
        comma in any::<bool>(),
        group in prop::sample::select(vec!["", "other", " ", "\u{a0}", "\u{202f}", "'"]),
        indian in any::<bool>(),
        minus in prop::sample::select(vec!["", "-#", "#-", "(#)", "\u{2212}#"]),
        mark in prop::sample::select(vec!["", "$#", "US$#", "# €", "#\u{a0}zł", "₹ #", "Rs.#", "￥#", "#円", "USD #", "# EUR"]),
    ) {
        let (sign, decimal, other) = if comma { (DecimalSign::Comma, ",", ".") } else { (DecimalSign::Point, ".", ",") };
        let group = if group == "other" { other } else { group };
        let digits = grouped(&whole.to_string(), group, indian && !group.is_empty());
        let number = if fraction.is_empty() { digits } else { format!("{digits}{decimal}{fraction}") };
        let dressed = if mark.is_empty() { number } else { mark.replace('#', &number) };
        let text = if minus.is_empty() { dressed } else { minus.replace('#', &dressed) };

        let read = number::read(sign, Dress::Money, &text);
        let expected = format!("{whole}{fraction}").parse::<i128>().unwrap() * if minus.is_empty() { 1 } else { -1 };
        let met = read.map(|written| (written.value.digits, usize::from(written.value.scale)));
        prop_assert_eq!(met, Some((expected, fraction.len())), "{}", text);
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
