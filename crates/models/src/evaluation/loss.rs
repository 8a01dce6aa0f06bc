//! The cross-entropy loss.

use burn::tensor::{Tensor, TensorData, activation::log_softmax};

/// Mean cross-entropy in nats of logits `[n, classes]` against `n` labels; a tensor of shape `[1]` to differentiate.
pub fn cross_entropy(logits: Tensor<2>, labels: &[u32]) -> Tensor<1> {
    let [n, classes] = logits.dims();
    let mut one_hot = vec![0.0_f32; n * classes];
    for (row, &label) in one_hot.chunks_exact_mut(classes.max(1)).zip(labels) {
        row[label as usize] = 1.0;
    }
    let one_hot = Tensor::from_data(
        TensorData::new(one_hot, [n, classes]),
        (&logits.device(), logits.dtype()),
    );
    // Row by row first: where 4 million or more numbers meet in one sum, flex adds them in an order that
    // depends on the timing of the threads.
    let per_example = (log_softmax(logits, 1) * one_hot).sum_dim(1);
    per_example.sum() / -(n as f64)
}
