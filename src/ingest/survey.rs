//! The first pass over a table: everything that must be known before a cell is decoded.

use crate::decode::Field;
use crate::decode::evidence::Evidence as StyleEvidence;
use crate::decode::mark;
use crate::decode::style::Decision as StyleDecision;
use crate::decode::style::Prior;
use crate::detect::Detection;
use crate::ingest::Context;
use crate::ingest::file::blank_entry;
use crate::ingest::table::Surroundings;
use crate::ingest::table::WINDOW;
use crate::ingest::table::findings_entries;
use crate::ingest::table::prior;
use crate::model::finding::Code;
use crate::model::finding::Finding;
use crate::model::finding::Findings;
use crate::model::market::Market;
use crate::model::place::Place;
use crate::model::raw::RawChunk;
use crate::normalise::facts::Facts;
use crate::normalise::identity;
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

/// Text kept from the first pass, in bytes; a table that fits is not read twice.
const KEPT: usize = 32 << 20;
/// Chunks whose cells decide the styles. What they decide is verified while decoding: a cell that is no value, or a
/// question, has the rest observed, and the table is then decoded by the evidence of all rows.
const SAMPLE: usize = 2;

/// What the first pass saw.
pub(super) struct Survey {
    pub styles: StyleEvidence,
    facts: Facts,
    currencies: BTreeSet<Box<str>>,
    currency_is_blank: bool,
    /// As rows name them.
    markets: BTreeSet<Box<str>>,
    pub n_rows: u64,
    pub kept: Vec<RawChunk>,
    pub is_kept_whole: bool,
    kept_bytes: usize,
    n_chunks: usize,
    /// Rows with more cells than the header.
    pub ragged: Findings,
    /// The rows after the sample were observed too.
    has_rest: bool,
}

/// What the bytes of a document lost on their way to text, here or before.
fn losses(kind: &Kind) -> Vec<Finding> {
    let (Kind::Text {
        lost, replacements, ..
    }
    | Kind::Nested {
        lost, replacements, ..
    }) = kind
    else {
        return Vec::new();
    };
    let counted = [
        (Code::LostCharacters, *lost),
        (Code::ReplacementCharacters, *replacements),
    ];
    let of = |(code, count)| Finding {
        code,
        column: "".into(),
        place: None,
        text: format!("{count} characters").into(),
        expected: "".into(),
    };
    (counted.into_iter().filter(|(_, count)| *count > 0))
        .map(of)
        .collect()
}

impl Survey {
    /// Distinct texts of a currency column that are looked at; a column with more is no currency column.
    const CURRENCIES: usize = 8;
    /// Distinct names of marketplaces that are looked at.
    const MARKETS: usize = 32;

    pub(super) fn of(fields: &[Field]) -> Self {
        Self {
            styles: StyleEvidence::of(fields),
            facts: Facts::default(),
            currencies: BTreeSet::new(),
            currency_is_blank: false,
            markets: BTreeSet::new(),
            n_rows: 0,
            kept: Vec::new(),
            is_kept_whole: true,
            kept_bytes: 0,
            n_chunks: 0,
            ragged: Findings::default(),
            has_rest: false,
        }
    }

    /// Facts from all places but the rows.
    pub(super) fn learn_around(
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
        for (path, text) in &table.told {
            let place = FactSource::Path(path.as_str().into());
            self.facts.learn(schema, &place, text);
        }
        for row in table
            .opening
            .iter()
            .take_while(|row| row.row < detection.header_row)
        {
            // A line of text is cut where it has a separator: it is read whole first.
            let line = row.cells.join(",");
            self.facts.learn(schema, &FactSource::Preamble, &line);
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

    pub(super) fn run(
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
            let n_sampled = SAMPLE.saturating_sub(self.n_chunks).min(window.len());
            self.observe(&window[..n_sampled]);
            self.n_chunks += window.len();
            for chunk in window {
                self.n_rows += chunk.n_rows() as u64;
                for text in skip::stray_texts(detection.schema, &detection.labels, &chunk) {
                    self.facts.learn(detection.schema, &FactSource::Stray, text);
                }
                if let Some(source) = currency {
                    self.learn_currencies(&chunk, source);
                }
                self.observe_widths(&chunk, detection);
                if let Some(source) = market {
                    self.learn_markets(&chunk, source);
                }
                self.kept_bytes += chunk.n_bytes();
                self.is_kept_whole &= self.kept_bytes <= KEPT;
                if self.is_kept_whole {
                    self.kept.push(chunk);
                } else {
                    self.kept.clear();
                }
            }
        }
    }

    /// Decides the styles, with what is known of the marketplace.
    pub(super) fn decide(&self, evidence: &Evidence<'_>) -> StyleDecision {
        let market = identity::identify(evidence)
            .ok()
            .and_then(|identity| identity.market);
        self.styles.decide(prior(
            &evidence.answers,
            market.or(self.market_of_all_rows()),
        ))
    }

    /// A marketplace that stands for those of all rows: they order dates as it does, and their money has as many fractions.
    fn market_of_all_rows(&self) -> Option<Market> {
        let mut all = self.markets.iter().filter_map(|name| Market::named(name));
        let first = all.next()?;
        let habits = |market: Market| {
            let is_whole = mark::is_without_fraction(market.currency());
            (market.date_order(), is_whole)
        };
        all.all(|market| habits(market) == habits(first))
            .then_some(first)
    }

    /// Counts rows that have text beyond the last column of the header: a separator inside a cell shifts what follows it.
    fn observe_widths(&mut self, chunk: &RawChunk, detection: &Detection<'_>) {
        let n_columns = detection.labels.len();
        let is_fact = |text: &str| {
            let mut facts = detection.schema.facts.iter();
            facts.any(|fact| fact.from == FactSource::Stray && fact.pattern.is_match(text))
        };
        for row in (0..chunk.n_rows()).filter(|row| chunk.width(*row) > n_columns) {
            let beyond = (n_columns..chunk.width(row)).find(|at| {
                let cell = chunk.cell(row, *at).trim();
                !cell.is_empty() && !is_fact(cell)
            });
            if let Some(at) = beyond {
                self.ragged.push(Finding {
                    code: Code::RaggedRow,
                    column: "".into(),
                    place: Some(Place {
                        row: chunk.row_number(row),
                        column: u32::try_from(at + 1).unwrap_or(u32::MAX),
                    }),
                    text: chunk.cell(row, at).trim().into(),
                    expected: format!("at most {n_columns} cells, as the header has; the cells beyond are not stored").into(),
                });
            }
        }
    }

    /// Adds to the style evidence. Any chunks in any order give the same evidence.
    fn observe(&mut self, chunks: &[RawChunk]) {
        let seen: Vec<StyleEvidence> = chunks
            .par_iter()
            .map(|chunk| {
                let mut fresh = self.styles.fresh();
                fresh.observe(chunk);
                fresh
            })
            .collect();
        for seen in seen {
            self.styles.merge(seen);
        }
    }

    /// Whether the styles were gathered from every row, and not from a sample.
    pub(super) fn is_whole(&self) -> bool {
        self.n_chunks <= SAMPLE || self.has_rest
    }

    /// Gathers the style evidence of the rows after the sample.
    ///
    /// # Errors
    /// When the rest cannot be read again.
    pub(super) fn observe_rest(
        &mut self,
        table: &read::Table,
        header_row: u32,
    ) -> Result<(), ReadError> {
        self.has_rest = true;
        if self.is_kept_whole {
            let kept = std::mem::take(&mut self.kept);
            self.observe(&kept[SAMPLE.min(kept.len())..]);
            self.kept = kept;
            return Ok(());
        }
        let mut chunks = table.chunks(header_row)?.skip(SAMPLE);
        loop {
            let mut window = Vec::with_capacity(WINDOW);
            for chunk in chunks.by_ref().take(WINDOW) {
                window.push(chunk?);
            }
            if window.is_empty() {
                return Ok(());
            }
            self.observe(&window);
        }
    }

    /// Notes the codes of a currency column, which are few and come in runs.
    fn learn_currencies(&mut self, chunk: &RawChunk, source: usize) {
        let mut last = "";
        for row in 0..chunk.n_rows() {
            let code = chunk.cell(row, source).trim();
            self.currency_is_blank |= code.is_empty();
            if code != last && !code.is_empty() && self.currencies.len() < Self::CURRENCIES {
                last = code;
                self.currencies.insert(code.into());
            }
        }
    }

    /// Notes the marketplaces that rows name, which are few and come in runs.
    fn learn_markets(&mut self, chunk: &RawChunk, source: usize) {
        let mut last = "";
        for row in 0..chunk.n_rows() {
            let name = chunk.cell(row, source).trim();
            if name != last && !name.is_empty() {
                last = name;
                if self.markets.len() < Self::MARKETS && !self.markets.contains(name) {
                    self.markets.insert(name.into());
                }
            }
        }
    }

    pub(super) fn evidence<'a>(
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
            folder_period: around.folder.period,
            flag_account: context.flags.account.as_deref(),
            flag_market: context.flags.market,
            flag_period: context.flags.period,
            answers: around.answers.clone(),
            accounts,
            currencies: self.currencies.clone(),
            currency_is_blank: self.currency_is_blank,
            signs: signs.keys().map(|sign| (*sign).into()).collect(),
            rows_have_market: !self.markets.is_empty(),
            mtime: around.mtime,
        }
    }

    /// The entry as far as it is known before decoding.
    pub(super) fn entry(
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
        // What stands over nothing is not missed.
        let unknown = || {
            let unknown = detection.binding.unknown.iter();
            unknown.filter(|(source, _)| !table.void.contains(source))
        };
        entry.unknown_columns = unknown()
            .map(|(_, label)| label.trim().to_owned())
            .collect();
        let bound = detection.binding.columns.iter();
        let bound: BTreeSet<&str> = bound.map(|bound| bound.column.name.as_str()).collect();
        entry.columns = bound.into_iter().map(str::to_owned).collect();
        entry.reading_notes.push(match &table.nesting {
            Some(nesting) => format!("records at {nesting}"),
            None => format!("header in row {}", detection.header_row),
        });
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
        for (source, label) in unknown() {
            about(
                Code::UnknownColumn,
                *source,
                label,
                "a column of the schema; its cells are not stored",
            );
        }
        for lacking in &detection.lacks {
            about(
                Code::MissingColumn,
                0,
                &lacking.to_string(),
                "a label by which this report is told; all others are its",
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
        for finding in losses(&around.document.kind) {
            findings.push(finding);
        }
        entry.findings = findings_entries(&findings);
        entry
    }
}
