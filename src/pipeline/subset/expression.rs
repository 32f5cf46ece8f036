//! Expressions: operators, casts, literals, and which may stand where.

use crate::pipeline::subset::Walk;
use crate::pipeline::subset::function;
use sqlparser::ast::BinaryOperator;
use sqlparser::ast::CastKind;
use sqlparser::ast::CeilFloorKind;
use sqlparser::ast::DataType;
use sqlparser::ast::DateTimeField;
use sqlparser::ast::ExactNumberInfo;
use sqlparser::ast::Expr;
use sqlparser::ast::Interval;
use sqlparser::ast::TypedString;
use sqlparser::ast::UnaryOperator;
use sqlparser::ast::Value;

/// What to write for expressions that are not safe, by the first words of their kind.
const SUBQUERY: &str =
    "join it: a scalar as a cross join of a one-row CTE, EXISTS as IN (SELECT ..)";

impl Walk {
    pub(super) fn expression(&mut self, expr: &Expr) {
        match expr {
            Expr::Identifier(name) => self.lower_case(name),
            Expr::CompoundIdentifier(parts) => {
                for part in parts {
                    self.lower_case(part);
                }
                if parts.len() != 2 {
                    self.refuse(expr, format!("{expr}"), "write `table.column`");
                }
            }
            Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::IsDistinctFrom(..)
            | Expr::IsNotDistinctFrom(..)
            | Expr::InSubquery { .. }
            | Expr::Nested(_)
            | Expr::Case { .. }
            | Expr::Position { .. }
            | Expr::UnaryOp {
                op: UnaryOperator::Not | UnaryOperator::Minus | UnaryOperator::Plus,
                ..
            }
            | Expr::Trim {
                trim_where: None,
                trim_what: None,
                trim_characters: None,
                ..
            }
            | Expr::Ceil {
                field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime),
                ..
            }
            | Expr::Floor {
                field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime),
                ..
            } => {}
            Expr::InList { list, .. } => {
                if list.is_empty() {
                    self.refuse(expr, "IN ()", "name at least one value");
                }
            }
            Expr::Between {
                expr: inner,
                low,
                high,
                ..
            } => self.excuse([inner, low, high]),
            Expr::BinaryOp { left, op, right } => self.binary(expr, left, op, right),
            Expr::Like {
                any: false,
                pattern,
                escape_char: None,
                ..
            } => {
                if !is_text(pattern) {
                    self.refuse(
                        &**pattern,
                        format!("LIKE {pattern}"),
                        "a literal pattern; for a text in another column STRPOS(a, b) > 0",
                    );
                }
            }
            Expr::Cast {
                kind,
                expr: inner,
                data_type,
                ..
            } => self.cast(expr, kind, inner, data_type),
            Expr::Extract { field, .. } => self.extract(expr, field),
            Expr::Substring {
                substring_from,
                special: _,
                ..
            } => {
                if substring_from
                    .as_deref()
                    .is_some_and(|from| matches!(from, Expr::UnaryOp { .. }))
                {
                    self.refuse(expr, format!("{expr}"), "RIGHT(text, n)");
                }
            }
            Expr::Value(value) => self.value(expr, &value.value),
            Expr::TypedString(text) => self.typed(expr, text),
            Expr::Interval(interval) => self.interval(expr, interval),
            Expr::Function(found) => self.function(expr, found),
            other => self.refuse(other, other.to_string(), instead_of(other)),
        }
    }

    fn binary(&mut self, whole: &Expr, left: &Expr, op: &BinaryOperator, right: &Expr) {
        use BinaryOperator as Op;
        match op {
            Op::Eq | Op::NotEq | Op::Lt | Op::LtEq | Op::Gt | Op::GtEq => {
                self.excuse([left, right]);
            }
            Op::And | Op::Or | Op::StringConcat | Op::Multiply => {}
            Op::Plus | Op::Minus => {
                let shifts = matches!(right, Expr::Interval(_));
                if shifts && !self.excused.contains(&std::ptr::from_ref(whole)) {
                    self.refuse(
                        whole,
                        format!("{whole}"),
                        "CAST(.. AS DATE) around it: engines give a date or a timestamp",
                    );
                }
            }
            Op::Divide => {
                if !(is_double(left) || is_double(right)) {
                    self.refuse(
                        whole,
                        format!("{whole}"),
                        "CAST(a AS DOUBLE) / NULLIF(CAST(b AS DOUBLE), 0)",
                    );
                } else if !never_zero(right) {
                    self.refuse(
                        right,
                        format!("dividing by {right}"),
                        "NULLIF(.., 0): engines give NULL, infinity or an error",
                    );
                }
            }
            Op::Modulo => self.refuse(
                whole,
                format!("{whole}"),
                "a join of `numbers` or `calendar`: the sign differs",
            ),
            other => self.refuse(
                whole,
                format!("the operator {other}"),
                "+ - * / = <> < <= > >= AND OR ||",
            ),
        }
    }

    /// Lets `d - INTERVAL ..` stand here, in parentheses or not.
    fn excuse<'a>(
        &mut self,
        operands: impl IntoIterator<Item = &'a (impl std::borrow::Borrow<Expr> + ?Sized + 'a)>,
    ) {
        for operand in operands {
            let mut operand: &Expr = operand.borrow();
            while let Expr::Nested(inner) = operand {
                operand = inner;
            }
            self.excused.insert(std::ptr::from_ref(operand));
        }
    }

    fn cast(&mut self, whole: &Expr, kind: &CastKind, inner: &Expr, to: &DataType) {
        self.excuse([inner]);
        if *kind != CastKind::Cast {
            self.refuse(
                whole,
                format!("{whole}"),
                "CAST(.. AS ..), with clean values",
            );
        }
        match to {
            DataType::BigInt(None) if is_double(inner) && !is_floor(inner) => {
                self.refuse(
                    whole,
                    format!("{whole}"),
                    "CAST(FLOOR(..) AS BIGINT): engines cut off or round",
                );
            }
            DataType::Decimal(ExactNumberInfo::PrecisionAndScale(..)) if is_double(inner) => {
                self.refuse(
                    whole,
                    format!("{whole}"),
                    "keep it a double: engines round differently",
                );
            }
            DataType::Timestamp(None, _) if is_text(inner) => {
                self.refuse(whole, format!("{whole}"), "TIMESTAMP '2026-01-01 00:00:00'");
            }
            DataType::BigInt(None)
            | DataType::Double(_)
            | DataType::Decimal(ExactNumberInfo::PrecisionAndScale(..))
            | DataType::Varchar(None)
            | DataType::Text
            | DataType::Date
            | DataType::Timestamp(None, _)
            | DataType::Boolean => {}
            other => self.refuse(
                whole,
                format!("CAST AS {other}"),
                "BIGINT, DOUBLE, DECIMAL(p, s), VARCHAR, DATE, TIMESTAMP or BOOLEAN",
            ),
        }
    }

    fn extract(&mut self, whole: &Expr, field: &DateTimeField) {
        use DateTimeField as Field;
        if !matches!(
            field,
            Field::Year
                | Field::Month
                | Field::Day
                | Field::Hour
                | Field::Minute
                | Field::Week(None)
                | Field::Isodow
        ) {
            self.refuse(
                whole,
                format!("EXTRACT({field} ..)"),
                "YEAR, MONTH, DAY, HOUR, MINUTE, WEEK or ISODOW; or join `calendar`",
            );
        }
    }

    fn value(&mut self, whole: &Expr, value: &Value) {
        let exponent = matches!(value, Value::Number(digits, _) if digits.contains(['e', 'E']));
        if exponent
            || !matches!(
                value,
                Value::Number(..) | Value::SingleQuotedString(_) | Value::Boolean(_) | Value::Null
            )
        {
            self.refuse(
                whole,
                format!("the literal {value}"),
                "plain digits, 'text', TRUE, FALSE or NULL",
            );
        }
    }

    fn typed(&mut self, whole: &Expr, text: &TypedString) {
        if !matches!(
            text.data_type,
            DataType::Date | DataType::Timestamp(None, _)
        ) {
            self.refuse(
                whole,
                format!("{whole}"),
                "DATE '2026-01-01' or TIMESTAMP '2026-01-01 00:00:00'",
            );
        }
    }

    fn interval(&mut self, whole: &Expr, interval: &Interval) {
        let text = match (&*interval.value, &interval.leading_field) {
            (Expr::Value(value), None) => match &value.value {
                Value::SingleQuotedString(text) => text.as_str(),
                _ => "",
            },
            _ => "",
        };
        let units = [
            "hour", "hours", "day", "days", "week", "weeks", "month", "months", "year", "years",
        ];
        let safe = text
            .split_once(' ')
            .is_some_and(|(count, unit)| count.parse::<u32>().is_ok() && units.contains(&unit));
        if !safe {
            self.refuse(whole, format!("{whole}"), "INTERVAL '7 days' or '1 month'");
        }
    }
}

fn instead_of(expr: &Expr) -> &'static str {
    match expr {
        Expr::IsTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNotFalse(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotUnknown(_) => "COALESCE(flag, FALSE): Polars gives NULL for NULL",
        Expr::Subquery(_) | Expr::Exists { .. } => SUBQUERY,
        Expr::Tuple(_) => "join on the columns",
        Expr::ILike { .. } | Expr::SimilarTo { .. } | Expr::RLike { .. } | Expr::Like { .. } => {
            "LIKE over LOWER(..); other text work belongs to normalising"
        }
        Expr::GroupingSets(_) | Expr::Cube(_) | Expr::Rollup(_) => "UNION ALL of the levels",
        Expr::Trim { .. } => "TRIM(text), or REPLACE",
        _ => "pipelines/FORMAT.md lists what all engines answer alike",
    }
}

pub(super) fn is_text(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(value) if matches!(value.value, Value::SingleQuotedString(_)))
}

fn is_floor(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => is_floor(inner),
        Expr::Floor { .. } | Expr::Ceil { .. } => true,
        _ => false,
    }
}

/// Whether the text alone shows a double.
fn is_double(expr: &Expr) -> bool {
    match expr {
        Expr::Cast { data_type, .. } => matches!(data_type, DataType::Double(_)),
        Expr::Nested(inner)
        | Expr::UnaryOp { expr: inner, .. }
        | Expr::Floor { expr: inner, .. }
        | Expr::Ceil { expr: inner, .. } => is_double(inner),
        Expr::BinaryOp { left, op, right } => {
            let arithmetic = matches!(
                op,
                BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply
            );
            *op == BinaryOperator::Divide || arithmetic && (is_double(left) || is_double(right))
        }
        Expr::Case {
            conditions,
            else_result,
            ..
        } => {
            conditions.iter().any(|when| is_double(&when.result))
                || else_result.as_deref().is_some_and(is_double)
        }
        Expr::Function(found) => {
            function::gives_double(found)
                || function::passes_type(found) && function::arguments(found).any(is_double)
        }
        _ => false,
    }
}

fn never_zero(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => never_zero(inner),
        Expr::Value(value) => {
            matches!(&value.value, Value::Number(digits, _) if digits.bytes().any(|b| matches!(b, b'1'..=b'9')))
        }
        Expr::Function(found) => {
            let name = found.name.to_string().to_ascii_uppercase();
            let literal = || function::arguments(found).all(|arg| matches!(arg, Expr::Value(_)));
            let second = || {
                function::arguments(found)
                    .nth(1)
                    .is_some_and(|zero| matches!(zero.to_string().as_str(), "0" | "0.0"))
            };
            name == "NULLIF" && second()
                || matches!(name.as_str(), "LN" | "EXP" | "SQRT") && literal()
        }
        _ => false,
    }
}
