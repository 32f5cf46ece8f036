#![doc = include_str!("ARCHITECTURE.md")]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        reason = "a test fails by panicking"
    )
)]

pub mod model;

pub mod schema;

pub mod read;

pub mod detect;

pub mod decode;

pub mod normalise;

pub mod store;

pub mod ingest;

pub mod pipeline;

pub mod publish;

pub mod workspace;

pub mod observe;

pub mod embedded;

pub mod cli;
