//! Arithmetic and functions of each element.

use hesscope_hvp::Kind;
use hesscope_hvp::rules::{activation::Pointwise, discrete::Discrete};

use crate::build::Build;
use crate::call::{Call, Outputs, one};
use crate::element::ElementType;
use crate::error::Fault;
use crate::value::Tensor;

pub fn add(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    Ok(one(b.add(call.tensor(0)?, call.tensor(1)?)?))
}

pub fn sub(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    Ok(one(b.sub(call.tensor(0)?, call.tensor(1)?)?))
}

pub fn mul(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    Ok(one(b.mul(call.tensor(0)?, call.tensor(1)?)?))
}

pub fn div(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    Ok(one(b.div(call.tensor(0)?, call.tensor(1)?)?))
}

/// The inputs joined by an operation of two, from the first on.
fn fold(
    b: &mut Build,
    call: &Call,
    join: impl Fn(&mut Build, &Tensor, &Tensor) -> Result<Tensor, Fault>,
) -> Result<Tensor, Fault> {
    let inputs = call.all()?;
    let (first, others) = inputs.split_first().ok_or("has no inputs")?;
    others
        .iter()
        .try_fold((*first).clone(), |joined, other| join(b, &joined, other))
}

pub fn sum(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    Ok(one(fold(b, call, Build::add)?))
}

pub fn mean(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let sum = fold(b, call, Build::add)?;
    Ok(one(b.affine(&sum, 1.0 / call.inputs.len() as f64, 0.0)?))
}

/// The larger of each pair of elements, the first of equals.
pub fn larger(b: &mut Build, x: &Tensor, y: &Tensor) -> Result<Tensor, Fault> {
    let mask = b.compare(Discrete::lower(), x, y)?;
    b.choose(&mask, y, x)
}

/// The smaller of each pair of elements, the first of equals.
pub fn smaller(b: &mut Build, x: &Tensor, y: &Tensor) -> Result<Tensor, Fault> {
    let mask = b.compare(Discrete::greater(), x, y)?;
    b.choose(&mask, y, x)
}

pub fn max(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    Ok(one(fold(b, call, larger)?))
}

pub fn min(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    Ok(one(fold(b, call, smaller)?))
}

/// The remainder, with the sign of the divisor, or of the dividend where `fmod` says so.
pub fn modulo(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let (x, y) = (call.tensor(0)?, call.tensor(1)?);
    let fmod = call.node.flag("fmod", false)?;
    if x.kind() == Kind::Int && !fmod {
        let data = b
            .known(y)
            .ok_or("divides integers by integers of the input")?;
        if data.iter::<i64>().any(|divisor| divisor == 0) {
            return Err("divides integers by zero".to_owned());
        }
        return Ok(one(b.discrete(
            x.element,
            Discrete::int_remainder(),
            x,
            y,
        )?));
    }
    if let Some(data) = b.known(y).filter(|_| x.kind() == Kind::Float)
        && data
            .iter::<f64>()
            .any(|divisor| divisor == 0.0 || !divisor.is_finite())
    {
        return Err("takes the remainder of a division by zero or by infinity".to_owned());
    }
    let mut whole = b.div(x, y)?;
    if x.kind() == Kind::Float {
        let rounding = if fmod {
            Discrete::trunc()
        } else {
            Discrete::floor()
        };
        whole = b.apply(rounding, &[&whole], &whole.shape.clone())?;
    }
    let whole = b.mul(y, &whole)?;
    Ok(one(b.sub(x, &whole)?))
}

/// x to a power that is one number; e^(y log x) for other powers of positive constants.
pub fn pow(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let (x, y) = (call.tensor(0)?, call.tensor(1)?);
    let float = |b: &mut Build, tensor: &Tensor| match tensor.kind() {
        Kind::Float => Ok(tensor.clone()),
        _ => b.cast(tensor, ElementType::Double),
    };
    let (base, power) = (float(b, x)?, float(b, y)?);
    let value = match b.known_number(&power) {
        Some(exponent) if power.count() > 0 => {
            let value = match exponent {
                0.5 => b.each(Pointwise::Sqrt, &base)?,
                1.0 => base,
                2.0 => b.mul(&base, &base)?,
                -1.0 => b.each(Pointwise::Recip, &base)?,
                _ => b.each(Pointwise::Power { exponent }, &base)?,
            };
            let shape = crate::build::broadcast(&x.shape, &y.shape)?;
            b.expand(&value, &shape)?
        }
        _ => {
            let known = b.known(&base);
            let constant = known.is_some();
            let positive = known.is_some_and(|data| data.iter::<f64>().all(|x| x > 0.0));
            if constant && !positive && b.known(&power).is_some() {
                known_powers(b, &base, &power)?
            } else if positive {
                let log = b.each(Pointwise::Log, &base)?;
                let product = b.mul(&log, &power)?;
                b.each(Pointwise::Exp, &product)?
            } else {
                return Err(
                    "takes powers that differ by element or are computed, which have no rule for \
                            bases that may be negative: take e^(y log x) where x is positive"
                        .to_owned(),
                );
            }
        }
    };
    Ok(one(b.cast(&value, x.element)?))
}

/// Powers of constants.
fn known_powers(b: &mut Build, base: &Tensor, power: &Tensor) -> Result<Tensor, Fault> {
    let shape = crate::build::broadcast(&base.shape, &power.shape)?;
    let [base, power] = [base, power].map(|tensor| b.expand(tensor, &shape));
    let numbers = |b: &Build, tensor: &Tensor| -> Vec<f64> {
        b.known(tensor)
            .map(|data| data.iter::<f64>().collect())
            .unwrap_or_default()
    };
    let (base, power) = (numbers(b, &base?), numbers(b, &power?));
    let powers = base.iter().zip(power).map(|(x, y)| x.powf(y)).collect();
    Ok(b.constant(ElementType::Double, powers, &shape))
}

/// A function of each element that has a rule of its own.
fn each(b: &mut Build, call: &Call, function: Pointwise) -> Result<Outputs, Fault> {
    Ok(one(b.each(function, call.tensor(0)?)?))
}

pub fn sqrt(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    each(b, call, Pointwise::Sqrt)
}

pub fn exp(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    each(b, call, Pointwise::Exp)
}

pub fn log(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    each(b, call, Pointwise::Log)
}

pub fn reciprocal(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    each(b, call, Pointwise::Recip)
}

pub fn sin(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    each(b, call, Pointwise::Sin)
}

pub fn cos(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    each(b, call, Pointwise::Cos)
}

pub fn tan(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    let sine = b.each(Pointwise::Sin, x)?;
    let cosine = b.each(Pointwise::Cos, x)?;
    Ok(one(b.div(&sine, &cosine)?))
}

pub fn erf(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    each(b, call, Pointwise::Erf)
}

pub fn neg(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    Ok(one(match x.kind() {
        Kind::Float => b.affine(x, -1.0, 0.0)?,
        _ => of_integers(b, x, Discrete::int_neg())?,
    }))
}

pub fn abs(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    Ok(one(match x.kind() {
        Kind::Float => b.each(Pointwise::Abs, x)?,
        _ => of_integers(b, x, Discrete::int_abs())?,
    }))
}

pub fn sign(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    Ok(one(match x.kind() {
        Kind::Float => b.apply(Discrete::sign(), &[x], &x.shape.clone())?,
        _ => of_integers(b, x, Discrete::int_sign())?,
    }))
}

fn of_integers(b: &mut Build, x: &Tensor, rule: Discrete) -> Result<Tensor, Fault> {
    if x.kind() != Kind::Int {
        return Err(format!("takes numbers, not {}", x.element));
    }
    b.apply(rule, &[x], &x.shape.clone())
}

fn rounded(b: &mut Build, call: &Call, rule: Discrete) -> Result<Outputs, Fault> {
    let x = call.floats(0)?;
    Ok(one(b.apply(rule, &[x], &x.shape.clone())?))
}

pub fn floor(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    rounded(b, call, Discrete::floor())
}

pub fn ceil(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    rounded(b, call, Discrete::ceil())
}

pub fn round(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    rounded(b, call, Discrete::round())
}
