//! Distances, t-SNE, classical scaling and clustering, against closed cases and against scikit-learn and SciPy
//! (`tests/peers/embedding_fixtures.py` makes the fixture).
#![allow(clippy::unwrap_used)]

mod common;

use common::gaussian;
use faer::Mat;
use hesscope_spectral::{
    Distances, Linkage, PermutationOptions, SpectralError, TsneOptions, adjusted_rand_index,
    classical_mds, hierarchical_clustering, kl_divergence, neighbour_purity, neighbour_purity_test,
    rand_test, silhouette, silhouette_test, tsne,
};
use serde_json::Value;

/// Distances of the rows of a matrix.
fn distances_of(points: &Mat<f64>) -> Distances {
    let n = points.nrows();
    Distances::new(
        Mat::from_fn(n, n, |i, j| {
            (0..points.ncols())
                .map(|k| (points[(i, k)] - points[(j, k)]).powi(2))
                .sum::<f64>()
                .sqrt()
        })
        .as_ref(),
    )
    .unwrap()
}

struct Case {
    name: String,
    record: Value,
    distances: Distances,
    labels: Vec<usize>,
}

impl Case {
    fn number(&self, key: &str) -> f64 {
        self.record[key].as_f64().unwrap()
    }

    fn count(&self, key: &str) -> usize {
        self.record[key].as_u64().unwrap() as usize
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|x| x.as_f64().unwrap())
        .collect()
}

fn labels(value: &Value) -> Vec<usize> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|x| x.as_u64().unwrap() as usize)
        .collect()
}

fn cases() -> Vec<Case> {
    let file: Value = serde_json::from_str(include_str!("fixtures/embedding.json")).unwrap();
    let cases: Vec<Case> = file["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| {
            let rows: Vec<_> = record["points"]
                .as_array()
                .unwrap()
                .iter()
                .map(numbers)
                .collect();
            let points = Mat::from_fn(rows.len(), rows[0].len(), |i, j| rows[i][j]);
            Case {
                name: record["name"].as_str().unwrap().to_owned(),
                record: record.clone(),
                distances: distances_of(&points),
                labels: labels(&record["labels"]),
            }
        })
        .collect();
    assert_eq!(cases.len(), 4);
    cases
}

#[test]
fn divergence_is_that_of_scikit_learn() {
    for case in cases() {
        let pairs: Vec<_> = case.record["embedding"]
            .as_array()
            .unwrap()
            .iter()
            .map(numbers)
            .collect();
        let embedding: Vec<[f64; 2]> = pairs.iter().map(|y| [y[0], y[1]]).collect();
        let ours = kl_divergence(&case.distances, case.number("perplexity"), &embedding).unwrap();
        let error = |key: &str| (ours / case.number(key) - 1.0).abs();
        println!(
            "{}: {ours:.9}, off the definition by {:.1e}, off scikit-learn's function by {:.1e}, its attribute by {:.1e}",
            case.name,
            error("exact_kl_of_embedding"),
            error("sklearn_kl_of_embedding"),
            error("sklearn_kl_attribute"),
        );
        assert!(error("exact_kl_of_embedding") < 1e-9, "{}", case.name);
        // The attribute `kl_divergence_` is of the iterate before the last step, so its function is compared with.
        assert!(error("sklearn_kl_of_embedding") < 1e-6, "{}", case.name);
    }
}

#[test]
fn optimum_is_as_good_as_scikit_learns() {
    for case in cases() {
        let options = TsneOptions {
            perplexity: case.number("perplexity"),
            // The largest case takes most of the time; eight of its starts come to it.
            starts: 8,
            ..TsneOptions::default()
        };
        let result = tsne(&case.distances, &options).unwrap();
        let theirs = case.number("sklearn_kl_of_embedding");
        println!(
            "{}: {:.6} against {theirs:.6}; {:.4?}",
            case.name, result.kl_divergence, result.kl_divergences
        );
        assert!(result.kl_divergence < 1.03 * theirs, "{}", case.name);
        let again = kl_divergence(&case.distances, options.perplexity, &result.embedding).unwrap();
        assert_eq!(again, result.kl_divergence);
        for perplexity in &result.perplexities {
            assert!((perplexity / options.perplexity - 1.0).abs() < 1e-10);
        }
        let least = result
            .kl_divergences
            .iter()
            .copied()
            .fold(f64::INFINITY, f64::min);
        assert_eq!(least, result.kl_divergence);
    }
}

#[test]
fn tsne_gives_the_same_bits_on_any_number_of_threads() {
    let distances = distances_of(&gaussian(40, 3, 1));
    let options = TsneOptions {
        perplexity: 8.0,
        starts: 2,
        seed: 7,
        iterations: 400,
        ..TsneOptions::default()
    };
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| tsne(&distances, &options).unwrap())
    };
    let one = on(1);
    assert_eq!(one, on(1));
    assert_eq!(one, on(3));
    let other = tsne(&distances, &TsneOptions { seed: 8, ..options }).unwrap();
    assert_ne!(one.embedding, other.embedding);
}

#[test]
fn tsne_does_not_depend_on_the_unit_of_distance() {
    let points = gaussian(30, 3, 2);
    let options = TsneOptions {
        perplexity: 6.0,
        ..TsneOptions::default()
    };
    let result = tsne(&distances_of(&points), &options).unwrap();
    // Powers of two, so that the distances are the same to the bit.
    for scale in [2.0_f64.powi(-60), 2.0_f64.powi(60)] {
        let scaled = Mat::from_fn(30, 3, |i, j| points[(i, j)] * scale);
        assert_eq!(tsne(&distances_of(&scaled), &options).unwrap(), result);
    }
}

#[test]
fn coinciding_points_keep_their_perplexity() {
    // Twelve points at one place and eight far off: perplexity 4 is out of reach of the twelve, which have 11 neighbours
    // at distance zero.
    let points = Mat::from_fn(20, 1, |i, _| if i < 12 { 0.0 } else { i as f64 });
    let options = TsneOptions {
        perplexity: 4.0,
        ..TsneOptions::default()
    };
    let result = tsne(&distances_of(&points), &options).unwrap();
    for (i, perplexity) in result.perplexities.iter().enumerate() {
        if i < 12 {
            assert!((perplexity - 11.0).abs() < 1e-9, "{perplexity}");
        } else {
            assert!(
                (10.99..11.01).contains(perplexity) || (perplexity - 4.0).abs() < 1e-9,
                "{i}: {perplexity}"
            );
        }
    }
}

#[test]
fn classical_scaling_gives_points_back() {
    let points = gaussian(25, 3, 3);
    let distances = distances_of(&points);
    let result = classical_mds(&distances, 3).unwrap();
    let again = distances_of(&result.coordinates);
    for i in 0..25 {
        for j in 0..25 {
            assert!((again.row(i)[j] - distances.row(i)[j]).abs() < 1e-12);
        }
    }
    assert!((result.shares.iter().sum::<f64>() - 1.0).abs() < 1e-13);
    assert!(result.negative_share < 1e-13);
    assert!(result.eigenvalues[3..].iter().all(|v| v.abs() < 1e-12));
    assert!(result.eigenvalues.is_sorted_by(|a, b| a >= b));
}

#[test]
fn classical_scaling_of_closed_cases() {
    // A regular simplex: B = (I - 1 1^T / n) / 2, so n - 1 eigenvalues of 1/2.
    let simplex =
        Distances::new(Mat::from_fn(5, 5, |i, j| f64::from(u8::from(i != j))).as_ref()).unwrap();
    let result = classical_mds(&simplex, 2).unwrap();
    for (k, value) in result.eigenvalues.iter().enumerate() {
        assert!((value - if k < 4 { 0.5 } else { 0.0 }).abs() < 1e-14);
    }
    assert!(
        result
            .shares
            .iter()
            .all(|share| (share - 0.25).abs() < 1e-14)
    );

    // Four points on a circle of circumference 4 by arc length: squared distances 1, 4, 1, so B is the circulant matrix
    // of (3/4, 1/4, -5/4, 1/4) with eigenvalues 0, 2, 0 - 1/2 - 1/2, 2: -1 for the alternating vector.
    let arc = |i: usize, j: usize| {
        let d = i.abs_diff(j);
        d.min(4 - d) as f64
    };
    let circle = Distances::new(Mat::from_fn(4, 4, arc).as_ref()).unwrap();
    let result = classical_mds(&circle, 3).unwrap();
    for (value, expected) in result.eigenvalues.iter().zip([2.0, 2.0, 0.0, -1.0]) {
        assert!((value - expected).abs() < 1e-14, "{:?}", result.eigenvalues);
    }
    assert!((result.negative_share - 0.2).abs() < 1e-14);
    assert!((result.shares[0] - 0.4).abs() < 1e-14);
}

#[test]
fn distances_from_a_gram_matrix() {
    let points = gaussian(12, 4, 4);
    let direct = distances_of(&points);
    let gram = &points * points.transpose();
    let ours = Distances::from_gram(gram.as_ref()).unwrap();
    for i in 0..12 {
        for j in 0..12 {
            assert!((ours.row(i)[j] - direct.row(i)[j]).abs() < 1e-13);
        }
    }
    assert_eq!(ours.condensed().len(), 66);
    assert_eq!(ours.condensed()[11], ours.row(1)[2]);
    // Rounding makes 1 + 1 - 2 (1 + eps) negative: zero, not NaN.
    let clipped = faer::mat![[1.0, 1.0 + f64::EPSILON], [1.0 + f64::EPSILON, 1.0]];
    assert_eq!(
        Distances::from_gram(clipped.as_ref()).unwrap().condensed(),
        [0.0]
    );
    let wrong = faer::mat![[1.0, 2.0], [2.0, 1.0]];
    assert!(matches!(
        Distances::from_gram(wrong.as_ref()),
        Err(SpectralError::InvalidOption { option: "gram", .. })
    ));
}

#[test]
fn matrices_that_are_not_distances_are_refused() {
    let refused = |matrix: Mat<f64>| Distances::new(matrix.as_ref()).unwrap_err().to_string();
    assert!(refused(faer::mat![[0.0, -1.0], [-1.0, 0.0]]).contains("negative"));
    assert!(refused(faer::mat![[0.0, 1.0], [1.0, 0.5]]).contains("diagonal"));
    assert!(refused(faer::mat![[0.0, f64::NAN], [1.0, 0.0]]).contains("finite"));
    assert!(refused(faer::mat![[0.0, 1.0], [2.0, 0.0]]).contains("symmetric"));
    assert!(refused(Mat::zeros(2, 3)).contains("columns"));
}

#[test]
fn options_out_of_range_are_refused() {
    let distances = distances_of(&gaussian(10, 2, 5));
    let refused = |options: TsneOptions| tsne(&distances, &options).unwrap_err().to_string();
    let good = TsneOptions {
        perplexity: 3.0,
        ..TsneOptions::default()
    };
    assert!(
        refused(TsneOptions {
            perplexity: 9.0,
            ..good
        })
        .contains("`perplexity`")
    );
    assert!(
        refused(TsneOptions {
            perplexity: f64::NAN,
            ..good
        })
        .contains("`perplexity`")
    );
    assert!(refused(TsneOptions { starts: 0, ..good }).contains("`starts`"));
    assert!(
        refused(TsneOptions {
            iterations: 10,
            ..good
        })
        .contains("`exaggerated_iterations`")
    );
    assert!(
        refused(TsneOptions {
            learning_rate: Some(0.0),
            ..good
        })
        .contains("`learning_rate`")
    );
    assert!(
        refused(TsneOptions {
            learning_rate: Some(1e300),
            ..good
        })
        .contains("`learning_rate`")
    );
    assert!(classical_mds(&distances, 11).is_err());
    assert!(silhouette(&distances, &[0; 10]).is_err());
    assert!(silhouette(&distances, &[0, 1]).is_err());
    assert!(neighbour_purity(&distances, &[0; 10], 10).is_err());
    assert!(adjusted_rand_index(&[0, 1], &[0]).is_err());
    assert!(
        hierarchical_clustering(&distances, Linkage::Ward)
            .unwrap()
            .cut(11)
            .is_err()
    );
}

#[test]
fn clustering_is_that_of_scipy() {
    let linkages = [
        ("average", Linkage::Average),
        ("ward", Linkage::Ward),
        ("complete", Linkage::Complete),
        ("single", Linkage::Single),
    ];
    for case in cases() {
        for (name, linkage) in linkages {
            let theirs = &case.record["linkage"][name];
            let tree = hierarchical_clustering(&case.distances, linkage).unwrap();
            let heights = numbers(&theirs["heights"]);
            assert_eq!(tree.merges().len(), heights.len());
            for (merge, height) in tree.merges().iter().zip(&heights) {
                assert!(
                    (merge.height - height).abs() <= 1e-12 * height,
                    "{} {name}",
                    case.name
                );
            }
            assert_eq!(tree.merges().last().unwrap().size, tree.points());
            let cut = tree.cut(case.count("clusters")).unwrap();
            let same = adjusted_rand_index(&cut, &labels(&theirs["cut"])).unwrap();
            assert_eq!(same, 1.0, "{} {name}", case.name);
            let rand = adjusted_rand_index(&cut, &case.labels).unwrap();
            assert!(
                (rand - theirs["rand"].as_f64().unwrap()).abs() < 1e-13,
                "{} {name}",
                case.name
            );
        }
    }
}

#[test]
fn cuts_of_a_line() {
    // 0, 1, 10, 11, 100.
    let places = [10.0, 0.0, 11.0, 100.0, 1.0];
    let line = distances_of(&Mat::from_fn(5, 1, |i, _| places[i]));
    let tree = hierarchical_clustering(&line, Linkage::Single).unwrap();
    let heights: Vec<f64> = tree.merges().iter().map(|merge| merge.height).collect();
    assert_eq!(heights, [1.0, 1.0, 9.0, 89.0]);
    assert_eq!(tree.cut(5).unwrap(), [0, 1, 2, 3, 4]);
    assert_eq!(tree.cut(3).unwrap(), [0, 1, 0, 2, 1]);
    assert_eq!(tree.cut(2).unwrap(), [0, 0, 0, 1, 0]);
    assert_eq!(tree.cut(1).unwrap(), [0; 5]);
    let single = Distances::new(Mat::<f64>::zeros(1, 1).as_ref()).unwrap();
    assert_eq!(
        hierarchical_clustering(&single, Linkage::Average)
            .unwrap()
            .cut(1)
            .unwrap(),
        [0]
    );
}

#[test]
fn scores_are_those_of_scikit_learn() {
    for case in cases() {
        let ours = silhouette(&case.distances, &case.labels).unwrap();
        assert!(
            (ours - case.number("silhouette")).abs() < 1e-12,
            "{}",
            case.name
        );
        let purity =
            neighbour_purity(&case.distances, &case.labels, case.count("neighbours")).unwrap();
        assert!(
            (purity - case.number("purity")).abs() < 1e-14,
            "{}",
            case.name
        );
    }
}

#[test]
fn permutation_tests_tell_structure_from_none() {
    let options = PermutationOptions {
        permutations: 199,
        seed: 1,
    };
    let case = cases().remove(0);
    let cut = hierarchical_clustering(&case.distances, Linkage::Ward)
        .unwrap()
        .cut(3)
        .unwrap();
    for test in [
        silhouette_test(&case.distances, &case.labels, &options).unwrap(),
        neighbour_purity_test(&case.distances, &case.labels, 5, &options).unwrap(),
        rand_test(&cut, &case.labels, &options).unwrap(),
    ] {
        assert_eq!(test.p_value, 1.0 / 200.0);
        assert!(test.value > test.null_mean + 5.0 * test.null_standard_deviation);
    }
    // The shuffled index has mean zero, and the shuffled purity that of a pair drawn at random.
    let many = PermutationOptions {
        permutations: 4000,
        seed: 2,
    };
    let rand = rand_test(&cut, &case.labels, &many).unwrap();
    let error = |sd: f64| 4.0 * sd / 4000.0_f64.sqrt();
    assert!(rand.null_mean.abs() < error(rand.null_standard_deviation));
    let purity = neighbour_purity_test(&case.distances, &case.labels, 5, &many).unwrap();
    let pairs = (8.0 * 7.0 + 10.0 * 9.0 + 12.0 * 11.0) / (30.0 * 29.0);
    assert!((purity.null_mean - pairs).abs() < error(purity.null_standard_deviation));
    assert_eq!(
        purity,
        neighbour_purity_test(&case.distances, &case.labels, 5, &many).unwrap()
    );

    // Labels without structure: p-values are uniform, so about one in ten of forty is at most 0.1.
    let mut low = 0;
    for seed in 0..40 {
        let points = distances_of(&gaussian(24, 3, 100 + seed));
        let labels: Vec<usize> = (0..24).map(|i| i % 3).collect();
        let test = silhouette_test(&points, &labels, &options).unwrap();
        low += usize::from(test.p_value <= 0.1);
    }
    assert!(low <= 12, "{low}");
}
