//! The first pass over a table: everything that must be known before a cell is decoded.

use crate::decode::Field;
use crate::decode::evidence::Evidence as StyleEvidence;
use crate::decode::style::Decision as StyleDecision;
use crate::decode::style::Prior;
use crate::detect::Detection;
use crate::ingest::Context;
use crate::ingest::file::blank_entry;
use crate::ingest::table::Surroundings;
use crate::ingest::table::WINDOW;
use crate::ingest::table::findings_entries;
use crate::model::finding::Code;
use crate::model::finding::Finding;
use crate::model::finding::Findings;
use crate::model::place::Place;
use crate::model::raw::RawChunk;
use crate::normalise::facts::Facts;
use crate::normalise::identity::Evidence;
use crate::normalise::identity::KnownAccount;
use crate::normalise::skip;
use crate::read;
use crate::read::Kind;
use crate::read::ReadError;
use crate::schema::FactSource;
use crate::store::entry::Status;
use crate::store::entry::TableEntry;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Chunks kept from the first pass; a table that fits is not read twice.
const KEPT: usize = 4;

/// What the first pass saw.
pub(super) struct Survey {
    pub styles: StyleEvidence,
    facts: Facts,
    currencies: BTreeSet<Box<str>>,
    rows_have_market: bool,
    pub n_rows: u64,
    pub kept: Vec<RawChunk>,
    pub is_kept_whole: bool,
}

impl Survey {
    /// Distinct texts of a currency column that are looked at; a column with more is no currency column.
    const CURRENCIES: usize = 8;

    pub fn of(fields: &[Field]) -> Self {
        Self {
            styles: StyleEvidence::of(fields),
            facts: Facts::default(),
            currencies: BTreeSet::new(),
            rows_have_market: false,
            n_rows: 0,
            kept: Vec::new(),
            is_kept_whole: true,
        }
    }

    /// Facts from all places but the rows.
    pub fn learn_around(
        &mut self,
        around: &Surroundings<'_>,
        table: &read::Table,
        detection: &Detection<'_>,
    ) {
        let schema = detection.schema;
        self.facts
            .learn(schema, &FactSource::FileName, &around.document.name);
        if let Some(sheet) = &table.sheet {
            self.facts.learn(schema, &FactSource::Sheet, sheet);
        }
        for (name, value) in &around.document.properties {
            self.facts
                .learn(schema, &FactSource::Property, &format!("{name}={value}"));
        }
        for row in table
            .opening
            .iter()
            .take_while(|row| row.row < detection.header_row)
        {
            row.cells
                .iter()
                .for_each(|cell| self.facts.learn(schema, &FactSource::Preamble, cell));
        }
        for bound in &detection.binding.columns {
            self.facts.learn(
                schema,
                &FactSource::LabelOf(bound.column.name.clone()),
                &bound.label,
            );
        }
        for label in &detection.labels {
            self.facts.learn(schema, &FactSource::Stray, label);
        }
    }

    pub fn run(
        &mut self,
        table: &read::Table,
        detection: &Detection<'_>,
        fields: &[Field],
    ) -> Result<(), ReadError> {
        let source_of = |name: &str| {
            fields
                .iter()
                .find(|field| field.column.name.as_str() == name)
                .map(|field| field.source)
        };
        let (currency, market) = (source_of("currency"), source_of("marketplace"));
        let mut chunks = table.chunks(detection.header_row)?;
        loop {
            let mut window = Vec::with_capacity(WINDOW);
            for chunk in chunks.by_ref().take(WINDOW) {
                window.push(chunk?);
            }
            if window.is_empty() {
                return Ok(());
            }
            let seen: Vec<StyleEvidence> = window
                .par_iter()
                .map(|chunk| {
                    let mut fresh = self.styles.fresh();
                    fresh.observe(chunk);
                    fresh
                })
                .collect();
            seen.into_iter().for_each(|seen| self.styles.merge(seen));
            for chunk in window {
                self.n_rows += chunk.n_rows() as u64;
                for text in skip::stray_texts(detection.schema, &detection.labels, &chunk) {
                    self.facts.learn(detection.schema, &FactSource::Stray, text);
                }
                for row in 0..chunk.n_rows() {
                    if let Some(source) = currency {
                        let code = chunk.cell(row, source).trim();
                        if !code.is_empty()
                            && self.currencies.len() < Self::CURRENCIES
                            && !self.currencies.contains(code)
                        {
                            self.currencies.insert(code.into());
                        }
                    }
                    self.rows_have_market |=
                        market.is_some_and(|source| !chunk.cell(row, source).trim().is_empty());
                }
                self.is_kept_whole &= self.kept.len() < KEPT;
                if self.is_kept_whole {
                    self.kept.push(chunk);
                } else {
                    self.kept.clear();
                }
            }
        }
    }

    pub fn evidence<'a>(
        &self,
        context: &'a Context<'_>,
        around: &'a Surroundings<'_>,
        accounts: &'a [KnownAccount],
    ) -> Evidence<'a> {
        let signs = self.styles.decide(Prior::default()).money_signs;
        Evidence {
            facts: self.facts.clone(),
            name: around.name.clone(),
            folder_account: around.folder.account.as_deref(),
            folder_market: around.folder.market,
            folder_day: around.folder.day,
            flag_account: context.flags.account.as_deref(),
            flag_market: context.flags.market,
            flag_period: context.flags.period,
            answers: around.answers.clone(),
            accounts,
            currencies: self.currencies.clone(),
            signs: signs.keys().map(|sign| (*sign).into()).collect(),
            rows_have_market: self.rows_have_market,
            mtime: around.mtime,
        }
    }

    /// The entry as far as it is known before decoding.
    pub fn entry(
        &self,
        around: &Surroundings<'_>,
        table: &read::Table,
        detection: &Detection<'_>,
        decision: &StyleDecision,
    ) -> TableEntry {
        let mut entry = blank_entry(table.sheet.clone(), Status::Recognised);
        entry.schema = Some(detection.schema.id.to_string());
        entry.schema_version = Some(detection.schema.version.to_string());
        entry.table = detection
            .schema
            .outputs
            .first()
            .map(|output| output.table.to_string());
        entry.language = detection.binding.language.as_deref().map(str::to_owned);
        entry.unknown_columns = detection
            .binding
            .unknown
            .iter()
            .map(|(_, label)| label.trim().to_owned())
            .collect();
        entry
            .reading_notes
            .push(format!("header in row {}", detection.header_row));
        for (bound, style) in detection.binding.columns.iter().zip(&decision.styles) {
            if !style.reason.is_empty() {
                entry
                    .reading_notes
                    .push(format!("{}: {style}", bound.label.trim()));
            }
        }
        for near in &detection.runners_up {
            let misfits: Vec<String> = near
                .misfits
                .iter()
                .take(2)
                .map(ToString::to_string)
                .collect();
            entry
                .reading_notes
                .push(format!("not {}: it {}", near.schema, misfits.join(" and ")));
        }
        let mut findings = Findings::default();
        let mut about = |code, source: usize, label: &str, expected: &str| {
            findings.push(Finding {
                code,
                column: label.trim().into(),
                place: Some(Place {
                    row: detection.header_row,
                    column: u32::try_from(source + 1).unwrap_or(u32::MAX),
                }),
                text: label.trim().into(),
                expected: expected.into(),
            });
        };
        for (source, label) in &detection.binding.unknown {
            about(
                Code::UnknownColumn,
                *source,
                label,
                "a column of the schema; its cells are not stored",
            );
        }
        for (source, label) in &detection.binding.duplicate {
            about(
                Code::DuplicateColumn,
                *source,
                label,
                "each label once; the first is read",
            );
        }
        if let Kind::Text {
            lost, replacements, ..
        } = around.document.kind
        {
            let counted = [
                (Code::LostCharacters, lost),
                (Code::ReplacementCharacters, replacements),
            ];
            for (code, count) in counted.into_iter().filter(|(_, count)| *count > 0) {
                findings.push(Finding {
                    code,
                    column: "".into(),
                    place: None,
                    text: format!("{count} characters").into(),
                    expected: "".into(),
                });
            }
        }
        entry.findings = findings_entries(&findings);
        entry
    }
}
