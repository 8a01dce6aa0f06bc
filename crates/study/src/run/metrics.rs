//! `metrics.jsonl`: the metrics of a training, a sealed line an epoch, written from the history that the checkpoint holds.

use hesscope_files::sealed::seal_json_line;
use hesscope_models::{EpochMetrics, Metrics};
use hesscope_records::{EpochRecord, SplitRecord};
use serde::Serialize;

/// Its name.
pub const METRICS: &str = "metrics.jsonl";

/// The line of an epoch.
pub fn record(metrics: &EpochMetrics) -> EpochRecord {
    EpochRecord {
        epoch: metrics.epoch,
        learning_rate: metrics.learning_rate,
        running_loss: metrics.running_loss,
        train: metrics.train.map(split),
        test: metrics.test.map(split),
    }
}

/// A split's metrics for the record.
pub fn split(metrics: Metrics) -> SplitRecord {
    SplitRecord {
        loss: metrics.loss,
        accuracy: metrics.accuracy,
        top5_accuracy: metrics.top5_accuracy,
    }
}

/// Records as sealed lines.
pub fn lines<T: Serialize>(records: &[T]) -> std::io::Result<Vec<u8>> {
    let mut text = String::new();
    for record in records {
        text += &seal_json_line(record)?;
        text.push('\n');
    }
    Ok(text.into_bytes())
}
