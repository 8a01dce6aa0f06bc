//! Attention as one operator (opset 23 and later).

use hesscope_hvp::Kind;
use hesscope_hvp::rules::{activation::Pointwise, softmax::Softmax};

use super::padding::padded;
use super::parts::joined;
use super::product::multiplied;
use crate::build::Build;
use crate::call::{Call, Outputs, one};
use crate::error::Fault;
use crate::value::{Tensor, Value};

/// Queries, keys or values as [n, heads, length, size].
fn heads(b: &mut Build, call: &Call, index: usize, name: &str) -> Result<Tensor, Fault> {
    let x = call.floats(index)?;
    match x.rank() {
        4 => Ok(x.clone()),
        3 => {
            let count = call.node.int(name, 0)?;
            let width = x.shape[2];
            let count = usize::try_from(count)
                .ok()
                .filter(|&count| count > 0 && width.is_multiple_of(count))
                .ok_or_else(|| format!("divides {width} numbers among {count} heads"))?;
            let apart = b.reshape(x, &[x.shape[0], x.shape[1], count, width / count])?;
            b.permute(&apart, &[0, 2, 1, 3])
        }
        _ => Err(format!(
            "is over a tensor of shape {:?}: it must have three or four axes",
            x.shape
        )),
    }
}

/// What was kept of earlier keys or values, before those of now.
fn with_past(b: &mut Build, call: &Call, index: usize, now: Tensor) -> Result<Tensor, Fault> {
    match call.optional(index)? {
        Some(past) if past.count() > 0 => joined(b, &[past.clone(), now], 2),
        _ => Ok(now),
    }
}

/// Each head repeated for the queries that share it.
fn shared(b: &mut Build, x: &Tensor, queries: usize) -> Result<Tensor, Fault> {
    let [n, own, length, size] = [x.shape[0], x.shape[1], x.shape[2], x.shape[3]];
    if own == queries {
        return Ok(x.clone());
    }
    if own == 0 || !queries.is_multiple_of(own) {
        return Err(format!(
            "shares {own} heads of keys among {queries} of queries"
        ));
    }
    let apart = b.reshape(x, &[n, own, 1, length, size])?;
    let repeated = b.expand(&apart, &[n, own, queries / own, length, size])?;
    b.reshape(&repeated, &[n, queries, length, size])
}

/// softmax(cap(Q Kᵀ scale) + mask) V: Vaswani et al., "Attention is all you need" (2017).
pub fn attention(b: &mut Build, call: &Call) -> Result<Outputs, Fault> {
    let node = call.node;
    let query = heads(b, call, 0, "q_num_heads")?;
    let key = heads(b, call, 1, "kv_num_heads")?;
    let value = heads(b, call, 2, "kv_num_heads")?;
    if call.optional(6)?.is_some() {
        return Err(
            "hides what lies behind lengths that are inputs, which has no rule: give a mask"
                .to_owned(),
        );
    }
    let past = call
        .optional(4)?
        .map_or(0, |past| if past.rank() == 4 { past.shape[2] } else { 0 });
    let (key, value) = (with_past(b, call, 4, key)?, with_past(b, call, 5, value)?);
    let present = (key.clone(), value.clone());
    let (key, value) = (
        shared(b, &key, query.shape[1])?,
        shared(b, &value, query.shape[1])?,
    );
    let size = query.shape[3];
    let scale = node.float("scale", 1.0 / (size as f64).sqrt())?;
    let turned = b.permute(&key, &[0, 1, 3, 2])?;
    let scores = multiplied(b, &query, &turned)?;
    let raw = b.affine(&scores, scale, 0.0)?;
    let (rows, columns) = (raw.shape[2], raw.shape[3]);
    let mut bias: Option<Tensor> = None;
    if let Some(mask) = call.optional(3)? {
        bias = Some(as_bias(b, mask, columns)?);
    }
    let left = node.int("left_window_size", -1)?;
    let right = match node.flag("is_causal", false)? {
        true => 0,
        false => node.int("right_window_size", -1)?,
    };
    if left >= 0 || right >= 0 {
        if rows.saturating_mul(columns) > 1 << 26 {
            return Err(format!(
                "hides parts of scores of shape {:?}, which is too large",
                raw.shape
            ));
        }
        // Whether a column lies too far on either side of the row's own place, where negative is unbounded.
        let hidden = |row: usize, column: usize| {
            let behind = column as i64 - (row + past) as i64;
            (right >= 0 && behind > right) || (left >= 0 && behind < -left)
        };
        let hidden: Vec<f64> = (0..rows * columns)
            .map(|place| match hidden(place / columns, place % columns) {
                true => f64::NEG_INFINITY,
                false => 0.0,
            })
            .collect();
        let causal = b.constant(raw.element, hidden, &[rows, columns]);
        bias = Some(match bias {
            Some(bias) => b.add(&bias, &causal)?,
            None => causal,
        });
    }
    let cap = node.float("softcap", 0.0)?;
    let capped = |b: &mut Build, scores: &Tensor| -> Result<Tensor, Fault> {
        if cap == 0.0 {
            return Ok(scores.clone());
        }
        let scaled = b.affine(scores, 1.0 / cap, 0.0)?;
        let tanh = b.each(Pointwise::Tanh, &scaled)?;
        b.affine(&tanh, cap, 0.0)
    };
    // The standard puts the cap before the mask, so that what is hidden stays hidden.
    let mut scores = capped(b, &raw)?;
    let before = scores.clone();
    if let Some(bias) = bias {
        scores = b.add(&scores, &bias)?;
        if scores.shape != raw.shape {
            return Err(format!(
                "has a mask of shape {:?} for scores of shape {:?}",
                bias.shape, raw.shape
            ));
        }
    }
    let weights = b.apply(Softmax { dim: 3 }, &[&scores], &scores.shape.clone())?;
    let mut result = multiplied(b, &weights, &value)?;
    if call.floats(0)?.rank() == 3 {
        let [n, count, length, size] = [
            result.shape[0],
            result.shape[1],
            result.shape[2],
            result.shape[3],
        ];
        let back = b.permute(&result, &[0, 2, 1, 3])?;
        result = b.reshape(&back, &[n, length, count * size])?;
    }
    let mut outputs = one(result);
    outputs.extend([present.0, present.1].map(|tensor| Some(Value::Tensor(tensor))));
    outputs.push(match node.int("qk_matmul_output_mode", 0)? {
        0 => Some(Value::Tensor(raw)),
        1 => Some(Value::Tensor(before)),
        2 => Some(Value::Tensor(scores)),
        _ => Some(Value::Tensor(weights)),
    });
    Ok(outputs)
}

/// A mask as what is added to the scores: minus infinity where truth values do not hold, and behind a mask that is too short.
fn as_bias(b: &mut Build, mask: &Tensor, columns: usize) -> Result<Tensor, Fault> {
    let mut mask = mask.clone();
    if mask.kind() == Kind::Bool {
        let zero = b.constant(crate::ElementType::Float, vec![0.0], &[]);
        let hidden = b.constant(crate::ElementType::Float, vec![f64::NEG_INFINITY], &[]);
        mask = b.choose(&mask, &zero, &hidden)?;
    }
    let last = mask
        .rank()
        .checked_sub(1)
        .ok_or("has a mask without axes")?;
    let missing = columns.saturating_sub(mask.shape[last]);
    if mask.shape[last] == 1 || missing == 0 {
        return Ok(mask);
    }
    let mut around = vec![(0, 0); mask.rank()];
    around[last] = (0, missing as i64);
    padded(b, &mask, &around, f64::NEG_INFINITY)
}
