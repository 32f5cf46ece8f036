//! A mart as what it declares beside its table: the form of another program, a short text for each person.

use crate::model::name::ColumnName;
use crate::model::period::day_number;
use crate::pipeline::Mart;
use crate::pipeline::Partition;
use crate::publish::Digest;
use crate::publish::Form;
use arrow::array::Array as _;
use arrow::array::AsArray as _;
use arrow::array::BooleanArray;
use arrow::array::RecordBatch;
use arrow::compute::filter_record_batch;
use arrow::datatypes::Date32Type;
use arrow::error::ArrowError;
use jiff::civil::Date;

/// The rows that are handed out: of a mart that keeps its days, those of today.
///
/// # Errors
/// When Arrow refuses: a fault of this program.
pub(super) fn handed_out(
    mart: &Mart,
    batch: &RecordBatch,
    today: Date,
) -> Result<RecordBatch, ArrowError> {
    let days = (mart.partition == Partition::AsOf)
        .then(|| mart.partition.column())
        .flatten()
        .and_then(|name| batch.column_by_name(name)?.as_primitive_opt::<Date32Type>());
    let Some(days) = days else {
        return Ok(batch.clone());
    };
    let today = day_number(today);
    let kept: BooleanArray = (0..days.len())
        .map(|row| Some(days.is_valid(row) && days.value(row) == today))
        .collect();
    filter_record_batch(batch, &kept)
}

/// The form that the mart fills; none for a mart that is only read.
pub(super) fn form<'a>(mart: &'a Mart, batch: &'a RecordBatch) -> Option<Form<'a>> {
    let upload = mart.upload.as_ref()?;
    let header = upload.header.iter();
    Some(Form {
        title: &mart.title_zh,
        sheet: upload.sheet.as_deref(),
        by: upload.by.iter().map(ColumnName::as_str).collect(),
        header: header
            .map(|(label, column)| (&**label, column.as_ref().map(ColumnName::as_str)))
            .collect(),
        batch,
    })
}

/// What is told of the mart to each person; none for a mart that asks nobody for anything.
pub(super) fn digest<'a>(mart: &'a Mart, batch: &'a RecordBatch) -> Option<Digest<'a>> {
    let digest = mart.digest.as_ref()?;
    Some(Digest {
        title: &mart.title_zh,
        by: digest.by.as_str(),
        head: digest.head.as_str(),
        line: digest.line.as_str(),
        order: digest.order.as_str(),
        batch,
    })
}
