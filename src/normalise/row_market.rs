//! The marketplace of each row, where the rows of a report name several currencies and none names its marketplace: one
//! account's reports may hold all marketplaces of a continent. Knows no report.

use crate::model::market::Market;
use crate::normalise::Columns;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::StringArray;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Which marketplace the rows of a currency belong to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowMarkets {
    by_currency: BTreeMap<Box<str>, Market>,
    /// That of rows which name no currency.
    of_blank: Option<Market>,
}

impl RowMarkets {
    /// Settles each currency: its only marketplace, or among several the one that is told for the report as a whole.
    /// `is_blank`: some rows name no currency. `sells`: the marketplaces that an account is configured for.
    ///
    /// # Errors
    /// What remains open, in words.
    pub fn settle(
        currencies: &BTreeSet<Box<str>>,
        is_blank: bool,
        told: Option<Market>,
        sells: impl Fn(Market) -> bool,
    ) -> Result<Self, String> {
        let listed = |markets: &[Market]| {
            let codes: Vec<&str> = markets.iter().map(|market| market.code()).collect();
            codes.join(", ")
        };
        let mut by_currency = BTreeMap::new();
        for code in currencies {
            let all: Vec<Market> = Market::all()
                .filter(|market| market.currency() == &**code)
                .collect();
            let own: Vec<Market> = all
                .iter()
                .copied()
                .filter(|market| sells(*market))
                .collect();
            let market = match (told.filter(|told| all.contains(told)), &own[..], &all[..]) {
                (Some(told), ..) => told,
                (None, [only], _) | (None, [], [only]) => *only,
                (None, [], []) => return Err(format!("no marketplace sells in {code}")),
                (None, several, _) if !several.is_empty() => {
                    return Err(format!("its rows in {code} may be of {}", listed(several)));
                }
                _ => return Err(format!("its rows in {code} may be of {}", listed(&all))),
            };
            by_currency.insert(code.clone(), market);
        }
        let seen: Vec<Market> = by_currency.values().copied().collect();
        if let Some(told) = told.filter(|told| !seen.contains(told)) {
            let codes: Vec<&str> = currencies.iter().map(|code| &**code).collect();
            return Err(format!(
                "it is said to be of {told}, but its money is {}",
                codes.join(" and ")
            ));
        }
        if is_blank && told.is_none() {
            return Err(format!(
                "its rows without a currency may be of {}",
                listed(&seen)
            ));
        }
        Ok(Self {
            by_currency,
            of_blank: told,
        })
    }

    /// All marketplaces of the report.
    pub fn all(&self) -> Vec<Market> {
        self.by_currency.values().copied().collect()
    }

    /// The codes of the rows' marketplaces.
    pub fn column(&self, rows: &Columns) -> ArrayRef {
        let code = |currency: Option<&str>| {
            let market = match currency {
                Some(currency) => self.by_currency.get(currency).copied(),
                None => self.of_blank,
            };
            market.map(Market::code)
        };
        let codes: StringArray = match rows
            .get("currency")
            .and_then(|array| array.as_string_opt::<i32>())
        {
            Some(currencies) => currencies.iter().map(code).collect(),
            None => std::iter::repeat_n(code(None), rows.n_rows()).collect(),
        };
        Arc::new(codes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::ColumnName;

    /// Currencies, whether some rows name none, what is told, where the account sells.
    type Told = (
        &'static [&'static str],
        bool,
        Option<&'static str>,
        &'static [&'static str],
    );

    fn settled(
        currencies: &[&str],
        is_blank: bool,
        told: Option<&str>,
        sells: &[&str],
    ) -> Result<RowMarkets, String> {
        let currencies = currencies.iter().map(|code| Box::from(*code)).collect();
        let told = told.map(|code| Market::by_code(code).unwrap());
        RowMarkets::settle(&currencies, is_blank, told, |market| {
            sells.is_empty() || sells.contains(&market.code())
        })
    }

    #[test]
    fn each_currency_has_one_marketplace_or_it_is_asked() {
        let of = |markets: &RowMarkets| {
            markets
                .by_currency
                .iter()
                .map(|(currency, market)| format!("{currency}={market}"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        let cases: &[(Told, Result<&str, &str>)] = &[
            ((&["CAD", "USD"], false, None, &[]), Ok("CAD=CA USD=US")),
            // What is told of the report is told of the rows that it can be true of.
            (
                (&["CAD", "USD"], false, Some("US"), &[]),
                Ok("CAD=CA USD=US"),
            ),
            (
                (&["EUR", "GBP"], false, Some("DE"), &[]),
                Ok("EUR=DE GBP=UK"),
            ),
            (
                (&["EUR", "GBP"], false, None, &["FR", "UK"]),
                Ok("EUR=FR GBP=UK"),
            ),
            // A currency that no configured marketplace uses is still that of its only one.
            ((&["CAD", "USD"], false, None, &["US"]), Ok("CAD=CA USD=US")),
            (
                (&["EUR", "GBP"], false, None, &["DE", "FR", "UK"]),
                Err("its rows in EUR may be of DE, FR"),
            ),
            (
                (&["EUR", "GBP"], false, None, &["UK"]),
                Err("its rows in EUR may be of BE, DE, ES, FR, IE, IT, NL"),
            ),
            (
                (&["EUR", "GBP"], false, Some("US"), &["DE", "UK"]),
                Err("it is said to be of US, but its money is EUR and GBP"),
            ),
            (
                (&["USD", "XXX"], false, None, &[]),
                Err("no marketplace sells in XXX"),
            ),
            (
                (&["CAD", "USD"], true, None, &[]),
                Err("its rows without a currency may be of CA, US"),
            ),
            (
                (&["CAD", "USD"], true, Some("CA"), &[]),
                Ok("CAD=CA USD=US"),
            ),
        ];
        for ((currencies, is_blank, told, sells), expected) in cases {
            let got = settled(currencies, *is_blank, *told, sells);
            let got = got.as_ref().map(of).map_err(Clone::clone);
            assert_eq!(
                got.as_deref().map_err(String::as_str),
                *expected,
                "{currencies:?} {told:?}"
            );
        }
    }

    #[test]
    fn rows_are_marked_by_their_currency_and_blank_ones_by_what_is_told() {
        let markets = settled(&["CAD", "USD"], true, Some("US"), &[]).unwrap();
        let currencies: ArrayRef =
            Arc::new(StringArray::from(vec![Some("CAD"), None, Some("USD")]));
        let rows = Columns::new(
            vec![(ColumnName::parse("currency").unwrap(), currencies)],
            3,
        );
        let codes = markets.column(&rows);
        let codes: Vec<Option<&str>> = codes.as_string::<i32>().iter().collect();
        assert_eq!(codes, [Some("CA"), Some("US"), Some("US")]);
    }
}
