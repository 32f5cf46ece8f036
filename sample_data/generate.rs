//! Writes the sample workspace: `cargo run --example sample-data`.
//!
//! One simulated shop, one plan of downloads. Owns which file exists, where and from when; the modules below own what is
//! in it. The same run gives the same bytes: no clock, no library of chance, no reading of what is there.

#[path = "generate/ads.rs"]
mod ads;
#[path = "generate/books.rs"]
mod books;
#[path = "generate/brands.rs"]
mod brands;
#[path = "generate/bulk.rs"]
mod bulk;
#[path = "generate/campaigns.rs"]
mod campaigns;
#[path = "generate/catalogue.rs"]
mod catalogue;
#[path = "generate/cerebro.rs"]
mod cerebro;
#[path = "generate/changes.rs"]
mod changes;
#[path = "generate/defects.rs"]
mod defects;
#[path = "generate/diary.rs"]
mod diary;
#[path = "generate/dice.rs"]
mod dice;
#[path = "generate/guide.rs"]
mod guide;
#[path = "generate/keepa.rs"]
mod keepa;
#[path = "generate/seed_rows.rs"]
mod seed_rows;
#[path = "generate/seeds.rs"]
mod seeds;
#[path = "generate/sheet.rs"]
mod sheet;
#[path = "generate/shop.rs"]
mod shop;
#[path = "generate/tally.rs"]
mod tally;
#[path = "generate/variations.rs"]
mod variations;
#[path = "generate/warehouse.rs"]
mod warehouse;
#[path = "generate/world.rs"]
mod world;

use jiff::civil::Date;
use jiff::civil::date;
use sheet::Folder;
use sheet::Result;
use sheet::cp1252;
use shop::DE;
use shop::SITES;
use shop::US;
use std::path::PathBuf;
use tally::Download;
use warehouse::ReturnsAsked;
use world::World;

/// Half past nine in Shanghai, on the day named.
const fn download(day: Date, first: Date, last: Date) -> Download {
    Download {
        at: day.at(1, 30, 0, 0),
        first,
        last,
    }
}

const FIRST_DAY: Date = date(2025, 11, 30);
const JAN_5: Date = date(2026, 1, 5);
const JAN_19: Date = date(2026, 1, 19);
const FEB_2: Date = date(2026, 2, 2);
const FEB_12: Date = date(2026, 2, 12);

/// The first download asks for everything since the first Sunday; the later ones look thirty days back.
const DOWNLOADS: [Download; 4] = [
    download(JAN_5, FIRST_DAY, date(2026, 1, 4)),
    download(JAN_19, date(2025, 12, 20), date(2026, 1, 18)),
    download(FEB_2, date(2026, 1, 3), date(2026, 2, 1)),
    download(FEB_12, date(2026, 1, 13), date(2026, 2, 11)),
];
/// The wide look-back of reports that are downloaded twice: December is final in it, for 14-day attribution too.
const WIDE: Download = download(FEB_12, date(2025, 12, 15), date(2026, 2, 11));

fn dated(site: usize, day: Date, name: &str) -> String {
    format!("inbox/{}/{}/{day}/{name}", shop::ACCOUNT, SITES[site].code)
}

/// `20260131`.
fn compact(day: Date) -> String {
    day.strftime("%Y%m%d").to_string()
}

fn sponsored_ads(folder: &Folder, world: &World) -> Result<()> {
    for at in &DOWNLOADS {
        let day = at.at.date();
        let spoilt = (day == FEB_2).then_some(date(2026, 1, 20));
        let terms = ads::search_terms(world, US, at)?;
        folder.write(
            &dated(US, day, "Sponsored_Products_Search_term_report.xlsx"),
            &terms,
        )?;
        let campaigns = ads::campaigns(world, US, at, spoilt);
        folder.write(
            &dated(US, day, "Sponsored_Products_Campaign_report.csv"),
            campaigns.as_bytes(),
        )?;
        folder.write(
            &dated(DE, day, "商品推广_搜索词_报告.xlsx"),
            &ads::search_terms(world, DE, at)?,
        )?;
        let campaigns = ads::campaigns(world, DE, at, None);
        folder.write(
            &dated(DE, day, "商品推广_广告活动_报告.csv"),
            campaigns.as_bytes(),
        )?;
    }
    // The figures of a bulk workbook are of the thirty days that its name tells.
    let newest = &DOWNLOADS[3];
    for site in [US, DE] {
        let days = format!("{}-{}", compact(newest.first), compact(newest.last));
        let name = format!("bulk-a1l2u3m4o5r6a7-{days}-1770860{}00000.xlsx", site + 1);
        folder.write(
            &dated(site, FEB_12, &name),
            &bulk::export(world, site, newest)?,
        )?;
    }
    let german = ads::search_terms_german(world, &DOWNLOADS[2]);
    folder.write(
        &dated(DE, FEB_2, "Sponsored_Products_Suchbegriff.csv"),
        german.as_bytes(),
    )?;
    for at in [&DOWNLOADS[0], &download(FEB_12, JAN_5, date(2026, 2, 11))] {
        let name = dated(US, at.at.date(), "Sponsored_Products_Targeting_report.xlsx");
        folder.write(&name, &ads::targeting(world, US, at)?)?;
    }
    for at in [&DOWNLOADS[0], &WIDE] {
        let day = at.at.date();
        let products = ads::advertised_products(world, US, at)?;
        folder.write(
            &dated(US, day, "Sponsored_Products_Advertised_product_report.xlsx"),
            &products,
        )?;
        let products = ads::advertised_products(world, DE, at)?;
        folder.write(
            &dated(DE, day, "Sponsored_Products_Advertised_product_report.xlsx"),
            &products,
        )?;
        // These lie in one folder for all marketplaces: their Country column tells.
        for (site, copy) in [(US, ""), (DE, " (1)")] {
            let name = format!("inbox/ads/{day}/Sponsored_Brands_Campaign_report{copy}.xlsx");
            folder.write(&name, &brands::sponsored_brands(world, site, at)?)?;
        }
        let name = format!("inbox/ads/{day}/Sponsored_Display_Campaign_report.xlsx");
        folder.write(&name, &brands::sponsored_display(world, &[US, DE], at)?)?;
    }
    Ok(())
}

fn seller_central(folder: &Folder, world: &World) -> Result<()> {
    for (n, day) in (0_u32..).zip([JAN_5, JAN_19, FEB_2, FEB_12]) {
        let name = format!("2403180{}.txt", 20_500 + n * 7);
        let spoilt = day == JAN_5;
        folder.write(
            &dated(US, day, &name),
            warehouse::inventory(world, US, day, spoilt).as_bytes(),
        )?;
        if day != JAN_19 {
            // European downloads of this seller are cp1252, American ones UTF-8.
            folder.write(
                &dated(DE, day, &name),
                &cp1252(&warehouse::inventory(world, DE, day, false)),
            )?;
        }
    }
    for (n, (day, first)) in (0_u32..).zip([
        (JAN_5, date(2025, 11, 6)),
        (FEB_2, date(2025, 12, 4)),
        (FEB_12, date(2025, 12, 14)),
    ]) {
        for site in [US, DE] {
            let last = world::day_after(day, -1);
            let asked = ReturnsAsked {
                site,
                first,
                last,
                moved: day != JAN_5,
                spoilt: site == DE && day == FEB_2,
            };
            let report = warehouse::returns(world, &asked);
            let bytes = if site == DE {
                cp1252(&report)
            } else {
                report.into_bytes()
            };
            folder.write(
                &dated(site, day, &format!("2403181{}.txt", 40_100 + n * 9)),
                &bytes,
            )?;
        }
    }
    for (first, last) in [
        (date(2025, 11, 1), date(2025, 11, 30)),
        (date(2025, 12, 1), date(2025, 12, 31)),
        (date(2026, 1, 1), date(2026, 1, 31)),
    ] {
        let day = if last < JAN_5 { JAN_5 } else { FEB_12 };
        for (site, place) in SITES.iter().enumerate() {
            let name = format!("BusinessReport_{}_{first}_{last}.csv", place.code);
            folder.write(
                &dated(site, day, &name),
                warehouse::business_report(world, site, first, last).as_bytes(),
            )?;
        }
    }
    Ok(())
}

/// What was downloaded for the review of the month.
fn monthly(folder: &Folder, world: &World) -> Result<()> {
    for site in [US, DE] {
        let by_date = books::by_date(world, site, date(2025, 12, 1), world::LAST);
        folder.write(
            &dated(site, FEB_12, "BusinessReport-2-12-26.csv"),
            by_date.as_bytes(),
        )?;
        folder.write(
            &dated(site, FEB_12, "InventoryLedgerSummary_Monthly.csv"),
            books::ledger(world, site).as_bytes(),
        )?;
    }
    folder.write(
        "inbox/keepa/product-own-2026-02-12.json",
        books::ranks(world::LAST).as_bytes(),
    )
}

fn catalogue(folder: &Folder) -> Result<()> {
    for day in [FEB_2, FEB_12] {
        let name = format!("All+Listings+Report_{}.txt", day.strftime("%m-%d-%Y"));
        folder.write(&dated(US, day, &name), catalogue::listings(US).as_bytes())?;
        folder.write(&dated(DE, day, &name), &cp1252(&catalogue::listings(DE)))?;
    }
    for (number, first, day) in [
        (4, date(2026, 1, 18), FEB_2),
        (5, date(2026, 1, 25), FEB_2),
        (6, date(2026, 2, 1), FEB_12),
    ] {
        let last = world::day_after(first, 6).strftime("%Y_%m_%d");
        let name = format!("US_Search_Query_Performance_Brand_View_Comprehensive_Week_{last}.csv");
        folder.write(
            &dated(US, day, &name),
            catalogue::queries(number, first, number == 6).as_bytes(),
        )?;
    }
    Ok(())
}

fn tools(folder: &Folder) -> Result<()> {
    for (turn, at) in keepa::EXPORTS.iter().enumerate() {
        let name = format!("inbox/keepa/KeepaExport-{}-ProductViewer", at.date());
        folder.write(
            &format!("{name}.xlsx"),
            &keepa::american(turn, &changes::US)?,
        )?;
        folder.write(
            &format!("{name} (1).csv"),
            keepa::german(turn, &changes::DE).as_bytes(),
        )?;
    }
    for (day, query) in [
        ("2026-01-12", &cerebro::OTHER_LIST),
        ("2026-01-26", &cerebro::WEEK_ONE),
        ("2026-02-02", &cerebro::WEEK_TWO),
    ] {
        let name = format!(
            "inbox/helium10/US_AMAZON_cerebro_{}_{day}.csv",
            cerebro::OWN
        );
        folder.write(&name, cerebro::export(query).as_bytes())?;
    }
    Ok(())
}

#[expect(
    clippy::print_stdout,
    reason = "a generator that is run by hand says what it wrote"
)]
fn main() -> Result<()> {
    let root = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("sample_data"), PathBuf::from);
    let folder = Folder::at(root);
    let world = world::simulate();
    sponsored_ads(&folder, &world)?;
    seller_central(&folder, &world)?;
    catalogue(&folder)?;
    monthly(&folder, &world)?;
    tools(&folder)?;
    defects::write(&folder, &world)?;
    seeds::write(&folder)?;
    folder.write("sellerlake.toml", guide::SETTINGS.as_bytes())?;
    folder.write("README.md", guide::readme().as_bytes())?;
    let written = folder.written();
    for (path, size) in &written {
        println!("{size:>9}  {path}");
    }
    println!(
        "{:>9}  in {} files",
        written.values().sum::<usize>(),
        written.len()
    );
    for path in folder.left_over()? {
        println!("left over from an earlier run: {path}");
    }
    Ok(())
}
