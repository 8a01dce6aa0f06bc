//! The folder of a run: what lies where, and how it is written.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use hesscope_report::schema::{Analysis, Attribution, ClassMeansRecord, Overlaps, SCHEMA_VERSION};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::settings::Settings;

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// `run.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RunFile {
    /// Version of hesscope that made the run.
    pub hesscope: String,
    /// SHA-256 of what determines the trained weights.
    pub training_sha256: String,
    /// The device, in words.
    pub device_name: String,
    /// The resolved settings.
    pub settings: Settings,
}

/// A run's folder, held by this process alone.
#[derive(Debug)]
pub struct RunFolder {
    root: PathBuf,
    // Held for its lock, which the system drops with the process.
    _lock: File,
}

impl RunFolder {
    /// Makes the folder if need be, and takes hold of it.
    pub fn create(root: &Path) -> Result<Self, Failure> {
        for folder in [
            root.to_path_buf(),
            root.join("analysis"),
            root.join("checkpoints"),
        ] {
            fs::create_dir_all(&folder).map_err(|error| {
                Failure::new(format!(
                    "cannot make the folder {}: {error}; choose another with --out",
                    folder.display()
                ))
            })?;
        }
        Self::hold(root)
    }

    /// Takes hold of the folder of an earlier run.
    pub fn open(root: &Path) -> Result<Self, Failure> {
        if !root.join("run.toml").is_file() {
            return Err(Failure::new(format!(
                "{} is not the folder of a run, since it has no run.toml: make one with `hesscope run` \
                 or `hesscope train`",
                root.display()
            )));
        }
        Self::hold(root)
    }

    fn hold(root: &Path) -> Result<Self, Failure> {
        let path = root.join("run.lock");
        let lock = File::create(&path)
            .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))?;
        if lock.try_lock().is_err() {
            return Err(Failure::new(format!(
                "another hesscope is at work in {}: wait for it, or choose another folder",
                root.display()
            )));
        }
        let folder = RunFolder {
            root: root.to_path_buf(),
            _lock: lock,
        };
        folder.sweep();
        Ok(folder)
    }

    /// Removes the half-written files of a killed process; nobody else is at work here.
    fn sweep(&self) {
        let trials = fs::read_dir(self.root.join("search"));
        let trials = trials.into_iter().flatten().flatten();
        let own = [
            self.root.clone(),
            self.root.join("analysis"),
            self.root.join("figures"),
            self.root.join(crate::overlaps::FOLDER),
            self.root.join(crate::attribute::FOLDER),
            self.root.join(crate::class_means::FOLDER),
            self.root.join(crate::eigenvectors::FOLDER),
            self.root.join(crate::tensorboard::FOLDER),
            self.checkpoints(),
        ];
        for folder in own.into_iter().chain(trials.map(|entry| entry.path())) {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.file_name().to_string_lossy().starts_with(".tmp") {
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the checkpoints are.
    pub fn checkpoints(&self) -> PathBuf {
        self.root.join("checkpoints")
    }

    /// Reads `run.toml`.
    pub fn run_file(&self) -> Result<Option<RunFile>, Failure> {
        let path = self.root.join("run.toml");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(Failure::new(format!(
                    "cannot read {}: {error}",
                    path.display()
                )));
            }
        };
        toml::from_str(&text).map(Some).map_err(|error| {
            Failure::new(format!(
                "{} does not read ({}): restore it, or train again into another folder",
                path.display(),
                error.message().replace('\n', " ")
            ))
        })
    }

    /// Writes `run.toml`.
    pub fn write_run_file(&self, file: &RunFile) -> Result<(), Failure> {
        self.write("run.toml", toml::to_string(file)?.as_bytes())
    }

    /// Writes a file of the folder whole or not at all.
    pub fn write(&self, name: &str, contents: &[u8]) -> Result<(), Failure> {
        self.write_at(&self.root.join(name), contents)
    }

    /// Writes a file at a path in the folder whole or not at all.
    pub fn write_at(&self, path: &Path, contents: &[u8]) -> Result<(), Failure> {
        write_whole(path, contents)
    }

    /// Every analysis in the folder that this version can read, by file name.
    pub fn analyses(&self) -> Result<Vec<Analysis>, Failure> {
        let (files, what) = (self.json_files("analysis"), "analysis");
        let read = |path: &PathBuf| read_json(path, what, |analysis: &Analysis| analysis.schema);
        files.iter().map(read).collect()
    }

    /// All overlaps in the folder, by file name.
    pub fn overlaps(&self) -> Result<Vec<Overlaps>, Failure> {
        let files = self.json_files(crate::overlaps::FOLDER);
        let read = |path: &PathBuf| read_json(path, "file", |overlaps: &Overlaps| overlaps.schema);
        files.iter().map(read).collect()
    }

    /// All attributions in the folder, by file name.
    pub fn attributions(&self) -> Result<Vec<Attribution>, Failure> {
        let files = self.json_files(crate::attribute::FOLDER);
        let read = |path: &PathBuf| read_json(path, "file", |found: &Attribution| found.schema);
        files.iter().map(read).collect()
    }

    /// The attribution of these settings, if it is in the folder and whole.
    pub fn attribution(&self, name: &str, key: &str) -> Option<Attribution> {
        let path = self.root.join(name);
        let found = read_json(&path, "file", |found: &Attribution| found.schema).ok()?;
        (found.key == key).then_some(found)
    }

    /// All class means in the folder, by file name.
    pub fn class_means(&self) -> Result<Vec<ClassMeansRecord>, Failure> {
        let files = self.json_files(crate::class_means::FOLDER);
        let read =
            |path: &PathBuf| read_json(path, "file", |means: &ClassMeansRecord| means.schema);
        files.iter().map(read).collect()
    }

    /// The class means of these settings, if they are in the folder and whole.
    pub fn class_means_of(&self, name: &str, key: &str) -> Option<ClassMeansRecord> {
        let path = self.root.join(name);
        let means = read_json(&path, "file", |means: &ClassMeansRecord| means.schema).ok()?;
        (means.key == key).then_some(means)
    }

    /// The files of a folder that hold JSON, by name.
    fn json_files(&self, folder: &str) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.root.join(folder))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "json")
            })
            .collect();
        files.sort();
        files
    }

    /// The analysis of these settings, if it is in the folder and whole.
    pub fn analysis(&self, name: &str, key: &str) -> Option<Analysis> {
        let path = self.root.join("analysis").join(name);
        let analysis = read_json(&path, "analysis", |analysis: &Analysis| analysis.schema).ok()?;
        (analysis.key == key).then_some(analysis)
    }
}

/// Writes a file whole or not at all, with the folders above it.
pub fn write_whole(path: &Path, contents: &[u8]) -> Result<(), Failure> {
    let attempt = || -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new(""));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::Builder::new()
            .prefix(".tmp")
            .tempfile_in(folder)?;
        file.write_all(contents)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    attempt().map_err(|error| {
        Failure::new(format!(
            "cannot write {} ({error}): make room or choose another folder, then start again, and \
             what is finished is reused",
            path.display()
        ))
    })
}

/// Reads what this version of hesscope wrote.
fn read_json<T: DeserializeOwned>(
    path: &Path,
    what: &str,
    schema: impl Fn(&T) -> u32,
) -> Result<T, Failure> {
    let wrong = |reason: String| {
        Failure::new(format!(
            "the {what} {} does not read ({reason}): delete it and it is made again",
            path.display()
        ))
    };
    let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let value: T = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    if schema(&value) != SCHEMA_VERSION {
        return Err(wrong(format!(
            "its schema is {}, not {SCHEMA_VERSION}",
            schema(&value)
        )));
    }
    Ok(value)
}
