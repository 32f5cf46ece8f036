//! What one date of a report stands for: a day, a week, a month; and which days the whole of it covers.

use crate::normalise::facts::Facts;
use crate::normalise::facts::day_in;
use crate::normalise::facts::unambiguous_date;
use crate::normalise::identity::Evidence;
use jiff::ToSpan;
use jiff::civil::Date;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Day,
    Week,
    Month,
}

/// What the report itself says.
pub(super) fn told(facts: &Facts) -> Option<Unit> {
    match &*facts.first("granularity")?.value.to_uppercase() {
        "DAY" | "DAILY" => Some(Unit::Day),
        "WEEK" | "WEEKLY" => Some(Unit::Week),
        "MONTH" | "MONTHLY" => Some(Unit::Month),
        _ => None,
    }
}

/// The first day of the week, month, quarter or year that ends with a day.
fn start_of(unit: &str, end: Date) -> Option<Date> {
    let unit = unit.to_lowercase();
    let is = |words: &[&str]| words.iter().any(|word| unit.starts_with(word));
    let month = |month: i8| Date::new(end.year(), month, 1).ok();
    if is(&["day", "daily"]) {
        Some(end)
    } else if is(&["week", "woche", "wöchentlich"]) {
        Some(end.saturating_sub(6.days()))
    } else if is(&["month", "monat"]) {
        month(end.month())
    } else if is(&["quarter", "quartal"]) {
        month((end.month() - 1) / 3 * 3 + 1)
    } else if is(&["year", "jahr"]) {
        month(1)
    } else {
        None
    }
}

/// The days that a report as a whole covers.
pub(super) fn covered(evidence: &Evidence<'_>) -> Option<(Date, Date)> {
    if let Some(period) = evidence.answers.period {
        return Some(period);
    }
    let fact = |name: &str| {
        let claim = evidence.facts.first(name)?;
        unambiguous_date(&claim.value).or_else(|| day_in(&claim.value))
    };
    if let (Some(start), Some(end)) = (fact("period_start"), fact("period_end")) {
        return (start <= end).then_some((start, end));
    }
    if let (Some(end), Some(unit)) = (fact("period_end"), evidence.facts.first("period_unit"))
        && let Some(start) = start_of(&unit.value, end)
    {
        return Some((start, end));
    }
    match evidence.name.dates[..] {
        [start, end] if start <= end => Some((start, end)),
        _ => evidence.folder_period.or(evidence.flag_period),
    }
}

/// Whether the days that a report covers are sure: a user says so, or the schema vouches for what told them.
pub(super) fn is_certain(evidence: &Evidence<'_>) -> bool {
    let told = ["period_start", "period_end"];
    evidence.answers.period.is_some()
        || told
            .iter()
            .filter_map(|name| evidence.facts.first(name))
            .all(|claim| claim.certain)
}

/// The first and last day of the week or month that a day is in, as far as the report covers them. Weeks start on Sunday.
pub(super) fn bounds(day: Date, unit: Unit, within: Option<(Date, Date)>) -> (Date, Date) {
    let (start, end) = match unit {
        Unit::Day => (day, day),
        Unit::Week => {
            let start = day.saturating_sub(day.weekday().to_sunday_zero_offset().days());
            (start, start.saturating_add(6.days()))
        }
        Unit::Month => (day.first_of_month(), day.last_of_month()),
    };
    match within {
        Some((first, last)) if start <= last && first <= end => (start.max(first), end.min(last)),
        _ => (start, end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_and_months_end_where_the_report_does() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        for (date, unit, within, start, end) in [
            ("2021-06-11", Unit::Day, None, "2021-06-11", "2021-06-11"),
            ("2021-06-06", Unit::Week, None, "2021-06-06", "2021-06-12"),
            ("2021-06-09", Unit::Week, None, "2021-06-06", "2021-06-12"),
            (
                "2021-06-06",
                Unit::Week,
                Some(("2021-06-11", "2021-06-14")),
                "2021-06-11",
                "2021-06-12",
            ),
            (
                "2021-06-13",
                Unit::Week,
                Some(("2021-06-11", "2021-06-14")),
                "2021-06-13",
                "2021-06-14",
            ),
            ("2021-06-01", Unit::Month, None, "2021-06-01", "2021-06-30"),
            (
                "2021-06-01",
                Unit::Month,
                Some(("2020-06-11", "2020-06-14")),
                "2021-06-01",
                "2021-06-30",
            ),
        ] {
            let within = within.map(|(first, last)| (day(first), day(last)));
            assert_eq!(
                bounds(day(date), unit, within),
                (day(start), day(end)),
                "{date}"
            );
        }
    }
}
