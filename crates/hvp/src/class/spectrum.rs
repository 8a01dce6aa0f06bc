//! Exact spectra of the parts of low rank, from the Gram matrix of the class means.

use faer::{Mat, Side};

use super::gram::{ClassMean, MeanGram};
use crate::array::Array;
use crate::error::HvpError;
use crate::problem::Problem;
use hesscope_records::{Part, Terms};

/// All eigenvalues but zero of a part of G of low rank, and how its eigenvectors are made of class means.
#[derive(Clone, Debug)]
pub struct ClassSpectrum {
    /// The eigenvalues above rounding, the largest first; all others of the p are zero.
    pub values: Vec<f64>,
    gram: MeanGram,
    /// Column k makes the k-th eigenvector out of the means.
    combinations: Mat<f64>,
}

impl MeanGram {
    /// The exact nonzero spectrum of A1, A2, B1 or a sum of them: with the part written as X Xᵀ, its
    /// eigenvalues are those of the small matrix Xᵀ X.
    ///
    /// # Errors
    ///
    /// For another part, and when a mean is missing that the part is made of.
    pub fn spectrum(&self, terms: impl Into<Terms>) -> Result<ClassSpectrum, HvpError> {
        let terms = terms.into();
        let dense = [Part::B2, Part::H, Part::Decay];
        if terms.class().is_some() || dense.into_iter().any(|part| terms.contains(part)) {
            return Err(HvpError::Input(format!(
                "{terms} has no low rank: the Gram matrix of the class means gives the spectra of a1, a2, b1 \
                 and of their sums"
            )));
        }
        let factors = self.factors(terms)?;
        // The decomposition takes no empty matrix; one class has no pairs.
        if factors.ncols() == 0 {
            return Ok(ClassSpectrum {
                values: Vec::new(),
                combinations: Mat::zeros(self.means.len(), 0),
                gram: self.clone(),
            });
        }
        let small = factors.transpose() * &self.gram * &factors;
        let eigen = small.self_adjoint_eigen(Side::Lower).map_err(|error| {
            HvpError::Input(format!(
                "the eigenvalues of {terms} did not converge ({error:?}): are the means finite?"
            ))
        })?;
        let (values, vectors) = (eigen.S(), eigen.U());
        let count = small.nrows();
        let rounding = count as f64 * self.epsilon * values[count - 1];
        let kept: Vec<usize> = (0..count).rev().filter(|&k| values[k] > rounding).collect();
        let all = factors * vectors;
        Ok(ClassSpectrum {
            values: kept.iter().map(|&k| values[k]).collect(),
            combinations: Mat::from_fn(self.means.len(), kept.len(), |mean, k| {
                all[(mean, kept[k])] / values[kept[k]].sqrt()
            }),
            gram: self.clone(),
        })
    }

    /// X in terms of the means, a column a factor: √(P_c/N) g_c for A1, √(P_cc/N) g_cc for A2,
    /// √(P_cc'/N) (g_cc' - g_c) for B1.
    fn factors(&self, terms: Terms) -> Result<Mat<f64>, HvpError> {
        let weights = &self.weights;
        let row = |mean: ClassMean| {
            let found = self.means.iter().position(|&found| found == mean);
            found.ok_or_else(|| {
                HvpError::Input(format!(
                    "the spectrum of {terms} needs the mean {mean:?}, which the Gram matrix is without: make \
                     it of ClassMean::all"
                ))
            })
        };
        let mut columns: Vec<Vec<(usize, f64)>> = Vec::new();
        for mean in ClassMean::all(weights) {
            let root = (mean.weight(weights) / weights.examples()).sqrt();
            match mean {
                ClassMean::Class(_) if terms.contains(Part::A1) => {
                    columns.push(vec![(row(mean)?, root)]);
                }
                ClassMean::Pair(class, other) if class == other && terms.contains(Part::A2) => {
                    columns.push(vec![(row(mean)?, root)]);
                }
                ClassMean::Pair(class, other) if class != other && terms.contains(Part::B1) => {
                    columns.push(vec![
                        (row(mean)?, root),
                        (row(ClassMean::Class(class))?, -root),
                    ]);
                }
                ClassMean::Class(_) | ClassMean::Pair(..) => {}
            }
        }
        let mut factors = Mat::zeros(self.means.len(), columns.len());
        for (column, entries) in columns.iter().enumerate() {
            for &(row, value) in entries {
                factors[(row, column)] += value;
            }
        }
        Ok(factors)
    }
}

impl Problem {
    /// The leading `count` eigenvectors of a spectrum, of norm one, each by one pull.
    ///
    /// # Errors
    ///
    /// When there are not as many, or the device fails.
    pub fn class_eigenvectors(
        &self,
        spectrum: &ClassSpectrum,
        count: usize,
    ) -> Result<Vec<Array>, HvpError> {
        if count > spectrum.values.len() {
            return Err(HvpError::Input(format!(
                "there are {} eigenvalues other than zero: ask for no more than as many eigenvectors",
                spectrum.values.len()
            )));
        }
        let weights = &spectrum.gram.weights;
        let coefficients: Vec<Mat<f64>> = (0..count)
            .map(|k| {
                let mut coefficients = Mat::zeros(weights.classes(), weights.classes());
                for (row, mean) in spectrum.gram.means.iter().enumerate() {
                    let factor = spectrum.combinations[(row, k)];
                    mean.add_to(&mut coefficients, factor, weights);
                }
                coefficients
            })
            .collect();
        self.combinations(&coefficients)
    }
}
