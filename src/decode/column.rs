//! One column of a chunk to Arrow: the one exhaustive match over types, and one loop per shape of array.
//!
//! A cell that is not a value of its type becomes a null and a [`BadCell`]; nothing stops. Knows no report.

use crate::decode::BadCell;
use crate::decode::DecodedColumn;
use crate::decode::Field;
use crate::decode::Rounded;
use crate::decode::cell::Cells;
use crate::decode::cell::Content;
use crate::decode::exact::Sum;
use crate::decode::style::Style;
use crate::decode::value;
use crate::decode::value::Read;
use crate::model::logical_type::LogicalType;
use crate::model::name::ColumnName;
use crate::model::raw::CellKind;
use crate::model::raw::RawChunk;
use arrow::array::ArrayRef;
use arrow::array::ArrowPrimitiveType;
use arrow::array::BooleanBuilder;
use arrow::array::Float64Array;
use arrow::array::PrimitiveBuilder;
use arrow::array::StringArray;
use arrow::array::StringBuilder;
use arrow::datatypes::Date32Type;
use arrow::datatypes::Decimal128Type;
use arrow::datatypes::Float64Type;
use arrow::datatypes::Int64Type;
use arrow::datatypes::TimestampMillisecondType;
use std::sync::Arc;

/// Digits that a stored decimal can have.
const PRECISION: u8 = 18;

/// Cells of a column that are read before it is asked whether comparing each with the one before pays.
const TRIAL: usize = 256;
/// One cell of so many must be like the one before: reading takes about as many times as long as comparing.
const WORTH: usize = 4;

/// What becomes of one field of a chunk.
pub(crate) struct Column {
    pub(crate) columns: Vec<DecodedColumn>,
    pub(crate) bad: Vec<BadCell>,
    pub(crate) rounded: Rounded,
    pub(crate) control: Option<Sum>,
}

/// What a column is decoded with.
struct Task<'a> {
    at: usize,
    field: &'a Field,
    style: &'a Style,
    chunk: &'a RawChunk,
    bad: Vec<BadCell>,
}

pub(crate) fn decode(at: usize, field: &Field, style: &Style, chunk: &RawChunk) -> Column {
    let mut task = Task {
        at,
        field,
        style,
        chunk,
        bad: Vec::new(),
    };
    let (mut rounded, mut control) = (Rounded::default(), None);
    let mut beside = None;
    let array = match field.column.ty {
        LogicalType::Text | LogicalType::Id => task.texts(),
        LogicalType::Integer => {
            let (array, sum) = task.integers();
            control = Some(sum);
            array
        }
        LogicalType::Decimal { scale } | LogicalType::Money { scale } => {
            let (array, sum) = task.decimals(scale, &mut rounded);
            control = Some(sum);
            array
        }
        LogicalType::Ratio => task.primitives::<Float64Type>(value::ratio),
        LogicalType::Percent { bare } => {
            task.primitives::<Float64Type>(move |style, cell| value::percent(bare, style, cell))
        }
        LogicalType::Share => {
            let (values, bounds) = task.shares();
            beside = Some(("bound", bounds));
            values
        }
        LogicalType::Date => task.primitives::<Date32Type>(value::day),
        LogicalType::Timestamp => task.primitives::<TimestampMillisecondType>(value::instant),
        LogicalType::Bool => task.booleans(),
        LogicalType::Rank => {
            let (values, kinds) = task.pairs(value::rank);
            beside = Some(("kind", kinds));
            values
        }
        LogicalType::Bounded => {
            let (values, bounds) = task.pairs(value::bounded);
            beside = Some(("bound", bounds));
            values
        }
        LogicalType::Market => task.markets(),
    };
    let mut columns = vec![DecodedColumn {
        name: field.column.name.clone(),
        array,
    }];
    columns.extend(beside.map(|(suffix, array)| DecodedColumn {
        name: suffixed(&field.column.name, suffix),
        array,
    }));
    Column {
        columns,
        bad: task.bad,
        rounded,
        control,
    }
}

impl<'a> Task<'a> {
    fn cells(&self) -> Cells<'a> {
        Cells::of(self.field, self.chunk)
    }

    /// Reads each cell in turn. A cell like the one before is not read again, as long as that is often so: reports repeat
    /// themselves downwards, but not in every column.
    fn each<T: Copy>(
        &mut self,
        read: impl Fn(&Style, Content<'_>) -> Read<T>,
        mut take: impl FnMut(Option<T>),
    ) {
        let mut cells = self.cells();
        let mut last: Option<((&str, CellKind), Option<T>)> = None;
        let (mut n_same, mut n_read) = (0_usize, 0_usize);
        for row in 0..cells.n_rows() {
            let raw = cells.raw(row);
            if let Some((before, value)) = last
                && before == raw
            {
                n_same += 1;
                take(value);
                continue;
            }
            n_read += 1;
            if let Ok(value) = read(self.style, cells.understood(raw.0, raw.1)) {
                let repeats = n_read < TRIAL || n_same * WORTH > n_read;
                last = repeats.then_some((raw, value));
                take(value);
            } else {
                self.bad.push(self.bad_cell(row, raw.0));
                take(None);
            }
        }
    }

    fn shares(&mut self) -> (ArrayRef, ArrayRef) {
        let (mut values, mut bounds) = (Vec::new(), Vec::new());
        self.each(value::share, |read| {
            values.push(read.map(|share| share.fraction));
            bounds.push(read.map(|share| if share.is_bound { "at_most" } else { "exact" }));
        });
        (
            Arc::new(Float64Array::from(values)),
            Arc::new(StringArray::from(bounds)),
        )
    }

    fn bad_cell(&self, row: usize, text: &str) -> BadCell {
        BadCell {
            row,
            field: self.at,
            text: text.into(),
            expected: value::expected(self.field.column.ty, self.style.decimal),
        }
    }

    fn primitives<T: ArrowPrimitiveType>(
        &mut self,
        read: impl Fn(&Style, Content<'_>) -> Read<T::Native>,
    ) -> ArrayRef {
        let mut builder = PrimitiveBuilder::<T>::with_capacity(self.chunk.n_rows());
        self.each(read, |value| builder.append_option(value));
        Arc::new(builder.finish())
    }

    fn integers(&mut self) -> (ArrayRef, Sum) {
        let mut builder = PrimitiveBuilder::<Int64Type>::with_capacity(self.chunk.n_rows());
        let mut sum = 0_i128;
        self.each(value::whole, |value| {
            sum += i128::from(value.unwrap_or(0));
            builder.append_option(value);
        });
        (Arc::new(builder.finish()), Sum::of(sum, 0))
    }

    /// Exact decimals, with the sum of what was read and the sum of what rounding took away.
    fn decimals(&mut self, scale: i8, rounded: &mut Rounded) -> (ArrayRef, Sum) {
        let digits = u8::try_from(scale).unwrap_or(0);
        let ty = self.field.column.ty;
        let mut builder = PrimitiveBuilder::<Decimal128Type>::with_capacity(self.chunk.n_rows());
        // Most values fit their column: these are summed as stored, the others as read.
        let (mut fitting, mut control) = (0_i128, Sum::default());
        self.each(
            |style, cell| value::stored(ty, digits, style, cell),
            |value| {
                if let Some((value, stored)) = value {
                    match stored.residue {
                        None => fitting = fitting.saturating_add(stored.kept),
                        Some(residue) => {
                            control.add(value);
                            rounded.count += 1;
                            rounded.residue.add(residue);
                        }
                    }
                }
                builder.append_option(value.map(|(_, stored)| stored.kept));
            },
        );
        control.merge(Sum::of(fitting, digits));
        #[expect(
            clippy::expect_used,
            reason = "schemas keep at most 8 digits after the point, which 18 have room for"
        )]
        let array = builder
            .finish()
            .with_precision_and_scale(PRECISION, scale)
            .expect("a scale within the precision");
        (Arc::new(array), control)
    }

    fn texts(&mut self) -> ArrayRef {
        let mut cells = self.cells();
        let n_rows = cells.n_rows();
        let mut builder = StringBuilder::with_capacity(n_rows, n_rows * 16);
        for row in 0..n_rows {
            match cells.content(row) {
                Content::Empty => builder.append_null(),
                Content::Text(text)
                | Content::Number(text)
                | Content::Date(text)
                | Content::Bool(text) => {
                    builder.append_value(text);
                }
                Content::Error(_) => {
                    builder.append_null();
                    self.bad.push(self.bad_cell(row, cells.raw(row).0));
                }
            }
        }
        Arc::new(builder.finish())
    }

    fn booleans(&mut self) -> ArrayRef {
        let mut builder = BooleanBuilder::with_capacity(self.chunk.n_rows());
        self.each(value::truth, |value| builder.append_option(value));
        Arc::new(builder.finish())
    }

    fn markets(&mut self) -> ArrayRef {
        let mut builder =
            StringBuilder::with_capacity(self.chunk.n_rows(), self.chunk.n_rows() * 2);
        self.each(value::market, |value| builder.append_option(value));
        Arc::new(builder.finish())
    }

    /// A number and the word beside it.
    fn pairs(
        &mut self,
        read: impl Fn(&Style, Content<'_>) -> Read<(Option<i64>, &'static str)>,
    ) -> (ArrayRef, ArrayRef) {
        let n_rows = self.chunk.n_rows();
        let mut values = PrimitiveBuilder::<Int64Type>::with_capacity(n_rows);
        let mut words = StringBuilder::with_capacity(n_rows, n_rows * 10);
        self.each(read, |pair| {
            values.append_option(pair.and_then(|(value, _)| value));
            words.append_option(pair.map(|(_, word)| word));
        });
        (Arc::new(values.finish()), Arc::new(words.finish()))
    }
}

fn suffixed(name: &ColumnName, suffix: &str) -> ColumnName {
    #[expect(
        clippy::expect_used,
        reason = "a checked name with an underscore and letters is a checked name"
    )]
    ColumnName::parse(&format!("{name}_{suffix}")).expect("a checked name and letters")
}
