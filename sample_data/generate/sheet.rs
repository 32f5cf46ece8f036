//! Tables as files: workbooks, delimited text, and the two styles of console csv. Knows no report.

use jiff::civil::Date;
use jiff::civil::DateTime;
use rust_xlsxwriter::DocProperties;
use rust_xlsxwriter::ExcelDateTime;
use rust_xlsxwriter::Format;
use rust_xlsxwriter::Workbook;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A cell by meaning; each kind of file writes it in its own way.
#[derive(Clone)]
pub(crate) enum Cell {
    Text(String),
    Count(i64),
    /// An amount in whole currency, as a double: the noise of summed cents stays, as in Amazon's own workbooks.
    Money(f64),
    Ratio(Option<f64>),
    /// A fraction of one.
    Percent(Option<f64>),
    Day(Date),
    Empty,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() {
            Self::Empty
        } else {
            Self::Text(text.into())
        }
    }
}
impl From<String> for Cell {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}
impl From<i64> for Cell {
    fn from(count: i64) -> Self {
        Self::Count(count)
    }
}

pub(crate) struct Table {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(header: &[&str]) -> Self {
        Self {
            header: header.iter().map(|label| (*label).into()).collect(),
            rows: Vec::new(),
        }
    }

    /// For text that is written as it stands.
    pub(crate) fn of_texts(header: &[&str], rows: &[&[&str]]) -> Self {
        let mut table = Self::new(header);
        table.rows = rows
            .iter()
            .map(|row| row.iter().map(|text| Cell::from(*text)).collect())
            .collect();
        table
    }

    /// The place of a column, by its label.
    pub(crate) fn column(&self, label: &str) -> Option<usize> {
        self.header.iter().position(|known| known == label)
    }
}

/// What the workbook tells about itself.
pub(crate) struct Origin<'a> {
    pub(crate) sheet: &'a str,
    pub(crate) title: &'a str,
    pub(crate) creator: &'a str,
    /// In UTC.
    pub(crate) created: DateTime,
    /// Number format of dates and of money.
    pub(crate) day_format: &'a str,
    pub(crate) money_format: &'a str,
}

/// Files of the sample, below one folder, and which of them were written.
pub(crate) struct Folder {
    root: PathBuf,
    written: RefCell<BTreeMap<String, usize>>,
}

impl Folder {
    pub(crate) fn at(root: PathBuf) -> Self {
        Self {
            root,
            written: RefCell::default(),
        }
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) -> Result<()> {
        let whole = self.root.join(path);
        if let Some(parent) = whole.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&whole, bytes)
            .map_err(|why| format!("cannot write {}: {why}", whole.display()))?;
        self.written.borrow_mut().insert(path.into(), bytes.len());
        Ok(())
    }

    pub(crate) fn workbook(&self, path: &str, origin: &Origin<'_>, table: &Table) -> Result<()> {
        self.write(path, &workbook(origin, table, &[])?)
    }

    /// What was written, with sizes, sorted by path.
    pub(crate) fn written(&self) -> BTreeMap<String, usize> {
        self.written.borrow().clone()
    }

    /// Files of inbox and seeds that an earlier version of this program wrote: to be removed by hand.
    pub(crate) fn left_over(&self) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for folder in ["inbox", "seeds"] {
            walk(&self.root.join(folder), &mut found)?;
        }
        let mut left: Vec<String> = found
            .iter()
            .map(|path| {
                path.strip_prefix(&self.root)
                    .unwrap_or(path)
                    .display()
                    .to_string()
                    .replace('\\', "/")
            })
            .filter(|path| !self.written.borrow().contains_key(path))
            .collect();
        left.sort();
        Ok(left)
    }
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), found)?;
        } else {
            found.push(entry.path());
        }
    }
    Ok(())
}

/// A workbook of one sheet; `strays` are texts at (row, column), counted from 0, outside of the table.
pub(crate) fn workbook(
    origin: &Origin<'_>,
    table: &Table,
    strays: &[(u32, u16, String)],
) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let at = origin.created;
    let created = ExcelDateTime::from_ymd(
        u16::try_from(at.year())?,
        u8::try_from(at.month())?,
        u8::try_from(at.day())?,
    )?
    .and_hms(
        u16::try_from(at.hour())?,
        u8::try_from(at.minute())?,
        u8::try_from(at.second())?,
    )?;
    let properties = DocProperties::new()
        .set_title(origin.title)
        .set_author(origin.creator)
        .set_creation_datetime(&created);
    book.set_properties(&properties);
    let (day, money) = (
        Format::new().set_num_format(origin.day_format),
        Format::new().set_num_format(origin.money_format),
    );
    let (percent, ratio) = (
        Format::new().set_num_format("0.0000%"),
        Format::new().set_num_format("0.00"),
    );
    let sheet = book.add_worksheet();
    sheet.set_name(origin.sheet)?;
    for (x, label) in (0_u16..).zip(&table.header) {
        sheet.write_string(0, x, label)?;
    }
    for (y, row) in (1_u32..).zip(&table.rows) {
        for (x, cell) in (0_u16..).zip(row) {
            match cell {
                Cell::Text(text) => sheet.write_string(y, x, text)?,
                Cell::Count(count) => sheet.write_number(y, x, as_f64(*count))?,
                Cell::Money(amount) => sheet.write_number_with_format(y, x, *amount, &money)?,
                Cell::Ratio(Some(value)) => sheet.write_number_with_format(y, x, *value, &ratio)?,
                Cell::Percent(Some(value)) => {
                    sheet.write_number_with_format(y, x, *value, &percent)?
                }
                // Amazon writes an undefined ratio as a formatted cell without a value.
                Cell::Ratio(None) => sheet.write_blank(y, x, &ratio)?,
                Cell::Percent(None) => sheet.write_blank(y, x, &percent)?,
                Cell::Day(date) => {
                    let (year, month, of_month) = (date.year(), date.month(), date.day());
                    let serial = ExcelDateTime::from_ymd(
                        u16::try_from(year)?,
                        u8::try_from(month)?,
                        u8::try_from(of_month)?,
                    )?;
                    sheet.write_datetime_with_format(y, x, &serial, &day)?
                }
                Cell::Empty => sheet,
            };
        }
    }
    for (y, x, text) in strays {
        sheet.write_string(*y, *x, text)?;
    }
    Ok(book.save_to_buffer()?)
}

/// Counts of a sample are far below 2^53.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a small shop are exact as doubles"
)]
pub(crate) fn as_f64(count: i64) -> f64 {
    count as f64
}

/// How a kind of text file separates, quotes and ends its lines.
pub(crate) struct Layout {
    pub(crate) delimiter: char,
    pub(crate) quoting: Quoting,
    pub(crate) line_end: &'static str,
    pub(crate) mark: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// Quotes are data: Seller Central's tab-separated files.
    Never,
    WhereNeeded,
    /// Every field: Keepa.
    Always,
    /// Every text: Helium 10.
    Texts,
}

pub(crate) const SELLER_CENTRAL_TSV: Layout = Layout {
    delimiter: '\t',
    quoting: Quoting::Never,
    line_end: "\r\n",
    mark: false,
};
pub(crate) const CONSOLE_CSV: Layout = Layout {
    delimiter: ',',
    quoting: Quoting::WhereNeeded,
    line_end: "\r\n",
    mark: true,
};
pub(crate) const CONSOLE_CSV_DE: Layout = Layout {
    delimiter: ';',
    quoting: Quoting::WhereNeeded,
    line_end: "\r\n",
    mark: true,
};
pub(crate) const KEEPA_CSV: Layout = Layout {
    delimiter: ',',
    quoting: Quoting::Always,
    line_end: "\n",
    mark: true,
};
pub(crate) const HELIUM_CSV: Layout = Layout {
    delimiter: ',',
    quoting: Quoting::Texts,
    line_end: "\n",
    mark: true,
};

/// The table as text; `print` turns a cell that is not text into what this kind of file shows.
pub(crate) fn text(layout: &Layout, table: &Table, print: impl Fn(&Cell) -> String) -> String {
    let mut out = String::new();
    if layout.mark {
        out.push('\u{feff}');
    }
    let header = table
        .header
        .iter()
        .map(|label| Cell::Text(label.clone()))
        .collect::<Vec<_>>();
    for row in std::iter::once(&header).chain(&table.rows) {
        for (x, cell) in row.iter().enumerate() {
            if x > 0 {
                out.push(layout.delimiter);
            }
            let shown = match cell {
                Cell::Text(text) => text.clone(),
                Cell::Empty => String::new(),
                other => print(other),
            };
            let quoted = match layout.quoting {
                Quoting::Never => false,
                Quoting::Always => true,
                Quoting::Texts => matches!(cell, Cell::Text(_)),
                Quoting::WhereNeeded => {
                    shown.contains([layout.delimiter, '"', '\n'])
                        || shown.starts_with(' ')
                        || shown.ends_with(' ')
                }
            };
            if quoted {
                let _ = write!(out, "\"{}\"", shown.replace('"', "\"\""));
            } else {
                out.push_str(&shown);
            }
        }
        out.push_str(layout.line_end);
    }
    out
}

/// Plain figures, ISO dates: tables that people keep, and Keepa's counts.
pub(crate) fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Count(count) => count.to_string(),
        Cell::Money(amount) => format!("{amount:.2}"),
        Cell::Ratio(value) | Cell::Percent(value) => {
            value.map_or_else(String::new, |value| value.to_string())
        }
        Cell::Day(day) => day.to_string(),
        Cell::Empty => String::new(),
    }
}

/// `1,234`: how the vendors group.
pub(crate) fn grouped(count: i64, mark: &str) -> String {
    let digits = count.abs().to_string();
    let mut out = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push_str(mark);
        }
        out.push(digit);
    }
    if count < 0 { format!("-{out}") } else { out }
}

/// cp1252, as Amazon writes European files; every character here is in Latin-1, others become `?`.
pub(crate) fn cp1252(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
        .collect()
}
