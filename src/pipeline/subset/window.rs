//! Windows: orders and frames that all engines read alike.

use crate::pipeline::subset::Walk;
use sqlparser::ast::Expr;
use sqlparser::ast::Function;
use sqlparser::ast::WindowFrame;
use sqlparser::ast::WindowFrameBound;
use sqlparser::ast::WindowFrameUnits;
use sqlparser::ast::WindowSpec;
use sqlparser::ast::WindowType;

const RUNNING: &str = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";

impl Walk {
    pub(super) fn over(&mut self, whole: &Expr, found: &Function, name: &str, needs_window: bool) {
        let window = match &found.over {
            Some(WindowType::WindowSpec(window)) if window.window_name.is_none() => window,
            Some(_) => {
                self.refuse(whole, "a named window", "write the window in full");
                return;
            }
            None => {
                if needs_window {
                    self.refuse(
                        whole,
                        format!("{name} without OVER"),
                        "OVER (PARTITION BY .. ORDER BY ..)",
                    );
                }
                return;
            }
        };
        if needs_window {
            if window.order_by.is_empty() {
                self.refuse(
                    whole,
                    format!("{name} without ORDER BY"),
                    "order the window by keys that leave no tie",
                );
            }
            if window.window_frame.is_some() {
                self.refuse(whole, format!("{name} with a frame"), "leave the frame out");
            }
        } else {
            self.aggregate_window(whole, window, name);
        }
        self.window_order(whole, window);
    }

    fn aggregate_window(&mut self, whole: &Expr, window: &WindowSpec, name: &str) {
        match (window.order_by.is_empty(), &window.window_frame) {
            (true, None) => {
                if !matches!(name, "SUM" | "COUNT" | "AVG" | "MIN" | "MAX") {
                    self.refuse(
                        whole,
                        format!("{name} as a window"),
                        "aggregate in a CTE, then join it",
                    );
                }
            }
            (true, Some(_)) => {
                self.refuse(whole, "a frame without ORDER BY", "leave the frame out");
            }
            (false, frame) => {
                if !matches!(name, "SUM" | "COUNT" | "MIN" | "MAX") {
                    self.refuse(
                        whole,
                        format!("a running {name}"),
                        "a running SUM and a running COUNT: Polars takes the whole partition",
                    );
                } else if !frame.as_ref().is_some_and(is_running) {
                    let instead =
                        format!("{RUNNING}; for another span an inner join on `day_number`");
                    self.refuse(whole, format!("a running {name} with this frame"), &instead);
                }
            }
        }
    }

    fn window_order(&mut self, whole: &Expr, window: &WindowSpec) {
        window.order_by.iter().for_each(|key| self.order_key(key));
        let descends = |key: &sqlparser::ast::OrderByExpr| key.options.asc == Some(false);
        let descending = window.order_by.iter().filter(|key| descends(key)).count();
        if descending != 0 && descending != window.order_by.len() {
            self.refuse(
                whole,
                "a window ordered up and down",
                "one direction: negate numbers, or window twice",
            );
        }
        if descending == 0 && window.order_by.len() > window.partition_by.len() + 1 {
            let instead = "fewer keys, DESC NULLS LAST, or COALESCE(key, ..): NULL must be placed for each key";
            let nullable = window.order_by.iter().filter(|key| {
                matches!(key.expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_))
            });
            if nullable.count() > window.partition_by.len() + 1 {
                self.refuse(whole, "a window with so many ascending keys", instead);
            }
        }
    }
}

fn is_running(frame: &WindowFrame) -> bool {
    frame.units == WindowFrameUnits::Rows
        && frame.start_bound == WindowFrameBound::Preceding(None)
        && matches!(frame.end_bound, None | Some(WindowFrameBound::CurrentRow))
}
