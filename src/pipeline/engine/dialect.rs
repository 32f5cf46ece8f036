//! Puts a portable query so that Polars answers it as `DuckDB` and `DataFusion` do. Owns the differences that have a
//! rewriting; those that have none are refused by `subset`. Knows SQL text only, no tables.
//!
//! Measured on Polars 0.55.2 against `DuckDB` 2.0:
//! - counts, row numbers, lengths and parts of dates are narrow or unsigned, so that `COUNT(*) - 9` is 4294967292 and
//!   `EXTRACT(MONTH FROM d) * 100` is -56 in February: they are widened to `BIGINT`, and so are whole literals in
//!   `CASE` and `SELECT`, whose sums overflow at 32 bits;
//! - the order inside a window puts NULL where it likes, whatever is written: a key that says where NULL stands goes
//!   before a key;
//! - the position of a text in NULL is 0: made NULL;
//! - a `SELECT` of aggregates alone gives as many rows as it read when nothing around it uses its columns, since those
//!   are pruned away: it is made `DISTINCT`, which needs them and changes nothing in one row.

use sqlparser::ast::BinaryOperator;
use sqlparser::ast::CaseWhen;
use sqlparser::ast::CastKind;
use sqlparser::ast::DataType;
use sqlparser::ast::Distinct;
use sqlparser::ast::Expr;
use sqlparser::ast::Function;
use sqlparser::ast::FunctionArg;
use sqlparser::ast::FunctionArgExpr;
use sqlparser::ast::FunctionArguments;
use sqlparser::ast::GroupByExpr;
use sqlparser::ast::OrderByExpr;
use sqlparser::ast::Select;
use sqlparser::ast::SelectItem;
use sqlparser::ast::Value;
use sqlparser::ast::VisitMut;
use sqlparser::ast::VisitorMut;
use sqlparser::ast::WindowSpec;
use sqlparser::ast::WindowType;
use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::visit_expressions;
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use std::iter;
use std::mem;
use std::ops::ControlFlow;

/// `sql` as Polars should see it. Text that does not parse goes through as it is, so that the engine words the complaint.
pub(super) fn write(sql: &str) -> String {
    let Ok(mut statements) = Parser::parse_sql(&GenericDialect {}, sql) else {
        return sql.to_owned();
    };
    let _ = statements.visit(&mut Rewriting);
    let texts: Vec<String> = statements.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

struct Rewriting;

const AGGREGATES: &[&str] = &[
    "AVG",
    "COUNT",
    "MAX",
    "MEDIAN",
    "MIN",
    "QUANTILE_CONT",
    "STDDEV",
    "SUM",
];

/// Functions whose result Polars gives in 32 bits or less.
const NARROW: &[&str] = &[
    "COUNT",
    "ROW_NUMBER",
    "LENGTH",
    "CHAR_LENGTH",
    "STRPOS",
    "DATE_PART",
];

impl VisitorMut for Rewriting {
    type Break = ();

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        if select.distinct.is_none() && is_one_row(select) {
            select.distinct = Some(Distinct::Distinct);
        }
        for item in &mut select.projection {
            if let SelectItem::ExprWithAlias { expr, .. } = item {
                widen_literal(expr);
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        match expr {
            Expr::Function(function) => {
                if let Some(WindowType::WindowSpec(window)) = &mut function.over {
                    window.order_by = nulls_placed(window);
                }
                let name = function.name.to_string().to_ascii_uppercase();
                let operands = if name == "STRPOS" {
                    arguments(function)
                } else {
                    Vec::new()
                };
                if NARROW.contains(&name.as_str()) {
                    widen(expr);
                }
                null_unless_all_known(expr, &operands);
            }
            Expr::Extract { .. } => widen(expr),
            Expr::Position { expr: needle, r#in } => {
                let operands = [(**needle).clone(), (**r#in).clone()];
                widen(expr);
                null_unless_all_known(expr, &operands);
            }
            Expr::Case {
                conditions,
                else_result,
                ..
            } => {
                for when in conditions {
                    widen_literal(&mut when.result);
                }
                if let Some(result) = else_result {
                    widen_literal(result);
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// Window keys with a flag before each key whose NULLs would otherwise stand on the wrong side. Polars sorts several
/// keys as one struct, in which NULL is the least value; one key alone it sorts with NULL first whatever the direction,
/// so that there are always at least two here. The fields of the struct need names of their own, and an expression's
/// name is that of its leftmost column: flags borrow theirs from literals and then from the partition's columns.
fn nulls_placed(window: &WindowSpec) -> Vec<OrderByExpr> {
    let taken: Vec<Option<String>> = window
        .order_by
        .iter()
        .map(|key| output_name(&key.expr))
        .collect();
    let lenders = window
        .partition_by
        .iter()
        .filter(|by| matches!(by, Expr::Identifier(_) | Expr::CompoundIdentifier(_)));
    let mut names = iter::once(None)
        .chain(lenders.map(Some))
        .filter(|lender| !taken.contains(&lender.and_then(output_name)));
    let mut placed = Vec::new();
    for key in &window.order_by {
        let ascending = key.options.asc.unwrap_or(true);
        let nulls_first = key.options.nulls_first.unwrap_or(!ascending);
        if (nulls_first != ascending || window.order_by.len() == 1) && !never_null(&key.expr) {
            // Without a name left, Polars refuses the duplicate, which is better than a wrong order.
            let flag = flag(&key.expr, nulls_first == ascending, names.next().flatten());
            placed.push(OrderByExpr {
                expr: flag,
                ..key.clone()
            });
        }
        placed.push(key.clone());
    }
    placed
}

/// How Polars names the expression's result: by its leftmost column, or not at all.
fn output_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(name) => Some(name.value.clone()),
        Expr::CompoundIdentifier(parts) => parts.last().map(|name| name.value.clone()),
        Expr::Case { conditions, .. } => conditions
            .first()
            .and_then(|when| output_name(&when.result)),
        Expr::Function(function) => arguments(function).first().and_then(output_name),
        Expr::BinaryOp { left: inner, .. }
        | Expr::Nested(inner)
        | Expr::Cast { expr: inner, .. }
        | Expr::UnaryOp { expr: inner, .. }
        | Expr::IsNull(inner)
        | Expr::IsNotNull(inner) => output_name(inner),
        _ => None,
    }
}

fn never_null(expr: &Expr) -> bool {
    match expr {
        Expr::Value(value) => value.value != Value::Null,
        Expr::TypedString(_) | Expr::IsNull(_) | Expr::IsNotNull(_) => true,
        Expr::Nested(inner)
        | Expr::Cast { expr: inner, .. }
        | Expr::UnaryOp { expr: inner, .. } => never_null(inner),
        Expr::Case {
            conditions,
            else_result,
            ..
        } => {
            conditions.iter().all(|when| never_null(&when.result))
                && else_result.as_deref().is_some_and(never_null)
        }
        Expr::Function(function) => {
            function.name.to_string().eq_ignore_ascii_case("COALESCE")
                && arguments(function).iter().any(never_null)
        }
        _ => false,
    }
}

/// True for NULL, or for what is not NULL; as a number, or named as the column `lender`, whatever that holds.
fn flag(key: &Expr, inverted: bool, lender: Option<&Expr>) -> Expr {
    let operand = Box::new(Expr::Nested(Box::new(key.clone())));
    let is_null = if inverted {
        Expr::IsNotNull(operand)
    } else {
        Expr::IsNull(operand)
    };
    match lender {
        None => Expr::Case {
            case_token: AttachedToken::empty(),
            end_token: AttachedToken::empty(),
            operand: None,
            conditions: vec![CaseWhen {
                condition: is_null,
                result: number("1"),
            }],
            else_result: Some(Box::new(number("0"))),
        },
        Some(lender) => {
            let known = Expr::Nested(Box::new(Expr::IsNull(Box::new(lender.clone()))));
            let never = Expr::Nested(Box::new(Expr::IsNull(Box::new(known))));
            let either = Expr::BinaryOp {
                left: Box::new(never),
                op: BinaryOperator::Or,
                right: Box::new(is_null),
            };
            Expr::Nested(Box::new(either))
        }
    }
}

fn number(digits: &str) -> Expr {
    Expr::Value(Value::Number(digits.to_owned(), false).into())
}

/// Polars finds nothing in NULL at position 0, where SQL has NULL.
fn null_unless_all_known(expr: &mut Expr, operands: &[Expr]) {
    let found = mem::replace(expr, Expr::Value(Value::Null.into()));
    let mut known = operands
        .iter()
        .map(|operand| Expr::IsNotNull(Box::new(Expr::Nested(Box::new(operand.clone())))));
    let Some(first) = known.next() else {
        *expr = found;
        return;
    };
    let condition = known.fold(first, |left, right| Expr::BinaryOp {
        left: Box::new(left),
        op: BinaryOperator::And,
        right: Box::new(right),
    });
    *expr = Expr::Case {
        case_token: AttachedToken::empty(),
        end_token: AttachedToken::empty(),
        operand: None,
        conditions: vec![CaseWhen {
            condition,
            result: found,
        }],
        else_result: None,
    };
}

fn arguments(function: &Function) -> Vec<Expr> {
    let FunctionArguments::List(list) = &function.args else {
        return Vec::new();
    };
    let expr = |arg: &FunctionArg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr.clone()),
        _ => None,
    };
    list.args.iter().filter_map(expr).collect()
}

/// Whether the select gives one row by aggregating all it reads.
fn is_one_row(select: &Select) -> bool {
    let grouped = !matches!(&select.group_by, GroupByExpr::Expressions(keys, _) if keys.is_empty());
    let mut aggregates = false;
    let _ = visit_expressions(&select.projection, |expr: &Expr| {
        if let Expr::Function(function) = expr {
            let name = function.name.to_string().to_ascii_uppercase();
            aggregates |= function.over.is_none() && AGGREGATES.contains(&name.as_str());
        }
        ControlFlow::<()>::Continue(())
    });
    aggregates && !grouped
}

fn widen_literal(expr: &mut Expr) {
    let inner = if let Expr::UnaryOp { expr: inner, .. } = expr {
        inner
    } else {
        &*expr
    };
    let whole = match inner {
        Expr::Value(value) => {
            matches!(&value.value, Value::Number(digits, _) if digits.bytes().all(|b| b.is_ascii_digit()))
        }
        _ => false,
    };
    if whole {
        widen(expr);
    }
}

fn widen(expr: &mut Expr) {
    let narrow = mem::replace(expr, Expr::Value(Value::Null.into()));
    *expr = Expr::Cast {
        kind: CastKind::Cast,
        expr: Box::new(narrow),
        data_type: DataType::BigInt(None),
        array: false,
        format: None,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_results_are_widened_and_nulls_are_placed() {
        for (written, put) in [
            (
                "SELECT COUNT(*) - 9 AS c FROM t",
                "SELECT DISTINCT CAST(COUNT(*) AS BIGINT) - 9 AS c FROM t",
            ),
            (
                "SELECT EXTRACT(MONTH FROM d) * 100 AS m FROM t",
                "SELECT CAST(EXTRACT(MONTH FROM d) AS BIGINT) * 100 AS m FROM t",
            ),
            (
                "SELECT SUM(CASE WHEN a > 1 THEN 1 ELSE 0 END) AS s FROM t",
                "SELECT DISTINCT SUM(CASE WHEN a > 1 THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS s FROM t",
            ),
            (
                "SELECT LAG(a) OVER (PARTITION BY k ORDER BY d) AS l FROM t",
                "SELECT LAG(a) OVER (PARTITION BY k ORDER BY CASE WHEN (d) IS NULL THEN 1 ELSE 0 END, d) AS l FROM t",
            ),
            (
                "SELECT LAG(a) OVER (PARTITION BY k ORDER BY d, e) AS l FROM t",
                "SELECT LAG(a) OVER (PARTITION BY k ORDER BY CASE WHEN (d) IS NULL THEN 1 ELSE 0 END, d, \
                 (((k IS NULL) IS NULL) OR (e) IS NULL), e) AS l FROM t",
            ),
            (
                "SELECT LAG(a) OVER (ORDER BY d DESC NULLS LAST, e DESC NULLS LAST) AS l FROM t",
                "SELECT LAG(a) OVER (ORDER BY d DESC NULLS LAST, e DESC NULLS LAST) AS l FROM t",
            ),
            (
                "SELECT LAG(a) OVER (ORDER BY d DESC NULLS LAST) AS l FROM t",
                "SELECT LAG(a) OVER (ORDER BY CASE WHEN (d) IS NOT NULL THEN 1 ELSE 0 END DESC NULLS LAST, \
                 d DESC NULLS LAST) AS l FROM t",
            ),
            (
                "SELECT a FROM t ORDER BY a DESC",
                "SELECT a FROM t ORDER BY a DESC",
            ),
            ("SELECT FROM WHERE at", "SELECT FROM WHERE at"),
        ] {
            assert_eq!(write(written), put);
        }
    }
}
