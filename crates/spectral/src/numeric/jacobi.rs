//! The Jacobi matrix of a quadrature: the way back from nodes and weights to Lanczos coefficients.

/// Diagonal and off-diagonal of the symmetric tridiagonal matrix whose Gauss quadrature has these nodes and weights.
///
/// The nodes are taken in one at a time by rational updates of the squared off-diagonal (Gragg & Harwood, "The numerically
/// stable reconstruction of Jacobi matrices from spectral data", Numer. Math. 44, 1984, the method of Rutishauser, Kahan,
/// Pal and Walker): O(m^2) work, stable for every choice of positive weights. Its leading blocks are those that fewer
/// Lanczos steps from the same start would have given.
pub(crate) fn jacobi_matrix(nodes: &[f64], weights: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let size = nodes.len();
    let mut alpha = nodes.to_vec();
    // Entry k is the squared off-diagonal before row k; entry 0 is the mass.
    let mut squared = vec![0.0; size];
    if let (Some(first), Some(&weight)) = (squared.first_mut(), weights.first()) {
        *first = weight;
    }
    for new in 1..size {
        let (node, mut entering) = (nodes[new], weights[new]);
        let (mut keep, mut turn, mut shift) = (1.0_f64, 0.0_f64, 0.0_f64);
        for k in 0..=new {
            let sum = squared[k] + entering;
            let updated = keep * sum;
            let turn_before = turn;
            if sum > 0.0 {
                keep = squared[k] / sum;
                turn = entering / sum;
            } else {
                (keep, turn) = (1.0, 0.0);
            }
            let next = turn * (alpha[k] - node) - keep * shift;
            alpha[k] -= next - shift;
            shift = next;
            entering = if turn > 0.0 {
                shift * shift / turn
            } else {
                turn_before * squared[k]
            };
            squared[k] = updated;
        }
    }
    let beta = squared.iter().skip(1).map(|b| b.max(0.0).sqrt()).collect();
    (alpha, beta)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::tridiagonal::TridiagonalEnds;

    #[test]
    fn inverts_the_quadrature() {
        let alpha: Vec<f64> = (0..40).map(|i| (f64::from(i) * 0.7).sin()).collect();
        let beta: Vec<f64> = (0..39)
            .map(|i| 1.0 + 0.5 * (f64::from(i) * 1.3).cos())
            .collect();
        let ends = TridiagonalEnds::new(&alpha, &beta).unwrap_or_else(|error| panic!("{error}"));
        let weights: Vec<f64> = ends.first.iter().map(|s| s * s).collect();
        let (a, b) = jacobi_matrix(&ends.values, &weights);
        for (x, y) in a.iter().zip(&alpha).chain(b.iter().zip(&beta)) {
            // Some weights are as small as 1e-10, and the inverse problem is that badly conditioned in them.
            assert!((x - y).abs() < 1e-8, "{x} {y}");
        }
    }
}
