//! Activation functions.

use hesscope_hvp::rules::{
    activation::Pointwise,
    discrete::Discrete,
    softmax::{LogSoftmax, Softmax},
};

use super::elementwise::{larger, smaller};
use crate::build::Build;
use crate::call::{Call, Outputs, one};
use crate::error::Fault;
use crate::value::Tensor;

pub fn relu(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    Ok(one(b.each(Pointwise::Relu, call.tensor(0)?)?))
}

pub fn leaky_relu(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let slope = call.node.float("alpha", 0.01)?;
    Ok(one(b.each(Pointwise::LeakyRelu { slope }, call.tensor(0)?)?))
}

/// relu(x) - α relu(-x).
pub fn prelu(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let (x, slope) = (call.floats(0)?, call.floats(1)?);
    let negative = b.affine(x, -1.0, 0.0)?;
    let below = b.each(Pointwise::Relu, &negative)?;
    let below = b.mul(&below, slope)?;
    let above = b.each(Pointwise::Relu, x)?;
    Ok(one(b.sub(&above, &below)?))
}

pub fn tanh(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    Ok(one(b.each(Pointwise::Tanh, call.tensor(0)?)?))
}

pub fn sigmoid(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    Ok(one(b.each(Pointwise::Sigmoid, call.tensor(0)?)?))
}

/// x Φ(x), or its approximation by tanh: Hendrycks and Gimpel, "Gaussian error linear units" (2016).
pub fn gelu(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.floats(0)?;
    match call.node.string("approximate", "none")?.as_str() {
        "none" => Ok(one(b.each(Pointwise::Gelu, x)?)),
        "tanh" => Ok(one(gelu_by_tanh(b, x)?)),
        other => Err(format!(
            "has the approximation `{other}`: there are `none` and `tanh`"
        )),
    }
}

fn gelu_by_tanh(b: &mut Build, x: &Tensor) -> Result<Tensor, Fault> {
    let square = b.mul(x, x)?;
    let inner = b.affine(&square, 0.044_715, 1.0)?;
    let inner = b.mul(x, &inner)?;
    let inner = b.affine(&inner, (2.0 / std::f64::consts::PI).sqrt(), 0.0)?;
    let tanh = b.each(Pointwise::Tanh, &inner)?;
    let half = b.affine(&tanh, 0.5, 0.5)?;
    b.mul(x, &half)
}

/// x σ(α x).
pub fn swish(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.floats(0)?;
    let scaled = b.affine(x, call.node.float("alpha", 1.0)?, 0.0)?;
    let gate = b.each(Pointwise::Sigmoid, &scaled)?;
    Ok(one(b.mul(x, &gate)?))
}

fn hard(b: &mut Build, x: &Tensor, alpha: f64, beta: f64) -> Result<Tensor, Fault> {
    let line = b.affine(x, alpha, beta)?;
    b.each(Pointwise::Clamp { min: 0.0, max: 1.0 }, &line)
}

pub fn hard_sigmoid(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let (alpha, beta) = (
        call.node.float("alpha", 0.2)?,
        call.node.float("beta", 0.5)?,
    );
    Ok(one(hard(b, call.floats(0)?, alpha, beta)?))
}

pub fn hard_swish(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.floats(0)?;
    let gate = hard(b, x, 1.0 / 6.0, 0.5)?;
    Ok(one(b.mul(x, &gate)?))
}

/// `outer (relu(x) + α (e^(min(x, 0) / scale) - 1))`.
fn exponential(
    b: &mut Build,
    x: &Tensor,
    alpha: f64,
    scale: f64,
    outer: f64,
) -> Result<Tensor, Fault> {
    let clamp = Pointwise::Clamp {
        min: f64::NEG_INFINITY,
        max: 0.0,
    };
    let below = b.each(clamp, x)?;
    let below = b.affine(&below, 1.0 / scale, 0.0)?;
    let below = b.each(Pointwise::Exp, &below)?;
    let below = b.affine(&below, outer * alpha, -outer * alpha)?;
    let above = b.each(Pointwise::Relu, x)?;
    let above = b.affine(&above, outer, 0.0)?;
    b.add(&above, &below)
}

pub fn elu(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let alpha = call.node.float("alpha", 1.0)?;
    Ok(one(exponential(b, call.floats(0)?, alpha, 1.0, 1.0)?))
}

/// With the constants of Klambauer et al., "Self-normalizing neural networks" (2017).
pub fn selu(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let alpha = call.node.float("alpha", 1.673_263_242_354_377_2)?;
    let gamma = call.node.float("gamma", 1.050_700_987_355_480_5)?;
    Ok(one(exponential(b, call.floats(0)?, alpha, 1.0, gamma)?))
}

pub fn celu(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let alpha = call.node.float("alpha", 1.0)?;
    Ok(one(exponential(b, call.floats(0)?, alpha, alpha, 1.0)?))
}

/// log(1 + e^x), which is -log σ(-x).
fn softplus_of(b: &mut Build, x: &Tensor) -> Result<Tensor, Fault> {
    let negative = b.affine(x, -1.0, 0.0)?;
    let log = b.each(Pointwise::LogSigmoid, &negative)?;
    b.affine(&log, -1.0, 0.0)
}

pub fn softplus(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    Ok(one(softplus_of(b, call.floats(0)?)?))
}

/// x / (1 + |x|).
pub fn softsign(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.floats(0)?;
    let size = b.each(Pointwise::Abs, x)?;
    let below = b.affine(&size, 1.0, 1.0)?;
    Ok(one(b.div(x, &below)?))
}

/// x tanh(log(1 + e^x)): Misra, "Mish" (2019).
pub fn mish(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.floats(0)?;
    let softplus = softplus_of(b, x)?;
    let gate = b.each(Pointwise::Tanh, &softplus)?;
    Ok(one(b.mul(x, &gate)?))
}

pub fn thresholded_relu(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.floats(0)?;
    let bound = b.constant(x.element, vec![call.node.float("alpha", 1.0)?], &[]);
    let mask = b.compare(Discrete::lower_equal(), x, &bound)?;
    let zero = b.constant(x.element, vec![0.0], &[]);
    Ok(one(b.choose(&mask, &zero, x)?))
}

/// Bounds are settings before opset 11 and inputs since.
pub fn clip(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    let (min, max) = (call.optional(1)?, call.optional(2)?);
    let number = |b: &Build, bound: Option<&Tensor>, none: f64| match bound {
        Some(bound) => b.known_number(bound),
        None => Some(none),
    };
    let bounds = (
        number(b, min, f64::NEG_INFINITY),
        number(b, max, f64::INFINITY),
    );
    if let ((Some(low), Some(high)), hesscope_hvp::Kind::Float) = (bounds, x.kind()) {
        let clamp = Pointwise::Clamp {
            min: low.min(high),
            max: high,
        };
        return Ok(one(b.each(clamp, x)?));
    }
    let mut value = x.clone();
    if let Some(min) = min {
        value = larger(b, &value, min)?;
    }
    if let Some(max) = max {
        value = smaller(b, &value, max)?;
    }
    Ok(one(value))
}

/// What goes over one axis, or before opset 13 over all axes from one on together.
fn over_axis(
    b: &mut Build,
    call: &Call,
    apply: impl Fn(&mut Build, &Tensor, usize) -> Result<Tensor, Fault>,
) -> Result<Outputs, Fault> {
    let x = call.floats(0)?;
    if x.rank() == 0 {
        let line = b.reshape(x, &[1])?;
        let value = apply(b, &line, 0)?;
        return Ok(one(b.reshape(&value, &[])?));
    }
    if call.node.opset >= 13 {
        let axis = x.axis(call.node.int("axis", -1)?)?;
        return Ok(one(apply(b, x, axis)?));
    }
    let axis = match call.node.int("axis", 1)? {
        axis if axis == x.rank() as i64 => x.rank(),
        axis => x.axis(axis)?,
    };
    let (before, behind) = x.shape.split_at(axis);
    let rows = [before.iter().product(), behind.iter().product()];
    let flat = b.reshape(x, &rows)?;
    let value = apply(b, &flat, 1)?;
    Ok(one(b.reshape(&value, &x.shape)?))
}

pub fn softmax(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    over_axis(b, call, |b, x, dim| {
        b.apply(Softmax { dim }, &[x], &x.shape.clone())
    })
}

pub fn log_softmax(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    over_axis(b, call, |b, x, dim| {
        b.apply(LogSoftmax { dim }, &[x], &x.shape.clone())
    })
}
