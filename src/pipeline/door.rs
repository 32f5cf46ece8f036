//! From a pipeline as written to one that is checked. The only way to a [`Pipeline`].

mod handed;

use crate::model::id;
use crate::model::name::ColumnName;
use crate::model::name::PipelineName;
use crate::model::name::TableName;
use crate::model::table::StoredType;
use crate::pipeline::Check;
use crate::pipeline::Mart;
use crate::pipeline::MartColumn;
use crate::pipeline::Partition;
use crate::pipeline::Pipeline;
use crate::pipeline::Rule;
use crate::pipeline::Severity;
use crate::pipeline::Stage;
use crate::pipeline::Work;
use crate::pipeline::maker;
use crate::pipeline::subset;
use crate::pipeline::wire::Fault;
use crate::pipeline::wire::WireCheck;
use crate::pipeline::wire::WireColumn;
use crate::pipeline::wire::WireMart;
use crate::pipeline::wire::WirePipeline;
use crate::pipeline::wire::WireStage;
use crate::pipeline::wire::fault;
use crate::pipeline::wire::line_of;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;

/// Most digits after the point of a stored decimal: 18 in all.
const MOST_SCALE: i8 = 8;

/// One file being checked, with what was wrong so far.
pub(super) struct Door<'a> {
    path: &'a str,
    text: &'a str,
    name: PipelineName,
    sql: &'a BTreeMap<&'a str, &'a str>,
    pub(super) faults: Vec<Fault>,
}

impl<'a> Door<'a> {
    pub(super) fn new(
        path: &'a str,
        text: &'a str,
        name: PipelineName,
        sql: &'a BTreeMap<&'a str, &'a str>,
    ) -> Self {
        Self {
            path,
            text,
            name,
            sql,
            faults: Vec::new(),
        }
    }

    pub(super) fn pipeline(&mut self, wire: WirePipeline) -> Pipeline {
        let mut stages = Vec::new();
        for stage in wire.stage {
            stages.extend(self.stage(stage));
        }
        for mart in wire.mart {
            stages.extend(self.mart(mart));
        }
        let read: BTreeSet<&str> = stages
            .iter()
            .filter(|stage| matches!(stage.work, Work::Sql(_)))
            .map(|stage| stage.name.as_str())
            .collect();
        for unread in self.sql.keys().filter(|name| !read.contains(*name)) {
            let path = format!("{}/{unread}.sql", self.name);
            self.faults.push(fault(
                &path,
                1,
                "no stage or mart of pipeline.toml is called this",
            ));
        }
        Pipeline {
            name: self.name.clone(),
            title: wire.title.into(),
            title_zh: wire.title_zh.into(),
            stages,
            review: None,
        }
    }

    fn stage(&mut self, wire: WireStage) -> Option<Stage> {
        let name = self.table(&wire.name)?;
        let inputs: Vec<TableName> = wire
            .inputs
            .iter()
            .filter_map(|input| self.table(input))
            .collect();
        let work = match wire.made_by {
            None => self.sql_of(&wire.name, &inputs)?,
            Some(made_by) => {
                let Some(maker) = maker::by_name(made_by.get_ref()) else {
                    let known: Vec<&str> = maker::MAKERS.iter().map(|maker| maker.name).collect();
                    self.at(
                        &made_by.span(),
                        format!(
                            "{:?} makes nothing; there is {}",
                            made_by.get_ref(),
                            known.join(", ")
                        ),
                    );
                    return None;
                };
                if inputs.len() != maker.inputs.len() {
                    let wanted = maker.inputs.join(", ");
                    self.at(
                        &made_by.span(),
                        format!("{} takes, in this order: {wanted}", maker.name),
                    );
                }
                Work::Made(maker)
            }
        };
        let drafts = wire.drafts.as_ref().and_then(|seed| self.table(seed));
        let version = version(&work, None);
        Some(Stage {
            name,
            inputs,
            work,
            drafts,
            mart: None,
            version,
        })
    }

    fn mart(&mut self, wire: WireMart) -> Option<Stage> {
        let name = self.table(&wire.name)?;
        let inputs: Vec<TableName> = wire
            .inputs
            .iter()
            .filter_map(|input| self.table(input))
            .collect();
        let columns = self.columns(&wire.column);
        let partition = self.partition(&wire, &columns);
        if wire.grain.get_ref().is_empty() {
            self.at(
                &wire.grain.span(),
                "a mart has a grain: one row each".to_owned(),
            );
        }
        let grain = wire
            .grain
            .get_ref()
            .iter()
            .filter_map(|column| self.column_of(column, &columns))
            .collect();
        let show = wire
            .show
            .iter()
            .filter_map(|column| self.column_of(column, &columns))
            .collect();
        let show_where = wire
            .show_where
            .as_ref()
            .and_then(|column| self.column_of(column, &columns));
        let upload = self.upload(&wire, &columns);
        let digest = (wire.digest.as_ref()).and_then(|digest| self.digest(digest, &columns));
        let checks = wire
            .check
            .iter()
            .filter_map(|check| self.check(check, &columns, &inputs))
            .collect();
        let work = self.sql_of(&wire.name, &inputs)?;
        let mart = Mart {
            name: name.clone(),
            pipeline: self.name.clone(),
            title: wire.title.into(),
            title_zh: wire.title_zh.into(),
            grain,
            partition,
            today: wire.today,
            columns,
            checks,
            show,
            show_where,
            upload,
            digest,
        };
        let version = version(&work, Some(&mart));
        Some(Stage {
            name,
            inputs,
            work,
            drafts: None,
            mart: Some(mart),
            version,
        })
    }

    fn columns(&mut self, wire: &[WireColumn]) -> Vec<MartColumn> {
        let mut columns: Vec<MartColumn> = Vec::new();
        for column in wire {
            let Some(name) = self.column_name(&column.name) else {
                continue;
            };
            if columns.iter().any(|before| before.name == name) {
                self.at(
                    &column.name.span(),
                    format!("the column {name} is declared twice"),
                );
                continue;
            }
            let Some(ty) = stored_type(column.r#type.get_ref()) else {
                let what = "a column's type is text, integer, double, decimal, decimal(0) to decimal(8), date, timestamp or bool";
                self.at(&column.r#type.span(), what.to_owned());
                continue;
            };
            columns.push(MartColumn {
                name,
                ty,
                unit: column.unit.as_str().into(),
                meaning: column.meaning.as_str().into(),
                meaning_zh: column.meaning_zh.as_str().into(),
            });
        }
        columns
    }

    fn partition(&mut self, wire: &WireMart, columns: &[MartColumn]) -> Partition {
        let written = wire.partition.get_ref().as_str();
        let at = wire.partition.span();
        let Some((_, partition)) = Partition::ALL.iter().find(|(name, _)| *name == written) else {
            self.at(
                &at,
                format!("a partition is month, week_start, as_of or none, not {written:?}"),
            );
            return Partition::None;
        };
        let dated = |name| {
            columns
                .iter()
                .any(|known| known.name.as_str() == name && known.ty == StoredType::Date)
        };
        if partition.column().is_some_and(|name| !dated(name)) {
            self.at(
                &at,
                format!("the partition needs a column {written} of type date"),
            );
        }
        if wire.today != (*partition == Partition::AsOf) {
            self.at(
                &at,
                "a mart with today = true is partitioned by as_of, and no other is".to_owned(),
            );
        }
        *partition
    }

    fn check(
        &mut self,
        wire: &WireCheck,
        columns: &[MartColumn],
        inputs: &[TableName],
    ) -> Option<Check> {
        let at = wire.kind.span();
        let named: Vec<ColumnName> = wire
            .columns
            .iter()
            .filter_map(|column| self.column_of(column, columns))
            .collect();
        let kind = wire.kind.get_ref().as_str();
        let keys = [
            (
                "columns",
                !wire.columns.is_empty(),
                ["not-null", "unique", "range"].as_slice(),
            ),
            ("min", wire.min.is_some(), &["row-count", "range"]),
            ("max", wire.max.is_some(), &["row-count", "range"]),
            ("column", wire.column.is_some(), &["sums-to"]),
            ("table", wire.table.is_some(), &["sums-to"]),
            ("of", wire.of.is_some(), &["sums-to"]),
        ];
        for (key, given, takers) in keys {
            let wanted = takers.contains(&kind) && !matches!(key, "min" | "max");
            if given && !takers.contains(&kind) || !given && wanted {
                self.at(
                    &at,
                    format!(
                        "a check of kind {kind:?} {} `{key}`",
                        if given { "takes no" } else { "needs" }
                    ),
                );
            }
        }
        let rule = match kind {
            "not-null" => Rule::NotNull { columns: named },
            "unique" => Rule::Unique { columns: named },
            "range" => Rule::Range {
                columns: named,
                min: wire.min,
                max: wire.max,
            },
            "row-count" => Rule::RowCount {
                min: self.count(&at, wire.min),
                max: self.count(&at, wire.max),
            },
            "sums-to" => {
                let (column, table, of) = (
                    wire.column.as_ref()?,
                    wire.table.as_ref()?,
                    wire.of.as_ref()?,
                );
                let column = self.column_of(column, columns)?;
                let input = self.table(table)?;
                if !inputs.contains(&input) {
                    self.at(
                        &table.span(),
                        format!("{input} is not one of the mart's inputs"),
                    );
                }
                Rule::SumsTo {
                    column,
                    table: input,
                    of: self.column_name(of)?,
                }
            }
            _ => {
                self.at(
                    &at,
                    "a check is not-null, unique, row-count, range or sums-to".to_owned(),
                );
                return None;
            }
        };
        let severity = match wire
            .severity
            .as_ref()
            .map(|severity| (severity.get_ref().as_str(), severity.span()))
        {
            None | Some(("error", _)) => Severity::Error,
            Some(("warn", _)) => Severity::Warn,
            Some((other, at)) => {
                self.at(&at, format!("a severity is error or warn, not {other:?}"));
                return None;
            }
        };
        Some(Check { rule, severity })
    }

    fn count(&mut self, at: &Range<usize>, limit: Option<f64>) -> Option<u64> {
        let limit = limit?;
        let whole = format!("{limit}").parse().ok();
        if whole.is_none() {
            self.at(at, format!("a number of rows is whole, not {limit}"));
        }
        whole
    }

    /// The stage's SQL, if there is one and it is safe.
    fn sql_of(&mut self, name: &Spanned<String>, inputs: &[TableName]) -> Option<Work> {
        let path = format!("{}/{}.sql", self.name, name.get_ref());
        let Some(sql) = self.sql.get(name.get_ref().as_str()) else {
            self.at(&name.span(), format!("there is no pipelines/{path}"));
            return None;
        };
        for refusal in subset::check(sql, inputs).err().unwrap_or_default() {
            let line = usize::try_from(refusal.line).unwrap_or(1).max(1);
            self.faults.push(fault(&path, line, &refusal.to_string()));
        }
        Some(Work::Sql((*sql).into()))
    }

    fn table(&mut self, written: &Spanned<String>) -> Option<TableName> {
        TableName::parse(written.get_ref())
            .map_err(|bad| self.at(&written.span(), bad.to_string()))
            .ok()
    }

    fn column_name(&mut self, written: &Spanned<String>) -> Option<ColumnName> {
        ColumnName::parse(written.get_ref())
            .map_err(|bad| self.at(&written.span(), bad.to_string()))
            .ok()
    }

    fn column_of(
        &mut self,
        written: &Spanned<String>,
        columns: &[MartColumn],
    ) -> Option<ColumnName> {
        let found = columns
            .iter()
            .find(|column| column.name.as_str() == written.get_ref());
        if found.is_none() {
            self.at(
                &written.span(),
                format!("the mart has no column {:?}", written.get_ref()),
            );
        }
        found.map(|column| column.name.clone())
    }

    fn at(&mut self, span: &Range<usize>, what: String) {
        self.faults.push(Fault {
            file: self.path.into(),
            line: line_of(self.text, span.start),
            what: what.into(),
        });
    }
}

fn stored_type(text: &str) -> Option<StoredType> {
    Some(match text {
        "text" => StoredType::Text,
        "integer" => StoredType::Integer,
        "double" => StoredType::Double,
        "decimal" => StoredType::Decimal { scale: 4 },
        "date" => StoredType::Date,
        "timestamp" => StoredType::Timestamp,
        "bool" => StoredType::Bool,
        other => {
            let scale: i8 = other
                .strip_prefix("decimal(")?
                .strip_suffix(')')?
                .parse()
                .ok()?;
            return (0..=MOST_SCALE)
                .contains(&scale)
                .then_some(StoredType::Decimal { scale });
        }
    })
}

fn version(work: &Work, mart: Option<&Mart>) -> Box<str> {
    let work = match work {
        Work::Sql(sql) => sql.to_string(),
        Work::Made(maker) => format!("{} {}", maker.name, maker.version),
    };
    let shape =
        mart.map(|mart| format!("{:?} {:?} {:?}", mart.grain, mart.partition, mart.arrow()));
    id::hash([work.as_str(), shape.as_deref().unwrap_or_default()]).into()
}
