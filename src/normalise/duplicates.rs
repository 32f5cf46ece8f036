//! The same key twice inside one file: parts of one thing are summed, look-alikes stay apart.

use crate::model::name::ColumnName;
use crate::model::table::StoredType;
use crate::model::table::Table;
use crate::normalise::NormaliseError;
use crate::schema::Duplicates;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::BooleanArray;
use arrow::array::Decimal128Array;
use arrow::array::Float64Array;
use arrow::array::Int64Array;
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::compute::filter_record_batch;
use arrow::datatypes::Date32Type;
use arrow::datatypes::Decimal128Type;
use arrow::datatypes::Float64Type;
use arrow::datatypes::Int64Type;
use arrow::datatypes::TimestampMillisecondType;
use arrow::row::RowConverter;
use arrow::row::SortField;
use foldhash::fast::FixedState;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;

/// Rows of one file after equal keys were met, and how many rows went into others.
pub struct Merged {
    pub batches: Vec<RecordBatch>,
    pub n_merged: u64,
}

/// Sums rows that share a key, where the schema says so and additive measures are all that differs in weight: additive
/// columns are summed, ratios become null (they hold for no sum), the rest stays as in the first row.
///
/// `additive` are names of columns that may be summed; `time` is the column by which a row is the latest of its key. Rows
/// keep their order.
///
/// # Errors
/// When Arrow refuses: a fault of this program.
pub fn merge(
    table: &Table,
    batches: Vec<RecordBatch>,
    duplicates: Duplicates,
    additive: &[&str],
    time: Option<&ColumnName>,
) -> Result<Merged, NormaliseError> {
    let key = key_columns(table);
    // Nearly always no key stands twice, and telling that from hashes costs a fraction of comparing keys.
    if duplicates == Duplicates::Keep || !may_repeat(table, &key, &batches) {
        return Ok(Merged {
            batches,
            n_merged: 0,
        });
    }
    let batch = concat_batches(&table.arrow(), &batches)?;
    drop(batches);
    let arrays: Vec<ArrayRef> = key.iter().map(|at| batch.column(*at).clone()).collect();
    let fields = arrays
        .iter()
        .map(|array| SortField::new(array.data_type().clone()))
        .collect();
    let rows = RowConverter::new(fields)?.convert_columns(&arrays)?;
    let mut first_of: HashMap<&[u8], usize> = HashMap::with_capacity(batch.num_rows());
    // Target row -> rows that go into it, by target so that no hash order shows.
    let mut into: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for row in 0..batch.num_rows() {
        let bytes = rows.row(row);
        let bytes: &[u8] = bytes.data();
        match first_of.get(bytes) {
            Some(first) => into.entry(*first).or_default().push(row),
            None => {
                first_of.insert(bytes, row);
            }
        }
    }
    if into.is_empty() {
        return Ok(Merged {
            batches: vec![batch],
            n_merged: 0,
        });
    }
    if duplicates == Duplicates::Latest {
        let times = time.and_then(|name| table.index_of(name.as_str()));
        return latest(&batch, times.map(|at| batch.column(at)), &into);
    }
    let mut kept = vec![true; batch.num_rows()];
    into.values().flatten().for_each(|row| kept[*row] = false);
    let columns = batch
        .columns()
        .iter()
        .enumerate()
        .map(|(at, array)| {
            let column = &table.columns[at];
            if key.contains(&at) {
                return array.clone();
            }
            if additive.contains(&column.name.as_str()) {
                return summed(array, &into);
            }
            if column.ty == StoredType::Double {
                emptied(array, &into)
            } else {
                array.clone()
            }
        })
        .collect();
    let all = RecordBatch::try_new(batch.schema(), columns)?;
    let batch = filter_record_batch(&all, &BooleanArray::from(kept.clone()))?;
    Ok(Merged {
        batches: vec![batch],
        n_merged: kept.iter().filter(|kept| !**kept).count() as u64,
    })
}

/// Keeps of each key the row whose time is the latest; without times, or where they are equal, the one further down.
fn latest(
    batch: &RecordBatch,
    times: Option<&ArrayRef>,
    into: &BTreeMap<usize, Vec<usize>>,
) -> Result<Merged, NormaliseError> {
    let at = |row: usize| -> Option<i64> {
        let times = times.filter(|times| times.is_valid(row))?;
        if let Some(days) = times.as_primitive_opt::<Date32Type>() {
            return Some(i64::from(days.value(row)));
        }
        let times = times.as_primitive_opt::<TimestampMillisecondType>()?;
        Some(times.value(row))
    };
    let mut kept = vec![true; batch.num_rows()];
    for (first, others) in into {
        let rows = || std::iter::once(*first).chain(others.iter().copied());
        let last = rows().max_by_key(|row| (at(*row), *row));
        for row in rows() {
            kept[row] = Some(row) == last;
        }
    }
    Ok(Merged {
        batches: vec![filter_record_batch(
            batch,
            &BooleanArray::from(kept.clone()),
        )?],
        n_merged: kept.iter().filter(|kept| !**kept).count() as u64,
    })
}

/// Whether two rows have keys of one hash. False means that all keys differ.
fn may_repeat(table: &Table, key: &[usize], batches: &[RecordBatch]) -> bool {
    let state = FixedState::default();
    let n_rows = batches.iter().map(RecordBatch::num_rows).sum();
    // One report has one account and one family: these tell no two of its rows apart.
    let is_telling = |name: &str| !matches!(name, "account" | "family");
    let key: Vec<usize> = (key.iter().copied())
        .filter(|at| is_telling(table.columns[*at].name.as_str()))
        .collect();
    let mut all = Vec::with_capacity(n_rows);
    let mut start = 0;
    for batch in batches {
        all.resize(start + batch.num_rows(), 0_u64);
        let hashes = &mut all[start..];
        start += batch.num_rows();
        for array in key.iter().map(|at| batch.column(*at)) {
            if let Some(texts) = array.as_string_opt::<i32>() {
                for (row, hash) in hashes.iter_mut().enumerate() {
                    let text = texts.is_valid(row).then(|| texts.value(row).as_bytes());
                    *hash = state.hash_one((*hash, text));
                }
            } else if let Some(days) = array.as_primitive_opt::<Date32Type>() {
                for (row, hash) in hashes.iter_mut().enumerate() {
                    *hash = state.hash_one((*hash, days.is_valid(row).then(|| days.value(row))));
                }
            } else if let Some(counts) = array.as_primitive_opt::<Int64Type>() {
                for (row, hash) in hashes.iter_mut().enumerate() {
                    *hash =
                        state.hash_one((*hash, counts.is_valid(row).then(|| counts.value(row))));
                }
            }
            // A column of another type tells nothing here: keys may then look alike and are compared.
        }
    }
    all.sort_unstable();
    all.windows(2).any(|pair| pair[0] == pair[1])
}

/// Positions of the columns that make a row's identity: whose, when, and the key of its merge rule.
pub fn key_columns(table: &Table) -> Vec<usize> {
    let fixed = [
        "account",
        "marketplace",
        "family",
        "date",
        "period_start",
        "period_end",
        "snapshot_date",
    ];
    let key = table
        .merge
        .key
        .iter()
        .map(super::super::model::name::ColumnName::as_str);
    let mut columns: Vec<usize> = fixed
        .into_iter()
        .chain(key)
        .filter_map(|name| table.index_of(name))
        .collect();
    columns.sort_unstable();
    columns.dedup();
    columns
}

fn summed(array: &ArrayRef, into: &BTreeMap<usize, Vec<usize>>) -> ArrayRef {
    if let Some(values) = array.as_primitive_opt::<Int64Type>() {
        let mut sums: Vec<Option<i64>> = values.iter().collect();
        for (target, rows) in into {
            sums[*target] = rows
                .iter()
                .map(|row| sums[*row])
                .chain([sums[*target]])
                .flatten()
                .reduce(|a, b| a + b);
        }
        return Arc::new(Int64Array::from(sums));
    }
    if let Some(values) = array.as_primitive_opt::<Decimal128Type>() {
        let mut sums: Vec<Option<i128>> = values.iter().collect();
        for (target, rows) in into {
            sums[*target] = rows
                .iter()
                .map(|row| sums[*row])
                .chain([sums[*target]])
                .flatten()
                .reduce(|a, b| a + b);
        }
        return Arc::new(Decimal128Array::from(sums).with_data_type(array.data_type().clone()));
    }
    array.clone()
}

fn emptied(array: &ArrayRef, into: &BTreeMap<usize, Vec<usize>>) -> ArrayRef {
    let Some(values) = array.as_primitive_opt::<Float64Type>() else {
        return array.clone();
    };
    let mut kept: Vec<Option<f64>> = values.iter().collect();
    for target in into.keys() {
        kept[*target] = None;
    }
    Arc::new(Float64Array::from(kept))
}
