//! All schemas at once, and the tables that they declare together.

use crate::model::logical_type::LogicalType;
use crate::model::name::ColumnName;
use crate::model::name::SchemaId;
use crate::model::name::TableName;
use crate::model::nesting::Nesting;
use crate::model::nesting::Path;
use crate::model::period::PeriodKind;
use crate::model::table::StoredColumn;
use crate::model::table::StoredType;
use crate::model::table::Table;
use crate::schema::ConstantValue;
use crate::schema::FACT_NAMES;
use crate::schema::FactSource;
use crate::schema::Output;
use crate::schema::Period;
use crate::schema::Schema;
use crate::schema::Step;
use crate::schema::Total;
use crate::schema::wire;
use crate::schema::wire::SchemaError;
use crate::schema::wire::WireTable;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Every schema, sorted by id, and every table they feed.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    schemas: Vec<Schema>,
    tables: BTreeMap<TableName, Table>,
}

impl Catalog {
    /// `files` are `(id, text)`; the id `tables` is the file of tables. A later file with the same id replaces an
    /// earlier one, so that a workspace can override what is built in.
    ///
    /// # Errors
    /// All faults of all files.
    pub fn of<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<SchemaError>> {
        let by_id: BTreeMap<&str, &str> = files.into_iter().collect();
        let (mut schemas, mut faults, mut declared) = (Vec::new(), Vec::new(), BTreeMap::new());
        for (id, text) in by_id {
            if id == "tables" {
                match wire::parse_tables(text) {
                    Ok(tables) => declared = tables,
                    Err(fault) => faults.push(fault),
                }
                continue;
            }
            match wire::parse(id, text) {
                Ok(schema) => schemas.push(schema),
                Err(found) => faults.extend(found),
            }
        }
        let mut tables = BTreeMap::new();
        for schema in &schemas {
            faults.extend(unknown_in_totals(schema).map(|what| SchemaError {
                file: schema.id.as_str().into(),
                line: 1,
                what: what.into(),
            }));
            for output in &schema.outputs {
                for (name, period) in names_of(output) {
                    if let Err(what) = feed(&mut tables, &declared, schema, output, &name, period) {
                        faults.push(SchemaError {
                            file: schema.id.as_str().into(),
                            line: 1,
                            what: what.into(),
                        });
                    }
                }
            }
        }
        tables.values_mut().for_each(finish);
        if faults.is_empty() {
            Ok(Self { schemas, tables })
        } else {
            Err(faults)
        }
    }

    /// Schemas of reports, sorted by id.
    pub fn reports(&self) -> impl Iterator<Item = &Schema> + Clone {
        self.schemas.iter().filter(|schema| schema.seed.is_none())
    }

    /// Schemas of seeds, sorted by id.
    pub fn seeds(&self) -> impl Iterator<Item = &Schema> + Clone {
        self.schemas.iter().filter(|schema| schema.seed.is_some())
    }

    /// What is to be looked for in nested documents: where the records of some report lie, and what facts are told at a
    /// path. Each once, in the order of the schemas.
    pub fn nestings(&self) -> (Vec<Arc<Nesting>>, Vec<Path>) {
        let (mut nestings, mut told): (Vec<Arc<Nesting>>, Vec<Path>) = (Vec::new(), Vec::new());
        for schema in self.reports() {
            nestings.extend(
                schema
                    .nesting
                    .clone()
                    .filter(|nesting| !nestings.contains(nesting)),
            );
            for fact in &schema.facts {
                if let FactSource::Path(path) = &fact.from
                    && let Ok(path) = Path::parse(path)
                    && !told.contains(&path)
                {
                    told.push(path);
                }
            }
        }
        (nestings, told)
    }

    pub fn schema(&self, id: &SchemaId) -> Option<&Schema> {
        self.schemas.iter().find(|schema| schema.id == *id)
    }

    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values()
    }

    pub fn table(&self, name: &TableName) -> Option<&Table> {
        self.tables.get(name)
    }
}

/// Columns that a total names and the main table does not have.
fn unknown_in_totals(schema: &Schema) -> impl Iterator<Item = String> {
    let known = (schema.outputs.first()).map_or_else(Vec::new, |main| columns_of(schema, main));
    let named = |total: &Total| {
        let is = std::iter::once(total.is.clone()).chain(total.per.clone());
        is.chain(total.of.clone())
    };
    schema
        .totals
        .iter()
        .flat_map(named)
        .filter(move |name| !known.iter().any(|column| column.name == *name))
        .map(|name| format!("a total names {name:?}, which is no column of the main table"))
}

/// The tables that an output can feed: its own, and the range twin of a day table.
pub fn names_of(output: &Output) -> Vec<(TableName, Option<PeriodKind>)> {
    let kind = output.period.kind();
    let mut names = vec![(output.table.clone(), kind)];
    if let Period::Day {
        range,
        months,
        is_granular,
        ..
    } = &output.period
    {
        let has_twin = range.is_some() || *is_granular;
        let twin = has_twin.then(|| output.table.range_twin());
        let ranges = twin.into_iter().chain(months.clone());
        names.extend(ranges.map(|table| (table, Some(PeriodKind::Range))));
    }
    names
}

fn feed(
    tables: &mut BTreeMap<TableName, Table>,
    declared: &BTreeMap<String, WireTable>,
    schema: &Schema,
    output: &Output,
    name: &TableName,
    period: Option<PeriodKind>,
) -> Result<(), String> {
    let of_twin = name
        .as_str()
        .strip_suffix("_range")
        .and_then(|main| declared.get(main));
    let entry = declared.get(name.as_str()).or(of_twin);
    let table = tables.entry(name.clone()).or_insert_with(|| Table {
        name: name.clone(),
        title: entry.map_or_else(|| schema.title.clone(), |entry| entry.title.as_str().into()),
        title_zh: entry.map_or_else(
            || schema.title_zh.clone(),
            |entry| entry.title_zh.as_str().into(),
        ),
        period,
        merge: output.merge.rule.clone(),
        families: entry.map_or_else(Vec::new, |entry| {
            entry.families.iter().map(|f| f.as_str().into()).collect()
        }),
        family_per_day: entry.is_some_and(|entry| entry.family_per == wire::FamilyPer::Day),
        columns: Vec::new(),
    });
    if table.period != period {
        return Err(format!(
            "the table {name} holds periods of another kind for another schema"
        ));
    }
    if table.merge != output.merge.rule {
        return Err(format!(
            "the table {name} is merged otherwise (by, key, partial-by or weight) by another schema"
        ));
    }
    if !table.families.contains(&schema.family) {
        if entry.is_some() || !table.families.is_empty() {
            return Err(format!(
                "say the place of the family {:?} of the table {name} in schemas/tables.toml",
                schema.family
            ));
        }
        table.families.push(schema.family.clone());
    }
    for column in columns_of(schema, output) {
        match table
            .columns
            .iter_mut()
            .find(|known| known.name == column.name)
        {
            None => table.columns.push(column),
            Some(known) if known.ty != column.ty => {
                let (a, b) = (known.ty, column.ty);
                return Err(format!(
                    "the column {} of the table {name} is {a:?} for another schema, {b:?} here",
                    known.name
                ));
            }
            Some(known) => {
                known.additive |= column.additive;
                if known.title_zh.is_empty() {
                    known.title_zh = column.title_zh;
                }
            }
        }
    }
    Ok(())
}

/// Columns that an output gives its table, before the ones that every table has.
pub fn columns_of(schema: &Schema, output: &Output) -> Vec<StoredColumn> {
    let mut columns: Vec<StoredColumn> = Vec::new();
    let mut add = |name: &ColumnName, ty: StoredType, title_zh: &str| {
        if !columns.iter().any(|known| known.name == *name) {
            columns.push(StoredColumn {
                name: name.clone(),
                ty,
                title_zh: title_zh.into(),
                additive: false,
            });
        }
    };
    let typed = |add: &mut dyn FnMut(&ColumnName, StoredType, &str),
                 name: &ColumnName,
                 ty: LogicalType,
                 zh: &str| {
        add(name, ty.stored(), zh);
        if let Some(companion) = ty
            .companion()
            .and_then(|end| ColumnName::parse(&format!("{name}{end}")).ok())
        {
            add(&companion, StoredType::Text, "");
        }
    };
    let wanted = |name: &ColumnName| output.columns.is_empty() || output.columns.contains(name);
    for column in schema
        .columns
        .iter()
        .filter(|column| !column.dropped && wanted(&column.name))
    {
        typed(&mut add, &column.name, column.ty, &column.title_zh);
    }
    for (name, ty) in fact_columns(schema) {
        add(&name, ty, "");
    }
    for step in &output.steps {
        match step {
            Step::Constant {
                column,
                value: ConstantValue::Integer(_),
            } => add(column, StoredType::Integer, ""),
            Step::Constant { column, .. } | Step::Extract { column, .. } => {
                add(column, StoredType::Text, "");
            }
            Step::FillDown { .. } | Step::Divide { .. } => {}
            Step::FirstOf { column, of } | Step::SumOf { column, of } => {
                if let Some(first) = of.first().and_then(|name| schema.column(name.as_str())) {
                    typed(&mut add, column, first.ty, "");
                }
            }
            Step::Unpivot {
                name_to,
                value_to,
                ty,
                own,
                names_to,
                ..
            } => {
                add(name_to, StoredType::Text, "");
                typed(&mut add, value_to, *ty, "");
                for (to, from) in own.iter().flat_map(|own| &own.values) {
                    if let Some(column) = schema.column(from.as_str()) {
                        typed(&mut add, to, column.ty, "");
                    }
                }
                if let Some(names_to) = names_to {
                    add(names_to, StoredType::Text, "");
                }
            }
        }
    }
    for column in &mut columns {
        column.additive = is_additive(schema, output, &column.name);
    }
    columns
}

/// Whether a column of an output may be added up: what the report says of it, or of what it is put together from.
fn is_additive(schema: &Schema, output: &Output, name: &ColumnName) -> bool {
    let of_report = |name: &ColumnName| {
        schema
            .column(name.as_str())
            .is_some_and(|column| column.additive)
    };
    output
        .steps
        .iter()
        .find_map(|step| match step {
            Step::FirstOf { column, of } | Step::SumOf { column, of } if column == name => {
                Some(of.iter().all(of_report))
            }
            _ => None,
        })
        .unwrap_or_else(|| of_report(name))
}

/// Facts that become columns of every row: text; whole numbers where the pattern takes nothing but digits, days where it
/// takes eight.
pub fn fact_columns(schema: &Schema) -> Vec<(ColumnName, StoredType)> {
    let mut columns = BTreeMap::new();
    for fact in &schema.facts {
        for group in fact
            .pattern
            .capture_names()
            .flatten()
            .filter(|group| !FACT_NAMES.contains(group))
        {
            let takes_only = |what: &str| {
                [
                    format!("(?<{group}>{what})"),
                    format!("(?P<{group}>{what})"),
                ]
                .iter()
                .any(|form| fact.pattern.as_str().contains(form))
            };
            let ty = if takes_only("\\d+") {
                StoredType::Integer
            } else if takes_only("\\d{8}") {
                StoredType::Date
            } else {
                StoredType::Text
            };
            if let Ok(name) = ColumnName::parse(group) {
                columns.insert(name, ty);
            }
        }
    }
    columns.into_iter().collect()
}

/// Puts the columns that every table has around those that its schemas gave.
fn finish(table: &mut Table) {
    let Some(period) = table.period else { return };
    let names: &[(&str, StoredType)] = match period {
        PeriodKind::Day => &[("date", StoredType::Date)],
        PeriodKind::Range => &[
            ("period_start", StoredType::Date),
            ("period_end", StoredType::Date),
            ("period_certain", StoredType::Bool),
        ],
        PeriodKind::Snapshot => &[("snapshot_date", StoredType::Date)],
        PeriodKind::DatedEvent => &[("event_date", StoredType::Date)],
        PeriodKind::Event => &[],
    };
    let front = [
        ("account", StoredType::Text),
        ("marketplace", StoredType::Text),
        ("family", StoredType::Text),
    ];
    let has_money = table
        .columns
        .iter()
        .any(|column| matches!(column.ty, StoredType::Decimal { .. }));
    let mut back = vec![
        ("observed_at", StoredType::Timestamp),
        ("observed_from", StoredType::Text),
        ("report_id", StoredType::Text),
        ("source_row", StoredType::Integer),
    ];
    if has_money {
        back.insert(0, ("currency", StoredType::Text));
    }
    if period != PeriodKind::Event {
        back.push(("month", StoredType::Date));
    }
    let fixed = |list: &[(&str, StoredType)]| -> Vec<StoredColumn> {
        list.iter()
            .filter_map(|(name, ty)| {
                let title_zh = title_of(name).into();
                Some(StoredColumn {
                    name: ColumnName::parse(name).ok()?,
                    ty: *ty,
                    title_zh,
                    additive: false,
                })
            })
            .collect()
    };
    let (front, back) = (fixed(&[&front, names].concat()), fixed(&back));
    let mut middle = std::mem::take(&mut table.columns);
    middle.retain(|column| {
        !front
            .iter()
            .chain(&back)
            .any(|known| known.name == column.name)
    });
    table.columns = front.into_iter().chain(middle).chain(back).collect();
}

/// Chinese titles of the columns that every table has.
fn title_of(name: &str) -> &'static str {
    match name {
        "account" => "账号",
        "marketplace" => "站点",
        "family" => "报告来源",
        "date" => "日期",
        "period_start" => "期间开始",
        "period_end" => "期间结束",
        "period_certain" => "期间是否确定",
        "snapshot_date" => "快照日期",
        "event_date" => "发生日期",
        "currency" => "币种",
        "observed_at" => "观测时间",
        "observed_from" => "观测时间来源",
        "report_id" => "报告编号",
        "source_row" => "来源行号",
        "month" => "月份",
        _ => "",
    }
}
