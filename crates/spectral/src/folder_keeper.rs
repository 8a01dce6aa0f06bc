//! Snapshots in a folder.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::error::SpectralError;
use crate::estimation::{Keeper, Snapshot, SnapshotRef};
use crate::snapshot_error::SnapshotError;
use crate::space::VectorSpace;
use crate::vector_file::{VectorFile, VectorFileWriter, write_whole};

/// Keeps snapshots in a folder, so that an estimation outlives its process.
///
/// A snapshot is one file `NAME.snapshot.safetensors` of what changes, and files `NAME.settled-*.safetensors` of the
/// settled vectors, each written once. The latter are written first and the former, which lists them with their checksums,
/// last; each under a temporary name, synced and renamed. So a process that is killed at any moment leaves the snapshot
/// before or the new one; what else it leaves is removed when the name is loaded or saved again. Every file carries a
/// checksum of all its bytes.
///
/// Vectors are stored in float32 where the space's own precision is that or less, which is exact, and in float64
/// otherwise. One process at a time may use a name.
#[derive(Clone, Debug)]
pub struct FolderKeeper {
    folder: PathBuf,
    every: Duration,
    names: HashMap<String, Kept>,
}

/// What is known of a name.
#[derive(Clone, Debug)]
struct Kept {
    /// When it was last loaded or saved.
    at: Instant,
    series: u64,
    batches: Vec<Batch>,
}

/// A snapshot on disk, and what is known of it.
type Found<V> = (Snapshot<V>, Kept);

/// A file of settled vectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Batch {
    file: String,
    count: usize,
    checksum: String,
}

impl FolderKeeper {
    /// A keeper in `folder`, which is created where it is missing.
    ///
    /// A snapshot is due once `every` has passed since the last one of its name, so that small problems are not slowed;
    /// zero keeps one after every step.
    pub fn new(folder: impl Into<PathBuf>, every: Duration) -> Result<Self, SpectralError> {
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(|source| SnapshotError::Io {
            action: "create",
            path: folder.clone(),
            source,
        })?;
        Ok(Self {
            folder,
            every,
            names: HashMap::new(),
        })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Forgets what is kept under this name, if anything is, damaged or not.
    pub fn clear(&mut self, name: &str) -> Result<(), SpectralError> {
        self.names.remove(name);
        // First what makes a snapshot, so that being killed here leaves none.
        remove(&self.state_path(name))?;
        self.remove_leftovers(name, &[])?;
        Ok(())
    }

    /// Forgets every snapshot in the folder, of whatever process.
    pub fn clear_all(&mut self) -> Result<(), SpectralError> {
        self.names.clear();
        let files = self.files()?;
        let is_state = |file: &&String| file.ends_with(STATE);
        for file in files.iter().filter(is_state) {
            remove(&self.folder.join(file))?;
        }
        let is_left = |file: &&String| {
            is_settled(file) || (file.starts_with(".") && file.contains(TEMPORARY))
        };
        for file in files.iter().filter(is_left) {
            remove(&self.folder.join(file))?;
        }
        Ok(())
    }

    fn state_path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{}{STATE}", encoded(name)))
    }

    fn temporary(&self, name: &str) -> String {
        format!(".{}{TEMPORARY}", encoded(name))
    }

    /// The names of the files in the folder that are text.
    fn files(&self) -> Result<Vec<String>, SnapshotError> {
        let unreadable = |source| SnapshotError::Io {
            action: "list",
            path: self.folder.clone(),
            source,
        };
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(unreadable)? {
            names.extend(entry.map_err(unreadable)?.file_name().into_string().ok());
        }
        Ok(names)
    }

    /// Removes files of a name that its snapshot does not list.
    fn remove_leftovers(&self, name: &str, batches: &[Batch]) -> Result<(), SnapshotError> {
        let listed: HashSet<&str> = batches.iter().map(|batch| batch.file.as_str()).collect();
        let settled = format!("{}{SETTLED}", encoded(name));
        let temporary = self.temporary(name);
        for file in self.files()? {
            let left = file.starts_with(&settled) && !listed.contains(file.as_str());
            if left || file.starts_with(&temporary) {
                remove(&self.folder.join(file))?;
            }
        }
        Ok(())
    }

    /// The snapshot on disk, and what is known of it then.
    fn read<S: VectorSpace>(
        &self,
        name: &str,
        space: &S,
    ) -> Result<Option<Found<S::Vector>>, SnapshotError> {
        let path = self.state_path(name);
        let Some((mut file, _)) = VectorFile::read(&path)? else {
            return Ok(None);
        };
        let damaged = |reason| SnapshotError::Damaged {
            path: path.clone(),
            reason,
        };
        let foreign = |reason| SnapshotError::Foreign {
            path: path.clone(),
            reason,
        };
        let kept_name = file.text("name").map_err(damaged)?;
        if kept_name != name {
            return Err(foreign(format!("it keeps `{kept_name}`, not `{name}`")));
        }
        let dim: usize = file.number("dim").map_err(damaged)?;
        if dim != space.dim() {
            let reason = format!("its vectors have {dim} values, not {}", space.dim());
            return Err(foreign(reason));
        }
        let precision = file.text("precision").map_err(damaged)?;
        if precision != precision_of(space) {
            let reason = format!(
                "its vectors are in {precision} precision, not {}",
                precision_of(space)
            );
            return Err(foreign(reason));
        }
        let batches: Vec<Batch> = serde_json::from_str(file.text("settled").map_err(damaged)?)
            .map_err(|error| damaged(error.to_string()))?;
        let state = file.text("state").map_err(damaged)?.to_owned();
        let series = file.number("series").map_err(damaged)?;
        let moving_count = file.number("moving").map_err(damaged)?;
        let moving = file.take("moving", moving_count, dim).map_err(damaged)?;
        let numbers = file.vectors.remove("numbers");
        let numbers = numbers.ok_or_else(|| damaged("`numbers` is missing".to_owned()))?;
        let vectors = |values: Vec<Vec<f64>>| -> Vec<S::Vector> {
            values.iter().map(|v| space.from_host(v)).collect()
        };
        let mut settled = Vec::new();
        for batch in &batches {
            settled.extend(vectors(self.read_batch(batch, dim)?));
        }
        let snapshot = Snapshot {
            state,
            settled,
            series,
            moving: vectors(moving),
            numbers,
        };
        let kept = Kept {
            at: Instant::now(),
            series,
            batches,
        };
        Ok(Some((snapshot, kept)))
    }

    fn read_batch(&self, batch: &Batch, dim: usize) -> Result<Vec<Vec<f64>>, SnapshotError> {
        let path = self.folder.join(&batch.file);
        let damaged = |reason: String| SnapshotError::Damaged {
            path: path.clone(),
            reason,
        };
        let (mut file, checksum) = VectorFile::read(&path)?
            .ok_or_else(|| damaged("it is missing, but the snapshot lists it".to_owned()))?;
        if checksum != batch.checksum {
            return Err(damaged("its checksum is not the one listed".to_owned()));
        }
        file.take("settled", batch.count, dim).map_err(damaged)
    }

    /// Writes the settled vectors from `start` on.
    fn write_batch<S: VectorSpace>(
        &self,
        name: &str,
        space: &S,
        snapshot: &SnapshotRef<'_, S::Vector>,
        start: usize,
    ) -> Result<Batch, SnapshotError> {
        let vectors = &snapshot.settled[start..];
        let mut file = VectorFileWriter::default();
        for (index, vector) in vectors.iter().enumerate() {
            let values = space.to_host(vector);
            file.vector(format!("settled.{index}"), &values, is_single(space));
        }
        let (bytes, checksum) = file.bytes(&self.folder)?;
        // Named by its contents, so that it replaces no other file.
        let batch = Batch {
            file: format!(
                "{}{SETTLED}{}-{start}-{checksum}{EXTENSION}",
                encoded(name),
                snapshot.series
            ),
            count: vectors.len(),
            checksum,
        };
        let path = self.folder.join(&batch.file);
        write_whole(&self.folder, &self.temporary(name), &path, &bytes)?;
        Ok(batch)
    }

    fn write<S: VectorSpace>(
        &mut self,
        name: &str,
        space: &S,
        snapshot: &SnapshotRef<'_, S::Vector>,
    ) -> Result<(), SnapshotError> {
        let before = self.names.get(name);
        let written = |kept: &Kept| kept.batches.iter().map(|batch| batch.count).sum::<usize>();
        let continued = before.filter(|kept| {
            kept.series == snapshot.series && written(kept) <= snapshot.settled.len()
        });
        let start = continued.map_or(0, written);
        let mut batches = continued.map_or_else(Vec::new, |kept| kept.batches.clone());
        let replaces = continued.is_none();
        if start < snapshot.settled.len() {
            batches.push(self.write_batch(name, space, snapshot, start)?);
        }
        let path = self.state_path(name);
        let mut file = VectorFileWriter::default();
        file.text("name", name.to_owned());
        file.text("dim", space.dim().to_string());
        file.text("precision", precision_of(space).to_owned());
        file.text("series", snapshot.series.to_string());
        file.text("moving", snapshot.moving.len().to_string());
        file.text("state", snapshot.state.clone());
        let listed = serde_json::to_string(&batches).map_err(|error| SnapshotError::Io {
            action: "lay out",
            path: path.clone(),
            source: error.into(),
        })?;
        file.text("settled", listed);
        for (index, vector) in snapshot.moving.iter().enumerate() {
            let values = space.to_host(vector);
            file.vector(format!("moving.{index}"), &values, is_single(space));
        }
        file.vector("numbers".to_owned(), &snapshot.numbers, false);
        let (bytes, _) = file.bytes(&path)?;
        write_whole(&self.folder, &self.temporary(name), &path, &bytes)?;
        if replaces {
            self.remove_leftovers(name, &batches)?;
        }
        let kept = Kept {
            at: Instant::now(),
            series: snapshot.series,
            batches,
        };
        self.names.insert(name.to_owned(), kept);
        Ok(())
    }
}

impl<S: VectorSpace> Keeper<S> for FolderKeeper {
    fn load(
        &mut self,
        name: &str,
        space: &S,
    ) -> Result<Option<Snapshot<S::Vector>>, SpectralError> {
        let Some((snapshot, kept)) = self.read(name, space)? else {
            self.remove_leftovers(name, &[])?;
            let kept = Kept {
                at: Instant::now(),
                series: 0,
                batches: Vec::new(),
            };
            self.names.insert(name.to_owned(), kept);
            return Ok(None);
        };
        self.remove_leftovers(name, &kept.batches)?;
        self.names.insert(name.to_owned(), kept);
        Ok(Some(snapshot))
    }

    fn is_due(&mut self, name: &str) -> bool {
        let kept = self.names.get(name);
        kept.is_none_or(|kept| kept.at.elapsed() >= self.every)
    }

    fn save(
        &mut self,
        name: &str,
        space: &S,
        snapshot: SnapshotRef<'_, S::Vector>,
    ) -> Result<(), SpectralError> {
        Ok(self.write(name, space, &snapshot)?)
    }

    fn clear(&mut self, name: &str) -> Result<(), SpectralError> {
        FolderKeeper::clear(self, name)
    }
}

const EXTENSION: &str = ".safetensors";
const STATE: &str = ".snapshot.safetensors";
const SETTLED: &str = ".settled-";
const TEMPORARY: &str = ".snapshot-part-";

/// Whether a file's name is one of settled vectors.
fn is_settled(file: &str) -> bool {
    file.ends_with(EXTENSION) && file.contains(SETTLED)
}

/// Whether float32 holds the space's vectors exactly.
fn is_single<S: VectorSpace>(space: &S) -> bool {
    space.epsilon() >= f64::from(f32::EPSILON)
}

fn precision_of<S: VectorSpace>(space: &S) -> &'static str {
    if is_single(space) { "single" } else { "double" }
}

/// A name as part of a file's: letters, digits, `-` and `_` stay, each other byte becomes `%` and two digits.
fn encoded(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02x}"),
        })
        .collect()
}

/// Removes a file, if it is there.
fn remove(path: &Path) -> Result<(), SnapshotError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(SnapshotError::Io {
            action: "remove",
            path: path.to_owned(),
            source,
        }),
        _ => Ok(()),
    }
}
