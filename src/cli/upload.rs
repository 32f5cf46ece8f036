//! A mart as the form of another program, where it declares one.

use crate::model::name::ColumnName;
use crate::pipeline::Mart;
use crate::publish::Form;
use arrow::array::RecordBatch;

/// The form that the mart fills; none for a mart that is only read.
pub(super) fn form<'a>(mart: &'a Mart, batch: &'a RecordBatch) -> Option<Form<'a>> {
    let upload = mart.upload.as_ref()?;
    let header = upload.header.iter();
    Some(Form {
        title: &mart.title_zh,
        sheet: &upload.sheet,
        by: upload.by.iter().map(ColumnName::as_str).collect(),
        header: header
            .map(|(label, column)| (&**label, column.as_ref().map(ColumnName::as_str)))
            .collect(),
        batch,
    })
}
