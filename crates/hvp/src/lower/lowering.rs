//! What a recorded operation becomes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use burn::tensor::{DType, TensorData};
use burn_ir::{ScalarIr, TensorId, TensorIr};

use crate::array::Kind;
use crate::rules::{Rule, shape::Reshape};

/// What a recorded operation becomes in a program: operations with their rules, in order, each reading
/// tensors of the record or outputs of those before it.
#[derive(Clone, Debug, Default)]
pub struct Lowering {
    pub(crate) steps: Vec<Step>,
}

/// One tensor of a program and where it comes from.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// An operation with its rule.
    Operation {
        rule: Arc<dyn Rule>,
        inputs: Vec<TensorId>,
        output: TensorIr,
    },
    /// A tensor known in advance.
    Constant { output: TensorIr, value: TensorData },
}

impl Step {
    pub(crate) fn output(&self) -> &TensorIr {
        match self {
            Step::Operation { output, .. } | Step::Constant { output, .. } => output,
        }
    }
}

impl Lowering {
    /// One operation: `rule` reads `inputs`, in the order it knows, and writes `output`.
    pub fn new(rule: impl Rule + 'static, inputs: &[&TensorIr], output: &TensorIr) -> Self {
        Lowering::default().then(rule, inputs, output)
    }

    /// The tensors that its operations read, those that they write themselves among them.
    pub(crate) fn reads(&self) -> impl Iterator<Item = TensorId> {
        self.steps.iter().flat_map(|step| match step {
            Step::Operation { inputs, .. } => inputs.clone(),
            Step::Constant { .. } => Vec::new(),
        })
    }

    /// Another operation after those there are.
    pub fn then(
        mut self,
        rule: impl Rule + 'static,
        inputs: &[&TensorIr],
        output: &TensorIr,
    ) -> Self {
        self.steps.push(Step::Operation {
            rule: Arc::new(rule),
            inputs: inputs.iter().map(|tensor| tensor.id).collect(),
            output: output.clone(),
        });
        self
    }

    /// A tensor known in advance, for operations after it to read.
    pub fn with_constant(mut self, output: &TensorIr, value: TensorData) -> Self {
        self.steps.push(Step::Constant {
            output: output.clone(),
            value,
        });
        self
    }

    /// A new tensor of floats, for one operation of a lowering to write and another to read.
    pub fn intermediate(shape: &[usize]) -> TensorIr {
        Self::intermediate_of(shape, DType::F32)
    }

    pub(super) fn intermediate_of(shape: &[usize], dtype: DType) -> TensorIr {
        // Burn counts its tensors up from zero.
        static LAST: AtomicU64 = AtomicU64::new(u64::MAX);
        let id = TensorId::new(LAST.fetch_sub(1, Ordering::Relaxed));
        TensorIr::uninit(id, shape.to_vec().into(), dtype)
    }
}

/// One operation alone.
pub(super) fn operation(
    rule: impl Rule + 'static,
    inputs: &[&TensorIr],
    output: &TensorIr,
) -> Option<Lowering> {
    Some(Lowering::new(rule, inputs, output))
}

/// The same tensor under another id.
pub(super) fn identity(input: &TensorIr, output: &TensorIr) -> Option<Lowering> {
    let shape = output.shape.to_vec();
    operation(Reshape { shape }, &[input], output)
}

/// A tensor of one number.
pub(super) fn constant(output: &TensorIr, value: f64) -> Option<Lowering> {
    let values = vec![value; output.shape.num_elements()];
    let data = TensorData::new(values, output.shape.to_vec());
    let data = match Kind::of(output.dtype) {
        Kind::Float => data,
        Kind::Int | Kind::Bool => data.convert_dtype(output.dtype),
    };
    Some(Lowering::default().with_constant(output, data))
}

/// A number of the record.
pub(super) fn float(scalar: ScalarIr) -> f64 {
    scalar.elem()
}
