//! Which eigenpairs may be taken out of a spectrum as atoms.

use crate::error::spectral_error::SpectralError;
use crate::operator::eigenpairs::Eigenpairs;

/// Eigenpairs sorted into those that may become atoms and the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Indices of the pairs that have converged and stand apart.
    pub apart: Vec<usize>,
    /// Indices of the others. They stay in the operator, and so in what the probes see.
    pub left: Vec<usize>,
}

/// Chooses the pairs whose residual is at most `fraction` of the gap to the rest of the spectrum; 0.01 is a good fraction.
///
/// The rest is `bulk = [lower, upper]`, an interval that holds the eigenvalues not among the pairs (the guard values of
/// [`subspace_iteration`](crate::subspace_iteration), or the Ritz values behind the leading ones, with their residuals),
/// together with every pair not chosen, residual included: a pair is left in where it cannot be told from one left in. A
/// residual r at gap g leaves the eigenvalue uncertain by `r^2 / g` and the vector by the angle `r / g` (Parlett 1998,
/// section 11.7), so a chosen pair's atom is one eigenvalue, and deflating it moves the rest by `fraction r` at most.
///
/// Pairs left in lose nothing: the probes see them, with sampling error. Gaps among chosen pairs do not count, since their
/// span is taken out as a whole.
pub fn apart<V>(
    pairs: &Eigenpairs<V>,
    bulk: [f64; 2],
    fraction: f64,
) -> Result<Selection, SpectralError> {
    pairs.check_residuals()?;
    SpectralError::require(
        fraction > 0.0 && fraction.is_finite(),
        "fraction",
        format_args!("{fraction} is not a positive number"),
    )?;
    SpectralError::require(
        bulk[0] <= bulk[1],
        "bulk",
        format_args!("[{}, {}] is not an interval", bulk[0], bulk[1]),
    )?;
    let mut rest = vec![bulk];
    let mut chosen: Vec<usize> = (0..pairs.values.len()).collect();
    let mut left = Vec::new();
    loop {
        let (kept, dropped): (Vec<usize>, Vec<usize>) = chosen.iter().partition(|&&index| {
            let (value, residual) = (pairs.values[index], pairs.residuals[index]);
            let gap = rest
                .iter()
                .map(|[lower, upper]| (lower - value).max(value - upper))
                .fold(f64::INFINITY, f64::min);
            // A NaN must not pass.
            gap > 0.0 && residual <= fraction * gap
        });
        if dropped.is_empty() {
            break;
        }
        rest.extend(dropped.iter().map(|&index| {
            let (value, residual) = (pairs.values[index], pairs.residuals[index]);
            [value - residual, value + residual]
        }));
        left.extend(dropped);
        chosen = kept;
    }
    left.sort_unstable();
    Ok(Selection {
        apart: chosen,
        left,
    })
}

impl Selection {
    /// The chosen pairs, to deflate by.
    pub fn of<V: Clone>(&self, pairs: &Eigenpairs<V>) -> Eigenpairs<V> {
        Eigenpairs {
            values: self.apart.iter().map(|&i| pairs.values[i]).collect(),
            vectors: self
                .apart
                .iter()
                .map(|&i| pairs.vectors[i].clone())
                .collect(),
            residuals: self.apart.iter().map(|&i| pairs.residuals[i]).collect(),
        }
    }
}
