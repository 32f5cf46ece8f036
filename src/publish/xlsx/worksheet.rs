//! One mart as a worksheet: a header row and the rows under it, nothing above, beside or below, so that a pivot table
//! can be put on it as it is.

use crate::publish::Table;
use crate::publish::cell::Cell;
use crate::publish::cell::Cells;
use crate::publish::cell::date_of;
use crate::publish::cell::moment_of;
use crate::publish::label;
use crate::publish::label::Kept;
use crate::publish::label::Lang;
use crate::publish::look;
use crate::publish::look::Cue;
use crate::publish::look::Look;
use crate::publish::xlsx::style::Style;
use rust_xlsxwriter::ColNum;
use rust_xlsxwriter::Color;
use rust_xlsxwriter::ConditionalFormatBlank;
use rust_xlsxwriter::ConditionalFormatCell;
use rust_xlsxwriter::ConditionalFormatCellRule;
use rust_xlsxwriter::Format;
use rust_xlsxwriter::IgnoreError;
use rust_xlsxwriter::Note;
use rust_xlsxwriter::RowNum;
use rust_xlsxwriter::Worksheet;
use rust_xlsxwriter::XlsxError;
use std::ops::Range;

/// What one worksheet will hold.
pub(super) struct Page<'a> {
    pub(super) table: &'a Table<'a>,
    pub(super) name: String,
    pub(super) titles: Vec<String>,
    /// Which rows there is room for, when not for all.
    pub(super) kept: Option<Kept>,
    tab: Color,
}

impl<'a> Page<'a> {
    pub(super) fn of(
        lang: Lang,
        table: &'a Table<'a>,
        name: String,
        tab: Color,
        max_rows: usize,
    ) -> Self {
        let titles = label::titles(lang, &table.sheet.columns);
        let too_long = table.sheet.batch.num_rows() > max_rows;
        // Marts that start with their period are sorted by it: the newest is what people want.
        let kept = too_long.then(|| match table.cells.first() {
            Some(Cells::Date(_)) => Kept::Last(max_rows),
            _ => Kept::First(max_rows),
        });
        Self {
            table,
            name,
            titles,
            kept,
            tab,
        }
    }

    /// The rows of the mart, whether there is room for them or not.
    pub(super) fn rows(&self) -> usize {
        self.table.sheet.batch.num_rows()
    }

    /// What of the mart is missing here, for whoever runs the program.
    pub(super) fn note(&self) -> Option<String> {
        let kept = self.kept?;
        let cut = Lang::En.cut(kept, self.rows());
        Some(format!("{}: {cut}", self.table.sheet.name))
    }

    fn range(&self) -> Range<usize> {
        match self.kept {
            None => 0..self.rows(),
            Some(Kept::First(rows)) => 0..rows,
            Some(Kept::Last(rows)) => self.rows().saturating_sub(rows)..self.rows(),
        }
    }

    /// Returns how many texts were cut because no cell has room for them.
    pub(super) fn write(
        &self,
        lang: Lang,
        style: &Style,
        sheet: &mut Worksheet,
    ) -> Result<usize, XlsxError> {
        sheet.set_name(&self.name)?.set_tab_color(self.tab);
        page_setup(sheet);
        let range = self.range();
        let last = RowNum::try_from(range.len()).unwrap_or(RowNum::MAX);
        let mut widths = Vec::new();
        let mut lines = 1;
        let mut n_cut = 0;
        for (at, cells) in (0..).zip(&self.table.cells) {
            let nth = usize::from(at);
            let (Some(column), Some(title)) =
                (self.table.sheet.columns.get(nth), self.titles.get(nth))
            else {
                break;
            };
            let look = Look::of(column, *cells);
            let (width, high) = look::width(title, *cells, self.rows(), look);
            lines = lines.max(high);
            widths.push(width);
            sheet.set_column_width(at, count(width))?;
            sheet.set_column_format(at, &style.column(look))?;
            sheet.write_string_with_format(0, at, title, style.head_of(look))?;
            let meaning = lang.meaning(column);
            if !meaning.is_empty() && meaning != title {
                sheet.insert_note(0, at, &explained(meaning))?;
            }
            n_cut += rows(lang, sheet, at, *cells, range.clone())?;
            if last > 0 {
                colour(lang, style, sheet, at, last, look.cue)?;
                if matches!(cells, Cells::Text(_)) {
                    sheet.ignore_error_range(1, at, last, at, IgnoreError::NumberStoredAsText)?;
                }
            }
        }
        sheet.set_row_height(0, count(lines * 16 + 6))?;
        sheet.set_freeze_panes(1, self.frozen(&widths))?;
        if let Some(right) = widths.len().checked_sub(1) {
            sheet.autofilter(0, 0, last, ColNum::try_from(right).unwrap_or(ColNum::MAX))?;
            sheet.set_repeat_rows(0, 0)?;
        }
        if widths.iter().sum::<usize>() <= PAPER {
            sheet.set_print_fit_to_pages(1, 0);
        }
        Ok(n_cut)
    }

    /// The columns that stay when somebody scrolls to the right: those at the start that say what the row is about,
    /// while they leave most of a small screen free.
    fn frozen(&self, widths: &[usize]) -> ColNum {
        if widths.iter().sum::<usize>() <= SCREEN {
            return 0;
        }
        let mut taken = 0;
        let mut n_frozen = 0;
        for (cells, width) in self.table.cells.iter().zip(widths) {
            taken += width;
            if taken > SCREEN / 3 || !matches!(cells, Cells::Text(_) | Cells::Date(_)) {
                break;
            }
            n_frozen += 1;
        }
        n_frozen
    }
}

/// Digits of the body text across a screen, and across a sheet of A4 on its side while still readable.
const SCREEN: usize = 150;
const PAPER: usize = 220;

/// A4 on its side with the name of the sheet and page numbers at the foot.
pub(super) fn page_setup(sheet: &mut Worksheet) {
    const A4: u8 = 9;
    sheet
        .set_landscape()
        .set_paper_size(A4)
        .set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
    sheet.set_footer("&L&A&R&P / &N");
}

/// A number of rows or columns, which no worksheet has so many of that it would not fit.
pub(super) fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn explained(meaning: &str) -> Note {
    let high = if meaning.chars().count() > 40 { 90 } else { 56 };
    Note::new(meaning)
        .add_author_prefix(false)
        .set_width(220)
        .set_height(high)
}

fn colour(
    lang: Lang,
    style: &Style,
    sheet: &mut Worksheet,
    at: ColNum,
    last: RowNum,
    cue: Option<Cue>,
) -> Result<(), XlsxError> {
    let words = lang.words();
    let mut when = |word: &str, format: &Format| {
        let rule = ConditionalFormatCellRule::EqualTo(word.to_owned());
        let rule = ConditionalFormatCell::new()
            .set_rule(rule)
            .set_format(format);
        sheet
            .add_conditional_format(1, at, last, at, &rule)
            .map(|_| ())
    };
    match cue {
        None => Ok(()),
        Some(Cue::Verdict) => {
            when(words.yes, &style.good)?;
            when(words.no, &style.bad)
        }
        Some(Cue::Attention) => when(words.yes, &style.act),
        Some(Cue::Sound) => when(words.no, &style.doubt),
        Some(Cue::Advice) => {
            let rule = ConditionalFormatBlank::new()
                .invert()
                .set_format(&style.act);
            sheet
                .add_conditional_format(1, at, last, at, &rule)
                .map(|_| ())
        }
    }
}

/// Writes one column under its header. Returns how many texts were cut.
fn rows(
    lang: Lang,
    sheet: &mut Worksheet,
    at: ColNum,
    cells: Cells<'_>,
    range: Range<usize>,
) -> Result<usize, XlsxError> {
    let mut n_cut = 0;
    for (row, nth) in (1..).zip(range) {
        n_cut += usize::from(put(lang, sheet, row, at, cells.at(nth))?);
    }
    Ok(n_cut)
}

/// Writes one cell, which takes the format of its column: that is looked up faster than it is compared. True when its
/// text was cut.
pub(super) fn put(
    lang: Lang,
    sheet: &mut Worksheet,
    row: RowNum,
    at: ColNum,
    cell: Cell<'_>,
) -> Result<bool, XlsxError> {
    let words = lang.words();
    let value = match cell {
        Cell::Empty => return Ok(false),
        Cell::Text(text) => {
            let kept = label::shortened(text, MAX_TEXT);
            sheet.write_string(row, at, kept)?;
            return Ok(kept.len() < text.len());
        }
        Cell::Bool(value) => Err(if value { words.yes } else { words.no }.to_owned()),
        Cell::Integer(value) => exact(i128::from(value), value.to_string()),
        Cell::Decimal(value) => exact(value.unscaled, value.exact()),
        Cell::Double(value) => Ok(value),
        Cell::Date(days) => serial(days, 0).ok_or_else(|| dated(date_of(days))),
        Cell::Moment(at) => {
            let days = i32::try_from(at.div_euclid(DAY)).unwrap_or(i32::MAX);
            let rest = i32::try_from(at.rem_euclid(DAY)).unwrap_or_default();
            serial(days, rest).ok_or_else(|| dated(moment_of(at)))
        }
    };
    match value {
        Ok(number) => sheet.write_number(row, at, number)?,
        Err(text) => sheet.write_string(row, at, text)?,
    };
    Ok(false)
}

/// UTF-16 units that a cell holds.
const MAX_TEXT: usize = 32_767;

/// Milliseconds.
const DAY: i64 = 86_400_000;

/// The number, or its text when a spreadsheet would drop digits: it keeps 15 of them.
fn exact(unscaled: i128, text: String) -> Result<f64, String> {
    const FIRST_WITH_16_DIGITS: u128 = 1_000_000_000_000_000;
    let mut digits = unscaled.unsigned_abs();
    while digits >= FIRST_WITH_16_DIGITS && digits.is_multiple_of(10) {
        digits /= 10;
    }
    if digits >= FIRST_WITH_16_DIGITS {
        return Err(text);
    }
    text.parse().map_err(|_| text)
}

/// The number that a spreadsheet keeps for a day and the milliseconds in it. None before March 1900, which is counted
/// wrongly there, and after 9999.
fn serial(days: i32, milliseconds: i32) -> Option<f64> {
    const EPOCH: i32 = 25_569;
    let whole = days
        .checked_add(EPOCH)
        .filter(|day| (61..=2_958_465).contains(day))?;
    Some(f64::from(whole) + f64::from(milliseconds) / 86_400_000.0)
}

fn dated(at: Option<impl ToString>) -> String {
    at.map(|at| at.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_more_than_15_digits_stay_text() {
        for (unscaled, text, expected) in [
            (0, "0.0000", Ok(0.0)),
            (-123_456, "-12.3456", Ok(-12.3456)),
            (
                999_999_999_999_999,
                "99999999999.9999",
                Ok(99_999_999_999.999_9),
            ),
            (
                1_234_567_890_123_456,
                "123456789012.3456",
                Err("123456789012.3456"),
            ),
            (10_000_000_000_000_000, "1000000000000.0000", Ok(1e12)),
        ] {
            assert_eq!(
                exact(unscaled, text.to_owned()),
                expected.map_err(str::to_owned)
            );
        }
    }

    #[test]
    fn serials() {
        for (days, milliseconds, expected) in [
            (0, 0, Some(25_569.0)),
            (20_496, 43_200_000, Some(46_065.5)),
            (-25_508, 0, Some(61.0)),
            (-25_509, 0, None),
            (i32::MAX, 0, None),
        ] {
            assert_eq!(serial(days, milliseconds), expected);
        }
    }
}
