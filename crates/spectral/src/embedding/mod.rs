//! Pictures and groupings of points of which only the mutual distances are known, such as class means of gradients.

mod affinities;
mod distances;
mod hierarchical;
mod mds;
mod permutation;
mod scores;
mod tsne;

pub use distances::Distances;
pub use hierarchical::{Dendrogram, Linkage, Merge, hierarchical_clustering};
pub use mds::{ClassicalMds, classical_mds};
pub use permutation::{PermutationOptions, PermutationTest};
pub use scores::{
    adjusted_rand_index, neighbour_purity, neighbour_purity_test, rand_test, silhouette,
    silhouette_test,
};
pub use tsne::{Tsne, TsneOptions, kl_divergence, tsne};
