//! The vocabulary that every other module speaks. Owns plain values and their checks; knows no file, no Arrow, no
//! report and nothing else of ours.

pub mod finding;
pub mod id;
pub mod logical_type;
pub mod market;
mod market_id;
pub mod name;
pub mod nesting;
pub mod period;
pub mod place;
pub mod raw;
pub mod table;
