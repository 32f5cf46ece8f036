//! All integration tests in one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod bi;
mod cli;
mod controls;
mod crash;
mod families;
mod fixture;
mod golden;
mod headers;
mod history;
mod large;
mod nested;
mod nights;
mod oracle;
mod own_schema;
mod packs;
mod pipelines;
mod places;
mod plain;
mod props;
mod real;
mod real_forms;
mod sample;
mod schemas;
mod shell;
mod stages;
mod tidy;
mod upload;
