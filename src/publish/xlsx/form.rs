//! A workbook or a csv file that another program takes: exactly the labels that it wants in the first row, plain cells
//! under them, no title, no style. Knows no mart and no program.

use crate::publish::Document;
use crate::publish::PublishError;
use crate::publish::Published;
use crate::publish::cell::Cell;
use crate::publish::cell::Cells;
use crate::publish::cell::date_of;
use crate::publish::cell::moment_of;
use crate::publish::csv::form as text;
use crate::publish::place;
use crate::store::files;
use arrow::array::RecordBatch;
use jiff::civil::Date;
use rust_xlsxwriter::ColNum;
use rust_xlsxwriter::DocProperties;
use rust_xlsxwriter::RowNum;
use rust_xlsxwriter::Workbook;
use rust_xlsxwriter::XlsxError;
use std::collections::BTreeMap;
use std::path::Path;

/// What is to be filled in, and with what.
#[derive(Debug, Clone)]
pub struct Form<'a> {
    /// Names the files.
    pub title: &'a str,
    /// The only sheet of a workbook; none for a csv file.
    pub sheet: Option<&'a str>,
    /// One file for each value of these text columns.
    pub by: Vec<&'a str>,
    /// The labels in their order, each with the column that fills it.
    pub header: Vec<(&'a str, Option<&'a str>)>,
    pub batch: &'a RecordBatch,
}

/// Writes one file for each value of the columns that part the form; rows stay in the order of the batch. A form
/// without rows gives no file: there is nothing to upload.
///
/// # Errors
/// When a column is missing or of a foreign type, or the folder cannot be written.
pub fn fill(folder: &Path, form: &Form<'_>, as_of: Date) -> Result<Vec<Published>, PublishError> {
    let parting: Vec<Cells<'_>> = form
        .by
        .iter()
        .map(|column| cells(form, column))
        .collect::<Result<_, _>>()?;
    let filling: Vec<Option<Cells<'_>>> = form
        .header
        .iter()
        .map(|(_, column)| column.map(|column| cells(form, column)).transpose())
        .collect::<Result<_, _>>()?;
    let mut parts: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    for row in 0..form.batch.num_rows() {
        let part = parting.iter().map(|cells| match cells.at(row) {
            Cell::Text(text) => text.to_owned(),
            _ => String::new(),
        });
        parts.entry(part.collect()).or_default().push(row);
    }
    let mut published = Vec::new();
    for (part, rows) in parts {
        let extension = if form.sheet.is_some() { "xlsx" } else { "csv" };
        let name = format!("{}.{extension}", file_name(form.title, &part, as_of));
        let bytes = match form.sheet {
            Some(sheet) => workbook(form, sheet, &filling, &rows, as_of).map_err(|source| {
                PublishError::Workbook {
                    name: name.as_str().into(),
                    source,
                }
            })?,
            None => text(&form.header, &filling, &rows).into_bytes(),
        };
        let document = Document {
            name,
            bytes,
            note: None,
        };
        published.push(place(folder, document, &files::replace)?);
    }
    Ok(published)
}

fn cells<'a>(form: &Form<'a>, column: &str) -> Result<Cells<'a>, PublishError> {
    let array = form
        .batch
        .column_by_name(column)
        .ok_or_else(|| PublishError::NoColumn {
            sheet: form.title.into(),
            column: column.into(),
        })?;
    Cells::of(array).ok_or_else(|| PublishError::Type {
        sheet: form.title.into(),
        column: column.into(),
        found: array.data_type().clone(),
    })
}

/// `<title>_<part>_<day>`, without what a file system may refuse.
fn file_name(title: &str, part: &[String], as_of: Date) -> String {
    let mut name = title.to_owned();
    for value in part.iter().filter(|value| !value.is_empty()) {
        name.push('_');
        name.extend(value.chars().map(|letter| {
            if letter.is_alphanumeric() || letter == '-' {
                letter
            } else {
                '-'
            }
        }));
    }
    format!("{name}_{as_of}")
}

fn workbook(
    form: &Form<'_>,
    name: &str,
    filling: &[Option<Cells<'_>>],
    rows: &[usize],
    as_of: Date,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The library would otherwise write the time of day.
    workbook.set_properties(
        &DocProperties::new()
            .set_author("sellerlake")
            .set_creation_datetime(&super::creation(as_of)?),
    );
    let sheet = workbook.add_worksheet();
    sheet.set_name(name)?;
    for (column, (label, _)) in (0..).zip(&form.header) {
        sheet.write_string(0, column, *label)?;
    }
    for (line, row) in (1..).zip(rows) {
        for (column, cells) in (0..).zip(filling) {
            if let Some(cells) = cells {
                write(sheet, line, column, cells.at(*row))?;
            }
        }
    }
    workbook.save_to_buffer()
}

/// Texts stay texts: an id of eighteen digits is no number.
fn write(
    sheet: &mut rust_xlsxwriter::Worksheet,
    row: RowNum,
    column: ColNum,
    cell: Cell<'_>,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => {
            sheet.write_string(row, column, text)?;
        }
        // Whole numbers of more than fifteen digits are ids as well.
        Cell::Integer(value) => {
            sheet.write_string(row, column, value.to_string())?;
        }
        Cell::Decimal(value) => {
            sheet.write_number(row, column, value.exact().parse().unwrap_or(0.0))?;
        }
        Cell::Double(value) => {
            sheet.write_number(row, column, value)?;
        }
        Cell::Bool(value) => {
            sheet.write_boolean(row, column, value)?;
        }
        Cell::Date(days) => {
            // As the console writes and reads days.
            let day = date_of(days).map(|date| date.strftime("%Y%m%d").to_string());
            sheet.write_string(row, column, day.unwrap_or_default())?;
        }
        Cell::Moment(at) => {
            let at = moment_of(at).map(|at| at.to_string());
            sheet.write_string(row, column, at.unwrap_or_default())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::ArrayRef;
    use arrow::array::StringArray;
    use std::sync::Arc;

    fn batch(rows: &[[Option<&str>; 3]]) -> RecordBatch {
        let column = |at: usize| -> ArrayRef {
            Arc::new(rows.iter().map(|row| row[at]).collect::<StringArray>())
        };
        let columns = [("shop", column(0)), ("id", column(1)), ("word", column(2))];
        RecordBatch::try_from_iter_with_nullable(
            columns.into_iter().map(|(name, array)| (name, array, true)),
        )
        .unwrap()
    }

    #[test]
    fn one_file_a_part_and_none_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let rows = [
            [Some("b/x"), Some("123456789012345678"), Some("=1+1")],
            [Some("a"), None, Some("lamp")],
            [Some("b/x"), Some("7"), None],
        ];
        let fill_in = |batch: &RecordBatch| {
            let form = Form {
                title: "T",
                sheet: Some("S"),
                by: vec!["shop"],
                header: vec![
                    ("Id", Some("id")),
                    ("Not filled", None),
                    ("Word", Some("word")),
                ],
                batch,
            };
            fill(folder.path(), &form, jiff::civil::date(2026, 2, 12)).unwrap()
        };
        let names: Vec<String> = fill_in(&batch(&rows))
            .iter()
            .map(|file| crate::publish::file_name(&file.path))
            .collect();
        assert_eq!(names, ["T_a_2026-02-12.xlsx", "T_b-x_2026-02-12.xlsx"]);
        assert!(fill_in(&batch(&[])).is_empty());
    }

    #[test]
    fn a_missing_column_is_named() {
        let batch = batch(&[]);
        let form = Form {
            title: "T",
            sheet: Some("S"),
            by: Vec::new(),
            header: vec![("Id", Some("ids"))],
            batch: &batch,
        };
        let error = fill(Path::new("."), &form, jiff::civil::date(2026, 2, 12)).unwrap_err();
        assert_eq!(error.to_string(), "cannot publish T: it has no column ids");
    }
}
