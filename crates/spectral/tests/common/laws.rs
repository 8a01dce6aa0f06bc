//! Spectra that follow a law: independent values, and eigenvalues of random matrices.
#![allow(dead_code, clippy::unwrap_used)]

use hesscope_spectral::{
    HostSpace, LinearOperator, OperatorError, ProbeKind, SlqOptions, SpectralDensity,
    TridiagonalEnds, slq,
};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Random numbers of one seed.
pub struct Random(ChaCha12Rng);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha12Rng::seed_from_u64(seed))
    }

    /// Uniform on (0, 1).
    pub fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (2.0 * std::f64::consts::PI * self.uniform()).cos()
    }

    /// Root of a chi-squared number of `degrees` degrees of freedom, by Marsaglia & Tsang's method for gamma deviates (2000).
    pub fn chi(&mut self, degrees: usize) -> f64 {
        if degrees == 1 {
            return self.normal().abs();
        }
        let d = 0.5 * degrees as f64 - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return (2.0 * d * v).sqrt();
            }
        }
    }
}

/// Independent values `x = (1 - u)^(-1 / (alpha - 1))` of the power law from 1 on.
pub fn power_law(n: usize, alpha: f64, random: &mut Random) -> Vec<f64> {
    (0..n)
        .map(|_| random.uniform().powf(-1.0 / (alpha - 1.0)))
        .collect()
}

/// Independent log-normal values of `mu = 0`.
pub fn log_normal(n: usize, sigma: f64, random: &mut Random) -> Vec<f64> {
    (0..n).map(|_| (sigma * random.normal()).exp()).collect()
}

pub fn exponential(n: usize, random: &mut Random) -> Vec<f64> {
    (0..n).map(|_| -random.uniform().ln()).collect()
}

/// Independent values of the semicircle of radius 1 about a centre: the abscissa of a uniform point of the disc.
pub fn semicircle(n: usize, centre: f64, random: &mut Random) -> Vec<f64> {
    (0..n)
        .map(|_| {
            loop {
                let (x, y) = (2.0 * random.uniform() - 1.0, 2.0 * random.uniform() - 1.0);
                if x * x + y * y < 1.0 {
                    return centre + x;
                }
            }
        })
        .collect()
}

/// Independent values of Marchenko and Pastur's law of scale 1, zeros among them above ratio 1, by rejection in
/// `x = (1 - s)^2 + 4 s v`, s the root of the ratio.
pub fn marchenko_pastur(n: usize, ratio: f64, random: &mut Random) -> Vec<f64> {
    let (q, scale) = if ratio > 1.0 {
        (1.0 / ratio, ratio)
    } else {
        (ratio, 1.0)
    };
    let s = q.sqrt();
    let (a, b) = ((1.0 - s).powi(2), (1.0 + s).powi(2));
    (0..n)
        .map(|_| {
            if ratio > 1.0 && random.uniform() < 1.0 - q {
                return 0.0;
            }
            loop {
                // x = a + (b - a) v^2 takes up the pole of the density at a hard edge: what is left to accept is
                // proportional to (b - a) v^2 sqrt(1 - v^2) / x, which is at most 1.
                let v = random.uniform();
                let x = a + (b - a) * v * v;
                let kept = (b - a) * v * v * (1.0 - v * v).sqrt() / x;
                if random.uniform() < kept {
                    return scale * x;
                }
            }
        })
        .collect()
}

/// Eigenvalues of a matrix of the Gaussian orthogonal ensemble whose semicircle is [-1, 1], from its tridiagonal form
/// (Dumitriu & Edelman, "Matrix models for beta ensembles", 2002).
pub fn wigner(p: usize, random: &mut Random) -> Vec<f64> {
    let scale = 1.0 / (4.0 * p as f64).sqrt();
    let alpha: Vec<f64> = (0..p)
        .map(|_| 2.0_f64.sqrt() * random.normal() * scale)
        .collect();
    let beta: Vec<f64> = (1..p).rev().map(|k| random.chi(k) * scale).collect();
    TridiagonalEnds::new(&alpha, &beta).unwrap().values
}

/// Eigenvalues of `X X^T / n`, X of p rows and `n = p / ratio` columns of independent standard normal entries, from the
/// bidiagonal form of X (Dumitriu & Edelman 2002).
pub fn wishart(p: usize, ratio: f64, random: &mut Random) -> Vec<f64> {
    let n = (p as f64 / ratio).round() as usize;
    let (small, large) = (p.min(n), p.max(n));
    let diagonal: Vec<f64> = (0..small).map(|i| random.chi(large - i)).collect();
    let below: Vec<f64> = (1..small).rev().map(|k| random.chi(k)).collect();
    let alpha: Vec<f64> = (0..small)
        .map(|i| {
            let before = if i > 0 { below[i - 1] } else { 0.0 };
            (diagonal[i] * diagonal[i] + before * before) / n as f64
        })
        .collect();
    let beta: Vec<f64> = (0..small - 1)
        .map(|i| diagonal[i] * below[i] / n as f64)
        .collect();
    let mut values = TridiagonalEnds::new(&alpha, &beta).unwrap().values;
    values.resize(p, 0.0);
    values
}

/// `diag(spectrum)`: to Gaussian probes any matrix of that spectrum.
pub struct DiagonalOperator {
    spectrum: Vec<f64>,
    space: HostSpace<f64>,
}

impl LinearOperator for DiagonalOperator {
    type Space = HostSpace<f64>;

    fn space(&self) -> &HostSpace<f64> {
        &self.space
    }

    fn apply(&self, block: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, OperatorError> {
        Ok(block
            .iter()
            .map(|x| x.iter().zip(&self.spectrum).map(|(a, b)| a * b).collect())
            .collect())
    }
}

/// The density of a spectrum by stochastic Lanczos quadrature.
pub fn quadratures(spectrum: &[f64], probes: usize, steps: usize, seed: u64) -> SpectralDensity {
    let space = HostSpace::new(spectrum.len());
    let operator = DiagonalOperator {
        spectrum: spectrum.to_vec(),
        space,
    };
    let options = SlqOptions {
        probes,
        steps,
        kind: ProbeKind::Gaussian,
        seed,
        ..SlqOptions::default()
    };
    slq(&operator, &options).unwrap()
}

/// A family of spectra and the law that is right for it.
#[derive(Clone, Copy, Debug)]
pub enum Family {
    /// Independent, about a centre of 1.5.
    Semicircle,
    /// Eigenvalues of a Wigner matrix, moved by 1.5 so that every law applies.
    Wigner,
    /// Independent, of that ratio.
    MarchenkoPastur(f64),
    /// Eigenvalues of a Wishart matrix of that ratio.
    Wishart(f64),
    /// Independent, of that exponent.
    PowerLaw(f64),
    /// Independent, of that sigma.
    LogNormal(f64),
}

impl Family {
    /// The seventeen families of the table.
    pub const ALL: [Self; 17] = [
        Self::Semicircle,
        Self::Wigner,
        Self::MarchenkoPastur(0.1),
        Self::MarchenkoPastur(0.5),
        Self::MarchenkoPastur(1.0),
        Self::MarchenkoPastur(2.0),
        Self::Wishart(0.1),
        Self::Wishart(0.5),
        Self::Wishart(1.0),
        Self::Wishart(2.0),
        Self::PowerLaw(1.5),
        Self::PowerLaw(2.0),
        Self::PowerLaw(2.5),
        Self::PowerLaw(3.5),
        Self::LogNormal(0.5),
        Self::LogNormal(1.0),
        Self::LogNormal(2.0),
    ];

    pub fn law(self) -> hesscope_spectral::LawName {
        use hesscope_spectral::LawName;
        match self {
            Self::Semicircle | Self::Wigner => LawName::Semicircle,
            Self::MarchenkoPastur(_) | Self::Wishart(_) => LawName::MarchenkoPastur,
            Self::PowerLaw(_) => LawName::PowerLaw,
            Self::LogNormal(_) => LawName::LogNormal,
        }
    }

    /// A spectrum of order p.
    pub fn draw(self, p: usize, seed: u64) -> Vec<f64> {
        let mut random = Random::new(seed);
        let random = &mut random;
        match self {
            Self::Semicircle => semicircle(p, 1.5, random),
            Self::Wigner => wigner(p, random).into_iter().map(|x| x + 1.5).collect(),
            Self::MarchenkoPastur(ratio) => marchenko_pastur(p, ratio, random),
            Self::Wishart(ratio) => wishart(p, ratio, random),
            Self::PowerLaw(alpha) => power_law(p, alpha, random),
            Self::LogNormal(sigma) => log_normal(p, sigma, random),
        }
    }
}
