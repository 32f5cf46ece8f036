//! Tables for a terminal, and rows as json, csv or Parquet. Knows no command.

use anyhow::Context as _;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use arrow::datatypes::Float64Type;
use arrow::datatypes::Int64Type;
use arrow::util::display::array_value_to_string;
use clap::ValueEnum;
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use unicode_width::UnicodeWidthChar;
use unicode_width::UnicodeWidthStr;

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Table,
    Json,
    Csv,
    /// `show` and `query` only
    Parquet,
}

/// Version of every JSON output.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// A text table: headers, rows, and which columns are numbers.
#[derive(Debug, Default)]
pub(super) struct TextTable {
    headers: Vec<String>,
    right: Vec<bool>,
    rows: Vec<Vec<String>>,
}

/// Narrowest that a column is made before the table is cut.
const NARROWEST: usize = 6;
/// Width at which a column still tells something, when there are more columns than room.
const READABLE: usize = 12;

impl TextTable {
    /// Headers that end in `>` are of numbers, which are set to the right.
    pub(super) fn new(headers: &[&str]) -> Self {
        Self {
            headers: headers
                .iter()
                .map(|header| header.trim_end_matches('>').to_owned())
                .collect(),
            right: headers.iter().map(|header| header.ends_with('>')).collect(),
            rows: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, cells: Vec<String>) {
        self.rows.push(
            cells
                .into_iter()
                .map(|cell| cell.replace(['\n', '\r', '\t'], " "))
                .collect(),
        );
    }

    /// The table as csv.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub(super) fn csv(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(&self.headers)?;
        for row in &self.rows {
            writer.write_record(row)?;
        }
        writer.flush()?;
        Ok(())
    }

    /// Lines of at most `width` columns: the widest text columns give way first, and say so with `…`; columns that do
    /// not fit even so are left out from the right, and a last line says how many.
    pub(super) fn lines(&self, width: usize) -> Vec<String> {
        let n = self.n_fitting(width);
        let mut widths: Vec<usize> = (0..n)
            .map(|at| {
                let cells = self
                    .rows
                    .iter()
                    .filter_map(|row| row.get(at))
                    .map(|cell| cell.width());
                cells.chain([self.headers[at].width()]).max().unwrap_or(0)
            })
            .collect();
        let gaps = 2 * n.saturating_sub(1);
        while widths.iter().sum::<usize>() + gaps > width {
            let widest = (0..n)
                .filter(|at| widths[*at] > NARROWEST)
                .max_by_key(|at| (!self.right[*at], widths[*at]));
            let Some(widest) = widest else { break };
            widths[widest] -= 1;
        }
        let line = |cells: &[String]| -> String {
            let cells: Vec<String> = cells
                .iter()
                .take(n)
                .enumerate()
                .map(|(at, cell)| {
                    let cell = fitted(cell, widths[at]);
                    let pad = " ".repeat(widths[at].saturating_sub(cell.width()));
                    if self.right[at] {
                        format!("{pad}{cell}")
                    } else {
                        format!("{cell}{pad}")
                    }
                })
                .collect();
            cells.join("  ").trim_end().to_owned()
        };
        let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
        let mut lines = vec![line(&self.headers), rule.join("  ")];
        lines.extend(self.rows.iter().map(|row| line(row)));
        if n < self.headers.len() {
            lines.push(format!(
                "… and {}: --format csv or json has all",
                counted((self.headers.len() - n) as u64, "more column")
            ));
        }
        lines
    }

    /// How many columns fit when none is narrower than it can be read.
    fn n_fitting(&self, width: usize) -> usize {
        let mut used = 0;
        for (at, header) in self.headers.iter().enumerate() {
            let widest = self
                .rows
                .iter()
                .filter_map(|row| row.get(at))
                .map(|cell| cell.width())
                .chain([header.width()])
                .max();
            used += widest.unwrap_or(0).min(READABLE) + 2 * usize::from(at > 0);
            if used > width {
                return at.max(1);
            }
        }
        self.headers.len()
    }
}

/// The text, cut to a width with `…` where it is longer.
fn fitted(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        cut.push(c);
    }
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// The text in lines of a width, parted at blanks; a word that is longer has a line of its own.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0);
    for word in text.split(' ') {
        if used > 0 && used + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += word.width();
    }
    lines.push(line);
    lines
}

/// Prints rows. `name` is the table's, for JSON.
///
/// # Errors
/// When the output cannot be written.
pub(super) fn rows(
    out: &mut dyn Write,
    name: &str,
    batch: &RecordBatch,
    format: Format,
    width: usize,
) -> anyhow::Result<()> {
    match format {
        Format::Table => {
            let schema = batch.schema();
            let headers: Vec<String> = schema
                .fields()
                .iter()
                .map(|field| {
                    let number = field.data_type().is_numeric();
                    format!("{}{}", field.name(), if number { ">" } else { "" })
                })
                .collect();
            let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
            let mut table = TextTable::new(&headers);
            for row in 0..batch.num_rows() {
                table.push(
                    batch
                        .columns()
                        .iter()
                        .map(|array| shown(array, row))
                        .collect(),
                );
            }
            for line in table.lines(width) {
                writeln!(out, "{line}")?;
            }
            let n = batch.num_rows();
            writeln!(out, "{n} row{}", if n == 1 { "" } else { "s" })?;
        }
        Format::Json => {
            let schema = batch.schema();
            let columns: Vec<Value> = schema
                .fields()
                .iter()
                .map(|field| serde_json::json!({"name": field.name(), "type": type_name(field.data_type())}))
                .collect();
            let head = serde_json::json!({"schema_version": SCHEMA_VERSION, "table": name, "columns": columns});
            let head = head.to_string();
            write!(out, "{},\"rows\":[", &head[..head.len() - 1])?;
            for row in 0..batch.num_rows() {
                write!(out, "{}{{", if row == 0 { "\n" } else { ",\n" })?;
                for (at, (field, array)) in schema.fields().iter().zip(batch.columns()).enumerate()
                {
                    let separator = if at == 0 { "" } else { "," };
                    write!(
                        out,
                        "{separator}{}:{}",
                        Value::from(field.name().as_str()),
                        json_value(array, row)
                    )?;
                }
                write!(out, "}}")?;
            }
            writeln!(out, "\n]}}")?;
        }
        Format::Csv => {
            let mut writer = csv::Writer::from_writer(out);
            writer.write_record(
                batch
                    .schema()
                    .fields()
                    .iter()
                    .map(|field| field.name().as_str()),
            )?;
            for row in 0..batch.num_rows() {
                writer.write_record(batch.columns().iter().map(|array| plain(array, row)))?;
            }
            writer.flush()?;
        }
        Format::Parquet => {
            let bytes = crate::store::writer::encode(
                Path::new(name),
                &batch.schema(),
                std::slice::from_ref(batch),
                None,
            )?;
            out.write_all(&bytes)
                .context("cannot write the Parquet file to the output")?;
        }
    }
    Ok(())
}

/// A type as SQL names it.
pub(super) fn type_name(ty: &DataType) -> String {
    match ty {
        DataType::Utf8 => "text".to_owned(),
        DataType::Int64 => "integer".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Boolean => "bool".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Timestamp(..) => "timestamp".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        other => other.to_string().to_lowercase(),
    }
}

/// A value as text, exactly; nothing for null.
pub(super) fn plain(array: &ArrayRef, row: usize) -> String {
    if array.is_null(row) {
        return String::new();
    }
    array_value_to_string(array, row).unwrap_or_default()
}

/// A value for people: a double at four significant decimals, nothing for null.
pub(super) fn shown(array: &ArrayRef, row: usize) -> String {
    match array.as_primitive_opt::<Float64Type>() {
        Some(values) if values.is_valid(row) => {
            let text = format!("{:.4}", values.value(row));
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ if matches!(array.data_type(), DataType::Decimal128(..)) => {
            let text = plain(array, row);
            match text.split_once('.') {
                // Money keeps two digits, and more only where there are more.
                Some((whole, fraction)) => {
                    let fraction = fraction.trim_end_matches('0');
                    format!("{whole}.{fraction:0<2}")
                }
                None => text,
            }
        }
        _ => plain(array, row),
    }
}

/// The same in a unit: fractions as percent.
pub(super) fn shown_as(array: &ArrayRef, row: usize, unit: &str) -> String {
    match array.as_primitive_opt::<Float64Type>() {
        Some(values) if unit == "fraction" && values.is_valid(row) => {
            format!("{:.1} %", values.value(row) * 100.0)
        }
        _ => shown(array, row),
    }
}

/// A value as JSON text. Decimals are numbers with all their digits.
fn json_value(array: &ArrayRef, row: usize) -> String {
    if array.is_null(row) {
        return "null".to_owned();
    }
    match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => {
            Value::from(array.as_primitive::<Float64Type>().value(row)).to_string()
        }
        DataType::Decimal128(..) => plain(array, row),
        _ => Value::from(plain(array, row)).to_string(),
    }
}

/// A count with its noun: `1 file`, `1,234 files`.
pub(super) fn counted(n: u64, noun: &str) -> String {
    let plural = match noun.strip_suffix('y') {
        _ if n == 1 => noun.to_owned(),
        Some(stem) => format!("{stem}ies"),
        None => format!("{noun}s"),
    };
    format!("{} {plural}", grouped(n))
}

/// A whole number with commas between thousands.
pub(super) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_columns_give_way() {
        let mut table = TextTable::new(&["name", "n>"]);
        table.push(vec!["a long name that will not fit".into(), "12345".into()]);
        table.push(vec!["产品名称产品名称产品".into(), "1".into()]);
        assert_eq!(table.lines(80)[2], "a long name that will not fit  12345");
        let narrow = table.lines(20);
        assert_eq!(narrow[2], "a long name…   12345");
        assert!(narrow.iter().all(|line| line.width() <= 20), "{narrow:?}");
    }

    #[test]
    fn words_are_parted_at_blanks() {
        for (text, width, expected) in [
            ("one two three", 20, &["one two three"][..]),
            ("one two three", 7, &["one two", "three"]),
            ("a longerthanthat b", 6, &["a", "longerthanthat", "b"]),
            ("产品 名称 x", 6, &["产品", "名称 x"]),
            ("", 6, &[""]),
        ] {
            assert_eq!(wrapped(text, width), expected, "{text}");
        }
    }

    #[test]
    fn counts_read_well() {
        assert_eq!(counted(1, "file"), "1 file");
        assert_eq!(counted(0, "file"), "0 files");
        assert_eq!(counted(1_234_567, "query"), "1,234,567 queries");
    }
}
