//! What a column most likely is: what known reports call so, if its cells agree; else the narrowest type that all hold.

use crate::decode;
use crate::decode::Field;
use crate::decode::evidence::Evidence;
use crate::decode::style::Prior;
use crate::ingest::draft::DraftColumn;
use crate::ingest::draft::filled;
use crate::model::logical_type::LogicalType;
use crate::model::name::ColumnName;
use crate::model::raw::RawChunk;
use crate::schema::Column;
use crate::schema::catalog::Catalog;
use crate::schema::label::Label;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Types in the order in which they are tried, from the narrowest.
const TRIED: &[&str] = &[
    "bool",
    "market",
    "integer",
    "date",
    "timestamp",
    "percent",
    "decimal",
];

/// A column's name and type, and why.
pub(super) struct Guess {
    pub name: String,
    pub ty: &'static str,
    pub title_zh: String,
    pub additive: bool,
    /// How many known schemas have this label: a rare label says more of what a report is.
    pub n_known: usize,
    /// What a person should look at; empty where a known report says it.
    pub doubt: &'static str,
    pub example: String,
}

/// A guess for each labelled column; a label that repeats is read where it stands first.
pub(super) fn columns(
    catalog: &Catalog,
    labels: &[String],
    chunks: &[RawChunk],
) -> Vec<DraftColumn> {
    let mut taken = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut columns = Vec::new();
    for (source, written) in labels.iter().enumerate() {
        let label = Label::of(written);
        if label.is_empty() || !seen.insert(label.clone()) {
            continue;
        }
        let known = known(catalog, &label);
        let mut guess = known
            .iter()
            .find_map(|known| known.guess(source, chunks))
            .unwrap_or_else(|| fresh(written, source, chunks));
        guess.n_known = known.iter().map(|known| known.schemas).sum();
        guess.name = free_name(guess.name, source, &mut taken);
        guess.example = filled(chunks, source)
            .next()
            .unwrap_or_default()
            .chars()
            .take(40)
            .collect();
        let language = known
            .iter()
            .find_map(|known| known.language)
            .unwrap_or_else(|| language_of(written));
        columns.push(DraftColumn {
            guess,
            label: written.trim().to_owned(),
            language,
        });
    }
    columns
}

/// What one label is called by the schemas that have it.
struct Known<'a> {
    column: &'a Column,
    schemas: usize,
    language: Option<&'static str>,
}

impl Known<'_> {
    fn guess(&self, source: usize, chunks: &[RawChunk]) -> Option<Guess> {
        let name = LogicalType::NAMES
            .iter()
            .find(|name| **name == self.column.ty.to_string())?;
        let is_empty = filled(chunks, source).next().is_none();
        (is_empty || holds(self.column.ty, source, chunks).is_some()).then(|| Guess {
            name: self.column.name.to_string(),
            ty: name,
            title_zh: self.column.title_zh.to_string(),
            additive: self.column.additive,
            n_known: 0,
            doubt: "",
            example: String::new(),
        })
    }
}

/// The meanings that known reports give to a label, the most common first.
fn known<'a>(catalog: &'a Catalog, label: &Label) -> Vec<Known<'a>> {
    let mut by_meaning: BTreeMap<(String, String), Known<'a>> = BTreeMap::new();
    for column in catalog
        .reports()
        .flat_map(|schema| &schema.columns)
        .filter(|column| !column.dropped)
    {
        let Some((language, _)) = column.labels.iter().find(|(_, known)| known == label) else {
            continue;
        };
        let language = LANGUAGES.iter().find(|code| ***code == **language).copied();
        by_meaning
            .entry((column.name.to_string(), column.ty.to_string()))
            .or_insert(Known {
                column,
                schemas: 0,
                language,
            })
            .schemas += 1;
    }
    let mut known: Vec<Known<'a>> = by_meaning.into_values().collect();
    known.sort_by_key(|known| std::cmp::Reverse(known.schemas));
    known
}

/// Languages that labels are known in.
const LANGUAGES: &[&str] = &[
    "ar", "de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "ru", "sv", "tr", "zh",
];

/// The language that a label's letters tell; Latin letters tell none, and English is assumed.
fn language_of(label: &str) -> &'static str {
    let has = |range: std::ops::RangeInclusive<char>| label.chars().any(|c| range.contains(&c));
    if has('\u{3040}'..='\u{30FF}') {
        "ja"
    } else if has('\u{4E00}'..='\u{9FFF}') {
        "zh"
    } else if has('\u{0400}'..='\u{04FF}') {
        "ru"
    } else if has('\u{0600}'..='\u{06FF}') {
        "ar"
    } else {
        "en"
    }
}

/// A guess from the cells alone.
fn fresh(label: &str, source: usize, chunks: &[RawChunk]) -> Guess {
    let guess = |ty: &'static str, doubt: &'static str| Guess {
        name: slug(label),
        ty,
        title_zh: String::new(),
        additive: false,
        n_known: 0,
        doubt,
        example: String::new(),
    };
    if filled(chunks, source).next().is_none() {
        return guess("text", "empty in this file: what is in it?");
    }
    if is_code(source, chunks) {
        return guess("id", "");
    }
    for name in TRIED {
        let Ok(ty) = name.parse::<LogicalType>() else {
            continue;
        };
        let Some(found) = holds(ty, source, chunks) else {
            continue;
        };
        let signs = |sign: char| filled(chunks, source).any(|cell| cell.contains(sign));
        return match *name {
            "percent" if !signs('%') => continue,
            "integer" if filled(chunks, source).any(has_cents) => continue,
            "integer" | "decimal" if found.has_money_signs => guess(
                "money",
                "an amount; may its rows be added? then: additive = true",
            ),
            "integer" => guess(
                "integer",
                "a count, a rank or a code? a count: additive = true",
            ),
            "decimal" => guess(
                "decimal",
                "an amount of money (money), a ratio (ratio) or a measure?",
            ),
            other => guess(other, ""),
        };
    }
    guess("text", "")
}

/// Whether one or two digits stand behind a sign that may be a decimal sign: `2.000,00` is whole, and no count.
fn has_cents(cell: &str) -> bool {
    let digits = cell.bytes().rev().take_while(u8::is_ascii_digit).count();
    let before = &cell.as_bytes()[..cell.len() - digits];
    matches!(digits, 1 | 2) && matches!(before, [.., b'.' | b','])
}

/// What decoding as a type showed, where every cell is a value of it.
struct Held {
    has_money_signs: bool,
}

fn holds(ty: LogicalType, source: usize, chunks: &[RawChunk]) -> Option<Held> {
    // A plain number may stand beside money of other columns; alone it is asked as money, which takes signs or none.
    let ty = match ty {
        LogicalType::Decimal { scale } => LogicalType::Money { scale },
        other => other,
    };
    let fields = [Field {
        source,
        label: "".into(),
        column: bare_column(ty)?,
    }];
    let mut evidence = Evidence::of(&fields);
    for chunk in chunks {
        evidence.observe(chunk);
    }
    let decision = evidence.decide(Prior::default());
    let mut has_value = false;
    for chunk in chunks {
        let decoded = decode::decode(&fields, &decision.styles, chunk);
        // Where the order of a date is open, the column is a date none the less: the question comes with reading.
        if !decoded.bad.is_empty() && decision.questions.is_empty() {
            return None;
        }
        has_value |= decoded
            .columns
            .first()
            .is_some_and(|column| column.array.null_count() < column.array.len());
    }
    (has_value || !decision.questions.is_empty()).then_some(Held {
        has_money_signs: !decision.money_signs.is_empty(),
    })
}

fn bare_column(ty: LogicalType) -> Option<Column> {
    Some(Column {
        name: ColumnName::parse("value").ok()?,
        title_zh: "".into(),
        ty,
        written: Vec::new(),
        labels: Vec::new(),
        label_patterns: Vec::new(),
        nulls: Vec::new(),
        values: Vec::new(),
        strip: Vec::new(),
        additive: false,
        dropped: false,
        required: false,
        with: None,
        without: None,
        order: None,
        also: false,
        same: false,
        half: None,
        else_labels: Vec::new(),
    })
}

/// Whether cells are codes: all of one run of capitals and digits, with leading zeros, a mix, or more digits than a count.
fn is_code(source: usize, chunks: &[RawChunk]) -> bool {
    let mut is_telling = false;
    for cell in filled(chunks, source) {
        let plain = cell.trim_start_matches("=\"").trim_end_matches('"');
        let is_run = plain
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
        if !is_run || plain.is_empty() {
            return false;
        }
        let digits = plain.bytes().filter(u8::is_ascii_digit).count();
        let is_number = digits == plain.len();
        is_telling |= (plain.starts_with('0') && plain.len() > 1 && is_number)
            || (is_number && digits >= 11)
            || (digits > 0 && plain.bytes().any(|b| b.is_ascii_uppercase()));
    }
    is_telling
}

fn slug(label: &str) -> String {
    let mut slug = String::new();
    for c in label.trim().chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.ends_with('_') && !slug.is_empty() {
            slug.push('_');
        }
    }
    slug.trim_end_matches('_').to_owned()
}

fn free_name(name: String, source: usize, taken: &mut BTreeSet<String>) -> String {
    let is_name = ColumnName::parse(&name).is_ok();
    let base = if is_name {
        name
    } else {
        format!("column_{}", source + 1)
    };
    let mut free = base.clone();
    let mut n = 1;
    while taken.contains(&free) {
        n += 1;
        free = format!("{base}_{n}");
    }
    taken.insert(free.clone());
    free
}
