//! What error is asked for, and at what cost.

use serde::{Deserialize, Serialize};

use crate::eigen::lanczos_options::{Breakdown, LanczosOptions, Reorthogonalisation};
use crate::error::spectral_error::SpectralError;
use crate::operator::probes::ProbeKind;

/// Options of [`automatic_density`](crate::automatic_density).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AutomaticOptions {
    /// The Wasserstein-1 distance from the truth that is asked for, over the width of the spectrum; above 0.
    pub tolerance: f64,
    /// Probes to begin with, at least 2.
    pub first_probes: usize,
    /// Lanczos steps to begin with, at least 4.
    pub first_steps: usize,
    /// Most probes.
    pub max_probes: usize,
    /// Most steps a probe.
    pub max_steps: usize,
    /// Most products of the operator with one vector.
    pub max_products: usize,
    /// Most vectors kept at a time: two a probe, and one more each step with reorthogonalisation.
    pub max_vectors: usize,
    /// Law of the probes.
    pub kind: ProbeKind,
    /// Seed of the probes.
    pub seed: u64,
    /// Reorthogonalisation of the recursions.
    pub reorthogonalisation: Reorthogonalisation,
    /// What a breakdown does.
    pub breakdown: Breakdown,
    /// Most probes run in one block, zero for all that are added at a time.
    pub block_size: usize,
}

impl Default for AutomaticOptions {
    /// A Wasserstein-1 distance of 1% of the spectrum's width, within 256 probes of 1024 steps.
    fn default() -> Self {
        Self {
            tolerance: 0.01,
            first_probes: 4,
            first_steps: 16,
            max_probes: 256,
            max_steps: 1024,
            max_products: usize::MAX,
            max_vectors: usize::MAX,
            kind: ProbeKind::Gaussian,
            seed: 0,
            reorthogonalisation: Reorthogonalisation::None,
            breakdown: Breakdown::Stop,
            block_size: 8,
        }
    }
}

impl AutomaticOptions {
    pub(crate) fn check(&self) -> Result<(), SpectralError> {
        SpectralError::require(
            self.tolerance > 0.0 && self.tolerance.is_finite(),
            "tolerance",
            format_args!("{} is not a positive number", self.tolerance),
        )?;
        SpectralError::require(
            (2..=self.max_probes).contains(&self.first_probes),
            "first_probes",
            format_args!("must be between 2 and max_probes, {}", self.max_probes),
        )?;
        SpectralError::require(
            (4..=self.max_steps).contains(&self.first_steps),
            "first_steps",
            format_args!("must be between 4 and max_steps, {}", self.max_steps),
        )?;
        let products = self.first_probes.saturating_mul(self.first_steps);
        SpectralError::require(
            products <= self.max_products,
            "max_products",
            format_args!("the first probes and steps alone are {products} products"),
        )?;
        let vectors = self.vectors(self.first_probes, self.first_steps);
        SpectralError::require(
            vectors <= self.max_vectors,
            "max_vectors",
            format_args!("the first probes and steps alone keep {vectors} vectors"),
        )?;
        self.lanczos(self.first_steps).check()
    }

    pub(crate) fn lanczos(&self, steps: usize) -> LanczosOptions {
        LanczosOptions {
            steps,
            reorthogonalisation: self.reorthogonalisation,
            breakdown: self.breakdown,
            keep_basis: false,
            seed: self.seed,
        }
    }

    pub(crate) fn orthogonal(&self) -> bool {
        self.reorthogonalisation != Reorthogonalisation::None
    }

    /// Vectors kept a probe.
    pub(crate) fn vectors_of_one(&self, steps: usize) -> usize {
        if self.orthogonal() {
            steps.saturating_add(2)
        } else {
            2
        }
    }

    pub(crate) fn vectors(&self, probes: usize, steps: usize) -> usize {
        probes.saturating_mul(self.vectors_of_one(steps))
    }
}
