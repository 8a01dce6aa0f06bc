//! What a span loses when one vector is left out.

use faer::Mat;

/// For each column of R (r x k, upper triangular where square) the unit vector that is in the span of all columns but not
/// in that of the others: the columns of `R^(-T)`, normalised.
///
/// `None` where r < k: the others then span the same, but for chance.
pub(crate) fn left_out_directions(r: &Mat<f64>) -> Option<Mat<f64>> {
    let size = r.ncols();
    if r.nrows() < size {
        return None;
    }
    // Column scales change none of the directions and keep the substitution in range.
    let scales: Vec<f64> = (0..size).map(|j| r.col(j).norm_l2()).collect();
    let entry = |i: usize, j: usize| r[(i, j)] / scales[j];
    let mut directions = Mat::zeros(size, size);
    for column in 0..size {
        // R^T s = e_column: nothing above it.
        for j in column..size {
            let known: f64 = (column..j)
                .map(|i| entry(i, j) * directions[(i, column)])
                .sum();
            let unit = f64::from(u8::from(j == column));
            directions[(j, column)] = (unit - known) / entry(j, j);
        }
        let norm = directions.col(column).norm_l2();
        for j in column..size {
            directions[(j, column)] /= norm;
        }
    }
    Some(directions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::unwrap_used)]
    fn directions_are_orthogonal_to_all_other_columns() {
        let r = Mat::from_fn(6, 6, |i, j| match i.cmp(&j) {
            std::cmp::Ordering::Less => (1.0 + i as f64 * 1.7 + j as f64).sin(),
            std::cmp::Ordering::Equal => 10.0_f64.powi(-(i as i32)),
            std::cmp::Ordering::Greater => 0.0,
        });
        let found = left_out_directions(&r).unwrap();
        for i in 0..6 {
            assert!((found.col(i).norm_l2() - 1.0).abs() < 1e-14);
            for j in (0..6).filter(|&j| j != i) {
                let cosine = found.col(i).transpose() * r.col(j) / r.col(j).norm_l2();
                assert!(cosine.abs() < 1e-14, "{i} {j}: {cosine:e}");
            }
        }
        assert!(left_out_directions(&Mat::zeros(2, 3)).is_none());
    }
}
