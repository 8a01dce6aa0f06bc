//! What holds for every balanced subset.

use hesscope_data::balanced_subset;
use proptest::prelude::*;
use std::collections::HashSet;

/// Labels in which every class occurs, their number of classes, and the size of the smallest class.
fn labelled() -> impl Strategy<Value = (Vec<u32>, usize, usize)> {
    prop::collection::vec(1usize..20, 1..8).prop_flat_map(|sizes| {
        let (classes, smallest) = (sizes.len(), sizes.iter().copied().min().unwrap_or(0));
        let labels: Vec<u32> = (0..)
            .zip(&sizes)
            .flat_map(|(label, &size)| vec![label; size])
            .collect();
        let shuffled = Just(labels).prop_shuffle();
        (shuffled, Just(classes), Just(smallest))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn balanced_distinct_stable_and_nested(
        (labels, classes, smallest) in labelled(),
        seed in any::<u64>(),
    ) {
        let largest = balanced_subset(&labels, classes, smallest, seed).unwrap();
        prop_assert_eq!(largest.len(), classes * smallest);
        prop_assert_eq!(largest.iter().collect::<HashSet<_>>().len(), largest.len());
        for (place, &index) in largest.iter().enumerate() {
            prop_assert_eq!(labels[index] as usize, place % classes);
        }
        for per_class in 1..=smallest {
            let subset = balanced_subset(&labels, classes, per_class, seed).unwrap();
            prop_assert_eq!(&subset[..], &largest[..classes * per_class]);
        }
        prop_assert!(balanced_subset(&labels, classes, smallest + 1, seed).is_err());
    }

    #[test]
    fn a_class_is_drawn_without_regard_to_the_others(seed in any::<u64>()) {
        let few: Vec<u32> = [vec![0; 30], vec![1; 5]].concat();
        let many: Vec<u32> = [vec![0; 30], vec![1; 50]].concat();
        let zeros = |labels: &[u32]| -> Vec<usize> {
            let subset = balanced_subset(labels, 2, 5, seed).unwrap();
            subset.into_iter().step_by(2).collect()
        };
        prop_assert_eq!(zeros(&few), zeros(&many));
    }
}

#[test]
fn every_example_is_as_likely_as_another() {
    let labels = vec![0; 10];
    let mut counts = [0u32; 10];
    for seed in 0..10_000 {
        for index in balanced_subset(&labels, 1, 3, seed).unwrap() {
            counts[index] += 1;
        }
    }
    // Five standard deviations of a binomial with 10,000 trials and probability 0.3.
    assert!(counts.iter().all(|&n| n.abs_diff(3000) < 230), "{counts:?}");
}
