//! How well labels agree with distances, or with another partition.

use std::collections::BTreeMap;

use super::distances::Distances;
use super::permutation::{PermutationOptions, PermutationTest, permutation_test};
use crate::error::spectral_error::SpectralError;

/// Mean silhouette of a partition (Rousseeuw 1987), in [-1, 1]: the mean over points of `(b - a) / max(a, b)`, a the mean
/// distance to the others of its class and b the least of the mean distances to another class; 0 for a point alone in its
/// class. There must be at least two classes, and fewer than points.
pub fn silhouette(distances: &Distances, labels: &[usize]) -> Result<f64, SpectralError> {
    distances.check_labels(labels)?;
    let (classes, count) = numbered(labels);
    check_classes(count, labels.len())?;
    Ok(mean_silhouette(distances, &classes, count))
}

/// [`silhouette`] against shuffled labels.
pub fn silhouette_test(
    distances: &Distances,
    labels: &[usize],
    options: &PermutationOptions,
) -> Result<PermutationTest, SpectralError> {
    distances.check_labels(labels)?;
    let (classes, count) = numbered(labels);
    check_classes(count, labels.len())?;
    permutation_test(&classes, options, |shuffled| {
        mean_silhouette(distances, shuffled, count)
    })
}

/// Adjusted Rand index of two partitions of the same points (Hubert & Arabie 1985): 1 if they are the same, 0 on average
/// over shuffles. 1 as well where both are of one class, or both of single points.
pub fn adjusted_rand_index(first: &[usize], second: &[usize]) -> Result<f64, SpectralError> {
    check_partitions(first, second)?;
    Ok(rand_index(first, second))
}

/// [`adjusted_rand_index`] of a partition, such as a cut of a dendrogram, and labels, against shuffled labels.
pub fn rand_test(
    partition: &[usize],
    labels: &[usize],
    options: &PermutationOptions,
) -> Result<PermutationTest, SpectralError> {
    check_partitions(partition, labels)?;
    permutation_test(labels, options, |shuffled| rand_index(partition, shuffled))
}

/// The share of the points' `neighbours` nearest other points that have their label, in [0, 1]. Of points equally far, the
/// one of smaller index is the nearer.
pub fn neighbour_purity(
    distances: &Distances,
    labels: &[usize],
    neighbours: usize,
) -> Result<f64, SpectralError> {
    let nearest = nearest(distances, labels, neighbours)?;
    Ok(purity(&nearest, labels))
}

/// [`neighbour_purity`] against shuffled labels.
pub fn neighbour_purity_test(
    distances: &Distances,
    labels: &[usize],
    neighbours: usize,
    options: &PermutationOptions,
) -> Result<PermutationTest, SpectralError> {
    let nearest = nearest(distances, labels, neighbours)?;
    permutation_test(labels, options, |shuffled| purity(&nearest, shuffled))
}

/// The labels renumbered 0, 1, ... in ascending order, and how many differ.
fn numbered(labels: &[usize]) -> (Vec<usize>, usize) {
    let mut distinct = labels.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let classes = labels
        .iter()
        .map(|label| distinct.partition_point(|known| known < label));
    (classes.collect(), distinct.len())
}

fn check_classes(count: usize, points: usize) -> Result<(), SpectralError> {
    SpectralError::require(
        (2..points).contains(&count),
        "labels",
        format_args!(
            "the silhouette needs at least 2 classes and fewer than the {points} points, found {count}"
        ),
    )
}

fn mean_silhouette(distances: &Distances, classes: &[usize], count: usize) -> f64 {
    let mut sizes = vec![0_usize; count];
    classes.iter().for_each(|&class| sizes[class] += 1);
    let mut sums = vec![0.0; count];
    let mut total = 0.0;
    for (i, &own) in classes.iter().enumerate() {
        if sizes[own] == 1 {
            continue;
        }
        sums.fill(0.0);
        for (distance, &class) in distances.row(i).iter().zip(classes) {
            sums[class] += distance;
        }
        let within = sums[own] / (sizes[own] - 1) as f64;
        let between = (0..count)
            .filter(|&class| class != own)
            .fold(f64::INFINITY, |least, class| {
                least.min(sums[class] / sizes[class] as f64)
            });
        let larger = within.max(between);
        if larger > 0.0 {
            total += (between - within) / larger;
        }
    }
    total / classes.len() as f64
}

fn check_partitions(first: &[usize], second: &[usize]) -> Result<(), SpectralError> {
    SpectralError::require(!first.is_empty(), "labels", "there are no points")?;
    let what = "labels of the second partition";
    SpectralError::require_size(what, first.len(), second.len())
}

fn rand_index(first: &[usize], second: &[usize]) -> f64 {
    let pairs = |n: usize| n as f64 * (n as f64 - 1.0) / 2.0;
    let (mut cells, mut rows, mut columns) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (a, b) in first.iter().zip(second) {
        *cells.entry((a, b)).or_insert(0) += 1;
        *rows.entry(a).or_insert(0) += 1;
        *columns.entry(b).or_insert(0) += 1;
    }
    let together: f64 = cells.values().map(|&n| pairs(n)).sum();
    let in_first: f64 = rows.values().map(|&n| pairs(n)).sum();
    let in_second: f64 = columns.values().map(|&n| pairs(n)).sum();
    let all = pairs(first.len());
    let expected = if all > 0.0 {
        in_first * in_second / all
    } else {
        0.0
    };
    let most = 0.5 * (in_first + in_second);
    if most == expected {
        1.0
    } else {
        (together - expected) / (most - expected)
    }
}

/// The nearest other points of each point.
fn nearest(
    distances: &Distances,
    labels: &[usize],
    neighbours: usize,
) -> Result<Vec<Vec<usize>>, SpectralError> {
    distances.check_labels(labels)?;
    let n = distances.points();
    SpectralError::require(
        (1..n).contains(&neighbours),
        "neighbours",
        format_args!("must be at least 1 and fewer than the {n} points, found {neighbours}"),
    )?;
    let of_point = |i: usize| {
        let row = distances.row(i);
        let mut others: Vec<usize> = (0..n).filter(|&j| j != i).collect();
        // Stable, so ties stay in the order of their indices.
        others.sort_by(|&a, &b| row[a].total_cmp(&row[b]));
        others.truncate(neighbours);
        others
    };
    Ok((0..n).map(of_point).collect())
}

fn purity(nearest: &[Vec<usize>], labels: &[usize]) -> f64 {
    let same = nearest
        .iter()
        .zip(labels)
        .flat_map(|(others, label)| others.iter().map(move |&j| labels[j] == *label));
    let (hits, total) = same.fold((0_usize, 0_usize), |(h, t), hit| {
        (h + usize::from(hit), t + 1)
    });
    hits as f64 / total as f64
}
