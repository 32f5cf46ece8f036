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
    let labels: Vec<&str> = labels.iter().map(|label| label.trim()).collect();
    let totals = Totals::of(binding);
    let mut first = ("", false);
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
                    .all(|(n, label)| chunk.cell(row, n).trim() == *label)
            {
                return Some("the header again".into());
            }
            if let Some(totals) = &totals {
                // The first cell is mostly that of the row above.
                let cell = chunk.cell(row, totals.first).trim();
                if cell != first.0 {
                    first = (cell, is_total_word(cell));
                }
                if first.1 && totals.has_nothing_else(chunk, row) {
                    return Some("a totals row".into());
                }
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

/// How a totals row looks: it begins with a word for a total, where a value of another kind should stand, or with little
/// else in it.
struct Totals {
    /// Where the first known column stands.
    first: usize,
    /// Where texts stand that a total leaves empty.
    texts: Vec<usize>,
}

impl Totals {
    fn of(binding: &Binding) -> Option<Self> {
        let first = binding.columns.iter().min_by_key(|bound| bound.source)?;
        let is_text = |ty: LogicalType| matches!(ty, LogicalType::Text | LogicalType::Id);
        // A campaign may be called "Total"; a date may not. Where texts come first, a total leaves the other texts empty.
        let others = binding
            .columns
            .iter()
            .filter(|bound| is_text(first.column.ty) && is_text(bound.column.ty))
            .filter(|bound| bound.source != first.source);
        Some(Self {
            first: first.source,
            texts: others.map(|bound| bound.source).collect(),
        })
    }

    fn has_nothing_else(&self, chunk: &RawChunk, row: usize) -> bool {
        let mut texts = self.texts.iter();
        texts.all(|source| chunk.cell(row, *source).trim().is_empty())
    }
}

fn is_total_word(cell: &str) -> bool {
    cell.len() <= 24 && TOTALS.contains(&cell.to_lowercase().as_str())
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
    let nameless: Vec<usize> = (0..labels.len())
        .filter(|column| labels[*column].trim().is_empty())
        .collect();
    let mut texts = Vec::new();
    for row in 0..chunk.n_rows() {
        let width = chunk.width(row);
        let beyond = (nameless.iter().copied().filter(|column| *column < width))
            .chain(labels.len()..width)
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
