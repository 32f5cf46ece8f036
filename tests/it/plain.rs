//! A second, naive way to read a report: the cells of a column as written, and their exact sum. Shares nothing with the
//! library, so that both being wrong in the same way is unlikely.

use calamine::Data;
use calamine::Reader as _;
use std::fs;
use std::path::Path;

/// All cells of a table as text, by row number as a spreadsheet shows it.
pub(crate) struct Plain {
    /// `(row number, cells)`.
    rows: Vec<(u32, Vec<String>)>,
    decimal: char,
}

/// A column that was added up: by how many digits after the point, and how many cells held something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reckoned {
    pub(crate) sum: i128,
    pub(crate) n_cells: usize,
}

impl Plain {
    /// Opens a text file, or a sheet of a workbook.
    pub(crate) fn open(path: &Path, sheet: Option<&str>, decimal: char) -> Self {
        let rows = match sheet {
            Some(sheet) => workbook(path, sheet),
            None => text(path),
        };
        Self { rows, decimal }
    }

    /// The place of the column with one of these labels, in the header row.
    pub(crate) fn column(&self, header_row: u32, labels: &[&str]) -> Option<usize> {
        let (_, header) = self.rows.iter().find(|(row, _)| *row == header_row)?;
        let wanted: Vec<String> = labels.iter().map(|label| bare(label)).collect();
        header
            .iter()
            .position(|label| wanted.contains(&bare(label)))
    }

    /// The sum of a column below the header, each cell first brought to `scale` digits, half to even.
    pub(crate) fn sum(&self, header_row: u32, column: usize, scale: u32) -> Reckoned {
        let mut reckoned = Reckoned { sum: 0, n_cells: 0 };
        for (_, cells) in self.rows.iter().filter(|(row, _)| *row > header_row) {
            let Some((digits, places)) = cells
                .get(column)
                .and_then(|cell| number(cell, self.decimal))
            else {
                continue;
            };
            reckoned.sum += rescaled(digits, places, scale);
            reckoned.n_cells += 1;
        }
        reckoned
    }
}

/// A label's letters, digits and the signs that make one, in lower case.
fn bare(label: &str) -> String {
    label
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '#' | '%' | '+'))
        .flat_map(char::to_lowercase)
        .collect()
}

fn text(path: &Path) -> Vec<(u32, Vec<String>)> {
    let bytes = fs::read(path).unwrap();
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode(&bytes).0.into_owned(),
    };
    let first = text.lines().next().unwrap_or_default();
    if first.contains('\t') {
        // Tabs are never quoted in the files that are ours.
        return (1..)
            .zip(
                text.lines()
                    .map(|line| line.split('\t').map(str::to_owned).collect()),
            )
            .collect();
    }
    let delimiter = if first.matches(';').count() > first.matches(',').count() {
        b';'
    } else {
        b','
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    (1..)
        .zip(
            reader
                .records()
                .map(|record| record.unwrap().iter().map(str::to_owned).collect()),
        )
        .collect()
}

fn workbook(path: &Path, sheet: &str) -> Vec<(u32, Vec<String>)> {
    let mut workbook = calamine::open_workbook_auto(path).unwrap();
    let range = workbook.worksheet_range(sheet).unwrap();
    let (top, left) = range.start().unwrap_or_default();
    let shown = |cell: &Data| match cell {
        // As a spreadsheet shows it: 15 digits, the rest is the noise of doubles.
        Data::Float(value) => format!("{value:.14e}"),
        other => other.to_string(),
    };
    (top + 1..)
        .zip(range.rows())
        .map(|(row, cells)| {
            let blank = std::iter::repeat_n(String::new(), left as usize);
            (row, blank.chain(cells.iter().map(shown)).collect())
        })
        .collect()
}

/// `$1,234.5`, `Rs.41.8`, `5.255,61 €`, `1.5e2` as digits and how many of them stand after the point.
fn number(cell: &str, decimal: char) -> Option<(i128, i32)> {
    let cell = cell.trim().trim_start_matches("Rs.");
    let (mantissa, exponent) = match cell.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (cell, 0),
    };
    let (mut digits, mut places, mut is_after, mut n) = (0_i128, 0, false, 0);
    for c in mantissa.chars() {
        if let Some(digit) = c.to_digit(10) {
            digits = digits * 10 + i128::from(digit);
            places += i32::from(is_after);
            n += 1;
        } else if c == decimal {
            is_after = true;
        }
    }
    let sign = if mantissa.contains('-') { -1 } else { 1 };
    (n > 0).then_some((digits * sign, places - exponent))
}

fn rescaled(digits: i128, places: i32, scale: u32) -> i128 {
    let surplus = places - i32::try_from(scale).unwrap();
    let unit = 10_i128.pow(surplus.unsigned_abs());
    if surplus <= 0 {
        return digits * unit;
    }
    let (kept, rest) = (digits.div_euclid(unit), digits.rem_euclid(unit));
    let is_up = rest * 2 > unit || (rest * 2 == unit && kept % 2 != 0);
    kept + i128::from(is_up)
}

#[test]
fn numbers_are_read_naively_but_right() {
    for (cell, decimal, expected) in [
        ("$1,234.5", '.', Some((12_345, 1))),
        ("Rs.41.8", '.', Some((418, 1))),
        ("₹ 2,31,835.31", '.', Some((23_183_531, 2))),
        ("5.255,61 €", ',', Some((525_561, 2))),
        ("-3", '.', Some((-3, 0))),
        ("1.50000000000000e2", '.', Some((150_000_000_000_000, 12))),
        ("-", '.', None),
        ("", '.', None),
    ] {
        assert_eq!(number(cell, decimal), expected, "{cell}");
    }
    for (digits, places, scale, expected) in [
        (15, 1, 0, 2),
        (25, 1, 0, 2),
        (-15, 1, 0, -2),
        (26, 1, 0, 3),
        (5, 0, 2, 500),
        (12_345, 4, 4, 12_345),
    ] {
        assert_eq!(
            rescaled(digits, places, scale),
            expected,
            "{digits} / 10^{places}"
        );
    }
}
