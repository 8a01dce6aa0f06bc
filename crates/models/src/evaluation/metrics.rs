//! Loss and accuracy of a network over a split.

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::batches::{BatchError, BatchSource, HostBatch};
use super::forward::Forward;
use crate::networks::Network;

/// Loss and accuracy over a split.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Mean cross-entropy in nats.
    pub loss: f64,
    /// Share of examples whose largest logit is their class, in `[0, 1]`.
    pub accuracy: f64,
    /// Share of examples whose class is among the five largest logits, in `[0, 1]`; only with more than 10 classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top5_accuracy: Option<f64>,
}

/// The most classes of which the five largest logits say nothing of interest.
const FEW_CLASSES: usize = 10;

/// Share of the `labels.len()` rows of `logits` (row-major, `classes` wide) whose largest entry is at the label.
///
/// The first of several equal entries counts as the largest, as in PyTorch.
pub fn accuracy(logits: &[f64], classes: usize, labels: &[u32]) -> f64 {
    hits(1, logits, classes, labels) as f64 / labels.len() as f64
}

/// The metrics of rows of logits (row-major, `classes` wide) whose mean loss is known. A row whose label is not below
/// `classes` does not count.
pub fn metrics_of(loss: f64, logits: &[f64], classes: usize, labels: &[u32]) -> Metrics {
    let rows = logits.chunks_exact(classes).zip(labels);
    let (rows, labels): (Vec<&[f64]>, Vec<u32>) = rows
        .filter(|(_, label)| (**label as usize) < classes)
        .unzip();
    let logits = rows.concat();
    let share = |k| hits(k, &logits, classes, &labels) as f64 / labels.len() as f64;
    Metrics {
        loss,
        accuracy: share(1),
        top5_accuracy: (classes > FEW_CLASSES).then(|| share(5)),
    }
}

/// The number of rows in which fewer than `k` entries come before the label's: the larger ones, and the equal ones of
/// lower index.
fn hits(k: usize, logits: &[f64], classes: usize, labels: &[u32]) -> usize {
    let before = |row: &[f64], label: usize| {
        let own = row[label];
        let earlier = row[..label].iter().filter(|&&z| z >= own).count();
        earlier + row[label + 1..].iter().filter(|&&z| z > own).count()
    };
    let rows = logits.chunks_exact(classes).zip(labels);
    rows.filter(|(row, label)| before(row, **label as usize) < k)
        .count()
}

/// Cross-entropy of one example in float64. The largest logit is taken off first, so that a small loss of large logits is not
/// lost in rounding.
fn example_loss(row: &[f64], label: usize) -> f64 {
    let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let log_sum: f64 = row.iter().map(|z| (z - top).exp()).sum::<f64>().ln();
    log_sum + (top - row[label])
}

/// Loss and accuracy of `net` over the whole of `source`, with running statistics and without autodiff.
///
/// The logits are computed on `device`, everything after them in float64 on the host.
pub fn evaluate(
    net: &Network,
    source: &dyn BatchSource,
    batch_size: usize,
    device: &Device,
) -> Result<Metrics, BatchError> {
    let metrics = evaluate_until(net, source, batch_size, device, &|| false)?;
    metrics.ok_or(BatchError::Empty { split: "evaluated" })
}

/// As [`evaluate`], but gives up with `None` once `stop` says so between two batches, or without examples.
pub(crate) fn evaluate_until(
    net: &Network,
    source: &dyn BatchSource,
    batch_size: usize,
    device: &Device,
    stop: &dyn Fn() -> bool,
) -> Result<Option<Metrics>, BatchError> {
    let (shape, classes) = (net.input(), net.classes());
    let mut forward = Forward::new(net, device);
    let (mut loss, mut first, mut five, mut count) = (0.0, 0, 0, 0usize);
    for batch in source.sequential(batch_size) {
        if stop() {
            return Ok(None);
        }
        let batch = batch?;
        batch.check(shape, classes)?;
        let HostBatch { images, labels } = batch;
        let logits = forward.logits(images, labels.len())?;
        let losses = logits
            .chunks_exact(classes)
            .zip(&labels)
            .map(|(row, &label)| example_loss(row, label as usize));
        loss += losses.sum::<f64>();
        first += hits(1, &logits, classes, &labels);
        if classes > FEW_CLASSES {
            five += hits(5, &logits, classes, &labels);
        }
        count += labels.len();
    }
    Ok((count > 0).then(|| Metrics {
        loss: loss / count as f64,
        accuracy: first as f64 / count as f64,
        top5_accuracy: (classes > FEW_CLASSES).then(|| five as f64 / count as f64),
    }))
}
