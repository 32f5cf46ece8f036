//! Every schema that ships is whole, and so are the tables that the schemas declare together.

use sellerlake::embedded;
use sellerlake::schema::catalog::Catalog;

/// The built-in catalogue, or all faults of all files.
pub(crate) fn builtin() -> Catalog {
    let files = embedded::SCHEMAS
        .iter()
        .map(|(path, text)| (path.trim_end_matches(".toml"), *text));
    Catalog::of(files).unwrap_or_else(|faults| {
        panic!(
            "{}",
            faults
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n")
        )
    })
}

#[test]
fn all_schemas_load() {
    let catalog = builtin();
    assert!(catalog.reports().count() >= 11);
    assert!(catalog.seeds().count() >= 18);
    for schema in catalog.reports() {
        assert!(
            !schema.title_zh.is_empty() && !schema.download.is_empty(),
            "{} says no menu path",
            schema.id
        );
    }
}
