//! What Lumora advertises: campaigns, their targets, and the search terms that shoppers type.

use crate::shop::DE;
use crate::shop::PRODUCTS;
use crate::shop::RIVALS;
use crate::shop::US;
use crate::variations::VARIATIONS;

/// The three kinds of ads that the console reports apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AdProduct {
    Sp,
    Sb,
    Sd,
}

/// A search term with its share of the clicks, and how well it sells: 0 never, 1 as usual.
#[derive(Clone)]
pub(crate) struct Term {
    pub(crate) text: String,
    pub(crate) weight: f64,
    pub(crate) quality: f64,
}

pub(crate) struct Target {
    pub(crate) text: String,
    /// `BROAD`, `PHRASE`, `EXACT`, or `-` for automatic and product targets.
    pub(crate) match_type: &'static str,
    pub(crate) weight: f64,
    pub(crate) terms: Vec<Term>,
}

/// One ad group each, which advertises one variation: so campaign, targeting and advertised product add up alike.
pub(crate) struct Campaign {
    pub(crate) site: usize,
    pub(crate) ad_product: AdProduct,
    pub(crate) name: String,
    pub(crate) ad_group: String,
    /// Place in [`VARIATIONS`].
    pub(crate) variation: usize,
    pub(crate) in_portfolio: bool,
    pub(crate) automatic: bool,
    pub(crate) status: &'static str,
    pub(crate) budget: i64,
    pub(crate) clicks_a_day: f64,
    /// Cents.
    pub(crate) cpc: f64,
    pub(crate) conversion: f64,
    pub(crate) click_rate: f64,
    /// First day with ads, as ISO text.
    pub(crate) since: &'static str,
    pub(crate) targets: Vec<Target>,
}

impl Campaign {
    pub(crate) fn portfolio(&self) -> Option<&'static str> {
        self.in_portfolio
            .then(|| PRODUCTS[VARIATIONS[self.variation].product].portfolio)
    }
}

/// Terms of a topic: text, share, quality. Those of quality 0 are the waste that the weekly mart must find.
type Topic = [(&'static str, f64, f64)];

const LAMP_US: &Topic = &[
    ("desk lamp", 14.0, 0.9),
    ("led desk lamp", 12.0, 1.1),
    ("desk lamp with usb port", 9.0, 1.3),
    ("dimmable desk lamp", 7.0, 1.2),
    ("desk light", 6.0, 0.8),
    ("desk lamp for home office", 6.0, 1.2),
    ("study lamp", 5.0, 1.0),
    ("table lamp for desk", 4.0, 0.9),
    ("eye caring desk lamp", 4.0, 1.4),
    ("desk lamp with wireless charger", 4.0, 1.2),
    ("small desk lamp", 4.0, 0.8),
    ("office lamp", 3.0, 0.8),
    ("architect desk lamp", 3.0, 1.0),
    ("desk lamps for college dorm room", 3.0, 1.1),
    ("bright desk lamp", 2.0, 1.0),
    ("lampara de escritorio", 2.0, 0.7),
    ("desk lamp with clamp", 2.0, 1.0),
    ("white desk lamp", 2.0, 1.0),
    ("nail lamp", 5.0, 0.0),
    ("banker lamp green", 3.5, 0.0),
    ("salt lamp", 3.0, 0.0),
    ("floor lamp for living room", 3.0, 0.0),
    ("glowyra desk lamp", 2.0, 0.4),
    ("okarulit lamp", 1.5, 0.3),
];
const NIGHT_US: &Topic = &[
    ("night light", 14.0, 1.0),
    ("night lights plug into wall", 11.0, 1.2),
    ("plug in night light", 9.0, 1.2),
    ("night light for kids", 7.0, 1.0),
    ("motion sensor night light", 7.0, 1.2),
    ("night light for bathroom", 5.0, 1.0),
    ("dusk to dawn night light", 5.0, 1.3),
    ("hallway night light", 4.0, 1.1),
    ("nursery night light", 4.0, 1.0),
    ("bunny night light", 4.0, 1.2),
    ("stick on lights battery operated", 3.0, 0.9),
    ("led night light warm white", 3.0, 1.2),
    ("toilet night light", 3.0, 0.9),
    ("luz de noche", 2.0, 0.8),
    ("star projector", 4.0, 0.0),
    ("lava lamp", 3.0, 0.0),
    ("red light bulb", 2.5, 0.0),
    ("nestlumi night light", 1.5, 0.4),
];
const READ_US: &Topic = &[
    ("book light", 14.0, 1.0),
    ("book light for reading in bed", 10.0, 1.2),
    ("reading light", 8.0, 1.0),
    ("clip on book light", 7.0, 1.3),
    ("amber book light", 5.0, 1.4),
    ("rechargeable book light", 5.0, 1.2),
    ("neck reading light", 5.0, 1.1),
    ("reading lights for books at night", 4.0, 1.1),
    ("kindle light", 3.0, 0.6),
    ("headlamp", 3.5, 0.0),
    ("music stand light", 2.5, 0.0),
];
const BAR_US: &Topic = &[
    ("under cabinet lighting", 10.0, 0.7),
    ("under cabinet lights wireless", 8.0, 0.8),
    ("motion sensor closet light", 6.0, 0.9),
    ("monitor light bar", 8.0, 1.0),
    ("computer monitor lamp", 5.0, 1.0),
    ("24\" light bar", 3.0, 1.0),
    ("led strip lights", 5.0, 0.0),
];
const LAMP_DE: &Topic = &[
    ("schreibtischlampe", 14.0, 1.0),
    ("schreibtischlampe led dimmbar", 10.0, 1.2),
    ("tischlampe büro", 6.0, 1.0),
    ("led schreibtischlampe", 8.0, 1.1),
    ("schreibtischlampe kabellos", 4.0, 0.8),
    ("lampe für homeoffice", 3.0, 1.1),
    ("tageslichtlampe schreibtisch", 3.0, 0.9),
    ("schreibtischlampe mit usb", 4.0, 1.3),
    ("nageltrockner lampe", 4.0, 0.0),
    ("stehlampe wohnzimmer", 3.0, 0.0),
    ("glowyra lampe", 1.5, 0.4),
];
const NIGHT_DE: &Topic = &[
    ("nachtlicht steckdose", 14.0, 1.2),
    ("nachtlicht kinder", 9.0, 1.0),
    ("nachtlicht mit bewegungsmelder", 8.0, 1.1),
    ("nachtlicht", 8.0, 0.9),
    ("hasen nachtlicht", 3.0, 1.2),
    ("led nachtlicht warmweiß", 3.0, 1.2),
    ("sternenhimmel projektor", 4.0, 0.0),
    ("lavalampe", 2.5, 0.0),
];
const READ_DE: &Topic = &[
    ("leselampe buch klemme", 12.0, 1.2),
    ("leselampe bett", 7.0, 0.9),
    ("buchlampe", 6.0, 1.1),
    ("stirnlampe", 3.0, 0.0),
];
const BRAND: &Topic = &[
    ("lumora", 8.0, 2.2),
    ("lumora desk lamp", 6.0, 2.4),
    ("lumora night light", 5.0, 2.4),
    ("lumora lampe", 3.0, 2.2),
];

fn topic_of(site: usize, variation: usize) -> &'static Topic {
    match (&VARIATIONS[variation].stem[..1], site) {
        ("N", DE) => NIGHT_DE,
        ("R", DE) => READ_DE,
        (_, DE) => LAMP_DE,
        ("N", _) => NIGHT_US,
        ("R", _) => READ_US,
        ("B", _) => BAR_US,
        _ if VARIATIONS[variation].stem.starts_with("D05") => BAR_US,
        _ => LAMP_US,
    }
}

fn terms_of(topic: &Topic, wanted: impl Fn(&str, f64) -> bool) -> Vec<Term> {
    topic
        .iter()
        .filter(|(text, _, quality)| wanted(text, *quality))
        .map(|(text, weight, quality)| Term {
            text: (*text).into(),
            weight: *weight,
            quality: *quality,
        })
        .collect()
}

fn asin_terms(line: usize, slots: std::ops::Range<usize>) -> Vec<Term> {
    slots
        .map(|slot| Term {
            text: RIVALS[slot].asin(line, slot + 1).to_lowercase(),
            weight: 3.0,
            // Shoppers on the page of one rival never buy: its ASIN becomes a negative product target.
            quality: if slot == 3 { 0.0 } else { 0.6 },
        })
        .collect()
}

/// The four automatic targets; loose matches and the ASIN pages carry most of the waste.
fn automatic(topic: &Topic, line: usize) -> Vec<Target> {
    let target = |text: &str, weight, terms| Target {
        text: text.into(),
        match_type: "-",
        weight,
        terms,
    };
    vec![
        target(
            "close-match",
            5.0,
            terms_of(topic, |_, quality| quality >= 0.9),
        ),
        target(
            "loose-match",
            3.0,
            terms_of(topic, |_, quality| quality < 0.9),
        ),
        target("substitutes", 1.5, asin_terms(line, 0..5)),
        target("complements", 0.6, asin_terms(line, 5..8)),
    ]
}

/// The topic's best sellers as keywords; the match type says how far a shopper's words may be from them.
fn keywords(topic: &Topic, match_type: &'static str, n: usize) -> Vec<Target> {
    topic
        .iter()
        .filter(|(_, _, quality)| *quality >= 0.9)
        .take(n)
        .map(|(text, weight, quality)| {
            let own = Term {
                text: (*text).into(),
                weight: 9.0,
                quality: *quality,
            };
            let terms = match match_type {
                "EXACT" => vec![
                    own,
                    Term {
                        text: format!("{text}s"),
                        weight: 1.0,
                        quality: *quality,
                    },
                ],
                "PHRASE" => vec![
                    own,
                    Term {
                        text: format!("{text} white"),
                        weight: 2.0,
                        quality: 1.0,
                    },
                    Term {
                        text: format!("best {text}"),
                        weight: 2.0,
                        quality: 0.8,
                    },
                    Term {
                        text: format!("{text} replacement parts"),
                        weight: 1.5,
                        quality: 0.0,
                    },
                ],
                _ => {
                    let last = text.rsplit(' ').next().unwrap_or(text);
                    let mut near =
                        terms_of(topic, |other, _| other != *text && other.contains(last));
                    near.push(own);
                    near
                }
            };
            Target {
                text: (*text).into(),
                match_type,
                weight: *weight,
                terms,
            }
        })
        .collect()
}

fn products(line: usize) -> Vec<Target> {
    [1_usize, 3, 5]
        .into_iter()
        .map(|slot| {
            let asin = RIVALS[slot].asin(line, slot + 1);
            let quality = if slot == 3 { 0.0 } else { 0.7 };
            let terms = vec![Term {
                text: asin.to_lowercase(),
                weight: 1.0,
                quality,
            }];
            Target {
                text: format!("asin=\"{asin}\""),
                match_type: "-",
                weight: 2.0,
                terms,
            }
        })
        .collect()
}

/// How a campaign finds its shoppers, with the words that its name carries.
#[derive(Clone, Copy)]
enum Aim {
    Auto,
    Exact,
    Phrase,
    Broad,
    Asin,
    Brand,
}

fn sponsored_products(site: usize, stem: &str, aim: Aim, clicks_a_day: f64) -> Option<Campaign> {
    let variation = VARIATIONS
        .iter()
        .position(|variation| variation.stem == stem)?;
    let code = PRODUCTS[VARIATIONS[variation].product].code;
    let topic = topic_of(site, variation);
    let line = if stem.starts_with('N') { 2 } else { 1 };
    let (words, targets) = match aim {
        Aim::Auto => ("Auto", automatic(topic, line)),
        Aim::Exact => ("KW Exact", keywords(topic, "EXACT", 6)),
        Aim::Phrase => ("KW Phrase", keywords(topic, "PHRASE", 4)),
        Aim::Broad => ("KW Broad", keywords(topic, "BROAD", 4)),
        Aim::Asin => ("ASIN", products(line)),
        Aim::Brand => ("Brand Defence", keywords(BRAND, "EXACT", 4)),
    };
    // The inch mark is what makes the two downloads of one campaign differ: the csv escapes it, the workbook does not.
    let inches = if stem.starts_with("D05") {
        " 24\" bar"
    } else {
        ""
    };
    let (cpc, conversion) = match aim {
        Aim::Brand => (52.0, 0.11),
        Aim::Exact => (104.0, 0.125),
        Aim::Asin => (96.0, 0.085),
        _ => (88.0, 0.105),
    };
    Some(Campaign {
        site,
        ad_product: AdProduct::Sp,
        name: format!("SP | {code}{inches} | {words}"),
        ad_group: format!("{code} {}", &stem[3..]),
        variation,
        in_portfolio: !matches!(aim, Aim::Brand),
        automatic: matches!(aim, Aim::Auto),
        status: if stem.starts_with("N04") {
            "PAUSED"
        } else {
            "ENABLED"
        },
        budget: if clicks_a_day > 8.0 { 3000 } else { 1500 },
        clicks_a_day,
        cpc: if site == DE { cpc * 0.8 } else { cpc },
        conversion,
        click_rate: 0.0042,
        since: if stem.starts_with("B01") {
            "2026-01-08"
        } else {
            "2025-10-01"
        },
        targets,
    })
}

fn display(
    site: usize,
    ad_product: AdProduct,
    name: &str,
    stem: &str,
    clicks_a_day: f64,
) -> Option<Campaign> {
    let variation = VARIATIONS
        .iter()
        .position(|variation| variation.stem == stem)?;
    let brands = ad_product == AdProduct::Sb;
    Some(Campaign {
        site,
        ad_product,
        name: name.into(),
        ad_group: "Ad group 1".into(),
        variation,
        in_portfolio: brands,
        automatic: false,
        status: "ENABLED",
        budget: 2000,
        clicks_a_day,
        cpc: if brands { 98.0 } else { 64.0 },
        conversion: if brands { 0.105 } else { 0.07 },
        click_rate: if brands { 0.0051 } else { 0.0031 },
        since: "2025-10-01",
        targets: vec![Target {
            text: "-".into(),
            match_type: "-",
            weight: 1.0,
            terms: Vec::new(),
        }],
    })
}

/// All campaigns, Sponsored Products first, in the order in which reports list them.
pub(crate) fn all() -> Vec<Campaign> {
    let products = [
        (US, "D01BK", Aim::Auto, 10.5),
        (US, "D01BK", Aim::Exact, 14.0),
        (US, "D01WH", Aim::Broad, 6.3),
        (US, "D01BK", Aim::Asin, 3.5),
        (US, "D02BK", Aim::Auto, 4.9),
        (US, "D02BK", Aim::Exact, 5.6),
        (US, "D03BK", Aim::Phrase, 3.5),
        (US, "D04WH", Aim::Auto, 4.9),
        (US, "D04WH", Aim::Exact, 4.2),
        (US, "D05BK", Aim::Exact, 4.2),
        (US, "N012P", Aim::Auto, 7.0),
        (US, "N012P", Aim::Exact, 8.4),
        (US, "N016P", Aim::Phrase, 4.2),
        (US, "N02WH", Aim::Auto, 4.2),
        (US, "N03PK", Aim::Asin, 2.1),
        (US, "N04WH", Aim::Auto, 1.4),
        (US, "R01BK", Aim::Auto, 4.9),
        (US, "R01BK", Aim::Exact, 5.6),
        (US, "R02BK", Aim::Broad, 2.8),
        (US, "B01SV", Aim::Auto, 4.2),
        (US, "D01BK", Aim::Brand, 3.5),
        (DE, "D01BK", Aim::Auto, 6.3),
        (DE, "D01BK", Aim::Exact, 6.3),
        (DE, "D02BK", Aim::Auto, 2.8),
        (DE, "D04WH", Aim::Exact, 2.8),
        (DE, "N012P", Aim::Auto, 4.9),
        (DE, "N012P", Aim::Exact, 4.9),
        (DE, "N02WH", Aim::Auto, 2.8),
        (DE, "R01BK", Aim::Exact, 3.5),
        (DE, "D01BK", Aim::Brand, 2.1),
    ];
    let others = [
        (US, AdProduct::Sb, "SB | Lumora | Video", "D01BK", 6.3),
        (
            US,
            AdProduct::Sb,
            "SB | Lumora | Store spotlight",
            "N012P",
            4.2,
        ),
        (DE, AdProduct::Sb, "SB | Lumora | Video DE", "D01BK", 2.8),
        (US, AdProduct::Sd, "SD | Views remarketing", "D01BK", 4.2),
        (
            US,
            AdProduct::Sd,
            "SD | Audiences night lights",
            "N02WH",
            2.8,
        ),
        (DE, AdProduct::Sd, "SD | Views remarketing DE", "D01BK", 2.1),
    ];
    let products = products
        .into_iter()
        .filter_map(|(site, stem, aim, clicks)| sponsored_products(site, stem, aim, clicks));
    let others = others
        .into_iter()
        .filter_map(|(site, kind, name, stem, clicks)| display(site, kind, name, stem, clicks));
    products.chain(others).collect()
}
