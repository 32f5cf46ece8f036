//! What must hold of a mart's rows: its grain always, and the checks that it declares. Never stops anything: a check
//! that cannot be made says so.

use crate::model::name::ColumnName;
use crate::model::name::TableName;
use crate::pipeline::Mart;
use crate::pipeline::Rule;
use crate::pipeline::Severity;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::datatypes::Decimal128Type;
use arrow::datatypes::Float64Type;
use arrow::datatypes::Int64Type;
use arrow::row::RowConverter;
use arrow::row::SortField;
use arrow::util::display::array_value_to_string;
use std::fmt;

/// Rows shown of those that break a rule.
const EXAMPLES: usize = 5;

/// One check and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckResult {
    /// The rule in words: `unique (month, marketplace)`.
    pub rule: Box<str>,
    pub severity: Severity,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Passed,
    /// How many rows break it, and the grain of the first of them; for a rule about the whole, the figures.
    Failed {
        rows: usize,
        examples: Vec<Box<str>>,
    },
    /// Why it could not be checked. Counts as failed.
    Unknown(Box<str>),
}

impl CheckResult {
    pub fn passed(&self) -> bool {
        self.outcome == Outcome::Passed
    }
}

/// An exact sum: `value` / 10^`scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact {
    pub value: i128,
    pub scale: u32,
}

impl Exact {
    /// The sum over a column of integers or decimals, or the words for why there is none.
    ///
    /// # Errors
    /// When the column is of another type or the sum has more than 38 digits.
    pub fn sum_of(array: &dyn Array) -> Result<Self, String> {
        let too_large = || "the sum is too large".to_owned();
        match array.data_type() {
            DataType::Int64 => {
                let cells = array.as_primitive::<Int64Type>().iter().flatten();
                Ok(Self {
                    value: cells.map(i128::from).sum(),
                    scale: 0,
                })
            }
            DataType::Decimal128(_, scale) => {
                let mut cells = array.as_primitive::<Decimal128Type>().iter().flatten();
                let value = cells
                    .try_fold(0_i128, i128::checked_add)
                    .ok_or_else(too_large)?;
                Ok(Self {
                    value,
                    scale: u32::try_from(*scale).map_err(|_| too_large())?,
                })
            }
            DataType::Null => Ok(Self { value: 0, scale: 0 }),
            other => Err(format!("a sum of {other} is not exact")),
        }
    }

    fn equals(self, other: Self) -> bool {
        let scale = self.scale.max(other.scale);
        let at = |sum: Self| {
            sum.value
                .checked_mul(10_i128.checked_pow(scale - sum.scale)?)
        };
        at(self).is_some() && at(self) == at(other)
    }

    fn text(self) -> String {
        let digits = usize::try_from(self.scale).unwrap_or(0);
        let whole = format!("{:0>width$}", self.value.unsigned_abs(), width = digits + 1);
        let (units, fraction) = whole.split_at(whole.len() - digits);
        let sign = if self.value < 0 { "-" } else { "" };
        if fraction.is_empty() {
            format!("{sign}{units}")
        } else {
            format!("{sign}{units}.{fraction}")
        }
    }
}

/// Checks `batch`, which has the mart's columns. `sum` gives the exact sum over a column of one of the mart's inputs.
pub fn check(
    mart: &Mart,
    batch: &RecordBatch,
    sum: &mut dyn FnMut(&TableName, &ColumnName) -> Result<Exact, String>,
) -> Vec<CheckResult> {
    let grain = CheckResult {
        rule: format!("one row per ({})", listed(&mart.grain)).into(),
        severity: Severity::Error,
        outcome: unique(mart, batch, &mart.grain),
    };
    let partition = mart
        .partition
        .column()
        .and_then(|name| mart.column(name))
        .map(|column| CheckResult {
            rule: format!("not null ({})", column.name).into(),
            severity: Severity::Error,
            outcome: not_null(mart, batch, std::slice::from_ref(&column.name)),
        });
    let declared = mart.checks.iter().map(|check| CheckResult {
        rule: check.rule.to_string().into(),
        severity: check.severity,
        outcome: match &check.rule {
            Rule::NotNull { columns } => not_null(mart, batch, columns),
            Rule::Unique { columns } => unique(mart, batch, columns),
            Rule::RowCount { min, max } => row_count(batch, *min, *max),
            Rule::Range { columns, min, max } => range(mart, batch, columns, *min, *max),
            Rule::SumsTo { column, table, of } => sums_to(batch, column, sum(table, of)),
        },
    });
    [grain]
        .into_iter()
        .chain(partition)
        .chain(declared)
        .collect()
}

/// The rule in words, as a finding names it.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotNull { columns } => write!(f, "not null ({})", listed(columns)),
            Self::Unique { columns } => write!(f, "unique ({})", listed(columns)),
            Self::RowCount { min, max } => {
                write!(f, "number of rows {}", limits(min.as_ref(), max.as_ref()))
            }
            Self::Range { columns, min, max } => {
                let limits = limits(min.as_ref(), max.as_ref());
                write!(f, "({}) {limits}", listed(columns))
            }
            Self::SumsTo { column, table, of } => {
                write!(f, "sum of {column} = sum of {table}.{of}")
            }
        }
    }
}

fn listed(columns: &[ColumnName]) -> String {
    columns
        .iter()
        .map(ColumnName::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}

fn limits(min: Option<impl fmt::Display>, max: Option<impl fmt::Display>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("from {min} to {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => "any".to_owned(),
    }
}

/// The outcome for rows that break a rule, shown by their grain.
fn broken(mart: &Mart, batch: &RecordBatch, rows: &[usize]) -> Outcome {
    if rows.is_empty() {
        return Outcome::Passed;
    }
    let cell = |name: &ColumnName, row: usize| {
        let array = batch.column_by_name(name.as_str())?;
        let text = if array.is_null(row) {
            "NULL".to_owned()
        } else {
            array_value_to_string(array, row).ok()?
        };
        Some(format!("{name}={text}"))
    };
    let shown = |row: &usize| {
        mart.grain
            .iter()
            .filter_map(|name| cell(name, *row))
            .collect::<Vec<_>>()
            .join(" ")
            .into()
    };
    Outcome::Failed {
        rows: rows.len(),
        examples: rows.iter().take(EXAMPLES).map(shown).collect(),
    }
}

fn arrays(batch: &RecordBatch, columns: &[ColumnName]) -> Result<Vec<ArrayRef>, Outcome> {
    let array = |name: &ColumnName| {
        let found = batch.column_by_name(name.as_str()).map(ArrayRef::clone);
        found.ok_or_else(|| Outcome::Unknown(format!("there is no column {name}").into()))
    };
    columns.iter().map(array).collect()
}

fn unique(mart: &Mart, batch: &RecordBatch, columns: &[ColumnName]) -> Outcome {
    let arrays = match arrays(batch, columns) {
        Ok(arrays) => arrays,
        Err(unknown) => return unknown,
    };
    let fields = arrays
        .iter()
        .map(|array| SortField::new(array.data_type().clone()))
        .collect();
    let rows =
        match RowConverter::new(fields).and_then(|converter| converter.convert_columns(&arrays)) {
            Ok(rows) => rows,
            Err(why) => return Outcome::Unknown(why.to_string().into()),
        };
    let mut order: Vec<usize> = (0..batch.num_rows()).collect();
    order.sort_by(|a, b| rows.row(*a).cmp(&rows.row(*b)).then(a.cmp(b)));
    let mut repeated: Vec<usize> = order
        .windows(2)
        .filter(|pair| rows.row(pair[0]) == rows.row(pair[1]))
        .map(|pair| pair[1])
        .collect();
    repeated.sort_unstable();
    broken(mart, batch, &repeated)
}

fn not_null(mart: &Mart, batch: &RecordBatch, columns: &[ColumnName]) -> Outcome {
    match arrays(batch, columns) {
        Ok(arrays) => {
            let lacks = |row: &usize| arrays.iter().any(|array| array.is_null(*row));
            broken(
                mart,
                batch,
                &(0..batch.num_rows()).filter(lacks).collect::<Vec<_>>(),
            )
        }
        Err(unknown) => unknown,
    }
}

fn row_count(batch: &RecordBatch, min: Option<u64>, max: Option<u64>) -> Outcome {
    let rows = batch.num_rows();
    let count = u64::try_from(rows).unwrap_or(u64::MAX);
    if min.is_none_or(|min| min <= count) && max.is_none_or(|max| count <= max) {
        return Outcome::Passed;
    }
    Outcome::Failed {
        rows,
        examples: vec![format!("{rows} rows").into()],
    }
}

fn range(
    mart: &Mart,
    batch: &RecordBatch,
    columns: &[ColumnName],
    min: Option<f64>,
    max: Option<f64>,
) -> Outcome {
    let arrays = match arrays(batch, columns) {
        Ok(arrays) => arrays,
        Err(unknown) => return unknown,
    };
    let mut outside = Vec::new();
    for array in &arrays {
        let values = match cast(array, &DataType::Float64) {
            Ok(values) => values,
            Err(why) => return Outcome::Unknown(why.to_string().into()),
        };
        let fits =
            |value: f64| min.is_none_or(|min| value >= min) && max.is_none_or(|max| value <= max);
        let cells = values.as_primitive::<Float64Type>().iter().enumerate();
        outside.extend(
            cells
                .filter(|(_, cell)| cell.is_some_and(|value| !fits(value)))
                .map(|(row, _)| row),
        );
    }
    outside.sort_unstable();
    outside.dedup();
    broken(mart, batch, &outside)
}

fn sums_to(batch: &RecordBatch, column: &ColumnName, wanted: Result<Exact, String>) -> Outcome {
    let array = match arrays(batch, std::slice::from_ref(column)) {
        Ok(arrays) => arrays,
        Err(unknown) => return unknown,
    };
    let sums = array
        .first()
        .map_or_else(|| Err(String::new()), |array| Exact::sum_of(array));
    match (sums, wanted) {
        (Ok(given), Ok(wanted)) if given.equals(wanted) => Outcome::Passed,
        (Ok(given), Ok(wanted)) => {
            let text = format!("{} instead of {}", given.text(), wanted.text());
            Outcome::Failed {
                rows: batch.num_rows(),
                examples: vec![text.into()],
            }
        }
        (Err(why), _) | (_, Err(why)) => Outcome::Unknown(why.into()),
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
