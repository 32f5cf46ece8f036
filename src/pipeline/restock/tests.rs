use super::*;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::Date32Array;
use arrow::array::Float64Array;
use arrow::array::Int64Array;
use arrow::array::StringArray;
use arrow::array::new_null_array;
use arrow::datatypes::DataType;
use arrow::util::display::array_value_to_string;
use std::sync::Arc;

const AS_OF: i32 = 20_484; // 2026-01-31

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
    .unwrap()
}

fn text(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn whole(values: &[Option<i64>]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

fn days(values: &[Option<i32>]) -> ArrayRef {
    Arc::new(Date32Array::from(values.to_vec()))
}

fn keys(products: &[&str]) -> Vec<(&'static str, ArrayRef)> {
    let products: Vec<Option<&str>> = products.iter().map(|product| Some(*product)).collect();
    vec![
        ("account", text(&vec![Some("a"); products.len()])),
        ("stock_pool", text(&vec![None; products.len()])),
        ("product", text(&products)),
    ]
}

fn items() -> RecordBatch {
    let mut columns = keys(&["lamp", "empty"]);
    let null = |ty: DataType| new_null_array(&ty, 2);
    columns.extend([
        ("as_of", days(&[Some(AS_OF), Some(AS_OF)])),
        ("sellable", whole(&[Some(90), None])),
        ("reserved_returning", whole(&[Some(10), None])),
        ("units_7", whole(&[None, None])),
        ("units_30", whole(&[Some(300), Some(3)])),
        ("units_90", whole(&[None, None])),
        ("days_7", null(DataType::Int64)),
        ("days_30", whole(&[Some(30), Some(30)])),
        ("days_90", null(DataType::Null)),
        ("weight_7", null(DataType::Float64)),
        ("weight_30", null(DataType::Float64)),
        ("weight_90", null(DataType::Float64)),
        ("lead_days_buy", whole(&[Some(20), None])),
        ("lead_days_ship", whole(&[Some(5), None])),
        ("safety_days", null(DataType::Int64)),
        ("demand_sd", null(DataType::Float64)),
        ("service_z", null(DataType::Float64)),
        ("supply_days_min", null(DataType::Float64)),
        ("supply_days_max", null(DataType::Float64)),
        ("carton_units", whole(&[Some(24), None])),
        ("moq", null(DataType::Int64)),
        ("mode", text(&[Some("sea"), None])),
    ]);
    batch(columns)
}

fn supply(kind: &'static str) -> RecordBatch {
    let mut columns = keys(&["lamp", "lamp"]);
    columns.extend([
        ("kind", text(&[Some("inbound"), Some(kind)])),
        ("units", whole(&[Some(50), Some(500)])),
        ("available_on", days(&[Some(AS_OF + 12), None])),
    ]);
    batch(columns)
}

fn factors(factor: f64) -> RecordBatch {
    let mut columns = keys(&["lamp"]);
    columns.extend([
        ("month_number", whole(&[None])),
        ("start_date", days(&[Some(AS_OF)])),
        ("end_date", days(&[Some(AS_OF + 1)])),
        (
            "factor",
            Arc::new(Float64Array::from(vec![factor])) as ArrayRef,
        ),
    ]);
    batch(columns)
}

fn cell(batch: &RecordBatch, row: usize, column: &str) -> String {
    let array = batch.column_by_name(column).unwrap();
    array_value_to_string(array, row).unwrap()
}

#[test]
fn a_plan_explains_itself_in_two_languages() {
    let plan = simulate(&[items(), supply("elsewhere"), factors(1.0)]).unwrap();
    assert_eq!(
        plan.column(2)
            .as_string::<i32>()
            .iter()
            .flatten()
            .collect::<Vec<_>>(),
        ["empty", "lamp"]
    );
    for (column, value) in [
        ("status", "ship_now"),
        ("sellable_units", "100"),
        ("stock_out_date", "2026-02-10"),
        ("back_in_stock_date", "2026-02-12"),
        ("arrival_date", "2026-02-05"),
        ("last_ship_date", "2026-02-05"),
        ("ship_need_units", "360"),
        ("ship_cartons", "15"),
        ("buy_units", "0"),
        (
            "reason_en",
            "10.0 a day; 100 sellable last 10 days, 50 inbound; out on 2026-02-10, back on 2026-02-12; \
             ship 360 in 15 cartons by 2026-02-05 (sea).",
        ),
        (
            "reason_zh",
            "日均 10.0 件；可售 100 件可卖 10 天，在途 50 件；2026-02-10 断货，2026-02-12 恢复；\
             最晚 2026-02-05 发货 360 件（15 箱）（sea）。",
        ),
    ] {
        assert_eq!(cell(&plan, 1, column), value, "{column}");
    }
    assert_eq!(cell(&plan, 0, "status"), "unknown");
    assert_eq!(cell(&plan, 0, "reason_en"), "Not known: stock is missing.");
}

#[test]
fn promotions_bring_the_day_forward() {
    // Two days at four times the demand take 80 of 100, the third day and the fourth the rest.
    let plan = simulate(&[items(), supply("production"), factors(4.0)]).unwrap();
    assert_eq!(cell(&plan, 1, "stock_out_date"), "2026-02-04");
}

#[test]
fn a_wrong_table_is_an_error_that_names_it() {
    let error = simulate(&[items(), supply("ship"), factors(1.0)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "column \"kind\" of the input of supply knows no \"ship\""
    );
    let error = simulate(&[supply("inbound"), supply("inbound"), factors(1.0)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the input of items has no column \"as_of\""
    );
}
