//! The house rules, held to the code: who imports whom, which crate lives where, what no file may say.

use crate::fixture::catalog;
use crate::fixture::in_package;
use crate::fixture::slashed;
use sellerlake::embedded;
use sellerlake::model::finding::Code;
use sellerlake::store::files;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;

/// What each module of ours may import beside itself. `cli` may import all, and only `main.rs` imports `cli`.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("decode", &["model", "schema"]),
    ("detect", &["model", "schema"]),
    ("embedded", &[]),
    (
        "ingest",
        &[
            "decode",
            "detect",
            "model",
            "normalise",
            "observe",
            "read",
            "schema",
            "store",
            "workspace",
        ],
    ),
    ("model", &[]),
    ("normalise", &["model", "schema"]),
    ("observe", &[]),
    ("pipeline", &["model", "observe", "workspace"]),
    ("publish", &["model", "store", "workspace"]),
    ("read", &["model"]),
    ("schema", &["model"]),
    ("store", &["model"]),
    ("workspace", &["model"]),
];

/// Where each dependency may be used, below `src/`; tests may use any.
const HOMES: &[(&str, &[&str])] = &[
    ("anyhow", &["cli/"]),
    ("arrow", &[""]),
    (
        "blake3",
        &[
            "cli/build.rs",
            "cli/review/frozen.rs",
            "cli/run.rs",
            "model/id.rs",
            "read/encoding.rs",
        ],
    ),
    ("bytes", &["store/"]),
    ("calamine", &["read/"]),
    ("chardetng", &["read/"]),
    ("clap", &["cli/", "main.rs"]),
    ("clap_complete", &["cli/"]),
    ("console", &["cli/"]),
    ("csv", &["cli/", "read/"]),
    ("encoding_rs", &["read/"]),
    ("flate2", &["read/"]),
    ("foldhash", &["normalise/duplicates.rs", "store/part.rs"]),
    ("indicatif", &["cli/"]),
    ("jiff", &[""]),
    ("parquet", &["cli/query.rs", "store/"]),
    ("polars", &["pipeline/engine/"]),
    ("quick_xml", &["read/nested/xml.rs"]),
    ("rayon", &["cli/", "ingest/"]),
    (
        "regex",
        &["normalise/step.rs", "schema/", "workspace/inbox.rs"],
    ),
    ("rust_xlsxwriter", &["publish/"]),
    // What is written to disk or read from a file of ours has a type of its own there, and nowhere else.
    (
        "serde",
        &[
            "cli/build.rs",
            "cli/review/frozen.rs",
            "pipeline/review/wire.rs",
            "pipeline/wire.rs",
            "schema/wire.rs",
            "store/decisions.rs",
            "store/entry.rs",
            "store/memos.rs",
            "store/merge.rs",
            "store/pack.rs",
            "workspace/wire.rs",
        ],
    ),
    ("serde_json", &["cli/", "ingest/sift.rs", "store/"]),
    (
        "sqlparser",
        &["pipeline/engine/dialect.rs", "pipeline/subset/"],
    ),
    ("tempfile", &["store/"]),
    ("thiserror", &[""]),
    (
        "toml",
        &[
            "pipeline/door.rs",
            "pipeline/review/wire.rs",
            "pipeline/wire.rs",
            "schema/door",
            "schema/wire.rs",
            "workspace/wire.rs",
        ],
    ),
    ("unicode_normalization", &["schema/label.rs"]),
    ("unicode_width", &["cli/render.rs", "publish/"]),
    ("zip", &["read/"]),
];

/// What only `cli` may do: print, and look at the clock and the environment.
const OUTSIDE: &[&str] = &[
    "print!(",
    "println!(",
    "eprint!(",
    "eprintln!(",
    "io::stdout",
    "io::stderr",
    "env::",
    "SystemTime::now",
    "Instant::now",
    "Zoned::now",
    "Timestamp::now",
];

/// What no code of ours says.
const REFUSED: &[&str] = &[
    "todo!",
    "unimplemented!",
    "dbg!",
    "fixme",
    "use crate::{",
    "#[ignore",
];

/// What no file is called.
const NAMES: &[&str] = &[
    "common",
    "data",
    "handler",
    "helper",
    "helpers",
    "info",
    "manager",
    "processor",
    "types",
    "util",
    "utils",
];

/// Names of tools whose files we read. No code knows them but where a fact of the world is meant.
const TOOLS: &[&str] = &[
    "amazon-ads",
    "cerebro",
    "helium",
    "keepa",
    "seller-central",
    "sellersprite",
];
const TOLD_BY_NAME: &[(&str, &str)] = &[
    // The number that stands for each marketplace in product addresses of that site.
    ("model/market.rs", "keepa"),
    // The second page of each product.
    ("publish/link.rs", "keepa"),
    ("publish/review/table.rs", "keepa"),
    // An example in the configuration that a new workspace gets.
    ("cli/init.rs", "keepa"),
];

const MAX_LINES: usize = 500;

struct Source {
    /// Relative to the folder that was listed.
    path: String,
    text: String,
    /// All of it is compiled for tests alone.
    is_test: bool,
}

impl Source {
    /// Its module right below `src/`.
    fn module(&self) -> &str {
        self.path
            .split('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".rs")
    }

    /// The file's name without its ending.
    fn stem(&self) -> &str {
        self.path
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".rs")
    }

    /// Lines of code with their numbers: without comments, and without the tests at the end of the file.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = self.text.match_indices("#[cfg(test)]\nmod tests {").next();
        let text = if self.is_test {
            ""
        } else {
            &self.text[..tests.map_or(self.text.len(), |(at, _)| at)]
        };
        (1..)
            .zip(text.lines())
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// Files that it takes in for tests alone, relative to the same folder: `#[cfg(test)] mod tests;`.
    fn test_files(&self) -> Vec<String> {
        let folder = match (self.stem(), self.path.rsplit_once('/')) {
            ("mod", Some((folder, _))) => format!("{folder}/"),
            ("lib" | "main", None) => String::new(),
            _ => format!("{}/", self.path.trim_end_matches(".rs")),
        };
        let lines: Vec<&str> = self.text.lines().map(str::trim).collect();
        let mut files = Vec::new();
        for (n, _) in lines
            .iter()
            .enumerate()
            .filter(|(_, line)| **line == "#[cfg(test)]")
        {
            let rest = &lines[n + 1..];
            let path = rest
                .first()
                .and_then(|line| line.strip_prefix("#[path = \"")?.strip_suffix("\"]"));
            let declared = rest
                .get(usize::from(path.is_some()))
                .and_then(|line| line.strip_suffix(';')?.split_once("mod "));
            let Some((_, name)) = declared else { continue };
            let beside = self
                .path
                .rsplit_once('/')
                .map_or(String::new(), |(folder, _)| format!("{folder}/"));
            files.push(path.map_or_else(
                || format!("{folder}{name}"),
                |path| format!("{beside}{}", path.trim_end_matches(".rs")),
            ));
        }
        files
    }
}

fn sources(folder: &str) -> Vec<Source> {
    let root = in_package(folder);
    let mut sources: Vec<Source> = files::list(&root)
        .unwrap()
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| Source {
            text: fs::read_to_string(&path).unwrap(),
            path: slashed(&path, &root),
            is_test: false,
        })
        .collect();
    let tests: Vec<String> = sources.iter().flat_map(Source::test_files).collect();
    for source in &mut sources {
        let module = source.path.trim_end_matches(".rs");
        source.is_test = tests
            .iter()
            .any(|test| module == test || module.starts_with(&format!("{test}/")));
    }
    sources
}

/// Whether a line uses a crate by path: `polars::..`, but not `engine::polars::..`.
fn uses(line: &str, krate: &str) -> bool {
    let start = format!("{krate}::");
    line.match_indices(&start).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '_' | ':' | '.')))
    })
}

fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn imports_follow_the_flow() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let mut faults = Vec::new();
    for source in sources("src") {
        let module = source.module();
        if matches!(module, "build" | "cli" | "lib" | "main") {
            continue;
        }
        let Some(allowed) = allowed.get(module) else {
            faults.push(format!(
                "src/{}: say in MAY_IMPORT what {module} may import",
                source.path
            ));
            continue;
        };
        for (n, line) in source.code() {
            for rest in line.split("crate::").skip(1) {
                let used: String = rest
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                if used != module && !allowed.contains(&used.as_str()) {
                    faults.push(format!(
                        "src/{}:{n}: {module} may not import {used}",
                        source.path
                    ));
                }
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn crates_stay_at_home() {
    let sources = sources("src");
    let mut faults = Vec::new();
    for (krate, homes) in HOMES {
        for source in sources
            .iter()
            .filter(|source| !homes.iter().any(|home| source.path.starts_with(home)))
        {
            let used = source.code().filter(|(_, line)| uses(line, krate));
            faults.extend(used.map(|(n, _)| {
                format!(
                    "src/{}:{n}: {krate} has no home here, but in {homes:?}",
                    source.path
                )
            }));
        }
    }
    let manifest: toml::Table =
        toml::from_str(&fs::read_to_string(in_package("Cargo.toml")).unwrap()).unwrap();
    let wanted: BTreeSet<String> = manifest["dependencies"]
        .as_table()
        .unwrap()
        .keys()
        .map(|name| name.replace('-', "_"))
        .collect();
    let listed: BTreeSet<String> = HOMES.iter().map(|(krate, _)| (*krate).to_owned()).collect();
    faults.extend(
        wanted
            .symmetric_difference(&listed)
            .map(|krate| format!("HOMES and Cargo.toml differ in {krate}")),
    );
    assert_none(&faults);
}

#[test]
fn only_the_command_line_looks_outside() {
    let mut faults = Vec::new();
    for source in sources("src")
        .iter()
        .filter(|source| !matches!(source.module(), "build" | "cli" | "main"))
    {
        for (n, line) in source.code() {
            let found = OUTSIDE.iter().filter(|word| line.contains(**word));
            faults.extend(
                found.map(|word| format!("src/{}:{n}: {word} belongs to cli", source.path)),
            );
        }
    }
    assert_none(&faults);
}

#[test]
fn no_code_names_a_report() {
    let mut words: BTreeSet<String> = TOOLS.iter().map(|tool| (*tool).to_owned()).collect();
    for schema in catalog().reports() {
        let (_, report) = schema.id.as_str().split_once('/').unwrap();
        words.insert(report.to_owned());
        words.insert(report.replace('-', "_"));
    }
    let mut faults = Vec::new();
    for source in sources("src") {
        for (n, line) in source.code() {
            let line = line.to_lowercase();
            let found = words.iter().filter(|word| line.contains(word.as_str()));
            let found =
                found.filter(|word| !TOLD_BY_NAME.contains(&(source.path.as_str(), word.as_str())));
            faults.extend(found.map(|word| format!("src/{}:{n}: knows {word}", source.path)));
        }
    }
    assert_none(&faults);
}

#[test]
fn no_code_names_a_stage() {
    let stages = embedded::PIPELINES
        .iter()
        .filter_map(|(path, _)| path.rsplit('/').next()?.strip_suffix(".sql"));
    let stages: BTreeSet<String> = stages.map(|stage| format!("\"{stage}\"")).collect();
    let mut faults = Vec::new();
    for source in sources("src") {
        for (n, line) in source.code() {
            let found = stages.iter().filter(|stage| line.contains(stage.as_str()));
            faults.extend(
                found.map(|stage| format!("src/{}:{n}: knows the stage {stage}", source.path)),
            );
        }
    }
    assert_none(&faults);
}

#[test]
fn files_are_short_named_and_say_what_they_are() {
    let mut faults = Vec::new();
    for folder in ["src", "tests", "sample_data"] {
        for source in sources(folder) {
            let path = format!("{folder}/{}", source.path);
            let n_lines = source.text.lines().count();
            if n_lines > MAX_LINES {
                faults.push(format!("{path}: {n_lines} lines, {MAX_LINES} at most"));
            }
            if NAMES.contains(&source.stem()) {
                faults.push(format!("{path}: {} is no name", source.stem()));
            }
            if !source.is_test
                && !source.text.starts_with("//! ")
                && !source.text.starts_with("#![doc")
            {
                faults.push(format!("{path}: does not begin with what it owns"));
            }
            // This file quotes what it refuses.
            if path == "tests/it/tidy.rs" {
                continue;
            }
            for (n, line) in (1..).zip(source.text.lines()) {
                let lower = line.to_lowercase();
                let found = REFUSED.iter().filter(|word| lower.contains(**word));
                faults.extend(found.map(|word| format!("{path}:{n}: {word} is refused")));
            }
            let globs = source.code().filter(|(_, line)| {
                folder == "src" && line.trim_start().starts_with("use super::")
            });
            faults.extend(
                globs.map(|(n, _)| {
                    format!("{path}:{n}: super:: is for tests; write the whole path")
                }),
            );
        }
    }
    assert_none(&faults);
}

#[test]
fn every_code_is_printed_once() {
    let names: Vec<String> = Code::ALL.iter().map(|code| format!("\"{code}\"")).collect();
    let sources = sources("src");
    for name in &names {
        let said: Vec<&str> = sources
            .iter()
            .flat_map(|source| source.code().map(|(_, line)| (source.path.as_str(), line)))
            .filter(|(_, line)| line.contains(name.as_str()))
            .map(|(path, _)| path)
            .collect();
        assert_eq!(
            said,
            ["model/finding.rs"],
            "{name} is said elsewhere; use its Code"
        );
    }
    let finding = sources
        .iter()
        .find(|source| source.path == "model/finding.rs")
        .unwrap();
    let (_, variants) = finding.text.split_once("pub enum Code {").unwrap();
    let (variants, _) = variants.split_once('}').unwrap();
    let n_variants = variants
        .lines()
        .filter(|line| line.trim_end().ends_with(',') && !line.contains("//"))
        .count();
    assert_eq!(n_variants, Code::ALL.len(), "Code::ALL lists every code");
}
