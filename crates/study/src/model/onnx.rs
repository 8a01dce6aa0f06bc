//! A model from an ONNX file, for data of one shape.

use burn::tensor::Device;
use hesscope_hvp::{Objective, Parameter, Problem, ProblemOptions, Source};
use hesscope_onnx::{Selection, Signature};

use super::fitted::Fitted;
use crate::error::StudyError;
use crate::settings::OnnxSettings;

/// A model from an ONNX file, for data of one shape.
#[derive(Debug)]
pub struct OnnxModel {
    model: hesscope_onnx::Model,
    selection: Selection,
    /// The extents of one example, without the axis of the batch.
    example: Vec<usize>,
    parameters: Vec<Parameter>,
    classes: usize,
    /// Examples of a batch: the one size that the model takes, or 1.
    batch: usize,
}

impl OnnxModel {
    /// Reads the model of the settings for examples of these extents, the batch left out: channels, height and width of images.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, that is not that of the settings, or that does not take such images.
    pub fn open(settings: &OnnxSettings, extents: &[usize]) -> Result<Self, StudyError> {
        let wrong = StudyError::onnx(&settings.onnx);
        let model = hesscope_onnx::Model::read(&settings.onnx).map_err(&wrong)?;
        let file = settings.onnx.display();
        if settings
            .sha256
            .as_ref()
            .is_some_and(|sum| sum != model.sha256())
        {
            return Err(StudyError::setting(format!(
                "{file} is another model than the run's, by its SHA-256: put that back, or make a run of this one in another folder"
            )));
        }
        let selection = Selection {
            input: settings.input.clone(),
            output: settings.output.clone(),
            parameters: settings.parameters.clone().unwrap_or_default(),
            frozen: settings.frozen.clone().unwrap_or_default(),
            values: Vec::new(),
        };
        let example = example_shape(&model.input(&selection).map_err(&wrong)?, extents).ok_or_else(|| {
            StudyError::setting(format!(
                "the input of {file} has another number of axes than examples of {extents:?}, one of them for the batch: give data \
                 that fit it, or export the model with such an input"
            ))
        })?;
        let batch = model.fixed_batch(&selection).map_err(&wrong)?.unwrap_or(1);
        let shape = [&[batch], &example[..]].concat();
        let program = model.program(&selection, &shape).map_err(&wrong)?;
        Ok(OnnxModel {
            parameters: program.parameters().to_vec(),
            classes: program.classes(),
            model,
            selection,
            example,
            batch,
        })
    }

    /// Examples that go through it together.
    pub(super) fn group(&self) -> usize {
        self.batch
    }

    /// The number of parameters, p.
    pub fn num_parameters(&self) -> usize {
        self.parameters.iter().map(Parameter::len).sum()
    }

    /// Names and extents of the parameters, in the order in which they make up a vector.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The number of logits a row, C.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// SHA-256 of the file and of those that hold its tensors.
    pub fn sha256(&self) -> &str {
        self.model.sha256()
    }

    /// See [`Model::problem`](super::Model::problem).
    pub(super) fn problem(
        &self,
        data: impl Source + 'static,
        objective: Objective,
        device: &Device,
        options: ProblemOptions,
    ) -> Result<Problem, StudyError> {
        let data = Fitted {
            data,
            example: self.example.clone(),
        };
        let (model, selection) = (&self.model, &self.selection);
        Ok(model.problem(selection, data, objective, device, options)?)
    }
}

/// The extents of an example as an input takes it: its own, or those of a grey image without the axis of the channels, or all
/// numbers along one axis.
fn example_shape(input: &Signature, extents: &[usize]) -> Option<Vec<usize>> {
    let axes = match &input.shape {
        Some(shape) => shape.len().checked_sub(1)?,
        None => extents.len(),
    };
    match (axes, extents) {
        (axes, extents) if axes == extents.len() => Some(extents.to_vec()),
        (2, [1, rest @ ..]) if rest.len() == 2 => Some(rest.to_vec()),
        (1, extents) => Some(vec![extents.iter().product()]),
        _ => None,
    }
}
