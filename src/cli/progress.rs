//! Progress bars: one per stage, of bytes for reading and of pieces for the rest.

use crate::observe::Event;
use crate::observe::Observer;
use crate::observe::Stage;
use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressStyle;
use std::sync::Mutex;
use std::time::Duration;

/// Draws on stderr.
pub(super) struct Progress {
    bar: Mutex<ProgressBar>,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self {
            bar: Mutex::new(ProgressBar::hidden()),
        }
    }
}

fn bar(stage: Stage, total: u64) -> ProgressBar {
    let template = match stage {
        Stage::Read => "{prefix:>8} {bar:28} {bytes}/{total_bytes} {bytes_per_sec} {wide_msg}",
        Stage::Merge | Stage::Build | Stage::Publish => {
            "{prefix:>8} {bar:28} {pos}/{len} {wide_msg}"
        }
    };
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(10));
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸ "));
    }
    bar.set_prefix(stage.as_str());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

impl Observer for Progress {
    fn on(&self, event: Event<'_>) {
        let Ok(mut current) = self.bar.lock() else {
            return;
        };
        match event {
            Event::Begin { stage, total } => *current = bar(stage, total),
            Event::File { path, bytes } => {
                current.inc(bytes);
                let name = path
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned());
                current.set_message(name.unwrap_or_default());
            }
            Event::Item { name } => {
                current.inc(1);
                current.set_message(name.to_owned());
            }
            Event::End { .. } => current.finish_and_clear(),
        }
    }
}
