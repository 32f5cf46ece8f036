//! Clauses: what stands around expressions in a query.

use crate::pipeline::subset::Named;
use crate::pipeline::subset::Walk;
use crate::pipeline::subset::function;
use sqlparser::ast::Distinct;
use sqlparser::ast::Expr;
use sqlparser::ast::GroupByExpr;
use sqlparser::ast::Ident;
use sqlparser::ast::LimitClause;
use sqlparser::ast::OrderByExpr;
use sqlparser::ast::OrderByKind;
use sqlparser::ast::Query;
use sqlparser::ast::Select;
use sqlparser::ast::SelectItem;
use sqlparser::ast::SetExpr;
use sqlparser::ast::SetOperator;
use sqlparser::ast::SetQuantifier;
use sqlparser::ast::TableAlias;
use sqlparser::ast::TableFactor;
use sqlparser::ast::visit_expressions;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

impl Walk {
    pub(super) fn query(&mut self, query: &Query) {
        if let Some(with) = &query.with {
            if with.recursive {
                self.refuse(with, "WITH RECURSIVE", "join `numbers` or `calendar`");
            }
            for cte in &with.cte_tables {
                if !cte.alias.columns.is_empty() || cte.materialized.is_some() || cte.from.is_some()
                {
                    self.refuse(
                        &Expr::Identifier(cte.alias.name.clone()),
                        "a CTE with a column list or a hint",
                        "name the columns in its SELECT",
                    );
                }
                let name = self.named(&cte.alias.name);
                self.ctes.push(name);
            }
        }
        let unusual = query.fetch.is_some()
            || !query.locks.is_empty()
            || query.for_clause.is_some()
            || query.settings.is_some()
            || query.format_clause.is_some()
            || !query.pipe_operators.is_empty();
        if unusual {
            self.refuse(
                query,
                "FETCH, FOR, SETTINGS, FORMAT or a pipe",
                "use LIMIT, or nothing",
            );
        }
        match query.order_by.as_ref().map(|order| &order.kind) {
            Some(OrderByKind::Expressions(keys)) => keys.iter().for_each(|key| self.order_key(key)),
            Some(OrderByKind::All(_)) => self.refuse(query, "ORDER BY ALL", "name the columns"),
            None => self.unordered(query),
        }
        if let Some(LimitClause::OffsetCommaLimit { .. }) = &query.limit_clause {
            self.refuse(query, "LIMIT a, b", "LIMIT .. OFFSET ..");
        }
        self.set(&query.body);
    }

    fn unordered(&mut self, query: &Query) {
        if query.limit_clause.is_some() {
            self.refuse(query, "LIMIT without ORDER BY", "say which rows come first");
        }
        if let SetExpr::Select(select) = &*query.body
            && let Some(Distinct::On(_)) = select.distinct
        {
            self.refuse(
                query,
                "DISTINCT ON without ORDER BY",
                "say which row of each group comes first",
            );
        }
    }

    pub(super) fn order_key(&mut self, key: &OrderByExpr) {
        if key.options.asc == Some(false) && key.options.nulls_first.is_none() {
            let construct = format!("ORDER BY {} DESC", key.expr);
            self.refuse(
                &key.expr,
                construct,
                "add NULLS LAST (or NULLS FIRST): engines differ",
            );
        }
        if key.with_fill.is_some() {
            self.refuse(&key.expr, "WITH FILL", "join `calendar`");
        }
    }

    fn set(&mut self, set: &SetExpr) {
        match set {
            SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => {}
            SetExpr::SetOperation {
                left,
                op,
                set_quantifier,
                right,
            } => {
                let known = matches!(
                    set_quantifier,
                    SetQuantifier::All | SetQuantifier::Distinct | SetQuantifier::None
                );
                if *op != SetOperator::Union || !known {
                    self.refuse(
                        set,
                        format!("{op} {set_quantifier}"),
                        "UNION ALL, or a left join with `WHERE b.key IS NULL`",
                    );
                }
                self.set(left);
                self.set(right);
            }
            other => self.refuse(other, "a statement that is not a query", "write a SELECT"),
        }
    }

    pub(super) fn select(&mut self, select: &Select) {
        self.unusual_select(select);
        if select.from.len() > 1 {
            self.refuse(
                select,
                "a list of tables in FROM",
                "INNER JOIN .. ON, or CROSS JOIN",
            );
        }
        let joins = select
            .from
            .iter()
            .map(|from| from.joins.len())
            .sum::<usize>();
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(Expr::Identifier(_) | Expr::CompoundIdentifier(_)) => {}
                SelectItem::UnnamedExpr(expr) => {
                    self.refuse(
                        expr,
                        format!("the unnamed column {expr}"),
                        "add AS and a name: engines name it differently",
                    );
                }
                SelectItem::ExprWithAlias { alias, .. } => self.lower_case(alias),
                SelectItem::Wildcard(_) if joins > 0 => {
                    self.refuse(item, "SELECT * over a join", "name the columns, or `a.*`");
                }
                SelectItem::Wildcard(options) | SelectItem::QualifiedWildcard(_, options) => {
                    if !options.to_string().is_empty() {
                        self.refuse(item, format!("{item}"), "name the columns");
                    }
                }
                SelectItem::ExprWithAliases { .. } => {
                    self.refuse(item, format!("{item}"), "one alias a column");
                }
            }
        }
        let grouped = self.group_by(select);
        self.windows_of(select, grouped);
        for from in &select.from {
            for join in &from.joins {
                self.join(join);
            }
        }
    }

    fn unusual_select(&mut self, select: &Select) {
        let unusual = !select.optimizer_hints.is_empty()
            || select.select_modifiers.is_some()
            || select.top.is_some()
            || select.exclude.is_some()
            || select.into.is_some()
            || !select.lateral_views.is_empty()
            || select.prewhere.is_some()
            || !select.connect_by.is_empty()
            || !select.cluster_by.is_empty()
            || !select.distribute_by.is_empty()
            || !select.sort_by.is_empty()
            || !select.named_window.is_empty()
            || select.value_table_mode.is_some();
        if unusual {
            let instead = "of SELECT only DISTINCT, FROM, WHERE, GROUP BY, HAVING and QUALIFY are safe; write windows in full";
            self.refuse(select, "a clause of one dialect", instead);
        }
    }

    /// Whether the select groups.
    fn group_by(&mut self, select: &Select) -> bool {
        let keys = match &select.group_by {
            GroupByExpr::Expressions(keys, modifiers) => {
                if !modifiers.is_empty() {
                    self.refuse(
                        select,
                        "WITH ROLLUP, CUBE or TOTALS",
                        "UNION ALL of the levels",
                    );
                }
                keys
            }
            GroupByExpr::All(_) => {
                self.refuse(select, "GROUP BY ALL", "name the columns");
                return true;
            }
        };
        let mut names = BTreeSet::new();
        for key in keys {
            let last = match key {
                Expr::Identifier(name) => Some(name),
                Expr::CompoundIdentifier(parts) => parts.last(),
                _ => None,
            };
            if last.is_some_and(|name| !names.insert(name.value.clone())) {
                self.refuse(
                    key,
                    format!("GROUP BY two columns called {key}"),
                    "name them apart in a CTE: Polars forgets whose they are",
                );
            }
        }
        if keys.is_empty() && select.having.is_some() {
            self.refuse(
                select,
                "HAVING without GROUP BY",
                "put the aggregate in a CTE and use WHERE",
            );
        }
        !keys.is_empty()
    }

    fn windows_of(&mut self, select: &Select, grouped: bool) {
        let (mut aggregates, mut window) = (grouped, None);
        let _ = visit_expressions(&select.projection, |expr: &Expr| {
            aggregates |= function::is_plain_aggregate(expr);
            if let Expr::Function(found) = expr
                && found.over.is_some()
            {
                window.get_or_insert_with(|| expr.clone());
            }
            ControlFlow::<()>::Continue(())
        });
        if aggregates && let Some(expr) = window {
            self.refuse(
                &expr,
                "a window beside GROUP BY or an aggregate",
                "aggregate in one CTE, window in the next",
            );
        }
    }

    pub(super) fn table_factor(&mut self, factor: &TableFactor) {
        match factor {
            TableFactor::Table {
                name,
                alias,
                args,
                with_hints,
                version,
                with_ordinality,
                partitions,
                json_path,
                sample,
                index_hints,
            } => {
                let plain = args.is_none()
                    && with_hints.is_empty()
                    && version.is_none()
                    && !with_ordinality
                    && partitions.is_empty()
                    && json_path.is_none()
                    && sample.is_none()
                    && index_hints.is_empty();
                let [part] = name.0.as_slice() else {
                    self.refuse(name, format!("the table {name}"), "tables have one name");
                    return;
                };
                let Some(ident) = part.as_ident().filter(|_| plain) else {
                    self.refuse(
                        name,
                        format!("{factor}"),
                        "name a table; rows are made by joining `numbers` or `calendar`",
                    );
                    return;
                };
                let named = self.named(ident);
                self.alias(alias.as_ref(), Some(&named.name));
                self.tables.push(named);
                if let Some(alias) = alias.as_ref().filter(|alias| !alias.columns.is_empty()) {
                    self.refuse(
                        &Expr::Identifier(alias.name.clone()),
                        "an alias with columns",
                        "rename the columns in a CTE",
                    );
                }
            }
            TableFactor::Derived {
                lateral: false,
                alias: Some(alias),
                sample: None,
                ..
            } => self.alias(Some(alias), None),
            TableFactor::Derived { subquery, .. } => {
                self.refuse(
                    &**subquery,
                    "a derived table that is LATERAL, sampled or has no alias",
                    "give it an alias, or use a CTE",
                );
            }
            other => self.refuse(
                other,
                format!("{other}"),
                "a table, a derived table or a CTE",
            ),
        }
    }

    fn alias(&mut self, alias: Option<&TableAlias>, of: Option<&str>) {
        if let Some(alias) = alias {
            let named = self.named(&alias.name);
            self.aliases.push((named, of.map(str::to_owned)));
        }
    }

    pub(super) fn named(&mut self, ident: &Ident) -> Named {
        self.lower_case(ident);
        Named {
            name: ident.value.clone(),
            line: ident.span.start.line,
            column: ident.span.start.column,
        }
    }

    /// Polars tells upper from lower case in names, `DuckDB` does not.
    pub(super) fn lower_case(&mut self, ident: &Ident) {
        if ident.value.chars().any(char::is_uppercase) {
            self.refuse(
                &Expr::Identifier(ident.clone()),
                format!("the name {}", ident.value),
                "write names in lower case",
            );
        }
    }
}
