//! A schema laid over one header row: which cell is which column, and whether the row is the schema's at all.

use crate::model::logical_type::LogicalType;
use crate::model::name::ColumnName;
use crate::schema::Column;
use crate::schema::Schema;
use crate::schema::Step;
use crate::schema::label::Label;
use regex::Regex;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// A column of the report and where it stands.
#[derive(Debug, Clone)]
pub struct BoundColumn {
    /// Counts from 0.
    pub source: usize,
    /// As the report writes it.
    pub label: Box<str>,
    pub column: Column,
}

/// What a schema makes of a header row.
#[derive(Debug, Clone, Default)]
pub struct Binding {
    pub columns: Vec<BoundColumn>,
    /// Columns that an unpivot step takes: bound under made-up names, with the label each stood under.
    pub unpivoted: Vec<BoundColumn>,
    /// Labels that the schema does not know, with their position from 0.
    pub unknown: Vec<(usize, Box<str>)>,
    /// Labels that stood a second time and are read past.
    pub duplicate: Vec<(usize, Box<str>)>,
    /// Positions of columns that are known and dropped.
    pub dropped: Vec<usize>,
    /// ISO 639-1 code of the language that most labels are in; ties go to the smaller code.
    pub language: Option<Box<str>>,
}

/// The cells of a row that may be a header, read as labels once for all schemas that are laid over it.
pub struct Header<'a> {
    pub cells: &'a [String],
    pub labels: Vec<Label>,
    /// Each label with the mark of a count that people take out: `7 Day Total Orders` is `7 Day Total Orders (#)` where
    /// that does not stand beside it.
    counted: Vec<Option<Label>>,
}

impl<'a> Header<'a> {
    pub fn of(cells: &'a [String]) -> Self {
        let labels: Vec<Label> = cells.iter().map(|cell| Label::of(cell)).collect();
        let counted = labels.iter().map(|label| {
            let counted = Label::of(&format!("{}#", label.as_str()));
            (!labels.contains(&counted)).then_some(counted)
        });
        Self {
            cells,
            counted: counted.collect(),
            labels,
        }
    }
}

impl Binding {
    /// Lays `schema` over a header row. Always succeeds: see [`Binding::fits`].
    pub fn of(schema: &Schema, header: &Header<'_>) -> Self {
        let Header {
            cells,
            labels,
            counted,
        } = header;
        let mut binding = Self::default();
        let mut taken = BTreeSet::new();
        let swapped = swapped(schema, labels);
        let columns = swapped.as_deref().unwrap_or(&schema.columns);
        let applicable = applicable(schema, columns, labels);
        let mut languages: BTreeMap<&str, usize> = BTreeMap::new();
        let unpivot = unpivot(schema);
        for (source, (cell, label)) in cells.iter().zip(labels).enumerate() {
            if label.is_empty() {
                continue;
            }
            let labelled = |label: &Label| {
                applicable
                    .iter()
                    .find(|(_, column)| column.is_labelled(label))
            };
            let counted = counted[source]
                .as_ref()
                .filter(|counted| labelled(label).is_none() && labelled(counted).is_some());
            let label = counted.unwrap_or(label);
            if let Some((at, column)) = labelled(label) {
                // A label that stands again is also known by its number: the second `Weight` is `Weight 2`.
                let again = labels[..source]
                    .iter()
                    .filter(|earlier| *earlier == label)
                    .count()
                    + 1;
                let numbered =
                    (again > 1).then(|| Label::of(&format!("{} {again}", label.as_str())));
                let known = numbered.as_ref().and_then(|numbered| {
                    let (at, column) = labelled(numbered)?;
                    Some((at, column, numbered))
                });
                let (at, column, label) = known.unwrap_or((at, column, label));
                if !taken.insert(*at) {
                    binding.duplicate.push((source, cell.as_str().into()));
                    continue;
                }
                for (language, _) in column.labels.iter().filter(|(_, known)| known == label) {
                    *languages.entry(language).or_default() += 1;
                }
                for (at, half) in applicable
                    .iter()
                    .filter(|(other, half)| {
                        half.half.is_some() && half.is_labelled(label) && !taken.contains(other)
                    })
                    .copied()
                    .collect::<Vec<_>>()
                {
                    taken.insert(at);
                    binding.columns.push(BoundColumn {
                        source,
                        label: cell.as_str().into(),
                        column: half.clone(),
                    });
                }
                if column.dropped {
                    binding.dropped.push(source);
                } else {
                    binding.columns.push(BoundColumn {
                        source,
                        label: cell.as_str().into(),
                        column: (*column).clone(),
                    });
                }
            } else if let Some((_, ty)) =
                unpivot.filter(|(pattern, _)| pattern.is_match(cell.trim()))
            {
                binding.unpivoted.push(BoundColumn {
                    source,
                    label: cell.trim().into(),
                    column: unpivoted_column(binding.unpivoted.len(), ty),
                });
            } else {
                binding.unknown.push((source, cell.as_str().into()));
            }
        }
        binding.bind_also(schema, cells, labels);
        binding.language = languages
            .into_iter()
            .max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0)))
            .map(|(language, _)| language.into());
        binding
    }

    /// Columns that read what others may read too.
    fn bind_also(&mut self, schema: &Schema, cells: &[String], labels: &[Label]) {
        for column in schema.columns.iter().filter(|column| column.also) {
            let stands = (column.labels.iter())
                .find_map(|(_, label)| labels.iter().position(|standing| standing == label));
            if let Some(source) = stands {
                self.unknown.retain(|(unknown, _)| *unknown != source);
                self.columns.push(BoundColumn {
                    source,
                    label: cells[source].as_str().into(),
                    column: column.clone(),
                });
            }
        }
    }

    pub fn has(&self, name: &str) -> bool {
        self.columns
            .iter()
            .any(|bound| bound.column.name.as_str() == name)
    }

    fn position(&self, name: &ColumnName) -> Option<usize> {
        self.columns
            .iter()
            .find(|bound| bound.column.name == *name)
            .map(|bound| bound.source)
    }

    /// What the header row lacks to be this schema's, or has too much; empty when it fits.
    pub fn misfits(&self, schema: &Schema, header: &Header<'_>) -> Vec<Misfit> {
        let Header { cells, labels, .. } = header;
        let signature = &schema.signature;
        let mut misfits: Vec<Misfit> = signature
            .all
            .iter()
            .filter(|name| !self.has(name.as_str()))
            .map(|name| Misfit::Lacks(first_label(schema, name)))
            .collect();
        if !signature.any.is_empty() && !signature.any.iter().any(|name| self.has(name.as_str())) {
            misfits.push(Misfit::LacksAnyOf(
                signature
                    .any
                    .iter()
                    .map(|name| first_label(schema, name))
                    .collect(),
            ));
        }
        for (least, patterns) in &signature.labels {
            let met = labels
                .iter()
                .filter(|label| patterns.iter().any(|pattern| pattern.matches(label)))
                .count();
            if met < *least {
                misfits.push(Misfit::LacksAnyOf(
                    patterns
                        .iter()
                        .map(|pattern| pattern.text.clone())
                        .collect(),
                ));
            }
        }
        for pattern in &signature.none {
            if let Some(at) = labels
                .iter()
                .position(|label| !label.is_empty() && pattern.matches(label))
            {
                misfits.push(Misfit::HasForeign(cells[at].as_str().into()));
            }
        }
        for (first, second) in &signature.order {
            if let (Some(a), Some(b)) = (self.position(first), self.position(second))
                && a > b
            {
                misfits.push(Misfit::WrongOrder(
                    first_label(schema, first),
                    first_label(schema, second),
                ));
            }
        }
        misfits
    }

    /// How many labels of the header the schema knows.
    pub fn n_known(&self) -> usize {
        let columns = self.columns.iter().chain(&self.unpivoted);
        let read: BTreeSet<usize> = columns.map(|bound| bound.source).collect();
        read.len() + self.dropped.len() + self.duplicate.len()
    }

    /// Whether what the header lacks of the schema's signature is no measure, tells no rows apart, and places none in time
    /// but in such a way that a person can say it instead. A report without a measure is mostly another report.
    pub fn lacks_only_marks(&self, schema: &Schema, header: &Header<'_>) -> bool {
        let signature = &schema.signature;
        let tells = |name: &ColumnName| {
            (schema.outputs.iter()).any(|output| {
                let rule = &output.merge.rule;
                rule.key.contains(name)
                    || [&rule.slice, &rule.partial_by].contains(&&Some(name.clone()))
                    || output.period.needs().contains(&name)
            })
        };
        let counts = |name: &ColumnName| schema.column(name.as_str()).is_some_and(|c| c.additive);
        let has_marks = signature.labels.iter().all(|(least, patterns)| {
            let is_met = |label: &&Label| patterns.iter().any(|pattern| pattern.matches(label));
            header.labels.iter().filter(is_met).count() >= *least
        });
        let lacks_any = !signature.any.iter().any(|name| self.has(name.as_str()));
        has_marks
            && !(signature.all.iter())
                .any(|name| !self.has(name.as_str()) && (tells(name) || counts(name)))
            && !(lacks_any && signature.any.iter().any(tells))
    }

    /// Whether the header row is this schema's.
    pub fn fits(&self, schema: &Schema, header: &Header<'_>) -> bool {
        self.misfits(schema, header).is_empty()
    }
}

/// The columns that may be read from such a header, each with its place in the schema.
fn applicable<'a>(
    schema: &Schema,
    columns: &'a [Column],
    labels: &[Label],
) -> Vec<(usize, &'a Column)> {
    let stands = |name: &ColumnName| {
        let column = schema.column(name.as_str());
        column.is_some_and(|column| column.is_among(labels))
    };
    let is_applicable = |(_, column): &(usize, &Column)| {
        !column.also
            && column.with.as_ref().is_none_or(stands)
            && !column.without.as_ref().is_some_and(stands)
    };
    columns.iter().enumerate().filter(is_applicable).collect()
}

/// The labels that an unpivot step takes, and the type of what stands under them.
fn unpivot(schema: &Schema) -> Option<(&Regex, LogicalType)> {
    let mut steps = (schema.outputs.iter()).flat_map(|output| &output.steps);
    steps.find_map(|step| match step {
        Step::Unpivot { labels, ty, .. } => Some((labels, *ty)),
        _ => None,
    })
}

/// The columns with their other labels, where the schema has such and none of those columns stands under its own.
fn swapped(schema: &Schema, labels: &[Label]) -> Option<Vec<Column>> {
    let mut others = schema
        .columns
        .iter()
        .filter(|column| !column.else_labels.is_empty())
        .peekable();
    others.peek()?;
    if others.any(|column| column.is_among(labels)) {
        return None;
    }
    let swap = |column: &Column| {
        let mut column = column.clone();
        if !column.else_labels.is_empty() {
            column.labels = std::mem::take(&mut column.else_labels);
        }
        column
    };
    Some(schema.columns.iter().map(swap).collect())
}

/// Why a header row is not a schema's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    Lacks(Box<str>),
    LacksAnyOf(Vec<Box<str>>),
    HasForeign(Box<str>),
    WrongOrder(Box<str>, Box<str>),
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lacks(label) => write!(f, "lacks {label:?}"),
            Self::LacksAnyOf(labels) => {
                write!(f, "lacks one of ")?;
                for (n, label) in labels.iter().take(4).enumerate() {
                    write!(f, "{}{label:?}", if n == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
            Self::HasForeign(label) => write!(f, "has {label:?}, which marks another report"),
            Self::WrongOrder(first, second) => write!(f, "has {first:?} after {second:?}"),
        }
    }
}

/// A column as people know it: its first English label, else its canonical name.
fn first_label(schema: &Schema, name: &ColumnName) -> Box<str> {
    schema
        .column(name.as_str())
        .and_then(|column| column.written.first())
        .map_or_else(|| name.as_str().into(), Clone::clone)
}

fn unpivoted_column(n: usize, ty: LogicalType) -> Column {
    #[expect(
        clippy::expect_used,
        reason = "a letter followed by digits is a column name"
    )]
    let name = ColumnName::parse(&format!("unpivoted_{n}")).expect("well-formed");
    Column {
        name,
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::wire;

    const REPORT: &str = r#"
title = "Things"
table = "thing"
family = "own"
[signature]
all = ["sku"]
[period]
snapshot = "observed"
[merge]
by = "slice"
key = ["sku"]
duplicates = "keep"
[[column]]
name = "sku"
type = "id"
labels = { en = ["sku"] }
[[column]]
name = "item_name"
type = "text"
labels = { en = ["Name", "item_name[marketplace_id=*][language_tag=*]#1.value"] }
[[column]]
name = "day"
type = "date"
labels = { en = ["posted-date"] }
[[column]]
name = "at"
type = "timestamp"
also = true
labels = { en = ["posted-date-time", "posted-date"] }
"#;

    #[test]
    fn the_mark_of_a_count_may_be_taken_out() {
        let text = REPORT.replace("[\"Name\"", "[\"Names (#)\"");
        let schema = wire::parse("own/things", &text).unwrap();
        for (header, read) in [
            (vec!["sku", "Names"], Some(1)),
            (vec!["sku", "Names", "Names (#)"], Some(2)),
            (vec!["sku", "Name"], None),
        ] {
            let cells: Vec<String> = header.iter().map(|&cell| cell.into()).collect();
            let binding = Binding::of(&schema, &Header::of(&cells));
            let found = (binding.columns.iter())
                .find(|bound| bound.column.name.as_str() == "item_name")
                .map(|bound| bound.source);
            assert_eq!(found, read, "{header:?}");
        }
    }

    fn bound(header: &[&str]) -> (Vec<(String, usize)>, usize, usize) {
        let schema = wire::parse("own/things", REPORT).unwrap();
        let cells: Vec<String> = header.iter().map(|&cell| cell.into()).collect();
        let binding = Binding::of(&schema, &Header::of(&cells));
        let columns = binding.columns.iter();
        let places = columns.map(|bound| (bound.column.name.to_string(), bound.source));
        (
            places.collect(),
            binding.duplicate.len(),
            binding.unknown.len(),
        )
    }

    #[test]
    fn a_cell_may_be_read_twice_and_a_label_may_hold_what_changes() {
        for (header, places, duplicate, unknown) in [
            (
                vec!["sku", "posted-date"],
                vec![("sku", 0), ("day", 1), ("at", 1)],
                0,
                0,
            ),
            (
                vec!["sku", "posted-date", "posted-date-time"],
                vec![("sku", 0), ("day", 1), ("at", 2)],
                0,
                0,
            ),
            (
                vec![
                    "sku",
                    "item_name[marketplace_id=A1F83G8C2ARO7P][language_tag=en_GB]#1.value",
                ],
                vec![("sku", 0), ("item_name", 1)],
                0,
                0,
            ),
            // Two languages: the first is read, the second is said to be read past; the second name is none of ours.
            (
                vec![
                    "sku",
                    "item_name[marketplace_id=A][language_tag=en_GB]#1.value",
                    "item_name[marketplace_id=A][language_tag=de_DE]#1.value",
                    "item_name[marketplace_id=A][language_tag=de_DE]#2.value",
                ],
                vec![("sku", 0), ("item_name", 1)],
                1,
                1,
            ),
        ] {
            let (found, again, strange) = bound(&header);
            let places: Vec<(String, usize)> = places
                .into_iter()
                .map(|(name, at)| (name.into(), at))
                .collect();
            assert_eq!(found, places, "{header:?}");
            assert_eq!((again, strange), (duplicate, unknown), "{header:?}");
        }
    }
}
