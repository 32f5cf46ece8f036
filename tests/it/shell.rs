//! The built binary in a temporary workspace: what is typed, and all that comes out.

use crate::fixture::in_package;
use crate::fixture::slashed;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::civil::date;
use sellerlake::store::files;
use std::collections::BTreeMap;
use std::fs;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::sync::OnceLock;
use std::time::Duration;
use std::time::SystemTime;
use tempfile::TempDir;

/// The day that the sample is looked at.
pub(crate) const SAMPLE_DAY: Date = date(2026, 2, 12);
/// Leftovers of earlier test runs are deleted after this.
const STALE: Duration = Duration::from_hours(1);

/// A workspace whose files are laid down one by one, and the binary run in it.
pub(crate) struct Shell {
    folder: TempDir,
}

/// What one command gave.
#[derive(Debug)]
pub(crate) struct Came {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Shell {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    /// A workspace with this `sellerlake.toml` and an empty inbox.
    pub(crate) fn of(config: &str) -> Self {
        let shell = Self::empty();
        fs::create_dir(shell.path("inbox")).unwrap();
        shell.file("sellerlake.toml", config)
    }

    /// A workspace of the account `shop` that sells on amazon.com.
    pub(crate) fn shop() -> Self {
        Self::of("[[account]]\nname = \"shop\"\nmarketplaces = [\"US\"]\n")
    }

    /// Puts a file at a path relative to the folder.
    pub(crate) fn file(self, relative: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        date_back(&path);
        self
    }

    /// Puts a file of the sample's inbox at its place in this one.
    pub(crate) fn sample_file(self, relative: &str) -> Self {
        let bytes = fs::read(in_package("sample_data/inbox").join(relative)).unwrap();
        self.file(&format!("inbox/{relative}"), bytes)
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Runs the binary in the folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Came {
        run_in(self.root(), arguments)
    }

    /// Every file below a folder with its bytes, by its path in the workspace.
    pub(crate) fn bytes(&self, below: &str) -> BTreeMap<String, Vec<u8>> {
        bytes_below(self.root(), below)
    }
}

fn bytes_below(root: &Path, below: &str) -> BTreeMap<String, Vec<u8>> {
    let paths = files::list(&root.join(below)).unwrap();
    paths
        .into_iter()
        .map(|path| (slashed(&path, root), fs::read(&path).unwrap()))
        .collect()
}

/// The binary with nothing of the user's environment that could change what it prints.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sellerlake"));
    command
        .current_dir(folder)
        .args(arguments)
        .env("COLUMNS", "80")
        .env("NO_COLOR", "1");
    command
}

pub(crate) fn run_in(folder: &Path, arguments: &[&str]) -> Came {
    let Output {
        status,
        stdout,
        stderr,
    } = command(folder, arguments).output().unwrap();
    Came {
        code: status.code().unwrap(),
        stdout,
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

impl Came {
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.text(), self.stderr);
        self
    }

    /// Exit 0, and not a word on stderr.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.stderr, "");
        self.exits(0)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        let value: serde_json::Value = serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()));
        assert_eq!(value["schema_version"], 1, "{value}");
        value
    }

    pub(crate) fn csv(&self) -> Vec<csv::StringRecord> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(self.stdout.as_slice());
        reader.records().collect::<Result<_, _>>().unwrap()
    }
}

/// Gives a file the time at which the sample was downloaded: what no report tells, its time does.
fn date_back(path: &Path) {
    let at: Timestamp = "2026-02-12T02:00:00Z".parse().unwrap();
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(at.into()).unwrap();
}

/// The sample workspace after two runs, and what they came to.
pub(crate) struct Sample {
    pub(crate) root: PathBuf,
    pub(crate) first: Came,
    pub(crate) second: Came,
    /// What the runs left below `current/`, `marts/` and `out/`.
    pub(crate) after: [BTreeMap<String, Vec<u8>>; 2],
}

/// Made once for all tests of this process, which only look at it. It stays in cargo's own temporary folder until later
/// tests clear it away.
pub(crate) fn finished_sample() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let home = Path::new(env!("CARGO_TARGET_TMPDIR"));
        clear_away(home);
        let folder = tempfile::Builder::new()
            .prefix("sample-")
            .tempdir_in(home)
            .unwrap();
        let root = folder.keep().canonicalize().unwrap();
        run_in(&root, &["init", "--sample"]).ok();
        for path in files::list(&root.join("inbox")).unwrap() {
            date_back(&path);
        }
        let made = || {
            let mut made = BTreeMap::new();
            for folder in ["current", "marts"] {
                made.extend(bytes_below(&root.join("store"), folder));
            }
            made.extend(bytes_below(&root, "out"));
            made
        };
        let today = SAMPLE_DAY.to_string();
        let run = || run_in(&root, &["run", "--today", &today]);
        let (first, after_first) = (run(), made());
        let (second, after_second) = (run(), made());
        let after = [after_first, after_second];
        Sample {
            root,
            first,
            second,
            after,
        }
    })
}

fn clear_away(home: &Path) {
    for old in fs::read_dir(home).unwrap().flatten() {
        let modified = old.metadata().and_then(|metadata| metadata.modified());
        let age = modified
            .ok()
            .and_then(|at| SystemTime::now().duration_since(at).ok());
        let is_ours = old.file_name().to_string_lossy().starts_with("sample-");
        if is_ours && age.is_some_and(|age| age > STALE) {
            // Another process may be at it: then it is gone all the same.
            let _ = fs::remove_dir_all(old.path());
        }
    }
}
