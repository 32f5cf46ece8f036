use super::*;
use crate::publish::xlsx::sample;
use std::fs;

#[test]
fn targets_are_sorted_and_unique() {
    assert!(targets().is_sorted_by(|a, b| a < b));
}

fn all(folder: &Path, lang: Lang) -> Vec<Published> {
    let batch = sample::batch();
    let sheets = [sample::sheet(&batch)];
    publish(
        folder,
        "Lumora 2026-02-12",
        &sheets,
        lang,
        jiff::civil::date(2026, 2, 12),
    )
    .unwrap()
}

#[test]
fn the_same_sheets_give_the_same_bytes() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let files = |root: &Path| {
        let published = [Lang::Zh, Lang::En]
            .into_iter()
            .flat_map(|lang| all(root, lang));
        let name = |path: &Path| path.strip_prefix(root).unwrap().to_path_buf();
        published
            .map(|p| (name(&p.path), fs::read(&p.path).unwrap()))
            .collect::<Vec<_>>()
    };
    let first = files(a.path());
    let csv = "csv/wasted_keyword.csv";
    let expected = [
        csv,
        "运营数据_2026-02-12.xlsx",
        csv,
        "sellerlake_2026-02-12.xlsx",
    ];
    assert!(
        first
            .iter()
            .map(|(name, _)| name.as_path())
            .eq(expected.map(Path::new))
    );
    // A workbook tells when it was made, to the second.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    assert!(first == files(b.path()));
}

#[test]
fn a_csv_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let published = all(folder.path(), Lang::Zh);
    assert_eq!(published[0].note, None);
    let text = fs::read_to_string(&published[0].path).unwrap();
    let expected = "\u{feff}month,week_start,search_term,campaign_id,clicks,spend,acos,on_target,suggestion,\
        observed_at,big\r\n\
        2026-01-01,2026-01-04,\"'=HYPERLINK(\"\"http://x\"\")\",\"0123456789012345678\",12,1234.5000,0.2503,true,\
        \"negate_exact\",2026-02-12T09:00:00Z,9007199254740993\r\n\
        2026-02-01,2026-02-08,\"行李箱\",\"7\",3,-0.0700,,false,,2026-02-12T09:00:00.25Z,15\r\n\
        ,,,,,,,,,,\r\n";
    assert_eq!(text, expected);
}

#[test]
fn what_cannot_be_published_is_said() {
    let batch = sample::batch();
    let folder = tempfile::tempdir().unwrap();
    let text = |sheets: &[Sheet<'_>]| {
        let day = jiff::civil::date(2026, 2, 12);
        publish(folder.path(), "", sheets, Lang::En, day)
            .unwrap_err()
            .to_string()
    };
    let twice = [sample::sheet(&batch), sample::sheet(&batch)];
    assert_eq!(
        text(&twice),
        "cannot publish two sheets that are both called wasted_keyword"
    );
    let mut sheet = sample::sheet(&batch);
    sheet.columns[0].name = "nowhere";
    assert_eq!(
        text(&[sheet]),
        "cannot publish wasted_keyword: it has no column nowhere"
    );
    assert!(!folder.path().join("csv").exists());
}

#[test]
fn a_file_that_is_open_gets_a_sibling() {
    let folder = tempfile::tempdir().unwrap();
    let refuses = |held: &'static [&'static str], kind: io::ErrorKind| {
        move |path: &Path, bytes: &[u8]| {
            if held.contains(&file_name(path).as_str()) {
                let source = io::Error::from(kind);
                return Err(StoreError::File {
                    verb: "replace",
                    path: path.into(),
                    source,
                });
            }
            files::replace(path, bytes)
        }
    };
    let document = |bytes: &[u8]| Document {
        name: "数据.xlsx".into(),
        bytes: bytes.into(),
        note: Some("short".into()),
    };
    let denied = io::ErrorKind::PermissionDenied;
    let first = place(folder.path(), document(b"1"), &refuses(&[], denied)).unwrap();
    assert_eq!(
        first,
        Published {
            path: folder.path().join("数据.xlsx"),
            note: Some("short".into())
        }
    );

    let open = refuses(&["数据.xlsx"], denied);
    let second = place(folder.path(), document(b"2"), &open).unwrap();
    assert_eq!(second.path, folder.path().join("数据 (2).xlsx"));
    assert_eq!(
        second.note.as_deref(),
        Some(
            "数据.xlsx is open in another program and stays as it is; the new one is 数据 (2).xlsx; short"
        )
    );
    let both = refuses(&["数据.xlsx", "数据 (2).xlsx"], io::ErrorKind::ResourceBusy);
    let third = place(folder.path(), document(b"3"), &both).unwrap();
    assert_eq!(third.path, folder.path().join("数据 (3).xlsx"));
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert_eq!(read("数据.xlsx"), b"1");
    assert_eq!(read("数据 (2).xlsx"), b"2");
    assert_eq!(read("数据 (3).xlsx"), b"3");

    // What is not there cannot be open: the folder itself is the trouble, or the disk is full.
    let no_folder = refuses(&["new.xlsx"], denied);
    let new = Document {
        name: "new.xlsx".into(),
        bytes: Vec::new(),
        note: None,
    };
    assert!(place(folder.path(), new, &no_folder).is_err());
    let full = refuses(&["数据.xlsx"], io::ErrorKind::StorageFull);
    assert!(place(folder.path(), document(b"4"), &full).is_err());
}
