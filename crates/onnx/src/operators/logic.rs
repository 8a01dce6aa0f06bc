//! Comparisons, logic and choices.

use hesscope_hvp::Kind;
use hesscope_hvp::rules::discrete::Discrete;

use crate::build::Build;
use crate::call::{Call, Outputs, one};
use crate::element::ElementType;
use crate::error::Fault;

fn compare(b: &mut Build, call: &Call, rule: Discrete) -> Result<Outputs, Fault> {
    Ok(one(b.compare(rule, call.tensor(0)?, call.tensor(1)?)?))
}

/// A comparison of numbers.
fn order(b: &mut Build, call: &Call, rule: Discrete) -> Result<Outputs, Fault> {
    if call.tensor(0)?.kind() == Kind::Bool {
        return Err("orders truth values, which have no order".to_owned());
    }
    compare(b, call, rule)
}

pub fn equal(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    compare(b, call, Discrete::equal())
}

pub fn less(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    order(b, call, Discrete::lower())
}

pub fn less_or_equal(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    order(b, call, Discrete::lower_equal())
}

pub fn greater(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    order(b, call, Discrete::greater())
}

pub fn greater_or_equal(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    order(b, call, Discrete::greater_equal())
}

/// An operation on truth values.
fn logic(b: &mut Build, call: &Call, rule: Discrete) -> Result<Outputs, Fault> {
    if call.tensor(0)?.kind() != Kind::Bool {
        return Err(format!(
            "takes truth values, not {}",
            call.tensor(0)?.element
        ));
    }
    compare(b, call, rule)
}

pub fn and(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    logic(b, call, Discrete::and())
}

pub fn or(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    logic(b, call, Discrete::or())
}

pub fn xor(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    logic(b, call, Discrete::xor())
}

pub fn not(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.tensor(0)?;
    if x.kind() != Kind::Bool {
        return Err(format!("takes truth values, not {}", x.element));
    }
    Ok(one(b.apply(Discrete::not(), &[x], &x.shape.clone())?))
}

pub fn is_nan(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.floats(0)?;
    Ok(one(b.apply_to(
        ElementType::Bool,
        Discrete::is_nan(),
        &[x],
        &x.shape.clone(),
    )?))
}

pub fn is_inf(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let x = call.floats(0)?;
    let mut found = b.apply_to(
        ElementType::Bool,
        Discrete::is_inf(),
        &[x],
        &x.shape.clone(),
    )?;
    let zero = b.constant(x.element, vec![0.0], &[]);
    for (name, side) in [
        ("detect_negative", Discrete::greater()),
        ("detect_positive", Discrete::lower()),
    ] {
        if !call.node.flag(name, true)? {
            let side = b.compare(side, x, &zero)?;
            found = b.compare(Discrete::and(), &found, &side)?;
        }
    }
    Ok(one(found))
}

/// The second where the first holds, the third elsewhere.
pub fn choose(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let [mask, yes, no] = [call.tensor(0)?, call.tensor(1)?, call.tensor(2)?];
    Ok(one(b.choose(mask, yes, no)?))
}
