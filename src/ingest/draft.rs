//! A first schema for a file that no schema knows: its labels, the types that hold for every row looked at, and what only
//! a person can say as comments.
//!
//! A label that a known report has is taken to mean the same here. Nothing is stored, and what is guessed says so.

mod guess;
mod toml_text;

use crate::ingest::draft::guess::Guess;
use crate::model::raw::CellKind;
use crate::model::raw::RawChunk;
use crate::read::OpeningRow;
use crate::read::ReadError;
use crate::read::Table;
use crate::schema::catalog::Catalog;
use crate::schema::label::Label;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Chunks whose rows the types are guessed from.
const SAMPLE: usize = 4;
/// Rows into which a header is searched, as for reports that are known.
const HEADER_SEARCH: usize = 25;

/// A schema to begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// A schema as `schemas/FORMAT.md` has it.
    pub text: String,
    /// The header's row in the source.
    pub header_row: u32,
    /// Rows that the types were guessed from.
    pub n_rows: usize,
}

/// Drafts a schema called `id` for a table of the file `file_name`; none where no row looks like a header.
///
/// # Errors
/// When the table cannot be read.
pub fn draft(
    catalog: &Catalog,
    id: &str,
    file_name: &str,
    table: &Table,
) -> Result<Option<Draft>, ReadError> {
    let Some(header) = header_of(&table.opening) else {
        return Ok(None);
    };
    let mut chunks = Vec::new();
    for chunk in table.chunks(header.row)?.take(SAMPLE) {
        chunks.push(chunk?);
    }
    let guesses = guess::columns(catalog, &header.cells, &chunks);
    let mut text = toml_text::write(id, file_name, table.sheet.as_deref(), &guesses);
    if let Some(nesting) = &table.nesting {
        let rows: Vec<String> = nesting
            .rows
            .iter()
            .map(|path| format!("{:?}", path.to_string()))
            .collect();
        let _ = write!(text, "\n[json]\nrows = [{}]\n", rows.join(", "));
    }
    Ok(Some(Draft {
        text,
        header_row: header.row,
        n_rows: chunks.iter().map(RawChunk::n_rows).sum(),
    }))
}

/// The first row of nearly the greatest width that has different words in its cells, and no figures.
fn header_of(opening: &[OpeningRow]) -> Option<&OpeningRow> {
    let width = |row: &OpeningRow| {
        row.cells
            .iter()
            .filter(|cell| !cell.trim().is_empty())
            .count()
    };
    let opening = &opening[..opening.len().min(HEADER_SEARCH)];
    let widest = opening.iter().map(width).max()?;
    opening.iter().find(|row| {
        let labels: BTreeSet<Label> = row
            .cells
            .iter()
            .map(|cell| Label::of(cell))
            .filter(|label| !label.is_empty())
            .collect();
        width(row) >= 2
            && width(row) * 5 >= widest * 3
            && labels.len() * 10 >= width(row) * 9
            && !row.cells.iter().any(|cell| is_figure(cell))
    })
}

/// Whether a cell is a number or a date rather than a word.
fn is_figure(cell: &str) -> bool {
    let cell = cell.trim();
    cell.chars().any(|c| c.is_ascii_digit()) && !cell.chars().any(char::is_alphabetic)
}

/// Cells of a column that have something in them.
fn filled(chunks: &[RawChunk], source: usize) -> impl Iterator<Item = &str> {
    chunks.iter().flat_map(move |chunk| {
        (0..chunk.n_rows())
            .filter(move |row| chunk.kind(*row, source) != CellKind::Empty)
            .map(move |row| chunk.cell(row, source).trim())
            .filter(|cell| !cell.is_empty())
    })
}

/// One column of the draft.
struct DraftColumn {
    guess: Guess,
    /// As the file writes it.
    label: String,
    language: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::wire;

    fn row(row: u32, cells: &[&str]) -> OpeningRow {
        OpeningRow {
            row,
            cells: cells.iter().map(|cell| (*cell).to_owned()).collect(),
        }
    }

    #[test]
    fn the_header_stands_below_a_preamble_and_above_the_figures() {
        let rows = [
            row(1, &["Report of January", "", "", ""]),
            row(2, &["Brand", "Lumora", "", ""]),
            row(4, &["SKU", "Day", "Units", "Fee (EUR)"]),
            row(5, &["A-1", "2026-01-02", "3", "1,50"]),
        ];
        assert_eq!(header_of(&rows).map(|row| row.row), Some(4));
        assert_eq!(header_of(&rows[3..]), None);
        assert_eq!(header_of(&[]), None);
    }

    const KNOWN: &str = r#"
        title = "Known"
        table = "known"
        family = "console"
        [signature]
        all = ["date", "advertised_sku"]
        [period]
        day = "date"
        [merge]
        by = "slice"
        key = ["advertised_sku"]
        duplicates = "sum"
        [[column]]
        name = "date"
        type = "date"
        labels = { en = ["Date"] }
        [[column]]
        name = "advertised_sku"
        title-zh = "推广SKU"
        type = "id"
        labels = { en = ["Advertised SKU"] }
        [[column]]
        name = "clicks"
        type = "integer"
        additive = true
        labels = { en = ["Clicks"] }
    "#;

    #[test]
    fn labels_of_known_reports_keep_their_meaning_and_the_rest_is_guessed_from_the_cells() {
        let catalog = Catalog::of([("x/known", KNOWN)]).unwrap();
        let mut chunk = RawChunk::default();
        for (n, cells) in [
            [
                "2026-01-02",
                "00123",
                "7",
                "$1.20",
                "12.5%",
                "yes",
                "a b",
                "4.00",
            ],
            ["2026-01-03", "00124", "", "$3", "8%", "no", "c", "1,234.00"],
        ]
        .iter()
        .enumerate()
        {
            for cell in cells {
                chunk.push_cell(cell, CellKind::Text);
            }
            chunk.end_row(u32::try_from(n).unwrap() + 2);
        }
        let labels = [
            "Date",
            "advertised sku",
            "Clicks",
            "Fee paid",
            "Share",
            "Open",
            "Note",
            "Steps",
        ];
        let guesses = guess::columns(&catalog, &labels.map(str::to_owned), &[chunk]);
        let seen: Vec<(&str, &str)> = guesses
            .iter()
            .map(|column| (column.guess.name.as_str(), column.guess.ty))
            .collect();
        assert_eq!(
            seen,
            [
                ("date", "date"),
                ("advertised_sku", "id"),
                ("clicks", "integer"),
                ("fee_paid", "money"),
                ("share", "percent"),
                ("open", "bool"),
                ("note", "text"),
                ("steps", "decimal"),
            ]
        );
        let text = toml_text::write("own/fees", "fees.csv", None, &guesses);
        let schema =
            wire::parse("own/fees", &text).unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
        assert_eq!(schema.columns.len(), 8);
        Catalog::of([("x/known", KNOWN), ("own/fees", text.as_str())]).unwrap();
    }

    #[test]
    fn a_file_without_dates_is_a_snapshot_and_odd_labels_get_names() {
        let mut chunk = RawChunk::default();
        for cell in ["甲", "1.234,5", "x"] {
            chunk.push_cell(cell, CellKind::Text);
        }
        chunk.end_row(2);
        let labels = ["商品名称", "Größe", "Größe"].map(str::to_owned);
        let guesses = guess::columns(&Catalog::default(), &labels, &[chunk]);
        let names: Vec<&str> = guesses
            .iter()
            .map(|column| column.guess.name.as_str())
            .collect();
        assert_eq!(
            names,
            ["column_1", "gr_e"],
            "a label that repeats is one column"
        );
        let text = toml_text::write("own/x", "x.csv", Some("Blatt \"1\""), &guesses);
        let schema =
            wire::parse("own/x", &text).unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
        assert!(text.contains("snapshot = \"observed\""), "{text}");
        assert_eq!(schema.columns[0].labels[0].0.as_ref(), "zh");
    }
}
