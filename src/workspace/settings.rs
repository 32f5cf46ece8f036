//! Targets and thresholds: each has a name, a default and a sentence, and may differ by marketplace.

use crate::model::market::Market;
use std::collections::BTreeMap;

/// A target or threshold that the marts use.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// As the table `settings` names it, `snake_case`.
    pub name: &'static str,
    /// Key under `[targets]` or `[rules]` in `sellerlake.toml`.
    pub key: &'static str,
    pub section: Section,
    pub default: f64,
    pub meaning: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Targets,
    Rules,
}

impl Section {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Targets => "targets",
            Self::Rules => "rules",
        }
    }
}

const fn target(
    key: &'static str,
    name: &'static str,
    default: f64,
    meaning: &'static str,
) -> Setting {
    Setting {
        name,
        key,
        section: Section::Targets,
        default,
        meaning,
    }
}

const fn rule(
    key: &'static str,
    name: &'static str,
    default: f64,
    meaning: &'static str,
) -> Setting {
    Setting {
        name,
        key,
        section: Section::Rules,
        default,
        meaning,
    }
}

/// Every setting. To add one: a line here; marts read it from the table `settings`.
pub const SETTINGS: &[Setting] = &[
    target(
        "acos",
        "target_acos",
        0.25,
        "ad spend over attributed sales, at most",
    ),
    target(
        "bsr",
        "target_bsr",
        50.0,
        "best sellers rank in its category, at most",
    ),
    target(
        "return-rate",
        "target_return_rate",
        0.03,
        "units returned over units ordered, at most",
    ),
    target(
        "supply-days-min",
        "supply_days_min",
        30.0,
        "days of supply at arrival, at least",
    ),
    target(
        "supply-days-max",
        "supply_days_max",
        45.0,
        "days of supply at arrival, at most",
    ),
    target(
        "ipi",
        "target_ipi",
        500.0,
        "inventory performance index, at least",
    ),
    target(
        "account-health",
        "target_account_health",
        980.0,
        "account health rating, at least",
    ),
    target(
        "ad-groups",
        "max_ad_groups",
        20.0,
        "ad groups of one campaign, at most",
    ),
    target(
        "negative-reviews-per-week",
        "max_negative_reviews_week",
        1.0,
        "reviews of three stars or fewer in one week, at most",
    ),
    target(
        "answer-hours",
        "answer_hours",
        6.0,
        "hours until a negative review is answered, at most",
    ),
    target(
        "a-plus-days",
        "a_plus_days",
        14.0,
        "days between updates of the A+ page of a focus product, at most",
    ),
    target(
        "a-plus-days-other",
        "a_plus_days_other",
        90.0,
        "days between updates of the A+ page of any other product, at most",
    ),
    target(
        "listing-hours",
        "listing_hours",
        24.0,
        "hours from the request to the live listing, at most",
    ),
    target(
        "listing-share",
        "target_listing_share",
        1.0,
        "share of listings that are live in time, at least",
    ),
    target(
        "inbound-days-ahead",
        "inbound_days_ahead",
        7.0,
        "days before the ship date by which an inbound shipment is created, at least",
    ),
    rule(
        "cpc-limit",
        "cpc_limit",
        1.0,
        "cost per click above which a term without orders is wasted, in local currency",
    ),
    rule(
        "wasted-min-clicks",
        "wasted_min_clicks",
        10.0,
        "clicks without an order from which negating is suggested",
    ),
    rule(
        "wasted-window-days",
        "wasted_window_days",
        30.0,
        "days that the wasted-keyword window looks back",
    ),
    rule(
        "attribution-wait-days",
        "attribution_wait_days",
        3.0,
        "days beyond the attribution window until a day is final",
    ),
    rule(
        "traffic-wait-days",
        "traffic_wait_days",
        7.0,
        "days until traffic and ordered sales are final",
    ),
    rule(
        "return-mature-days",
        "return_mature_days",
        45.0,
        "days until the returns of an order are in",
    ),
    rule(
        "return-min-units",
        "return_min_units",
        30.0,
        "units below which a return rate is not judged",
    ),
    rule(
        "bsr-min-days",
        "bsr_min_days",
        4.0,
        "days of a month on which a rank is seen, below which it is not judged",
    ),
    rule(
        "price-change-min",
        "price_change_min",
        0.05,
        "share of the price that counts as a change",
    ),
    rule(
        "bsr-change-min-log2",
        "bsr_change_min_log2",
        0.5,
        "base-2 logarithm of the BSR ratio that counts as a move",
    ),
    rule(
        "review-spike-min",
        "review_spike_min",
        50.0,
        "reviews gained between two observations that count as a spike",
    ),
    rule(
        "rating-change-min",
        "rating_change_min",
        0.1,
        "rating difference that counts as a change",
    ),
    rule(
        "offer-change-min",
        "offer_change_min",
        1.0,
        "offers that came or went that count as a change",
    ),
    rule(
        "monthly-sold-change-min-log2",
        "monthly_sold_change_min_log2",
        1.0,
        "base-2 logarithm of the ratio of monthly units that a move must exceed; neighbouring steps flap",
    ),
    rule(
        "buy-box-share-min",
        "buy_box_share_min",
        0.7,
        "share of 30 days of the top Buy Box seller below which the box goes round and has no owner",
    ),
    rule(
        "list-share-entered-min",
        "list_share_entered_min",
        0.5,
        "share of the earlier list that stands in the newer one, from which a new ASIN has entered",
    ),
    rule(
        "list-share-left-min",
        "list_share_left_min",
        0.8,
        "share of a list that stands in each of the next two, from which a missing ASIN has left",
    ),
    rule(
        "rank-change-min",
        "rank_change_min",
        3.0,
        "ranks moved that count as a change",
    ),
    rule(
        "gap-rank-max",
        "gap_rank_max",
        50.0,
        "organic rank up to which an ASIN counts as ranking for a keyword",
    ),
    rule(
        "voice-slots",
        "voice_slots",
        10.0,
        "first slots of a keyword that share of voice is measured in",
    ),
    rule(
        "query-volume-drop",
        "query_volume_drop",
        0.3,
        "share of a query's searches whose loss in a week is told",
    ),
    rule(
        "query-share-drop",
        "query_share_drop",
        0.2,
        "share of the own purchase share whose loss in a week is told",
    ),
    rule(
        "query-volume-min",
        "query_volume_min",
        500.0,
        "searches of a week below which a query's moves are not told",
    ),
    rule(
        "search-terms-bytes",
        "search_terms_bytes",
        249.0,
        "UTF-8 bytes that a listing's search terms may have; one more and Amazon ignores all",
    ),
    rule(
        "ahr-fall",
        "ahr_fall",
        50.0,
        "points of account health rating lost since the value before that make the account red",
    ),
    rule(
        "own-buy-box-min",
        "own_buy_box_min",
        0.9,
        "share of page views with the own offer in the Buy Box, at least",
    ),
    rule(
        "budget-pace-over",
        "budget_pace_over",
        1.1,
        "projected spend over planned spend, at most",
    ),
    rule(
        "budget-pace-under",
        "budget_pace_under",
        0.8,
        "projected spend over planned spend, at least",
    ),
    rule(
        "cap-share",
        "cap_share",
        0.98,
        "share of its daily budget from which a campaign counts as stopped by it",
    ),
    rule(
        "order-pending-days",
        "order_pending_days",
        3.0,
        "days that an order may be pending",
    ),
    rule(
        "refund-spike-min",
        "refund_spike_min",
        5.0,
        "units of a product returned in a week from which more than twice the weeks before is told",
    ),
    rule(
        "verify-after-days",
        "verify_after_days",
        1.0,
        "days after which an open action is verified by a tool",
    ),
    rule(
        "review-after-days",
        "review_after_days",
        3.0,
        "days after which an open action goes to the supervisor",
    ),
    rule(
        "reopen-after-days",
        "reopen_after_days",
        7.0,
        "days after a task was closed from which the same trouble is an open action again",
    ),
    rule(
        "safety-z",
        "safety_z",
        1.645,
        "service level of the safety stock as a normal quantile (95 %)",
    ),
];

/// CPC limits that differ from the general one: what a click may cost in local currency.
const CPC_LIMITS: &[(&str, f64)] = &[
    ("AE", 3.5),
    ("AU", 1.5),
    ("BR", 5.0),
    ("CA", 1.3),
    ("DE", 0.9),
    ("ES", 0.8),
    ("FR", 0.8),
    ("IN", 30.0),
    ("IT", 0.8),
    ("JP", 150.0),
    ("MX", 15.0),
    ("NL", 0.9),
    ("PL", 3.5),
    ("SA", 3.5),
    ("SE", 9.0),
    ("SG", 1.3),
    ("TR", 15.0),
    ("UK", 0.8),
    ("US", 1.0),
];

/// Bytes of search terms that differ from the general limit.
const SEARCH_TERMS_BYTES: &[(&str, f64)] = &[("IN", 199.0), ("JP", 499.0)];

/// Settings that are shipped with values of their own for some marketplaces.
const SHIPPED: &[(&str, &[(&str, f64)])] = &[
    ("cpc_limit", CPC_LIMITS),
    ("search_terms_bytes", SEARCH_TERMS_BYTES),
];

/// The value of every setting in every marketplace: own value, else the general one, else the default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    general: BTreeMap<&'static str, f64>,
    by_market: BTreeMap<(&'static str, &'static str), f64>,
}

impl Settings {
    pub fn set(&mut self, setting: &Setting, market: Option<Market>, value: f64) {
        match market {
            None => self.general.insert(setting.name, value),
            Some(market) => self.by_market.insert((setting.name, market.code()), value),
        };
    }

    pub fn value(&self, setting: &Setting, market: Market) -> f64 {
        let own = self.by_market.get(&(setting.name, market.code())).copied();
        let shipped = SHIPPED
            .iter()
            .filter(|(name, _)| *name == setting.name)
            .flat_map(|(_, values)| values.iter())
            .find(|(code, _)| *code == market.code())
            .map(|(_, value)| *value);
        own.or_else(|| self.general.get(setting.name).copied())
            .or(shipped)
            .unwrap_or(setting.default)
    }

    /// One row per setting and marketplace: `(name, marketplace, value)`, sorted.
    pub fn rows(&self) -> Vec<(&'static str, &'static str, f64)> {
        let mut rows: Vec<_> = SETTINGS
            .iter()
            .flat_map(|setting| {
                Market::all()
                    .map(move |market| (setting.name, market.code(), self.value(setting, market)))
            })
            .collect();
        rows.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        rows
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
