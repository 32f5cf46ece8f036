//! From a schema as written to a schema that is trusted: every name, type, pattern and reference is checked here.

use crate::model::logical_type::BarePercent;
use crate::model::logical_type::LogicalType;
use crate::model::market::DateOrder;
use crate::model::name::BadName;
use crate::model::name::ColumnName;
use crate::model::name::SchemaId;
use crate::schema::Column;
use crate::schema::Fact;
use crate::schema::FactSource;
use crate::schema::Half;
use crate::schema::Output;
use crate::schema::Schema;
use crate::schema::Seed;
use crate::schema::Signature;
use crate::schema::Skip;
use crate::schema::Total;
use crate::schema::label::Label;
use crate::schema::label::LabelPattern;
use crate::schema::wire::SchemaError;
use crate::schema::wire::WireColumn;
use crate::schema::wire::WireFact;
use crate::schema::wire::WireOutput;
use crate::schema::wire::WireSchema;
use crate::schema::wire::WireSignature;
use crate::schema::wire::WireSkip;
use crate::schema::wire::WireTotal;
use regex::Regex;
use std::sync::Arc;
use toml::Spanned;

/// Walks a wire schema and collects faults; every `Option` that comes back empty has left one.
pub(super) struct Door<'a> {
    id: &'a str,
    text: &'a str,
    faults: Vec<SchemaError>,
}

impl<'a> Door<'a> {
    pub(super) fn new(id: &'a str, text: &'a str) -> Self {
        Self {
            id,
            text,
            faults: Vec::new(),
        }
    }

    pub(super) fn into_faults(self) -> Vec<SchemaError> {
        self.faults
    }

    pub(super) fn fault(&mut self, at: usize, what: &str) {
        let line = self
            .text
            .get(..at)
            .unwrap_or(self.text)
            .matches('\n')
            .count()
            + 1;
        self.faults.push(SchemaError {
            file: self.id.into(),
            line,
            what: what.into(),
        });
    }

    pub(super) fn name<T>(
        &mut self,
        wire: &Spanned<String>,
        parse: fn(&str) -> Result<T, BadName>,
    ) -> Option<T> {
        parse(wire.get_ref())
            .map_err(|bad| self.fault(wire.span().start, &bad.to_string()))
            .ok()
    }

    pub(super) fn column_name(&mut self, wire: &Spanned<String>) -> Option<ColumnName> {
        self.name(wire, ColumnName::parse)
    }

    pub(super) fn column_names(&mut self, wire: &[Spanned<String>]) -> Vec<ColumnName> {
        wire.iter()
            .filter_map(|name| self.column_name(name))
            .collect()
    }

    pub(super) fn regex(&mut self, wire: &Spanned<String>) -> Option<Regex> {
        Regex::new(wire.get_ref())
            .map_err(|bad| self.fault(wire.span().start, &bad.to_string()))
            .ok()
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(
        &mut self,
        wire: &Spanned<String>,
        words: &[(&str, T)],
    ) -> Option<T> {
        let found = words
            .iter()
            .find(|(word, _)| word == wire.get_ref())
            .map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            self.fault(
                wire.span().start,
                &format!("{:?} is not one of {}", wire.get_ref(), known.join(", ")),
            );
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
        let columns: Vec<Column> = wire
            .column
            .into_iter()
            .filter_map(|column| self.column(column))
            .collect();
        self.labels_are_apart(&columns);
        let facts = wire
            .fact
            .into_iter()
            .filter_map(|fact| self.fact(&fact))
            .collect();
        let skips = wire
            .skip
            .into_iter()
            .filter_map(|skip| self.skip(skip))
            .collect();
        let totals = wire.total.iter();
        let totals = totals.filter_map(|total| self.total(total)).collect();
        let signature = self.signature(&wire.signature, &columns);
        let is_flat = wire.json.as_ref().is_none_or(|json| json.get_ref().text);
        let nesting = wire.json.as_ref().map(|json| self.nesting(json));
        let complete = wire.confidence.as_ref().is_none_or(|word| {
            self.word(word, &[("full", true), ("partial", false)])
                .unwrap_or(true)
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
            .filter_map(|output| self.output(&output, &columns))
            .collect();
        Some(Schema {
            id: id?,
            title: wire.title.into(),
            title_zh: wire.title_zh.into(),
            download: wire.download.into(),
            complete,
            family: wire.family.into(),
            signature,
            nesting: nesting.map(Arc::new),
            is_flat,
            columns,
            facts,
            skips,
            totals,
            outputs,
            not_sheets: wire.not_sheets.as_ref().and_then(|text| self.regex(text)),
            unusable: wire.unusable.map(Into::into),
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
                    self.fault(
                        *at,
                        &format!(
                            "the signature names the column {name:?}, which no [[column]] declares"
                        ),
                    );
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
        let patterns = |texts: &[String]| {
            texts
                .iter()
                .map(|text| LabelPattern::of(text))
                .collect::<Vec<_>>()
        };
        let labels = if wire.labels.is_empty() {
            Vec::new()
        } else {
            vec![(
                wire.labels_at_least.unwrap_or(wire.labels.len()),
                patterns(&wire.labels),
            )]
        };
        if all.is_empty() && any.is_empty() && labels.is_empty() {
            self.fault(
                0,
                "the signature matches every file: name columns in `all` or `any`, or `labels`",
            );
        }
        Signature {
            all,
            any,
            labels,
            none: patterns(&wire.none_labels),
            order,
        }
    }

    /// No label may name two columns at once, and no column may stand twice.
    fn labels_are_apart(&mut self, columns: &[Column]) {
        for (n, column) in columns.iter().enumerate() {
            for other in &columns[..n] {
                if other.name == column.name {
                    self.fault(
                        0,
                        &format!("the column {:?} is declared twice", column.name),
                    );
                }
                let both = |a: &Option<ColumnName>, b: &Option<ColumnName>| a.is_some() && a == b;
                let are_halves =
                    column.half.is_some() && other.half.is_some() && column.half != other.half;
                if are_halves
                    || column.also
                    || other.also
                    || both(&other.with, &column.without)
                    || both(&other.without, &column.with)
                {
                    continue;
                }
                let shared = column
                    .labels
                    .iter()
                    .zip(&column.written)
                    .find(|((_, label), _)| other.labels.iter().any(|(_, known)| known == label));
                if let Some((_, label)) = shared {
                    let (a, b) = (&other.name, &column.name);
                    self.fault(
                        0,
                        &format!("the label {label:?} names both {a:?} and {b:?}"),
                    );
                }
            }
        }
    }

    fn column(&mut self, wire: WireColumn) -> Option<Column> {
        let at = wire.name.span().start;
        let name = self.column_name(&wire.name);
        let ty = self.column_type(&wire);
        let (mut labels, mut written) = (Vec::new(), Vec::new());
        let (mut label_patterns, mut written_patterns) = (Vec::new(), Vec::new());
        let english_first = wire.labels.iter().filter(|(language, _)| *language == "en");
        let others = wire.labels.iter().filter(|(language, _)| *language != "en");
        for (language, spelt) in english_first.chain(others) {
            for label in spelt {
                let known = Label::of(label.get_ref());
                if known.is_empty() {
                    self.fault(
                        label.span().start,
                        &format!("the label {:?} has no letter or digit", label.get_ref()),
                    );
                }
                let text: Box<str> = label.get_ref().as_str().into();
                if text.contains('*') {
                    label_patterns.push(LabelPattern::of(&text));
                    written_patterns.push(text);
                } else {
                    written.push(text);
                    labels.push((language.as_str().into(), known));
                }
            }
        }
        written.append(&mut written_patterns);
        let mut condition =
            |name: &Option<Spanned<String>>| name.as_ref().and_then(|name| self.column_name(name));
        let (with, without) = (condition(&wire.with), condition(&wire.without));
        let ty = ty?;
        if wire.additive && !ty.is_exact() {
            self.fault(
                at,
                &format!(
                    "a column of type {ty} cannot be additive: only integer, decimal and money can"
                ),
            );
        }
        let half = wire
            .half
            .as_ref()
            .and_then(|word| self.word(word, &[("first", Half::First), ("last", Half::Last)]));
        let order = wire.date_order.as_ref().and_then(|word| {
            self.word(
                word,
                &[
                    ("day-first", DateOrder::DayFirst),
                    ("month-first", DateOrder::MonthFirst),
                ],
            )
        });
        Some(Column {
            name: name?,
            title_zh: wire.title_zh.into(),
            ty,
            written,
            labels,
            label_patterns,
            nulls: wire.nulls.into_iter().map(Into::into).collect(),
            values: wire
                .values
                .into_iter()
                .map(|(from, to)| (from.into(), to.into()))
                .collect(),
            strip: wire.strip.into_iter().map(Into::into).collect(),
            additive: wire.additive,
            dropped: wire.drop,
            required: wire.required,
            with,
            without,
            order,
            same: wire.same,
            also: wire.also,
            half,
            else_labels: wire
                .else_labels
                .iter()
                .flat_map(|(language, spelt)| {
                    let label = |text: &String| (language.as_str().into(), Label::of(text));
                    spelt.iter().map(label)
                })
                .collect(),
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
                    self.fault(
                        at,
                        &format!("a column of type {other} has no `scale` and no `bare`"),
                    );
                }
                other
            }
        })
    }

    fn fact(&mut self, wire: &WireFact) -> Option<Fact> {
        let pattern = self.regex(&wire.pattern);
        let at = wire.from.span().start;
        let of_column = |door: &mut Self, name: &str| {
            ColumnName::parse(name)
                .map_err(|bad| door.fault(at, &bad.to_string()))
                .ok()
        };
        let from = match wire.from.get_ref().as_str() {
            "file-name" => FactSource::FileName,
            "preamble" => FactSource::Preamble,
            "sheet" => FactSource::Sheet,
            "property" => FactSource::Property,
            "stray" => FactSource::Stray,
            other => match other.split_once(':') {
                Some(("path", path)) => FactSource::Path(self.fixed_path(path, at)?),
                Some(("label", column)) => FactSource::LabelOf(of_column(self, column)?),
                Some(("greatest", column)) => FactSource::GreatestOf(of_column(self, column)?),
                _ => {
                    self.fault(
                        at,
                        &format!(
                            "{other:?} is not a place for a fact: file-name, preamble, sheet, property, stray, \
                             path:<path>, label:<column> or greatest:<column>"
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
            self.fault(
                wire.pattern.span().start,
                "the pattern names no fact: write (?<observed_date>..) or the like",
            );
        }
        Some(Fact {
            from,
            pattern,
            values: wire
                .values
                .iter()
                .map(|(from, to)| (from.to_lowercase().into(), to.as_str().into()))
                .collect(),
            certain: wire.certain.unwrap_or(true),
        })
    }

    fn total(&mut self, wire: &WireTotal) -> Option<Total> {
        if wire.of.is_empty() {
            self.fault(wire.is.span().start, "a total is of at least one column");
        }
        let per = wire.per.as_ref();
        Some(Total {
            of: self.column_names(&wire.of),
            is: self.column_name(&wire.is)?,
            per: per.and_then(|name| self.column_name(name)),
        })
    }

    fn skip(&mut self, wire: WireSkip) -> Option<Skip> {
        let (column, pattern) = (self.column_name(&wire.column), self.regex(&wire.pattern));
        Some(Skip {
            column: column?,
            pattern: pattern?,
            reason: wire.reason.into(),
        })
    }
}
