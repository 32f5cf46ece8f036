//! The rows of a section: filtered to the period, ordered, cut, and in the words of people; and what to say where there
//! are none. Knows nothing of how they are drawn.

use crate::cli::review::Span;
use crate::model::period::date_of;
use crate::model::period::day_number;
use crate::pipeline::Mart;
use crate::pipeline::review::Every;
use crate::pipeline::review::Review;
use crate::pipeline::review::Rows;
use crate::pipeline::review::Section;
use crate::pipeline::review::Shape;
use crate::publish::Lang;
use arrow::array::Array;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use arrow::array::UInt32Array;
use arrow::compute::SortColumn;
use arrow::compute::SortOptions;
use arrow::compute::lexsort_to_indices;
use arrow::compute::take_record_batch;
use arrow::datatypes::Date32Type;
use arrow::error::ArrowError;
use jiff::ToSpan;
use jiff::civil::Date;
use std::sync::Arc;

/// The rows of a section.
pub(super) struct Chosen {
    pub(super) batch: RecordBatch,
    /// Rows that the section has no room for.
    pub(super) left_out: usize,
    /// The mart tells nothing at all of the period; this is the newest that it tells of.
    told: Told,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Something of the period, whether it is shown or not.
    Of,
    /// Nothing of the period; the newest day before it, where there is one.
    Until(Option<i32>),
}

/// The rows of the mart that the section is about, ordered and cut as a table wants them. `today` bounds what is newest.
///
/// # Errors
/// When Arrow refuses: a fault of this program.
pub(super) fn rows(
    section: &Section,
    mart: &Mart,
    all: &RecordBatch,
    span: Span,
    today: Date,
) -> Result<Chosen, ArrowError> {
    let days = mart
        .partition
        .column()
        .and_then(|name| all.column_by_name(name)?.as_primitive_opt::<Date32Type>());
    let day = |row: usize| {
        days.filter(|days| days.is_valid(row))
            .map(|days| days.value(row))
    };
    let (first, last) = match section.rows {
        Rows::Newest => {
            let today = day_number(today);
            let newest = (0..all.num_rows())
                .filter_map(day)
                .filter(|day| *day <= today)
                .max();
            (newest, newest)
        }
        Rows::Period => {
            // What moved is told from two periods.
            let start = if matches!(section.shape, Shape::Moved { .. }) {
                span.before().start
            } else {
                span.since.unwrap_or(span.start)
            };
            (Some(day_number(start)), Some(day_number(span.end)))
        }
        Rows::History(n) => {
            let back = i64::try_from(n.saturating_sub(1)).unwrap_or(0);
            let start = match span.every {
                Every::Month => span.start.saturating_sub(back.months()),
                Every::Week => span.start.saturating_sub((7 * back).days()),
                Every::Day => span.start.saturating_sub(back.days()),
            };
            (Some(day_number(start)), Some(day_number(span.end)))
        }
    };
    let in_time = |row: &usize| {
        days.is_none() || day(*row).is_some_and(|day| Some(day) >= first && Some(day) <= last)
    };
    let told = if (0..all.num_rows()).any(|row| in_time(&row)) {
        Told::Of
    } else {
        let before = (0..all.num_rows()).filter_map(day);
        Told::Until(before.filter(|day| Some(*day) <= last).max())
    };
    let keep: Vec<&ArrayRef> = (section.keep.iter())
        .filter_map(|name| all.column_by_name(name.as_str()))
        .collect();
    let wanted = (0..all.num_rows())
        .filter(in_time)
        .filter(|row| keep.iter().all(|column| holds(column, *row)));
    let wanted: UInt32Array = wanted
        .map(|row| u32::try_from(row).unwrap_or(u32::MAX))
        .collect();
    let batch = take_record_batch(all, &wanted)?;
    let Shape::Table {
        sort,
        descending,
        limit,
        ..
    } = &section.shape
    else {
        return Ok(Chosen {
            batch,
            left_out: 0,
            told,
        });
    };
    let cut = |batch: RecordBatch| {
        let shown = batch.num_rows().min(*limit);
        Chosen {
            batch: batch.slice(0, shown),
            left_out: batch.num_rows() - shown,
            told,
        }
    };
    let values = sort
        .as_ref()
        .and_then(|sort| batch.column_by_name(sort.as_str()));
    let Some(values) = values.cloned() else {
        return Ok(cut(batch));
    };
    // Of equal rows, the one that stands first in the mart.
    let places: ArrayRef = Arc::new(UInt32Array::from_iter_values(
        0..u32::try_from(batch.num_rows()).unwrap_or(0),
    ));
    let by = |values, descending| SortColumn {
        values,
        options: Some(SortOptions {
            descending,
            nulls_first: false,
        }),
    };
    let order = lexsort_to_indices(&[by(values, *descending), by(places, false)], None)?;
    Ok(cut(take_record_batch(&batch, &order)?))
}

/// A bool that is true, or a text that is there.
fn holds(column: &ArrayRef, row: usize) -> bool {
    if let Some(flags) = column.as_boolean_opt() {
        return flags.is_valid(row) && flags.value(row);
    }
    let texts = column.as_string_opt::<i32>();
    texts.is_some_and(|texts| texts.is_valid(row) && !texts.value(row).is_empty())
}

/// The same rows with values in the words of people.
///
/// # Errors
/// When Arrow refuses: a fault of this program.
pub(super) fn worded(
    lang: Lang,
    review: &Review,
    mut chosen: Chosen,
) -> Result<Chosen, ArrowError> {
    let mut columns = chosen.batch.columns().to_vec();
    for (name, words) in &review.words {
        let Ok(at) = chosen.batch.schema_ref().index_of(name.as_str()) else {
            continue;
        };
        let Some(texts) = chosen.batch.column(at).as_string_opt::<i32>() else {
            continue;
        };
        let said = texts.iter().map(|text| {
            let word = words.get(text?);
            word.map_or(text, |word| match lang {
                Lang::Zh => Some(&*word.zh),
                Lang::En => Some(&*word.en),
            })
        });
        columns[at] = Arc::new(said.collect::<StringArray>());
    }
    chosen.batch = RecordBatch::try_new(chosen.batch.schema(), columns)?;
    Ok(chosen)
}

impl Chosen {
    /// What stands in the place of rows where there are none: that nothing asks for attention, or that nothing is known.
    pub(super) fn nothing(&self, lang: Lang, section: &Section) -> String {
        let (said, missing) = match (lang, self.told) {
            (Lang::Zh, Told::Of) => return "本期没有需要关注的内容。".to_owned(),
            (Lang::En, Told::Of) => return "Nothing in this period asks for attention.".to_owned(),
            (Lang::Zh, Told::Until(None)) => ("还没有数据。".to_owned(), &section.missing_zh),
            (Lang::En, Told::Until(None)) => ("There is no data yet.".to_owned(), &section.missing),
            (_, Told::Until(Some(day))) => {
                let day = date_of(day).map_or_else(String::new, |day| day.to_string());
                match lang {
                    Lang::Zh => (
                        format!("本期没有数据，最近一期是 {day}。"),
                        &section.missing_zh,
                    ),
                    Lang::En => (
                        format!("There is no data of this period; the newest is of {day}."),
                        &section.missing,
                    ),
                }
            }
        };
        let gap = if lang == Lang::En && !missing.is_empty() {
            " "
        } else {
            ""
        };
        format!("{said}{gap}{missing}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::Pipeline;
    use crate::pipeline::wire;
    use arrow::array::BooleanArray;
    use arrow::array::Date32Array;
    use std::collections::BTreeSet;

    const PIPELINE: &str = r#"
        title = "T"
        title-zh = "T"
        [[mart]]
        name = "m"
        title = "M"
        title-zh = "M"
        inputs = ["numbers"]
        grain = ["week_start"]
        partition = "week_start"
        column = [
            { name = "week_start", type = "date", meaning = "w", meaning-zh = "w" },
            { name = "told", type = "text", meaning = "t", meaning-zh = "t" },
            { name = "own", type = "bool", meaning = "o", meaning-zh = "o" },
        ]
    "#;
    const SQL: &str =
        "SELECT DATE '2026-01-04' AS week_start, 'a' AS told, TRUE AS own FROM numbers";

    fn pipeline(keep: &str) -> Pipeline {
        let review = format!(
            "every = \"week\"\ntitle = \"R\"\ntitle-zh = \"R\"\nfile = \"r\"\nfile-zh = \"r\"\n\
             [[section]]\nkind = \"table\"\nmart = \"m\"\ntitle = \"a\"\ntitle-zh = \"a\"\nlimit = 1\n\
             where = {keep}\nmissing = \"Download it.\"\nmissing-zh = \"请下载。\"\n\
             [words.told]\nin = [\"came\", \"进入\"]\n"
        );
        let files = [
            ("p/pipeline.toml", PIPELINE),
            ("p/m.sql", SQL),
            ("p/review.toml", &review),
        ];
        wire::load(&files, &BTreeSet::new()).unwrap().remove(0)
    }

    /// Two rows of the week from 2026-01-04: one told and own, one told and not; one row that tells nothing.
    fn all() -> RecordBatch {
        let day = day_number(Date::constant(2026, 1, 4));
        RecordBatch::try_from_iter([
            (
                "week_start",
                Arc::new(Date32Array::from(vec![day; 3])) as ArrayRef,
            ),
            (
                "told",
                Arc::new(StringArray::from(vec![Some("in"), Some("out"), None])),
            ),
            (
                "own",
                Arc::new(BooleanArray::from(vec![Some(true), Some(false), None])),
            ),
        ])
        .unwrap()
    }

    /// How many rows are shown and left out, the text of the first, and what is said where there are none.
    fn chosen(keep: &str, week: Date) -> (usize, usize, Option<String>, String) {
        let pipeline = pipeline(keep);
        let (mart, review) = (
            pipeline.marts().next().unwrap(),
            pipeline.review.as_ref().unwrap(),
        );
        let span = Span::of(Every::Week, week, None);
        let today = Date::constant(2026, 2, 1);
        let rows = rows(&review.sections[0], mart, &all(), span, today).unwrap();
        let worded = worded(Lang::Zh, review, rows).unwrap();
        let texts = worded
            .batch
            .column_by_name("told")
            .unwrap()
            .as_string::<i32>();
        let first =
            (worded.batch.num_rows() > 0 && texts.is_valid(0)).then(|| texts.value(0).to_owned());
        let said = worded.nothing(Lang::Zh, &review.sections[0]);
        (worded.batch.num_rows(), worded.left_out, first, said)
    }

    #[test]
    fn rows_are_those_where_all_holds() {
        let week = Date::constant(2026, 1, 4);
        let quiet = "本期没有需要关注的内容。";
        let later = "本期没有数据，最近一期是 2026-01-04。请下载。";
        for (keep, week, n, left_out, first, said) in [
            ("\"told\"", week, 1, 1, Some("进入"), quiet),
            ("[\"told\", \"own\"]", week, 1, 0, Some("进入"), quiet),
            ("[]", week, 1, 2, Some("进入"), quiet),
            ("\"own\"", Date::constant(2026, 1, 11), 0, 0, None, later),
            (
                "\"own\"",
                Date::constant(2025, 12, 28),
                0,
                0,
                None,
                "还没有数据。请下载。",
            ),
        ] {
            let expected = (n, left_out, first.map(str::to_owned), said.to_owned());
            assert_eq!(chosen(keep, week), expected, "{keep} {week}");
        }
    }
}
