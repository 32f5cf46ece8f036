//! Parts: rows of one reading in one partition, ordered by slice, with a large slice in row groups of its own, so that
//! merging can choose among slices without reading rows, and copy the ones that win as they are encoded.

use crate::model::name::ColumnName;
use crate::model::table::StoredType;
use crate::model::table::Table;
use crate::store::StoreError;
use crate::store::amount::Amount;
use crate::store::entry::SliceEntry;
use crate::store::picked::Picked;
use crate::store::slices::Totals;
use crate::store::writer::CutWriter;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::Decimal128Array;
use arrow::array::Int64Array;
use arrow::array::RecordBatch;
use arrow::compute::partition;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use arrow::util::display::array_value_to_string;
use foldhash::fast::FixedState;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashSet;
use std::collections::VecDeque;
use std::ops::Range;
use std::path::Path;

/// Rows from which a slice has row groups of its own.
const LARGE: usize = 4_096;

/// A part as it will lie on disk.
pub struct Part {
    pub bytes: Vec<u8>,
    pub slices: Vec<SliceEntry>,
}

/// What makes a slice, beside the marketplace and the family. Sorted by period first.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SliceKey {
    pub day: String,
    pub end: String,
    pub account: String,
    pub ad_product: String,
    pub source: String,
    pub document: String,
}

impl SliceKey {
    pub fn of(entry: &SliceEntry) -> Self {
        Self {
            day: entry.day.clone(),
            end: entry.end.clone(),
            account: entry.account.clone(),
            ad_product: entry.ad_product.clone(),
            source: entry.source.clone(),
            document: entry.document.clone(),
        }
    }
}

/// Columns of a table that make its slices, family first.
fn slice_columns(table: &Table) -> Vec<(&str, usize)> {
    let mut names = vec!["family", "account", "ad_product", "source"];
    names.extend(table.day_column());
    names.push("period_end");
    names.extend(table.merge.slice.as_ref().map(ColumnName::as_str));
    names
        .into_iter()
        .filter_map(|name| Some((name, table.index_of(name)?)))
        .collect()
}

/// Rows that are encoded at a time: what a part holds twice while it is written, where they must be gathered.
const BLOCK: usize = 65_536;

/// Orders and encodes the rows of a part. `rows` have the table's schema; within a slice, rows keep their order.
///
/// # Errors
/// When the rows cannot be encoded; `path` is named in the message.
pub fn encode(path: &Path, table: &Table, rows: &Picked) -> Result<Part, StoreError> {
    let failed = |source| StoreError::Rows {
        path: path.into(),
        source,
    };
    let slices = sliced(table, rows).map_err(failed)?;
    let order = || {
        slices
            .iter()
            .flat_map(|(_, runs)| runs.iter().cloned().flatten())
    };
    let ordered = if order().is_sorted() {
        rows.clone()
    } else {
        rows.reordered(order())
    };
    let lengths = slices
        .iter()
        .map(|(_, runs)| runs.iter().map(ExactSizeIterator::len).sum());
    let lengths: Vec<usize> = lengths.collect();
    let mut entries: Vec<SliceEntry> = slices.into_iter().map(|(entry, _)| entry).collect();
    let schema = table.arrow();
    let blank: Vec<&str> = (0..schema.fields().len())
        .filter(|at| ordered.is_blank(*at))
        .map(|at| schema.field(at).name().as_str())
        .collect();
    let mut writer = CutWriter::new(path, &schema, &blank)?;
    let (mut start, mut next, mut pooled) = (0, 0, false);
    while next < entries.len() {
        let mut last = next;
        let mut n_rows = lengths[last];
        while last + 1 < entries.len() && n_rows + lengths[last + 1] <= BLOCK {
            last += 1;
            n_rows += lengths[last];
        }
        let block = ordered.batches(start..start + n_rows).map_err(failed)?;
        let (mut block, mut within) = (VecDeque::from(block), 0);
        for (entry, length) in entries[next..=last].iter_mut().zip(&lengths[next..=last]) {
            let is_large = *length >= LARGE;
            // A large slice begins a row group and ends one; small ones share.
            if is_large || !pooled {
                writer.cut()?;
            }
            let rows = taken(&mut block, *length);
            describe(table, &rows, entry);
            entry.start = (start + within) as u64;
            entry.rows = *length as u64;
            entry.own_groups = is_large;
            pooled = !is_large;
            for rows in &rows {
                writer.write(rows)?;
            }
            within += length;
        }
        (start, next) = (start + n_rows, last + 1);
    }
    let (bytes, groups) = writer.finish()?;
    let mut group = 0;
    for entry in &mut entries {
        // Groups are numbered by their first row; a large slice has all groups between its rows.
        while group < groups.len() && groups[group] < entry.start {
            group += 1;
        }
        entry.first_group = group as u64;
    }
    Ok(Part {
        bytes,
        slices: entries,
    })
}

/// Takes the first rows off some batches.
fn taken(batches: &mut VecDeque<RecordBatch>, n_rows: usize) -> Vec<RecordBatch> {
    let (mut taken, mut wanted) = (Vec::new(), n_rows);
    while wanted > 0
        && let Some(batch) = batches.pop_front()
    {
        let rows = wanted.min(batch.num_rows());
        if rows < batch.num_rows() {
            batches.push_front(batch.slice(rows, batch.num_rows() - rows));
        }
        taken.push(batch.slice(0, rows));
        wanted -= rows;
    }
    taken
}

/// A slice as far as its rows tell it, and its rows.
type Sliced = (SliceEntry, Vec<Range<usize>>);

/// Rows of each slice, slices in order of their key, rows in theirs.
fn sliced(table: &Table, rows: &Picked) -> Result<Vec<Sliced>, ArrowError> {
    if rows.n_rows() == 0 {
        return Ok(Vec::new());
    }
    let (names, places): (Vec<&str>, Vec<usize>) = slice_columns(table).into_iter().unzip();
    // Rows of a slice mostly follow each other, so only where they change is a key made.
    let mut slices: BTreeMap<(SliceKey, String), Sliced> = BTreeMap::new();
    let mut start = 0;
    for batch in rows.batches_of(&places, 0..rows.n_rows())? {
        for range in partition(batch.columns())?.ranges() {
            let entry = entry_of(table, &names, &batch, range.start);
            let key = (SliceKey::of(&entry), entry.family.clone());
            let (_, runs) = slices.entry(key).or_insert_with(|| (entry, Vec::new()));
            let range = start + range.start..start + range.end;
            match runs.last_mut() {
                Some(before) if before.end == range.start => before.end = range.end,
                _ => runs.push(range),
            }
        }
        start += batch.num_rows();
    }
    Ok(slices.into_values().collect())
}

/// The slice that a row belongs to. `rows` has the columns that make slices, in the order of their names.
fn entry_of(table: &Table, names: &[&str], rows: &RecordBatch, row: usize) -> SliceEntry {
    let text = |name: &str| {
        let at = names.iter().position(|known| *known == name);
        let array = at.map(|at| rows.column(at));
        let array = array.filter(|array| array.is_valid(row));
        array
            .and_then(|array| array_value_to_string(array, row).ok())
            .unwrap_or_default()
    };
    let document = table.merge.slice.as_ref();
    SliceEntry {
        family: text("family"),
        account: text("account"),
        ad_product: text("ad_product"),
        source: text("source"),
        day: table.day_column().map_or_else(String::new, text),
        end: text("period_end"),
        document: document.map_or_else(String::new, |name| text(name.as_str())),
        ..SliceEntry::default()
    }
}

/// Fills in what the slice amounts to.
fn describe(table: &Table, rows: &[RecordBatch], entry: &mut SliceEntry) {
    let totals = rows
        .iter()
        .map(|rows| totals(table, rows, 0..rows.num_rows()))
        .fold(Totals::default(), Totals::plus);
    entry.blank = u64::try_from(totals.blank).unwrap_or(0);
    entry.weight = totals.weight.to_string();
    entry.sums = sums(table, rows);
    let mut seen: Option<HashSet<&str, FixedState>> = None;
    for rows in rows {
        if let Some(column) = member_column(table, rows) {
            let members = (0..rows.num_rows()).map(|row| member(column, row));
            seen.get_or_insert_default().extend(members);
        }
    }
    if let Some(seen) = seen {
        let members: BTreeSet<&str> = seen.into_iter().collect();
        entry.members = crate::model::id::hash(members);
    }
}

/// Sums of the columns that may be added up, by name. Amounts of several currencies are not added.
fn sums(table: &Table, rows: &[RecordBatch]) -> BTreeMap<String, String> {
    let currencies = || {
        let columns = rows
            .iter()
            .filter_map(|rows| rows.column_by_name("currency"));
        columns
            .filter_map(|array| array.as_string_opt::<i32>())
            .flat_map(|texts| texts.iter())
    };
    let first = currencies().next();
    let is_one = currencies().all(|text| Some(text) == first);
    let additive = table
        .columns
        .iter()
        .filter(|column| column.additive && (is_one || column.ty == StoredType::Integer));
    additive
        .filter_map(|column| {
            let arrays = (rows.iter()).filter_map(|rows| rows.column_by_name(column.name.as_str()));
            let sum = arrays
                .filter_map(|array| Amount::sum(array, 0..array.len()))
                .reduce(Amount::plus)?;
            Some((column.name.to_string(), sum.to_string()))
        })
        .collect()
}

/// The column that a partial report is judged by.
pub fn member_column<'a>(table: &Table, rows: &'a RecordBatch) -> Option<&'a ArrayRef> {
    rows.column_by_name(table.merge.partial_by.as_ref()?.as_str())
}

/// The member that a row belongs to; nothing is one too.
pub fn member(column: &ArrayRef, row: usize) -> &str {
    column
        .as_string_opt::<i32>()
        .filter(|texts| texts.is_valid(row))
        .map_or("", |texts| texts.value(row))
}

/// What some rows amount to in the measures that a newer observation is judged by.
pub fn totals(table: &Table, rows: &RecordBatch, which: impl Iterator<Item = usize>) -> Totals {
    let weight = table
        .merge
        .weight
        .as_ref()
        .and_then(|name| rows.column_by_name(name.as_str()));
    let keys: Vec<&ArrayRef> = table
        .merge
        .key
        .iter()
        .map(ColumnName::as_str)
        .filter_map(|name| rows.column_by_name(name))
        .filter(|array| *array.data_type() == DataType::Utf8 && array.null_count() > 0)
        .collect();
    let weight = weight.map_or(Weight::None, Weight::of);
    let mut totals = Totals::default();
    for row in which {
        totals.rows += 1;
        totals.blank += i128::from(keys.iter().any(|array| array.is_null(row)));
        totals.weight += weight.at(row);
    }
    totals
}

/// The column of a measure that is added exactly.
enum Weight<'a> {
    None,
    Decimal(&'a Decimal128Array),
    Integer(&'a Int64Array),
}

impl<'a> Weight<'a> {
    fn of(array: &'a ArrayRef) -> Self {
        let decimal = array.as_primitive_opt().map(Self::Decimal);
        decimal
            .or_else(|| array.as_primitive_opt().map(Self::Integer))
            .unwrap_or(Self::None)
    }

    fn at(&self, row: usize) -> i128 {
        match self {
            Self::Decimal(values) if values.is_valid(row) => values.value(row),
            Self::Integer(values) if values.is_valid(row) => i128::from(values.value(row)),
            _ => 0,
        }
    }
}

/// Totals of each member, by its text.
pub fn totals_by_member(table: &Table, rows: &RecordBatch, into: &mut BTreeMap<String, Totals>) {
    let Some(column) = member_column(table, rows) else {
        return;
    };
    for row in 0..rows.num_rows() {
        let one = totals(table, rows, std::iter::once(row));
        let held = into.entry(member(column, row).to_owned()).or_default();
        *held = held.plus(one);
    }
}
