//! How a column's cells are written, and what is asked where nobody can know. Plain values; `evidence` makes them.

use crate::decode::number::DecimalSign;
use crate::model::market::DateOrder;
use crate::model::market::Market;
use std::collections::BTreeMap;
use std::fmt;

/// How the text cells of one column are written. It prints itself with its evidence.
///
/// What is not decided is not guessed: a cell is then a value only if there is just one that it can be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Style {
    pub decimal: Option<DecimalSign>,
    /// Day or month first; of years that stand first the text itself tells.
    pub order: Option<DateOrder>,
    /// What was decided and why, in words; empty for a column that has no style.
    pub reason: Box<str>,
}

impl Style {
    pub(crate) const fn order_name(order: DateOrder) -> &'static str {
        match order {
            DateOrder::DayFirst => "day first",
            DateOrder::MonthFirst => "month first",
            DateOrder::YearFirst => "year first",
        }
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// What is known before the first cell: it decides only what the file leaves open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prior {
    pub market: Option<Market>,
    /// The user's answer to [`Asked::DateOrder`].
    pub date_order: Option<DateOrder>,
    /// The user's answer to [`Asked::DecimalSign`].
    pub decimal: Option<DecimalSign>,
}

/// The styles of a table's columns, and what they leave open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// One per field.
    pub styles: Vec<Style>,
    /// The table must wait while there are any: cells that they are about would be bad.
    pub questions: Vec<Question>,
    /// Currency signs and codes beside amounts of money, and how many cells have them.
    pub money_signs: BTreeMap<&'static str, u64>,
}

/// Something about a column that the file does not tell and that would change its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Which of the fields.
    pub field: usize,
    /// The column as the report names it.
    pub label: Box<str>,
    pub asked: Asked,
    /// The first cells of the table that could be read either way, or else that can only be read in opposite ways.
    pub examples: Vec<Box<str>>,
}

/// What a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    DecimalSign,
    DateOrder,
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let asked = match self.asked {
            Asked::DecimalSign => "does the separator stand before a fraction or between thousands",
            Asked::DateOrder => "does the day or the month come first",
        };
        write!(
            f,
            "column {:?}: {asked} in {}",
            self.label,
            self.examples.join(", ")
        )?;
        f.write_str("? No cell of the file says so")
    }
}
