//! What stands at the head of a review: what it covers, when it is due, and what a reader must know before believing a
//! figure.

use crate::cli::review::Edition;
use crate::cli::review::Span;
use crate::cli::session::Session;
use crate::model::name::TableName;
use crate::model::period::date_of;
use crate::pipeline::calendar;
use crate::pipeline::review::Review;
use crate::publish::Lang;
use crate::publish::review::Notice;
use crate::store::entry::Status;
use crate::store::reports::Catalogue;
use arrow::array::AsArray;
use arrow::datatypes::Date32Type;
use jiff::ToSpan;
use jiff::civil::Date;

impl Edition<'_> {
    /// What stands under the title.
    pub(super) fn lines(&self, review: &Review, span: Span) -> Vec<String> {
        let zh = self.lang == Lang::Zh;
        let mut lines = vec![if zh {
            format!(
                "{} 至 {}，数据截至 {}",
                span.start, span.end, self.built.as_of
            )
        } else {
            format!("{} to {}, as of {}", span.start, span.end, self.built.as_of)
        }];
        if let Some(since) = span.since {
            lines.push(if zh {
                format!("按日和按周的数据自 {since} 起")
            } else {
                format!("Days and weeks from {since} on")
            });
        }
        if let Some(n) = review.due_working_day
            && let Some((due, is_known)) = self.due(span, n)
        {
            let unsure = match (is_known, zh) {
                (true, _) => "",
                (false, true) => "（节假日表缺少该年，仅按周末计算）",
                (false, false) => {
                    " (the holidays of that year are not in the seeds: weekends only)"
                }
            };
            lines.push(if zh {
                format!("提交期限：{due}，第 {n} 个工作日{unsure}")
            } else {
                format!("Due on {due}, working day {n}{unsure}")
            });
        }
        lines
    }

    /// The n-th working day after the period, and whether the holidays of that year are known.
    fn due(&self, span: Span, n: usize) -> Option<(Date, bool)> {
        let name = TableName::parse(HOLIDAYS).ok()?;
        let holidays = self.built.seeds.tables.get(&name);
        let days = calendar::Span {
            first: span.end.saturating_add(1.day()),
            last: span.end.saturating_add(60.days()),
            week_start: self.session.workspace.config.week_start,
        };
        let table = calendar::calendar(days, holidays).ok()?;
        let dates = table
            .column_by_name("date")?
            .as_primitive_opt::<Date32Type>()?;
        let worked = table.column_by_name("working_day")?.as_boolean_opt()?;
        let at = (0..table.num_rows())
            .filter(|row| worked.value(*row))
            .nth(n.checked_sub(1)?)?;
        let due = date_of(dates.value(at))?;
        let known = holidays
            .and_then(|holidays| {
                holidays
                    .column_by_name("day")?
                    .as_primitive_opt::<Date32Type>()
            })
            .is_some_and(|days| {
                days.iter()
                    .flatten()
                    .filter_map(date_of)
                    .any(|day| day.year() == due.year())
            });
        Some((due, known))
    }

    /// What a reader must know before believing a figure: what could not be read or built.
    pub(super) fn notices(&self) -> Vec<Notice> {
        const MOST: usize = 8;
        let zh = self.lang == Lang::Zh;
        let bad = |text: String| Notice { text, is_bad: true };
        let mut notices: Vec<Notice> = self.built.errors().into_iter().map(bad).collect();
        if let Some((held, failed)) = waiting(self.session)
            && held + failed > 0
        {
            notices.push(bad(if zh {
                    format!("有 {held} 个文件待回答、{failed} 个无法读取，其数据未计入：sellerlake ls reports")
                } else {
                    format!("{held} files wait for an answer and {failed} could not be read; nothing of them is counted: sellerlake ls reports")
                }));
        }
        notices.extend(self.built.warnings().into_iter().map(|text| Notice {
            text,
            is_bad: false,
        }));
        if notices.len() > MOST {
            let more = notices.len() - MOST;
            notices.truncate(MOST);
            notices.push(Notice {
                text: if zh {
                    format!("另有 {more} 条：sellerlake check")
                } else {
                    format!("and {more} more: sellerlake check")
                },
                is_bad: false,
            });
        }
        notices
    }
}

/// How many files are held, and how many could not be read.
fn waiting(session: &Session) -> Option<(usize, usize)> {
    let catalogue = Catalogue::load(&session.store).ok()?;
    let live = catalogue.live().ok()?;
    let of = |status| {
        live.iter()
            .filter(|(_, entry)| entry.status() == status)
            .count()
    };
    Some((of(Status::Held), of(Status::Failed)))
}

/// The seed that tells on which days nobody works.
const HOLIDAYS: &str = "holidays";
