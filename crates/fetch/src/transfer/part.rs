//! The file that a download grows in.

use super::observer::Observer;
use crate::checksum::{Checksum, Hasher};
use crate::disk;
use crate::error::FetchError;
use std::fs::{self, File};
use std::io::{ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// `NAME.part` with its first bytes, and their checksum in the making.
pub(super) struct Part {
    path: PathBuf,
    file: File,
    hasher: Hasher,
    length: u64,
    received: u64,
}

impl Part {
    /// Opens the part of the file `target`, with what an earlier call left of at most `size` bytes.
    pub fn open(
        name: &str,
        target: &Path,
        size: u64,
        observer: &mut dyn Observer,
    ) -> Result<Self, FetchError> {
        let path = target.with_file_name(format!("{name}.part"));
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(disk::read_error(&path, error)),
            // A link could lead the bytes anywhere.
            Ok(found) if !found.is_file() => return Err(FetchError::NotAFile { path }),
            Ok(_) => {}
        }
        let opened = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let mut file = opened.map_err(|source| disk::write_error(&path, source))?;
        let mut hasher = Hasher::default();
        let read = hasher.read(&mut file, || !observer.interrupted());
        let length = read.map_err(|source| disk::read_error(&path, source))?;
        if observer.interrupted() {
            return Err(FetchError::Interrupted {
                file: name.to_owned(),
            });
        }
        let mut part = Self {
            path,
            file,
            hasher,
            length,
            received: 0,
        };
        if length > size {
            part.restart()?;
        }
        Ok(part)
    }

    /// The bytes that are there.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The bytes that were ever appended.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// The checksum of what is there.
    pub fn checksum(&self) -> Checksum {
        self.hasher.checksum()
    }

    /// Adds bytes; on a full disk, those that still had room.
    pub fn append(&mut self, mut bytes: &[u8]) -> Result<(), FetchError> {
        while !bytes.is_empty() {
            let written = match self.file.write(bytes) {
                Ok(0) => Err(ErrorKind::WriteZero.into()),
                Err(error) if error.kind() == ErrorKind::Interrupted => Ok(0),
                other => other,
            };
            let written = written.map_err(|source| disk::write_error(&self.path, source))?;
            self.hasher.update(&bytes[..written]);
            self.length += written as u64;
            self.received += written as u64;
            bytes = &bytes[written..];
        }
        Ok(())
    }

    /// Throws away what is there.
    pub fn restart(&mut self) -> Result<(), FetchError> {
        let emptied = self
            .file
            .set_len(0)
            .and_then(|()| self.file.seek(SeekFrom::Start(0)));
        emptied.map_err(|source| disk::write_error(&self.path, source))?;
        self.hasher = Hasher::default();
        self.length = 0;
        Ok(())
    }

    /// Gives the file its name.
    pub fn finish(self, target: &Path) -> Result<(), FetchError> {
        let synced = self.file.sync_all();
        synced.map_err(|source| disk::write_error(&self.path, source))?;
        drop(self.file);
        disk::rename(&self.path, target)
    }

    /// Leaves the part for later, and no file if there are no bytes; gives its path and length.
    pub fn close(self) -> Result<(PathBuf, u64), FetchError> {
        drop(self.file);
        if self.length == 0 {
            fs::remove_file(&self.path).map_err(|source| disk::write_error(&self.path, source))?;
        }
        Ok((self.path, self.length))
    }
}
