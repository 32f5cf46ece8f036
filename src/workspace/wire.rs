//! `sellerlake.toml` as written, and the door from there to [`Config`]. Unknown keys are errors with a suggestion.

use crate::model::market::Market;
use crate::model::period::days_between;
use crate::workspace::Account;
use crate::workspace::Config;
use crate::workspace::Limits;
use crate::workspace::inbox::Glob;
use crate::workspace::inbox::IgnoreRule;
use crate::workspace::inbox::InboxRule;
use crate::workspace::settings::SETTINGS;
use crate::workspace::settings::Section;
use crate::workspace::settings::Settings;
use jiff::civil::Date;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;
use toml::Table;
use toml::Value;

/// A fault in `sellerlake.toml`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("sellerlake.toml:{line}: {what}")]
pub struct ConfigError {
    pub line: usize,
    pub what: Box<str>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WireConfig {
    #[serde(default)]
    workspace: WireWorkspace,
    #[serde(default)]
    account: Vec<WireAccount>,
    targets: Option<Spanned<Table>>,
    rules: Option<Spanned<Table>>,
    #[serde(default)]
    rule: Vec<WireRule>,
    #[serde(default)]
    ignore: Vec<WireIgnore>,
    #[serde(default)]
    limits: WireLimits,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WireWorkspace {
    zone: Option<Spanned<String>>,
    base_currency: Option<String>,
    week_start: Option<Spanned<String>>,
    today: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WireAccount {
    name: String,
    #[serde(default)]
    marketplaces: Vec<Spanned<String>>,
    #[serde(default)]
    seller_ids: Vec<String>,
    #[serde(default)]
    brands: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WireRule {
    files: Spanned<String>,
    account: Option<String>,
    marketplace: Option<Spanned<String>>,
    period: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WireIgnore {
    files: Spanned<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WireLimits {
    expanded_bytes: Option<u64>,
    ratio: Option<u64>,
    entries: Option<usize>,
    depth: Option<u8>,
    sheet_cells: Option<u64>,
}

/// Name of the one account of a workspace that names none.
pub const DEFAULT_ACCOUNT: &str = "main";

/// Reads `sellerlake.toml`. The empty text is the default configuration.
///
/// # Errors
/// All faults that can be told apart, each with its line.
pub fn parse(text: &str) -> Result<Config, Vec<ConfigError>> {
    let wire: WireConfig = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        vec![ConfigError {
            line: line_of(text, at),
            what: with_suggestion(error.message()).into(),
        }]
    })?;
    let mut faults = Vec::new();
    let mut fault = |at: usize, what: String| {
        faults.push(ConfigError {
            line: line_of(text, at),
            what: what.into(),
        });
    };

    let zone_name = wire
        .workspace
        .zone
        .as_ref()
        .map_or("Asia/Shanghai", |zone| zone.get_ref());
    let zone = TimeZone::get(zone_name).unwrap_or_else(|_| {
        let at = wire.workspace.zone.as_ref().map_or(0, |zone| zone.span().start);
        fault(at, format!("{zone_name:?} is not a time zone; write one like \"Asia/Shanghai\" or \"Europe/Berlin\""));
        TimeZone::UTC
    });
    let week_start = match wire
        .workspace
        .week_start
        .as_ref()
        .map(|day| (day.get_ref().as_str(), day.span().start))
    {
        None | Some(("sunday", _)) => Weekday::Sunday,
        Some(("monday" | "iso", _)) => Weekday::Monday,
        Some((other, at)) => {
            fault(
                at,
                format!("week-start is \"sunday\" or \"monday\", not {other:?}"),
            );
            Weekday::Sunday
        }
    };
    let today = wire.workspace.today.as_ref().and_then(|day| {
        let date = day.get_ref().parse::<Date>().ok();
        if date.is_none() {
            fault(
                day.span().start,
                format!(
                    "today is a date like \"2026-01-31\", not {:?}",
                    day.get_ref()
                ),
            );
        }
        date
    });
    let accounts = read_accounts(&wire.account, &mut fault);
    let mut settings = Settings::default();
    for (section, table) in [
        (Section::Targets, &wire.targets),
        (Section::Rules, &wire.rules),
    ] {
        if let Some(table) = table {
            let at = table.span().start;
            read_settings(section, table.get_ref(), &mut settings, &mut |what| {
                fault(at, what);
            });
        }
    }
    let (inbox_rules, ignore) = read_rules(&wire.rule, &wire.ignore, &mut fault);
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Config {
        zone,
        zone_name: zone_name.into(),
        base_currency: wire
            .workspace
            .base_currency
            .unwrap_or_else(|| "CNY".into())
            .into(),
        week_start,
        today,
        accounts,
        settings,
        inbox_rules,
        ignore,
        limits: Limits {
            expanded_bytes: wire.limits.expanded_bytes.unwrap_or(4 << 30),
            ratio: wire.limits.ratio.unwrap_or(500),
            entries: wire.limits.entries.unwrap_or(10_000),
            depth: wire.limits.depth.unwrap_or(3),
            sheet_cells: wire.limits.sheet_cells.unwrap_or(100_000_000),
        },
    })
}

/// The accounts as written, or the one that a workspace has that names none.
fn read_accounts(written: &[WireAccount], fault: &mut dyn FnMut(usize, String)) -> Vec<Account> {
    let mut accounts = Vec::new();
    for account in written {
        let mut markets = Vec::new();
        for code in &account.marketplaces {
            match Market::by_code(code.get_ref()) {
                Some(market) => markets.push(market),
                None => fault(code.span().start, not_a_market(code.get_ref())),
            }
        }
        accounts.push(Account {
            name: account.name.as_str().into(),
            markets,
            seller_ids: account
                .seller_ids
                .iter()
                .map(|id| id.as_str().into())
                .collect(),
            brands: account
                .brands
                .iter()
                .map(|brand| brand.as_str().into())
                .collect(),
        });
    }
    if accounts.is_empty() {
        accounts.push(Account {
            name: DEFAULT_ACCOUNT.into(),
            markets: Vec::new(),
            seller_ids: Vec::new(),
            brands: Vec::new(),
        });
    }
    accounts
}

/// Rules about files, by glob.
fn read_rules(
    rules: &[WireRule],
    ignored: &[WireIgnore],
    fault: &mut dyn FnMut(usize, String),
) -> (Vec<InboxRule>, Vec<IgnoreRule>) {
    let (mut inbox_rules, mut ignore) = (Vec::new(), Vec::new());
    for rule in rules {
        let market = rule.marketplace.as_ref().and_then(|code| {
            let market = Market::by_code(code.get_ref());
            if market.is_none() {
                fault(code.span().start, not_a_market(code.get_ref()));
            }
            market
        });
        let period = rule.period.as_ref().and_then(|text| {
            let period = days_between(text.get_ref());
            if period.is_none() {
                let what = "period is two days like \"2026-01-01..2026-01-31\", the first not after the last";
                fault(text.span().start, what.to_owned());
            }
            period
        });
        match Glob::parse(rule.files.get_ref()) {
            Ok(files) => {
                inbox_rules.push(InboxRule {
                    files,
                    account: rule.account.as_deref().map(Into::into),
                    market,
                    period,
                });
            }
            Err(bad) => fault(rule.files.span().start, bad.to_string()),
        }
    }
    for rule in ignored {
        match Glob::parse(rule.files.get_ref()) {
            Ok(files) => ignore.push(IgnoreRule { files }),
            Err(bad) => fault(rule.files.span().start, bad.to_string()),
        }
    }
    (inbox_rules, ignore)
}

fn not_a_market(code: &str) -> String {
    let known: Vec<_> = Market::all().map(Market::code).collect();
    format!(
        "{code:?} is not a marketplace; the codes are {}",
        known.join(", ")
    )
}

/// Numbers under their keys; tables under a marketplace's code hold what differs there, and a key may also be a table
/// of marketplaces: `cpc-limit = { US = 1.0 }`.
fn read_settings(
    section: Section,
    table: &Table,
    settings: &mut Settings,
    fault: &mut dyn FnMut(String),
) {
    let known: Vec<_> = SETTINGS
        .iter()
        .filter(|setting| setting.section == section)
        .collect();
    let keys: Vec<&str> = known.iter().map(|setting| setting.key).collect();
    for (key, value) in table {
        if let (Some(market), Value::Table(own)) = (Market::by_code(key), value) {
            for (key, value) in own {
                match (
                    known.iter().find(|setting| setting.key == key),
                    number(value),
                ) {
                    (Some(setting), Some(value)) => settings.set(setting, Some(market), value),
                    (None, _) => fault(unknown_key(section, key, &keys)),
                    (_, None) => fault(format!(
                        "[{}.{market}] {key} must be a number",
                        section.as_str()
                    )),
                }
            }
            continue;
        }
        let Some(setting) = known.iter().find(|setting| setting.key == key) else {
            fault(unknown_key(section, key, &keys));
            continue;
        };
        match value {
            Value::Table(by_market) => {
                for (code, value) in by_market {
                    match (Market::by_code(code), number(value)) {
                        (Some(market), Some(value)) => settings.set(setting, Some(market), value),
                        (None, _) => fault(not_a_market(code)),
                        (_, None) => fault(format!(
                            "[{}] {key} of {code} must be a number",
                            section.as_str()
                        )),
                    }
                }
            }
            value => match number(value) {
                Some(value) => settings.set(setting, None, value),
                None => fault(format!("[{}] {key} must be a number", section.as_str())),
            },
        }
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Float(value) => Some(*value),
        #[expect(clippy::cast_precision_loss, reason = "settings are small numbers")]
        Value::Integer(value) => Some(*value as f64),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
    .filter(|value| value.is_finite())
}

fn unknown_key(section: Section, key: &str, known: &[&str]) -> String {
    let hint =
        nearest(key, known).map_or_else(String::new, |near| format!("; did you mean {near:?}?"));
    format!(
        "[{}] has no key {key:?}{hint} (it has {})",
        section.as_str(),
        known.join(", ")
    )
}

/// Adds the nearest expected name to serde's message about an unknown field.
fn with_suggestion(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match quoted.split_first() {
        Some((unknown, expected)) if message.starts_with("unknown field") => {
            match nearest(unknown, expected) {
                Some(near) => format!(
                    "unknown key {unknown:?}; did you mean {near:?}? (known here: {})",
                    expected.join(", ")
                ),
                None => format!(
                    "unknown key {unknown:?} (known here: {})",
                    expected.join(", ")
                ),
            }
        }
        _ => message.to_owned(),
    }
}

/// The candidate with the fewest edits, if these are few enough to look like a slip.
pub fn nearest<'a>(text: &str, candidates: &[&'a str]) -> Option<&'a str> {
    candidates
        .iter()
        .map(|candidate| (edits(text, candidate), *candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 3)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or(text).matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_written_is_the_default() {
        let config = parse("").unwrap();
        assert_eq!(
            (&*config.zone_name, &*config.accounts[0].name),
            ("Asia/Shanghai", DEFAULT_ACCOUNT)
        );
        assert_eq!(config.week_start, Weekday::Sunday);
    }

    #[test]
    fn slips_are_named_with_a_suggestion_and_a_line() {
        for (text, expected) in [
            (
                "[workspace]\nzoen = \"UTC\"",
                "sellerlake.toml:2: unknown key \"zoen\"; did you mean \"zone\"? (known here: zone, base-currency, week-start, today)",
            ),
            (
                "[workspace]\nzone = \"Mars\"",
                "sellerlake.toml:2: \"Mars\" is not a time zone; write one like \"Asia/Shanghai\" or \"Europe/Berlin\"",
            ),
            (
                "[targets]\nacoss = 0.3",
                "sellerlake.toml:1: [targets] has no key \"acoss\"; did you mean \"acos\"? (it has acos, bsr, return-rate, supply-days-min, supply-days-max, ipi, account-health, ad-groups, negative-reviews-per-week, answer-hours, a-plus-days, a-plus-days-other, listing-hours, listing-share, inbound-days-ahead)",
            ),
        ] {
            assert_eq!(parse(text).unwrap_err()[0].to_string(), expected);
        }
    }

    #[test]
    fn limits_are_set_one_by_one() {
        let config = parse("[limits]\nexpanded-bytes = 1000\nsheet-cells = 20").unwrap();
        let default = parse("").unwrap().limits;
        let expected = Limits {
            expanded_bytes: 1000,
            sheet_cells: 20,
            ..default
        };
        assert_eq!(config.limits, expected);
        assert_eq!(
            parse("[limits]\nsheet_cell = 1").unwrap_err()[0].to_string(),
            "sellerlake.toml:2: unknown key \"sheet_cell\"; did you mean \"sheet-cells\"? (known here: expanded-bytes, ratio, entries, depth, sheet-cells)"
        );
    }

    #[test]
    fn settings_differ_by_marketplace_both_ways() {
        let config = parse("[targets]\nacos = 0.3\n[targets.DE]\nacos = \"0.2\"\n[rules]\ncpc-limit = { US = 1.2 }").unwrap();
        let value = |name: &str, code: &str| {
            config
                .settings
                .rows()
                .into_iter()
                .find(|row| (row.0, row.1) == (name, code))
                .unwrap()
                .2
        };
        assert!((value("target_acos", "US") - 0.3).abs() < 1e-12);
        assert!((value("target_acos", "DE") - 0.2).abs() < 1e-12);
        assert!((value("cpc_limit", "US") - 1.2).abs() < 1e-12);
        assert!((value("cpc_limit", "JP") - 150.0).abs() < 1e-12);
    }
}
