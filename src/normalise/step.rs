//! The steps that a schema declares, applied to the columns of one output.

use crate::model::market::Market;
use crate::model::name::ColumnName;
use crate::model::table::StoredType;
use crate::normalise::Columns;
use crate::normalise::NormaliseError;
use crate::normalise::divide;
use crate::schema::Own;
use crate::schema::Step;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::Int64Array;
use arrow::array::StringArray;
use arrow::array::UInt32Array;
use arrow::array::new_null_array;
use arrow::compute::concat;
use arrow::compute::interleave;
use arrow::compute::is_not_null;
use arrow::compute::kernels::zip::zip;
use arrow::compute::take;
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
                    columns.set(column.clone(), repeated(value, columns.n_rows()));
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

/// A column of one fact for all rows: text, or a whole number.
pub fn fact_column(text: Option<&str>, ty: StoredType, n: usize) -> ArrayRef {
    match ty {
        StoredType::Integer => {
            let value = text.and_then(|text| text.parse::<i64>().ok());
            Arc::new(std::iter::repeat_n(value, n).collect::<Int64Array>())
        }
        _ => Arc::new(std::iter::repeat_n(text, n).collect::<StringArray>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::datatypes::Int64Type;

    fn name(text: &str) -> ColumnName {
        ColumnName::parse(text).unwrap()
    }

    fn text(values: &[Option<&str>]) -> ArrayRef {
        Arc::new(values.iter().copied().collect::<StringArray>())
    }

    fn texts(columns: &Columns, column: &str) -> Vec<Option<String>> {
        columns
            .get(column)
            .unwrap()
            .as_string::<i32>()
            .iter()
            .map(|v| v.map(str::to_owned))
            .collect()
    }

    #[test]
    fn fill_down_crosses_chunks() {
        let mut steps = Steps::default();
        let step = [Step::FillDown { column: name("a") }];
        let chunk =
            |values: &[Option<&str>]| Columns::new(vec![(name("a"), text(values))], values.len());
        let first = steps
            .apply(&step, chunk(&[None, Some("x"), None]), vec![2, 3, 4])
            .unwrap();
        assert_eq!(
            texts(&first.columns, "a"),
            [None, Some("x".into()), Some("x".into())]
        );
        let second = steps
            .apply(&step, chunk(&[None, Some("y")]), vec![5, 6])
            .unwrap();
        assert_eq!(
            texts(&second.columns, "a"),
            [Some("x".into()), Some("y".into())]
        );
    }

    #[test]
    fn extract_and_first_of() {
        let mut columns = Columns::new(
            vec![
                (name("a"), text(&[Some("Shop (92% A1B2)"), None])),
                (name("b"), text(&[Some("x"), Some("y")])),
            ],
            2,
        );
        extract(
            &name("id"),
            &name("a"),
            &Regex::new(r"\(\d+% (\w+)\)").unwrap(),
            &mut columns,
        );
        assert_eq!(texts(&columns, "id"), [Some("A1B2".into()), None]);
        first_of(&name("c"), &[name("id"), name("b")], &mut columns).unwrap();
        assert_eq!(
            texts(&columns, "c"),
            [Some("A1B2".into()), Some("y".into())]
        );
    }

    #[test]
    fn unpivot_gives_the_own_row_first_and_lists_all_names() {
        let numbers = |values: &[Option<i64>]| -> ArrayRef {
            Arc::new(values.iter().copied().collect::<Int64Array>())
        };
        let columns = Columns::new(
            vec![
                (name("keyword"), text(&[Some("k1"), Some("k2")])),
                (name("position"), numbers(&[Some(5), None])),
                (
                    name("position_kind"),
                    text(&[Some("exact"), Some("unranked")]),
                ),
                (name("unpivoted_0"), numbers(&[Some(9), Some(8)])),
                (
                    name("unpivoted_0_kind"),
                    text(&[Some("exact"), Some("exact")]),
                ),
            ],
            2,
        );
        let steps = Steps::of(
            vec![Unpivoted {
                label: "B0B".into(),
                column: name("unpivoted_0"),
            }],
            BTreeMap::from([("own".into(), "B0A".into())]),
            None,
        );
        let own = Own {
            name: name("own"),
            values: vec![(name("rank"), name("position"))],
        };
        let made = steps
            .unpivot(
                &name("asin"),
                &name("rank"),
                Some(&own),
                Some(&name("asins")),
                &columns,
                &[2, 3],
            )
            .unwrap();
        assert_eq!(made.rows, [2, 2, 3, 3]);
        assert_eq!(
            texts(&made.columns, "asin"),
            ["B0A", "B0B", "B0A", "B0B"].map(|t| Some(t.to_owned()))
        );
        assert_eq!(
            texts(&made.columns, "keyword"),
            ["k1", "k1", "k2", "k2"].map(|t| Some(t.to_owned()))
        );
        assert_eq!(
            texts(&made.columns, "asins"),
            vec![Some("B0A,B0B".to_owned()); 4]
        );
        let ranks: Vec<_> = made
            .columns
            .get("rank")
            .unwrap()
            .as_primitive::<Int64Type>()
            .iter()
            .collect();
        assert_eq!(ranks, [Some(5), Some(9), None, Some(8)]);
        assert_eq!(
            texts(&made.columns, "rank_kind")[2].as_deref(),
            Some("unranked")
        );
        assert!(
            made.columns.get("unpivoted_0").is_none()
                && made.columns.get("unpivoted_0_kind").is_none()
        );
    }
}
