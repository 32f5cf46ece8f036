//! Control sums: what was read of each exact column must be found again, to the last digit.

use crate::decode::exact::Sum;
use crate::store::entry::Control;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::ArrowPrimitiveType;
use arrow::array::AsArray;
use arrow::array::PrimitiveArray;
use arrow::datatypes::DataType;
use arrow::datatypes::Decimal128Type;
use arrow::datatypes::Int64Type;
use std::collections::BTreeMap;

/// Where the amounts of one column went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Account {
    pub read: Sum,
    pub kept: Sum,
    pub rejected: Sum,
    pub skipped: Sum,
    pub residue: Sum,
}

impl Account {
    pub(super) fn is_balanced(&self) -> bool {
        let mut found = self.kept;
        for part in [self.rejected, self.skipped, self.residue] {
            found.merge(part);
        }
        found == self.read
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.read.merge(other.read);
        self.kept.merge(other.kept);
        self.rejected.merge(other.rejected);
        self.skipped.merge(other.skipped);
        self.residue.merge(other.residue);
    }

    pub(super) fn entry(&self) -> Control {
        Control {
            read: self.read.to_string(),
            stored: self.kept.to_string(),
            rejected: self.rejected.to_string(),
            skipped: self.skipped.to_string(),
            residue: self.residue.to_string(),
        }
    }
}

/// Sums by column name.
pub(super) type Accounts = BTreeMap<Box<str>, Account>;

/// The exact sum of an integer or decimal column.
pub(super) fn sum_of(array: &ArrayRef) -> Sum {
    sum_where(array, |_| true)
}

/// The exact sum of the rows of an integer or decimal column that `wanted` names.
pub(super) fn sum_where(array: &ArrayRef, wanted: impl Fn(usize) -> bool) -> Sum {
    if let Some(values) = array.as_primitive_opt::<Int64Type>() {
        return Sum::of(total(values, wanted), 0);
    }
    match (
        array.as_primitive_opt::<Decimal128Type>(),
        array.data_type(),
    ) {
        (Some(values), DataType::Decimal128(_, scale)) => {
            Sum::of(total(values, wanted), scale.unsigned_abs())
        }
        _ => Sum::default(),
    }
}

fn total<T: ArrowPrimitiveType<Native: Into<i128>>>(
    values: &PrimitiveArray<T>,
    wanted: impl Fn(usize) -> bool,
) -> i128 {
    let rows = values.values().iter().enumerate();
    // Columns without a gap are the rule.
    if values.null_count() == 0 {
        let some = rows.filter(|(row, _)| wanted(*row));
        return some.map(|(_, value)| (*value).into()).sum();
    }
    let some = rows.filter(|(row, _)| values.is_valid(*row) && wanted(*row));
    some.map(|(_, value)| (*value).into()).sum()
}
