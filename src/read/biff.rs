//! A look into old xls workbooks before they are read: how many cells lie between the first and the last of each sheet.
//!
//! The library that reads them lays all of these out, so that one stray address of a damaged file would ask for more
//! memory than there is and end the program. Knows only as much of the format as that takes.

/// Columns that the format can have; rows are stored in 16 bits and cannot stray.
const COLUMNS: u16 = 256;
/// Streams below this size are kept in the small sectors of another stream.
const SMALL: usize = 4096;
const SMALL_SECTOR: usize = 64;
/// Sector numbers from here on are marks, not sectors.
const FIRST_MARK: u32 = 0xFFFF_FFFA;

/// Record types that begin with the row and the column of a cell.
const CELLS: &[u16] = &[
    0x0006, 0x00BD, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E,
];

/// Record that begins a sheet, or the list of sheets.
const BEGIN: u16 = 0x0809;
/// Record of a run of numbers, which ends with its last column.
const RUN: u16 = 0x00BD;

/// Record of a workbook with a password: what follows is encrypted.
const PASSWORD: u16 = 0x002F;

/// What a look into a workbook shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// The cells of all sheets that are laid out.
    Cells(u64),
    Protected,
}

/// None where the file's structure cannot be followed, or where a cell is in a column that there cannot be.
pub(super) fn look(file: &[u8]) -> Option<Look> {
    let compound = Compound::of(file)?;
    let stream = compound
        .stream("Workbook")
        .or_else(|| compound.stream("Book"))?;
    let (mut all, mut sheet) = (0_u64, Extent::default());
    let mut rest = &*stream;
    while let Some((head, body)) = rest.split_at_checked(4) {
        let (kind, length) = (short(head, 0)?, usize::from(short(head, 2)?));
        let Some((record, after)) = body.split_at_checked(length) else {
            break;
        };
        if kind == PASSWORD {
            return Some(Look::Protected);
        }
        if kind == BEGIN {
            all += sheet.cells();
            sheet = Extent::default();
        }
        if CELLS.contains(&kind) {
            let row = short(record, 0).unwrap_or(0);
            let first = short(record, 2).unwrap_or(0);
            let last = match kind {
                RUN => short(record, length.saturating_sub(2)).unwrap_or(0),
                _ => first,
            };
            if first.max(last) >= COLUMNS {
                return None;
            }
            sheet.add(row, first, last);
        }
        rest = after;
    }
    Some(Look::Cells(all + sheet.cells()))
}

/// From which to which row and column the cells of a sheet reach.
#[derive(Debug, Default)]
struct Extent(Option<[u16; 4]>);

impl Extent {
    fn add(&mut self, row: u16, first: u16, last: u16) {
        let [top, bottom, left, right] = self.0.unwrap_or([row, row, first, last]);
        self.0 = Some([
            top.min(row),
            bottom.max(row),
            left.min(first).min(last),
            right.max(first).max(last),
        ]);
    }

    fn cells(&self) -> u64 {
        self.0.map_or(0, |[top, bottom, left, right]| {
            (u64::from(bottom - top) + 1) * (u64::from(right - left) + 1)
        })
    }
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..at + 2)?
        .try_into()
        .ok()
        .map(u16::from_le_bytes)
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..at + 4)?
        .try_into()
        .ok()
        .map(u32::from_le_bytes)
}

fn longs(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|four| u32::from_le_bytes(*four))
}

/// The file system that old workbooks live in.
struct Compound<'a> {
    file: &'a [u8],
    sector_size: usize,
    /// By sector, the sector that follows.
    next: Vec<u32>,
    directory: Vec<u8>,
}

impl<'a> Compound<'a> {
    fn of(file: &'a [u8]) -> Option<Self> {
        let sector_size = match short(file, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut compound = Self {
            file,
            sector_size,
            next: Vec::new(),
            directory: Vec::new(),
        };
        let mut tables: Vec<u32> = longs(file.get(76..512)?).collect();
        let (mut more, mut left) = (long(file, 68)?, file.len() / sector_size);
        while more < FIRST_MARK && left > 0 {
            tables.extend(longs(compound.sector(more)?));
            more = tables.pop()?;
            left -= 1;
        }
        for table in tables.into_iter().filter(|table| *table < FIRST_MARK) {
            let follows = longs(compound.sector(table)?);
            compound.next.extend(follows);
        }
        compound.directory = compound.chain(long(file, 48)?)?;
        Some(compound)
    }

    fn sector(&self, number: u32) -> Option<&'a [u8]> {
        let start = (usize::try_from(number).ok()? + 1).checked_mul(self.sector_size)?;
        // The last sector may be cut short.
        self.file
            .get(start..self.file.len().min(start.checked_add(self.sector_size)?))
    }

    fn chain(&self, first: u32) -> Option<Vec<u8>> {
        let (mut bytes, mut sector) = (Vec::new(), first);
        while sector < FIRST_MARK && bytes.len() <= self.file.len() {
            bytes.extend_from_slice(self.sector(sector)?);
            sector = *self.next.get(usize::try_from(sector).ok()?)?;
        }
        Some(bytes)
    }

    /// First sector and size of a directory entry.
    fn entry(&self, name: &str) -> Option<(u32, usize)> {
        let name: Vec<u8> = name
            .encode_utf16()
            .chain([0])
            .flat_map(u16::to_le_bytes)
            .collect();
        let same =
            |entry: &&[u8]| entry.len() == 128 && entry[..name.len()].eq_ignore_ascii_case(&name);
        let entry = self.directory.chunks(128).find(same)?;
        Some((long(entry, 116)?, usize::try_from(long(entry, 120)?).ok()?))
    }

    fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let (first, size) = self.entry(name)?;
        let mut bytes = if size < SMALL {
            self.small_chain(first)?
        } else {
            self.chain(first)?
        };
        bytes.truncate(size);
        Some(bytes)
    }

    fn small_chain(&self, first: u32) -> Option<Vec<u8>> {
        let next: Vec<u32> = longs(&self.chain(long(self.file, 60)?)?).collect();
        let all = self.chain(long(&self.directory, 116)?)?;
        let (mut bytes, mut sector) = (Vec::new(), first);
        while sector < FIRST_MARK && bytes.len() < SMALL {
            let number = usize::try_from(sector).ok()?;
            bytes.extend_from_slice(all.chunks(SMALL_SECTOR).nth(number)?);
            sector = *next.get(number)?;
        }
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A compound file of one table sector, one directory sector and a stream of 4096 bytes.
    fn workbook(records: &[u8]) -> Vec<u8> {
        let mut file = vec![0; 512 * 3];
        file[30] = 9;
        file[48] = 1;
        file[68..512].fill(0xFF);
        file[76..80].copy_from_slice(&0_u32.to_le_bytes());
        let follows = (0..128_u32).map(|sector| {
            if (2..9).contains(&sector) {
                sector + 1
            } else {
                0xFFFF_FFFE
            }
        });
        file[512..1024].copy_from_slice(&follows.flat_map(u32::to_le_bytes).collect::<Vec<_>>());
        let name: Vec<u8> = "Workbook"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        file[1024..1024 + name.len()].copy_from_slice(&name);
        file[1024 + 116] = 2;
        file[1024 + 120..1024 + 124].copy_from_slice(&4096_u32.to_le_bytes());
        file.extend_from_slice(records);
        file.resize(512 * 3 + 4096, 0);
        file
    }

    #[test]
    fn cells_are_counted_from_the_first_to_the_last() {
        let number = |row: u8, column: u8, high: u8| {
            [&[3, 2, 14, 0, row, 0, column, high][..], &[0; 10]].concat()
        };
        let run = |first: u8, last: u8, high: u8| vec![0xBD, 0, 6, 0, 9, 0, first, 0, last, high];
        let sheet = vec![9, 8, 0, 0];
        let password = vec![0x2F, 0, 2, 0, 0, 0];
        let cases: [(Vec<u8>, Option<Look>); 8] = [
            (workbook(&number(9, 255, 0)), Some(Look::Cells(1))),
            (
                workbook(&[password, number(9, 0, 1)].concat()),
                Some(Look::Protected),
            ),
            (
                workbook(&[number(9, 1, 0), number(0, 3, 0)].concat()),
                Some(Look::Cells(30)),
            ),
            (
                workbook(&[number(9, 1, 0), sheet, number(0, 3, 0)].concat()),
                Some(Look::Cells(2)),
            ),
            (workbook(&run(2, 5, 0)), Some(Look::Cells(4))),
            (workbook(&[number(9, 1, 0), number(9, 0, 1)].concat()), None),
            (workbook(&run(1, 0, 4)), None),
            (b"no workbook".to_vec(), None),
        ];
        for (file, expected) in cases {
            assert_eq!(look(&file), expected);
        }
    }
}
