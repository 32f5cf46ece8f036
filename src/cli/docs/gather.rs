//! The schemas and pipelines of a session as the entries of a catalogue.

use crate::cli::query;
use crate::cli::render::type_name;
use crate::cli::session::Session;
use crate::ingest::arrived;
use crate::model::logical_type::LogicalType;
use crate::model::name::ColumnName;
use crate::model::name::TableName;
use crate::model::period::PeriodKind;
use crate::model::table::MergeBy;
use crate::model::table::Table;
use crate::pipeline::Mart;
use crate::pipeline::Pipeline;
use crate::pipeline::Rule;
use crate::pipeline::Stage;
use crate::pipeline::Work;
use crate::pipeline::build;
use crate::pipeline::build::Inputs;
use crate::pipeline::calendar::HELPERS;
use crate::pipeline::engine::polars::Polars;
use crate::publish::docs::Both;
use crate::publish::docs::Check;
use crate::publish::docs::Column;
use crate::publish::docs::Docs;
use crate::publish::docs::Entry;
use crate::publish::docs::Kind;
use crate::publish::docs::Report;
use crate::publish::docs::ReportColumn;
use crate::publish::english;
use crate::schema::Schema;
use crate::schema::catalog::names_of;
use crate::store::reports::Catalogue;
use jiff::civil::date;
use std::collections::BTreeMap;

/// What the columns that every table has mean; their Chinese titles are the tables' own.
const HOUSE: &[(&str, &str, &str)] = &[
    ("account", "The selling account", ""),
    ("marketplace", "The marketplace, by its code", ""),
    (
        "family",
        "Kind of report that tells it; families are never added",
        "",
    ),
    ("date", "The day, of the marketplace", ""),
    ("period_start", "First day of the sum", ""),
    ("period_end", "Last day of the sum, included", ""),
    (
        "period_certain",
        "Whether the report tells its period; else it was concluded from its rows",
        "",
    ),
    ("snapshot_date", "The day on which it was so", ""),
    (
        "event_date",
        "The day on which it happened, of the marketplace",
        "",
    ),
    ("currency", "Currency of the money columns", ""),
    ("observed_at", "When the report was exported", "UTC"),
    ("observed_from", "Where that time was learnt", ""),
    (
        "report_id",
        "The report that tells it: sellerlake ls reports",
        "",
    ),
    (
        "source_row",
        "Its row in the report, as a spreadsheet counts",
        "",
    ),
    ("month", "First day of the month; names the folder", ""),
];

/// What the tables are that are always there.
const GIVEN: &[(&str, &str, &str)] = &[
    (
        "as_of",
        "The day that a build is for: one row",
        "构建日期，一行",
    ),
    (
        "calendar",
        "Every day around the data, with its week and month",
        "日历：每天所属的周与月",
    ),
    (
        "market",
        "Marketplaces with currency and domain",
        "站点、币种与域名",
    ),
    (
        "numbers",
        "The whole numbers from 0 to 1000",
        "0 到 1000 的整数",
    ),
    (
        "observation_pairs",
        "What an observation is compared with: the one before it",
        "每次观测与上一次观测的配对",
    ),
    (
        "periods",
        "Weeks and months with their days",
        "周与月及其起止日期",
    ),
    (
        "report_arrivals",
        "When a kind of report was last seen, and the days it covers",
        "各类报告最近一次到达及覆盖日期",
    ),
    (
        "report_kinds",
        "Kinds of report that are known",
        "可识别的报告种类",
    ),
    (
        "settings",
        "Targets and rules of sellerlake.toml, by marketplace",
        "sellerlake.toml 中各站点的目标与规则",
    ),
];

/// The whole catalogue: marts and stages by pipeline, all else by name.
///
/// # Errors
/// When a pipeline has a fault.
pub(crate) fn docs(session: &Session) -> anyhow::Result<Docs> {
    let pipelines = session.pipelines()?;
    let texts: BTreeMap<String, String> = session.pipeline_texts()?.into_iter().collect();
    let mut tables = Vec::new();
    for pipeline in &pipelines {
        let mut entries: Vec<Entry> = pipeline
            .stages
            .iter()
            .map(|stage| stage_entry(pipeline, stage, &texts))
            .collect();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        tables.extend(entries);
    }
    for table in session
        .catalog
        .tables()
        .filter(|table| table.period.is_some())
    {
        tables.push(stored(session, table));
    }
    for schema in session.catalog.seeds() {
        let Some(table) =
            (schema.outputs.first()).and_then(|output| session.catalog.table(&output.table))
        else {
            continue;
        };
        tables.push(seed(schema, table));
    }
    for name in HELPERS {
        tables.push(given(session, name)?);
    }
    let reports = session.catalog.reports().chain(session.catalog.seeds());
    Ok(Docs {
        tables,
        reports: reports.map(report).collect(),
    })
}

fn texts_of(names: &[ColumnName]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn stage_entry(pipeline: &Pipeline, stage: &Stage, texts: &BTreeMap<String, String>) -> Entry {
    let source = format!("{}/{}.sql", pipeline.name, stage.name);
    let is_sql = matches!(stage.work, Work::Sql(_));
    let about = texts.get(&source).filter(|_| is_sql);
    let mut entry = Entry {
        name: stage.name.to_string(),
        kind: Kind::Stage,
        group: Both::of(&*pipeline.title, &*pipeline.title_zh),
        about: about.map_or_else(String::new, |text| opening(text)),
        source: if is_sql {
            format!("pipelines/{source}")
        } else {
            format!("pipelines/{}/pipeline.toml", pipeline.name)
        },
        inputs: stage.inputs.iter().map(ToString::to_string).collect(),
        ..Entry::default()
    };
    if let Work::Made(maker) = &stage.work {
        entry.notes.push(Both::of(
            format!("Made in Rust by {}", maker.name),
            format!("由程序 {} 生成", maker.name),
        ));
    }
    if let Some(mart) = &stage.mart {
        of_mart(&mut entry, mart);
    }
    entry
}

fn of_mart(entry: &mut Entry, mart: &Mart) {
    entry.kind = Kind::Mart;
    entry.title = Both::of(&*mart.title, &*mart.title_zh);
    entry.grain = texts_of(&mart.grain);
    entry.files = match mart.partition.column() {
        Some(column) => format!("marts/{}/{column}=*/data.parquet", mart.name),
        None => format!("marts/{}/data.parquet", mart.name),
    };
    if mart.today {
        entry.notes.push(Both::of(
            "Looks at the day of the build; the days before stay",
            "取决于构建日期，此前各日保留",
        ));
    }
    if mart.upload.is_some() {
        entry.notes.push(Both::of(
            "Also written as a file that another program takes",
            "另生成可供其他程序上传的文件",
        ));
    }
    entry.columns = mart
        .columns
        .iter()
        .map(|column| Column {
            name: column.name.to_string(),
            ty: type_name(&column.ty.arrow()),
            unit: column.unit.to_string(),
            meaning: Both::of(&*column.meaning, &*column.meaning_zh),
        })
        .collect();
    let grain = entry.grain.join(", ");
    let always = Check {
        rule: Both::of(
            format!("one row per ({grain})"),
            format!("每（{grain}）一行"),
        ),
        severity: "error",
    };
    let declared = mart.checks.iter().map(|check| Check {
        rule: Both::of(check.rule.to_string(), chinese(&check.rule)),
        severity: check.severity.as_str(),
    });
    entry.checks = std::iter::once(always).chain(declared).collect();
}

/// The comment at the head of a stage's SQL.
fn opening(sql: &str) -> String {
    let lines = sql.lines().map_while(|line| line.strip_prefix("--"));
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

fn chinese(rule: &Rule) -> String {
    let listed = |columns: &[ColumnName]| texts_of(columns).join("、");
    let limits = |min: Option<String>, max: Option<String>| match (min, max) {
        (Some(min), Some(max)) => format!("在 {min} 到 {max} 之间"),
        (Some(min), None) => format!("不小于 {min}"),
        (None, Some(max)) => format!("不大于 {max}"),
        (None, None) => "不限".to_owned(),
    };
    match rule {
        Rule::NotNull { columns } => format!("{} 不为空", listed(columns)),
        Rule::Unique { columns } => format!("{} 不重复", listed(columns)),
        Rule::RowCount { min, max } => {
            let limits = limits(min.map(|n| n.to_string()), max.map(|n| n.to_string()));
            format!("行数{limits}")
        }
        Rule::Range { columns, min, max } => {
            let limits = limits(min.map(|n| n.to_string()), max.map(|n| n.to_string()));
            format!("{} {limits}", listed(columns))
        }
        Rule::SumsTo { column, table, of } => format!("{column} 之和等于 {table}.{of} 之和"),
    }
}

/// What a column of a report is counted in, where its type tells.
const fn unit_of(ty: LogicalType) -> &'static str {
    match ty {
        LogicalType::Money { .. } => "currency",
        LogicalType::Percent { .. } | LogicalType::Share => "fraction",
        LogicalType::Rank => "rank",
        _ => "",
    }
}

fn stored(session: &Session, table: &Table) -> Entry {
    let feeding: Vec<&Schema> = session
        .catalog
        .reports()
        .filter(|schema| tables_of(schema).contains(&table.name.to_string()))
        .collect();
    let columns = table
        .columns
        .iter()
        .map(|column| {
            let name = column.name.as_str();
            let house = HOUSE.iter().find(|(known, ..)| *known == name);
            let read = feeding.iter().find_map(|schema| schema.column(name));
            let companion = ["_kind", "_bound"].iter().find_map(|ending| {
                let base = name.strip_suffix(ending)?;
                let is_known = table.index_of(base).is_some() && read.is_none();
                is_known.then_some(base)
            });
            let (en, unit) = match (house, companion) {
                (Some((_, meaning, unit)), _) => ((*meaning).to_owned(), *unit),
                (None, Some(base)) => (format!("Whether {base} is exact or a limit"), ""),
                (None, None) => (english(name), read.map_or("", |column| unit_of(column.ty))),
            };
            let zh = match companion {
                Some(base) if column.title_zh.is_empty() => format!("{base} 是精确值还是界限"),
                _ => column.title_zh.to_string(),
            };
            Column {
                name: name.to_owned(),
                ty: type_name(&column.ty.arrow()),
                unit: unit.to_owned(),
                meaning: Both::of(en, zh),
            }
        })
        .collect();
    let month = if table.is_monthly() { "/month=*" } else { "" };
    Entry {
        name: table.name.to_string(),
        kind: Kind::Table,
        title: Both::of(&*table.title, &*table.title_zh),
        notes: notes(table),
        grain: grain(table),
        files: format!("current/{}/marketplace=*{month}/data.parquet", table.name),
        columns,
        ..Entry::default()
    }
}

/// What tells the rows of a table apart.
fn grain(table: &Table) -> Vec<String> {
    let mut grain = vec!["account".to_owned(), "marketplace".to_owned()];
    match table.period {
        Some(PeriodKind::Range) => {
            grain.extend(["period_start".to_owned(), "period_end".to_owned()]);
        }
        _ => grain.extend(table.day_column().map(str::to_owned)),
    }
    let key = texts_of(&table.merge.key);
    grain.extend(key.into_iter().filter(|name| {
        // A key may name the day column itself.
        table.day_column() != Some(name) && name != "account" && name != "marketplace"
    }));
    grain
}

fn notes(table: &Table) -> Vec<Both> {
    let mut notes = vec![match table.merge.by {
        MergeBy::Key => Both::of(
            "The newest observation of a row replaces the row",
            "同一行以最新观测为准",
        ),
        MergeBy::Slice => match table.period {
            Some(PeriodKind::Day) => Both::of(
                "The newest observation of a day replaces the day",
                "同一天以最新观测为准",
            ),
            Some(PeriodKind::Range) => Both::of(
                "The newest observation of a span of days replaces the span; spans are never spread over days, and spans that overlap are never added",
                "同一期间以最新观测为准；期间不分摊到日，重叠的期间不可相加",
            ),
            Some(PeriodKind::Snapshot) => Both::of(
                "The newest observation of a day replaces the whole state of that day",
                "同一天的快照以最新观测为准",
            ),
            _ => Both::of(
                "The newest observation replaces what it covers",
                "最新观测替换其覆盖的内容",
            ),
        },
    }];
    if table.families.len() > 1 {
        let families = table.families.join(" > ");
        notes.push(Both::of(
            format!(
                "Kinds of report by precedence, of which the first that was seen counts: {families}"
            ),
            format!("报告来源优先级，只取最先存在的：{families}"),
        ));
    }
    notes
}

fn seed(schema: &Schema, table: &Table) -> Entry {
    let mut notes = Vec::new();
    if let Some(seed) = &schema.seed {
        notes.push(Both::of(
            format!("Kept by: {}. How often: {}", seed.owner, seed.cadence),
            format!("维护人：{}；频率：{}", seed.owner, seed.cadence),
        ));
    }
    let columns = table
        .columns
        .iter()
        .map(|column| Column {
            name: column.name.to_string(),
            ty: type_name(&column.ty.arrow()),
            unit: schema
                .column(column.name.as_str())
                .map_or("", |column| unit_of(column.ty))
                .to_owned(),
            meaning: Both::of(english(column.name.as_str()), &*column.title_zh),
        })
        .collect();
    Entry {
        name: table.name.to_string(),
        kind: Kind::Seed,
        title: Both::of(&*schema.title, &*schema.title_zh),
        notes,
        grain: texts_of(&table.merge.key),
        files: String::new(),
        columns,
        ..Entry::default()
    }
}

/// A table that is always there, with the columns that it has over no data at all.
fn given(session: &Session, name: &str) -> anyhow::Result<Entry> {
    let mut inputs = Inputs {
        files: BTreeMap::new(),
        batches: BTreeMap::new(),
        // Any day: only the columns are looked at.
        as_of: date(2000, 1, 1),
        week_start: session.workspace.config.week_start,
    };
    let table = TableName::parse(name)?;
    let kinds = arrived::report_kinds(&session.catalog)?;
    inputs
        .batches
        .insert(TableName::parse("report_kinds")?, kinds);
    inputs
        .batches
        .insert(TableName::parse("settings")?, query::settings(session)?);
    inputs.batches.insert(
        TableName::parse("report_arrivals")?,
        arrived::report_arrivals(&Catalogue::default())?,
    );
    let all = format!("SELECT * FROM {table}");
    let batch = build::query(&all, &inputs, &mut Polars::new())?;
    let schema = batch.schema();
    let columns = schema.fields().iter();
    let said = GIVEN.iter().find(|(known, ..)| *known == name);
    Ok(Entry {
        name: name.to_owned(),
        kind: Kind::Given,
        title: said.map_or_else(Both::default, |(_, en, zh)| Both::of(*en, *zh)),
        columns: columns
            .map(|field| Column {
                name: field.name().clone(),
                ty: type_name(field.data_type()),
                unit: String::new(),
                meaning: Both::of(english(field.name()), ""),
            })
            .collect(),
        ..Entry::default()
    })
}

/// Every table that a kind of report can feed.
fn tables_of(schema: &Schema) -> Vec<String> {
    let mut tables: Vec<String> = schema
        .outputs
        .iter()
        .flat_map(names_of)
        .map(|(name, _)| name.to_string())
        .collect();
    tables.dedup();
    tables
}

fn report(schema: &Schema) -> Report {
    let columns = schema.columns.iter().filter(|column| !column.dropped);
    Report {
        id: schema.id.to_string(),
        title: Both::of(&*schema.title, &*schema.title_zh),
        download: schema.download.to_string(),
        family: schema.family.to_string(),
        is_complete: schema.complete,
        unusable: schema.unusable.as_ref().map(ToString::to_string),
        tables: tables_of(schema),
        columns: columns
            .map(|column| {
                // A label that several languages share is written once.
                let mut labels: Vec<String> = Vec::new();
                for label in column.written.iter().map(ToString::to_string) {
                    if !labels.contains(&label) {
                        labels.push(label);
                    }
                }
                ReportColumn {
                    name: column.name.to_string(),
                    ty: type_name(&column.ty.stored().arrow()),
                    title_zh: column.title_zh.to_string(),
                    labels,
                }
            })
            .collect(),
    }
}
