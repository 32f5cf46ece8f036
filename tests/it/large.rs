//! Tables longer than the sample of rows that decides how columns are written: what the rest says still counts.

use crate::fixture::Shop;
use sellerlake::store::entry::Status;
use sellerlake::store::entry::TableEntry;
use std::fmt::Write as _;

/// Rows well beyond the sample.
const ROWS: usize = 90_000;

/// A search term report of a German day whose spend is written as `amount` says, by row number.
fn report(amount: impl Fn(usize) -> String) -> String {
    let mut text = String::from(
        "Date;Currency;Campaign Name;Ad Group Name;Targeting;Match Type;Customer Search Term;Impressions;Clicks;Spend;\
         7 Day Total Sales;7 Day Total Orders (#);7 Day Total Units (#)\n",
    );
    for row in 0..ROWS {
        let spend = amount(row);
        writeln!(
            text,
            "2026-01-12;EUR;Lumora lamps;Group;lamp;EXACT;lamp number {row};10;2;{spend};0;0;0"
        )
        .unwrap();
    }
    text
}

fn read(text: &str) -> TableEntry {
    let shop = Shop::of("[[account]]\nname = \"lumora\"\nmarketplaces = [\"DE\"]\n");
    shop.put(
        "report.csv",
        text.as_bytes(),
        "2026-02-01T08:00:00Z".parse().unwrap(),
    );
    let run = shop.run();
    run.outcomes[0].entries[0].tables[0].clone()
}

#[test]
fn the_last_row_decides_what_the_first_leave_open() {
    // `1.234` alone is one euro or a thousand; only the last cell tells.
    let entry = read(&report(|row| {
        if row + 1 == ROWS {
            "1.234,50".to_owned()
        } else {
            "1.234".to_owned()
        }
    }));
    assert_eq!(
        (entry.status, entry.reason.as_deref()),
        (Status::Recognised, None)
    );
    let spend = &entry.controls["spend"];
    assert_eq!(spend.stored, format!("{}.5", 1_234 * ROWS));
    assert_eq!(entry.rows.rejected, 0);
}

#[test]
fn what_the_first_rows_decide_is_decided_again_when_the_rest_outvotes_them() {
    let sample = ROWS - 10_000;
    // Few cells in front tell a point, many behind tell a comma: by the majority of all rows it is a comma.
    let entry = read(&report(|row| match row {
        0..10 => "12.50".to_owned(),
        row if row < sample => "7".to_owned(),
        _ => "1,25".to_owned(),
    }));
    assert_eq!(entry.status, Status::Recognised);
    assert_eq!(
        (entry.rows.rejected, entry.rows.stored),
        (10, (ROWS - 10) as u64)
    );
    assert_eq!(
        entry.controls["spend"].stored,
        format!("{}", 7 * (sample - 10) + 12_500)
    );
}
