//! One of hesscope's own networks or a model from a file.

use burn::tensor::Device;
use hesscope_hvp::{Loss, Objective, Problem, ProblemOptions, Source};
use hesscope_models::{BnMode, Network};

use super::fitted::Fitted;
use super::one_hot::OneHot;
use super::onnx::OnnxModel;
use crate::error::StudyError;

/// A network with its weights.
#[derive(Debug)]
pub enum Model {
    /// One of hesscope's own.
    BuiltIn(Box<Network>),
    /// From an ONNX file.
    Onnx(Box<OnnxModel>),
}

impl Model {
    /// The number of parameters, p.
    pub fn num_parameters(&self) -> usize {
        match self {
            Model::BuiltIn(network) => network.num_parameters(),
            Model::Onnx(model) => model.num_parameters(),
        }
    }

    /// The number of logits a row, C.
    pub fn classes(&self) -> usize {
        match self {
            Model::BuiltIn(network) => network.classes(),
            Model::Onnx(model) => model.classes(),
        }
    }

    /// Examples that go through it together, so that shares of them come in groups of as many.
    pub(crate) fn group(&self) -> usize {
        match self {
            Model::BuiltIn(_) => 1,
            Model::Onnx(model) => model.group(),
        }
    }

    /// The mean loss over examples as a problem, with running statistics in its normalizations. Binary cross-entropy takes
    /// classes as targets of zeros and a one.
    ///
    /// # Errors
    ///
    /// A network that cannot be captured, data that do not fit it, and memory that is too small.
    pub fn problem(
        &self,
        data: impl Source + 'static,
        objective: Objective,
        device: &Device,
        options: ProblemOptions,
    ) -> Result<Problem, StudyError> {
        if objective.loss == Loss::BinaryCrossEntropy {
            let classes = self.classes();
            return self.problem_of(OneHot { data, classes }, objective, device, options);
        }
        self.problem_of(data, objective, device, options)
    }

    fn problem_of(
        &self,
        data: impl Source + 'static,
        objective: Objective,
        device: &Device,
        options: ProblemOptions,
    ) -> Result<Problem, StudyError> {
        match self {
            Model::BuiltIn(network) => {
                let forward = |network: &Network, x| network.forward(x, BnMode::Running);
                let network: &Network = network;
                // Inputs that are no images are trained on as images of one row.
                let data = Fitted {
                    data,
                    example: network.input().to_vec(),
                };
                Ok(Problem::with_objective(
                    network, forward, data, objective, device, options,
                )?)
            }
            Model::Onnx(model) => model.problem(data, objective, device, options),
        }
    }
}
