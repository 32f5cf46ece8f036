//! A workbook of one sheet that is written row by row: of all rows only the one being written is in memory. Titles are
//! the columns' own names, so that a program finds them again.

use crate::publish::cell::Cell;
use crate::publish::cell::Cells;
use crate::publish::export::Exported;
use crate::publish::export::Wanted;
use crate::publish::label;
use crate::publish::label::Lang;
use crate::publish::look;
use crate::publish::look::Look;
use crate::publish::xlsx::Room;
use crate::publish::xlsx::style::COLUMN_PIXELS;
use crate::publish::xlsx::style::Style;
use crate::publish::xlsx::worksheet;
use rust_xlsxwriter::ColNum;
use rust_xlsxwriter::DocProperties;
use rust_xlsxwriter::RowNum;
use rust_xlsxwriter::Workbook;
use rust_xlsxwriter::Worksheet;
use rust_xlsxwriter::XlsxError;
use std::io::Write;

pub(in crate::publish) struct Streamed<'a> {
    wanted: &'a Wanted<'a>,
    workbook: Workbook,
    style: Style,
    /// The row that was written last; the header is row 0.
    last: RowNum,
    /// Whether the columns got their looks, which the first batch decides.
    is_dressed: bool,
    exported: Exported,
}

impl<'a> Streamed<'a> {
    pub(in crate::publish) fn of(wanted: &'a Wanted<'a>) -> Result<Self, XlsxError> {
        let mut workbook = Workbook::new();
        let style = Style::of(Lang::En);
        workbook.set_default_format(&style.body, style.row_pixels, COLUMN_PIXELS)?;
        // The library would otherwise write the time of day.
        workbook.set_properties(
            &DocProperties::new()
                .set_title(wanted.name)
                .set_author("sellerlake")
                .set_creation_datetime(&super::creation(wanted.as_of)?),
        );
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet
            .set_name(label::shortened(wanted.name, MAX_NAME))?
            .set_freeze_panes(1, 0)?;
        Ok(Self {
            wanted,
            workbook,
            style,
            last: 0,
            is_dressed: false,
            exported: Exported::default(),
        })
    }

    fn sheet(&mut self) -> Result<&mut Worksheet, XlsxError> {
        self.workbook.worksheet_from_index(0)
    }

    /// Widths and formats go before the first row, which is gone once the second is written.
    fn dress(&mut self, cells: &[Cells<'_>]) -> Result<(), XlsxError> {
        let wanted = self.wanted;
        let sheet = self.workbook.worksheet_from_index(0)?;
        for ((at, column), cells) in (0..).zip(wanted.columns).zip(cells) {
            let look = Look::of(column, *cells);
            let (width, _) = look::width(column.name, *cells, cells.len(), look);
            sheet.set_column_width(at, worksheet::count(width))?;
            sheet.set_column_format(at, &self.style.column(look))?;
        }
        self.head()
    }

    fn head(&mut self) -> Result<(), XlsxError> {
        self.is_dressed = true;
        let wanted = self.wanted;
        let sheet = self.workbook.worksheet_from_index(0)?;
        for (at, column) in (0..).zip(wanted.columns) {
            sheet.write_string_with_format(0, at, column.name, &self.style.head)?;
        }
        Ok(())
    }

    /// The next rows, while there is room.
    pub(in crate::publish) fn push(&mut self, cells: &[Cells<'_>]) -> Result<(), XlsxError> {
        if !self.is_dressed {
            self.dress(cells)?;
        }
        let n = cells.first().map_or(0, |cells| cells.len());
        let taken = usize::try_from(self.last).unwrap_or(usize::MAX);
        let room = Room::FULL.rows.saturating_sub(taken).min(n);
        let (mut row, mut cut) = (self.last, 0);
        let sheet = self.sheet()?;
        for nth in 0..room {
            row += 1;
            for (at, cells) in (0..).zip(cells) {
                match cells.at(nth) {
                    Cell::Bool(value) => {
                        sheet.write_boolean(row, at, value)?;
                    }
                    cell => cut += u64::from(worksheet::put(Lang::En, sheet, row, at, cell)?),
                }
            }
        }
        self.last = row;
        self.exported.rows += room as u64;
        self.exported.left_out += (n - room) as u64;
        self.exported.cut += cut;
        Ok(())
    }

    pub(in crate::publish) fn save(
        mut self,
        writer: impl Write + Send,
    ) -> Result<Exported, XlsxError> {
        if !self.is_dressed {
            self.head()?;
        }
        let last = self.last;
        if let Some(right) = self.wanted.columns.len().checked_sub(1) {
            let right = ColNum::try_from(right).unwrap_or(ColNum::MAX);
            self.sheet()?.autofilter(0, 0, last, right)?;
        }
        self.workbook.save_to_writer(writer)?;
        Ok(self.exported)
    }
}

/// UTF-16 units of a sheet's name.
const MAX_NAME: usize = 31;
