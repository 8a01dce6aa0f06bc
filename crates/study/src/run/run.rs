//! A run: its folder, its data, its checkpoints.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use hesscope_models::{
    BatchSource, ImportOptions, NetConfig, Network, checkpoint_path, import_weights_with,
};
use hesscope_records::{Split, Subject, Terms};
use toml::Table;

use super::checkpoint::Checkpoint;
use super::folder::RunFolder;
use super::imported;
use super::run_file::RunFile;
use super::stored_weights;
use crate::device::Room;
use crate::error::StudyError;
use crate::observer::{Event, Observer};
use crate::ranks::current;
use crate::settings::{NetSettings, OnnxSettings, Settings, differing, lay_over};
use crate::source::{Source, Sources};

/// A run with its folder held and its data at hand.
pub struct Run {
    folder: RunFolder,
    file: RunFile,
    /// Those of the file, with what this process asks for over them.
    settings: Settings,
    sources: Sources,
    /// What training starts from, if not from random weights.
    initial: Option<Network>,
    device: Device,
    device_name: String,
}

impl Run {
    /// The run of these settings: its folder, by default one named by their hash, is made, or found to hold the same run.
    ///
    /// # Errors
    ///
    /// Data, a network or a device that cannot be had, before anything is written; a folder that holds something else or
    /// another run; data that are not those trained on, of both splits where epochs are left, else of those analysed.
    pub fn make(
        settings: Settings,
        out: Option<&Path>,
        observer: &dyn Observer,
    ) -> Result<Self, StudyError> {
        let hash = settings.hash()?;
        let root = out.map_or_else(|| default_root(&settings, &hash), Path::to_path_buf);
        Self::prepare(settings, &root, observer, || RunFolder::create(&root))
    }

    /// The run of these settings in a folder already held, which has no run yet, or the same.
    ///
    /// # Errors
    ///
    /// As [`make`](Self::make).
    pub fn within(
        folder: RunFolder,
        settings: Settings,
        observer: &dyn Observer,
    ) -> Result<Self, StudyError> {
        let root = folder.root().to_owned();
        Self::prepare(settings, &root, observer, || Ok(folder))
    }

    /// Finds what the run needs, and only then its folder.
    fn prepare(
        settings: Settings,
        root: &Path,
        observer: &dyn Observer,
        folder: impl FnOnce() -> Result<RunFolder, StudyError>,
    ) -> Result<Self, StudyError> {
        let device = settings.device.open(settings.precision)?;
        let sources = Sources::load(&settings, observer)?;
        let classes = sources.train.classes();
        // A network that cannot be made is refused before anything is written.
        let initial = match &settings.net {
            NetSettings::BuiltIn(net) => initial(&settings, net, &sources, &device)?,
            NetSettings::Onnx(model) => {
                require_logits(model, root, &sources.train)?;
                None
            }
        };
        for &operator in &settings.analysis.operators {
            require_class(operator, classes)?;
        }
        let device_name = in_words(&settings, &device);
        // Those of an earlier run, against which the data that are used are held.
        let [train_data_sha256, test_data_sha256] = match RunFile::read(root) {
            Ok(Some(earlier)) => [earlier.train_data_sha256, earlier.test_data_sha256],
            _ => [sources.train.fingerprint()?, sources.test.fingerprint()?],
        };
        let file = RunFile {
            hesscope: env!("CARGO_PKG_VERSION").into(),
            training_sha256: settings.hash()?,
            train_data_sha256,
            test_data_sha256,
            device_name: device_name.clone(),
            settings: settings.clone(),
        };
        let run = Run {
            folder: folder()?,
            file,
            settings,
            sources,
            initial,
            device,
            device_name,
        };
        let root = run.folder.root();
        if let Some(earlier) = RunFile::read(root)? {
            agree(root, &earlier, &run.file)?;
            run.require_used_data()?;
        }
        run.folder.write("run.toml", &run.file.to_bytes()?)?;
        observer.event(Event::Folder(root));
        Ok(run)
    }

    /// An earlier run, with a table of flags over its settings: `device`, `precision`, `data-dir` and those of `analysis`.
    ///
    /// # Errors
    ///
    /// A folder that is none of a run or in use, and data or a device that cannot be had. Whether the data are those trained
    /// on is asked for a split once it is [used](Self::require_data).
    pub fn open(root: &Path, flags: &Table, observer: &dyn Observer) -> Result<Self, StudyError> {
        let folder = RunFolder::hold(root)?;
        let file = folder.run_file()?;
        let mut table = file.settings.to_table()?;
        lay_over(flags, &mut table);
        let settings = Settings::from_table(table)?;
        settings.analysis.check()?;
        let device = settings.device.open(settings.precision)?;
        let device_name = in_words(&settings, &device);
        let sources = Sources::load(&settings, observer)?;
        Ok(Run {
            folder,
            file,
            settings,
            sources,
            initial: None,
            device,
            device_name,
        })
    }

    /// A run that another rank is at work in, to read, with these settings and their examples.
    ///
    /// # Errors
    ///
    /// A folder that is none of a run, or that cannot be seen from here, and a device that cannot be had.
    pub(crate) fn attend(
        root: &Path,
        settings: Settings,
        sources: Sources,
    ) -> Result<Self, StudyError> {
        let folder = RunFolder::read(root)?;
        let file = folder.run_file()?;
        let device = settings.device.open(settings.precision)?;
        let device_name = settings.device.describe(&device);
        Ok(Run {
            folder,
            file,
            settings,
            sources,
            initial: None,
            device,
            device_name,
        })
    }

    /// Refuses data other than those trained on, of both splits where something is left to train, else of those analysed.
    pub(super) fn require_used_data(&self) -> Result<(), StudyError> {
        if self.is_trained() {
            self.require_data(&self.settings.analysis.splits)
        } else {
            self.require_data(&Split::ALL)
        }
    }

    /// Refuses examples of these splits that are not those that the run was trained on.
    ///
    /// # Errors
    ///
    /// Such examples, and those that cannot be read.
    pub fn require_data(&self, splits: &[Split]) -> Result<(), StudyError> {
        let mut other = Vec::new();
        for &split in splits {
            if self.source(split).fingerprint()? != self.file.data_sha256(split) {
                other.push(split);
            }
        }
        match other[..] {
            [] => Ok(()),
            _ => Err(other_data(self.folder.root(), &other)),
        }
    }

    /// The folder.
    pub fn folder(&self) -> &RunFolder {
        &self.folder
    }

    /// What the run is.
    pub fn file(&self) -> &RunFile {
        &self.file
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The examples of both splits.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The examples of a split.
    pub fn source(&self, split: Split) -> &Source {
        self.sources.split(split)
    }

    /// The device.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The device, in words.
    pub fn device_name(&self) -> &str {
        &self.device_name
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.sources.train.classes()
    }

    /// The extents of an example; channels, height and width of an image.
    pub fn extents(&self) -> Vec<usize> {
        self.sources.train.extents()
    }

    /// The number of training examples.
    pub fn training_examples(&self) -> usize {
        self.sources.train.len()
    }

    /// The names of the classes, in the order of the labels.
    pub fn class_names(&self) -> &[String] {
        &self.sources.class_names
    }

    /// The epochs whose weights are kept, ascending.
    ///
    /// # Errors
    ///
    /// A folder that cannot be read.
    pub fn kept_epochs(&self) -> Result<Vec<usize>, StudyError> {
        stored_weights::kept_epochs(&self.folder, &self.file)
    }

    /// Whether nothing is left to train: the last epoch's weights are kept, whole and of this run, and no search is made.
    fn is_trained(&self) -> bool {
        let train = &self.settings.train;
        let newest = stored_weights::newest(&self.folder, &self.file)
            .ok()
            .flatten();
        !train.learning_rate.is_search() && newest.is_some_and(|last| last.epoch() >= train.epochs)
    }

    /// What training starts from, if not from random weights.
    pub(super) fn initial(&self) -> Option<&Network> {
        self.initial.as_ref()
    }

    /// The network of an epoch over a split, as records name it.
    ///
    /// # Errors
    ///
    /// As [`checkpoint`](Self::checkpoint).
    pub fn subject(&self, epoch: usize, split: Split) -> Result<Subject, StudyError> {
        let info = stored_weights::info(&self.folder, &self.file, epoch)?;
        Ok(self.subject_of(epoch, info.sha256(), split))
    }

    /// The same, of a checkpoint whose content has this SHA-256.
    pub fn subject_of(&self, epoch: usize, checkpoint_sha256: &str, split: Split) -> Subject {
        Subject {
            run_sha256: self.file.training_sha256.clone(),
            epoch,
            checkpoint_sha256: checkpoint_sha256.to_owned(),
            split,
            data_sha256: self.file.data_sha256(split).to_owned(),
            precision: self.settings.precision,
        }
    }

    /// Bytes that vectors and the tensors of one pass may take together, about.
    pub fn memory(&self) -> usize {
        let settings = &self.settings;
        Room::of(settings.device, settings.analysis.memory_mib).bytes
    }

    /// The file of the weights of an epoch.
    pub fn weights_file(&self, epoch: usize) -> PathBuf {
        match self.settings.net.onnx() {
            Some(model) => imported::copy_of(self.folder.root(), model),
            None => checkpoint_path(&self.folder.checkpoints(), epoch),
        }
    }

    /// The network at an epoch.
    ///
    /// # Errors
    ///
    /// Weights that are not kept, that are damaged and stand nowhere else, or that are of another run or epoch.
    pub fn checkpoint(
        &self,
        epoch: usize,
        observer: &dyn Observer,
    ) -> Result<Checkpoint, StudyError> {
        let extents = self.extents();
        let (folder, file) = (&self.folder, &self.file);
        stored_weights::load(folder, file, epoch, &extents, &self.device, observer)
    }
}

/// The device, and how many ranks compute on as many, in words.
fn in_words(settings: &Settings, device: &Device) -> String {
    let device = settings.device.describe(device);
    match current() {
        Some(ranks) => format!("{device}, {} ranks", ranks.size()),
        None => device,
    }
}

/// What training starts from, if not from random weights. A network that cannot be made is refused.
fn initial(
    settings: &Settings,
    net: &NetConfig,
    sources: &Sources,
    device: &Device,
) -> Result<Option<Network>, StudyError> {
    sources.train.require_images()?;
    sources.test.require_images()?;
    let (input, classes) = (sources.train.shape(), sources.train.classes());
    Room::of_host(settings.analysis.memory_mib).require(net, input, classes)?;
    let Some(path) = &settings.weights else {
        net.blank(input, classes, device)?;
        return Ok(None);
    };
    let options = ImportOptions {
        allow_extra: settings.weights_allow_extra,
        ..ImportOptions::default()
    };
    let network = import_weights_with(path, net, input, classes, device, options)?;
    Ok(Some(network))
}

/// Refuses a model that does not take the images, or that tells fewer classes apart than the data have.
fn require_logits(model: &OnnxSettings, root: &Path, source: &Source) -> Result<(), StudyError> {
    let classes = source.classes();
    let logits = imported::open(root, model, &source.extents())?.classes();
    if logits < classes {
        return Err(StudyError::setting(format!(
            "{} gives {logits} logits, but the data have {classes} classes: choose as many with --classes, or data that fit it",
            model.onnx.display()
        )));
    }
    Ok(())
}

fn default_root(settings: &Settings, hash: &str) -> PathBuf {
    PathBuf::from("runs").join(format!(
        "{}-{}-{}",
        settings.dataset,
        settings.net.name(),
        &hash[..8]
    ))
}

/// A folder holds one training only, of the same data.
fn agree(root: &Path, earlier: &RunFile, now: &RunFile) -> Result<(), StudyError> {
    let (had, has) = (&earlier.settings, &now.settings);
    let differing = differing(&had.training_part(), &has.training_part())?;
    if !differing.is_empty() {
        return Err(StudyError::folder(format!(
            "{} holds a run with another {}: choose another --out, or the settings of its run.toml",
            root.display(),
            differing.join(", ")
        )));
    }
    let other: Vec<Split> = Split::ALL
        .into_iter()
        .filter(|&split| earlier.data_sha256(split) != now.data_sha256(split))
        .collect();
    if other.is_empty() {
        Ok(())
    } else {
        Err(other_data(root, &other))
    }
}

/// Examples of these splits are not those that a run was trained on.
fn other_data(root: &Path, splits: &[Split]) -> StudyError {
    let name = |split: &Split| match split {
        Split::Train => "training",
        Split::Test => "test",
    };
    let splits: Vec<&str> = splits.iter().map(name).collect();
    StudyError::folder(format!(
        "the {} examples are not those of the run in {}: give the folder that holds those with --data-dir, or train \
         on these into another folder",
        splits.join(" and "),
        root.display()
    ))
}

/// Refuses B2 of a class that the data do not have.
///
/// # Errors
///
/// A class that is none of so many.
pub fn require_class(terms: Terms, classes: usize) -> Result<(), StudyError> {
    match terms.class() {
        Some(class) if class as usize >= classes => Err(StudyError::setting(format!(
            "the operator {terms} is of class {class}, but the data have {classes} classes: choose one from 0 to {}",
            classes - 1
        ))),
        _ => Ok(()),
    }
}
