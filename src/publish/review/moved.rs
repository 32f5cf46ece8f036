//! What moved a ratio of sums from one period to the next: the contribution of each member, which add up exactly.
//!
//! Let `s` and `r` be a member's part of what is divided and of what it is divided by, `S` and `R` their sums, 0 the period
//! before and 1 this one. With `A0 = S0 / R0`, a member contributes
//! `(s1 - A0 * r1) / R1 - (s0 - A0 * r0) / R0`: how much more it is above the old ratio than it was. Over all members this
//! sums to `S1 / R1 - S0 / R0`, and a member whose share and ratio stay contributes nothing.

use std::collections::BTreeMap;

/// What moved one ratio.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// Whose ratio it is.
    pub title: String,
    pub before: f64,
    pub now: f64,
    /// In hundredths of a percentage point, the greatest first; they add up to `total`.
    pub members: Vec<(String, i64)>,
    /// What the members that are not listed come to, and how many they are.
    pub rest: (usize, i64),
    /// The change in hundredths of a percentage point.
    pub total: i64,
}

/// A member's sums of this period and of the one before, in one scale each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    pub over: i128,
    pub under: i128,
    pub over_before: i128,
    pub under_before: i128,
}

/// Hundredths of a percentage point in one.
const UNITS: f64 = 10_000.0;

/// The contributions of members by name; none where a period has nothing to divide by. `scale` is what `over / under` must
/// be multiplied with, where both are kept in different scales.
pub fn moved(
    title: String,
    members: &BTreeMap<String, Sums>,
    scale: f64,
    limit: usize,
) -> Option<Moved> {
    let sum = |of: fn(&Sums) -> i128| members.values().map(of).sum::<i128>();
    let (over, under) = (sum(|m| m.over), sum(|m| m.under));
    let (over_before, under_before) = (sum(|m| m.over_before), sum(|m| m.under_before));
    if under == 0 || under_before == 0 {
        return None;
    }
    let (now, before) = (
        real(over) / real(under) * scale,
        real(over_before) / real(under_before) * scale,
    );
    // Each contribution is a whole number over the same divisor, so that nothing is lost before they are rounded.
    let parts: Vec<f64> = members
        .values()
        .map(|m| {
            let exact = || {
                let now = (m.over.checked_mul(under_before)?)
                    .checked_sub(over_before.checked_mul(m.under)?)?;
                let then = (m.over_before.checked_mul(under_before)?)
                    .checked_sub(over_before.checked_mul(m.under_before)?)?;
                (now.checked_mul(under_before)?).checked_sub(then.checked_mul(under)?)
            };
            let divisor = real(under_before) * real(under_before) * real(under);
            let part = exact().map_or_else(
                || {
                    let a = real(over_before) / real(under_before);
                    (real(m.over) - a * real(m.under)) / real(under)
                        - (real(m.over_before) - a * real(m.under_before)) / real(under_before)
                },
                |exact| real(exact) / divisor,
            );
            part * scale * UNITS
        })
        .collect();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a change of a ratio in hundredths of a point is far below what 64 bits hold"
    )]
    let total = ((now - before) * UNITS).round() as i64;
    let mut rounded: Vec<(String, i64)> = members
        .keys()
        .cloned()
        .zip(apportioned(&parts, total))
        .collect();
    rounded.sort_by(|a, b| b.1.abs().cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
    rounded.retain(|(_, part)| *part != 0);
    let others = rounded.split_off(limit.min(rounded.len()));
    Some(Moved {
        title,
        before,
        now,
        rest: (others.len(), others.iter().map(|(_, part)| part).sum()),
        members: rounded,
        total,
    })
}

/// Whole numbers near the parts that sum to the total: rounded down, and one more for those that lost most.
fn apportioned(parts: &[f64], total: i64) -> Vec<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a change of a ratio in hundredths of a point is far below what 64 bits hold"
    )]
    let mut whole: Vec<i64> = parts.iter().map(|part| part.floor() as i64).collect();
    let missing = total - whole.iter().sum::<i64>();
    let mut by_loss: Vec<usize> = (0..parts.len()).collect();
    let loss = |at: &usize| parts[*at] - parts[*at].floor();
    by_loss.sort_by(|a, b| loss(b).total_cmp(&loss(a)).then(a.cmp(b)));
    let n = parts.len().max(1);
    for turn in 0..usize::try_from(missing).unwrap_or(0) {
        if let Some(at) = by_loss.get(turn % n) {
            whole[*at] += 1;
        }
    }
    for turn in 0..usize::try_from(-missing).unwrap_or(0) {
        if let Some(at) = by_loss.iter().rev().nth(turn % n) {
            whole[*at] -= 1;
        }
    }
    whole
}

#[expect(
    clippy::cast_precision_loss,
    reason = "what is shown has far fewer digits than a double keeps"
)]
fn real(n: i128) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(over: i128, under: i128, over_before: i128, under_before: i128) -> Sums {
        Sums {
            over,
            under,
            over_before,
            under_before,
        }
    }

    #[test]
    fn contributions_add_up_to_the_change() {
        // Spend and sales. All went from 200 / 1000 to 330 / 1100.
        let members = BTreeMap::from([
            // Same share of both, at the same ratio: nothing.
            ("still".to_owned(), sums(110, 550, 100, 500)),
            // Spends more on the same share of sales: (220 - 0.2 * 550) / 1100 = 10 points.
            ("dear".to_owned(), sums(220, 550, 100, 500)),
        ]);
        let found = moved("US".to_owned(), &members, 1.0, 5).unwrap();
        assert_eq!((found.before, found.now, found.total), (0.2, 0.3, 1_000));
        assert_eq!(found.members, [("dear".to_owned(), 1_000)]);
        assert_eq!(found.rest, (0, 0));
    }

    #[test]
    fn what_is_shown_adds_up_whatever_is_left_out() {
        let members: BTreeMap<String, Sums> = (1..40_i128)
            .map(|n| {
                (
                    format!("c{n:02}"),
                    sums(n * 37 % 101, n * 91 % 977, n * 53 % 103, n * 17 % 991),
                )
            })
            .collect();
        for limit in [0, 1, 7, 100] {
            let found = moved(String::new(), &members, 1.0, limit).unwrap();
            let listed: i64 = found.members.iter().map(|(_, part)| part).sum();
            assert_eq!(listed + found.rest.1, found.total, "limit {limit}");
            assert!(found.members.len() <= limit);
        }
    }

    #[test]
    fn a_period_without_sales_has_no_ratio() {
        for (under, under_before) in [(0, 5), (5, 0)] {
            let members = BTreeMap::from([("a".to_owned(), sums(1, under, 1, under_before))]);
            assert_eq!(moved(String::new(), &members, 1.0, 5), None);
        }
    }
}
