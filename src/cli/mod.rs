//! What is typed and what is printed: the only room that knows the clock, the environment and the terminal.
//!
//! [`main`] parses, dispatches, prints an error once, and turns the result into an exit code: 0 all good, 1 finished with
//! something new that failed or was held, 2 could not start.

mod answer;
mod args;
mod as_of;
mod build;
mod check;
mod compact;
mod diff;
mod docs;
mod explain;
mod export;
#[cfg(test)]
mod fault_tests;
mod ingest;
mod init;
mod inspect;
mod ls;
mod made_of;
mod progress;
mod query;
mod rejects;
mod render;
mod review;
mod run;
mod schema;
mod session;
mod summary;
mod terminal;
mod upload;

use crate::cli::args::Cli;
use crate::cli::args::Command;
use crate::cli::args::RejectsCommand;
use crate::cli::render::Format;
use crate::cli::session::Session;
use crate::cli::terminal::Terminal;
use clap::CommandFactory;
use clap::Parser;
use std::io::Write;
use std::process::ExitCode;

/// Runs the command line and gives the process its exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut terminal = Terminal::of(&cli);
    match dispatch(cli, &mut terminal) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        // A reader that went away, as `head` does, is not a fault.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            terminal.error(&error);
            ExitCode::from(2)
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

/// True when all went well.
fn dispatch(cli: Cli, terminal: &mut Terminal) -> anyhow::Result<bool> {
    if let Some(threads) = cli.global.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global()?;
    }
    let place = cli.place();
    let format = cli.global.format;
    let Some(command) = cli.command else {
        write!(terminal.out(), "{}", args::GREETING)?;
        return Ok(true);
    };
    let takes_parquet = matches!(command, Command::Show(_) | Command::Query(_));
    anyhow::ensure!(
        format != Format::Parquet || takes_parquet,
        "--format parquet is for show and query"
    );
    match command {
        Command::Init(options) => init::init(&options, terminal),
        Command::Run(options) => run::run(&Session::open(&place)?, &options, format, terminal),
        Command::Ingest(options) => {
            ingest::ingest(&Session::open(&place)?, &options, format, terminal)
        }
        Command::Build(options) => {
            build::build(&Session::open(&place)?, &options, format, terminal)
        }
        Command::Compact => compact::compact(&Session::open(&place)?, format, terminal),
        Command::Inspect { paths, .. } => inspect::inspect(
            &Session::open_or_default(&place)?,
            &paths,
            format,
            &mut terminal.out(),
        ),
        Command::Review(options) => {
            review::review(&Session::open(&place)?, &options, format, terminal)
        }
        Command::Check { strict } => {
            check::check(&Session::open(&place)?, strict, format, terminal)
        }
        Command::Ls { what } => ls::ls(&Session::open_or_default(&place)?, what, format, terminal),
        Command::Show(options) => query::show(&Session::open(&place)?, &options, format, terminal),
        Command::Query(options) => {
            query::query(&Session::open(&place)?, &options, format, terminal)
        }
        Command::Answer(options) => answer::answer(&Session::open(&place)?, &options, terminal),
        Command::Accept { report } => answer::accept(&Session::open(&place)?, &report, terminal),
        Command::Explain(options) => {
            explain::explain(&Session::open(&place)?, &options, format, terminal)
        }
        Command::Diff(options) => diff::diff(&Session::open(&place)?, &options, format, terminal),
        Command::Rejects(RejectsCommand::Show) => {
            rejects::show(&Session::open(&place)?, format, terminal)
        }
        Command::Rejects(RejectsCommand::Replay) => {
            rejects::replay(&Session::open(&place)?, format, terminal)
        }
        Command::Schema(command) => schema::schema(&place, &command, format, terminal),
        Command::Docs(options) => docs::docs(
            &Session::open_or_default(&place)?,
            &options,
            format,
            terminal,
        ),
        Command::Export(options) => {
            export::export(&Session::open(&place)?, &options, format, terminal)
        }
        Command::Completions { shell } => {
            clap_complete::generate(
                shell,
                &mut Cli::command(),
                "sellerlake",
                &mut terminal.out(),
            );
            Ok(true)
        }
    }
}
