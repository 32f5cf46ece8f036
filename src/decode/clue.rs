//! What single cells tell about the style of their column, counted. Merging in any order gives the same counts and the same
//! examples, which are the first of the table by row.

use crate::decode::date::OrderClue;
use crate::decode::date::WrittenDate;
use crate::decode::dress::Dress;
use crate::decode::number;
use crate::decode::number::DecimalSign;
use crate::decode::number::Group;
use crate::decode::number::Written;
use crate::model::logical_type::LogicalType;
use crate::model::market::DateOrder;
use std::collections::BTreeMap;

/// Columns of one kind are written alike within a file; columns of different kinds may not be: a German business report
/// has `5.255,61 €` beside `1,807` and `2.32%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Money,
    /// Whole numbers.
    Count,
    /// Decimals and ratios.
    Real,
    Share,
}

impl Kind {
    pub(crate) const fn of(ty: LogicalType) -> Option<Self> {
        match ty {
            LogicalType::Money { .. } => Some(Self::Money),
            LogicalType::Integer | LogicalType::Rank | LogicalType::Bounded => Some(Self::Count),
            LogicalType::Decimal { .. } | LogicalType::Ratio => Some(Self::Real),
            LogicalType::Percent { .. } | LogicalType::Share => Some(Self::Share),
            LogicalType::Text
            | LogicalType::Id
            | LogicalType::Date
            | LogicalType::Timestamp
            | LogicalType::Bool
            | LogicalType::Market => None,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Money => "amounts of money",
            Self::Count => "counts",
            Self::Real => "decimals",
            Self::Share => "percentages",
        }
    }
}

/// What may stand beside the digits of a column's numbers. A ratio may be one of money: cost per click.
pub(crate) const fn dress_of(ty: LogicalType) -> Dress {
    match ty {
        LogicalType::Money { .. } | LogicalType::Ratio => Dress::Money,
        LogicalType::Percent { .. } | LogicalType::Share => Dress::Percent,
        _ => Dress::Bare,
    }
}

/// The first cells of a table, by row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Examples(Vec<(u32, Box<str>)>);

impl Examples {
    const MOST: usize = 3;

    fn push(&mut self, row: u32, text: &str) {
        if self.0.len() == Self::MOST && self.0.last().is_some_and(|(last, _)| *last < row) {
            return;
        }
        self.0.push((row, text.into()));
        self.settle();
    }

    fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
        self.settle();
    }

    fn settle(&mut self) {
        self.0.sort_unstable();
        self.0.truncate(Self::MOST);
    }

    pub(crate) fn first(&self) -> &str {
        self.0.first().map_or("", |(_, text)| text)
    }

    pub(crate) fn texts(&self) -> Vec<Box<str>> {
        self.0.iter().map(|(_, text)| text.clone()).collect()
    }
}

/// Cells that say the same, and the first of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) count: u64,
    pub(crate) examples: Examples,
}

impl Tally {
    fn push(&mut self, row: u32, text: &str) {
        self.count += 1;
        self.examples.push(row, text);
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.examples.merge(other.examples);
    }
}

/// What the text cells of a column of numbers tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct NumberClues {
    /// Cells that are a number only with a decimal point, and only with a decimal comma.
    pub(crate) point: Tally,
    pub(crate) comma: Tally,
    /// Cells that are different numbers with either: three digits behind a lone point, and behind a lone comma.
    pub(crate) open_point: Tally,
    pub(crate) open_comma: Tally,
    /// Cells that are the same number with either.
    pub(crate) neutral: u64,
    pub(crate) signed_percents: u64,
    pub(crate) bare_percents: u64,
    /// By [`Group`], for a decimal point and for a decimal comma.
    groups: [[u64; 4]; 2],
    pub(crate) marks: BTreeMap<&'static str, u64>,
}

const fn is_share(ty: LogicalType) -> bool {
    matches!(ty, LogicalType::Percent { .. } | LogicalType::Share)
}

impl NumberClues {
    pub(crate) fn observe(&mut self, ty: LogicalType, row: u32, text: &str) {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= 18 {
            self.neutral += 1;
            self.bare_percents += u64::from(is_share(ty));
            return;
        }
        let text = match ty {
            LogicalType::Share => text.trim_start_matches('<').trim(),
            LogicalType::Rank | LogicalType::Bounded => text
                .trim_start_matches(['>', '#', '≥'])
                .trim_end_matches('+')
                .trim(),
            _ => text,
        };
        let only = only_sign(text);
        let read = |sign: DecimalSign| {
            (only.is_none() || only == Some(sign))
                .then(|| number::read(sign, dress_of(ty), text))?
                .filter(|written| {
                    Kind::of(ty) != Some(Kind::Count) || written.value.whole().is_some()
                })
        };
        let (point, comma) = (read(DecimalSign::Point), read(DecimalSign::Comma));
        let Some(written) = point.or(comma) else {
            return;
        };
        self.note(ty, written);
        match (point, comma) {
            (Some(a), Some(b)) if a.value.same_value(b.value) => self.neutral += 1,
            (Some(_), Some(_)) if text.contains('.') => self.open_point.push(row, text),
            (Some(_), Some(_)) => self.open_comma.push(row, text),
            (Some(_), None) => self.point.push(row, text),
            (None, _) => self.comma.push(row, text),
        }
        for (sign, written) in [(0, point), (1, comma)] {
            if let Some(group) = written.and_then(|written| written.group) {
                self.groups[sign][group as usize] += 1;
            }
        }
    }

    fn note(&mut self, ty: LogicalType, written: Written) {
        if let Some(mark) = written.mark {
            *self.marks.entry(mark).or_default() += 1;
        }
        if is_share(ty) {
            self.signed_percents += u64::from(written.percent);
            self.bare_percents += u64::from(!written.percent);
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.point.merge(other.point);
        self.comma.merge(other.comma);
        self.open_point.merge(other.open_point);
        self.open_comma.merge(other.open_comma);
        self.neutral += other.neutral;
        self.signed_percents += other.signed_percents;
        self.bare_percents += other.bare_percents;
        for (mine, theirs) in self
            .groups
            .iter_mut()
            .flatten()
            .zip(other.groups.into_iter().flatten())
        {
            *mine += theirs;
        }
        for (mark, count) in other.marks {
            *self.marks.entry(mark).or_default() += count;
        }
    }

    pub(crate) fn n_open(&self) -> u64 {
        self.open_point.count + self.open_comma.count
    }

    /// The cells that leave the decimal sign open: those that fit either, else as many that fit one as the other.
    pub(crate) fn doubtful(&self) -> Vec<&Tally> {
        let open = [&self.open_point, &self.open_comma];
        or_opposed(&open, &[&self.point, &self.comma])
    }

    /// What parts groups of digits, once the decimal sign is known.
    pub(crate) fn groups(&self, sign: DecimalSign) -> impl Iterator<Item = Group> {
        let counts = self.groups[match sign {
            DecimalSign::Point => 0,
            DecimalSign::Comma => 1,
        }];
        Group::ALL
            .into_iter()
            .filter(move |group| counts[*group as usize] > 0)
    }
}

fn or_opposed<'a>(open: &[&'a Tally], opposed: &[&'a Tally]) -> Vec<&'a Tally> {
    let some: Vec<&Tally> = open
        .iter()
        .copied()
        .filter(|tally| tally.count > 0)
        .collect();
    if some.is_empty() {
        opposed.to_vec()
    } else {
        some
    }
}

/// The sign that a lone point or comma must be when not exactly three digits follow: then it parts no groups.
fn only_sign(text: &str) -> Option<DecimalSign> {
    let at = text.bytes().position(|byte| matches!(byte, b'.' | b','))?;
    let rest = &text.as_bytes()[at + 1..];
    let n_digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_lone = !rest.iter().any(|byte| matches!(byte, b'.' | b','));
    let is_after_digit = at > 0 && text.as_bytes()[at - 1].is_ascii_digit();
    (is_lone && is_after_digit && n_digits != 3).then(|| match text.as_bytes()[at] {
        b'.' => DecimalSign::Point,
        _ => DecimalSign::Comma,
    })
}

/// What the text cells of a column of dates or times tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DateClues {
    pub(crate) day_first: Tally,
    pub(crate) month_first: Tally,
    /// Cells that are different days in either order.
    pub(crate) open: Tally,
    /// Cells that say themselves what is year, month and day.
    pub(crate) certain: Tally,
}

impl DateClues {
    /// Takes a cell that was read as a date, or could not be.
    pub(crate) fn observe(&mut self, written: Option<WrittenDate>, row: u32, text: &str) {
        match written {
            Some(WrittenDate::Certain(_)) => self.certain.push(row, text),
            Some(numeric @ WrittenDate::Numeric { .. }) => match numeric.clue() {
                OrderClue::Only(DateOrder::MonthFirst) => self.month_first.push(row, text),
                OrderClue::Only(_) => self.day_first.push(row, text),
                OrderClue::Open => self.open.push(row, text),
                OrderClue::Same | OrderClue::Neither => {}
            },
            None => {}
        }
    }

    /// The cells that leave the order open: those that fit either, else as many that fit one as the other.
    pub(crate) fn doubtful(&self) -> Vec<&Tally> {
        or_opposed(&[&self.open], &[&self.day_first, &self.month_first])
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.day_first.merge(other.day_first);
        self.month_first.merge(other.month_first);
        self.open.merge(other.open);
        self.certain.merge(other.certain);
    }
}
