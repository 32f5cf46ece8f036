//! Whole files through [`open`], made byte by byte.

use super::*;
use crate::model::raw::CellKind;
use crate::read::rows::ChunkSize;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_xlsxwriter::ExcelDateTime;
use rust_xlsxwriter::Format;
use rust_xlsxwriter::Workbook;
use std::io::Cursor;
use std::io::Write;
use std::path::PathBuf;
use tempfile::TempDir;
use zip::CompressionMethod;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const CSV: &[u8] = b"sku,asin\nA,B01\n\nC,B02\n";

fn write(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn read(bytes: &[u8]) -> Result<Vec<Document>, ReadError> {
    let folder = TempDir::new().unwrap();
    open(
        &write(&folder, "report.bin", bytes),
        &Limits::default(),
        None,
        &Nestings::default(),
    )
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zipped(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer
            .start_file(
                *name,
                SimpleFileOptions::default().compression_method(method),
            )
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// `number: a|b` for each row.
fn lines(table: &Table) -> Vec<String> {
    lines_of(table.chunks(0).unwrap())
}

fn lines_of(chunks: Chunks) -> Vec<String> {
    let mut lines = Vec::new();
    for chunk in chunks {
        let chunk = chunk.unwrap();
        for row in 0..chunk.n_rows() {
            let cells: Vec<_> = (0..chunk.width(row))
                .map(|column| chunk.cell(row, column))
                .collect();
            lines.push(format!("{}: {}", chunk.row_number(row), cells.join("|")));
        }
    }
    lines
}

fn workbook() -> Workbook {
    let mut workbook = Workbook::new();
    let day = Format::new().set_num_format("MMM dd, yyyy");
    let time = Format::new().set_num_format("[h]:mm");
    let sheet = workbook.add_worksheet().set_name("R & D").unwrap();
    sheet.write(1, 0, "Date ").unwrap();
    sheet.write(1, 2, "東京\n<x>").unwrap();
    sheet
        .write_with_format(3, 0, ExcelDateTime::from_ymd(2026, 1, 31).unwrap(), &day)
        .unwrap();
    sheet.write_with_format(3, 1, 1.5, &time).unwrap();
    sheet.write(3, 2, 0.1 + 0.2).unwrap();
    sheet.write(3, 3, true).unwrap();
    sheet
        .write_formula(
            3,
            4,
            rust_xlsxwriter::Formula::new("=1/3").set_result("0.5"),
        )
        .unwrap();
    sheet.write_blank(3, 5, &day).unwrap();
    sheet.write(1_048_575, 16_383, "far").unwrap();
    workbook
        .add_worksheet()
        .set_name("secret")
        .unwrap()
        .set_hidden(true);
    workbook.add_worksheet().set_name("none").unwrap();
    let properties = rust_xlsxwriter::DocProperties::new()
        .set_title("A & B")
        .set_author("me");
    workbook.set_properties(&properties);
    workbook
}

#[test]
fn text_is_streamed_in_any_chunks() {
    let folder = TempDir::new().unwrap();
    let blank = |n: u32| if n.is_multiple_of(7) { "\n" } else { "" };
    let rows = (0..500).map(|n| format!("{n},\"a\nb {n}\",é\n{}", blank(n)));
    let text = rows.collect::<Vec<_>>().concat();
    let documents = open(
        &write(&folder, "x.tsv", text.as_bytes()),
        &Limits::default(),
        None,
        &Nestings::default(),
    )
    .unwrap();
    let [document] = &documents[..] else {
        panic!("one document")
    };
    assert_eq!(
        document.kind.to_string(),
        "text, UTF-8, delimiter `,`, quoting standard"
    );
    let table = &document.tables[0];
    assert_eq!((table.opening.len(), table.opening[1].row), (40, 3));
    let whole = lines(table);
    assert_eq!((whole.len(), &*whole[499]), (500, "572: 499|a\nb 499|é"));
    for rows in [1, 3, 64] {
        let size = ChunkSize {
            rows,
            ..ChunkSize::USUAL
        };
        assert_eq!(lines_of(table.chunks_of(0, size).unwrap()), whole);
    }
    let after = whole
        .iter()
        .position(|line| line.starts_with("301: "))
        .unwrap();
    assert_eq!(lines_of(table.chunks(300).unwrap()), whole[after..]);
}

#[test]
fn a_workbook_gives_its_sheets() {
    let documents = read(&workbook().save_to_buffer().unwrap()).unwrap();
    let [document] = &documents[..] else {
        panic!("one document")
    };
    assert_eq!(document.kind.to_string(), "xlsx workbook");
    let property = |name: &str| {
        document
            .properties
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| &**value)
    };
    assert_eq!(
        (
            property("title"),
            property("creator"),
            property("application")
        ),
        (Some("A & B"), Some("me"), Some("Microsoft Excel"))
    );
    assert!(property("created").is_some_and(|created| created.ends_with('Z')));
    for told in ["creator: me", "application: Microsoft Excel"] {
        assert!(document.evidence.iter().any(|line| line == told), "{told}");
    }
    let reasons: Vec<_> = document
        .tables
        .iter()
        .map(|table| (table.sheet.as_deref(), table.skipped.as_deref()))
        .collect();
    let expected = [
        (Some("R & D"), None),
        (Some("secret"), Some("hidden sheet")),
        (Some("none"), Some("empty sheet")),
    ];
    assert_eq!(reasons, expected);
    let rows = lines(&document.tables[0]);
    assert_eq!(
        rows[..2],
        ["2: Date ||東京\n<x>", "4: 2026-01-31|1.5|0.3|true|0.5"]
    );
    assert_eq!(rows[2], format!("1048576: {}far", "|".repeat(16_383)));
    let chunk = document.tables[0]
        .chunks(2)
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let kinds: Vec<_> = (0..5).map(|column| chunk.kind(0, column)).collect();
    assert_eq!(
        kinds,
        [
            CellKind::Date,
            CellKind::Number,
            CellKind::Number,
            CellKind::Bool,
            CellKind::Number
        ]
    );
    assert!(lines(&document.tables[1]).is_empty());
}

#[test]
fn archives_give_their_innermost_files() {
    let book = workbook().save_to_buffer().unwrap();
    let inner = zipped(&[("deep/b.csv", CSV)], CompressionMethod::Stored);
    for method in [CompressionMethod::Deflated, CompressionMethod::Stored] {
        let members: &[(&str, &[u8])] = &[
            ("__MACOSX/._a.csv", b"\0\0"),
            ("../../a.csv", CSV),
            ("x\\c.txt", b"sku\tasin\nA\tB01\n"),
            ("inner.zip", &inner),
            ("p.csv.gz", &gz(CSV)),
            ("book.xlsx", &book),
            ("notes.pdf", b"%PDF-1.4"),
        ];
        let documents = read(&zipped(members, method)).unwrap();
        let names: Vec<_> = documents
            .iter()
            .map(|document| (&*document.name, document.kind.to_string()))
            .collect();
        let text = |delimiter: &str, quoting| {
            format!("text, UTF-8, delimiter {delimiter}, quoting {quoting}")
        };
        assert_eq!(
            names,
            [
                ("a.csv", text("`,`", "standard")),
                ("c.txt", text("tab", "off")),
                ("b.csv", text("`,`", "standard")),
                ("p.csv", text("`,`", "standard")),
                ("book.xlsx", "xlsx workbook".to_owned()),
                ("notes.pdf", "unreadable".to_owned()),
            ]
        );
        for at in [0, 2, 3] {
            assert_eq!(documents[at].content_id, documents[0].content_id);
            assert_eq!(
                lines(&documents[at].tables[0]),
                ["1: sku|asin", "2: A|B01", "4: C|B02"]
            );
        }
    }
    let plain = read(CSV).unwrap();
    assert_eq!(
        plain[0].content_id,
        read(&gz(&gz(CSV))).unwrap()[0].content_id
    );
    assert_eq!(plain[0].size, CSV.len() as u64);
}

#[test]
fn what_is_no_report_is_refused_with_a_reason() {
    let book = workbook().save_to_buffer().unwrap();
    let mut locked = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    locked.resize(1024, 0);
    locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    let squares: Vec<String> = (0..9999).map(|n| format!("{n},{}\n", n * n)).collect();
    let packed = gz(squares.concat().as_bytes());
    let bomb = (0..6).fold(CSV.to_vec(), |bytes, _| gz(&bytes));
    let cases: &[(&[u8], &str)] = &[
        (b"", "is empty where a report was expected"),
        (
            b"\xEF\xBB\xBF \r\n\n",
            "is empty where a report was expected",
        ),
        (
            b"Date range exceeded. Report can be requested only upto 30 days\n",
            "one sentence where a table was expected",
        ),
        (b"<!DOCTYPE html><html>", "is a web page"),
        (
            b"%PDF-1.7 ...",
            "is a PDF document where a report was expected; export the report as CSV or Excel",
        ),
        (b"\x89PNG\r\n\x1A\n", "is an image"),
        (
            b"ab\0\x01\x02cd\0",
            "is not text where a report was expected",
        ),
        (
            b"a,b\n1,\"2\n",
            "the quoted cell that opens in row 2 is never closed",
        ),
        (&locked, "is protected by a password"),
        (
            &book[..book.len() - 100],
            "cannot be unpacked; it may be cut off",
        ),
        (&packed[..packed.len() / 2], "ends too early"),
        (&bomb, "archives are nested more than 4 deep"),
        (
            &zipped(&[("a.pdf", b"%PDF-")], CompressionMethod::Stored),
            "a.pdf is a PDF document",
        ),
        (
            &zipped(&[(".DS_Store", b"x")], CompressionMethod::Stored),
            "is empty",
        ),
        (
            &zipped(
                &[("[Content_Types].xml", b"<x/>"), ("xl/a.xml", b"<x/>")],
                CompressionMethod::Stored,
            ),
            "is not a sound workbook: it has no part xl/workbook.xml",
        ),
    ];
    for (bytes, reason) in cases {
        let why = read(bytes).unwrap_err().to_string();
        assert!(
            why.contains(reason) && why.contains("report.bin"),
            "{why:?} does not say {reason:?}"
        );
    }
    let missing = open(
        Path::new("/nowhere/x.csv"),
        &Limits::default(),
        None,
        &Nestings::default(),
    )
    .unwrap_err();
    assert!(matches!(missing, ReadError::Open { .. }));
    let folder = TempDir::new().unwrap();
    assert!(matches!(
        open(
            folder.path(),
            &Limits::default(),
            None,
            &Nestings::default()
        ),
        Err(ReadError::Open { .. })
    ));
}

#[test]
fn bombs_stop_at_the_limits() {
    let wide = "0,1\n".repeat(1 << 19);
    let tight = Limits {
        expanded_bytes: 1 << 20,
        ..Limits::default()
    };
    let folder = TempDir::new().unwrap();
    let many: Vec<(&str, &[u8])> = vec![("a.csv", CSV), ("b.csv", CSV), ("c.csv", CSV)];
    let endless = "<table:table-row table:number-rows-repeated='1048576'><table:table-cell office:value-type='float' office:value='1'\
                   table:number-columns-repeated='16384'/></table:table-row>";
    let ods: &[(&str, &[u8])] = &[("mimetype", b"x"), ("content.xml", endless.as_bytes())];
    let cells = Limits {
        sheet_cells: 4,
        ..Limits::default()
    };
    let cases = [
        (gz(wide.as_bytes()), tight, Bound::Size(1 << 20)),
        (
            zipped(ods, CompressionMethod::Deflated),
            Limits::default(),
            Bound::HeldWorkbook(Amount::Cells(8_000_000)),
        ),
        (
            workbook().save_to_buffer().unwrap(),
            cells,
            Bound::SheetCells(4),
        ),
        (
            zipped(&many, CompressionMethod::Deflated),
            Limits {
                entries: 2,
                ..Limits::default()
            },
            Bound::Entries(2),
        ),
        (
            gz(CSV),
            Limits {
                depth: 0,
                ..Limits::default()
            },
            Bound::Depth(0),
        ),
    ];
    for (bytes, limits, expected) in cases {
        let why = open(
            &write(&folder, "bomb", &bytes),
            &limits,
            None,
            &Nestings::default(),
        )
        .unwrap_err();
        let ReadError::Bomb { bound, .. } = why else {
            panic!("{why}")
        };
        assert_eq!(bound, expected);
    }
}

#[test]
fn a_file_that_changes_between_passes_is_noticed() {
    let folder = TempDir::new().unwrap();
    let row = "a,b,c,d,e,f,g,h\n";
    let path = write(
        &folder,
        "large.csv",
        row.repeat((9 << 20) / row.len()).as_bytes(),
    );
    let documents = open(&path, &Limits::default(), None, &Nestings::default()).unwrap();
    assert!(documents[0].tables[0].chunks(0).is_ok());
    std::fs::write(&path, row).unwrap();
    assert!(matches!(
        documents[0].tables[0].chunks(0),
        Err(ReadError::Changed { .. })
    ));
}

#[test]
fn a_damaged_member_costs_only_itself() {
    let text = "sku,asin\n".repeat(2000);
    let mut bytes = zipped(
        &[("a.csv", text.as_bytes()), ("b.csv", CSV)],
        CompressionMethod::Stored,
    );
    bytes[5000] ^= 1;
    let documents = read(&bytes).unwrap();
    let Kind::Unreadable { why } = &documents[0].kind else {
        panic!("{:?}", documents[0].kind)
    };
    assert!(matches!(**why, ReadError::Damaged { .. }), "{why}");
    assert_eq!(documents[1].tables.len(), 1);
}

#[test]
fn the_marketplace_decides_between_encodings_that_the_bytes_leave_open() {
    let text = |bytes: &[u8]| [b"sku\tname\n1\t", bytes, b"\n2\tx\n"].concat();
    let kana = text(&[0xD7, 0xDD, 0xCC, 0xDF]);
    let polish = text(b"\xAF\xF3\xB3ta lampa \x9Cwieci, g\xB3o\x9Cna \xBFar\xF3wka");
    for (bytes, market, expected) in [
        (&kana, Some("JP"), "Shift_JIS"),
        (&kana, Some("CN"), "gb18030"),
        (&polish, Some("DE"), "windows-1252"),
        (&polish, Some("PL"), "windows-1250"),
    ] {
        let folder = TempDir::new().unwrap();
        let path = write(&folder, "report.txt", bytes);
        let market = market.and_then(Market::by_code);
        let documents = open(&path, &Limits::default(), market, &Nestings::default()).unwrap();
        let Kind::Text { encoding, .. } = documents[0].kind else {
            panic!("{:?}", documents[0].kind)
        };
        assert_eq!(encoding, expected, "{market:?}");
    }
}
