//! Where a table's rows were sold: what says so, what contradicts it, and the question that remains.

use crate::model::market::Market;
use crate::normalise::facts::Origin;
use crate::normalise::identity::About;
use crate::normalise::identity::Evidence;
use crate::normalise::identity::Question;
use crate::normalise::row_market::RowMarkets;
use std::collections::BTreeSet;

/// The marketplace of rows that name none in a table whose rows do: what would be known of the table without them.
pub fn of_blank(evidence: &Evidence<'_>) -> Option<Market> {
    let without = Evidence {
        rows_have_market: false,
        ..evidence.clone()
    };
    settle(&without)
        .ok()
        .filter(|_| evidence.rows_have_market)
        .and_then(|(market, ..)| market)
}

/// The marketplaces of rows that name several currencies and no marketplace; None of other rows.
///
/// # Errors
/// The question that remains.
pub(super) fn of_rows(evidence: &Evidence<'_>) -> Result<Option<RowMarkets>, Question> {
    if evidence.rows_have_market || evidence.currencies.len() < 2 {
        return Ok(None);
    }
    let without = Evidence {
        currencies: BTreeSet::new(),
        signs: BTreeSet::new(),
        ..evidence.clone()
    };
    // One configured marketplace says nothing of a report that plainly covers more.
    let told = match settle(&without) {
        Ok((market, origin, _)) => market.filter(|_| origin != Origin::Configuration),
        Err(question) if is_claimed(&without) => return Err(question),
        Err(_) => None,
    };
    let sells = |market| {
        let mut accounts = evidence.accounts.iter();
        accounts.any(|account| account.markets.is_empty() || account.markets.contains(&market))
    };
    RowMarkets::settle(
        &evidence.currencies,
        evidence.currency_is_blank,
        told,
        sells,
    )
    .map(Some)
    .map_err(|text| Question {
        about: About::Marketplace,
        text: text.into(),
    })
}

fn is_claimed(evidence: &Evidence<'_>) -> bool {
    !evidence.facts.about("marketplace").is_empty()
        || evidence.name.market.is_some()
        || evidence.folder_market.is_some()
        || evidence.flag_market.is_some()
}

/// None where each row names its own; where it was learnt; whether from the currency alone.
pub(super) type SettledMarket = (Option<Market>, Origin, bool);

/// The marketplace of a table as a whole.
///
/// # Errors
/// The question that remains.
pub(super) fn settle(evidence: &Evidence<'_>) -> Result<SettledMarket, Question> {
    let ask = |text: String| Question {
        about: About::Marketplace,
        text: text.into(),
    };
    if let Some(market) = evidence.answers.market {
        return Ok((Some(market), Origin::Answer, false));
    }
    if evidence.rows_have_market {
        return Ok((None, Origin::Content, false));
    }
    let mut claims: Vec<(Market, Origin)> = Vec::new();
    for claim in evidence.facts.about("marketplace") {
        match Market::named(&claim.value) {
            Some(market) => claims.push((market, claim.origin)),
            None => {
                return Err(ask(format!(
                    "{:?} is not a marketplace that is known",
                    claim.value
                )));
            }
        }
    }
    claims.extend(
        evidence
            .name
            .market
            .map(|market| (market, Origin::FileName)),
    );
    claims.extend(
        evidence
            .folder_market
            .map(|market| (market, Origin::Folder)),
    );
    claims.extend(evidence.flag_market.map(|market| (market, Origin::Flag)));
    claims.sort_by_key(|(_, origin)| *origin);
    let possible = possible_markets(evidence);
    if let Some((market, origin)) = claims.first().copied() {
        if let Some((other, from)) = claims.iter().find(|(other, _)| *other != market) {
            return Err(ask(format!(
                "the {origin} says {market}, the {from} says {other}"
            )));
        }
        if !possible.is_empty() && !possible.contains(&market) {
            let money = describe_money(evidence);
            return Err(ask(format!(
                "the {origin} says {market}, but its money is {money}"
            )));
        }
        return Ok((Some(market), origin, false));
    }
    let configured: BTreeSet<Market> = evidence
        .accounts
        .iter()
        .flat_map(|account| account.markets.iter().copied())
        .collect();
    let unrestricted = evidence
        .accounts
        .iter()
        .any(|account| account.markets.is_empty())
        || configured.is_empty();
    let narrowed: Vec<Market> = possible
        .iter()
        .copied()
        .filter(|market| unrestricted || configured.contains(market))
        .collect();
    match (&narrowed[..], configured.len()) {
        ([only], _) => Ok((Some(*only), Origin::Content, true)),
        ([], 1) if possible.is_empty() && !unrestricted => {
            Ok((configured.first().copied(), Origin::Configuration, false))
        }
        ([], _) if possible.is_empty() => Err(ask(
            "nothing tells the marketplace: no column, name or folder".into(),
        )),
        ([], _) => Err(ask(format!(
            "its money is {}, which no configured marketplace uses",
            describe_money(evidence)
        ))),
        (several, _) => {
            let codes: Vec<_> = several.iter().map(|market| market.code()).collect();
            Err(ask(format!(
                "its money is {}, so it may be {}",
                describe_money(evidence),
                codes.join(", ")
            )))
        }
    }
}

fn describe_money(evidence: &Evidence<'_>) -> String {
    let all: Vec<&str> = evidence
        .currencies
        .iter()
        .chain(&evidence.signs)
        .map(|text| &**text)
        .collect();
    all.join(" and ")
}

/// Marketplaces that fit the money seen; empty when no money was seen.
fn possible_markets(evidence: &Evidence<'_>) -> Vec<Market> {
    let sets = evidence
        .currencies
        .iter()
        .map(|code| vec![&**code])
        .chain(
            evidence
                .signs
                .iter()
                .map(|sign| Market::currencies_of(sign)),
        )
        .filter(|set| !set.is_empty())
        .collect::<Vec<_>>();
    if sets.is_empty() {
        return Vec::new();
    }
    Market::all()
        .filter(|market| sets.iter().all(|set| set.contains(&market.currency())))
        .collect()
}
