//! Cells that are words, or numbers with a word's meaning: yes and no, ranks, and counts with a bound. Pure.

use crate::decode::dress::Dress;
use crate::decode::number;
use crate::decode::number::DecimalSign;

/// Yes in the languages of Amazon's consoles, lower case.
const YES: &[&str] = &[
    "yes",
    "y",
    "true",
    "1",
    "ja",
    "oui",
    "si",
    "sí",
    "sì",
    "sim",
    "evet",
    "tak",
    "vrai",
    "wahr",
    "verdadero",
    "vero",
    "はい",
    "是",
];
const NO: &[&str] = &[
    "no",
    "n",
    "false",
    "0",
    "nein",
    "non",
    "não",
    "nee",
    "nej",
    "hayır",
    "nie",
    "faux",
    "falsch",
    "falso",
    "いいえ",
    "否",
];

/// Words for "not among the results", lower case. A `0` says the same, for there is no such rank.
const UNRANKED: &[&str] = &["n/r", "nr", "not ranked", "unranked"];

/// A rank as a tool tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rank {
    Exact(i64),
    /// Not among so many results that were looked through.
    WorseThan(i64),
    Unranked,
}

impl Rank {
    pub(crate) const fn value(self) -> Option<i64> {
        match self {
            Self::Exact(value) | Self::WorseThan(value) => Some(value),
            Self::Unranked => None,
        }
    }

    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Exact(_) => "exact",
            Self::WorseThan(_) => "worse_than",
            Self::Unranked => "unranked",
        }
    }
}

/// A count that may only be known from below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bounded {
    Exact(i64),
    AtLeast(i64),
}

impl Bounded {
    pub(crate) const fn value(self) -> i64 {
        match self {
            Self::Exact(value) | Self::AtLeast(value) => value,
        }
    }

    pub(crate) const fn bound(self) -> &'static str {
        match self {
            Self::Exact(_) => "exact",
            Self::AtLeast(_) => "at_least",
        }
    }
}

pub(crate) fn yes_or_no(text: &str) -> Option<bool> {
    let is_in = |words: &[&str]| words.iter().any(|word| same_word(word, text));
    if is_in(YES) {
        Some(true)
    } else if is_in(NO) {
        Some(false)
    } else {
        None
    }
}

/// `54`, `#54`, `>306`, `0`, `N/R`.
pub(crate) fn rank(sign: DecimalSign, text: &str) -> Option<Rank> {
    if UNRANKED.iter().any(|word| same_word(word, text)) {
        return Some(Rank::Unranked);
    }
    if let Some(rest) = text.strip_prefix('>') {
        return whole(sign, rest.trim_start())
            .filter(|value| *value > 0)
            .map(Rank::WorseThan);
    }
    match whole(sign, text.strip_prefix('#').unwrap_or(text))? {
        0 => Some(Rank::Unranked),
        value if value > 0 => Some(Rank::Exact(value)),
        _ => None,
    }
}

/// `43`, `>100,000`, `10,001+`.
pub(crate) fn bounded(sign: DecimalSign, text: &str) -> Option<Bounded> {
    let least = text
        .strip_prefix(['>', '≥'])
        .or_else(|| text.strip_suffix('+'));
    match least {
        Some(rest) => whole(sign, rest.trim()).map(Bounded::AtLeast),
        None => whole(sign, text).map(Bounded::Exact),
    }
}

/// A whole number, however its zero fraction is written: `12`, `12.0`, `1,807`.
pub(crate) fn whole(sign: DecimalSign, text: &str) -> Option<i64> {
    number::read(sign, Dress::Bare, text)?.value.whole()
}

/// Whether `text` is the lower-case `word`, in any case.
pub(crate) fn same_word(word: &str, text: &str) -> bool {
    if text.is_ascii() {
        return word.eq_ignore_ascii_case(text);
    }
    word.chars().eq(text.chars().flat_map(char::to_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::number::DecimalSign::Comma;
    use crate::decode::number::DecimalSign::Point;

    #[test]
    fn yes_and_no_in_many_languages() {
        for (text, expected) in [
            ("Yes", Some(true)),
            ("Y", Some(true)),
            ("TRUE", Some(true)),
            ("1", Some(true)),
            ("Sí", Some(true)),
            ("SÍ", Some(true)),
            ("はい", Some(true)),
            ("no", Some(false)),
            ("Nein", Some(false)),
            ("NÃO", Some(false)),
            ("否", Some(false)),
            ("maybe", None),
            ("2", None),
        ] {
            assert_eq!(yes_or_no(text), expected, "{text}");
        }
        assert!(YES.iter().all(|word| !NO.contains(word)));
    }

    #[test]
    fn ranks() {
        for (text, expected) in [
            ("54", Some(Rank::Exact(54))),
            ("#61", Some(Rank::Exact(61))),
            ("1,234", Some(Rank::Exact(1234))),
            ("12.0", Some(Rank::Exact(12))),
            (">306", Some(Rank::WorseThan(306))),
            ("> 96", Some(Rank::WorseThan(96))),
            ("0", Some(Rank::Unranked)),
            ("N/R", Some(Rank::Unranked)),
            ("Not Ranked", Some(Rank::Unranked)),
            ("-5", None),
            (">0", None),
            ("1.5", None),
            ("first", None),
        ] {
            assert_eq!(rank(Point, text), expected, "{text}");
        }
    }

    #[test]
    fn bounds() {
        for (sign, text, expected) in [
            (Point, "43", Some(Bounded::Exact(43))),
            (Point, ">100,000", Some(Bounded::AtLeast(100_000))),
            (Comma, ">100.000", Some(Bounded::AtLeast(100_000))),
            (Point, "10,001+", Some(Bounded::AtLeast(10_001))),
            (Point, "4 000+", Some(Bounded::AtLeast(4000))),
            (Point, "0", Some(Bounded::Exact(0))),
            (Point, "+", None),
            (Point, ">", None),
            (Point, "<5", None),
        ] {
            assert_eq!(bounded(sign, text), expected, "{text}");
        }
    }
}
