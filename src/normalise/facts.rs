//! What a report tells outside of its columns, found by the schema's patterns, and what any file name tells.

use crate::model::market::Market;
use crate::schema::Fact;
use crate::schema::FactSource;
use crate::schema::Schema;
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::fmt;

/// Where a fact was learnt, most trusted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The user answered a question.
    Answer,
    Content,
    FileName,
    Folder,
    /// Follows from what `sellerlake.toml` says of the account.
    Configuration,
    Flag,
    /// The file's modification time.
    Mtime,
}

impl Origin {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Content => "content",
            Self::FileName => "name",
            Self::Folder => "folder",
            Self::Configuration => "configuration",
            Self::Flag => "flag",
            Self::Mtime => "mtime",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One fact as met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub name: Box<str>,
    pub value: Box<str>,
    pub origin: Origin,
    /// False where the schema says that what is told is likely and not sure.
    pub certain: bool,
}

/// Facts in the order in which they were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    claims: Vec<Claim>,
}

impl Facts {
    /// Applies the schema's patterns for one place to a text found there.
    pub fn learn(&mut self, schema: &Schema, from: &FactSource, text: &str) {
        let origin = if *from == FactSource::FileName {
            Origin::FileName
        } else {
            Origin::Content
        };
        for fact in schema.facts.iter().filter(|fact| fact.from == *from) {
            for (name, value) in told(fact, text) {
                self.claim(name, value, origin, fact.certain);
            }
        }
    }

    /// Adds what a fact's pattern tells of a text in the rows, except names that the rows told `before`: of the facts
    /// that look at rows, the one that stands first is believed.
    pub fn learn_of_rows(&mut self, fact: &Fact, text: &str, before: &mut BTreeSet<Box<str>>) {
        for (name, value) in told(fact, text) {
            if before.insert(name.into()) {
                self.claim(name, value, Origin::Content, fact.certain);
            }
        }
    }

    pub fn add(&mut self, name: &str, value: &str, origin: Origin) {
        self.claim(name, value, origin, true);
    }

    fn claim(&mut self, name: &str, value: &str, origin: Origin, certain: bool) {
        let claim = Claim {
            name: name.into(),
            value: value.into(),
            origin,
            certain,
        };
        if !self.claims.contains(&claim) {
            self.claims.push(claim);
        }
    }

    /// Claims about one fact, most trusted first, else in the order found.
    pub fn about(&self, name: &str) -> Vec<&Claim> {
        let mut claims: Vec<&Claim> = self
            .claims
            .iter()
            .filter(|claim| &*claim.name == name)
            .collect();
        claims.sort_by_key(|claim| claim.origin);
        claims
    }

    pub fn first(&self, name: &str) -> Option<&Claim> {
        self.about(name).first().copied()
    }
}

/// Names and texts that a fact's pattern captures.
fn told<'a>(fact: &'a Fact, text: &'a str) -> Vec<(&'a str, &'a str)> {
    let Some(found) = fact.pattern.captures(text) else {
        return Vec::new();
    };
    let mut told = Vec::new();
    for name in fact.pattern.capture_names().flatten() {
        let Some(value) = found.name(name).map(|value| value.as_str().trim()) else {
            continue;
        };
        if !value.is_empty() {
            let lower = value.to_lowercase();
            let meant = fact.values.iter().find(|(from, _)| **from == lower);
            told.push((name, meant.map_or(value, |(_, to)| to)));
        }
    }
    told
}

/// What any file name tells, whatever the report: a marketplace's code as a word of its own, and dates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameFacts {
    /// Set when the name holds one code and no other.
    pub market: Option<Market>,
    /// In the order in which they stand.
    pub dates: Vec<Date>,
}

/// Reads a file name. Codes count only in capitals between separators, so that `in` and `it` are words.
pub fn name_facts(name: &str) -> NameFacts {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut codes: Vec<Market> = stem
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter_map(Market::by_code)
        .collect();
    codes.sort_unstable();
    codes.dedup();
    NameFacts {
        market: if codes.len() == 1 { codes.pop() } else { None },
        dates: dates_in(stem),
    }
}

/// A date in three numbers, if only one reading of them is a day: `2026-1-31`, `2026/1/31`, `1/31/2026`, `31.01.2026`, but
/// not `4/11/2026`.
pub fn unambiguous_date(text: &str) -> Option<Date> {
    let numbers: Vec<i16> = text
        .split(['-', '/', '.', '_'])
        .map(|number| number.trim().parse().ok())
        .collect::<Option<_>>()?;
    let date =
        |y: i16, m: i16, d: i16| Date::new(y, i8::try_from(m).ok()?, i8::try_from(d).ok()?).ok();
    match numbers[..] {
        [y, m, d] if y > 31 => date(y, m, d),
        [a, b, y] if y > 31 => match (date(y, a, b), date(y, b, a)) {
            (Some(one), Some(other)) => (one == other).then_some(one),
            (one, other) => one.or(other),
        },
        _ => None,
    }
}

/// The first day that a text names, in any form that file names have.
pub fn day_in(text: &str) -> Option<Date> {
    text.parse()
        .ok()
        .or_else(|| dates_in(text).first().copied())
}

/// `2026-01-31`, `2026_01_31`, `20260131`, `01-31-2026` (Amazon's own order) and `Jan_4_2020`.
fn dates_in(stem: &str) -> Vec<Date> {
    let bytes = stem.as_bytes();
    let mut dates = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let starts_run = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        let rest = &stem.get(at..).unwrap_or_default();
        if starts_run && let Some((date, length)) = date_at(rest) {
            dates.push(date);
            at += length;
        } else {
            at += 1;
        }
    }
    dates
}

fn date_at(text: &str) -> Option<(Date, usize)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let ends = |length: usize| {
        text.as_bytes()
            .get(length)
            .is_none_or(|b| !b.is_ascii_alphanumeric())
    };
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
    let date =
        |y: i16, m: i16, d: i16| Date::new(y, i8::try_from(m).ok()?, i8::try_from(d).ok()?).ok();
    let plausible = |date: Date| (2000..2100).contains(&date.year()).then_some(date);
    if digits == 8 && ends(8) {
        return Some((
            plausible(date(number(0, 4)?, number(4, 6)?, number(6, 8)?)?)?,
            8,
        ));
    }
    let is_separator = |at: usize| {
        text.as_bytes()
            .get(at)
            .is_some_and(|b| matches!(b, b'-' | b'_' | b'.' | b' '))
    };
    if digits == 4 && is_separator(4) && is_separator(7) && ends(10) {
        return Some((
            plausible(date(number(0, 4)?, number(5, 7)?, number(8, 10)?)?)?,
            10,
        ));
    }
    if digits == 2 && is_separator(2) && is_separator(5) && ends(10) {
        return Some((
            plausible(date(number(6, 10)?, number(0, 2)?, number(3, 5)?)?)?,
            10,
        ));
    }
    let month = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    .iter()
    .position(|month| {
        text.get(..3)
            .is_some_and(|start| start.eq_ignore_ascii_case(month))
    })?;
    let mut parts = text.get(3..)?.splitn(4, |c: char| !c.is_ascii_digit());
    let (nothing, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    if !nothing.is_empty() || year.len() != 4 {
        return None;
    }
    let found = plausible(date(
        year.parse().ok()?,
        i16::try_from(month).ok()? + 1,
        day.parse().ok()?,
    )?)?;
    Some((found, 3 + 1 + day.len() + 1 + 4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::wire;

    #[test]
    fn a_fact_may_stand_for_another_text() {
        let text = r#"
            title = "Traffic"
            table = "traffic"
            family = "console"
            [signature]
            all = ["day"]
            [period]
            day = "day"
            [merge]
            by = "slice"
            key = ["day"]
            duplicates = "sum"
            [[fact]]
            from = "file-name"
            pattern = '(?i)(?<ad_product>products|brands|display|推广)'
            values = { Products = "SP", brands = "SB" }
            [[column]]
            name = "day"
            type = "date"
            labels = { en = ["Date"] }
        "#;
        let schema = wire::parse("a/b", text).unwrap();
        for (name, expected) in [
            ("Sponsored_Products_report.csv", Some("SP")),
            ("sponsored_BRANDS_report.csv", Some("SB")),
            ("Sponsored_Display_report.csv", Some("Display")),
            ("推广.csv", Some("推广")),
            ("report.csv", None),
        ] {
            let mut facts = Facts::default();
            facts.learn(&schema, &FactSource::FileName, name);
            assert_eq!(
                facts.first("ad_product").map(|claim| &*claim.value),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn a_date_of_which_the_month_is_open_is_none() {
        for (text, expected) in [
            ("2026-01-31", Some("2026-01-31")),
            ("2026/1/3", Some("2026-01-03")),
            ("2026_02_07", Some("2026-02-07")),
            ("1/31/2026", Some("2026-01-31")),
            ("31.01.2026", Some("2026-01-31")),
            ("5/5/2026", Some("2026-05-05")),
            ("4/11/2026", None),
            ("31/31/2026", None),
            ("1/31/26", None),
            ("2026-13-01", None),
            ("Week 5", None),
        ] {
            let date = unambiguous_date(text).map(|date| date.to_string());
            assert_eq!(date.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn of_facts_of_rows_the_first_is_believed() {
        let fact = |pattern: &str| Fact {
            from: FactSource::Preamble,
            pattern: regex::Regex::new(pattern).unwrap(),
            values: Vec::new(),
            certain: true,
        };
        let (own, other) = (
            fact("^(?<marketplace>amazon[.]ca)$"),
            fact("^Non-Amazon (?<marketplace>..)$"),
        );
        let (mut facts, mut before) = (Facts::default(), BTreeSet::new());
        facts.learn_of_rows(&own, "amazon.ca", &mut before);
        facts.learn_of_rows(&other, "Non-Amazon US", &mut before);
        let told: Vec<&str> = (facts.about("marketplace").iter())
            .map(|claim| &*claim.value)
            .collect();
        assert_eq!(told, ["amazon.ca"]);
    }

    #[test]
    fn names_tell_codes_and_dates() {
        for (name, market, dates) in [
            (
                "ManageFBAInventory_US_20200113.txt",
                Some("US"),
                vec!["2020-01-13"],
            ),
            (
                "US_AMAZON_cerebro_B01J26DNWE_2025-11-10.csv",
                Some("US"),
                vec!["2025-11-10"],
            ),
            ("Informe+de+todos_07-14-2026.txt", None, vec!["2026-07-14"]),
            (
                "Sponsored_Products_adgroup_ads_Dec_28_2019.csv",
                None,
                vec!["2019-12-28"],
            ),
            (
                "US_Search_Week_2026_02_07.csv",
                Some("US"),
                vec!["2026-02-07"],
            ),
            (
                "BusinessReport_DE_2026-01-01_2026-01-31.csv",
                Some("DE"),
                vec!["2026-01-01", "2026-01-31"],
            ),
            ("made in it.csv", None, vec![]),
            ("US and DE.csv", None, vec![]),
            ("118981020662.txt", None, vec![]),
            (
                "bulk-x-20240505-20240605-1717849817485.xlsx",
                None,
                vec!["2024-05-05", "2024-06-05"],
            ),
            ("报告_2026-13-01.csv", None, vec![]),
        ] {
            let facts = name_facts(name);
            assert_eq!(facts.market.map(Market::code), market, "{name}");
            assert_eq!(
                facts
                    .dates
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>(),
                dates,
                "{name}"
            );
        }
    }

    #[test]
    fn a_text_names_a_day_in_any_form_of_file_names() {
        for (text, day) in [
            ("20260131", Some("2026-01-31")),
            ("2026-01-31", Some("2026-01-31")),
            ("Nov_21_2019", Some("2019-11-21")),
            ("20261331", None),
            ("1769990400000", None),
            ("", None),
        ] {
            assert_eq!(
                day_in(text).map(|day| day.to_string()).as_deref(),
                day,
                "{text}"
            );
        }
    }
}
