//! The rest of the door: outputs, and the periods, merge rules and steps in them.

use crate::model::name::ColumnName;
use crate::model::name::TableName;
use crate::model::table::MergeBy;
use crate::model::table::MergeRule;
use crate::schema::Column;
use crate::schema::ConstantValue;
use crate::schema::Duplicates;
use crate::schema::Merge;
use crate::schema::Output;
use crate::schema::Own;
use crate::schema::Period;
use crate::schema::Step;
use crate::schema::door::Door;
use crate::schema::wire::WireMerge;
use crate::schema::wire::WireOutput;
use crate::schema::wire::WirePeriod;
use crate::schema::wire::WireStep;
use toml::Spanned;

impl Door<'_> {
    pub(super) fn output(&mut self, wire: &WireOutput, columns: &[Column]) -> Option<Output> {
        let table = self.name(&wire.table, TableName::parse);
        let period = self.period(&wire.period);
        let merge = self.merge(&wire.merge);
        if let (Some(period), Some(merge)) = (&period, &merge)
            && merge.duplicates == Duplicates::Latest
        {
            self.latest(wire, period, columns);
        }
        for name in &wire.columns {
            if !columns
                .iter()
                .any(|column| column.name.as_str() == name.get_ref())
            {
                self.fault(
                    name.span().start,
                    &format!("no [[column]] declares {:?}", name.get_ref()),
                );
            }
        }
        let limited = self.column_names(&wire.columns);
        let steps = wire
            .step
            .iter()
            .filter_map(|step| self.step(step))
            .collect();
        Some(Output {
            table: table?,
            period: period?,
            merge: merge?,
            columns: limited,
            steps,
        })
    }

    /// Of rows that share a key one can be the latest only by a time of their own, and the others may hold no amounts that
    /// would be lost.
    fn latest(&mut self, wire: &WireOutput, period: &Period, columns: &[Column]) {
        let at = wire.merge.get_ref().duplicates.span().start;
        if !matches!(
            period,
            Period::Snapshot { day: Some(_) } | Period::Event { .. }
        ) {
            self.fault(
                at,
                "\"latest\" needs a [period] with a column: snapshot or event",
            );
        }
        if columns.iter().any(|column| column.additive) {
            self.fault(
                at,
                "\"latest\" leaves rows out, and no column may then be additive",
            );
        }
    }

    fn period(&mut self, spanned: &Spanned<WirePeriod>) -> Option<Period> {
        let wire = spanned.get_ref();
        let range = match &wire.range {
            Some((first, last)) => Some((self.column_name(first)?, self.column_name(last)?)),
            None => None,
        };
        let period = match (
            &wire.day,
            wire.range_only,
            &wire.snapshot,
            &wire.event,
            wire.none,
        ) {
            (None, false, None, None, false) if wire.rows.is_some() && range.is_none() => {
                let (start, end) = wire.rows.as_ref()?;
                Period::Rows {
                    start: self.column_name(start)?,
                    end: self.column_name(end)?,
                }
            }
            (Some(day), false, None, None, false) => Period::Day {
                day: self.column_name(day)?,
                range,
                is_granular: wire.granular,
                months: wire
                    .months
                    .as_ref()
                    .and_then(|name| self.name(name, TableName::parse)),
            },
            (None, true, None, None, false) => Period::Range { extremes: range },
            (None, false, Some(day), None, false) if range.is_none() => {
                match day.get_ref().as_str() {
                    "observed" => Period::Snapshot { day: None },
                    _ => Period::Snapshot {
                        day: Some(self.column_name(day)?),
                    },
                }
            }
            (None, false, None, Some(at), false) if range.is_none() => Period::Event {
                at: self.column_name(at)?,
                fixed: wire.fixed,
            },
            (None, false, None, None, true) if range.is_none() => Period::Always,
            _ => {
                self.fault(
                    spanned.span().start,
                    "[period] is one of: day (with range or granular or not), range-only (with range or not), rows, snapshot, event, none",
                );
                return None;
            }
        };
        if wire.fixed && wire.event.is_none() {
            self.fault(spanned.span().start, "`fixed` goes with `event`");
        }
        Some(period)
    }

    fn merge(&mut self, spanned: &Spanned<WireMerge>) -> Option<Merge> {
        let wire = spanned.get_ref();
        let by = self.word(
            &wire.by,
            &[("slice", MergeBy::Slice), ("key", MergeBy::Key)],
        );
        let duplicates = self.word(
            &wire.duplicates,
            &[
                ("sum", Duplicates::Sum),
                ("keep", Duplicates::Keep),
                ("latest", Duplicates::Latest),
            ],
        );
        let key = self.column_names(&wire.key);
        let partial_by = wire
            .partial_by
            .as_ref()
            .and_then(|name| self.column_name(name));
        let slice = wire.slice.as_ref().and_then(|name| self.column_name(name));
        let weight = wire.weight.as_ref().and_then(|name| self.column_name(name));
        Some(Merge {
            rule: MergeRule {
                by: by?,
                key,
                partial_by,
                weight,
                slice,
            },
            duplicates: duplicates?,
        })
    }

    fn step(&mut self, spanned: &Spanned<WireStep>) -> Option<Step> {
        let wire = spanned.get_ref();
        let named = |door: &mut Self, name: &Option<Spanned<String>>| {
            name.as_ref().and_then(|name| door.column_name(name))
        };
        if let (Some(column), Some(value)) = (&wire.constant, &wire.value) {
            let at = column.span().start;
            let value = match wire
                .r#type
                .as_ref()
                .map(Spanned::get_ref)
                .map(String::as_str)
            {
                None => ConstantValue::Text(value.as_str().into()),
                Some("integer") => {
                    let Ok(number) = value.parse() else {
                        self.fault(at, &format!("{value:?} is no whole number"));
                        return None;
                    };
                    ConstantValue::Integer(number)
                }
                Some(other) => {
                    self.fault(
                        at,
                        &format!("a constant is text or an integer, not {other:?}"),
                    );
                    return None;
                }
            };
            let column = self.column_name(column)?;
            return Some(Step::Constant { column, value });
        }
        if let Some(column) = &wire.fill_down {
            return Some(Step::FillDown {
                column: self.column_name(column)?,
            });
        }
        if let (Some(column), Some(of)) = (&wire.first_of, &wire.of) {
            return Some(Step::FirstOf {
                column: self.column_name(column)?,
                of: self.column_names(of),
            });
        }
        if let (Some(column), Some(of)) = (&wire.sum_of, &wire.of) {
            return Some(Step::SumOf {
                column: self.column_name(column)?,
                of: self.column_names(of),
            });
        }
        if let (Some(column), Some(from), Some(pattern)) =
            (&wire.extract, &wire.from, &wire.pattern)
        {
            let (column, from) = (self.column_name(column)?, self.column_name(from)?);
            return Some(Step::Extract {
                column,
                from,
                pattern: self.regex(pattern)?,
            });
        }
        if let (Some(labels), Some(ty)) = (&wire.unpivot, &wire.r#type) {
            let labels = self.regex(labels)?;
            let (name_to, value_to) = (named(self, &wire.name_to), named(self, &wire.value_to));
            let (Some(name_to), Some(value_to)) = (name_to, value_to) else {
                self.fault(spanned.span().start, "unpivot needs name-to and value-to");
                return None;
            };
            let ty_at = ty.span().start;
            let ty = ty
                .get_ref()
                .parse()
                .map_err(|bad| self.fault(ty_at, &format!("{bad}")))
                .ok()?;
            let mut values = Vec::new();
            for (to, from) in &wire.own_values {
                let to = ColumnName::parse(to)
                    .map_err(|bad| self.fault(from.span().start, &bad.to_string()))
                    .ok()?;
                values.push((to, self.column_name(from)?));
            }
            let own = named(self, &wire.own).map(|name| Own { name, values });
            return Some(Step::Unpivot {
                labels,
                name_to,
                value_to,
                ty,
                own,
                names_to: named(self, &wire.names_to),
            });
        }
        if let Some(step) = self.divide(spanned) {
            return Some(step);
        }
        self.fault(
            spanned.span().start,
            "a step is one of: constant + value; fill-down; first-of + of; extract + from + pattern; \
             unpivot + name-to + value-to + type; divide + by; minor-units",
        );
        None
    }
}
