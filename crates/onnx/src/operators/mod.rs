//! The operators that there are rules for, one file a family.

mod activation;
mod attention;
mod constants;
mod convolution;
mod einsum;
mod elementwise;
mod indexing;
mod logic;
mod movement;
mod normalization;
mod padding;
mod parts;
mod pooling;
mod product;
mod reduction;
mod sequence;
mod windows;

use crate::build::Build;
use crate::call::{Call, Outputs};
use crate::error::Fault;

/// How an operator is made of operations with rules.
pub(crate) type Operator = fn(&mut Build, &Call) -> Result<Outputs, Fault>;

/// The operators of the standard domain.
const OPERATORS: &[(&str, Operator)] = &[
    ("Abs", elementwise::abs),
    ("Add", elementwise::add),
    ("And", logic::and),
    ("ArgMax", reduction::arg_max),
    ("ArgMin", reduction::arg_min),
    ("Attention", attention::attention),
    ("AveragePool", pooling::average_pool),
    ("BatchNormalization", normalization::batch),
    ("Cast", movement::cast),
    ("CastLike", movement::cast_like),
    ("Ceil", elementwise::ceil),
    ("Celu", activation::celu),
    ("Clip", activation::clip),
    ("Concat", parts::concat),
    ("ConcatFromSequence", sequence::concat),
    ("Constant", constants::constant),
    ("ConstantOfShape", constants::of_shape),
    ("Conv", convolution::conv),
    ("ConvTranspose", convolution::conv_transpose),
    ("Cos", elementwise::cos),
    ("CumSum", reduction::cum_sum),
    ("DepthToSpace", movement::depth_to_space),
    ("Div", elementwise::div),
    ("Dropout", movement::dropout),
    ("Einsum", einsum::einsum),
    ("Elu", activation::elu),
    ("Equal", logic::equal),
    ("Erf", elementwise::erf),
    ("Exp", elementwise::exp),
    ("Expand", movement::expand),
    ("EyeLike", constants::eye_like),
    ("Flatten", movement::flatten),
    ("Floor", elementwise::floor),
    ("Gather", indexing::gather),
    ("GatherElements", indexing::gather_elements),
    ("GatherND", indexing::gather_nd),
    ("Gelu", activation::gelu),
    ("Gemm", product::gemm),
    ("GlobalAveragePool", pooling::global_average_pool),
    ("GlobalMaxPool", pooling::global_max_pool),
    ("Greater", logic::greater),
    ("GreaterOrEqual", logic::greater_or_equal),
    ("GroupNormalization", normalization::group),
    ("HardSigmoid", activation::hard_sigmoid),
    ("HardSwish", activation::hard_swish),
    ("Identity", movement::identity),
    ("InstanceNormalization", normalization::instance),
    ("IsInf", logic::is_inf),
    ("IsNaN", logic::is_nan),
    ("LRN", normalization::local_response),
    ("LayerNormalization", normalization::layer),
    ("LeakyRelu", activation::leaky_relu),
    ("Less", logic::less),
    ("LessOrEqual", logic::less_or_equal),
    ("Log", elementwise::log),
    ("LogSoftmax", activation::log_softmax),
    ("LpNormalization", normalization::lp),
    ("MatMul", product::mat_mul),
    ("Max", elementwise::max),
    ("MaxPool", pooling::max_pool),
    ("Mean", elementwise::mean),
    ("MeanVarianceNormalization", normalization::mean_variance),
    ("Min", elementwise::min),
    ("Mish", activation::mish),
    ("Mod", elementwise::modulo),
    ("Mul", elementwise::mul),
    ("Neg", elementwise::neg),
    ("Not", logic::not),
    ("OneHot", indexing::one_hot),
    ("Or", logic::or),
    ("PRelu", activation::prelu),
    ("Pad", padding::pad),
    ("Pow", elementwise::pow),
    ("RMSNormalization", normalization::rms),
    ("Range", constants::range),
    ("Reciprocal", elementwise::reciprocal),
    ("ReduceL1", reduction::l1),
    ("ReduceL2", reduction::l2),
    ("ReduceLogSum", reduction::log_sum),
    ("ReduceLogSumExp", reduction::log_sum_exp),
    ("ReduceMax", reduction::max),
    ("ReduceMean", reduction::mean),
    ("ReduceMin", reduction::min),
    ("ReduceProd", reduction::prod),
    ("ReduceSum", reduction::sum),
    ("ReduceSumSquare", reduction::sum_square),
    ("Relu", activation::relu),
    ("Reshape", movement::reshape),
    ("Round", elementwise::round),
    ("ScatterElements", indexing::scatter_elements),
    ("ScatterND", indexing::scatter_nd),
    ("Selu", activation::selu),
    ("SequenceAt", sequence::at),
    ("SequenceConstruct", sequence::construct),
    ("SequenceLength", sequence::length),
    ("Shape", constants::shape),
    ("Sigmoid", activation::sigmoid),
    ("Sign", elementwise::sign),
    ("Sin", elementwise::sin),
    ("Size", constants::size),
    ("Slice", parts::slice),
    ("Softmax", activation::softmax),
    ("Softplus", activation::softplus),
    ("Softsign", activation::softsign),
    ("SpaceToDepth", movement::space_to_depth),
    ("Split", parts::split),
    ("SplitToSequence", sequence::split),
    ("Sqrt", elementwise::sqrt),
    ("Squeeze", movement::squeeze),
    ("Sub", elementwise::sub),
    ("Sum", elementwise::sum),
    ("Swish", activation::swish),
    ("Tan", elementwise::tan),
    ("Tanh", activation::tanh),
    ("ThresholdedRelu", activation::thresholded_relu),
    ("Tile", movement::tile),
    ("Transpose", movement::transpose),
    ("Trilu", parts::trilu),
    ("Unsqueeze", movement::unsqueeze),
    ("Where", logic::choose),
    ("Xor", logic::xor),
];

/// The operator of this domain and name, if there are rules for it.
pub(crate) fn find(domain: &str, name: &str) -> Option<Operator> {
    let table = if domain.is_empty() { OPERATORS } else { &[] };
    let found = table.binary_search_by_key(&name, |(name, _)| name).ok()?;
    Some(table[found].1)
}

/// The names of the operators of the standard domain that are read, in no order.
pub fn operators() -> impl Iterator<Item = &'static str> {
    // Branches are chosen where graphs are walked.
    OPERATORS.iter().map(|(name, _)| *name).chain(["If"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_is_found() {
        for (name, _) in OPERATORS {
            assert!(find("", name).is_some(), "{name} is out of order");
        }
        assert!(find("", "Loop").is_none() && find("com.microsoft", "Add").is_none());
    }
}
