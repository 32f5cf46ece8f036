use super::*;
use crate::publish::Lang;
use crate::publish::Sheet;
use crate::publish::tables;
use crate::publish::xlsx::sample;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use calamine::Data;
use calamine::Reader as _;
use calamine::Xlsx as Opened;
use std::io::Cursor;
use std::io::Read as _;
use std::sync::Arc;

fn made(sheets: &[Sheet<'_>], lang: Lang, room: Room) -> (Vec<u8>, Option<String>) {
    let tables = tables(sheets).unwrap();
    let as_of = jiff::civil::date(2026, 2, 12);
    workbook(
        &Edition {
            title: "Lumora 2026-02-12",
            tables,
            lang,
            as_of,
        },
        room,
    )
    .unwrap()
}

fn opened(bytes: Vec<u8>) -> Opened<Cursor<Vec<u8>>> {
    Opened::new(Cursor::new(bytes)).unwrap()
}

#[test]
fn values_and_types_come_back() {
    let batch = sample::batch();
    let (bytes, note) = made(&[sample::sheet(&batch)], Lang::Zh, Room::FULL);
    assert_eq!(note, None);
    let mut book = opened(bytes);
    assert_eq!(book.sheet_names(), ["目录", "浪费词", "字段说明"]);
    assert!(book.worksheet_formula("浪费词").unwrap().is_empty());
    let range = book.worksheet_range("浪费词").unwrap();
    let row = |nth: usize| range.rows().nth(nth).unwrap();
    let titles: Vec<String> = row(0).iter().map(ToString::to_string).collect();
    let expected = [
        "月份",
        "周起始日",
        "搜索词",
        "广告活动编号",
        "点击量",
        "广告花费",
        "ACOS",
        "是否达标",
        "建议",
        "观测时间（UTC）",
        "大数",
    ];
    assert_eq!(titles, expected);

    let text = |text: &str| Data::String(text.to_owned());
    let first = row(1);
    let moment = |cell: &Data| match cell {
        Data::DateTime(at) => at.to_ymd_hms_milli(),
        other => panic!("{other:?} is no date"),
    };
    assert_eq!(moment(&first[0]), (2026, 1, 1, 0, 0, 0, 0));
    assert_eq!(moment(&first[1]), (2026, 1, 4, 0, 0, 0, 0));
    assert_eq!(
        first[2..4],
        [
            text("=HYPERLINK(\"http://x\")"),
            text("0123456789012345678")
        ]
    );
    assert_eq!(
        first[4..7],
        [Data::Float(12.0), Data::Float(1234.5), Data::Float(0.2503)]
    );
    assert_eq!(first[7..9], [text("是"), text("negate_exact")]);
    assert_eq!(moment(&first[9]), (2026, 2, 12, 9, 0, 0, 0));
    assert_eq!(first[10], text("9007199254740993"));
    let second = row(2);
    assert_eq!(
        second[5..9],
        [Data::Float(-0.07), Data::Empty, text("否"), Data::Empty]
    );
    assert_eq!(second[10], Data::Float(15.0));
    // A row of nothing but NULL has no cells at all.
    assert_eq!(range.height(), 3);
}

#[test]
fn contents_and_glossary() {
    let batch = sample::batch();
    let (bytes, _) = made(&[sample::sheet(&batch)], Lang::En, Room::FULL);
    let mut book = opened(bytes);
    let contents = book.worksheet_range("Contents").unwrap();
    let cell = |row, column| {
        contents
            .get_value((row, column))
            .unwrap_or(&Data::Empty)
            .to_string()
    };
    assert_eq!(
        (cell(0, 0), cell(1, 0)),
        ("Lumora 2026-02-12".into(), "As of 2026-02-12".into())
    );
    let row: Vec<String> = (0..6).map(|column| cell(4, column)).collect();
    assert_eq!(
        row,
        [
            "Wasted keywords",
            "竞品与关键词周报",
            "3",
            "11",
            "",
            "wasted_keyword"
        ]
    );
    let glossary = book.worksheet_range("Columns").unwrap();
    assert_eq!(glossary.height(), 12);
    let row: Vec<String> = glossary
        .rows()
        .nth(7)
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        row,
        [
            "Wasted keywords",
            "ACOS",
            "percentage",
            "Spend / attributed sales",
            "acos"
        ]
    );
}

#[test]
fn the_header_is_frozen_filtered_and_linked() {
    let batch = sample::batch();
    let (bytes, _) = made(&[sample::sheet(&batch)], Lang::Zh, Room::FULL);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut part = |name: &str| {
        let mut text = String::new();
        archive
            .by_name(name)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        text
    };
    let sheet = part("xl/worksheets/sheet2.xml");
    for expected in [
        "<autoFilter ref=\"A1:K4\"/>",
        "ySplit=\"1\"",
        "state=\"frozen\"",
        "<conditionalFormatting sqref=\"H2:H4\">",
        "<conditionalFormatting sqref=\"I2:I4\">",
        "numberStoredAsText=\"1\"",
    ] {
        assert!(sheet.contains(expected), "{expected}");
    }
    assert!(part("xl/worksheets/sheet1.xml").contains("location=\"'浪费词'!A1\""));
    assert!(part("docProps/core.xml").contains("2026-02-12T00:00:00Z"));
}

#[test]
fn what_has_no_room_is_cut_and_said() {
    let batch = sample::batch();
    let two_rows = Room {
        rows: 2,
        cells: 1_000,
    };
    let (bytes, note) = made(&[sample::sheet(&batch)], Lang::Zh, two_rows);
    assert_eq!(
        note.as_deref(),
        Some("wasted_keyword: the last 2 of 3 rows; csv has all")
    );
    let mut book = opened(bytes);
    let range = book.worksheet_range("浪费词").unwrap();
    assert_eq!(range.rows().nth(1).unwrap()[3], Data::String("7".into()));
    let contents = book.worksheet_range("目录").unwrap();
    let said = contents.get_value((4, 4)).unwrap();
    assert_eq!(
        said,
        &Data::String("共 3 行，仅含最后 2 行；全部见 csv".into())
    );

    let long = "长".repeat(40_000);
    let values = StringArray::from(vec![long.as_str(), "_x0041_ a\u{b}b <&> \"c\""]);
    let batch = RecordBatch::try_from_iter([("search_term", Arc::new(values) as _)]).unwrap();
    let mut sheet = sample::sheet(&batch);
    sheet.columns.retain(|column| column.name == "search_term");
    let (bytes, note) = made(&[sheet], Lang::En, Room::FULL);
    let expected = "1 texts that no cell has room for are cut; csv has them whole";
    assert_eq!(note.as_deref(), Some(expected));
    let range = opened(bytes).worksheet_range("Wasted keywords").unwrap();
    let kept = range.rows().nth(1).unwrap()[0].to_string();
    assert_eq!(kept.chars().count(), 32_767);
    assert_eq!(
        range.rows().nth(2).unwrap()[0].to_string(),
        "_x0041_ a\u{b}b <&> \"c\""
    );
}

#[test]
fn large_sheets_share_the_room_that_small_ones_leave() {
    let room = Room {
        rows: 10,
        cells: 100,
    };
    for (sizes, expected) in [
        (vec![], 100),
        (vec![100], 100),
        (vec![101], 100),
        (vec![50, 50], 100),
        (vec![90, 20], 80),
        (vec![10, 500, 60, 20], 35),
        (vec![500, 500, 0], 50),
    ] {
        assert_eq!(room.most_cells(sizes.clone()), expected, "{sizes:?}");
    }
    let batch = sample::batch();
    let (_, note) = made(
        &[sample::sheet(&batch)],
        Lang::En,
        Room { rows: 9, cells: 25 },
    );
    let expected = "wasted_keyword: the last 2 of 3 rows; csv has all";
    assert_eq!(note.as_deref(), Some(expected));
}

#[test]
fn nothing_to_publish_is_a_workbook_too() {
    let batch = sample::batch().slice(0, 0);
    let mut bare = sample::sheet(&batch);
    bare.name = "bare";
    bare.columns.clear();
    let (bytes, _) = made(&[sample::sheet(&batch), bare], Lang::En, Room::FULL);
    let mut book = opened(bytes);
    assert_eq!(
        book.sheet_names(),
        [
            "Contents",
            "Wasted keywords",
            "Wasted keywords (2)",
            "Columns"
        ]
    );
    assert_eq!(book.worksheet_range("Wasted keywords").unwrap().height(), 1);
    let (bytes, _) = made(&[], Lang::En, Room::FULL);
    assert_eq!(opened(bytes).sheet_names(), ["Contents", "Columns"]);
}
