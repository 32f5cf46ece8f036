//! Amazon's marketplaces: one row of facts each.
//!
//! Domains, currencies and Keepa ids: `keepacom/api_backend` `AmazonLocale` and Amazon's SP-API marketplace list.

use crate::model::market_id;
use std::fmt;

/// Which of day and month a numeric date writes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateOrder {
    DayFirst,
    MonthFirst,
    YearFirst,
}

/// One marketplace, by its code (`US`, `DE`). Copies are cheap; all facts are constant.
#[derive(Clone, Copy)]
pub struct Market(&'static Facts);

struct Facts {
    code: &'static str,
    domain: &'static str,
    currency: &'static str,
    /// How the marketplace's people write a currency, besides the code.
    signs: &'static [&'static str],
    order: DateOrder,
    zone: &'static str,
    keepa: u8,
    /// The country in the languages of Amazon's consoles, lower case.
    names: &'static [&'static str],
}

use DateOrder::DayFirst;
use DateOrder::MonthFirst;
use DateOrder::YearFirst;

#[expect(clippy::too_many_arguments, reason = "a row of a table of constants")]
const fn facts(
    code: &'static str,
    domain: &'static str,
    currency: &'static str,
    signs: &'static [&'static str],
    order: DateOrder,
    zone: &'static str,
    keepa: u8,
    names: &'static [&'static str],
) -> Facts {
    Facts {
        code,
        domain,
        currency,
        signs,
        order,
        zone,
        keepa,
        names,
    }
}

/// Sorted by code. Keepa id 0: not covered by Keepa.
const MARKETS: &[Facts] = &[
    facts(
        "AE",
        "amazon.ae",
        "AED",
        &["AED"],
        DayFirst,
        "Asia/Dubai",
        0,
        &[
            "united arab emirates",
            "阿联酋",
            "vereinigte arabische emirate",
            "emiratos árabes unidos",
        ],
    ),
    facts(
        "AU",
        "amazon.com.au",
        "AUD",
        &["$", "A$", "AU$"],
        DayFirst,
        "Australia/Sydney",
        0,
        &["australia", "澳大利亚", "australien", "オーストラリア"],
    ),
    facts(
        "BE",
        "amazon.com.be",
        "EUR",
        &["€"],
        DayFirst,
        "Europe/Brussels",
        0,
        &[
            "belgium",
            "比利时",
            "belgien",
            "bélgica",
            "belgique",
            "belgio",
        ],
    ),
    facts(
        "BR",
        "amazon.com.br",
        "BRL",
        &["R$"],
        DayFirst,
        "America/Sao_Paulo",
        12,
        &["brazil", "巴西", "brasilien", "brasil"],
    ),
    facts(
        "CA",
        "amazon.ca",
        "CAD",
        &["$", "C$", "CA$", "CDN$"],
        YearFirst,
        "America/Los_Angeles",
        6,
        &["canada", "加拿大", "kanada", "canadá", "カナダ"],
    ),
    facts(
        "DE",
        "amazon.de",
        "EUR",
        &["€"],
        DayFirst,
        "Europe/Berlin",
        3,
        &[
            "germany",
            "德国",
            "deutschland",
            "alemania",
            "allemagne",
            "germania",
            "ドイツ",
        ],
    ),
    facts(
        "EG",
        "amazon.eg",
        "EGP",
        &["EGP", "E£"],
        DayFirst,
        "Africa/Cairo",
        0,
        &["egypt", "埃及", "ägypten", "egipto"],
    ),
    facts(
        "ES",
        "amazon.es",
        "EUR",
        &["€"],
        DayFirst,
        "Europe/Madrid",
        9,
        &[
            "spain",
            "西班牙",
            "spanien",
            "españa",
            "espagne",
            "spagna",
            "スペイン",
        ],
    ),
    facts(
        "FR",
        "amazon.fr",
        "EUR",
        &["€"],
        DayFirst,
        "Europe/Paris",
        4,
        &["france", "法国", "frankreich", "francia", "フランス"],
    ),
    facts(
        "IE",
        "amazon.ie",
        "EUR",
        &["€"],
        DayFirst,
        "Europe/Dublin",
        0,
        &["ireland", "爱尔兰", "irland", "irlanda", "irlande"],
    ),
    facts(
        "IN",
        "amazon.in",
        "INR",
        &["₹", "Rs.", "Rs"],
        DayFirst,
        "Asia/Kolkata",
        10,
        &["india", "印度", "indien", "インド"],
    ),
    facts(
        "IT",
        "amazon.it",
        "EUR",
        &["€"],
        DayFirst,
        "Europe/Rome",
        8,
        &["italy", "意大利", "italien", "italia", "italie", "イタリア"],
    ),
    facts(
        "JP",
        "amazon.co.jp",
        "JPY",
        &["¥", "￥", "円", "JP¥"],
        YearFirst,
        "Asia/Tokyo",
        5,
        &["japan", "日本", "japón", "japon", "giappone"],
    ),
    facts(
        "MX",
        "amazon.com.mx",
        "MXN",
        &["$", "MX$"],
        DayFirst,
        "America/Los_Angeles",
        11,
        &["mexico", "墨西哥", "mexiko", "méxico"],
    ),
    facts(
        "NL",
        "amazon.nl",
        "EUR",
        &["€"],
        DayFirst,
        "Europe/Amsterdam",
        0,
        &[
            "netherlands",
            "荷兰",
            "niederlande",
            "países bajos",
            "pays-bas",
            "paesi bassi",
        ],
    ),
    facts(
        "PL",
        "amazon.pl",
        "PLN",
        &["zł", "zl"],
        DayFirst,
        "Europe/Warsaw",
        0,
        &["poland", "波兰", "polen", "polonia", "pologne"],
    ),
    facts(
        "SA",
        "amazon.sa",
        "SAR",
        &["SAR"],
        DayFirst,
        "Asia/Riyadh",
        0,
        &[
            "saudi arabia",
            "沙特阿拉伯",
            "saudi-arabien",
            "arabia saudí",
        ],
    ),
    facts(
        "SE",
        "amazon.se",
        "SEK",
        &["kr"],
        YearFirst,
        "Europe/Stockholm",
        0,
        &["sweden", "瑞典", "schweden", "suecia", "suède", "svezia"],
    ),
    facts(
        "SG",
        "amazon.sg",
        "SGD",
        &["$", "S$"],
        DayFirst,
        "Asia/Singapore",
        0,
        &["singapore", "新加坡", "singapur"],
    ),
    facts(
        "TR",
        "amazon.com.tr",
        "TRY",
        &["₺", "TL"],
        DayFirst,
        "Europe/Istanbul",
        0,
        &["turkey", "türkiye", "土耳其", "türkei", "turquía"],
    ),
    facts(
        "UK",
        "amazon.co.uk",
        "GBP",
        &["£"],
        DayFirst,
        "Europe/London",
        2,
        &[
            "united kingdom",
            "great britain",
            "英国",
            "vereinigtes königreich",
            "reino unido",
            "royaume-uni",
            "regno unito",
            "イギリス",
            "gb",
        ],
    ),
    facts(
        "US",
        "amazon.com",
        "USD",
        &["$", "US$"],
        MonthFirst,
        "America/Los_Angeles",
        1,
        &[
            "united states",
            "usa",
            "美国",
            "vereinigte staaten",
            "estados unidos",
            "états-unis",
            "stati uniti",
            "アメリカ",
        ],
    ),
    facts(
        "ZA",
        "amazon.co.za",
        "ZAR",
        &["R"],
        YearFirst,
        "Africa/Johannesburg",
        0,
        &["south africa", "南非", "südafrika"],
    ),
];

impl Market {
    pub fn all() -> impl Iterator<Item = Self> {
        MARKETS.iter().map(Market)
    }

    /// By its exact code, upper case: `US`. `GB` is `UK`.
    pub fn by_code(code: &str) -> Option<Self> {
        let code = if code == "GB" { "UK" } else { code };
        Self::all().find(|market| market.code() == code)
    }

    /// Keepa's number of its domain; none where Keepa has no such marketplace.
    pub fn keepa_id(self) -> Option<u8> {
        (self.0.keepa != 0).then_some(self.0.keepa)
    }

    /// By Keepa's domain id.
    pub fn by_keepa_id(id: u8) -> Option<Self> {
        Self::all().find(|market| id != 0 && market.0.keepa == id)
    }

    /// From whatever a cell says: a code, Amazon's id, a country in any console language, `amazon.de`, `co.uk`, or an address of a
    /// product page on Amazon or Keepa (`https://keepa.com/#!product/3-B0..`). A bare number is Keepa's domain id.
    pub fn named(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(market) = Self::by_code(text).or_else(|| market_id::market(text)) {
            return Some(market);
        }
        if let Ok(id) = text.parse() {
            return Self::by_keepa_id(id);
        }
        let lower = text.to_lowercase();
        if let Some(rest) = lower.split("#!product/").nth(1) {
            return rest
                .split('-')
                .next()?
                .parse()
                .ok()
                .and_then(Self::by_keepa_id);
        }
        let host = lower.rsplit("://").next()?.split('/').next()?;
        let host = host.strip_prefix("www.").unwrap_or(host);
        // Advertising writes `AMAZON_CO_UK`, and by mistake `UAMAZON_FR`.
        let dotted = host.replace('_', ".");
        let host = dotted
            .strip_prefix('u')
            .filter(|host| host.starts_with("amazon."))
            .unwrap_or(&dotted);
        Self::all().find(|market| {
            let facts = market.0;
            facts.names.contains(&lower.as_str())
                || host == facts.domain
                || facts.domain.strip_prefix("amazon.") == Some(host)
                || lower == facts.code.to_lowercase()
        })
    }

    pub const fn code(self) -> &'static str {
        self.0.code
    }
    pub const fn domain(self) -> &'static str {
        self.0.domain
    }
    /// The smallest coins in one unit of the currency: prices of programs come in these.
    pub fn minor_units(self) -> u32 {
        if self.currency() == "JPY" { 1 } else { 100 }
    }

    /// ISO 4217.
    pub const fn currency(self) -> &'static str {
        self.0.currency
    }
    pub const fn date_order(self) -> DateOrder {
        self.0.order
    }
    /// IANA name of the zone in which the marketplace's day begins. Amazon's business reports use Pacific time for
    /// all of North America.
    pub const fn zone(self) -> &'static str {
        self.0.zone
    }

    /// Currencies that a sign or code may stand for: `$` is several, `£` one.
    pub fn currencies_of(sign: &str) -> Vec<&'static str> {
        let mut found: Vec<&str> = Self::all()
            .filter(|market| market.currency() == sign || market.0.signs.contains(&sign))
            .map(Self::currency)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Every sign and code that marks money, longest first so that `US$` is met before `$`.
    pub fn money_marks() -> Vec<&'static str> {
        let mut marks: Vec<&str> = MARKETS
            .iter()
            .flat_map(|facts| facts.signs.iter().copied().chain([facts.currency]))
            .collect();
        marks.extend([
            "CNY", "CN¥", "元", "HKD", "HK$", "KRW", "₩", "CHF", "DKK", "NOK", "NZD",
        ]);
        marks.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        marks.dedup();
        marks
    }
}

impl PartialEq for Market {
    fn eq(&self, other: &Self) -> bool {
        self.0.code == other.0.code
    }
}
impl Eq for Market {}
impl PartialOrd for Market {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Market {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.code.cmp(other.0.code)
    }
}
impl std::hash::Hash for Market {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.code.hash(state);
    }
}
impl fmt::Debug for Market {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code)
    }
}
impl fmt::Display for Market {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code)
    }
}

#[cfg(test)]
#[path = "market_tests.rs"]
mod tests;
