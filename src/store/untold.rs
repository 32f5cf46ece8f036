//! Rows that do not tell their ad product beside rows of the same days that do: what both may hold counts once.
//!
//! A report that was put together without that column holds ads of all kinds in one slice, and the reports of each kind lie
//! in slices of their own, so that the choice within a slice cannot see that they tell the same. Those that tell more
//! count; of the others, campaigns that no such report names.

use crate::model::period::PeriodKind;
use crate::model::table::Table;
use crate::store::StoreError;
use crate::store::choose;
use crate::store::choose::Chosen;
use crate::store::choose::Piece;
use crate::store::entry::SliceEntry;
use crate::store::merge::PartRef;
use crate::store::merge::PassedOver;
use crate::store::merge::Why;
use crate::store::observed::Observed;
use crate::store::part::SliceKey;
use crate::store::slices::Totals;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Pieces of one account and span, by their place among the chosen ones.
#[derive(Default)]
struct Span {
    told: Vec<usize>,
    untold: Vec<usize>,
}

/// Takes from rows without an ad product what reports with one hold. States are lists and no sums: theirs stay.
///
/// # Errors
/// When rows must be read and cannot be.
pub(super) fn give_way(
    observed: &Observed<'_>,
    table: &Table,
    parts: &[PartRef],
    chosen: &mut Chosen,
) -> Result<(), StoreError> {
    let has_sums = matches!(table.period, Some(PeriodKind::Day | PeriodKind::Range));
    if !has_sums || table.index_of("ad_product").is_none() {
        return Ok(());
    }
    let mut spans: BTreeMap<SliceKey, Span> = BTreeMap::new();
    for (n, piece) in chosen.pieces.iter().enumerate() {
        let mut key = SliceKey::of(entry_of(parts, piece));
        let is_told = !key.ad_product.is_empty();
        key.ad_product.clear();
        let span = spans.entry(key).or_default();
        if is_told {
            span.told.push(n);
        } else {
            span.untold.push(n);
        }
    }
    let mut kept: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for span in spans.values().filter(|span| !span.told.is_empty()) {
        for n in &span.untold {
            let piece = &chosen.pieces[*n];
            let report = parts[piece.part].report_id();
            let others = span.told.iter().map(|told| &chosen.pieces[*told]);
            // A report does not contradict itself: rows of it without an ad product are none of those that have one.
            let others = others.filter(|other| parts[other.part].report_id() != report);
            let mut claims = BTreeMap::new();
            for other in others {
                for (member, totals) in members(observed, table, parts, other)? {
                    let sum = claims.entry(member).or_insert_with(Totals::default);
                    *sum = sum.plus(totals);
                }
            }
            let held = members(observed, table, parts, piece)?;
            let (stay, gone): (BTreeMap<_, _>, BTreeMap<_, _>) = held
                .into_iter()
                .partition(|(member, _)| !is_claimed(member, &claims));
            if gone.is_empty() {
                continue;
            }
            let before = sum(claims.iter().filter(|(member, _)| {
                member.is_empty() || gone.contains_key(*member) || gone.contains_key("")
            }));
            let now = sum(gone.iter());
            chosen.passed_over.push(PassedOver {
                table: table.name.as_str().into(),
                report_id: report.into(),
                slice: choose::described(entry_of(parts, piece)).into(),
                rows: (before.rows, now.rows),
                blank: (before.blank, now.blank),
                weight: (before.weight, now.weight),
                why: Why::AdProductUntold,
            });
            kept.insert(*n, stay.into_keys().collect());
        }
    }
    let mut n = 0;
    chosen.pieces.retain_mut(|piece| {
        let stay = kept.remove(&n);
        n += 1;
        let Some(stay) = stay else { return true };
        let is_left = !stay.is_empty();
        piece.members = Some(stay);
        is_left
    });
    Ok(())
}

/// Whether reports that tell their ad product may hold rows of this member. A row without a campaign may be of any.
fn is_claimed(member: &str, claims: &BTreeMap<String, Totals>) -> bool {
    !claims.is_empty()
        && (member.is_empty() || claims.contains_key(member) || claims.contains_key(""))
}

fn sum<'a>(of: impl Iterator<Item = (&'a String, &'a Totals)>) -> Totals {
    of.fold(Totals::default(), |sum, (_, totals)| sum.plus(*totals))
}

fn entry_of<'a>(parts: &'a [PartRef], piece: &Piece) -> &'a SliceEntry {
    &parts[piece.part].slices()[piece.slice]
}

/// Totals of the members that a piece takes; of a table that knows no members, one without a name.
fn members(
    observed: &Observed<'_>,
    table: &Table,
    parts: &[PartRef],
    piece: &Piece,
) -> Result<BTreeMap<String, Totals>, StoreError> {
    let entry = entry_of(parts, piece);
    if table.merge.partial_by.is_none() {
        return Ok(BTreeMap::from([(String::new(), choose::totals_of(entry))]));
    }
    let mut members = choose::members_of(observed, table, parts[piece.part].path(), entry)?;
    if let Some(taken) = &piece.members {
        members.retain(|member, _| taken.contains(member));
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_is_claimed_by_its_name_and_rows_without_one_by_all() {
        let claims = |names: &[&str]| -> BTreeMap<String, Totals> {
            names
                .iter()
                .map(|name| ((*name).to_owned(), Totals::default()))
                .collect()
        };
        for (member, names, claimed) in [
            ("brand", &["brand", "auto"][..], true),
            ("video", &["brand", "auto"], false),
            ("", &["brand"], true),
            ("video", &[""], true),
            ("video", &[], false),
            ("", &[], false),
        ] {
            assert_eq!(
                is_claimed(member, &claims(names)),
                claimed,
                "{member:?} of {names:?}"
            );
        }
    }
}
