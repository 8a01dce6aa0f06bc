//! The rule for each operation Burn records.

mod activation;
mod arithmetic;
mod discrete;
mod layers;
mod movement;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use burn::tensor::{DType, TensorData};
use burn_ir::{ModuleOperationIr, OperationIr, ScalarIr, TensorId, TensorIr};

use crate::array::Kind;
use crate::rules::{
    Rule,
    convolution::{Conv2d, ConvTranspose2d},
    linear::Linear,
    normalization::BatchNorm,
    one_dimension::OneDimension,
    pooling::{AdaptiveAvgPool2d, AvgPool2d, MaxPool2d},
    shape::Reshape,
};

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

    fn intermediate_of(shape: &[usize], dtype: DType) -> TensorIr {
        // Burn counts its tensors up from zero.
        static LAST: AtomicU64 = AtomicU64::new(u64::MAX);
        let id = TensorId::new(LAST.fetch_sub(1, Ordering::Relaxed));
        TensorIr::uninit(id, shape.to_vec().into(), dtype)
    }
}

/// A lowering under construction, and the tensor it has come to.
struct Chain {
    lowering: Lowering,
    at: TensorIr,
}

impl Chain {
    fn from(tensor: &TensorIr) -> Self {
        Chain {
            lowering: Lowering::default(),
            at: tensor.clone(),
        }
    }

    /// An operation on the tensor the chain has come to, and on `others`.
    fn apply(self, rule: impl Rule + 'static, others: &[&TensorIr], shape: &[usize]) -> Self {
        let output = Lowering::intermediate(shape);
        let at = output.clone();
        Chain {
            lowering: self.end(rule, others, &output),
            at,
        }
    }

    /// The last operation, which writes `output`.
    fn end(self, rule: impl Rule + 'static, others: &[&TensorIr], output: &TensorIr) -> Lowering {
        let mut inputs = vec![&self.at];
        inputs.extend(others);
        self.lowering.then(rule, &inputs, output)
    }

    /// The tensor `input` under another shape beside the chain.
    fn beside(mut self, input: &TensorIr, shape: &[usize]) -> (Self, TensorIr) {
        let output = Lowering::intermediate(shape);
        let rule = Reshape {
            shape: shape.to_vec(),
        };
        self.lowering = self.lowering.then(rule, &[input], &output);
        (self, output)
    }
}

type LoweringFunction = dyn Fn(&OperationIr) -> Option<Lowering> + Send + Sync;

/// How recorded operations become operations with rules: hesscope's own ways, and before them those of
/// the user.
#[derive(Clone, Default)]
pub struct Rules {
    own: Vec<Arc<LoweringFunction>>,
}

impl Rules {
    /// The rules of this crate alone.
    pub fn standard() -> Self {
        Rules::default()
    }

    /// A function tried before all others there are. It gives a [`Lowering`] for the operations it has a
    /// rule for, whether this crate has one or not, and `None` for the rest.
    pub fn with(
        mut self,
        lower: impl Fn(&OperationIr) -> Option<Lowering> + Send + Sync + 'static,
    ) -> Self {
        self.own.push(Arc::new(lower));
        self
    }

    /// What an operation becomes, if anybody has a rule for it.
    pub(crate) fn lower(&self, recorded: &OperationIr) -> Option<Lowering> {
        let own = self.own.iter().rev().find_map(|own| own(recorded));
        own.or_else(|| lower(recorded))
    }
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rules")
            .field("own", &self.own.len())
            .finish()
    }
}

fn operation(
    rule: impl Rule + 'static,
    inputs: &[&TensorIr],
    output: &TensorIr,
) -> Option<Lowering> {
    Some(Lowering::new(rule, inputs, output))
}

/// The same tensor under another id.
fn identity(input: &TensorIr, output: &TensorIr) -> Option<Lowering> {
    let shape = output.shape.to_vec();
    operation(Reshape { shape }, &[input], output)
}

fn constant(output: &TensorIr, value: f64) -> Option<Lowering> {
    let values = vec![value; output.shape.num_elements()];
    let data = TensorData::new(values, output.shape.to_vec());
    let data = match Kind::of(output.dtype) {
        Kind::Float => data,
        Kind::Int | Kind::Bool => data.convert_dtype(output.dtype),
    };
    Some(Lowering::default().with_constant(output, data))
}

fn float(scalar: ScalarIr) -> f64 {
    scalar.elem()
}

/// This crate's rule for an operation, if there is one.
fn lower(recorded: &OperationIr) -> Option<Lowering> {
    match recorded {
        OperationIr::Module(module) => lower_module(module),
        OperationIr::Activation(activation) => activation::lower(activation),
        OperationIr::BaseFloat(base) | OperationIr::BaseInt(base) | OperationIr::BaseBool(base) => {
            movement::lower(base)
        }
        OperationIr::NumericFloat(_, numeric) => arithmetic::lower(numeric),
        OperationIr::NumericInt(_, numeric) => arithmetic::lower_int(numeric),
        OperationIr::Float(_, float) => arithmetic::lower_float(float),
        OperationIr::Int(int) => discrete::lower_int(int),
        OperationIr::Bool(bool) => discrete::lower_bool(bool),
        _ => None,
    }
}

fn over_sequences<R: Rule>(name: &'static str, rule: R) -> OneDimension<R> {
    OneDimension { name, rule }
}

fn lower_module(module: &ModuleOperationIr) -> Option<Lowering> {
    match module {
        ModuleOperationIr::Conv2d(op) => {
            let rule = Conv2d {
                stride: op.options.stride,
                padding: op.options.padding,
                dilation: op.options.dilation,
                groups: op.options.groups,
            };
            let mut inputs = vec![&op.x, &op.weight];
            inputs.extend(&op.bias);
            operation(rule, &inputs, &op.out)
        }
        ModuleOperationIr::Conv1d(op) => {
            let rule = Conv2d {
                stride: [1, op.options.stride[0]],
                padding: [(0, 0), op.options.padding[0]],
                dilation: [1, op.options.dilation[0]],
                groups: op.options.groups,
            };
            let mut inputs = vec![&op.x, &op.weight];
            inputs.extend(&op.bias);
            operation(over_sequences("conv1d", rule), &inputs, &op.out)
        }
        ModuleOperationIr::ConvTranspose2d(op) => {
            let rule = ConvTranspose2d {
                stride: op.options.stride,
                padding: op.options.padding,
                padding_out: op.options.padding_out,
                dilation: op.options.dilation,
                groups: op.options.groups,
            };
            let mut inputs = vec![&op.x, &op.weight];
            inputs.extend(&op.bias);
            operation(rule, &inputs, &op.out)
        }
        ModuleOperationIr::ConvTranspose1d(op) => {
            let rule = ConvTranspose2d {
                stride: [1, op.options.stride[0]],
                padding: [0, op.options.padding[0]],
                padding_out: [0, op.options.padding_out[0]],
                dilation: [1, op.options.dilation[0]],
                groups: op.options.groups,
            };
            let mut inputs = vec![&op.x, &op.weight];
            inputs.extend(&op.bias);
            operation(over_sequences("conv_transpose1d", rule), &inputs, &op.out)
        }
        ModuleOperationIr::Linear(op) => {
            let mut inputs = vec![&op.x, &op.weight];
            inputs.extend(&op.bias);
            operation(Linear, &inputs, &op.out)
        }
        ModuleOperationIr::BatchNorm(op) => operation(
            BatchNorm {
                epsilon: float(op.epsilon),
            },
            &[&op.x, &op.gamma, &op.beta, &op.mean, &op.variance],
            &op.out,
        ),
        ModuleOperationIr::MaxPool2d(op) => operation(
            MaxPool2d {
                kernel_size: op.kernel_size,
                stride: op.stride,
                padding: op.padding,
                dilation: op.dilation,
                ceil_mode: op.ceil_mode,
            },
            &[&op.x],
            &op.out,
        ),
        ModuleOperationIr::AvgPool2d(op) => operation(
            AvgPool2d {
                kernel_size: op.kernel_size,
                stride: op.stride,
                padding: op.padding,
                count_include_pad: op.count_include_pad,
                ceil_mode: op.ceil_mode,
            },
            &[&op.x],
            &op.out,
        ),
        ModuleOperationIr::AdaptiveAvgPool2d(op) => operation(
            AdaptiveAvgPool2d {
                output_size: op.output_size,
            },
            &[&op.x],
            &op.out,
        ),
        ModuleOperationIr::LayerNorm(op) => layers::layer_norm(op),
        ModuleOperationIr::Embedding(op) => layers::embedding(op),
        ModuleOperationIr::Attention(op) => layers::attention(op),
        ModuleOperationIr::MaxPool1d(op) => {
            let rule = MaxPool2d {
                kernel_size: [1, op.kernel_size],
                stride: [1, op.stride],
                padding: [0, op.padding],
                dilation: [1, op.dilation],
                ceil_mode: op.ceil_mode,
            };
            operation(over_sequences("max_pool1d", rule), &[&op.x], &op.out)
        }
        ModuleOperationIr::AvgPool1d(op) => {
            let rule = AvgPool2d {
                kernel_size: [1, op.kernel_size],
                stride: [1, op.stride],
                padding: [0, op.padding],
                count_include_pad: op.count_include_pad,
                ceil_mode: op.ceil_mode,
            };
            operation(over_sequences("avg_pool1d", rule), &[&op.x], &op.out)
        }
        ModuleOperationIr::AdaptiveAvgPool1d(op) => {
            let rule = AdaptiveAvgPool2d {
                output_size: [1, op.output_size],
            };
            let rule = over_sequences("adaptive_avg_pool1d", rule);
            operation(rule, &[&op.x], &op.out)
        }
        _ => None,
    }
}

/// Burn's name of an operation: the innermost variant of the record.
pub(crate) fn operation_name(recorded: &OperationIr) -> String {
    let record = format!("{recorded:?}");
    let head = record.split('{').next().unwrap_or_default();
    let variants: Vec<&str> = head.split('(').collect();
    let variant = variants
        .len()
        .checked_sub(2)
        .map_or(head, |index| variants[index]);
    variant
        .rsplit(", ")
        .next()
        .unwrap_or(variant)
        .trim()
        .to_string()
}
