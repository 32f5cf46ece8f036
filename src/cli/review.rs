//! `review`: what is handed in once a month and read once a week, as a page and as a workbook. Also the last step of
//! `run`, which brings what is read every morning as well.

mod frozen;
mod head;
mod pick;

use crate::cli::args::ReviewOptions;
use crate::cli::as_of;
use crate::cli::build;
use crate::cli::build::BuildReport;
use crate::cli::build::Request;
use crate::cli::render::Format;
use crate::cli::render::SCHEMA_VERSION;
use crate::cli::review::pick::Chosen;
use crate::cli::run::whole;
use crate::cli::session::Session;
use crate::cli::terminal::Terminal;
use crate::model::name::TableName;
use crate::model::period::month_of;
use crate::model::period::week_starting;
use crate::pipeline::Mart;
use crate::pipeline::Pipeline;
use crate::pipeline::review::Every;
use crate::pipeline::review::Review;
use crate::publish::Lang;
use crate::publish::Published;
use crate::publish::review;
use crate::publish::review::Report;
use crate::store::files;
use anyhow::Context as _;
use anyhow::anyhow;
use anyhow::bail;
use arrow::array::RecordBatch;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::civil::ISOWeekDate;
use jiff::civil::Weekday;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// The days that a review covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub every: Every,
    pub start: Date,
    pub end: Date,
    /// From here on instead, where rows are of days or weeks: for a meeting in between.
    pub since: Option<Date>,
}

impl Span {
    fn of(every: Every, start: Date, since: Option<Date>) -> Self {
        let end = match every {
            Every::Month => start.last_of_month(),
            Every::Week => start.saturating_add(6.days()),
            Every::Day => start,
        };
        Self {
            every,
            start,
            end,
            since,
        }
    }

    fn before(self) -> Self {
        let start = match self.every {
            Every::Month => self.start.saturating_sub(1.month()),
            Every::Week => self.start.saturating_sub(7.days()),
            Every::Day => self.start.saturating_sub(1.day()),
        };
        Self::of(self.every, start, None)
    }

    /// `2026-01`, or `2026-W05`: the week that its Thursday lies in, or `2026-01-31`.
    fn name(self) -> String {
        match self.every {
            Every::Month => self.start.strftime("%Y-%m").to_string(),
            Every::Week => {
                let ahead =
                    (3 - i64::from(self.start.weekday().to_monday_zero_offset())).rem_euclid(7);
                let thursday = self.start.saturating_add(ahead.days());
                let week = thursday.iso_week_date();
                format!("{}-W{:02}", week.year(), week.week())
            }
            Every::Day => self.start.to_string(),
        }
    }
}

/// # Errors
/// When the period is written otherwise, no pipeline has such a review, or a folder cannot be written.
pub(super) fn review(
    session: &Session,
    options: &ReviewOptions,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<bool> {
    let observer = terminal.observer();
    let then = match &options.as_of {
        Some(moment) => Some(as_of::open(session, moment, &*observer, terminal)?),
        None => None,
    };
    let request = Request {
        select: &[],
        full_refresh: false,
        today: then.as_ref().map_or(options.today, |then| Some(then.today)),
    };
    let session = then.as_ref().map_or(session, |then| &then.session);
    let built = build::build_marts(session, &request, &*observer)?;
    let pipelines = session.pipelines()?;
    let first = session.workspace.config.week_start;
    let (every, start) = match (&options.month, &options.week) {
        (_, Some(week)) => (Every::Week, week_of(week, built.as_of, first)?),
        (month, None) => (
            Every::Month,
            month_named(month.as_deref().unwrap_or(LAST), built.as_of)?,
        ),
    };
    let wanted: Vec<&Review> = pipelines
        .iter()
        .filter_map(|pipeline| pipeline.review.as_ref())
        .filter(|review| review.every == every)
        .collect();
    if wanted.is_empty() {
        bail!(
            "no pipeline has a review of this kind: a review.toml beside its pipeline.toml declares one"
        );
    }
    let span = Span::of(every, start, options.since);
    let lang = options.lang.into();
    let mut published = Vec::new();
    for review in wanted {
        let edition = Edition {
            session,
            pipelines: &pipelines,
            built: &built,
            lang,
        };
        published.extend(edition.write(review, span)?);
        if options.freeze {
            let kept = edition.freeze(review, span, &published)?;
            terminal.note(&format!("frozen: {}", kept.display()));
        }
    }
    let mut out = terminal.out();
    if format == Format::Json {
        let paths: Vec<String> = published
            .iter()
            .map(|file| file.path.display().to_string())
            .collect();
        let answer = json!({
            "schema_version": SCHEMA_VERSION,
            "start": span.start.to_string(),
            "end": span.end.to_string(),
            "files": paths,
        });
        writeln!(out, "{answer}")?;
    } else {
        for file in &published {
            writeln!(out, "{}", file.path.display())?;
            if let Some(note) = &file.note {
                writeln!(out, "  {note}")?;
            }
        }
    }
    Ok(built.is_fine(false))
}

/// The reviews of the last whole month and week and of the day, as `run` leaves them.
///
/// # Errors
/// When a folder cannot be written.
pub(super) fn publish_last(
    session: &Session,
    pipelines: &[Pipeline],
    built: &BuildReport,
    lang: Lang,
) -> anyhow::Result<Vec<Published>> {
    let edition = Edition {
        session,
        pipelines,
        built,
        lang,
    };
    let mut published = Vec::new();
    for review in pipelines
        .iter()
        .filter_map(|pipeline| pipeline.review.as_ref())
    {
        let start = match review.every {
            Every::Month => month_named(LAST, built.as_of)?,
            Every::Week => week_of(LAST, built.as_of, session.workspace.config.week_start)?,
            Every::Day => built.as_of,
        };
        published.extend(edition.write(review, Span::of(review.every, start, None))?);
    }
    Ok(published)
}

/// What stands for the last whole period.
pub(super) const LAST: &str = "last";

fn month_named(text: &str, today: Date) -> anyhow::Result<Date> {
    if text == LAST {
        return Ok(month_of(today).saturating_sub(1.month()));
    }
    format!("{text}-01")
        .parse()
        .map_err(|_| anyhow!("a month is written as 2026-01; {text:?} is not"))
}

fn week_of(text: &str, today: Date, first: Weekday) -> anyhow::Result<Date> {
    if text == LAST {
        return Ok(week_starting(today, first).saturating_sub(7.days()));
    }
    if let Some((year, week)) = text.split_once("-W") {
        let thursday = year
            .parse()
            .ok()
            .zip(week.parse().ok())
            .and_then(|(year, week)| ISOWeekDate::new(year, week, Weekday::Thursday).ok());
        if let Some(thursday) = thursday {
            return Ok(week_starting(thursday.date(), first));
        }
    }
    let day: Date = text.parse().map_err(|_| {
        anyhow!("a week is written as 2026-W05, or as a day in it; {text:?} is neither")
    })?;
    Ok(week_starting(day, first))
}

/// What all reviews of one build share.
struct Edition<'a> {
    session: &'a Session,
    pipelines: &'a [Pipeline],
    built: &'a BuildReport,
    lang: Lang,
}

impl Edition<'_> {
    /// Writes the documents of one period, and a copy of them where the latest always lies.
    fn write(&self, review: &Review, span: Span) -> anyhow::Result<Vec<Published>> {
        let batches = self.picked(review, span)?;
        let mut parts = Vec::new();
        let then = self.compared(review, span)?;
        if let Some((_, batch)) = &then {
            parts.push(frozen::part(
                self.lang,
                span.before().name().as_str(),
                batch,
            ));
        }
        for (section, (mart, batch)) in review.sections.iter().zip(&batches) {
            parts.push(pick::part(self.lang, section, mart, batch, span));
        }
        let (title, file) = match self.lang {
            Lang::Zh => (&review.title_zh, &review.file_zh),
            Lang::En => (&review.title, &review.file),
        };
        let accounts: Vec<&str> = self
            .session
            .workspace
            .config
            .accounts
            .iter()
            .map(|account| &*account.name)
            .collect();
        let out = self.session.workspace.out();
        let report = Report {
            lang: self.lang,
            as_of: self.built.as_of,
            file: file.to_string(),
            title: format!("{} {title} {}", accounts.join(", "), span.name()),
            lines: self.lines(review, span),
            notices: self.notices(),
            // `run` leaves all rows there; documents lie in a folder beside it.
            csv: out.join("csv").is_dir().then(|| "../csv".to_owned()),
            parts,
        };
        let folder = out.join(span.name());
        let published = review::write(&folder, &report).context("cannot write the review")?;
        for file in &published {
            if let (Ok(bytes), Some(name)) = (std::fs::read(&file.path), file.path.file_name()) {
                // A copy that is held open is only a copy.
                let _ = files::replace(&out.join("latest").join(name), &bytes);
            }
        }
        Ok(published)
    }

    /// Each section's mart and the rows that it shows.
    fn picked(&self, review: &Review, span: Span) -> anyhow::Result<Vec<(&Mart, Chosen)>> {
        let marts: BTreeMap<&TableName, &Mart> = self
            .pipelines
            .iter()
            .flat_map(Pipeline::marts)
            .map(|mart| (&mart.name, mart))
            .collect();
        let mut whole_of: BTreeMap<&TableName, RecordBatch> = BTreeMap::new();
        let mut picked = Vec::new();
        for section in &review.sections {
            let mart = marts
                .get(&section.mart)
                .ok_or_else(|| anyhow!("no mart is called {}", section.mart))?;
            if !whole_of.contains_key(&section.mart) {
                whole_of.insert(&section.mart, whole(self.session, mart)?);
            }
            let all = &whole_of[&section.mart];
            let chosen = pick::rows(section, mart, all, span, self.built.as_of)?;
            picked.push((*mart, pick::worded(self.lang, review, chosen)?));
        }
        Ok(picked)
    }

    /// The figures of the period before as they were handed in, beside what they are now.
    fn compared(&self, review: &Review, span: Span) -> anyhow::Result<Option<(Date, RecordBatch)>> {
        let before = span.before();
        let Some(handed_in) = frozen::read(&self.session.store, review, before.start) else {
            return Ok(None);
        };
        let now = self.figures(review, before)?;
        Ok(Some((before.start, frozen::compared(&handed_in, &now)?)))
    }

    /// Every headline figure of a period.
    fn figures(&self, review: &Review, span: Span) -> anyhow::Result<Vec<frozen::Figure>> {
        let batches = self.picked(review, span)?;
        let mut figures = Vec::new();
        for (section, (mart, batch)) in review.sections.iter().zip(&batches) {
            figures.extend(pick::figures(self.lang, section, mart, &batch.batch));
        }
        Ok(figures)
    }

    fn freeze(
        &self,
        review: &Review,
        span: Span,
        published: &[Published],
    ) -> anyhow::Result<std::path::PathBuf> {
        let figures = self.figures(review, span)?;
        let paths: Vec<&Path> = published.iter().map(|file| file.path.as_path()).collect();
        frozen::keep(
            &self.session.store,
            review,
            span.start,
            self.built.as_of,
            &figures,
            &paths,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 2, 12);

    #[test]
    fn periods_are_named_and_found() {
        for (text, expected) in [("last", "2026-01-01"), ("2025-12", "2025-12-01")] {
            assert_eq!(month_named(text, TODAY).unwrap().to_string(), expected);
        }
        assert!(month_named("January", TODAY).is_err());
        for (text, first, start, name) in [
            ("last", Weekday::Sunday, "2026-02-01", "2026-W06"),
            ("last", Weekday::Monday, "2026-02-02", "2026-W06"),
            ("2026-02-03", Weekday::Sunday, "2026-02-01", "2026-W06"),
            ("2026-W06", Weekday::Sunday, "2026-02-01", "2026-W06"),
            ("2026-W01", Weekday::Monday, "2025-12-29", "2026-W01"),
            ("2026-W01", Weekday::Sunday, "2025-12-28", "2026-W01"),
        ] {
            let found = week_of(text, TODAY, first).unwrap();
            assert_eq!(found.to_string(), start, "{text}");
            assert_eq!(Span::of(Every::Week, found, None).name(), name, "{text}");
        }
        let today = Span::of(Every::Day, TODAY, None);
        assert_eq!((today.name(), today.end), ("2026-02-12".to_owned(), TODAY));
        assert_eq!(today.before().name(), "2026-02-11");
        assert!(week_of("W6", TODAY, Weekday::Sunday).is_err());
        let january = Span::of(Every::Month, Date::constant(2026, 1, 1), None);
        assert_eq!(
            (january.name(), january.end.day()),
            ("2026-01".to_owned(), 31)
        );
        assert_eq!(january.before().name(), "2025-12");
    }
}
