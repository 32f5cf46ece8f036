//! Keepa table exports: a workbook for the US, csv for DE, the same products twice, eleven days apart.

use crate::changes::Known;
use crate::dice::Dice;
use crate::sheet::Cell;
use crate::sheet::KEEPA_CSV;
use crate::sheet::Origin;
use crate::sheet::Result;
use crate::sheet::Table;
use crate::sheet::as_f64;
use crate::sheet::grouped;
use crate::sheet::text;
use crate::sheet::workbook;
use crate::shop::BRAND;
use crate::shop::DE;
use crate::shop::RIVALS;
use crate::shop::SELLER_ID;
use crate::shop::SITES;
use crate::shop::US;
use crate::variations::VARIATIONS;
use crate::world::whole;
use jiff::civil::Date;
use jiff::civil::DateTime;
use jiff::civil::date;

/// A product as Keepa saw it.
#[derive(Clone)]
pub(crate) struct Listing {
    pub(crate) asin: String,
    pub(crate) parent: String,
    pub(crate) brand: &'static str,
    pub(crate) title: String,
    /// Cents; nothing where nobody has the Buy Box.
    pub(crate) price: Option<i64>,
    /// The price as text, where an export writes it in a form of its own.
    pub(crate) price_text: Option<&'static str>,
    pub(crate) list_price: i64,
    pub(crate) rank: i64,
    pub(crate) rank_drops: i64,
    pub(crate) category: String,
    pub(crate) sub_category: String,
    /// Tenths of a star.
    pub(crate) rating: i64,
    pub(crate) reviews: i64,
    pub(crate) monthly_sold: i64,
    pub(crate) images: Vec<String>,
    pub(crate) seller: String,
    pub(crate) seller_id: String,
    pub(crate) offers_fba: i64,
    pub(crate) offers_fbm: i64,
    pub(crate) variations: Vec<String>,
    /// Percent off.
    pub(crate) coupon: Option<i64>,
    pub(crate) updated: String,
    pub(crate) price_changed: String,
    pub(crate) listed_since: String,
    pub(crate) listed: bool,
}

/// The moments of the two exports, in UTC.
pub(crate) const EXPORTS: [DateTime; 2] = [
    date(2026, 1, 22).at(8, 12, 0, 0),
    date(2026, 2, 2).at(8, 5, 0, 0),
];

fn image(letters: &str, line: usize, n: usize) -> String {
    format!("https://m.media-amazon.com/images/I/71{letters}{line}{n:02}L.jpg")
}

fn categories(site: usize, line: usize) -> (&'static str, &'static str) {
    match (site, line) {
        (DE, 2) => ("Beleuchtung", "Nachtlichter"),
        (DE, 3) => ("Beleuchtung", "Leselampen"),
        (DE, _) => ("Beleuchtung", "Schreibtischlampen"),
        (_, 2) => ("Tools & Home Improvement", "Night-Lights"),
        (_, 3) => ("Tools & Home Improvement", "Book Lights"),
        _ => ("Tools & Home Improvement", "Desk Lamps"),
    }
}

fn rival_listing(site: usize, line: usize, slot: usize) -> Listing {
    let rival = &RIVALS[slot - 1];
    let asin = rival.asin(line, slot);
    let mut dice = Dice::of(&format!("listing {site} {asin}"));
    let n = i64::try_from(slot).unwrap_or(1);
    let us = if line == 1 {
        2599 + n * 400
    } else {
        1299 + n * 100
    };
    let price = if site == DE {
        us * 93 / 100 / 100 * 100 + 99
    } else {
        us
    };
    let (category, sub_category) = categories(site, line);
    let thing = match (site, line) {
        (DE, 1) => "LED Schreibtischlampe, dimmbar, USB, Modell",
        (DE, _) => "Nachtlicht für Steckdose, warmweiß, Modell",
        (_, 1) => "LED Desk Lamp with USB Port, Dimmable Office Lamp, Model",
        _ => "Night Light Plug into Wall, Dusk to Dawn, Model",
    };
    Listing {
        parent: format!("B0{}{line}PA", rival.letters),
        brand: rival.brand,
        title: format!("{} {thing} {slot}", rival.brand),
        price: Some(price),
        price_text: None,
        list_price: price * 5 / 4 / 100 * 100 + 99,
        rank: 90 + n * n * 31 + whole(dice.between(0.0, 60.0)),
        rank_drops: 60 + whole(dice.between(0.0, 70.0)),
        category: category.into(),
        sub_category: sub_category.into(),
        rating: 41 + n % 6,
        reviews: 400 + n * 211 + whole(dice.between(0.0, 90.0)),
        monthly_sold: [2000, 1000, 900, 700, 500, 400, 300, 200, 100, 50][slot - 1],
        images: (1..=4 + slot % 3)
            .map(|k| image(rival.letters, line, k))
            .collect(),
        seller: format!("{} Official", rival.brand),
        seller_id: rival.seller_id(),
        offers_fba: 1 + n % 2,
        offers_fbm: n % 3,
        variations: vec![asin.clone(), rival.asin(line, slot + 40)],
        coupon: None,
        updated: String::new(),
        price_changed: "2025/12/28 16:40".into(),
        listed_since: format!("2024/{slot:02}/15"),
        listed: true,
        asin,
    }
}

fn own_listing(site: usize, place: usize) -> Listing {
    let shop = &VARIATIONS[place];
    let line = match &shop.stem[..1] {
        "N" => 2,
        "R" => 3,
        _ => 1,
    };
    let mut dice = Dice::of(&format!("listing {site} {}", shop.asin()));
    let (category, sub_category) = categories(site, line);
    let rank = match shop.stem {
        "D01BK" => 43,
        "N012P" => 29,
        "R01BK" => 48,
        _ => whole(dice.between(90.0, 1900.0)),
    };
    let sisters = VARIATIONS
        .iter()
        .filter(|other| other.product == shop.product && other.sold_at(site));
    Listing {
        asin: shop.asin(),
        parent: shop.parent_asin(),
        brand: BRAND,
        title: shop.title(site).into(),
        price: Some(shop.price[site]),
        price_text: None,
        list_price: shop.price[site] + 1000,
        rank,
        rank_drops: 70 + whole(dice.between(0.0, 40.0)),
        category: category.into(),
        sub_category: sub_category.into(),
        rating: if shop.of_product().returned_of_1000 > 40 {
            40
        } else {
            43 + i64::from(line == 2)
        },
        reviews: 300 + whole(dice.between(0.0, 2400.0)),
        monthly_sold: whole(shop.organic[site] * 30.0) / 50 * 50,
        images: (1..=7).map(|k| image(shop.stem, 0, k)).collect(),
        seller: format!("{BRAND} Shop"),
        seller_id: SELLER_ID.into(),
        offers_fba: 1,
        offers_fbm: 0,
        variations: sisters.map(crate::variations::Variation::asin).collect(),
        coupon: None,
        updated: String::new(),
        price_changed: "2025/11/30 09:02".into(),
        listed_since: shop.of_product().live_at.replace('-', "/"),
        listed: true,
    }
}

/// What one export shows: `turn` 0 is the first.
pub(crate) fn listings(site: usize, turn: usize, known: &[Known]) -> Vec<Listing> {
    let own = (0..VARIATIONS.len()).filter(|place| VARIATIONS[*place].sold_at(site));
    let lines: &[usize] = if site == US { &[1, 2] } else { &[1] };
    let mut shown: Vec<Listing> = own.map(|place| own_listing(site, place)).collect();
    for line in lines {
        shown.extend((1..=RIVALS.len()).map(|slot| rival_listing(site, *line, slot)));
    }
    for listing in &mut shown {
        let mut dice = Dice::of(&format!("seen {site} {turn} {}", listing.asin));
        // Ranks breathe by a few percent, reviews come in at an ordinary pace: nothing of that is a change.
        if turn == 1 {
            listing.rank = whole(as_f64(listing.rank) * dice.between(0.94, 1.06)).max(1);
            listing.reviews += 2 + whole(dice.between(0.0, 4.0));
        }
        let day: Date = EXPORTS[turn].date();
        listing.updated = format!(
            "{} {:02}:{:02}",
            day.strftime("%Y/%m/%d"),
            1 + dice.below(6),
            dice.below(60)
        );
        let asin = listing.asin.clone();
        for change in known.iter().filter(|change| change.asin == asin) {
            (change.before)(listing);
            if turn == 1 {
                (change.after)(listing);
            }
        }
    }
    shown.retain(|listing| listing.listed);
    shown
}

const COLUMNS: &str = "Locale|Image|Image Count|Title|Sales Rank: Current|Sales Rank: 30 days avg.|Sales Rank: 90 days avg.|Sales Rank: Drops last 30 days|Sales Rank: Reference|Sales Rank: Display Group|Sales Rank: Subcategory Sales Ranks|Reviews: Rating|Reviews: Rating Count|Monthly Sales Trends: Monthly Sold (Last Known)|Last Price Change|Last Update|Buy Box: Current|Buy Box: Buy Box Seller|Buy Box: Is FBA|Buy Box: Stock|Amazon: Current|Amazon: Availability of the Amazon offer|Amazon: 90 days OOS|New: Current|New, 3rd Party FBA: Current|New, 3rd Party FBM: Current|List Price: Current|Total Offer Count|New Offer Count: Current|Count of retrieved live offers: New, FBA|Count of retrieved live offers: New, FBM|Deals: Deal Type|One Time Coupon: Absolute|One Time Coupon: Percentage|Listed since|URL: Amazon|URL: Keepa|Categories: Root|Categories: Sub|Categories: Tree|ASIN|Parent ASIN|Variation ASINs|Variation Count|Brand|Manufacturer|Product Codes: EAN";

fn count(n: usize) -> Cell {
    Cell::Count(i64::try_from(n).unwrap_or(0))
}

fn row(site: usize, listing: &Listing) -> Vec<Cell> {
    let mut cells = standing(site, listing);
    cells.extend(offers(listing));
    cells.extend(identity(site, listing));
    cells
}

/// Amazon's number of a root category.
fn node(category: &str) -> &'static str {
    match category {
        "Beleuchtung" => "213083031",
        "Baby Products" => "165796011",
        _ => "228013",
    }
}

/// What the page shows of the product, its rank and its reviews.
fn standing(site: usize, listing: &Listing) -> Vec<Cell> {
    let average = |factor: f64| Cell::Count(whole(as_f64(listing.rank) * factor));
    let images = match listing.images.len() {
        0 => Cell::Empty,
        n => count(n),
    };
    vec![
        SITES[site].domain.into(),
        listing.images.join(";").into(),
        images,
        listing.title.as_str().into(),
        listing.rank.into(),
        average(1.04),
        average(1.11),
        listing.rank_drops.into(),
        node(&listing.category).into(),
        listing.category.as_str().into(),
        format!(
            "# {} | Top 3% | {}",
            grouped(listing.rank / 9 + 1, ","),
            listing.sub_category
        )
        .into(),
        // Keepa's workbooks hold ratings as text.
        format!("{}.{}", listing.rating / 10, listing.rating % 10).into(),
        listing.reviews.into(),
        listing.monthly_sold.into(),
        listing.price_changed.as_str().into(),
        listing.updated.as_str().into(),
    ]
}

/// Prices, the Buy Box and who offers. Where nobody has the Buy Box, prices are empty and the seller is a dash.
fn offers(listing: &Listing) -> Vec<Cell> {
    let money =
        |cents: Option<i64>| cents.map_or(Cell::Empty, |cents| Cell::Money(as_f64(cents) / 100.0));
    let (price, seller, is_fba, stock) = match (listing.price, listing.price_text) {
        (None, _) => (Cell::Empty, "-".into(), Cell::Empty, Cell::Empty),
        (Some(cents), text) => (
            text.map_or_else(|| money(Some(cents)), Cell::from),
            format!("{} (97%) / {}", listing.seller, listing.seller_id),
            "yes".into(),
            Cell::Count(1 + listing.rank % 90),
        ),
    };
    let total = listing.offers_fba + listing.offers_fbm;
    let coupon = listing
        .coupon
        .map(|off| Cell::Percent(Some(as_f64(off) / 100.0)));
    vec![
        price.clone(),
        seller.into(),
        is_fba,
        stock,
        Cell::Empty,
        "no Amazon offer exists".into(),
        Cell::Percent(Some(1.0)),
        price,
        money(listing.price.filter(|_| listing.offers_fba > 0)),
        money(
            listing
                .price
                .filter(|_| listing.offers_fbm > 0)
                .map(|cents| cents + 199),
        ),
        money(Some(listing.list_price)),
        total.into(),
        total.into(),
        listing.offers_fba.into(),
        listing.offers_fbm.into(),
        "-".into(),
        "-".into(),
        coupon.unwrap_or_else(|| "-".into()),
    ]
}

/// Where it stands, what it is called, and its family.
fn identity(site: usize, listing: &Listing) -> Vec<Cell> {
    let place = &SITES[site];
    let digits = listing
        .asin
        .bytes()
        .fold(0, |sum, byte| (sum * 31 + i64::from(byte)) % 999_999_999);
    vec![
        listing.listed_since.as_str().into(),
        format!("https://www.amazon.{}/dp/{}", place.domain, listing.asin).into(),
        format!(
            "https://keepa.com/#!product/{}-{}",
            place.keepa_id, listing.asin
        )
        .into(),
        listing.category.as_str().into(),
        listing.sub_category.as_str().into(),
        format!("{} › {}", listing.category, listing.sub_category).into(),
        listing.asin.as_str().into(),
        listing.parent.as_str().into(),
        listing.variations.join(", ").into(),
        count(listing.variations.len()),
        listing.brand.into(),
        listing.brand.into(),
        (4_260_000_000_000 + digits).to_string().into(),
    ]
}

fn table(site: usize, turn: usize, known: &[Known]) -> Table {
    let mut table = crate::ads::split(COLUMNS);
    table.rows = listings(site, turn, known)
        .iter()
        .map(|listing| row(site, listing))
        .collect();
    table
}

/// The US export: numbers as numbers, and the stray cell that tells when it was made.
pub(crate) fn american(turn: usize, known: &[Known]) -> Result<Vec<u8>> {
    let mut table = table(US, turn, known);
    for cell in table.rows.iter_mut().flatten() {
        // The full hundred is stored as 100, every other share as a fraction.
        if matches!(cell, Cell::Percent(Some(share)) if *share > 0.999) {
            *cell = Cell::Count(100);
        }
    }
    let at = EXPORTS[turn];
    let note = format!(
        "Exported on {} (UTC) by ✜ Keepa.com",
        at.strftime("%Y-%m-%d %H:%M")
    );
    // The user sorted the second export, so that the note stands amid the rows.
    let y = if turn == 1 {
        12
    } else {
        u32::try_from(table.rows.len() + 1)?
    };
    let x = u16::try_from(table.header.len() + 2)?;
    let origin = Origin {
        sheet: "Sheet0",
        title: "Keepa Export",
        creator: "Keepa.com",
        created: at,
        day_format: "yyyy/mm/dd",
        money_format: "#.00 [$$-409]",
    };
    workbook(&origin, &table, &[(y, x, note)])
}

/// The DE export: everything quoted, no locale column, dollars' grouping for euros, `%` after a blank.
pub(crate) fn german(turn: usize, known: &[Known]) -> String {
    let mut table = table(DE, turn, known);
    table.header.remove(0);
    table.rows.iter_mut().for_each(|row| {
        row.remove(0);
    });
    text(&KEEPA_CSV, &table, |cell| match cell {
        Cell::Money(amount) => {
            let cents = whole(*amount * 100.0);
            format!("{}.{:02}", grouped(cents / 100, ","), cents % 100)
        }
        Cell::Percent(Some(share)) => format!("{} %", whole(share * 100.0)),
        other => crate::sheet::plain(other),
    })
}
