//! A matrix of distances.

use faer::MatRef;

use crate::error::spectral_error::SpectralError;

/// The distances between n points: symmetric, not negative, zero on the diagonal.
#[derive(Clone, Debug, PartialEq)]
pub struct Distances {
    points: usize,
    /// n x n, row after row.
    values: Vec<f64>,
}

impl Distances {
    /// Takes an n x n matrix of distances.
    ///
    /// An error names the first entry that is not finite, is negative, is not zero on the diagonal, or differs from its
    /// mirror by more than 1e-12 of the largest entry; smaller differences are averaged away.
    pub fn new(matrix: MatRef<'_, f64>) -> Result<Self, SpectralError> {
        let points = square(matrix)?;
        check_finite(matrix)?;
        let largest = largest_modulus(matrix);
        let mut values = vec![0.0; points * points];
        for i in 0..points {
            for j in 0..=i {
                let (value, mirror) = (matrix[(i, j)], matrix[(j, i)]);
                if value < 0.0 || mirror < 0.0 {
                    return Err(invalid(i, j, "is negative"));
                }
                if i == j && value != 0.0 {
                    return Err(invalid(i, j, "is on the diagonal and not zero"));
                }
                if (value - mirror).abs() > 1e-12 * largest {
                    return Err(SpectralError::NotSymmetric {
                        row: i,
                        column: j,
                        difference: (value - mirror).abs(),
                    });
                }
                let mean = value + 0.5 * (mirror - value);
                values[i * points + j] = mean;
                values[j * points + i] = mean;
            }
        }
        Ok(Self { points, values })
    }

    /// The distances of vectors whose n x n Gram matrix is given: `d_ij^2 = g_ii + g_jj - 2 g_ij`.
    ///
    /// Where rounding makes a square negative, the distance is zero. A square below `-1e-5 (g_ii + g_jj)`, more than
    /// rounding in single precision explains, is an error: the matrix is not a Gram matrix. Distances below about
    /// `sqrt(eps (g_ii + g_jj))`, eps that of the products, are rounding alone.
    pub fn from_gram(gram: MatRef<'_, f64>) -> Result<Self, SpectralError> {
        let points = square(gram)?;
        check_finite(gram)?;
        let mut values = vec![0.0; points * points];
        for i in 0..points {
            for j in 0..i {
                let norms = gram[(i, i)] + gram[(j, j)];
                let squared = norms - (gram[(i, j)] + gram[(j, i)]);
                SpectralError::require(
                    squared >= -1e-5 * norms.abs() && norms >= 0.0,
                    "gram",
                    format_args!("entry ({i}, {j}) is larger than a Gram matrix allows"),
                )?;
                let distance = squared.max(0.0).sqrt();
                SpectralError::require(
                    distance.is_finite(),
                    "gram",
                    format_args!("the distance of points {i} and {j} overflows"),
                )?;
                values[i * points + j] = distance;
                values[j * points + i] = distance;
            }
        }
        Ok(Self { points, values })
    }

    /// Number of points.
    pub fn points(&self) -> usize {
        self.points
    }

    /// Distances from point i to all points, itself included.
    ///
    /// # Panics
    ///
    /// If `i` is not below the number of points.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.points..(i + 1) * self.points]
    }

    /// The n (n - 1) / 2 distances above the diagonal, row after row.
    pub fn condensed(&self) -> Vec<f64> {
        (0..self.points)
            .flat_map(|i| self.row(i)[i + 1..].iter().copied())
            .collect()
    }

    /// Checks that there is a label for each point.
    pub(super) fn check_labels(&self, labels: &[usize]) -> Result<(), SpectralError> {
        SpectralError::require_size("labels of the points", self.points, labels.len())
    }
}

fn square(matrix: MatRef<'_, f64>) -> Result<usize, SpectralError> {
    let (rows, columns) = (matrix.nrows(), matrix.ncols());
    SpectralError::require_size("columns of a square matrix", rows, columns)?;
    Ok(rows)
}

fn check_finite(matrix: MatRef<'_, f64>) -> Result<(), SpectralError> {
    for i in 0..matrix.nrows() {
        for j in 0..matrix.ncols() {
            if !matrix[(i, j)].is_finite() {
                return Err(invalid(i, j, "is not finite"));
            }
        }
    }
    Ok(())
}

fn largest_modulus(matrix: MatRef<'_, f64>) -> f64 {
    let entries = (0..matrix.ncols()).flat_map(|j| (0..matrix.nrows()).map(move |i| (i, j)));
    entries.fold(0.0, |largest, at| largest.max(matrix[at].abs()))
}

fn invalid(row: usize, column: usize, what: &str) -> SpectralError {
    SpectralError::option("matrix", format!("entry ({row}, {column}) {what}"))
}
