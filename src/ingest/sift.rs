//! Sifting decoded rows into kept, rejected and skipped, with the amounts of each.

use crate::decode::Decoded;
use crate::decode::Field;
use crate::decode::exact::Sum;
use crate::ingest::sums;
use crate::ingest::sums::Accounts;
use crate::model::finding::Code;
use crate::model::finding::Finding;
use crate::model::finding::Findings;
use crate::model::name::ColumnName;
use crate::model::place::Place;
use crate::model::raw::RawChunk;
use crate::normalise::Columns;
use crate::normalise::period::Days;
use crate::normalise::skip;
use crate::schema::Fact;
use crate::schema::Output;
use crate::schema::Period;
use crate::schema::Schema;
use crate::schema::Step;
use crate::schema::binding::Binding;
use crate::store::entry::Rows;
use crate::store::rejects::Reject;
use arrow::array::ArrayRef;
use arrow::array::AsArray;
use arrow::array::BooleanArray;
use arrow::compute::filter;
use arrow::util::display::array_value_to_string;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Decides row by row, with the places of the file at hand.
pub(super) struct Sifter<'a> {
    schema: &'a Schema,
    binding: &'a Binding,
    labels: &'a [String],
    fields: &'a [Field],
    /// Fields without which a row cannot be used.
    needed: Vec<usize>,
    file: &'a str,
    sheet: &'a str,
}

/// Rows of a table after sifting, chunk by chunk in source order.
#[derive(Default)]
pub(super) struct Sifted {
    pub chunks: Vec<(Columns, Vec<u32>)>,
    pub findings: Findings,
    pub rejects: Vec<Reject>,
    pub rows: Rows,
    pub accounts: Accounts,
}

impl<'a> Sifter<'a> {
    pub(super) fn of(
        schema: &'a Schema,
        binding: &'a Binding,
        labels: &'a [String],
        fields: &'a [Field],
        market_is_needed: bool,
        file: &'a str,
        sheet: Option<&'a str>,
    ) -> Self {
        let days: Vec<&ColumnName> = schema
            .outputs
            .iter()
            .flat_map(|output| match &output.period {
                Period::Day { day, .. }
                | Period::Snapshot { day: Some(day) }
                | Period::Event { at: day, .. } => vec![day],
                Period::Rows { start, end } => vec![start, end],
                _ => Vec::new(),
            })
            .collect();
        // What is filled down from the rows above may be blank.
        let is_filled = |name: &ColumnName| {
            let mut steps = schema.outputs.iter().flat_map(|output| &output.steps);
            steps.any(|step| matches!(step, Step::FillDown { column } if column == name))
        };
        let needed = (0..fields.len())
            .filter(|at| {
                let column = &fields[*at].column;
                let names_market = market_is_needed && column.name.as_str() == "marketplace";
                column.required
                    || names_market
                    || days.contains(&&column.name) && !is_filled(&column.name)
            })
            .collect();
        Self {
            schema,
            binding,
            labels,
            fields,
            needed,
            file,
            sheet: sheet.unwrap_or_default(),
        }
    }

    /// Sifts one chunk. Chunks must come in source order.
    pub(super) fn sift(&self, chunk: &RawChunk, decoded: Decoded, into: &mut Sifted) {
        let n = chunk.n_rows();
        let skipped = skip::skips(self.schema, self.binding, self.labels, chunk);
        let mut fate = vec![Fate::Kept; n];
        for (row, reason) in skipped.iter().enumerate() {
            if let Some(reason) = reason {
                fate[row] = Fate::Skipped;
                into.findings.push(Finding {
                    code: Code::SkippedRow,
                    column: "".into(),
                    place: Some(Place {
                        row: chunk.row_number(row),
                        column: 1,
                    }),
                    text: reason.clone(),
                    expected: "".into(),
                });
            }
        }
        for bad in &decoded.bad {
            self.refuse(
                chunk,
                &mut fate,
                bad.row,
                bad.field,
                Code::BadCell,
                bad.expected,
                into,
            );
        }
        let columns: Vec<(ColumnName, ArrayRef)> = decoded
            .columns
            .into_iter()
            .map(|column| (column.name, column.array))
            .collect();
        let all = Columns::new(columns, n);
        for at in &self.needed {
            let Some(array) = all.get(self.fields[*at].column.name.as_str()) else {
                continue;
            };
            if array.null_count() == 0 {
                continue;
            }
            for row in (0..n).filter(|row| array.is_null(*row)) {
                self.refuse(
                    chunk,
                    &mut fate,
                    row,
                    *at,
                    Code::MissingKey,
                    "a value: a row without it has no place",
                    into,
                );
            }
        }
        let is_all_kept = fate.iter().all(|fate| *fate == Fate::Kept);
        let fates = if is_all_kept {
            Fates::All
        } else {
            Fates::Each(&fate)
        };
        self.account(&all, &decoded.control, &decoded.rounded, fates, chunk, into);
        into.rows.read += n as u64;
        if is_all_kept {
            let rows = (0..n).map(|row| chunk.row_number(row)).collect();
            into.chunks.push((all, rows));
            return;
        }
        let of = |wanted: Fate| fate.iter().filter(|fate| **fate == wanted).count() as u64;
        into.rows.rejected += of(Fate::Rejected);
        into.rows.skipped += of(Fate::Skipped);
        let kept = fate
            .iter()
            .map(|fate| Some(*fate == Fate::Kept))
            .collect::<BooleanArray>();
        let columns = all
            .iter()
            .filter_map(|(name, array)| Some((name.clone(), filter(array, &kept).ok()?)))
            .collect();
        let rows: Vec<u32> = (0..n)
            .filter(|row| fate[*row] == Fate::Kept)
            .map(|row| chunk.row_number(row))
            .collect();
        let n_kept = rows.len();
        into.chunks.push((Columns::new(columns, n_kept), rows));
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a cell's place, its fault and where both are noted"
    )]
    fn refuse(
        &self,
        chunk: &RawChunk,
        fate: &mut [Fate],
        row: usize,
        field: usize,
        code: Code,
        expected: &str,
        into: &mut Sifted,
    ) {
        if fate[row] == Fate::Skipped {
            return;
        }
        let field = &self.fields[field];
        let text = chunk.cell(row, field.source);
        let place = Place {
            row: chunk.row_number(row),
            column: u32::try_from(field.source + 1).unwrap_or(u32::MAX),
        };
        into.findings.push(Finding {
            code,
            column: field.label.trim().into(),
            place: Some(place),
            text: text.into(),
            expected: expected.into(),
        });
        if fate[row] == Fate::Kept {
            fate[row] = Fate::Rejected;
            let cells: BTreeMap<&str, &str> = self
                .fields
                .iter()
                .map(|field| (field.column.name.as_str(), chunk.cell(row, field.source)))
                .filter(|(_, cell)| !cell.is_empty())
                .collect();
            into.rejects.push(Reject {
                file: self.file.into(),
                sheet: self.sheet.into(),
                source_row: place.row,
                code: code.as_str().into(),
                column: field.label.trim().into(),
                text: text.into(),
                expected: expected.into(),
                cells: serde_json::to_string(&cells).unwrap_or_default().into(),
            });
        }
    }

    fn account(
        &self,
        all: &Columns,
        control: &[Option<Sum>],
        rounded: &[crate::decode::Rounded],
        fate: Fates<'_>,
        chunk: &RawChunk,
        into: &mut Sifted,
    ) {
        for (at, field) in self
            .fields
            .iter()
            .enumerate()
            .filter(|(_, field)| field.column.ty.is_exact())
        {
            let (Some(Some(read)), Some(array)) =
                (control.get(at), all.get(field.column.name.as_str()))
            else {
                continue;
            };
            let residue = rounded.get(at).copied().unwrap_or_default();
            let of = |wanted: Fate| match fate {
                Fates::All if wanted == Fate::Kept => sums::sum_of(array),
                Fates::All => Sum::default(),
                Fates::Each(fate) => sums::sum_where(array, |row| fate[row] == wanted),
            };
            let account = sums::Account {
                read: *read,
                kept: of(Fate::Kept),
                rejected: of(Fate::Rejected),
                skipped: of(Fate::Skipped),
                residue: residue.residue,
            };
            into.accounts
                .entry(field.column.name.as_str().into())
                .or_default()
                .merge(&account);
            // The noise of a double printed to its last digit is not worth a line; its residue is kept all the same.
            if residue.residue.is_below(NOISE_DIGITS) {
                continue;
            }
            let finding = Finding {
                code: Code::Rounded,
                column: field.label.trim().into(),
                place: None,
                text: format!(
                    "in the rows from {} on, by {} in all",
                    chunk.row_number(0),
                    residue.residue
                )
                .into(),
                expected: "no more digits than the column keeps".into(),
            };
            into.findings.push_counted(finding, residue.count);
        }
    }
}

/// A residue that is nought to so many digits is noise.
const NOISE_DIGITS: u8 = 9;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    Rejected,
    Skipped,
}

/// Fates of the rows of a chunk. Mostly all are kept.
#[derive(Clone, Copy)]
enum Fates<'a> {
    All,
    Each(&'a [Fate]),
}

impl Sifted {
    /// The greatest value of a column as text, among those that the fact's pattern knows.
    pub(super) fn greatest(&self, column: &ColumnName, fact: &Fact) -> Option<String> {
        let mut best: Option<String> = None;
        let mut take = |text: &str| {
            // Most values are seen before: the pattern is asked about greater ones only.
            if best.as_deref().is_none_or(|best| text > best) && fact.pattern.is_match(text) {
                best = Some(text.to_owned());
            }
        };
        for (columns, _) in &self.chunks {
            let Some(array) = columns.get(column.as_str()) else {
                continue;
            };
            if let Some(texts) = array.as_string_opt::<i32>() {
                texts.iter().flatten().for_each(&mut take);
                continue;
            }
            // Dates and times print so that their texts sort as they do.
            for row in (0..array.len()).filter(|row| array.is_valid(*row)) {
                if let Ok(text) = array_value_to_string(array, row) {
                    take(&text);
                }
            }
        }
        best
    }

    /// The first two texts that a column holds, if it holds two.
    pub(super) fn two_of(&self, column: &ColumnName) -> Option<(String, String)> {
        let mut first: Option<String> = None;
        for (columns, _) in &self.chunks {
            let Some(array) = columns.get(column.as_str()) else {
                continue;
            };
            for row in (0..array.len()).filter(|row| array.is_valid(*row)) {
                let text = array_value_to_string(array, row).ok()?;
                match &first {
                    None => first = Some(text),
                    Some(first) if *first != text => return Some((first.clone(), text)),
                    Some(_) => {}
                }
            }
        }
        None
    }

    /// Where the rows went, before equal keys are merged.
    pub(super) fn rows_kept(&self) -> Rows {
        Rows {
            stored: self.rows.read - self.rows.rejected - self.rows.skipped,
            ..self.rows
        }
    }

    /// The latest day that rows of a day report speak of.
    pub(super) fn latest_day(&self, schema: &Schema) -> Option<Date> {
        let output = schema
            .outputs
            .iter()
            .find(|output| matches!(output.period, Period::Day { .. }))?;
        self.days(output).latest()
    }

    /// Days that the rows of an output speak of.
    pub(super) fn days(&self, output: &Output) -> Days {
        let mut days = Days::default();
        self.chunks
            .iter()
            .for_each(|(columns, _)| days.observe(&output.period, columns));
        days
    }
}
