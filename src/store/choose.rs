//! Which rows of which parts a partition is made of. Reads the catalogue's figures; rows only where a report may be partial.

use crate::model::table::Table;
use crate::store::StoreError;
use crate::store::entry::SliceEntry;
use crate::store::merge::PartRef;
use crate::store::merge::PassedOver;
use crate::store::merge::Why;
use crate::store::observed::Observed;
use crate::store::part;
use crate::store::part::SliceKey;
use crate::store::slices;
use crate::store::slices::Seen;
use crate::store::slices::Totals;
use crate::store::untold;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Rows to be written, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Which of the parts.
    pub part: usize,
    /// Which of its slices.
    pub slice: usize,
    /// Only rows of these members; none: the whole slice.
    pub members: Option<BTreeSet<String>>,
}

/// A partition's rows, and what was not taken.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub pieces: Vec<Piece>,
    pub passed_over: Vec<PassedOver>,
}

/// One observation of a slice.
#[derive(Clone, Copy)]
struct Observation<'a> {
    part: usize,
    slice: usize,
    entry: &'a SliceEntry,
}

/// Chooses for each slice, in order of slices. Of several families, only the best that there is.
///
/// # Errors
/// When rows must be read and cannot be.
pub(super) fn choose(
    observed: &Observed<'_>,
    table: &Table,
    parts: &[PartRef],
    accepted: &BTreeSet<String>,
) -> Result<Chosen, StoreError> {
    let mut chosen = Chosen::default();
    for observations in of_best_family(table, parts).into_values() {
        if let [only] = observations[..] {
            chosen.pieces.push(Piece {
                part: only.part,
                slice: only.slice,
                members: None,
            });
            continue;
        }
        let may_be_partial = table.merge.partial_by.is_some()
            && observations
                .iter()
                .any(|one| one.entry.members != observations[0].entry.members);
        let mut names: BTreeMap<String, u32> = BTreeMap::new();
        let mut seen = Vec::with_capacity(observations.len());
        for one in &observations {
            let members = if may_be_partial {
                read_members(
                    observed,
                    table,
                    parts[one.part].path(),
                    one.entry,
                    &mut names,
                )?
            } else {
                BTreeMap::from([(0, totals_of(one.entry))])
            };
            seen.push(Seen {
                part: one.part,
                accepted: accepted.contains(parts[one.part].report_id()),
                edge: one.entry.edge,
                members,
            });
        }
        let won = slices::win(&seen, may_be_partial);
        let texts: BTreeMap<u32, &str> = names
            .iter()
            .map(|(text, number)| (*number, text.as_str()))
            .collect();
        for (one, seen) in observations.iter().zip(&seen) {
            let taken: Vec<u32> = won
                .members
                .iter()
                .filter(|(_, part)| **part == one.part)
                .map(|(member, _)| *member)
                .collect();
            if taken.is_empty() {
                continue;
            }
            let whole = taken.len() == seen.members.len();
            let members = taken
                .iter()
                .filter_map(|member| texts.get(member))
                .map(|text| (*text).to_owned())
                .collect();
            chosen.pieces.push(Piece {
                part: one.part,
                slice: one.slice,
                members: (!whole).then_some(members),
            });
        }
        for passed in won.passed_over {
            let entry = observations
                .iter()
                .find(|one| one.part == passed.part)
                .map(|one| one.entry);
            chosen.passed_over.push(PassedOver {
                table: table.name.as_str().into(),
                report_id: parts[passed.part].report_id().into(),
                slice: entry.map_or_else(String::new, described).into(),
                rows: (passed.before.rows, passed.now.rows),
                blank: (passed.before.blank, passed.now.blank),
                weight: (passed.before.weight, passed.now.weight),
                why: Why::Poorer,
            });
        }
    }
    untold::give_way(observed, table, parts, &mut chosen)?;
    Ok(chosen)
}

/// Observations of each slice in order of observation, without those of families that a better one beats.
fn of_best_family<'a>(
    table: &Table,
    parts: &'a [PartRef],
) -> BTreeMap<SliceKey, Vec<Observation<'a>>> {
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|part| parts[*part].precedence(table));
    let all = order.into_iter().flat_map(|part| {
        let slices = parts[part].slices().iter().enumerate();
        slices.map(move |(slice, entry)| Observation { part, slice, entry })
    });
    let mut best: BTreeMap<SliceKey, usize> = BTreeMap::new();
    for one in all.clone() {
        for rivals in [rivals(table, one.entry), whole_account(table, one.entry)] {
            let rank = best.entry(rivals).or_insert(usize::MAX);
            *rank = (*rank).min(rank_of(table, one.entry));
        }
    }
    let mut slices: BTreeMap<SliceKey, Vec<Observation<'_>>> = BTreeMap::new();
    for one in all {
        if best.get(&rivals(table, one.entry)) == Some(&rank_of(table, one.entry)) {
            slices.entry(SliceKey::of(one.entry)).or_default().push(one);
        }
    }
    slices
}

/// What families contend for: the slice, or all of an ad product's day. Rows without an ad product may be of any, so that
/// there they contend with all of the account.
fn rivals(table: &Table, entry: &SliceEntry) -> SliceKey {
    let slice = SliceKey::of(entry);
    if !table.family_per_day {
        return slice;
    }
    SliceKey {
        document: String::new(),
        ..slice
    }
}

/// The same for rows without an ad product, to which every other row of the account's day adds.
fn whole_account(table: &Table, entry: &SliceEntry) -> SliceKey {
    let rivals = rivals(table, entry);
    if !table.family_per_day {
        return rivals;
    }
    SliceKey {
        ad_product: String::new(),
        ..rivals
    }
}

fn rank_of(table: &Table, entry: &SliceEntry) -> usize {
    let rank = table
        .families
        .iter()
        .position(|known| **known == *entry.family);
    rank.unwrap_or(table.families.len())
}

pub(super) fn totals_of(entry: &SliceEntry) -> Totals {
    Totals {
        rows: i128::from(entry.rows),
        blank: i128::from(entry.blank),
        weight: entry.weight.parse().unwrap_or(0),
    }
}

pub(super) fn described(entry: &SliceEntry) -> String {
    let parts = [
        &entry.account,
        &entry.ad_product,
        &entry.source,
        &entry.document,
        &entry.day,
        &entry.end,
    ];
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .cloned()
        .collect::<Vec<_>>()
        .join(", ")
}

/// Totals of each member of a slice, numbered alike in all parts.
fn read_members(
    observed: &Observed<'_>,
    table: &Table,
    path: &str,
    entry: &SliceEntry,
    names: &mut BTreeMap<String, u32>,
) -> Result<BTreeMap<u32, Totals>, StoreError> {
    Ok(members_of(observed, table, path, entry)?
        .into_iter()
        .map(|(name, totals)| {
            let next = u32::try_from(names.len()).unwrap_or(u32::MAX);
            (*names.entry(name).or_insert(next), totals)
        })
        .collect())
}

/// Totals of each member of a slice, by its text.
pub(super) fn members_of(
    observed: &Observed<'_>,
    table: &Table,
    path: &str,
    entry: &SliceEntry,
) -> Result<BTreeMap<String, Totals>, StoreError> {
    let mut by_name = BTreeMap::new();
    for batch in observed.stream(path, &table.arrow(), entry.start, entry.rows)? {
        part::totals_by_member(table, &batch?, &mut by_name);
    }
    Ok(by_name)
}
