//! What the logits of each row should have been.

use burn::tensor::TensorData;

use super::of_row::Loss;
use crate::error::HvpError;

/// The class of a row that does not count.
pub const IGNORED: u32 = u32::MAX;

/// The targets of some rows.
#[derive(Clone, Debug)]
pub enum Targets {
    /// A class below C for each row, or [`IGNORED`].
    Classes(Vec<u32>),
    /// C numbers for each row, [rows, C] row-major: probabilities, values, or numbers in [0, 1], as
    /// the loss wants.
    Values(TensorData),
}

/// The sum of probabilities is taken for one where it is this near, as it is where float32 holds them.
const SUM: f64 = 1e-4;

impl Targets {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Targets::Classes(classes) => classes.len(),
            Targets::Values(values) => {
                let shape = values.shape().to_vec();
                match shape.split_last() {
                    Some((_, rows)) => rows.iter().product(),
                    None => 0,
                }
            }
        }
    }

    /// Whether a row's target says itself that the row does not count.
    pub(crate) fn ignores(&self, row: usize) -> bool {
        matches!(self, Targets::Classes(classes) if classes[row] == IGNORED)
    }

    /// The targets [rows, C] that a loss is computed with, row-major; zeros, whatever was given, where
    /// a row does not count.
    ///
    /// # Errors
    ///
    /// When a class is not below C, or the values are not C for each row or not what the loss takes.
    pub(crate) fn dense(
        &self,
        loss: Loss,
        classes: usize,
        counted: &[bool],
    ) -> Result<Vec<f64>, HvpError> {
        let mut dense = match self {
            Targets::Classes(labels) => one_hot(labels, loss, classes, counted)?,
            Targets::Values(values) => checked(values, loss, classes, counted)?,
        };
        if let Loss::CrossEntropy { label_smoothing } = loss
            && label_smoothing != 0.0
        {
            let even = label_smoothing / classes as f64;
            for target in &mut dense {
                *target = (1.0 - label_smoothing) * *target + even;
            }
        }
        Ok(dense)
    }
}

fn one_hot(
    labels: &[u32],
    loss: Loss,
    classes: usize,
    counted: &[bool],
) -> Result<Vec<f64>, HvpError> {
    if loss == Loss::BinaryCrossEntropy {
        return Err(HvpError::Input(format!(
            "the targets are classes but the loss is {}: give numbers in [0, 1] of shape \
             [rows, {classes}] as Targets::Values",
            loss.name()
        )));
    }
    let mut dense = vec![0.0; labels.len() * classes];
    for (row, (&label, _)) in labels
        .iter()
        .zip(counted)
        .enumerate()
        .filter(|(_, (_, counted))| **counted)
    {
        if label as usize >= classes {
            return Err(HvpError::Input(format!(
                "a label is {label} but the network tells {classes} classes apart: labels must be \
                 below {classes}"
            )));
        }
        dense[row * classes + label as usize] = 1.0;
    }
    Ok(dense)
}

fn checked(
    values: &TensorData,
    loss: Loss,
    classes: usize,
    counted: &[bool],
) -> Result<Vec<f64>, HvpError> {
    let shape = values.shape().to_vec();
    if shape.last() != Some(&classes) {
        return Err(HvpError::Input(format!(
            "the targets have shape {shape:?} but the network gives {classes} logits a row: give \
             targets of shape [rows, {classes}]"
        )));
    }
    let mut dense: Vec<f64> = values.iter::<f64>().collect();
    for (row, &counted) in dense.chunks_mut(classes).zip(counted) {
        if !counted {
            row.fill(0.0);
        } else if let Some(wanted) = unfit(row, loss) {
            return Err(HvpError::Input(format!(
                "a target of {} is not {wanted}: correct the targets",
                loss.name()
            )));
        } else if matches!(loss, Loss::CrossEntropy { .. }) {
            let total: f64 = row.iter().sum();
            row.iter_mut().for_each(|q| *q /= total);
        }
    }
    Ok(dense)
}

/// What a row should be for a loss where it is not; every comparison is one that a NaN fails.
fn unfit(row: &[f64], loss: Loss) -> Option<&'static str> {
    let (fits, wanted) = match loss {
        Loss::CrossEntropy { .. } => (
            row.iter().all(|&q| q >= 0.0) && (row.iter().sum::<f64>() - 1.0).abs() <= SUM,
            "a list of probabilities that sum to one",
        ),
        Loss::MeanSquaredError => (row.iter().all(|q| q.is_finite()), "finite"),
        Loss::BinaryCrossEntropy => (
            row.iter().all(|q| (0.0..=1.0).contains(q)),
            "between 0 and 1",
        ),
    };
    (!fits).then_some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dense(targets: &Targets, loss: Loss, classes: usize) -> Vec<f64> {
        let counted: Vec<bool> = (0..targets.rows())
            .map(|row| !targets.ignores(row))
            .collect();
        targets.dense(loss, classes, &counted).expect("targets")
    }

    fn smoothed(label_smoothing: f64) -> Loss {
        Loss::CrossEntropy { label_smoothing }
    }

    fn values(numbers: &[f64], shape: &[usize]) -> Targets {
        Targets::Values(TensorData::new(numbers.to_vec(), shape.to_vec()))
    }

    #[track_caller]
    fn refused(targets: &Targets, loss: Loss, classes: usize, words: &str) {
        let counted: Vec<bool> = (0..targets.rows())
            .map(|row| !targets.ignores(row))
            .collect();
        let error = targets
            .dense(loss, classes, &counted)
            .expect_err("refused")
            .to_string();
        assert!(error.contains(words), "{error}");
    }

    #[test]
    fn classes_become_one_hot_rows() {
        let targets = Targets::Classes(vec![2, IGNORED, 0]);
        assert_eq!(targets.rows(), 3);
        for loss in [smoothed(0.0), Loss::MeanSquaredError] {
            assert_eq!(
                dense(&targets, loss, 3),
                [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]
            );
        }
        refused(&targets, smoothed(0.0), 2, "a label is 2");
        refused(&targets, Loss::BinaryCrossEntropy, 3, "shape [rows, 3]");
    }

    #[test]
    fn smoothing_spreads_a_share_evenly() {
        let one = Targets::Classes(vec![1]);
        assert_eq!(
            dense(&one, smoothed(0.25), 4),
            [0.0625, 0.8125, 0.0625, 0.0625]
        );
        let soft = values(&[0.5, 0.25, 0.25, 0.0], &[1, 4]);
        assert_eq!(dense(&soft, smoothed(0.5), 4), [0.375, 0.25, 0.25, 0.125]);
    }

    #[test]
    fn probabilities_are_made_to_sum_to_one() {
        let soft = values(&[0.5, 0.500_05, 0.25, 0.75], &[2, 2]);
        assert_eq!(soft.rows(), 2);
        let dense = dense(&soft, smoothed(0.0), 2);
        assert!((dense[0] - 0.5 / 1.000_05).abs() < 1e-15);
        assert!((dense[1] - 0.500_05 / 1.000_05).abs() < 1e-15);
        assert_eq!(dense[2..], [0.25, 0.75]);
    }

    #[test]
    fn values_a_loss_does_not_take_are_refused() {
        let sum = "probabilities that sum to one";
        refused(&values(&[0.5, 0.6], &[1, 2]), smoothed(0.0), 2, sum);
        refused(&values(&[1.5, -0.5], &[1, 2]), smoothed(0.0), 2, sum);
        refused(&values(&[f64::NAN, 0.5], &[1, 2]), smoothed(0.0), 2, sum);
        refused(&values(&[0.5; 4], &[4]), smoothed(0.0), 2, "shape [4]");
        refused(
            &values(&[0.5; 3], &[1, 3]),
            smoothed(0.0),
            2,
            "shape [1, 3]",
        );
        let infinite = values(&[0.0, f64::INFINITY], &[2, 1]);
        refused(&infinite, Loss::MeanSquaredError, 1, "finite");
        for outside in [-0.1, 1.1, f64::NAN] {
            let outside = values(&[0.0, outside], &[2, 1]);
            refused(&outside, Loss::BinaryCrossEntropy, 1, "between 0 and 1");
        }
        let binary = values(&[0.0, 1.0, 0.5], &[3, 1]);
        assert_eq!(dense(&binary, Loss::BinaryCrossEntropy, 1), [0.0, 1.0, 0.5]);
        let any = values(&[-3.0, 7.5], &[1, 2]);
        assert_eq!(dense(&any, Loss::MeanSquaredError, 2), [-3.0, 7.5]);
    }

    #[test]
    fn rows_that_do_not_count_may_hold_anything() {
        let numbers = values(&[f64::NAN, 3.0, 0.25, 0.75], &[2, 2]);
        let counted = [false, true];
        for loss in [
            smoothed(0.0),
            Loss::MeanSquaredError,
            Loss::BinaryCrossEntropy,
        ] {
            let dense = numbers.dense(loss, 2, &counted).expect("targets");
            assert_eq!(dense, [0.0, 0.0, 0.25, 0.75]);
        }
        let labels = Targets::Classes(vec![7, 1]);
        let dense = labels.dense(smoothed(0.0), 2, &counted).expect("targets");
        assert_eq!(dense, [0.0, 0.0, 0.0, 1.0]);
        assert!(!numbers.ignores(0) && !labels.ignores(0));
        assert!(Targets::Classes(vec![0, IGNORED]).ignores(1));
    }
}
