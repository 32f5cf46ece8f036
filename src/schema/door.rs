//! From a schema as written to a schema that is trusted: every name, type, pattern and reference is checked here.

use crate::model::logical_type::BarePercent;
use crate::model::logical_type::LogicalType;
use crate::model::name::BadName;
use crate::model::name::ColumnName;
use crate::model::name::SchemaId;
use crate::model::name::TableName;
use crate::model::table::MergeBy;
use crate::model::table::MergeRule;
use crate::schema::Column;
use crate::schema::Duplicates;
use crate::schema::Fact;
use crate::schema::FactSource;
use crate::schema::Merge;
use crate::schema::Output;
use crate::schema::Own;
use crate::schema::Period;
use crate::schema::Schema;
use crate::schema::Seed;
use crate::schema::Signature;
use crate::schema::Skip;
use crate::schema::Step;
use crate::schema::label::Label;
use crate::schema::label::LabelPattern;
use crate::schema::wire::SchemaError;
use crate::schema::wire::WireColumn;
use crate::schema::wire::WireFact;
use crate::schema::wire::WireMerge;
use crate::schema::wire::WireOutput;
use crate::schema::wire::WirePeriod;
use crate::schema::wire::WireSchema;
use crate::schema::wire::WireSignature;
use crate::schema::wire::WireSkip;
use crate::schema::wire::WireStep;
use regex::Regex;
use toml::Spanned;

/// Walks a wire schema and collects faults; every `Option` that comes back empty has left one.
pub(super) struct Door<'a> {
    id: &'a str,
    text: &'a str,
    faults: Vec<SchemaError>,
}

impl<'a> Door<'a> {
    pub(super) fn new(id: &'a str, text: &'a str) -> Self {
        Self { id, text, faults: Vec::new() }
    }

    pub(super) fn into_faults(self) -> Vec<SchemaError> {
        self.faults
    }

    pub(super) fn fault(&mut self, at: usize, what: &str) {
        let line = self.text.as_bytes()[..at.min(self.text.len())].iter().filter(|b| **b == b'\n').count() + 1;
        self.faults.push(SchemaError { file: self.id.into(), line, what: what.into() });
    }

    fn name<T>(&mut self, wire: &Spanned<String>, parse: fn(&str) -> Result<T, BadName>) -> Option<T> {
        parse(wire.get_ref()).map_err(|bad| self.fault(wire.span().start, &bad.to_string())).ok()
    }

    fn column_name(&mut self, wire: &Spanned<String>) -> Option<ColumnName> {
        self.name(wire, ColumnName::parse)
    }

    fn column_names(&mut self, wire: &[Spanned<String>]) -> Vec<ColumnName> {
        wire.iter().filter_map(|name| self.column_name(name)).collect()
    }

    fn regex(&mut self, wire: &Spanned<String>) -> Option<Regex> {
        Regex::new(wire.get_ref()).map_err(|bad| self.fault(wire.span().start, &bad.to_string())).ok()
    }

    /// One of a few words.
    fn word<T: Copy>(&mut self, wire: &Spanned<String>, words: &[(&str, T)]) -> Option<T> {
        let found = words.iter().find(|(word, _)| word == wire.get_ref()).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            self.fault(wire.span().start, &format!("{:?} is not one of {}", wire.get_ref(), known.join(", ")));
        }
        found
    }

    pub(super) fn schema(&mut self, wire: WireSchema) -> Option<Schema> {
        let id = match SchemaId::parse(self.id) {
            Ok(id) => Some(id),
            Err(bad) => {
                self.fault(0, &bad.to_string());
                None
            }
        };
        let columns: Vec<Column> = wire.column.into_iter().filter_map(|column| self.column(column)).collect();
        self.labels_are_apart(&columns);
        let facts = wire.fact.into_iter().filter_map(|fact| self.fact(fact)).collect();
        let skips = wire.skip.into_iter().filter_map(|skip| self.skip(skip)).collect();
        let signature = self.signature(&wire.signature, &columns);
        let complete = wire.confidence.as_ref().is_none_or(|word| {
            self.word(word, &[("full", true), ("partial", false)]).unwrap_or(true)
        });
        let main = WireOutput {
            table: wire.table,
            columns: wire.columns,
            period: wire.period,
            merge: wire.merge,
            step: wire.step,
        };
        let outputs: Vec<Output> = std::iter::once(main)
            .chain(wire.output)
            .filter_map(|output| self.output(output, &columns))
            .collect();
        Some(Schema {
            id: id?,
            title: wire.title.into(),
            title_zh: wire.title_zh.into(),
            download: wire.download.into(),
            complete,
            family: wire.family.into(),
            signature,
            columns,
            facts,
            skips,
            outputs,
            seed: wire.seed.map(|seed| Seed {
                owner: seed.owner.into(),
                cadence: seed.cadence.into(),
                stale_after_days: seed.stale_after_days,
            }),
            version: crate::model::id::hash([self.text]).into(),
        })
    }

    fn signature(&mut self, wire: &WireSignature, columns: &[Column]) -> Signature {
        let mut declared = |names: &[Spanned<String>]| -> Vec<ColumnName> {
            let parsed: Vec<(usize, ColumnName)> = names
                .iter()
                .filter_map(|name| Some((name.span().start, self.column_name(name)?)))
                .collect();
            for (at, name) in &parsed {
                if !columns.iter().any(|column| column.name == *name) {
                    self.fault(*at, &format!("the signature names the column {name:?}, which no [[column]] declares"));
                }
            }
            parsed.into_iter().map(|(_, name)| name).collect()
        };
        let (all, any) = (declared(&wire.all), declared(&wire.any));
        let order = wire
            .order
            .iter()
            .filter_map(|(a, b)| {
                let mut pair = declared(&[a.clone(), b.clone()]);
                let second = pair.pop()?;
                Some((pair.pop()?, second))
            })
            .collect();
        let patterns = |texts: &[String]| texts.iter().map(|text| LabelPattern::of(text)).collect::<Vec<_>>();
        let labels = if wire.labels.is_empty() {
            Vec::new()
        } else {
            vec![(wire.labels_at_least.unwrap_or(wire.labels.len()), patterns(&wire.labels))]
        };
        if all.is_empty() && any.is_empty() && labels.is_empty() {
            self.fault(0, "the signature matches every file: name columns in `all` or `any`, or `labels`");
        }
        Signature { all, any, labels, none: patterns(&wire.none_labels), order }
    }

    /// No label may name two columns at once, and no column may stand twice.
    fn labels_are_apart(&mut self, columns: &[Column]) {
        for (n, column) in columns.iter().enumerate() {
            for other in &columns[..n] {
                if other.name == column.name {
                    self.fault(0, &format!("the column {:?} is declared twice", column.name));
                }
                let both = |a: &Option<ColumnName>, b: &Option<ColumnName>| a.is_some() && a == b;
                if both(&other.with, &column.without) || both(&other.without, &column.with) {
                    continue;
                }
                let shared = column.labels.iter().zip(&column.written).find(|((_, label), _)| {
                    other.labels.iter().any(|(_, known)| known == label)
                });
                if let Some((_, label)) = shared {
                    let (a, b) = (&other.name, &column.name);
                    self.fault(0, &format!("the label {label:?} names both {a:?} and {b:?}"));
                }
            }
        }
    }

    fn column(&mut self, wire: WireColumn) -> Option<Column> {
        let at = wire.name.span().start;
        let name = self.column_name(&wire.name);
        let ty = self.column_type(&wire);
        let (mut labels, mut written) = (Vec::new(), Vec::new());
        let english_first = wire.labels.iter().filter(|(language, _)| *language == "en");
        let others = wire.labels.iter().filter(|(language, _)| *language != "en");
        for (language, spelt) in english_first.chain(others) {
            for label in spelt {
                let known = Label::of(label.get_ref());
                if known.is_empty() {
                    self.fault(label.span().start, &format!("the label {:?} has no letter or digit", label.get_ref()));
                }
                written.push(label.get_ref().as_str().into());
                labels.push((language.as_str().into(), known));
            }
        }
        let mut condition = |name: &Option<Spanned<String>>| name.as_ref().and_then(|name| self.column_name(name));
        let (with, without) = (condition(&wire.with), condition(&wire.without));
        let ty = ty?;
        if wire.additive && !ty.is_exact() {
            self.fault(at, &format!("a column of type {ty} cannot be additive: only integer, decimal and money can"));
        }
        Some(Column {
            name: name?,
            title_zh: wire.title_zh.into(),
            ty,
            written,
            labels,
            nulls: wire.nulls.into_iter().map(Into::into).collect(),
            values: wire.values.into_iter().map(|(from, to)| (from.into(), to.into())).collect(),
            strip: wire.strip.into_iter().map(Into::into).collect(),
            additive: wire.additive,
            dropped: wire.drop,
            required: wire.required,
            with,
            without,
        })
    }

    fn column_type(&mut self, wire: &WireColumn) -> Option<LogicalType> {
        let at = wire.r#type.span().start;
        let ty = match wire.r#type.get_ref().parse::<LogicalType>() {
            Ok(ty) => ty,
            Err(unknown) => {
                self.fault(at, &unknown.to_string());
                return None;
            }
        };
        let scale = wire.scale.unwrap_or(LogicalType::DEFAULT_SCALE);
        if !(0..=8).contains(&scale) {
            self.fault(at, &format!("scale {scale} is not between 0 and 8"));
        }
        let bare = match &wire.bare {
            None => BarePercent::Fraction,
            Some(word) => self.word(
                word,
                &[
                    ("points", BarePercent::Points),
                    ("fraction", BarePercent::Fraction),
                    ("fraction-or-hundred", BarePercent::FractionOrHundred),
                ],
            )?,
        };
        Some(match ty {
            LogicalType::Decimal { .. } => LogicalType::Decimal { scale },
            LogicalType::Money { .. } => LogicalType::Money { scale },
            LogicalType::Percent { .. } => LogicalType::Percent { bare },
            other => {
                if wire.scale.is_some() || wire.bare.is_some() {
                    self.fault(at, &format!("a column of type {other} has no `scale` and no `bare`"));
                }
                other
            }
        })
    }

    fn fact(&mut self, wire: WireFact) -> Option<Fact> {
        let pattern = self.regex(&wire.pattern);
        let at = wire.from.span().start;
        let of_column = |door: &mut Self, name: &str| {
            ColumnName::parse(name).map_err(|bad| door.fault(at, &bad.to_string())).ok()
        };
        let from = match wire.from.get_ref().as_str() {
            "file-name" => FactSource::FileName,
            "preamble" => FactSource::Preamble,
            "sheet" => FactSource::Sheet,
            "property" => FactSource::Property,
            "stray" => FactSource::Stray,
            other => match other.split_once(':') {
                Some(("label", column)) => FactSource::LabelOf(of_column(self, column)?),
                Some(("greatest", column)) => FactSource::GreatestOf(of_column(self, column)?),
                _ => {
                    self.fault(
                        at,
                        &format!(
                            "{other:?} is not a place for a fact: file-name, preamble, sheet, property, stray, \
                             label:<column> or greatest:<column>"
                        ),
                    );
                    return None;
                }
            },
        };
        let pattern = pattern?;
        for group in pattern.capture_names().flatten() {
            of_column(self, group);
        }
        if pattern.capture_names().flatten().next().is_none() {
            self.fault(wire.pattern.span().start, "the pattern names no fact: write (?<observed_date>..) or the like");
        }
        Some(Fact { from, pattern })
    }

    fn skip(&mut self, wire: WireSkip) -> Option<Skip> {
        let (column, pattern) = (self.column_name(&wire.column), self.regex(&wire.pattern));
        Some(Skip { column: column?, pattern: pattern?, reason: wire.reason.into() })
    }

    fn output(&mut self, wire: WireOutput, columns: &[Column]) -> Option<Output> {
        let table = self.name(&wire.table, TableName::parse);
        let period = self.period(&wire.period);
        let merge = self.merge(&wire.merge);
        for name in &wire.columns {
            if !columns.iter().any(|column| column.name.as_str() == name.get_ref()) {
                self.fault(name.span().start, &format!("no [[column]] declares {:?}", name.get_ref()));
            }
        }
        let limited = self.column_names(&wire.columns);
        let steps = wire.step.iter().filter_map(|step| self.step(step)).collect();
        Some(Output { table: table?, period: period?, merge: merge?, columns: limited, steps })
    }

    fn period(&mut self, spanned: &Spanned<WirePeriod>) -> Option<Period> {
        let wire = spanned.get_ref();
        let range = match &wire.range {
            Some((first, last)) => Some((self.column_name(first)?, self.column_name(last)?)),
            None => None,
        };
        let period = match (&wire.day, wire.range_only, &wire.snapshot, &wire.event, wire.none) {
            (Some(day), false, None, None, false) => Period::Day { day: self.column_name(day)?, range },
            (None, true, None, None, false) => Period::Range { extremes: range },
            (None, false, Some(day), None, false) if range.is_none() => match day.get_ref().as_str() {
                "observed" => Period::Snapshot { day: None },
                _ => Period::Snapshot { day: Some(self.column_name(day)?) },
            },
            (None, false, None, Some(at), false) if range.is_none() => Period::Event { at: self.column_name(at)? },
            (None, false, None, None, true) if range.is_none() => Period::Always,
            _ => {
                self.fault(
                    spanned.span().start,
                    "[period] is one of: day (with range or not), range-only (with range or not), snapshot, event, none",
                );
                return None;
            }
        };
        Some(period)
    }

    fn merge(&mut self, spanned: &Spanned<WireMerge>) -> Option<Merge> {
        let wire = spanned.get_ref();
        let by = self.word(&wire.by, &[("slice", MergeBy::Slice), ("key", MergeBy::Key)]);
        let duplicates = self.word(&wire.duplicates, &[("sum", Duplicates::Sum), ("keep", Duplicates::Keep)]);
        let key = self.column_names(&wire.key);
        let partial_by = wire.partial_by.as_ref().and_then(|name| self.column_name(name));
        let weight = wire.weight.as_ref().and_then(|name| self.column_name(name));
        Some(Merge { rule: MergeRule { by: by?, key, partial_by, weight }, duplicates: duplicates? })
    }

    fn step(&mut self, spanned: &Spanned<WireStep>) -> Option<Step> {
        let wire = spanned.get_ref();
        let named = |door: &mut Self, name: &Option<Spanned<String>>| {
            name.as_ref().and_then(|name| door.column_name(name))
        };
        if let (Some(column), Some(value)) = (&wire.constant, &wire.value) {
            return Some(Step::Constant { column: self.column_name(column)?, value: value.as_str().into() });
        }
        if let Some(column) = &wire.fill_down {
            return Some(Step::FillDown { column: self.column_name(column)? });
        }
        if let (Some(column), Some(of)) = (&wire.first_of, &wire.of) {
            return Some(Step::FirstOf { column: self.column_name(column)?, of: self.column_names(of) });
        }
        if let (Some(column), Some(from), Some(pattern)) = (&wire.extract, &wire.from, &wire.pattern) {
            let (column, from) = (self.column_name(column)?, self.column_name(from)?);
            return Some(Step::Extract { column, from, pattern: self.regex(pattern)? });
        }
        if let (Some(labels), Some(ty)) = (&wire.unpivot, &wire.r#type) {
            let labels = self.regex(labels)?;
            let (name_to, value_to) = (named(self, &wire.name_to), named(self, &wire.value_to));
            let (Some(name_to), Some(value_to)) = (name_to, value_to) else {
                self.fault(spanned.span().start, "unpivot needs name-to and value-to");
                return None;
            };
            let ty_at = ty.span().start;
            let ty = ty.get_ref().parse().map_err(|bad| self.fault(ty_at, &format!("{bad}"))).ok()?;
            let mut values = Vec::new();
            for (to, from) in &wire.own_values {
                let to = ColumnName::parse(to).map_err(|bad| self.fault(from.span().start, &bad.to_string())).ok()?;
                values.push((to, self.column_name(from)?));
            }
            let own = named(self, &wire.own).map(|name| Own { name, values });
            return Some(Step::Unpivot { labels, name_to, value_to, ty, own, names_to: named(self, &wire.names_to) });
        }
        self.fault(
            spanned.span().start,
            "a step is one of: constant + value; fill-down; first-of + of; extract + from + pattern; \
             unpivot + name-to + value-to + type",
        );
        None
    }
}
