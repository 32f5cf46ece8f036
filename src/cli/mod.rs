//! What is typed and what is printed. The only room that knows the clock, the environment and the terminal.

mod inspect;
mod render;
mod session;

use crate::cli::render::Format;
use crate::cli::session::Place;
use crate::cli::session::Session;
use clap::Parser;
use clap::Subcommand;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Parser)]
#[command(name = "sellerlake", version, about)]
struct Cli {
    #[arg(short, long, global = true, value_name = "DIR")]
    workspace: Option<PathBuf>,
    #[arg(long, global = true, value_enum, default_value = "table")]
    format: Format,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Inspect { paths: Vec<PathBuf> },
}

pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let place = Place { workspace: cli.workspace, ..Place::default() };
    let session = Session::open_or_default(&place).unwrap();
    let mut out = std::io::stdout().lock();
    let Command::Inspect { paths } = cli.command;
    let fine = inspect::inspect(&session, &paths, cli.format, &mut out).unwrap();
    out.flush().unwrap();
    if fine { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
