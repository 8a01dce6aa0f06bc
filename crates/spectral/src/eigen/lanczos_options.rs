//! How a Lanczos recursion runs.

use serde::{Deserialize, Serialize};

use crate::error::spectral_error::SpectralError;

/// How the Lanczos vectors are kept orthogonal in finite precision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reorthogonalisation {
    /// None: three vectors of storage a start. Converged eigenvalues reappear as copies that share their weight, so
    /// quadrature stays right (Paige 1980; Golub & Strakos 1994) but nodes cannot be counted.
    #[default]
    None,
    /// Parlett & Scott, "The Lanczos algorithm with selective orthogonalization" (1979): each new vector is made
    /// orthogonal to the Ritz vectors that have converged, residual bound `beta_j |s_ji| <= sqrt(eps) ||T||`, which is
    /// where orthogonality is lost (Paige). They are formed anew whenever one more converges. Keeps the basis orthogonal
    /// to about `sqrt(eps)`, which keeps T right to working precision (Simon 1984). Stores m vectors a start.
    Selective,
    /// Classical Gram-Schmidt, at least twice, against all earlier vectors: orthogonal to working precision. Stores m
    /// vectors a start.
    Full,
}

/// What happens when `beta_j` vanishes, that is when the Krylov space is exhausted.
///
/// It counts as zero when `beta_j <= 100 eps ||T||`, with eps of the space and `||T||` the largest row sum so far: what
/// rounding leaves of an exhausted Krylov space is some tens of eps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Breakdown {
    /// The recursion ends: its Ritz values are eigenvalues, one for each distinct eigenvalue that the start reaches.
    #[default]
    Stop,
    /// The recursion goes on with `beta_j = 0` and a random vector orthogonal to all before, so that p steps give the
    /// whole spectrum with multiplicities. Needs [`Reorthogonalisation::Full`].
    Restart,
}

/// Options of [`lanczos`](crate::lanczos()).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LanczosOptions {
    /// Steps m, at least 1. With reorthogonalisation no more are done than the space has dimensions.
    pub steps: usize,
    /// How orthogonality is kept.
    pub reorthogonalisation: Reorthogonalisation,
    /// What a breakdown does.
    pub breakdown: Breakdown,
    /// Whether the result holds the Lanczos vectors, from which Ritz vectors are formed.
    pub keep_basis: bool,
    /// Seed of the random vectors of restarts.
    pub seed: u64,
}

impl Default for LanczosOptions {
    fn default() -> Self {
        Self {
            steps: 128,
            reorthogonalisation: Reorthogonalisation::None,
            breakdown: Breakdown::Stop,
            keep_basis: false,
            seed: 0,
        }
    }
}

impl LanczosOptions {
    pub(crate) fn check(&self) -> Result<(), SpectralError> {
        SpectralError::require_positive("steps", self.steps)?;
        SpectralError::require(
            self.breakdown == Breakdown::Stop
                || self.reorthogonalisation == Reorthogonalisation::Full,
            "breakdown",
            "`restart` needs `full` reorthogonalisation",
        )?;
        Ok(())
    }
}
