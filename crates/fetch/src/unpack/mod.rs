//! Archives, unpacked with distrust.

mod bounds;
mod entry;

use crate::disk;
use crate::error::FetchError;
use bounds::Bounded;
use entry::{Kind, Seen};
use flate2::read::MultiGzDecoder;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use tar::Archive;

/// What an archive may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The most entries, folders included; 1,000 unless changed.
    pub entries: u64,
    /// The most bytes of one file; 256 MiB unless changed.
    pub file_bytes: u64,
    /// The most bytes that the archive decompresses to; 1 GiB unless changed.
    pub total_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 1_000,
            file_bytes: 256 << 20,
            total_bytes: 1 << 30,
        }
    }
}

/// Unpacks the `.tar.gz` file `archive`, all of whose entries lie in the folder `folder`, into `dir`,
/// and returns the path of the new folder.
///
/// All of it is checked before anything is written: every entry is a plain file or folder below
/// `folder`, with a name that is one on every platform (printable ASCII, no `..`, no drive, no
/// backslash, no device of Windows), none is there twice (upper and lower case being the same), and
/// the limits hold. Permissions, owners and times are not taken over. The files are written to
/// `FOLDER.unpacking`, which is renamed at the end; one that a killed process left is removed.
///
/// # Errors
///
/// [`FetchError::AlreadyUnpacked`] if `folder` is there already; [`FetchError::NotUnpacked`]
/// or [`FetchError::ArchiveDamaged`] for a bad archive; and those of the disk. None of them leaves anything in `dir`.
pub fn unpack(
    archive: &Path,
    dir: &Path,
    folder: &str,
    limits: &Limits,
) -> Result<PathBuf, FetchError> {
    let target = dir.join(folder);
    if fs::symlink_metadata(&target).is_ok() {
        return Err(FetchError::AlreadyUnpacked {
            archive: archive.to_path_buf(),
            path: target,
        });
    }
    let job = Job {
        archive,
        folder,
        limits,
    };
    job.check_headers()?;
    job.walk(|_, _, content| {
        io::copy(content, &mut io::sink()).map_err(|error| job.damaged(&error))
    })?;
    let unpacking = dir.join(format!("{folder}.unpacking"));
    let _ = fs::remove_dir_all(&unpacking);
    fs::create_dir(&unpacking).map_err(|source| disk::write_error(&unpacking, source))?;
    let written = job.write(&unpacking);
    if let Err(error) = written.and_then(|()| disk::rename(&unpacking, &target)) {
        let _ = fs::remove_dir_all(&unpacking);
        return Err(error);
    }
    Ok(target)
}

/// An archive to be unpacked.
struct Job<'a> {
    archive: &'a Path,
    folder: &'a str,
    limits: &'a Limits,
}

type Decoded = Bounded<MultiGzDecoder<io::BufReader<File>>>;

impl Job<'_> {
    fn open(&self) -> Result<Archive<Decoded>, FetchError> {
        let file =
            File::open(self.archive).map_err(|error| disk::read_error(self.archive, error))?;
        let decoder = MultiGzDecoder::new(io::BufReader::new(file));
        Ok(Archive::new(Bounded::new(decoder, self.limits.total_bytes)))
    }

    /// Counts the entries, refuses those that are neither file nor folder, and bounds those that only
    /// describe others, which the second reading takes into memory.
    fn check_headers(&self) -> Result<(), FetchError> {
        let mut archive = self.open()?;
        let entries = archive.entries().map_err(|error| self.damaged(&error))?;
        let mut count = 0;
        for entry in entries.raw(true) {
            let entry = entry.map_err(|error| self.damaged(&error))?;
            count += 1;
            if count > self.limits.entries {
                return Err(self.too_large(self.limits.entries, "entries", "entries"));
            }
            let kind = entry.header().entry_type();
            if !entry::describes(kind) {
                let refused = entry::kind(kind).err();
                if let Some(problem) = refused {
                    return Err(self.unsafe_entry(&entry.path_bytes(), &problem));
                }
            } else if entry.size() > entry::DESCRIPTION {
                let problem = format!(
                    "it names an entry in more than {} bytes",
                    entry::DESCRIPTION
                );
                return Err(self.damaged(&io::Error::other(problem)));
            }
        }
        Ok(())
    }

    /// Reads the whole archive, and calls `visit` for each entry with its path below the folder;
    /// `visit` returns how many bytes it read.
    fn walk<V>(&self, mut visit: V) -> Result<(), FetchError>
    where
        V: FnMut(&Path, Kind, &mut dyn Read) -> Result<u64, FetchError>,
    {
        let mut archive = self.open()?;
        let mut seen = Seen::new(self.folder);
        for entry in archive.entries().map_err(|error| self.damaged(&error))? {
            let mut entry = entry.map_err(|error| self.damaged(&error))?;
            let name = entry.path_bytes().into_owned();
            let kind = entry::kind(entry.header().entry_type());
            let kind = kind.map_err(|problem| self.unsafe_entry(&name, &problem))?;
            let added = seen.add(&name, kind);
            let Some(path) = added.map_err(|problem| self.unsafe_entry(&name, &problem))? else {
                continue;
            };
            let limit = self.limits.file_bytes;
            if entry.size() > limit {
                return Err(self.too_large(limit, "bytes in one file", "file_bytes"));
            }
            if visit(&path, kind, &mut entry)? != entry.size() {
                return Err(self.damaged(&io::ErrorKind::UnexpectedEof.into()));
            }
        }
        if !seen.has_folder() {
            let problem = format!("it does not hold the folder {}", self.folder);
            return Err(self.refused(problem, "fetch it again".into()));
        }
        // The checksum of the compressed stream comes after what the tar reader needs.
        let rest = io::copy(&mut archive.into_inner(), &mut io::sink());
        rest.map(|_| ()).map_err(|error| self.damaged(&error))
    }

    fn write(&self, unpacking: &Path) -> Result<(), FetchError> {
        self.walk(|below, kind, content| {
            let path = unpacking.join(below);
            let wrong = |source| disk::write_error(&path, source);
            if kind == Kind::Folder {
                return fs::create_dir_all(&path).map(|()| 0).map_err(wrong);
            }
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(wrong)?;
            }
            let created = File::options().write(true).create_new(true).open(&path);
            let mut file = created.map_err(wrong)?;
            let mut buffer = vec![0; 1 << 16];
            let mut total = 0;
            loop {
                let read = content
                    .read(&mut buffer)
                    .map_err(|error| self.damaged(&error))?;
                if read == 0 {
                    break;
                }
                file.write_all(&buffer[..read]).map_err(wrong)?;
                total += read as u64;
            }
            file.sync_all().map_err(wrong)?;
            Ok(total)
        })
    }

    fn refused(&self, problem: String, remedy: String) -> FetchError {
        FetchError::NotUnpacked {
            archive: self.archive.to_path_buf(),
            problem,
            remedy,
        }
    }

    fn unsafe_entry(&self, name: &[u8], problem: &str) -> FetchError {
        let problem = format!("its entry `{}` {problem}", shown(name));
        self.refused(problem, "do not use this archive".into())
    }

    fn damaged(&self, error: &io::Error) -> FetchError {
        if bounds::is_exceeded(error) {
            return self.too_large(self.limits.total_bytes, "bytes in all", "total_bytes");
        }
        let mut problem = error.to_string();
        // The reader quotes what it took for a header.
        if !problem.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            problem = "it holds something other than tar headers".to_owned();
        }
        FetchError::ArchiveDamaged {
            archive: self.archive.to_path_buf(),
            problem,
        }
    }

    /// `field` is that of [`Limits`].
    fn too_large(&self, limit: u64, of: &str, field: &str) -> FetchError {
        self.refused(
            format!("it holds more than {limit} {of}"),
            format!("do not use this archive, or raise `{field}` if it is to be trusted"),
        )
    }
}

/// A name, short and without anything that a terminal would obey.
fn shown(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    name.chars()
        .take(200)
        .flat_map(char::escape_default)
        .collect()
}
