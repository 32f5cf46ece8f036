//! The simulation's tables: from batches to products and from plans to a batch. Knows the columns, no arithmetic.

use crate::model::period::date_of;
use crate::model::period::day_number;
use crate::pipeline::maker::MakeError;
use crate::pipeline::reading::Reading;
use crate::pipeline::restock::integer;
use crate::pipeline::restock::reason;
use crate::pipeline::restock::reason::Context;
use crate::pipeline::restock::simulation::HORIZON;
use crate::pipeline::restock::simulation::Item;
use crate::pipeline::restock::simulation::Lot;
use crate::pipeline::restock::simulation::LotKind;
use crate::pipeline::restock::simulation::Plan;
use arrow::array::ArrayRef;
use arrow::array::Date32Array;
use arrow::array::Float64Array;
use arrow::array::Int64Array;
use arrow::array::RecordBatch;
use arrow::array::StringArray;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Days before the plan over which the season of the velocity is averaged.
const BASE_DAYS: i32 = 30;
const WINDOWS: [(&str, &str, &str, f64); 3] = [
    ("units_7", "days_7", "weight_7", 0.5),
    ("units_30", "days_30", "weight_30", 0.3),
    ("units_90", "days_90", "weight_90", 0.2),
];

/// `account`, `stock_pool`, `product`.
type Key = [Option<String>; 3];

/// One product of one pool.
pub(super) struct Row {
    key: Key,
    as_of: Date,
    mode: Option<String>,
    pub(super) item: Item,
}

fn keys(table: &Reading<'_>) -> Result<Vec<Key>, MakeError> {
    let (accounts, pools) = (table.texts("account")?, table.texts("stock_pool")?);
    let products = table.texts("product")?;
    Ok(accounts
        .into_iter()
        .zip(pools)
        .zip(products)
        .map(|((account, pool), product)| [account, pool, product])
        .collect())
}

/// Stock elsewhere by key: kind, units, day number from which it is there.
type Supply = BTreeMap<Key, Vec<(LotKind, f64, Option<i32>)>>;

/// One factor of demand: a month of the year, or a span of days.
#[derive(Clone, Copy)]
struct Factor {
    month: Option<f64>,
    start: Option<i32>,
    end: Option<i32>,
    times: f64,
}

/// Products sorted by key, each with its stock elsewhere and its demand by day.
pub(super) fn read(
    items: &RecordBatch,
    supply: &RecordBatch,
    factors: &RecordBatch,
) -> Result<Vec<Row>, MakeError> {
    let supply = read_supply(&Reading {
        what: "supply",
        batch: supply,
    })?;
    let factors = read_factors(&Reading {
        what: "demand factors",
        batch: factors,
    })?;
    let mut rows = read_items(&Reading {
        what: "items",
        batch: items,
    })?;
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    for row in &mut rows {
        let today = day_number(row.as_of);
        // Stock that should have come before today is taken to be there today.
        let placed = |day: i32| usize::try_from(day.saturating_sub(today)).unwrap_or(0);
        if let Some(lots) = supply.get(&row.key) {
            row.item.lots = lots
                .iter()
                .map(|(kind, units, day)| Lot {
                    kind: *kind,
                    units: *units,
                    day: day.map(placed),
                })
                .collect();
        }
        row.item.factors = relative(factors.get(&row.key).map_or(&[], Vec::as_slice), today);
    }
    Ok(rows)
}

fn read_items(items: &Reading<'_>) -> Result<Vec<Row>, MakeError> {
    let keys = keys(items)?;
    let as_of = items.days("as_of")?;
    let mode = items.texts("mode")?;
    let mut numbers: BTreeMap<&'static str, Vec<Option<f64>>> = BTreeMap::new();
    let windows = WINDOWS
        .iter()
        .flat_map(|(units, days, weight, _)| [*units, *days, *weight]);
    let others = [
        "sellable",
        "reserved_returning",
        "lead_days_buy",
        "lead_days_ship",
        "safety_days",
        "demand_sd",
        "service_z",
        "supply_days_min",
        "supply_days_max",
        "carton_units",
        "moq",
    ];
    for name in windows.chain(others) {
        numbers.insert(name, items.numbers(name)?);
    }
    let rows = keys.into_iter().zip(as_of).zip(mode).enumerate();
    let rows = rows.map(|(row, ((key, as_of), mode))| {
        let number = |name: &str| {
            numbers
                .get(name)
                .and_then(|cells| cells.get(row).copied().flatten())
        };
        let days = |name| number(name).and_then(|days| usize::try_from(integer(days)).ok());
        let as_of = as_of.and_then(date_of).unwrap_or(Date::ZERO);
        let item = Item {
            sellable: number("sellable"),
            returning: number("reserved_returning").unwrap_or(0.0),
            windows: WINDOWS.map(|(units, days, weight, default)| {
                (
                    number(units),
                    number(days),
                    number(weight).unwrap_or(default),
                )
            }),
            lead_buy: days("lead_days_buy"),
            lead_ship: days("lead_days_ship"),
            safety_days: number("safety_days").unwrap_or(0.0),
            demand_sd: number("demand_sd"),
            service_z: number("service_z").unwrap_or(1.645),
            supply_min: number("supply_days_min").unwrap_or(30.0),
            supply_max: number("supply_days_max").unwrap_or(45.0),
            carton: number("carton_units").filter(|units| *units > 0.0),
            moq: number("moq").unwrap_or(0.0),
            ..Item::default()
        };
        Row {
            key,
            as_of,
            mode,
            item,
        }
    });
    Ok(rows.collect())
}

fn read_supply(supply: &Reading<'_>) -> Result<Supply, MakeError> {
    let (keys, kinds) = (keys(supply)?, supply.texts("kind")?);
    let (units, days) = (supply.numbers("units")?, supply.days("available_on")?);
    let mut found = Supply::new();
    for (((key, kind), units), day) in keys.into_iter().zip(kinds).zip(units).zip(days) {
        let kind = match kind.as_deref() {
            Some("inbound") => LotKind::Inbound,
            Some("elsewhere") => LotKind::Elsewhere,
            Some("production") => LotKind::Production,
            other => {
                return Err(MakeError::Word {
                    what: supply.what,
                    column: "kind",
                    word: other.unwrap_or_default().into(),
                });
            }
        };
        if let Some(units) = units.filter(|units| *units > 0.0) {
            found.entry(key).or_default().push((kind, units, day));
        }
    }
    Ok(found)
}

fn read_factors(factors: &Reading<'_>) -> Result<BTreeMap<Key, Vec<Factor>>, MakeError> {
    let (keys, months) = (keys(factors)?, factors.numbers("month_number")?);
    let (starts, ends) = (factors.days("start_date")?, factors.days("end_date")?);
    let values = factors.numbers("factor")?;
    let mut found: BTreeMap<Key, Vec<Factor>> = BTreeMap::new();
    for ((((key, month), start), end), factor) in keys
        .into_iter()
        .zip(months)
        .zip(starts)
        .zip(ends)
        .zip(values)
    {
        if let Some(factor) = factor {
            found.entry(key).or_default().push(Factor {
                month,
                start,
                end,
                times: factor,
            });
        }
    }
    Ok(found)
}

/// Demand of each day from today on, relative to the days in which the velocity was seen.
fn relative(factors: &[Factor], today: i32) -> Vec<f64> {
    if factors.is_empty() {
        return Vec::new();
    }
    let on = |day: i32| -> f64 {
        let month = date_of(day).map(|date| f64::from(date.month()));
        let holds = |factor: &&Factor| {
            let in_month = factor.month.is_none_or(|number| Some(number) == month);
            in_month
                && factor.start.is_none_or(|start| start <= day)
                && factor.end.is_none_or(|end| day <= end)
        };
        factors
            .iter()
            .filter(holds)
            .map(|factor| factor.times)
            .product()
    };
    let base = (1..=BASE_DAYS).map(|back| on(today - back)).sum::<f64>() / f64::from(BASE_DAYS);
    let base = if base > 0.0 { base } else { 1.0 };
    (today..)
        .take(3 * HORIZON)
        .map(|day| on(day) / base)
        .collect()
}

/// One row per plan, in the order given.
pub(super) fn write(plans: &[(Row, Plan)]) -> Result<RecordBatch, MakeError> {
    let texts = |cell: &dyn Fn(&Row, &Plan) -> Option<String>| -> ArrayRef {
        Arc::new(
            plans
                .iter()
                .map(|(row, plan)| cell(row, plan))
                .collect::<StringArray>(),
        )
    };
    let doubles = |cell: &dyn Fn(&Plan) -> Option<f64>| -> ArrayRef {
        Arc::new(
            plans
                .iter()
                .map(|(_, plan)| cell(plan))
                .collect::<Float64Array>(),
        )
    };
    let units = |cell: &dyn Fn(&Row, &Plan) -> Option<f64>| -> ArrayRef {
        Arc::new(
            plans
                .iter()
                .map(|(row, plan)| cell(row, plan).map(integer))
                .collect::<Int64Array>(),
        )
    };
    let dates = |cell: &dyn Fn(&Plan) -> Option<i64>| -> ArrayRef {
        let day = |(row, plan): &(Row, Plan)| {
            i32::try_from(i64::from(day_number(row.as_of)) + cell(plan)?).ok()
        };
        Arc::new(plans.iter().map(day).collect::<Date32Array>())
    };
    let cartons = |row: &Row, units: Option<f64>| Some((units? / row.item.carton?).ceil());
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("account", texts(&|row, _| row.key[0].clone())),
        ("stock_pool", texts(&|row, _| row.key[1].clone())),
        ("product", texts(&|row, _| row.key[2].clone())),
        ("as_of", dates(&|_| Some(0))),
        (
            "status",
            texts(&|_, plan| Some(plan.status.as_str().to_owned())),
        ),
        ("velocity", doubles(&|plan| plan.velocity)),
        ("velocity_7", doubles(&|plan| plan.velocities[0])),
        ("velocity_30", doubles(&|plan| plan.velocities[1])),
        ("velocity_90", doubles(&|plan| plan.velocities[2])),
        ("sellable_units", units(&|_, plan| plan.sellable)),
        ("inbound_units", units(&|_, plan| Some(plan.inbound))),
        ("elsewhere_units", units(&|_, plan| Some(plan.elsewhere))),
        ("safety_stock", units(&|_, plan| plan.safety_stock)),
        (
            "supply_days_sellable",
            doubles(&|plan| plan.supply_sellable),
        ),
        ("supply_days_total", doubles(&|plan| plan.supply_total)),
        (
            "supply_days_at_arrival",
            doubles(&|plan| plan.supply_at_arrival),
        ),
        ("arrival_date", dates(&|plan| plan.arrival)),
        ("stock_out_date", dates(&|plan| plan.stock_out)),
        ("stock_out_date_total", dates(&|plan| plan.stock_out_total)),
        ("back_in_stock_date", dates(&|plan| plan.back)),
        (
            "out_days",
            Arc::new(
                plans
                    .iter()
                    .map(|(_, plan)| plan.out_days)
                    .collect::<Int64Array>(),
            ),
        ),
        ("lost_units", units(&|_, plan| plan.lost)),
        ("last_ship_date", dates(&|plan| plan.last_ship)),
        ("last_buy_date", dates(&|plan| plan.last_buy)),
        ("ship_need_units", units(&|_, plan| plan.ship_need)),
        ("ship_units", units(&|_, plan| plan.ship)),
        ("ship_cartons", units(&|row, plan| cartons(row, plan.ship))),
        ("buy_units", units(&|_, plan| plan.buy)),
        ("buy_cartons", units(&|row, plan| cartons(row, plan.buy))),
        (
            "reason_zh",
            texts(&|row, plan| Some(reason::chinese(plan, &context(row)))),
        ),
        (
            "reason_en",
            texts(&|row, plan| Some(reason::english(plan, &context(row)))),
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
    .map_err(|source| MakeError::Batch { source })
}

fn context(row: &Row) -> Context<'_> {
    Context {
        as_of: row.as_of,
        mode: row.mode.as_deref(),
        carton: row.item.carton,
        lead_ship: row.item.lead_ship.and_then(|days| i64::try_from(days).ok()),
    }
}
