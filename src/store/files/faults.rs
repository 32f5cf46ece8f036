//! Making the disk fail in tests: below one folder, at one step, once or from then on.

use crate::store::files::Step;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;

/// Folders in which somebody counts or breaks steps. Tests run side by side, each with folders of its own.
static WATCHED: Mutex<Vec<Watch>> = Mutex::new(Vec::new());

struct Watch {
    root: PathBuf,
    /// Steps so far.
    n: usize,
    breaks: Breaks,
}

/// What fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breaks {
    Nothing,
    /// One step: a disk that hiccups.
    At(usize),
    /// This step and all after it: a disk that is full or gone.
    From(usize),
}

/// Runs `work` with the disk below `root` failing, and says how many steps were asked of it.
pub(crate) fn with<T>(root: &Path, breaks: Breaks, work: impl FnOnce() -> T) -> (T, usize) {
    let lock = || WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
    lock().push(Watch {
        root: root.into(),
        n: 0,
        breaks,
    });
    let result = work();
    let mut watched = lock();
    let at = watched.iter().position(|watch| watch.root == root).unwrap();
    (result, watched.remove(at).n)
}

pub(super) fn disk(path: &Path, step: Step) -> io::Result<()> {
    let mut watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(watch) = watched
        .iter_mut()
        .find(|watch| path.starts_with(&watch.root))
    else {
        return Ok(());
    };
    let here = watch.n;
    watch.n += 1;
    let fails = match watch.breaks {
        Breaks::Nothing => false,
        Breaks::At(at) => here == at,
        Breaks::From(from) => here >= from,
    };
    if fails {
        return Err(io::Error::new(
            io::ErrorKind::StorageFull,
            format!("step {here}, {step:?}, fails in this test"),
        ));
    }
    Ok(())
}
