//! The newest row of each key, however little fits in memory.

use super::*;
use crate::model::name::TableName;
use crate::model::period::PeriodKind;
use crate::model::table::MergeBy;
use crate::model::table::MergeRule;
use crate::model::table::StoredColumn;
use crate::model::table::StoredType;
use crate::store::Store;
use crate::store::entry::Entry;
use crate::store::layout;
use arrow::array::StringArray;
use arrow::util::display::array_value_to_string;
use serde_json::json;

fn table() -> Table {
    let column = |name: &str, ty| StoredColumn {
        name: ColumnName::parse(name).unwrap(),
        ty,
        title_zh: "".into(),
        additive: ty == StoredType::Integer,
    };
    Table {
        name: TableName::parse("t").unwrap(),
        title: "".into(),
        title_zh: "".into(),
        period: Some(PeriodKind::Event),
        merge: MergeRule {
            by: MergeBy::Key,
            key: vec![ColumnName::parse("id").unwrap()],
            partial_by: None,
            weight: None,
            slice: None,
        },
        families: Vec::new(),
        family_per_day: false,
        columns: vec![
            column("id", StoredType::Text),
            column("units", StoredType::Integer),
        ],
    }
}

/// Rows of `(id, units)` of reports in order of observation.
fn merged(reports: &[&[(&str, i64)]], run: usize) -> (Vec<u8>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path());
    let schema = table().arrow();
    let mut parts = Vec::new();
    for (n, rows) in reports.iter().enumerate() {
        let path = format!("observed/t/marketplace=US/{n}.parquet");
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.0))),
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.1))),
        ];
        let batch = RecordBatch::try_new(schema.clone(), columns).unwrap();
        let file = store.root().join(layout::native(&path));
        files::put_new(
            &file,
            &writer::encode(&file, &schema, &[batch], None).unwrap(),
        )
        .unwrap();
        let part = json!({"table": "t", "marketplace": "US", "month": null, "path": path,
            "rows": rows.len(), "slices": []});
        let mut report = json!({"status": "recognised", "questions": [], "report_id": n.to_string(),
            "observed_at": format!("2026-01-0{}T00:00:00Z", n + 1), "controls": {}, "findings": [],
            "unknown_columns": [], "reading_notes": [], "parts": [part]});
        report["rows"] = json!({"read": 0, "stored": 0, "merged": 0, "rejected": 0, "skipped": 0});
        let entry: Entry = serde_json::from_value(json!({
            "format": 1, "content_id": n.to_string(), "name": "", "container": "", "sightings": [], "context": "",
            "decoder": 1, "answers": "", "committed_at": "", "tables": [report],
        }))
        .unwrap();
        parts.extend(PartRef::all(&Arc::new(entry)));
    }
    // The order in which they are listed is nothing.
    parts.reverse();
    let out = store.root().join("current/t/marketplace=US/data.parquet");
    let observed = Observed::of(&store);
    write_in_runs(&observed, &out, &table(), &parts, "f", run).unwrap();
    let batches = reader::read(&out, &schema).unwrap();
    let batch = concat_batches(&schema, &batches).unwrap();
    let text = |row| {
        let cell = |column: usize| array_value_to_string(batch.column(column), row).unwrap();
        format!("{} {}", cell(0), cell(1))
    };
    let rows = (0..batch.num_rows()).map(text).collect();
    assert!(
        files::list(store.root()).unwrap().len() == reports.len() + 1,
        "runs leave nothing behind"
    );
    (files::get(&out).unwrap(), rows)
}

#[test]
fn the_newest_of_each_key_wins_and_look_alikes_stay_apart() {
    let old: &[(&str, i64)] = &[("b", 1), ("a", 1), ("c", 1), ("a", 2), ("d", 1)];
    let new: &[(&str, i64)] = &[("a", 10), ("e", 10), ("d", 10)];
    let newest: &[(&str, i64)] = &[("d", 100), ("a", 100), ("a", 200), ("a", 300)];
    let expected = ["a 100", "a 200", "a 300", "b 1", "c 1", "d 100", "e 10"];
    let (bytes, rows) = merged(&[old, new, newest], usize::MAX);
    assert_eq!(rows, expected);
    // A second of a key that the newer report lacks stays what it was.
    assert_eq!(
        merged(&[old, new], usize::MAX).1,
        ["a 10", "a 2", "b 1", "c 1", "d 10", "e 10"]
    );
    for run in 1..=6 {
        assert!(merged(&[old, new, newest], run).0 == bytes, "runs of {run}");
    }
    assert!(merged(&[], 1).1.is_empty());
}
