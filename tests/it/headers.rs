//! Every header row that is known, in every year and language, as a file with one row: it is its own kind's and no other's.

use crate::fixture::catalog;
use crate::fixture::in_package;
use sellerlake::detect::detect;
use sellerlake::read;
use std::fs;

/// Separators by which a file may be written. The header decides nothing about them.
const SEPARATORS: [char; 3] = ['\t', ',', ';'];

#[test]
fn every_known_header_is_recognised_as_its_kind() {
    let catalog = catalog();
    let text = fs::read_to_string(in_package("tests/headers.tsv")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (mut faults, mut n) = (Vec::new(), 0);
    for (line, separator) in text.lines().skip(1).zip(SEPARATORS.into_iter().cycle()) {
        let [schema, variant, header] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("three cells in {line:?}");
        };
        let quoted = |cell: &str| {
            let needs = separator != '\t' && cell.contains([separator, '"']);
            if needs {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell.to_owned()
            }
        };
        let cells: Vec<String> = header.split('|').map(quoted).collect();
        let row = vec!["1"; cells.len()];
        let between = separator.to_string();
        let file = format!("{}\n{}\n", cells.join(&between), row.join(&between));
        let path = folder.path().join("report.txt");
        fs::write(&path, file).unwrap();
        let documents = read::open(
            &path,
            &read::Limits::default(),
            None,
            &read::Nestings::default(),
        )
        .unwrap();
        let opening: Vec<(u32, &[String])> = documents[0].tables[0]
            .opening
            .iter()
            .map(|row| (row.row, row.cells.as_slice()))
            .collect();
        n += 1;
        match detect(&opening, catalog.reports()) {
            Ok(found) if found.schema.id.as_str() == schema => {
                let unknown = &found.binding.unknown;
                if !unknown.is_empty() {
                    faults.push(format!("{schema}, {variant}: does not know {unknown:?}"));
                }
            }
            Ok(found) => faults.push(format!(
                "{schema}, {variant}: taken for {}",
                found.schema.id
            )),
            Err(why) => faults.push(format!("{schema}, {variant}: {why}")),
        }
    }
    assert!(n > 150, "{n} headers");
    assert!(
        faults.is_empty(),
        "{} of {n}:\n{}",
        faults.len(),
        faults.join("\n")
    );
}
