//! Whole workbooks made part by part, as programs of all kinds write them.

use crate::read;
use crate::read::Document;
use crate::read::Limits;
use crate::read::ReadError;
use crate::read::xlsx::resolve;
use std::io::Cursor;
use std::io::Write;
use tempfile::TempDir;
use zip::CompressionMethod;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const STRICT: &str = "http://purl.oclc.org/ooxml/officeDocument/relationships";

/// A workbook: the rows of its `sheets`, each with the attributes that the list of sheets gives it and its target.
struct Book<'a> {
    sheets: &'a [(&'a str, &'a str, Vec<u8>)],
    types: &'a str,
    properties: &'a str,
    others: &'a [(&'a str, &'a str)],
}

impl Book<'_> {
    fn parts(&self) -> Vec<(String, Vec<u8>)> {
        let types = self.types;
        let listed = self
            .sheets
            .iter()
            .enumerate()
            .map(|(at, (said, ..))| format!("<sheet sheetId=\"{at}\" r:id=\"s{at}\" {said}/>"));
        let relations = self.sheets.iter().enumerate().map(|(at, (_, target, _))| {
            format!("<Relationship Id=\"s{at}\" Type=\"{types}/worksheet\" Target=\"{target}\"/>")
        });
        let shared = ["sharedStrings", "styles"].map(|what| {
            format!("<Relationship Id=\"{what}\" Type=\"{types}/{what}\" Target=\"{what}.xml\"/>")
        });
        let mut parts = vec![
            ("[Content_Types].xml".to_owned(), "<Types/>".into()),
            (
                "_rels/.rels".to_owned(),
                format!("<Relationships><Relationship Id=\"a\" Type=\"{types}/officeDocument\" Target=\"/xl/workbook.xml\"/></Relationships>").into(),
            ),
            (
                "xl/workbook.xml".to_owned(),
                format!("<workbook>{}<sheets>{}</sheets></workbook>", self.properties, listed.collect::<String>()).into(),
            ),
            (
                "xl/_rels/workbook.xml.rels".to_owned(),
                format!("<Relationships>{}{}</Relationships>", relations.collect::<String>(), shared.concat()).into(),
            ),
        ];
        for (_, target, sheet) in self.sheets {
            let part = target.strip_prefix('/').map_or_else(
                || format!("xl/{}", target.trim_start_matches("./")),
                str::to_owned,
            );
            parts.push((part, sheet.clone()));
        }
        let others = self.others.iter();
        parts.extend(others.map(|(name, text)| ((*name).to_owned(), (*text).into())));
        parts
    }

    fn read(&self) -> Result<Vec<Document>, ReadError> {
        open(&zipped(&self.parts(), SimpleFileOptions::default()))
    }

    /// The rows of each sheet, or why it is skipped.
    fn rows(&self) -> Vec<Vec<String>> {
        self.read().unwrap()[0].tables.iter().map(lines).collect()
    }
}

const PLAIN: Book<'_> = Book {
    sheets: &[],
    types: TYPES,
    properties: "",
    others: &[],
};

fn open(bytes: &[u8]) -> Result<Vec<Document>, ReadError> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("book.xlsx");
    std::fs::write(&path, bytes).unwrap();
    read::open(&path, &Limits::default(), None, &read::Nestings::default())
}

fn zipped(parts: &[(String, Vec<u8>)], options: SimpleFileOptions) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(name.as_str(), options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn lines(table: &read::Table) -> Vec<String> {
    let mut lines: Vec<String> = table.skipped.iter().cloned().collect();
    for chunk in table.chunks(0).unwrap() {
        let chunk = chunk.unwrap();
        for row in 0..chunk.n_rows() {
            let cell =
                |column| format!("{}:{:?}", chunk.cell(row, column), chunk.kind(row, column));
            let cells: Vec<_> = (0..chunk.width(row)).map(cell).collect();
            lines.push(format!("{} {}", chunk.row_number(row), cells.join("|")));
        }
    }
    lines
}

fn sheet(rows: &str) -> Vec<u8> {
    format!("<worksheet><dimension ref=\"A1\"/><sheetData>{rows}</sheetData></worksheet>").into()
}

fn one_cell(text: &str) -> Vec<u8> {
    sheet(&format!(
        "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{text}</t></is></c></row>"
    ))
}

#[test]
fn sheets_stand_in_the_order_of_their_tabs() {
    let book = Book {
        sheets: &[
            ("name=\"B\"", "worksheets/sheet2.xml", one_cell("first")),
            (
                "name=\"A\" state=\"hidden\"",
                "/xl/worksheets/sheet1.xml",
                one_cell("x"),
            ),
            (
                "name=\"C\" state=\"veryHidden\"",
                "worksheets/c.xml",
                one_cell("x"),
            ),
            // Excel allows no two tabs of one name, other programs do.
            (
                "name=\"B\" state=\"visible\"",
                "./worksheets/a.xml",
                one_cell("last"),
            ),
            ("name=\"D\"", "worksheets/d.xml", sheet("")),
        ],
        ..PLAIN
    };
    let expected = [
        &["1 first:Text"],
        &["hidden sheet"],
        &["hidden sheet"],
        &["1 last:Text"],
        &["empty sheet"],
    ];
    assert_eq!(book.rows(), expected);
}

#[test]
fn shared_texts_and_styles_belong_to_cells() {
    let texts = "<x:sst xmlns:x=\"y\"><x:si><x:r><x:t>wa</x:t></x:r><x:r><x:rPr><x:b/></x:rPr><x:t xml:space=\"preserve\">ter </x:t></x:r>\
                 <x:rPh sb=\"0\" eb=\"1\"><x:t>mizu</x:t></x:rPh></x:si><x:si><x:t><![CDATA[a<b]]></x:t></x:si></x:sst>";
    let styles = "<styleSheet><numFmts count=\"2\"><numFmt numFmtId=\"165\" formatCode=\"[$-804]yyyy&quot;年&quot;m&quot;月&quot;\"/>\
                  <numFmt numFmtId=\"166\" formatCode=\"0.00 &quot;d&quot;\"/></numFmts><cellXfs><xf/><xf numFmtId=\"14\"/><xf numFmtId=\"165\"/>\
                  <xf numFmtId=\"10\"/><xf numFmtId=\"166\"/></cellXfs></styleSheet>";
    let rows = "<row><c t=\"s\"><v>1</v></c><c t=\"s\"><v>0</v></c></row><row><c s=\"1\"><v>45658</v></c><c s=\"2\"><v>45658</v></c>\
                <c s=\"3\"><v>0.1234</v></c><c s=\"4\"><v>2</v></c></row>";
    let others = [("xl/sharedStrings.xml", texts), ("xl/styles.xml", styles)];
    let sheets = [("name=\"S\"", "worksheets/s.xml", sheet(rows))];
    let book = Book {
        sheets: &sheets,
        others: &others,
        ..PLAIN
    };
    let rows = |day| {
        [[
            "1 a<b:Text|water :Text".to_owned(),
            format!("2 {day}:Date|{day}:Date|0.1234:Number|2:Number"),
        ]]
    };
    assert_eq!(book.rows(), rows("2025-01-01"));
    let from_1904 = Book {
        properties: "<workbookPr date1904=\"1\"/>",
        ..book
    };
    assert_eq!(from_1904.rows(), rows("2029-01-02"));
}

#[test]
fn all_dialects_of_markup_are_read() {
    let prefixed = "<?xml version=\"1.0\"?><x:worksheet xmlns:x=\"y\"><x:sheetData><x:row r=\"2\"><x:c r=\"B2\" t=\"str\"><x:f>A1</x:f><x:v>é</x:v></x:c></x:row></x:sheetData></x:worksheet>";
    let spaced = "<worksheet>\r\n <sheetData>\r\n  <row r='2' >\r\n   <c r='B2' t='str'>\r\n    <v >é</v >\r\n   </c>\r\n  </row>\r\n </sheetData></worksheet>";
    let utf16 = |mark: &str, to: fn(u16) -> [u8; 2]| {
        let text = format!(
            "{mark}{}",
            prefixed.replace("1.0\"", "1.0\" encoding=\"UTF-16\"")
        );
        text.encode_utf16().flat_map(to).collect::<Vec<u8>>()
    };
    let sheets = [
        prefixed.into(),
        format!("\u{FEFF}{prefixed}").into(),
        spaced.into(),
        utf16("\u{FEFF}", u16::to_le_bytes),
        utf16("\u{FEFF}", u16::to_be_bytes),
        utf16("", u16::to_le_bytes),
        utf16("", u16::to_be_bytes),
    ];
    for (at, bytes) in sheets.into_iter().enumerate() {
        let sheets = [("name=\"S\"", "s.xml", bytes)];
        let book = Book {
            sheets: &sheets,
            types: STRICT,
            ..PLAIN
        };
        assert_eq!(book.rows(), [["2 :Empty|é:Text"]], "{at}");
    }
}

#[test]
fn archives_may_be_written_in_all_ways() {
    let sheets = [("name=\"S\"", "s.xml", one_cell("x"))];
    let parts = Book {
        sheets: &sheets,
        ..PLAIN
    }
    .parts();
    let options = SimpleFileOptions::default();
    let mut stream = ZipWriter::new_stream(Vec::new());
    for (name, bytes) in &parts {
        // Excel's own folders and case do not count.
        stream
            .start_file(name.replace('/', "\\").to_uppercase(), options)
            .unwrap();
        stream.write_all(bytes).unwrap();
    }
    let ways = [
        zipped(
            &parts,
            options.compression_method(CompressionMethod::Stored),
        ),
        zipped(&parts, options.large_file(true)),
        stream.finish().unwrap().into_inner(),
    ];
    for bytes in ways {
        assert_eq!(lines(&open(&bytes).unwrap()[0].tables[0]), ["1 x:Text"]);
    }
}

#[test]
fn a_large_sheet_is_checked_to_its_end() {
    let row = |n| format!("<row r=\"{n}\"><c r=\"A{n}\"><v>{n}</v></c></row>");
    let rows: Vec<String> = (1..=60_000).map(row).collect();
    let sheets = [("name=\"S\"", "s.xml", sheet(&rows.concat()))];
    let book = Book {
        sheets: &sheets,
        ..PLAIN
    };
    let rows = &book.rows()[0];
    assert_eq!((rows.len(), &*rows[59_999]), (60_000, "60000 60000:Number"));

    let folder = TempDir::new().unwrap();
    let path = folder.path().join("book.xlsx");
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut bytes = zipped(&book.parts(), stored);
    let at = bytes
        .windows(9)
        .rposition(|seen| seen == b"<v>60000<")
        .unwrap();
    bytes[at + 3] = b'7';
    std::fs::write(&path, bytes).unwrap();
    let documents =
        read::open(&path, &Limits::default(), None, &read::Nestings::default()).unwrap();
    let last = documents[0].tables[0].chunks(0).unwrap().last().unwrap();
    assert!(matches!(last, Err(ReadError::Damaged { .. })), "{last:?}");
}

#[test]
fn targets_are_resolved() {
    let cases = [
        ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        (
            "xl",
            "/xl/worksheets/sheet1.xml",
            "xl/worksheets/sheet1.xml",
        ),
        (
            "xl/worksheets",
            "../sharedStrings.xml",
            "xl/sharedStrings.xml",
        ),
        ("", "xl/workbook.xml", "xl/workbook.xml"),
    ];
    for (folder, target, part) in cases {
        assert_eq!(resolve(folder, target), part);
    }
}
