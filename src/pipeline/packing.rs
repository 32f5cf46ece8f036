//! The maker `byte-limited-words`: as many of a product's terms as fit into what a listing may carry in bytes.
//!
//! Inputs, in order: `listings` (`account`, `marketplace`, `sku`, `product`, `title` text, nullable, `limit_bytes`
//! integer), `terms` (`account`, `marketplace`, `product`, `term` text, `place` integer: best first) and `banned phrases`
//! (`marketplace`, `phrase` text). Output, one row a listing, sorted by its key:
//!
//! | column | type | meaning |
//! |---|---|---|
//! | `account`, `marketplace`, `sku` | text | the key |
//! | `text` | text | words with single blanks between them, in the order of their terms; null: no term fits |
//! | `n_bytes`, `limit_bytes` | integer | its length in UTF-8, blanks included, and the most it may be |
//! | `n_offered`, `n_used`, `n_covered`, `n_banned`, `n_no_room` | integer | terms: all; those that brought a word; those whose words stand in the title or the text already; those with a banned phrase or an ASIN; those that did not fit |
//! | `first_left_out` | text | the best term that did not fit |
//!
//! Who reads them joins words by itself, so that a word once is enough, wherever it stands. Half a term is no term: one
//! whose new words do not all fit is left out, and a later, shorter one may still go in.

use crate::pipeline::maker::MakeError;
use crate::pipeline::reading::Reading;
use arrow::array::ArrayRef;
use arrow::array::Int64Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Words that say nothing by themselves and are passed over: they would only take room.
const STOP_WORDS: &[&str] = &[
    "a", "an", "and", "by", "das", "de", "der", "die", "for", "für", "in", "la", "le", "mit", "of",
    "on", "or", "the", "to", "und", "with",
];

/// What became of the terms of one listing.
#[derive(Debug, Default, PartialEq, Eq)]
struct Packed<'a> {
    text: String,
    n_used: usize,
    n_covered: usize,
    n_banned: usize,
    n_no_room: usize,
    first_left_out: Option<&'a str>,
}

/// The maker.
///
/// # Errors
/// When an input lacks a column, or a column is of another kind.
pub fn pack(inputs: &[RecordBatch]) -> Result<RecordBatch, MakeError> {
    let [listings, terms, banned] = inputs else {
        return Err(MakeError::Inputs {
            wanted: 3,
            given: inputs.len(),
        });
    };
    let terms = terms_of(&reading("terms", terms))?;
    let banned = banned_of(&reading("banned phrases", banned))?;
    let listings = reading("listings", listings);
    let (accounts, marketplaces) = (listings.texts("account")?, listings.texts("marketplace")?);
    let (skus, products) = (listings.texts("sku")?, listings.texts("product")?);
    let (titles, limits) = (listings.texts("title")?, listings.numbers("limit_bytes")?);
    let mut rows: Vec<([Option<String>; 3], usize, usize, Packed<'_>)> = Vec::new();
    let nothing = Vec::new();
    let none = Vec::new();
    for (row, sku) in skus.into_iter().enumerate() {
        let (account, marketplace) = (accounts[row].clone(), marketplaces[row].clone());
        let key = [account, marketplace, products[row].clone()];
        let offered = terms.get(&key).unwrap_or(&nothing);
        let banned = banned.get(&key[1]).unwrap_or(&none);
        let limit = limits[row].map_or(0, whole);
        let packed = fill(titles[row].as_deref(), limit, offered, banned);
        let [account, marketplace, _] = key;
        rows.push(([account, marketplace, sku], offered.len(), limit, packed));
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    written(&rows)
}

fn reading<'a>(what: &'static str, batch: &'a RecordBatch) -> Reading<'a> {
    Reading { what, batch }
}

/// The whole number in a double of a limit or a place; 0 where there is none.
fn whole(value: f64) -> usize {
    format!("{value:.0}").parse().unwrap_or(0)
}

/// By account, marketplace and product: the terms, best first.
fn terms_of(terms: &Reading<'_>) -> Result<BTreeMap<[Option<String>; 3], Vec<String>>, MakeError> {
    let (accounts, marketplaces) = (terms.texts("account")?, terms.texts("marketplace")?);
    let (products, texts) = (terms.texts("product")?, terms.texts("term")?);
    let places = terms.numbers("place")?;
    let mut found: BTreeMap<[Option<String>; 3], BTreeSet<(usize, String)>> = BTreeMap::new();
    for (row, text) in texts.into_iter().enumerate() {
        let key = [
            accounts[row].clone(),
            marketplaces[row].clone(),
            products[row].clone(),
        ];
        let place = places[row].map_or(usize::MAX, whole);
        found
            .entry(key)
            .or_default()
            .extend(text.map(|text| (place, text)));
    }
    let in_order = |terms: BTreeSet<(usize, String)>| terms.into_iter().map(|(_, text)| text);
    Ok(found
        .into_iter()
        .map(|(key, terms)| (key, in_order(terms).collect()))
        .collect())
}

/// By marketplace: the phrases, each as its words.
fn banned_of(
    banned: &Reading<'_>,
) -> Result<BTreeMap<Option<String>, Vec<Vec<String>>>, MakeError> {
    let (marketplaces, phrases) = (banned.texts("marketplace")?, banned.texts("phrase")?);
    let mut found: BTreeMap<Option<String>, Vec<Vec<String>>> = BTreeMap::new();
    for (marketplace, phrase) in marketplaces.into_iter().zip(phrases) {
        let phrase = words(phrase.as_deref().unwrap_or_default());
        if !phrase.is_empty() {
            found.entry(marketplace).or_default().push(phrase);
        }
    }
    Ok(found)
}

/// The words of a text in lower case. Hyphens and apostrophes inside a word belong to it.
fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let split = text.split(|letter: char| {
        !(letter.is_alphanumeric() || matches!(letter, '-' | '\'' | '’' | '.'))
    });
    split
        .map(|word| word.trim_matches(['-', '\'', '’', '.']))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether a word is of a script that is written without blanks, so that it may stand inside another.
fn is_unspaced(word: &str) -> bool {
    word.chars()
        .any(|letter| ('\u{2e80}'..='\u{ffdc}').contains(&letter))
}

fn is_asin(word: &str) -> bool {
    word.len() == 10
        && word.starts_with("b0")
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether the word stands already, as one or as many: who reads them takes `lamp` and `lamps` for one.
fn stands(known: &BTreeSet<String>, word: &str) -> bool {
    let other = word.strip_suffix('s').map_or_else(
        || known.contains(&format!("{word}s")),
        |single| single.len() > 2 && known.contains(single),
    );
    other || known.contains(word)
}

fn holds(term: &[String], phrase: &[String]) -> bool {
    term.windows(phrase.len()).any(|window| window == phrase)
        || matches!(phrase, [one] if is_unspaced(one) && term.iter().any(|word| word.contains(one.as_str())))
}

fn fill<'a>(
    title: Option<&str>,
    limit: usize,
    terms: &'a [String],
    banned: &[Vec<String>],
) -> Packed<'a> {
    let title = title.unwrap_or_default();
    let mut known: BTreeSet<String> = words(title).into_iter().collect();
    known.extend(STOP_WORDS.iter().map(|word| (*word).to_owned()));
    let lower = title.to_lowercase();
    let mut packed = Packed::default();
    for term in terms {
        let words = words(term);
        if words.iter().any(|word| is_asin(word))
            || banned.iter().any(|phrase| holds(&words, phrase))
        {
            packed.n_banned += 1;
            continue;
        }
        let mut fresh: Vec<&String> = Vec::new();
        for word in &words {
            let inside = is_unspaced(word) && lower.contains(word.as_str());
            if !inside && !stands(&known, word) && !fresh.contains(&word) {
                fresh.push(word);
            }
        }
        if fresh.is_empty() {
            packed.n_covered += 1;
            continue;
        }
        let joined: usize = fresh.iter().map(|word| word.len() + 1).sum();
        // The first word of all has no blank before it.
        let needed = packed.text.len() + joined - usize::from(packed.text.is_empty());
        if needed > limit {
            packed.n_no_room += 1;
            packed.first_left_out.get_or_insert(term);
            continue;
        }
        for word in fresh {
            if !packed.text.is_empty() {
                packed.text.push(' ');
            }
            packed.text.push_str(word);
            known.insert(word.clone());
        }
        packed.n_used += 1;
    }
    packed
}

fn written(
    rows: &[([Option<String>; 3], usize, usize, Packed<'_>)],
) -> Result<RecordBatch, MakeError> {
    let key = |part: usize| -> ArrayRef {
        Arc::new(
            rows.iter()
                .map(|(key, ..)| key[part].as_deref())
                .collect::<StringArray>(),
        )
    };
    let texts = |cell: &dyn Fn(&Packed<'_>) -> Option<String>| -> ArrayRef {
        Arc::new(
            rows.iter()
                .map(|(.., packed)| cell(packed))
                .collect::<StringArray>(),
        )
    };
    let counts = |cells: Vec<usize>| -> ArrayRef {
        let counts = cells.into_iter().map(|count| i64::try_from(count).ok());
        Arc::new(counts.collect::<Int64Array>())
    };
    let counted = |cell: fn(&Packed<'_>) -> usize| {
        counts(rows.iter().map(|(.., packed)| cell(packed)).collect())
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("account", key(0)),
        ("marketplace", key(1)),
        ("sku", key(2)),
        (
            "text",
            texts(&|packed| Some(packed.text.clone()).filter(|text| !text.is_empty())),
        ),
        ("n_bytes", counted(|packed| packed.text.len())),
        (
            "limit_bytes",
            counts(rows.iter().map(|(_, _, limit, _)| *limit).collect()),
        ),
        (
            "n_offered",
            counts(rows.iter().map(|(_, offered, ..)| *offered).collect()),
        ),
        ("n_used", counted(|packed| packed.n_used)),
        ("n_covered", counted(|packed| packed.n_covered)),
        ("n_banned", counted(|packed| packed.n_banned)),
        ("n_no_room", counted(|packed| packed.n_no_room)),
        (
            "first_left_out",
            texts(&|packed| packed.first_left_out.map(str::to_owned)),
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
    .map_err(|source| MakeError::Batch { source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed<'a>(title: &str, limit: usize, terms: &'a [String], banned: &[&str]) -> Packed<'a> {
        let banned: Vec<Vec<String>> = banned.iter().map(|phrase| words(phrase)).collect();
        fill(
            Some(title).filter(|title| !title.is_empty()),
            limit,
            terms,
            &banned,
        )
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table of cases")]
    fn what_goes_in_and_what_stays_out() {
        type Case<'a> = (
            &'a str,
            usize,
            &'a [&'a str],
            &'a [&'a str],
            &'a str,
            [usize; 4],
        );
        let cases: &[Case<'_>] = &[
            // Used, covered, banned, no room.
            (
                "Desk Lamp, LED",
                249,
                &["led desk lamp", "study light"],
                &[],
                "study light",
                [1, 1, 0, 0],
            ),
            (
                "",
                249,
                &["desk lamp", "lamp for desk"],
                &[],
                "desk lamp",
                [1, 1, 0, 0],
            ),
            (
                "",
                249,
                &["glowyra lamp", "simple home lamp", "home lamp simple"],
                &["Glowyra", "Simple Home"],
                "home lamp simple",
                [1, 0, 2, 0],
            ),
            (
                "",
                249,
                &["b0rival001", "B0RIVAL001 lamp"],
                &[],
                "",
                [0, 0, 2, 0],
            ),
            // One whose words do not all fit leaves room for a shorter one.
            (
                "",
                9,
                &["desk lamp", "reading", "desk"],
                &[],
                "desk lamp",
                [1, 1, 0, 1],
            ),
            (
                "",
                8,
                &["desk lamp", "reading"],
                &[],
                "reading",
                [1, 0, 0, 1],
            ),
            // Bytes, not letters.
            ("", 8, &["büro", "öfen"], &[], "büro", [1, 0, 0, 1]),
            ("", 12, &["デスク", "ライト"], &[], "デスク", [1, 0, 0, 1]),
            (
                "卓上デスクライト 黒",
                500,
                &["デスク", "読書灯"],
                &[],
                "読書灯",
                [1, 1, 0, 0],
            ),
            ("", 500, &["灯光牌台灯"], &["灯光牌"], "", [0, 0, 1, 0]),
            (
                "",
                249,
                &["t-shirt lamp's 3.5 inch -"],
                &[],
                "t-shirt lamp's 3.5 inch",
                [1, 0, 0, 0],
            ),
            (
                "Lamp",
                249,
                &["lamps", "book shelf", "shelfs bus"],
                &[],
                "book shelf bus",
                [2, 1, 0, 0],
            ),
            ("", 0, &["desk"], &[], "", [0, 0, 0, 1]),
        ];
        for (title, limit, terms, banned, text, counts) in cases {
            let terms: Vec<String> = terms.iter().map(|term| (*term).to_owned()).collect();
            let found = packed(title, *limit, &terms, banned);
            let found_counts = [
                found.n_used,
                found.n_covered,
                found.n_banned,
                found.n_no_room,
            ];
            assert_eq!(
                (found.text.as_str(), found_counts),
                (*text, *counts),
                "{terms:?}"
            );
            assert!(found.text.len() <= *limit, "{terms:?}");
        }
    }

    #[test]
    fn stop_words_are_sorted() {
        assert!(STOP_WORDS.is_sorted());
    }
}
