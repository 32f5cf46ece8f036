//! Whose rows these are, where they were sold, and when they were seen; or the question that nobody has answered.

use crate::model::market::Market;
use crate::normalise::facts::Facts;
use crate::normalise::facts::NameFacts;
use crate::normalise::facts::Origin;
use crate::normalise::facts::day_in;
use crate::normalise::market;
use crate::normalise::row_market::RowMarkets;
use crate::normalise::unit;
use crate::normalise::unit::Unit;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

/// An account as far as identity needs it.
#[derive(Debug, Clone)]
pub struct KnownAccount {
    pub name: Box<str>,
    /// Empty: not said.
    pub markets: Vec<Market>,
}

/// What a user answered for a file or its folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    pub account: Option<Box<str>>,
    pub market: Option<Market>,
    pub unit: Option<Unit>,
    pub period: Option<(Date, Date)>,
    pub observed: Option<Timestamp>,
    /// Of numeric dates.
    pub day_first: Option<bool>,
    /// Of numbers in text.
    pub decimal_comma: Option<bool>,
}

/// All that bears on a table's identity.
#[derive(Debug, Clone, Default)]
pub struct Evidence<'a> {
    pub facts: Facts,
    pub name: NameFacts,
    pub folder_account: Option<&'a str>,
    pub folder_market: Option<Market>,
    pub folder_day: Option<Date>,
    /// The days that a rule of the workspace says the report covers.
    pub folder_period: Option<(Date, Date)>,
    pub flag_account: Option<&'a str>,
    pub flag_market: Option<Market>,
    pub flag_period: Option<(Date, Date)>,
    pub answers: Answers,
    pub accounts: &'a [KnownAccount],
    /// Currency codes that the rows name.
    pub currencies: BTreeSet<Box<str>>,
    /// Some rows name no currency.
    pub currency_is_blank: bool,
    /// Signs that stand at amounts: each may be several currencies.
    pub signs: BTreeSet<Box<str>>,
    /// Each row names its own marketplace.
    pub rows_have_market: bool,
    /// Earliest modification time sighted.
    pub mtime: Option<Timestamp>,
}

/// A table's identity, each part with where it was learnt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub account: Box<str>,
    pub account_from: Origin,
    /// None where each row names its own.
    pub market: Option<Market>,
    pub market_from: Origin,
    /// Those of the rows by their currency, where they name several.
    pub row_markets: Option<RowMarkets>,
    /// That of rows which name none, where other rows of the table do.
    pub market_of_blank: Option<Market>,
    /// True when the marketplace follows from the currency alone.
    pub market_by_currency: bool,
    pub observed_at: Timestamp,
    /// The marketplace's day of the observation.
    pub observed_day: Date,
    pub observed_from: Origin,
    /// The period that the report as a whole is known to cover.
    pub period: Option<(Date, Date)>,
    /// False where the schema does not vouch for what told the period.
    pub period_is_certain: bool,
    /// What each of its dates stands for, where the report says so.
    pub unit: Option<Unit>,
    /// The one currency of the table's money, where the rows do not say.
    pub currency: Option<Box<str>>,
}

/// What only the user can know. Grouped: one answer may settle a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    pub about: About,
    pub text: Box<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    Account,
    Marketplace,
    Unit,
    Period,
    DateOrder,
    DecimalSign,
    ObservedAt,
}

impl About {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Marketplace => "marketplace",
            Self::Unit => "unit",
            Self::Period => "period",
            Self::DateOrder => "date-order",
            Self::DecimalSign => "decimal",
            Self::ObservedAt => "observed-at",
        }
    }

    /// The flag of `answer` that settles it.
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Account => "--account NAME",
            Self::Marketplace => "--marketplace CODE",
            Self::Unit => "--unit day|month",
            Self::Period => "--period START..END",
            Self::DateOrder => "--date-order day-first|month-first",
            Self::DecimalSign => "--decimal comma|point",
            Self::ObservedAt => "--observed-at TIME",
        }
    }
}

/// Settles a table's identity.
///
/// # Errors
/// The questions that remain: nothing knows, or what knows disagrees.
pub fn identify(evidence: &Evidence<'_>) -> Result<Identity, Vec<Question>> {
    let mut questions = Vec::new();
    let row_markets = market::of_rows(evidence)
        .map_err(|question| questions.push(question))
        .ok();
    let market = match &row_markets {
        Some(None) => market::settle(evidence)
            .map_err(|question| questions.push(question))
            .ok(),
        Some(Some(_)) => Some((None, Origin::Content, false)),
        None => None,
    };
    let row_markets = row_markets.flatten();
    let markets = match &row_markets {
        Some(markets) => markets.all(),
        None => market.and_then(|(market, ..)| market).into_iter().collect(),
    };
    let account = settle_account(evidence, &markets)
        .map_err(|question| questions.push(question))
        .ok();
    let zone = market
        .and_then(|(market, ..)| market)
        .map_or(TimeZone::UTC, zone_of);
    let observed = settle_observed(evidence, &zone);
    if observed.is_none() {
        questions.push(Question {
            about: About::ObservedAt,
            text:
                "nothing tells when this was downloaded: no date inside, in the name or of the file"
                    .into(),
        });
    }
    let (
        Some((market, market_from, market_by_currency)),
        Some((account, account_from)),
        Some(observed),
    ) = (market, account, observed)
    else {
        return Err(questions);
    };
    Ok(Identity {
        account,
        account_from,
        market,
        market_from,
        row_markets,
        market_of_blank: market::of_blank(evidence),
        market_by_currency,
        observed_at: observed.0,
        observed_day: observed.1,
        observed_from: observed.2,
        period: unit::covered(evidence),
        period_is_certain: unit::is_certain(evidence),
        unit: unit::told(&evidence.facts),
        currency: settle_currency(evidence, market),
    })
}

/// An identity good enough to ask for what else is missing, where [`identify`] has questions.
pub fn provisional(evidence: &Evidence<'_>) -> Identity {
    let (observed_at, observed_day, observed_from) = settle_observed(evidence, &TimeZone::UTC)
        .unwrap_or((Timestamp::UNIX_EPOCH, Date::default(), Origin::Mtime));
    Identity {
        account: "".into(),
        account_from: Origin::Configuration,
        market: None,
        market_from: Origin::Configuration,
        row_markets: None,
        market_of_blank: None,
        market_by_currency: false,
        observed_at,
        observed_day,
        observed_from,
        period: unit::covered(evidence),
        period_is_certain: unit::is_certain(evidence),
        unit: unit::told(&evidence.facts),
        currency: None,
    }
}

fn zone_of(market: Market) -> TimeZone {
    TimeZone::get(market.zone()).unwrap_or(TimeZone::UTC)
}

fn settle_account(
    evidence: &Evidence<'_>,
    markets: &[Market],
) -> Result<(Box<str>, Origin), Question> {
    let ask = |text: String| Question {
        about: About::Account,
        text: text.into(),
    };
    let known = |name: &str| {
        evidence
            .accounts
            .iter()
            .any(|account| &*account.name == name)
    };
    if let Some(name) = &evidence.answers.account {
        return Ok((name.clone(), Origin::Answer));
    }
    let mut claims: Vec<(&str, Origin)> = evidence
        .facts
        .about("account")
        .iter()
        .map(|claim| (&*claim.value, claim.origin))
        .collect();
    // A folder above a marketplace's folder names the account only where such an account is known: it may be any folder.
    claims.extend(
        evidence
            .folder_account
            .filter(|name| known(name))
            .map(|name| (name, Origin::Folder)),
    );
    claims.extend(evidence.flag_account.map(|name| (name, Origin::Flag)));
    if let Some((name, origin)) = claims.first() {
        if let Some((other, from)) = claims.iter().find(|(other, _)| other != name) {
            return Err(ask(format!(
                "the {origin} says account {name:?}, the {from} says {other:?}"
            )));
        }
        if !known(name) {
            return Err(ask(format!("sellerlake.toml knows no account {name:?}")));
        }
        return Ok(((*name).into(), *origin));
    }
    let selling: Vec<&KnownAccount> = evidence
        .accounts
        .iter()
        .filter(|account| {
            let sells = |market| account.markets.contains(market);
            markets.is_empty() || account.markets.is_empty() || markets.iter().any(sells)
        })
        .collect();
    match selling[..] {
        [only] => Ok((only.name.clone(), Origin::Configuration)),
        [] => Err(ask(format!(
            "no account in sellerlake.toml sells in {}",
            markets
                .first()
                .map_or("that marketplace", |market| market.code())
        ))),
        _ => {
            let names: Vec<_> = selling.iter().map(|account| &*account.name).collect();
            Err(ask(format!("it may belong to {}", names.join(", "))))
        }
    }
}

/// The instant, the marketplace's day, and where both were learnt. A day without a time counts as its noon.
fn settle_observed(evidence: &Evidence<'_>, zone: &TimeZone) -> Option<(Timestamp, Date, Origin)> {
    let local_day = |at: Timestamp| zone.to_datetime(at).date();
    let noon = |day: Date| {
        day.at(12, 0, 0, 0)
            .to_zoned(TimeZone::UTC)
            .ok()
            .map(|zoned| zoned.timestamp())
    };
    if let Some(at) = evidence.answers.observed {
        return Some((at, local_day(at), Origin::Answer));
    }
    let mut claims: Vec<_> = evidence
        .facts
        .about("observed_at")
        .into_iter()
        .chain(evidence.facts.about("observed_date"))
        .collect();
    claims.sort_by_key(|claim| claim.origin);
    for claim in claims {
        if let Some(at) = instant(&claim.value) {
            return Some((at, local_day(at), claim.origin));
        }
        if let Some(day) = day_in(&claim.value) {
            return Some((noon(day)?, day, claim.origin));
        }
    }
    let single = match evidence.name.dates[..] {
        [day] if evidence.facts.first("period_start").is_none() => Some((day, Origin::FileName)),
        _ => None,
    };
    if let Some((day, origin)) = single.or(evidence.folder_day.map(|day| (day, Origin::Folder))) {
        // A time of the file that falls on the named day, or in the night after it, says which of that day's downloads
        // this is; any other was reset by a copy and says nothing.
        let fitting = evidence.mtime.filter(|at| {
            let seen = local_day(*at);
            seen == day || day.tomorrow().is_ok_and(|next| seen == next)
        });
        return Some((fitting.or_else(|| noon(day))?, day, origin));
    }
    evidence.mtime.map(|at| (at, local_day(at), Origin::Mtime))
}

/// An instant with a zone, or a time without one, which is taken as UTC: the tools that print one print UTC.
fn instant(text: &str) -> Option<Timestamp> {
    // Milliseconds since 1970, as tools put them into file names.
    if text.len() == 13 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Timestamp::from_millisecond(text.parse().ok()?).ok();
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let plain = text.replacen(' ', "T", 1).replace('/', "-");
    let time: DateTime = plain.parse().ok()?;
    if !plain.contains('T') {
        return None;
    }
    time.to_zoned(TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

fn settle_currency(evidence: &Evidence<'_>, market: Option<Market>) -> Option<Box<str>> {
    if let Some(claim) = evidence.facts.first("currency") {
        return Some(claim.value.clone());
    }
    let codes: Vec<&Box<str>> = evidence.currencies.iter().collect();
    if let [only] = codes[..] {
        return Some(only.clone());
    }
    market.map(|market| market.currency().into())
}

#[cfg(test)]
#[path = "identity_tests.rs"]
mod tests;
