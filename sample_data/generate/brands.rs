//! Sponsored Brands and Sponsored Display campaign reports: wide workbooks whose own columns tell the marketplace.

use crate::ads::split;
use crate::campaigns::AdProduct;
use crate::sheet::Cell;
use crate::sheet::Origin;
use crate::sheet::Result;
use crate::sheet::Table;
use crate::sheet::as_f64;
use crate::sheet::workbook;
use crate::shop::SITES;
use crate::tally::Download;
use crate::tally::Tally;
use crate::tally::by_campaign;
use crate::world::World;
use crate::world::whole;

const SB: &str = "Date|Portfolio name|Currency|Campaign Name|Cost type|Country|Impressions|Clicks|Click-Thru Rate (CTR)|Cost Per Click (CPC)|Spend|Total Advertising Cost of Sales (ACOS) |Total Return on Advertising Spend (ROAS)|14 Day Total Sales |14 Day Total Orders (#)|14 Day Total Units (#)|14 Day Conversion Rate|Viewable Impressions|Cost per 1,000 viewable impressions (VCPM)|View-Through Rate (VTR)|Click-Through Rate for Views (vCTR)|Video First Quartile Views|Video Midpoint Views|Video Third Quartile Views|Video Complete Views|Video Unmutes|5 Second Views|5 Second View Rate|14 Day Branded Searches|14 Day Detail Page Views (DPV)|14 Day New-to-brand Orders (#)|14 Day % of Orders New-to-brand|14 Day New-to-brand Sales|14 Day % of Sales New-to-brand|14 Day New-to-brand Units (#)|14 Day % of Units New-to-brand|14 Day New-to-brand Order Rate|Total Advertising Cost of Sales (ACOS) - (Click)|Total Return on Advertising Spend (ROAS) - (Click)|14 Day Total Sales - (Click)|14 Day Total Orders (#) - (Click)|14 Day Total Units (#) - (Click)";
const SD: &str = "Date|Country|Status|Currency|Budget Amount|Campaign Name|Portfolio name|Cost type|Impressions|Viewable Impressions|Clicks|Click-Thru Rate (CTR)|14 Day Detail Page Views (DPV)|Spend|Cost Per Click (CPC)|Cost per 1,000 viewable impressions (VCPM)|Total Advertising Cost of Sales (ACOS)|Total Return on Advertising Spend (ROAS)|14 Day Total Orders (#)|14 Day Total Units (#)|14 Day Total Sales|14 Day New-to-brand Orders (#)|14 Day New-to-brand Sales|14 Day New-to-brand Units (#)|Total Advertising Cost of Sales (ACOS) - (Click)|Total Return on Advertising Spend (ROAS) - (Click)|14 Day Total Orders (#) - (Click)|14 Day Total Units (#) - (Click)|14 Day Total Sales - (Click)|14 Day New-to-brand Orders (#) - (Click)|14 Day New-to-brand Sales - (Click)|14 Day New-to-brand Units (#) - (Click)";

fn over(part: f64, whole: f64) -> Option<f64> {
    (whole != 0.0).then(|| part / whole)
}

/// A fixed share of a count, so that every derived figure stays below the figure that it is part of.
fn part(count: i64, percent: i64) -> i64 {
    count * percent / 100
}

/// Orders come whole, so new-to-brand is told by turns: two of three orders are the brand's first.
fn new_to_brand(tally: &Tally) -> Tally {
    let orders = (tally.orders * 2 + 1) / 3;
    let keep = over(as_f64(orders), as_f64(tally.orders)).unwrap_or(0.0);
    let cents = |amount: f64| as_f64(whole(amount * keep * 100.0)) / 100.0;
    Tally {
        orders,
        units: orders.min(tally.units),
        sales: cents(tally.sales),
        ..Tally::default()
    }
}

pub(crate) fn sponsored_brands(world: &World, site: usize, download: &Download) -> Result<Vec<u8>> {
    let mut table = split(SB);
    for ((day, place), tally) in by_campaign(world, AdProduct::Sb, &[site], download) {
        let campaign = &world.campaigns[place];
        let (new, viewable) = (new_to_brand(&tally), part(tally.impressions, 71));
        let video = campaign.name.contains("Video");
        let watched = |percent| {
            if video {
                part(viewable, percent).into()
            } else {
                Cell::Empty
            }
        };
        let five = part(viewable, 38);
        table.rows.push(vec![
            Cell::Day(day),
            campaign.portfolio().unwrap_or("No Portfolio").into(),
            SITES[site].currency.into(),
            campaign.name.as_str().into(),
            "CPC".into(),
            SITES[site].country_en.into(),
            tally.impressions.into(),
            tally.clicks.into(),
            Cell::Percent(tally.click_rate()),
            Cell::Ratio(tally.cpc()),
            Cell::Money(tally.spend),
            Cell::Percent(tally.acos()),
            Cell::Ratio(tally.roas()),
            Cell::Money(tally.sales),
            tally.orders.into(),
            tally.units.into(),
            Cell::Percent(tally.conversion()),
            viewable.into(),
            Cell::Ratio(over(tally.spend * 1000.0, as_f64(viewable))),
            Cell::Percent(over(as_f64(viewable), as_f64(tally.impressions))),
            Cell::Percent(over(as_f64(tally.clicks), as_f64(viewable))),
            watched(62),
            watched(44),
            watched(31),
            watched(24),
            watched(3),
            if video { five.into() } else { Cell::Empty },
            Cell::Percent(if video {
                over(as_f64(five), as_f64(tally.impressions))
            } else {
                None
            }),
            part(tally.clicks, 30).into(),
            (tally.clicks + part(tally.clicks, 40)).into(),
            new.orders.into(),
            Cell::Percent(over(as_f64(new.orders), as_f64(tally.orders))),
            Cell::Money(new.sales),
            Cell::Percent(over(new.sales, tally.sales)),
            new.units.into(),
            Cell::Percent(over(as_f64(new.units), as_f64(tally.units))),
            Cell::Percent(over(as_f64(new.orders), as_f64(tally.clicks))),
            Cell::Percent(tally.acos()),
            Cell::Ratio(tally.roas()),
            Cell::Money(tally.sales),
            tally.orders.into(),
            tally.units.into(),
        ]);
    }
    workbook(
        &origin("Sponsored Brands Campaign Repor", download),
        &table,
        &[],
    )
}

/// One file for all sites: every row says its country and currency.
pub(crate) fn sponsored_display(
    world: &World,
    sites: &[usize],
    download: &Download,
) -> Result<Vec<u8>> {
    let mut table: Table = split(SD);
    for ((day, place), tally) in by_campaign(world, AdProduct::Sd, sites, download) {
        let campaign = &world.campaigns[place];
        let site = &SITES[campaign.site];
        let (new, viewable) = (new_to_brand(&tally), part(tally.impressions, 64));
        table.rows.push(vec![
            Cell::Day(day),
            site.country_en.into(),
            campaign.status.into(),
            site.currency.into(),
            Cell::Money(as_f64(campaign.budget) / 100.0),
            campaign.name.as_str().into(),
            campaign.portfolio().unwrap_or("No Portfolio").into(),
            "CPC".into(),
            tally.impressions.into(),
            viewable.into(),
            tally.clicks.into(),
            Cell::Percent(tally.click_rate()),
            (tally.clicks + part(tally.impressions, 1)).into(),
            Cell::Money(tally.spend),
            Cell::Ratio(tally.cpc()),
            Cell::Ratio(over(tally.spend * 1000.0, as_f64(viewable))),
            Cell::Percent(tally.acos()),
            Cell::Ratio(tally.roas()),
            tally.orders.into(),
            tally.units.into(),
            Cell::Money(tally.sales),
            new.orders.into(),
            Cell::Money(new.sales),
            new.units.into(),
            Cell::Percent(tally.acos()),
            Cell::Ratio(tally.roas()),
            tally.orders.into(),
            tally.units.into(),
            Cell::Money(tally.sales),
            new.orders.into(),
            Cell::Money(new.sales),
            new.units.into(),
        ]);
    }
    workbook(
        &origin("Sponsored Display Campaign Repo", download),
        &table,
        &[],
    )
}

fn origin<'a>(sheet: &'a str, download: &Download) -> Origin<'a> {
    Origin {
        sheet,
        title: "",
        creator: "Apache POI",
        created: download.at,
        day_format: "MMM dd, yyyy",
        money_format: "#,##0.00",
    }
}
