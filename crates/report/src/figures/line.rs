//! A density along one coordinate, and the stretches of it that are not resolved.

use std::ops::Range;

use hesscope_spectral::{Band, Curve, SpectralError};

use super::resolution::{Bands, between};
use crate::named_spectrum::NamedSpectrum;
use crate::shares::Share;
use crate::text::numbers::significant;

/// A density at points of equal distance.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// The coordinate: log10 of the modulus on one side of zero, or the eigenvalue.
    pub(crate) points: Vec<f64>,
    /// The estimate: a mean over the probes. In an unresolved stretch it shows where Ritz values happen to lie.
    pub(crate) mean: Vec<f64>,
    /// Lower and upper end of the 95% band for the exact spectrum, broadened alike; none where the density is exact.
    pub(crate) band: Option<[Vec<f64>; 2]>,
    /// The stretches of points that are not resolved.
    pub(crate) unresolved: Vec<Range<usize>>,
}

impl Line {
    /// The first `count` points of a curve and its band, `scale` times as high; a single eigenvalue is `single` high, and
    /// its Gaussian has a standard deviation of `width` points.
    pub(super) fn new(
        curve: &Curve,
        band: Option<&Band>,
        count: usize,
        scale: f64,
        (single, width): (f64, f64),
    ) -> Self {
        let scaled = |values: &[f64]| -> Vec<f64> {
            let values = values.iter().take(count);
            values.map(|value| value * scale).collect()
        };
        let band = band.map(|band| [scaled(&band.lower), scaled(&band.upper)]);
        let unresolved = match &band {
            Some([lower, upper]) => {
                let ends = [lower.as_slice(), upper.as_slice()];
                let bands = Bands {
                    ends,
                    single,
                    width,
                };
                bands.unresolved()
            }
            None => Vec::new(),
        };
        Self {
            points: curve.points.iter().take(count).copied().collect(),
            mean: scaled(&curve.mean),
            band,
            unresolved,
        }
    }

    /// The stretches of points that are resolved; neighbours share a point with those that are not.
    pub(super) fn resolved(&self) -> Vec<Range<usize>> {
        between(&self.unresolved, self.points.len())
    }

    /// Leaves those stretches that can hold an eigenvalue; gives them, `lambda` being the eigenvalues at the ends of one.
    pub(super) fn drop_empty(
        &mut self,
        named: &NamedSpectrum<'_>,
        lambda: impl Fn([f64; 2]) -> [f64; 2],
    ) -> Result<Vec<Stretch>, SpectralError> {
        let (mut kept, mut stretches) = (Vec::new(), Vec::new());
        for range in std::mem::take(&mut self.unresolved) {
            let stretch = Stretch::new(named, lambda(self.ends(&range)))?;
            if stretch.can_hold_any(named.spectrum.dimension) {
                kept.push(range);
                stretches.push(stretch);
            }
        }
        self.unresolved = kept;
        Ok(stretches)
    }

    /// The largest value, band included.
    pub(super) fn highest(&self) -> f64 {
        let top = self.band.as_ref().map_or(&self.mean, |[_, upper]| upper);
        top.iter().chain(&self.mean).copied().fold(0.0, f64::max)
    }

    /// The ends of an unresolved stretch, which reach to the resolved points beside it.
    pub(super) fn ends(&self, stretch: &Range<usize>) -> [f64; 2] {
        let last = self.points.len() - 1;
        [
            self.points[stretch.start.saturating_sub(1)],
            self.points[stretch.end.min(last)],
        ]
    }
}

/// A stretch of eigenvalues in which the density is not resolved, and the share of the spectrum in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stretch {
    /// Its ends, least first.
    pub(crate) ends: [f64; 2],
    /// Where eigenvalues can begin: zero where there are none below.
    from: f64,
    pub(crate) share: Share,
}

impl Stretch {
    /// Whether as many eigenvalues as one can be in it. Where there are none, only the Gaussians of those beside it are open.
    pub(super) fn can_hold_any(&self, dim: usize) -> bool {
        self.share.bounds.upper * dim as f64 > 0.5
    }

    /// That between two eigenvalues.
    pub(super) fn new(named: &NamedSpectrum<'_>, ends: [f64; 2]) -> Result<Self, SpectralError> {
        let [lower, upper] = ends;
        let share = Share::of(&named.spectrum.density, named.psd, lower, upper)?;
        let from = if named.psd { lower.max(0.0) } else { lower };
        Ok(Self { ends, from, share })
    }

    /// `12 to 61 % from −0.03 to 0.05`.
    pub(crate) fn words(&self) -> String {
        let [lower, upper] = [self.from, self.ends[1]].map(|end| significant(end, 2));
        let share = self.share.range();
        format!("{share} from\u{a0}{lower} to\u{a0}{upper}")
    }
}
