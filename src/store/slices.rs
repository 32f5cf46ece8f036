//! Which observation of a slice counts. Pure: totals in, winners out; a function of the set of observations, not of the
//! order in which they came.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// A newer observation with less than this share of the rows or of the weight of the one before it is poorer.
const KEPT_SHARE_PERCENT: i128 = 50;
/// A newer observation is poorer when blank key cells grew by more than this many percent of its rows.
const BLANK_GROWTH_PERCENT: i128 = 25;

/// What one observation holds of a member of the slice: a campaign, an ASIN, or all of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub rows: i128,
    /// Rows with a blank cell in the key.
    pub blank: i128,
    /// Sum of the measure that must not shrink, unscaled.
    pub weight: i128,
}

impl Totals {
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            rows: self.rows + other.rows,
            blank: self.blank + other.blank,
            weight: self.weight + other.weight,
        }
    }
}

/// One observation of a slice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which part holds it.
    pub part: usize,
    /// The user took it although it is poorer.
    pub accepted: bool,
    /// It may begin or end inside of the slice.
    pub edge: bool,
    pub members: BTreeMap<u32, Totals>,
}

/// What a slice is made of: members of parts, each member from one part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Won {
    /// Member -> part.
    pub members: BTreeMap<u32, usize>,
    pub passed_over: Vec<PassedOver>,
}

/// An observation that is newer and was not taken, with the figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    pub part: usize,
    pub before: Totals,
    pub now: Totals,
}

/// Decides a slice. `seen` is in order of observation. With `partial`, an observation that lacks members which the
/// slice had before replaces only its own; without, the whole slice.
pub fn win(seen: &[Seen], partial: bool) -> Won {
    let mut won = Won::default();
    let mut totals: BTreeMap<u32, Totals> = BTreeMap::new();
    for newer in seen {
        let lacks_some = partial
            && totals
                .keys()
                .any(|member| !newer.members.contains_key(member));
        // A partial observation is judged by what both have; a whole one by all.
        let common: BTreeSet<u32> = if lacks_some {
            newer.members.keys().copied().collect()
        } else {
            totals.keys().chain(newer.members.keys()).copied().collect()
        };
        let sum = |of: &BTreeMap<u32, Totals>| {
            of.iter()
                .filter(|(member, _)| common.contains(member))
                .fold(Totals::default(), |sum, (_, t)| sum.plus(*t))
        };
        let (before, after) = (sum(&totals), sum(&newer.members));
        // An edge day is expected to be cut: it never shrinks what another report had of the day, and is no news.
        if newer.edge && !newer.accepted && after.rows < before.rows {
            continue;
        }
        if !newer.accepted && is_poorer(before, after) {
            won.passed_over.push(PassedOver {
                part: newer.part,
                before,
                now: after,
            });
            continue;
        }
        if !lacks_some {
            won.members.clear();
            totals.clear();
        }
        for (member, held) in &newer.members {
            won.members.insert(*member, newer.part);
            totals.insert(*member, *held);
        }
    }
    won
}

fn is_poorer(before: Totals, now: Totals) -> bool {
    if before.rows == 0 {
        return false;
    }
    let shrunk = |before: i128, now: i128| before > 0 && now * 100 < before * KEPT_SHARE_PERCENT;
    let blanker = now.rows > 0
        && now.blank * 100 * before.rows - before.blank * 100 * now.rows
            > BLANK_GROWTH_PERCENT * now.rows * before.rows;
    now.rows == 0 || shrunk(before.rows, now.rows) || shrunk(before.weight, now.weight) || blanker
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(part: usize, members: &[(u32, i128, i128)]) -> Seen {
        let members = members
            .iter()
            .map(|(member, rows, weight)| {
                (
                    *member,
                    Totals {
                        rows: *rows,
                        blank: 0,
                        weight: *weight,
                    },
                )
            })
            .collect();
        Seen {
            part,
            accepted: false,
            edge: false,
            members,
        }
    }

    fn parts(won: &Won) -> Vec<(u32, usize)> {
        won.members
            .iter()
            .map(|(member, part)| (*member, *part))
            .collect()
    }

    #[test]
    fn the_newest_wins_whole() {
        let won = win(
            &[
                seen(0, &[(1, 10, 100), (2, 5, 50)]),
                seen(1, &[(1, 11, 101), (2, 5, 60)]),
            ],
            true,
        );
        assert_eq!(parts(&won), [(1, 1), (2, 1)]);
    }

    #[test]
    fn a_partial_one_replaces_only_its_own() {
        let won = win(
            &[
                seen(0, &[(1, 10, 100), (2, 5, 50)]),
                seen(1, &[(1, 11, 101)]),
            ],
            true,
        );
        assert_eq!(parts(&won), [(1, 1), (2, 0)]);
        let won = win(
            &[
                seen(0, &[(1, 10, 100), (2, 8, 80)]),
                seen(1, &[(1, 11, 101)]),
            ],
            false,
        );
        assert_eq!(parts(&won), [(1, 1)]);
    }

    #[test]
    fn a_poorer_one_is_passed_over_until_accepted() {
        let both = |accepted| {
            [
                seen(0, &[(1, 10, 100)]),
                Seen {
                    accepted,
                    ..seen(1, &[(1, 10, 20)])
                },
            ]
        };
        let won = win(&both(false), false);
        assert_eq!((parts(&won), won.passed_over.len()), (vec![(1, 0)], 1));
        assert_eq!(won.passed_over[0].now.weight, 20);
        let won = win(&both(true), false);
        assert_eq!((parts(&won), won.passed_over.len()), (vec![(1, 1)], 0));
    }

    #[test]
    fn an_edge_never_shrinks_a_day_and_an_inner_day_does() {
        let edge = |part, rows| Seen {
            edge: true,
            ..seen(part, &[(1, rows, 0)])
        };
        let inner = |part, rows| seen(part, &[(1, rows, 0)]);
        for (observations, winner) in [
            ([inner(0, 281), edge(1, 176)], 0),
            ([edge(0, 281), edge(1, 176)], 0),
            ([edge(0, 176), edge(1, 281)], 1),
            ([edge(0, 281), inner(1, 280)], 1),
        ] {
            let won = win(&observations, false);
            assert_eq!((parts(&won), won.passed_over.len()), (vec![(1, winner)], 0));
        }
    }

    #[test]
    fn blank_keys_make_poorer_and_an_empty_one_never_wins() {
        let mut blank = seen(1, &[(1, 10, 100)]);
        blank.members.insert(
            1,
            Totals {
                rows: 10,
                blank: 6,
                weight: 100,
            },
        );
        assert_eq!(
            parts(&win(&[seen(0, &[(1, 10, 100)]), blank], false)),
            [(1, 0)]
        );
        assert_eq!(
            parts(&win(&[seen(0, &[(1, 1, 0)]), seen(1, &[])], false)),
            [(1, 0)]
        );
    }
}
