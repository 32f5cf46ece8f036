//! What the books say: sales by date, the ledger of the warehouses, and how the own ranks went in Keepa's history.

use crate::ads::decimal_comma;
use crate::ads::split;
use crate::dice::Dice;
use crate::sheet::CONSOLE_CSV;
use crate::sheet::Cell;
use crate::sheet::as_f64;
use crate::sheet::grouped;
use crate::sheet::plain;
use crate::sheet::text;
use crate::shop::DE;
use crate::shop::SITES;
use crate::shop::US;
use crate::variations::VARIATIONS;
use crate::variations::Variation;
use crate::world::World;
use crate::world::days;
use crate::world::days_between;
use crate::world::whole;
use jiff::civil::Date;
use jiff::civil::date;
use std::fmt::Write as _;

const BY_DATE_US: &str = "Date|Ordered Product Sales|Units Ordered|Total Order Items|Page Views - Total|Sessions - Total|Featured Offer (Buy Box) Percentage|Unit Session Percentage|Average Offer Count|Units Refunded|Refund Rate";
const BY_DATE_DE: &str = "Datum|Durch bestellte Produkte erzielter Umsatz|Bestellte Einheiten|Zahl der Bestellposten|Seitenaufrufe – Summe|Sitzungen – Summe|Prozentsatz an Einheiten pro Sitzung";
const LEDGER: &str = "Date|FNSKU|ASIN|MSKU|Title|Disposition|Starting Warehouse Balance|In Transit Between Warehouses|Receipts|Customer Shipments|Customer Returns|Vendor Returns|Warehouse Transfer In/Out|Found|Lost|Damaged|Disposed|Other Events|Ending Warehouse Balance|Unknown Events|Location";

fn share(over: i64, under: i64) -> Cell {
    let points = if under == 0 {
        0.0
    } else {
        as_f64(over) * 100.0 / as_f64(under)
    };
    Cell::Text(format!("{points:.2}%"))
}

/// All that a site sold, a row a day. Sales and units are the sums over its ASINs; visits are not, for one visitor looks at
/// several.
pub(crate) fn by_date(world: &World, site: usize, first: Date, last: Date) -> String {
    let mut table = split(if site == DE { BY_DATE_DE } else { BY_DATE_US });
    let mut dice = Dice::of(&format!("visits {site}"));
    for day in days(first, last) {
        let (units, cents, lines) = (0..VARIATIONS.len())
            .map(|place| world.sold(site, place, day, day))
            .fold((0, 0, 0), |sum, one| {
                (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2)
            });
        let returned = world
            .returns
            .iter()
            .filter(|back| back.site == site && back.day == day)
            .count();
        let returned = i64::try_from(returned).unwrap_or(0);
        let sessions = whole(as_f64(units) / dice.between(0.115, 0.135));
        let views = whole(as_f64(sessions) * dice.between(1.4, 1.55));
        let count = |count: i64| Cell::Text(grouped(count, ","));
        table.rows.push(if site == DE {
            let mut euros = decimal_comma(as_f64(cents) / 100.0);
            let _ = write!(euros, "\u{a0}{}", SITES[DE].sign);
            vec![
                day.strftime("%d.%m.%Y").to_string().into(),
                Cell::Text(euros),
                count(units),
                count(lines),
                count(views),
                count(sessions),
                share(units, sessions),
            ]
        } else {
            vec![
                day.strftime("%-m/%-d/%y").to_string().into(),
                Cell::Text(format!(
                    "{}{}.{:02}",
                    SITES[US].sign,
                    grouped(cents / 100, ","),
                    cents % 100
                )),
                count(units),
                count(lines),
                count(views),
                count(sessions),
                Cell::Text(format!("{:.2}%", dice.between(96.5, 99.5))),
                share(units, sessions),
                Cell::Text("16".to_owned()),
                count(returned),
                share(returned, units),
            ]
        });
    }
    text(&CONSOLE_CSV, &table, plain)
}

/// The months of a ledger, each with its first and last day.
const MONTHS: [(&str, Date, Date); 2] = [
    ("12/2025", date(2025, 12, 1), date(2025, 12, 31)),
    ("01/2026", date(2026, 1, 1), date(2026, 1, 31)),
];

/// The monthly summary of the ledger: what lay there, what came and went, what lay there then. In January one unit of one
/// SKU is missing that no movement tells of, as happens.
pub(crate) fn ledger(world: &World, site: usize) -> String {
    let mut table = split(LEDGER);
    for (place, shop) in VARIATIONS
        .iter()
        .enumerate()
        .filter(|(_, shop)| shop.sold_at(site))
    {
        let mut balance = 300 + whole(shop.organic[site] * 20.0);
        for (month, first, last) in MONTHS {
            let shipped = world.sold(site, place, first, last).0;
            let back = world.returns.iter().filter(|back| {
                back.site == site
                    && back.variation == place
                    && back.day >= first
                    && back.day <= last
            });
            let back = i64::try_from(back.count()).unwrap_or(0);
            let received = shipped * 19 / 20;
            let gone = i64::from(shop.stem == "N02WH" && month == "01/2026");
            let closing = balance + received - shipped + back - gone;
            table.rows.push(ledger_row(
                shop,
                site,
                month,
                [balance, received, -shipped, back, closing],
            ));
            balance = closing;
        }
    }
    text(&CONSOLE_CSV, &table, plain)
}

fn ledger_row(
    shop: &Variation,
    site: usize,
    month: &str,
    [opening, received, shipped, back, closing]: [i64; 5],
) -> Vec<Cell> {
    let zero = || Cell::from(0);
    vec![
        month.into(),
        shop.fnsku(site).into(),
        shop.asin().into(),
        shop.sku(site).into(),
        shop.title(site).into(),
        "SELLABLE".into(),
        opening.into(),
        zero(),
        received.into(),
        shipped.into(),
        back.into(),
        zero(),
        zero(),
        zero(),
        zero(),
        zero(),
        zero(),
        zero(),
        closing.into(),
        zero(),
        SITES[site].code.into(),
    ]
}

/// Own products whose ranks Keepa follows: stem, rank at the start, and by how much it falls or rises in all.
const RANKED: [(&str, f64, f64); 3] = [
    ("D01BK", 64.0, -0.45),
    ("N012P", 41.0, 0.25),
    ("R01BK", 118.0, -0.15),
];
/// Keepa counts minutes from the first day of 2011.
const KEEPA_EPOCH: Date = date(2011, 1, 1);
const CATEGORY: i64 = 1_063_310;

/// Keepa's answer for own products in the US: the rank in the category twice a day, nothing else.
pub(crate) fn ranks(last: Date) -> String {
    let first = date(2025, 12, 1);
    let mut products = Vec::new();
    for (stem, start, change) in RANKED {
        let mut dice = Dice::of(&format!("rank {stem}"));
        let length = f64::from(days_between(first, last).max(1));
        let (mut points, mut updated) = (Vec::new(), 0);
        for (n, day) in (0_i32..).zip(days(first, last)) {
            for half in 0..2 {
                let minutes = i64::from(days_between(KEEPA_EPOCH, day)) * 1440 + half * 720 + 37;
                let course = 1.0 + change * f64::from(n) / length;
                let rank = whole(start * course * dice.between(0.88, 1.12)).max(1);
                points.push(format!("{minutes},{rank}"));
                updated = minutes;
            }
        }
        let series = points.join(",");
        products.push(format!(
            r#"{{"asin":"B0LUM{stem}","domainId":1,"lastUpdate":{updated},"title":"Lumora {stem}","csv":[null,null,null,[{series}]],"salesRankReference":{CATEGORY},"salesRanks":{{"{CATEGORY}":[{series}]}}}}"#
        ));
    }
    let asked = i64::from(days_between(date(1970, 1, 1), last)) * 86_400_000 + 34_000_000;
    format!(
        r#"{{"timestamp":{asked},"products":[{}]}}"#,
        products.join(",")
    )
}
