//! The class means and their inner products.

use faer::Mat;
use hesscope_spectral::VectorSpace;

use super::weights::ClassWeights;
use crate::array::Array;
use crate::error::HvpError;
use crate::problem::Problem;

/// A weighted mean of the g_ic' of one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClassMean {
    /// g_c, over all classes but c.
    Class(usize),
    /// g_cc', of class c in the direction of class c'.
    Pair(usize, usize),
}

impl ClassMean {
    /// The means that exist: g_c for every class c, then g_cc' for all pairs, row by row; those of
    /// classes without examples left out.
    pub fn all(weights: &ClassWeights) -> Vec<ClassMean> {
        let classes: Vec<usize> = (0..weights.classes()).collect();
        Self::among(&classes, weights)
    }

    /// As [`all`](Self::all), of the given classes and the pairs between them.
    pub fn among(classes: &[usize], weights: &ClassWeights) -> Vec<ClassMean> {
        let own = classes.iter().map(|&class| ClassMean::Class(class));
        let pairs = classes.iter().flat_map(|&class| {
            let others = classes.iter();
            others.map(move |&other| ClassMean::Pair(class, other))
        });
        own.chain(pairs)
            .filter(|mean| mean.weight(weights) > 0.0)
            .collect()
    }

    /// P_c or P_cc'.
    pub fn weight(self, weights: &ClassWeights) -> f64 {
        match self {
            ClassMean::Class(class) => weights.class(class),
            ClassMean::Pair(class, other) => weights.pair(class, other),
        }
    }

    /// The larger of the classes it names.
    fn largest_class(self) -> usize {
        match self {
            ClassMean::Class(class) => class,
            ClassMean::Pair(class, other) => class.max(other),
        }
    }

    /// Adds `factor` times the mean to coefficients of the transposed class map.
    pub(super) fn add_to(self, coefficients: &mut Mat<f64>, factor: f64, weights: &ClassWeights) {
        let each = factor / self.weight(weights);
        match self {
            ClassMean::Class(class) => (0..weights.classes())
                .filter(|&other| other != class)
                .for_each(|other| coefficients[(class, other)] += each),
            ClassMean::Pair(class, other) => coefficients[(class, other)] += each,
        }
    }

    /// The inner product of the mean with the vector of which these are the class sums.
    fn read(self, sums: &Mat<f64>, weights: &ClassWeights) -> f64 {
        let total: f64 = match self {
            ClassMean::Class(class) => (0..weights.classes())
                .filter(|&other| other != class)
                .map(|other| sums[(class, other)])
                .sum(),
            ClassMean::Pair(class, other) => sums[(class, other)],
        };
        total / self.weight(weights)
    }
}

/// How a Gram matrix is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GramMethod {
    /// All means are in memory at once, p numbers each.
    Stored,
    /// Only as many as the problem has directions; each is pushed through the network again.
    Streamed,
}

/// The inner products of class means.
#[derive(Clone, Debug)]
pub struct MeanGram {
    /// The means, in the order of rows and columns.
    pub means: Vec<ClassMean>,
    /// Their inner products.
    pub gram: Mat<f64>,
    /// The weights P of the same pass.
    pub weights: ClassWeights,
    /// The rounding of what was computed, relative.
    pub(super) epsilon: f64,
}

impl MeanGram {
    /// Euclidean distances between the means.
    pub fn distances(&self) -> Mat<f64> {
        let gram = &self.gram;
        Mat::from_fn(gram.nrows(), gram.ncols(), |i, j| {
            // Rounding may leave a little less than nothing.
            (gram[(i, i)] + gram[(j, j)] - 2.0 * gram[(i, j)])
                .max(0.0)
                .sqrt()
        })
    }
}

impl Problem {
    /// Class means as vectors, a pull each.
    ///
    /// # Errors
    ///
    /// When a class has no examples or does not exist, when the loss knows no classes, or when the
    /// device fails.
    pub fn class_means(&self, means: &[ClassMean]) -> Result<Vec<Array>, HvpError> {
        let weights = self.class_weights()?;
        self.weighted_means(means, &weights)
    }

    /// The Gram matrix of class means, [`Stored`](GramMethod::Stored) where they fit the memory of the
    /// problem.
    ///
    /// # Errors
    ///
    /// As [`class_means`](Self::class_means).
    pub fn mean_gram(&self, means: &[ClassMean]) -> Result<MeanGram, HvpError> {
        let bytes = means.len() * self.space().dim() * self.space().precision().bytes();
        let method = if bytes <= self.plan().memory {
            GramMethod::Stored
        } else {
            GramMethod::Streamed
        };
        self.mean_gram_by(means, method)
    }

    /// The Gram matrix of class means by a chosen method.
    ///
    /// # Errors
    ///
    /// As [`class_means`](Self::class_means).
    pub fn mean_gram_by(
        &self,
        means: &[ClassMean],
        method: GramMethod,
    ) -> Result<MeanGram, HvpError> {
        let weights = self.class_weights()?;
        let gram = match method {
            GramMethod::Stored => {
                let vectors = self.weighted_means(means, &weights)?;
                self.space().gram(&vectors, &vectors)
            }
            GramMethod::Streamed => self.streamed_gram(means, &weights)?,
        };
        Ok(MeanGram {
            means: means.to_vec(),
            gram,
            weights,
            epsilon: self.space().epsilon(),
        })
    }

    fn streamed_gram(
        &self,
        means: &[ClassMean],
        weights: &ClassWeights,
    ) -> Result<Mat<f64>, HvpError> {
        let mut gram = Mat::zeros(means.len(), means.len());
        let mut column = 0;
        for block in means.chunks(self.directions()) {
            let vectors = self.weighted_means(block, weights)?;
            let lifted: Vec<Array> = vectors.iter().map(Array::unsqueeze).collect();
            for sums in self.class_sums(Some(&Array::cat(&lifted, 0)))?.sums {
                for (row, mean) in means.iter().enumerate() {
                    gram[(row, column)] = mean.read(&sums, weights);
                }
                column += 1;
            }
        }
        // Symmetric but for rounding.
        Ok(Mat::from_fn(means.len(), means.len(), |i, j| {
            0.5 * (gram[(i, j)] + gram[(j, i)])
        }))
    }

    fn weighted_means(
        &self,
        means: &[ClassMean],
        weights: &ClassWeights,
    ) -> Result<Vec<Array>, HvpError> {
        for mean in means {
            if mean.largest_class() >= weights.classes() {
                return Err(HvpError::Input(format!(
                    "there is no mean {mean:?}: the network tells {} classes apart, counted from 0",
                    weights.classes()
                )));
            }
            if mean.weight(weights) <= 0.0 {
                return Err(HvpError::Input(format!(
                    "the mean {mean:?} does not exist, its class having no examples: leave it out, as \
                     ClassMean::all does"
                )));
            }
        }
        let coefficients: Vec<Mat<f64>> = means
            .iter()
            .map(|mean| {
                let mut coefficients = Mat::zeros(weights.classes(), weights.classes());
                mean.add_to(&mut coefficients, 1.0, weights);
                coefficients
            })
            .collect();
        self.combinations(&coefficients)
    }

    /// The transposed class map of each of the coefficients, in blocks of the problem's directions.
    pub(super) fn combinations(&self, coefficients: &[Mat<f64>]) -> Result<Vec<Array>, HvpError> {
        let mut vectors = Vec::with_capacity(coefficients.len());
        for block in coefficients.chunks(self.directions()) {
            vectors.extend(self.class_combination(block)?);
        }
        Ok(vectors)
    }
}
