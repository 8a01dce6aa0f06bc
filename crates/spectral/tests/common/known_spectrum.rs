//! An operator of any order whose spectrum is known, at O(p) a product.
#![allow(dead_code)]

use hesscope_spectral::{
    HostSpace, LinearOperator, OperatorError, ProbeKind, Probes, Scalar, VectorSpace,
};

/// `H diag(spectrum) H^T`, H a product of Householder reflections at random unit vectors.
pub struct KnownSpectrum<T> {
    pub spectrum: Vec<f64>,
    reflectors: Vec<Vec<f64>>,
    space: HostSpace<T>,
}

impl<T: Scalar> KnownSpectrum<T> {
    /// With as many reflections as asked for; with none it is diagonal.
    pub fn new(spectrum: impl AsRef<[f64]>, reflections: u64) -> Self {
        let spectrum = spectrum.as_ref();
        let probes = Probes::new(ProbeKind::UnitSphere, 1 << 41);
        Self {
            spectrum: spectrum.to_vec(),
            reflectors: (0..reflections)
                .map(|index| probes.host(spectrum.len(), index))
                .collect(),
            space: HostSpace::new(spectrum.len()),
        }
    }

    pub fn trace(&self) -> f64 {
        self.spectrum.iter().sum()
    }

    /// The eigenvector of `spectrum[index]`.
    pub fn eigenvector(&self, index: usize) -> Vec<T> {
        let mut unit = vec![0.0; self.spectrum.len()];
        unit[index] = 1.0;
        self.reflectors
            .iter()
            .rev()
            .for_each(|v| reflect(v, &mut unit));
        self.space.from_host(&unit)
    }
}

/// `x <- (I - 2 v v^T) x`.
fn reflect(v: &[f64], x: &mut [f64]) {
    let dot: f64 = v.iter().zip(x.iter()).map(|(a, b)| a * b).sum();
    x.iter_mut().zip(v).for_each(|(x, v)| *x -= 2.0 * dot * v);
}

impl<T: Scalar> LinearOperator for KnownSpectrum<T> {
    type Space = HostSpace<T>;

    fn space(&self) -> &HostSpace<T> {
        &self.space
    }

    fn apply(&self, block: &[Vec<T>]) -> Result<Vec<Vec<T>>, OperatorError> {
        Ok(block
            .iter()
            .map(|x| {
                let mut y = self.space.to_host(x);
                self.reflectors.iter().for_each(|v| reflect(v, &mut y));
                y.iter_mut().zip(&self.spectrum).for_each(|(y, l)| *y *= l);
                self.reflectors
                    .iter()
                    .rev()
                    .for_each(|v| reflect(v, &mut y));
                self.space.from_host(&y)
            })
            .collect())
    }
}
