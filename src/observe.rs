//! What happens, told to whoever draws it. Knows no terminal and no clock.

use std::path::Path;

/// A step of the work. Events of different files may interleave; events of one file come in order.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// A stage begins with so many units of work ahead: bytes for reading, else files, partitions or marts.
    Begin {
        stage: Stage,
        total: u64,
    },
    /// A file is done: its bytes count towards the stage.
    File {
        path: &'a Path,
        bytes: u64,
    },
    /// A partition or a mart is done.
    Item {
        name: &'a str,
    },
    End {
        stage: Stage,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Read,
    Merge,
    Build,
    Publish,
}

impl Stage {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Merge => "merge",
            Self::Build => "build",
            Self::Publish => "publish",
        }
    }
}

/// Hears of events, from any thread.
pub trait Observer: Sync {
    fn on(&self, event: Event<'_>);
}

/// Hears nothing.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Observer for Silent {
    fn on(&self, _: Event<'_>) {}
}
