//! Placing the kept rows of a table in the tables of the store that they feed.

use crate::decode::exact::Sum;
use crate::ingest::Context;
use crate::ingest::DECODER;
use crate::ingest::file::explained;
use crate::ingest::sift::Sifted;
use crate::ingest::sums;
use crate::ingest::sums::Accounts;
use crate::ingest::table::PartRows;
use crate::ingest::table::Surroundings;
use crate::ingest::table::TableReading;
use crate::ingest::table::findings_entries;
use crate::ingest::table::write_identity;
use crate::ingest::totals;
use crate::model::id;
use crate::model::name::ColumnName;
use crate::model::table::Table;
use crate::normalise::Columns;
use crate::normalise::NormaliseError;
use crate::normalise::assemble::Assembly;
use crate::normalise::assemble::Lineage;
use crate::normalise::duplicates;
use crate::normalise::facts::Facts;
use crate::normalise::identity::Identity;
use crate::normalise::identity::Question;
use crate::normalise::period;
use crate::normalise::period::Placing;
use crate::normalise::step::Steps;
use crate::normalise::step::Unpivoted;
use crate::normalise::step::fact_column;
use crate::schema::Output;
use crate::schema::Schema;
use crate::schema::Step;
use crate::schema::binding::Binding;
use crate::schema::catalog::columns_of;
use crate::schema::catalog::fact_columns;
use crate::store::entry::Part;
use crate::store::entry::PeriodEntry;
use crate::store::entry::Status;
use crate::store::entry::TableEntry;
use crate::store::layout;
use crate::store::layout::Partition;
use crate::store::picked::Picked;
use crate::store::picked::Run;
use arrow::array::Array;
use arrow::array::AsArray;
use arrow::array::RecordBatch;
use arrow::datatypes::Date32Type;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why rows that were read could not be laid into their tables: a fault of a schema or of this program.
#[derive(Debug, thiserror::Error)]
enum PlaceError {
    #[error(transparent)]
    Normalise(#[from] NormaliseError),
    #[error("no table {0} is declared")]
    NoTable(String),
    #[error(
        "amounts of column {column} do not add up: {read} read, but {found} in the table {table}; please report this"
    )]
    Unbalanced {
        column: String,
        table: String,
        read: String,
        found: String,
    },
}

/// Places the kept rows in every table that the schema feeds, and completes the entry.
#[expect(
    clippy::too_many_arguments,
    reason = "the one place where all that is known of a table comes together"
)]
pub(super) fn place(
    context: &Context<'_>,
    around: &Surroundings<'_>,
    schema: &Schema,
    binding: &Binding,
    facts: &Facts,
    identity: &Identity,
    sifted: Sifted,
    questions: &mut Vec<Question>,
    mut entry: TableEntry,
) -> TableReading {
    write_identity(&mut entry, identity);
    let placings = placings(
        around, schema, binding, identity, &sifted, questions, &mut entry,
    );
    let Some(main) = placings
        .first()
        .filter(|_| placings.len() == schema.outputs.len())
    else {
        return TableReading::without_rows(entry);
    };
    let market = identity.market.map_or("rows", |market| market.code());
    let span = main
        .span
        .map_or_else(String::new, |(start, end)| format!("{start}..{end}"));
    let bytes = around.document.content_id.as_str();
    let report_id = id::hash([
        bytes,
        entry.sheet.as_deref().unwrap_or_default(),
        &identity.account,
        market,
        &span,
    ]);
    let observed = identity.observed_at.to_string();
    let decoder = DECODER.to_string();
    let answers = format!("{:?}", around.answers);
    let reading = id::hash([
        &*report_id,
        schema.id.as_str(),
        &schema.version,
        &decoder,
        &answers,
        &observed,
        main.table.as_str(),
    ]);
    entry.report_id = Some(report_id.clone());
    entry.controls = sifted
        .accounts
        .iter()
        .map(|(name, account)| (name.to_string(), account.entry()))
        .collect();

    let lineage = Lineage {
        report_id: &report_id,
        family: &schema.family,
        identity,
    };
    let mut parts = Vec::new();
    for (n, (output, placing)) in schema.outputs.iter().zip(&placings).enumerate() {
        match place_output(
            context, schema, binding, facts, &sifted, output, placing, &lineage,
        ) {
            Ok((table, merged)) => {
                if n == 0 {
                    entry.rows.merged = merged.n_merged;
                    let differing = totals::differing(&schema.totals, &merged.batches);
                    entry.findings.extend(findings_entries(&differing));
                }
                split(table, merged.batches, &reading, &mut entry, &mut parts);
            }
            Err(error) => {
                entry.status = Status::Failed;
                entry.reason = Some(explained(&error));
                entry.parts.clear();
                return TableReading::without_rows(entry);
            }
        }
    }
    let rows = &mut entry.rows;
    rows.stored = rows.read - rows.rejected - rows.skipped - rows.merged;
    entry.reading = Some(reading);
    TableReading {
        entry,
        parts,
        rejects: sifted.rejects,
        is_foreign: false,
    }
}

/// How the rows of each output are placed in time, with the questions that remain. The entry learns the main one's.
pub(super) fn placings(
    around: &Surroundings<'_>,
    schema: &Schema,
    binding: &Binding,
    identity: &Identity,
    sifted: &Sifted,
    questions: &mut Vec<Question>,
    entry: &mut TableEntry,
) -> Vec<Placing> {
    let has = |name: &ColumnName| binding.has(name.as_str());
    let mut placings = Vec::new();
    for output in &schema.outputs {
        match period::place(output, &sifted.days(output), identity, &around.answers, has) {
            Ok(placing) => placings.push(placing),
            Err(question) => questions.push(question),
        }
    }
    if let Some(main) = placings.first() {
        entry.table = Some(main.table.to_string());
        entry.period = Some(PeriodEntry {
            kind: main.kind.map_or_else(String::new, |kind| kind.to_string()),
            start: main.span.map(|(start, _)| start.to_string()),
            end: main.span.map(|(_, end)| end.to_string()),
        });
    }
    placings
}

#[expect(
    clippy::too_many_arguments,
    reason = "an output needs the rows, what they mean and whose they are"
)]
fn place_output<'a>(
    context: &'a Context<'_>,
    schema: &Schema,
    binding: &Binding,
    facts: &Facts,
    sifted: &Sifted,
    output: &Output,
    placing: &Placing,
    lineage: &Lineage<'_>,
) -> Result<(&'a Table, duplicates::Merged), PlaceError> {
    let table = context
        .catalog
        .table(&placing.table)
        .ok_or_else(|| PlaceError::NoTable(placing.table.to_string()))?;
    let fans_out = output
        .steps
        .iter()
        .any(|step| matches!(step, Step::Unpivot { .. }));
    let names = columns_of(schema, output);
    let constants = fact_columns(schema);
    let unpivoted = binding
        .unpivoted
        .iter()
        .map(|bound| Unpivoted {
            label: bound.label.clone(),
            column: bound.column.name.clone(),
        })
        .collect();
    let told = constants
        .iter()
        .filter_map(|(name, _)| {
            Some((
                name.as_str().into(),
                facts.first(name.as_str())?.value.clone(),
            ))
        })
        .collect();
    let mut steps = Steps::of(unpivoted, told, lineage.identity.market);
    let mut assembly = Assembly::of(table, placing, lineage);
    let mut batches = Vec::with_capacity(sifted.chunks.len());
    for (columns, rows) in &sifted.chunks {
        let mut columns = columns.clone();
        for (name, ty) in &constants {
            columns.set(
                name.clone(),
                fact_column(steps.fact(name.as_str()), *ty, columns.n_rows()),
            );
        }
        let mut stepped = steps.apply(&output.steps, columns, rows.clone())?;
        let market_column = table
            .columns
            .iter()
            .find(|column| column.name.as_str() == "marketplace");
        if let (Some(markets), Some(column)) = (&lineage.identity.row_markets, market_column) {
            let codes = markets.column(&stepped.columns);
            stepped.columns.set(column.name.clone(), codes);
        }
        let wanted = stepped
            .columns
            .iter()
            .filter(|(name, _)| {
                names.iter().any(|column| column.name == **name)
                    || matches!(name.as_str(), "currency" | "marketplace")
                    || placing.needs().contains(name)
            })
            .map(|(name, array)| (name.clone(), array.clone()))
            .collect();
        let columns = Columns::new(wanted, stepped.columns.n_rows());
        batches.push(assembly.lay(&columns, &stepped.rows)?);
    }
    let additive: Vec<&str> = schema
        .columns
        .iter()
        .filter(|column| column.additive)
        .map(|column| column.name.as_str())
        .collect();
    let merged = duplicates::merge(
        table,
        batches,
        output.merge.duplicates,
        &additive,
        placing.needs().first().copied(),
    )?;
    if !fans_out {
        balance(table, &merged.batches, &sifted.accounts, &additive)?;
    }
    Ok((table, merged))
}

/// What the table holds of each column must be what was kept of it, and that with the rest what was read.
fn balance(
    table: &Table,
    batches: &[RecordBatch],
    accounts: &Accounts,
    additive: &[&str],
) -> Result<(), PlaceError> {
    for (name, account) in accounts {
        let Some(at) = table.index_of(name).filter(|_| additive.contains(&&**name)) else {
            continue;
        };
        let mut found = Sum::default();
        for batch in batches {
            found.merge(sums::sum_of(batch.column(at)));
        }
        if found != account.kept || !account.is_balanced() {
            return Err(PlaceError::Unbalanced {
                column: name.to_string(),
                table: table.name.to_string(),
                read: account.read.to_string(),
                found: found.to_string(),
            });
        }
    }
    Ok(())
}

/// Parts the rows by partition, in source order. Nothing is copied.
fn split(
    table: &Table,
    batches: Vec<RecordBatch>,
    reading: &str,
    entry: &mut TableEntry,
    parts: &mut Vec<PartRows>,
) {
    let mut runs: BTreeMap<(String, Option<i32>), Vec<Run>> = BTreeMap::new();
    for (at, batch) in batches.iter().enumerate() {
        let markets = batch
            .column_by_name("marketplace")
            .and_then(|array| array.as_string_opt::<i32>());
        let months = batch
            .column_by_name("month")
            .and_then(|array| array.as_primitive_opt::<Date32Type>());
        let place = |row: usize| {
            let market = markets
                .filter(|array| array.is_valid(row))
                .map_or("", |array| array.value(row));
            let month = months
                .filter(|array| array.is_valid(row))
                .map(|array| array.value(row));
            (market, month)
        };
        let mut start = 0;
        // Rows of a partition mostly follow each other: a place is looked up where it changes.
        while start < batch.num_rows() {
            let (market, month) = place(start);
            let run = (start..batch.num_rows()).take_while(|row| place(*row) == (market, month));
            let rows = run.count();
            let place = (market.to_owned(), month);
            runs.entry(place).or_default().push(Run {
                batch: at,
                start,
                rows,
            });
            start += rows;
        }
    }
    let batches: Arc<[RecordBatch]> = batches.into();
    for ((market, month), runs) in runs {
        let month = month
            .and_then(crate::model::period::date_of)
            .map(|month| month.to_string());
        let partition = Partition {
            table: table.name.clone(),
            marketplace: market.as_str().into(),
            month: month.as_deref().map(Into::into),
        };
        let path = layout::part(&partition, reading);
        let rows = Picked::of(table.arrow(), Arc::clone(&batches), runs);
        entry.parts.push(Part {
            table: table.name.to_string(),
            marketplace: market,
            month,
            path: path.clone(),
            rows: rows.n_rows() as u64,
            slices: Vec::new(),
        });
        parts.push(PartRows {
            path,
            table: table.name.clone(),
            rows,
        });
    }
}
