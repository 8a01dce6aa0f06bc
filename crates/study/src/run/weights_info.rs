//! What a run's folder says of its weights at an epoch, trained or from a model's file.

use burn::tensor::Device;
use hesscope_models::CheckpointInfo;
use hesscope_records::EpochRecord;

use super::metrics::record;
use crate::error::StudyError;
use crate::model::ModelInfo;

/// What is known of the weights of an epoch.
#[derive(Debug, Clone)]
pub enum WeightsInfo {
    /// Those of a checkpoint.
    Checkpoint(CheckpointInfo),
    /// Those of a model's file.
    Model(ModelInfo),
}

impl WeightsInfo {
    /// The epoch.
    pub fn epoch(&self) -> usize {
        match self {
            WeightsInfo::Checkpoint(info) => info.epoch,
            WeightsInfo::Model(info) => info.metrics.epoch,
        }
    }

    /// SHA-256 of the weights.
    pub fn sha256(&self) -> &str {
        match self {
            WeightsInfo::Checkpoint(info) => &info.sha256,
            WeightsInfo::Model(info) => &info.model_sha256,
        }
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        match self {
            WeightsInfo::Checkpoint(info) => info.classes,
            WeightsInfo::Model(info) => info.classes,
        }
    }

    /// The metrics of the epochs so far.
    pub fn history(&self) -> Vec<EpochRecord> {
        match self {
            WeightsInfo::Checkpoint(info) => info.history.iter().map(record).collect(),
            WeightsInfo::Model(info) => vec![info.metrics.clone()],
        }
    }

    /// The layers of the network, each with its description, and the number of its parameters. Of a model from a file, its
    /// parameters.
    ///
    /// # Errors
    ///
    /// None for weights that were kept.
    pub fn layers(&self) -> Result<(Vec<(String, String)>, usize), StudyError> {
        let extents = |shape: &[usize]| {
            let words: Vec<String> = shape.iter().map(usize::to_string).collect();
            words.join("×")
        };
        match self {
            WeightsInfo::Checkpoint(info) => {
                let network = info.net.blank(info.input, info.classes, &Device::flex())?;
                let layers = network.describe().layers;
                let rows = layers.iter().map(|layer| {
                    let what = format!(
                        "{}, to {}, {} parameters",
                        layer.kind,
                        extents(&layer.output),
                        layer.parameters
                    );
                    (layer.path.clone(), what)
                });
                Ok((rows.collect(), network.num_parameters()))
            }
            WeightsInfo::Model(info) => {
                let rows = info.parameters.iter().map(|(name, shape)| {
                    let count: usize = shape.iter().product();
                    (
                        name.clone(),
                        format!("{}, {count} parameters", extents(shape)),
                    )
                });
                Ok((rows.collect(), info.num_parameters()))
            }
        }
    }
}
