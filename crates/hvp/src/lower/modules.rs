//! The layers that Burn records as one operation.

use burn_ir::ModuleOperationIr;

use super::layers;
use super::lowering::{Lowering, float, operation};
use crate::rules::{
    Rule,
    convolution::{Conv2d, ConvTranspose2d},
    linear::Linear,
    normalization::BatchNorm,
    one_dimension::OneDimension,
    pooling::{AdaptiveAvgPool2d, AvgPool2d, MaxPool2d},
};

fn over_sequences<R: Rule>(name: &'static str, rule: R) -> OneDimension<R> {
    OneDimension { name, rule }
}

/// The rule for a layer, if there is one.
pub(super) fn lower(module: &ModuleOperationIr) -> Option<Lowering> {
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
