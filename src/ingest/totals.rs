//! Totals that a report tells beside what they are the total of: where the two differ, figures were read wrongly, a column
//! of amounts is not known, or rows are missing. Knows no report; what adds up to what is the schema's word.

use crate::decode::exact::Sum;
use crate::model::finding::Code;
use crate::model::finding::Finding;
use crate::model::finding::Findings;
use crate::model::name::ColumnName;
use crate::model::place::Place;
use crate::schema::Total;
use arrow::array::Array;
use arrow::array::AsArray;
use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use arrow::datatypes::Decimal128Type;
use arrow::datatypes::Int64Type;
use std::collections::BTreeMap;

/// What differs in the rows of a table, in their order.
pub(super) fn differing(totals: &[Total], batches: &[RecordBatch]) -> Findings {
    let mut findings = Findings::default();
    for total in totals {
        let columns: Vec<Columns> = batches
            .iter()
            .filter_map(|batch| Columns::of(total, batch))
            .collect();
        match &total.per {
            None => by_row(total, &columns, &mut findings),
            Some(per) => by_key(total, per, &columns, &mut findings),
        }
    }
    findings
}

/// Each row tells a total of its own.
fn by_row(total: &Total, columns: &[Columns<'_>], findings: &mut Findings) {
    for columns in columns {
        for row in 0..columns.batch.num_rows() {
            let Some(says) = columns.is.at(row) else {
                continue;
            };
            let found = columns.sum_at(row);
            if found != says {
                let text = format!(
                    "the amounts of the row add up to {found}, {} says {says}",
                    total.is
                );
                push(total, columns.place(row), text, findings);
            }
        }
    }
}

/// All rows with one text share a total, which stands in one of them.
fn by_key(total: &Total, per: &ColumnName, columns: &[Columns<'_>], findings: &mut Findings) {
    let mut sums: BTreeMap<&str, (Sum, Option<Sum>)> = BTreeMap::new();
    for columns in columns {
        let keys = columns.batch.column_by_name(per.as_str());
        let Some(keys) = keys.and_then(|array| array.as_string_opt::<i32>()) else {
            continue;
        };
        for row in (0..keys.len()).filter(|row| keys.is_valid(*row)) {
            let (found, says) = sums.entry(keys.value(row)).or_default();
            found.merge(columns.sum_at(row));
            if let Some(told) = columns.is.at(row) {
                says.get_or_insert_default().merge(told);
            }
        }
    }
    for (key, (found, says)) in sums {
        if let Some(says) = says.filter(|says| *says != found) {
            let text = format!(
                "the amounts of {per} {key} add up to {found}, {} says {says}",
                total.is
            );
            push(total, None, text, findings);
        }
    }
}

fn push(total: &Total, place: Option<Place>, text: String, findings: &mut Findings) {
    findings.push(Finding {
        code: Code::TotalDiffers,
        column: total.is.as_str().into(),
        place,
        text: text.into(),
        expected: "".into(),
    });
}

/// What one batch holds of a total.
struct Columns<'a> {
    batch: &'a RecordBatch,
    is: Amounts<'a>,
    of: Vec<Amounts<'a>>,
}

impl<'a> Columns<'a> {
    /// None where there is no total, or nothing that it could be the total of.
    fn of(total: &Total, batch: &'a RecordBatch) -> Option<Self> {
        let of = total.of.iter();
        let of: Vec<Amounts> = of.filter_map(|name| Amounts::of(batch, name)).collect();
        let is = Amounts::of(batch, &total.is).filter(|_| !of.is_empty())?;
        Some(Self { batch, is, of })
    }

    fn sum_at(&self, row: usize) -> Sum {
        let mut sum = Sum::default();
        for amounts in &self.of {
            sum.merge(amounts.at(row).unwrap_or_default());
        }
        sum
    }

    /// Where the row stood in the report.
    fn place(&self, row: usize) -> Option<Place> {
        let rows = self.batch.column_by_name("source_row")?;
        let row = rows.as_primitive_opt::<Int64Type>()?.value(row);
        Some(Place {
            row: u32::try_from(row).ok()?,
            column: 1,
        })
    }
}

/// The exact values of one column.
struct Amounts<'a> {
    column: &'a dyn Array,
    scale: u8,
}

impl<'a> Amounts<'a> {
    fn of(batch: &'a RecordBatch, name: &ColumnName) -> Option<Self> {
        let column: &dyn Array = batch.column_by_name(name.as_str())?;
        let scale = match column.data_type() {
            DataType::Decimal128(_, scale) => scale.unsigned_abs(),
            DataType::Int64 => 0,
            _ => return None,
        };
        Some(Self { column, scale })
    }

    fn at(&self, row: usize) -> Option<Sum> {
        if self.column.is_null(row) {
            return None;
        }
        let digits = match self.column.as_primitive_opt::<Decimal128Type>() {
            Some(decimals) => decimals.value(row),
            None => i128::from(self.column.as_primitive_opt::<Int64Type>()?.value(row)),
        };
        Some(Sum::of(digits, self.scale))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::ArrayRef;
    use arrow::array::Decimal128Array;
    use arrow::array::Int64Array;
    use arrow::array::StringArray;
    use std::sync::Arc;

    /// A key and three amounts.
    type Row<'a> = (&'a str, Option<i128>, Option<i128>, Option<i128>);

    fn batch(rows: &[Row<'_>]) -> RecordBatch {
        let money = |of: fn(&Row<'_>) -> Option<i128>| {
            let values = rows.iter().map(of).collect::<Decimal128Array>();
            let array = values.with_precision_and_scale(18, 2).unwrap();
            Arc::new(array) as ArrayRef
        };
        let keys: StringArray = rows.iter().map(|row| Some(row.0)).collect();
        let places: Int64Array = (2..).take(rows.len()).map(Some).collect();
        RecordBatch::try_from_iter_with_nullable([
            ("id", Arc::new(keys) as ArrayRef, true),
            ("sales", money(|row| row.1), true),
            ("fee", money(|row| row.2), true),
            ("total", money(|row| row.3), true),
            ("source_row", Arc::new(places) as ArrayRef, true),
        ])
        .unwrap()
    }

    fn told(per: Option<&str>, of: &[&str], batch: &RecordBatch) -> Vec<String> {
        let name = |text: &str| ColumnName::parse(text).unwrap();
        let total = Total {
            of: of.iter().map(|text| name(text)).collect(),
            is: name("total"),
            per: per.map(name),
        };
        differing(
            &[total],
            &[batch.slice(0, 2), batch.slice(2, batch.num_rows() - 2)],
        )
        .groups()
        .flat_map(|(_, _, group)| group.examples.clone())
        .map(|finding| {
            let row = finding.place.map_or(0, |place| place.row);
            format!("{row}: {}", finding.text)
        })
        .collect()
    }

    #[test]
    fn a_total_is_that_of_its_key_or_of_its_row() {
        let rows = batch(&[
            ("a", None, None, Some(300)),
            ("a", Some(100), None, None),
            ("a", Some(200), None, None),
            ("b", None, None, Some(500)),
            ("b", Some(499), None, None),
            ("c", Some(7), None, None),
        ]);
        assert_eq!(
            told(Some("id"), &["sales"], &rows),
            ["0: the amounts of id b add up to 4.99, total says 5"]
        );
        let rows = batch(&[
            ("a", Some(1000), Some(-250), Some(750)),
            ("a", Some(1000), None, Some(1000)),
            ("a", Some(1000), Some(-250), Some(1000)),
            ("a", Some(1000), Some(-250), None),
        ]);
        assert_eq!(
            told(None, &["sales", "fee", "unknown"], &rows),
            ["4: the amounts of the row add up to 7.5, total says 10"]
        );
    }
}
