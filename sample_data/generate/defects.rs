//! Files that a real inbox also holds: broken ones, foreign ones, and one that does not say where it belongs.

use crate::sheet::Folder;
use crate::sheet::Result;
use crate::shop::US;
use crate::tally::Download;
use crate::warehouse::inventory;
use crate::world::World;
use jiff::civil::date;

const LOGIN_PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>Sign in</title></head>\n<body>\n\
    <h1>Your session has expired</h1>\n<p>Please sign in again to download the report.</p>\n</body>\n</html>\n";

/// A bank's list of payments in German: nothing of Amazon's.
const BANK: &str = "Buchungstag;Valuta;Auftraggeber/Empfänger;Verwendungszweck;Betrag;Währung\r\n\
    05.01.2026;05.01.2026;Muster Logistik GmbH;Rechnung 2025-118;-1.240,00;EUR\r\n\
    12.01.2026;12.01.2026;Musterbank;Kontoführung;-9,90;EUR\r\n\
    30.01.2026;30.01.2026;Marktplatz Auszahlung;Periode 2026-01;8.412,55;EUR\r\n";

pub(crate) fn write(folder: &Folder, world: &World) -> Result<()> {
    let small = Download {
        at: date(2026, 1, 19).at(1, 30, 0, 0),
        first: date(2026, 1, 16),
        last: date(2026, 1, 18),
    };
    let whole = crate::ads::targeting(world, US, &small)?;
    // The download broke off: the table of contents of the zip is at its end, and missing.
    folder.write(
        "inbox/lumora/US/2026-01-19/Sponsored_Products_Targeting_report.xlsx",
        &whole[..whole.len() * 3 / 5],
    )?;
    folder.write(
        "inbox/lumora/DE/2026-01-19/商品推广_搜索词_报告 (1).xlsx",
        LOGIN_PAGE.as_bytes(),
    )?;
    folder.write("inbox/bank/Umsatzliste_2026-01.csv", BANK.as_bytes())?;
    folder.write(
        "inbox/unsorted/240318020611.txt",
        inventory(world, US, date(2026, 1, 28), false).as_bytes(),
    )
}
