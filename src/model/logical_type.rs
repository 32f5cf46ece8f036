//! What a column's cells mean, independent of how they are written.

use std::fmt;
use std::str::FromStr;

/// The meaning of a column. Decoding is one exhaustive match over this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogicalType {
    /// Free text, kept as written but trimmed.
    Text,
    /// A code: text, with Excel's `="0123"` wrapper taken off. Leading zeros and case are kept.
    Id,
    /// A whole number: `1,807`, `12.0`.
    Integer,
    /// An exact decimal at `scale` digits.
    Decimal { scale: i8 },
    /// An exact decimal with a currency sign, code or word allowed on either side.
    Money { scale: i8 },
    /// A double that a file gives and marts recompute: ROAS, CPC.
    Ratio,
    /// A share as a fraction of one. `bare` says what a number without `%` means.
    Percent { bare: BarePercent },
    /// A percentage that may be an upper bound (`<5%`): a fraction of one; makes the second column `<name>_bound`.
    Share,
    /// A calendar day.
    Date,
    /// An instant in UTC where the text tells its zone, else the time as written.
    Timestamp,
    /// `yes`, `no`, `Y`, `N`, `true`, `false` and their translations.
    Bool,
    /// A rank: a value and a kind (`exact`, `worse_than`, `unranked`); makes the second column `<name>_kind`.
    Rank,
    /// A count that may be a lower bound (`>100,000`, `10,001+`); makes the second column `<name>_bound`.
    Bounded,
    /// A marketplace, as code, country name in any language, domain or product address; stored as its code.
    Market,
}

/// What a percent cell without a percent sign means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BarePercent {
    /// `37.3` is 37.3 %.
    Points,
    /// `0.373` is 37.3 %.
    Fraction,
    /// `0.373` is 37.3 %, but `100` is 100 %: how one tool stores the full hundred.
    FractionOrHundred,
}

/// A type name that no schema may use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a column type; the types are {names}", names = LogicalType::NAMES.join(", "))]
pub struct UnknownType(pub Box<str>);

impl LogicalType {
    pub const NAMES: &[&str] = &[
        "text",
        "id",
        "integer",
        "decimal",
        "money",
        "ratio",
        "percent",
        "share",
        "date",
        "timestamp",
        "bool",
        "rank",
        "bounded",
        "market",
    ];
    /// Digits after the point of a decimal whose schema names none.
    pub const DEFAULT_SCALE: i8 = 4;

    /// Whether values are exact and may be summed: the types that control sums are kept for.
    pub const fn is_exact(self) -> bool {
        matches!(
            self,
            Self::Integer | Self::Decimal { .. } | Self::Money { .. }
        )
    }
}

impl FromStr for LogicalType {
    type Err = UnknownType;

    fn from_str(text: &str) -> Result<Self, UnknownType> {
        Ok(match text {
            "text" => Self::Text,
            "id" => Self::Id,
            "integer" => Self::Integer,
            "decimal" => Self::Decimal {
                scale: Self::DEFAULT_SCALE,
            },
            "money" => Self::Money {
                scale: Self::DEFAULT_SCALE,
            },
            "ratio" => Self::Ratio,
            "percent" => Self::Percent {
                bare: BarePercent::Fraction,
            },
            "share" => Self::Share,
            "date" => Self::Date,
            "timestamp" => Self::Timestamp,
            "bool" => Self::Bool,
            "rank" => Self::Rank,
            "bounded" => Self::Bounded,
            "market" => Self::Market,
            other => return Err(UnknownType(other.into())),
        })
    }
}

impl fmt::Display for LogicalType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Id => "id",
            Self::Integer => "integer",
            Self::Decimal { .. } => "decimal",
            Self::Money { .. } => "money",
            Self::Ratio => "ratio",
            Self::Percent { .. } => "percent",
            Self::Share => "share",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Bool => "bool",
            Self::Rank => "rank",
            Self::Bounded => "bounded",
            Self::Market => "market",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_parses_and_prints_itself() {
        for name in LogicalType::NAMES {
            assert_eq!(name.parse::<LogicalType>().unwrap().to_string(), *name);
        }
        assert!("float".parse::<LogicalType>().is_err());
    }
}
