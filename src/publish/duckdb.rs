//! A script that makes a DuckDB database of views over the store's Parquet, described column by column. Nothing is
//! copied: whoever asks a view reads the files as they are then. Knows no table; runs nothing.

use crate::publish::docs::Both;
use std::fmt::Write;

/// One view.
#[derive(Debug, Clone)]
pub struct View {
    pub name: String,
    pub title: Both,
    /// Its files as a pattern with `/`; none when there is not one file yet.
    pub files: Option<String>,
    pub columns: Vec<ViewColumn>,
    /// Which rows: each column equals one of the values, of which an absent one is no value at all.
    pub only: Vec<(String, Vec<Option<String>>)>,
}

#[derive(Debug, Clone)]
pub struct ViewColumn {
    pub name: String,
    /// As DuckDB names it.
    pub ty: &'static str,
    /// Digits after the point of a decimal.
    pub scale: Option<i8>,
    pub meaning: Both,
    pub unit: String,
}

/// The whole script. The same views give the same text.
pub fn script(views: &[View]) -> String {
    let mut out = String::from(
        "-- Views over the Parquet files of a sellerlake store. Nothing is copied: a view reads the files as they are when\n\
         -- it is asked, so this is run once, and again when a table got its first file.\n\
         --   duckdb lake.duckdb < lake.sql\n",
    );
    for view in views {
        one(&mut out, view);
    }
    out
}

fn one(out: &mut String, view: &View) {
    let name = quoted(&view.name);
    let _ = write!(out, "\nCREATE OR REPLACE VIEW {name} AS\nSELECT\n");
    for (n, column) in view.columns.iter().enumerate() {
        let comma = if n + 1 < view.columns.len() { "," } else { "" };
        let column_name = quoted(&column.name);
        let value = match view.files {
            Some(_) => column_name.clone(),
            None => "NULL".to_owned(),
        };
        let _ = writeln!(
            out,
            "    CAST({value} AS {}) AS {column_name}{comma}",
            ty(column)
        );
    }
    match &view.files {
        // The files hold the columns that their folders are named by, in their own types.
        Some(files) => {
            let _ = write!(
                out,
                "FROM read_parquet({}, hive_partitioning = false)",
                literal(files)
            );
        }
        None => out.push_str("-- No file yet.\nWHERE FALSE"),
    }
    for (n, (column, values)) in view.only.iter().enumerate() {
        let joint = if n == 0 && view.files.is_some() {
            "\nWHERE "
        } else {
            "\n    AND "
        };
        out.push_str(joint);
        condition(out, view, column, values);
    }
    out.push_str(";\n");
    let _ = writeln!(
        out,
        "COMMENT ON VIEW {name} IS {};",
        literal(&both(&view.title, ""))
    );
    for column in &view.columns {
        let text = both(&column.meaning, &column.unit);
        if !text.is_empty() {
            let _ = writeln!(
                out,
                "COMMENT ON COLUMN {name}.{} IS {};",
                quoted(&column.name),
                literal(&text)
            );
        }
    }
}

fn condition(out: &mut String, view: &View, column: &str, values: &[Option<String>]) {
    let ty = view
        .columns
        .iter()
        .find(|known| known.name == column)
        .map_or_else(|| "VARCHAR".to_owned(), ty);
    let name = quoted(column);
    let tests: Vec<String> = values
        .iter()
        .map(|value| match value {
            Some(value) => format!("{name} = CAST({} AS {ty})", literal(value)),
            None => format!("{name} IS NULL"),
        })
        .collect();
    let _ = write!(out, "({})", tests.join(" OR "));
}

fn ty(column: &ViewColumn) -> String {
    match column.scale {
        Some(scale) => format!("{}(18, {scale})", column.ty),
        None => column.ty.to_owned(),
    }
}

/// `Ad spend · 广告花费 [currency]`.
fn both(text: &Both, unit: &str) -> String {
    let words: Vec<&str> = [text.en.as_str(), text.zh.as_str()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    let mut line = words.join(" · ");
    if !unit.is_empty() {
        line = format!("{line} [{unit}]");
    }
    line
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, ty: &'static str, scale: Option<i8>) -> ViewColumn {
        ViewColumn {
            name: name.to_owned(),
            ty,
            scale,
            meaning: Both::of("It's", ""),
            unit: "currency".to_owned(),
        }
    }

    #[test]
    fn a_view_is_typed_described_and_quoted() {
        let view = View {
            name: "t".to_owned(),
            title: Both::of("T", "表"),
            files: Some("/o'store/t/**/*.parquet".to_owned()),
            columns: vec![
                column("a", "VARCHAR", None),
                column("b", "DECIMAL", Some(4)),
            ],
            only: vec![("a".to_owned(), vec![Some("x'y".to_owned()), None])],
        };
        let text = script(std::slice::from_ref(&view));
        let (_, text) = text.split_once("\n\n").unwrap();
        assert_eq!(
            text,
            "CREATE OR REPLACE VIEW \"t\" AS\nSELECT\n    CAST(\"a\" AS VARCHAR) AS \"a\",\n    CAST(\"b\" AS DECIMAL(18, 4)) AS \"b\"\n\
             FROM read_parquet('/o''store/t/**/*.parquet', hive_partitioning = false)\n\
             WHERE (\"a\" = CAST('x''y' AS VARCHAR) OR \"a\" IS NULL);\n\
             COMMENT ON VIEW \"t\" IS 'T · 表';\nCOMMENT ON COLUMN \"t\".\"a\" IS 'It''s [currency]';\n\
             COMMENT ON COLUMN \"t\".\"b\" IS 'It''s [currency]';\n"
        );
        let empty = View {
            files: None,
            ..view
        };
        let text = script(&[empty]);
        assert!(text.contains(
            "CAST(NULL AS DECIMAL(18, 4)) AS \"b\"\n-- No file yet.\nWHERE FALSE\n    AND (\"a\" = "
        ));
    }
}
