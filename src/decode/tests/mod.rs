//! Whole columns: evidence, decision and arrays together. What single cells are read as is tested beside the parsers.

mod styles;
mod values;

pub(crate) use crate::decode::laws::field_of;

use crate::decode::Decoded;
use crate::decode::Field;
use crate::decode::decode;
use crate::decode::evidence::Evidence;
use crate::decode::style::Decision;
use crate::decode::style::Prior;
use crate::model::logical_type::BarePercent;
use crate::model::logical_type::LogicalType;
use crate::model::raw::CellKind;
use crate::model::raw::RawChunk;
use arrow::array::AsArray;
use arrow::datatypes::Date32Type;
use arrow::datatypes::Decimal128Type;
use arrow::datatypes::Float64Type;
use arrow::datatypes::Int64Type;

/// A column of a type, called by its name.
pub(crate) fn field(ty: &str) -> Field {
    field_of(0, ty.parse().unwrap())
}

/// Rows numbered from 2, as under a header.
pub(crate) fn chunk_of<'a>(rows: impl IntoIterator<Item = Vec<(&'a str, CellKind)>>) -> RawChunk {
    let mut chunk = RawChunk::default();
    for (row, cells) in (2..).zip(rows) {
        for (text, kind) in cells {
            chunk.push_cell(text, kind);
        }
        chunk.end_row(row);
    }
    chunk
}

/// Text cells.
pub(crate) fn texts<const N: usize>(rows: impl IntoIterator<Item = [&'static str; N]>) -> RawChunk {
    chunk_of(
        rows.into_iter()
            .map(|cells| cells.map(|text| (text, CellKind::Text)).to_vec()),
    )
}

/// One text column of a type.
fn column(ty: LogicalType, cells: &[&'static str], prior: Prior) -> (Decision, Decoded) {
    let (fields, chunk) = ([field_of(0, ty)], texts(cells.iter().map(|cell| [*cell])));
    let mut evidence = Evidence::of(&fields);
    evidence.observe(&chunk);
    let decision = evidence.decide(prior);
    let decoded = decode(&fields, &decision.styles, &chunk);
    (decision, decoded)
}

fn ints(decoded: &Decoded) -> Vec<Option<i64>> {
    decoded.columns[0]
        .array
        .as_primitive::<Int64Type>()
        .iter()
        .collect()
}

fn decimals(decoded: &Decoded) -> Vec<Option<i128>> {
    decoded.columns[0]
        .array
        .as_primitive::<Decimal128Type>()
        .iter()
        .collect()
}

fn doubles(decoded: &Decoded) -> Vec<Option<f64>> {
    decoded.columns[0]
        .array
        .as_primitive::<Float64Type>()
        .iter()
        .collect()
}

fn words(decoded: &Decoded, at: usize) -> Vec<Option<&str>> {
    decoded.columns[at]
        .array
        .as_string::<i32>()
        .iter()
        .collect()
}

fn days(decoded: &Decoded) -> Vec<Option<i32>> {
    decoded.columns[0]
        .array
        .as_primitive::<Date32Type>()
        .iter()
        .collect()
}

const MONEY: LogicalType = LogicalType::Money { scale: 2 };
const PERCENT: LogicalType = LogicalType::Percent {
    bare: BarePercent::Points,
};
