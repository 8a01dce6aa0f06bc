//! A run: its folder, its data, its checkpoints, and the analyses of them.

use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use hesscope_hvp::Terms;
use hesscope_models::{
    BatchSource, Network, checkpoint_path, import_weights, list_checkpoints, load_checkpoint,
};
use hesscope_report::schema::Analysis;

use crate::analysis::{Request, Subject, find_or_make};
use crate::args::{ComputingOptions, EstimationOptions, RunOptions};
use crate::devices;
use crate::failure::Failure;
use crate::folder::{RunFile, RunFolder, sha256};
use crate::settings::{Settings, SplitName, precision};
use crate::source::Sources;
use crate::training;

/// A run with its folder held and its data in memory.
pub struct Run {
    folder: RunFolder,
    settings: Settings,
    sources: Sources,
    /// What training starts from, if not from random weights.
    initial: Option<Network>,
    device: Device,
    device_name: String,
}

/// A network at an epoch.
pub struct Checkpoint {
    pub network: Network,
    pub sha256: String,
}

impl Run {
    /// The run that options ask for.
    pub fn make(options: &RunOptions) -> Result<Self, Failure> {
        Self::with(Settings::resolve(options)?, options.out.as_deref())
    }

    /// The run of these settings: its folder, by default one named by their hash, is made, or found to hold the same run.
    pub fn with(settings: Settings, out: Option<&Path>) -> Result<Self, Failure> {
        let hash = settings.hash()?;
        let root = out.map_or_else(|| default_root(&settings, &hash), Path::to_path_buf);
        Self::prepare(settings, || RunFolder::create(&root))
    }

    /// The run of these settings in a folder already held, which has no run yet, or the same.
    pub fn within(folder: RunFolder, settings: Settings) -> Result<Self, Failure> {
        Self::prepare(settings, || Ok(folder))
    }

    /// Finds what the run needs, and only then its folder.
    fn prepare(
        settings: Settings,
        folder: impl FnOnce() -> Result<RunFolder, Failure>,
    ) -> Result<Self, Failure> {
        let device = devices::find(&settings.device)?;
        devices::require(&settings.device, &device, precision(&settings.precision)?)?;
        let sources = Sources::load(&settings)?;
        let (input, classes) = (sources.train.shape(), sources.train.classes());
        // A network that cannot be made is refused before anything is written.
        let initial = match &settings.weights {
            Some(path) => Some(import_weights(
                path,
                &settings.net,
                input,
                classes,
                &device,
            )?),
            None => {
                settings.net.blank(input, classes, &device)?;
                None
            }
        };
        for operator in &settings.analysis.operators {
            require_class(operator.parse()?, classes)?;
        }
        let folder = folder()?;
        if let Some(earlier) = folder.run_file()? {
            agree(&folder, &earlier.settings, &settings)?;
        }
        let device_name = devices::describe(&settings.device, &device);
        folder.write_run_file(&RunFile {
            hesscope: env!("CARGO_PKG_VERSION").into(),
            training_sha256: settings.hash()?,
            device_name: device_name.clone(),
            settings: settings.clone(),
        })?;
        eprintln!("run folder {}", folder.root().display());
        Ok(Run {
            folder,
            settings,
            sources,
            initial,
            device,
            device_name,
        })
    }

    /// An earlier run, with settings of its file under these flags.
    pub fn open(
        root: &Path,
        computing: &ComputingOptions,
        estimation: &EstimationOptions,
    ) -> Result<Self, Failure> {
        let folder = RunFolder::open(root)?;
        let mut settings = stored(&folder)?.settings;
        settings.device = computing.device.clone().unwrap_or(settings.device);
        settings.precision = computing.precision.clone().unwrap_or(settings.precision);
        settings.analysis.override_with(estimation)?;
        let device = devices::find(&settings.device)?;
        devices::require(&settings.device, &device, precision(&settings.precision)?)?;
        let device_name = devices::describe(&settings.device, &device);
        let sources = Sources::load(&settings)?;
        Ok(Run {
            folder,
            settings,
            sources,
            initial: None,
            device,
            device_name,
        })
    }

    /// The folder.
    pub fn folder(&self) -> &RunFolder {
        &self.folder
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The device, in words.
    pub fn device_name(&self) -> &str {
        &self.device_name
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.sources.train.classes()
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
    pub fn kept_epochs(&self) -> Result<Vec<usize>, Failure> {
        Ok(checkpoints(&self.folder)?
            .into_iter()
            .map(|(epoch, _)| epoch)
            .collect())
    }

    /// Trains what is left to train.
    pub fn train(&self) -> Result<(), Failure> {
        let initial = self.initial.as_ref();
        training::run(
            &self.folder,
            &self.settings,
            &self.sources,
            initial,
            &self.device,
        )?;
        Ok(())
    }

    /// The network at an epoch.
    pub fn checkpoint(&self, epoch: usize) -> Result<Checkpoint, Failure> {
        let path = self.checkpoint_file(epoch)?;
        Ok(Checkpoint {
            network: load_checkpoint(&path, &self.device)?.net,
            sha256: file_sha256(&path)?,
        })
    }

    /// SHA-256 of the file of an epoch's weights.
    pub fn checkpoint_sha256(&self, epoch: usize) -> Result<String, Failure> {
        file_sha256(&self.checkpoint_file(epoch)?)
    }

    fn checkpoint_file(&self, epoch: usize) -> Result<PathBuf, Failure> {
        let path = checkpoint_path(&self.folder.checkpoints(), epoch);
        if path.is_file() {
            Ok(path)
        } else {
            Err(missing_epoch(&self.folder, epoch))
        }
    }

    /// The spectrum of one operator at an epoch, and the name of its file, found or made.
    pub fn analyse(
        &self,
        checkpoint: &Checkpoint,
        terms: Terms,
        split: SplitName,
        epoch: usize,
    ) -> Result<(Analysis, String), Failure> {
        find_or_make(
            &self.folder,
            &self.subject(checkpoint, split)?,
            &self.request(terms, split, epoch)?,
        )
    }

    /// What is analysed: a network over a split.
    pub fn subject<'a>(
        &'a self,
        checkpoint: &'a Checkpoint,
        split: SplitName,
    ) -> Result<Subject<'a>, Failure> {
        let source = self.sources.split(split);
        Ok(Subject {
            network: &checkpoint.network,
            source,
            checkpoint_sha256: checkpoint.sha256.clone(),
            data_sha256: source.fingerprint()?,
            device: &self.device,
            device_name: self.device_name.clone(),
        })
    }

    /// What is asked of it.
    pub fn request(
        &self,
        terms: Terms,
        split: SplitName,
        epoch: usize,
    ) -> Result<Request<'_>, Failure> {
        Ok(Request {
            terms,
            split,
            epoch,
            precision: precision(&self.settings.precision)?,
            seed: self.settings.all_seeds().probes,
            choices: &self.settings.analysis,
        })
    }
}

fn file_sha256(path: &Path) -> Result<String, Failure> {
    let bytes = fs::read(path)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
    Ok(sha256(&bytes))
}

fn default_root(settings: &Settings, hash: &str) -> PathBuf {
    PathBuf::from("runs").join(format!(
        "{}-{}-{}",
        settings.dataset,
        settings.net.name(),
        &hash[..8]
    ))
}

/// The keys of two settings whose values are not the same.
pub fn differing(one: &Settings, other: &Settings) -> Result<Vec<String>, Failure> {
    let (one, other) = (one.table()?, other.table()?);
    let mut keys: Vec<String> = one
        .iter()
        .filter(|row| !other.contains(row))
        .chain(other.iter().filter(|row| !one.contains(row)))
        .map(|(key, _)| key.clone())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

/// A folder holds one training only.
fn agree(folder: &RunFolder, earlier: &Settings, now: &Settings) -> Result<(), Failure> {
    let differing = differing(&earlier.training_part(), &now.training_part())?;
    if differing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} holds a run with another {}: choose another --out, or the settings of its run.toml",
        folder.root().display(),
        differing.join(", ")
    )))
}

/// What `run.toml` says.
pub fn stored(folder: &RunFolder) -> Result<RunFile, Failure> {
    folder
        .run_file()?
        .ok_or_else(|| Failure::new(format!("{} has no run.toml", folder.root().display())))
}

/// The kept weights, by epoch.
pub fn checkpoints(folder: &RunFolder) -> Result<Vec<(usize, PathBuf)>, Failure> {
    list_checkpoints(&folder.checkpoints()).map_err(|error| {
        Failure::new(format!(
            "cannot read {}: {error}",
            folder.checkpoints().display()
        ))
    })
}

/// Which epochs there are instead.
pub fn missing_epoch(folder: &RunFolder, epoch: usize) -> Failure {
    let kept: Vec<String> = checkpoints(folder)
        .unwrap_or_default()
        .iter()
        .map(|(epoch, _)| epoch.to_string())
        .collect();
    let kept = if kept.is_empty() {
        "none yet".into()
    } else {
        kept.join(", ")
    };
    Failure::new(format!(
        "the weights of epoch {epoch} are not in {}: those kept are of epochs {kept}",
        folder.checkpoints().display()
    ))
}

/// Refuses B2 of a class that the data do not have.
pub fn require_class(terms: Terms, classes: usize) -> Result<(), Failure> {
    match terms.class() {
        Some(class) if class as usize >= classes => Err(Failure::new(format!(
            "the operator {terms} is of class {class}, but the data have {classes} classes: choose one from \
             0 to {}",
            classes - 1
        ))),
        _ => Ok(()),
    }
}
