//! A kind of report that nobody built in: from an unknown file to rows in the store, with what a user types.

use crate::shell::Shell;

const BANK: &str = "Kontoauszug;;;\nKonto;4711;;\nBuchungstag;Verwendungszweck;Betrag (EUR);Saldo\n\
    05.01.2026;Auszahlung;1.234,56;2.000,00\n17.01.2026;Miete;-800,00;1.200,00\n";

#[test]
fn a_draft_is_proved_by_its_file_and_read_by_the_next_run() {
    let shell = Shell::of("[[account]]\nname = \"shop\"\nmarketplaces = [\"DE\"]\n")
        .file("inbox/bank 2026-01.csv", BANK)
        .file("other.csv", "a,b\n1,2\n");
    let held = shell.run(&["run", "--quiet"]).exits(1);
    assert!(
        held.text().contains("no known report has these columns"),
        "{}",
        held.text()
    );

    let drafted = shell
        .run(&["schema", "new", "inbox/bank 2026-01.csv"])
        .exits(0);
    assert!(
        drafted.text().contains("drafted from row 3 and 2 rows"),
        "{}",
        drafted.text()
    );
    let path = "schemas/own/bank.toml";
    let text = std::fs::read_to_string(shell.path(path)).unwrap();
    insta::assert_snapshot!("drafted_schema", text);
    let again = shell
        .run(&[
            "schema",
            "new",
            "inbox/bank 2026-01.csv",
            "--id",
            "own/bank",
        ])
        .exits(2);
    assert!(
        again.stderr.contains("it is known already, as own/bank"),
        "{}",
        again.stderr
    );

    let proved = shell
        .run(&["schema", "check", path, "inbox/bank 2026-01.csv"])
        .exits(0);
    insta::assert_snapshot!("proved_schema", proved.text());
    let failed = shell
        .run(&[
            "schema",
            "check",
            path,
            "inbox/bank 2026-01.csv",
            "other.csv",
        ])
        .exits(1);
    assert!(
        failed.text().contains("proved by 1 of 2 files"),
        "{}",
        failed.text()
    );

    let broken = text.replace(
        "betrag_eur\"\ntype = \"decimal\"",
        "betrag_eur\"\ntype = \"date\"",
    );
    assert_ne!(broken, text);
    let shell = shell.file(path, &broken);
    let failed = shell
        .run(&["schema", "check", path, "inbox/bank 2026-01.csv"])
        .exits(1);
    assert!(
        failed.text().contains("2 rows rejected"),
        "{}",
        failed.text()
    );

    let shell = shell.file(path, &text);
    shell.run(&["run", "--quiet"]).exits(0);
    let rows = shell.run(&["show", "own_bank", "--format", "csv"]).exits(0);
    for cell in ["2026-01-05", "1234.5600", "-800.0000", "2000.0000"] {
        assert!(rows.text().contains(cell), "{cell} in {}", rows.text());
    }
}

#[test]
fn a_rule_tells_account_market_and_period_of_files_that_do_not() {
    let report = "(Parent) ASIN,(Child) ASIN,Title,Sessions - Total,Units Ordered,Ordered Product Sales\n\
        B0FAKE0001,B0FAKE0002,Lamp,20,2,\"$30.00\"\n";
    let config = "[[account]]\nname = \"shop\"\n[[account]]\nname = \"other\"\n";
    let shell = Shell::of(config).file("inbox/old/report.csv", report);
    let held = shell.run(&["run", "--quiet"]).exits(1);
    assert!(held.text().contains("held"), "{}", held.text());
    let rule = "[[rule]]\nfiles = \"old/**\"\naccount = \"other\"\nmarketplace = \"US\"\nperiod = \"2026-01-01..2026-01-31\"\n";
    let shell = shell.file("sellerlake.toml", format!("{config}{rule}"));
    shell.run(&["run", "--quiet"]).exits(0);
    let sql = "SELECT account, marketplace, period_start, period_end, period_certain, units_ordered FROM traffic_child";
    let rows = shell.run(&["query", sql, "--format", "csv"]).exits(0);
    assert_eq!(
        rows.text(),
        "account,marketplace,period_start,period_end,period_certain,units_ordered\nother,US,2026-01-01,2026-01-31,true,2\n"
    );
    let slip =
        format!("{config}[[rule]]\nfiles = \"old/**\"\nperiod = \"2026-02-01..2026-01-31\"\n");
    let shell = shell.file("sellerlake.toml", slip);
    let refused = shell.run(&["run"]).exits(2);
    assert!(
        refused
            .stderr
            .contains("sellerlake.toml:7: period is two days like"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_mended_schema_brings_in_what_was_rejected_and_a_copy_is_no_news() {
    let shell = Shell::of("[[account]]\nname = \"shop\"\nmarketplaces = [\"DE\"]\n")
        .file("inbox/bank 2026-01.csv", BANK);
    shell
        .run(&["schema", "new", "inbox/bank 2026-01.csv"])
        .exits(0);
    let path = "schemas/own/bank.toml";
    let text = std::fs::read_to_string(shell.path(path)).unwrap();
    let broken = text.replace(
        "betrag_eur\"\ntype = \"decimal\"",
        "betrag_eur\"\ntype = \"date\"",
    );
    let shell = shell.file(path, &broken);
    shell.run(&["ingest"]).exits(0);
    let shown = shell.run(&["rejects", "show"]).ok().text();
    assert!(
        shown.contains("betrag_eur") || shown.contains("Betrag (EUR)"),
        "{shown}"
    );
    assert!(
        shown.contains("1.234,56") && shown.contains("2 rows rejected in all"),
        "{shown}"
    );
    let same = shell.run(&["rejects", "replay"]).ok().text();
    assert_eq!(
        same,
        "inbox/bank 2026-01.csv: 2 rejected rows as before: mend the schema or the file first\n"
    );
    let reports = |columns: &str| {
        let sql = format!("SELECT {columns} FROM reports");
        shell.run(&["query", &sql, "--format", "csv"]).ok().text()
    };
    assert_eq!(
        reports("stale, rows_stored, rows_rejected"),
        "stale,rows_stored,rows_rejected\nfalse,0,2\n"
    );

    std::fs::write(shell.path(path), &text).unwrap();
    assert_eq!(
        reports("stale, rows_stored, rows_rejected"),
        "stale,rows_stored,rows_rejected\ntrue,0,2\n"
    );
    let mended = shell.run(&["rejects", "replay"]).ok().text();
    assert_eq!(
        mended,
        "inbox/bank 2026-01.csv: all 2 rows are in the store now\n"
    );
    assert_eq!(
        reports("stale, rows_stored, rows_rejected"),
        "stale,rows_stored,rows_rejected\nfalse,2,0\n"
    );
    assert_eq!(
        shell.run(&["rejects", "replay"]).ok().text(),
        "nothing was rejected\n"
    );
    let rows = shell.run(&["show", "own_bank", "--format", "csv"]).ok();
    assert!(
        rows.text().contains("1234.5600") && rows.text().contains("-800.0000"),
        "{}",
        rows.text()
    );

    // The same bytes under another name are the same report.
    std::fs::copy(
        shell.path("inbox/bank 2026-01.csv"),
        shell.path("inbox/copy.csv"),
    )
    .unwrap();
    shell.run(&["ingest"]).exits(0);
    assert_eq!(reports("copies, rows_stored"), "copies,rows_stored\n2,2\n");
    assert!(
        shell
            .run(&["show", "own_bank", "--format", "csv"])
            .ok()
            .stdout
            == rows.stdout
    );

    // A schema that changes once more: read again by itself where the file is; told where it is not, and kept.
    std::fs::write(shell.path(path), format!("{text}\n# Another word.\n")).unwrap();
    for name in ["inbox/bank 2026-01.csv", "inbox/copy.csv"] {
        std::fs::remove_file(shell.path(name)).unwrap();
    }
    let told = shell.run(&["ingest"]).exits(0).text();
    assert!(told.contains("bank 2026-01.csv"), "{told}");
    let todo = shell.run(&["doctor"]).exits(1).text();
    assert!(
        todo.contains("read by a schema that has changed since")
            && todo.contains("their files are gone"),
        "{todo}"
    );
    assert!(
        shell
            .run(&["show", "own_bank", "--format", "csv"])
            .ok()
            .stdout
            == rows.stdout
    );
}
