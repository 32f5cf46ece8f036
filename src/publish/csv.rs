//! One csv file a mart: UTF-8 with a mark, CRLF, every text quoted and every number bare, so that whoever reads it can
//! tell an id from a number and an empty text from nothing. Knows no titles: the header is the column names.

use crate::publish::Document;
use crate::publish::Edition;
use crate::publish::PublishError;
use crate::publish::Put;
use crate::publish::SheetColumn;
use crate::publish::Table;
use crate::publish::Target;
use crate::publish::cell::Cell;
use crate::publish::cell::Cells;
use crate::publish::cell::date_of;
use crate::publish::cell::moment_of;
use std::fmt::Write as _;

pub(super) struct Csv;

impl Target for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn write(&self, edition: &Edition<'_>, put: &mut Put<'_>) -> Result<(), PublishError> {
        for table in &edition.tables {
            let name = format!("csv/{}.csv", table.sheet.name);
            put(Document {
                name,
                bytes: text(table).into_bytes(),
                note: None,
            })?;
        }
        Ok(())
    }
}

/// Excel reads a file without it in the code page of the machine.
const BYTE_ORDER_MARK: char = '\u{feff}';

fn text(table: &Table<'_>) -> String {
    let mut out = String::new();
    head(&mut out, &table.sheet.columns);
    rows(&mut out, &table.sheet.columns, &table.cells);
    out
}

/// The first line.
pub(super) fn head(out: &mut String, columns: &[SheetColumn<'_>]) {
    out.push(BYTE_ORDER_MARK);
    for (nth, column) in columns.iter().enumerate() {
        separate(out, nth);
        out.push_str(column.name);
    }
    out.push_str("\r\n");
}

/// A line for each row of the cells, of which there is one for each column.
pub(super) fn rows(out: &mut String, columns: &[SheetColumn<'_>], cells: &[Cells<'_>]) {
    for row in 0..cells.first().map_or(0, |cells| cells.len()) {
        for (nth, (cells, column)) in cells.iter().zip(columns).enumerate() {
            separate(out, nth);
            push(out, cells.at(row), column.unit);
        }
        out.push_str("\r\n");
    }
}

/// A table under labels of another program's making; a column that nothing fills is empty.
pub(super) fn form(
    header: &[(&str, Option<&str>)],
    filling: &[Option<Cells<'_>>],
    rows: &[usize],
) -> String {
    let mut out = String::from(BYTE_ORDER_MARK);
    for (nth, (label, _)) in header.iter().enumerate() {
        separate(&mut out, nth);
        push_quoted(&mut out, label);
    }
    out.push_str("\r\n");
    for row in rows {
        for (nth, cells) in filling.iter().enumerate() {
            separate(&mut out, nth);
            push(
                &mut out,
                cells.map_or(Cell::Empty, |cells| cells.at(*row)),
                "",
            );
        }
        out.push_str("\r\n");
    }
    out
}

fn separate(out: &mut String, nth: usize) {
    if nth > 0 {
        out.push(',');
    }
}

fn push(out: &mut String, cell: Cell<'_>, unit: &str) {
    // Writing to a String cannot fail.
    let _ = match cell {
        Cell::Empty => Ok(()),
        Cell::Text(text) => {
            push_quoted(out, text);
            Ok(())
        }
        Cell::Integer(value) => write!(out, "{value}"),
        Cell::Decimal(value) => out.write_str(&value.exact()),
        Cell::Double(value) => write!(out, "{value}"),
        Cell::Bool(value) => write!(out, "{value}"),
        Cell::Date(days) => match date_of(days) {
            Some(date) => write!(out, "{date}"),
            None => Ok(()),
        },
        // A moment whose zone is known says so; one whose source did not tell does not pretend.
        Cell::Moment(at) => match moment_of(at) {
            Some(at) if unit == "UTC" => write!(out, "{at}Z"),
            Some(at) => write!(out, "{at}"),
            None => Ok(()),
        },
    };
}

fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    if runs_as_formula(text) {
        out.push('\'');
    }
    for (nth, part) in text.split('"').enumerate() {
        if nth > 0 {
            out.push_str("\"\"");
        }
        out.push_str(part);
    }
    out.push('"');
}

/// Whether a spreadsheet that opens a csv file would run this text. The full-width signs are what Japanese and Chinese
/// versions fold into the plain ones.
fn runs_as_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::cell::Decimal;

    #[test]
    fn cells_as_text() {
        for (cell, unit, expected) in [
            (Cell::Empty, "", ""),
            (Cell::Text(""), "", "\"\""),
            (Cell::Text("0012"), "", "\"0012\""),
            (Cell::Text("a \"b\", c\r\nd"), "", "\"a \"\"b\"\", c\r\nd\""),
            (Cell::Text("行李箱"), "", "\"行李箱\""),
            (Cell::Text("=1+1"), "", "\"'=1+1\""),
            (Cell::Text("+49 30"), "", "\"'+49 30\""),
            (Cell::Text("-x"), "", "\"'-x\""),
            (Cell::Text("@SUM(A1)"), "", "\"'@SUM(A1)\""),
            (Cell::Text("\t=1"), "", "\"'\t=1\""),
            (Cell::Text("\r=1"), "", "\"'\r=1\""),
            (Cell::Text("＝1"), "", "\"'＝1\""),
            (Cell::Text("a=1"), "", "\"a=1\""),
            (Cell::Integer(-7), "units", "-7"),
            (
                Cell::Decimal(Decimal {
                    unscaled: -123_456,
                    precision: 18,
                    scale: 4,
                }),
                "",
                "-12.3456",
            ),
            (Cell::Double(0.1), "fraction", "0.1"),
            (Cell::Double(1e-7), "", "0.0000001"),
            (Cell::Bool(true), "", "true"),
            (Cell::Date(20_496), "", "2026-02-12"),
            (
                Cell::Moment(1_770_886_800_000),
                "UTC",
                "2026-02-12T09:00:00Z",
            ),
            (Cell::Moment(1_770_886_800_500), "", "2026-02-12T09:00:00.5"),
        ] {
            let mut out = String::new();
            push(&mut out, cell, unit);
            assert_eq!(out, expected, "{cell:?}");
        }
    }
}
