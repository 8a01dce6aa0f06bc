//! What a density says of the true spectrum: bands, counts and distances with their errors.

pub(crate) mod band;
pub(crate) mod band_options;
pub(crate) mod bootstrap;
pub(crate) mod bounds;
pub(crate) mod functional;
pub(crate) mod gauss_rule;
pub(crate) mod heavy_cluster;
pub(crate) mod interval_count;
pub(crate) mod interval_energy;
pub(crate) mod log_spectrum;
pub(crate) mod noise_floor;
pub(crate) mod probe_law;
pub(crate) mod ritz_atoms;
pub(crate) mod ritz_nodes;
pub(crate) mod spectrum_distance;
