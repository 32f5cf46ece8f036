//! Stock day by day: pure arithmetic on one product. Days count from 0, the day of the plan; knows no Arrow and no text.

/// Days that are looked ahead.
pub(super) const HORIZON: usize = 180;
/// Days of demand that are kept, so that a purchase that lands late can still be covered.
const DEMAND_DAYS: usize = 3 * HORIZON;
/// Stock that differs by less is the same: demand is a fraction, units are whole.
const TRIFLE: f64 = 1e-6;

/// One product of one pool, as the plan sees it.
#[derive(Debug, Clone, Default)]
pub(super) struct Item {
    pub(super) sellable: Option<f64>,
    pub(super) returning: f64,
    /// `(units, days in stock, weight)` of the last 7, 30 and 90 days.
    pub(super) windows: [(Option<f64>, Option<f64>, f64); 3],
    pub(super) lead_buy: Option<usize>,
    pub(super) lead_ship: Option<usize>,
    pub(super) safety_days: f64,
    pub(super) demand_sd: Option<f64>,
    pub(super) service_z: f64,
    pub(super) supply_min: f64,
    pub(super) supply_max: f64,
    pub(super) carton: Option<f64>,
    pub(super) moq: f64,
    pub(super) lots: Vec<Lot>,
    /// Factor of demand for each day from 0, relative to the days in which the velocity was seen.
    pub(super) factors: Vec<f64>,
}

/// Stock that is not sellable yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lot {
    pub(super) kind: LotKind,
    pub(super) units: f64,
    /// The day from which it can be sold (inbound) or shipped; none where that follows from the lead times.
    pub(super) day: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LotKind {
    Inbound,
    Elsewhere,
    Production,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Unknown,
    NoSales,
    OutOfStock,
    TooLate,
    ShipNow,
    BuyNow,
    Overstock,
    Fine,
}

impl Status {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::NoSales => "no_sales",
            Self::OutOfStock => "out_of_stock",
            Self::TooLate => "too_late",
            Self::ShipNow => "ship_now",
            Self::BuyNow => "buy_now",
            Self::Overstock => "overstock",
            Self::Fine => "ok",
        }
    }
}

/// What follows for one product. Days count from 0 and may be negative where they are past.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    pub(super) status: Status,
    pub(super) velocity: Option<f64>,
    pub(super) velocities: [Option<f64>; 3],
    pub(super) sellable: Option<f64>,
    pub(super) inbound: f64,
    pub(super) elsewhere: f64,
    pub(super) safety_stock: Option<f64>,
    pub(super) supply_sellable: Option<f64>,
    pub(super) supply_total: Option<f64>,
    pub(super) supply_at_arrival: Option<f64>,
    pub(super) arrival: Option<i64>,
    pub(super) stock_out: Option<i64>,
    pub(super) stock_out_total: Option<i64>,
    pub(super) back: Option<i64>,
    pub(super) out_days: Option<i64>,
    pub(super) lost: Option<f64>,
    pub(super) last_ship: Option<i64>,
    pub(super) last_buy: Option<i64>,
    pub(super) ship_need: Option<f64>,
    pub(super) ship: Option<f64>,
    pub(super) buy: Option<f64>,
}

/// The plan for one product.
pub(super) fn plan(item: &Item) -> Plan {
    let velocities = item.windows.map(|(units, days, _)| rate(units, days));
    let velocity = blend(item);
    let units = |kinds: &[LotKind]| {
        item.lots
            .iter()
            .filter(|lot| kinds.contains(&lot.kind))
            .map(|lot| lot.units)
            .sum()
    };
    let mut plan = Plan {
        status: Status::Unknown,
        velocity,
        velocities,
        sellable: item.sellable.map(|sellable| sellable + item.returning),
        inbound: units(&[LotKind::Inbound]),
        elsewhere: units(&[LotKind::Elsewhere, LotKind::Production]),
        safety_stock: None,
        supply_sellable: None,
        supply_total: None,
        supply_at_arrival: None,
        arrival: item.lead_ship.map(whole),
        stock_out: None,
        stock_out_total: None,
        back: None,
        out_days: None,
        lost: None,
        last_ship: None,
        last_buy: None,
        ship_need: None,
        ship: None,
        buy: None,
    };
    let (Some(stock), Some(velocity)) = (plan.sellable, velocity) else {
        return plan;
    };
    if velocity <= 0.0 {
        plan.status = Status::NoSales;
        return plan;
    }
    let demand: Vec<f64> = (0..DEMAND_DAYS)
        .map(|day| velocity * item.factors.get(day).copied().unwrap_or(1.0).max(0.0))
        .collect();
    let safety = safety_stock(item, velocity);
    let inbound = arrivals(item, &[LotKind::Inbound]);
    let all = arrivals(
        item,
        &[LotKind::Inbound, LotKind::Elsewhere, LotKind::Production],
    );
    let course = run(stock, &inbound, &demand);
    let total = run(stock, &all, &demand);
    let none = vec![0.0; DEMAND_DAYS];
    plan.safety_stock = Some(safety.ceil());
    plan.supply_sellable = Some(cover(stock, 0, &none, &demand));
    plan.supply_total = Some(cover(
        stock + plan.inbound + plan.elsewhere,
        0,
        &none,
        &demand,
    ));
    plan.stock_out = course.out.map(whole);
    plan.stock_out_total = total.out.map(whole);
    plan.back = course
        .out
        .and_then(|out| (out + 1..HORIZON).find(|day| inbound[*day] > 0.0))
        .map(whole);
    plan.out_days = Some(whole(course.out_days));
    plan.lost = Some(course.lost);
    let margin = whole_up(safety / velocity);
    if let Some(ship) = item.lead_ship {
        plan.last_ship = plan.stock_out.map(|out| out - margin - whole(ship));
        plan.supply_at_arrival = Some(cover(course.before(ship), ship, &inbound, &demand));
        let need = need(item, ship, safety, &course, &inbound, &demand);
        plan.ship_need = Some(cartons(item, need));
        plan.ship = Some(from_elsewhere(item, need));
        if let Some(buy) = item.lead_buy {
            let landing = ship + buy;
            plan.last_buy = plan
                .stock_out_total
                .map(|out| out - margin - whole(landing));
            let need = self::need(item, landing, safety, &total, &all, &demand);
            plan.buy = Some(if need > 0.0 {
                cartons(item, need.max(item.moq))
            } else {
                0.0
            });
        }
    }
    plan.status = status(item, &plan);
    plan
}

fn status(item: &Item, plan: &Plan) -> Status {
    let some = |units: Option<f64>| units.is_some_and(|units| units > 0.0);
    let at_arrival = plan.supply_at_arrival.or(plan.supply_sellable);
    match (plan.stock_out, plan.arrival) {
        (Some(0), _) => Status::OutOfStock,
        (Some(out), Some(arrival)) if out < arrival => Status::TooLate,
        _ if some(plan.ship) => Status::ShipNow,
        _ if some(plan.buy) || some(plan.ship_need) => Status::BuyNow,
        _ if at_arrival.is_some_and(|days| days > item.supply_max) => Status::Overstock,
        _ => Status::Fine,
    }
}

/// Units per day in stock.
fn rate(units: Option<f64>, days: Option<f64>) -> Option<f64> {
    let days = days.filter(|days| *days > 0.0)?;
    Some(units?.max(0.0) / days)
}

fn blend(item: &Item) -> Option<f64> {
    let known = item
        .windows
        .iter()
        .filter_map(|(units, days, weight)| Some((rate(*units, *days)?, *weight)));
    let (sum, weights) = known.fold((0.0, 0.0), |(sum, weights), (rate, weight)| {
        (sum + rate * weight, weights + weight)
    });
    (weights > 0.0).then(|| sum / weights)
}

fn safety_stock(item: &Item, velocity: f64) -> f64 {
    let lead = item.lead_ship.unwrap_or(0) + item.lead_buy.unwrap_or(0);
    let spread = item.demand_sd.filter(|_| lead > 0);
    spread
        .map_or(velocity * item.safety_days, |sd| {
            item.service_z * sd * days(lead).sqrt()
        })
        .max(0.0)
}

/// Units by the day on which they can be sold, if all of these kinds move as soon as they can.
fn arrivals(item: &Item, kinds: &[LotKind]) -> Vec<f64> {
    let mut landing = vec![0.0; DEMAND_DAYS];
    for lot in item.lots.iter().filter(|lot| kinds.contains(&lot.kind)) {
        let ship = item.lead_ship.unwrap_or(0);
        let day = match lot.kind {
            LotKind::Inbound => lot.day.unwrap_or(ship),
            LotKind::Elsewhere => lot.day.unwrap_or(0) + ship,
            LotKind::Production => lot.day.or(item.lead_buy).unwrap_or(0) + ship,
        };
        if let Some(units) = landing.get_mut(day) {
            *units += lot.units;
        }
    }
    landing
}

/// What became of a stock in [`DEMAND_DAYS`] days.
struct Course {
    /// Stock at the end of each day.
    left: Vec<f64>,
    start: f64,
    out: Option<usize>,
    out_days: usize,
    lost: f64,
}

impl Course {
    /// Stock at the start of a day, before what lands on it.
    fn before(&self, day: usize) -> f64 {
        day.checked_sub(1)
            .map_or(self.start, |day| self.left.get(day).copied().unwrap_or(0.0))
    }
}

fn run(start: f64, landing: &[f64], demand: &[f64]) -> Course {
    let mut course = Course {
        left: Vec::with_capacity(DEMAND_DAYS),
        start,
        out: None,
        out_days: 0,
        lost: 0.0,
    };
    let mut stock = start;
    for (day, (landing, demand)) in landing.iter().zip(demand).enumerate() {
        stock += landing;
        if stock + TRIFLE < *demand && day < HORIZON {
            course.out.get_or_insert(day);
            course.out_days += 1;
            course.lost += demand - stock.max(0.0);
        }
        stock = (stock - demand).max(0.0);
        course.left.push(stock);
    }
    course
}

/// Days that a stock lasts from a day on, with what lands on the way; at most [`HORIZON`].
fn cover(mut stock: f64, from: usize, landing: &[f64], demand: &[f64]) -> f64 {
    for (day, (landing, demand)) in landing
        .iter()
        .zip(demand)
        .skip(from)
        .take(HORIZON)
        .enumerate()
    {
        stock += landing;
        if stock + TRIFLE < *demand {
            return days(day) + (stock / demand).max(0.0);
        }
        stock -= demand;
    }
    days(HORIZON)
}

/// Units that are missing on `landing` to have the longest supply wanted; none while the shortest is there.
fn need(
    item: &Item,
    landing: usize,
    safety: f64,
    course: &Course,
    arrivals: &[f64],
    demand: &[f64],
) -> f64 {
    let there = course.before(landing);
    if cover(there, landing, arrivals, demand) >= item.supply_min {
        return 0.0;
    }
    let span = usize::try_from(whole_up(item.supply_max)).unwrap_or(0);
    let sum = |values: &[f64]| values.iter().skip(landing).take(span).sum::<f64>();
    (sum(demand) + safety - there - sum(arrivals)).max(0.0)
}

fn cartons(item: &Item, units: f64) -> f64 {
    item.carton.map_or_else(
        || whole_units(units),
        |carton| ((units - TRIFLE) / carton).ceil().max(0.0) * carton,
    )
}

fn whole_units(units: f64) -> f64 {
    (units - TRIFLE).ceil().max(0.0)
}

/// What of a need can leave today: whole cartons where there is one.
fn from_elsewhere(item: &Item, need: f64) -> f64 {
    let ready: f64 = item
        .lots
        .iter()
        .filter(|lot| lot.kind == LotKind::Elsewhere && lot.day.unwrap_or(0) == 0)
        .map(|lot| lot.units)
        .sum();
    let wanted = cartons(item, need);
    if ready >= wanted {
        return wanted;
    }
    let full = item
        .carton
        .map_or(ready, |carton| (ready / carton).floor() * carton);
    if full > 0.0 { full } else { ready }
}

/// Exact for the few thousand days that there can be.
fn days(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

fn whole(day: usize) -> i64 {
    i64::try_from(day).unwrap_or(i64::MAX)
}

/// Days of a length of time, begun days counted.
fn whole_up(length: f64) -> i64 {
    super::integer((length - TRIFLE).ceil().max(0.0))
}

#[cfg(test)]
#[path = "simulation_tests.rs"]
mod tests;
