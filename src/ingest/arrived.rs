//! What reports there are and which of them arrived, as tables for SQL: `report_kinds` and `report_arrivals`. Owns what
//! the two hold; knows no report by name and no order in which anything was read.

use crate::model::period::day_number;
use crate::schema::catalog::Catalog;
use crate::store::StoreError;
use crate::store::entry::Status;
use crate::store::entry::TableEntry;
use crate::store::reports::Catalogue;
use arrow::array::ArrayRef;
use arrow::array::Date32Array;
use arrow::array::Int64Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use arrow::array::TimestampMillisecondArray;
use arrow::error::ArrowError;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A table of a file that was read and stored, as far as it tells of when and whose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Arrival {
    schema: Option<String>,
    into_table: Option<String>,
    account: Option<String>,
    marketplace: Option<String>,
    currency: Option<String>,
    period_start: Option<i32>,
    period_end: Option<i32>,
    observed_at: Option<i64>,
}

impl Arrival {
    fn of(table: &TableEntry) -> Self {
        let day = |text: Option<&String>| Some(day_number(text?.parse::<Date>().ok()?));
        let period = table.period.as_ref();
        let observed = table.observed_at.as_ref();
        Self {
            schema: table.schema.clone(),
            into_table: table.table.clone(),
            account: table.account.clone(),
            marketplace: table.marketplace.clone(),
            currency: table.currency.clone(),
            period_start: day(period.and_then(|period| period.start.as_ref())),
            period_end: day(period.and_then(|period| period.end.as_ref())),
            observed_at: observed
                .and_then(|text| text.parse::<Timestamp>().ok())
                .map(Timestamp::as_millisecond),
        }
    }
}

/// `report_kinds`: one row a report that a schema reads. Seeds are none.
///
/// # Errors
/// Never, unless Arrow refuses columns of one length.
pub fn report_kinds(catalog: &Catalog) -> Result<RecordBatch, ArrowError> {
    let mut kinds: Vec<[&str; 6]> = catalog
        .reports()
        .map(|schema| {
            let table = schema.outputs.first().map(|output| output.table.as_str());
            [
                schema.id.as_str(),
                &schema.title,
                &schema.title_zh,
                table.unwrap_or_default(),
                &schema.family,
                &schema.download,
            ]
        })
        .collect();
    kinds.sort_unstable();
    let names = [
        "schema",
        "title",
        "title_zh",
        "into_table",
        "family",
        "download",
    ];
    let columns = names.into_iter().enumerate().map(|(at, name)| {
        let cells = kinds.iter().map(|kind| kind[at]);
        let array: ArrayRef = Arc::new(StringArray::from_iter_values(cells));
        (name, array, true)
    });
    RecordBatch::try_from_iter_with_nullable(columns)
}

/// `report_arrivals`: one row for all tables of files that agree in kind, whose, period and time; `n_reports` says how
/// many. Only what was stored has arrived: a file that waits for an answer has not.
///
/// # Errors
/// When an entry cannot be read.
pub fn report_arrivals(catalogue: &Catalogue) -> Result<RecordBatch, StoreError> {
    let mut arrived: BTreeMap<Arrival, i64> = BTreeMap::new();
    for (_, entry) in catalogue.live()? {
        for table in &entry.tables {
            if table.status == Status::Recognised {
                *arrived.entry(Arrival::of(table)).or_default() += 1;
            }
        }
    }
    written(&arrived).map_err(|source| StoreError::Rows {
        path: "report_arrivals".into(),
        source,
    })
}

/// `report_arrivals` of nothing.
///
/// # Errors
/// As [`report_kinds`].
pub fn no_arrivals() -> Result<RecordBatch, ArrowError> {
    written(&BTreeMap::new())
}

fn written(arrived: &BTreeMap<Arrival, i64>) -> Result<RecordBatch, ArrowError> {
    let texts = |of: fn(&Arrival) -> &Option<String>| -> ArrayRef {
        let cells = arrived.keys().map(|arrival| of(arrival).as_deref());
        Arc::new(cells.collect::<StringArray>())
    };
    let days = |of: fn(&Arrival) -> Option<i32>| -> ArrayRef {
        Arc::new(arrived.keys().map(of).collect::<Date32Array>())
    };
    let observed = arrived.keys().map(|arrival| arrival.observed_at);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("schema", texts(|arrival| &arrival.schema)),
        ("into_table", texts(|arrival| &arrival.into_table)),
        ("account", texts(|arrival| &arrival.account)),
        ("marketplace", texts(|arrival| &arrival.marketplace)),
        ("currency", texts(|arrival| &arrival.currency)),
        ("period_start", days(|arrival| arrival.period_start)),
        ("period_end", days(|arrival| arrival.period_end)),
        (
            "observed_at",
            Arc::new(observed.collect::<TimestampMillisecondArray>()),
        ),
        (
            "n_reports",
            Arc::new(arrived.values().copied().collect::<Int64Array>()),
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::util::display::array_value_to_string;

    #[test]
    fn alike_arrivals_are_one_row_in_an_order_of_their_own() {
        let arrival = |schema: &str, end: Option<i32>| Arrival {
            schema: Some(schema.to_owned()),
            into_table: None,
            account: Some("a".to_owned()),
            marketplace: None,
            currency: None,
            period_start: None,
            period_end: end,
            observed_at: Some(0),
        };
        let arrived = BTreeMap::from([(arrival("t", Some(1)), 2), (arrival("s", None), 1)]);
        let batch = written(&arrived).unwrap();
        let row = |row: usize| {
            let cells = batch.columns().iter();
            let cells = cells.map(|array| array_value_to_string(array, row).unwrap());
            cells.collect::<Vec<_>>().join("|")
        };
        assert_eq!(row(0), "s||a|||||1970-01-01T00:00:00|1");
        assert_eq!(row(1), "t||a||||1970-01-02|1970-01-01T00:00:00|2");
        assert_eq!(no_arrivals().unwrap().schema(), batch.schema());
    }
}
