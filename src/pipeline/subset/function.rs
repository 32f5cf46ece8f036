//! Functions: which there are, with how many arguments, and what to write for those that are not.

use crate::pipeline::subset::Walk;
use crate::pipeline::subset::expression::is_text;
use sqlparser::ast::DuplicateTreatment;
use sqlparser::ast::Expr;
use sqlparser::ast::Function;
use sqlparser::ast::FunctionArg;
use sqlparser::ast::FunctionArgExpr;
use sqlparser::ast::FunctionArguments;

/// What a function makes of rows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Scalar,
    Aggregate,
    /// Stands only before OVER.
    Window,
}

use Kind::Aggregate;
use Kind::Scalar;
use Kind::Window;

/// `(name, kind, fewest arguments, most)`, sorted.
const SAFE: &[(&str, Kind, usize, usize)] = &[
    ("ABS", Scalar, 1, 1),
    ("AVG", Aggregate, 1, 1),
    ("COALESCE", Scalar, 2, usize::MAX),
    ("CONCAT", Scalar, 1, usize::MAX),
    ("CONCAT_WS", Scalar, 2, usize::MAX),
    ("COUNT", Aggregate, 1, 1),
    ("DATE_PART", Scalar, 2, 2),
    ("EXP", Scalar, 1, 1),
    ("FIRST_VALUE", Window, 1, 1),
    ("GREATEST", Scalar, 2, usize::MAX),
    ("LAG", Window, 1, 2),
    ("LEAD", Window, 1, 2),
    ("LEAST", Scalar, 2, usize::MAX),
    ("LEFT", Scalar, 2, 2),
    ("LENGTH", Scalar, 1, 1),
    ("LN", Scalar, 1, 1),
    ("LOG2", Scalar, 1, 1),
    ("LOWER", Scalar, 1, 1),
    ("MAX", Aggregate, 1, 1),
    ("MEDIAN", Aggregate, 1, 1),
    ("MIN", Aggregate, 1, 1),
    ("NULLIF", Scalar, 2, 2),
    ("POWER", Scalar, 2, 2),
    ("QUANTILE_CONT", Aggregate, 2, 2),
    ("REPLACE", Scalar, 3, 3),
    ("RIGHT", Scalar, 2, 2),
    ("ROW_NUMBER", Window, 0, 0),
    ("SIGN", Scalar, 1, 1),
    ("SPLIT_PART", Scalar, 3, 3),
    ("SQRT", Scalar, 1, 1),
    ("STDDEV", Aggregate, 1, 1),
    ("STRPOS", Scalar, 2, 2),
    ("SUBSTR", Scalar, 2, 3),
    ("SUM", Aggregate, 1, 1),
    ("TRIM", Scalar, 1, 1),
    ("UPPER", Scalar, 1, 1),
];

/// Functions that people reach for, and what does the same everywhere; sorted.
const INSTEAD: &[(&str, &str)] = &[
    ("ANY_VALUE", "MIN or MAX"),
    ("ARG_MAX", "ROW_NUMBER() OVER (..) and then = 1"),
    ("ARG_MIN", "ROW_NUMBER() OVER (..) and then = 1"),
    ("BOOL_AND", "MIN(CASE WHEN .. THEN 1 ELSE 0 END) = 1"),
    ("BOOL_OR", "MAX(CASE WHEN .. THEN 1 ELSE 0 END) = 1"),
    ("CUME_DIST", "ROW_NUMBER over COUNT(*) OVER"),
    (
        "CURRENT_DATE",
        "the table `as_of`, in a mart with `today = true`",
    ),
    (
        "CURRENT_TIMESTAMP",
        "the table `as_of`, in a mart with `today = true`",
    ),
    (
        "DATEDIFF",
        "the difference of two `day_number` of `calendar`",
    ),
    (
        "DATE_DIFF",
        "the difference of two `day_number` of `calendar`",
    ),
    (
        "DATE_TRUNC",
        "join `calendar`: week_start and month are its columns",
    ),
    ("DENSE_RANK", "a count of the distinct greater values"),
    ("FORMAT", "formatting belongs to publishing"),
    ("GENERATE_SERIES", "join `numbers` or `calendar`"),
    ("GROUP_CONCAT", "joining texts belongs to publishing"),
    ("IF", "CASE WHEN"),
    ("IFNULL", "COALESCE"),
    (
        "LAST_VALUE",
        "FIRST_VALUE in the other order: Polars gives the current row",
    ),
    ("LOG10", "LN(x) / LN(10)"),
    ("MAKE_DATE", "join `calendar`"),
    ("MAX_BY", "ROW_NUMBER() OVER (..) and then = 1"),
    ("MIN_BY", "ROW_NUMBER() OVER (..) and then = 1"),
    ("NOW", "the table `as_of`, in a mart with `today = true`"),
    ("NTILE", "ROW_NUMBER over COUNT(*) OVER"),
    ("NVL", "COALESCE"),
    ("PERCENTILE_CONT", "QUANTILE_CONT(x, q)"),
    ("RANDOM", "nothing: the same inputs give the same mart"),
    ("RANK", "ROW_NUMBER, or a count of the greater values"),
    ("REGEXP_LIKE", "LIKE; text work belongs to normalising"),
    (
        "ROUND",
        "rounding belongs to publishing: engines round halves differently",
    ),
    ("STRFTIME", "formatting belongs to publishing"),
    ("STRING_AGG", "joining texts belongs to publishing"),
    ("TO_DATE", "CAST(.. AS DATE)"),
];

impl Walk {
    pub(super) fn function(&mut self, whole: &Expr, found: &Function) {
        let name = found.name.to_string().to_ascii_uppercase();
        let Some((_, kind, fewest, most)) = SAFE.iter().find(|(safe, ..)| *safe == name) else {
            let known = INSTEAD
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, instead)| *instead);
            let instead =
                known.unwrap_or("pipelines/FORMAT.md lists what all engines answer alike");
            self.refuse(whole, format!("the function {name}"), instead);
            return;
        };
        let count = match &found.args {
            FunctionArguments::List(list) => {
                let distinct = list.duplicate_treatment == Some(DuplicateTreatment::Distinct);
                if distinct && (name != "COUNT" || found.over.is_some()) || !list.clauses.is_empty()
                {
                    self.refuse(whole, format!("{whole}"), "of functions only COUNT takes DISTINCT, none takes ORDER BY or LIMIT; use a CTE");
                }
                list.args.len()
            }
            FunctionArguments::None => 0,
            FunctionArguments::Subquery(_) => usize::MAX,
        };
        if !(*fewest..=*most).contains(&count) {
            let takes = if fewest == most {
                format!("{fewest}")
            } else {
                format!("{fewest} or more")
            };
            self.refuse(
                whole,
                format!("{name} with {count} arguments"),
                &format!("it takes {takes}"),
            );
        }
        if found.null_treatment.is_some()
            || !found.within_group.is_empty()
            || found.uses_odbc_syntax
            || found.parameters != FunctionArguments::None
        {
            self.refuse(
                whole,
                format!("{whole}"),
                "the plain call; what is NULL is left out in a CTE",
            );
        }
        if found.filter.is_some() && (*kind != Aggregate || found.over.is_some()) {
            self.refuse(
                whole,
                format!("{whole}"),
                "FILTER stands after an aggregate without OVER; else CASE WHEN inside",
            );
        }
        if *kind == Aggregate && found.over.is_none() && self.aggregates > 0 {
            self.refuse(
                whole,
                format!("{name} inside an aggregate"),
                "aggregate in one CTE, and again in the next",
            );
        }
        self.particular(whole, found, &name);
        self.over(whole, found, &name, *kind == Window);
    }

    fn particular(&mut self, whole: &Expr, found: &Function, name: &str) {
        let argument = |n: usize| arguments(found).nth(n);
        match name {
            "DATE_PART" => {
                let parts = ["'dow'", "'isodow'", "'year'", "'month'", "'day'", "'week'"];
                if !argument(0).is_some_and(|part| parts.contains(&part.to_string().as_str())) {
                    self.refuse(
                        whole,
                        format!("{whole}"),
                        "'dow', 'isodow', 'year', 'month', 'day' or 'week'; or join `calendar`",
                    );
                }
            }
            "SUBSTR" if argument(1).is_some_and(|from| matches!(from, Expr::UnaryOp { .. })) => {
                self.refuse(
                    whole,
                    format!("{whole}"),
                    "RIGHT(text, n): Polars counts from the start",
                );
            }
            "SPLIT_PART" if !argument(1).is_some_and(is_text) => {
                self.refuse(whole, format!("{whole}"), "a literal separator");
            }
            _ => {}
        }
    }
}

/// The plain expressions that a function is called with.
pub(super) fn arguments(found: &Function) -> impl Iterator<Item = &Expr> {
    let list = match &found.args {
        FunctionArguments::List(list) => list.args.as_slice(),
        _ => &[],
    };
    list.iter().filter_map(|arg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    })
}

/// An aggregate that is not a window.
pub(super) fn is_plain_aggregate(expr: &Expr) -> bool {
    let Expr::Function(found) = expr else {
        return false;
    };
    let name = found.name.to_string();
    let aggregate = |(safe, kind, ..): &(&str, Kind, usize, usize)| {
        *kind == Aggregate && safe.eq_ignore_ascii_case(&name)
    };
    found.over.is_none() && SAFE.iter().any(aggregate)
}

pub(super) fn gives_double(found: &Function) -> bool {
    let name = found.name.to_string().to_ascii_uppercase();
    matches!(
        name.as_str(),
        "AVG" | "EXP" | "LN" | "LOG2" | "MEDIAN" | "POWER" | "QUANTILE_CONT" | "SQRT" | "STDDEV"
    )
}

/// Functions whose result has the type of an argument.
pub(super) fn passes_type(found: &Function) -> bool {
    let name = found.name.to_string().to_ascii_uppercase();
    matches!(
        name.as_str(),
        "ABS"
            | "COALESCE"
            | "FIRST_VALUE"
            | "GREATEST"
            | "LAG"
            | "LEAD"
            | "LEAST"
            | "MAX"
            | "MIN"
            | "NULLIF"
            | "SUM"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_apart() {
        assert!(SAFE.is_sorted_by(|a, b| a.0 < b.0));
        assert!(INSTEAD.is_sorted_by(|a, b| a.0 < b.0));
        assert!(
            INSTEAD
                .iter()
                .all(|(name, _)| SAFE.iter().all(|(safe, ..)| safe != name))
        );
    }
}
