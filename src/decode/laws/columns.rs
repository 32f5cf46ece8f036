//! Laws of columns: every row is kept, sums add up, and where a table is cut into chunks changes nothing.

use crate::decode::Decoded;
use crate::decode::Field;
use crate::decode::decode;
use crate::decode::evidence::Evidence;
use crate::decode::exact::Sum;
use crate::decode::laws::Choices;
use crate::decode::number::DecimalSign;
use crate::decode::style::Prior;
use crate::decode::style::Style;
use crate::model::logical_type::BarePercent;
use crate::model::logical_type::LogicalType;
use crate::model::market::DateOrder;
use crate::model::name::ColumnName;
use crate::model::raw::CellKind;
use crate::model::raw::RawChunk;
use crate::schema::Column;
use arrow::array::Array;
use arrow::array::AsArray;
use arrow::datatypes::Decimal128Type;

pub(crate) const TYPES: [LogicalType; 16] = [
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

/// A column of a type, read from the cells at `source`.
#[expect(clippy::unwrap_used, reason = "a type and a number make a name")]
pub(crate) fn field_of(source: usize, ty: LogicalType) -> Field {
    let column = Column {
        name: ColumnName::parse(&format!("{ty}_{source}")).unwrap(),
        title_zh: "".into(),
        ty,
        written: Vec::new(),
        labels: Vec::new(),
        label_patterns: Vec::new(),
        nulls: Vec::new(),
        values: Vec::new(),
        strip: Vec::new(),
        additive: false,
        dropped: false,
        required: false,
        with: None,
        without: None,
        order: None,
        also: false,
        same: false,
        half: None,
        else_labels: Vec::new(),
    };
    Field {
        source,
        label: format!("{ty} column").into(),
        column,
    }
}

/// A field of each type that strips, replaces and knows a word for nothing.
fn fields() -> Vec<Field> {
    let fields = TYPES.iter().enumerate().map(|(at, ty)| field_of(at, *ty));
    let mut fields: Vec<Field> = fields.collect();
    for field in &mut fields {
        field.column.strip = vec!["\\".into()];
        field.column.nulls = vec!["none".into()];
        field.column.values = vec![("x".into(), "1".into())];
    }
    fields
}

/// One chunk per part of the table, which is cut at rows; row numbers go on.
fn cut(rows: &[Vec<(String, CellKind)>], at: &[usize]) -> Vec<RawChunk> {
    let mut bounds: Vec<usize> = at
        .iter()
        .map(|at| at % (rows.len() + 1))
        .chain([0, rows.len()])
        .collect();
    bounds.sort_unstable();
    let chunk = |bounds: &[usize]| {
        let mut chunk = RawChunk::default();
        for (number, cells) in (2..).zip(rows).take(bounds[1]).skip(bounds[0]) {
            for (text, kind) in cells {
                chunk.push_cell(text, *kind);
            }
            chunk.end_row(number);
        }
        chunk
    };
    bounds.windows(2).map(chunk).collect()
}

fn stored_sum(decoded: &Decoded, field: &Field, scale: u8) -> Sum {
    let columns = decoded.columns.iter();
    let values = columns
        .filter(|column| column.name == field.column.name)
        .flat_map(|column| column.array.as_primitive::<Decimal128Type>().iter());
    Sum::of(values.flatten().sum(), scale)
}

/// Decodes with any styles: every row is there, and what was read is what is stored and what was rounded away.
pub(crate) fn kept(rows: &[Vec<(String, CellKind)>], style: &Style) {
    let fields = fields();
    let styles = vec![style.clone(); fields.len()];
    for chunk in cut(rows, &[]) {
        let decoded = decode(&fields, &styles, &chunk);
        let whole = |array: &dyn Array| array.len() == rows.len();
        assert!(decoded.columns.iter().all(|column| whole(&column.array)));
        // A rank, a bounded number and a share have a companion each.
        assert_eq!(decoded.columns.len(), fields.len() + 3);
        for (at, scale) in [(3, 8), (4, 2)] {
            let control = decoded.control[at].unwrap_or_default();
            let lost = decoded.rounded[at].residue;
            let stored = stored_sum(&decoded, &fields[at], scale);
            assert_eq!(control.minus(lost), stored);
        }
    }
}

/// Chunks that are cut anywhere, and looked at in any order, decide and give the same.
pub fn columns(rows: &[Vec<(String, CellKind)>], at: &[usize]) {
    let fields = fields();
    let whole = cut(rows, &[]).remove(0);
    let mut together = Evidence::of(&fields);
    together.observe(&whole);
    let decision = together.decide(Prior::default());

    let chunks = cut(rows, at);
    let mut merged = together.fresh();
    for chunk in chunks.iter().rev() {
        let mut evidence = Evidence::of(&fields);
        evidence.observe(chunk);
        merged.merge(evidence);
    }
    assert_eq!(merged.decide(Prior::default()), decision);

    let expected = decode(&fields, &decision.styles, &whole);
    let parts = chunks
        .iter()
        .map(|chunk| decode(&fields, &decision.styles, chunk));
    let parts: Vec<Decoded> = parts.collect();
    for (at, column) in expected.columns.iter().enumerate() {
        let arrays = parts.iter().map(|part| &*part.columns[at].array);
        let joined = arrow::compute::concat(&arrays.collect::<Vec<_>>());
        assert_eq!(joined.ok().as_ref(), Some(&column.array));
    }
    let n_bad: usize = parts.iter().map(|part| part.bad.len()).sum();
    assert_eq!(n_bad, expected.bad.len());
    for (at, control) in expected.control.iter().enumerate() {
        let Some(control) = control else { continue };
        let mut sum = Sum::default();
        let sums = parts.iter().filter_map(|part| part.control[at]);
        sums.for_each(|part| sum.merge(part));
        assert_eq!(sum, *control);
    }
}

/// The first bytes choose a style and where to cut, the rest is cells: a line break ends a row, a tab a cell, and a cell
/// that begins with a control character is of the kind that this names.
pub fn cells(bytes: &[u8]) {
    let mut choices = Choices(bytes);
    let style = Style {
        decimal: choices.of(&[None, Some(DecimalSign::Point), Some(DecimalSign::Comma)]),
        order: choices.of(&[
            None,
            Some(DateOrder::DayFirst),
            Some(DateOrder::MonthFirst),
            Some(DateOrder::YearFirst),
        ]),
        reason: "".into(),
    };
    let at = [choices.below(9), choices.below(9)];
    let text = String::from_utf8_lossy(choices.0);
    let cell = |text: &str| {
        let kind = match text.chars().next() {
            Some('\u{1}') => CellKind::Number,
            Some('\u{2}') => CellKind::Date,
            Some('\u{3}') => CellKind::Bool,
            Some('\u{4}') => CellKind::Error,
            _ => CellKind::Text,
        };
        let plain = text.trim_start_matches(['\u{1}', '\u{2}', '\u{3}', '\u{4}']);
        (plain.to_owned(), kind)
    };
    // One cell goes to every column, or each to its own.
    let row = |line: &str| -> Vec<(String, CellKind)> {
        let cells: Vec<_> = line.split('\t').map(cell).collect();
        if cells.len() == 1 {
            return vec![cells[0].clone(); TYPES.len()];
        }
        cells
    };
    let rows: Vec<_> = text.split('\n').map(row).collect();
    kept(&rows, &style);
    columns(&rows, &at);
}
