//! Snapshots in a folder.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use hesscope_files::is_below;
use serde::{Deserialize, Serialize};

use crate::error::snapshot_error::SnapshotError;
use crate::error::spectral_error::SpectralError;
use crate::operator::vector_space::VectorSpace;
use crate::resume::keeper::Keeper;
use crate::resume::snapshot::{Snapshot, SnapshotRef};
use crate::resume::vector_file::{VectorFile, VectorFileWriter};

/// Keeps snapshots in a folder, so that an estimation outlives its process.
///
/// A snapshot is one file `NAME.snapshot.safetensors` of what changes, and files `NAME.settled-*.safetensors` of the
/// settled vectors, each written once. The latter are written first and the former, which lists them with their checksums,
/// last; each under a temporary name, synced and renamed. So a process that is killed at any moment leaves the snapshot
/// before or the new one; what else it leaves is removed when the folder is opened, or the name loaded or saved again. Every
/// file carries a checksum of all its bytes.
///
/// Vectors are stored in float32 where the space's own precision is that or less, which is exact, and in float64
/// otherwise. One process at a time may use the folder.
#[derive(Clone, Debug)]
pub struct FolderKeeper {
    folder: PathBuf,
    every: Duration,
    /// Bytes a second, as of the last snapshot that was large enough to tell.
    rate: f64,
    names: HashMap<String, Kept>,
    discards: bool,
    discarded: Vec<String>,
}

/// Bytes a second that snapshots are taken to be written with before one was.
const RATE: f64 = 2e8;

/// Bytes of a snapshot whose time tells the rate.
const TELLING: f64 = 1e7;

/// The share of the time that snapshots may take.
const SHARE: f64 = 0.1;

/// What is known of a name.
#[derive(Clone, Debug)]
struct Kept {
    /// When it was last loaded or saved.
    at: Instant,
    series: u64,
    batches: Vec<Batch>,
}

impl Kept {
    /// Number of settled vectors.
    fn settled(&self) -> usize {
        self.batches.iter().map(|batch| batch.count).sum()
    }

    fn now(series: u64, batches: Vec<Batch>) -> Self {
        Self {
            at: Instant::now(),
            series,
            batches,
        }
    }
}

/// What stands in the file of a snapshot beside its state and its vectors, which have `dim` values.
#[derive(Serialize, Deserialize)]
struct Index {
    name: String,
    dim: usize,
    precision: String,
    series: u64,
    /// Number of moving vectors.
    moving: usize,
    settled: Vec<Batch>,
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
    /// A snapshot is due once `every` has passed since the last one of its name, so that small problems are not slowed, and is left
    /// for later while writing it would take more than a tenth of the time since then, so that large ones are not; zero keeps one
    /// after every step.
    pub fn new(folder: impl Into<PathBuf>, every: Duration) -> Result<Self, SpectralError> {
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(SnapshotError::file("create", &folder))?;
        hesscope_files::remove_leftovers(&folder);
        Ok(Self {
            folder,
            every,
            rate: RATE,
            names: HashMap::new(),
            discards: false,
            discarded: Vec::new(),
        })
    }

    /// One that discards damaged snapshots, so that their estimations begin anew, where others make an error of them.
    #[must_use]
    pub fn discarding_damaged(mut self) -> Self {
        self.discards = true;
        self
    }

    /// What was damaged and has been discarded: what it was and what was wrong, one text each.
    pub fn discarded(&self) -> &[String] {
        &self.discarded
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

    /// Forgets every snapshot in the folder.
    pub fn clear_all(&mut self) -> Result<(), SpectralError> {
        self.names.clear();
        // First what makes a snapshot, so that being killed here leaves none whose vectors are missing.
        for made in [is_state, is_settled] {
            for file in self.files()?.iter().filter(|file| made(file)) {
                remove(&self.folder.join(file))?;
            }
        }
        hesscope_files::remove_leftovers(&self.folder);
        Ok(())
    }

    fn state_path(&self, name: &str) -> PathBuf {
        self.folder.join(state_file(name))
    }

    /// The names of the files in the folder that are text.
    fn files(&self) -> Result<Vec<String>, SnapshotError> {
        let unreadable = SnapshotError::file("list", &self.folder);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(&unreadable)? {
            names.extend(entry.map_err(&unreadable)?.file_name().into_string().ok());
        }
        Ok(names)
    }

    /// Removes settled vectors of a name that its snapshot does not list.
    fn remove_leftovers(&self, name: &str, batches: &[Batch]) -> Result<(), SnapshotError> {
        let listed: HashSet<&str> = batches.iter().map(|batch| batch.file.as_str()).collect();
        let settled = format!("{}{SETTLED}", encoded(name));
        for file in self.files()? {
            if file.starts_with(&settled) && !listed.contains(file.as_str()) {
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
        let Some(mut file) = VectorFile::read(&path)? else {
            return Ok(None);
        };
        let index: Index = file.value("index")?;
        check_index(&index, name, space).map_err(|differences| SnapshotError::OtherSettings {
            snapshot: path.display().to_string(),
            differences,
        })?;
        let vectors = |values: Vec<Vec<f64>>| -> Vec<S::Vector> {
            values.iter().map(|v| space.from_host(v)).collect()
        };
        let mut settled = Vec::new();
        for batch in &index.settled {
            settled.extend(vectors(self.read_batch(batch, index.dim)?));
        }
        let snapshot = Snapshot {
            state: file.text("state")?.to_owned(),
            settled,
            series: index.series,
            moving: vectors(file.take_all("moving", index.moving, index.dim)?),
            numbers: file.take("numbers")?,
        };
        Ok(Some((snapshot, Kept::now(index.series, index.settled))))
    }

    fn read_batch(&self, batch: &Batch, dim: usize) -> Result<Vec<Vec<f64>>, SnapshotError> {
        let path = self.folder.join(&batch.file);
        let damaged = |reason: &str| SnapshotError::damaged(&path, reason);
        if !is_below(&batch.file) {
            return Err(damaged(
                "the snapshot lists it, but it is not in its folder",
            ));
        }
        let mut file = VectorFile::read(&path)?
            .ok_or_else(|| damaged("it is missing, but the snapshot lists it"))?;
        if file.checksum != batch.checksum {
            return Err(damaged("its checksum is not the one listed"));
        }
        file.take_all("settled", batch.count, dim)
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
        let prefix = format!("{}{SETTLED}{}-{start}", encoded(name), snapshot.series);
        // Named by its contents, so that it replaces no other file.
        let name = |checksum: &str| format!("{prefix}-{checksum}{EXTENSION}");
        let (file, checksum) = file.write(&self.folder, name)?;
        Ok(Batch {
            file,
            count: vectors.len(),
            checksum,
        })
    }

    /// The settled vectors of a snapshot that are on disk already.
    fn continued<V>(&self, name: &str, snapshot: &SnapshotRef<'_, V>) -> Option<&Kept> {
        let kept = self.names.get(name)?;
        (kept.series == snapshot.series && kept.settled() <= snapshot.settled.len()).then_some(kept)
    }

    /// Bytes of the vectors of a snapshot that are not on disk.
    fn bytes<S: VectorSpace>(
        &self,
        name: &str,
        space: &S,
        snapshot: &SnapshotRef<'_, S::Vector>,
    ) -> f64 {
        let written = self.continued(name, snapshot).map_or(0, Kept::settled);
        let vectors = snapshot.settled.len() - written + snapshot.moving.len();
        let bytes = if is_single(space) { 4 } else { 8 };
        vectors as f64 * space.dim() as f64 * f64::from(bytes)
    }

    /// Whether writing a snapshot takes no more than its share of the time since the last.
    fn is_worth<S: VectorSpace>(
        &self,
        name: &str,
        space: &S,
        snapshot: &SnapshotRef<'_, S::Vector>,
    ) -> bool {
        let seconds = self.bytes(name, space, snapshot) / self.rate;
        self.every.is_zero()
            || self
                .names
                .get(name)
                .is_none_or(|kept| SHARE * kept.at.elapsed().as_secs_f64() >= seconds)
    }

    fn write<S: VectorSpace>(
        &mut self,
        name: &str,
        space: &S,
        snapshot: &SnapshotRef<'_, S::Vector>,
    ) -> Result<(), SnapshotError> {
        let (began, bytes) = (Instant::now(), self.bytes(name, space, snapshot));
        let continued = self.continued(name, snapshot);
        let start = continued.map_or(0, Kept::settled);
        let mut batches = continued.map_or_else(Vec::new, |kept| kept.batches.clone());
        let replaces = continued.is_none();
        if start < snapshot.settled.len() {
            batches.push(self.write_batch(name, space, snapshot, start)?);
        }
        let index = Index {
            name: name.to_owned(),
            dim: space.dim(),
            precision: precision_of(space).to_owned(),
            series: snapshot.series,
            moving: snapshot.moving.len(),
            settled: batches,
        };
        let laid_out = |error: serde_json::Error| {
            SnapshotError::file("lay out", &self.state_path(name))(error.into())
        };
        let mut file = VectorFileWriter::default();
        file.text("index", serde_json::to_string(&index).map_err(laid_out)?);
        file.text("state", snapshot.state.clone());
        for (index, vector) in snapshot.moving.iter().enumerate() {
            let values = space.to_host(vector);
            file.vector(format!("moving.{index}"), &values, is_single(space));
        }
        file.vector("numbers".to_owned(), &snapshot.numbers, false);
        file.write(&self.folder, |_| state_file(name))?;
        if replaces {
            self.remove_leftovers(name, &index.settled)?;
        }
        if bytes >= TELLING {
            self.rate = bytes / began.elapsed().as_secs_f64().max(1e-3);
        }
        let kept = Kept::now(index.series, index.settled);
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
        let (snapshot, kept) = match self.read(name, space)? {
            Some((snapshot, kept)) => (Some(snapshot), kept),
            None => (None, Kept::now(0, Vec::new())),
        };
        self.remove_leftovers(name, &kept.batches)?;
        self.names.insert(name.to_owned(), kept);
        Ok(snapshot)
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
        if !self.is_worth(name, space, &snapshot) {
            return Ok(());
        }
        Ok(self.write(name, space, &snapshot)?)
    }

    fn discard(&mut self, name: &str, damage: &SnapshotError) -> Result<bool, SpectralError> {
        if self.discards {
            FolderKeeper::clear(self, name)?;
            self.names.insert(name.to_owned(), Kept::now(0, Vec::new()));
            self.discarded.push(damage.to_string());
        }
        Ok(self.discards)
    }

    fn clear(&mut self, name: &str) -> Result<(), SpectralError> {
        FolderKeeper::clear(self, name)
    }
}

const EXTENSION: &str = ".safetensors";
const STATE: &str = ".snapshot.safetensors";
const SETTLED: &str = ".settled-";

/// What is wrong with a snapshot for this name and space.
fn check_index<S: VectorSpace>(index: &Index, name: &str, space: &S) -> Result<(), String> {
    let (dim, precision) = (space.dim(), precision_of(space));
    if index.name != name {
        return Err(format!("it keeps `{}`, not `{name}`", index.name));
    }
    if index.dim != dim {
        return Err(format!("its vectors have {} values, not {dim}", index.dim));
    }
    if index.precision != precision {
        let found = &index.precision;
        return Err(format!(
            "its vectors are in {found} precision, not {precision}"
        ));
    }
    Ok(())
}

/// The file of a name's snapshot.
fn state_file(name: &str) -> String {
    format!("{}{STATE}", encoded(name))
}

/// Whether a file's name is one of snapshots.
fn is_state(file: &str) -> bool {
    file.ends_with(STATE)
}

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
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(SnapshotError::file("remove", path)(source))
        }
        _ => Ok(()),
    }
}
