//! The cells of one row, put together in any order and written out in that of the columns.

use crate::model::nesting::Clock;
use crate::model::raw::CellKind;
use crate::model::raw::RawChunk;
use crate::read::nested::tape::Kind;
use crate::read::nested::tape::Tape;
use crate::read::number;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write as _;

#[derive(Debug, Clone, Copy)]
struct Cell {
    column: usize,
    start: usize,
    end: usize,
    kind: CellKind,
    in_list: bool,
}

/// What stands between the values of a list that share a cell.
const BETWEEN: &str = ";";

/// One row being put together.
#[derive(Debug, Default)]
pub(super) struct Cells {
    text: String,
    written: Vec<Cell>,
    /// Clocks of the columns, by column.
    clocks: Vec<Option<Clock>>,
}

impl Cells {
    pub(super) fn of(clocks: Vec<Option<Clock>>) -> Self {
        Self {
            clocks,
            ..Self::default()
        }
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.written.clear();
    }

    /// Adds a value of a tape.
    pub(super) fn add(&mut self, column: usize, tape: &Tape, node: usize, in_list: bool) {
        let kind = match tape.kind(node) {
            Kind::Text => CellKind::Text,
            Kind::Number => CellKind::Number,
            Kind::Bool => CellKind::Bool,
            Kind::Null | Kind::Object | Kind::Array => return,
        };
        self.put(column, tape.text(node), kind, in_list);
    }

    /// Adds a text.
    pub(super) fn put(&mut self, column: usize, text: &str, kind: CellKind, in_list: bool) {
        let start = self.text.len();
        let clock = self.clocks.get(column).copied().flatten();
        let kind = write(text, kind, clock, &mut self.text);
        self.written.push(Cell {
            column,
            start,
            end: self.text.len(),
            kind,
            in_list,
        });
    }

    /// Moves the row into the chunk; false where all of it is blank.
    pub(super) fn finish(&mut self, number: u32, chunk: &mut RawChunk) -> bool {
        if self.text.is_empty() {
            return false;
        }
        if !self.written.is_sorted_by_key(|cell| cell.column) {
            self.written.sort_by_key(|cell| cell.column);
        }
        let (mut next, mut at) = (0, 0);
        while at < self.written.len() {
            let column = self.written[at].column;
            let of_it = self.written[at..]
                .iter()
                .take_while(|cell| cell.column == column)
                .count();
            while next < column {
                chunk.push_cell("", CellKind::Empty);
                next += 1;
            }
            let cells = &self.written[at..at + of_it];
            // Of a member that stands twice the later counts, as in all that reads JSON.
            match cells {
                [.., last] if of_it == 1 || !last.in_list => {
                    chunk.push_cell(&self.text[last.start..last.end], last.kind);
                }
                _ => {
                    let texts: Vec<&str> = cells
                        .iter()
                        .filter(|cell| cell.in_list)
                        .map(|cell| &self.text[cell.start..cell.end])
                        .collect();
                    chunk.push_cell(&texts.join(BETWEEN), CellKind::Text);
                }
            }
            next += 1;
            at += of_it;
        }
        chunk.end_row(number);
        true
    }
}

/// Writes a value as a cell holds it.
fn write(text: &str, kind: CellKind, clock: Option<Clock>, out: &mut String) -> CellKind {
    if let Some(clock) = clock
        && let Ok(count) = text.parse::<i64>()
    {
        // Nought and less stand for "never".
        if count > 0 && !write_time(count, clock, out) {
            out.push_str(text);
            return CellKind::Text;
        }
        return CellKind::Date;
    }
    let is_fraction =
        kind == CellKind::Number && text.bytes().any(|byte| !matches!(byte, b'0'..=b'9' | b'-'));
    if is_fraction && number::write_decimal(text, out) {
        return kind;
    }
    // Whole numbers stay as they are: codes have more digits than a double holds.
    out.push_str(text);
    kind
}

/// Writes the time that a count of units means, in UTC; false where it is beyond all calendars.
fn write_time(count: i64, clock: Clock, out: &mut String) -> bool {
    let time = count
        .checked_mul(clock.unit_ms)
        .and_then(|ms| ms.checked_add(clock.since_ms))
        .and_then(|ms| Timestamp::from_millisecond(ms).ok());
    time.is_some_and(|time| write!(out, "{}", TimeZone::UTC.to_datetime(time)).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_and_without_noise() {
        for (text, cell) in [
            ("318247289347293847", "318247289347293847"),
            ("-12", "-12"),
            ("0.30000000000000004", "0.3"),
            ("19.990", "19.99"),
            ("12345.0", "12345"),
            ("1E-7", "0.0000001"),
            ("0.0875", "0.0875"),
        ] {
            let mut out = String::new();
            assert_eq!(
                write(text, CellKind::Number, None, &mut out),
                CellKind::Number
            );
            assert_eq!(out, cell, "{text}");
        }
    }

    #[test]
    fn counts_of_time_become_times() {
        let minutes = Clock {
            unit_ms: 60_000,
            since_ms: 1_293_840_000_000,
        };
        let milliseconds = Clock {
            unit_ms: 1,
            since_ms: 0,
        };
        for (text, clock, cell) in [
            ("8057266", minutes, "2026-04-27T07:46:00"),
            ("411180", minutes, "2011-10-13T13:00:00"),
            ("1778386768884", milliseconds, "2026-05-10T04:19:28.884"),
            ("0", minutes, ""),
            ("-1", minutes, ""),
            ("2026-01-01", minutes, "2026-01-01"),
            ("9223372036854775807", minutes, "9223372036854775807"),
        ] {
            let mut out = String::new();
            write(text, CellKind::Number, Some(clock), &mut out);
            assert_eq!(out, cell, "{text}");
        }
    }
}
