//! One workbook: contents with links, a worksheet a mart, and what every column means. Owns the workbook's order and
//! words; how one mart is written stands in `worksheet`.

pub(super) mod form;
pub(in crate::publish) mod review;
pub(in crate::publish) mod streamed;
mod style;
mod worksheet;

use crate::publish::Document;
use crate::publish::Edition;
use crate::publish::PublishError;
use crate::publish::Put;
use crate::publish::Target;
use crate::publish::label;
use crate::publish::xlsx::style::Style;
use crate::publish::xlsx::worksheet::Page;
use jiff::civil::Date;
use rust_xlsxwriter::ColNum;
use rust_xlsxwriter::DocProperties;
use rust_xlsxwriter::ExcelDateTime;
use rust_xlsxwriter::RowNum;
use rust_xlsxwriter::Url;
use rust_xlsxwriter::Workbook;
use rust_xlsxwriter::Worksheet;
use rust_xlsxwriter::XlsxError;
use unicode_width::UnicodeWidthStr;

pub(super) struct Xlsx;

impl Target for Xlsx {
    fn name(&self) -> &'static str {
        "xlsx"
    }

    fn write(&self, edition: &Edition<'_>, put: &mut Put<'_>) -> Result<(), PublishError> {
        let name = format!("{}_{}.xlsx", edition.lang.words().file, edition.as_of);
        let (bytes, note) =
            workbook(edition, Room::FULL).map_err(|source| PublishError::Workbook {
                name: name.as_str().into(),
                source,
            })?;
        put(Document { name, bytes, note })
    }
}

/// How much a workbook takes.
#[derive(Debug, Clone, Copy)]
struct Room {
    /// Of one worksheet, less its header.
    rows: usize,
    /// Of all worksheets together.
    cells: usize,
}

impl Room {
    /// The rows are Excel's limit. A cell costs about 150 bytes while the workbook is made, so these stay under a
    /// gigabyte; nobody reads more.
    const FULL: Self = Self {
        rows: 1_048_575,
        cells: 5_000_000,
    };

    /// The most cells that one worksheet may have: small ones are left whole and the large ones share what remains.
    fn most_cells(self, mut sizes: Vec<usize>) -> usize {
        sizes.sort_unstable();
        let mut free = self.cells;
        for (nth, size) in sizes.iter().enumerate() {
            let share = free / (sizes.len() - nth);
            if *size > share {
                return share;
            }
            free -= size;
        }
        self.cells
    }
}

/// The workbook and what was left out of it.
fn workbook(edition: &Edition<'_>, room: Room) -> Result<(Vec<u8>, Option<String>), XlsxError> {
    let mut workbook = Workbook::new();
    let style = Style::of(edition.lang);
    workbook.set_default_format(&style.body, style.row_pixels, style::COLUMN_PIXELS)?;
    // The library would otherwise write the time of day.
    let properties = DocProperties::new()
        .set_title(edition.title)
        .set_author("sellerlake")
        .set_creation_datetime(&creation(edition.as_of)?);
    workbook.set_properties(&properties);

    let sheets: Vec<_> = edition.tables.iter().map(|table| table.sheet).collect();
    let names = label::sheet_names(edition.lang, &sheets);
    let sizes = sheets
        .iter()
        .map(|s| s.batch.num_rows() * s.columns.len())
        .collect();
    let most_cells = room.most_cells(sizes);
    let mut tabs = style::Tabs::new();
    let mut pages = Vec::new();
    for (table, name) in edition.tables.iter().zip(names) {
        let max_rows = room.rows.min(most_cells / table.sheet.columns.len().max(1));
        let tab = tabs.colour(table.sheet.group);
        pages.push(Page::of(edition.lang, table, name, tab, max_rows));
    }
    contents(edition, &pages, &style, workbook.add_worksheet())?;
    let mut n_cut = 0;
    for page in &pages {
        n_cut += page.write(edition.lang, &style, workbook.add_worksheet())?;
    }
    glossary(edition, &pages, &style, workbook.add_worksheet())?;

    let mut notes: Vec<String> = pages.iter().filter_map(Page::note).collect();
    if n_cut > 0 {
        notes.push(format!(
            "{n_cut} texts that no cell has room for are cut; csv has them whole"
        ));
    }
    let note = (!notes.is_empty()).then(|| notes.join("; "));
    Ok((workbook.save_to_buffer()?, note))
}

fn creation(day: Date) -> Result<ExcelDateTime, XlsxError> {
    let field = |value: i8| u8::try_from(value).unwrap_or(1);
    let year = u16::try_from(day.year()).unwrap_or(1900);
    ExcelDateTime::from_ymd(year, field(day.month()), field(day.day()))
}

/// The width of a column of sentences, in digits; letters are narrower, so that it holds as many of them at least.
const PROSE: u32 = 64;

/// A sentence over as many lines as it needs. Not every program finds the height of a row by itself.
fn write_wrapped(
    sheet: &mut Worksheet,
    style: &Style,
    row: RowNum,
    column: ColNum,
    text: &str,
) -> Result<(), XlsxError> {
    let lines = worksheet::count(text.width()).div_ceil(PROSE).max(1);
    if lines > 1 {
        sheet.set_row_height_pixels(row, lines * style.row_pixels)?;
    }
    sheet.write_string_with_format(row, column, text, &style.wrapped)?;
    Ok(())
}

/// What lies in the workbook, with links, and what its colours mean.
fn contents(
    edition: &Edition<'_>,
    pages: &[Page<'_>],
    style: &Style,
    sheet: &mut Worksheet,
) -> Result<(), XlsxError> {
    let words = edition.lang.words();
    sheet.set_name(words.contents)?.set_screen_gridlines(false);
    sheet
        .set_row_height(0, 30)?
        .write_string_with_format(0, 0, edition.title, &style.title)?;
    let as_of = format!("{} {}", words.as_of, edition.as_of);
    sheet.write_string_with_format(1, 0, as_of, &style.quiet)?;
    let heads = [
        words.sheet,
        words.group,
        words.rows,
        words.columns,
        words.note,
        words.mart,
    ];
    for ((column, head), width) in (0..).zip(heads).zip([34, 24, 12, 10, PROSE, 24]) {
        sheet.set_column_width(column, width)?;
        let counts = matches!(column, 2 | 3);
        let format = if counts {
            &style.head_centre
        } else {
            &style.head
        };
        sheet.write_string_with_format(3, column, head, format)?;
    }
    let mut row = 4;
    for page in pages {
        let link = Url::new(format!("internal:'{}'!A1", page.name)).set_text(&page.name);
        sheet.write_url_with_format(row, 0, link, &style.link)?;
        sheet.write_string(row, 1, page.table.sheet.group)?;
        sheet.write_number_with_format(row, 2, worksheet::count(page.rows()), &style.count)?;
        let n_columns = page.table.sheet.columns.len();
        sheet.write_number_with_format(row, 3, worksheet::count(n_columns), &style.count)?;
        if let Some(kept) = page.kept {
            write_wrapped(sheet, style, row, 4, &edition.lang.cut(kept, page.rows()))?;
        }
        sheet.write_string_with_format(row, 5, page.table.sheet.name, &style.quiet)?;
        row += 1;
    }
    let link = Url::new(format!("internal:'{}'!A1", words.glossary)).set_text(words.glossary);
    sheet.write_url_with_format(row, 0, link, &style.link)?;

    row += 2;
    sheet.write_string_with_format(row, 0, words.colours, &style.strong)?;
    let legend = [
        (&style.good, words.good),
        (&style.bad, words.bad),
        (&style.act, words.act),
        (&style.doubt, words.doubt),
    ];
    for (format, meaning) in legend {
        row += 1;
        sheet.write_string_with_format(row, 0, meaning, format)?;
    }
    worksheet::page_setup(sheet);
    sheet.set_print_fit_to_pages(1, 0);
    Ok(())
}

/// Every column of every sheet in words; filtered by sheet when somebody asks what a figure is.
fn glossary(
    edition: &Edition<'_>,
    pages: &[Page<'_>],
    style: &Style,
    sheet: &mut Worksheet,
) -> Result<(), XlsxError> {
    let words = edition.lang.words();
    sheet.set_name(words.glossary)?.set_freeze_panes(1, 0)?;
    let heads = [
        words.sheet,
        words.title,
        words.unit,
        words.meaning,
        words.column,
    ];
    for ((column, head), width) in (0..).zip(heads).zip([26, 32, 28, PROSE, 28]) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, head, &style.head)?;
    }
    let mut row = 0;
    for page in pages {
        for (column, title) in page.table.sheet.columns.iter().zip(&page.titles) {
            row += 1;
            sheet.write_string_with_format(row, 0, &page.name, &style.top)?;
            sheet.write_string_with_format(row, 1, title, &style.top)?;
            sheet.write_string_with_format(row, 2, edition.lang.unit(column.unit), &style.top)?;
            write_wrapped(sheet, style, row, 3, edition.lang.meaning(column))?;
            sheet.write_string_with_format(row, 4, column.name, &style.top)?;
        }
    }
    sheet.autofilter(0, 0, row, 4)?;
    worksheet::page_setup(sheet);
    sheet.set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    Ok(())
}

#[cfg(test)]
pub(super) mod sample;
#[cfg(test)]
mod tests;
