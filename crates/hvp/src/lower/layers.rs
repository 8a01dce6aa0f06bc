//! Layers that are made of several operations with rules.

use burn::tensor::{DType, TensorData};
use burn_ir::{AttentionOpIr, EmbeddingOpIr, LayerNormOpIr};

use super::chain::Chain;
use super::lowering::{Lowering, float};
use crate::rules::{
    activation::Pointwise,
    elementwise::{Add, Affine, Mul},
    indexing::Select,
    linear::Matmul,
    masking::MaskFill,
    shape::{Permute, Reshape},
    softmax::Softmax,
    standardization::Standardize,
};

/// The standardized input times γ, plus β where there is one.
pub(super) fn layer_norm(op: &LayerNormOpIr) -> Option<Lowering> {
    let shape = op.input.shape.to_vec();
    let mut beside = vec![1; shape.len()];
    *beside.last_mut()? = *shape.last()?;
    let standardize = Standardize {
        epsilon: float(op.epsilon),
    };
    let chain = Chain::from(&op.input).apply(standardize, &[], &shape);
    let (chain, gamma) = chain.beside(&op.gamma, &beside);
    let Some(beta) = &op.beta else {
        return Some(chain.end(Mul, &[&gamma], &op.out));
    };
    let (chain, beta) = chain.apply(Mul, &[&gamma], &shape).beside(beta, &beside);
    Some(chain.end(Add, &[&beta], &op.out))
}

/// Rows of the table, one for each index: [V, d] and [n, m] give [n, m, d].
pub(super) fn embedding(op: &EmbeddingOpIr) -> Option<Lowering> {
    let shape = op.out.shape.to_vec();
    let rows = [op.indices.shape.num_elements(), *shape.last()?];
    let chain = Chain::from(&op.weights).apply(Select { dim: 0 }, &[&op.indices], &rows);
    Some(chain.end(Reshape { shape }, &[], &op.out))
}

/// `softmax(q kᵀ scale) v`, the scores capped, masked and biased on the way, in the order of Burn's own
/// way to compute it: [n, h, s, d], [n, h, t, d] and [n, h, t, e] give [n, h, s, e].
pub(super) fn attention(op: &AttentionOpIr) -> Option<Lowering> {
    let query = op.query.shape.to_vec();
    let [batch, heads, rows, size] = query.as_slice().try_into().ok()?;
    let columns = op.key.shape[2];
    let scores = [batch, heads, rows, columns];
    let times = |scale: f64| Affine { scale, shift: 0.0 };
    let masked = || MaskFill {
        value: f64::NEG_INFINITY,
        shape: scores.to_vec(),
    };

    let transposed = Lowering::intermediate(&[batch, heads, size, columns]);
    let mut chain = Chain::from(&op.query);
    chain.lowering = chain
        .lowering
        .then(Permute::swap(4, 2, 3), &[&op.key], &transposed);
    let scale = op
        .options
        .scale
        .map_or_else(|| 1.0 / (size as f64).sqrt(), float);
    chain = chain
        .apply(Matmul, &[&transposed], &scores)
        .apply(times(scale), &[], &scores);
    if let Some(cap) = op.options.softcap.map(float) {
        chain = chain
            .apply(times(1.0 / cap), &[], &scores)
            .apply(Pointwise::Tanh, &[], &scores)
            .apply(times(cap), &[], &scores);
    }
    if let Some(mask) = &op.mask {
        chain = chain.apply(masked(), &[mask], &scores);
    }
    if op.options.is_causal {
        // The last row sees every column, each row before it one column less.
        let hidden: Vec<bool> = (0..rows)
            .flat_map(|row| (0..columns).map(move |column| column + rows > row + columns))
            .collect();
        let shape = [1, 1, rows, columns];
        let mask = Lowering::intermediate_of(&shape, DType::Bool(burn::tensor::BoolStore::Native));
        chain.lowering = chain
            .lowering
            .with_constant(&mask, TensorData::new(hidden, shape));
        chain = chain.apply(masked(), &[&mask], &scores);
    }
    if let Some(bias) = &op.attn_bias {
        chain = chain.apply(Add, &[bias], &scores);
    }
    chain = chain.apply(Softmax { dim: 3 }, &[], &scores);
    Some(chain.end(Matmul, &[&op.value], &op.out))
}
