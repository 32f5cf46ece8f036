//! The seam between the stages and whatever runs their SQL. Speaks Arrow only; names no engine but its implementors.

mod dialect;
pub mod polars;

use crate::model::name::TableName;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use std::path::PathBuf;

/// The Parquet files of one table. Every file has exactly `schema`; no file at all is an empty table.
#[derive(Debug, Clone)]
pub struct TableFiles {
    pub schema: SchemaRef,
    pub files: Vec<PathBuf>,
}

/// Runs SQL over named tables. A name that is given again replaces the table.
///
/// Instants are shown to SQL as timestamps without zone, in UTC. A query sees the tables in `inputs` and no others, so
/// that a stage cannot lean on a table that it does not declare.
pub trait Engine {
    /// A table that is read from its files when a query needs it.
    ///
    /// # Errors
    /// When a type of the schema is none that SQL sees here, or a path cannot be used.
    fn register_parquet(&mut self, name: &TableName, table: &TableFiles)
    -> Result<(), EngineError>;

    /// A table in memory.
    ///
    /// # Errors
    /// When a type of the schema is none that SQL sees here.
    fn register_batch(&mut self, name: &TableName, batch: &RecordBatch) -> Result<(), EngineError>;

    /// Runs `sql` and keeps the result under `name`, in the engine's own form.
    ///
    /// # Errors
    /// When the engine refuses the query or fails in it.
    fn define(
        &mut self,
        name: &TableName,
        inputs: &[TableName],
        sql: &str,
    ) -> Result<(), EngineError>;

    /// Runs `sql`; rows come in no promised order beyond its `ORDER BY`.
    ///
    /// # Errors
    /// When the engine refuses the query or fails in it, or the result has a type that Arrow tables here do not have.
    fn execute(&mut self, inputs: &[TableName], sql: &str) -> Result<RecordBatch, EngineError>;

    /// Lets go of a table that no query will read any more.
    fn forget(&mut self, name: &TableName);
}

/// What an engine could not do. The cause is the engine's own error.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("cannot register the table {table}")]
    Register {
        table: TableName,
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("no table {table} was registered")]
    UnknownTable { table: TableName },
    #[error("the engine cannot run the query")]
    Query {
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("the engine broke off in the query: {text}")]
    Broke { text: Box<str> },
    #[error("column {column:?} has the type {found}, which no table here has; cast it")]
    Type { column: Box<str>, found: Box<str> },
    #[error("cannot hand over the result as Arrow")]
    Arrow { source: arrow::error::ArrowError },
}
