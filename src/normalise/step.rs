//! The steps that a schema declares, applied to the columns of one output.

use crate::model::market::Market;
use crate::model::name::ColumnName;
use crate::model::period::day_number;
use crate::model::table::StoredType;
use crate::normalise::Columns;
use crate::normalise::NormaliseError;
use crate::normalise::divide;
use crate::normalise::facts;
use crate::schema::ConstantValue;
use crate::schema::Own;
use crate::schema::Step;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::ArrowPrimitiveType;
use arrow::array::AsArray;
use arrow::array::Date32Array;
use arrow::array::Decimal128Array;
use arrow::array::Int64Array;
use arrow::array::PrimitiveArray;
use arrow::array::StringArray;
use arrow::array::UInt32Array;
use arrow::array::new_null_array;
use arrow::compute::concat;
use arrow::compute::interleave;
use arrow::compute::is_not_null;
use arrow::compute::kernels::zip::zip;
use arrow::compute::take;
use arrow::datatypes::DataType;
use arrow::datatypes::Decimal128Type;
use arrow::datatypes::Int64Type;
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A column of the report that an unpivot step takes: the label it stood under, and the name it was decoded as.
#[derive(Debug, Clone)]
pub struct Unpivoted {
    pub label: Box<str>,
    pub column: ColumnName,
}

/// What steps carry from one chunk of a table to the next, and what they know besides the rows.
#[derive(Debug, Default)]
pub struct Steps {
    /// Last value of each filled-down column.
    carried: BTreeMap<ColumnName, ArrayRef>,
    unpivoted: Vec<Unpivoted>,
    /// Texts of facts by name.
    facts: BTreeMap<Box<str>, Box<str>>,
    /// The marketplace of all rows, where they do not name their own.
    market: Option<Market>,
}

/// Rows after the steps, with the source row of each.
pub struct Stepped {
    pub columns: Columns,
    pub rows: Vec<u32>,
}

impl Steps {
    pub fn of(
        unpivoted: Vec<Unpivoted>,
        facts: BTreeMap<Box<str>, Box<str>>,
        market: Option<Market>,
    ) -> Self {
        Self {
            carried: BTreeMap::new(),
            unpivoted,
            facts,
            market,
        }
    }

    /// The text of a fact, if the report told it.
    pub fn fact(&self, name: &str) -> Option<&str> {
        self.facts.get(name).map(|text| &**text)
    }

    /// Applies `steps` in order. Chunks of a table must come in order.
    ///
    /// # Errors
    /// When Arrow refuses: a fault of this program.
    pub fn apply(
        &mut self,
        steps: &[Step],
        mut columns: Columns,
        mut rows: Vec<u32>,
    ) -> Result<Stepped, NormaliseError> {
        for step in steps {
            match step {
                Step::Constant { column, value } => {
                    let n = columns.n_rows();
                    let array: ArrayRef = match value {
                        ConstantValue::Text(text) => repeated(text, n),
                        ConstantValue::Integer(number) => {
                            Arc::new(Int64Array::from_value(*number, n))
                        }
                    };
                    columns.set(column.clone(), array);
                }
                Step::FillDown { column } => self.fill_down(column, &mut columns)?,
                Step::Divide {
                    columns: names,
                    by,
                    only,
                } => {
                    divide::divide(names, *by, only.as_ref(), self.market, &mut columns);
                }
                Step::FirstOf { column, of } => first_of(column, of, &mut columns)?,
                Step::SumOf { column, of } => sum_of(column, of, &mut columns),
                Step::Extract {
                    column,
                    from,
                    pattern,
                } => extract(column, from, pattern, &mut columns),
                Step::Unpivot {
                    name_to,
                    value_to,
                    own,
                    names_to,
                    ..
                } => {
                    let stepped = self.unpivot(
                        name_to,
                        value_to,
                        own.as_ref(),
                        names_to.as_ref(),
                        &columns,
                        &rows,
                    )?;
                    (columns, rows) = (stepped.columns, stepped.rows);
                }
            }
        }
        Ok(Stepped { columns, rows })
    }

    fn fill_down(
        &mut self,
        name: &ColumnName,
        columns: &mut Columns,
    ) -> Result<(), NormaliseError> {
        let Some(array) = columns.get(name.as_str()).cloned() else {
            return Ok(());
        };
        // Position 0 of the joined array is the value carried in; each row takes the last filled position up to itself.
        let carried = self
            .carried
            .get(name)
            .cloned()
            .unwrap_or_else(|| new_null_array(array.data_type(), 1));
        let joined = concat(&[&*carried, &*array])?;
        let mut last = 0_u32;
        let from: UInt32Array = (1..joined.len())
            .map(|at| {
                if joined.is_valid(at) {
                    last = u32::try_from(at).unwrap_or(u32::MAX);
                }
                last
            })
            .collect();
        let filled = take(&joined, &from, None)?;
        if !filled.is_empty() {
            self.carried
                .insert(name.clone(), filled.slice(filled.len() - 1, 1));
        }
        columns.set(name.clone(), filled);
        Ok(())
    }

    /// One row per source row and column taken, in source order: the row's own reading first, then the columns as they
    /// stood. Columns of the row are repeated.
    fn unpivot(
        &self,
        name_to: &ColumnName,
        value_to: &ColumnName,
        own: Option<&Own>,
        list_to: Option<&ColumnName>,
        columns: &Columns,
        rows: &[u32],
    ) -> Result<Stepped, NormaliseError> {
        let own = own.and_then(|own| Some((own, self.facts.get(own.name.as_str())?)));
        let tells_own = own.is_some_and(|(own, _)| {
            own.values
                .iter()
                .any(|(_, from)| columns.get(from.as_str()).is_some())
        });
        let own = own.filter(|_| tells_own);
        let mut names: Vec<&str> = own.iter().map(|(_, name)| &***name).collect();
        names.extend(self.unpivoted.iter().map(|taken| &*taken.label));
        let per_row = names.len();
        let n = columns.n_rows();
        let repeat: UInt32Array = (0..n)
            .flat_map(|row| std::iter::repeat_n(u32::try_from(row).unwrap_or(u32::MAX), per_row))
            .collect();
        let mut made = Columns::new(Vec::new(), n * per_row);
        let taken = |name: &ColumnName| {
            self.unpivoted.iter().any(|taken| {
                taken.column.as_str()
                    == name
                        .as_str()
                        .trim_end_matches("_kind")
                        .trim_end_matches("_bound")
            })
        };
        for (name, array) in columns.iter().filter(|(name, _)| !taken(name)) {
            made.set(name.clone(), take(array, &repeat, None)?);
        }
        let labels: Vec<&str> = (0..n).flat_map(|_| names.iter().copied()).collect();
        made.set(name_to.clone(), Arc::new(StringArray::from(labels)));
        if let Some(list_to) = list_to {
            let mut sorted = names.clone();
            sorted.sort_unstable();
            sorted.dedup();
            made.set(list_to.clone(), repeated(&sorted.join(","), n * per_row));
        }
        // The value column and its companions: `value_to`, and with a suffix where the type makes two columns.
        for suffix in ["", "_kind", "_bound"] {
            let own_from = own
                .and_then(|(own, _)| own.values.iter().find(|(to, _)| to == value_to))
                .map(|(_, from)| from);
            let mut sources: Vec<Option<&ArrayRef>> = Vec::new();
            if own.is_some() {
                sources.push(own_from.and_then(|from| columns.get(&format!("{from}{suffix}"))));
            }
            sources.extend(
                self.unpivoted
                    .iter()
                    .map(|taken| columns.get(&format!("{}{suffix}", taken.column))),
            );
            if let Some(array) = interleaved(&sources, n)? {
                made.set(named(value_to, suffix), array);
            }
        }
        for (to, from) in own
            .iter()
            .flat_map(|(own, _)| &own.values)
            .filter(|(to, _)| to != value_to)
        {
            for suffix in ["", "_kind", "_bound"] {
                let mut sources = vec![columns.get(&format!("{from}{suffix}"))];
                sources.resize(per_row, None);
                if let Some(array) = interleaved(&sources, n)? {
                    made.set(named(to, suffix), array);
                }
            }
        }
        let rows = rows
            .iter()
            .flat_map(|row| std::iter::repeat_n(*row, per_row))
            .collect();
        Ok(Stepped {
            columns: made,
            rows,
        })
    }
}

fn named(name: &ColumnName, suffix: &str) -> ColumnName {
    ColumnName::parse(&format!("{name}{suffix}")).unwrap_or_else(|_| name.clone())
}

/// Row 0 of each source, then row 1 of each, ..; a missing source gives nulls. None when all are missing.
fn interleaved(
    sources: &[Option<&ArrayRef>],
    n: usize,
) -> Result<Option<ArrayRef>, NormaliseError> {
    let Some(ty) = sources
        .iter()
        .flatten()
        .next()
        .map(|array| array.data_type().clone())
    else {
        return Ok(None);
    };
    let nulls = new_null_array(&ty, n);
    let arrays: Vec<&dyn Array> = sources
        .iter()
        .map(|source| source.map_or(&*nulls, |array| &**array))
        .collect();
    let places: Vec<(usize, usize)> = (0..n)
        .flat_map(|row| (0..arrays.len()).map(move |source| (source, row)))
        .collect();
    if places.is_empty() {
        return Ok(Some(new_null_array(&ty, 0)));
    }
    Ok(Some(interleave(&arrays, &places)?))
}

fn first_of(
    column: &ColumnName,
    of: &[ColumnName],
    columns: &mut Columns,
) -> Result<(), NormaliseError> {
    let mut found: Option<ArrayRef> = None;
    for array in of.iter().filter_map(|name| columns.get(name.as_str())) {
        found = Some(match found {
            None => array.clone(),
            Some(first) if first.data_type() == array.data_type() => {
                zip(&is_not_null(&first)?, &first, array)?
            }
            Some(first) => first,
        });
    }
    if let Some(array) = found {
        columns.set(column.clone(), array);
    }
    Ok(())
}

/// Sums of decimals or of whole numbers, row by row.
fn sum_of(column: &ColumnName, of: &[ColumnName], columns: &mut Columns) {
    let arrays: Vec<&ArrayRef> = of
        .iter()
        .filter_map(|name| columns.get(name.as_str()))
        .collect();
    let Some(first) = arrays.first() else { return };
    let ty = first.data_type().clone();
    let n = columns.n_rows();
    let summed: ArrayRef = if ty == DataType::Int64 {
        let of: Vec<_> = arrays
            .iter()
            .filter_map(|array| array.as_primitive_opt::<Int64Type>())
            .collect();
        Arc::new(rowwise(n, &of).collect::<Int64Array>())
    } else {
        let of: Vec<_> = arrays
            .iter()
            .filter(|array| *array.data_type() == ty)
            .filter_map(|array| array.as_primitive_opt::<Decimal128Type>())
            .collect();
        let sums: Decimal128Array = rowwise(n, &of).collect();
        Arc::new(sums.with_data_type(ty))
    };
    columns.set(column.clone(), summed);
}

fn rowwise<'a, T: ArrowPrimitiveType<Native: std::ops::Add<Output = T::Native>>>(
    n: usize,
    of: &'a [&'a PrimitiveArray<T>],
) -> impl Iterator<Item = Option<T::Native>> + 'a {
    (0..n).map(move |row| {
        of.iter()
            .filter(|array| array.is_valid(row))
            .map(|array| array.value(row))
            .reduce(|sum, value| sum + value)
    })
}

fn extract(column: &ColumnName, from: &ColumnName, pattern: &Regex, columns: &mut Columns) {
    let Some(array) = columns
        .get(from.as_str())
        .and_then(|array| array.as_string_opt::<i32>())
    else {
        return;
    };
    let found: StringArray = array
        .iter()
        .map(|text| {
            pattern
                .captures(text?)?
                .get(1)
                .map(|group| group.as_str().to_owned())
        })
        .collect();
    columns.set(column.clone(), Arc::new(found));
}

fn repeated(text: &str, n: usize) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(std::iter::repeat_n(text, n)))
}

/// A column of one fact for all rows: text, a whole number, or a day.
pub fn fact_column(text: Option<&str>, ty: StoredType, n: usize) -> ArrayRef {
    match ty {
        StoredType::Integer => {
            let value = text.and_then(|text| text.parse::<i64>().ok());
            Arc::new(std::iter::repeat_n(value, n).collect::<Int64Array>())
        }
        StoredType::Date => {
            let day = text.and_then(facts::day_in).map(day_number);
            Arc::new(std::iter::repeat_n(day, n).collect::<Date32Array>())
        }
        _ => Arc::new(std::iter::repeat_n(text, n).collect::<StringArray>()),
    }
}

#[cfg(test)]
#[path = "step_tests.rs"]
mod tests;
