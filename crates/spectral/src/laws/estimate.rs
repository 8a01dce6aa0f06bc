//! Estimators of one or two parameters, with their variances.

use super::sample::Sample;

/// The minimum of f near the best of the starts, by the simplex method of Nelder & Mead (1965) in two variables.
///
/// Each start comes with the size of the first simplex.
pub(super) fn minimise(f: impl Fn([f64; 2]) -> f64, starts: &[([f64; 2], [f64; 2])]) -> [f64; 2] {
    let mut best = ([f64::NAN; 2], f64::INFINITY, [1.0; 2]);
    for &(start, step) in starts {
        let (at, value) = simplex(&f, start, step);
        if value < best.1 {
            best = (at, value, step);
        }
    }
    if best.1.is_infinite() {
        return best.0;
    }
    // A second simplex at the end of the best one escapes a collapse.
    simplex(&f, best.0, best.2.map(|step| 0.1 * step)).0
}

fn simplex(f: &impl Fn([f64; 2]) -> f64, start: [f64; 2], step: [f64; 2]) -> ([f64; 2], f64) {
    let value = |at: [f64; 2]| {
        let v = f(at);
        (at, if v.is_nan() { f64::INFINITY } else { v })
    };
    let mut corners = [
        value(start),
        value([start[0] + step[0], start[1]]),
        value([start[0], start[1] + step[1]]),
    ];
    for _ in 0..200 {
        corners.sort_by(|a, b| a.1.total_cmp(&b.1));
        let [best, middle, worst] = corners;
        let width = (0..2)
            .map(|i| {
                let size = (best.0[i] - worst.0[i])
                    .abs()
                    .max((best.0[i] - middle.0[i]).abs());
                size / (1e-6 * (best.0[i].abs() + step[i].abs()))
            })
            .fold(0.0, f64::max);
        if width < 1.0 {
            break;
        }
        let centre = [0, 1].map(|i| 0.5 * (best.0[i] + middle.0[i]));
        let along = |t: f64| value([0, 1].map(|i| centre[i] + t * (worst.0[i] - centre[i])));
        let reflected = along(-1.0);
        corners[2] = if reflected.1 < best.1 {
            let expanded = along(-2.0);
            if expanded.1 < reflected.1 {
                expanded
            } else {
                reflected
            }
        } else if reflected.1 < middle.1 {
            reflected
        } else {
            let contracted = along(if reflected.1 < worst.1 { -0.5 } else { 0.5 });
            if contracted.1 < worst.1.min(reflected.1) {
                contracted
            } else {
                for corner in &mut corners[1..] {
                    *corner = value([0, 1].map(|i| 0.5 * (best.0[i] + corner.0[i])));
                }
                continue;
            }
        };
    }
    corners.sort_by(|a, b| a.1.total_cmp(&b.1));
    corners[0]
}

/// Most places at which a sample's distribution function is compared with a law's.
const PLACES: usize = 200;

/// The places at which [`cramer_von_mises`] compares: values, their ranks, and the weight each stands for.
///
/// Large samples are thinned evenly in their order. Ranks remain those of the whole sample, so nothing but the weighting of
/// the criterion is lost, and the fit takes the same time for any N.
pub(super) fn places(sample: &Sample) -> Vec<[f64; 3]> {
    let stride = sample.points.len().div_ceil(PLACES).max(1);
    let mut below = 0.0;
    sample
        .points
        .chunks(stride)
        .map(|chunk| {
            let middle = chunk.len() / 2;
            let weight: f64 = chunk.iter().map(|point| point.weight).sum();
            let before: f64 = chunk[..middle].iter().map(|point| point.weight).sum();
            // The rank of the middle of the value's step.
            let rank = below + before + 0.5 * chunk[middle].weight;
            below += weight;
            [chunk[middle].x, rank, weight]
        })
        .collect()
}

/// The Cramer-von Mises criterion `sum w (F(x) - rank)^2` over the places.
pub(super) fn cramer_von_mises(places: &[[f64; 3]], cdf: impl Fn(f64) -> f64) -> f64 {
    places
        .iter()
        .map(|&[x, rank, weight]| weight * (cdf(x) - rank).powi(2))
        .sum()
}

/// Step of a numerical derivative in a parameter.
fn step(parameter: f64) -> f64 {
    1e-4 * parameter.abs().max(1e-3)
}

/// Standard errors of the two parameters that minimise [`cramer_von_mises`], from the influence of each value
/// (von Mises 1947; Wolfowitz 1957 for minimum-distance estimators); `None` where they are not determined.
pub(super) fn minimum_distance_errors<F: Fn(f64) -> f64>(
    sample: &Sample,
    parameters: [f64; 2],
    cdf: impl Fn([f64; 2]) -> Option<F>,
) -> Option<[f64; 2]> {
    let n = sample.points.len();
    let mut derivatives = [vec![0.0; n], vec![0.0; n]];
    for (j, derivative) in derivatives.iter_mut().enumerate() {
        let h = step(parameters[j]);
        let mut moved = [parameters, parameters];
        moved[0][j] -= h;
        moved[1][j] += h;
        let (low, high) = (cdf(moved[0])?, cdf(moved[1])?);
        for (d, point) in derivative.iter_mut().zip(&sample.points) {
            *d = (high(point.x) - low(point.x)) / (2.0 * h);
        }
    }
    // Influence of a value y: H^-1 sum_x w_x (1{y <= x} - F(x)) F'(x)
    let f = cdf(parameters)?;
    let at: Vec<f64> = sample.points.iter().map(|point| f(point.x)).collect();
    let weighted =
        |g: &dyn Fn(usize) -> f64| -> f64 { (0..n).map(|i| sample.points[i].weight * g(i)).sum() };
    let h = [
        weighted(&|i| derivatives[0][i] * derivatives[0][i]),
        weighted(&|i| derivatives[0][i] * derivatives[1][i]),
        weighted(&|i| derivatives[1][i] * derivatives[1][i]),
    ];
    let mut influence = [vec![0.0; n], vec![0.0; n]];
    for j in 0..2 {
        let constant = weighted(&|i| at[i] * derivatives[j][i]);
        let mut above = 0.0;
        for i in (0..n).rev() {
            above += sample.points[i].weight * derivatives[j][i];
            influence[j][i] = above - constant;
        }
    }
    errors(sample, &influence, h)
}

/// Standard errors of the parameters that maximise the mean of a log-density, by White's sandwich (1982).
pub(super) fn likelihood_errors<F: Fn(f64) -> f64>(
    sample: &Sample,
    parameters: [f64; 2],
    ln_density: impl Fn([f64; 2]) -> Option<F>,
) -> Option<[f64; 2]> {
    let h = parameters.map(step);
    let at = |i: f64, j: f64| {
        let f = ln_density([parameters[0] + i * h[0], parameters[1] + j * h[1]])?;
        Some(sample.points.iter().map(|p| f(p.x)).collect::<Vec<f64>>())
    };
    let grid = [
        [at(-1.0, -1.0)?, at(-1.0, 0.0)?, at(-1.0, 1.0)?],
        [at(0.0, -1.0)?, at(0.0, 0.0)?, at(0.0, 1.0)?],
        [at(1.0, -1.0)?, at(1.0, 0.0)?, at(1.0, 1.0)?],
    ];
    let weights = || sample.points.iter().map(|point| point.weight).enumerate();
    let slope = |up: &[f64], down: &[f64], h: f64| -> Vec<f64> {
        up.iter()
            .zip(down)
            .map(|(a, b)| (a - b) / (2.0 * h))
            .collect()
    };
    let scores = [
        slope(&grid[2][1], &grid[0][1], h[0]),
        slope(&grid[1][2], &grid[1][0], h[1]),
    ];
    let curvature = |g: &dyn Fn(usize) -> f64| -> f64 { weights().map(|(i, w)| -w * g(i)).sum() };
    let information = [
        curvature(&|i| (grid[2][1][i] - 2.0 * grid[1][1][i] + grid[0][1][i]) / (h[0] * h[0])),
        curvature(&|i| {
            (grid[2][2][i] - grid[2][0][i] - grid[0][2][i] + grid[0][0][i]) / (4.0 * h[0] * h[1])
        }),
        curvature(&|i| (grid[1][2][i] - 2.0 * grid[1][1][i] + grid[1][0][i]) / (h[1] * h[1])),
    ];
    errors(sample, &scores, information)
}

/// Standard errors from each value's influence before the symmetric matrix `h` (its entries 11, 12, 22) is inverted.
fn errors(sample: &Sample, influence: &[Vec<f64>; 2], h: [f64; 3]) -> Option<[f64; 2]> {
    let determinant = h[0] * h[2] - h[1] * h[1];
    // Below this a numerical derivative cannot tell the matrix from a singular one.
    if !(determinant > 1e-10 * h[0] * h[2] && h[0] > 0.0) {
        return None;
    }
    let rows = [
        [h[2] / determinant, -h[1] / determinant],
        [-h[1] / determinant, h[0] / determinant],
    ];
    let found = rows.map(|row| {
        let values: Vec<f64> = influence[0]
            .iter()
            .zip(&influence[1])
            .map(|(a, b)| row[0] * a + row[1] * b)
            .collect();
        sample.variance_of_mean(&values).sqrt()
    });
    found.iter().all(|e| e.is_finite()).then_some(found)
}
