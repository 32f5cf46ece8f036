//! A schema as written, and the reading of it. Flat structs and serde; what they mean is checked in `door`.

use crate::schema::Schema;
use crate::schema::door::Door;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// A fault in a schema file: which file, which line, what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("schemas/{file}.toml:{line}: {what}")]
pub struct SchemaError {
    pub file: Box<str>,
    pub line: usize,
    pub what: Box<str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WireSchema {
    pub(super) title: String,
    #[serde(default)]
    pub(super) title_zh: String,
    #[serde(default)]
    pub(super) download: String,
    pub(super) table: Spanned<String>,
    pub(super) family: String,
    #[serde(default)]
    pub(super) confidence: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) not_sheets: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) unusable: Option<String>,
    #[serde(default)]
    pub(super) signature: WireSignature,
    pub(super) period: Spanned<WirePeriod>,
    pub(super) merge: Spanned<WireMerge>,
    #[serde(default)]
    pub(super) seed: Option<WireSeed>,
    #[serde(default)]
    pub(super) json: Option<Spanned<WireNesting>>,
    #[serde(default)]
    pub(super) columns: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) fact: Vec<WireFact>,
    #[serde(default)]
    pub(super) skip: Vec<WireSkip>,
    #[serde(default)]
    pub(super) total: Vec<WireTotal>,
    pub(super) column: Vec<WireColumn>,
    #[serde(default)]
    pub(super) step: Vec<Spanned<WireStep>>,
    #[serde(default)]
    pub(super) output: Vec<WireOutput>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WireTotal {
    pub(super) of: Vec<Spanned<String>>,
    pub(super) is: Spanned<String>,
    #[serde(default)]
    pub(super) per: Option<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WireSignature {
    #[serde(default)]
    pub(super) all: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) any: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) none_labels: Vec<String>,
    #[serde(default)]
    pub(super) labels: Vec<String>,
    #[serde(default)]
    pub(super) labels_at_least: Option<usize>,
    #[serde(default)]
    pub(super) order: Vec<(Spanned<String>, Spanned<String>)>,
}

/// How the rows lie in a nested document.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WireNesting {
    pub(super) rows: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) carry: BTreeMap<String, Spanned<String>>,
    pub(super) key: Option<String>,
    pub(super) position: Option<String>,
    #[serde(default)]
    pub(super) indexed: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) left_out: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) clock: Vec<WireClock>,
    #[serde(default)]
    pub(super) series: Vec<Spanned<WireSeries>>,
    #[serde(default)]
    pub(super) absent: BTreeMap<String, String>,
    /// The labels may head a text as well.
    #[serde(default)]
    pub(super) text: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WireClock {
    pub(super) labels: Vec<String>,
    pub(super) unit: Spanned<String>,
    pub(super) since: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WireSeries {
    pub(super) path: Spanned<String>,
    pub(super) stride: Option<usize>,
    pub(super) metric: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) may_lack: Option<bool>,
    #[serde(default)]
    pub(super) values: Vec<WireSeriesValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WireSeriesValue {
    pub(super) offset: usize,
    pub(super) metric: String,
    pub(super) unit: String,
    pub(super) sign: Option<Spanned<String>>,
    pub(super) may_lack: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WireSeed {
    pub(super) owner: String,
    pub(super) cadence: String,
    #[serde(default)]
    pub(super) stale_after_days: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a word of the schema language"
)]
pub(super) struct WirePeriod {
    pub(super) day: Option<Spanned<String>>,
    pub(super) range: Option<(Spanned<String>, Spanned<String>)>,
    pub(super) rows: Option<(Spanned<String>, Spanned<String>)>,
    #[serde(default)]
    pub(super) granular: bool,
    pub(super) months: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) range_only: bool,
    pub(super) snapshot: Option<Spanned<String>>,
    pub(super) event: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) fixed: bool,
    #[serde(default)]
    pub(super) none: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WireMerge {
    pub(super) by: Spanned<String>,
    pub(super) key: Vec<Spanned<String>>,
    pub(super) duplicates: Spanned<String>,
    pub(super) partial_by: Option<Spanned<String>>,
    pub(super) weight: Option<Spanned<String>>,
    pub(super) slice: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WireFact {
    pub(super) from: Spanned<String>,
    pub(super) pattern: Spanned<String>,
    #[serde(default)]
    pub(super) values: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) certain: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WireSkip {
    pub(super) column: Spanned<String>,
    pub(super) pattern: Spanned<String>,
    pub(super) reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property of its own that a schema gives a column"
)]
pub(super) struct WireColumn {
    pub(super) name: Spanned<String>,
    #[serde(default)]
    pub(super) title_zh: String,
    pub(super) r#type: Spanned<String>,
    pub(super) labels: BTreeMap<String, Vec<Spanned<String>>>,
    #[serde(default)]
    pub(super) else_labels: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) nulls: Vec<String>,
    #[serde(default)]
    pub(super) values: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) strip: Vec<String>,
    #[serde(default)]
    pub(super) additive: bool,
    #[serde(default)]
    pub(super) scale: Option<i8>,
    #[serde(default)]
    pub(super) bare: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) drop: bool,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(default)]
    pub(super) with: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) without: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) half: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) same: bool,
    #[serde(default)]
    pub(super) date_order: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) also: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WireStep {
    pub(super) constant: Option<Spanned<String>>,
    pub(super) value: Option<String>,
    pub(super) fill_down: Option<Spanned<String>>,
    pub(super) first_of: Option<Spanned<String>>,
    pub(super) sum_of: Option<Spanned<String>>,
    pub(super) of: Option<Vec<Spanned<String>>>,
    pub(super) extract: Option<Spanned<String>>,
    pub(super) from: Option<Spanned<String>>,
    pub(super) pattern: Option<Spanned<String>>,
    pub(super) unpivot: Option<Spanned<String>>,
    pub(super) name_to: Option<Spanned<String>>,
    pub(super) value_to: Option<Spanned<String>>,
    pub(super) r#type: Option<Spanned<String>>,
    pub(super) own: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) own_values: BTreeMap<String, Spanned<String>>,
    pub(super) names_to: Option<Spanned<String>>,
    pub(super) minor_units: Option<Vec<Spanned<String>>>,
    pub(super) divide: Option<Vec<Spanned<String>>>,
    pub(super) by: Option<Spanned<u32>>,
    pub(super) r#where: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) is: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WireOutput {
    pub(super) table: Spanned<String>,
    #[serde(default)]
    pub(super) columns: Vec<Spanned<String>>,
    pub(super) period: Spanned<WirePeriod>,
    pub(super) merge: Spanned<WireMerge>,
    #[serde(default)]
    pub(super) step: Vec<Spanned<WireStep>>,
}

/// Reads one schema. `id` is its path under `schemas/` without `.toml`.
///
/// # Errors
/// All faults that can be told apart, each with its line.
pub fn parse(id: &str, text: &str) -> Result<Schema, Vec<SchemaError>> {
    let mut door = Door::new(id, text);
    let wire: WireSchema = match toml::from_str(text) {
        Ok(wire) => wire,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            door.fault(at, error.message());
            return Err(door.into_faults());
        }
    };
    let schema = door.schema(wire);
    let faults = door.into_faults();
    schema.filter(|_| faults.is_empty()).ok_or(faults)
}

/// A table's entry in `schemas/tables.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WireTable {
    pub(super) title: String,
    #[serde(default)]
    pub(super) title_zh: String,
    pub(super) families: Vec<String>,
    #[serde(default)]
    pub(super) family_per: FamilyPer,
}

/// Among which rows one family of several is chosen.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FamilyPer {
    #[default]
    Slice,
    Day,
}

/// Reads `schemas/tables.toml`: titles and the precedence of families.
///
/// # Errors
/// The first fault, with its line.
pub(super) fn parse_tables(text: &str) -> Result<BTreeMap<String, WireTable>, SchemaError> {
    toml::from_str(text).map_err(|error| {
        let mut door = Door::new("tables", text);
        door.fault(error.span().map_or(0, |span| span.start), error.message());
        door.into_faults().remove(0)
    })
}
