//! One simulated shop, from which every report is derived: so campaigns, targets, products, orders, stock and returns
//! agree with each other as far as Amazon's own reports do.

use crate::campaigns::AdProduct;
use crate::campaigns::Campaign;
use crate::dice::Dice;
use crate::shop::SITES;
use crate::variations::VARIATIONS;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::civil::Weekday;
use jiff::civil::date;

/// The simulation begins before the first report, so that returns of older orders exist.
pub(crate) const FIRST: Date = date(2025, 10, 1);
/// The last day that any report can show.
pub(crate) const LAST: Date = date(2026, 2, 11);

/// A target's impressions on a day.
pub(crate) struct View {
    pub(crate) campaign: usize,
    pub(crate) target: usize,
    pub(crate) day: Date,
    pub(crate) impressions: i64,
    /// The row is missing from a download of the next morning.
    pub(crate) late: bool,
}

pub(crate) struct Click {
    pub(crate) campaign: usize,
    pub(crate) target: usize,
    pub(crate) day: Date,
    /// Empty where Amazon does not tell the term.
    pub(crate) term: String,
    pub(crate) cents: i64,
    /// Days after which a download shows it.
    pub(crate) seen_after: i32,
    pub(crate) order: Option<AdOrder>,
}

pub(crate) struct AdOrder {
    pub(crate) seen_after: i32,
    pub(crate) units: i64,
    pub(crate) cents: i64,
    /// The advertised variation was bought, not another one.
    pub(crate) same: bool,
}

/// An order line, advertised or not, on the day it was placed.
pub(crate) struct Purchase {
    pub(crate) site: usize,
    pub(crate) variation: usize,
    pub(crate) day: Date,
    pub(crate) units: i64,
    pub(crate) cents: i64,
}

pub(crate) struct Return {
    pub(crate) site: usize,
    pub(crate) variation: usize,
    pub(crate) day: Date,
    pub(crate) number: u64,
}

pub(crate) struct World {
    pub(crate) campaigns: Vec<Campaign>,
    pub(crate) views: Vec<View>,
    pub(crate) clicks: Vec<Click>,
    pub(crate) purchases: Vec<Purchase>,
    pub(crate) returns: Vec<Return>,
}

/// Days from `from` to `to`; negative where `to` is earlier.
pub(crate) fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

pub(crate) fn day_after(day: Date, days: i32) -> Date {
    day.saturating_add(days.days())
}

pub(crate) fn days(first: Date, last: Date) -> impl Iterator<Item = Date> {
    (0..=days_between(first, last)).map(move |n| day_after(first, n))
}

fn weekday_factor(day: Date) -> f64 {
    match day.weekday() {
        Weekday::Sunday => 1.05,
        Weekday::Monday => 1.1,
        Weekday::Tuesday => 1.04,
        Weekday::Wednesday => 1.0,
        Weekday::Thursday => 0.97,
        Weekday::Friday => 0.9,
        Weekday::Saturday => 0.94,
    }
}

/// The year's course: Black Friday, December, a quiet turn of the year.
fn season_factor(day: Date) -> f64 {
    match (day.month(), day.day()) {
        (10, _) => 0.92,
        (11, 24..=30) => 1.45,
        (12, 1..=20) => 1.12,
        (12, _) => 0.9,
        (2, _) => 0.98,
        _ => 1.0,
    }
}

/// The coupon of LM-D01 in the US, which the seed `promotions` tells of.
fn promotion_factor(site: usize, stem: &str, day: Date) -> f64 {
    let runs = day >= date(2025, 12, 12) && day <= date(2025, 12, 14);
    if site == 0 && stem.starts_with("D01") && runs {
        1.8
    } else {
        1.0
    }
}

fn on_sale(variation: usize, day: Date) -> bool {
    !VARIATIONS[variation].stem.starts_with("B01") || day >= date(2026, 1, 6)
}

fn ad_order(campaign: &Campaign, dice: &mut Dice) -> (AdOrder, usize, i32) {
    let longest = if campaign.ad_product == AdProduct::Sp {
        6
    } else {
        13
    };
    let waits: [(i32, f64); 8] = [
        (0, 55.0),
        (1, 19.0),
        (2, 10.0),
        (3, 6.0),
        (4, 4.0),
        (6, 3.0),
        (9, 2.0),
        (13, 1.0),
    ];
    let wait = waits[dice.weighted(waits.iter().map(|(_, weight)| *weight))]
        .0
        .min(longest);
    let same = dice.chance(0.86);
    let bought = if same {
        campaign.variation
    } else {
        let others = VARIATIONS.iter().enumerate().map(|(place, other)| {
            if place == campaign.variation {
                0.0
            } else {
                other.organic[campaign.site]
            }
        });
        dice.weighted(others)
    };
    let units = if dice.chance(0.08) { 2 } else { 1 };
    let cents = VARIATIONS[bought].price[campaign.site] * units;
    (
        AdOrder {
            seen_after: wait + 1,
            units,
            cents,
            same,
        },
        bought,
        wait,
    )
}

fn advertise(world: &mut World) {
    for place in 0..world.campaigns.len() {
        let campaign = &world.campaigns[place];
        let mut dice = Dice::of(&format!(
            "ads {} {}",
            SITES[campaign.site].code, campaign.name
        ));
        let total: f64 = campaign.targets.iter().map(|target| target.weight).sum();
        let since: Date = campaign.since.parse().unwrap_or(FIRST);
        // A paused campaign stopped in the middle of December.
        let until = if campaign.status == "PAUSED" {
            date(2025, 12, 17)
        } else {
            LAST
        };
        for day in days(since.max(FIRST), until) {
            let mood = weekday_factor(day) * season_factor(day) * dice.between(0.85, 1.15);
            for (at, target) in campaign.targets.iter().enumerate() {
                let mean = campaign.clicks_a_day * mood * target.weight / total;
                let clicks = dice.count(mean);
                let shown = dice.between(0.8, 1.2) * mean / campaign.click_rate;
                let impressions = whole(shown).max(clicks * 30);
                if impressions > 0 {
                    let late = dice.chance(0.12);
                    world.views.push(View {
                        campaign: place,
                        target: at,
                        day,
                        impressions,
                        late,
                    });
                }
                for _ in 0..clicks {
                    let term = (!target.terms.is_empty()).then(|| {
                        &target.terms[dice.weighted(target.terms.iter().map(|term| term.weight))]
                    });
                    let quality = term.map_or(1.0, |term| term.quality);
                    let dear = if quality == 0.0 { 1.34 } else { 1.0 };
                    let cents = whole(campaign.cpc * dear * dice.between(0.8, 1.2)).max(5);
                    let told = dice.chance(0.985);
                    let seen_after =
                        1 + i32::from(dice.chance(0.16)) + i32::from(dice.chance(0.03));
                    let bought = dice.chance(campaign.conversion * quality);
                    let order = bought.then(|| ad_order(campaign, &mut dice));
                    if let Some((order, variation, wait)) = &order {
                        let (site, day) = (campaign.site, day_after(day, *wait));
                        let (units, cents) = (order.units, order.cents);
                        world.purchases.push(Purchase {
                            site,
                            variation: *variation,
                            day,
                            units,
                            cents,
                        });
                    }
                    world.clicks.push(Click {
                        campaign: place,
                        target: at,
                        day,
                        term: term
                            .filter(|_| told)
                            .map_or_else(String::new, |term| term.text.clone()),
                        cents,
                        seen_after,
                        order: order.map(|(order, ..)| order),
                    });
                }
            }
        }
    }
}

/// The nearest whole number; figures here are far below 2^53.
#[expect(
    clippy::cast_possible_truncation,
    reason = "figures of a small shop fit an i64"
)]
pub(crate) fn whole(x: f64) -> i64 {
    (x + 0.5).floor() as i64
}

fn sell_without_ads(world: &mut World) {
    for (place, variation) in VARIATIONS.iter().enumerate() {
        for (site, market) in SITES.iter().enumerate() {
            let mut dice = Dice::of(&format!("sales {} {}", market.code, variation.stem));
            for day in
                days(FIRST, LAST).filter(|day| variation.sold_at(site) && on_sale(place, *day))
            {
                let mood = weekday_factor(day)
                    * season_factor(day)
                    * promotion_factor(site, variation.stem, day);
                for _ in 0..dice.count(variation.organic[site] * mood) {
                    let units = if dice.chance(0.07) { 2 } else { 1 };
                    let cents = variation.price[site] * units;
                    world.purchases.push(Purchase {
                        site,
                        variation: place,
                        day,
                        units,
                        cents,
                    });
                }
            }
        }
    }
}

/// Returns come by count, not by chance, so that each product's rate is the one that its row in the shop names.
fn take_back(world: &mut World) {
    world
        .purchases
        .sort_by_key(|purchase| (purchase.site, purchase.variation, purchase.day));
    let mut dice = Dice::of("returns");
    let (mut owed, mut of, mut number) = (500, usize::MAX, 0);
    for purchase in &world.purchases {
        let variation = &VARIATIONS[purchase.variation];
        if of != variation.product {
            (of, owed) = (variation.product, 500);
        }
        owed +=
            u32::try_from(purchase.units).unwrap_or(0) * variation.of_product().returned_of_1000;
        while owed >= 1000 {
            owed -= 1000;
            number += 1;
            let wait = i32::try_from(8 + dice.below(24)).unwrap_or(8);
            let (site, variation, day) = (
                purchase.site,
                purchase.variation,
                day_after(purchase.day, wait),
            );
            world.returns.push(Return {
                site,
                variation,
                day,
                number,
            });
        }
    }
    world
        .returns
        .sort_by_key(|back| (back.site, back.day, back.number));
}

/// The whole shop, always the same.
pub(crate) fn simulate() -> World {
    let mut world = World {
        campaigns: crate::campaigns::all(),
        views: Vec::new(),
        clicks: Vec::new(),
        purchases: Vec::new(),
        returns: Vec::new(),
    };
    advertise(&mut world);
    sell_without_ads(&mut world);
    take_back(&mut world);
    world
}

impl World {
    /// Units and sales in cents of a variation in a span of days.
    pub(crate) fn sold(
        &self,
        site: usize,
        variation: usize,
        first: Date,
        last: Date,
    ) -> (i64, i64, i64) {
        self.purchases
            .iter()
            .filter(|p| {
                p.site == site && p.variation == variation && p.day >= first && p.day <= last
            })
            .fold((0, 0, 0), |(units, cents, lines), p| {
                (units + p.units, cents + p.cents, lines + 1)
            })
    }
}
