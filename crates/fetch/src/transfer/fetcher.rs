//! Data sets, file by file.

use super::address::complete;
use super::attempt::Ask;
use super::observer::Observer;
use super::outcome::{FetchedFile, Origin, UnpackedFolder};
use super::part::Part;
use super::settings::Settings;
use crate::address::host;
use crate::catalogue::{Dataset, Pin, RemoteFile};
use crate::checksum::{Checksum, Hasher};
use crate::disk;
use crate::error::FetchError;
use crate::reason::Failure;
use crate::unpack::unpack;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

/// Downloads data sets.
#[derive(Debug)]
pub struct Fetcher {
    settings: Settings,
    agent: ureq::Agent,
}

impl Fetcher {
    /// A fetcher with these settings.
    pub fn new(settings: Settings) -> Self {
        let agent = settings.agent();
        Self { settings, agent }
    }

    /// Brings all files of `dataset` into the folder `dir`, which is made if need be.
    ///
    /// Each file is received as `NAME.part` and renamed to `NAME` when all its bytes are there and
    /// have the SHA-256 pinned. Addresses are tried in order; one that fails for the moment is tried
    /// again, and every try goes on where the last one ended, at whatever address; a host that did not
    /// serve one file comes last for the others. A call that ends
    /// early, even by a kill, is gone on with by the next. Files that are there already are kept.
    ///
    /// # Errors
    ///
    /// [`FetchError::ByHand`] for a data set without files to fetch; [`FetchError::Locked`] if another
    /// process is fetching into the folder; [`FetchError::FileDiffers`], before anything is
    /// downloaded, for a file in place with other bytes, unless [`Settings::replace`];
    /// [`FetchError::Exhausted`] if no address gave a file; [`FetchError::Interrupted`] if the observer
    /// asked for it; the errors of [`unpack`](crate::unpack()); and those of the disk.
    pub fn fetch(
        &self,
        dataset: &Dataset,
        dir: &Path,
        observer: &mut dyn Observer,
    ) -> Result<Vec<FetchedFile>, FetchError> {
        if let (Some(by_hand), []) = (&dataset.by_hand, dataset.files.as_slice()) {
            return Err(FetchError::ByHand {
                dataset: dataset.name.clone(),
                by_hand: by_hand.clone(),
            });
        }
        let _held = disk::hold(dir)?;
        let mut in_place = Vec::with_capacity(dataset.files.len());
        for file in &dataset.files {
            in_place.push(self.is_in_place(file, &dir.join(&file.name), observer)?);
        }
        let mut fetched = Vec::with_capacity(dataset.files.len());
        let mut down = HashSet::new();
        for (file, in_place) in dataset.files.iter().zip(in_place) {
            let path = dir.join(&file.name);
            let origin = if in_place {
                Origin::Kept
            } else {
                self.fetch_file(file, &path, &mut down, observer)?
            };
            observer.done(&file.name, &origin);
            let unpacked = self.unpack(file, &path, dir)?;
            fetched.push(FetchedFile {
                path,
                origin,
                unpacked,
            });
        }
        Ok(fetched)
    }

    /// Whether the file is there; one with other bytes is an error unless it may be replaced.
    fn is_in_place(
        &self,
        file: &RemoteFile,
        path: &Path,
        observer: &mut dyn Observer,
    ) -> Result<bool, FetchError> {
        let problem = match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(disk::read_error(path, error)),
            Ok(found) if !found.is_file() => {
                return Err(FetchError::NotAFile {
                    path: path.to_path_buf(),
                });
            }
            Ok(found) if found.len() != file.pin.size => {
                format!("has {} bytes rather than {}", found.len(), file.pin.size)
            }
            Ok(_) => {
                let found = checksum_of(path, &file.name, observer)?;
                if found == file.pin.sha256 {
                    return Ok(true);
                }
                format!("has the SHA-256 {found} rather than {}", file.pin.sha256)
            }
        };
        if self.settings.replace {
            return Ok(false);
        }
        Err(FetchError::FileDiffers {
            path: path.to_path_buf(),
            problem,
        })
    }

    /// Fetches one file; hosts in `down`, which did not serve an earlier one, come last, so that not
    /// every file waits for them.
    fn fetch_file(
        &self,
        file: &RemoteFile,
        path: &Path,
        down: &mut HashSet<String>,
        observer: &mut dyn Observer,
    ) -> Result<Origin, FetchError> {
        let Pin { size, sha256 } = file.pin;
        let mut part = Part::open(&file.name, path, size, observer)?;
        observer.started(&file.name, size, part.length());
        if part.length() == size {
            if part.checksum() == sha256 {
                part.finish(path)?;
                return Ok(Origin::Completed);
            }
            part.restart()?;
        }
        let resumed = part.length();
        let mut failures = Vec::new();
        let mut addresses: Vec<&String> = file.addresses.iter().collect();
        addresses.sort_by_key(|one| host(one).is_some_and(|host| down.contains(&host)));
        for address in addresses {
            let ask = Ask {
                agent: &self.agent,
                settings: &self.settings,
                file,
                address,
            };
            match complete(&ask, &mut part, observer)? {
                None => {
                    let received = part.received();
                    part.finish(path)?;
                    return Ok(Origin::Downloaded {
                        address: address.clone(),
                        resumed,
                        received,
                    });
                }
                Some(reason) => {
                    if !reason.is_final() {
                        down.extend(host(address));
                    }
                    failures.push(Failure {
                        address: address.clone(),
                        reason,
                    });
                }
            }
        }
        let (part, kept) = part.close()?;
        Err(FetchError::Exhausted {
            file: file.name.clone(),
            failures,
            part,
            kept,
        })
    }

    fn unpack(
        &self,
        file: &RemoteFile,
        archive: &Path,
        dir: &Path,
    ) -> Result<Option<UnpackedFolder>, FetchError> {
        let folder = match &file.folder {
            Some(folder) if self.settings.unpack => folder,
            _ => return Ok(None),
        };
        let path = dir.join(folder);
        let kept = path.is_dir();
        if !kept {
            unpack(archive, dir, folder, &self.settings.limits)?;
        }
        Ok(Some(UnpackedFolder { path, kept }))
    }
}

/// The checksum of a whole file.
fn checksum_of(
    path: &Path,
    name: &str,
    observer: &mut dyn Observer,
) -> Result<Checksum, FetchError> {
    let mut hasher = Hasher::default();
    let read =
        File::open(path).and_then(|mut file| hasher.read(&mut file, || !observer.interrupted()));
    read.map_err(|source| disk::read_error(path, source))?;
    if observer.interrupted() {
        return Err(FetchError::Interrupted {
            file: name.to_owned(),
        });
    }
    Ok(hasher.checksum())
}
