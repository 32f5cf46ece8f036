//! Pipelines: stages of SQL over the store's tables that make the marts. Owns their definitions, their order, their
//! checks and the tables that SQL cannot make; knows neither where files lie nor how marts are written, and no pipeline,
//! table or mart of the catalogue by name, beside the tables that it makes itself.

pub mod build;
pub mod calendar;
pub mod check;
pub mod conform;
mod convert;
mod door;
pub mod engine;
pub mod graph;
pub mod maker;
pub mod packing;
pub mod pairs;
mod reading;
pub mod restock;
pub mod review;
mod row_id;
pub mod subset;
pub mod time_weighted;
pub mod wire;

use crate::model::name::ColumnName;
use crate::model::name::PipelineName;
use crate::model::name::TableName;
use crate::model::table::StoredType;
use crate::pipeline::maker::Maker;
use crate::pipeline::review::Review;
use arrow::datatypes::Field;
use arrow::datatypes::Schema;
use arrow::datatypes::SchemaRef;
use std::sync::Arc;

/// One folder of `pipelines/`, checked.
#[derive(Debug, Clone)]
pub struct Pipeline {
    pub name: PipelineName,
    pub title: Box<str>,
    pub title_zh: Box<str>,
    pub stages: Vec<Stage>,
    /// What people read of it once a period.
    pub review: Option<Review>,
}

/// A table that is derived from others.
#[derive(Debug, Clone)]
pub struct Stage {
    pub name: TableName,
    /// Exactly the tables that it reads; for a maker, in its order.
    pub inputs: Vec<TableName>,
    pub work: Work,
    /// What it promises to readers, where it is stored; none for an intermediate table.
    pub mart: Option<Mart>,
    /// Changes with anything that could change the result: the SQL, the maker's name, the declared columns.
    pub version: Box<str>,
}

/// How a stage's rows come about.
#[derive(Debug, Clone)]
pub enum Work {
    Sql(Box<str>),
    Made(&'static Maker),
}

/// A stored table and what it means.
#[derive(Debug, Clone)]
pub struct Mart {
    pub name: TableName,
    pub pipeline: PipelineName,
    pub title: Box<str>,
    pub title_zh: Box<str>,
    /// One row per value of these; rows are sorted by them.
    pub grain: Vec<ColumnName>,
    pub partition: Partition,
    /// Whether it may look at today's date.
    pub today: bool,
    pub columns: Vec<MartColumn>,
    pub checks: Vec<Check>,
    /// Columns that the summary of a run shows, of the newest period; none: the mart is not shown.
    pub show: Vec<ColumnName>,
    /// A bool column: only rows where it holds are shown.
    pub show_where: Option<ColumnName>,
    /// The file that somebody else's program takes, where the mart is made for one.
    pub upload: Option<Upload>,
    /// What is told of it to each person, where it tells people what to do.
    pub digest: Option<Digest>,
}

/// A short text for each value of a column.
#[derive(Debug, Clone)]
pub struct Digest {
    /// A text column: one text for each value.
    pub by: ColumnName,
    /// A text column: lines of one value stand together under it.
    pub head: ColumnName,
    /// A text column: what is told of a row.
    pub line: ColumnName,
    /// An integer column: the least goes first.
    pub order: ColumnName,
}

/// A table with exactly these labels in its first row.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The only sheet of a workbook; none for a csv file.
    pub sheet: Option<Box<str>>,
    /// One file for each value of these text columns.
    pub by: Vec<ColumnName>,
    /// The labels in their order, each with the column that fills it.
    pub header: Vec<(Box<str>, Option<ColumnName>)>,
}

/// The date column whose values are folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partition {
    Month,
    Week,
    AsOf,
    /// One file.
    None,
}

impl Partition {
    pub const ALL: &[(&'static str, Self)] = &[
        ("month", Self::Month),
        ("week_start", Self::Week),
        ("as_of", Self::AsOf),
        ("none", Self::None),
    ];

    /// The column's name.
    pub fn column(self) -> Option<&'static str> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == self && self != Self::None)
            .map(|(name, _)| *name)
    }
}

/// One column of a mart.
#[derive(Debug, Clone)]
pub struct MartColumn {
    pub name: ColumnName,
    pub ty: StoredType,
    pub unit: Box<str>,
    pub meaning: Box<str>,
    pub meaning_zh: Box<str>,
}

/// Something that must hold of a mart's rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    pub rule: Rule,
    pub severity: Severity,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    NotNull {
        columns: Vec<ColumnName>,
    },
    /// No two rows agree in all of these; NULL agrees with NULL.
    Unique {
        columns: Vec<ColumnName>,
    },
    RowCount {
        min: Option<u64>,
        max: Option<u64>,
    },
    /// Values lie between these, both included; NULL passes.
    Range {
        columns: Vec<ColumnName>,
        min: Option<f64>,
        max: Option<f64>,
    },
    /// The sum over the mart is that over a column of one of its inputs.
    SumsTo {
        column: ColumnName,
        table: TableName,
        of: ColumnName,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The run ends with exit code 1.
    Error,
    Warn,
}

impl Severity {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
        }
    }
}

impl Mart {
    /// Every file of the mart has exactly this schema.
    pub fn arrow(&self) -> SchemaRef {
        let field = |column: &MartColumn| Field::new(column.name.as_str(), column.ty.arrow(), true);
        Arc::new(Schema::new(
            self.columns.iter().map(field).collect::<Vec<_>>(),
        ))
    }

    pub fn column(&self, name: &str) -> Option<&MartColumn> {
        self.columns
            .iter()
            .find(|column| column.name.as_str() == name)
    }
}

impl Pipeline {
    pub fn marts(&self) -> impl Iterator<Item = &Mart> {
        self.stages.iter().filter_map(|stage| stage.mart.as_ref())
    }
}
