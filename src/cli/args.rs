//! The command line as typed.

use crate::cli::ingest::Shard;
use crate::cli::ls::What;
use crate::cli::render::Format;
use crate::cli::review::LAST;
use crate::cli::session::Place;
use crate::publish::Lang;
use clap::Args;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;
use jiff::civil::Date;
use std::path::PathBuf;

/// What `inspect --format json` prints.
const INSPECT_JSON: &str = "\
JSON: {\"schema_version\":1,\"files\":[{\"path\",\"report_id\",\"tables\":[{\"sheet\",\"status\",\"schema\",\"table\",\"marketplace\",
\"marketplace_from\",\"currency\",\"period\":{\"kind\",\"start\",\"end\"},\"rows\",\"findings\",\"unknown_columns\",\"reason\"}]}]}";

/// What a first-time user sees.
pub(super) const GREETING: &str = "\
sellerlake reads the report files that an Amazon seller downloads and builds the weekly diffs and monthly tables.

Three commands matter:
  sellerlake init my-shop     make a workspace (--sample fills it with a whole invented shop)
  sellerlake run              read the inbox, bring everything up to date, show what is new
  sellerlake inspect FILE     say what a file is and why, and change nothing

Then: sellerlake show competitor_change, sellerlake query \"SELECT ..\", sellerlake --help
";

/// Reads the report files that an Amazon seller downloads, keeps every observation in Parquet, and builds the weekly
/// competitor diffs and the monthly review tables.
#[derive(Debug, Parser)]
#[command(name = "sellerlake", version, max_term_width = 100)]
pub(super) struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(super) struct Global {
    /// The workspace; without it, the nearest folder at or above this one with a sellerlake.toml
    #[arg(short, long, global = true, value_name = "DIR")]
    pub workspace: Option<PathBuf>,
    /// Where the store lies; without it, store/ in the workspace
    #[arg(long, global = true, value_name = "DIR")]
    pub store: Option<PathBuf>,
    /// Threads to use; without it, one per core. Results never depend on it
    #[arg(long, global = true, value_name = "N")]
    pub threads: Option<usize>,
    /// How results are printed. Every JSON output has "`schema_version"`: 1
    #[arg(long, global = true, value_enum, default_value = "table")]
    pub format: Format,
    /// Print results and errors only
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// How log lines on stderr are written
    #[arg(long, global = true, value_enum, default_value = "text")]
    pub log_format: LogFormat,
    /// No progress bars; they are drawn on a terminal only in any case
    #[arg(long, global = true)]
    pub no_progress: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a workspace
    Init(InitOptions),
    /// The nightly job: read the inbox, bring current/ up to date, build the marts, check and publish
    Run(RunOptions),
    /// Read files into the store and bring current/ up to date; build nothing
    Ingest(IngestOptions),
    /// Build the marts from what is current
    Build(BuildOptions),
    /// Write what is handed in once a month or read once a week: a page and a workbook
    Review(ReviewOptions),
    /// Put together what was observed again and again without change; no observation is lost
    Compact,
    /// Say what files are and why; write nothing
    #[command(after_help = INSPECT_JSON)]
    Inspect {
        /// Files, or folders to look through
        #[arg(required = true, value_name = "FILE")]
        paths: Vec<PathBuf>,
        #[command(flatten)]
        told: Told,
    },
    /// Check the marts (building them first where anything changed), the seeds, and what is held or unreadable
    Check {
        /// Warnings and what was known before count too
        #[arg(long)]
        strict: bool,
    },
    /// List reports, tables, schemas, pipelines, rejects or runs
    Ls {
        #[arg(value_enum, default_value = "reports")]
        what: What,
    },
    /// Print a table of the store, a mart or a seed
    Show(ShowOptions),
    /// Run SQL over the tables of the store, the marts and the seeds
    Query(QueryOptions),
    /// Settle what is held: say what a file does not tell
    Answer(AnswerOptions),
    /// Take a report although it is poorer than the one before it
    Accept {
        /// Its report id, as `ls reports` shows it; the first digits are enough
        report: String,
    },
    /// Read a kind of report that is not known yet: draft a schema, prove it
    #[command(subcommand)]
    Schema(SchemaCommand),
    /// Say what became otherwise in a table between two moments: by default, the last run and the one before
    Diff(DiffOptions),
    /// Say what a row of a mart is made of: current rows, reports, files and rows in them
    Explain(ExplainOptions),
    /// Rows that were kept aside: look at them, or read their files again after a schema was mended
    #[command(subcommand)]
    Rejects(RejectsCommand),
    /// Write the catalogue: every table, mart and kind of report, with meanings and lineage, as a page and as JSON
    Docs(DocsOptions),
    /// Write tables or marts as files for other programs: csv, xlsx, or a script of DuckDB views
    Export(ExportOptions),
    /// Print completions for a shell
    Completions { shell: clap_complete::Shell },
}

#[derive(Debug, Subcommand)]
pub(super) enum RejectsCommand {
    /// Group them by cause, with an example each
    Show,
    /// Read the files again that hold them; what a mended schema understands goes into the store
    Replay,
}

#[derive(Debug, Args)]
pub(super) struct DiffOptions {
    /// A table of the store, as `ls tables` shows it
    pub table: String,
    /// Only rows with these values: `marketplace=US date=2026-01`
    #[arg(value_name = "KEY=VALUE")]
    pub keys: Vec<String>,
    /// A time like 2026-02-05T09:00, a day, or a run as `ls runs` shows it; without it, the run before the last
    #[arg(long, value_name = "MOMENT")]
    pub from: Option<String>,
    /// Likewise; without it, the last run, or now where --from is said
    #[arg(long, value_name = "MOMENT")]
    pub to: Option<String>,
    /// Tell of each row, not of each slice: a day, a period, a snapshot
    #[arg(long)]
    pub rows: bool,
}

#[derive(Debug, Args)]
pub(super) struct ExplainOptions {
    /// A mart, as `ls pipelines` shows it
    pub mart: String,
    /// Columns that name one row: `month=2026-01 marketplace=US`
    #[arg(value_name = "KEY=VALUE")]
    pub keys: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum SchemaCommand {
    /// Draft a schema for a file that none knows, into the workspace's schemas/
    New {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// What it is called, as SOURCE/REPORT; without it, own/ and the file's name
        #[arg(long, value_name = "ID")]
        id: Option<String>,
        /// The sheet of a workbook; without it, the first that no schema knows
        #[arg(long, value_name = "NAME")]
        sheet: Option<String>,
    },
    /// Read files with a schema and say whether it reads them whole; store nothing
    Check {
        #[arg(value_name = "SCHEMA")]
        schema: PathBuf,
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        told: Told,
    },
}

/// What the command line says of files that do not tell.
#[derive(Debug, Args, Default)]
pub(super) struct Told {
    /// The account of files that do not tell
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// The marketplace of files that do not tell
    #[arg(long, value_name = "CODE")]
    pub marketplace: Option<String>,
    /// The days that files cover which do not tell, as START..END
    #[arg(long, value_name = "START..END")]
    pub period: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct InitOptions {
    /// The folder; made if need be
    #[arg(default_value = ".")]
    pub folder: PathBuf,
    /// Fill it with the sample data: a whole invented shop
    #[arg(long)]
    pub sample: bool,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct RunOptions {
    #[command(flatten)]
    pub told: Told,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The day to build for, where a mart depends on it; without it, today in the workspace's zone
    #[arg(long, value_name = "DATE")]
    pub today: Option<Date>,
    /// Files known as held or failed and warnings count for the exit code too
    #[arg(long)]
    pub strict: bool,
    /// Build every mart anew
    #[arg(long)]
    pub full_refresh: bool,
    /// Look at the bytes of every file, even of those that look as they did when they were read
    #[arg(long)]
    pub verify: bool,
}

#[derive(Debug, Args)]
pub(super) struct IngestOptions {
    /// Files or folders; without any, the workspace's inbox
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub told: Told,
    /// Say what would be read, and read nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Read only the third of eight parts of the files, where 3/8 is said: side by side with seven others
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// Look at the bytes of every file, even of those that look as they did when they were read
    #[arg(long)]
    pub verify: bool,
    /// Files known as held or failed count for the exit code too
    #[arg(long)]
    pub strict: bool,
}

#[derive(Debug, Args)]
pub(super) struct BuildOptions {
    /// Only these marts, and what they need
    #[arg(long, value_name = "MART")]
    pub select: Vec<String>,
    /// Build every mart anew
    #[arg(long)]
    pub full_refresh: bool,
    /// Say what would be built, and build nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The day to build for, where a mart depends on it; without it, today in the workspace's zone
    #[arg(long, value_name = "DATE")]
    pub today: Option<Date>,
    /// Build the marts as they would have been at that moment, beside the live ones
    #[arg(long, value_name = "TIME", conflicts_with_all = ["today", "full_refresh"])]
    pub as_of: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct ReviewOptions {
    /// The month, as 2026-01; without it, the last whole one
    #[arg(long, value_name = "MONTH", num_args = 0..=1, default_missing_value = LAST, conflicts_with = "week")]
    pub month: Option<String>,
    /// The week instead of a month, as 2026-W05 or a day in it; without a value, the last whole one
    #[arg(long, value_name = "WEEK", num_args = 0..=1, default_missing_value = LAST)]
    pub week: Option<String>,
    /// The language of titles and words
    #[arg(long, value_enum, default_value = "zh")]
    pub lang: Language,
    /// Show days and weeks from this day on: for a meeting in between
    #[arg(long, value_name = "DATE")]
    pub since: Option<Date>,
    /// Keep this version as the one that was handed in; the next review opens with what moved since
    #[arg(long)]
    pub freeze: bool,
    /// The day to build for; without it, today in the workspace's zone
    #[arg(long, value_name = "DATE")]
    pub today: Option<Date>,
    /// As it would have been at that moment: what was handed in then
    #[arg(long, value_name = "TIME", conflicts_with_all = ["today", "freeze"])]
    pub as_of: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Language {
    Zh,
    En,
}

impl From<Language> for Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::Zh => Self::Zh,
            Language::En => Self::En,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct DocsOptions {
    /// The folder; without it, out/docs in the workspace
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The language of titles and words; the JSON has both
    #[arg(long, value_enum, default_value = "zh")]
    pub lang: Language,
}

#[derive(Debug, Args)]
pub(super) struct ExportOptions {
    /// Tables, marts or seeds, and which rows: `acos_trend month=2026-01 marketplace=US`. A column that is named twice may
    /// be either; `KEY=` means that it is empty. For duckdb, no name means all tables and marts
    #[arg(value_name = "TABLE | KEY=VALUE")]
    pub what: Vec<String>,
    /// As what: csv and xlsx are one file each; duckdb is a script, `duckdb lake.duckdb < lake.sql`
    #[arg(long, value_enum)]
    pub to: Target,
    /// The folder; without it, out/export in the workspace
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Target {
    Csv,
    Xlsx,
    Duckdb,
}

#[derive(Debug, Args)]
pub(super) struct ShowOptions {
    /// A table, a mart, a seed, or reports, controls, findings, `passed_over`, runs
    pub table: String,
    /// Rows at most
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// As it would have been at that moment
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct QueryOptions {
    /// SQL; tables are named as `ls tables` and `ls pipelines` show them
    pub sql: String,
}

#[derive(Debug, Args)]
pub(super) struct AnswerOptions {
    /// A path as `ls reports` shows it, or a pattern over such paths: one answer may settle a folder (`inbox/keepa/**`)
    pub files: String,
    #[command(flatten)]
    pub told: Told,
    /// Whether rows dated on the first of a month are days or months
    #[arg(long, value_parser = ["day", "month"])]
    pub unit: Option<String>,
    /// Which part of numeric dates comes first
    #[arg(long, value_parser = ["day-first", "month-first"])]
    pub date_order: Option<String>,
    /// Which sign stands before a fraction
    #[arg(long, value_parser = ["comma", "point"])]
    pub decimal: Option<String>,
    /// When it was downloaded, in UTC: 2026-02-01T08:00:00Z
    #[arg(long, value_name = "TIME")]
    pub observed_at: Option<String>,
    /// Nobody's report: never ask about it again
    #[arg(long)]
    pub ignore: bool,
}

impl Cli {
    pub(super) fn place(&self) -> Place {
        let told = match &self.command {
            Some(Command::Run(options)) => Some(&options.told),
            Some(Command::Ingest(options)) => Some(&options.told),
            Some(
                Command::Inspect { told, .. } | Command::Schema(SchemaCommand::Check { told, .. }),
            ) => Some(told),
            _ => None,
        };
        Place {
            workspace: self.global.workspace.clone(),
            store: self.global.store.clone(),
            account: told.and_then(|told| told.account.clone()),
            marketplace: told.and_then(|told| told.marketplace.clone()),
            period: told.and_then(|told| told.period.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
