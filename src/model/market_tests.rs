//! Names by which markets are known, and what must hold of the whole list.

use super::*;

#[test]
fn a_market_is_known_by_many_names() {
    for (text, code) in [
        ("US", "US"),
        ("GB", "UK"),
        ("美国", "US"),
        ("Francia", "FR"),
        ("com", "US"),
        ("co.jp", "JP"),
        ("Amazon.com.be", "BE"),
        ("https://www.amazon.co.uk/dp/B0ABCDEFGH?psc=1", "UK"),
        ("https://keepa.com/#!product/3-B0ABCDEFGH", "DE"),
        ("de", "DE"),
        ("9", "ES"),
        ("AMAZON_CO_UK", "UK"),
        ("AMAZON_DE", "DE"),
        ("UAMAZON_FR", "FR"),
        ("AMAZON_COM", "US"),
    ] {
        assert_eq!(Market::named(text).map(Market::code), Some(code), "{text}");
    }
    for text in [
        "",
        "Narnia",
        "amazon.xx",
        "UAMAZON",
        "https://keepa.com/#!product/0-B0",
    ] {
        assert_eq!(Market::named(text), None, "{text}");
    }
}

#[test]
fn the_list_is_sorted_and_unique() {
    assert!(MARKETS.is_sorted_by(|a, b| a.code < b.code));
    let mut domains: Vec<_> = MARKETS.iter().map(|facts| facts.domain).collect();
    domains.sort_unstable();
    domains.dedup();
    assert_eq!(domains.len(), MARKETS.len());
}

#[test]
fn a_sign_may_stand_for_several_currencies() {
    assert_eq!(Market::currencies_of("€"), ["EUR"]);
    assert_eq!(Market::currencies_of("₹"), ["INR"]);
    assert!(
        Market::currencies_of("$").contains(&"USD") && Market::currencies_of("$").contains(&"CAD")
    );
    assert_eq!(Market::currencies_of("Zloty"), Vec::<&str>::new());
}

#[test]
fn every_zone_is_known() {
    for market in Market::all() {
        assert!(jiff::tz::TimeZone::get(market.zone()).is_ok(), "{market}");
    }
}
