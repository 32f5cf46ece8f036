//! One table of one file, from raw rows to parts: what it is, how it is written, whose it is, and what its rows say.

use crate::decode;
use crate::decode::Decoded;
use crate::decode::Field;
use crate::decode::number::DecimalSign;
use crate::decode::style::Asked;
use crate::decode::style::Decision as StyleDecision;
use crate::decode::style::Prior;
use crate::detect;
use crate::detect::DetectError;
use crate::detect::Detection;
use crate::ingest::Context;
use crate::ingest::file::blank_entry;
use crate::ingest::file::explained;
use crate::ingest::outputs;
use crate::ingest::sift::Sifted;
use crate::ingest::sift::Sifter;
use crate::ingest::survey::Survey;
use crate::model::finding::Code;
use crate::model::finding::Finding;
use crate::model::finding::Findings;
use crate::model::market::DateOrder;
use crate::model::name::TableName;
use crate::model::raw::RawChunk;
use crate::normalise::facts::NameFacts;
use crate::normalise::facts::Origin;
use crate::normalise::identity;
use crate::normalise::identity::About;
use crate::normalise::identity::Answers;
use crate::normalise::identity::Evidence;
use crate::normalise::identity::Identity;
use crate::normalise::identity::KnownAccount;
use crate::normalise::identity::Question;
use crate::normalise::market;
use crate::read;
use crate::read::Document;
use crate::read::ReadError;
use crate::schema::FactSource;
use crate::schema::Schema;
use crate::schema::binding::Binding;
use crate::store::entry::ExampleEntry;
use crate::store::entry::FindingEntry;
use crate::store::entry::QuestionEntry;
use crate::store::entry::Status;
use crate::store::entry::TableEntry;
use crate::store::picked::Picked;
use crate::store::rejects::Reject;
use crate::workspace::inbox::FolderFacts;
use jiff::Timestamp;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// How the reason begins of a table that is a header and nothing else.
pub(super) const NO_ROWS: &str = "has no rows below the columns of";

/// Chunks decoded side by side. They are of about a MiB, so this bounds what one file holds while it is decoded.
pub(super) const WINDOW: usize = 8;

/// What is known of a table before it is opened.
pub(super) struct Surroundings<'a> {
    pub document: &'a Document,
    pub name: NameFacts,
    pub folder: &'a FolderFacts,
    pub answers: Answers,
    pub mtime: Option<Timestamp>,
    /// As sighted, for messages and the quarantine.
    pub path: &'a str,
}

/// What one table came to.
pub(super) struct TableReading {
    pub entry: TableEntry,
    pub parts: Vec<PartRows>,
    pub rejects: Vec<Reject>,
    /// Has no column of any schema: beside a sheet that is a report, a sheet of notes.
    pub is_foreign: bool,
}

/// Rows of one partition of one table, under the path at which they will lie.
pub(super) struct PartRows {
    pub path: String,
    pub table: TableName,
    pub rows: Picked,
}

impl TableReading {
    pub(super) fn without_rows(entry: TableEntry) -> Self {
        Self {
            entry,
            parts: Vec::new(),
            rejects: Vec::new(),
            is_foreign: false,
        }
    }
}

/// Reads one table. Nothing that is wrong with it is an error: the entry says it.
pub(super) fn read(
    context: &Context<'_>,
    around: &Surroundings<'_>,
    table: &read::Table,
) -> TableReading {
    if let Some(reason) = &table.skipped {
        let entry = TableEntry {
            reason: Some(reason.clone()),
            ..blank_entry(table.sheet.clone(), Status::Skipped)
        };
        return TableReading::without_rows(entry);
    }
    let opening: Vec<(u32, &[String])> = table
        .opening
        .iter()
        .map(|row| (row.row, row.cells.as_slice()))
        .collect();
    let nesting = table.nesting.as_deref();
    let schemas = context
        .catalog
        .reports()
        .filter(|schema| schema.may_read(nesting));
    let detection = match detect::detect(&opening, schemas) {
        Ok(detection) => detection,
        Err(error) => {
            let entry = TableEntry {
                reason: Some(error.to_string()),
                ..blank_entry(table.sheet.clone(), Status::Held)
            };
            let is_foreign =
                matches!(&error, DetectError::Unknown { nearest } if nearest.is_empty());
            return TableReading {
                is_foreign,
                ..TableReading::without_rows(entry)
            };
        }
    };
    let is_sample = |sheet: &str| {
        let not_sheets = detection.schema.not_sheets.as_ref();
        not_sheets.is_some_and(|pattern| pattern.is_match(sheet))
    };
    let sample = table.sheet.as_deref().is_some_and(is_sample);
    let sample = sample.then_some("a sheet of samples: it shows how such a sheet is filled in");
    if let Some(reason) = sample.or(detection.schema.unusable.as_deref()) {
        let entry = TableEntry {
            reason: Some(reason.to_string()),
            schema: Some(detection.schema.id.to_string()),
            ..blank_entry(table.sheet.clone(), Status::Skipped)
        };
        return TableReading::without_rows(entry);
    }
    read_detected(context, around, table, &detection).unwrap_or_else(|error| {
        let entry = TableEntry {
            reason: Some(explained(&error)),
            schema: Some(detection.schema.id.to_string()),
            ..blank_entry(table.sheet.clone(), Status::Failed)
        };
        TableReading::without_rows(entry)
    })
}

fn read_detected(
    context: &Context<'_>,
    around: &Surroundings<'_>,
    table: &read::Table,
    detection: &Detection<'_>,
) -> Result<TableReading, ReadError> {
    let schema = detection.schema;
    let fields = fields_of(&detection.binding);
    let mut survey = Survey::of(&fields);
    survey.learn_around(around, table, detection);
    survey.run(table, detection, &fields)?;

    let accounts = known_accounts(context);
    let mut evidence = survey.evidence(context, around, &accounts);
    let mut decision = survey.decide(&evidence);
    if !survey.is_whole()
        && (!decision.questions.is_empty() || identity::identify(&evidence).is_err())
    {
        survey.observe_rest(table, detection.header_row)?;
        evidence = survey.evidence(context, around, &accounts);
        decision = survey.decide(&evidence);
    }
    let mut entry = Survey::entry(around, table, detection, &decision);
    if survey.n_rows == 0 {
        entry.status = Status::Failed;
        entry.reason = Some(format!(
            "{NO_ROWS} {}: choose other days, or check that the download was complete",
            schema.title
        ));
        return Ok(TableReading::without_rows(entry));
    }

    let sift = Sifter::of(
        schema,
        &detection.binding,
        &detection.labels,
        &fields,
        evidence.rows_have_market && market::of_blank(&evidence).is_none(),
        around.path,
        table.sheet.as_deref(),
    );
    let mut rows = decode_all(&survey, table, detection, &fields, &decision, &sift)?;
    if !survey.is_whole() && rows.findings.count(Code::BadCell) > 0 {
        survey.observe_rest(table, detection.header_row)?;
        let again = survey.decide(&evidence);
        if again != decision {
            decision = again;
            rows = decode_all(&survey, table, detection, &fields, &decision, &sift)?;
            let findings = std::mem::take(&mut entry.findings);
            entry = TableEntry {
                findings,
                ..Survey::entry(around, table, detection, &decision)
            };
        }
    }
    let mut of_rows = BTreeSet::new();
    for fact in &schema.facts {
        if let FactSource::GreatestOf(column) = &fact.from
            && let Some(text) = rows.greatest(column, fact)
        {
            evidence.facts.learn_of_rows(fact, &text, &mut of_rows);
        }
    }
    let mut findings = rows.findings.clone();
    findings.merge(survey.ragged.clone());
    distrust_early_name(schema, &rows, &mut evidence, &mut findings);
    let mut questions: Vec<Question> = decision.questions.iter().map(style_question).collect();
    questions.extend(of_two_reports(&detection.binding, &rows));
    let identity = match identity::identify(&evidence) {
        Ok(identity) => Some(identity),
        Err(asked) => {
            questions.extend(asked);
            None
        }
    };
    entry.findings.extend(findings_entries(&findings));
    entry.rows = rows.rows_kept();
    let reading = if let Some(identity) = identity {
        outputs::place(
            context,
            around,
            schema,
            &detection.binding,
            &evidence.facts,
            &identity,
            rows,
            &mut questions,
            entry,
        )
    } else {
        // All that must be asked is asked at once.
        let identity = identity::provisional(&evidence);
        let binding = &detection.binding;
        outputs::placings(
            around,
            schema,
            binding,
            &identity,
            &rows,
            &mut questions,
            &mut entry,
        );
        TableReading::without_rows(entry)
    };
    Ok(held_if_asked(reading, questions))
}

/// What is asked of columns that say one thing in one report, and here two.
fn of_two_reports(binding: &Binding, rows: &Sifted) -> Vec<Question> {
    let same = binding.columns.iter().filter(|bound| bound.column.same);
    let two = same.filter_map(|bound| Some((bound, rows.two_of(&bound.column.name)?)));
    two.map(|(bound, (one, other))| Question {
        about: About::Period,
        text: format!(
            "column {:?} says {one} and {other} where one report says one thing: split the file",
            bound.label.trim()
        )
        .into(),
    })
    .collect()
}

/// The columns of a header row as the decoder takes them, unpivoted ones last.
pub(super) fn fields_of(binding: &Binding) -> Vec<Field> {
    binding
        .columns
        .iter()
        .chain(&binding.unpivoted)
        .map(|bound| Field {
            source: bound.source,
            label: bound.label.clone(),
            column: bound.column.clone(),
        })
        .collect()
}

fn known_accounts(context: &Context<'_>) -> Vec<KnownAccount> {
    context
        .workspace
        .config
        .accounts
        .iter()
        .map(|account| KnownAccount {
            name: account.name.clone(),
            markets: account.markets.clone(),
        })
        .collect()
}

/// The file name's date is when it was downloaded, unless rows speak of later days: then it names something else.
fn distrust_early_name(
    schema: &Schema,
    sifted: &Sifted,
    evidence: &mut Evidence<'_>,
    findings: &mut Findings,
) {
    let Some(latest) = sifted.latest_day(schema) else {
        return;
    };
    if let [day] = evidence.name.dates[..]
        && day < latest
    {
        evidence.name.dates.clear();
        findings.push(Finding {
            code: Code::Contradiction,
            column: "".into(),
            place: None,
            text: format!("the name says {day}, but rows speak of days up to {latest}; the name's date is not taken as the download's").into(),
            expected: "".into(),
        });
    }
    if evidence.folder_day.is_some_and(|day| day < latest) {
        evidence.folder_day = None;
    }
}

pub(super) fn prior(answers: &Answers, market: Option<crate::model::market::Market>) -> Prior {
    Prior {
        market,
        date_order: answers.day_first.map(|first| {
            if first {
                DateOrder::DayFirst
            } else {
                DateOrder::MonthFirst
            }
        }),
        decimal: answers.decimal_comma.map(|comma| {
            if comma {
                DecimalSign::Comma
            } else {
                DecimalSign::Point
            }
        }),
    }
}

fn style_question(question: &decode::style::Question) -> Question {
    let about = match question.asked {
        Asked::DecimalSign => About::DecimalSign,
        Asked::DateOrder => About::DateOrder,
    };
    Question {
        about,
        text: question.to_string().into(),
    }
}

fn held_if_asked(mut reading: TableReading, mut questions: Vec<Question>) -> TableReading {
    if questions.is_empty() {
        return reading;
    }
    questions.sort();
    questions.dedup();
    let entry = &mut reading.entry;
    entry.status = Status::Held;
    entry.reason = Some(
        questions
            .iter()
            .map(|question| &*question.text)
            .collect::<Vec<_>>()
            .join("; "),
    );
    entry.questions = questions
        .iter()
        .map(|question| QuestionEntry {
            about: question.about.as_str().to_owned(),
            text: question.text.to_string(),
            flag: question.about.flag().to_owned(),
        })
        .collect();
    entry.parts.clear();
    entry.reading = None;
    TableReading::without_rows(reading.entry)
}

/// The second pass: every chunk decoded and sifted, in order.
fn decode_all(
    survey: &Survey,
    table: &read::Table,
    detection: &Detection<'_>,
    fields: &[Field],
    decision: &StyleDecision,
    sifter: &Sifter<'_>,
) -> Result<Sifted, ReadError> {
    let decode = |chunk: &RawChunk| -> Decoded { decode::decode(fields, &decision.styles, chunk) };
    let mut all = Sifted::default();
    if survey.is_kept_whole {
        let arrays: Vec<Decoded> = survey.kept.par_iter().map(decode).collect();
        survey
            .kept
            .iter()
            .zip(arrays)
            .for_each(|(chunk, arrays)| sifter.sift(chunk, arrays, &mut all));
        return Ok(all);
    }
    let mut chunks = table.chunks(detection.header_row)?;
    loop {
        let mut window = Vec::with_capacity(WINDOW);
        for chunk in chunks.by_ref().take(WINDOW) {
            window.push(chunk?);
        }
        if window.is_empty() {
            return Ok(all);
        }
        let arrays: Vec<Decoded> = window.par_iter().map(decode).collect();
        window
            .iter()
            .zip(arrays)
            .for_each(|(chunk, arrays)| sifter.sift(chunk, arrays, &mut all));
    }
}

pub(super) fn findings_entries(findings: &Findings) -> Vec<FindingEntry> {
    findings
        .groups()
        .map(|(code, column, group)| FindingEntry {
            code: code.as_str().to_owned(),
            column: column.to_owned(),
            count: group.count,
            examples: group
                .examples
                .iter()
                .map(|finding| ExampleEntry {
                    row: finding.place.map(|place| place.row),
                    column: finding.place.map(|place| place.column),
                    text: finding.text.to_string(),
                    expected: finding.expected.to_string(),
                })
                .collect(),
        })
        .collect()
}

/// The identity's parts as the catalogue writes them.
pub(super) fn write_identity(entry: &mut TableEntry, identity: &Identity) {
    entry.account = Some(identity.account.to_string());
    entry.account_from = Some(identity.account_from.to_string());
    entry.marketplace = identity.market.map(|market| market.code().to_owned());
    entry.marketplace_from = Some(match (identity.market, identity.market_by_currency) {
        (None, _) => "rows".to_owned(),
        (_, true) => "currency".to_owned(),
        (_, false) => identity.market_from.to_string(),
    });
    entry.currency = identity.currency.as_deref().map(str::to_owned);
    entry.observed_at = Some(identity.observed_at.to_string());
    entry.observed_from = Some(match identity.observed_from {
        Origin::Mtime => "mtime".to_owned(),
        other => other.to_string(),
    });
}
