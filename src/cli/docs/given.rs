//! The tables that are there at every build as entries of the catalogue: what they are, and the columns that they have over
//! no data at all.

use crate::cli::query;
use crate::cli::render::type_name;
use crate::cli::session::Session;
use crate::model::name::TableName;
use crate::pipeline::build;
use crate::pipeline::calendar::HELPERS;
use crate::pipeline::engine::polars::Polars;
use crate::publish::docs::Both;
use crate::publish::docs::Column;
use crate::publish::docs::Entry;
use crate::publish::docs::Kind;
use crate::publish::english;
use jiff::civil::date;

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
        "own_sellers",
        "Seller ids of the team's own accounts",
        "团队自有账号的卖家编号",
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
        "restatements",
        "What a later report says otherwise than the one before it",
        "后一份报告与前一份不同的数值",
    ),
    (
        "settings",
        "Targets and rules of sellerlake.toml, by marketplace",
        "sellerlake.toml 中各站点的目标与规则",
    ),
];

/// One entry each, by name.
///
/// # Errors
/// When the engine cannot make one of them.
pub(super) fn entries(session: &Session) -> anyhow::Result<Vec<Entry>> {
    HELPERS.iter().map(|name| entry(session, name)).collect()
}

fn entry(session: &Session, name: &str) -> anyhow::Result<Entry> {
    // Any day: only the columns are looked at.
    let inputs = query::inputs_of_nothing(session, date(2000, 1, 1))?;
    let all = format!("SELECT * FROM {}", TableName::parse(name)?);
    let batch = build::query(&all, &inputs, &mut Polars::new())?;
    let said = GIVEN.iter().find(|(known, ..)| *known == name);
    let columns = batch.schema();
    let columns = columns.fields().iter();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_given_table_is_described() {
        let said: Vec<&str> = GIVEN.iter().map(|(name, ..)| *name).collect();
        assert_eq!(said, HELPERS);
    }
}
