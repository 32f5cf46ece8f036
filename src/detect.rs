//! Head of a table + catalog -> exactly one schema, or why not. Looks at labels only, never at names of files.

use crate::model::name::SchemaId;
use crate::schema::Schema;
use crate::schema::binding::Binding;
use crate::schema::binding::Header;
use crate::schema::binding::Misfit;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Rows into which a header is searched: preambles are known to be up to nine lines long.
const HEADER_SEARCH: usize = 25;
/// Schemas named when none fits.
const NEAREST: usize = 3;
/// A header that lacks a label by which its report is told is still that report's where it has at least so many labels
/// that the report knows,
const NEARLY_BOUND: usize = 5;
/// so few that the report does not know, as one in so many,
const NEARLY_UNKNOWN: usize = 10;
/// and no other report that could be meant knows more than so many quarters of them.
const NEARLY_OTHERS: usize = 3;

/// A table that is exactly one schema's.
#[derive(Debug)]
pub struct Detection<'a> {
    pub schema: &'a Schema,
    pub binding: Binding,
    /// Number of the header's row in the source.
    pub header_row: u32,
    /// The header's cells, as written.
    pub labels: Vec<String>,
    /// What the header lacks of the labels by which the report is told: empty but for reports that somebody cut down.
    pub lacks: Vec<Misfit>,
    /// Schemas that were near, and what they lack.
    pub runners_up: Vec<Near>,
}

/// A schema that does not fit, how many of its columns were there, and why it does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    pub schema: SchemaId,
    pub bound: usize,
    pub misfits: Vec<Misfit>,
}

/// Why a table is no schema's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DetectError {
    #[error("{}", unknown(nearest))]
    Unknown { nearest: Vec<Near> },
    #[error(
        "row {header_row} fits several schemas alike: {}; make their signatures exclude each other",
        schemas.iter().map(SchemaId::as_str).collect::<Vec<_>>().join(", ")
    )]
    Ambiguous {
        header_row: u32,
        schemas: Vec<SchemaId>,
    },
}

fn unknown(nearest: &[Near]) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("no known report has these columns");
    for (n, near) in nearest.iter().enumerate() {
        let misfits: Vec<String> = near
            .misfits
            .iter()
            .take(3)
            .map(ToString::to_string)
            .collect();
        let lead = if n == 0 {
            "; the nearest is "
        } else {
            "; then "
        };
        let _ = write!(
            text,
            "{lead}{}, but it {}",
            near.schema,
            misfits.join(" and ")
        );
    }
    text
}

/// Finds the header row and its schema in the first rows of a table, each with its number in the source.
///
/// The first row that is any schema's is the header. Of several schemas, one whose bound labels strictly include
/// another's wins over it; then exactly one must be left.
///
/// # Errors
/// When no row fits a schema, or one fits several.
#[expect(
    clippy::needless_pass_by_value,
    reason = "an iterator is cheap to clone and natural to pass"
)]
pub fn detect<'a>(
    opening: &[(u32, &[String])],
    schemas: impl Iterator<Item = &'a Schema> + Clone,
) -> Result<Detection<'a>, DetectError> {
    for (row, cells) in opening.iter().take(HEADER_SEARCH) {
        let header = Header::of(cells);
        if header
            .labels
            .iter()
            .filter(|label| !label.is_empty())
            .count()
            < 2
        {
            continue;
        }
        let (mut hits, mut near) = (Vec::new(), Vec::new());
        for schema in schemas.clone() {
            let binding = Binding::of(schema, &header);
            let misfits = binding.misfits(schema, &header);
            if misfits.is_empty() {
                hits.push((schema, binding));
            } else {
                near.push(Near {
                    schema: schema.id.clone(),
                    bound: binding.columns.len(),
                    misfits,
                });
            }
        }
        if hits.is_empty() {
            continue;
        }
        let sets: Vec<BTreeSet<usize>> = hits
            .iter()
            .map(|(_, binding)| binding.columns.iter().map(|bound| bound.source).collect())
            .collect();
        let mut left: Vec<(&Schema, Binding)> = hits
            .into_iter()
            .enumerate()
            .filter(|(n, _)| {
                !sets
                    .iter()
                    .any(|other| *other != sets[*n] && other.is_superset(&sets[*n]))
            })
            .map(|(_, hit)| hit)
            .collect();
        if left.len() > 1 {
            let schemas = left.iter().map(|(schema, _)| schema.id.clone()).collect();
            return Err(DetectError::Ambiguous {
                header_row: *row,
                schemas,
            });
        }
        if let Some((schema, binding)) = left.pop() {
            return Ok(Detection {
                schema,
                binding,
                header_row: *row,
                labels: cells.to_vec(),
                lacks: Vec::new(),
                runners_up: nearest(near),
            });
        }
    }
    for (row, cells) in opening.iter().take(HEADER_SEARCH) {
        if let Some(detection) = nearly(*row, cells, schemas.clone()) {
            return Ok(detection);
        }
    }
    let near = opening
        .iter()
        .take(HEADER_SEARCH)
        .flat_map(|(_, cells)| {
            let header = Header::of(cells);
            schemas.clone().map(move |schema| {
                let binding = Binding::of(schema, &header);
                let misfits = binding.misfits(schema, &header);
                Near {
                    schema: schema.id.clone(),
                    bound: binding.columns.len(),
                    misfits,
                }
            })
        })
        .collect();
    Err(DetectError::Unknown {
        nearest: nearest(near),
    })
}

/// A schema laid over a header that may have been cut down.
struct Candidate<'a> {
    /// Labels of the header that it knows.
    n_known: usize,
    /// Nothing is gone that a report cannot do without.
    is_usable: bool,
    schema: &'a Schema,
    binding: Binding,
    misfits: Vec<Misfit>,
}

impl Candidate<'_> {
    /// Whether the header has something that speaks against the schema, not only too little.
    fn is_opposed(&self) -> bool {
        self.misfits
            .iter()
            .any(|misfit| matches!(misfit, Misfit::HasForeign(_) | Misfit::WrongOrder(..)))
    }
}

/// The one schema that knows all but a few labels of a header row though labels by which it is told were taken out; none
/// where another report knows nearly as many, or where what was taken out places the rows or tells them apart.
fn nearly<'a>(
    row: u32,
    cells: &[String],
    schemas: impl Iterator<Item = &'a Schema>,
) -> Option<Detection<'a>> {
    let header = Header::of(cells);
    let standing = header.labels.iter().filter(|label| !label.is_empty());
    let standing = standing.count();
    if standing < NEARLY_BOUND {
        return None;
    }
    let mut known: Vec<Candidate<'_>> = schemas
        .filter(|schema| schema.seed.is_none())
        .map(|schema| {
            let binding = Binding::of(schema, &header);
            Candidate {
                n_known: binding.n_known(),
                is_usable: binding.lacks_only_marks(schema, &header),
                misfits: binding.misfits(schema, &header),
                schema,
                binding,
            }
        })
        .filter(|candidate| !candidate.is_opposed())
        .collect();
    known.sort_by(|a, b| {
        let rank = |of: &Candidate<'_>| (Reverse((of.n_known, of.is_usable)), of.misfits.len());
        (rank(a), &a.schema.id).cmp(&(rank(b), &b.schema.id))
    });
    let mut known = known.into_iter();
    let best = known.next()?;
    let others: Vec<Candidate<'_>> = known.collect();
    // One that lacks more of what tells it is no rival: that is how the twin is told that has a few columns more.
    let rivals = others
        .iter()
        .filter(|other| other.misfits.len() <= best.misfits.len());
    let n = best.n_known;
    let is_near = best.is_usable
        && n >= NEARLY_BOUND
        && (standing - n.min(standing)) * NEARLY_UNKNOWN <= standing
        && rivals.clone().all(|rival| rival.n_known < n)
        && rivals
            .filter(|rival| rival.is_usable)
            .all(|rival| rival.n_known * 4 <= n * NEARLY_OTHERS);
    let near = others.into_iter().map(|other| Near {
        schema: other.schema.id.clone(),
        bound: other.binding.columns.len(),
        misfits: other.misfits,
    });
    let near = nearest(near.collect());
    let Candidate {
        schema,
        binding,
        misfits: lacks,
        ..
    } = best;
    is_near.then(|| Detection {
        schema,
        binding,
        header_row: row,
        labels: cells.to_vec(),
        lacks,
        runners_up: near,
    })
}

/// The schemas that share the most columns, each once.
fn nearest(mut near: Vec<Near>) -> Vec<Near> {
    near.sort_by(|a, b| {
        b.bound
            .cmp(&a.bound)
            .then(a.misfits.len().cmp(&b.misfits.len()))
            .then(a.schema.cmp(&b.schema))
    });
    let mut seen = BTreeSet::new();
    near.retain(|near| near.bound >= 2 && seen.insert(near.schema.clone()));
    near.truncate(NEAREST);
    near
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::wire;

    const WIDE: &str = r#"
        title = "Wide"
        table = "wide"
        family = "console"
        [signature]
        all = ["day", "spend", "term"]
        [period]
        day = "day"
        [merge]
        by = "slice"
        key = ["term"]
        duplicates = "sum"
        [[column]]
        name = "day"
        type = "date"
        labels = { en = ["Date"], de = ["Datum"] }
        [[column]]
        name = "spend"
        type = "money"
        labels = { en = ["Spend"] }
        [[column]]
        name = "term"
        type = "text"
        labels = { en = ["Search Term"] }
    "#;

    fn cells(text: &str) -> Vec<String> {
        text.split('|').map(str::to_owned).collect()
    }

    fn found(schemas: &[Schema], rows: &[&str]) -> Result<(String, u32), DetectError> {
        let rows: Vec<Vec<String>> = rows.iter().map(|row| cells(row)).collect();
        let opening: Vec<(u32, &[String])> = (1..).zip(rows.iter().map(Vec::as_slice)).collect();
        detect(&opening, schemas.iter()).map(|hit| (hit.schema.id.to_string(), hit.header_row))
    }

    #[test]
    fn the_header_is_found_below_a_preamble_and_the_wider_schema_wins() {
        let narrow = WIDE
            .replace("\"spend\", \"term\"]", "\"spend\"]")
            .replace("Search Term", "Other");
        let schemas = [
            wire::parse("a/narrow", &narrow).unwrap(),
            wire::parse("a/wide", WIDE).unwrap(),
        ];
        assert_eq!(
            found(&schemas, &["x|y", "Datum|SPEND |Search  term"]).unwrap(),
            ("a/wide".into(), 2)
        );
        assert_eq!(
            found(&schemas, &["Date|Spend"]).unwrap(),
            ("a/narrow".into(), 1)
        );
    }

    #[test]
    fn a_report_that_was_cut_down_is_still_known_where_no_other_is_near() {
        let mut more = String::new();
        for name in ["a", "b", "c", "d"] {
            more += "[[column]]\ntype = \"text\"\nname = \"";
            more += name;
            more += "\"\nlabels = { en = [\"";
            more += name;
            more += "\"] }\n";
        }
        let wide = format!("{WIDE}{more}").replace("\"term\"]", "\"term\", \"a\"]");
        let wide = wide.replace("key = [\"term\", \"a\"]", "key = [\"term\"]");
        let schemas = [
            wire::parse("a/narrow", WIDE).unwrap(),
            wire::parse("a/wide", &wide).unwrap(),
        ];
        let row = [cells("Date|Search Term|b|c|d")];
        let opening: Vec<(u32, &[String])> = (1..).zip(row.iter().map(Vec::as_slice)).collect();
        let hit = detect(&opening, schemas.iter()).unwrap();
        assert_eq!(hit.schema.id.as_str(), "a/wide");
        let lacks: Vec<String> = hit.lacks.iter().map(ToString::to_string).collect();
        assert_eq!(lacks, ["lacks \"Spend\"", "lacks \"a\""]);
        for (row, why) in [
            ("Date|b|c|d|Spend", "the key was taken out"),
            (
                "Search Term|b|c|d|Spend",
                "the day was taken out, and nobody may say it",
            ),
            ("Date|Search Term|b|c", "too little is left"),
            ("Date|Search Term|b|c|x|y", "too much is not known"),
        ] {
            assert!(found(&schemas, &[row]).is_err(), "{why}");
        }
        let twins = [
            wire::parse("a/one", &wide).unwrap(),
            wire::parse("a/two", &wide).unwrap(),
        ];
        assert!(
            found(&twins, &["Date|Search Term|b|c|d"]).is_err(),
            "two are as near"
        );
    }

    #[test]
    fn two_that_fit_alike_and_none_that_fits_are_said() {
        let schemas = [
            wire::parse("a/one", WIDE).unwrap(),
            wire::parse("a/two", WIDE).unwrap(),
        ];
        let both = found(&schemas, &["Date|Spend|Search Term"]).unwrap_err();
        assert_eq!(
            both.to_string(),
            "row 1 fits several schemas alike: a/one, a/two; make their signatures exclude each other"
        );
        let none = found(&schemas[..1], &["Date|Spend|Units"]).unwrap_err();
        assert_eq!(
            none.to_string(),
            "no known report has these columns; the nearest is a/one, but it lacks \"Search Term\""
        );
    }
}
