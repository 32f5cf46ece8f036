//! What is kept of a real document of JSON, against a naive walk through the same document: rows and sums.

use sellerlake::store::entry::TableEntry;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A column and the path of what it holds.
type Numbers = &'static [(&'static str, &'static str)];

/// A schema, the list whose elements are its rows, and columns that hold the numbers at a path in each.
const FLAT: &[(&str, &str, Numbers)] = &[
    (
        "seller-central/sales-and-traffic-date",
        "/salesAndTrafficByDate",
        &[
            (
                "ordered_product_sales",
                "/salesByDate/orderedProductSales/amount",
            ),
            ("units_ordered", "/salesByDate/unitsOrdered"),
            ("sessions_app", "/trafficByDate/mobileAppSessions"),
            ("page_views_b2b", "/trafficByDate/pageViewsB2B"),
        ],
    ),
    (
        "seller-central/sales-and-traffic-parent",
        "/salesAndTrafficByAsin",
        &[(
            "ordered_product_sales",
            "/salesByAsin/orderedProductSales/amount",
        )],
    ),
    (
        "seller-central/sales-and-traffic-child",
        "/salesAndTrafficByAsin",
        &[
            (
                "ordered_product_sales",
                "/salesByAsin/orderedProductSales/amount",
            ),
            ("page_views", "/trafficByAsin/pageViews"),
        ],
    ),
    (
        "seller-central/sales-and-traffic-sku",
        "/salesAndTrafficByAsin",
        &[("units_ordered", "/salesByAsin/unitsOrdered")],
    ),
    (
        "seller-central/search-query-performance-api",
        "/dataByAsin",
        &[
            ("search_query_volume", "/searchQueryData/searchQueryVolume"),
            (
                "clicks_price_median",
                "/clickData/totalMedianClickPrice/amount",
            ),
        ],
    ),
    (
        "seller-central/search-catalog-performance-api",
        "/dataByAsin",
        &[(
            "search_traffic_sales",
            "/purchaseData/searchTrafficSales/amount",
        )],
    ),
    (
        "seller-central/market-basket-api",
        "/dataByAsin",
        &[("with_rank", "/purchasedWithRank")],
    ),
    (
        "seller-central/repeat-purchase-api",
        "/dataByAsin",
        &[("repeat_sales", "/repeatPurchaseRevenue/amount")],
    ),
    (
        "seller-central/top-search-terms-api",
        "/dataByDepartmentAndSearchTerm",
        &[("click_rank", "/clickShareRank")],
    ),
    (
        "keepa/api-product",
        "/products",
        &[
            ("review_count", "/stats/current/17"),
            ("bsr", "/stats/current/3"),
        ],
    ),
];

/// Compares what is kept of one table with the document. Gives the number of sums that were compared.
pub(crate) fn check(
    path: &Path,
    table: &TableEntry,
    rows: &[BTreeMap<String, String>],
    faults: &mut Vec<String>,
) -> usize {
    let document: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let schema = table.schema.as_deref().unwrap();
    let mut compare = |what: &str, kept: i128, reckoned: i128| {
        if kept != reckoned {
            faults.push(format!(
                "{}: {schema}: {what} is {kept}, the document says {reckoned}",
                path.display()
            ));
        }
    };
    let n_read = i128::from(table.rows.read);
    if let Some((_, list, columns)) = FLAT.iter().find(|(known, ..)| *known == schema) {
        let elements = document.pointer(list).unwrap().as_array().unwrap();
        compare("the number of rows", n_read, elements.len() as i128);
        for (column, inside) in *columns {
            let reckoned = elements
                .iter()
                .filter_map(|element| element.pointer(inside));
            compare(column, sum_of(rows, column), reckoned.map(scaled).sum());
        }
        return columns.len();
    }
    let reckoned = match schema {
        "keepa/api-product-history" => points(&document),
        "seller-central/account-health-json" => metrics(&document),
        other => panic!("{}: say in FLAT what {other} holds", path.display()),
    };
    compare("the number of rows", n_read, reckoned);
    1
}

/// The sum of a column in ten-thousandths.
fn sum_of(rows: &[BTreeMap<String, String>], column: &str) -> i128 {
    let values = rows.iter().filter_map(|row| row.get(column));
    values.map(|text| of_text(text)).sum()
}

fn scaled(value: &Value) -> i128 {
    of_text(&value.to_string())
}

fn of_text(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<4.4}").parse().unwrap()
}

/// The number of points of all series, twice where a price has its shipping behind it.
fn points(document: &Value) -> i128 {
    const WITH_SHIPPING: [usize; 14] = [7, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 32];
    let length = |value: &Value| value.as_array().map_or(0, Vec::len);
    let mut n = 0;
    for product in document["products"].as_array().unwrap() {
        for (index, list) in product["csv"].as_array().unwrap().iter().enumerate() {
            n += if WITH_SHIPPING.contains(&index) {
                length(list) / 3 * 2
            } else {
                length(list) / 2
            };
        }
        n += product["salesRanks"]
            .as_object()
            .unwrap()
            .values()
            .map(|list| length(list) / 2)
            .sum::<usize>();
        for name in [
            "salesRankReferenceHistory",
            "monthlySoldHistory",
            "buyBoxSellerIdHistory",
            "parentAsinHistory",
        ] {
            n += length(&product[name]) / 2;
        }
        n += length(&product["couponHistory"]) / 3 * 4;
        n += length(&product["reviews"]["ratingCount"]) / 2
            + length(&product["reviews"]["reviewCount"]) / 2;
    }
    n as i128
}

/// The accounts' statuses, and every metric that is an object, those of two kinds of delivery and warnings one by one.
fn metrics(document: &Value) -> i128 {
    let mut n = document["accountStatuses"].as_array().unwrap().len();
    for market in document["performanceMetrics"].as_array().unwrap() {
        for (name, metric) in market.as_object().unwrap() {
            n += match (name.as_str(), metric) {
                ("orderDefectRate", Value::Object(kinds)) => kinds.len(),
                (_, Value::Object(_)) => 1,
                (_, Value::Array(list)) => list.len(),
                _ => 0,
            };
        }
    }
    n as i128
}
