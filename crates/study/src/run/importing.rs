//! A run of a model from a file: the model is copied into the folder and evaluated, in place of training.

use std::fs;
use std::path::{Path, PathBuf};

use hesscope_files::{remove_leftovers, write_whole};
use hesscope_hvp::ProblemOptions;
use hesscope_models::{EpochMetrics, Metrics, metrics_of};
use hesscope_records::Split;

use super::folder::MODEL;
use super::imported::{copied, is_whole, open};
use super::metrics::{METRICS, lines, record};
use super::run::Run;
use crate::error::StudyError;
use crate::model::{Model, ModelInfo};
use crate::observer::{Event, Observer, TrainingEvent};
use crate::settings::OnnxSettings;

impl Run {
    /// Copies the model into the folder and evaluates it over both splits, unless that was done before.
    pub(super) fn import(
        &self,
        settings: &OnnxSettings,
        observer: &dyn Observer,
    ) -> Result<(), StudyError> {
        let root = self.folder().root();
        let provenance = self.file().provenance();
        if !is_whole(&copied(root, settings)) {
            self.copy_model(settings)?;
        }
        if let Some(info) = ModelInfo::read(root, &provenance)? {
            return self.write_metrics(&info);
        }
        let model = open(root, settings, &self.extents())?;
        let (sha256, parameters) = (model.sha256().to_owned(), model.parameters().to_vec());
        let model = Model::Onnx(Box::new(model));
        let metrics = EpochMetrics {
            epoch: 0,
            learning_rate: None,
            running_loss: None,
            train: Some(self.metrics(&model, Split::Train)?),
            test: Some(self.metrics(&model, Split::Test)?),
        };
        observer.event(Event::Training(TrainingEvent::EpochDone(&metrics)));
        let info = ModelInfo {
            provenance,
            model_sha256: sha256,
            classes: model.classes(),
            parameters: parameters
                .into_iter()
                .map(|parameter| (parameter.path, parameter.shape))
                .collect(),
            metrics: record(&metrics),
        };
        info.write(root)?;
        self.write_metrics(&info)
    }

    fn write_metrics(&self, info: &ModelInfo) -> Result<(), StudyError> {
        let root = self.folder().root();
        let lines = lines(std::slice::from_ref(&info.metrics));
        let lines = lines.map_err(|error| StudyError::write(&root.join(METRICS), error))?;
        self.folder().write(METRICS, &lines)
    }

    /// Copies the model's files, each whole or not at all, in the places they have beside each other.
    fn copy_model(&self, settings: &OnnxSettings) -> Result<(), StudyError> {
        let from = settings.onnx.parent().unwrap_or(Path::new("."));
        let to = self.folder().root().join(MODEL);
        let own = settings.onnx.file_name().map(PathBuf::from);
        let beside = hesscope_onnx::Model::read(&settings.onnx)
            .map_err(StudyError::onnx(&settings.onnx))?
            .external_files();
        for name in own.into_iter().chain(beside) {
            let (source, target) = (from.join(&name), to.join(&name));
            let folder = target.parent().unwrap_or(&to);
            fs::create_dir_all(folder).map_err(|error| StudyError::write(folder, error))?;
            remove_leftovers(folder);
            let mut file =
                fs::File::open(&source).map_err(|error| StudyError::read(&source, error))?;
            write_whole(&target, |out| std::io::copy(&mut file, out).map(|_| ()))
                .map_err(|error| StudyError::write(&target, error))?;
        }
        Ok(())
    }

    /// Loss and accuracy of the model over a split.
    fn metrics(&self, model: &Model, split: Split) -> Result<Metrics, StudyError> {
        let settings = self.settings();
        let options = ProblemOptions {
            precision: settings.precision,
            directions: 1,
            memory: self.memory() / 2,
            ..ProblemOptions::default()
        };
        let source = self.source(split);
        let objective = settings.loss.objective();
        let problem = model.problem(source.clone(), objective, self.device(), options)?;
        let evaluation = problem.evaluate()?;
        if !evaluation.loss.is_finite() {
            return Err(StudyError::setting(format!(
                "the loss of {} over the {split} examples is {}: give data scaled as the model was trained with",
                settings.net.name(),
                evaluation.loss
            )));
        }
        let labels = source.labels();
        Ok(metrics_of(
            evaluation.loss,
            &evaluation.logits,
            model.classes(),
            labels,
        ))
    }
}
