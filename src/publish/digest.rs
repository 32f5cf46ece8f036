//! What a person has to do, short enough to be pasted into a chat: one small text for each value of a column. Knows no
//! mart and sends nothing.

use crate::publish::Document;
use crate::publish::PublishError;
use crate::publish::Published;
use crate::publish::cell::Cell;
use crate::publish::cell::Cells;
use crate::publish::place;
use crate::store::files;
use arrow::array::RecordBatch;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// What is told, and to whom.
#[derive(Debug, Clone)]
pub struct Digest<'a> {
    pub title: &'a str,
    /// A text column: one file for each value.
    pub by: &'a str,
    /// A text column: lines of one value stand together under it.
    pub head: &'a str,
    /// A text column: what is told of a row.
    pub line: &'a str,
    /// A number column: the least goes first.
    pub order: &'a str,
    pub batch: &'a RecordBatch,
}

/// Chats cut longer texts off; the robots of both take 4,096 bytes.
const MOST_BYTES: usize = 4_000;
/// Kept free for the line that says how much is left out.
const LAST_LINE_BYTES: usize = 96;
/// Rows that belong to nobody.
const NOBODY: &str = "未分配";

/// Writes `<day>/digest_<value>.md` for each value that has rows.
///
/// # Errors
/// When a column is missing or of a foreign type, or the folder cannot be written.
pub fn digest(
    folder: &Path,
    digest: &Digest<'_>,
    as_of: Date,
) -> Result<Vec<Published>, PublishError> {
    let [by, head, line, order] =
        [digest.by, digest.head, digest.line, digest.order].map(|column| cells(digest, column));
    let (by, head, line, order) = (by?, head?, line?, order?);
    let text = |cells: Cells<'_>, row| match cells.at(row) {
        Cell::Text(text) => text.to_owned(),
        _ => String::new(),
    };
    let place_of = |row| match order.at(row) {
        Cell::Integer(place) => place,
        _ => i64::MAX,
    };
    let mut rows: Vec<usize> = (0..digest.batch.num_rows()).collect();
    rows.sort_by_key(|row| place_of(*row));
    let mut parts: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for row in rows {
        let line = text(line, row);
        if !line.is_empty() {
            let part = parts.entry(text(by, row)).or_default();
            part.push((text(head, row), line));
        }
    }
    let mut published = Vec::new();
    for (whose, lines) in parts {
        let whose = if whose.is_empty() { NOBODY } else { &whose };
        let name = whose.chars().map(|letter| {
            if letter.is_alphanumeric() || letter == '-' {
                letter
            } else {
                '-'
            }
        });
        let document = Document {
            name: format!("{as_of}/digest_{}.md", name.collect::<String>()),
            bytes: written(digest.title, whose, as_of, &lines).into_bytes(),
            note: None,
        };
        published.push(place(folder, document, &files::replace)?);
    }
    Ok(published)
}

fn cells<'a>(digest: &Digest<'a>, column: &str) -> Result<Cells<'a>, PublishError> {
    let array = digest
        .batch
        .column_by_name(column)
        .ok_or_else(|| PublishError::NoColumn {
            sheet: digest.title.into(),
            column: column.into(),
        })?;
    Cells::of(array).ok_or_else(|| PublishError::Type {
        sheet: digest.title.into(),
        column: column.into(),
        found: array.data_type().clone(),
    })
}

/// The text of one person: whole lines, the first ones first, and how many there was no room for.
fn written(title: &str, whose: &str, as_of: Date, lines: &[(String, String)]) -> String {
    let mut heads: Vec<&str> = Vec::new();
    for (head, _) in lines {
        if !heads.contains(&head.as_str()) {
            heads.push(head);
        }
    }
    let mut text = format!("# {title} {as_of} · {whose}（{} 项）\n", lines.len());
    let mut left_out = 0;
    for head in heads {
        let under: Vec<&str> = lines
            .iter()
            .filter(|(known, _)| known == head)
            .map(|(_, line)| line.as_str())
            .collect();
        let mut opening = format!("\n**{head}**（{}）\n", under.len());
        for line in under {
            // One row, one line, whatever a name holds.
            let line: String = line.split_whitespace().collect::<Vec<_>>().join(" ");
            let entry = format!("{opening}- {line}\n");
            if left_out == 0 && text.len() + entry.len() + LAST_LINE_BYTES <= MOST_BYTES {
                text.push_str(&entry);
                opening.clear();
            } else {
                left_out += 1;
            }
        }
    }
    if left_out > 0 {
        let _ = write!(text, "\n另有 {left_out} 项，见当日工作簿。\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::ArrayRef;
    use arrow::array::Int64Array;
    use arrow::array::StringArray;
    use std::sync::Arc;

    fn batch(rows: &[(Option<&str>, &str, &str, i64)]) -> RecordBatch {
        let by: ArrayRef = Arc::new(rows.iter().map(|row| row.0).collect::<StringArray>());
        let head: ArrayRef = Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.1)));
        let line: ArrayRef = Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.2)));
        let order: ArrayRef = Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.3)));
        let columns = [("by", by), ("head", head), ("line", line), ("place", order)];
        RecordBatch::try_from_iter_with_nullable(
            columns.into_iter().map(|(name, array)| (name, array, true)),
        )
        .unwrap()
    }

    fn texts(batch: &RecordBatch) -> Vec<(String, String)> {
        let folder = tempfile::tempdir().unwrap();
        let wanted = Digest {
            title: "T",
            by: "by",
            head: "head",
            line: "line",
            order: "place",
            batch,
        };
        let published = digest(folder.path(), &wanted, Date::constant(2026, 2, 12)).unwrap();
        let read = |file: Published| {
            let name = file.path.strip_prefix(folder.path()).unwrap();
            let name = name.to_str().unwrap().replace('\\', "/");
            (name, std::fs::read_to_string(&file.path).unwrap())
        };
        published.into_iter().map(read).collect()
    }

    #[test]
    fn a_person_gets_own_lines_the_urgent_ones_first() {
        let found = texts(&batch(&[
            (Some("ann"), "later", "c", 9),
            (Some("ann"), "now", "a\nb", 1),
            (None, "now", "d", 1),
            (Some("a/b"), "now", "", 1),
        ]));
        let expected =
            "# T 2026-02-12 · ann（2 项）\n\n**now**（1）\n- a b\n\n**later**（1）\n- c\n";
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].0, "2026-02-12/digest_未分配.md");
        assert_eq!(
            found[1],
            ("2026-02-12/digest_ann.md".to_owned(), expected.to_owned())
        );
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let long = "行".repeat(100);
        let rows: Vec<_> = (0..40)
            .map(|n| (Some("x/y"), "h", long.as_str(), n))
            .collect();
        let found = texts(&batch(&rows));
        let (name, text) = &found[0];
        assert_eq!(name, "2026-02-12/digest_x-y.md");
        assert!(text.len() <= MOST_BYTES, "{}", text.len());
        let shown = text.matches("\n- ").count();
        assert!(
            shown > 10 && text.ends_with(&format!("\n另有 {} 项，见当日工作簿。\n", 40 - shown))
        );
    }
}
