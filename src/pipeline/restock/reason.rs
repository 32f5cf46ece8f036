//! One sentence that explains a plan, in English and Chinese. Knows numbers and days, not how they came about.

use crate::pipeline::restock::simulation::Plan;
use crate::pipeline::restock::simulation::Status;
use jiff::ToSpan;
use jiff::civil::Date;
use std::fmt::Write as _;

/// What the sentence needs beside the plan.
pub(super) struct Context<'a> {
    pub(super) as_of: Date,
    pub(super) mode: Option<&'a str>,
    pub(super) carton: Option<f64>,
    pub(super) lead_ship: Option<i64>,
}

impl Context<'_> {
    fn date(&self, day: i64) -> Date {
        self.as_of.saturating_add(day.days())
    }

    fn cartons(&self, units: f64) -> Option<f64> {
        self.carton.map(|carton| (units / carton).ceil())
    }
}

pub(super) fn english(plan: &Plan, context: &Context<'_>) -> String {
    let (Some(sellable), Some(velocity)) = (plan.sellable, plan.velocity) else {
        let missing = if plan.sellable.is_none() {
            "stock"
        } else {
            "sales on days in stock"
        };
        return format!("Not known: {missing} is missing.");
    };
    if plan.status == Status::NoSales {
        return format!(
            "No sales on days in stock; {sellable:.0} sellable, {:.0} inbound.",
            plan.inbound
        );
    }
    let days = plan.supply_sellable.unwrap_or_default();
    let mut text = format!("{velocity:.1} a day; {sellable:.0} sellable last {days:.0} days");
    if plan.inbound > 0.0 {
        let _ = write!(text, ", {:.0} inbound", plan.inbound);
    }
    match plan.stock_out {
        Some(0) => text.push_str("; out of stock today"),
        Some(out) => {
            let _ = write!(text, "; out on {}", context.date(out));
        }
        None => text.push_str("; not out within 180 days"),
    }
    if let (Some(back), Some(_)) = (plan.back, plan.stock_out) {
        let _ = write!(text, ", back on {}", context.date(back));
    }
    if plan.status == Status::TooLate
        && let Some(lead) = context.lead_ship
    {
        let _ = write!(text, ", before a shipment of {lead} days can land");
    }
    if let Some(units) = plan.ship.filter(|units| *units > 0.0) {
        let _ = write!(
            text,
            "; ship {units:.0}{}{}",
            english_cartons(context, units),
            deadline(context, plan.last_ship)
        );
        if let Some(mode) = context.mode {
            let _ = write!(text, " ({mode})");
        }
    } else if let Some(units) = plan.ship_need.filter(|units| *units > 0.0) {
        let _ = write!(text, "; {units:.0} should leave now, nothing is ready");
    }
    if let Some(units) = plan.buy.filter(|units| *units > 0.0) {
        let _ = write!(
            text,
            "; order {units:.0}{}{}",
            english_cartons(context, units),
            deadline(context, plan.last_buy)
        );
    }
    if plan.status == Status::Overstock {
        text.push_str("; more than wanted at arrival, order nothing");
    }
    text.push('.');
    text
}

fn english_cartons(context: &Context<'_>, units: f64) -> String {
    context
        .cartons(units)
        .map(|cartons| format!(" in {cartons:.0} cartons"))
        .unwrap_or_default()
}

fn deadline(context: &Context<'_>, day: Option<i64>) -> String {
    match day {
        Some(day) if day < 0 => format!(", {} days late", -day),
        Some(day) => format!(" by {}", context.date(day)),
        None => String::new(),
    }
}

pub(super) fn chinese(plan: &Plan, context: &Context<'_>) -> String {
    let (Some(sellable), Some(velocity)) = (plan.sellable, plan.velocity) else {
        let missing = if plan.sellable.is_none() {
            "库存"
        } else {
            "有货日销量"
        };
        return format!("未知：缺少{missing}。");
    };
    if plan.status == Status::NoSales {
        return format!(
            "有货日无销量；可售 {sellable:.0} 件，在途 {:.0} 件。",
            plan.inbound + 0.0 // A sum of nothing is -0.
        );
    }
    let days = plan.supply_sellable.unwrap_or_default();
    let mut text = format!("日均 {velocity:.1} 件；可售 {sellable:.0} 件可卖 {days:.0} 天");
    if plan.inbound > 0.0 {
        let _ = write!(text, "，在途 {:.0} 件", plan.inbound);
    }
    match plan.stock_out {
        Some(0) => text.push_str("；今日已断货"),
        Some(out) => {
            let _ = write!(text, "；{} 断货", context.date(out));
        }
        None => text.push_str("；180 天内不断货"),
    }
    if let (Some(back), Some(_)) = (plan.back, plan.stock_out) {
        let _ = write!(text, "，{} 恢复", context.date(back));
    }
    if plan.status == Status::TooLate
        && let Some(lead) = context.lead_ship
    {
        let _ = write!(text, "，发货需 {lead} 天，已来不及");
    }
    if let Some(units) = plan.ship.filter(|units| *units > 0.0) {
        let mode = context
            .mode
            .map(|mode| format!("（{mode}）"))
            .unwrap_or_default();
        let cartons = chinese_cartons(context, units);
        let _ = write!(
            text,
            "；{}发货 {units:.0} 件{cartons}{mode}",
            chinese_deadline(context, plan.last_ship)
        );
    } else if let Some(units) = plan.ship_need.filter(|units| *units > 0.0) {
        let _ = write!(text, "；现需发货 {units:.0} 件，但无现货");
    }
    if let Some(units) = plan.buy.filter(|units| *units > 0.0) {
        let cartons = chinese_cartons(context, units);
        let _ = write!(
            text,
            "；{}下单 {units:.0} 件{cartons}",
            chinese_deadline(context, plan.last_buy)
        );
    }
    if plan.status == Status::Overstock {
        text.push_str("；到货时超过目标天数，暂不补货");
    }
    text.push('。');
    text
}

fn chinese_cartons(context: &Context<'_>, units: f64) -> String {
    context
        .cartons(units)
        .map(|cartons| format!("（{cartons:.0} 箱）"))
        .unwrap_or_default()
}

fn chinese_deadline(context: &Context<'_>, day: Option<i64>) -> String {
    match day {
        Some(day) if day < 0 => format!("已逾期 {} 天，立即", -day),
        Some(day) => format!("最晚 {} ", context.date(day)),
        None => "需".to_owned(),
    }
}
