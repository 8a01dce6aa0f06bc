//! Labels replaced by wrong ones.

use crate::setting_error::SettingError;
use crate::stream::Stream;

/// Gives `round(share * n)` of the `n` examples, chosen at random, another class, each drawn uniformly from the
/// others.
///
/// A pure function of its arguments. What a smaller share changes, a larger one changes in the same way.
pub(crate) fn replace(
    labels: &mut [u32],
    classes: usize,
    share: f64,
    seed: u64,
) -> Result<(), SettingError> {
    let count = (share * labels.len() as f64).round() as usize;
    if count == 0 {
        return Ok(());
    }
    if classes < 2 {
        return Err(SettingError::LabelNoiseOneClass);
    }
    let classes = classes as u64;
    let mut order: Vec<usize> = (0..labels.len()).collect();
    Stream::new("label noise: examples", &[seed]).draw_to_front(&mut order, count);
    let mut random = Stream::new("label noise: labels", &[seed]);
    for &index in order.iter().take(count) {
        let other = 1 + random.below(classes - 1);
        labels[index] = ((u64::from(labels[index]) + other) % classes) as u32;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn noisy(len: u32, classes: u32, share: f64, seed: u64) -> Vec<u32> {
        let mut labels: Vec<u32> = (0..len).map(|index| index % classes).collect();
        replace(&mut labels, classes as usize, share, seed).unwrap();
        labels
    }

    #[test]
    fn one_case_is_pinned() {
        assert_eq!(noisy(12, 4, 0.25, 3), PINNED);
    }

    const PINNED: [u32; 12] = [0, 1, 1, 0, 0, 1, 2, 3, 2, 1, 2, 3];

    #[test]
    fn the_new_class_is_uniform_among_the_others() {
        let labels = noisy(60_000, 4, 1.0, 0);
        let mut counts = [[0u32; 4]; 4];
        for (index, &label) in labels.iter().enumerate() {
            counts[index % 4][label as usize] += 1;
        }
        for (class, counts) in counts.iter().enumerate() {
            assert_eq!(counts[class], 0);
            // Five standard deviations of a binomial with 15,000 trials and probability 1/3.
            let others = counts
                .iter()
                .enumerate()
                .filter(|&(other, _)| other != class);
            assert!(
                others.into_iter().all(|(_, &n)| n.abs_diff(5000) < 289),
                "{counts:?}"
            );
        }
    }

    #[test]
    fn a_single_class_has_no_other() {
        let error = replace(&mut [0, 0], 1, 0.5, 0).unwrap_err();
        assert!(matches!(error, SettingError::LabelNoiseOneClass));
        replace(&mut [0, 0], 1, 0.1, 0).unwrap();
    }
}
