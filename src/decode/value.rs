//! One cell to one value, by type: which parser reads what kind of cell. Pure; knows no array and no row.

use crate::decode::cell::Content;
use crate::decode::clock;
use crate::decode::clue::dress_of;
use crate::decode::date;
use crate::decode::exact::Exact;
use crate::decode::exact::Rescaled;
use crate::decode::number;
use crate::decode::number::DecimalSign;
use crate::decode::style::Style;
use crate::decode::word;
use crate::model::logical_type::BarePercent;
use crate::model::logical_type::LogicalType;
use crate::model::market::Market;

/// A cell that is not a value of its column's type.
pub(crate) struct Unreadable;

/// A value, none, or neither.
pub(crate) type Read<T> = Result<Option<T>, Unreadable>;

fn known<T>(value: Option<T>) -> Read<T> {
    value.map(Some).ok_or(Unreadable)
}

/// Reads with the column's decimal sign; where it has none, what is the same, or possible at all, with just one of them.
fn with_sign<T: PartialEq>(style: &Style, read: impl Fn(DecimalSign) -> Option<T>) -> Option<T> {
    match style.decimal {
        Some(sign) => read(sign),
        None => match (read(DecimalSign::Point), read(DecimalSign::Comma)) {
            (Some(point), Some(comma)) => (point == comma).then_some(point),
            (point, comma) => point.or(comma),
        },
    }
}

pub(crate) fn amount(ty: LogicalType, style: &Style, cell: Content<'_>) -> Read<Exact> {
    match cell {
        Content::Empty => Ok(None),
        Content::Number(text) => known(number::canonical(text)),
        Content::Text(text) => known(with_sign(style, |sign| {
            number::read(sign, dress_of(ty), text).map(|written| written.value)
        })),
        Content::Date(_) | Content::Bool(_) | Content::Error(_) => Err(Unreadable),
    }
}

/// With what a column of so many digits keeps of it; unreadable where it has too many before the point.
pub(crate) fn stored(
    ty: LogicalType,
    scale: u8,
    style: &Style,
    cell: Content<'_>,
) -> Read<(Exact, Rescaled)> {
    match amount(ty, style, cell)? {
        Some(value) => known(value.stored(scale).map(|stored| (value, stored))),
        None => Ok(None),
    }
}

pub(crate) fn ratio(style: &Style, cell: Content<'_>) -> Read<f64> {
    match undefined(cell) {
        Some(none) => none,
        None => Ok(amount(LogicalType::Ratio, style, cell)?.map(Exact::to_f64)),
    }
}

pub(crate) fn truth(_: &Style, cell: Content<'_>) -> Read<bool> {
    match cell {
        Content::Empty => Ok(None),
        Content::Text(text) | Content::Bool(text) | Content::Number(text) => {
            known(word::yes_or_no(text))
        }
        Content::Date(_) | Content::Error(_) => Err(Unreadable),
    }
}

/// As the code of the marketplace.
pub(crate) fn market(_: &Style, cell: Content<'_>) -> Read<&'static str> {
    match cell {
        Content::Empty => Ok(None),
        // A number is the id of a tool that numbers them.
        Content::Text(text) | Content::Number(text) => known(Market::named(text).map(Market::code)),
        Content::Date(_) | Content::Bool(_) | Content::Error(_) => Err(Unreadable),
    }
}

pub(crate) fn whole(style: &Style, cell: Content<'_>) -> Read<i64> {
    match cell {
        Content::Text(text) => match number::whole(text) {
            Some(value) => Ok(Some(value)),
            None => known(with_sign(style, |sign| word::whole(sign, text))),
        },
        other => match amount(LogicalType::Integer, style, other)? {
            Some(value) => known(value.whole()),
            None => Ok(None),
        },
    }
}

/// A spreadsheet's way to say that a quotient does not exist, in a column of quotients: no value rather than a bad one.
fn undefined<T>(cell: Content<'_>) -> Option<Read<T>> {
    match cell {
        Content::Error(text) | Content::Text(text)
            if matches!(text, "#DIV/0!" | "#N/A" | "#NUM!") =>
        {
            Some(Ok(None))
        }
        _ => None,
    }
}

/// A percentage as written: `<5%` is a bound, a share too small to be told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Share {
    pub(crate) fraction: f64,
    pub(crate) is_bound: bool,
}

pub(crate) fn share(style: &Style, cell: Content<'_>) -> Read<Share> {
    written_share(BarePercent::Fraction, style, cell)
}

/// As a fraction of one. A bound is no value.
pub(crate) fn percent(bare: BarePercent, style: &Style, cell: Content<'_>) -> Read<f64> {
    let share = written_share(bare, style, cell)?;
    Ok(share
        .filter(|share| !share.is_bound)
        .map(|share| share.fraction))
}

fn written_share(bare: BarePercent, style: &Style, cell: Content<'_>) -> Read<Share> {
    if let Some(none) = undefined(cell) {
        return none;
    }
    let exactly = |fraction: f64| Share {
        fraction,
        is_bound: false,
    };
    let ty = LogicalType::Percent { bare };
    let fraction = |value: Exact, bare: BarePercent| {
        let is_points = match bare {
            BarePercent::Points => true,
            BarePercent::Fraction => false,
            BarePercent::FractionOrHundred => value.to_f64().abs() > 1.0,
        };
        let scale = if is_points {
            value.scale.saturating_add(2)
        } else {
            value.scale
        };
        Exact::new(value.digits, scale).to_f64()
    };
    match cell {
        // A spreadsheet formats a fraction as percent, so its number is what the schema says of a number without `%`.
        Content::Number(_) => {
            Ok(amount(ty, style, cell)?.map(|value| exactly(fraction(value, bare))))
        }
        Content::Text(text) => {
            let (is_bound, text) = text
                .strip_prefix('<')
                .map_or((false, text), |rest| (true, rest));
            let written = with_sign(style, |sign| number::read(sign, dress_of(ty), text))
                .ok_or(Unreadable)?;
            let bare = if written.percent {
                BarePercent::Points
            } else {
                bare
            };
            Ok(Some(Share {
                fraction: fraction(written.value, bare),
                is_bound,
            }))
        }
        Content::Empty => Ok(None),
        Content::Date(_) | Content::Bool(_) | Content::Error(_) => Err(Unreadable),
    }
}

pub(crate) fn day(style: &Style, cell: Content<'_>) -> Read<i32> {
    match cell {
        Content::Empty => Ok(None),
        Content::Text(text) | Content::Date(text) => known(clock::day(text, style.order)),
        Content::Number(text) => known(number::canonical(text).and_then(date::of_number)),
        Content::Bool(_) | Content::Error(_) => Err(Unreadable),
    }
}

pub(crate) fn instant(style: &Style, cell: Content<'_>) -> Read<i64> {
    match cell {
        Content::Empty => Ok(None),
        Content::Text(text) | Content::Date(text) => known(clock::instant(text, style.order)),
        Content::Number(text) => known(number::canonical(text).and_then(clock::instant_of_number)),
        Content::Bool(_) | Content::Error(_) => Err(Unreadable),
    }
}

pub(crate) fn rank(style: &Style, cell: Content<'_>) -> Read<(Option<i64>, &'static str)> {
    let rank = match cell {
        Content::Empty => Some(word::Rank::Unranked),
        Content::Text(text) => with_sign(style, |sign| word::rank(sign, text)),
        Content::Number(text) => word::rank(DecimalSign::Point, text),
        Content::Date(_) | Content::Bool(_) | Content::Error(_) => None,
    };
    known(rank.map(|rank| (rank.value(), rank.kind())))
}

pub(crate) fn bounded(style: &Style, cell: Content<'_>) -> Read<(Option<i64>, &'static str)> {
    let count = match cell {
        Content::Empty => return Ok(None),
        Content::Text(text) => with_sign(style, |sign| word::bounded(sign, text)),
        Content::Number(text) => word::bounded(DecimalSign::Point, text),
        Content::Date(_) | Content::Bool(_) | Content::Error(_) => None,
    };
    known(count.map(|count| (Some(count.value()), count.bound())))
}

/// What a cell of the type looks like, for the reader of a message.
pub(crate) fn expected(ty: LogicalType, decimal: Option<DecimalSign>) -> &'static str {
    use DecimalSign::Comma;
    use DecimalSign::Point;
    match (ty, decimal) {
        (LogicalType::Text | LogicalType::Id, _) => "text, not a spreadsheet's error",
        (LogicalType::Integer, Some(Point)) => "a whole number like 1,807",
        (LogicalType::Integer, Some(Comma)) => "a whole number like 1.807",
        (LogicalType::Integer, None) => "a whole number",
        (LogicalType::Decimal { .. }, Some(Point)) => {
            "a number with decimal point, at most 18 digits"
        }
        (LogicalType::Decimal { .. }, Some(Comma)) => {
            "a number with decimal comma, at most 18 digits"
        }
        (LogicalType::Decimal { .. }, None) => {
            "a number of at most 18 digits whose decimal sign is certain"
        }
        (LogicalType::Money { .. }, Some(Point)) => {
            "an amount of money with decimal point, at most 18 digits"
        }
        (LogicalType::Money { .. }, Some(Comma)) => {
            "an amount of money with decimal comma, at most 18 digits"
        }
        (LogicalType::Money { .. }, None) => {
            "an amount of money of at most 18 digits whose decimal sign is certain"
        }
        (LogicalType::Ratio, Some(Point)) => "a number with decimal point",
        (LogicalType::Ratio, Some(Comma)) => "a number with decimal comma",
        (LogicalType::Ratio, None) => "a number whose decimal sign is certain",
        (LogicalType::Percent { .. }, Some(Point)) => "a percentage with decimal point",
        (LogicalType::Percent { .. }, Some(Comma)) => "a percentage with decimal comma",
        (LogicalType::Percent { .. }, None) => "a percentage whose decimal sign is certain",
        (LogicalType::Share, _) => "a share like 12.5% or <5%",
        (LogicalType::Date, _) => "a date in the order of its column",
        (LogicalType::Timestamp, _) => {
            "a date and time in the order of its column, with a known zone"
        }
        (LogicalType::Bool, _) => "yes or no",
        (LogicalType::Rank, _) => "a rank like 54, >306 or - for none",
        (LogicalType::Bounded, _) => "a count like 43, >100,000 or 10,001+",
        (LogicalType::Market, _) => "a marketplace: its code, country or domain",
    }
}
