pub mod engine;
pub mod subset;
