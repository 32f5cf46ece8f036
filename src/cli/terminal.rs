//! Where text goes: results to stdout, all else to stderr, in colour only where somebody looks.

use crate::cli::args::Cli;
use crate::cli::args::LogFormat;
use crate::cli::progress::Progress;
use crate::observe::Observer;
use crate::observe::Silent;
use jiff::Timestamp;
use std::io::IsTerminal;
use std::io::Write;

/// The streams of the process and how to use them.
pub(super) struct Terminal {
    quiet: bool,
    log_format: LogFormat,
    has_bars: bool,
    colour: bool,
}

/// Columns of a terminal that does not tell, and of everything that is no terminal.
const WIDTH: usize = 100;

impl Terminal {
    pub(super) fn of(cli: &Cli) -> Self {
        let shown = std::io::stderr().is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            quiet: cli.global.quiet,
            log_format: cli.global.log_format,
            has_bars: shown && !cli.global.no_progress && !cli.global.quiet,
            colour: std::io::stdout().is_terminal() && !plain,
        }
    }

    /// Where results go.
    #[expect(clippy::unused_self, reason = "where it goes is the terminal's to say")]
    pub(super) fn out(&self) -> impl Write {
        std::io::stdout().lock()
    }

    /// Columns that a line may have.
    #[expect(
        clippy::unused_self,
        reason = "how wide it is is the terminal's to say"
    )]
    pub(super) fn width(&self) -> usize {
        let told = std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse::<usize>().ok());
        let seen = console::Term::stdout()
            .size_checked()
            .map(|(_, columns)| usize::from(columns));
        told.or(seen).unwrap_or(WIDTH).clamp(40, 250)
    }

    /// A word in bold where colour is wanted.
    pub(super) fn strong(&self, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[1m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    /// A line about the work, not a result.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            self.line("info", text);
        }
    }

    /// An error with its causes, once.
    pub(super) fn error(&self, error: &anyhow::Error) {
        self.line("error", &format!("{error:#}"));
    }

    fn line(&self, level: &str, text: &str) {
        let mut err = std::io::stderr().lock();
        let _ = match self.log_format {
            LogFormat::Text if level == "info" => writeln!(err, "{text}"),
            LogFormat::Text => writeln!(err, "{level}: {text}"),
            LogFormat::Json => {
                let at = Timestamp::now().to_string();
                writeln!(
                    err,
                    "{}",
                    serde_json::json!({"at": at, "level": level, "message": text})
                )
            }
        };
    }

    /// Whoever draws progress: bars on a terminal, nothing elsewhere.
    pub(super) fn observer(&self) -> Box<dyn Observer> {
        if self.has_bars {
            Box::new(Progress::new())
        } else {
            Box::new(Silent)
        }
    }
}
