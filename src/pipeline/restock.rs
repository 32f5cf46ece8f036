//! The maker `restock-simulation`: what stock does over the next 180 days, and what to ship and to buy because of it.
//!
//! Declared in a pipeline as
//! ```toml
//! [[stage]]
//! name = "restock_simulation"
//! made-by = "restock-simulation"
//! inputs = ["restock_input", "restock_supply", "restock_factor"]     # in this order; each an SQL stage
//! ```
//!
//! `restock_input`, one row per `(account, stock_pool, product)`:
//!
//! | column | type | meaning |
//! |---|---|---|
//! | `account`, `stock_pool`, `product` | text | the key |
//! | `as_of` | date | day 0 of the simulation |
//! | `sellable` | integer | units that can be sold today (null: stock is not known) |
//! | `reserved_returning` | integer, nullable | reserved units that come back to sale; counted as sellable from day 0 |
//! | `units_7`, `units_30`, `units_90` | integer, nullable | units sold in the last 7, 30, 90 days |
//! | `days_7`, `days_30`, `days_90` | integer, nullable | days of that window on which it was in stock; null or 0: window not known |
//! | `weight_7`, `weight_30`, `weight_90` | double, nullable | blend of the three velocities; null: 0.5, 0.3, 0.2; renormalised over known windows |
//! | `lead_days_buy`, `lead_days_ship` | integer, nullable | order to ready at the supplier; leaving there to sellable at Amazon |
//! | `safety_days` | integer, nullable | safety stock in days of demand; null: 0 |
//! | `demand_sd` | double, nullable | standard deviation of a day's units; where known, safety stock is `service_z` x sd x sqrt(lead) |
//! | `service_z` | double, nullable | null: 1.645, 95 % |
//! | `supply_days_min`, `supply_days_max` | double, nullable | days of supply wanted at arrival; null: 30 and 45 |
//! | `carton_units`, `moq` | integer, nullable | quantities are rounded up to cartons; a purchase is at least the MOQ |
//! | `mode` | text, nullable | transport, named in the sentence |
//!
//! `restock_supply`, any number of rows per key (may be empty): `account, stock_pool, product` text, `kind` text,
//! `units` integer, `available_on` date nullable. Kinds: `inbound` (on its way to Amazon; `available_on` = the day it
//! can be sold, null: `as_of` + `lead_days_ship`), `elsewhere` (own warehouse, local or overseas: can be shipped from
//! `available_on`, null: today), `production` (bought already: can be shipped from `available_on`, null: `as_of` +
//! `lead_days_buy`).
//!
//! `restock_factor`, any number of rows per key (may be empty): `account, stock_pool, product` text, `month_number`
//! integer nullable, `start_date` and `end_date` (inclusive) date nullable, `factor` double. A row with a month is a
//! season, one with dates a promotion or a shutdown; the factors of a day multiply. Demand of a day = velocity x
//! factor(day) / mean factor of the 30 days before `as_of` (the velocity was observed under that season already).
//!
//! Output `restock_simulation`, one row per input row, sorted by key; all dates null where nothing happens in 180 days:
//!
//! | column | type | meaning |
//! |---|---|---|
//! | `account`, `stock_pool`, `product` | text | the key |
//! | `as_of` | date | |
//! | `status` | text | `unknown` (stock or velocity not known), `no_sales`, `out_of_stock`, `too_late` (runs out before a shipment can land), `ship_now`, `buy_now`, `overstock`, `ok` |
//! | `velocity`, `velocity_7`, `velocity_30`, `velocity_90` | double | units per in-stock day, blended and by window |
//! | `sellable_units`, `inbound_units`, `elsewhere_units` | integer | sellable + returning; on the way; elsewhere + production |
//! | `safety_stock` | integer | units |
//! | `supply_days_sellable`, `supply_days_total` | double | days that sellable, and all stock there is, will last; at most 180 |
//! | `supply_days_at_arrival` | double | days that the stock there is at `arrival_date` will last, inbound included |
//! | `arrival_date` | date | `as_of` + `lead_days_ship` |
//! | `stock_out_date` | date | first day that sellable and inbound cannot serve |
//! | `stock_out_date_total` | date | the same if all that is elsewhere is shipped as soon as it can be |
//! | `back_in_stock_date` | date | first inbound day after the stock-out |
//! | `out_days`, `lost_units` | integer | days out of stock and units not sold in 180 days, sellable and inbound only |
//! | `last_ship_date` | date | `stock_out_date` - safety days - `lead_days_ship` |
//! | `last_buy_date` | date | `stock_out_date_total` - safety days - `lead_days_ship` - `lead_days_buy` |
//! | `ship_need_units` | integer | what should leave now to have `supply_days_max` at arrival; 0 while at least `supply_days_min` is there |
//! | `ship_units`, `ship_cartons` | integer | the part of it that is elsewhere and ready, in whole cartons where possible |
//! | `buy_units`, `buy_cartons` | integer | what should be ordered now, in cartons and at least the MOQ |
//! | `reason_zh`, `reason_en` | text | one sentence that explains the row |

mod reason;
mod simulation;
mod table;

use crate::pipeline::maker::MakeError;
use arrow::array::RecordBatch;

/// The maker: items, supply and demand factors in, one plan per item out, sorted by key.
///
/// # Errors
/// When an input lacks a column, or a column is of another kind.
pub fn simulate(inputs: &[RecordBatch]) -> Result<RecordBatch, MakeError> {
    let [items, supply, factors] = inputs else {
        return Err(MakeError::Inputs {
            wanted: 3,
            given: inputs.len(),
        });
    };
    let rows = table::read(items, supply, factors)?;
    let plans: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let plan = simulation::plan(&row.item);
            (row, plan)
        })
        .collect();
    table::write(&plans)
}

/// The whole number that a double holds; 0 where it holds none.
fn integer(value: f64) -> i64 {
    format!("{value:.0}").parse().unwrap_or(0)
}

#[cfg(test)]
mod tests;
