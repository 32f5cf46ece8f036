//! A look into an ods workbook before it is read: how many cells it lays out.
//!
//! The library that reads it repeats cells and rows as often as the file says, and lays out all cells between the first
//! and the last. Knows only as much of the format as that takes.

use crate::read::source::Source;
use crate::read::xlsx::Attributes;
use crate::read::xlsx::Token;
use crate::read::xlsx::Xml;
use std::io;

/// Rows and columns that the library gives a sheet at most.
const ROWS: u64 = 1_048_576;
const COLUMNS: u64 = 16_384;

/// Whether the tables of `content.xml` lay out more than `most` cells. Markup that is damaged is looked at up to there:
/// the library stops there too.
pub(super) fn lays_out_more_than(most: u64, content: &Source) -> io::Result<bool> {
    let mut xml = Xml::whole(content)?;
    let mut table = Extent::default();
    let mut all = 0_u64;
    loop {
        match xml.next() {
            Ok(Token::Open {
                name: "table-row",
                attributes,
                empty,
            }) => {
                table.row_repeats = repeats(&attributes, "number-rows-repeated", ROWS);
                if empty {
                    table.end_row();
                }
            }
            Ok(Token::Open {
                name: "table-cell" | "covered-table-cell",
                attributes,
                ..
            }) => table.cell(&attributes),
            Ok(Token::Close { name: "table-row" }) => table.end_row(),
            Ok(Token::Close { name: "table" }) => {
                all = all.saturating_add(table.cells());
                table = Extent::default();
            }
            Ok(Token::End) | Err(_) => return Ok(all.saturating_add(table.cells()) > most),
            Ok(_) => {}
        }
        if all.saturating_add(table.cells()) > most {
            return Ok(true);
        }
    }
}

/// How far the cells of one table reach.
#[derive(Debug, Default)]
struct Extent {
    row_repeats: u64,
    /// Cells of the row so far, and how many of them up to the last with a value.
    width: u64,
    filled: u64,
    /// Rows so far, and how many of them up to the last with a value.
    rows: u64,
    filled_rows: u64,
    widest: u64,
    /// Cells before rows are repeated.
    written: u64,
}

impl Extent {
    fn cell(&mut self, attributes: &Attributes<'_>) {
        let n = repeats(attributes, "number-columns-repeated", COLUMNS);
        self.width = self.width.saturating_add(n).min(COLUMNS);
        if attributes
            .clone()
            .any(|(name, _)| name == "formula" || name.ends_with("value") || name == "value-type")
        {
            self.filled = self.width;
        }
    }

    fn end_row(&mut self) {
        self.rows = self.rows.saturating_add(self.row_repeats).min(ROWS);
        if self.filled > 0 {
            self.filled_rows = self.rows;
            self.widest = self.widest.max(self.filled);
            self.written = self.written.saturating_add(self.filled);
        }
        (self.width, self.filled) = (0, 0);
    }

    fn cells(&self) -> u64 {
        self.written
            .max(self.filled_rows.saturating_mul(self.widest))
            .max(self.filled)
    }
}

fn repeats(attributes: &Attributes<'_>, name: &str, most: u64) -> u64 {
    let stated = attributes.get(name).and_then(|text| text.parse().ok());
    stated.unwrap_or(1).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::guard::Caps;

    #[test]
    fn repeated_cells_count_as_often_as_they_are_laid_out() {
        let value = "<t:table-cell o:value-type='float' o:value='1'/>";
        let wide = "<t:table-cell o:value-type='float' t:number-columns-repeated='99999'/>";
        let blank = "<t:table-cell t:number-columns-repeated='16384'/>";
        let row = |cells: &str| format!("<t:table-row>{cells}</t:table-row>");
        let rows = |n: u64, cells: &str| {
            format!("<t:table-row t:number-rows-repeated='{n}'>{cells}</t:table-row>")
        };
        let cases = [
            (String::new(), 0),
            (row(value), 1),
            (row(&value.repeat(3)).repeat(2), 6),
            // What stands after the last value is not laid out.
            (row(&format!("{value}{blank}")) + &rows(1_048_575, blank), 1),
            (rows(1000, value), 1000),
            (
                rows(9, blank) + &row(&format!("<t:table-cell/>{value}")),
                20,
            ),
            (row(wide), 16_384),
            (rows(u64::MAX, wide), 16_384 * 1_048_576),
            (format!("{}</t:table>{}", row(value), row(value)), 2),
            (format!("{}<broken", row(value)), 1),
        ];
        for (tables, cells) in cases {
            let caps = Caps {
                expanded: 1 << 20,
                ratio: 100,
            };
            let content = Source::memory(format!("<t:table>{tables}").into_bytes(), caps);
            assert!(!lays_out_more_than(cells, &content).unwrap(), "{tables}");
            assert!(
                cells == 0 || lays_out_more_than(cells - 1, &content).unwrap(),
                "{tables}"
            );
        }
    }
}
