//! Tables of what was measured of spectra.

use hesscope_spectral::{AutomaticLimit, AutomaticOutcome, Estimate};
use maud::{Markup, html};

use super::laws::laws;
use super::outliers::outliers;
use crate::figures::marks::is_outlier;
use crate::html::markup::{Table, details};
use crate::named_spectrum::NamedSpectrum;
use crate::text::numbers::{estimate, integer, known_within, plain, significant, with_error};
use hesscope_records::Spectrum;

/// All tables of some spectra; but for outliers and laws they are folded.
pub(crate) fn details_of_spectra(spectra: &[NamedSpectrum<'_>]) -> Markup {
    html! {
        (outliers(spectra))
        (automatic(spectra))
        (laws(spectra))
        (details("Trace, norm and moments", false, moments(spectra)))
        (details("Ranges", false, ranges(spectra)))
        @for named in spectra {
            (details(
                &format!("Leading eigenvalues of {}", named.name),
                false,
                eigenvalues(&named.name, named.spectrum),
            ))
        }
    }
}

/// How the densities came out whose error was asked for.
fn automatic(spectra: &[NamedSpectrum<'_>]) -> Markup {
    let row = |named: &NamedSpectrum<'_>| {
        let automatic = named.spectrum.automatic.as_ref()?;
        let (asked, last) = named.density_error.zip(automatic.assessments.last())?;
        Some([
            named.name.clone(),
            significant(asked, 2),
            significant(last.error(), 2),
            significant(last.sampling, 2),
            significant(last.truncation, 2),
            integer(last.probes),
            integer(last.steps),
            match automatic.outcome {
                AutomaticOutcome::Met => "met".to_owned(),
                AutomaticOutcome::Exact => "exact".to_owned(),
                AutomaticOutcome::NotMet(limit) => format!("not met: {}", limit_word(limit)),
            },
        ])
    };
    let rows: Vec<_> = spectra.iter().filter_map(row).collect();
    let caption = "Densities whose error was asked for: the Wasserstein-1 distance from the true one, as a share of the width \
                   of the spectrum without atoms, and its parts";
    let head = "Operator | Asked for | Reached | of that, probes | of that, steps | Probes | Lanczos steps | Outcome";
    html! { @if !rows.is_empty() { (Table::new(caption, head).with(rows)) } }
}

fn limit_word(limit: AutomaticLimit) -> &'static str {
    match limit {
        AutomaticLimit::Probes => "most probes reached",
        AutomaticLimit::Steps => "most steps reached",
        AutomaticLimit::Products => "most products reached",
        AutomaticLimit::Vectors => "memory full",
        AutomaticLimit::Resolution => "less cannot be told from zero",
    }
}

/// A table with a column for each spectrum, and these heads of rows with ` | ` between them.
fn by_spectrum<const N: usize>(
    spectra: &[NamedSpectrum<'_>],
    caption: &str,
    rows: &str,
    column: impl Fn(&Spectrum) -> [String; N],
) -> Table {
    let names = spectra.iter().map(|named| named.name.clone());
    let head = std::iter::once(String::new()).chain(names);
    let columns: Vec<_> = spectra.iter().map(|named| column(named.spectrum)).collect();
    let row = |(i, row): (usize, &str)| {
        let cells = columns.iter().map(move |column| column[i].clone());
        std::iter::once(row.to_owned()).chain(cells)
    };
    Table::of_columns(caption, head).with(rows.split(" | ").enumerate().map(row))
}

/// Trace, norm and moments.
fn moments(spectra: &[NamedSpectrum<'_>]) -> Table {
    let rows = "Trace | Frobenius norm | Mean of \u{3bb} | Mean of \u{3bb}\u{b2} | Mean of \u{3bb}\u{b3} | Mean of \u{3bb}\u{2074}";
    let caption = "Trace (p times the mean of \u{3bb}), Frobenius norm and moments, \u{b1} one standard error over the probes";
    by_spectrum(spectra, caption, rows, |spectrum| {
        let dim = spectrum.dimension as f64;
        let [first, second, third, fourth] =
            [1, 2, 3, 4].map(|k| spectrum.density.smooth_average(|x| x.powi(k)));
        [
            estimate(first, dim),
            norm(second, dim),
            estimate(first, 1.0),
            estimate(second, 1.0),
            estimate(third, 1.0),
            estimate(fourth, 1.0),
        ]
    })
}

/// The root of p times the second moment; its error, to first order, is half the relative one.
fn norm(second: Estimate, dim: f64) -> String {
    let norm = (dim * second.mean.max(0.0)).sqrt();
    let relative = |error: f64| {
        if norm > 0.0 {
            dim * error / (2.0 * norm)
        } else {
            0.0
        }
    };
    with_error(norm, second.standard_error.map(relative))
}

/// The intervals that hold the spectra.
fn ranges(spectra: &[NamedSpectrum<'_>]) -> Table {
    let rows = "Least Ritz value | its residual bound | Largest Ritz value | its residual bound | Interval from | Interval to | Lanczos steps";
    let caption =
        "Range: extreme Ritz values, and the interval taken from them, with bounds and margin";
    by_spectrum(spectra, caption, rows, |spectrum| {
        let range = &spectrum.range;
        [
            plain(range.ritz_min),
            significant(range.residual_min, 2),
            plain(range.ritz_max),
            significant(range.residual_max, 2),
            plain(range.lower),
            plain(range.upper),
            integer(range.steps),
        ]
    })
}

/// The leading eigenpairs of both signs in one list by modulus; none of equal ones is left out, and the positive comes first.
fn eigenvalues(name: &str, spectrum: &Spectrum) -> Table {
    let top = &spectrum.top;
    let mut pairs: Vec<_> = top
        .values
        .iter()
        .zip(&top.residuals)
        .zip(&top.converged)
        .collect();
    pairs.sort_by(|((a, _), _), ((b, _), _)| {
        let by_modulus = b.abs().total_cmp(&a.abs());
        by_modulus.then(b.total_cmp(a))
    });
    let converged = top.converged.iter().filter(|&&done| done).count();
    let negative = top.values.iter().filter(|&&value| value < 0.0).count();
    let caption = format!(
        "{name}: {} leading eigenvalues by modulus, {} positive and {negative} negative; {converged} converged in {} \
         iterations. An exact eigenvalue lies within each residual",
        top.values.len(),
        top.values.len() - negative,
        top.iterations,
    );
    let head = "Rank | Eigenvalue | Residual | Converged | Belongs to";
    let row = |(i, ((&value, &residual), &converged)): (usize, ((&f64, &f64), &bool))| {
        let outlier = is_outlier(spectrum, value);
        [
            (i + 1).to_string(),
            known_within(value, residual),
            significant(residual, 2),
            if converged { "yes" } else { "no" }.to_owned(),
            if outlier { "outliers" } else { "bulk" }.to_owned(),
        ]
    };
    let rows = pairs.into_iter().enumerate().map(row);
    Table::new(caption, head).tall().with(rows)
}
