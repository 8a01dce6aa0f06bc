//! How far numbers are from those of a reference. A number that is none makes the deviation none.

use hesscope_spectral::{SpectralDensity, SpectralError, linear_grid};

/// Points at which densities are compared.
const POINTS: usize = 401;

/// Standard deviation that eigenvalues are broadened to for it, as a share of the range.
const WIDTH: f64 = 1.0 / 40.0;

/// The larger, or a NaN where either is one.
fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

/// The largest modulus.
fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().map(f64::abs).fold(0.0, larger)
}

/// A difference by a size; zero where there is no difference, whatever the size.
fn relative(difference: f64, size: f64) -> f64 {
    if difference == 0.0 {
        0.0
    } else {
        difference / size
    }
}

/// The largest difference, by the largest number of the reference; infinite where there are not as many numbers.
pub fn of_largest(reference: &[f64], found: &[f64]) -> f64 {
    if reference.len() != found.len() {
        return f64::INFINITY;
    }
    let differences = reference.iter().zip(found).map(|(a, b)| a - b);
    relative(largest(differences), largest(reference.iter().copied()))
}

/// The norm of the difference, by that of the reference; infinite where there are not as many numbers.
pub fn of_norms(reference: &[f64], found: &[f64]) -> f64 {
    if reference.len() != found.len() {
        return f64::INFINITY;
    }
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>().sqrt();
    let difference = norm(&mut reference.iter().zip(found).map(|(a, b)| a - b));
    relative(difference, norm(&mut reference.iter().copied()))
}

/// The largest distance of the reference's eigenvalues from the nearest found, by the largest eigenvalue: pairs of nearly
/// equal modulus may come in another order.
pub fn of_nearest(reference: &[f64], found: &[f64]) -> f64 {
    let distance = |value: f64| {
        let distances = found.iter().map(|other| (value - other).abs());
        distances.reduce(f64::min).unwrap_or(f64::INFINITY)
    };
    let not_numbers = found.iter().copied().find(|value| value.is_nan());
    let farthest = largest(reference.iter().map(|&value| distance(value)));
    let size = largest(reference.iter().copied());
    not_numbers.unwrap_or_else(|| relative(farthest, size))
}

/// The deviations of the mean eigenvalue, by the root of the mean square, and of the mean square.
pub fn of_moments(reference: &SpectralDensity, found: &SpectralDensity) -> [f64; 2] {
    let moments =
        |density: &SpectralDensity| [1, 2].map(|k| density.smooth_average(|x| x.powi(k)).mean);
    let ([mean, square], [found_mean, found_square]) = (moments(reference), moments(found));
    [
        relative((mean - found_mean).abs(), square.sqrt()),
        relative((square - found_square).abs(), square),
    ]
}

/// The largest difference of two densities over the range of the reference, by the reference's largest density.
///
/// # Errors
///
/// A range that is no interval.
pub fn of_densities(
    reference: &SpectralDensity,
    found: &SpectralDensity,
    [lower, upper]: [f64; 2],
) -> Result<f64, SpectralError> {
    let width = WIDTH * (upper - lower);
    let grid = linear_grid(lower, upper, POINTS)?;
    let one = reference.density(&grid, width)?;
    let other = found.density(&grid, width)?;
    Ok(of_largest(&one.mean, &other.mean))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_are_relative_to_the_reference() {
        assert_eq!(of_largest(&[4.0, -8.0], &[4.0, -7.0]), 0.125);
        assert_eq!(of_largest(&[0.0], &[0.0]), 0.0);
        assert_eq!(of_largest(&[0.0], &[1.0]), f64::INFINITY);
        assert_eq!(of_largest(&[1.0], &[1.0, 1.0]), f64::INFINITY);
        assert_eq!(of_norms(&[3.0, 4.0], &[3.0, 4.5]), 0.1);
        assert_eq!(of_norms(&[3.0], &[]), f64::INFINITY);
    }

    #[test]
    fn a_nan_is_never_agreement() {
        for place in 0..3 {
            let mut found = [1.0, 2.0, 3.0];
            found[place] = f64::NAN;
            let reference = [1.0, 2.0, 3.0];
            assert!(of_largest(&reference, &found).is_nan(), "{place}");
            assert!(of_norms(&reference, &found).is_nan(), "{place}");
            assert!(of_nearest(&reference, &found).is_nan(), "{place}");
        }
    }

    #[test]
    fn eigenvalues_in_another_order_are_the_same() {
        assert_eq!(of_nearest(&[2.0, -2.0, 1.0], &[-2.0, 2.0, 1.0, 0.5]), 0.0);
        assert_eq!(of_nearest(&[2.0, 1.0], &[2.0, 1.5]), 0.25);
        assert_eq!(of_nearest(&[2.0], &[]), f64::INFINITY);
        assert_eq!(of_nearest(&[], &[]), 0.0);
    }

    #[test]
    fn densities_differ_where_eigenvalues_do() {
        let density = |values: &[f64]| SpectralDensity::from_eigenvalues(values.to_vec());
        let (one, other) = (density(&[-1.0, 0.0, 1.0]), density(&[-1.0, 0.0, 1.001]));
        let apart = |a, b| of_densities(a, b, [-2.0, 2.0]).expect("an interval");
        assert_eq!(apart(&one, &one), 0.0);
        let deviation = apart(&one, &other);
        assert!((1e-3..1e-2).contains(&deviation), "{deviation}");
        let far = density(&[-1.0, 0.0, 2.0]);
        assert!(apart(&one, &far) > 0.9);
        assert!(of_densities(&one, &one, [1.0, 1.0]).is_err());
        let [mean, square] = of_moments(&one, &far);
        assert!((mean - (1.0 / 3.0) / (2.0f64 / 3.0).sqrt()).abs() < 1e-12);
        assert!((square - 1.5).abs() < 1e-12);
    }
}
