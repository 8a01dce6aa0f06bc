//! The measured spectrum of a model.

use hesscope_hvp::{Array, Terms};
use hesscope_records::{Effort, Spectrum, TopEigenvalues};
use hesscope_spectral::{
    Band, BandOptions, Eigenpairs, LogGrid, LogSpectrum, Outliers, SpectralDensity, SpectralError,
    gaussian_width, linear_grid, log_width, noise_floor,
};

/// The ratio of the density at two equal eigenvalues to that between them from which they are seen as two.
const KAPPA: f64 = 1.25;

/// The spectrum of a part of the Hessian of one's own model.
#[derive(Clone, Debug)]
pub struct ModelSpectrum {
    pub(crate) operator: Terms,
    pub(crate) positive_semidefinite: bool,
    pub(crate) epsilon: f64,
    pub(crate) classes: usize,
    pub(crate) effort: Effort,
    pub(crate) spectrum: Spectrum,
    pub(crate) pairs: Eigenpairs<Array>,
}

impl ModelSpectrum {
    /// Which part of the Hessian.
    pub fn operator(&self) -> Terms {
        self.operator
    }

    /// How much work went into it.
    pub fn effort(&self) -> &Effort {
        &self.effort
    }

    /// Everything that was measured, as a record that serde writes.
    pub fn record(&self) -> &Spectrum {
        &self.spectrum
    }

    /// The leading eigenvalues, largest modulus first, with their residuals.
    pub fn top(&self) -> &TopEigenvalues {
        &self.spectrum.top
    }

    /// The leading eigenpairs, with their vectors on the device.
    pub fn pairs(&self) -> &Eigenpairs<Array> {
        &self.pairs
    }

    /// How many eigenvalues stand apart from the bulk at each end; shown in words.
    pub fn outliers(&self) -> Outliers {
        self.spectrum.outliers
    }

    /// The density: leading eigenpairs as atoms, the rest as quadratures.
    pub fn density(&self) -> &SpectralDensity {
        &self.spectrum.density
    }

    /// The density per unit of λ at `points` places over the range, with a pointwise band of 95% for the true spectrum
    /// broadened likewise.
    ///
    /// # Errors
    ///
    /// Fewer than two points, and a spectrum of one eigenvalue.
    pub fn band(&self, points: usize) -> Result<Band, SpectralError> {
        let range = &self.spectrum.range;
        let steps = self.effort.lanczos_steps;
        let width = gaussian_width(range.lower, range.upper, steps, KAPPA)?;
        let grid = linear_grid(range.lower, range.upper, points)?;
        self.density()
            .density_band(&grid, width, &self.band_options())
    }

    /// The density per decade of |λ| on each side of zero, from where eigenvalues are told from zero to the largest, with
    /// bands as [`band`](Self::band).
    ///
    /// # Errors
    ///
    /// Fewer than two points, and an operator that is zero.
    pub fn log_spectrum(&self, points: usize) -> Result<LogSpectrum, SpectralError> {
        let range = &self.spectrum.range;
        let largest = range.lower.abs().max(range.upper.abs());
        let floor = noise_floor(self.epsilon, largest, self.spectrum.dimension);
        let grid = LogGrid::new(floor, largest, points)?;
        let width = log_width(self.effort.lanczos_steps);
        self.density()
            .log_spectrum(&grid, width, &self.band_options())
    }

    fn band_options(&self) -> BandOptions {
        BandOptions {
            psd: self.positive_semidefinite,
            ..BandOptions::default()
        }
    }
}
