//! The Chebyshev polynomial that damps an interval, degree by degree.

use serde::{Deserialize, Serialize};

use crate::operator::vector_space::VectorSpace;

/// Least half-width of the damped interval, over the distance of the leading Ritz value from its centre.
const LEAST_WIDTH: f64 = 1e-6;

/// A filter in progress.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ChebyshevFilter {
    centre: f64,
    half_width: f64,
    degree: usize,
    /// Degree reached.
    reached: usize,
    /// The scaling factor sigma of the first degree, and of the last.
    first: f64,
    sigma: f64,
}

impl ChebyshevFilter {
    /// The filter of degree at most `degree` that damps `[low, high]` and is one at `leading`, where the magnification of
    /// `leading` beyond `last` is at most `contrast`, and beyond the interval its square.
    pub(crate) fn new(
        low: f64,
        high: f64,
        leading: f64,
        last: f64,
        degree: usize,
        contrast: f64,
    ) -> Self {
        let centre = 0.5 * (low + high);
        let distance = (leading - centre).abs();
        let half_width = (0.5 * (high - low))
            .max(LEAST_WIDTH * distance)
            .max(f64::MIN_POSITIVE);
        // The logarithm of T_d(x) = cosh(d acosh x), outside [-1, 1].
        let growth = |value: f64, degree: usize| {
            let x = ((value - centre) / half_width).abs().max(1.0);
            let exponent = degree as f64 * x.acosh();
            exponent + (-2.0 * exponent).exp().ln_1p() - std::f64::consts::LN_2
        };
        let degree = (1..=degree)
            .rev()
            .find(|&d| {
                let most = growth(leading, d);
                most - growth(last, d) <= contrast.ln() && most <= 2.0 * contrast.ln()
            })
            .unwrap_or(1);
        // A leading value inside the interval would make the scale worthless; its edge does.
        let signed = if distance < half_width {
            half_width
        } else {
            leading - centre
        };
        let sigma = half_width / signed;
        Self {
            centre,
            half_width,
            degree,
            reached: 0,
            first: sigma,
            sigma,
        }
    }

    /// The next degree from `A X_i`, `X_i` and `X_(i-1)`.
    pub(crate) fn advance<S: VectorSpace>(
        &mut self,
        space: &S,
        mut products: Vec<S::Vector>,
        current: &[S::Vector],
        previous: &[S::Vector],
    ) -> Vec<S::Vector> {
        let (scale, next_sigma) = if self.reached == 0 {
            (self.first / self.half_width, self.first)
        } else {
            let next = 1.0 / (2.0 / self.first - self.sigma);
            (2.0 * next / self.half_width, next)
        };
        for (product, x) in products.iter_mut().zip(current) {
            space.axpy(-self.centre, x, product);
            space.scale(scale, product);
        }
        if self.reached > 0 {
            for (product, x) in products.iter_mut().zip(previous) {
                space.axpy(-self.sigma * next_sigma, x, product);
            }
        }
        self.sigma = next_sigma;
        self.reached += 1;
        products
    }

    /// Whether its degree is reached.
    pub(crate) fn is_finished(&self) -> bool {
        self.reached >= self.degree
    }
}
