//! One run of a sweep.

use hesscope_data::PerClass;
use hesscope_files::sha256_hex;
use hesscope_models::NetConfig;
use serde::{Deserialize, Serialize};

use crate::error::StudyError;
use crate::settings::{
    AnalysisChoices, DataSettings, LearningRate, NetSettings, Settings, TrainSettings,
};

/// One run of a sweep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The name of its folder.
    pub name: String,
    /// Its settings, resolved.
    pub settings: Settings,
}

impl Point {
    /// The run of these settings, named by its whole place in the grid, so that a grid that grows keeps the names it had.
    pub(super) fn new(settings: Settings) -> Result<Self, StudyError> {
        let rate = match settings.train.learning_rate {
            LearningRate::Fixed(rate) => rate.to_string(),
            LearningRate::Search(grid) if grid == Default::default() => "search".into(),
            LearningRate::Search(grid) => format!("search-{}", &toml_sha256(&grid)?[..6]),
        };
        let name = format!(
            "{}-{}-n{}-seed{}-lr{rate}",
            settings.dataset,
            net_label(&settings.net)?,
            settings.examples_per_class.unwrap_or(PerClass::All),
            settings.seed,
        );
        Ok(Point { name, settings })
    }

    /// What its results depend on: all settings but those of the machine it runs on.
    pub(super) fn essence(&self) -> Settings {
        let settings = self.settings.clone();
        Settings {
            data_dir: None,
            net: settings.net.without_place(),
            weights: None,
            data: DataSettings {
                cache_dir: None,
                ..settings.data
            },
            train: TrainSettings {
                tensorboard: false,
                ..settings.train
            },
            analysis: AnalysisChoices {
                snapshot_seconds: AnalysisChoices::default().snapshot_seconds,
                ..settings.analysis
            },
            ..settings
        }
    }

    /// SHA-256 of the settings that its results depend on, as TOML: what files of the run are known by.
    pub(super) fn key(&self) -> Result<String, StudyError> {
        toml_sha256(&self.essence())
    }

    /// The number of its analyses.
    pub fn analyses(&self) -> usize {
        let analysis = &self.settings.analysis;
        self.settings.analysed_epochs().len() * analysis.splits.len() * analysis.operators.len()
    }
}

/// A network's name, and a hash of its options where they are not the usual ones.
pub fn net_label(net: &NetSettings) -> Result<String, StudyError> {
    let name = net.name();
    let usual = match net {
        NetSettings::BuiltIn(net) => NetConfig::from_name(&name).is_ok_and(|usual| usual == *net),
        NetSettings::Onnx(_) => false,
    };
    Ok(if usual {
        name.into_owned()
    } else {
        format!("{name}-{}", &toml_sha256(&net.without_place())?[..6])
    })
}

fn toml_sha256<T: Serialize>(value: &T) -> Result<String, StudyError> {
    let text = toml::to_string(value).map_err(|error| StudyError::setting(error.to_string()))?;
    Ok(sha256_hex(text.as_bytes()))
}
