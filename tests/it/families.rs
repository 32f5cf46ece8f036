//! Reports that tell the same days: whatever lies beside each other, nothing is counted twice, and what does not count is
//! said.

use crate::shell::Shell;

const CONFIG: &str = "[[account]]\nname = \"lumora\"\nmarketplaces = [\"US\"]\n";

/// Put together by the user without the column that tells the kind of ad: two campaigns of one kind, one of another.
const MIXED: &str = "Date,Campaign name,Campaign ID,Budget currency,Impressions,Clicks,Total cost,Purchases,Sales,Units sold\n\
    \"Jan 12, 2026\",Lamps exact,\"=\"\"1001\"\"\",USD,900,9,7.50,1,20.00,1\n\
    \"Jan 12, 2026\",Lamps auto,\"=\"\"1002\"\"\",USD,400,4,2.25,0,0.00,0\n\
    \"Jan 12, 2026\",Lamps video,\"=\"\"1003\"\"\",USD,100,1,1.10,0,0.00,0\n\
    \"Jan 13, 2026\",Lamps exact,\"=\"\"1001\"\"\",USD,50,1,0.40,0,0.00,0\n";

/// The console's own report of one kind, for the first of the two days.
const CONSOLE: &str = "Date,Portfolio name,Program Type,Campaign Name,Retailer,Country,Status,Currency,Budget Amount,\
    Targeting Type,Bidding strategy,Impressions,Clicks,Click-Thru Rate (CTR),Spend,Cost Per Click (CPC),\
    7 Day Total Orders (#),Total Advertising Cost of Sales (ACOS) ,Total Return on Advertising Spend (ROAS),7 Day Total Sales \n\
    \"Jan 12, 2026\",,Sponsored Products,Lamps exact,Amazon,United States,ENABLED,USD,$6.0,Manual targeting,Fixed bids,900,9,1.0%,$7.5,$0.83,1,37.5%,2.66,$20.0\n\
    \"Jan 12, 2026\",,Sponsored Products,Lamps auto,Amazon,United States,ENABLED,USD,$6.0,Manual targeting,Fixed bids,400,4,1.0%,$2.25,$0.56,0,,,$0.0\n";

const COUNTED: &str =
    "SELECT date, ad_product, campaign, spend FROM ads_campaign ORDER BY date, campaign";

#[test]
fn a_report_of_all_kinds_of_ads_and_one_of_a_kind_count_each_campaign_once() {
    let shell = Shell::of(CONFIG).file("inbox/mixed.csv", MIXED);
    shell.run(&["ingest", "--quiet"]).exits(0);
    let alone = shell.run(&["query", COUNTED, "--format", "csv"]).exits(0);
    assert_eq!(
        alone.text(),
        "date,ad_product,campaign,spend\n2026-01-12,,Lamps auto,2.2500\n2026-01-12,,Lamps exact,7.5000\n\
         2026-01-12,,Lamps video,1.1000\n2026-01-13,,Lamps exact,0.4000\n"
    );
    let shell = shell.file("inbox/Sponsored_Products_Campaign_report.csv", CONSOLE);
    let told = shell.run(&["ingest"]).exits(0);
    let rows = shell.run(&["query", COUNTED, "--format", "csv"]).exits(0);
    // The video campaign is in no report of its kind, and the day after in none at all: both still count.
    assert_eq!(
        rows.text(),
        "date,ad_product,campaign,spend\n2026-01-12,SP,Lamps auto,2.2500\n2026-01-12,SP,Lamps exact,7.5000\n\
         2026-01-12,,Lamps video,1.1000\n2026-01-13,,Lamps exact,0.4000\n"
    );
    assert!(
        told.text()
            .contains("1 report without ad product counted only for what no other report tells"),
        "{}",
        told.text()
    );
    let sql = "SELECT into_table, slice, rows_before, rows_now, why FROM passed_over";
    let passed = shell.run(&["query", sql, "--format", "csv"]).exits(0);
    assert_eq!(
        passed.text(),
        "into_table,slice,rows_before,rows_now,why\nads_campaign,\"lumora, 2026-01-12\",2,2,ad-product-untold\n"
    );
}
