//! How fast each stage is, on generated reports, as a table and as a line of JSON.
//!
//! `cargo bench --locked` measures what production uses; `cargo bench --locked --profile dev` compiles nothing that the
//! tests have not compiled, and is slow for it. After `--`, a number is how many rows each report has, and the path of a
//! file with the JSON line of an earlier run adds a column that compares.

#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

mod dump;

use crate::dump::Dump;
use crate::dump::Format;
use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use sellerlake::decode;
use sellerlake::decode::Field;
use sellerlake::decode::evidence::Evidence;
use sellerlake::decode::style::Prior;
use sellerlake::detect;
use sellerlake::embedded;
use sellerlake::ingest;
use sellerlake::ingest::Context;
use sellerlake::ingest::Flags;
use sellerlake::ingest::current;
use sellerlake::ingest::inbox;
use sellerlake::model::name::TableName;
use sellerlake::model::raw::RawChunk;
use sellerlake::observe::Silent;
use sellerlake::read;
use sellerlake::schema::catalog::Catalog;
use sellerlake::store::Store;
use sellerlake::store::files;
use sellerlake::store::layout::native;
use sellerlake::store::part;
use sellerlake::store::picked::Picked;
use sellerlake::store::reader;
use sellerlake::store::reports::Catalogue;
use sellerlake::workspace::Workspace;
use sellerlake::workspace::wire;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use std::env;
use std::error::Error;
use std::fs;
use std::io;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Rows of each report: enough that a stage takes long beside what a clock errs, in the time one waits for a table.
const ROWS: u32 = if cfg!(debug_assertions) {
    4_000
} else {
    60_000
};
/// Each stage is done so often; the shortest time is the least disturbed.
const ROUNDS: usize = 3;

fn main() -> Result<()> {
    let mut rows = ROWS;
    let mut before = None;
    for asked in env::args().skip(1).filter(|asked| !asked.starts_with("--")) {
        match asked.parse() {
            Ok(number) => rows = number,
            Err(_) => before = Some(earlier(Path::new(&asked))?),
        }
    }
    let files = embedded::SCHEMAS
        .iter()
        .map(|(path, text)| (path.trim_end_matches(".toml"), *text));
    let catalog = Catalog::of(files).map_err(|faults| format!("{faults:?}"))?;
    println!("format  stage    threads      MB/s     rows/s  before");
    let mut line = Map::new();
    for format in [Format::Csv, Format::Xlsx] {
        let folder = tempfile::tempdir()?;
        let dump = dump::write(&folder.path().join("inbox"), format, rows)?;
        let mut table = Measured {
            format,
            dump: &dump,
            before: before.as_ref(),
            line: &mut line,
        };
        unpack(&mut table)?;
        let chunks = split(&mut table)?;
        decode_all(&mut table, &catalog, &chunks)?;
        store(&mut table, &catalog, folder.path())?;
    }
    let profile = if cfg!(debug_assertions) {
        "dev"
    } else {
        "release"
    };
    println!(
        "{}",
        json!({"bench": "stages", "profile": profile, "rows": rows, "mb_per_s": line})
    );
    Ok(())
}

/// The figures of the last run whose line of JSON a file holds.
fn earlier(path: &Path) -> Result<Map<String, Value>> {
    let text = fs::read_to_string(path)?;
    let line = text
        .lines()
        .rfind(|line| line.starts_with('{'))
        .ok_or("the file holds no line of JSON")?;
    let mut line: Value = serde_json::from_str(line)?;
    match line["mb_per_s"].take() {
        Value::Object(figures) => Ok(figures),
        _ => Err("the line of JSON holds no figures".into()),
    }
}

/// The table being printed.
struct Measured<'a> {
    format: Format,
    dump: &'a Dump,
    before: Option<&'a Map<String, Value>>,
    line: &'a mut Map<String, Value>,
}

impl Measured<'_> {
    /// Does a stage several times, prints its line, and gives what it made.
    fn stage<T>(
        &mut self,
        name: &str,
        threads: &str,
        mut work: impl FnMut() -> Result<T>,
    ) -> Result<T> {
        let mut shortest = Duration::MAX;
        let mut made = None;
        for _ in 0..ROUNDS {
            let begin = Instant::now();
            let result = work()?;
            shortest = shortest.min(begin.elapsed());
            made = Some(result);
        }
        self.print(name, threads, shortest);
        made.ok_or_else(|| "nothing was measured".into())
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "speeds are shown with three digits"
    )]
    fn print(&mut self, name: &str, threads: &str, time: Duration) {
        let per_second = |n: u64| n as f64 / time.as_secs_f64();
        let speed = per_second(self.dump.bytes) / 1e6;
        let key = format!("{} {name}", self.format.as_str());
        let before = self.before.and_then(|before| before.get(&key)?.as_f64());
        let before = before.map_or_else(String::new, |before| format!("{:6.2} x", speed / before));
        let rows = per_second(self.dump.rows);
        println!(
            "{:7} {name:8} {threads:>7} {speed:>9.1} {rows:>10.0}  {before}",
            self.format.as_str()
        );
        self.line.insert(key, json!((speed * 10.0).round() / 10.0));
    }
}

/// Packed bytes to bytes: gzip for csv, the sheet's member for a workbook.
fn unpack(table: &mut Measured<'_>) -> Result<()> {
    let mut packed = Vec::new();
    for path in &table.dump.paths {
        let bytes = fs::read(path)?;
        if table.format == Format::Csv {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(&bytes)?;
            packed.push(encoder.finish()?);
        } else {
            packed.push(bytes);
        }
    }
    let (format, expected) = (table.format, table.dump.bytes);
    let n_bytes = table.stage("unpack", "1", || {
        let mut sum = 0;
        for bytes in &packed {
            sum += match format {
                Format::Csv => drain(MultiGzDecoder::new(&**bytes))?,
                Format::Xlsx => {
                    drain(zip::ZipArchive::new(io::Cursor::new(bytes))?.by_name(dump::SHEET)?)?
                }
            };
        }
        Ok(sum)
    })?;
    if n_bytes != expected {
        return Err(format!("{n_bytes} bytes were unpacked, not {expected}").into());
    }
    Ok(())
}

fn drain(mut reader: impl Read) -> io::Result<u64> {
    let mut block = vec![0; 128 << 10];
    let mut sum = 0;
    loop {
        match reader.read(&mut block)? {
            0 => return Ok(sum),
            n => sum += n as u64,
        }
    }
}

/// A file on disk to raw rows, unpacking included, as `ingest` does it for one file.
fn split(table: &mut Measured<'_>) -> Result<Vec<(read::Document, Vec<RawChunk>)>> {
    let paths = &table.dump.paths;
    let threads = if table.format == Format::Xlsx {
        "2"
    } else {
        "1"
    };
    table.stage("split", threads, || {
        let mut all = Vec::new();
        for path in paths {
            for document in read::open(
                path,
                &read::Limits::default(),
                None,
                &read::Nestings::default(),
            )? {
                let chunks = document.tables[0]
                    .chunks(1)?
                    .collect::<std::result::Result<_, _>>()?;
                all.push((document, chunks));
            }
        }
        Ok(all)
    })
}

/// Raw rows to typed columns.
fn decode_all(
    table: &mut Measured<'_>,
    catalog: &Catalog,
    files: &[(read::Document, Vec<RawChunk>)],
) -> Result<()> {
    let mut prepared = Vec::new();
    for (document, chunks) in files {
        let opening: Vec<_> = document.tables[0]
            .opening
            .iter()
            .map(|row| (row.row, &*row.cells))
            .collect();
        let binding = detect::detect(&opening, catalog.reports())?.binding;
        let field = |bound: &sellerlake::schema::binding::BoundColumn| Field {
            source: bound.source,
            label: bound.label.clone(),
            column: bound.column.clone(),
        };
        let fields: Vec<Field> = binding.columns.iter().map(field).collect();
        let mut evidence = Evidence::of(&fields);
        for chunk in chunks {
            evidence.observe(chunk);
        }
        prepared.push((fields, evidence.decide(Prior::default()).styles, chunks));
    }
    let n_bad = table.stage("decode", "1", || {
        let mut n_bad = 0;
        for (fields, styles, chunks) in &prepared {
            for chunk in *chunks {
                n_bad += decode::decode(fields, styles, chunk).bad.len();
            }
        }
        Ok(n_bad)
    })?;
    if n_bad > 0 {
        return Err(format!("{n_bad} cells could not be decoded").into());
    }
    Ok(())
}

/// Typed rows to parts, parts to `current/`, and the whole of `ingest`.
fn store(table: &mut Measured<'_>, catalog: &Catalog, root: &Path) -> Result<()> {
    let config = "[[account]]\nname = \"lumora\"\nmarketplaces = [\"US\"]\n";
    let config = wire::parse(config).map_err(|faults| format!("{faults:?}"))?;
    let workspace = Workspace {
        root: root.canonicalize()?,
        config,
    };
    let context = Context {
        workspace: &workspace,
        catalog,
        decisions: &[],
        flags: Flags::default(),
    };
    let candidates = inbox::find(&context, &[workspace.inbox()])?.candidates;
    let (mut whole, mut merge) = (Duration::MAX, Duration::MAX);
    let mut last = None;
    for _ in 0..ROUNDS {
        let store = Store::at(workspace.store());
        if store.root().exists() {
            fs::remove_dir_all(store.root())?;
        }
        let mut catalogue = Catalogue::load(&store)?;
        let begin = Instant::now();
        let outcomes = ingest::ingest(
            &context,
            &store,
            &mut catalogue,
            &candidates,
            ingest::Manner {
                verify: false,
                again: false,
                clock: &Timestamp::now,
            },
            &Silent,
        )?;
        let begin_merge = Instant::now();
        current::refresh(&context, &store, &catalogue, &Silent)?;
        whole = whole.min(begin.elapsed());
        merge = merge.min(begin_merge.elapsed());
        last = Some((store, outcomes));
    }
    let (store, outcomes) = last.ok_or("nothing was measured")?;
    let mut parts = Vec::new();
    let mut n_rows = 0;
    for entry in outcomes
        .outcomes
        .iter()
        .flat_map(|outcome| &outcome.entries)
        .flat_map(|entry| &entry.tables)
    {
        for part in &entry.parts {
            let name = TableName::parse(&part.table)?;
            let declared = catalog.table(&name).ok_or("a part of no table")?;
            let path = store.root().join(native(&part.path));
            for batch in reader::read(&path, &declared.arrow())? {
                n_rows += batch.num_rows() as u64;
                parts.push((path.clone(), declared, Picked::all(batch)));
            }
        }
    }
    if n_rows != table.dump.rows {
        return Err(format!("{n_rows} rows are stored, not {}", table.dump.rows).into());
    }
    // Half of the days are in both reports, and the later report has them.
    let mut n_merged = 0;
    let (_, declared, _) = parts.first().ok_or("no part was written")?;
    for path in files::list(&store.root().join("current"))? {
        for batch in reader::read(&path, &declared.arrow())? {
            n_merged += batch.num_rows() as u64;
        }
    }
    if n_merged != n_rows / 4 * 3 {
        return Err(format!("{n_merged} of {n_rows} rows are current").into());
    }
    table.stage("encode", "1", || {
        for (path, declared, rows) in &parts {
            part::encode(path, declared, rows)?;
        }
        Ok(())
    })?;
    table.print("merge", "all", merge);
    table.print("ingest", "all", whole);
    Ok(())
}
