//! All integration tests in one binary.

mod fixture;
mod golden;
mod plain;
mod props;
mod real;
mod sample;
mod schemas;
