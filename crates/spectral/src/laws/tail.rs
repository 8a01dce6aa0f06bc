//! The tail as a power law, after Clauset, Shalizi & Newman, "Power-law distributions in empirical data", SIAM Review 2009.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::compare::{Comparison, compare};
use super::fit::exponential_rate;
use super::law::LawName;
use super::options::LawOptions;
use super::sample::{Point, Sample};
use super::uniform::Uniform;

/// A power law fitted to the tail of a sample, and compared with others there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TailFit {
    /// Where the tail begins: of the values tried, the one of least Kolmogorov distance between tail and power law.
    pub xmin: f64,
    /// Interval of xmin over the bootstrap samples, of the confidence asked for.
    pub xmin_interval: [f64; 2],
    /// The exponent by maximum likelihood above xmin (and below the window's upper end, where it has one).
    pub alpha: f64,
    /// Interval of the exponent over bootstrap samples that choose xmin anew, of the confidence asked for.
    pub alpha_interval: [f64; 2],
    /// Kolmogorov's distance between the tail and the power law.
    pub kolmogorov: f64,
    /// Fraction of samples drawn from the fit, xmin chosen anew, with as great a distance: the semi-parametric bootstrap.
    /// Below 0.1 the power law is to be doubted, say its authors. Eigenvalues repel, which makes distances smaller than
    /// those of independent values, so it is too large for them: a small one still counts against the law.
    pub goodness_of_fit: f64,
    /// Bootstrap samples behind each of the above.
    pub bootstrap: usize,
    /// Fraction of the window's values in the tail.
    pub mass: f64,
    /// Size N of the tail, as of a sample.
    pub size: f64,
    /// The tail cut off at the greatest value, where the window has no upper end.
    pub truncated: Option<TruncatedTail>,
    /// Power law, log-normal and exponential above xmin.
    pub comparison: Comparison,
}

/// A power law on `[xmin, xmax]`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TruncatedTail {
    /// Its upper end by maximum likelihood, the greatest value.
    pub xmax: f64,
    /// Its exponent by maximum likelihood.
    pub alpha: f64,
    /// Its Kolmogorov distance from the tail.
    pub kolmogorov: f64,
    /// Probability that the greatest of N values of the power law without end is no greater than xmax: a small one says
    /// that the tail ends.
    pub p_value: f64,
}

/// A tail found.
#[derive(Clone, Copy)]
struct Found {
    first: usize,
    rate: f64,
    distance: f64,
}

/// Ascending logarithms with weights, to search for tails in.
struct Logs {
    values: Vec<f64>,
    weights: Vec<f64>,
    /// `ln` of the window's upper end.
    end: f64,
}

impl Logs {
    fn new(points: &[Point], end: f64) -> Self {
        Self {
            values: points.iter().map(|point| point.x.ln()).collect(),
            weights: points.iter().map(|point| point.weight).collect(),
            end,
        }
    }

    /// Equal weights.
    fn equal(mut values: Vec<f64>, end: f64) -> Self {
        values.sort_by(f64::total_cmp);
        let weights = vec![1.0 / values.len() as f64; values.len()];
        Self {
            values,
            weights,
            end,
        }
    }

    /// The tail of least distance among at most `tries` that have a size of `least` or more.
    fn search(&self, least: f64, tries: usize) -> Option<Found> {
        let n = self.values.len();
        // Sums over the tail from i on: weights, their squares, weighted logarithms.
        let mut sums = vec![[0.0; 3]; n + 1];
        for i in (0..n).rev() {
            let w = self.weights[i];
            sums[i] = [
                sums[i + 1][0] + w,
                sums[i + 1][1] + w * w,
                sums[i + 1][2] + w * self.values[i],
            ];
        }
        let candidates: Vec<usize> = (0..n)
            .filter(|&i| i == 0 || self.values[i] > self.values[i - 1])
            .filter(|&i| sums[i][0] * sums[i][0] / sums[i][1] >= least)
            .filter(|&i| self.values[n - 1] > self.values[i])
            .collect();
        let tries = tries.clamp(1, candidates.len().max(1));
        (0..tries)
            .filter_map(|t| candidates.get(t * candidates.len() / tries))
            .map(|&first| {
                let mean = sums[first][2] / sums[first][0] - self.values[first];
                let rate = exponential_rate(mean, self.end - self.values[first]);
                Found {
                    first,
                    rate,
                    distance: self.distance(first, rate, self.end, sums[first][0]),
                }
            })
            .min_by(|a, b| a.distance.total_cmp(&b.distance))
    }

    /// Kolmogorov's distance between the tail from `first` on, of mass `mass`, and the law of that rate up to `end`.
    fn distance(&self, first: usize, rate: f64, end: f64, mass: f64) -> f64 {
        let start = self.values[first];
        let whole = if end.is_finite() {
            -(-rate * (end - start)).exp_m1()
        } else {
            1.0
        };
        let (mut below, mut largest) = (0.0, 0.0_f64);
        for (value, weight) in self.values[first..].iter().zip(&self.weights[first..]) {
            let length = value - start;
            let f = if whole == 0.0 {
                length / (end - start)
            } else {
                -(-rate * length).exp_m1() / whole
            };
            let above = below + weight / mass;
            largest = largest.max((f - below).abs()).max((f - above).abs());
            below = above;
        }
        largest
    }
}

/// A deviate of the density `e^(-rate y)` on [0, span].
fn deviate(uniform: f64, rate: f64, span: f64) -> f64 {
    if span.is_infinite() {
        -(-uniform).ln_1p() / rate
    } else if (rate * span).abs() < 1e-9 {
        uniform * span
    } else {
        -(uniform * (-rate * span).exp_m1()).ln_1p() / rate
    }
}

/// Draws values of a sample by their weights, after drawing probes where there are several.
struct Resampler {
    /// For each probe, cumulative weights and the places of its values.
    probes: Vec<(Vec<f64>, Vec<usize>)>,
}

impl Resampler {
    fn new(sample: &Sample) -> Self {
        let mut probes = vec![(Vec::new(), Vec::new()); sample.probes.max(1)];
        for (i, point) in sample.points.iter().enumerate() {
            let (cumulative, places) = &mut probes[point.probe];
            let below = cumulative.last().copied().unwrap_or(0.0);
            cumulative.push(below + point.weight);
            places.push(i);
        }
        Self { probes }
    }

    /// `count` places in the sample.
    fn draw(&self, count: usize, random: &mut Uniform) -> Vec<usize> {
        let chosen: Vec<&(Vec<f64>, Vec<usize>)> = (0..self.probes.len())
            .map(|_| &self.probes[random.index(self.probes.len())])
            .collect();
        let weight = |probe: &(Vec<f64>, Vec<usize>)| probe.0.last().copied().unwrap_or(0.0);
        let total: f64 = chosen.iter().map(|probe| weight(probe)).sum();
        (0..count)
            .filter_map(|_| {
                let mut at = random.next() * total;
                for probe in &chosen {
                    if at < weight(probe) {
                        let place = probe.0.partition_point(|&c| c <= at);
                        return probe.1.get(place.min(probe.1.len() - 1)).copied();
                    }
                    at -= weight(probe);
                }
                chosen.last().and_then(|probe| probe.1.last()).copied()
            })
            .collect()
    }
}

/// The tail of a sample of positive values, or why there is none.
pub(super) fn tail(sample: &Sample, options: &LawOptions) -> Result<TailFit, String> {
    if sample.least() <= 0.0 {
        return Err("a tail needs positive values; analyse one side".to_string());
    }
    let too_short = || {
        format!(
            "a sample of size {:.0} has no tail of {} different values",
            sample.size(),
            options.least_tail
        )
    };
    // A part of quadratures may be of a larger size than the whole, if that has a few heavy nodes; the bootstrap draws as
    // many values as the whole is good for.
    if sample.size() < options.least_tail as f64 {
        return Err(too_short());
    }
    let end = sample.window.upper.map_or(f64::INFINITY, f64::ln);
    let logs = Logs::new(&sample.points, end);
    let found = logs
        .search(options.least_tail as f64, options.tries)
        .ok_or_else(too_short)?;
    let xmin = sample.points[found.first].x;
    let tail = sample.tail(xmin);
    let fit = goodness_of_fit(sample, &logs, found, options);
    let comparison = compare(
        &tail,
        &[LawName::PowerLaw, LawName::LogNormal, LawName::Exponential],
        true,
        Some(fit),
        options,
    );
    let (alpha_interval, xmin_interval) = intervals(sample, end, options);
    Ok(TailFit {
        xmin,
        xmin_interval,
        alpha: 1.0 + found.rate,
        alpha_interval,
        kolmogorov: found.distance,
        goodness_of_fit: fit,
        bootstrap: options.bootstrap,
        mass: tail.eigenvalues / sample.eigenvalues,
        size: tail.size(),
        truncated: end.is_infinite().then(|| truncated(&tail, found.rate)),
        comparison,
    })
}

/// The tail ended at its greatest value, beside the power law of that rate without end.
fn truncated(tail: &Sample, endless: f64) -> TruncatedTail {
    let logs = Logs::new(&tail.points, tail.greatest().ln());
    let start = tail.least().ln();
    let span = logs.end - start;
    let rate = exponential_rate(tail.mean(|x| x.ln() - start), span);
    let beyond = (-endless * span).exp();
    TruncatedTail {
        xmax: tail.greatest(),
        alpha: 1.0 + rate,
        kolmogorov: logs.distance(0, rate, logs.end, 1.0),
        p_value: (tail.size() * (-beyond).ln_1p()).exp(),
    }
}

/// Percentile intervals of the exponent and of xmin over bootstrap samples.
fn intervals(sample: &Sample, end: f64, options: &LawOptions) -> ([f64; 2], [f64; 2]) {
    let count = sample.size().round() as usize;
    let resampler = Resampler::new(sample);
    let mut random = Uniform::new(options.seed, 0);
    let (mut alphas, mut starts) = (Vec::new(), Vec::new());
    for _ in 0..options.bootstrap {
        let values = resampler
            .draw(count, &mut random)
            .into_iter()
            .map(|i| sample.points[i].x.ln())
            .collect();
        let logs = Logs::equal(values, end);
        if let Some(found) = logs.search(options.least_tail as f64, options.tries) {
            alphas.push(1.0 + found.rate);
            starts.push(logs.values[found.first].exp());
        }
    }
    (
        percentiles(alphas, options.confidence),
        percentiles(starts, options.confidence),
    )
}

/// The central interval of that probability.
fn percentiles(mut values: Vec<f64>, confidence: f64) -> [f64; 2] {
    values.sort_by(f64::total_cmp);
    let outside = 0.5 * (1.0 - confidence) * values.len() as f64;
    let low = outside.floor() as usize;
    let at = |i: usize| values.get(i).copied().unwrap_or(0.0);
    [at(low), at(values.len().saturating_sub(1 + low))]
}

/// The fraction of samples drawn from the fit that are as far from their own fits.
fn goodness_of_fit(sample: &Sample, logs: &Logs, found: Found, options: &LawOptions) -> f64 {
    let count = sample.size().round() as usize;
    let start = logs.values[found.first];
    let body: f64 = logs.weights[..found.first].iter().sum();
    let mut cumulative = Vec::with_capacity(found.first);
    let mut below = 0.0;
    for weight in &logs.weights[..found.first] {
        below += weight;
        cumulative.push(below);
    }
    let mut random = Uniform::new(options.seed, 1);
    let mut as_far = 0;
    for _ in 0..options.bootstrap {
        let values = (0..count)
            .map(|_| {
                let at = random.next();
                if at < body {
                    let place = cumulative.partition_point(|&c| c <= at);
                    logs.values[place.min(found.first - 1)]
                } else {
                    start + deviate(random.next(), found.rate, logs.end - start)
                }
            })
            .collect();
        let drawn = Logs::equal(values, logs.end);
        // A sample too short for a tail has nothing to say against the law.
        let far = drawn
            .search(options.least_tail as f64, options.tries)
            .is_none_or(|tail| tail.distance >= found.distance);
        as_far += usize::from(far);
    }
    as_far as f64 / options.bootstrap.max(1) as f64
}
