//! The rows of a section, and the section with them: filtered to the period, ordered, cut, and turned into what the page
//! and the workbook draw.

use crate::cli::review::Span;
use crate::cli::review::frozen::Figure;
use crate::model::name::ColumnName;
use crate::model::period::date_of;
use crate::model::period::day_number;
use crate::pipeline::Mart;
use crate::pipeline::review::Every;
use crate::pipeline::review::Review;
use crate::pipeline::review::Rows;
use crate::pipeline::review::Section;
use crate::pipeline::review::Shape;
use crate::publish::Lang;
use crate::publish::Sheet;
use crate::publish::SheetColumn;
use crate::publish::review::Body;
use crate::publish::review::Card;
use crate::publish::review::Chart;
use crate::publish::review::Line;
use crate::publish::review::Part;
use crate::publish::review::moved;
use crate::publish::review::moved::Moved;
use crate::publish::review::moved::Sums;
use crate::publish::shown;
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
use arrow::datatypes::Decimal128Type;
use arrow::datatypes::Int64Type;
use arrow::error::ArrowError;
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The rows of a section.
pub(super) struct Chosen {
    pub(super) batch: RecordBatch,
    /// Rows that the section has no room for.
    left_out: usize,
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
pub(super) fn worded(lang: Lang, review: &Review, chosen: Chosen) -> Result<Chosen, ArrowError> {
    let batch = &chosen.batch;
    let mut columns = batch.columns().to_vec();
    for (name, words) in &review.words {
        let Ok(at) = batch.schema_ref().index_of(name.as_str()) else {
            continue;
        };
        let Some(texts) = batch.column(at).as_string_opt::<i32>() else {
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
    let batch = RecordBatch::try_new(batch.schema(), columns)?;
    Ok(Chosen { batch, ..chosen })
}

/// The section with its rows.
pub(super) fn part<'a>(
    lang: Lang,
    section: &'a Section,
    mart: &'a Mart,
    chosen: &'a Chosen,
    span: Span,
) -> Part<'a> {
    let Chosen {
        batch, left_out, ..
    } = chosen;
    let picked = Picked { lang, mart, batch };
    let body = match &section.shape {
        Shape::Cards { .. } => Body::Cards(
            (0..batch.num_rows())
                .filter_map(|row| picked.card(&section.shape, row))
                .collect(),
        ),
        Shape::Table { columns, .. } => Body::Table {
            sheet: picked.sheet(columns),
            left_out: *left_out,
        },
        Shape::Lines { .. } => Body::Charts(picked.lines(&section.shape)),
        Shape::Bars {
            facet,
            label,
            value,
            limit,
        } => Body::Charts(picked.bars(facet, label, value, *limit)),
        Shape::Moved { .. } => Body::Moved(picked.moved(&section.shape, span)),
    };
    let (title, note) = match lang {
        Lang::Zh => (&section.title_zh, &section.note_zh),
        Lang::En => (&section.title, &section.note),
    };
    Part {
        title: title.to_string(),
        note: note.to_string(),
        nothing: nothing(lang, section, chosen.told),
        body,
    }
}

/// What stands in the place of rows where there are none: that nothing asks for attention, or that nothing is known.
fn nothing(lang: Lang, section: &Section, told: Told) -> String {
    let (said, missing) = match (lang, told) {
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

/// The headline figures of a section, to be kept and compared.
pub(super) fn figures(
    lang: Lang,
    section: &Section,
    mart: &Mart,
    batch: &RecordBatch,
) -> Vec<Figure> {
    let picked = Picked { lang, mart, batch };
    let Shape::Cards { label, value, .. } = &section.shape else {
        return Vec::new();
    };
    let figure = |row| Figure {
        mart: mart.name.to_string(),
        label: picked.label(label, row),
        value: picked.text(value, row),
        number: picked.number(value, row),
    };
    (0..batch.num_rows()).map(figure).collect()
}

/// Figures by day number.
type Points = BTreeMap<i32, f64>;
/// Points by the name of their line.
type Series = BTreeMap<String, Points>;

/// Rows of one mart in one language.
struct Picked<'a> {
    lang: Lang,
    mart: &'a Mart,
    batch: &'a RecordBatch,
}

impl<'a> Picked<'a> {
    /// A column `x_zh` that has a twin `x_en` is that one in an English document.
    fn column(&self, name: &ColumnName) -> Option<(SheetColumn<'a>, &'a ArrayRef)> {
        let twin = name
            .as_str()
            .strip_suffix("_zh")
            .filter(|_| self.lang == Lang::En)
            .and_then(|stem| self.mart.column(&format!("{stem}_en")));
        let column = twin.or_else(|| self.mart.column(name.as_str()))?;
        let array = self.batch.column_by_name(column.name.as_str())?;
        let column = SheetColumn {
            name: column.name.as_str(),
            meaning: &column.meaning,
            meaning_zh: &column.meaning_zh,
            unit: &column.unit,
        };
        Some((column, array))
    }

    fn text(&self, name: &ColumnName, row: usize) -> String {
        self.column(name)
            .map_or_else(String::new, |(column, array)| {
                shown::text(self.lang, &column, array, row)
            })
    }

    fn number(&self, name: &ColumnName, row: usize) -> Option<f64> {
        shown::figure(self.column(name)?.1, row)
    }

    fn unit(&self, name: &ColumnName) -> String {
        self.column(name)
            .map_or_else(String::new, |(column, _)| column.unit.to_owned())
    }

    /// The texts of some columns, one after the other.
    fn label(&self, names: &[ColumnName], row: usize) -> String {
        let texts = names.iter().map(|name| self.text(name, row));
        texts
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" · ")
    }

    fn truth(&self, name: &str, row: usize) -> Option<bool> {
        let flags = self.batch.column_by_name(name)?.as_boolean_opt()?;
        flags.is_valid(row).then(|| flags.value(row))
    }

    fn day(&self, row: usize) -> Option<i32> {
        let days = self.batch.column_by_name(self.mart.partition.column()?)?;
        let days = days.as_primitive_opt::<Date32Type>()?;
        days.is_valid(row).then(|| days.value(row))
    }

    fn card(&self, shape: &Shape, row: usize) -> Option<Card> {
        let Shape::Cards {
            label,
            value,
            target,
            good,
            before,
        } = shape
        else {
            return None;
        };
        let some = |name: &Option<ColumnName>| {
            let text = self.text(name.as_ref()?, row);
            (!text.is_empty()).then_some(text)
        };
        let unsure = |name| self.truth(name, row) == Some(false);
        Some(Card {
            label: self.label(label, row),
            value: self.text(value, row),
            target: some(target),
            before: some(before),
            good: good
                .as_ref()
                .and_then(|name| self.truth(name.as_str(), row)),
            is_preliminary: unsure("mature") || unsure("complete"),
        })
    }

    fn sheet(&self, columns: &'a [ColumnName]) -> Sheet<'a> {
        Sheet {
            name: self.mart.name.as_str(),
            title: &self.mart.title,
            title_zh: &self.mart.title_zh,
            group: "",
            columns: columns
                .iter()
                .filter_map(|name| Some(self.column(name)?.0))
                .collect(),
            batch: self.batch,
        }
    }

    fn lines(&self, shape: &Shape) -> Vec<Chart> {
        let Shape::Lines {
            facet,
            series,
            value,
            target,
            inverted,
        } = shape
        else {
            return Vec::new();
        };
        let mut charts: BTreeMap<String, (Series, Series)> = BTreeMap::new();
        for row in 0..self.batch.num_rows() {
            let Some(day) = self.day(row) else { continue };
            let (figures, targets) = charts.entry(self.label(facet, row)).or_default();
            let name = self.label(series, row);
            if let Some(figure) = self.number(value, row) {
                figures.entry(name.clone()).or_default().insert(day, figure);
            }
            if let Some(figure) = target.as_ref().and_then(|target| self.number(target, row)) {
                targets.entry(name).or_default().insert(day, figure);
            }
        }
        let unit = self.unit(value);
        let one = |(title, (figures, targets)): (String, (Series, Series))| {
            let days: BTreeSet<i32> = figures.values().flat_map(BTreeMap::keys).copied().collect();
            let line = |name: String, points: &Points, is_target| Line {
                name,
                values: days.iter().map(|day| points.get(day).copied()).collect(),
                is_target,
            };
            let mut lines: Vec<Line> = figures
                .iter()
                .map(|(name, points)| line(name.clone(), points, false))
                .collect();
            // One line for all that aim at the same.
            let mut aims: Vec<Line> = Vec::new();
            for points in targets.values() {
                let last = points.values().last().copied().unwrap_or_default();
                let name = self.lang.target(&shown::number(last, &unit));
                if !aims.iter().any(|aim| aim.name == name) {
                    aims.push(line(name, points, true));
                }
            }
            lines.extend(aims);
            Chart::Lines {
                title: if title.is_empty() {
                    self.title()
                } else {
                    title
                },
                unit: unit.clone(),
                is_inverted: *inverted,
                dates: days.iter().filter_map(|day| date_of(*day)).collect(),
                by_month: self.mart.partition == crate::pipeline::Partition::Month,
                lines,
            }
        };
        charts.into_iter().map(one).collect()
    }

    fn title(&self) -> String {
        match self.lang {
            Lang::Zh => self.mart.title_zh.to_string(),
            Lang::En => self.mart.title.to_string(),
        }
    }

    fn bars(
        &self,
        facet: &[ColumnName],
        label: &[ColumnName],
        value: &ColumnName,
        limit: usize,
    ) -> Vec<Chart> {
        let mut charts: BTreeMap<String, Vec<(String, f64)>> = BTreeMap::new();
        for row in 0..self.batch.num_rows() {
            if let Some(figure) = self.number(value, row) {
                let bars = charts.entry(self.label(facet, row)).or_default();
                bars.push((self.label(label, row), figure));
            }
        }
        let unit = self.unit(value);
        let one = |(title, mut bars): (String, Vec<(String, f64)>)| {
            bars.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            bars.truncate(limit);
            Chart::Bars {
                title: if title.is_empty() {
                    self.title()
                } else {
                    title
                },
                unit: unit.clone(),
                bars,
            }
        };
        charts.into_iter().map(one).collect()
    }

    fn moved(&self, shape: &Shape, span: Span) -> Vec<Moved> {
        let Shape::Moved {
            facet,
            by,
            over,
            under,
            limit,
        } = shape
        else {
            return Vec::new();
        };
        let start = day_number(span.start);
        let mut ratios: BTreeMap<String, BTreeMap<String, Sums>> = BTreeMap::new();
        let mut scale = 0;
        for row in 0..self.batch.num_rows() {
            let (Some((a, over_scale)), Some((b, under_scale))) =
                (self.exact(over, row), self.exact(under, row))
            else {
                continue;
            };
            scale = under_scale - over_scale;
            let members = ratios.entry(self.label(facet, row)).or_default();
            let sums = members.entry(self.label(by, row)).or_default();
            if self.day(row).is_some_and(|day| day >= start) {
                sums.over += a;
                sums.under += b;
            } else {
                sums.over_before += a;
                sums.under_before += b;
            }
        }
        ratios
            .into_iter()
            .filter_map(|(title, members)| {
                moved::moved(title, &members, 10_f64.powi(scale), *limit)
            })
            .collect()
    }

    /// An exact number and how many of its digits stand after the point; an empty one is nought of a sum.
    fn exact(&self, name: &ColumnName, row: usize) -> Option<(i128, i32)> {
        let (_, array) = self.column(name)?;
        if let Some(values) = array.as_primitive_opt::<Decimal128Type>() {
            let value = if values.is_null(row) {
                0
            } else {
                values.value(row)
            };
            return Some((value, i32::from(values.scale())));
        }
        let values = array.as_primitive_opt::<Int64Type>()?;
        let value = if values.is_null(row) {
            0
        } else {
            values.value(row)
        };
        Some((i128::from(value), 0))
    }
}
