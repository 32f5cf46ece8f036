//! The sample's own words: its configuration and its README, with the lists of known changes as they are applied.

use crate::cerebro;
use crate::changes;
use crate::changes::Known;
use crate::shop::RIVALS;
use std::fmt::Write as _;

/// `sellerlake.toml`.
pub(crate) const SETTINGS: &str = r#"# The sample workspace: one account, two marketplaces. Unknown keys are errors, so slips are found.

[workspace]
zone = "Asia/Shanghai"        # the team's: decides what "today" is
base-currency = "CNY"
week-start = "sunday"
today = "2026-02-12"          # the invented downloads end here; a real workspace has no such line

[[account]]
name = "lumora"
marketplaces = ["US", "DE"]
seller-ids = ["A1LUMORA00SHOP"]
brands = ["Lumora"]

# What is asked of every product; the seed `products` may ask otherwise of one.
[targets]
acos = 0.25
bsr = 50
return-rate = 0.03
supply-days-min = 30
supply-days-max = 45

[targets.DE]
acos = 0.22

[rules]
cpc-limit = { US = "1.00", DE = "0.90" }    # above it, a search term without orders is wasted
wasted-min-clicks = 10

# Folders whose files do not say whose they are. `inbox/<account>/<marketplace>/<day>/` needs no rule.
[[rule]]
files = "ads/**"              # their Country column tells the marketplace
account = "lumora"

[[rule]]
files = "keepa/*"             # the Locale column or the product addresses tell it
account = "lumora"

[[rule]]
files = "helium10/*"          # the file's name tells it
account = "lumora"

[[rule]]
files = "unsorted/*"          # nothing tells the marketplace of what lies here: it is held, with a question
account = "lumora"

# Foreign files can be passed over for good:
# [[ignore]]
# files = "bank/**"
"#;

const HEAD: &str = r"# Sample workspace

A whole small workspace of an invented shop, Lumora, that sells lamps on amazon.com and amazon.de: ten weeks of downloads
(Sunday 2025-11-30 to Wednesday 2026-02-11, so December and January are whole), with everything that goes wrong in a
real inbox. Every brand, product, ASIN, seller, order, person and figure is made up. It is generated:

    cargo run --example sample-data        # writes this folder; the same bytes every time

To look at it, in place or in a copy (`sellerlake.toml` fixes today at 2026-02-12, where the data ends):

    sellerlake -w sample_data run
    sellerlake init --sample my-shop && sellerlake -w my-shop run

One simulated shop lies behind all files, so they agree as Amazon's own do: campaigns = targets = advertised products
(Sponsored Products), search terms slightly less, advertised orders within units ordered, stock follows sales.

## What is in the inbox

| file | what it is | what it shows |
|---|---|---|
| `lumora/US/<day>/Sponsored_Products_Search_term_report.xlsx` | SP search terms by day, four downloads | folders tell account, marketplace and day; each looks 30 days back and restates earlier days: the newest one or two days are incomplete, orders come in later |
| `lumora/US/<day>/Sponsored_Products_Campaign_report.csv` | SP campaigns by day | byte order mark, CRLF, `$30.0`, ratios 0 where undefined, `\` before quotes in names |
| `lumora/US/<day>/Sponsored_Products_Targeting_report.xlsx`, `.._Advertised_product_report.xlsx` | SP targets and advertised products by day, two downloads | empty cells where a ratio is undefined; noise of summed doubles |
| `lumora/DE/<day>/商品推广_搜索词_报告.xlsx`, `商品推广_广告活动_报告.csv` | the same of amazon.de from a Chinese console | Chinese headers, English dates, `€` |
| `lumora/DE/2026-02-02/Sponsored_Products_Suchbegriff.csv` | a German console's summary of search terms | semicolons, decimal commas; first and last activity instead of days: a range report |
| `ads/<day>/Sponsored_Brands_Campaign_report.xlsx`, `.. (1).xlsx` | SB campaigns of the US and of DE | the Country column tells the marketplace |
| `ads/<day>/Sponsored_Display_Campaign_report.xlsx` | SD campaigns of both in one file | each row has its own marketplace and currency |
| `lumora/<marketplace>/<day>/24031802*.txt` | Manage FBA Inventory | unquoted tabs, inch marks, names that say nothing; DE in cp1252 with more columns; a closed listing as `Unknown` |
| `lumora/<marketplace>/<day>/24031814*.txt` | FBA customer returns, overlapping | one return comes back dated a day later |
| `lumora/<marketplace>/<day>/BusinessReport_<marketplace>_<from>_<to>.csv` | Business Report by child ASIN, a month each | the period stands in the name alone; `$1,234.56`; DE has German money beside English counts |
| `lumora/<marketplace>/2026-02-12/BusinessReport-2-12-26.csv` | Business Report by date | sales and units are the sums over the ASINs, visits are not; American and German dates |
| `lumora/<marketplace>/2026-02-12/InventoryLedgerSummary_Monthly.csv` | inventory ledger, summary by month | one unit of LM-N02 is missing in January that no movement tells of |
| `keepa/product-own-2026-02-12.json` | Keepa's history of three own products | ranks twice a day since December |
| `lumora/<marketplace>/2026-02-12/bulk-*.xlsx` | the bulk workbook of Sponsored Products | one row an entity, ids as text; `lava lamp` was negated in the automatic campaigns that morning |
| `lumora/<marketplace>/<day>/All+Listings+Report_*.txt` | all listings, twice | DE in cp1252; LM-D05 in the US is `Incomplete`, LM-R01 in Germany has its English title, LM-N03 is missing there |
| `lumora/US/<day>/US_Search_Query_Performance_Brand_View_*.csv` | search query performance of the brand, three weeks | a line before the header tells brand and week; percents are points without a sign |
| `keepa/KeepaExport-<day>-ProductViewer.xlsx` | Keepa, US, twice, eleven days apart | the note that tells the time of export stands two columns beside the table, once amid the rows |
| `keepa/KeepaExport-<day>-ProductViewer (1).csv` | Keepa, DE | no locale column: the addresses tell the marketplace |
| `helium10/US_AMAZON_cerebro_B0LUMD01BK_<day>.csv` | Cerebro, three times | own ASIN in the name, nine rivals as columns; the one of 2026-01-12 asked for five others |

## Deliberate defects

| where | what |
|---|---|
| `lumora/US/2026-01-19/Sponsored_Products_Targeting_report.xlsx` | unreadable: the download broke off |
| `lumora/DE/2026-01-19/商品推广_搜索词_报告 (1).xlsx` | a login page named as a workbook |
| `bank/Umsatzliste_2026-01.csv` | foreign: a bank's list of payments |
| `unsorted/240318020611.txt` | an inventory whose marketplace nobody knows: held, with a question |
| `lumora/US/2026-02-02/Sponsored_Products_Campaign_report.csv` | `abc` as spend of the first campaign of 2026-01-20; the next download has the figure |
| `lumora/DE/2026-02-02/240318140109.txt` | a return dated `2026-01-32`; the next download has the date |
| `lumora/US/2026-01-05/240318020500.txt` | `12 pcs?` as fulfillable quantity of LM-D02-BK-US |
| `seeds/fx_rates.csv` | the euro of February 2026 is missing |
| `seeds/stock_elsewhere.csv` | an older count of the same place stays in: the newest counts |

## What the marts should tell

- **Wasted keywords** (CPC over the limit, no order): US `nail lamp`, `banker lamp green`, `salt lamp`, `floor lamp for
  living room`, `star projector`, `lava lamp`, `red light bulb`, `headlamp`, `music stand light`, `led strip lights` and
  the `.. replacement parts` of phrase keywords; DE `nageltrockner lampe`, `stehlampe wohnzimmer`, `sternenhimmel
  projektor`, `lavalampe`; chance adds a few, as in life. Pages of `B0VELLA104` and `B0VELLA204` never sell: negative product targets, not keywords.
- **Negative keywords to upload**: the suggestions of the newest week, with the ids of the bulk workbook; `lava lamp` in automatic campaigns is negated already.
- **Search queries** of the week from 2026-02-01: `desk lamp with clamp` was searched half as often, of `dimmable desk lamp` the brand
  sold a smaller share, `desk lamp for college dorm room` is gone from the report.
- **Returns**: LM-D04 is at about 6 %, all others are near 2 %.
- **Restock**: LM-D02 in the US runs out within its lead time (14 days by air) while 240 units lie in China; LM-N04 has
  half a year of stock; most others have 30 to 45 sellable days.
- **January is preliminary** for SB and SD: when they were last downloaded, on 2026-02-12, their 14 days of attribution were not over.
- LM-R01 in the US changed its owner on 2025-12-15 (赵磊 to 李强).
";

const SEEDS: &str = r"
## Seeds

`products`, `competitors`, `restock`, `budgets`, `review_case` are workbooks; the others are csv with a byte order mark,
as Excel saves them. Headers are Chinese where the team fills the sheet, else English. `fx_rates` are invented, near the
market. `holidays` follows the public notices of the State Council's General Office on the holidays of 2025 (of
2024-11-12) and of 2026 (of 2025-11-04); the fifth Chinese working day of February 2026 is the 6th.
";

fn changes_of(out: &mut String, market: &str, known: &[Known]) {
    let _ = write!(
        out,
        "\n{market}:\n\n| asin | event | what |\n|---|---|---|\n"
    );
    for change in known {
        let event = change
            .event
            .map_or_else(|| "none".into(), |event| format!("`{event}`"));
        let _ = writeln!(out, "| `{}` | {event} | {} |", change.asin, change.tells);
    }
}

fn rank(rank: i64) -> String {
    if rank == 0 {
        "unranked".into()
    } else {
        rank.to_string()
    }
}

fn status([before, after]: [i64; 2]) -> &'static str {
    match (before, after) {
        (0, _) => "entered",
        (_, 0) => "left",
        _ if after < before => "improved",
        _ => "declined",
    }
}

/// README.md.
pub(crate) fn readme() -> String {
    let mut out = HEAD.to_owned();
    out.push_str(
        "\n## Known changes between the two Keepa exports (2026-01-22 and 2026-02-02)\n\n\
         Ranks move by up to 6 % and reviews by up to 6 everywhere; that is no change. `none` marks what only looks like one.\n",
    );
    changes_of(&mut out, "US", &changes::US);
    changes_of(&mut out, "DE", &changes::DE);
    let _ = write!(
        out,
        "\n## Known changes of organic ranks (Cerebro of 2026-01-26 and 2026-02-02)\n\n\
         | keyword | asin | before | after | status |\n|---|---|---|---|---|\n"
    );
    for known in &cerebro::MOVES {
        let asin = match known.whose.checked_sub(1) {
            None => cerebro::OWN.to_owned(),
            Some(rival) => RIVALS[rival].asin(1, rival + 1),
        };
        let (before, after) = (rank(known.ranks[0]), rank(known.ranks[1]));
        let (keyword, status) = (cerebro::keyword(known.keyword), status(known.ranks));
        let _ = writeln!(
            out,
            "| {keyword} | `{asin}` | {before} | {after} | {status} |"
        );
    }
    let _ = writeln!(
        out,
        "\nAll other ranks are the same in both. `{}` is missing from the second export: not observed, which is not lost;\n\
         `{}` is only in the second. The export of 2026-01-12 asked for other ASINs: nothing is compared with it.",
        cerebro::keyword(cerebro::ABSENT),
        cerebro::keyword(cerebro::NEW),
    );
    out.push_str(SEEDS);
    out
}
