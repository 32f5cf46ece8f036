//! Sponsored ads reports as the console downloads them: workbooks, and csv for campaigns.

use crate::campaigns::AdProduct;
use crate::campaigns::Campaign;
use crate::sheet::CONSOLE_CSV;
use crate::sheet::CONSOLE_CSV_DE;
use crate::sheet::Cell;
use crate::sheet::Origin;
use crate::sheet::Result;
use crate::sheet::Table;
use crate::sheet::as_f64;
use crate::sheet::grouped;
use crate::sheet::text;
use crate::sheet::workbook;
use crate::shop::DE;
use crate::shop::SITES;
use crate::tally::Download;
use crate::tally::Tally;
use crate::tally::by_campaign;
use crate::tally::by_target;
use crate::tally::by_term;
use crate::variations::VARIATIONS;
use crate::world::World;
use crate::world::whole;
use jiff::civil::Date;

const TERM_EN: &str = "Date|Portfolio name|Currency|Campaign Name|Ad Group Name|Retailer|Country|Targeting|Match Type|Customer Search Term|Impressions|Clicks|Click-Thru Rate (CTR)|Cost Per Click (CPC)|Spend|7 Day Total Sales |Total Advertising Cost of Sales (ACOS) |Total Return on Advertising Spend (ROAS)|7 Day Total Orders (#)|7 Day Total Units (#)|7 Day Conversion Rate|7 Day Advertised SKU Units (#)|7 Day Other SKU Units (#)|7 Day Advertised SKU Sales |7 Day Other SKU Sales ";
const TERM_ZH: &str = "日期|广告组合名称|货币|广告活动名称|广告组名称|零售商|国家/地区|投放|匹配类型|客户搜索词|展示量|点击量|点击率 (CTR)|单次点击成本 (CPC)|花费|7天总销售额|广告投入产出比 (ACOS) 总计|总广告投资回报率 (ROAS)|7天总订单数(#)|7天总销售量(#)|7天的转化率|7天内广告SKU销售量(#)|7天内其他SKU销售量(#)|7天内广告SKU销售额|7天内其他SKU销售额";
const TARGET_EN: &str = "Date|Portfolio name|Currency|Campaign Name|Country|Ad Group Name|Retailer|Targeting|Match Type|Impressions|Top-of-search Impression Share|Clicks|Click-Thru Rate (CTR)|Cost Per Click (CPC)|Spend|Total Advertising Cost of Sales (ACOS) |Total Return on Advertising Spend (ROAS)|7 Day Total Sales |7 Day Total Orders (#)|7 Day Total Units (#)|7 Day Conversion Rate|7 Day Advertised SKU Units (#)|7 Day Other SKU Units (#)|7 Day Advertised SKU Sales |7 Day Other SKU Sales ";
const PRODUCT_EN: &str = "Date|Portfolio name|Currency|Campaign Name|Ad Group Name|Retailer|Country|Advertised SKU|Advertised ASIN|Impressions|Clicks|Click-Thru Rate (CTR)|Cost Per Click (CPC)|Spend|7 Day Total Sales |Total Advertising Cost of Sales (ACOS) |Total Return on Advertising Spend (ROAS)|7 Day Total Orders (#)|7 Day Total Units (#)|7 Day Conversion Rate|7 Day Advertised SKU Units (#)|7 Day Other SKU Units (#)|7 Day Advertised SKU Sales |7 Day Other SKU Sales ";
const CAMPAIGN_EN: &str = "Date|Portfolio name|Program Type|Campaign Name|Retailer|Country|Status|Currency|Budget Amount|Targeting Type|Bidding strategy|Impressions|Last Year Impressions|Clicks|Last Year Clicks|Click-Thru Rate (CTR)|Spend|Last Year Spend|Cost Per Click (CPC)|Last Year Cost Per Click (CPC)|7 Day Total Orders (#)|Total Advertising Cost of Sales (ACOS) |Total Return on Advertising Spend (ROAS)|7 Day Total Sales ";
const CAMPAIGN_ZH: &str = "日期|广告组合名称|广告活动类型|广告活动名称|零售商|国家/地区|状态|货币|预算|定位类型|竞价策略|展示量|去年曝光量|点击量|去年点击量|点击率 (CTR)|花费|去年支出|单次点击成本 (CPC)|去年每次点击成本(CPC)|7天总订单数(#)|广告投入产出比 (ACOS) 总计|总广告投资回报率 (ROAS)|7天总销售额";
/// The labels that are known of a German console: a summary, whose dates are first and last activity of each row.
const TERM_DE: &str = "Startdatum|Enddatum|Kampagnenname|Übereinstimmungstyp|Suchbegriff eines Kunden|Impressionen|Klicks|Ausgaben|7 Tage, Verkäufe gesamt|7 Tage, Bestellungen gesamt|7 Tage, verkaufte Einheiten gesamt";

pub(crate) fn split(header: &str) -> Table {
    Table::new(&header.split('|').collect::<Vec<_>>())
}

pub(crate) fn origin<'a>(sheet: &'a str, site: usize, download: &Download) -> Origin<'a> {
    Origin {
        sheet,
        title: "",
        creator: "Apache POI",
        created: download.at,
        day_format: "MMM dd, yyyy",
        money_format: if site == DE {
            "[$€]#,##0.00"
        } else {
            "[$$]#,##0.00"
        },
    }
}

fn portfolio(campaign: &Campaign) -> Cell {
    campaign.portfolio().unwrap_or("No Portfolio").into()
}

fn delivery(tally: &Tally) -> Vec<Cell> {
    vec![
        tally.impressions.into(),
        tally.clicks.into(),
        Cell::Percent(tally.click_rate()),
        Cell::Ratio(tally.cpc()),
        Cell::Money(tally.spend),
    ]
}

/// Sales, ACOS, ROAS, orders, units, conversion and the SKU halo, in the order of search terms and products.
fn conversions(tally: &Tally) -> Vec<Cell> {
    let mut cells = vec![
        Cell::Money(tally.sales),
        Cell::Percent(tally.acos()),
        Cell::Ratio(tally.roas()),
    ];
    cells.extend(orders(tally));
    cells
}

fn orders(tally: &Tally) -> Vec<Cell> {
    vec![
        tally.orders.into(),
        tally.units.into(),
        Cell::Percent(tally.conversion()),
        tally.same_units.into(),
        (tally.units - tally.same_units).into(),
        Cell::Money(tally.same_sales),
        Cell::Money(tally.sales - tally.same_sales),
    ]
}

/// Daily search terms as a workbook: English for the US, Chinese for DE, because one colleague's console is Chinese.
pub(crate) fn search_terms(world: &World, site: usize, download: &Download) -> Result<Vec<u8>> {
    let mut table = if site == DE {
        split(TERM_ZH)
    } else {
        split(TERM_EN)
    };
    let country = if site == DE {
        SITES[site].country_zh
    } else {
        SITES[site].country_en
    };
    for ((day, place, target, term), tally) in by_term(world, site, download) {
        let campaign = &world.campaigns[place];
        let target = &campaign.targets[target];
        let mut row: Vec<Cell> = vec![
            Cell::Day(day),
            portfolio(campaign),
            SITES[site].currency.into(),
            campaign.name.as_str().into(),
            campaign.ad_group.as_str().into(),
            "Amazon".into(),
            country.into(),
            target.text.as_str().into(),
            target.match_type.into(),
            term.into(),
        ];
        row.extend(delivery(&tally));
        row.extend(conversions(&tally));
        table.rows.push(row);
    }
    let sheet = if site == DE {
        "商品推广_搜索词_报告"
    } else {
        "Sponsored Product Search Term R"
    };
    workbook(&origin(sheet, site, download), &table, &[])
}

/// A German console's summary of the download's days, as csv with semicolons and decimal commas.
pub(crate) fn search_terms_german(world: &World, download: &Download) -> String {
    let mut spans = std::collections::BTreeMap::<(usize, &str, String), (Date, Date, Tally)>::new();
    for ((day, place, target, term), tally) in by_term(world, DE, download) {
        let match_type = world.campaigns[place].targets[target].match_type;
        let span = spans
            .entry((place, match_type, term))
            .or_insert((day, day, Tally::default()));
        span.1 = day;
        span.2.add(&tally);
    }
    let mut table = split(TERM_DE);
    for ((place, match_type, term), (first, last, tally)) in spans {
        table.rows.push(vec![
            first.strftime("%d.%m.%Y").to_string().into(),
            last.strftime("%d.%m.%Y").to_string().into(),
            world.campaigns[place].name.as_str().into(),
            match_type.into(),
            term.into(),
            tally.impressions.into(),
            tally.clicks.into(),
            Cell::Money(tally.spend),
            Cell::Money(tally.sales),
            tally.orders.into(),
            tally.units.into(),
        ]);
    }
    text(&CONSOLE_CSV_DE, &table, |cell| match cell {
        Cell::Money(amount) => decimal_comma(*amount),
        Cell::Count(count) => grouped(*count, "."),
        other => crate::sheet::plain(other),
    })
}

/// `1.234,56`.
pub(crate) fn decimal_comma(amount: f64) -> String {
    let cents = whole(amount * 100.0);
    format!("{},{:02}", grouped(cents / 100, "."), cents % 100)
}

pub(crate) fn targeting(world: &World, site: usize, download: &Download) -> Result<Vec<u8>> {
    let mut table = split(TARGET_EN);
    for ((day, place, target), tally) in by_target(world, site, download) {
        let campaign = &world.campaigns[place];
        let mut row: Vec<Cell> = vec![
            Cell::Day(day),
            portfolio(campaign),
            SITES[site].currency.into(),
            campaign.name.as_str().into(),
            SITES[site].country_en.into(),
            campaign.ad_group.as_str().into(),
            "Amazon".into(),
            campaign.targets[target].text.as_str().into(),
            campaign.targets[target].match_type.into(),
            tally.impressions.into(),
        ];
        row.push(if campaign.automatic {
            Cell::Empty
        } else {
            Cell::Percent(Some(share(tally.impressions)))
        });
        row.extend(delivery(&tally).into_iter().skip(1));
        row.extend([
            Cell::Percent(tally.acos()),
            Cell::Ratio(tally.roas()),
            Cell::Money(tally.sales),
        ]);
        row.extend(orders(&tally));
        table.rows.push(row);
    }
    workbook(
        &origin("Sponsored Product Keyword Repor", site, download),
        &table,
        &[],
    )
}

/// A top-of-search share that goes with nothing else: it cannot be recomputed from a report.
fn share(impressions: i64) -> f64 {
    as_f64(impressions * 37 % 2900) / 10_000.0
}

pub(crate) fn advertised_products(
    world: &World,
    site: usize,
    download: &Download,
) -> Result<Vec<u8>> {
    let mut table = split(PRODUCT_EN);
    for ((day, place), tally) in by_campaign(world, AdProduct::Sp, &[site], download) {
        let campaign = &world.campaigns[place];
        let variation = &VARIATIONS[campaign.variation];
        let mut row: Vec<Cell> = vec![
            Cell::Day(day),
            portfolio(campaign),
            SITES[site].currency.into(),
            campaign.name.as_str().into(),
            campaign.ad_group.as_str().into(),
            "Amazon".into(),
            SITES[site].country_en.into(),
            variation.sku(site).into(),
            variation.asin().into(),
        ];
        row.extend(delivery(&tally));
        row.extend(conversions(&tally));
        table.rows.push(row);
    }
    workbook(
        &origin("Sponsored Product Advertised Pr", site, download),
        &table,
        &[],
    )
}

/// Daily campaigns as csv, English for the US, Chinese for DE. `spoilt` replaces the spend of one row by text.
pub(crate) fn campaigns(
    world: &World,
    site: usize,
    download: &Download,
    spoilt: Option<Date>,
) -> String {
    let zh = site == DE;
    let mut table = split(if zh { CAMPAIGN_ZH } else { CAMPAIGN_EN });
    let mut spoilt = spoilt;
    for ((day, place), tally) in by_campaign(world, AdProduct::Sp, &[site], download) {
        let campaign = &world.campaigns[place];
        let money =
            |amount: f64| Cell::Text(format!("{}{:?}", SITES[site].sign, digits(amount, 7)));
        let spend = if spoilt == Some(day) {
            Cell::Text("abc".into())
        } else {
            money(digits(tally.spend, 2))
        };
        spoilt = spoilt.filter(|bad| *bad != day);
        table.rows.push(vec![
            day.strftime("%b %d, %Y").to_string().into(),
            portfolio(campaign),
            if zh {
                "商品推广"
            } else {
                "Sponsored Products"
            }
            .into(),
            // In csv, and only there, the console escapes a quote inside a name.
            campaign.name.replace('"', "\\\"").into(),
            "Amazon".into(),
            if zh {
                SITES[site].country_zh
            } else {
                SITES[site].country_en
            }
            .into(),
            campaign.status.into(),
            SITES[site].currency.into(),
            money(as_f64(campaign.budget) / 100.0),
            match (campaign.automatic, zh) {
                (true, false) => "Automatic targeting",
                (false, false) => "Manual targeting",
                (true, true) => "自动投放",
                (false, true) => "手动投放",
            }
            .into(),
            if zh {
                "动态竞价 - 仅降低"
            } else {
                "Dynamic bids - down only"
            }
            .into(),
            tally.impressions.into(),
            Cell::Empty,
            tally.clicks.into(),
            Cell::Empty,
            percent(tally.click_rate()),
            spend,
            Cell::Empty,
            money(tally.cpc().unwrap_or(0.0)),
            money(0.0),
            tally.orders.into(),
            percent(tally.acos()),
            Cell::Text(format!("{:?}", digits(tally.roas().unwrap_or(0.0), 2))),
            money(digits(tally.sales, 2)),
        ]);
    }
    text(&CONSOLE_CSV, &table, crate::sheet::plain)
}

/// An undefined ratio is 0 in csv, and empty in a workbook.
fn percent(value: Option<f64>) -> Cell {
    Cell::Text(format!("{:?}%", digits(value.unwrap_or(0.0) * 100.0, 3)))
}

fn digits(value: f64, n: u32) -> f64 {
    let unit = as_f64(10_i64.pow(n));
    as_f64(whole(value * unit)) / unit
}
