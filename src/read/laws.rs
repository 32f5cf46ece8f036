//! What must hold of reading whatever the bytes are. A law takes bytes and panics where it is broken: tests feed it some,
//! and the targets in `tests/fuzz` search for more. Compiled for those two alone.

use crate::model::nesting::Clock;
use crate::model::nesting::Nesting;
use crate::model::nesting::Path;
use crate::model::nesting::Series;
use crate::model::nesting::SeriesValue;
use crate::model::nesting::Sign;
use crate::read::Document;
use crate::read::Kind;
use crate::read::Limits;
use crate::read::Nestings;
use crate::read::Quoting;
use crate::read::ReadError;
use crate::read::container::Walk;
use crate::read::csv::Grammar;
use crate::read::csv::TextTable;
use crate::read::decoding::Decoding;
use crate::read::encoding;
use crate::read::encoding::Verdict;
use crate::read::error::Origin;
use crate::read::guard::Caps;
use crate::read::rows::ChunkSize;
use crate::read::source::Source;
use crate::read::table::Handle;
use crate::read::table::Table;
use crate::read::text;
use crate::read::xlsx::Package;
use encoding_rs::Encoding;
use encoding_rs::UTF_8;
use encoding_rs::WINDOWS_1252;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io;
use std::io::Cursor;
use std::io::Write;
use std::sync::Arc;
use std::sync::LazyLock;
use zip::CompressionMethod;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// So little that a law reaches it.
const LIMITS: Limits = Limits {
    expanded_bytes: 1 << 20,
    ratio: 250,
    entries: 16,
    depth: 4,
    sheet_cells: 500,
};
const CAPS: Caps = Caps {
    expanded: 1 << 20,
    ratio: 250,
};

/// How many bytes one reading step gives, and how many rows a chunk holds: neither may change anything.
const PIECES: [usize; 3] = [usize::MAX, 1, 3];
const ROWS: [usize; 3] = [16_384, 1, 3];

/// What reading tells, or why it stopped.
type Told<T> = Result<T, String>;

fn origin() -> Origin {
    Origin::of(std::path::Path::new("held"))
}

fn said(why: &ReadError) -> String {
    why.to_string()
}

/// Asserts that `read` tells the same of bytes that come in pieces of any size.
fn same_in_pieces<T: PartialEq + std::fmt::Debug>(read: impl Fn(usize) -> T) -> T {
    let whole = read(PIECES[0]);
    for piece in &PIECES[1..] {
        assert_eq!(read(*piece), whole, "in pieces of {piece} bytes");
    }
    whole
}

/// The rows of a table by number and cell, which are the same in chunks of any size.
fn rows(table: &Table) -> Told<Vec<(u32, Vec<String>)>> {
    let of = |most: usize, after: u32| -> Told<Vec<(u32, Vec<String>)>> {
        let size = ChunkSize {
            rows: most,
            ..ChunkSize::USUAL
        };
        let chunks = table.chunks_of(after, size).map_err(|why| said(&why))?;
        let (mut rows, mut before) = (Vec::new(), after);
        for chunk in chunks {
            let chunk = chunk.map_err(|why| said(&why))?;
            assert!((1..=most).contains(&chunk.n_rows()));
            for row in 0..chunk.n_rows() {
                let number = chunk.row_number(row);
                assert!(number > before, "row {number} follows row {before}");
                before = number;
                let cell = |at| format!("{}:{:?}", chunk.cell(row, at), chunk.kind(row, at));
                rows.push((number, (0..chunk.width(row)).map(cell).collect()));
            }
        }
        Ok(rows)
    };
    let whole = of(ROWS[0], 0);
    for most in &ROWS[1..] {
        assert_eq!(of(*most, 0), whole, "in chunks of {most} rows");
    }
    if let Ok(whole) = &whole
        && let Some((number, _)) = whole.get(whole.len() / 2)
    {
        let after = whole.iter().filter(|(row, _)| row > number).cloned();
        assert_eq!(
            of(ROWS[0], *number),
            Ok(after.collect()),
            "after row {number}"
        );
    }
    whole
}

/// All that is told of a table.
fn told(table: &Table) -> String {
    let (sheet, skipped, opening) = (&table.sheet, &table.skipped, &table.opening);
    let (void, told) = (&table.void, &table.told);
    format!(
        "{sheet:?} {skipped:?} {opening:?} {void:?} {told:?} {:?}",
        rows(table)
    )
}

fn text_document(bytes: &[u8], piece: usize, nestings: &Nestings) -> Result<Document, ReadError> {
    let source = Source::memory(bytes.to_vec(), CAPS).in_pieces(piece);
    let survey = source.reader().and_then(encoding::survey);
    let survey = survey.map_err(|why| ReadError::of(&origin(), why))?;
    text::open(source, survey, &origin(), "held", nestings)
}

/// Text is cut into the same rows however it comes, and into those of another reader where that one knows the grammar.
pub fn delimited(bytes: &[u8]) {
    let nestings = Nestings::default();
    let _ = same_in_pieces(|piece| -> Told<(String, Vec<String>)> {
        let document = text_document(bytes, piece, &nestings).map_err(|why| said(&why))?;
        let kind = format!("{:?}", document.kind);
        Ok((kind, document.tables.iter().map(told).collect()))
    });
    let Ok(document) = text_document(bytes, usize::MAX, &nestings) else {
        return;
    };
    let Kind::Text {
        encoding,
        delimiter,
        quoting: Quoting::Standard,
        ..
    } = document.kind
    else {
        return;
    };
    let encoding = Encoding::for_label(encoding.as_bytes()).unwrap_or(UTF_8);
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    // The other reader ends rows at lone carriage returns too, and takes a second byte order mark off.
    if text.contains('\r') || !text.contains('\n') || text.starts_with('\u{FEFF}') {
        return;
    }
    if let (Ok(ours), Some(theirs)) = (
        rows(&document.tables[0]),
        by_another_reader(&text, delimiter),
    ) {
        let text_of = |cell: &String| cell.rsplit_once(':').map(|(text, _)| text.to_owned());
        let ours = ours
            .iter()
            .map(|(_, cells)| cells.iter().filter_map(text_of).collect());
        assert_eq!(ours.collect::<Vec<Vec<String>>>(), theirs, "{text:?}");
    }
}

/// The rows that are not blank, as the csv crate reads them.
fn by_another_reader(text: &str, delimiter: char) -> Option<Vec<Vec<String>>> {
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(delimiter).ok()?)
        .terminator(::csv::Terminator::Any(b'\n'))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let cells: Vec<String> = record.ok()?.iter().map(str::to_owned).collect();
        if cells.iter().any(|cell| !cell.trim().is_empty()) {
            rows.push(cells);
        }
    }
    Some(rows)
}

/// Rows that are printed are read back. The first byte chooses the grammar; 0 parts cells and 1 parts rows.
pub fn printed_rows(bytes: &[u8]) {
    let (choice, bytes) = bytes.split_first().unwrap_or((&0, &[]));
    let delimiter = [b',', b';', b'\t', b'|'][usize::from(choice % 4)];
    let is_quoted = choice & 4 == 0;
    let is_sendable = |c: char| is_quoted || !matches!(c, '\n') && c != char::from(delimiter);
    let line = |cells: &[u8]| -> Vec<String> {
        let cells = cells.split(|byte| *byte == 0);
        let cells = cells.map(|cell| String::from_utf8_lossy(cell).into_owned());
        cells
            .map(|cell| cell.chars().filter(|c| is_sendable(*c)).collect())
            .collect()
    };
    // The first row keeps a byte order mark in a cell from being the text's.
    let mut printed = vec![vec!["head".to_owned(), "er".to_owned()]];
    printed.extend(bytes.split(|byte| *byte == 1).map(line));
    let mut text = String::new();
    for cells in &printed {
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                text.push(char::from(delimiter));
            }
            if is_quoted {
                text.extend(["\"", &cell.replace('"', "\"\""), "\""]);
            } else {
                text.push_str(cell);
            }
        }
        text.push_str("\r\n");
    }
    let grammar = Grammar {
        delimiter,
        quoting: if is_quoted {
            Quoting::Standard
        } else {
            Quoting::Off
        },
        line_end: b'\n',
    };
    let read = same_in_pieces(|piece| {
        let source = Source::memory(text.clone().into_bytes(), CAPS).in_pieces(piece);
        let handle = Handle::Text(TextTable {
            source,
            encoding: UTF_8,
            grammar,
            origin: origin(),
        });
        let table = Table::open(None, handle).map_err(|why| said(&why))?;
        rows(&table)
    });
    let is_blank = |cells: &Vec<String>| cells.iter().all(|cell| cell.trim().is_empty());
    let kind = |text: &String| if text.is_empty() { "Empty" } else { "Text" };
    let expected = (1..).zip(&printed).filter(|(_, cells)| !is_blank(cells));
    let shown = |cells: &Vec<String>| {
        let shown = cells.iter().map(|text| format!("{text}:{}", kind(text)));
        shown.collect::<Vec<_>>()
    };
    let expected: Vec<(u32, Vec<String>)> = expected
        .map(|(number, cells)| (number, shown(cells)))
        .collect();
    assert_eq!(read, Ok(expected), "{text:?}");
}

/// The encoding and its losses are the same however the bytes come, and are what decoding then gives.
pub fn encoding(bytes: &[u8]) {
    let decide = |piece| -> io::Result<Option<Verdict>> {
        let source = Source::memory(bytes.to_vec(), CAPS).in_pieces(piece);
        encoding::survey(source.reader()?)?.verdict(source.reader()?)
    };
    let verdict = same_in_pieces(|piece| decide(piece).map_err(|why| why.to_string()));
    let is_utf8 = str::from_utf8(bytes).is_ok() && !bytes.contains(&0);
    let Ok(Some(verdict)) = verdict else {
        assert!(!is_utf8, "text was not taken for text");
        return;
    };
    assert!(!is_utf8 || verdict.encoding == UTF_8 && verdict.lost == 0);
    let text = same_in_pieces(|piece| {
        let source = Source::memory(bytes.to_vec(), CAPS).in_pieces(piece);
        let decoder = verdict.encoding.new_decoder_with_bom_removal();
        let mut decoding = Decoding::new(source.reader().map_err(|why| why.to_string())?, decoder);
        while !decoding.ended() {
            decoding.fill().map_err(|why| why.to_string())?;
        }
        Ok::<String, String>(decoding.rest().to_owned())
    });
    let text = text.unwrap_or_default();
    let is_undefined = |c: &char| ('\u{80}'..'\u{a0}').contains(c);
    let lost = if verdict.encoding.is_single_byte() {
        text.chars().filter(is_undefined).count()
    } else {
        text.matches('\u{FFFD}').count()
    };
    let counted = verdict.lost + verdict.replacements;
    assert_eq!(counted, lost as u64, "lost in {}", verdict.encoding.name());
    if verdict.lost == 0 && [UTF_8, WINDOWS_1252].contains(&verdict.encoding) {
        let (again, _, unmappable) = verdict.encoding.encode(&text);
        let plain = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        assert!(!unmappable && *again == *plain, "bytes are not given back");
    }
}

/// What a law looks for in nested documents: each way in which rows may lie.
static NESTINGS: LazyLock<Nestings> = LazyLock::new(|| {
    let path = |text: &str| Path::parse(text).unwrap_or_default();
    let of = |rows: &[&str]| Nesting {
        rows: rows.iter().map(|text| path(text)).collect(),
        ..Nesting::default()
    };
    let clock = Clock {
        unit_ms: 60_000,
        since_ms: 1_293_840_000_000,
    };
    let value = |offset, metric: &str, sign, may_lack| SeriesValue {
        offset,
        metric: metric.into(),
        unit: "x".into(),
        sign,
        may_lack,
    };
    let nestings = [
        of(&["[]"]),
        Nesting {
            carried: vec![("c".into(), path("c")), ("d".into(), path("a[].d"))],
            position: Some("n".into()),
            indexed: vec![path("i")],
            left_out: vec![path("o")],
            clocks: vec![(vec!["t".into()], clock)],
            ..of(&["a[]", "a[].a[]"])
        },
        Nesting {
            key: Some("k".into()),
            ..of(&["m.*"])
        },
        Nesting {
            series: vec![
                Series {
                    path: path("s[1]"),
                    stride: 2,
                    values: vec![value(1, "p", Sign::Any, true)],
                },
                Series {
                    path: path("r.*"),
                    stride: 3,
                    values: vec![
                        value(1, "q", Sign::Positive, false),
                        value(2, "w", Sign::Negative, true),
                    ],
                },
            ],
            absent: vec![("-1".into(), "none".into())],
            ..of(&["a[]"])
        },
    ];
    Nestings {
        nestings: nestings.into_iter().map(Arc::new).collect(),
        told: vec![path("c"), path("a[0]")],
    }
});

/// A nested document gives the same rows however it comes. Tells why it gives none.
pub fn nested(bytes: &[u8]) -> Told<()> {
    let told = same_in_pieces(|piece| -> Told<(String, Vec<String>)> {
        let document = text_document(bytes, piece, &NESTINGS).map_err(|why| said(&why))?;
        let kind = format!("{:?}", document.kind);
        Ok((kind, document.tables.iter().map(told).collect()))
    });
    told.map(|_| ())
}

/// A sheet gives the same rows however it comes, and no more cells than it may. The bytes are the parts with the cells,
/// the shared texts and the styles, with 0 between.
pub fn sheet(bytes: &[u8]) {
    const TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut parts = bytes.splitn(3, |byte| *byte == 0);
    let [cells, strings, styles] = [(); 3].map(|()| parts.next().unwrap_or_default());
    let relation = |what: &str| {
        format!("<Relationship Id=\"{what}\" Type=\"{TYPES}/{what}\" Target=\"{what}.xml\"/>")
    };
    let relations = ["worksheet", "sharedStrings", "styles"]
        .map(relation)
        .concat();
    let relations = format!("<Relationships>{relations}</Relationships>");
    let book = "<workbook><sheets><sheet name=\"s\" r:id=\"worksheet\"/></sheets></workbook>";
    let _ = same_in_pieces(|piece| -> Told<Vec<String>> {
        let mut package = Package::new(LIMITS.sheet_cells);
        let all: [(&str, &[u8]); 5] = [
            ("xl/workbook.xml", book.as_bytes()),
            ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
            ("xl/worksheet.xml", cells),
            ("xl/sharedstrings.xml", strings),
            ("xl/styles.xml", styles),
        ];
        for (name, part) in all {
            package.insert(name, Source::memory(part.to_vec(), CAPS).in_pieces(piece));
        }
        let workbook = package.open(&origin()).map_err(|why| said(&why))?;
        for table in &workbook.tables {
            let n_cells = |(_, cells): &(u32, Vec<String>)| {
                cells
                    .iter()
                    .filter(|cell| !cell.ends_with(":Empty"))
                    .count() as u64
            };
            let n_cells: u64 = rows(table).iter().flatten().map(n_cells).sum();
            assert!(n_cells <= LIMITS.sheet_cells, "{n_cells} cells");
        }
        Ok(workbook.tables.iter().map(told).collect())
    });
}

fn documents(bytes: &[u8]) -> Result<Vec<Document>, ReadError> {
    Walk::new(&LIMITS, None, &NESTINGS).start_held(bytes)
}

fn all_told(documents: &[Document]) -> Vec<String> {
    let of = |document: &Document| {
        let tables: Vec<String> = document.tables.iter().map(told).collect();
        let (content_id, kind) = (&document.content_id, &document.kind);
        format!("{content_id} {kind:?} {tables:?}")
    };
    documents.iter().map(of).collect()
}

/// No file gives more than the limits, and packing a file once more changes nothing.
pub fn container(bytes: &[u8]) {
    let Ok(plain) = documents(bytes) else {
        return;
    };
    let size: u64 = plain.iter().map(|document| document.size).sum();
    assert!(size <= LIMITS.expanded_bytes, "{size} bytes came out");
    let n_entries = plain.len();
    assert!(n_entries <= LIMITS.entries, "{n_entries} files came out");
    let expected = all_told(&plain);
    for packed in [gzipped(bytes), zipped(bytes)].into_iter().flatten() {
        match documents(&packed) {
            Ok(inner) => assert_eq!(all_told(&inner), expected),
            // One archive more may be one too many.
            Err(ReadError::Bomb { .. }) => {}
            Err(why) => panic!("once more packed: {why}"),
        }
    }
}

fn gzipped(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn zipped(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    writer.start_file("held", stored)?;
    writer.write_all(bytes)?;
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Bytes near to what each law is about.
    fn near(alphabet: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            8 => prop::sample::select(alphabet).prop_map(|text| text.as_bytes().to_vec()),
            1 => prop::collection::vec(any::<u8>(), 0..4),
        ];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn of_delimited_text(bytes in near(&[",", ";", "\t", "\"", "\n", "\r\n", "\r", "a", "1", "é", "日本", " ", "sep=;\n"])) {
            delimited(&bytes);
            printed_rows(&bytes);
            encoding(&bytes);
        }

        #[test]
        fn of_nested_documents(bytes in near(&[
            "{", "}", "[", "]", ":", ",", "\"a\"", "\"s\"", "\"m\"", "\"\\u00e9\"", "1.50", "-1", "null", "true", "\n", "[{\"a\":",
        ])) {
            let _ = nested(&bytes);
        }

        #[test]
        fn of_sheets(bytes in near(&[
            "<worksheet><sheetData>", "</sheetData>", "<row>", "<row r=\"3\">", "</row>", "<c>", "<c r=\"B1\" s=\"1\">", "</c>",
            "<c t=\"s\">", "<v>", "</v>", "1.5", "&amp;", "<is><t>", "</t></is>", "<c/>", "\0<sst><si><t>x</t></si></sst>",
        ])) {
            sheet(&bytes);
        }

        #[test]
        fn of_containers(bytes in near(&["PK\u{3}\u{4}", "\u{1f}", "a,b\n1,2\n", "[{\"a\":1}]", "<a><b/></a>"])) {
            container(&bytes);
        }
    }
}
