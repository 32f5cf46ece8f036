//! What the shop has on sale, and what was searched: Seller Central's list of listings and Brand Analytics' search query
//! performance of the brand, with known gaps and moves.

use crate::ads::split;
use crate::cerebro;
use crate::dice::Dice;
use crate::sheet::CONSOLE_CSV;
use crate::sheet::Cell;
use crate::sheet::Layout;
use crate::sheet::SELLER_CENTRAL_TSV;
use crate::sheet::as_f64;
use crate::sheet::plain;
use crate::sheet::text;
use crate::shop::BRAND;
use crate::shop::DE;
use crate::shop::US;
use crate::variations::VARIATIONS;
use crate::variations::Variation;
use crate::world::day_after;
use crate::world::whole;
use jiff::civil::Date;

const LISTINGS: &str = "item-name|item-description|listing-id|seller-sku|price|quantity|open-date|image-url|item-is-marketplace|product-id-type|zshop-shipping-fee|item-note|item-condition|zshop-category1|zshop-browse-path|zshop-storefront-feature|asin1|asin2|asin3|will-ship-internationally|expedited-shipping|zshop-boldface|product-id|bid-for-featured-placement|add-delete|pending-quantity|fulfillment-channel|merchant-shipping-group|status";
const QUERIES: &str = "Search Query|Search Query Score|Search Query Volume|Impressions: Total Count|Impressions: Brand Count|Impressions: Brand Share %|Clicks: Total Count|Clicks: Click Rate %|Clicks: Brand Count|Clicks: Brand Share %|Clicks: Price (Median)|Clicks: Brand Price (Median)|Clicks: Same Day Shipping Speed|Clicks: 1D Shipping Speed|Clicks: 2D Shipping Speed|Cart Adds: Total Count|Cart Adds: Cart Add Rate %|Cart Adds: Brand Count|Cart Adds: Brand Share %|Cart Adds: Price (Median)|Cart Adds: Brand Price (Median)|Cart Adds: Same Day Shipping Speed|Cart Adds: 1D Shipping Speed|Cart Adds: 2D Shipping Speed|Purchases: Total Count|Purchases: Purchase Rate %|Purchases: Brand Count|Purchases: Brand Share %|Purchases: Price (Median)|Purchases: Brand Price (Median)|Purchases: Same Day Shipping Speed|Purchases: 1D Shipping Speed|Purchases: 2D Shipping Speed|Reporting Date";

/// A listing that is not as it should be: site, stem of the variation, what is wrong.
pub(crate) const GAPS: [(usize, &str, Gap); 3] = [
    (US, "D05BK", Gap::Suppressed),
    (DE, "N03PK", Gap::Missing),
    (DE, "R01BK", Gap::Untranslated),
];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gap {
    Suppressed,
    Missing,
    Untranslated,
}

/// All listings of a site, as of any day.
pub(crate) fn listings(site: usize) -> String {
    let mut table = split(LISTINGS);
    for variation in VARIATIONS.iter().filter(|one| one.sold_at(site)) {
        let gap = GAPS
            .iter()
            .find(|(at, stem, _)| *at == site && *stem == variation.stem)
            .map(|(.., gap)| *gap);
        if gap != Some(Gap::Missing) {
            table.rows.push(listing(site, variation, gap));
        }
    }
    text(&SELLER_CENTRAL_TSV, &table, plain)
}

fn listing(site: usize, variation: &Variation, gap: Option<Gap>) -> Vec<Cell> {
    let title = if gap == Some(Gap::Untranslated) {
        variation.title_en
    } else {
        variation.title(site)
    };
    let (opened, channel) = if site == DE {
        ("25/09/2024 09:58:06 MESZ", "AMAZON_EU")
    } else {
        ("2024-07-01 10:00:00 PDT", "AMAZON_NA")
    };
    let status = if gap == Some(Gap::Suppressed) {
        "Incomplete"
    } else {
        "Active"
    };
    let mut cells = vec![Cell::Empty; LISTINGS.split('|').count()];
    for (at, cell) in [
        (0, title.into()),
        (2, format!("0112LUM{}{}", variation.stem, site + 1).into()),
        (3, variation.sku(site).into()),
        (4, Cell::Money(as_f64(variation.price[site]) / 100.0)),
        (6, opened.into()),
        (8, "y".into()),
        (9, "1".into()),
        (12, "11".into()),
        (16, variation.asin().into()),
        (22, variation.asin().into()),
        (25, 0.into()),
        (26, channel.into()),
        (27, "Migrated Template".into()),
        (28, status.into()),
    ] {
        cells[at] = cell;
    }
    cells
}

/// Queries of the report, the first of [`cerebro`]'s keywords.
const N_QUERIES: usize = 40;
/// In the last week: searched half as often, bought less of us, not in the report.
pub(crate) const HALVED: usize = 6;
pub(crate) const SHARE_LOST: usize = 3;
pub(crate) const GONE: usize = 8;

/// Search query performance of the brand in a week that begins on a Sunday. `is_last` applies the known moves.
pub(crate) fn queries(number: u32, first: Date, is_last: bool) -> String {
    let last = day_after(first, 6);
    let mut table = split(QUERIES);
    for n in (0..N_QUERIES).filter(|n| !is_last || *n != GONE) {
        table.rows.push(query(n, first, is_last));
    }
    let layout = Layout {
        mark: false,
        ..CONSOLE_CSV
    };
    // Amazon writes this line before the header, and none of it is quoted as csv has it.
    format!(
        "\u{feff}Brand=[\"{BRAND}\"],Reporting Range=[\"Weekly\"],Select week=[\"Week {number} | {first} - {last} {}\"]\r\n{}",
        first.year(),
        text(&layout, &table, plain)
    )
}

fn query(n: usize, first: Date, is_last: bool) -> Vec<Cell> {
    let mut steady = Dice::of(&format!("query {n}"));
    let mut weekly = Dice::of(&format!("query {n} {first}"));
    let known = [HALVED, SHARE_LOST, GONE].contains(&n);
    let base = if known || n.is_multiple_of(10) {
        steady.between(4_000.0, 24_000.0)
    } else {
        steady.between(150.0, 1_900.0)
    };
    let halved = if is_last && n == HALVED { 0.5 } else { 1.0 };
    let volume = whole(base * weekly.between(0.95, 1.05) * halved);
    let shown = whole(as_f64(volume) * steady.between(18.0, 30.0));
    let clicks = whole(as_f64(volume) * steady.between(0.3, 0.5));
    let carts = whole(as_f64(clicks) * steady.between(0.14, 0.2));
    let bought = whole(as_f64(carts) * steady.between(0.4, 0.55));
    let share = steady.between(0.02, 0.11);
    let lost = if is_last && n == SHARE_LOST { 0.4 } else { 1.0 };
    let own = |total: i64, factor: f64| whole(as_f64(total) * share * factor).min(total);
    let price = |value: f64| Cell::Money(as_f64(whole(value * 100.0)) / 100.0);
    let own_price = price(39.99);
    let mut cells = vec![
        cerebro::keyword(n).into(),
        i64::try_from(n).map_or(Cell::Empty, |n| (n + 1).into()),
        volume.into(),
    ];
    cells.extend([
        shown.into(),
        own(shown, 1.0).into(),
        points(own(shown, 1.0), shown),
    ]);
    for (total, factor) in [(clicks, 1.1), (carts, 1.2), (bought, 1.3 * lost)] {
        let ours = own(total, factor);
        cells.extend([
            total.into(),
            points(total, volume),
            ours.into(),
            points(ours, total),
        ]);
        cells.extend([price(steady.between(24.0, 42.0)), own_price.clone()]);
        cells.extend([0.1, 0.3, 0.4].map(|part| Cell::Count(whole(as_f64(total) * part))));
    }
    cells.push(day_after(first, 6).to_string().into());
    cells
}

/// Percent as points, with two digits and no sign.
fn points(part: i64, of: i64) -> Cell {
    if of == 0 {
        return Cell::Money(0.0);
    }
    Cell::Money(as_f64(whole(as_f64(part * 10_000) / as_f64(of))) / 100.0)
}
