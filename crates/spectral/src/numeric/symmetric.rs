//! Small dense symmetric matrices on the host.

use faer::{Mat, Side};

use crate::error::spectral_error::SpectralError;

/// Eigenvalues and vectors of a small symmetric matrix, ascending.
pub(crate) fn symmetric_eigen(matrix: &Mat<f64>) -> Result<(Vec<f64>, Mat<f64>), SpectralError> {
    let size = matrix.nrows();
    // The decomposition takes no empty matrix.
    if size == 0 {
        return Ok((Vec::new(), Mat::new()));
    }
    let eigen = matrix
        .self_adjoint_eigen(Side::Lower)
        .map_err(|_| SpectralError::NoConvergence { size })?;
    let values = eigen.S().column_vector().iter().copied().collect();
    Ok((values, eigen.U().to_owned()))
}

/// `max |G - I|`.
pub(crate) fn deviation_from_identity(gram: &Mat<f64>) -> f64 {
    let mut deviation = 0.0_f64;
    for j in 0..gram.ncols() {
        for i in 0..gram.nrows() {
            let entry = (gram[(i, j)] - f64::from(u8::from(i == j))).abs();
            if entry.is_nan() {
                return f64::NAN;
            }
            deviation = deviation.max(entry);
        }
    }
    deviation
}
