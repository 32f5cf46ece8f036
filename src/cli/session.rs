//! What every command begins with: the workspace, the schemas, the decisions, and how to print.

use crate::embedded;
use crate::ingest::Context;
use crate::ingest::Flags;
use crate::model::market::Market;
use crate::model::period::days_between;
use crate::pipeline;
use crate::pipeline::Pipeline;
use crate::schema::catalog::Catalog;
use crate::store::Store;
use crate::store::decisions;
use crate::store::decisions::Decision;
use crate::store::files;
use crate::workspace;
use crate::workspace::Workspace;
use anyhow::Context as _;
use anyhow::anyhow;
use anyhow::bail;
use jiff::civil::Date;
use std::path::Path;
use std::path::PathBuf;

/// A workspace opened for one command.
pub(super) struct Session {
    pub workspace: Workspace,
    pub catalog: Catalog,
    pub store: Store,
    pub decisions: Vec<Decision>,
    pub flags: Flags,
}

/// Options that decide which workspace, and what is said of files that do not tell.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    pub workspace: Option<PathBuf>,
    pub store: Option<PathBuf>,
    pub account: Option<String>,
    pub marketplace: Option<String>,
    pub period: Option<String>,
}

impl Session {
    /// Opens the workspace that `place` names, or the nearest one at or above the working folder.
    ///
    /// # Errors
    /// When there is none, or its configuration or a schema has a fault: all faults are in the message.
    pub(super) fn open(place: &Place) -> anyhow::Result<Self> {
        let root = if let Some(root) = &place.workspace {
            root.clone()
        } else {
            let here = std::env::current_dir().context("cannot tell the working folder")?;
            workspace::find(&here).ok_or_else(|| {
                anyhow!(
                    "no {} here or above; run `sellerlake init` to make a workspace, or name one with -w",
                    workspace::FILE
                )
            })?
        };
        if !root.join(workspace::FILE).is_file() {
            bail!(
                "{} has no {}; run `sellerlake init {0}` to make a workspace there",
                root.display(),
                workspace::FILE
            );
        }
        Self::at(&root, place, true)
    }

    /// The same, with defaults where there is no workspace: for commands that only look.
    ///
    /// # Errors
    /// As [`Session::open`], but for the missing workspace.
    pub(super) fn open_or_default(place: &Place) -> anyhow::Result<Self> {
        let here = std::env::current_dir().context("cannot tell the working folder")?;
        match place.workspace.clone().or_else(|| workspace::find(&here)) {
            Some(_) => Self::open(place),
            None => Self::at(&here, place, false),
        }
    }

    fn at(root: &Path, place: &Place, is_configured: bool) -> anyhow::Result<Self> {
        let root = root
            .canonicalize()
            .with_context(|| format!("cannot open {}", root.display()))?;
        let text = if is_configured {
            let path = root.join(workspace::FILE);
            std::fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?
        } else {
            String::new()
        };
        let config = workspace::wire::parse(&text).map_err(|faults| all(&faults))?;
        let catalog = catalog(&root)?;
        let workspace = Workspace { root, config };
        let store = Store::at(place.store.clone().unwrap_or_else(|| workspace.store()));
        let decisions = decisions::load(&store)?;
        let flags = Flags {
            account: place.account.as_deref().map(Into::into),
            market: market(place.marketplace.as_deref())?,
            period: period(place.period.as_deref())?,
        };
        if let Some(account) = &flags.account
            && workspace.config.account(account).is_none()
        {
            let known: Vec<&str> = workspace
                .config
                .accounts
                .iter()
                .map(|account| &*account.name)
                .collect();
            bail!(
                "sellerlake.toml knows no account {account:?}; it has {}",
                known.join(", ")
            );
        }
        Ok(Self {
            workspace,
            catalog,
            store,
            decisions,
            flags,
        })
    }

    /// The built-in pipelines and those in the workspace's `pipelines/`, all checked.
    ///
    /// # Errors
    /// All faults of all files.
    pub(super) fn pipelines(&self) -> anyhow::Result<Vec<Pipeline>> {
        let texts = self.pipeline_texts()?;
        let files: Vec<(&str, &str)> = texts
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let tables = self
            .catalog
            .tables()
            .map(|table| table.name.clone())
            .collect();
        pipeline::wire::load(&files, &tables).map_err(|faults| all(&faults))
    }

    /// Every file of every pipeline, by path.
    ///
    /// # Errors
    /// When a file of the workspace is there and cannot be read.
    pub(super) fn pipeline_texts(&self) -> anyhow::Result<Vec<(String, String)>> {
        let built_in = embedded::PIPELINES
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        let mut texts: Vec<(String, String)> = built_in.collect();
        texts.extend(texts_below(
            &self.workspace.root.join("pipelines"),
            &["toml", "sql"],
        )?);
        texts.sort();
        Ok(texts)
    }

    pub(super) fn context(&self) -> Context<'_> {
        Context {
            workspace: &self.workspace,
            catalog: &self.catalog,
            decisions: &self.decisions,
            flags: self.flags.clone(),
        }
    }
}

/// A marketplace by its code, however it is cased.
///
/// # Errors
/// When there is no such marketplace; the message lists the codes.
pub(super) fn market(code: Option<&str>) -> anyhow::Result<Option<Market>> {
    let Some(code) = code else { return Ok(None) };
    let known: Vec<&str> = Market::all().map(Market::code).collect();
    Market::by_code(&code.to_uppercase())
        .map(Some)
        .ok_or_else(|| {
            anyhow!(
                "{code:?} is not a marketplace; the codes are {}",
                known.join(", ")
            )
        })
}

/// A period written as `START..END`.
///
/// # Errors
/// When it is written otherwise, or ends before it starts.
pub(super) fn period(text: Option<&str>) -> anyhow::Result<Option<(Date, Date)>> {
    text.map(|text| {
        days_between(text).ok_or_else(|| {
            anyhow!("a period is two days like 2026-01-01..2026-01-31, the first not after the last; {text:?} is not")
        })
    })
    .transpose()
}

/// Faults of one kind of file as one error, one fault a line.
pub(super) fn all<E: std::fmt::Display>(faults: &[E]) -> anyhow::Error {
    anyhow!(
        "{}",
        faults
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    )
}

/// The built-in schemas and those in the workspace's `schemas/`, which win.
fn catalog(root: &Path) -> anyhow::Result<Catalog> {
    catalog_with(root, None)
}

/// The same, and one more schema, which wins: its id and its text.
///
/// # Errors
/// All faults of all schemas.
pub(super) fn catalog_with(root: &Path, more: Option<(&str, &str)>) -> anyhow::Result<Catalog> {
    let own = texts_below(&root.join("schemas"), &["toml"])?;
    let texts = embedded::SCHEMAS
        .iter()
        .map(|(path, text)| (*path, *text))
        .chain(
            own.iter()
                .map(|(path, text)| (path.as_str(), text.as_str())),
        )
        .map(|(path, text)| (path.trim_end_matches(".toml"), text))
        .chain(more);
    Catalog::of(texts).map_err(|faults| all(&faults))
}

/// Text files of some endings below a folder, by their path relative to it with `/`.
///
/// # Errors
/// When a file is there and cannot be read.
pub(super) fn texts_below(
    folder: &Path,
    endings: &[&str],
) -> anyhow::Result<Vec<(String, String)>> {
    let mut texts = Vec::new();
    for path in files::list(folder)? {
        let ending = path
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or_default();
        if !endings.contains(&ending) {
            continue;
        }
        let relative = path
            .strip_prefix(folder)
            .unwrap_or(&path)
            .to_string_lossy()
            .replace('\\', "/");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        texts.push((relative, text));
    }
    Ok(texts)
}
