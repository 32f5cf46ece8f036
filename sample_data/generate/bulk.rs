//! The ads console's bulk workbook of Sponsored Products: one row an entity, with the ids that an upload needs.

use crate::ads::origin;
use crate::ads::split;
use crate::campaigns::AdProduct;
use crate::campaigns::Campaign;
use crate::campaigns::Target;
use crate::sheet::Cell;
use crate::sheet::Result;
use crate::sheet::as_f64;
use crate::sheet::workbook;
use crate::tally::Download;
use crate::tally::Tally;
use crate::tally::by_target;
use crate::variations::VARIATIONS;
use crate::world::World;
use std::collections::BTreeMap;

const HEADER: &str = "Product|Entity|Operation|Campaign ID|Ad Group ID|Portfolio ID|Ad ID|Keyword ID|Product Targeting ID|Campaign Name|Ad Group Name|Campaign Name (Informational only)|Ad Group Name (Informational only)|Portfolio Name (Informational only)|Start Date|End Date|Targeting Type|State|Campaign State (Informational only)|Ad Group State (Informational only)|Daily Budget|SKU|ASIN (Informational only)|Eligibility Status (Informational only)|Reason for Ineligibility (Informational only)|Ad Group Default Bid|Ad Group Default Bid (Informational only)|Bid|Keyword Text|Match Type|Bidding Strategy|Placement|Percentage|Product Targeting Expression|Resolved Product Targeting Expression (Informational only)|Impressions|Clicks|Click-through Rate|Spend|Sales|Orders|Units|Conversion Rate|ACOS|CPC|ROAS";

/// Negated on the morning of the download in every automatic campaign that it spoils.
pub(crate) const NEGATED: &str = "lava lamp";

/// The cells of one row by the label of their column.
type Row<'a> = BTreeMap<&'a str, Cell>;

pub(crate) fn export(world: &World, site: usize, download: &Download) -> Result<Vec<u8>> {
    let mut tallies = BTreeMap::<(usize, usize), Tally>::new();
    for ((_, place, target), tally) in by_target(world, site, download) {
        tallies.entry((place, target)).or_default().add(&tally);
    }
    let mut table = split(HEADER);
    let labels: Vec<String> = table.header.clone();
    let campaigns = world.campaigns.iter().enumerate();
    let advertised = campaigns
        .filter(|(_, campaign)| campaign.site == site && campaign.ad_product == AdProduct::Sp);
    for (place, campaign) in advertised {
        for row in entities(place, campaign, &tallies) {
            let cell = |label: &String| row.get(label.as_str()).cloned().unwrap_or(Cell::Empty);
            table.rows.push(labels.iter().map(cell).collect());
        }
    }
    workbook(
        &origin("Sponsored Products Campaigns", site, download),
        &table,
        &[],
    )
}

fn entities<'a>(
    place: usize,
    campaign: &Campaign,
    tallies: &BTreeMap<(usize, usize), Tally>,
) -> Vec<Row<'a>> {
    let of = |target: usize| tallies.get(&(place, target)).copied().unwrap_or_default();
    let mut whole = Tally::default();
    for target in 0..campaign.targets.len() {
        whole.add(&of(target));
    }
    let state = campaign.status.to_lowercase();
    let (campaign_id, ad_group_id) = (
        format!("5142900000{place:05}"),
        format!("3387600000{place:05}"),
    );
    let entity = |name: &str, inside: bool, tally: &Tally| -> Row<'a> {
        let mut row: Row<'a> = figures(tally);
        row.insert("Product", "Sponsored Products".into());
        row.insert("Entity", name.into());
        row.insert("Campaign ID", campaign_id.as_str().into());
        row.insert(
            "Campaign Name (Informational only)",
            campaign.name.as_str().into(),
        );
        row.insert("Campaign State (Informational only)", state.as_str().into());
        row.insert("State", state.as_str().into());
        if inside {
            row.insert("Ad Group ID", ad_group_id.as_str().into());
            row.insert(
                "Ad Group Name (Informational only)",
                campaign.ad_group.as_str().into(),
            );
            row.insert("Ad Group State (Informational only)", "enabled".into());
            row.insert("State", "enabled".into());
        }
        row
    };
    let mut head = entity("Campaign", false, &whole);
    head.insert("Campaign Name", campaign.name.as_str().into());
    head.insert(
        "Portfolio Name (Informational only)",
        campaign.portfolio().unwrap_or("").into(),
    );
    head.insert("Start Date", campaign.since.replace('-', "").into());
    let kind = if campaign.automatic { "Auto" } else { "Manual" };
    head.insert("Targeting Type", kind.into());
    head.insert("Daily Budget", Cell::Money(as_f64(campaign.budget) / 100.0));
    head.insert("Bidding Strategy", "Dynamic bids - down only".into());
    let mut group = entity("Ad Group", true, &whole);
    group.insert("Ad Group Name", campaign.ad_group.as_str().into());
    group.insert(
        "Ad Group Default Bid",
        Cell::Money((campaign.cpc / 5.0).round() / 20.0),
    );
    let variation = &VARIATIONS[campaign.variation];
    let mut ad = entity("Product Ad", true, &whole);
    ad.insert("Ad ID", format!("4000000000{place:05}").into());
    ad.insert("SKU", variation.sku(campaign.site).into());
    ad.insert("ASIN (Informational only)", variation.asin().into());
    ad.insert("Eligibility Status (Informational only)", "Eligible".into());
    let mut rows = vec![head, group, ad];
    for (n, target) in campaign.targets.iter().enumerate() {
        let id = format!("2819000{place:05}{n:03}");
        rows.push(targeted(
            entity("Keyword", true, &of(n)),
            target,
            &id,
            campaign.cpc,
        ));
    }
    let spoilt = campaign.targets.iter().flat_map(|target| &target.terms);
    if campaign.automatic && spoilt.into_iter().any(|term| term.text == NEGATED) {
        let mut negative = entity("Negative Keyword", true, &Tally::default());
        negative.insert("Keyword ID", format!("2819000{place:05}900").into());
        negative.insert("Keyword Text", NEGATED.into());
        negative.insert("Match Type", "Negative Exact".into());
        rows.push(negative);
    }
    rows
}

fn targeted<'a>(mut row: Row<'a>, target: &Target, id: &str, cpc: f64) -> Row<'a> {
    row.insert("Bid", Cell::Money((cpc / 5.0).round() / 20.0));
    if target.match_type == "-" {
        row.insert("Entity", "Product Targeting".into());
        row.insert("Product Targeting ID", id.into());
        row.insert("Product Targeting Expression", target.text.as_str().into());
        row.insert(
            "Resolved Product Targeting Expression (Informational only)",
            target.text.as_str().into(),
        );
    } else {
        let (first, rest) = target.match_type.split_at(1);
        row.insert("Keyword ID", id.into());
        row.insert("Keyword Text", target.text.as_str().into());
        row.insert(
            "Match Type",
            format!("{first}{}", rest.to_lowercase()).into(),
        );
    }
    row
}

fn figures<'a>(tally: &Tally) -> Row<'a> {
    BTreeMap::from([
        ("Impressions", tally.impressions.into()),
        ("Clicks", tally.clicks.into()),
        ("Click-through Rate", Cell::Percent(tally.click_rate())),
        ("Spend", Cell::Money(tally.spend)),
        ("Sales", Cell::Money(tally.sales)),
        ("Orders", tally.orders.into()),
        ("Units", tally.units.into()),
        ("Conversion Rate", Cell::Percent(tally.conversion())),
        ("ACOS", Cell::Percent(tally.acos())),
        ("CPC", Cell::Ratio(tally.cpc())),
        ("ROAS", Cell::Ratio(tally.roas())),
    ])
}
