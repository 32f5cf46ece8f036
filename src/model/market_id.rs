//! Amazon's own ids of its marketplaces, as its programming interfaces write them.
//!
//! From the list of marketplace ids in the documentation of the Selling Partner API.

use crate::model::market::Market;

/// Sorted by id: id, and code.
const IDS: &[(&str, &str)] = &[
    ("A13V1IB3VIYZZH", "FR"),
    ("A17E79C6D8DWNP", "SA"),
    ("A1805IZSGTT6HS", "NL"),
    ("A19VAU5U5O7RUS", "SG"),
    ("A1AM78C64UM0Y8", "MX"),
    ("A1C3SOZRARQ6R3", "PL"),
    ("A1F83G8C2ARO7P", "UK"),
    ("A1PA6795UKMFR9", "DE"),
    ("A1RKKUPIHCS9HS", "ES"),
    ("A1VC38T7YXB528", "JP"),
    ("A21TJRUUN4KGV", "IN"),
    ("A28R8C7NBKEWEA", "IE"),
    ("A2EUQ1WTGCTBG2", "CA"),
    ("A2NODRKZP88ZB9", "SE"),
    ("A2Q3Y263D00KWC", "BR"),
    ("A2VIGQ35RCS4UG", "AE"),
    ("A33AVAJ2PDY3EX", "TR"),
    ("A39IBJ37TRP1C6", "AU"),
    ("AE08WJ6YKNBMC", "ZA"),
    ("AMEN7PMS3EDWL", "BE"),
    ("APJ6JRA9NG5V4", "IT"),
    ("ARBP9OOSHTCHU", "EG"),
    ("ATVPDKIKX0DER", "US"),
];

/// The marketplace of an id.
pub(super) fn market(id: &str) -> Option<Market> {
    let (_, code) = IDS.iter().find(|(known, _)| *known == id)?;
    Market::by_code(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_of_a_marketplace_that_is_known_and_each_has_one() {
        assert!(IDS.is_sorted());
        for (id, code) in IDS {
            assert_eq!(market(id).map(Market::code), Some(*code));
        }
        let without: Vec<&str> = Market::all()
            .map(Market::code)
            .filter(|code| !IDS.iter().any(|(_, known)| known == code))
            .collect();
        assert_eq!(without, Vec::<&str>::new());
        assert_eq!(market("A1"), None);
    }
}
