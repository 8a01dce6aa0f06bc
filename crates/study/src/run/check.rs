//! Whether all that a run's folder holds is whole and belongs together.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use hesscope_models::{
    CheckpointError, CheckpointInfo, LAST_CHECKPOINT, SEARCH_TABLE, checkpoint_path,
    read_checkpoint_info,
};
use hesscope_records::record::{files_of, path_of, read};
use hesscope_records::{Analysis, ClassMeans, Eigenvalues, Findings, Overlaps, Record};

use super::folder::{RunFolder, SEARCH, TENSORBOARD, require_of};
use super::imported;
use super::metrics::{METRICS, lines, record};
use super::run_file::RunFile;
use super::search::search_record;
use super::stored_weights::kept_epochs;
use super::tensorboard;
use super::timing::{TIMING, timing_of};
use crate::eigenvector_file::{EIGENVECTORS, read_eigenvectors};
use crate::error::StudyError;
use crate::fault::{Fault, Faults, Remedy};
use crate::manifest::MANIFEST;
use crate::model::ModelInfo;
use crate::settings::OnnxSettings;

/// Everything wrong in the folder of a run: files that are damaged, missing, or of another run, checkpoint or data set.
///
/// Nothing is changed, and no lock is needed.
///
/// # Errors
///
/// A folder that is none of a run, or that cannot be read.
pub fn check(root: &Path) -> Result<Vec<Fault>, StudyError> {
    let mut faults = Faults::default();
    let run = match RunFile::read(root) {
        Ok(Some(run)) => run,
        Ok(None) => {
            // Says so.
            RunFolder::read(root)?;
            return Ok(Vec::new());
        }
        Err(error) => {
            faults.add(&RunFile::path(root), error, Remedy::Restore);
            return Ok(faults.0);
        }
    };
    let folder = RunFolder::read(root)?;
    let checkpoints = faults.checkpoints(&folder, &run)?;
    let shas = match run.settings.net.onnx() {
        Some(model) => faults.model(root, &run, model),
        None => checkpoints
            .iter()
            .map(|(&epoch, info)| (epoch, info.sha256.clone()))
            .collect(),
    };
    faults.records::<Analysis>(root, &run, &shas)?;
    faults.records::<Overlaps>(root, &run, &shas)?;
    faults.records::<Eigenvalues>(root, &run, &shas)?;
    faults.records::<Findings>(root, &run, &shas)?;
    faults.records::<ClassMeans>(root, &run, &shas)?;
    faults.eigenvectors(&folder, &run, &shas)?;
    if let Some(last) = checkpoints.values().next_back() {
        faults.training_logs(root, &run, last);
    }
    faults.search(&folder, &run, checkpoints.values().next_back());
    faults.of_manifest(root, MANIFEST, &run.training_sha256);
    Ok(faults.0)
}

/// SHA-256 of the checkpoint of each epoch that is kept.
type Checksums = BTreeMap<usize, String>;

impl Faults {
    /// The checkpoints that are whole and of this run, by epoch.
    fn checkpoints(
        &mut self,
        folder: &RunFolder,
        run: &RunFile,
    ) -> Result<BTreeMap<usize, CheckpointInfo>, StudyError> {
        let dir = folder.checkpoints();
        let mut sound = BTreeMap::new();
        if !dir.is_dir() {
            return Ok(sound);
        }
        let (mut bad, mut foreign) = (Vec::new(), 0);
        let mut take = |path: PathBuf| {
            let found = read_checkpoint_info(&path)
                .and_then(|info| info.check(&run.provenance()).map(|()| info));
            match found {
                Ok(info) => {
                    sound.insert(info.epoch, info);
                }
                Err(error) => {
                    foreign += usize::from(matches!(error, CheckpointError::OtherRun { .. }));
                    bad.push((path, error.to_string()));
                }
            }
        };
        for epoch in kept_epochs(folder, run)? {
            take(checkpoint_path(&dir, epoch));
        }
        take(dir.join(LAST_CHECKPOINT));
        if sound.is_empty() && foreign > 0 && foreign == bad.len() {
            let wrong = "it is that of another run than all checkpoints beside it";
            self.add(&RunFile::path(folder.root()), wrong, Remedy::Restore);
        }
        let newest = sound.keys().next_back().copied().unwrap_or(0);
        if let Some(config) = sound.values().next().map(|info| info.train.clone()) {
            for epoch in (0..=newest).filter(|&epoch| config.keeps(epoch)) {
                let path = checkpoint_path(&dir, epoch);
                if !path.is_file() {
                    bad.push((path, "it is missing".into()));
                }
            }
        }
        for (path, wrong) in bad {
            // `last` comes from the newest kept one, and that one from `last`.
            let last = path.file_name().is_some_and(|name| name == LAST_CHECKPOINT);
            let twin = checkpoint_path(&dir, newest) == path;
            let heals = !sound.is_empty() && (last || twin);
            let remedy = if heals {
                Remedy::Heals
            } else {
                Remedy::TrainAgain
            };
            self.add(&path, wrong, remedy);
        }
        Ok(sound)
    }

    /// The run's copy of a model from a file, and what is written of it.
    fn model(&mut self, root: &Path, run: &RunFile, settings: &OnnxSettings) -> Checksums {
        let path = ModelInfo::path(root);
        let info = match ModelInfo::read(root, &run.provenance()) {
            Ok(Some(info)) => info,
            Ok(None) => return Checksums::new(),
            Err(error) => {
                self.add(&path, error, Remedy::MakeAgain);
                return Checksums::new();
            }
        };
        let copy = imported::copied(root, settings);
        if !imported::is_whole(&copy) {
            let remedy = if imported::is_whole(settings) {
                Remedy::Heals
            } else {
                Remedy::Restore
            };
            self.add(
                &copy.onnx,
                "it is not the run's model, by its checksum",
                remedy,
            );
        }
        let metrics = root.join(METRICS);
        if lines(std::slice::from_ref(&info.metrics)).ok() != fs::read(&metrics).ok() {
            self.add(
                &metrics,
                "it does not say what model.json does",
                Remedy::Heals,
            );
        }
        Checksums::from([(info.metrics.epoch, info.model_sha256)])
    }

    fn records<R: Record>(
        &mut self,
        root: &Path,
        run: &RunFile,
        checkpoints: &Checksums,
    ) -> Result<(), StudyError> {
        let files = match files_of::<R>(root) {
            Ok(files) => files,
            Err(error) => {
                self.add(&root.join(R::FOLDER), error, Remedy::Restore);
                return Ok(());
            }
        };
        for path in files {
            let found = read::<R>(&path).and_then(|record| {
                require_of(run, &path, &record)?;
                Ok(record)
            });
            let record = match found {
                Ok(record) => record,
                Err(error) => {
                    self.add(&path, error, Remedy::MakeAgain);
                    continue;
                }
            };
            if path_of::<R>(root, record.settings()) != path {
                self.add(
                    &path,
                    "its name is that of other settings",
                    Remedy::MakeAgain,
                );
            }
            for subject in R::subjects(record.settings()) {
                self.of_kept(
                    &path,
                    subject.epoch,
                    &subject.checkpoint_sha256,
                    checkpoints,
                );
            }
        }
        Ok(())
    }

    /// A result of weights that are not those of the epoch's checkpoint.
    fn of_kept(&mut self, path: &Path, epoch: usize, sha256: &str, checkpoints: &Checksums) {
        if checkpoints.get(&epoch).is_some_and(|kept| kept != sha256) {
            let wrong = format!("it is of other weights than those kept of epoch {epoch}");
            self.add(path, wrong, Remedy::MakeAgain);
        }
    }

    fn eigenvectors(
        &mut self,
        folder: &RunFolder,
        run: &RunFile,
        checkpoints: &Checksums,
    ) -> Result<(), StudyError> {
        for path in folder.files(EIGENVECTORS, "safetensors")? {
            match read_eigenvectors(&path) {
                Err(error) => self.add(&path, error, Remedy::MakeAgain),
                Ok(file) => {
                    let subject = &file.settings.subject;
                    if subject.run_sha256 != run.training_sha256 {
                        self.add(&path, "they are of another run", Remedy::MakeAgain);
                    }
                    self.of_kept(
                        &path,
                        subject.epoch,
                        &subject.checkpoint_sha256,
                        checkpoints,
                    );
                }
            }
        }
        Ok(())
    }

    /// The table of a search and what its trials left. The best trial's checkpoints are the run's.
    fn search(&mut self, folder: &RunFolder, run: &RunFile, last: Option<&CheckpointInfo>) {
        if let Err(error) = search_record(folder) {
            self.add(&folder.root().join(SEARCH_TABLE), error, Remedy::MakeAgain);
        }
        for trial in fs::read_dir(folder.root().join(SEARCH))
            .into_iter()
            .flatten()
            .flatten()
        {
            let path = trial.path().join(LAST_CHECKPOINT);
            let info = if path.exists() {
                let found = read_checkpoint_info(&path)
                    .and_then(|info| info.check(&run.provenance()).map(|()| info));
                found.map(Some)
            } else {
                Ok(last.cloned())
            };
            match info {
                Ok(Some(info)) => self.training_logs(&trial.path(), run, &info),
                Ok(None) => {}
                Err(error) => self.add(&path, error, Remedy::MakeAgain),
            }
        }
    }

    /// What is written from the history of the last checkpoint, in the folder of the run or of a trial.
    fn training_logs(&mut self, root: &Path, run: &RunFile, last: &CheckpointInfo) {
        let metrics: Vec<_> = last.history.iter().map(record).collect();
        let path = root.join(METRICS);
        if lines(&metrics).ok() != fs::read(&path).ok() {
            self.add(
                &path,
                "it does not say what the last checkpoint does",
                Remedy::Heals,
            );
        }
        let timings = timing_of(root, &run.training_sha256, last.epoch);
        let path = root.join(TIMING);
        if timings.len() != last.history.len() {
            self.add(
                &path,
                "the times of some epochs are missing or damaged",
                Remedy::Restore,
            );
        }
        let path = root.join(TENSORBOARD).join(tensorboard::FILE);
        let events = tensorboard::events(&last.history, &timings);
        if fs::read(&path).is_ok_and(|found| found != events) {
            self.add(
                &path,
                "it does not say what the last checkpoint does",
                Remedy::Heals,
            );
        }
    }
}
