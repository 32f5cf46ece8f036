//! Seller Central's reports: FBA inventory, customer returns, business reports.

use crate::ads::decimal_comma;
use crate::dice::Dice;
use crate::sheet::CONSOLE_CSV;
use crate::sheet::Cell;
use crate::sheet::SELLER_CENTRAL_TSV;
use crate::sheet::Table;
use crate::sheet::as_f64;
use crate::sheet::grouped;
use crate::sheet::plain;
use crate::sheet::text;
use crate::shop::DE;
use crate::shop::SITES;
use crate::shop::US;
use crate::variations::VARIATIONS;
use crate::variations::Variation;
use crate::world::LAST;
use crate::world::Return;
use crate::world::World;
use crate::world::day_after;
use crate::world::days_between;
use crate::world::whole;
use jiff::civil::Date;
use jiff::civil::date;
use std::fmt::Write as _;

const INVENTORY: &str = "sku|fnsku|asin|product-name|condition|your-price|mfn-listing-exists|mfn-fulfillable-quantity|afn-listing-exists|afn-warehouse-quantity|afn-fulfillable-quantity|afn-unsellable-quantity|afn-reserved-quantity|afn-total-quantity|per-unit-volume|afn-inbound-working-quantity|afn-inbound-shipped-quantity|afn-inbound-receiving-quantity|afn-researching-quantity|afn-reserved-future-supply|afn-future-supply-buyable";
const RETURNS: &str = "return-date|order-id|sku|asin|fnsku|product-name|quantity|fulfillment-center-id|detailed-disposition|reason|status|license-plate-number|customer-comments";
const BUSINESS_US: &str = "(Parent) ASIN|(Child) ASIN|Title|Sessions - Mobile App|Sessions - Browser|Sessions - Total|Session Percentage - Mobile App|Session Percentage - Browser|Session Percentage - Total|Page Views - Mobile App|Page Views - Browser|Page Views - Total|Page Views Percentage - Mobile App|Page Views Percentage - Browser|Page Views Percentage - Total|Featured Offer (Buy Box) Percentage|Units Ordered|Unit Session Percentage|Ordered Product Sales|Total Order Items|Units Refunded|Refund Rate|Shipped Product Sales|Units Shipped|Orders Shipped";
const BUSINESS_DE: &str = "(Übergeordnete) ASIN|(Untergeordnete) ASIN|Titel|Sitzungen – Summe|Seitenaufrufe – Summe|Bestellte Einheiten|Bestellte Einheiten – B2B|Prozentsatz an Einheiten pro Sitzung|Durch bestellte Produkte erzielter Umsatz|Bestellsumme – B2B|Zahl der Bestellposten";

/// The quantities of a SKU at the morning of a day.
struct Stock {
    fulfillable: i64,
    reserved: i64,
    unsellable: i64,
    researching: i64,
    working: i64,
    shipped: i64,
    receiving: i64,
}

/// The day on which the shipment of the turn of the year becomes sellable.
const RECEIVED: Date = date(2026, 1, 24);

/// Units of a day of sale, over the last thirty days.
fn velocity(world: &World, site: usize, variation: usize) -> f64 {
    as_f64(world.sold(site, variation, day_after(LAST, -29), LAST).0) / 30.0
}

/// Counted back from the last download: what was sold since is added, what arrived since is taken off.
fn stock(world: &World, site: usize, variation: usize, day: Date) -> Stock {
    let (shop, pace) = (&VARIATIONS[variation], velocity(world, site, variation));
    let sold = world.sold(site, variation, day, LAST).0;
    let lot = if shop.cover[site] > 100.0 {
        0
    } else {
        whole(pace * 28.0)
    };
    let (arrived, shipped) = if day < RECEIVED { (lot, lot) } else { (0, 0) };
    let fulfillable = (whole(pace * shop.cover[site]) + sold - arrived).max(0);
    let on_its_way = whole(pace * shop.inbound[site]);
    let old = days_between(day, LAST) > 14;
    Stock {
        fulfillable,
        reserved: fulfillable * 6 / 100,
        unsellable: fulfillable / 90,
        researching: i64::from(fulfillable % 7 == 3),
        working: if old { 0 } else { on_its_way / 3 },
        shipped: if old {
            shipped
        } else {
            shipped + on_its_way - on_its_way / 3
        },
        receiving: 0,
    }
}

fn inventory_row(world: &World, site: usize, variation: usize, day: Date) -> Vec<Cell> {
    let (shop, stock) = (&VARIATIONS[variation], stock(world, site, variation, day));
    let warehouse = stock.fulfillable + stock.unsellable + stock.reserved + stock.researching;
    // Cubic feet in the US, cubic centimetres in Europe; no column says so.
    let volume = if site == DE { "3120.50" } else { "0.11" };
    vec![
        shop.sku(site).into(),
        shop.fnsku(site).into(),
        shop.asin().into(),
        shop.title(site).into(),
        "New".into(),
        Cell::Money(as_f64(shop.price[site]) / 100.0),
        "No".into(),
        Cell::Empty,
        "Yes".into(),
        warehouse.into(),
        stock.fulfillable.into(),
        stock.unsellable.into(),
        stock.reserved.into(),
        (warehouse + stock.working + stock.shipped + stock.receiving).into(),
        volume.into(),
        stock.working.into(),
        stock.shipped.into(),
        stock.receiving.into(),
        stock.researching.into(),
        0.into(),
        0.into(),
    ]
}

/// Manage FBA Inventory on the morning of a day. Europe adds local and remote quantities, and lately a store column.
pub(crate) fn inventory(world: &World, site: usize, day: Date, spoilt: bool) -> String {
    let mut table = crate::ads::split(INVENTORY);
    let live =
        |place: &usize| !VARIATIONS[*place].stem.starts_with("B01") || day >= date(2026, 1, 6);
    for place in (0..VARIATIONS.len())
        .filter(|place| VARIATIONS[*place].sold_at(site))
        .filter(live)
    {
        table.rows.push(inventory_row(world, site, place, day));
    }
    if site == US {
        // A listing that was closed years ago: Amazon keeps it as Unknown, without name, price and flags.
        let mut gone: Vec<Cell> = [
            "LM-X90-BK-US",
            "X00LX90BK1",
            "B0LUMX90BK",
            "",
            "Unknown",
            "",
            "",
            "",
            "",
        ]
        .into_iter()
        .map(Cell::from)
        .collect();
        gone.extend([2, 0, 2, 0, 2].map(Cell::Count));
        gone.push("0.20".into());
        gone.extend([0, 0, 0, 0, 0, 0].map(Cell::Count));
        table.rows.push(gone);
    }
    let fulfillable = table.column("afn-fulfillable-quantity");
    if site == DE {
        table.header.extend([
            "afn-fulfillable-quantity-local".into(),
            "afn-fulfillable-quantity-remote".into(),
        ]);
        for row in &mut table.rows {
            let local = fulfillable.map_or(Cell::Empty, |at| row[at].clone());
            row.extend([local, 0.into()]);
        }
        if day >= date(2026, 2, 1) {
            table.header.push("store".into());
            table.rows.iter_mut().for_each(|row| row.push(Cell::Empty));
        }
    }
    if let (true, Some(at)) = (spoilt, fulfillable) {
        // Somebody typed into the file before saving it.
        table.rows[2][at] = "12 pcs?".into();
    }
    text(&SELLER_CENTRAL_TSV, &table, plain)
}

/// Returns of some days as one download shows them.
pub(crate) struct ReturnsAsked {
    pub(crate) site: usize,
    pub(crate) first: Date,
    pub(crate) last: Date,
    /// A later download dates one of the returns a day later than the first one did.
    pub(crate) moved: bool,
    /// One date of this download is impossible.
    pub(crate) spoilt: bool,
}

pub(crate) fn returns(world: &World, asked: &ReturnsAsked) -> String {
    let mut table = crate::ads::split(RETURNS);
    let mut of_december = 0;
    for back in world.returns.iter().filter(|back| back.site == asked.site) {
        let mut day = back.day;
        if back.day > date(2025, 12, 20) && back.day < date(2025, 12, 31) {
            of_december += 1;
            if of_december == 1 && asked.moved {
                day = day_after(day, 1);
            }
        }
        if day >= asked.first && day <= asked.last {
            table.rows.push(return_row(back, day));
        }
    }
    let late = table.rows.len().saturating_sub(4);
    if let (true, Some(row)) = (asked.spoilt, table.rows.get_mut(late)) {
        row[0] = "2026-01-32T09:14:00+00:00".into();
    }
    text(&SELLER_CENTRAL_TSV, &table, plain)
}

fn return_row(back: &Return, day: Date) -> Vec<Cell> {
    let shop = &VARIATIONS[back.variation];
    let mut dice = Dice::of(&format!("return {}", back.number));
    let faulty = shop.of_product().returned_of_1000 > 40 && dice.chance(0.7);
    let reasons: &[&str] = if faulty {
        &[
            "DEFECTIVE",
            "DEFECTIVE",
            "QUALITY_UNACCEPTABLE",
            "NOT_AS_DESCRIBED",
        ]
    } else {
        &[
            "UNWANTED_ITEM",
            "ORDERED_WRONG_ITEM",
            "NOT_AS_DESCRIBED",
            "FOUND_BETTER_PRICE",
            "NO_REASON_GIVEN",
            "DEFECTIVE",
        ]
    };
    let reason = reasons[dice.below(reasons.len())];
    let disposition = match reason {
        "DEFECTIVE" => "DEFECTIVE",
        "QUALITY_UNACCEPTABLE" => "CUSTOMER_DAMAGED",
        _ => "SELLABLE",
    };
    let comments: &[&str] = match (faulty, back.site) {
        (true, DE) => &["Akku hält nicht", "geht nach zwei Tagen nicht mehr an", ""],
        (true, _) => &[
            "Battery does not hold a charge",
            "stopped working after a week",
            "arm is only 5\" long",
            "",
        ],
        _ => &["", "", "", "bought by mistake"],
    };
    let centre = if back.site == DE {
        ["LEJ1", "DUS2", "WRO5"]
    } else {
        ["ONT8", "LEX2", "PHX3"]
    };
    let (low, high) = (dice.below(10_000_000), dice.below(10_000_000));
    let time = format!(
        "{day}T{:02}:{:02}:{:02}+00:00",
        6 + dice.below(14),
        dice.below(60),
        dice.below(60)
    );
    vec![
        time.into(),
        format!(
            "{}-{low:07}-{high:07}",
            if back.site == DE { "305" } else { "113" }
        )
        .into(),
        shop.sku(back.site).into(),
        shop.asin().into(),
        shop.fnsku(back.site).into(),
        shop.title(back.site).into(),
        1.into(),
        centre[dice.below(3)].into(),
        disposition.into(),
        reason.into(),
        if disposition == "SELLABLE" {
            "Unit returned to inventory"
        } else {
            "Reimbursed"
        }
        .into(),
        format!(
            "LPN{}{:09}",
            if back.site == DE { "PM" } else { "RR" },
            310_000_000 + back.number
        )
        .into(),
        comments[dice.below(comments.len())].into(),
    ]
}

/// Sessions and page views of a child ASIN; the share of the mobile app is 60 %.
struct Traffic {
    sessions: i64,
    views: i64,
    units: i64,
    cents: i64,
    lines: i64,
    returned: i64,
}

fn traffic(world: &World, site: usize, variation: usize, first: Date, last: Date) -> Traffic {
    let (units, cents, lines) = world.sold(site, variation, first, last);
    let mut dice = Dice::of(&format!("traffic {site} {variation} {first}"));
    let sessions = whole(as_f64(units) / dice.between(0.085, 0.135));
    let views = whole(as_f64(sessions) * dice.between(1.25, 1.4));
    let returned = world
        .returns
        .iter()
        .filter(|back| {
            back.site == site
                && back.variation == variation
                && back.day >= first
                && back.day <= last
        })
        .count();
    Traffic {
        sessions,
        views,
        units,
        cents,
        lines,
        returned: i64::try_from(returned).unwrap_or(0),
    }
}

/// A month's Business Report by child ASIN. It says neither its month nor its marketplace: its name does.
pub(crate) fn business_report(world: &World, site: usize, first: Date, last: Date) -> String {
    let sold: Vec<(&Variation, Traffic)> = (0..VARIATIONS.len())
        .filter(|place| VARIATIONS[*place].sold_at(site))
        .map(|place| (&VARIATIONS[place], traffic(world, site, place, first, last)))
        .filter(|(_, traffic)| traffic.sessions > 0)
        .collect();
    let all = sold.iter().fold((0, 0), |sum, (_, traffic)| {
        (sum.0 + traffic.sessions, sum.1 + traffic.views)
    });
    if site == DE {
        german(&sold)
    } else {
        american(&sold, all)
    }
}

fn percent(over: i64, under: i64) -> Cell {
    let share = if under == 0 {
        0.0
    } else {
        as_f64(over) * 100.0 / as_f64(under)
    };
    Cell::Text(format!("{share:.2}%"))
}

fn dollars(cents: i64) -> Cell {
    Cell::Text(format!(
        "{}{}.{:02}",
        SITES[US].sign,
        grouped(cents / 100, ","),
        cents % 100
    ))
}

fn american(sold: &[(&Variation, Traffic)], (sessions, views): (i64, i64)) -> String {
    let mut table = crate::ads::split(BUSINESS_US);
    for (place, (shop, traffic)) in (0_i64..).zip(sold) {
        let (app, app_views) = (traffic.sessions * 3 / 5, traffic.views * 3 / 5);
        let count = |count: i64| Cell::Text(grouped(count, ","));
        table.rows.push(vec![
            shop.parent_asin().into(),
            shop.asin().into(),
            shop.title(US).into(),
            count(app),
            count(traffic.sessions - app),
            count(traffic.sessions),
            percent(app, sessions),
            percent(traffic.sessions - app, sessions),
            percent(traffic.sessions, sessions),
            count(app_views),
            count(traffic.views - app_views),
            count(traffic.views),
            percent(app_views, views),
            percent(traffic.views - app_views, views),
            percent(traffic.views, views),
            Cell::Text(format!("{:.2}%", 99.6 - as_f64(place % 4) * 0.7)),
            count(traffic.units),
            percent(traffic.units, traffic.sessions),
            dollars(traffic.cents),
            count(traffic.lines),
            count(traffic.returned),
            percent(traffic.returned, traffic.units),
            dollars(traffic.cents),
            count(traffic.units),
            count(traffic.lines),
        ]);
    }
    text(&CONSOLE_CSV, &table, plain)
}

/// German money with German signs, but English counts and percents: one file, two styles.
fn german(sold: &[(&Variation, Traffic)]) -> String {
    let mut table: Table = crate::ads::split(BUSINESS_DE);
    let euros = |cents: i64| {
        let mut shown = decimal_comma(as_f64(cents) / 100.0);
        let _ = write!(shown, "\u{a0}{}", SITES[DE].sign);
        Cell::Text(shown)
    };
    for (shop, traffic) in sold {
        let count = |count: i64| Cell::Text(grouped(count, ","));
        table.rows.push(vec![
            shop.parent_asin().into(),
            shop.asin().into(),
            shop.title(DE).into(),
            count(traffic.sessions),
            count(traffic.views),
            count(traffic.units),
            count(traffic.units / 30),
            percent(traffic.units, traffic.sessions),
            euros(traffic.cents),
            euros(traffic.cents / 30),
            count(traffic.lines),
        ]);
    }
    text(&CONSOLE_CSV, &table, plain)
}
