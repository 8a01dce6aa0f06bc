//! The rule for each operation Burn records.

use std::sync::Arc;

use burn::tensor::TensorData;
use burn_ir::{
    ActivationOperationIr, BaseOperationIr, FloatOperationIr, ModuleOperationIr,
    NumericOperationIr, OperationIr, ScalarIr, TensorIr,
};

use crate::rules::{
    Rule,
    activation::Pointwise,
    convolution::{Conv2d, ConvTranspose2d},
    elementwise::{Add, Affine, Div, Mul},
    linear::{Linear, Matmul},
    normalization::BatchNorm,
    one_dimension::OneDimension,
    pooling::{AdaptiveAvgPool2d, AvgPool2d, MaxPool2d},
    reduction::SumDim,
    shape::{Cat, Permute, Reshape},
};

/// What a recorded operation becomes in a program.
pub(crate) enum Lowered<'a> {
    /// An operation with its rule.
    Operation {
        rule: Arc<dyn Rule>,
        inputs: Vec<&'a TensorIr>,
        output: &'a TensorIr,
    },
    /// A tensor known in advance.
    Constant {
        output: &'a TensorIr,
        value: TensorData,
    },
}

fn operation<'a>(
    rule: impl Rule + 'static,
    inputs: &[&'a TensorIr],
    output: &'a TensorIr,
) -> Option<Lowered<'a>> {
    Some(Lowered::Operation {
        rule: Arc::new(rule),
        inputs: inputs.to_vec(),
        output,
    })
}

fn constant(output: &TensorIr, value: f64) -> Option<Lowered<'_>> {
    let values = vec![value; output.shape.num_elements()];
    Some(Lowered::Constant {
        output,
        value: TensorData::new(values, output.shape.to_vec()),
    })
}

fn float(scalar: ScalarIr) -> f64 {
    scalar.elem()
}

/// The rule for an operation, if there is one.
pub(crate) fn lower(recorded: &OperationIr) -> Option<Lowered<'_>> {
    match recorded {
        OperationIr::Module(module) => lower_module(module),
        OperationIr::Activation(activation) => lower_activation(activation),
        OperationIr::BaseFloat(base) => lower_base(base),
        OperationIr::NumericFloat(_, numeric) => lower_numeric(numeric),
        OperationIr::Float(_, float) => lower_float(float),
        _ => None,
    }
}

fn over_sequences<R: Rule>(name: &'static str, rule: R) -> OneDimension<R> {
    OneDimension { name, rule }
}

fn lower_module(module: &ModuleOperationIr) -> Option<Lowered<'_>> {
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

fn lower_activation(activation: &ActivationOperationIr) -> Option<Lowered<'_>> {
    match activation {
        ActivationOperationIr::Relu(op) => operation(Pointwise::Relu, &[&op.input], &op.out),
        ActivationOperationIr::LeakyRelu(op) => operation(
            Pointwise::LeakyRelu {
                slope: float(op.rhs),
            },
            &[&op.lhs],
            &op.out,
        ),
        ActivationOperationIr::Sigmoid(op) => operation(Pointwise::Sigmoid, &[&op.input], &op.out),
        _ => None,
    }
}

fn lower_float(float: &FloatOperationIr) -> Option<Lowered<'_>> {
    match float {
        FloatOperationIr::Tanh(op) => operation(Pointwise::Tanh, &[&op.input], &op.out),
        FloatOperationIr::Exp(op) => operation(Pointwise::Exp, &[&op.input], &op.out),
        FloatOperationIr::Log(op) => operation(Pointwise::Log, &[&op.input], &op.out),
        FloatOperationIr::Sqrt(op) => operation(Pointwise::Sqrt, &[&op.input], &op.out),
        FloatOperationIr::Recip(op) => operation(Pointwise::Recip, &[&op.input], &op.out),
        FloatOperationIr::Matmul(op) => operation(Matmul, &[&op.lhs, &op.rhs], &op.out),
        _ => None,
    }
}

fn lower_base(base: &BaseOperationIr) -> Option<Lowered<'_>> {
    match base {
        BaseOperationIr::Reshape(op) => operation(
            Reshape {
                shape: op.out.shape.to_vec(),
            },
            &[&op.input],
            &op.out,
        ),
        BaseOperationIr::SwapDims(op) => operation(
            Permute::swap(op.input.shape.num_dims(), op.dim1, op.dim2),
            &[&op.input],
            &op.out,
        ),
        BaseOperationIr::Permute(op) => operation(
            Permute {
                axes: op.axes.clone(),
            },
            &[&op.input],
            &op.out,
        ),
        BaseOperationIr::Cat(op) => {
            let inputs: Vec<&TensorIr> = op.tensors.iter().collect();
            operation(Cat { dim: op.dim }, &inputs, &op.out)
        }
        BaseOperationIr::Ones(op) => constant(&op.out, 1.0),
        BaseOperationIr::Zeros(op) => constant(&op.out, 0.0),
        _ => None,
    }
}

fn lower_numeric(numeric: &NumericOperationIr) -> Option<Lowered<'_>> {
    let affine = |scale, shift| Affine { scale, shift };
    match numeric {
        NumericOperationIr::Add(op) => operation(Add { sign: 1.0 }, &[&op.lhs, &op.rhs], &op.out),
        NumericOperationIr::Sub(op) => operation(Add { sign: -1.0 }, &[&op.lhs, &op.rhs], &op.out),
        NumericOperationIr::Mul(op) => operation(Mul, &[&op.lhs, &op.rhs], &op.out),
        NumericOperationIr::Div(op) => operation(Div, &[&op.lhs, &op.rhs], &op.out),
        NumericOperationIr::AddScalar(op) => {
            operation(affine(1.0, float(op.rhs)), &[&op.lhs], &op.out)
        }
        NumericOperationIr::SubScalar(op) => {
            operation(affine(1.0, -float(op.rhs)), &[&op.lhs], &op.out)
        }
        NumericOperationIr::MulScalar(op) => {
            operation(affine(float(op.rhs), 0.0), &[&op.lhs], &op.out)
        }
        NumericOperationIr::DivScalar(op) => {
            operation(affine(float(op.rhs).recip(), 0.0), &[&op.lhs], &op.out)
        }
        NumericOperationIr::Neg(op) => operation(affine(-1.0, 0.0), &[&op.input], &op.out),
        NumericOperationIr::SumDim(op) => operation(
            SumDim {
                dim: op.axis,
                scale: 1.0,
            },
            &[&op.input],
            &op.out,
        ),
        NumericOperationIr::MeanDim(op) => {
            let scale = 1.0 / op.input.shape[op.axis] as f64;
            operation(
                SumDim {
                    dim: op.axis,
                    scale,
                },
                &[&op.input],
                &op.out,
            )
        }
        NumericOperationIr::Full(op) => constant(&op.out, float(op.value)),
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
