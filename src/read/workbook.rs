//! Workbooks other than xlsx: xls, xlsb and ods, read whole through calamine. Knows nothing of reports.

use crate::model::raw::CellKind;
use crate::model::raw::RawChunk;
use crate::read::WorkbookFormat;
use crate::read::biff;
use crate::read::biff::Look;
use crate::read::error::Amount;
use crate::read::error::Bound;
use crate::read::error::Origin;
use crate::read::error::ReadError;
use crate::read::number;
use crate::read::number::Epoch;
use crate::read::rows::ChunkSize;
use crate::read::rows::RowDraft;
use crate::read::table::Handle;
use crate::read::table::Table;
use crate::read::xlsx;
use calamine::Cell;
use calamine::CellType;
use calamine::Data;
use calamine::DataType;
use calamine::ExcelDateTime;
use calamine::Ods;
use calamine::OdsError;
use calamine::Reader;
use calamine::SheetType;
use calamine::SheetVisible;
use calamine::Xls;
use calamine::XlsError;
use calamine::Xlsb;
use calamine::XlsbError;
use std::io::Cursor;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// A kind of workbook that is read whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Xls,
    Xlsb,
    Ods,
}

impl Format {
    pub(super) const fn shown(self) -> WorkbookFormat {
        match self {
            Self::Xls => WorkbookFormat::Xls,
            Self::Xlsb => WorkbookFormat::Xlsb,
            Self::Ods => WorkbookFormat::Ods,
        }
    }
}

/// Cells that a workbook may lay out in memory, and bytes that its parts may unpack to there.
pub(super) const MOST_CELLS: u64 = 8_000_000;
pub(super) const MOST_BYTES: u64 = 256 << 20;

/// Reads all sheets of a workbook, `bytes` being the whole file. A fault in the library that reads it is an error of the
/// file, not a crash. `sheet_cells` is how many one sheet may have.
pub(super) fn open(
    format: Format,
    bytes: &[u8],
    sheet_cells: u64,
    origin: &Origin,
) -> Result<Vec<Table>, ReadError> {
    let broken = || ReadError::Workbook {
        origin: origin.clone(),
        problem: "its structure cannot be followed".to_owned(),
    };
    if format == Format::Xls {
        match biff::look(bytes).ok_or_else(broken)? {
            Look::Cells(0..=MOST_CELLS) => {}
            Look::Cells(_) => return Err(too_many(origin)),
            Look::Protected => {
                return Err(ReadError::Protected {
                    origin: origin.clone(),
                });
            }
        }
    }
    let mut room = Room {
        sheet_cells,
        left: MOST_CELLS,
    };
    let read = move || match format {
        Format::Xls => {
            let mut workbook = Xls::new(Cursor::new(bytes)).map_err(|why| xls(origin, why))?;
            let epoch = epoch(workbook.has_1904_epoch());
            let fill = |workbook: &mut Xls<_>, sheet: &str, grid: &mut Grid| {
                grid.fill(&workbook.worksheet_range(sheet)?, epoch);
                Ok(())
            };
            tables(&mut workbook, origin, &mut room, fill, xls)
        }
        Format::Xlsb => {
            let mut workbook = Xlsb::new(Cursor::new(bytes)).map_err(|why| xlsb(origin, why))?;
            let epoch = epoch(workbook.has_1904_epoch());
            // A range would lay out every cell between the first and the last, which a stray cell makes billions.
            let fill = |workbook: &mut Xlsb<_>, sheet: &str, grid: &mut Grid| {
                let mut cells = workbook.worksheet_cells_reader(sheet)?;
                while let Some(cell) = cells.next_cell()? {
                    grid.add(&cell, epoch);
                    if grid.is_full() {
                        break;
                    }
                }
                Ok(())
            };
            tables(&mut workbook, origin, &mut room, fill, xlsb)
        }
        Format::Ods => {
            let mut workbook = Ods::new(Cursor::new(bytes)).map_err(|why| ods(origin, why))?;
            let fill = |workbook: &mut Ods<_>, sheet: &str, grid: &mut Grid| {
                grid.fill(&workbook.worksheet_range(sheet)?, Epoch::Y1900);
                Ok(())
            };
            tables(&mut workbook, origin, &mut room, fill, ods)
        }
    };
    panic::catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(broken()))
}

fn epoch(is_1904: bool) -> Epoch {
    if is_1904 { Epoch::Y1904 } else { Epoch::Y1900 }
}

fn xls(origin: &Origin, why: XlsError) -> ReadError {
    match why {
        XlsError::Password => ReadError::Protected {
            origin: origin.clone(),
        },
        why => ReadError::OldWorkbook {
            origin: origin.clone(),
            source: Box::new(why.into()),
        },
    }
}

fn xlsb(origin: &Origin, why: XlsbError) -> ReadError {
    match why {
        XlsbError::Password => ReadError::Protected {
            origin: origin.clone(),
        },
        why => ReadError::OldWorkbook {
            origin: origin.clone(),
            source: Box::new(why.into()),
        },
    }
}

fn ods(origin: &Origin, why: OdsError) -> ReadError {
    match why {
        OdsError::Password => ReadError::Protected {
            origin: origin.clone(),
        },
        why => ReadError::OldWorkbook {
            origin: origin.clone(),
            source: Box::new(why.into()),
        },
    }
}

fn tables<RS, R: Reader<RS>>(
    workbook: &mut R,
    origin: &Origin,
    room: &mut Room,
    fill: impl Fn(&mut R, &str, &mut Grid) -> Result<(), R::Error>,
    fault: impl Fn(&Origin, R::Error) -> ReadError,
) -> Result<Vec<Table>, ReadError>
where
    RS: std::io::Read + std::io::Seek,
{
    let sheets = workbook.sheets_metadata().to_vec();
    let open = |sheet: calamine::Sheet| {
        if sheet.visible != SheetVisible::Visible {
            return Ok(Table::skipped(sheet.name, "hidden sheet"));
        }
        if sheet.typ != SheetType::WorkSheet {
            return Ok(Table::skipped(sheet.name, "sheet without cells"));
        }
        let origin = origin.sheet(&sheet.name);
        let mut grid = Grid {
            room: room.sheet_cells.min(room.left),
            ..Grid::default()
        };
        fill(workbook, &sheet.name, &mut grid).map_err(|why| fault(&origin, why))?;
        if grid.is_full() && room.sheet_cells < room.left {
            let bound = Bound::SheetCells(room.sheet_cells);
            return Err(ReadError::Bomb { origin, bound });
        }
        if grid.is_full() {
            return Err(too_many(&origin));
        }
        room.left -= grid.n_cells;
        Table::open(Some(sheet.name), Handle::Held(Arc::new(grid.finish())))
    };
    sheets.into_iter().map(open).collect()
}

/// How many cells may still come.
struct Room {
    sheet_cells: u64,
    /// Of all sheets.
    left: u64,
}

fn too_many(origin: &Origin) -> ReadError {
    let bound = Bound::HeldWorkbook(Amount::Cells(MOST_CELLS));
    ReadError::bomb(origin, bound)
}

/// A sheet being collected from cells that come row by row.
#[derive(Default)]
struct Grid {
    chunks: Vec<RawChunk>,
    draft: RowDraft,
    /// Counted from 0; none before the first cell.
    row: Option<u32>,
    n_cells: u64,
    /// Cells that there may be.
    room: u64,
}

impl Grid {
    fn fill(&mut self, range: &calamine::Range<Data>, epoch: Epoch) {
        let (first_row, first_column) = range.start().unwrap_or_default();
        for (row, cells) in (first_row..).zip(range.rows()) {
            for (column, value) in (first_column..).zip(cells) {
                if *value != Data::Empty {
                    self.add(&Cell::new((row, column), value.clone()), epoch);
                }
            }
        }
    }

    /// Whether there are more cells than there may be.
    fn is_full(&self) -> bool {
        self.n_cells > self.room
    }

    fn add<T: CellType + DataType>(&mut self, cell: &Cell<T>, epoch: Epoch) {
        self.n_cells += 1;
        if self.is_full() {
            return;
        }
        let (row, column) = cell.get_position();
        if self.row.is_some_and(|current| current != row) {
            self.end_row();
        }
        if self.row.is_none() {
            self.draft.clear();
            self.row = Some(row);
        }
        self.draft
            .cell(column, |out| write(cell.get_value(), epoch, out));
    }

    fn end_row(&mut self) {
        let Some(row) = self.row.take() else { return };
        if self
            .chunks
            .last()
            .is_none_or(|chunk| chunk.n_bytes() > ChunkSize::USUAL.bytes)
        {
            self.chunks.push(RawChunk::default());
        }
        if let Some(chunk) = self.chunks.last_mut() {
            self.draft.finish(row.saturating_add(1), chunk);
        }
    }

    fn finish(mut self) -> Vec<RawChunk> {
        self.end_row();
        self.chunks
    }
}

fn write(value: &impl DataType, epoch: Epoch, out: &mut String) -> CellKind {
    if let Some(moment) = value.get_datetime() {
        return write_moment(moment, epoch, out);
    }
    if let Some(text) = value.get_datetime_iso() {
        out.push_str(xlsx::iso_date(text));
        return CellKind::Date;
    }
    if let Some(text) = value.get_string().or_else(|| value.get_duration_iso()) {
        out.push_str(text);
        return CellKind::Text;
    }
    if let Some(truth) = value.get_bool() {
        out.push_str(if truth { "true" } else { "false" });
        return CellKind::Bool;
    }
    if let Some(error) = value.get_error() {
        out.push_str(&error.to_string());
        return CellKind::Error;
    }
    match value.get_int() {
        Some(whole) => out.push_str(&whole.to_string()),
        None => value
            .get_float()
            .into_iter()
            .for_each(|value| number::write_float(value, out)),
    }
    CellKind::Number
}

fn write_moment(moment: ExcelDateTime, epoch: Epoch, out: &mut String) -> CellKind {
    if moment.is_datetime() && number::write_date(moment.as_f64(), epoch, out) {
        return CellKind::Date;
    }
    number::write_float(moment.as_f64(), out);
    CellKind::Number
}
