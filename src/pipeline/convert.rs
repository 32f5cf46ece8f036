//! Money in another currency: every decimal column of a table, by the rate of a month. Knows no table by name.
//!
//! Inputs: the amounts, with `currency` and `rate_month`; the rates, with `rate_month`, `currency`, `base_currency` and
//! `rate`. The rows come back as they are, with `base_currency`, `rate` and for every decimal column `x` a column
//! `x_base`: exactly multiplied, then rounded to four digits, halves away from zero. The base currency itself needs no
//! rate; where another lacks one, the base columns are null, never the amount itself.

use crate::pipeline::maker::MakeError;
use crate::pipeline::reading::Reading;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::Decimal128Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use arrow::datatypes::DataType;
use arrow::datatypes::Decimal128Type;
use arrow::datatypes::Field;
use arrow::datatypes::Schema;
use std::collections::BTreeMap;
use std::sync::Arc;

const DIGITS: i8 = 4;
const RATE_DIGITS: i8 = 8;

/// The maker: amounts and rates in, the amounts with what they are in the base currency out.
///
/// # Errors
/// When an input lacks a column, a column is of another kind, or a product is too large for a decimal.
pub(super) fn convert(inputs: &[RecordBatch]) -> Result<RecordBatch, MakeError> {
    let [amounts, rates] = inputs else {
        return Err(MakeError::Inputs {
            wanted: 2,
            given: inputs.len(),
        });
    };
    let rates = Rates::read(rates)?;
    let reading = Reading {
        what: "amounts",
        batch: amounts,
    };
    let currencies = reading.texts("currency")?;
    let months = reading.days("rate_month")?;
    let used: Vec<Option<i128>> = currencies
        .iter()
        .zip(&months)
        .map(|(currency, month)| rates.of(currency.as_deref(), *month))
        .collect();
    let schema = amounts.schema();
    let mut fields: Vec<Field> = schema
        .fields()
        .iter()
        .map(|field| field.as_ref().clone())
        .collect();
    let mut columns: Vec<ArrayRef> = amounts.columns().to_vec();
    fields.push(Field::new("base_currency", DataType::Utf8, true));
    columns.push(Arc::new(StringArray::from(vec![
        rates.base.as_deref();
        amounts.num_rows()
    ])));
    fields.push(Field::new(
        "rate",
        DataType::Decimal128(38, RATE_DIGITS),
        true,
    ));
    columns.push(decimals(used.iter().copied(), RATE_DIGITS)?);
    for (field, column) in schema.fields().iter().zip(amounts.columns()) {
        let DataType::Decimal128(_, scale) = field.data_type() else {
            continue;
        };
        let values = column.as_primitive::<Decimal128Type>();
        let mut converted = Vec::with_capacity(values.len());
        for (value, rate) in values.iter().zip(&used) {
            converted.push(match (value, rate) {
                (Some(value), Some(rate)) => Some(times(value, *scale, *rate).ok_or_else(
                    || MakeError::TooLarge {
                        column: field.name().as_str().into(),
                    },
                )?),
                _ => None,
            });
        }
        fields.push(Field::new(
            format!("{}_base", field.name()),
            DataType::Decimal128(38, DIGITS),
            true,
        ));
        columns.push(decimals(converted.into_iter(), DIGITS)?);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
        .map_err(|source| MakeError::Batch { source })
}

/// Rates by currency and month, with [`RATE_DIGITS`] digits.
struct Rates {
    base: Option<String>,
    by_month: BTreeMap<(String, i32), i128>,
}

impl Rates {
    fn read(batch: &RecordBatch) -> Result<Self, MakeError> {
        let reading = Reading {
            what: "rates",
            batch,
        };
        let months = reading.days("rate_month")?;
        let currencies = reading.texts("currency")?;
        let bases = reading.texts("base_currency")?;
        let rates = reading.column("rate", &DataType::Decimal128(38, RATE_DIGITS), "a decimal")?;
        let rates = rates.as_primitive::<Decimal128Type>();
        let mut by_month = BTreeMap::new();
        for ((month, currency), rate) in months.iter().zip(currencies).zip(rates.iter()) {
            if let (Some(month), Some(currency), Some(rate)) = (*month, currency, rate) {
                by_month.insert((currency, month), rate);
            }
        }
        Ok(Self {
            base: bases.into_iter().flatten().min(),
            by_month,
        })
    }

    fn of(&self, currency: Option<&str>, month: Option<i32>) -> Option<i128> {
        let currency = currency?;
        if self.base.as_deref() == Some(currency) {
            return Some(10_i128.pow(RATE_DIGITS.unsigned_abs().into()));
        }
        self.by_month.get(&(currency.to_owned(), month?)).copied()
    }
}

/// The product with [`DIGITS`] digits, halves away from zero; `None` where it does not fit.
fn times(value: i128, scale: i8, rate: i128) -> Option<i128> {
    let product = value.checked_mul(rate)?;
    let spare = scale.checked_add(RATE_DIGITS)?.checked_sub(DIGITS)?;
    let unit = 10_i128.checked_pow(u32::try_from(spare).ok()?)?;
    let half = unit / 2 * product.signum();
    Some(product.checked_add(half)? / unit)
}

fn decimals(values: impl Iterator<Item = Option<i128>>, scale: i8) -> Result<ArrayRef, MakeError> {
    let array: Decimal128Array = values.collect();
    let array = array
        .with_precision_and_scale(38, scale)
        .map_err(|source| MakeError::Batch { source })?;
    Ok(Arc::new(array))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::Date32Array;

    fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
        let columns = columns.into_iter().map(|(name, array)| (name, array, true));
        RecordBatch::try_from_iter_with_nullable(columns).unwrap()
    }

    fn money(values: Vec<Option<i128>>, scale: i8) -> ArrayRef {
        decimals(values.into_iter(), scale).unwrap()
    }

    #[test]
    fn products_are_exact_and_halves_go_away_from_zero() {
        for (value, scale, rate, expected) in [
            (1_000_000, 4, 711_250_000, Some(7_112_500)),
            (1, 4, 50_000_000, Some(1)),
            (-1, 4, 50_000_000, Some(-1)),
            (1, 4, 49_999_999, Some(0)),
            (10_000, 4, 33_333_333, Some(3333)),
            (i128::MAX / 2, 4, 711_250_000, None),
        ] {
            assert_eq!(times(value, scale, rate), expected, "{value} by {rate}");
        }
    }

    #[test]
    fn a_missing_rate_empties_and_the_base_needs_none() {
        let amounts = batch(vec![
            (
                "currency",
                Arc::new(StringArray::from(vec!["USD", "CNY", "EUR", "USD"])),
            ),
            ("rate_month", Arc::new(Date32Array::from(vec![0, 0, 0, 31]))),
            (
                "spend",
                money(vec![Some(10_000), Some(20_000), Some(30_000), Some(5)], 4),
            ),
        ]);
        let rates = batch(vec![
            ("rate_month", Arc::new(Date32Array::from(vec![0]))),
            ("currency", Arc::new(StringArray::from(vec!["USD"]))),
            ("base_currency", Arc::new(StringArray::from(vec!["CNY"]))),
            ("rate", money(vec![Some(700_000_000)], 8)),
        ]);
        let made = convert(&[amounts, rates]).unwrap();
        let spend = made.column_by_name("spend_base").unwrap();
        let spend: Vec<_> = spend.as_primitive::<Decimal128Type>().iter().collect();
        assert_eq!(spend, [Some(70_000), Some(20_000), None, None]);
    }
}
