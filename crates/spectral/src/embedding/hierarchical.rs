//! Hierarchical clustering.

use serde::{Deserialize, Serialize};

use super::distances::Distances;
use crate::error::spectral_error::SpectralError;

/// How far apart two clusters are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Linkage {
    /// The mean distance between their points (UPGMA).
    #[default]
    Average,
    /// The growth of the sum of squares, as a distance: for two points, their distance (Ward 1963). The distances must be
    /// Euclidean for that meaning.
    Ward,
    /// The largest distance between their points.
    Complete,
    /// The smallest distance between their points.
    Single,
}

/// A merger of two clusters. Points are clusters 0 to n - 1, and merger m makes cluster n + m.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Merge {
    /// The cluster of smaller number.
    pub first: usize,
    /// The other.
    pub second: usize,
    /// How far apart they are, in the units of the distances.
    pub height: f64,
    /// Number of points in the cluster made.
    pub size: usize,
}

/// The n - 1 mergers of n points, heights ascending.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dendrogram {
    points: usize,
    merges: Vec<Merge>,
}

/// Agglomerative clustering of at least one point.
pub fn hierarchical_clustering(
    distances: &Distances,
    linkage: Linkage,
) -> Result<Dendrogram, SpectralError> {
    let points = distances.points();
    SpectralError::require(points > 0, "distances", "there are no points to cluster")?;
    let method = match linkage {
        Linkage::Average => kodama::Method::Average,
        Linkage::Ward => kodama::Method::Ward,
        Linkage::Complete => kodama::Method::Complete,
        Linkage::Single => kodama::Method::Single,
    };
    let steps = kodama::linkage(&mut distances.condensed(), points, method);
    let merges = steps.steps().iter().map(|step| Merge {
        first: step.cluster1,
        second: step.cluster2,
        height: step.dissimilarity,
        size: step.size,
    });
    Ok(Dendrogram {
        points,
        merges: merges.collect(),
    })
}

impl Dendrogram {
    /// Number of points.
    pub fn points(&self) -> usize {
        self.points
    }

    /// The mergers.
    pub fn merges(&self) -> &[Merge] {
        &self.merges
    }

    /// The partition into `clusters` clusters, before the last `clusters - 1` mergers: a label for each point, numbered
    /// from 0 in the order of their first points.
    pub fn cut(&self, clusters: usize) -> Result<Vec<usize>, SpectralError> {
        SpectralError::require(
            (1..=self.points).contains(&clusters),
            "clusters",
            format_args!(
                "must be from 1 to the number of points, {}, found {clusters}",
                self.points
            ),
        )?;
        let kept = self.points - clusters;
        // From the top down, so that a cluster's root is known before its parts ask for it.
        let mut root: Vec<usize> = (0..self.points + kept).collect();
        for (m, merge) in self.merges[..kept].iter().enumerate().rev() {
            root[merge.first] = root[self.points + m];
            root[merge.second] = root[self.points + m];
        }
        let mut seen = Vec::new();
        let labels = root[..self.points].iter().map(|cluster| {
            seen.iter()
                .position(|known| known == cluster)
                .unwrap_or_else(|| {
                    seen.push(*cluster);
                    seen.len() - 1
                })
        });
        Ok(labels.collect())
    }
}
