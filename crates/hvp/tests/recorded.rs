//! Operations as Burn records them, each in a small network of its own: the logits against the module's,
//! our gradient against Burn's reverse mode, and products with Hess against central differences of the
//! gradient. What is recorded of an operation is Burn's choice, so nothing here names a rule.

mod common;

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{
    Bool, DType, Device, Int, Tensor, TensorData, activation, module::attention,
    ops::AttentionModuleOptions, ops::PadMode, s,
};
use common::{Gradients, Numbers, close, exact, filled, gradient, products};
use hesscope_hvp::{Examples, Part, Precision, Problem};
use hesscope_spectral::VectorSpace;

const EXAMPLES: usize = 3;
const WIDTH: usize = 8;

/// linear, an operation of the test's choice on [n, 8], linear.
#[derive(Module, Debug)]
struct Probe {
    encoder: Linear,
    head: Linear,
}

/// What an operation makes of [n, 8] on the device of its input.
type Function = fn(Tensor<2>) -> Tensor<2>;

fn forward(probe: &Probe, function: Function, x: Tensor<2>) -> Tensor<2> {
    probe.head.forward(function(probe.encoder.forward(x)))
}

fn check(name: &str, function: Function) {
    check_to(1e-10, name, function);
}

/// The gradient to a tolerance, where Burn's own goes through float32.
fn check_to(tolerance: f64, name: &str, function: Function) {
    let device = Device::flex();
    let mut numbers = Numbers(61);
    let inputs = TensorData::new(numbers.vector(EXAMPLES * 3), [EXAMPLES, 3]);
    let labels = vec![0, 1, 1];
    let data = (&device, DType::F64);
    let out = function(Tensor::zeros([EXAMPLES, WIDTH], data)).dims()[1];
    let probe = Probe {
        encoder: LinearConfig::new(3, WIDTH).init(&device),
        head: LinearConfig::new(out, 2).init(&device),
    };
    let probe = filled(probe, 62, Precision::F64);
    let examples = Examples {
        inputs: inputs.clone(),
        labels: labels.clone(),
    };
    let problem = Problem::new(
        &probe,
        |probe: &Probe, x| forward(probe, function, x),
        examples,
        &device,
        exact(),
    );
    let mut problem = problem.unwrap_or_else(|error| panic!("{name}: {error}"));

    let x = Tensor::from_data(inputs.clone(), data);
    let expected: Vec<f64> = forward(&probe, function, x)
        .into_data()
        .iter::<f64>()
        .collect();
    let logits = problem.evaluate().expect("a pass").logits;
    close(&logits, &expected, 1e-14, &format!("{name}: logits"));

    let tracked = probe.clone().train();
    let x = Tensor::from_data(inputs, (&device.clone().autodiff(), DType::F64));
    let expected = Gradients::of(&tracked, forward(&tracked, function, x), &labels);
    let ours = gradient(&problem);
    assert!(expected.iter().any(|x| x.abs() > 1e-3), "{name}: vacuous");
    close(&ours, &expected, tolerance, &format!("{name}: gradient"));

    let space = problem.space().clone();
    let (origin, step) = (problem.point(), 1e-5);
    let direction = numbers.vector(space.dim());
    let product = &products(&problem, Part::Hess, std::slice::from_ref(&direction))[0];
    let mut at = |step: f64| {
        let moved: Vec<f64> = space
            .to_host(&origin)
            .iter()
            .zip(&direction)
            .map(|(x, d)| x + step * d)
            .collect();
        problem.move_to(&space.from_host(&moved)).expect("a move");
        gradient(&problem)
    };
    let (ahead, behind) = (at(step), at(-step));
    let expected: Vec<f64> = ahead
        .iter()
        .zip(&behind)
        .map(|(a, b)| (a - b) / (2.0 * step))
        .collect();
    close(product, &expected, 1e-7, &format!("{name}: Hess"));
}

/// Every `step`-th truth value true.
fn mask<const D: usize>(shape: [usize; D], step: usize, device: &Device) -> Tensor<D, Bool> {
    let hidden: Vec<bool> = (0..shape.iter().product::<usize>())
        .map(|i| i % step == 1)
        .collect();
    Tensor::from_data(TensorData::new(hidden, shape), device)
}

fn integers<const D: usize>(numbers: &[i64], shape: [usize; D], device: &Device) -> Tensor<D, Int> {
    Tensor::from_data(TensorData::new(numbers.to_vec(), shape), device)
}

#[test]
fn activations() {
    check("gelu", activation::gelu);
    check("gelu_approximate", activation::gelu_approximate);
    check("silu", activation::silu);
    check("softplus", |x| activation::softplus(x, 2.0));
    check("softplus far out", |x| {
        activation::softplus(x * 1024.0, 1.0) * 0.0009765625
    });
    check("log_sigmoid", activation::log_sigmoid);
    check("mish", activation::mish);
    check("elu", |x| activation::elu(x, 0.5));
    check("celu", |x| activation::celu(x, 0.5));
    check("selu", activation::selu);
    check("glu", |x| activation::glu(x, 1));
    check("softsign", activation::softsign);
    check("prelu", |x| {
        let slopes = Tensor::from_data([0.25f64], (&x.device(), DType::F64));
        activation::prelu(x, slopes)
    });
    check_to(1e-6, "hard_sigmoid", |x| {
        activation::hard_sigmoid(x, 0.5, 0.25)
    });
    check_to(1e-6, "hard_swish", activation::hard_swish);
    check("hardtanh", |x| activation::hardtanh(x, -0.25, 0.5));
    check("relu6", |x| activation::relu6(x * 8.0));
    check("hard_shrink", |x| activation::hard_shrink(x, 0.25));
    check("thresholded_relu", |x| {
        activation::thresholded_relu(x, 0.25)
    });
    check("softmax", |x| activation::softmax(x, 1));
    check("log_softmax", |x| activation::log_softmax(x, 1));
    check("softmin", |x| activation::softmin(x * 2.0, 1));
    check("quiet_softmax", |x| activation::quiet_softmax(x, 1));
}

#[test]
fn functions() {
    check("erf", |x| x.erf());
    check("sin", |x| x.sin());
    check("cos", |x| x.cos());
    check("abs", |x| x.abs());
    check("log1p", |x| (x.clone() * x).log1p());
    check("powf", |x| (x.clone() * x + 1.0).powf_scalar(1.5));
    check("powi", |x| x.powf_scalar(3.0));
    check("square", |x| x.square());
    check("clamp_min", |x| x.clamp_min(-0.125));
    check("clamp_max", |x| x.clamp_max(0.125));
    check("sign", |x| x.clone() * x.sign());
    check("floor", |x| (x.clone() * 4.0).floor() * x);
    check("ceil", |x| (x.clone() * 4.0).ceil() * x);
    check("round", |x| (x.clone() * 4.0).round() * x);
    check("trunc", |x| (x.clone() * 4.0).trunc() * x);
}

#[test]
fn reductions() {
    check("sum", |x| x.clone().sum().reshape([1, 1]) * x);
    check("mean", |x| {
        (x.clone() * 2.0).tanh().mean().reshape([1, 1]) * x
    });
    check("sum_dim", |x| x.clone().sum_dim(1) * x);
    check("mean_dim", |x| x.clone().mean_dim(1) * x);
    check("sum_dims", |x| x.clone().sum_dims(&[0, 1]) * x);
    check("max", |x| x.clone().max().reshape([1, 1]) * x);
    check("min", |x| x.clone().min().reshape([1, 1]) * x);
    check("max_abs", |x| x.clone().max_abs().reshape([1, 1]) * x);
    check("max_dim", |x| x.clone().max_dim(1) * x);
    check("min_dim", |x| x.clone().min_dim(1) * x);
    check("max_abs_dim", |x| x.clone().max_abs_dim(1) * x);
    check("max_dim_with_indices", |x| {
        let (largest, places) = x.clone().max_dim_with_indices(1);
        largest * x + places.float().cast(DType::F64)
    });
    check("min_dim_with_indices", |x| {
        let (least, places) = x.clone().min_dim_with_indices(1);
        least * x + places.float().cast(DType::F64)
    });
    check("argmax", |x| {
        let places = x.clone().argmax(1).float().cast(DType::F64);
        x.tanh() * places
    });
    check("cumsum", |x| x.cumsum(1));
}

#[test]
fn movement() {
    check("expand", |x| {
        let [n, width] = x.dims();
        let row = x.clone().slice([0..1, 0..width]);
        row.expand([n, width]) * x
    });
    check("repeat_dim", |x| x.tanh().repeat_dim(1, 2));
    check("flip", |x| x.clone().flip([1]) * x);
    check("squeeze", |x| {
        x.clone().unsqueeze::<3>().squeeze_dim::<2>(0) * x
    });
    check("stack", |x| {
        let [n, width] = x.dims();
        let both: Tensor<3> = Tensor::stack(vec![x.clone().tanh(), x], 1);
        both.reshape([n, 2 * width])
    });
    check("chunk", |x| {
        let parts = x.chunk(2, 1);
        parts[0].clone() * parts[1].clone()
    });
    check("split", |x| {
        let parts = x.split_with_sizes(vec![3, 3, 2], 1);
        parts[0].clone() * parts[1].clone()
    });
    check("slice with steps", |x| x.tanh().slice(s![.., 1..;2]));
    check("slice backwards", |x| x.clone().slice(s![.., ..;-1]) * x);
    check("slice from the end", |x| x.tanh().slice(s![.., -3..]));
    check("slice of the first axis", |x| {
        x.clone().slice(s![0..1]) * x.tanh()
    });
    check("slice_assign", |x| {
        let part = x.clone().slice(s![.., 0..3]).tanh();
        x.slice_assign(s![.., 4..7], part)
    });
    check("select", |x| {
        let columns = integers(&[1, 3, 3, 0], [4], &x.device());
        x.tanh().select(1, columns)
    });
    check("gather", |x| {
        let places = integers(&[1, 3, 0, 0, 7, 7], [3, 2], &x.device());
        let [n, _] = x.dims();
        x.tanh().gather(1, places.slice(s![0..n]))
    });
    check("select_assign", |x| {
        let columns = integers(&[1, 3, 3], [3], &x.device());
        let part = x.clone().slice(s![.., 0..3]).tanh();
        x.select_assign(1, columns, part, burn::tensor::IndexingUpdateOp::Add)
    });
    check("scatter", |x| {
        let [n, _] = x.dims();
        let places = integers(&[1, 3, 0, 0, 7, 7], [3, 2], &x.device());
        let part = x.clone().slice(s![.., 2..4]).tanh();
        let update = burn::tensor::IndexingUpdateOp::Add;
        x.scatter(1, places.slice(s![0..n]), part, update)
    });
    check("pad", |x| x.tanh().pad((1, 2, 0, 0), 0.5));
    check("pad by reflection", |x| {
        x.tanh().pad((3, 2, 0, 0), PadMode::Reflect)
    });
    check("pad by the edge", |x| {
        x.tanh().pad((1, 2, 0, 0), PadMode::Edge)
    });
    check("roll", |x| x.clone().roll(&[2], &[1]) * x);
}

#[test]
fn integers_and_truth_values() {
    check("mask_fill", |x| {
        let mask = mask(x.dims(), 3, &x.device());
        x.tanh().mask_fill(mask, -0.5)
    });
    check("mask_where", |x| {
        let mask = mask(x.dims(), 3, &x.device());
        x.clone().mask_where(mask, x.tanh())
    });
    check("a mask of the numbers themselves", |x| {
        let above = x.clone().greater_scalar(0.0);
        let far = x.clone().abs().greater_equal_scalar(0.5);
        let mask = above.bool_and(far.bool_not());
        x.clone().mask_where(mask, x.square())
    });
    check("comparisons of tensors", |x| {
        let other = x.clone().flip([1]);
        let ordered = x.clone().lower(other.clone());
        let equal = x.clone().equal(other.clone());
        let weights = ordered.bool_xor(equal).float().cast(DType::F64);
        x.tanh() * weights + other
    });
    check("arithmetic of integers", |x| {
        let device = x.device();
        let [n, width] = x.dims();
        let rows = Tensor::<1, Int>::arange(0..n as i64, &device).reshape([n, 1]);
        let columns = Tensor::<1, Int>::arange(0..width as i64, &device).reshape([1, width]);
        let mixed = (rows * 3 - columns.clone() + 1) % 5 + columns.clone().neg().abs() / 2;
        let weights = mixed.clamp(1, 6).float().cast(DType::F64);
        let odd = (columns % 2).equal_scalar(1).expand([n, width]);
        x.tanh().mask_fill(odd, 0.25) * weights
    });
    check("more arithmetic of integers", |x| {
        let [n, width] = x.dims();
        let device = x.device();
        let counted: Tensor<2, Int> =
            Tensor::<1, Int>::arange(-9..(n * width) as i64 - 9, &device).reshape([n, width]);
        let signs = counted.clone().sign() * counted.clone().clamp_min(-7).clamp_max(8);
        let totals = signs.clone().sum_dim(1) - signs.clone().max_dim(1) * 2;
        let totals =
            totals + signs.clone().min_dim(1) + signs.clone().cumsum(1) / signs.ones_like();
        // Burn's CPU backend does not add these to other integers.
        let places = signs.clone().argmax(1).float() - signs.clone().argmin(1).float() * 2.0;
        let places = places.cast(DType::F64);
        let remainder = (totals.clone() + 40) % (counted.abs() + 1);
        let mixed = totals - 3 + remainder;
        let weights = mixed.float().cast(DType::F64) * 0.125;
        x.tanh() * (weights + places)
    });
    check("comparisons of integers", |x| {
        let [n, width] = x.dims();
        let device = x.device();
        let column: Tensor<2, Int> =
            Tensor::<1, Int>::arange(0..width as i64, &device).reshape([1, width]);
        let column = column.expand([n, width]);
        let other = column.clone().flip([1]) / 2 + 1;
        let bit = |mask: Tensor<2, Bool>, weight: i64| mask.int() * weight;
        let sum = bit(column.clone().greater(other.clone()), 1)
            + bit(column.clone().greater_equal(other.clone()), 2)
            + bit(column.clone().lower(other.clone()), 4)
            + bit(column.clone().lower_equal(other.clone()), 8)
            + bit(column.clone().equal(other.clone()), 16)
            + bit(column.clone().not_equal(other), 32)
            + bit(column.clone().greater_scalar(3), 64)
            + bit(column.clone().greater_equal_scalar(3), 128)
            + bit(column.clone().lower_scalar(5), 256)
            + bit(column.clone().lower_equal_scalar(5), 512)
            + bit(column.clone().equal_scalar(4), 1024)
            + bit(column.clone().not_equal_scalar(6), 2048);
        let chosen = column.mask_fill(sum.clone().greater_scalar(1500), 7);
        x.tanh() * ((sum + chosen).float().cast(DType::F64) * 0.001953125)
    });
    check("comparisons of floats", |x| {
        let other = x.clone().flip([1]);
        let bit = |mask: Tensor<2, Bool>, weight: i64| mask.int() * weight;
        let same = x.clone().slice(s![.., 0..1]);
        let sum = bit(x.clone().greater(other.clone()), 1)
            + bit(x.clone().greater_equal(other.clone()), 2)
            + bit(x.clone().lower_equal(other.clone()), 4)
            + bit(x.clone().not_equal(other), 8)
            + bit(x.clone().equal(same.expand(x.dims())), 16)
            + bit(x.clone().greater_equal_scalar(0.125), 32)
            + bit(x.clone().lower_scalar(-0.125), 64)
            + bit(x.clone().lower_equal_scalar(0.25), 128)
            + bit(x.clone().equal_scalar(0.0), 256)
            + bit(x.clone().not_equal_scalar(0.0), 512)
            + bit(x.clone().is_nan(), 1024)
            + bit(
                (x.clone() / (x.clone() - x.clone().slice(s![.., 3..4]))).is_inf(),
                2048,
            )
            + (x.clone() * 4.0).int() * 4096
            + x.clone().argmin(1) * 8192;
        x.tanh() * (sum.float().cast(DType::F64) * 0.0001220703125)
    });
    check("logic", |x| {
        let above = x.clone().greater_scalar(0.0);
        let far = x.clone().abs().greater_scalar(0.5);
        let bit = |mask: Tensor<2, Bool>, weight: i64| mask.int() * weight;
        let sum = bit(above.clone().bool_and(far.clone()), 1)
            + bit(above.clone().bool_or(far.clone()), 2)
            + bit(above.clone().bool_xor(far.clone()), 4)
            + bit(above.clone().equal(far.clone()), 8)
            + bit(above.clone().not_equal(far.clone()), 16)
            + bit(above.clone().bool_not(), 32)
            + bit(above.clone().equal_scalar(true), 64)
            + bit(far.clone().not_equal_scalar(true), 128)
            + bit(above.clone().flip([1]), 256)
            + bit(
                Tensor::cat(vec![above.clone(), far.clone()], 1).slice(s![.., 4..12]),
                512,
            )
            + bit(
                above.mask_where(far.clone(), far.clone().repeat_dim(1, 1)),
                1024,
            );
        x.tanh() * ((sum + far.int()).float().cast(DType::F64) * 0.0078125)
    });
    check("a table of integers", |x| {
        let [n, width] = x.dims();
        let device = x.device();
        let table = integers(&[3, 1, 4, 1, 5, 9, 2, 6], [1, 8], &device).expand([n, width]);
        let places = integers(&[2, 7, 1, 8, 2, 8, 1, 8], [8], &device) % 8;
        let picked = table.clone().select(1, places.clone());
        let gathered = table
            .clone()
            .gather(1, places.unsqueeze::<2>().expand([n, width]));
        let assigned = table.slice_assign(s![.., 2..4], picked.clone().slice(s![.., 4..6]));
        let moved = assigned.swap_dims(0, 1).permute([1, 0]) * 3;
        let all = moved + picked + gathered * Tensor::<2, Int>::ones([n, width], &device);
        let all = all + Tensor::<2, Int>::full([n, width], 2, &device);
        x.tanh() * (all.float().cast(DType::F64) * 0.125)
    });
    check("triangles", |x| {
        let [n, width] = x.dims();
        let mask = Tensor::<2, Bool>::tril_mask([n, width], 1, &x.device());
        x.mask_fill(mask, 0.0)
    });
    check("constants", |x| {
        let options = (&x.device(), DType::F64);
        let shape = x.dims();
        x.tanh() * Tensor::full(shape, 1.5, options) + Tensor::ones(shape, options)
            - Tensor::zeros(shape, options)
    });
}

/// Queries, keys and values of two heads and two positions from [n, 8].
fn heads(x: Tensor<2>) -> [Tensor<4>; 3] {
    let [n, _] = x.dims();
    let x: Tensor<4> = x.reshape([n, 2, 2, 2]);
    [x.clone() * 2.0, x.clone().flip([3]) * 3.0, x.tanh()]
}

fn merged(x: Tensor<4>) -> Tensor<2> {
    let [n, _, _, _] = x.dims();
    x.reshape([n, WIDTH])
}

#[test]
fn attention_of_all_kinds() {
    check("attention", |x| {
        let [q, k, v] = heads(x);
        merged(attention(
            q,
            k,
            v,
            None,
            None,
            AttentionModuleOptions::default(),
        ))
    });
    check("causal attention", |x| {
        let [q, k, v] = heads(x);
        let options = AttentionModuleOptions {
            is_causal: true,
            ..AttentionModuleOptions::default()
        };
        merged(attention(q, k, v, None, None, options))
    });
    check("causal attention with one query", |x| {
        let [n, _] = x.dims();
        let [q, k, v] = heads(x);
        let options = AttentionModuleOptions {
            is_causal: true,
            ..AttentionModuleOptions::default()
        };
        let q = q.slice(s![.., .., 0..1, ..]);
        attention(q, k, v, None, None, options).reshape([n, 4])
    });
    check("masked, biased and capped attention", |x| {
        let [q, k, v] = heads(x);
        let device = q.device();
        let [n, _, _, _] = q.dims();
        let mask = mask([n, 2, 2, 2], 4, &device);
        let bias = q.clone().slice(s![.., .., .., ..]).tanh();
        let options = AttentionModuleOptions {
            scale: Some(0.5),
            softcap: Some(2.0),
            is_causal: false,
        };
        merged(attention(q, k, v, Some(mask), Some(bias), options))
    });
}
