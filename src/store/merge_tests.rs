//! Merging whole partitions: slices large enough to be copied, small ones, partial and restated ones, in any order.

use super::*;
use crate::model::name::ColumnName;
use crate::model::table::MergeRule;
use crate::model::table::StoredColumn;
use crate::model::table::StoredType;
use crate::store::entry::Entry;
use crate::store::entry::Part;
use crate::store::entry::Rows as RowCounts;
use crate::store::entry::Sighting;
use crate::store::entry::Status;
use crate::store::entry::TableEntry;
use crate::store::part;
use crate::store::picked::Picked;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::Date32Array;
use arrow::array::Int64Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use arrow::array::TimestampMillisecondArray;
use arrow::compute::concat_batches;
use arrow::datatypes::Int64Type;
use std::path::Path;

fn name(text: &str) -> ColumnName {
    ColumnName::parse(text).unwrap()
}

fn table() -> Table {
    let column = |text: &str, ty| StoredColumn {
        name: name(text),
        ty,
        title_zh: "".into(),
        additive: ty == StoredType::Integer,
    };
    Table {
        name: TableName::parse("t").unwrap(),
        title: "".into(),
        title_zh: "".into(),
        period: Some(PeriodKind::Day),
        merge: MergeRule {
            slice: None,
            by: MergeBy::Slice,
            key: vec![name("campaign")],
            partial_by: Some(name("campaign")),
            weight: Some(name("clicks")),
        },
        families: vec!["console".into(), "other".into()],
        family_per_day: false,
        columns: vec![
            column("account", StoredType::Text),
            column("marketplace", StoredType::Text),
            column("family", StoredType::Text),
            column("date", StoredType::Date),
            column("ad_product", StoredType::Text),
            column("campaign", StoredType::Text),
            column("clicks", StoredType::Integer),
            column("observed_at", StoredType::Timestamp),
            column("report_id", StoredType::Text),
            column("month", StoredType::Date),
        ],
    }
}

/// Rows of `(day, campaign, clicks)` as one report saw them.
#[derive(Clone)]
struct Report {
    id: &'static str,
    observed: i64,
    family: &'static str,
    /// Of a campaign, as far as the report tells it.
    ad_product: fn(&str) -> Option<&'static str>,
    rows: Vec<(i32, String, i64)>,
}

fn batch(table: &Table, report: &Report) -> RecordBatch {
    let n = report.rows.len();
    let text = |value: &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(std::iter::repeat_n(value, n)))
    };
    let days = || {
        Arc::new(Date32Array::from_iter_values(
            report.rows.iter().map(|row| row.0),
        )) as ArrayRef
    };
    let columns: Vec<ArrayRef> = vec![
        text("a"),
        text("US"),
        text(report.family),
        days(),
        Arc::new(
            (report.rows.iter().map(|row| (report.ad_product)(&row.1))).collect::<StringArray>(),
        ),
        Arc::new(StringArray::from_iter_values(
            report.rows.iter().map(|row| row.1.as_str()),
        )),
        Arc::new(Int64Array::from_iter_values(
            report.rows.iter().map(|row| row.2),
        )),
        Arc::new(TimestampMillisecondArray::from_value(report.observed, n)),
        text(report.id),
        Arc::new(Date32Array::from_value(0, n)),
    ];
    RecordBatch::try_new(table.arrow(), columns).unwrap()
}

type Found = (i32, String, i64, String);

/// Merges reports in the order given, and gives the file's bytes and its rows as `(day, campaign, clicks, report)`.
fn merged(reports: &[&Report]) -> (Vec<u8>, Vec<Found>) {
    let (bytes, found, _) = merged_into(&table(), reports);
    (bytes, found)
}

/// The same for another table, with what was not taken.
fn merged_into(table: &Table, reports: &[&Report]) -> (Vec<u8>, Vec<Found>, Vec<PassedOver>) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path());
    let tables = BTreeMap::from([(TableName::parse("t").unwrap(), table.clone())]);
    let mut catalogue = Catalogue::default();
    for report in reports {
        let path = format!(
            "observed/t/marketplace=US/month=1970-01-01/{}.parquet",
            report.id
        );
        let encoded =
            part::encode(Path::new(&path), table, &Picked::all(batch(table, report))).unwrap();
        files::put_new(&store.root().join(layout::native(&path)), &encoded.bytes).unwrap();
        let part = Part {
            table: "t".into(),
            marketplace: "US".into(),
            month: Some("1970-01-01".into()),
            path,
            rows: report.rows.len() as u64,
            slices: encoded.slices,
        };
        let observed = Timestamp::from_millisecond(report.observed)
            .unwrap()
            .to_string();
        assert!(
            catalogue
                .try_commit(&store, entry(report.id, observed, part))
                .unwrap()
        );
    }
    let accepted = BTreeSet::new();
    let plan = plan(&store, &catalogue, &tables, &accepted).unwrap();
    let passed_over = plan
        .jobs
        .iter()
        .flat_map(|job| run(&store, job, &accepted).unwrap())
        .collect();
    let path = store
        .root()
        .join("current/t/marketplace=US/month=1970-01-01/data.parquet");
    let rows = reader::read(&path, &table.arrow()).unwrap();
    let rows = concat_batches(&table.arrow(), &rows).unwrap();
    let text = |column: &str, row: usize| {
        rows.column_by_name(column)
            .unwrap()
            .as_string::<i32>()
            .value(row)
            .to_owned()
    };
    let days = rows
        .column_by_name(table.day_column().unwrap())
        .unwrap()
        .as_primitive::<arrow::datatypes::Date32Type>();
    let clicks = rows
        .column_by_name("clicks")
        .unwrap()
        .as_primitive::<Int64Type>();
    assert_eq!(days.null_count(), 0);
    let found = (0..rows.num_rows())
        .map(|row| {
            (
                days.value(row),
                text("campaign", row),
                clicks.value(row),
                text("report_id", row),
            )
        })
        .collect();
    (files::get(&path).unwrap(), found, passed_over)
}

fn entry(id: &str, observed: String, part: Part) -> Entry {
    let report = TableEntry {
        sheet: None,
        status: Status::Recognised,
        reason: None,
        questions: Vec::new(),
        schema: None,
        schema_version: None,
        table: Some("t".into()),
        report_id: Some(id.to_owned()),
        reading: Some(id.to_owned()),
        language: None,
        account: None,
        account_from: None,
        marketplace: None,
        marketplace_from: None,
        currency: None,
        period: None,
        observed_at: Some(observed),
        observed_from: Some("name".into()),
        rows: RowCounts::default(),
        controls: BTreeMap::new(),
        findings: Vec::new(),
        unknown_columns: Vec::new(),
        reading_notes: Vec::new(),
        parts: vec![part],
    };
    Entry {
        format: Entry::FORMAT,
        content_id: id.to_owned(),
        variant: String::new(),
        name: id.to_owned(),
        container: String::new(),
        sightings: vec![Sighting {
            path: id.to_owned(),
            bytes: 0,
            modified: 0,
        }],
        context: String::new(),
        decoder: 1,
        answers: String::new(),
        failure: None,
        tables: vec![report],
        committed_at: String::new(),
        taken_ms: 0,
    }
}

fn rows(day: i32, campaign: &str, n: usize, clicks: i64) -> Vec<(i32, String, i64)> {
    (0..n).map(|_| (day, campaign.to_owned(), clicks)).collect()
}

/// Sums of clicks by day, campaign and report.
fn sums(rows: &[Found]) -> Vec<(i32, String, String, i64)> {
    let mut sums: BTreeMap<(i32, String, String), i64> = BTreeMap::new();
    for (day, campaign, clicks, report) in rows {
        *sums
            .entry((*day, campaign.clone(), report.clone()))
            .or_default() += clicks;
    }
    sums.into_iter()
        .map(|((day, campaign, report), clicks)| (day, campaign, report, clicks))
        .collect()
}

#[test]
fn slices_are_copied_pooled_and_cut_alike_in_any_order() {
    let old = Report {
        id: "old",
        observed: 1_000,
        family: "console",
        ad_product: |_| Some("SP"),
        rows: [
            rows(1, "x", 5_000, 1),
            rows(2, "x", 10, 1),
            rows(2, "y", 5, 1),
            rows(3, "x", 6_000, 1),
        ]
        .concat(),
    };
    // Restates days 2 and 3, and lacks campaign y of day 2: partial there.
    let new = Report {
        id: "new",
        observed: 2_000,
        family: "console",
        ad_product: |_| Some("SP"),
        rows: [
            rows(3, "x", 6_000, 2),
            rows(2, "x", 12, 3),
            rows(4, "x", 1, 7),
        ]
        .concat(),
    };
    // Another family of day 4 is worse and not added; of day 5 there is no better.
    let other = Report {
        id: "other",
        observed: 3_000,
        family: "other",
        ad_product: |_| Some("SP"),
        rows: [rows(4, "x", 1, 100), rows(5, "x", 2, 100)].concat(),
    };
    let (bytes, found) = merged(&[&old, &new, &other]);
    let line = |day, campaign: &str, report: &str, clicks| {
        (day, campaign.to_owned(), report.to_owned(), clicks)
    };
    assert_eq!(
        sums(&found),
        [
            line(1, "x", "old", 5_000),
            line(2, "x", "new", 36),
            line(2, "y", "old", 5),
            line(3, "x", "new", 12_000),
            line(4, "x", "new", 7),
            line(5, "x", "other", 200),
        ]
    );
    assert!(
        found.windows(2).all(|pair| pair[0].0 <= pair[1].0),
        "rows are in order of days"
    );
    assert_eq!(merged(&[&other, &new, &old]).0, bytes);
    assert_eq!(merged(&[&new, &old, &other]).0, bytes);
}

#[test]
fn a_poorer_observation_is_passed_over() {
    let old = Report {
        id: "old",
        observed: 1_000,
        family: "console",
        ad_product: |_| Some("SP"),
        rows: rows(1, "x", 10, 10),
    };
    let new = Report {
        id: "new",
        observed: 2_000,
        family: "console",
        ad_product: |_| Some("SP"),
        rows: rows(1, "x", 10, 1),
    };
    let (_, found) = merged(&[&old, &new]);
    assert_eq!(sums(&found), [(1, "x".to_owned(), "old".to_owned(), 100)]);
}

/// A report put together without ad products: `a` and `b` are Sponsored Products, `v` is a brand campaign.
fn mixed() -> Report {
    Report {
        id: "mixed",
        observed: 9_000,
        family: "other",
        ad_product: |_| None,
        rows: [rows(1, "a", 3, 10), rows(1, "b", 1, 5), rows(1, "v", 2, 7)].concat(),
    }
}

fn of_products(campaigns: &[&str]) -> Report {
    Report {
        id: "sp",
        observed: 1_000,
        family: "console",
        ad_product: |_| Some("SP"),
        rows: campaigns
            .iter()
            .flat_map(|name| rows(1, name, 2, 4))
            .collect(),
    }
}

#[test]
fn rows_without_an_ad_product_count_only_where_no_report_tells_it() {
    let sp = of_products(&["a", "b"]);
    let sb = Report {
        id: "sb",
        ad_product: |_| Some("SB"),
        ..of_products(&["v"])
    };
    let line =
        |campaign: &str, report: &str, clicks| (1, campaign.to_owned(), report.to_owned(), clicks);
    let (sp_a, sp_b) = (line("a", "sp", 8), line("b", "sp", 8));
    let nameless = Report {
        rows: rows(1, "", 4, 4),
        ..mixed()
    };
    let whole_account = Report {
        rows: rows(1, "", 4, 4),
        ..of_products(&[])
    };
    // What lies there, what counts, and how many rows of the mixed report gave way to how many.
    for (reports, counts, gave_way) in [
        (
            vec![mixed()],
            vec![
                line("a", "mixed", 30),
                line("b", "mixed", 5),
                line("v", "mixed", 14),
            ],
            None,
        ),
        (
            vec![mixed(), sp.clone()],
            vec![sp_a.clone(), sp_b.clone(), line("v", "mixed", 14)],
            Some((4, 4)),
        ),
        (
            vec![mixed(), sp.clone(), sb.clone()],
            vec![sp_a.clone(), sp_b.clone(), line("v", "sb", 8)],
            Some((6, 6)),
        ),
        (vec![nameless, sp.clone()], vec![sp_a, sp_b], Some((4, 4))),
        (
            vec![mixed(), whole_account],
            vec![line("", "sp", 16)],
            Some((4, 6)),
        ),
    ] {
        let refs: Vec<&Report> = reports.iter().collect();
        let (bytes, found, passed_over) = merged_into(&table(), &refs);
        assert_eq!(sums(&found), counts);
        let figures: Vec<_> = passed_over
            .iter()
            .map(|passed| (passed.rows, passed.why))
            .collect();
        let expected = gave_way.map(|rows| (rows, Why::AdProductUntold));
        assert_eq!(figures, Vec::from_iter(expected));
        let turned: Vec<&Report> = reports.iter().rev().collect();
        assert_eq!(
            merged_into(&table(), &turned).0,
            bytes,
            "the order of arrival shows"
        );
    }
}

#[test]
fn a_report_gives_way_to_others_and_not_to_itself() {
    let both = Report {
        ad_product: |campaign| (campaign == "a").then_some("SP"),
        rows: [rows(1, "a", 1, 10), rows(1, "", 1, 5)].concat(),
        ..mixed()
    };
    let (_, found, passed_over) = merged_into(&table(), &[&both]);
    assert_eq!((found.len(), passed_over.len()), (2, 0));
    let (_, found, passed_over) = merged_into(&table(), &[&both, &of_products(&["a"])]);
    assert_eq!(sums(&found), [(1, "a".to_owned(), "sp".to_owned(), 8)]);
    assert_eq!(passed_over.len(), 1);
}

#[test]
fn one_family_counts_of_a_day_whatever_documents_it_holds() {
    let mut table = table();
    table.period = Some(PeriodKind::Snapshot);
    table.merge.slice = Some(name("campaign"));
    table.merge.partial_by = None;
    table.merge.weight = None;
    let day = table
        .columns
        .iter_mut()
        .find(|column| column.name.as_str() == "date");
    day.unwrap().name = name("snapshot_date");
    let report = |id, family, sheet: &str| Report {
        id,
        observed: 1_000,
        family,
        ad_product: |sheet| match sheet {
            "ads" => None,
            "brands" => Some("SB"),
            _ => Some("SP"),
        },
        rows: rows(1, sheet, 1, 1),
    };
    let reports = [
        report("bulk", "console", "campaigns"),
        report("page", "other", "table"),
        report("ads", "other", "ads"),
        report("brands", "other", "brands"),
    ];
    let refs: Vec<&Report> = reports.iter().collect();
    let came = |table: &Table| -> Vec<String> {
        let (_, found, _) = merged_into(table, &refs);
        let ids: BTreeSet<String> = found.into_iter().map(|row| row.3).collect();
        ids.into_iter().collect()
    };
    assert_eq!(came(&table), ["ads", "brands", "bulk", "page"]);
    table.family_per_day = true;
    // Brands are told by nothing better; ads of no product told are, since the better family knows the account.
    assert_eq!(came(&table), ["brands", "bulk"]);
}
