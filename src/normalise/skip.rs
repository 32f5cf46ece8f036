//! Rows that are not the report's: totals, footers, repeated headers, rows without a value. Each is skipped with a reason.

use crate::model::logical_type::LogicalType;
use crate::model::raw::RawChunk;
use crate::schema::FactSource;
use crate::schema::Schema;
use crate::schema::binding::Binding;

/// Decides for each row of a chunk whether to read it. `labels` are the header's cells as written.
///
/// Returns the reason for each row that is skipped.
pub fn skips(
    schema: &Schema,
    binding: &Binding,
    labels: &[String],
    chunk: &RawChunk,
) -> Vec<Option<Box<str>>> {
    let rules: Vec<_> = schema
        .skips
        .iter()
        .filter_map(|skip| {
            let bound = binding
                .columns
                .iter()
                .find(|bound| bound.column.name == skip.column)?;
            Some((bound.source, skip))
        })
        .collect();
    let read: Vec<usize> = binding
        .columns
        .iter()
        .chain(&binding.unpivoted)
        .map(|bound| bound.source)
        .collect();
    (0..chunk.n_rows())
        .map(|row| {
            if read
                .iter()
                .all(|source| chunk.cell(row, *source).trim().is_empty())
            {
                return Some("no value in any known column".into());
            }
            if chunk.width(row) >= labels.len()
                && labels
                    .iter()
                    .enumerate()
                    .all(|(n, label)| chunk.cell(row, n).trim() == label.trim())
            {
                return Some("the header again".into());
            }
            if is_total(binding, chunk, row) {
                return Some("a totals row".into());
            }
            if is_stray_row(schema, chunk, row) {
                return Some("a footer".into());
            }
            rules
                .iter()
                .find(|(source, skip)| skip.pattern.is_match(chunk.cell(row, *source).trim()))
                .map(|(_, skip)| skip.reason.clone())
        })
        .collect()
}

/// What a totals row says in its first cell, lower case.
const TOTALS: &[&str] = &[
    "gesamt",
    "gesamtsumme",
    "grand total",
    "somme",
    "suma",
    "summe",
    "total",
    "total general",
    "totale",
    "totals",
    "小计",
    "总计",
    "总和",
    "合計",
    "合计",
    "総計",
];

/// A row that begins with a word for a total, where a value of another kind should stand, or with little else in it.
fn is_total(binding: &Binding, chunk: &RawChunk, row: usize) -> bool {
    let Some(first) = binding.columns.iter().min_by_key(|bound| bound.source) else {
        return false;
    };
    let cell = chunk.cell(row, first.source).trim();
    if cell.len() > 24 || !TOTALS.contains(&cell.to_lowercase().as_str()) {
        return false;
    }
    let is_text = |ty: LogicalType| matches!(ty, LogicalType::Text | LogicalType::Id);
    // A campaign may be called "Total"; a date may not. Where texts come first, a total leaves the other texts empty.
    !is_text(first.column.ty)
        || binding
            .columns
            .iter()
            .filter(|bound| bound.source != first.source && is_text(bound.column.ty))
            .all(|bound| chunk.cell(row, bound.source).trim().is_empty())
}

/// A row with one cell, which is what the schema looks for outside of its columns.
fn is_stray_row(schema: &Schema, chunk: &RawChunk, row: usize) -> bool {
    let mut filled = (0..chunk.width(row))
        .map(|column| chunk.cell(row, column))
        .filter(|cell| !cell.trim().is_empty());
    match (filled.next(), filled.next()) {
        (Some(only), None) => schema
            .facts
            .iter()
            .any(|fact| fact.from == FactSource::Stray && fact.pattern.is_match(only)),
        _ => false,
    }
}

/// Texts of a chunk in which the schema may find a stray fact: cells beyond the known columns, and lone cells.
pub fn stray_texts<'a>(schema: &Schema, labels: &[String], chunk: &'a RawChunk) -> Vec<&'a str> {
    if !schema
        .facts
        .iter()
        .any(|fact| fact.from == FactSource::Stray)
    {
        return Vec::new();
    }
    let nameless = |column: usize| {
        labels
            .get(column)
            .is_none_or(|label| label.trim().is_empty())
    };
    let mut texts = Vec::new();
    for row in 0..chunk.n_rows() {
        let beyond = (0..chunk.width(row))
            .filter(|column| nameless(*column))
            .map(|column| chunk.cell(row, column));
        texts.extend(beyond.filter(|cell| !cell.trim().is_empty()));
        let mut filled = (0..chunk.width(row))
            .map(|column| chunk.cell(row, column))
            .filter(|cell| !cell.trim().is_empty());
        if let (Some(only), None) = (filled.next(), filled.next()) {
            texts.push(only);
        }
    }
    texts
}
