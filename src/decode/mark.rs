//! The signs, codes and words that stand beside an amount of money. Owns how they are found; the list is the model's.

use crate::model::market::Market;
use std::sync::LazyLock;

/// Marks that no marketplace's row has: a Scandinavian krone with its point.
const MORE: &[&str] = &["kr."];

/// Currencies, and signs of such, that have no smaller unit.
const WITHOUT_FRACTION: &[&str] = &["JPY", "KRW", "₩"];

struct Marks {
    /// By the first byte, longest first.
    starting: Vec<Vec<&'static str>>,
    /// By the last byte, longest first.
    ending: Vec<Vec<&'static str>>,
}

static MARKS: LazyLock<Marks> = LazyLock::new(|| {
    let mut all = Market::money_marks();
    all.extend(MORE);
    all.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    let mut marks = Marks {
        starting: vec![Vec::new(); 256],
        ending: vec![Vec::new(); 256],
    };
    for mark in all {
        if let (Some(first), Some(last)) = (mark.bytes().next(), mark.bytes().last()) {
            marks.starting[usize::from(first)].push(mark);
            marks.ending[usize::from(last)].push(mark);
        }
    }
    marks
});

/// Takes a mark off the front. `Rs.1000` and `kr. 5` lose the point with the word.
pub(crate) fn strip_front(text: &str) -> Option<(&'static str, &str)> {
    let first = text.bytes().next()?;
    let mark = MARKS.starting[usize::from(first)]
        .iter()
        .find(|mark| text.starts_with(**mark))?;
    Some((mark, &text[mark.len()..]))
}

/// Takes a mark off the end.
pub(crate) fn strip_back(text: &str) -> Option<(&'static str, &str)> {
    let last = text.bytes().last()?;
    let mark = MARKS.ending[usize::from(last)]
        .iter()
        .find(|mark| text.ends_with(**mark))?;
    Some((mark, &text[..text.len() - mark.len()]))
}

/// Whether a sign or code can only stand for currencies that have no smaller unit: an amount in them has no fraction.
pub(crate) fn is_without_fraction(mark: &str) -> bool {
    let currencies = Market::currencies_of(mark);
    WITHOUT_FRACTION.contains(&mark)
        || !currencies.is_empty()
            && currencies
                .iter()
                .all(|currency| WITHOUT_FRACTION.contains(currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_mark_is_taken() {
        for (text, expected) in [
            ("US$6.0", Some(("US$", "6.0"))),
            ("$6.0", Some(("$", "6.0"))),
            ("Rs.1000.0", Some(("Rs.", "1000.0"))),
            ("R$ 5", Some(("R$", " 5"))),
            ("EUR 5", Some(("EUR", " 5"))),
            ("6", None),
            ("", None),
        ] {
            assert_eq!(strip_front(text), expected, "{text}");
        }
        for (text, expected) in [
            ("5 €", Some(("€", "5 "))),
            ("5 zł", Some(("zł", "5 "))),
            ("980円", Some(("円", "980"))),
            ("5 kr.", Some(("kr.", "5 "))),
            ("5 USD", Some(("USD", "5 "))),
            ("5 apples", None),
        ] {
            assert_eq!(strip_back(text), expected, "{text}");
        }
    }

    #[test]
    fn yen_and_won_have_no_fraction() {
        for (mark, expected) in [
            ("￥", true),
            ("円", true),
            ("JPY", true),
            ("₩", true),
            ("$", false),
            ("?", false),
        ] {
            assert_eq!(is_without_fraction(mark), expected, "{mark}");
        }
    }
}
