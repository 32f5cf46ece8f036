//! How a column looks in a spreadsheet: number format, side, width, colours. Follows from its type, its unit and the
//! endings of names that the house uses; knows no mart.

use crate::publish::SheetColumn;
use crate::publish::cell::Cell;
use crate::publish::cell::Cells;
use unicode_width::UnicodeWidthStr;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// As Excel writes number formats.
    pub(super) number: &'static str,
    pub(super) side: Side,
    pub(super) cue: Option<Cue>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Centre,
    Right,
}

/// What colour says about a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cue {
    /// Yes is good, no is bad.
    Verdict,
    /// Yes wants attention.
    Attention,
    /// Any text wants attention.
    Advice,
    /// No means that the figures of the row are preliminary.
    Sound,
}

impl Look {
    pub(super) fn of(column: &SheetColumn<'_>, cells: Cells<'_>) -> Self {
        let (number, side) = match cells {
            // As text, so that an id keeps its zeros and digits when somebody edits the cell.
            Cells::Text(_) => ("@", Side::Left),
            Cells::Bool(_) => ("@", Side::Centre),
            Cells::Date(_) if column.name == "month" => ("yyyy-mm", Side::Centre),
            Cells::Date(_) => ("yyyy-mm-dd", Side::Centre),
            Cells::Moment(_) => ("yyyy-mm-dd hh:mm", Side::Centre),
            // A whole number without a unit is a number of something, such as a slot, and no amount.
            Cells::Integer(_) if column.unit.is_empty() => ("0", Side::Right),
            Cells::Integer(_) => ("#,##0", Side::Right),
            Cells::Decimal(_) | Cells::Double(_) => (figure(column.unit), Side::Right),
        };
        Self {
            number,
            side,
            cue: cue(column.name, cells),
        }
    }
}

fn figure(unit: &str) -> &'static str {
    match unit {
        "fraction" => "0.0%",
        "probability" => "0.000",
        "days" => "#,##0.0",
        _ => "#,##0.00",
    }
}

fn cue(name: &str, cells: Cells<'_>) -> Option<Cue> {
    let ends =
        |word: &str| name == word || name.strip_suffix(word).is_some_and(|n| n.ends_with('_'));
    match cells {
        Cells::Bool(_) if ends("pass") || ends("on_target") => Some(Cue::Verdict),
        Cells::Bool(_) if ends("significant") => Some(Cue::Attention),
        Cells::Bool(_) if name == "complete" || name == "mature" => Some(Cue::Sound),
        Cells::Text(_) if ends("suggestion") => Some(Cue::Advice),
        _ => None,
    }
}

/// Rows that are measured for the width of a column: all that a person is likely to see without searching.
const MEASURED_ROWS: usize = 1_000;

const NARROWEST: usize = 8;
const WIDEST: usize = 46;
/// Room for the button of the filter beside a title, and for the padding of a cell.
const BUTTON: usize = 3;
const PADDING: usize = 2;
/// What stands between a number and the right edge.
const INDENT: usize = 1;

/// The width of a column in digits of the body text, and over how many lines its title runs then.
pub(super) fn width(title: &str, cells: Cells<'_>, rows: usize, look: Look) -> (usize, usize) {
    let widest = (0..rows.min(MEASURED_ROWS))
        .map(|row| shown(cells.at(row), look))
        .max();
    let indent = if look.side == Side::Right { INDENT } else { 0 };
    let body = widest.unwrap_or(0) + PADDING + indent;
    let title_width = title.width();
    let longest_word = title
        .split(' ')
        .map(UnicodeWidthStr::width)
        .max()
        .unwrap_or(0);
    // Chinese breaks anywhere, English only between words; nothing narrower than half the title, so two lines are the rule.
    let breaks_anywhere = title_width != title.chars().count();
    let half = title_width.div_ceil(2) + 1;
    let head = if breaks_anywhere {
        half.max(6)
    } else {
        half.max(longest_word)
    };
    let width = body
        .max(head.min(title_width) + BUTTON)
        .clamp(NARROWEST, WIDEST);
    (
        width,
        title_width
            .div_ceil(width.saturating_sub(BUTTON).max(1))
            .clamp(1, 3),
    )
}

/// How many digits wide a cell is on the screen.
fn shown(cell: Cell<'_>, look: Look) -> usize {
    match cell {
        Cell::Empty => 0,
        // Only the first line is seen in a row of normal height.
        Cell::Text(text) => text.lines().next().unwrap_or("").width().min(WIDEST),
        Cell::Bool(_) => 3,
        Cell::Date(_) | Cell::Moment(_) => look.number.len(),
        Cell::Integer(value) => grouped(value.unsigned_abs().checked_ilog10(), value < 0),
        Cell::Double(value) if look.number.ends_with('%') => digits(value * 100.0) + 3,
        Cell::Double(value) => digits(value) + 3,
        Cell::Decimal(value) => {
            let whole = value.exact().split('.').next().map_or(0, str::len);
            whole + whole.saturating_sub(1) / 3 + 3
        }
    }
}

fn digits(value: f64) -> usize {
    let whole = format!("{value:.0}").len();
    whole + whole.saturating_sub(1) / 3
}

fn grouped(log: Option<u32>, negative: bool) -> usize {
    let digits = log.map_or(1, |log| log as usize + 1);
    digits + (digits - 1) / 3 + usize::from(negative)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::BooleanArray;
    use arrow::array::Date32Array;
    use arrow::array::Float64Array;
    use arrow::array::Int64Array;
    use arrow::array::StringArray;

    #[test]
    fn looks() {
        let (text, bools) = (StringArray::from(vec!["x"]), BooleanArray::from(vec![true]));
        let (dates, doubles) = (Date32Array::from(vec![0]), Float64Array::from(vec![0.0]));
        let integers = Int64Array::from(vec![0]);
        let (text, bools) = (Cells::Text(&text), Cells::Bool(&bools));
        let (dates, doubles) = (Cells::Date(&dates), Cells::Double(&doubles));
        let integers = Cells::Integer(&integers);
        for (name, unit, cells, number, cue) in [
            ("campaign_id", "", text, "@", None),
            ("suggestion", "", text, "@", Some(Cue::Advice)),
            ("suggestion_basis", "", text, "@", None),
            ("on_target", "", bools, "@", Some(Cue::Verdict)),
            ("acos_pass", "", bools, "@", Some(Cue::Verdict)),
            ("bypass", "", bools, "@", None),
            ("significant", "", bools, "@", Some(Cue::Attention)),
            ("mature", "", bools, "@", Some(Cue::Sound)),
            ("month", "", dates, "yyyy-mm", None),
            ("week_start", "", dates, "yyyy-mm-dd", None),
            ("slot", "", integers, "0", None),
            ("clicks", "count", integers, "#,##0", None),
            ("acos", "fraction", doubles, "0.0%", None),
            ("cpc", "currency", doubles, "#,##0.00", None),
            ("p_no_order", "probability", doubles, "0.000", None),
        ] {
            let column = SheetColumn {
                name,
                meaning: "",
                meaning_zh: "",
                unit,
            };
            let look = Look::of(&column, cells);
            assert_eq!((look.number, look.cue), (number, cue), "{name}");
        }
    }

    #[test]
    fn widths_know_full_width_characters() {
        let values = StringArray::from(vec!["行李箱收纳袋", "x"]);
        let cells = Cells::Text(&values);
        let look = Look {
            number: "@",
            side: Side::Left,
            cue: None,
        };
        assert_eq!(width("品名", cells, 2, look), (14, 1));
        assert_eq!(
            width("没有行的一个很长很长的中文标题", cells, 0, look),
            (19, 2)
        );
        assert_eq!(width("A", cells, 0, look), (8, 1));
        assert_eq!(width("Impressions, before", cells, 0, look).0, 15);
    }

    #[test]
    fn shown_widths() {
        let look = Look {
            number: "#,##0.00",
            side: Side::Right,
            cue: None,
        };
        for (cell, expected) in [
            (Cell::Integer(0), 1),
            (Cell::Integer(-1_234_567), 10),
            (Cell::Double(1_234.5), 8),
            (Cell::Text("first\nsecond line"), 5),
        ] {
            assert_eq!(shown(cell, look), expected, "{cell:?}");
        }
    }
}
