//! What a download of a certain moment shows: the newest days are incomplete, and orders come in later.

use crate::campaigns::AdProduct;
use crate::sheet::as_f64;
use crate::world::World;
use crate::world::days_between;
use crate::world::whole;
use jiff::civil::Date;
use jiff::civil::DateTime;
use std::collections::BTreeMap;

/// A download: when it was made (UTC) and which days it asked for.
#[derive(Clone, Copy)]
pub(crate) struct Download {
    pub(crate) at: DateTime,
    pub(crate) first: Date,
    pub(crate) last: Date,
}

impl Download {
    /// Full days between a day and the download; `None` outside of the days asked for.
    fn age(&self, day: Date) -> Option<i32> {
        (day >= self.first && day <= self.last).then(|| days_between(day, self.at.date()))
    }
}

#[derive(Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) impressions: i64,
    pub(crate) clicks: i64,
    pub(crate) spend: f64,
    pub(crate) orders: i64,
    pub(crate) units: i64,
    pub(crate) sales: f64,
    pub(crate) same_units: i64,
    pub(crate) same_sales: f64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: &Self) {
        self.impressions += other.impressions;
        self.clicks += other.clicks;
        self.spend += other.spend;
        self.orders += other.orders;
        self.units += other.units;
        self.sales += other.sales;
        self.same_units += other.same_units;
        self.same_sales += other.same_sales;
    }

    pub(crate) fn click_rate(&self) -> Option<f64> {
        ratio(as_f64(self.clicks), as_f64(self.impressions))
    }
    pub(crate) fn cpc(&self) -> Option<f64> {
        ratio(self.spend, as_f64(self.clicks))
    }
    pub(crate) fn acos(&self) -> Option<f64> {
        ratio(self.spend, self.sales)
    }
    pub(crate) fn roas(&self) -> Option<f64> {
        ratio(self.sales, self.spend)
    }
    pub(crate) fn conversion(&self) -> Option<f64> {
        ratio(as_f64(self.orders), as_f64(self.clicks))
    }
}

fn ratio(over: f64, under: f64) -> Option<f64> {
    (under != 0.0).then(|| over / under)
}

type ByTarget = BTreeMap<(Date, usize, usize), Tally>;
type ByTerm = BTreeMap<(Date, usize, usize, String), Tally>;

fn seen<K: Ord>(
    world: &World,
    download: &Download,
    wanted: impl Fn(usize) -> bool,
    key: impl Fn(Date, usize, usize, &str) -> Option<K>,
) -> BTreeMap<K, Tally> {
    let mut found = BTreeMap::<K, Tally>::new();
    for click in &world.clicks {
        let Some(age) = download
            .age(click.day)
            .filter(|age| wanted(click.campaign) && click.seen_after <= *age)
        else {
            continue;
        };
        let Some(key) = key(click.day, click.campaign, click.target, &click.term) else {
            continue;
        };
        let tally = found.entry(key).or_default();
        tally.clicks += 1;
        tally.spend += as_f64(click.cents) / 100.0;
        if let Some(order) = click.order.as_ref().filter(|order| order.seen_after <= age) {
            let sales = as_f64(order.cents) / 100.0;
            tally.orders += 1;
            tally.units += order.units;
            tally.sales += sales;
            if order.same {
                tally.same_units += order.units;
                tally.same_sales += sales;
            }
        }
    }
    found
}

/// Sponsored Products of one site by day, campaign and target: also targets that were only seen.
pub(crate) fn by_target(world: &World, site: usize, download: &Download) -> ByTarget {
    let wanted = |place: usize| {
        world.campaigns[place].site == site && world.campaigns[place].ad_product == AdProduct::Sp
    };
    with_views(world, download, wanted)
}

fn with_views(world: &World, download: &Download, wanted: impl Fn(usize) -> bool) -> ByTarget {
    let mut found = seen(world, download, &wanted, |day, place, target, _| {
        Some((day, place, target))
    });
    for view in &world.views {
        let Some(age) = download.age(view.day).filter(|_| wanted(view.campaign)) else {
            continue;
        };
        if age <= 1 && view.late {
            found.remove(&(view.day, view.campaign, view.target));
            continue;
        }
        // The first morning lacks impressions; the second shows a few too many, which invalid traffic later takes off.
        let part = match age {
            i32::MIN..=1 => 0.88,
            2 | 3 => 1.01,
            _ => 1.0,
        };
        let tally = found
            .entry((view.day, view.campaign, view.target))
            .or_default();
        tally.impressions = whole(as_f64(view.impressions) * part).max(tally.clicks);
    }
    found
}

/// By day and campaign, of one kind of ads and some sites.
pub(crate) fn by_campaign(
    world: &World,
    ad_product: AdProduct,
    sites: &[usize],
    download: &Download,
) -> BTreeMap<(Date, usize), Tally> {
    let wanted = |place: usize| {
        let campaign = &world.campaigns[place];
        campaign.ad_product == ad_product && sites.contains(&campaign.site)
    };
    let mut found = BTreeMap::<(Date, usize), Tally>::new();
    for ((day, place, _), tally) in with_views(world, download, wanted) {
        found.entry((day, place)).or_default().add(&tally);
    }
    found
}

/// Sponsored Products search terms of one site: only terms with a click, and not quite every click has a term.
pub(crate) fn by_term(world: &World, site: usize, download: &Download) -> ByTerm {
    let wanted = |place: usize| {
        world.campaigns[place].site == site && world.campaigns[place].ad_product == AdProduct::Sp
    };
    let mut found = seen(world, download, wanted, |day, place, target, term| {
        (!term.is_empty()).then(|| (day, place, target, term.to_owned()))
    });
    for ((day, place, _, term), tally) in &mut found {
        // A term that was clicked was shown some thirty times, far less often than its target.
        let spread = i64::from(day.day()) + i64::try_from(place + term.len()).unwrap_or(0);
        tally.impressions = tally.clicks * (18 + spread % 31);
    }
    found
}
