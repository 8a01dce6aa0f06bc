//! How much work goes into a spectrum.

use hesscope_spectral::Reorthogonalisation;
use serde::Serialize;
use serde_with::skip_serializing_none;
use toml::{Table, Value};

use super::table::table;
use super::value::reorthogonalisation;

/// How much work goes into a spectrum; what is not given is chosen by the size of the network.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct EstimationOptions {
    /// Random probes of the density
    #[arg(long, value_name = "N")]
    pub probes: Option<usize>,
    /// Lanczos steps of each probe
    #[arg(long, value_name = "N")]
    pub lanczos_steps: Option<usize>,
    /// Lanczos steps of the range and the leading eigenvalues [default: 128, or 40 for more than a million parameters, and
    /// up to four times as many until the outliers can be counted]
    #[arg(long, value_name = "N")]
    pub range_steps: Option<usize>,
    /// Leading eigenpairs; those that have converged and stand apart are deflated from the density
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,
    /// Reorthogonalisation of the Lanczos vectors: none, selective or full [default: full where they fit the memory]
    #[arg(long, value_name = "HOW", value_parser = reorthogonalisation)]
    pub reorthogonalisation: Option<Reorthogonalisation>,
    /// Add probes and Lanczos steps until the density is within this Wasserstein-1 distance of the exact one, as a share
    /// of the width of the bulk, such as 0.01
    #[arg(long, value_name = "SHARE")]
    pub density_error: Option<f64>,
    /// Whether leading eigenvectors are kept in the run's folder, where other measurements find them again [default: true]
    #[arg(long, value_name = "BOOL")]
    pub keep_eigenvectors: Option<bool>,
    /// Most products with one vector that --density-error may take [default: 20000]
    #[arg(long, value_name = "N")]
    pub max_products: Option<usize>,
}

impl EstimationOptions {
    /// As settings: the table `analysis`.
    pub fn table(&self) -> Table {
        Table::from_iter([("analysis".to_owned(), Value::Table(table(self)))])
    }
}
