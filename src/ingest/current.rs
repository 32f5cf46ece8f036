//! Brings `current/` up to date with the catalogue: the partitions that changed, side by side.

use crate::ingest::Context;
use crate::ingest::answers;
use crate::model::name::TableName;
use crate::model::table::Table;
use crate::observe::Event;
use crate::observe::Observer;
use crate::observe::Stage;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::files;
use crate::store::merge;
use crate::store::merge::PassedOver;
use crate::store::reports::Catalogue;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What bringing up to date did.
#[derive(Debug, Default)]
pub struct Refreshed {
    /// Partitions written anew, sorted.
    pub partitions: Vec<String>,
    /// Newer observations that were not taken, sorted.
    pub passed_over: Vec<PassedOver>,
}

/// Merges what changed and deletes what is no more.
///
/// # Errors
/// When a part cannot be read or a file not be written; the old file is then still there.
pub fn refresh(
    context: &Context<'_>,
    store: &Store,
    catalogue: &Catalogue,
    observer: &dyn Observer,
) -> Result<Refreshed, StoreError> {
    let tables: BTreeMap<TableName, Table> = context
        .catalog
        .tables()
        .map(|table| (table.name.clone(), table.clone()))
        .collect();
    let accepted = answers::accepted(context.decisions);
    let plan = merge::plan(store, catalogue, &tables, &accepted)?;
    observer.on(Event::Begin {
        stage: Stage::Merge,
        total: plan.jobs.len() as u64,
    });
    let merged: Vec<Result<Vec<PassedOver>, StoreError>> = plan
        .jobs
        .par_iter()
        .map(|job| {
            let passed_over = merge::run(store, job, &accepted);
            observer.on(Event::Item {
                name: &job.partition.folder(),
            });
            passed_over
        })
        .collect();
    let mut refreshed = Refreshed::default();
    let mut passed = Vec::with_capacity(plan.jobs.len());
    for (job, passed_over) in plan.jobs.iter().zip(merged) {
        let passed_over = passed_over?;
        refreshed.passed_over.extend(passed_over.iter().cloned());
        refreshed.partitions.push(job.partition.folder());
        passed.push(passed_over);
    }
    for gone in &plan.gone {
        files::delete(store.root(), gone)?;
    }
    plan.note(store, passed)?;
    refreshed.passed_over.sort();
    observer.on(Event::End {
        stage: Stage::Merge,
    });
    Ok(refreshed)
}
