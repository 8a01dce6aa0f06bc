//! Files that are whole or absent at every moment.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::{Builder, NamedTempFile};

/// How the name of a half-written file begins.
const PREFIX: &str = ".hesscope-";
/// How it ends.
const SUFFIX: &str = ".partial";
/// The random letters and digits between.
const RANDOM: usize = 12;

/// Writes `path` by way of a temporary file beside it, which is synced and renamed; then the folder is synced.
///
/// A process that is killed, or a disk that fills, leaves the file that was there or the new one, and at most a
/// temporary file, which the next process that writes into the folder removes: who writes holds a lock on it. Missing
/// folders above `path` are made. The file gets the mode that the user's mask gives any new file.
///
/// # Errors
///
/// What `contents` or the file system fails with; `path` is then as it was.
pub fn write_whole(
    path: &Path,
    contents: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    if is_first_in(folder) {
        remove_each(folder, is_abandoned);
    }
    let mut file = locked_in(folder)?;
    contents(file.as_file_mut())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    // The rename itself reaches the disk with the folder, where the system lets folders be synced.
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Whether this process has not written into the folder yet.
fn is_first_in(folder: &Path) -> bool {
    static FOLDERS: Mutex<Option<HashSet<PathBuf>>> = Mutex::new(None);
    let mut folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
    let folders = folders.get_or_insert_default();
    folders.insert(folder.to_owned())
}

/// A temporary file that this process has locked, where the file system has locks.
fn locked_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX).rand_bytes(RANDOM);
    // A temporary file is private unless told otherwise.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    loop {
        let file = builder.tempfile_in(folder).map_err(plain)?;
        match file.as_file().try_lock() {
            // Before it was locked another process may have taken it for one that is abandoned.
            Err(TryLockError::WouldBlock) => {}
            Ok(()) if is_removed(file.as_file())? => {}
            _ => return Ok(file),
        }
    }
}

#[cfg(unix)]
fn is_removed(file: &File) -> io::Result<bool> {
    Ok(std::os::unix::fs::MetadataExt::nlink(&file.metadata()?) == 0)
}

/// Where files that are open cannot be removed.
#[cfg(not(unix))]
fn is_removed(_: &File) -> io::Result<bool> {
    Ok(false)
}

/// Holds a temporary file of a process that has ended; none where its process may be at work.
fn is_abandoned(path: &Path) -> Option<File> {
    let file = OpenOptions::new().write(true).open(path).ok()?;
    file.try_lock().is_ok().then_some(file)
}

/// What the system said, without the path of the temporary file, which `tempfile` adds: callers name the file that was meant.
fn plain(error: io::Error) -> io::Error {
    match error.to_string().rsplit_once(" at path ") {
        Some((said, _)) => io::Error::new(error.kind(), said),
        None => error,
    }
}

/// Writes these bytes to `path`, as [`write_whole`] does.
///
/// # Errors
///
/// What the file system fails with; `path` is then as it was.
pub fn write_bytes(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_whole(path, |file| file.write_all(bytes))
}

/// Removes the temporary files that killed processes left in `folder`, as far as that can be done.
///
/// Only regular files of the very names that [`write_whole`] makes are removed. Nobody may be writing in the folder.
pub fn remove_leftovers(folder: &Path) {
    remove_each(folder, |_| Some(()));
}

/// Removes the temporary files in `folder` for which `held` gives what is to be kept until they are removed.
fn remove_each<T>(folder: &Path, held: impl Fn(&Path) -> Option<T>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && entry.file_name().to_str().is_some_and(is_leftover) {
            let path = entry.path();
            if let Some(_held) = held(&path) {
                // Best effort: it takes room, and no harm is done by it.
                let _ = fs::remove_file(path);
            }
        }
    }
}

/// Whether a file of this name is a temporary one of [`write_whole`].
pub fn is_leftover(name: &str) -> bool {
    let middle = name
        .strip_prefix(PREFIX)
        .and_then(|rest| rest.strip_suffix(SUFFIX));
    middle.is_some_and(|middle| {
        middle.len() == RANDOM && middle.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("UTF-8")
            })
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_as_a_whole() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a/b/file");
        write_bytes(&path, b"one").expect("written");
        write_bytes(&path, b"two").expect("written");
        assert_eq!(fs::read(&path).expect("the file"), b"two");
        let failed = write_whole(&path, |file| {
            file.write_all(b"thr")?;
            Err(io::Error::other("no room"))
        });
        assert_eq!(failed.expect_err("a failure").to_string(), "no room");
        assert_eq!(fs::read(&path).expect("the file"), b"two");
        assert_eq!(names(path.parent().expect("a parent")), ["file"]);
    }

    #[test]
    fn the_temporary_file_is_not_named() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("file");
        fs::write(&file, b"").expect("written");
        let error = write_bytes(&file.join("below"), b"").expect_err("a file is no folder");
        assert!(!error.to_string().contains(PREFIX), "{error}");
        let error = io::Error::other("No room (os error 28) at path \"/a/.hesscope-x.partial\"");
        assert_eq!(plain(error).to_string(), "No room (os error 28)");
        assert_eq!(plain(io::Error::other("no room")).to_string(), "no room");
    }

    #[test]
    fn what_others_are_writing_stays_and_what_they_left_goes() {
        let dir = tempfile::tempdir().expect("a folder");
        let [left, written] = ["0123456789ab", "0123456789cd"]
            .map(|middle| dir.path().join(format!("{PREFIX}{middle}{SUFFIX}")));
        fs::write(&left, b"half").expect("written");
        let writer = File::create(&written).expect("a file");
        writer.try_lock().expect("a lock");
        write_bytes(&dir.path().join("file"), b"whole").expect("written");
        assert_eq!((left.exists(), written.exists()), (false, true));
        drop(writer);
        // A process looks once at each folder.
        write_bytes(&dir.path().join("file"), b"whole").expect("written");
        assert!(written.exists());
    }

    #[cfg(unix)]
    #[test]
    fn the_mode_is_that_of_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a folder");
        let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode();
        write_bytes(&dir.path().join("ours"), b"").expect("written");
        fs::write(dir.path().join("usual"), b"").expect("written");
        assert_eq!(
            mode(&dir.path().join("ours")),
            mode(&dir.path().join("usual"))
        );
    }

    #[test]
    fn only_our_own_leftovers_are_removed() {
        let dir = tempfile::tempdir().expect("a folder");
        let foreign = [
            ".hesscope-.partial",
            ".hesscope-0123456789a.partial",
            ".hesscope-0123456789a-.partial",
            ".hesscope-0123456789ab.partial.txt",
            ".report.html.12.partial",
            ".tmpAbCdEf",
            "hesscope-0123456789ab.partial",
        ];
        for name in foreign {
            fs::write(dir.path().join(name), b"theirs").expect("written");
        }
        fs::create_dir(dir.path().join(".hesscope-0123456789cd.partial")).expect("a folder");
        fs::write(dir.path().join(".hesscope-0123456789ab.partial"), b"ours").expect("written");
        remove_leftovers(dir.path());
        let mut left = foreign.map(str::to_owned).to_vec();
        left.push(".hesscope-0123456789cd.partial".into());
        left.sort();
        assert_eq!(names(dir.path()), left);
    }
}
