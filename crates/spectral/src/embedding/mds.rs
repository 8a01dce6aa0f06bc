//! Classical multidimensional scaling.

use faer::Mat;

use super::distances::Distances;
use crate::error::spectral_error::SpectralError;
use crate::numeric::symmetric::symmetric_eigen;

/// The result of [`classical_mds`].
#[derive(Clone, Debug)]
pub struct ClassicalMds {
    /// n x k: row i is point i, column a its a-th principal coordinate. Each column has mean zero and its entry of
    /// largest modulus positive.
    pub coordinates: Mat<f64>,
    /// All n eigenvalues of the doubly centred matrix, descending, in squared units of the distances. Negative ones,
    /// beyond rounding, show that no Euclidean space has these distances.
    pub eigenvalues: Vec<f64>,
    /// What each of the k coordinates explains: its eigenvalue over the sum of the moduli of all (Mardia 1978), zero for a
    /// coordinate whose eigenvalue is not positive.
    pub shares: Vec<f64>,
    /// The moduli of the negative eigenvalues over the same sum.
    pub negative_share: f64,
}

/// Classical scaling of distances to k dimensions (Torgerson 1952): with `B = -1/2 J D2 J`, D2 the squared distances and
/// `J = I - 1 1^T / n`, the coordinates are the k leading eigenvectors of B times the roots of their eigenvalues.
///
/// Distances of points of a k-dimensional Euclidean space are reproduced exactly. A coordinate whose eigenvalue is not
/// positive is zero.
pub fn classical_mds(
    distances: &Distances,
    dimensions: usize,
) -> Result<ClassicalMds, SpectralError> {
    let n = distances.points();
    SpectralError::require(
        (1..=n).contains(&dimensions),
        "dimensions",
        format_args!("must be from 1 to the number of points, {n}, found {dimensions}"),
    )?;
    let squares = Mat::from_fn(n, n, |i, j| distances.row(i)[j] * distances.row(i)[j]);
    let means: Vec<f64> = (0..n)
        .map(|i| (0..n).map(|j| squares[(i, j)]).sum::<f64>() / n as f64)
        .collect();
    let mean = means.iter().sum::<f64>() / n as f64;
    let centred = Mat::from_fn(n, n, |i, j| {
        -0.5 * (squares[(i, j)] - (means[i] + means[j]) + mean)
    });
    let (values, vectors) = symmetric_eigen(&centred)?;
    // Ascending in faer, descending here.
    let eigenvalues: Vec<f64> = (0..n).rev().map(|k| values[k]).collect();
    let mut coordinates = Mat::zeros(n, dimensions);
    for (axis, value) in eigenvalues.iter().enumerate().take(dimensions) {
        let vector = vectors.col(n - 1 - axis);
        let root = value.max(0.0).sqrt();
        let mut peak = 0.0_f64;
        for i in 0..n {
            if vector[i].abs() > peak.abs() {
                peak = vector[i];
            }
        }
        for i in 0..n {
            coordinates[(i, axis)] = vector[i] * root * peak.signum();
        }
    }
    let total: f64 = eigenvalues.iter().map(|value| value.abs()).sum();
    let share = |value: f64| if total > 0.0 { value / total } else { 0.0 };
    Ok(ClassicalMds {
        coordinates,
        shares: eigenvalues[..dimensions]
            .iter()
            .map(|v| share(v.max(0.0)))
            .collect(),
        negative_share: share(eigenvalues.iter().map(|v| (-v).max(0.0)).sum()),
        eigenvalues,
    })
}
