//! One builder at a time. Reading files needs no lock: parts are named by content, and commits by create-if-absent.

use crate::store::Store;
use crate::store::StoreError;
use std::fs::File;
use std::fs::OpenOptions;
use std::fs::TryLockError;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::Write as _;

/// Held while `current/` and `marts/` are rebuilt. The operating system lets go of it when the process ends, however it
/// ends, so a stale lock cannot be.
#[derive(Debug)]
pub struct BuildLock {
    _file: File,
}

impl BuildLock {
    /// Takes the lock or says who holds it. `owner` is shown to whoever comes next.
    ///
    /// # Errors
    /// When another process holds it, or the store cannot be written.
    pub fn take(store: &Store, owner: &str) -> Result<Self, StoreError> {
        let path = store.root().join("build.lock");
        let failed = |source| StoreError::File {
            verb: "lock",
            path: path.clone(),
            source,
        };
        std::fs::create_dir_all(store.root()).map_err(failed)?;
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0).map_err(failed)?;
                file.rewind().map_err(failed)?;
                file.write_all(owner.as_bytes()).map_err(failed)?;
                Ok(Self { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                let _ = file.read_to_string(&mut owner);
                Err(StoreError::Locked {
                    owner: owner.trim().into(),
                    path,
                })
            }
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_builder_is_told_who_is_first() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::at(root.path());
        let first = BuildLock::take(&store, "process 1").unwrap();
        let second = BuildLock::take(&store, "process 2").unwrap_err();
        assert!(
            second
                .to_string()
                .starts_with("another sellerlake (process 1) is building this store"),
            "{second}"
        );
        drop(first);
        BuildLock::take(&store, "process 2").unwrap();
    }
}
