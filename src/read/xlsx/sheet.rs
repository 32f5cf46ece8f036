//! The cells of one xlsx sheet, streamed.
//!
//! What the sheet says of its own size is not believed: Amazon writes `A1` for all of them.

use crate::model::raw::CellKind;
use crate::model::raw::RawChunk;
use crate::read::error::Bound;
use crate::read::error::Origin;
use crate::read::error::ReadError;
use crate::read::rows::RowDraft;
use crate::read::rows::Rows;
use crate::read::source::LONGEST;
use crate::read::source::Source;
use crate::read::xlsx::cell::Book;
use crate::read::xlsx::cell::Pen;
use crate::read::xlsx::cell::Stored;
use crate::read::xlsx::plain;
use crate::read::xlsx::window::Window;
use crate::read::xlsx::xml;
use crate::read::xlsx::xml::Attributes;
use crate::read::xlsx::xml::Token;
use crate::read::xlsx::xml::Xml;
use std::io;
use std::sync::Arc;

/// A sheet that can be read from its start any number of times.
#[derive(Debug, Clone)]
pub(in crate::read) struct SheetTable {
    pub(super) part: Source,
    pub(super) book: Arc<Book>,
    pub(super) origin: Origin,
}

impl SheetTable {
    /// The rows to the last; the sheet is unpacked ahead of them.
    pub(in crate::read) fn rows(&self) -> Result<SheetRows, ReadError> {
        self.rows_of(Window::ahead(&self.part))
    }

    /// The rows, of which only the first are wanted.
    pub(in crate::read) fn first_rows(&self) -> Result<SheetRows, ReadError> {
        self.rows_of(Window::here(&self.part))
    }

    fn rows_of(&self, window: io::Result<Window>) -> Result<SheetRows, ReadError> {
        let window = window.map_err(|why| ReadError::of(&self.origin, why))?;
        Ok(SheetRows {
            xml: Xml::new(window),
            pen: Pen::of(Arc::clone(&self.book)),
            origin: self.origin.clone(),
            draft: RowDraft::default(),
            cell: Cell::default(),
            n_cells: 0,
            most_cells: self.book.most_cells,
            row: 0,
            in_cells: false,
            in_row: false,
        })
    }
}

/// The cell being read.
#[derive(Debug, Default)]
struct Cell {
    /// Counted from 0.
    column: u32,
    stored: Stored,
    style: usize,
    value: String,
    inside: Inside,
    /// Between its tags.
    is_open: bool,
}

/// Which part of the cell the next text belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Inside {
    #[default]
    Nothing,
    Value,
    /// How a text is pronounced, which is no part of it.
    Phonetic,
}

/// The rows of a sheet, one after the other.
pub(in crate::read) struct SheetRows {
    xml: Xml,
    pen: Pen,
    origin: Origin,
    draft: RowDraft,
    cell: Cell,
    /// Cells read so far, and how many there may be.
    n_cells: u64,
    most_cells: u64,
    /// The number of the row being read or read last.
    row: u32,
    in_cells: bool,
    in_row: bool,
}

impl Rows for SheetRows {
    fn next_row(&mut self, after: u32, chunk: &mut RawChunk) -> Result<Option<u32>, ReadError> {
        loop {
            self.plain_cells()?;
            match self
                .xml
                .next()
                .map_err(|why| ReadError::of(&self.origin, why))?
            {
                Token::Open {
                    name: "sheetData",
                    empty,
                    ..
                } => self.in_cells = !empty,
                Token::Close { name: "sheetData" } => self.in_cells = false,
                Token::End if self.in_cells => {
                    let source = io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "the cells of the sheet have no end",
                    );
                    return Err(ReadError::of(&self.origin, source));
                }
                Token::End => return Ok(None),
                // What follows the cells is passed over to its end, where the checksum is compared.
                _ if !self.in_cells => {}
                Token::Open {
                    name: "c",
                    attributes,
                    empty,
                } => {
                    self.cell.open(attributes);
                    self.cell.is_open = !empty;
                    if empty {
                        self.cell.column = self.cell.column.saturating_add(1);
                    }
                }
                Token::Open {
                    name: "row",
                    attributes,
                    empty,
                } => {
                    let stated = attributes
                        .get("r")
                        .and_then(|number| number.parse().ok())
                        .unwrap_or(0);
                    let next = self.row.checked_add(1);
                    let next = next.ok_or_else(|| ReadError::TooManyRows {
                        origin: self.origin.clone(),
                    })?;
                    self.row = next.max(stated);
                    self.in_row = !empty;
                    if !empty {
                        self.draft.clear();
                        self.cell.column = 0;
                        self.cell.close();
                    }
                }
                // Of markup that is damaged, what stands outside of cells is none of theirs: the cells that are read at one
                // go never see it.
                Token::Open { .. } | Token::Close { name: "c" } if !self.cell.is_open => {}
                Token::Open {
                    name: "v" | "t",
                    empty,
                    ..
                } => self.cell.enter(empty),
                Token::Text { text, escaped } if self.cell.inside == Inside::Value => {
                    xml::unescape(text, escaped, &mut self.cell.value);
                }
                Token::Close { name: "v" | "t" } => self.cell.leave(),
                Token::Open {
                    name: "rPh",
                    empty: false,
                    ..
                } => self.cell.inside = Inside::Phonetic,
                Token::Close { name: "rPh" } => self.cell.inside = Inside::Nothing,
                Token::Close { name: "c" } => self.end_cell()?,
                // A row that ends twice is one row.
                Token::Close { name: "row" }
                    if std::mem::take(&mut self.in_row)
                        && self.row > after
                        && self.draft.finish(self.row, chunk) =>
                {
                    return Ok(Some(self.row));
                }
                _ => {}
            }
        }
    }
}

impl SheetRows {
    /// Reads the plain cells that come next.
    fn plain_cells(&mut self) -> Result<(), ReadError> {
        while self.in_cells && !self.cell.is_open {
            let Some(plain) = plain::cell(self.xml.rest()) else {
                return Ok(());
            };
            let cell = &mut self.cell;
            cell.column = plain.column.unwrap_or(cell.column);
            if plain.value.is_empty() {
                cell.column = cell.column.saturating_add(1);
                let length = plain.length;
                self.xml.consume(length);
                continue;
            }
            let mut value = plain.value;
            if plain.is_escaped {
                cell.value.clear();
                xml::unescape(value, true, &mut cell.value);
                value = &cell.value;
            }
            let (pen, mut is_sound) = (&mut self.pen, true);
            self.draft.cell(cell.column, |out| {
                let kind = pen.write(plain.stored, plain.style, value, out);
                is_sound = kind.is_some();
                kind.unwrap_or(CellKind::Empty)
            });
            cell.column = cell.column.saturating_add(1);
            let length = plain.length;
            self.xml.consume(length);
            self.check_cell(is_sound)?;
        }
        Ok(())
    }

    /// Moves the cell into the row. Its text is dropped: of markup that is damaged, no cell may inherit it.
    fn end_cell(&mut self) -> Result<(), ReadError> {
        if self.cell.value.is_empty() {
            self.cell.column = self.cell.column.saturating_add(1);
            self.cell.close();
            return Ok(());
        }
        let (cell, pen) = (&mut self.cell, &mut self.pen);
        let mut is_sound = true;
        self.draft.cell(cell.column, |out| {
            let kind = pen.write(cell.stored, cell.style, &cell.value, out);
            is_sound = kind.is_some();
            kind.unwrap_or(CellKind::Empty)
        });
        cell.column = cell.column.saturating_add(1);
        cell.close();
        self.check_cell(is_sound)
    }

    /// Refuses a workbook or row that cannot be meant, after a cell was added.
    fn check_cell(&mut self, is_sound: bool) -> Result<(), ReadError> {
        self.n_cells += 1;
        let is_long = self.draft.n_bytes() > LONGEST;
        let is_many = self.n_cells > self.most_cells;
        if is_sound && !is_long && !is_many {
            return Ok(());
        }
        let (origin, row) = (self.origin.clone(), self.row);
        if is_many {
            let bound = Bound::SheetCells(self.most_cells);
            return Err(ReadError::Bomb { origin, bound });
        }
        if is_long {
            return Err(ReadError::LongRow { origin, row });
        }
        let problem = format!("a cell of row {row} refers to a text that is not there");
        Err(ReadError::Workbook { origin, problem })
    }
}

impl Cell {
    /// Begins a cell; its column is that of its address or, without one, the next.
    fn open(&mut self, attributes: Attributes<'_>) {
        self.stored = Stored::Number;
        self.style = 0;
        self.value.clear();
        self.inside = Inside::Nothing;
        for (name, value) in attributes {
            match name {
                "r" => self.column = column_of(value).unwrap_or(self.column),
                "s" => self.style = value.parse().unwrap_or(0),
                "t" => self.stored = Stored::of(value.as_bytes()),
                _ => {}
            }
        }
    }

    /// Ends a cell, whatever of it was not closed.
    fn close(&mut self) {
        self.value.clear();
        self.inside = Inside::Nothing;
        self.is_open = false;
    }

    fn enter(&mut self, empty: bool) {
        if !empty && self.inside == Inside::Nothing {
            self.inside = Inside::Value;
        }
    }

    fn leave(&mut self) {
        if self.inside == Inside::Value {
            self.inside = Inside::Nothing;
        }
    }
}

/// The column of an address such as `AB12`, counted from 0.
fn column_of(address: &str) -> Option<u32> {
    let mut column = 0_u32;
    for byte in address.bytes().take_while(u8::is_ascii_alphabetic) {
        column = column
            .checked_mul(26)?
            .checked_add(u32::from(byte.to_ascii_uppercase() - b'A') + 1)?;
    }
    column.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::guard::Caps;
    use crate::read::number::Epoch;
    use crate::read::xlsx::parts::Strings;

    fn read(cells: &str) -> Result<Vec<(u32, Vec<String>)>, ReadError> {
        let markup =
            format!("<worksheet><dimension ref=\"A1\"/><sheetData>{cells}</sheetData></worksheet>");
        let part = Source::memory(
            markup.into_bytes(),
            Caps {
                expanded: 1 << 20,
                ratio: 100,
            },
        );
        let book = Book {
            strings: Strings::default(),
            days: vec![false, true],
            epoch: Epoch::Y1900,
            most_cells: 9,
        };
        let table = SheetTable {
            part,
            book: Arc::new(book),
            origin: Origin::of(std::path::Path::new("x.xlsx")),
        };
        let (mut rows, mut chunk) = (table.rows()?, RawChunk::default());
        while rows.next_row(0, &mut chunk)?.is_some() {}
        let cell =
            |row, column| format!("{}:{:?}", chunk.cell(row, column), chunk.kind(row, column));
        let row = |row| {
            (
                chunk.row_number(row),
                (0..chunk.width(row))
                    .map(|column| cell(row, column))
                    .collect(),
            )
        };
        Ok((0..chunk.n_rows()).map(row).collect())
    }

    #[test]
    fn cells_are_what_they_say() {
        let cases: &[(&str, &[&str])] = &[
            (
                r#"<c r="A1" t="n"><v>45066.0</v></c><c r="B1" t="n"/><c r="C1"><v>0.30000000000000004</v></c>"#,
                &["45066:Number", ":Empty", "0.3:Number"],
            ),
            (
                r#"<c t="inlineStr"><is><t xml:space="preserve">Clicks </t></is></c><c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>"#,
                &["Clicks :Text", "ab:Text"],
            ),
            (
                r#"<c s="1"><v>43779</v></c><c s="1"><v>43779.5</v></c><c s="1"><v>0.5</v></c><c t="d"><v>2026-01-31T00:00:00Z</v></c>"#,
                &[
                    "2019-11-10:Date",
                    "2019-11-10T12:00:00:Date",
                    "0.5:Number",
                    "2026-01-31:Date",
                ],
            ),
            (
                r#"<c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c t="str"><f>A1&amp;"x"</f><v>a&lt;b</v></c><c><f>1/3</f><v>0.33333333333333331</v></c>"#,
                &[
                    "true:Bool",
                    "#N/A:Error",
                    "a<b:Text",
                    "0.333333333333333:Number",
                ],
            ),
            (
                r#"<c r="C1"><v>3</v></c><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c>"#,
                &["2:Number", ":Empty", "3:Number"],
            ),
            (
                r#"<c r="A1"><v>1</v></c><c r="XFE1"><v>2</v></c>"#,
                &["1:Number"],
            ),
            (
                "<c r=\"A1\" t=\"str\"><v>a_x000D_&amp;\r\nb</v></c><c><v/></c><c t=\"str\"><v>_x005F_x41_</v></c>",
                &["a\r&\nb:Text", ":Empty", "_x41_:Text"],
            ),
            (
                r#"<c s="1"><v>60</v></c><c s="1"><v>61</v></c><c s="1"><v>60</v></c><c s="7"><v>61</v></c>"#,
                &["60:Number", "1900-03-01:Date", "60:Number", "61:Number"],
            ),
        ];
        for (cells, expected) in cases {
            let rows = read(&format!("<row r=\"1\">{cells}</row>")).unwrap();
            // A prefix leaves all to the scanner of markup, which must understand the same.
            let prefixed = cells
                .replace("</", "</x:")
                .replace('<', "<x:")
                .replace("<x:/x:", "</x:");
            let same = read(&format!("<row r=\"1\">{prefixed}</row>")).unwrap();
            assert_eq!(rows, same, "{cells}");
            assert_eq!(
                rows,
                [(1, expected.iter().map(ToString::to_string).collect())],
                "{cells}"
            );
        }
    }

    #[test]
    fn rows_are_numbered_as_shown() {
        let rows = read(
            "<row><c><v>1</v></c></row><row r=\"3\"/><row r=\"5\"><c/><c t=\"str\"><v> </v></c></row><row><c><v>6</v></c></row>\
             <row r=\"1048576\"><c><v>7</v></c></row>",
        );
        let numbers: Vec<u32> = rows.unwrap().iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [1, 6, 1_048_576]);
    }

    #[test]
    fn what_stands_outside_of_cells_is_passed_over() {
        // Found by fuzzing: the text stood in the next row, and as what the cell before had been.
        for (cells, expected) in [
            (
                "<row><c><v>1</v></c></row><row><is><t>x</t></is></c><c><v>2</v></c></row>",
                &[(1, &["1:Number"][..]), (2, &["2:Number"])][..],
            ),
            (
                "<row><c t=\"b\"><f/><v>1</v></c></row><row><v>7</v></c></row>",
                &[(1, &["true:Bool"])],
            ),
            (
                "<row><c><v>1</v></c></row></row><c><v>2</v></c></row>",
                &[(1, &["1:Number"])],
            ),
            (
                "<row><c><v>1</c>7<rPh></c><c><v>2</v></c></row>",
                &[(1, &["1:Number", "2:Number"])],
            ),
        ] {
            let owned = |(row, cells): &(u32, &[&str])| {
                (*row, cells.iter().map(ToString::to_string).collect())
            };
            let expected: Vec<(u32, Vec<String>)> = expected.iter().map(owned).collect();
            assert_eq!(read(cells).unwrap(), expected, "{cells}");
        }
    }

    #[test]
    fn a_missing_text_is_an_error() {
        assert!(matches!(
            read("<row><c t=\"s\"><v>4</v></c></row>"),
            Err(ReadError::Workbook { .. })
        ));
    }

    #[test]
    fn cells_are_counted() {
        let rows = |n: usize| {
            let plain = "<row><c><v>1</v></c><c><f/><v>2</v></c><c><v>3</v></c></row>";
            plain.repeat(n)
        };
        assert_eq!(read(&rows(3)).unwrap().len(), 3);
        let why = read(&rows(4)).unwrap_err().to_string();
        assert_eq!(
            why,
            "x.xlsx: a sheet of it has more than 9 cells; if the file is genuine, raise sheet-cells under [limits] in sellerlake.toml"
        );
    }

    #[test]
    fn addresses_name_columns() {
        for (address, column) in [
            ("A1", Some(0)),
            ("Z9", Some(25)),
            ("AA10", Some(26)),
            ("XFD1", Some(16_383)),
            ("12", None),
        ] {
            assert_eq!(column_of(address), column);
        }
    }
}
