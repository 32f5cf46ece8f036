//! From evidence to styles: from the nearest evidence to the farthest. The column's own cells, the file's other columns of
//! its kind, what its type allows, the file's related columns, what was known before. What is then open is asked, never
//! guessed. Knows no cell.

use crate::decode::Field;
use crate::decode::clue::DateClues;
use crate::decode::clue::Kind;
use crate::decode::clue::NumberClues;
use crate::decode::clue::Tally;
use crate::decode::evidence::Clues;
use crate::decode::mark;
use crate::decode::number::DecimalSign;
use crate::decode::number::Group;
use crate::decode::style::Asked;
use crate::decode::style::Decision;
use crate::decode::style::Prior;
use crate::decode::style::Question;
use crate::decode::style::Style;
use crate::model::market::DateOrder;
use crate::model::market::Market;
use std::collections::BTreeMap;

/// The styles of fields whose clues are given in the same order.
pub(crate) fn decide(fields: &[Field], clues: &[Clues], prior: Prior) -> Decision {
    Table {
        fields,
        clues,
        prior,
    }
    .decide()
}

/// All that a decision may look at: each column is decided in view of the others.
struct Table<'a> {
    fields: &'a [Field],
    clues: &'a [Clues],
    prior: Prior,
}

impl Table<'_> {
    fn decide(&self) -> Decision {
        let mut decision = Decision::default();
        for (at, (field, clues)) in self.fields.iter().zip(self.clues).enumerate() {
            let (style, asked) = match clues {
                Clues::None => (Style::default(), None),
                Clues::Number(clues) => self.decide_number(field, clues),
                Clues::Date(clues) => self.decide_date(field, clues),
            };
            if let Some(asked) = asked {
                decision.questions.push(Question {
                    field: at,
                    label: field.label.clone(),
                    asked,
                    examples: doubtful(clues),
                });
            }
            decision.styles.push(style);
        }
        decision.money_signs = self.money_signs();
        decision
    }

    fn money_signs(&self) -> BTreeMap<&'static str, u64> {
        let mut signs = BTreeMap::new();
        for (.., clues) in self.numbers() {
            for (mark, count) in &clues.marks {
                *signs.entry(*mark).or_default() += count;
            }
        }
        signs
    }

    fn numbers(&self) -> impl Iterator<Item = (&Field, &NumberClues)> {
        self.fields
            .iter()
            .zip(self.clues)
            .filter_map(|(field, clues)| match clues {
                Clues::Number(clues) => Some((field, clues)),
                _ => None,
            })
    }

    /// What the deciding cells of all columns of one kind say together.
    fn sign_of(&self, kind: Kind) -> Option<DecimalSign> {
        let of_kind = || {
            self.numbers()
                .filter(|(field, _)| Kind::of(field.column.ty) == Some(kind))
        };
        let point = of_kind().map(|(_, clues)| clues.point.count).sum();
        let comma = of_kind().map(|(_, clues)| clues.comma.count).sum();
        majority(point, comma).map(sign)
    }

    fn decide_number(&self, field: &Field, clues: &NumberClues) -> (Style, Option<Asked>) {
        let is_settled = clues.n_open() + clues.point.count + clues.comma.count == 0;
        let found = if is_settled {
            None
        } else {
            self.find_sign(field, clues)
        };
        let words = match (&found, is_settled) {
            (Some((sign, why)), _) => describe_sign(*sign, clues, why),
            // Nothing was decided, so nothing is said of the sign.
            (None, true) => String::new(),
            (None, false) => {
                let tallies = clues.doubtful();
                format!(
                    "undecided between decimal point and comma ({})",
                    like(&tallies)
                )
            }
        };
        let percents = match (clues.signed_percents, clues.bare_percents) {
            (0, 0) => String::new(),
            (signed, bare) => {
                let lead = if words.is_empty() { "" } else { "; " };
                format!("{lead}{signed} cells with %, {bare} without")
            }
        };
        let asked = (found.is_none() && !is_settled).then_some(Asked::DecimalSign);
        let style = Style {
            decimal: found.map(|(sign, _)| sign),
            order: None,
            reason: (words + &percents).into(),
        };
        (style, asked)
    }

    fn find_sign(&self, field: &Field, clues: &NumberClues) -> Option<(DecimalSign, String)> {
        let kind = Kind::of(field.column.ty)?;
        if let Some(own) = majority(clues.point.count, clues.comma.count).map(sign) {
            let (for_it, against) = match own {
                DecimalSign::Point => (&clues.point, &clues.comma),
                DecimalSign::Comma => (&clues.comma, &clues.point),
            };
            return Some((own, in_count(for_it, against)));
        }
        if let Some(sign) = self.sign_of(kind) {
            return Some((sign, format!("as the file's other {}", kind.name())));
        }
        if let Some(sign) = grouping_sign(clues)
            && (kind == Kind::Count
                || kind == Kind::Money && is_without_fraction(clues, self.prior))
        {
            let why = if kind == Kind::Count {
                "these are whole numbers"
            } else {
                "the currency has no fractions"
            };
            return Some((
                sign,
                format!("three digits behind a lone separator are a group, for {why}"),
            ));
        }
        let related: &[Kind] = match kind {
            Kind::Money | Kind::Share => &[Kind::Real],
            Kind::Real => &[Kind::Money, Kind::Share],
            Kind::Count => &[],
        };
        for kind in related {
            if let Some(sign) = self.sign_of(*kind) {
                return Some((sign, format!("as the file's {}", kind.name())));
            }
        }
        self.prior
            .decimal
            .map(|sign| (sign, String::from("as was answered")))
    }

    fn decide_date(&self, field: &Field, clues: &DateClues) -> (Style, Option<Asked>) {
        let n_deciding = clues.day_first.count + clues.month_first.count;
        let found = if clues.open.count == 0 && n_deciding == 0 {
            None
        } else {
            self.find_order(field, clues)
        };
        let (reason, asked) = match &found {
            Some((order, why)) => (format!("{}, {why}", Style::order_name(*order)), None),
            None if clues.open.count + n_deciding > 0 => {
                let tallies = clues.doubtful();
                let words = format!("undecided between day and month first ({})", like(&tallies));
                (words, Some(Asked::DateOrder))
            }
            None if clues.certain.count > 0 => (
                format!(
                    "each cell tells its order (like {})",
                    clues.certain.examples.first()
                ),
                None,
            ),
            None => (String::new(), None),
        };
        (
            Style {
                decimal: None,
                order: found.map(|(order, _)| order),
                reason: reason.into(),
            },
            asked,
        )
    }

    fn find_order(&self, field: &Field, clues: &DateClues) -> Option<(DateOrder, String)> {
        if let Some(own) = majority(clues.day_first.count, clues.month_first.count).map(order) {
            let (for_it, against) = match own {
                DateOrder::MonthFirst => (&clues.month_first, &clues.day_first),
                _ => (&clues.day_first, &clues.month_first),
            };
            return Some((own, in_count(for_it, against)));
        }
        if let Some(order) = field.column.order {
            return Some((order, "as this report always writes them".to_owned()));
        }
        let (mut day, mut month) = (0, 0);
        for clues in self.clues {
            if let Clues::Date(clues) = clues {
                day += clues.day_first.count;
                month += clues.month_first.count;
            }
        }
        let is_numeric = |order: &DateOrder| *order != DateOrder::YearFirst;
        let by_market = || {
            self.prior
                .market
                .map(Market::date_order)
                .filter(is_numeric)
                .zip(self.prior.market)
        };
        if let Some(order) = majority(day, month).map(order) {
            Some((order, String::from("as the file's other dates")))
        } else if let Some(order) = self.prior.date_order.filter(is_numeric) {
            Some((order, String::from("as was answered")))
        } else {
            by_market()
                .map(|(order, market)| (order, format!("as the marketplace {market} writes")))
        }
    }
}

/// Whether the first of two counts is greater; none where they are equal.
fn majority(first: u64, second: u64) -> Option<bool> {
    (first != second).then_some(first > second)
}

const fn sign(is_point: bool) -> DecimalSign {
    if is_point {
        DecimalSign::Point
    } else {
        DecimalSign::Comma
    }
}

const fn order(is_day_first: bool) -> DateOrder {
    if is_day_first {
        DateOrder::DayFirst
    } else {
        DateOrder::MonthFirst
    }
}

/// The sign under which cells like `1,234` or `1.234` are whole numbers: the one that they do not show.
fn grouping_sign(clues: &NumberClues) -> Option<DecimalSign> {
    majority(clues.open_point.count, clues.open_comma.count).map(|is_point| sign(is_point).other())
}

/// Whether every currency sign of a column, or without any the marketplace's currency, has no smaller unit.
fn is_without_fraction(clues: &NumberClues, prior: Prior) -> bool {
    if clues.marks.is_empty() {
        return prior
            .market
            .is_some_and(|market| mark::is_without_fraction(market.currency()));
    }
    clues
        .marks
        .keys()
        .all(|mark| mark::is_without_fraction(mark))
}

/// Cells that a question is about.
fn doubtful(clues: &Clues) -> Vec<Box<str>> {
    let tallies = match clues {
        Clues::None => return Vec::new(),
        Clues::Number(clues) => clues.doubtful(),
        Clues::Date(clues) => clues.doubtful(),
    };
    tallies
        .into_iter()
        .flat_map(|tally| tally.examples.texts())
        .collect()
}

fn like(tallies: &[&Tally]) -> String {
    let words: Vec<String> = tallies
        .iter()
        .map(|tally| format!("{} cells like {}", tally.count, tally.examples.first()))
        .collect();
    words.join(" and ")
}

fn in_count(for_it: &Tally, against: &Tally) -> String {
    let words = format!("{} cells like {}", for_it.count, for_it.examples.first());
    if against.count == 0 {
        return words;
    }
    format!(
        "{words}, against {} like {}",
        against.count,
        against.examples.first()
    )
}

fn describe_sign(sign: DecimalSign, clues: &NumberClues, why: &str) -> String {
    let groups: Vec<&str> = clues.groups(sign).map(Group::name).collect();
    let grouped = if groups.is_empty() {
        String::new()
    } else {
        format!(", grouped by {}", groups.join(" and "))
    };
    format!("{sign}{grouped} ({why})")
}
