//! Where a product can be looked at: the marketplace's own page and Keepa's.

use crate::model::market::Market;

/// The page of a product at its marketplace; none for what is no ASIN or no known marketplace.
pub(super) fn product(marketplace: &str, asin: &str) -> Option<String> {
    let market = Market::by_code(marketplace)?;
    is_asin(asin).then(|| format!("https://www.{}/dp/{asin}", market.domain()))
}

/// The product's history at Keepa; none where Keepa has none.
pub(super) fn history(marketplace: &str, asin: &str) -> Option<String> {
    let domain = Market::by_code(marketplace)?.keepa_id()?;
    is_asin(asin).then(|| format!("https://keepa.com/#!product/{domain}-{asin}"))
}

fn is_asin(text: &str) -> bool {
    text.len() == 10
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_products_have_pages() {
        let amazon = product("DE", "B0LUMD01BK").unwrap();
        assert_eq!(amazon, "https://www.amazon.de/dp/B0LUMD01BK");
        let keepa = history("DE", "B0LUMD01BK").unwrap();
        assert_eq!(keepa, "https://keepa.com/#!product/3-B0LUMD01BK");
        for (marketplace, asin) in [("DE", "lamp"), ("", "B0LUMD01BK"), ("DE", "B0LUMD01B\"")] {
            assert_eq!(product(marketplace, asin), None);
            assert_eq!(history(marketplace, asin), None);
        }
        assert_eq!(history("SE", "B0LUMD01BK"), None);
    }
}
