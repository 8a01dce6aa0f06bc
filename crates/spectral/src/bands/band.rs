//! Bands for the broadened density of the true spectrum.

use serde::{Deserialize, Serialize};

use crate::bands::band_options::BandOptions;
use crate::bands::bounds::Bounds;
use crate::bands::functional::{Axis, Functional, Kernel};
use crate::bands::probe_law::ProbeLaw;
use crate::density::grid::SymmetricLogGrid;
use crate::density::kernel::check_width;
use crate::density::spectral_density::SpectralDensity;
use crate::error::spectral_error::SpectralError;
use crate::statistics::bounded::Bounded;

/// A density on a grid, with a band for the truth: the exact spectrum broadened by the same kernel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// The grid.
    pub points: Vec<f64>,
    /// The estimate at each point.
    pub mean: Vec<f64>,
    /// Lower end of the band.
    pub lower: Vec<f64>,
    /// Upper end.
    pub upper: Vec<f64>,
    /// Its confidence level.
    pub level: f64,
    /// Whether it holds at all points at once.
    pub simultaneous: bool,
}

impl SpectralDensity {
    /// The density at each point, every eigenvalue broadened to a Gaussian of standard deviation `width`, with a band.
    ///
    /// The band adds up what is not known:
    /// - *Probes*: the interval of the law of Gaussian probes, from the moments that the quadratures themselves give; it
    ///   holds from one probe on.
    /// - *Steps*: the mass of a node lies between its two neighbours (Chebyshev, Markov & Stieltjes; Akhiezer 1965), and
    ///   within ten residuals where the Ritz value has converged. Where m steps resolve the kernel, the largest change that
    ///   going back to between m - 1 and 0.7 m steps makes is used if it is less: an estimate, no bound.
    /// - *Atoms*: each may lie anywhere within its residual, and the rest may have moved by the norm of all residuals.
    ///
    /// It is never closer than 1e-6 of the peak of a single eigenvalue.
    pub fn density_band(
        &self,
        points: &[f64],
        width: f64,
        options: &BandOptions,
    ) -> Result<Band, SpectralError> {
        let bounds = Bounds::new(self, options.psd)?;
        axis_band(self, &bounds, Axis::Linear, points, width, options)
    }

    /// The density per unit of the symmetric logarithm, with a band as [`density_band`](Self::density_band).
    pub fn symmetric_log_band(
        &self,
        grid: &SymmetricLogGrid,
        width: f64,
        options: &BandOptions,
    ) -> Result<Band, SpectralError> {
        let axis = Axis::SymmetricLog {
            floor: grid.floor(),
        };
        let bounds = Bounds::new(self, options.psd)?;
        axis_band(self, &bounds, axis, grid.points(), width, options)
    }
}

pub(crate) fn axis_band(
    density: &SpectralDensity,
    bounds: &Bounds,
    axis: Axis,
    points: &[f64],
    width: f64,
    options: &BandOptions,
) -> Result<Band, SpectralError> {
    check_width(width)?;
    options.check()?;
    let kernels: Vec<Kernel> = points.iter().map(|&x| Kernel { axis, x, width }).collect();
    let brackets: Vec<_> = kernels
        .iter()
        .map(|kernel| bounds.bracket(kernel))
        .collect();
    let level = if options.simultaneous && !density.exact {
        let values = |replicate: &SpectralDensity| -> Vec<f64> {
            kernels
                .iter()
                .map(|kernel| {
                    replicate
                        .quadratures
                        .iter()
                        .map(|q| q.sum(|x| kernel.at(x)))
                        .sum()
                })
                .collect()
        };
        let shapes: Vec<_> = brackets
            .iter()
            .map(|bracket| (bracket.moments[0][0], bounds.shape(bracket)))
            .collect();
        density.pointwise_level(&shapes, values, options)
    } else {
        options.level
    };
    let law = ProbeLaw::new(level);
    let bounded: Vec<Bounded> = brackets
        .iter()
        .map(|bracket| bounds.conclude(bracket, &law, options.level))
        .collect();
    Ok(Band {
        points: points.to_vec(),
        mean: bounded.iter().map(|b| b.mean).collect(),
        lower: bounded.iter().map(|b| b.lower).collect(),
        upper: bounded.iter().map(|b| b.upper).collect(),
        level: options.level,
        simultaneous: options.simultaneous,
    })
}
