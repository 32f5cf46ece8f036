//! Names that are checked once and then trusted.

use std::borrow::Borrow;
use std::fmt;

/// A text that is not a well-formed name of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a {kind}: {rule}")]
pub struct BadName {
    pub text: Box<str>,
    pub kind: &'static str,
    pub rule: &'static str,
}

const SNAKE: &str = "lower-case letters, digits and underscores, starting with a letter";
const SCHEMA: &str =
    "<source>/<report>, each of lower-case letters, digits, hyphens and underscores";

fn is_snake(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

fn is_schema_id(text: &str) -> bool {
    let kebab = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
    };
    text.split_once('/')
        .is_some_and(|(source, report)| kebab(source) && kebab(report))
}

macro_rules! checked_name {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $check:ident, $rule:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// # Errors
            /// When `text` does not follow the rule of its kind; the error says the rule.
            pub fn parse(text: &str) -> Result<Self, BadName> {
                if $check(text) { Ok(Self(text.into())) } else {
                    Err(BadName { text: text.into(), kind: $kind, rule: $rule })
                }
            }

            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str { &self.0 }
        }
    };
}

checked_name!(
    /// A schema's id: its path under `schemas/` without `.toml`.
    SchemaId, "schema id", is_schema_id, SCHEMA
);
checked_name!(
    /// A table of the store, a seed, or a mart: what SQL sees.
    TableName, "table name", is_snake, SNAKE
);
checked_name!(
    /// A column of a table.
    ColumnName, "column name", is_snake, SNAKE
);
checked_name!(
    /// A pipeline: its folder under `pipelines/`.
    PipelineName, "pipeline name", is_snake, SNAKE
);

impl SchemaId {
    /// Whose report it is: `amazon-ads` of `amazon-ads/sp-campaign`.
    pub fn source(&self) -> &str {
        self.0
            .split_once('/')
            .map_or(&*self.0, |(source, _)| source)
    }
}

impl TableName {
    /// The twin table for reports that cover a range instead of a day.
    ///
    /// # Panics
    /// Never: a checked name with a suffix of letters is a checked name.
    #[must_use]
    pub fn range_twin(&self) -> Self {
        Self(format!("{}_range", self.0).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_their_rule() {
        for good in ["a", "ads_search_term", "x2"] {
            assert_eq!(ColumnName::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "2x", "Ads", "a-b", "_a", "a b", "é"] {
            assert!(ColumnName::parse(bad).is_err(), "{bad}");
        }
        assert!(SchemaId::parse("amazon-ads/sp-search-term").is_ok());
        for bad in ["amazon-ads", "a/b/c", "/x", "x/", "A/b"] {
            assert!(SchemaId::parse(bad).is_err(), "{bad}");
        }
    }
}
