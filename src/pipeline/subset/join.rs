//! Joins: which there are, and what may stand in ON.

use crate::pipeline::subset::Walk;
use sqlparser::ast::BinaryOperator;
use sqlparser::ast::Expr;
use sqlparser::ast::Join;
use sqlparser::ast::JoinConstraint;
use sqlparser::ast::JoinOperator;
use sqlparser::ast::TableFactor;
use sqlparser::ast::visit_expressions;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

impl Walk {
    pub(super) fn join(&mut self, join: &Join) {
        let inner = matches!(
            join.join_operator,
            JoinOperator::Join(_) | JoinOperator::Inner(_)
        );
        match &join.join_operator {
            JoinOperator::CrossJoin(JoinConstraint::None) => {}
            JoinOperator::Join(on) | JoinOperator::Inner(on) | JoinOperator::Left(on) | JoinOperator::LeftOuter(on) | JoinOperator::FullOuter(on) => match on {
                JoinConstraint::On(condition) => self.on(condition, inner, relation_name(&join.relation)),
                JoinConstraint::Using(_) => {}
                JoinConstraint::Natural | JoinConstraint::None => {
                    self.refuse(join, "a join without ON or USING", "say what joins the rows, or CROSS JOIN");
                }
            },
            JoinOperator::Right(_) | JoinOperator::RightOuter(_) => {
                self.refuse(join, "RIGHT JOIN", "LEFT JOIN with the tables swapped");
            }
            _ => self.refuse(join, "this kind of join", "INNER, LEFT, FULL or CROSS JOIN; IN (SELECT ..); left join with `WHERE b.key IS NULL`"),
        }
    }

    fn on(&mut self, condition: &Expr, inner: bool, right: Option<String>) {
        match condition {
            Expr::Nested(condition) => self.on(condition, inner, right),
            Expr::BinaryOp {
                left,
                op: BinaryOperator::And,
                right: other,
            } => {
                self.on(left, inner, right.clone());
                self.on(other, inner, right);
            }
            Expr::BinaryOp {
                left,
                op,
                right: other,
            } => {
                let unequal = matches!(
                    op,
                    BinaryOperator::Lt
                        | BinaryOperator::LtEq
                        | BinaryOperator::Gt
                        | BinaryOperator::GtEq
                );
                if unequal && !inner {
                    let instead = "inner join with the inequality in a CTE, then left join that on the key: Polars drops rows without a match";
                    self.refuse(condition, format!("{condition} in an outer join"), instead);
                } else if !unequal && *op != BinaryOperator::Eq {
                    self.refuse(condition, format!("{condition} in ON"), "ON compares with = and, in inner joins, <, <=, >, >=; put the rest in WHERE");
                }
                self.on_sides(condition, left, other, right.as_deref());
            }
            other => self.refuse(
                other,
                format!("{other} in ON"),
                "ON compares columns: `a.x >= b.lo AND a.x <= b.hi`; put the rest in WHERE",
            ),
        }
    }

    fn on_sides(&mut self, condition: &Expr, left: &Expr, right: &Expr, joined: Option<&str>) {
        let (Some(left), Some(right)) = (qualifiers(left), qualifiers(right)) else {
            self.refuse(
                condition,
                format!("{condition} in ON"),
                "write each column with its table: `a.k = b.k`",
            );
            return;
        };
        if left.is_empty() || right.is_empty() {
            self.refuse(condition, format!("{condition} in ON"), "filter that side in a CTE, then join: Polars looks for the column on the other side");
            return;
        }
        let only = |side: &BTreeSet<String>| {
            joined.is_some_and(|joined| side.len() == 1 && side.contains(joined))
        };
        let none = |side: &BTreeSet<String>| joined.is_some_and(|joined| !side.contains(joined));
        if !(only(&left) && none(&right) || only(&right) && none(&left)) {
            self.refuse(
                condition,
                format!("{condition} in ON"),
                "one side speaks of the joined table alone, the other of tables before it",
            );
        }
    }
}

fn relation_name(relation: &TableFactor) -> Option<String> {
    match relation {
        TableFactor::Table {
            alias: Some(alias), ..
        }
        | TableFactor::Derived {
            alias: Some(alias), ..
        } => Some(alias.name.value.clone()),
        TableFactor::Table { name, .. } => Some(name.to_string()),
        _ => None,
    }
}

/// The tables that an expression's columns are written with; none if one is written without.
fn qualifiers(expr: &Expr) -> Option<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let bare = visit_expressions(expr, |expr: &Expr| match expr {
        Expr::Identifier(_) => ControlFlow::Break(()),
        Expr::CompoundIdentifier(parts) => {
            found.extend(parts.first().map(|part| part.value.clone()));
            ControlFlow::Continue(())
        }
        _ => ControlFlow::Continue(()),
    });
    bare.is_continue().then_some(found)
}
