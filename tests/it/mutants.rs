//! What users do to a report before it comes here: columns in another order, one more, one less. It stays what it is.

use crate::fixture::catalog;
use crate::fixture::in_package;
use rayon::prelude::*;
use sellerlake::detect::detect;
use sellerlake::read;
use sellerlake::schema::Schema;
use sellerlake::schema::binding;
use sellerlake::schema::binding::Binding;
use sellerlake::store::files;
use std::collections::BTreeMap;
use std::fs;

/// Labels of people's own columns, in front, in the middle and at the end.
const OWN: &[&str] = &["Model", "负责人", "Unnamed: 7"];
/// Orders tried for each header.
const N_ORDERS: u64 = 2;

/// A header row that is known to be a schema's.
struct Header {
    from: String,
    schema: String,
    cells: Vec<String>,
}

/// Headers of `tests/headers.tsv` and of each table of the golden cases that are recognised, each once.
fn headers() -> Vec<Header> {
    let mut headers: BTreeMap<Vec<String>, Header> = BTreeMap::new();
    let listed = fs::read_to_string(in_package("tests/headers.tsv")).unwrap();
    for line in listed.lines().skip(1) {
        let [schema, variant, header] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("three cells in {line:?}");
        };
        let cells: Vec<String> = header.split('|').map(str::to_owned).collect();
        let from = format!("{schema}, {variant}");
        let schema = schema.to_owned();
        headers.insert(
            cells.clone(),
            Header {
                from,
                schema,
                cells,
            },
        );
    }
    let inputs = files::list(&in_package("tests/cases")).unwrap();
    let of_cases: Vec<Header> = inputs
        .par_iter()
        .filter(|path| path.file_stem().is_some_and(|stem| stem == "input"))
        // What must be held has no schema to stay with.
        .filter(|path| {
            !path
                .components()
                .any(|part| part.as_os_str() == "_negative")
        })
        .flat_map_iter(|path| {
            let limits = read::Limits::default();
            let documents = read::open(path, &limits, None, &read::Nestings::default());
            let tables = documents
                .into_iter()
                .flatten()
                .flat_map(|document| document.tables);
            let from = path.parent().unwrap().display().to_string();
            tables
                .filter_map(|table| {
                    let opening: Vec<(u32, &[String])> = table
                        .opening
                        .iter()
                        .map(|row| (row.row, row.cells.as_slice()))
                        .collect();
                    let found = detect(&opening, catalog().reports()).ok()?;
                    Some(Header {
                        from: from.clone(),
                        schema: found.schema.id.to_string(),
                        cells: found.labels,
                    })
                })
                .collect::<Vec<_>>()
        })
        .collect();
    for header in of_cases {
        headers.entry(header.cells.clone()).or_insert(header);
    }
    headers.into_values().collect()
}

/// Schemas that may fit a header whose labels are some of these: a schema without its own columns there fits none of them.
fn near<'a>(cells: &[String]) -> Vec<&'a Schema> {
    let has_all = |schema: &&Schema| {
        let binding = Binding::of(schema, &binding::Header::of(cells));
        // A label may stand for another column once some other label is gone, which only such schemas say.
        let may_swap = schema
            .columns
            .iter()
            .any(|column| !column.else_labels.is_empty() || column.without.is_some());
        may_swap
            || schema
                .signature
                .all
                .iter()
                .all(|name| binding.has(name.as_str()))
    };
    catalog().reports().filter(has_all).collect()
}

/// The header's columns in an order that a number decides, with those that the schema wants in order as they were.
fn shuffled(header: &Header, schema: &Schema, seed: u64) -> Vec<String> {
    let binding = Binding::of(schema, &binding::Header::of(&header.cells));
    let ordered = |source: usize| {
        binding.columns.iter().any(|bound| {
            bound.source == source
                && (schema.signature.order.iter())
                    .any(|(a, b)| bound.column.name == *a || bound.column.name == *b)
        })
    };
    // Labels that stand twice are told apart by their order.
    let twice = |source: usize| {
        header
            .cells
            .iter()
            .filter(|cell| **cell == header.cells[source])
            .count()
            > 1
    };
    let places: Vec<usize> = (0..header.cells.len())
        .filter(|at| !ordered(*at) && !twice(*at))
        .collect();
    let mut moved = places.clone();
    moved.sort_by_key(|at| {
        (*at as u64 + 1)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15 ^ seed.wrapping_mul(0xD1B5_4A32_D192_ED03))
            .rotate_left(17)
    });
    let mut cells = header.cells.clone();
    for (to, from) in places.iter().zip(moved) {
        cells[*to].clone_from(&header.cells[from]);
    }
    cells
}

/// Places of columns that the schema can do without.
fn optional(header: &Header, schema: &Schema) -> Vec<usize> {
    let binding = Binding::of(schema, &binding::Header::of(&header.cells));
    let signature = &schema.signature;
    binding
        .columns
        .iter()
        .filter(|bound| {
            let name = &bound.column.name;
            let by_label = !signature.labels.is_empty();
            !by_label && !signature.all.contains(name) && !signature.any.contains(name)
        })
        .map(|bound| bound.source)
        .filter(|source| {
            // One cell may be two columns, of which one is needed.
            let needed = |name| signature.all.contains(name) || signature.any.contains(name);
            !(binding.columns.iter())
                .any(|bound| bound.source == *source && needed(&bound.column.name))
        })
        .collect()
}

#[test]
fn a_header_stays_its_schemas_when_columns_move_come_and_go() {
    let headers = headers();
    let outcomes: Vec<(usize, Vec<String>)> = headers
        .par_iter()
        .map(|header| {
            let schemas = near(&header.cells);
            let (mut n, mut faults) = (0, Vec::new());
            let mut expect = |what: &str, cells: Vec<String>| {
                n += 1;
                let opening = [(1, cells.as_slice())];
                let came = match detect(&opening, schemas.iter().copied()) {
                    Ok(found) if found.schema.id.as_str() == header.schema => return,
                    Ok(found) => format!("taken for {}", found.schema.id),
                    Err(why) => why.to_string(),
                };
                faults.push(format!(
                    "{} ({}), {what}: {came}",
                    header.from, header.schema
                ));
            };
            let Some(schema) = schemas
                .iter()
                .find(|schema| schema.id.as_str() == header.schema)
            else {
                return (
                    0,
                    vec![format!("{}: {} is not near", header.from, header.schema)],
                );
            };
            for seed in 0..N_ORDERS {
                expect("in another order", shuffled(header, schema, seed));
            }
            for (n, own) in OWN.iter().enumerate() {
                let mut cells = header.cells.clone();
                cells.insert(cells.len() * n / (OWN.len() - 1), (*own).to_owned());
                expect(&format!("with {own:?}"), cells);
            }
            for (n, source) in optional(header, schema).into_iter().enumerate() {
                let mut cells = header.cells.clone();
                let label = cells.remove(source);
                expect(&format!("without {label:?}"), cells);
                // One renamed is one less and one more: a few of them are enough.
                if n % 8 == 0 {
                    let mut cells = header.cells.clone();
                    cells[source] = "Renamed by me".to_owned();
                    expect(&format!("with {label:?} renamed"), cells);
                }
            }
            (n, faults)
        })
        .collect();
    let n: usize = outcomes.iter().map(|(n, _)| n).sum();
    let faults: Vec<String> = outcomes
        .into_iter()
        .flat_map(|(_, faults)| faults)
        .collect();
    assert!(
        headers.len() > 200 && n > 5_000,
        "{} headers, {n} mutants",
        headers.len()
    );
    assert!(
        faults.is_empty(),
        "{} of {n}:\n{}",
        faults.len(),
        faults.join("\n")
    );
}
