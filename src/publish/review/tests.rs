//! The page and the workbook of a small report, as a reader and as a browser see them.

use super::*;
use crate::publish::SheetColumn;
use arrow::array::ArrayRef;
use arrow::array::Float64Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use std::io::Cursor;
use std::io::Read;
use std::sync::Arc;

fn batch() -> RecordBatch {
    let texts = |texts: [&str; 2]| -> ArrayRef { Arc::new(StringArray::from(texts.to_vec())) };
    RecordBatch::try_from_iter([
        ("marketplace", texts(["US", "DE"])),
        ("asin", texts(["B0LUMD01BK", "B0LUMD02WH"])),
        ("owner", texts(["王芳", "<Li> & \"Co\""])),
        (
            "acos",
            Arc::new(Float64Array::from(vec![Some(0.231), None])) as ArrayRef,
        ),
    ])
    .unwrap()
}

fn report(batch: &RecordBatch, lang: Lang) -> Report<'_> {
    let column = |name: &'static str, unit: &'static str| SheetColumn {
        name,
        meaning: name,
        meaning_zh: name,
        unit,
    };
    let sheet = Sheet {
        name: "m",
        title: "M",
        title_zh: "M",
        group: "",
        columns: vec![
            column("marketplace", ""),
            column("asin", ""),
            column("owner", ""),
            column("acos", "fraction"),
        ],
        batch,
    };
    let part = |title: &str, body| Part {
        title: title.into(),
        note: String::new(),
        nothing: "nothing <here>".into(),
        body,
    };
    Report {
        lang,
        as_of: Date::constant(2026, 2, 12),
        file: "review".into(),
        title: "复盘 <2026-01>".into(),
        lines: vec!["2026-01".into()],
        notices: vec![Notice {
            text: "one & two".into(),
            is_bad: true,
        }],
        csv: Some("../csv".into()),
        parts: vec![
            part(
                "Cards",
                Body::Cards(vec![Card {
                    label: "US · SP".into(),
                    value: "23.1%".into(),
                    target: Some("25.0%".into()),
                    before: None,
                    good: Some(true),
                    is_preliminary: true,
                }]),
            ),
            part("Table", Body::Table { sheet, left_out: 3 }),
            part(
                "Trend",
                Body::Charts(vec![
                    Chart::Lines {
                        title: "US".into(),
                        unit: "fraction".into(),
                        is_inverted: false,
                        dates: vec![Date::constant(2025, 12, 1), Date::constant(2026, 1, 1)],
                        by_month: true,
                        lines: vec![
                            Line {
                                name: "SP".into(),
                                values: vec![Some(0.2), Some(0.231)],
                                is_target: false,
                            },
                            Line {
                                name: "25%".into(),
                                values: vec![Some(0.25), Some(0.25)],
                                is_target: true,
                            },
                        ],
                    },
                    Chart::Bars {
                        title: "US".into(),
                        unit: "count".into(),
                        bars: vec![("DEFECTIVE".into(), 7.0)],
                    },
                ]),
            ),
            part(
                "Moved",
                Body::Moved(vec![Moved {
                    title: "US".into(),
                    before: 0.2,
                    now: 0.231,
                    members: vec![("A".into(), 400), ("B".into(), -90)],
                    rest: (0, 0),
                    total: 310,
                }]),
            ),
            part("Nothing", Body::Charts(Vec::new())),
        ],
    }
}

#[test]
fn the_page_is_well_formed_and_needs_no_network() {
    let batch = batch();
    for lang in [Lang::Zh, Lang::En] {
        let html = page::html(&report(&batch, lang)).unwrap();
        let mut open = Vec::new();
        let mut rest = html.as_str();
        // Style and script hold no markup.
        while let Some(at) = rest.find('<') {
            let end = at + rest[at..].find('>').unwrap();
            let tag = &rest[at + 1..end];
            let name: &str = tag.split([' ', '/']).find(|name| !name.is_empty()).unwrap();
            rest = &rest[end + 1..];
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name), "{}", &rest[..rest.len().min(80)]);
            } else if !tag.ends_with('/') && !matches!(name, "!doctype" | "meta") {
                open.push(name);
            }
            if matches!(name, "style" | "script") && !tag.starts_with('/') {
                rest = &rest[rest.find(&format!("</{name}>")).unwrap()..];
            }
        }
        assert_eq!(open, [""; 0]);
        // The only addresses are links that a person follows.
        for (at, _) in html.match_indices("http") {
            let before = &html[at - 6..at];
            assert_eq!(before, "href=\"", "{}", &html[at..at + 40]);
        }
        for wanted in [
            "复盘 &lt;2026-01&gt;",
            "one &amp; two",
            "https://www.amazon.com/dp/B0LUMD01BK",
            "https://keepa.com/#!product/3-B0LUMD02WH",
            "data-owner=\"&lt;Li&gt; &amp; &quot;Co&quot;\"",
            "data-v=\"0.231\">23.1%",
            "+3.10 pp",
            "−0.90 pp",
            "sellerlake show m",
            "role=\"img\"",
        ] {
            assert!(html.contains(wanted), "{wanted}");
        }
        assert_eq!(html, page::html(&report(&batch, lang)).unwrap());
    }
}

#[test]
fn the_workbook_has_a_sheet_each_section_and_charts_of_its_own() {
    let batch = batch();
    let report = report(&batch, Lang::Zh);
    let bytes = xlsx::review::workbook(&report).unwrap();
    assert_eq!(bytes, xlsx::review::workbook(&report).unwrap());
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = zip
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    let count = |start: &str| names.iter().filter(|name| name.starts_with(start)).count();
    assert_eq!(count("xl/worksheets/sheet"), 1 + report.parts.len());
    assert_eq!(count("xl/charts/chart"), 3);
    let mut book = String::new();
    zip.by_name("xl/workbook.xml")
        .unwrap()
        .read_to_string(&mut book)
        .unwrap();
    for name in ["概览", "Cards", "Table", "Trend", "Moved", "Nothing"] {
        assert!(book.contains(&format!("name=\"{name}\"")), "{name}");
    }
}
