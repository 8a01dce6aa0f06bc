//! Class means made up.

use hesscope_records::{
    ClassMeans, ClassMeansSettings, MeanGrouping, MeanPoint, MeanScores, MeanSelection, Origin,
};
use hesscope_spectral::PermutationTest;

use crate::synthetic;

/// Three classes, their means about three corners; the labels of the last are not numbers.
pub fn means() -> ClassMeans {
    let classes = 3;
    let mut points = Vec::new();
    let mut add = |class: usize, other: Option<usize>| {
        let shift = other.map_or(0.0, |other| 0.1 * (other + 1) as f64);
        let at = [class as f64 + shift, (class * class) as f64 - shift];
        points.push(MeanPoint {
            class,
            other,
            weight: 1.5,
            norm: at[0].hypot(at[1]),
            tsne: at,
            mds: [at[1], at[0]],
        });
    };
    (0..classes).for_each(|class| add(class, None));
    (0..classes).for_each(|class| (0..classes).for_each(|other| add(class, Some(other))));
    let inner = |a: &MeanPoint, b: &MeanPoint| a.tsne[0] * b.tsne[0] + a.tsne[1] * b.tsne[1];
    let gram = points
        .iter()
        .enumerate()
        .flat_map(|(i, a)| points[..=i].iter().map(move |b| inner(a, b)))
        .collect();
    let test = |value: f64, p_value: f64| PermutationTest {
        value,
        null_mean: -0.1,
        null_standard_deviation: 0.02,
        p_value,
        permutations: 999,
    };
    let scores = |among, by, value| MeanScores {
        among,
        by,
        points: 9,
        groups: classes,
        silhouette: test(value, 0.001),
        rand: test(value, 0.002),
        purity: test(value, 0.003),
        neighbours: 2,
    };
    let settings = ClassMeansSettings {
        subject: synthetic::subject(),
        classes: (0..classes).collect(),
        perplexity: 3.0,
        starts: 10,
        permutations: 999,
        seed: 0,
    };
    ClassMeans {
        origin: Origin {
            key: "0123456789abcdef".repeat(4),
            ..synthetic::origin(&settings)
        },
        settings,
        dimension: 1000,
        examples: 408,
        class_names: ["0", "1", "cat & dog"].map(str::to_owned).to_vec(),
        loss: 0.1,
        accuracy: 0.9876,
        points,
        gram,
        kl_divergence: 0.25,
        kl_divergences: vec![0.25, 0.3],
        mds_shares: [0.6, 0.3],
        scores: vec![
            scores(MeanSelection::WithoutOwn, MeanGrouping::Class, 0.61),
            scores(MeanSelection::CrossOnly, MeanGrouping::Class, 0.31),
            scores(MeanSelection::CrossOnly, MeanGrouping::Other, 0.42),
        ],
        tsne_scores: vec![scores(MeanSelection::WithoutOwn, MeanGrouping::Class, 0.7)],
    }
}
