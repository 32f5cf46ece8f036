//! The declared shape of a table of the store: its columns with their types, its partitions, how observations meet.

use crate::model::logical_type::LogicalType;
use crate::model::name::ColumnName;
use crate::model::name::TableName;
use crate::model::period::PeriodKind;
use arrow::datatypes::DataType;
use arrow::datatypes::Field;
use arrow::datatypes::Schema;
use arrow::datatypes::SchemaRef;
use arrow::datatypes::TimeUnit;
use std::sync::Arc;

/// How a column is stored. Every engine and BI tool reads these seven alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoredType {
    Text,
    Integer,
    /// Exact, 18 digits of which `scale` stand after the point.
    Decimal {
        scale: i8,
    },
    Double,
    Date,
    /// Milliseconds, UTC.
    Timestamp,
    Bool,
}

impl StoredType {
    /// Digits of a stored decimal in all.
    pub const PRECISION: u8 = 18;

    pub fn arrow(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Integer => DataType::Int64,
            Self::Decimal { scale } => DataType::Decimal128(Self::PRECISION, scale),
            Self::Double => DataType::Float64,
            Self::Date => DataType::Date32,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Millisecond, None),
            Self::Bool => DataType::Boolean,
        }
    }
}

impl LogicalType {
    /// How values of this type are stored.
    pub const fn stored(self) -> StoredType {
        match self {
            Self::Text | Self::Id | Self::Market => StoredType::Text,
            Self::Integer | Self::Rank | Self::Bounded => StoredType::Integer,
            Self::Decimal { scale } | Self::Money { scale } => StoredType::Decimal { scale },
            Self::Ratio | Self::Percent { .. } | Self::Share => StoredType::Double,
            Self::Date => StoredType::Date,
            Self::Timestamp => StoredType::Timestamp,
            Self::Bool => StoredType::Bool,
        }
    }

    /// The suffix of the second column that this type makes, if it makes one.
    pub const fn companion(self) -> Option<&'static str> {
        match self {
            Self::Rank => Some("_kind"),
            Self::Bounded | Self::Share => Some("_bound"),
            _ => None,
        }
    }
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredColumn {
    pub name: ColumnName,
    pub ty: StoredType,
    pub title_zh: Box<str>,
    /// Whether values of several rows may be added: a count or an amount, not a price or a rank.
    pub additive: bool,
}

/// How observations of the same thing meet in `current/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeRule {
    pub by: MergeBy,
    /// What tells rows of one slice apart: the grain beyond account, marketplace and period.
    pub key: Vec<ColumnName>,
    /// A report that lacks values of this column which the slice had before is partial: it removes none of them.
    pub partial_by: Option<ColumnName>,
    /// The measure whose loss makes a newer observation poorer.
    pub weight: Option<ColumnName>,
    /// A column whose values are slices of their own: the id of a document that is complete in itself.
    pub slice: Option<ColumnName>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeBy {
    /// The newest observation of a slice replaces the slice.
    Slice,
    /// The newest observation of a key replaces the row.
    Key,
}

/// A table of the store, as the schemas that feed it declare it together.
#[derive(Debug, Clone)]
pub struct Table {
    pub name: TableName,
    pub title: Box<str>,
    pub title_zh: Box<str>,
    /// None for seeds.
    pub period: Option<PeriodKind>,
    pub merge: MergeRule,
    /// Families in order of precedence, best first.
    pub families: Vec<Box<str>>,
    /// Of several families one counts for all of an account's ad product and day, whatever documents each holds: theirs
    /// are not the same ones.
    pub family_per_day: bool,
    /// In the order in which files hold them; `month` last where the table is partitioned by it.
    pub columns: Vec<StoredColumn>,
}

impl Table {
    /// Whether rows are partitioned by month beside the marketplace: not where their date may move.
    pub fn is_monthly(&self) -> bool {
        self.columns
            .iter()
            .any(|column| column.name.as_str() == "month")
    }

    /// The column that holds a row's day: what slices and months are made of.
    pub const fn day_column(&self) -> Option<&'static str> {
        match self.period {
            Some(PeriodKind::Day) => Some("date"),
            Some(PeriodKind::Range) => Some("period_start"),
            Some(PeriodKind::Snapshot) => Some("snapshot_date"),
            Some(PeriodKind::DatedEvent) => Some("event_date"),
            Some(PeriodKind::Event) | None => None,
        }
    }

    /// Whether the first and last day of a report are likely cut: events of a span that the user chose, told by nothing
    /// but their day.
    pub fn has_cut_edges(&self) -> bool {
        self.period == Some(PeriodKind::DatedEvent)
            && self.merge.by == MergeBy::Slice
            && self.merge.slice.is_none()
    }

    /// Every file of the table has exactly this schema.
    pub fn arrow(&self) -> SchemaRef {
        let fields: Vec<Field> = self
            .columns
            .iter()
            .map(|column| Field::new(column.name.as_str(), column.ty.arrow(), true))
            .collect();
        Arc::new(Schema::new(fields))
    }

    pub fn index_of(&self, column: &str) -> Option<usize> {
        self.columns
            .iter()
            .position(|known| known.name.as_str() == column)
    }
}
