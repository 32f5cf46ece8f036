//! The step that divides numbers: prices in cents, ratings in tenths.

use crate::model::market::Market;
use crate::model::name::ColumnName;
use crate::normalise::Columns;
use crate::schema::Divisor;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::Decimal128Array;
use arrow::array::Float64Array;
use arrow::datatypes::Decimal128Type;
use arrow::datatypes::Float64Type;
use std::sync::Arc;

/// Divides what `columns` names, in the rows where a text column says one of a few words, or in all. `market` is that of
/// all rows, where rows do not name their own. Exact decimals keep their digits: what does not fit is rounded half to even.
pub(super) fn divide(
    names: &[ColumnName],
    by: Divisor,
    only: Option<&(ColumnName, Vec<Box<str>>)>,
    market: Option<Market>,
    columns: &mut Columns,
) {
    let divisors = divisors(by, only, market, columns);
    for name in names {
        let Some(array) = columns.get(name.as_str()) else {
            continue;
        };
        if let Some(divided) = divided(array, &divisors) {
            columns.set(name.clone(), divided);
        }
    }
}

/// What each row is divided by; none where that cannot be known.
fn divisors(
    by: Divisor,
    only: Option<&(ColumnName, Vec<Box<str>>)>,
    market: Option<Market>,
    columns: &Columns,
) -> Vec<Option<u32>> {
    let text = |name: &str| {
        columns
            .get(name)
            .and_then(|array| array.as_string_opt::<i32>())
    };
    let at = |name: &str, row: usize| {
        text(name).and_then(|array| array.is_valid(row).then(|| array.value(row)))
    };
    (0..columns.n_rows())
        .map(|row| {
            if let Some((column, words)) = only {
                let word = at(column.as_str(), row);
                if !word.is_some_and(|word| words.iter().any(|known| **known == *word)) {
                    return Some(1);
                }
            }
            match by {
                Divisor::Number(number) => Some(number),
                Divisor::MinorUnits => market
                    .or_else(|| Market::by_code(at("marketplace", row)?))
                    .map(Market::minor_units),
            }
        })
        .collect()
}

fn divided(array: &ArrayRef, divisors: &[Option<u32>]) -> Option<ArrayRef> {
    if let Some(numbers) = array.as_primitive_opt::<Decimal128Type>() {
        let quotients = numbers.iter().zip(divisors);
        let quotients: Decimal128Array = quotients
            .map(|(number, by)| Some(half_even(number?, i128::from((*by)?))))
            .collect();
        let (precision, scale) = (numbers.precision(), numbers.scale());
        let quotients = quotients.with_precision_and_scale(precision, scale);
        return Some(Arc::new(quotients.ok()?));
    }
    let numbers = array.as_primitive_opt::<Float64Type>()?;
    let quotients = numbers.iter().zip(divisors);
    let quotients: Float64Array = quotients
        .map(|(number, by)| Some(number? / f64::from((*by)?)))
        .collect();
    Some(Arc::new(quotients))
}

fn half_even(number: i128, by: i128) -> i128 {
    let (quotient, rest) = (number.div_euclid(by), number.rem_euclid(by));
    let up = rest * 2 > by || rest * 2 == by && quotient % 2 != 0;
    quotient + i128::from(up)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::StringArray;

    fn name(text: &str) -> ColumnName {
        ColumnName::parse(text).unwrap()
    }

    #[test]
    fn money_is_divided_by_what_the_currency_has() {
        let prices = Decimal128Array::from(vec![
            Some(14_990_000),
            Some(14_990_000),
            None,
            Some(430_000),
        ]);
        let prices = prices.with_precision_and_scale(18, 4).unwrap();
        let mut columns = Columns::new(
            vec![
                (name("value"), Arc::new(prices) as ArrayRef),
                (
                    name("marketplace"),
                    Arc::new(StringArray::from(vec!["US", "JP", "US", "US"])),
                ),
                (
                    name("unit"),
                    Arc::new(StringArray::from(vec!["money", "money", "money", "tenths"])),
                ),
            ],
            4,
        );
        let only = |word: &str| (name("unit"), vec![Box::from(word)]);
        let names = [name("value")];
        divide(
            &names,
            Divisor::MinorUnits,
            Some(&only("money")),
            None,
            &mut columns,
        );
        divide(
            &names,
            Divisor::Number(10),
            Some(&only("tenths")),
            None,
            &mut columns,
        );
        let made = columns
            .get("value")
            .unwrap()
            .as_primitive::<Decimal128Type>();
        assert_eq!(
            made.iter().collect::<Vec<_>>(),
            [Some(149_900), Some(14_990_000), None, Some(43_000)]
        );
    }

    #[test]
    fn halves_go_to_the_even_side() {
        for (number, by, quotient) in [
            (5, 10, 0),
            (15, 10, 2),
            (-5, 10, 0),
            (-15, 10, -2),
            (16, 10, 2),
            (-16, 10, -2),
        ] {
            assert_eq!(half_even(number, by), quotient, "{number}/{by}");
        }
    }
}
