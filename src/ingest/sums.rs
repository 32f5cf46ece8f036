//! Control sums: what was read of each exact column must be found again, to the last digit.

use crate::decode::exact::Sum;
use crate::store::entry::Control;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
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

/// The exact sum of the rows of an integer or decimal column that `wanted` names.
pub(super) fn sum_where(array: &ArrayRef, wanted: impl Fn(usize) -> bool) -> Sum {
    let mut total = Sum::default();
    if let Some(values) = array.as_primitive_opt::<Int64Type>() {
        let sum: i128 = (0..values.len())
            .filter(|row| values.is_valid(*row) && wanted(*row))
            .map(|row| i128::from(values.value(row)))
            .sum();
        total.merge(Sum::of(sum, 0));
    } else if let (Some(values), DataType::Decimal128(_, scale)) = (
        array.as_primitive_opt::<Decimal128Type>(),
        array.data_type(),
    ) {
        let sum: i128 = (0..values.len())
            .filter(|row| values.is_valid(*row) && wanted(*row))
            .map(|row| values.value(row))
            .sum();
        total.merge(Sum::of(sum, scale.unsigned_abs()));
    }
    total
}
