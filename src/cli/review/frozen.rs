//! What was handed in: kept in the store as it was, and compared with what the same figures are a period later.

use crate::pipeline::review::Every;
use crate::pipeline::review::Review;
use crate::publish::Lang;
use crate::publish::Sheet;
use crate::publish::SheetColumn;
use crate::publish::review::Body;
use crate::publish::review::Part;
use crate::store::Store;
use crate::store::files;
use anyhow::bail;
use arrow::array::ArrayRef;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use arrow::error::ArrowError;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// One headline figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Figure {
    pub mart: String,
    pub label: String,
    /// As a reader saw it.
    pub value: String,
    pub number: Option<f64>,
}

/// What is kept beside the documents.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    frozen_at: String,
    as_of: String,
    figures: Vec<Figure>,
    /// Name and BLAKE3 hash of each document.
    documents: BTreeMap<String, String>,
}

const FIGURES: &str = "figures.json";

fn folder(store: &Store, review: &Review, start: Date) -> PathBuf {
    let every = match review.every {
        Every::Month => "month",
        Every::Day => "day",
        Every::Week => "week",
    };
    store
        .root()
        .join("frozen")
        .join(&*review.file)
        .join(format!("{every}={start}"))
}

/// Keeps the documents and the figures of a period, once.
///
/// # Errors
/// When this period was frozen already, or the store cannot be written.
pub(super) fn keep(
    store: &Store,
    review: &Review,
    start: Date,
    as_of: Date,
    figures: &[Figure],
    documents: &[&Path],
) -> anyhow::Result<PathBuf> {
    let folder = folder(store, review, start);
    let figures_path = folder.join(FIGURES);
    if let Some(kept) = kept(&figures_path) {
        bail!(
            "this period was frozen on {} and stays as it was handed in; to freeze it anew, delete {} first",
            kept.frozen_at,
            folder.display()
        );
    }
    let mut hashes = BTreeMap::new();
    for path in documents {
        let bytes = std::fs::read(path)?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        hashes.insert(name.clone(), blake3::hash(&bytes).to_hex().to_string());
        files::replace(&folder.join(name), &bytes)?;
    }
    let kept = Kept {
        frozen_at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        as_of: as_of.to_string(),
        figures: figures.to_vec(),
        documents: hashes,
    };
    // The figures come last: without them, nothing was frozen.
    files::put_new(
        &figures_path,
        format!("{:#}\n", serde_json::to_value(&kept)?).as_bytes(),
    )?;
    Ok(folder)
}

fn kept(path: &Path) -> Option<Kept> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

/// The figures of a period as they were handed in; none when it was not frozen.
pub(super) fn read(store: &Store, review: &Review, start: Date) -> Option<Vec<Figure>> {
    kept(&folder(store, review, start).join(FIGURES)).map(|kept| kept.figures)
}

/// Column names of what [`compared`] makes.
const COLUMNS: [(&str, &str, &str); 5] = [
    ("mart", "Table", "表名"),
    ("figure", "Figure", "指标"),
    ("handed_in", "As handed in", "初稿"),
    ("now", "Now", "定稿"),
    ("moved", "Whether it moved", "变动"),
];

/// Each figure as handed in and as it is now, those that moved first.
///
/// # Errors
/// Never, unless Arrow refuses columns of one length.
pub(super) fn compared(handed_in: &[Figure], now: &[Figure]) -> Result<RecordBatch, ArrowError> {
    let key = |figure: &Figure| (figure.mart.clone(), figure.label.clone());
    let mut pairs: BTreeMap<_, (Option<&Figure>, Option<&Figure>)> = BTreeMap::new();
    for figure in handed_in {
        pairs.entry(key(figure)).or_default().0 = Some(figure);
    }
    for figure in now {
        pairs.entry(key(figure)).or_default().1 = Some(figure);
    }
    let text = |figure: Option<&Figure>| {
        figure
            .map(|figure| figure.value.clone())
            .unwrap_or_default()
    };
    let mut rows: Vec<[String; 5]> = pairs
        .into_iter()
        .map(|((mart, label), (then, now))| {
            let (then, now) = (text(then), text(now));
            let moved = if then == now { "" } else { "●" };
            [mart, label, then, now, moved.to_owned()]
        })
        .collect();
    rows.sort_by(|a, b| b[4].cmp(&a[4]));
    let column = |at: usize| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(
            rows.iter().map(|row| row[at].as_str()),
        ))
    };
    RecordBatch::try_from_iter((0..COLUMNS.len()).map(|at| (COLUMNS[at].0, column(at))))
}

/// The section that opens the next review.
pub(super) fn part<'a>(lang: Lang, period: &str, batch: &'a RecordBatch) -> Part<'a> {
    let columns = COLUMNS
        .into_iter()
        .map(|(name, meaning, meaning_zh)| SheetColumn {
            name,
            meaning,
            meaning_zh,
            unit: "",
        })
        .collect();
    let (title, note) = match lang {
        Lang::Zh => (
            format!("上期定稿对照初稿（{period}）"),
            "初稿：当时交付的数字；定稿：同一期间按现在的数据。".to_owned(),
        ),
        Lang::En => (
            format!("{period}: final against as handed in"),
            "The figures that were handed in, and the same figures from today's data.".to_owned(),
        ),
    };
    Part {
        title,
        note,
        nothing: String::new(),
        body: Body::Table {
            sheet: Sheet {
                name: "frozen",
                title: "Handed in",
                title_zh: "定稿对照",
                group: "",
                columns,
                batch,
            },
            left_out: 0,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::AsArray;

    #[test]
    fn what_moved_stands_first() {
        let figure = |label: &str, value: &str| Figure {
            mart: "m".into(),
            label: label.into(),
            value: value.into(),
            number: None,
        };
        let then = [figure("a", "1"), figure("b", "2"), figure("gone", "3")];
        let now = [figure("a", "1"), figure("b", "4"), figure("new", "5")];
        let batch = compared(&then, &now).unwrap();
        let column = |name: &str| -> Vec<String> {
            let texts = batch.column_by_name(name).unwrap().as_string::<i32>();
            texts.iter().map(|text| text.unwrap().to_owned()).collect()
        };
        assert_eq!(column("figure"), ["b", "gone", "new", "a"]);
        assert_eq!(column("handed_in"), ["2", "3", "", "1"]);
        assert_eq!(column("now"), ["4", "", "5", "1"]);
    }
}
