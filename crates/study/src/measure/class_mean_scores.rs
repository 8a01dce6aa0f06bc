//! How the distances of class means agree with groupings of them.

use hesscope_hvp::class::ClassMean;
use hesscope_records::{ClassMeansSettings, MeanGrouping, MeanScores, MeanSelection};
use hesscope_spectral::faer::Mat;
use hesscope_spectral::{
    Distances, Linkage, PermutationOptions, SpectralError, hierarchical_clustering,
    neighbour_purity_test, rand_test, silhouette_test,
};

/// The groupings that are scored.
const SCORED: [(MeanSelection, MeanGrouping); 4] = [
    (MeanSelection::WithoutOwn, MeanGrouping::Class),
    (MeanSelection::All, MeanGrouping::Class),
    (MeanSelection::CrossOnly, MeanGrouping::Class),
    (MeanSelection::CrossOnly, MeanGrouping::Other),
];

/// The distances of places in the plane.
pub fn in_the_plane(places: &[[f64; 2]]) -> Result<Distances, SpectralError> {
    let products = Mat::from_fn(places.len(), places.len(), |i, j| {
        places[i][0] * places[j][0] + places[i][1] * places[j][1]
    });
    Distances::from_gram(products.as_ref())
}

/// The scores of every grouping that has two groups or more, and fewer than means.
pub fn all(
    means: &[ClassMean],
    distances: &Distances,
    settings: &ClassMeansSettings,
) -> Result<Vec<MeanScores>, SpectralError> {
    let options = PermutationOptions {
        permutations: settings.permutations,
        seed: settings.seed,
    };
    let mut scores = Vec::new();
    for (among, by) in SCORED {
        scores.extend(score(means, distances, (among, by), &options)?);
    }
    Ok(scores)
}

fn score(
    means: &[ClassMean],
    distances: &Distances,
    (among, by): (MeanSelection, MeanGrouping),
    options: &PermutationOptions,
) -> Result<Option<MeanScores>, SpectralError> {
    let chosen: Vec<(usize, usize)> = means
        .iter()
        .enumerate()
        .filter(|(_, mean)| is_among(**mean, among))
        .filter_map(|(i, mean)| Some((i, group(*mean, by)?)))
        .collect();
    let labels: Vec<usize> = chosen.iter().map(|&(_, label)| label).collect();
    let mut distinct = labels.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let (points, groups) = (labels.len(), distinct.len());
    if groups < 2 || groups >= points {
        return Ok(None);
    }
    let within = Mat::from_fn(points, points, |i, j| {
        distances.row(chosen[i].0)[chosen[j].0]
    });
    let within = Distances::new(within.as_ref())?;
    let clusters = hierarchical_clustering(&within, Linkage::Average)?.cut(groups)?;
    let neighbours = (points / groups).saturating_sub(1).max(1);
    Ok(Some(MeanScores {
        among,
        by,
        points,
        groups,
        silhouette: silhouette_test(&within, &labels, options)?,
        rand: rand_test(&clusters, &labels, options)?,
        purity: neighbour_purity_test(&within, &labels, neighbours, options)?,
        neighbours,
    }))
}

fn is_among(mean: ClassMean, among: MeanSelection) -> bool {
    match (among, mean) {
        (MeanSelection::All, _) => true,
        (MeanSelection::WithoutOwn, ClassMean::Class(_)) => true,
        (MeanSelection::CrossOnly, ClassMean::Class(_)) => false,
        (_, ClassMean::Pair(class, other)) => class != other,
    }
}

fn group(mean: ClassMean, by: MeanGrouping) -> Option<usize> {
    match (by, mean) {
        (MeanGrouping::Class, ClassMean::Class(class) | ClassMean::Pair(class, _)) => Some(class),
        (MeanGrouping::Other, ClassMean::Pair(_, other)) => Some(other),
        (MeanGrouping::Other, ClassMean::Class(_)) => None,
    }
}
