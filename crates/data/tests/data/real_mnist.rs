//! The real MNIST, where it is at hand.

use crate::files::{in_memory, real_mnist};
use hesscope_data::Images;
use hesscope_data::{DatasetName, DatasetSpec, Split, load};

/// Mean and standard deviation of the 28x28 pixels inside the padding.
fn inner_mean_and_std(split: &Split) -> (f64, f64) {
    let (mut sum, mut squares) = (0.0, 0.0);
    for row in (0..split.len()).flat_map(|index| split.image(index).chunks(32).skip(2).take(28)) {
        for &value in &row[2..30] {
            sum += f64::from(value);
            squares += f64::from(value).powi(2);
        }
    }
    let count = (split.len() * 28 * 28) as f64;
    let mean = sum / count;
    (mean, (squares / count - mean * mean).sqrt())
}

fn border_is_background(split: &Split) -> bool {
    let background = -0.1307 / 0.3081;
    (0..split.len()).all(|index| {
        split.image(index).iter().enumerate().all(|(place, value)| {
            let inside = (2..30).contains(&(place / 32)) && (2..30).contains(&(place % 32));
            inside || (value - background).abs() < 1e-6
        })
    })
}

#[test]
fn all_of_it() {
    let Some(dir) = real_mnist() else { return };
    let spec = DatasetSpec {
        data_dir: Some(dir),
        ..DatasetSpec::new(DatasetName::MNIST)
    };
    let data = load(&spec).unwrap();
    assert_eq!((data.train.len(), data.test.len()), (60_000, 10_000));
    assert_eq!(
        data.train.class_counts(),
        [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    );
    assert_eq!(
        data.test.class_counts(),
        [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    );
    // The best-known first labels of either file.
    assert_eq!(data.train.labels()[..8], [5, 0, 4, 1, 9, 2, 1, 3]);
    assert_eq!(data.test.labels()[..8], [7, 2, 1, 0, 4, 1, 4, 9]);
    let (train, test) = (in_memory(&data.train), in_memory(&data.test));
    assert!(border_is_background(&train) && border_is_background(&test));

    // The constants are the training split's own statistics, rounded to four digits.
    let (mean, std) = inner_mean_and_std(&train);
    assert!(
        mean.abs() < 3e-4 && (std - 1.0).abs() < 3e-4,
        "{mean} {std}"
    );
    let (mean, std) = inner_mean_and_std(&test);
    assert!(
        mean.abs() < 0.02 && (std - 1.0).abs() < 0.02,
        "{mean} {std}"
    );
}

#[test]
fn a_balanced_part_of_it() {
    let Some(dir) = real_mnist() else { return };
    // The parent folder does as well.
    let spec = DatasetSpec {
        data_dir: dir.parent().map(Into::into),
        train_per_class: Some(136.into()),
        test_per_class: Some(50.into()),
        seed: 1,
        ..DatasetSpec::new(DatasetName::MNIST)
    };
    let data = load(&spec).unwrap();
    assert_eq!(data.train.class_counts(), [136; 10]);
    assert_eq!(data.test.class_counts(), [50; 10]);
    // Worked out once by another program from the files, the seed and the written-down order.
    assert_eq!(
        data.train.fingerprint().unwrap(),
        "784943aa02b5c2823ea453058420318521be8bf085370c2606a6362e9026c9e9"
    );
    let error = load(&DatasetSpec {
        train_per_class: Some(5422.into()),
        ..spec
    });
    assert_eq!(
        error.unwrap_err().to_string(),
        "train_per_class is 5422, but class 5 has only 5421 examples: ask for at most 5421"
    );
}
