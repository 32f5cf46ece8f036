//! The five verbs of the store's seam: put new, replace, get, list, delete. Whoever reads sees the old file or the whole
//! new one, whatever dies in between.

use crate::store::StoreError;
use std::fs;
use std::fs::File;
use std::io;
use std::io::Read as _;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use tempfile::NamedTempFile;

/// Creates a file that must not exist yet. False when it does; then nothing is written.
///
/// # Errors
/// When the folder cannot be made or written.
pub fn put_new(path: &Path, bytes: &[u8]) -> Result<bool, StoreError> {
    if path.exists() {
        return Ok(false);
    }
    let temp = written(path, bytes)?;
    let failed = |source| StoreError::File {
        verb: "create",
        path: path.into(),
        source,
    };
    disk(path, Step::Rename).map_err(failed)?;
    match temp.persist_noclobber(path) {
        Ok(_) => {
            sync_folder(path)?;
            Ok(true)
        }
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(refused) => Err(failed(refused.error)),
    }
}

/// Puts the bytes in the place of whatever is there. False when the very same bytes are there already.
///
/// # Errors
/// When the folder cannot be written, or a reader holds the old file (Windows).
pub fn replace(path: &Path, bytes: &[u8]) -> Result<bool, StoreError> {
    if fs::metadata(path).is_ok_and(|old| old.len() == bytes.len() as u64)
        && fs::read(path).is_ok_and(|old| old == bytes)
    {
        return Ok(false);
    }
    let temp = written(path, bytes)?;
    put_in_place(temp, path)?;
    Ok(true)
}

fn put_in_place(temp: NamedTempFile, path: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::File {
        verb: "replace",
        path: path.into(),
        source,
    };
    disk(path, Step::Rename).map_err(failed)?;
    temp.persist(path)
        .map_err(|refused| failed(refused.error))?;
    sync_folder(path)
}

/// A file being written beside its place; nothing is visible before [`settle`].
///
/// # Errors
/// When the folder cannot be made or written.
pub fn stage(path: &Path) -> Result<NamedTempFile, StoreError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let failed = |source| StoreError::File {
        verb: "write",
        path: path.into(),
        source,
    };
    disk(path, Step::Create).map_err(failed)?;
    let mut tries = 0;
    let temp = loop {
        tries += 1;
        fs::create_dir_all(folder).map_err(|source| StoreError::File {
            verb: "make the folder",
            path: folder.into(),
            source,
        })?;
        let temp = tempfile::Builder::new()
            .prefix(TEMP_PREFIX)
            .tempfile_in(folder);
        match temp {
            // Another process deleted the last file in it, and the folder along.
            Err(error) if error.kind() == io::ErrorKind::NotFound && tries < TRIES => {}
            temp => break temp.map_err(failed)?,
        }
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A temporary file is private; what others read, as a BI tool does, must be readable.
        temp.as_file()
            .set_permissions(fs::Permissions::from_mode(0o644))
            .map_err(failed)?;
    }
    Ok(temp)
}

/// Puts a staged file in the place of whatever is there. False when the very same bytes are there already.
///
/// # Errors
/// When the folder cannot be written, or a reader holds the old file (Windows).
pub fn settle(temp: NamedTempFile, path: &Path) -> Result<bool, StoreError> {
    let failed = |source| StoreError::File {
        verb: "replace",
        path: path.into(),
        source,
    };
    if is_same(temp.path(), path).unwrap_or(false) {
        return Ok(false);
    }
    disk(path, Step::Sync)
        .and_then(|()| temp.as_file().sync_all())
        .map_err(failed)?;
    put_in_place(temp, path)?;
    Ok(true)
}

/// Whether two files hold the same bytes, compared block by block.
fn is_same(a: &Path, b: &Path) -> io::Result<bool> {
    let (mut a, mut b) = (File::open(a)?, File::open(b)?);
    if a.metadata()?.len() != b.metadata()?.len() {
        return Ok(false);
    }
    let (mut left, mut right) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let n = a.read(&mut left)?;
        if n == 0 {
            return Ok(true);
        }
        b.read_exact(&mut right[..n])?;
        if left[..n] != right[..n] {
            return Ok(false);
        }
    }
}

/// # Errors
/// When the file is missing or not readable.
pub fn get(path: &Path) -> Result<Vec<u8>, StoreError> {
    fs::read(path).map_err(|source| StoreError::File {
        verb: "read",
        path: path.into(),
        source,
    })
}

/// All files below a folder, sorted; none when there is no such folder. Temporary files are not listed.
///
/// # Errors
/// When a folder is not readable.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    walked(folder, false)
}

/// All files below a folder that are temporary, or that are not.
fn walked(folder: &Path, temporary: bool) -> Result<Vec<PathBuf>, StoreError> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let failed = |source| StoreError::File {
            verb: "list",
            path: next.clone(),
            source,
        };
        let entries = match fs::read_dir(&next) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(failed(error)),
        };
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let is_temp = entry.file_name().to_string_lossy().starts_with(TEMP_PREFIX);
            match entry.file_type().map_err(failed)?.is_dir() {
                true => folders.push(entry.path()),
                false if is_temp == temporary => files.push(entry.path()),
                false => {}
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Temporary files below a folder: what a process is writing, or left when it was killed.
///
/// # Errors
/// When a folder is not readable.
pub fn unfinished(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    walked(folder, true)
}

/// Deletes a file; it is no error when it is gone already. Folders that become empty go too, up to `root`.
///
/// # Errors
/// When the file is there and cannot be deleted.
pub fn delete(root: &Path, path: &Path) -> Result<(), StoreError> {
    match disk(path, Step::Delete).and_then(|()| fs::remove_file(path)) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(source) => {
            return Err(StoreError::File {
                verb: "delete",
                path: path.into(),
                source,
            });
        }
    }
    for folder in path
        .ancestors()
        .skip(1)
        .take_while(|folder| *folder != root && folder.starts_with(root))
    {
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}

const TEMP_PREFIX: &str = ".sellerlake-";
/// How often a folder is made again that another process deletes.
const TRIES: usize = 10;

/// What is asked of the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Create,
    Write,
    Sync,
    Rename,
    Delete,
}

/// Comes before each step that changes the disk, so that tests can make any of them fail.
#[cfg(not(test))]
#[expect(clippy::unnecessary_wraps, reason = "in tests it fails")]
const fn disk(_: &Path, _: Step) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
use faults::disk;

#[cfg(test)]
pub(crate) mod faults;

/// The bytes in a temporary file beside their place, so that the rename is atomic, and on the disk.
fn written(path: &Path, bytes: &[u8]) -> Result<NamedTempFile, StoreError> {
    let mut temp = stage(path)?;
    let failed = |source| StoreError::File {
        verb: "write",
        path: path.into(),
        source,
    };
    disk(path, Step::Write)
        .and_then(|()| temp.write_all(bytes))
        .map_err(failed)?;
    disk(path, Step::Sync)
        .and_then(|()| temp.as_file().sync_all())
        .map_err(failed)?;
    Ok(temp)
}

/// Makes a rename durable. Not every file system lets a folder be synced; the rename itself is atomic regardless.
fn sync_folder(path: &Path) -> Result<(), StoreError> {
    disk(path, Step::Sync).map_err(|source| StoreError::File {
        verb: "sync the folder of",
        path: path.into(),
        source,
    })?;
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        let _ = folder.sync_all();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verbs() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a/b/file");
        assert!(put_new(&path, b"one").unwrap());
        assert!(!put_new(&path, b"two").unwrap());
        assert_eq!(get(&path).unwrap(), b"one");
        assert!(replace(&path, b"two").unwrap());
        assert!(!replace(&path, b"two").unwrap());
        assert_eq!(list(root.path()).unwrap(), std::slice::from_ref(&path));
        delete(root.path(), &path).unwrap();
        delete(root.path(), &path).unwrap();
        assert!(list(root.path()).unwrap().is_empty() && !root.path().join("a").exists());
    }
}
