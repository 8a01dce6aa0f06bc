//! The exact spectra of A1 and B1, from a record of class means.

use hesscope_records::ClassMeans;
use hesscope_spectral::faer::{Mat, Side};

use crate::error::StudyError;

/// All eigenvalues but zero, largest first.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassMeanSpectra {
    /// Of A1 = Σ P_c/N g_c g_cᵀ.
    pub a1: Vec<f64>,
    /// Of B1 = Σ P_cc'/N (g_cc' - g_c) (g_cc' - g_c)ᵀ over c' other than c.
    pub b1: Vec<f64>,
}

/// The spectra of A1 and B1, with each part written as X Xᵀ, from the Gram matrix of the means: those of the small matrix
/// Xᵀ X. None where the record has the means of some of the classes only.
///
/// # Errors
///
/// Means whose eigenvalues do not converge.
pub fn class_mean_spectra(means: &ClassMeans) -> Result<Option<ClassMeanSpectra>, StudyError> {
    let all = means.settings.classes.len() == means.class_names.len();
    if !all {
        return Ok(None);
    }
    let centre = |class: usize| {
        let mut points = means.points.iter();
        points.position(|point| point.class == class && point.other.is_none())
    };
    let (mut a1, mut b1) = (Vec::new(), Vec::new());
    for (place, point) in means.points.iter().enumerate() {
        let root = (point.weight / means.examples as f64).sqrt();
        match point.other {
            None => a1.push(vec![(place, root)]),
            Some(other) if other != point.class => {
                b1.extend(centre(point.class).map(|c| vec![(place, root), (c, -root)]));
            }
            Some(_) => {}
        }
    }
    let epsilon = means.settings.subject.precision.epsilon();
    Ok(Some(ClassMeanSpectra {
        a1: eigenvalues(&means.gram, &a1, epsilon)?,
        b1: eigenvalues(&means.gram, &b1, epsilon)?,
    }))
}

/// The eigenvalues above rounding of `X Xᵀ`, each column of X a combination of the means.
fn eigenvalues(
    gram: &[f64],
    columns: &[Vec<(usize, f64)>],
    epsilon: f64,
) -> Result<Vec<f64>, StudyError> {
    // The lower triangle, row by row.
    let product = |i: usize, j: usize| {
        let (row, column) = (i.max(j), i.min(j));
        gram.get(row * (row + 1) / 2 + column)
            .copied()
            .unwrap_or_default()
    };
    let count = columns.len();
    let small = Mat::from_fn(count, count, |i, j| {
        let pairs = columns[i]
            .iter()
            .flat_map(|a| columns[j].iter().map(move |b| (a, b)));
        pairs
            .map(|(&(a, x), &(b, y))| x * y * product(a, b))
            .sum::<f64>()
    });
    let mut values = small
        .self_adjoint_eigenvalues(Side::Lower)
        .map_err(|error| {
            StudyError::Fault(format!(
                "the eigenvalues of the class means did not converge ({error:?})"
            ))
        })?;
    let largest = values.last().copied().unwrap_or(0.0);
    values.retain(|&value| value > count as f64 * epsilon * largest);
    values.reverse();
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// g_0 = (2, 0) and g_1 = (0, 1) with weights over N of 1/4 and 1: eigenvalues 1 and 1.
    #[test]
    fn eigenvalues_are_those_of_the_sum_of_squares() {
        let gram = [4.0, 0.0, 1.0];
        let columns = [vec![(0, 0.5)], vec![(1, 1.0)]];
        let found = eigenvalues(&gram, &columns, 1e-16).expect("eigenvalues");
        assert!(found.iter().all(|value| (value - 1.0).abs() < 1e-12));
        assert_eq!(found.len(), 2);
        // (g_0 - g_1) alone has the square of its norm, and nothing else.
        let difference = [vec![(0, 1.0), (1, -1.0)], vec![(0, -1.0), (1, 1.0)]];
        let found = eigenvalues(&gram, &difference, 1e-12).expect("eigenvalues");
        assert_eq!(found.len(), 1);
        assert!((found[0] - 10.0).abs() < 1e-12, "{found:?}");
    }
}
