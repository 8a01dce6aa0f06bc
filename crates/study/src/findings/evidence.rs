//! Everything that the rules read, measured.

use hesscope_hvp::Problem;
use hesscope_hvp::class::ClassMean;
use hesscope_records::{
    BulkNumbers, Bulks, Evidence, FindingsSettings, LeadingEigenvalues, Levels, Part, SpacePair,
    Spectrum, Terms,
};
use hesscope_spectral::{
    Bounded, Eigenpairs, SpectralDensity, SpectralError, VectorSpace, noise_floor,
};

use super::bulk_end::bulk_end;
use super::median::median_above;
use super::operators::{means_are_few, operators};
use super::rules::bounds::LEVEL;
use crate::error::StudyError;
use crate::measure::{
    KeepVectors, Opened, Subspace, bulk_energy, class_mean_subspace, classes_with_examples, effort,
    log_laws, overlap,
};

/// Fewest classes whose class means have groups: with two each g_cc' is alone.
const LEAST_LEVELS: usize = 3;

/// Measures what is asked for; `key` is that of the findings.
pub fn evidence(
    opened: &Opened<'_>,
    settings: &FindingsSettings,
    key: &str,
) -> Result<Evidence, StudyError> {
    let (hess, g, h) = (
        Terms::from(Part::Hess),
        Terms::from(Part::G),
        Terms::from(Part::H),
    );
    // The vectors of these two are used again below.
    for operator in [hess, g] {
        opened.leading_pairs(operator, &effort(opened).leading, KeepVectors::Always)?;
    }
    let mut spectra: Vec<(Terms, Spectrum)> = Vec::new();
    for operator in operators() {
        spectra.push((operator, opened.spectrum(operator)?.record.spectrum));
    }
    let of = |operator: Terms| -> Result<&Spectrum, StudyError> {
        let found = spectra.iter().find(|(other, _)| *other == operator);
        found
            .map(|(_, spectrum)| spectrum)
            .ok_or_else(|| StudyError::Fault(format!("the operator {operator} was not analysed")))
    };
    let problem = opened.problem()?;
    let classes = classes_with_examples(problem)?;
    let of_hess = opened.subspace(hess, None)?;
    let of_g = opened.subspace(g, None)?;
    let of_g_alike = opened.subspace(g, Some(of_hess.record.dimension))?;
    let of_a1 = opened.subspace(Part::A1.into(), None)?;
    let of_a2 = class_mean_subspace(problem, Part::A2.into(), None)?;
    let pair = |first: &Subspace, second: &Subspace| -> Result<SpacePair, StudyError> {
        Ok(SpacePair {
            first: first.record.clone(),
            second: second.record.clone(),
            overlap: overlap(problem.space(), first, second)?,
        })
    };
    let hess_and_g = pair(&of_hess, &of_g_alike)?;
    let g_and_a1 = pair(&of_g, &of_a1)?;
    let projected = Eigenpairs {
        values: of_hess.record.eigenvalues.clone(),
        residuals: of_hess.record.residuals.clone(),
        vectors: of_hess.vectors,
    };
    let (probes, seed) = (settings.energy_probes, settings.seed);
    let energy = bulk_energy(opened, &projected, probes, seed, key)?.split(LEVEL)?;
    let epsilon = problem.space().epsilon();
    let (of_h, whole_g, whole) = (of(h)?, of(g)?, of(hess)?);
    let bulks = if means_are_few(opened.run().classes()) {
        bulks(
            &exact_b1(problem)?,
            whole_g,
            of(g - Part::B1)?,
            of(Part::B2.into())?,
            epsilon,
        )?
    } else {
        None
    };
    Ok(Evidence {
        dimension: whole.dimension,
        examples: problem.examples(),
        classes: problem.classes(),
        classes_with_examples: classes,
        loss: opened.evaluation()?.loss,
        accuracy: opened.accuracy()?,
        hess: leading(hess, whole),
        g: leading(g, whole_g),
        h: leading(h, of_h),
        g_without_a1: leading(g - Part::A1, of(g - Part::A1)?),
        a1: of_a1.record.eigenvalues,
        a2: of_a2.record.eigenvalues,
        hess_and_g,
        g_and_a1,
        energy,
        bulk: bulk_numbers(whole, whole_g, of_h, classes, epsilon)?,
        bulks,
        log_laws: log_laws(opened, settings.law, seed, key)?,
        levels: levels(opened, classes)?,
    })
}

/// Every Ritz value and eigenvalue of a density.
fn nodes(density: &SpectralDensity) -> impl Iterator<Item = f64> + '_ {
    density
        .quadratures
        .iter()
        .flat_map(|quadrature| quadrature.nodes.iter().copied())
}

/// The leading eigenvalues of an spectrum.
fn leading(operator: Terms, spectrum: &Spectrum) -> LeadingEigenvalues {
    let known = spectrum.density.atoms.len();
    let next = nodes(&spectrum.density).fold(0.0f64, f64::max);
    // Where pairs were not taken out of the density, its nodes are not behind them.
    let behind = known == spectrum.top.values.len() && next > 0.0;
    LeadingEigenvalues {
        operator,
        values: spectrum.top.values.clone(),
        residuals: spectrum.top.residuals.clone(),
        next: behind.then_some(next),
        outliers: spectrum.outliers,
    }
}

/// All eigenvalues of B1 but zero, largest first.
fn exact_b1(problem: &Problem) -> Result<Vec<f64>, StudyError> {
    let weights = problem.class_weights()?;
    let gram = problem.mean_gram(&ClassMean::all(&weights))?;
    Ok(gram.spectrum(Part::B1)?.values)
}

/// How the class means group, where there are enough of them.
fn levels(opened: &Opened<'_>, classes: usize) -> Result<Option<Levels>, StudyError> {
    if classes < LEAST_LEVELS {
        return Ok(None);
    }
    let means = opened.class_means()?.record;
    Ok(Some(Levels {
        classes: means
            .points
            .iter()
            .filter(|point| point.other.is_none())
            .count(),
        distances: means.scores,
        tsne: means.tsne_scores,
    }))
}

/// The number of eigenvalues in the bulk. Each interval of two sides is made of two that hold at once (Bonferroni).
fn bulk_numbers(
    hess: &Spectrum,
    g: &Spectrum,
    h: &Spectrum,
    classes: usize,
    epsilon: f64,
) -> Result<BulkNumbers, SpectralError> {
    let floor = noise_floor(epsilon, largest(hess), hess.dimension);
    let to = bulk_end(hess, classes)
        .map_or(hess.range.upper, |end| end.to)
        .max(floor);
    let above = |spectrum: &Spectrum, level: f64| count(spectrum, [floor, to], level);
    let below =
        |spectrum: &Spectrum, level: f64| count(spectrum, [f64::NEG_INFINITY, -floor], level);
    let each = 0.5 * (1.0 + LEVEL);
    let both = |spectrum: &Spectrum| -> Result<Bounded, SpectralError> {
        let (up, down) = (above(spectrum, each)?, below(spectrum, each)?);
        let most = spectrum.dimension as f64;
        Ok(Bounded {
            mean: up.mean + down.mean,
            lower: up.lower + down.lower,
            upper: (up.upper + down.upper).min(most),
            level: LEVEL,
        })
    };
    Ok(BulkNumbers {
        floor,
        to,
        hess: both(hess)?,
        g: above(g, LEVEL)?,
        h: both(h)?,
        hess_negative: below(hess, LEVEL)?,
        h_negative: below(h, LEVEL)?,
    })
}

fn count(
    spectrum: &Spectrum,
    [lower, upper]: [f64; 2],
    level: f64,
) -> Result<Bounded, SpectralError> {
    Ok(spectrum.density.count_in(lower, upper, level)?.count)
}

/// The largest modulus.
fn largest(spectrum: &Spectrum) -> f64 {
    let range = &spectrum.range;
    range.ritz_max.abs().max(range.ritz_min.abs())
}

/// B1 and B2 beside each other, and G with and without B1 where B1 is.
fn bulks(
    b1: &[f64],
    g: &Spectrum,
    without_b1: &Spectrum,
    b2: &Spectrum,
    epsilon: f64,
) -> Result<Option<Bulks>, StudyError> {
    if b1.is_empty() {
        return Ok(None);
    }
    let quartiles = [0.25, 0.5, 0.75].map(|share| quantile(b1, share));
    let floor = noise_floor(epsilon, largest(b2), b2.dimension);
    let middle = |spectrum: &Spectrum| spectrum.density.count_in(quartiles[0], quartiles[2], LEVEL);
    Ok(Some(Bulks {
        b1: b1.to_vec(),
        b1_quartiles: quartiles,
        floor,
        b2_median: median_above(&b2.density, floor, largest(b2))?,
        b1_middle: b1
            .iter()
            .filter(|value| (quartiles[0]..=quartiles[2]).contains(*value))
            .count(),
        b2_above: b2.density.count_in(quartiles[1], f64::INFINITY, LEVEL)?,
        g_middle: middle(g)?,
        g_without_b1_middle: middle(without_b1)?,
    }))
}

/// A quantile of values that fall, between neighbours by rank.
fn quantile(falling: &[f64], share: f64) -> f64 {
    let place = (1.0 - share) * (falling.len() - 1) as f64;
    let (low, rest) = (place.floor() as usize, place.fract());
    let next = falling[(low + 1).min(falling.len() - 1)];
    falling[low] + rest * (next - falling[low])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_neighbours() {
        let values = [5.0, 4.0, 3.0, 2.0, 1.0];
        assert_eq!(quantile(&values, 0.5), 3.0);
        assert_eq!(quantile(&values, 0.25), 2.0);
        assert_eq!(quantile(&values, 0.75), 4.0);
        assert_eq!(quantile(&values, 0.0), 1.0);
        assert_eq!(quantile(&[2.0, 1.0], 0.75), 1.75);
        assert_eq!(quantile(&[7.0], 0.25), 7.0);
    }
}
