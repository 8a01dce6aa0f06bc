//! The runs of a figure: those given, or those of a scale, trained or found again.

use std::path::{Path, PathBuf};

use hesscope_data::DatasetName;
use hesscope_models::NetConfig;
use toml::Table;

use super::scale::Scale;
use crate::error::StudyError;
use crate::observer::Observer;
use crate::run::Run;
use crate::settings::{Settings, lay_over, parse, text};
use crate::source::Sources;

/// What is drawn of which runs, and where to.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureRequest {
    /// The runs.
    pub runs: FigureRuns,
    /// Flags over their settings: how it is computed, with how much work, and the seed of runs that are trained.
    pub flags: Table,
    /// The folder of the figure.
    pub out: PathBuf,
}

/// The runs of a figure.
#[derive(Debug, Clone, PartialEq)]
pub enum FigureRuns {
    /// Those in these folders.
    Given(Vec<PathBuf>),
    /// Those of a scale, in the folder `runs`.
    OfScale(ScaleRuns),
}

/// The runs of a scale: every network on every data set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScaleRuns {
    /// How much is trained.
    pub scale: Scale,
    /// The networks; those of the scale and the figure if absent.
    pub nets: Option<Vec<NetConfig>>,
    /// The data sets; those of the scale if absent.
    pub datasets: Option<Vec<DatasetName>>,
    /// The folder that holds a folder with the files of each data set; `data` if absent.
    pub data_root: Option<PathBuf>,
    /// Settings laid over those of the scale.
    pub config: Option<PathBuf>,
}

/// Does something with every run, one after another; each is trained before, and let go of after. `nets` are those of the
/// figure at a scale.
pub fn each_run(
    request: &FigureRequest,
    nets: fn(Scale) -> &'static [&'static str],
    observer: &dyn Observer,
    mut act: impl FnMut(&Run) -> Result<(), StudyError>,
) -> Result<(), StudyError> {
    match &request.runs {
        FigureRuns::Given(roots) => roots
            .iter()
            .try_for_each(|root| act(&Run::open(root, &request.flags, observer)?)),
        FigureRuns::OfScale(runs) => {
            let all = runs.settings(nets(runs.scale), &request.flags)?;
            // Nothing is trained where files are missing that were not said to be anywhere.
            for settings in all.iter().filter(|settings| settings.data_dir.is_none()) {
                Sources::load(settings, observer)?;
            }
            all.into_iter().try_for_each(|settings| {
                let run = Run::make(settings, None, observer)?;
                run.train(observer)?;
                act(&run)
            })
        }
    }
}

impl ScaleRuns {
    /// The settings of all runs: those of the scale, those of the file over them, and the flags over both.
    fn settings(&self, nets: &[&str], flags: &Table) -> Result<Vec<Settings>, StudyError> {
        let nets = match &self.nets {
            Some(nets) => nets.clone(),
            None => nets
                .iter()
                .map(|net| NetConfig::from_name(net))
                .collect::<Result<_, _>>()?,
        };
        let datasets = match &self.datasets {
            Some(datasets) => datasets.clone(),
            None => self.scale.datasets().to_vec(),
        };
        let mut file = match &self.config {
            Some(path) => {
                let text = text(path, "settings")?;
                // What does not read is said with its line.
                let _: Settings = parse(path, &text)?;
                parse(path, &text)?
            }
            None => Table::new(),
        };
        let mut flags = flags.clone();
        // What is trained on what is neither the file's nor the flags' to say.
        for key in ["dataset", "data-dir", "net"] {
            file.remove(key);
            flags.remove(key);
        }
        let mut all = Vec::new();
        for net in &nets {
            for &dataset in &datasets {
                let mut table = self.scale.settings(dataset, net.clone()).to_table()?;
                lay_over(&file, &mut table);
                lay_over(&flags, &mut table);
                let mut settings = Settings::from_table(table)?;
                settings.data_dir = self.data_dir(dataset)?;
                all.push(settings.completed()?);
            }
        }
        Ok(all)
    }

    /// Where the files of a data set are, if a folder for all is given.
    fn data_dir(&self, dataset: DatasetName) -> Result<Option<PathBuf>, StudyError> {
        let name = dataset.as_str();
        let Some(root) = self
            .data_root
            .as_deref()
            .filter(|_| dataset != DatasetName::SYNTH_DIGITS)
        else {
            return Ok(None);
        };
        if !root.is_dir() {
            return Err(StudyError::setting(format!(
                "--data-root {} is not a folder: give the one that holds the folder {name}",
                root.display()
            )));
        }
        let own = root.join(name);
        // The files may also lie in the folder itself, or in one there of another usual name.
        Ok(Some(if own.is_dir() {
            own
        } else {
            Path::to_path_buf(root)
        }))
    }
}

/// A run in words: which network on which data set, and how much of it was trained how long.
pub struct Made {
    what: String,
    how: String,
}

impl Made {
    /// That of a run.
    pub fn of(run: &Run) -> Self {
        let settings = run.settings();
        let examples = match settings.examples_per_class.and_then(|size| size.count()) {
            Some(count) => format!("{count} training examples of each class"),
            None => "all training examples".to_owned(),
        };
        Made {
            what: format!("{} on {}", settings.net.name(), settings.dataset),
            how: format!("{examples}, {} epochs", settings.train.epochs),
        }
    }
}

/// A sentence on all of them, those together that were made alike.
pub fn sentence(all: &[Made]) -> String {
    let mut alike: Vec<(&str, Vec<&str>)> = Vec::new();
    for made in all {
        match alike.iter_mut().find(|(how, _)| *how == made.how) {
            Some((_, whats)) => whats.push(&made.what),
            None => alike.push((&made.how, vec![&made.what])),
        }
    }
    let said: Vec<String> = alike
        .iter()
        .map(|(how, whats)| format!("{} ({how})", whats.join(", ")))
        .collect();
    format!("The runs: {}.", said.join("; "))
}
