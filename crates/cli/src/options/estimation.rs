//! How much work goes into a spectrum.

use hesscope_spectral::Reorthogonalisation;
use serde::Serialize;
use serde_with::skip_serializing_none;
use toml::{Table, Value};

use super::table::table;
use super::value::{count, reorthogonalisation};

/// How much work goes into a spectrum; what is not given is chosen by the size of the network.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct EstimationOptions {
    /// Random probes of the density [default: 2, or 1 for more than a million parameters; the run that finds the leading
    /// eigenvalues is the first, unless probes or steps are given]
    #[arg(long, value_name = "N", value_parser = count)]
    probes: Option<usize>,
    /// Lanczos steps of each probe [default: 256 up to 100000 parameters, 160 up to a million, 56 above]
    #[arg(long, value_name = "N", value_parser = count)]
    lanczos_steps: Option<usize>,
    /// Lanczos steps of the range and the leading eigenvalues [default: those of a probe, and more until the outliers can
    /// be counted, up to 512, or 160 for more than a million parameters]
    #[arg(long, value_name = "N", value_parser = count)]
    range_steps: Option<usize>,
    /// Leading eigenpairs; those that have converged and stand apart are deflated from the density [default: the number of
    /// classes, or as many as fit the memory]
    #[arg(long, value_name = "N", value_parser = count)]
    top: Option<usize>,
    /// Reorthogonalisation of the Lanczos vectors: none, selective or full [default: full where they fit the memory]
    #[arg(long, value_name = "HOW", value_parser = reorthogonalisation)]
    reorthogonalisation: Option<Reorthogonalisation>,
    /// Add probes and Lanczos steps until the density is within this Wasserstein-1 distance of the exact one, as a share
    /// of the width of the bulk, such as 0.01 [default: probes and steps as given]
    #[arg(long, value_name = "SHARE")]
    density_error: Option<f64>,
    /// Whether leading eigenvectors are kept in the run's folder, where other measurements find them again [default: true]
    #[arg(long, value_name = "BOOL")]
    keep_eigenvectors: Option<bool>,
    /// Most products with one vector that --density-error may take [default: 20000]
    #[arg(long, value_name = "N", value_parser = count)]
    max_products: Option<usize>,
}

impl EstimationOptions {
    /// As settings: the table `analysis`.
    pub fn table(&self) -> Table {
        Table::from_iter([("analysis".to_owned(), Value::Table(table(self)))])
    }
}
