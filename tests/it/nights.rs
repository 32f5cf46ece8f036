//! Invented nightly downloads: each looks back over the same number of days, tells the newest days while they are not
//! complete, and restates the days before until they rest.

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::civil::date;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The night of download 0.
pub(crate) const FIRST: Date = date(2025, 3, 1);
/// Days after which a day's sales no longer change.
const RESTS: i32 = 7;

/// A series of downloads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nights {
    /// Days that each download covers, up to the day before.
    pub(crate) back: i32,
    pub(crate) campaigns: i32,
}

/// What a campaign came to on a day: impressions, clicks, cents spent, orders, cents sold.
pub(crate) type Told = [i64; 5];

/// What is known of a day so many days later. Clicks and spend rest at once, sales grow until they rest.
fn told(day: i32, campaign: i32, age: i32) -> Told {
    let clicks = i64::from(20 + (day * 7 + campaign * 13).rem_euclid(40));
    let seen = i64::from(age.min(RESTS));
    let orders = clicks * (3 + seen) / 100;
    [
        clicks * 40,
        clicks,
        clicks * (45 + i64::from(campaign)),
        orders,
        orders * 1999,
    ]
}

impl Nights {
    pub(crate) fn date_of(night: i32) -> Date {
        FIRST.checked_add(night.days()).unwrap()
    }

    /// The days that a download covers, as nights.
    fn days(self, night: i32) -> std::ops::Range<i32> {
        night - self.back..night
    }

    /// A download of advertising by campaign and day, sorted by campaign as the console sorts it.
    pub(crate) fn campaigns(self, night: i32) -> (String, String) {
        let mut text = "\u{feff}Date,Campaign Name,Targeting Type,Impressions,Clicks,Spend,\
            7 Day Total Orders (#),7 Day Total Sales \r\n"
            .to_owned();
        for campaign in 0..self.campaigns {
            for day in self.days(night) {
                let [impressions, clicks, spend, orders, sales] = told(day, campaign, night - day);
                let date = Self::date_of(day).strftime("%b %d, %Y");
                write!(
                    text,
                    "\"{date}\",Campaign {campaign},Manual targeting,{impressions},{clicks},\
                     ${}.{:02},{orders},${}.{:02}\r\n",
                    spend / 100,
                    spend % 100,
                    sales / 100,
                    sales % 100
                )
                .unwrap();
            }
        }
        let name = format!(
            "Sponsored_Products_Campaign_report_{}.csv",
            Self::date_of(night)
        );
        (name, text)
    }

    /// A download of returns: what came back in the days that it covers, some of it told late.
    pub(crate) fn returns(self, night: i32) -> (String, String) {
        let mut text = "return-date\torder-id\tsku\tasin\tfnsku\tproduct-name\tquantity\t\
            fulfillment-center-id\tdetailed-disposition\treason\tstatus\tlicense-plate-number\t\
            customer-comments\r\n"
            .to_owned();
        for day in self.days(night) {
            for n in 0..2 {
                let status = if night - day > 3 {
                    "Unit returned to inventory"
                } else {
                    ""
                };
                write!(
                    text,
                    "{}T1{n}:05:24+00:00\t111-{day:07}-000000{n}\tLM-D0{n}\tB0LUMOR{day:03}\tX00LUMOR0{n}\t\
                     Lumora lamp\t1\tLEX2\tSELLABLE\tDEFECTIVE\t{status}\tLPNLM{day:04}{n}\t\r\n",
                    Self::date_of(day)
                )
                .unwrap();
            }
        }
        (format!("returns_{}.txt", Self::date_of(night)), text)
    }

    /// What a download tells, by day and campaign.
    pub(crate) fn told_on(self, night: i32) -> impl Iterator<Item = ((Date, i32), Told)> {
        self.days(night).flat_map(move |day| {
            (0..self.campaigns).map(move |campaign| {
                let key = (Self::date_of(day), campaign);
                (key, told(day, campaign, night - day))
            })
        })
    }

    /// What must be known after a night: of each day and campaign, the last that was told.
    pub(crate) fn truth(self, last: i32) -> BTreeMap<(Date, i32), Told> {
        (0..=last).flat_map(|night| self.told_on(night)).collect()
    }
}
