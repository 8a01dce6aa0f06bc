//! The commands that make, deepen and show a run.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use burn::tensor::Device;
use hesscope_hvp::Terms;
use hesscope_models::{
    BatchSource, Network, checkpoint_path, export_weights, import_weights, list_checkpoints,
    load_checkpoint,
};
use hesscope_report::schema::Analysis;
use hesscope_report::{RunSummary, write_report};

use crate::analysis::{Request, Subject, find_or_make};
use crate::args::{
    ComputingOptions, EstimationOptions, ExportOptions, ReportOptions, RunOptions, SpectrumOptions,
};
use crate::devices;
use crate::failure::Failure;
use crate::folder::{RunFile, RunFolder, sha256};
use crate::outliers::words;
use crate::settings::{Settings, SplitName, precision};
use crate::source::Sources;
use crate::training;

/// `hesscope run`: train, analyse, report.
pub fn run(options: &RunOptions) -> Result<(), Failure> {
    let run = Run::make(options)?;
    run.train()?;
    for epoch in run.settings.analysed_epochs() {
        let checkpoint = run.checkpoint(epoch)?;
        for split in &run.settings.analysis.splits {
            for operator in &run.settings.analysis.operators {
                let terms = Terms::from_str(operator)?;
                let split = SplitName::from_str(split)?;
                let (analysis, _) = run.analyse(&checkpoint, terms, split, epoch)?;
                print_summary(&analysis);
            }
        }
    }
    write(&run.folder)
}

/// `hesscope train`: train only.
pub fn train(options: &RunOptions) -> Result<(), Failure> {
    let run = Run::make(options)?;
    run.train()?;
    println!("{}", run.folder.root().display());
    Ok(())
}

/// `hesscope spectrum`: one more analysis of a run.
pub fn spectrum(options: &SpectrumOptions) -> Result<(), Failure> {
    let split = SplitName::from_str(&options.split)?;
    let run = Run::open(&options.run, &options.computing, &options.estimation)?;
    let epoch = options.epoch.unwrap_or(run.settings.train.epochs);
    require_class(options.operator, run.classes())?;
    let checkpoint = run.checkpoint(epoch)?;
    let (analysis, name) = run.analyse(&checkpoint, options.operator, split, epoch)?;
    print_summary(&analysis);
    println!(
        "{}",
        run.folder.root().join("analysis").join(name).display()
    );
    Ok(())
}

/// `hesscope export`: the weights of a checkpoint for PyTorch.
pub fn export(options: &ExportOptions) -> Result<(), Failure> {
    let folder = RunFolder::open(&options.run)?;
    let settings = stored(&folder)?.settings;
    let epoch = options.epoch.unwrap_or(settings.train.epochs);
    let path = checkpoint_path(&folder.checkpoints(), epoch);
    if !path.is_file() {
        return Err(missing_epoch(&folder, epoch));
    }
    export_weights(&load_checkpoint(&path, &Device::flex())?.net, &options.out)?;
    println!("{}", options.out.display());
    Ok(())
}

/// `hesscope report`: the report again.
pub fn report(options: &ReportOptions) -> Result<(), Failure> {
    write(&RunFolder::open(&options.run)?)
}

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
    /// The run that options ask for: its folder is made, or found to hold the same run.
    fn make(options: &RunOptions) -> Result<Self, Failure> {
        let settings = Settings::resolve(options)?;
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
            require_class(Terms::from_str(operator)?, classes)?;
        }
        let hash = settings.hash()?;
        let root = options
            .out
            .clone()
            .unwrap_or_else(|| default_root(&settings, &hash));
        let folder = RunFolder::create(&root)?;
        if let Some(earlier) = folder.run_file()? {
            agree(&folder, &earlier.settings, &settings)?;
        }
        let device_name = devices::describe(&settings.device, &device);
        folder.write_run_file(&RunFile {
            hesscope: env!("CARGO_PKG_VERSION").into(),
            training_sha256: hash,
            device_name: device_name.clone(),
            settings: settings.clone(),
        })?;
        eprintln!("run folder {}", root.display());
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

    /// The epochs whose weights are kept, ascending.
    pub fn kept_epochs(&self) -> Result<Vec<usize>, Failure> {
        Ok(checkpoints(&self.folder)?
            .into_iter()
            .map(|(epoch, _)| epoch)
            .collect())
    }

    fn train(&self) -> Result<(), Failure> {
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

    fn analyse(
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

/// A folder holds one training only.
fn agree(folder: &RunFolder, earlier: &Settings, now: &Settings) -> Result<(), Failure> {
    let (earlier, now) = (
        earlier.training_part().table()?,
        now.training_part().table()?,
    );
    let mut differing: Vec<&str> = earlier
        .iter()
        .filter(|row| !now.contains(row))
        .chain(now.iter().filter(|row| !earlier.contains(row)))
        .map(|(key, _)| key.as_str())
        .collect();
    differing.sort_unstable();
    differing.dedup();
    if differing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} holds a run with another {}: choose another --out, or the settings of its run.toml",
        folder.root().display(),
        differing.join(", ")
    )))
}

fn stored(folder: &RunFolder) -> Result<RunFile, Failure> {
    folder
        .run_file()?
        .ok_or_else(|| Failure::new(format!("{} has no run.toml", folder.root().display())))
}

/// The kept weights, by epoch.
fn checkpoints(folder: &RunFolder) -> Result<Vec<(usize, PathBuf)>, Failure> {
    list_checkpoints(&folder.checkpoints()).map_err(|error| {
        Failure::new(format!(
            "cannot read {}: {error}",
            folder.checkpoints().display()
        ))
    })
}

fn missing_epoch(folder: &RunFolder, epoch: usize) -> Failure {
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

/// One line on standard output.
fn print_summary(analysis: &Analysis) {
    let extreme = |pick: fn(f64, f64) -> f64| analysis.top.values.iter().copied().reduce(pick);
    println!(
        "{:10} {} epoch {}: outliers above {}, below {} (C = {}); leading eigenvalues {:.4e} to {:.4e}; {} products in {:.1} s",
        analysis.settings.operator,
        analysis.settings.split,
        analysis.settings.epoch,
        words(&analysis.outliers.positive),
        words(&analysis.outliers.negative),
        analysis.classes,
        extreme(f64::max).unwrap_or(0.0),
        extreme(f64::min).unwrap_or(0.0),
        analysis.products,
        analysis.seconds,
    );
}

/// Writes figures and report from what the folder holds, and prints the report's path.
fn write(folder: &RunFolder) -> Result<(), Failure> {
    let file = stored(folder)?;
    let last = checkpoints(folder)?.pop();
    let Some((_, path)) = last else {
        return Err(Failure::new(format!(
            "{} has no checkpoint yet: train it first with the settings of its run.toml",
            folder.root().display()
        )));
    };
    let checkpoint = load_checkpoint(&path, &Device::flex())?;
    let description = checkpoint.net.describe();
    let network = description
        .layers
        .iter()
        .map(|layer| {
            let output: Vec<String> = layer.output.iter().map(usize::to_string).collect();
            let parameters = layer.parameters;
            (
                layer.path.clone(),
                format!(
                    "{}, to {}, {parameters} parameters",
                    layer.kind,
                    output.join("×")
                ),
            )
        })
        .collect();
    let settings = &file.settings;
    let summary = RunSummary {
        title: format!("{} on {}", settings.net.name(), settings.dataset),
        version: file.hesscope,
        device: file.device_name,
        config_sha256: file.training_sha256,
        settings: settings.table()?,
        network,
        parameters: checkpoint.net.num_parameters(),
        classes: checkpoint.net.classes(),
        epochs: checkpoint
            .info
            .history
            .iter()
            .map(training::record)
            .collect(),
        search: training::search_record(folder)?,
        analyses: folder.analyses()?,
        overlaps: folder.overlaps()?,
    };
    write_report(&summary, folder.root())?;
    println!("{}", folder.root().join("report.html").display());
    Ok(())
}
