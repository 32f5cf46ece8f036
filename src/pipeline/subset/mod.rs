//! The SQL that stages may use: what Polars, `DataFusion` and `DuckDB` answer alike. Owns the safe list and the words for
//! what is not on it; runs nothing and knows no table beyond the names that a stage declares.
//!
//! The walk allows by name and refuses the rest, so that a construct that a newer parser learns is refused until it was
//! compared. What cannot be seen without types (a decimal times a decimal, a double cast to an integer) is left to the
//! declared types of the marts and to the comparison with `DuckDB` in the tests.

mod clause;
mod expression;
mod function;
mod join;
mod window;

use crate::model::name::TableName;
use sqlparser::ast::Expr;
use sqlparser::ast::Query;
use sqlparser::ast::Select;
use sqlparser::ast::Spanned;
use sqlparser::ast::Statement;
use sqlparser::ast::TableFactor;
use sqlparser::ast::Visit;
use sqlparser::ast::Visitor;
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// A construct that is not on the safe list, where it stands, and how to write it instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{construct} is not allowed: {instead}")]
pub struct Refusal {
    pub construct: Box<str>,
    /// From 1; 0 where the parser keeps no place.
    pub line: u64,
    pub column: u64,
    pub instead: Box<str>,
}

/// Whether `sql` is one query of safe constructs over exactly the tables in `inputs`. Returns all that is wrong, in the
/// order of the text.
///
/// # Errors
/// Every refusal; a text that does not parse is one.
pub fn check(sql: &str, inputs: &[TableName]) -> Result<(), Vec<Refusal>> {
    let statements = match Parser::parse_sql(&GenericDialect {}, sql) {
        Ok(statements) => statements,
        Err(source) => return Err(vec![unparsed(&source.to_string())]),
    };
    let [Statement::Query(query)] = statements.as_slice() else {
        let instead = "a stage is one SELECT, with or without CTEs";
        return Err(vec![Refusal {
            construct: "anything but one query".into(),
            line: 1,
            column: 1,
            instead: instead.into(),
        }]);
    };
    let mut walk = Walk::default();
    let _ = query.visit(&mut walk);
    walk.compare_tables(inputs);
    walk.refusals
        .sort_by_key(|refusal| (refusal.line, refusal.column));
    if walk.refusals.is_empty() {
        Ok(())
    } else {
        Err(walk.refusals)
    }
}

/// The parser says the place only in its text: `.. at Line: 3, Column: 14`.
fn unparsed(text: &str) -> Refusal {
    let number = |label: &str| {
        let rest = text.rsplit_once(label)?.1;
        rest.split(|c: char| !c.is_ascii_digit())
            .next()?
            .parse()
            .ok()
    };
    let (line, column) = (
        number("Line: ").unwrap_or(0),
        number("Column: ").unwrap_or(0),
    );
    Refusal {
        construct: "text that is not SQL".into(),
        line,
        column,
        instead: text.into(),
    }
}

/// What is remembered while a query is walked.
#[derive(Default)]
struct Walk {
    refusals: Vec<Refusal>,
    /// Tables named, with the first place of each.
    tables: Vec<Named>,
    ctes: Vec<Named>,
    /// `(alias, what it stands for)`.
    aliases: Vec<(Named, Option<String>)>,
    /// Expressions that are fine where they stand although they are not elsewhere, by address: `d - INTERVAL ..` right
    /// under a cast or a comparison.
    excused: BTreeSet<*const Expr>,
    /// How many aggregates the walk is inside of.
    aggregates: usize,
}

struct Named {
    name: String,
    line: u64,
    column: u64,
}

impl Walk {
    fn refuse(&mut self, at: &impl Spanned, construct: impl Into<Box<str>>, instead: &str) {
        let start = at.span().start;
        self.refusals.push(Refusal {
            construct: construct.into(),
            line: start.line,
            column: start.column,
            instead: instead.into(),
        });
    }

    /// Polars resolves a name to a registered table first and to a CTE or an alias after, so names may not be shared.
    fn compare_tables(&mut self, inputs: &[TableName]) {
        let is_input = |name: &str| inputs.iter().any(|input| input.as_str() == name);
        let mut found = Vec::new();
        let mut say = |at: &Named, construct: String, instead: &str| {
            found.push(Refusal {
                construct: construct.into(),
                line: at.line,
                column: at.column,
                instead: instead.into(),
            });
        };
        let mut used = BTreeSet::new();
        for table in &self.tables {
            if self.ctes.iter().any(|cte| cte.name == table.name) {
                continue;
            }
            if !is_input(&table.name) && used.insert(&table.name) {
                say(
                    table,
                    format!("the table {}", table.name),
                    "add it to `inputs` of the stage, or correct the name",
                );
            }
        }
        for input in inputs {
            if !self.tables.iter().any(|table| table.name == input.as_str()) {
                let at = Named {
                    name: String::new(),
                    line: 1,
                    column: 1,
                };
                say(
                    &at,
                    format!("the unused input {input}"),
                    "take it out of `inputs` of the stage",
                );
            }
        }
        for (position, cte) in self.ctes.iter().enumerate() {
            if is_input(&cte.name)
                || self.ctes[..position]
                    .iter()
                    .any(|before| before.name == cte.name)
            {
                say(
                    cte,
                    format!("a CTE called {}", cte.name),
                    "give it a name of its own: an input or a CTE has this one",
                );
            }
        }
        for (alias, of) in &self.aliases {
            let taken = is_input(&alias.name) || self.ctes.iter().any(|cte| cte.name == alias.name);
            if taken && of.as_deref() != Some(&alias.name) {
                say(
                    alias,
                    format!("the alias {}", alias.name),
                    "choose another: an input or a CTE has this name",
                );
            }
        }
        self.refusals.extend(found);
    }
}

impl Visitor for Walk {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.query(query);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        self.select(select);
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        self.table_factor(factor);
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        self.expression(expr);
        self.aggregates += usize::from(function::is_plain_aggregate(expr));
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        self.aggregates -= usize::from(function::is_plain_aggregate(expr));
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests;
