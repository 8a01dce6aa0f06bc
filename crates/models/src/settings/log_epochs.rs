//! Epochs spaced logarithmically.

/// `count` distinct epochs from 1 to `last`, spaced logarithmically; all of them where there are no more than `count`.
///
/// The i-th (from 0) is `last^(i / (count - 1))` rounded, or the one before it plus 1 where that is larger: among the first
/// epochs there are not enough whole numbers. A single one is the last.
pub fn log_epochs(count: usize, last: usize) -> Vec<usize> {
    if last <= count {
        return (1..=last).collect();
    }
    let mut epochs: Vec<usize> = Vec::with_capacity(count);
    for i in 0..count {
        let exponent = match count {
            1 => 1.0,
            _ => i as f64 / (count - 1) as f64,
        };
        let wanted = (last as f64).powf(exponent).round() as usize;
        let least = epochs.last().map_or(1, |&before| before + 1);
        // The largest epoch that leaves one to each of the others: rounding never comes near it, except at the end.
        epochs.push(wanted.clamp(least, last + 1 + i - count));
    }
    epochs
}

#[cfg(test)]
mod tests {
    use super::log_epochs;

    #[test]
    fn they_are_those_of_the_formula() {
        // 10^(0, 1/2, 1); 1000^(i / 6) = 1, 3.16, 10, 31.6, 100, 316, 1000; 2^i.
        assert_eq!(log_epochs(3, 10), [1, 3, 10]);
        assert_eq!(log_epochs(7, 1000), [1, 3, 10, 32, 100, 316, 1000]);
        assert_eq!(log_epochs(9, 256), [1, 2, 4, 8, 16, 32, 64, 128, 256]);
        // 10^(i / 8) = 1, 1.33, 1.78, 2.37, 3.16, 4.22, 5.62, 7.50, 10 has too few whole numbers at its start.
        assert_eq!(log_epochs(9, 10), [1, 2, 3, 4, 5, 6, 7, 8, 10]);
        assert_eq!(log_epochs(1, 20), [20]);
        assert_eq!(log_epochs(5, 3), [1, 2, 3]);
        assert!(log_epochs(5, 0).is_empty() && log_epochs(0, 5).is_empty());
    }

    #[test]
    fn they_always_rise_from_the_first_to_the_last() {
        for last in 1..300 {
            for count in 2..60 {
                let epochs = log_epochs(count, last);
                assert_eq!(epochs.len(), count.min(last), "{count} of {last}");
                assert!(epochs.windows(2).all(|pair| pair[0] < pair[1]));
                assert_eq!((epochs[0], epochs[epochs.len() - 1]), (1, last));
            }
        }
    }
}
