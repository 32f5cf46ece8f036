//! Embeds `schemas/`, `pipelines/` and `sample_data/` in the binary, so that it runs alone, and how many cases prove each
//! schema.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// `(constant, folder, what of it, extensions or all, as bytes)`.
type Embedded = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    bool,
);
const FOLDERS: &[Embedded] = &[
    ("SCHEMAS", "schemas", &["."], &["toml"], false),
    ("PIPELINES", "pipelines", &["."], &["toml", "sql"], false),
    // Not the store and the output that running the sample in place leaves there.
    (
        "SAMPLE",
        "sample_data",
        &["inbox", "seeds", "sellerlake.toml", "README.md"],
        &[],
        true,
    ),
];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut code = String::new();
    for (name, folder, of_it, extensions, bytes) in FOLDERS {
        let mut files = Vec::new();
        for part in *of_it {
            println!("cargo::rerun-if-changed={folder}/{part}");
            walk(&root.join(folder).join(part), &mut files)?;
        }
        files.sort();
        let (ty, include) = if *bytes {
            ("&[u8]", "include_bytes")
        } else {
            ("&str", "include_str")
        };
        let _ = writeln!(code, "pub const {name}: &[(&str, {ty})] = &[");
        for file in files {
            let relative = file
                .strip_prefix(root.join(folder))
                .unwrap_or(&file)
                .to_string_lossy()
                .replace('\\', "/")
                .replace("./", "");
            let extension = file
                .extension()
                .and_then(|e| e.to_str())
                .unwrap_or_default();
            let wanted = extensions.is_empty() || extensions.contains(&extension);
            if wanted {
                let _ = writeln!(
                    code,
                    "    ({relative:?}, {include}!({:?})),",
                    file.to_string_lossy()
                );
            }
        }
        code.push_str("];\n");
    }
    cases(&root, &mut code)?;
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("embedded.rs"), code)
}

/// How many golden cases prove each schema, by its id.
fn cases(root: &Path, code: &mut String) -> io::Result<()> {
    let folder = root.join("tests/cases");
    println!("cargo::rerun-if-changed=tests/cases");
    let mut files = Vec::new();
    walk(&folder, &mut files)?;
    let mut by_id: BTreeMap<String, usize> = BTreeMap::new();
    for file in files.iter().filter(|file| file.ends_with("case.toml")) {
        let id = file.parent().and_then(Path::parent).unwrap_or(file);
        let id = id.strip_prefix(&folder).unwrap_or(id).to_string_lossy();
        *by_id.entry(id.replace('\\', "/")).or_default() += 1;
    }
    code.push_str("pub const CASES: &[(&str, usize)] = &[\n");
    for (id, n) in by_id {
        let _ = writeln!(code, "    ({id:?}, {n}),");
    }
    code.push_str("];\n");
    Ok(())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if folder.is_file() {
        files.push(folder.to_path_buf());
    }
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
