//! The laws that the bulks follow.

use hesscope_spectral::{Comparison, LawAnalysis, LawFit, Side};
use maud::{Markup, html};

use crate::html::markup::{Table, details};
use crate::named_spectrum::NamedSpectrum;
use crate::shares::Share;
use crate::text::names::{NONE, or_dash};
use crate::text::numbers::{percent_of, significant};

/// The verdicts, and every fit behind them; nothing where no law was fitted.
pub(crate) fn laws(spectra: &[NamedSpectrum<'_>]) -> Markup {
    let caption = "The law of the bulk and of its upper tail, without outliers and what is near zero. A law is named where \
                   Vuong\u{2019}s test favours it over every other and Kolmogorov\u{2019}s does not reject it; a power law \
                   of the tail where its goodness of fit is 0.1 or more";
    let columns = "Operator, side | Whole bulk | Tail | Exponent of the tail | 95 % interval | from | Goodness of fit | Share analysed, 95 % interval";
    let of = |named: &NamedSpectrum<'_>| {
        let laws = named.spectrum.laws.iter();
        let with_head =
            laws.map(|laws| (head(&named.name, laws), laws.clone(), share(named, laws)));
        with_head.collect::<Vec<_>>()
    };
    let all: Vec<_> = spectra.iter().flat_map(of).collect();
    let fits = html! {
        @for (head, laws, _) in &all {
            (fits(&format!("{head}, whole bulk"), &laws.whole_bulk))
            @if let Some(tail) = &laws.tail { (fits(&format!("{head}, tail"), &tail.comparison)) }
        }
    };
    html! {
        @if !all.is_empty() {
            (Table::new(caption, columns).with(all.iter().map(|(head, laws, share)| row(head, laws, share.clone()))))
            (details("Every fit", false, fits))
        }
    }
}

fn head(name: &str, laws: &LawAnalysis) -> String {
    let side = match laws.sample.side {
        Side::Positive => "positive",
        Side::Negative => "negative",
        Side::Both => "both sides",
    };
    format!("{name}, {side}")
}

/// The share of the spectrum that laws were fitted to, as an interval.
fn share(named: &NamedSpectrum<'_>, laws: &LawAnalysis) -> String {
    let (sample, density) = (&laws.sample, &named.spectrum.density);
    let window = sample.window;
    let lower = window.lower.unwrap_or(f64::NEG_INFINITY);
    let upper = window.upper.unwrap_or(f64::INFINITY);
    let ends = match sample.side {
        Side::Positive => [lower.max(window.floor), upper],
        Side::Negative => [-upper, -lower.max(window.floor)],
        Side::Both => [lower, upper],
    };
    let of = |[lower, upper]: [f64; 2]| match lower <= upper {
        true => Share::of(density, named.psd, lower, upper).ok(),
        false => None,
    };
    if sample.side != Side::Both {
        return or_dash(of(ends), Share::words);
    }
    // The middle is left out.
    let sides = [[lower, -window.floor], [window.floor, upper]].map(of);
    or_dash(sides[0].zip(sides[1]), |(below, above)| {
        format!("{} below, {} above zero", below.words(), above.words())
    })
}

fn row(head: &str, laws: &LawAnalysis, share: String) -> Vec<String> {
    let mut row = vec![head.to_owned(), verdict(&laws.whole_bulk)];
    row.extend(match &laws.tail {
        Some(tail) => [
            verdict(&tail.comparison),
            significant(tail.alpha, 3),
            tail.alpha_interval
                .map(|end| significant(end, 3))
                .join(" to "),
            significant(tail.xmin, 2),
            significant(tail.goodness_of_fit, 2),
        ],
        None => [NONE; 5].map(str::to_owned),
    });
    row.push(share);
    row
}

/// The winner; who is still in stands in the table of every fit.
fn verdict(comparison: &Comparison) -> String {
    comparison
        .verdict
        .winner
        .map_or_else(|| "undecided".to_owned(), |law| law.to_string())
}

fn fits(head: &str, comparison: &Comparison) -> Table {
    let caption = format!("{head}: {}", comparison.verdict.reason);
    let columns = "Law | Parameters | Log-likelihood | Kolmogorov distance | Wasserstein distance | Outside its support";
    let row = |fit: &LawFit| {
        [
            fit.law.name().to_string(),
            parameters(fit),
            significant(fit.log_likelihood, 5),
            significant(fit.kolmogorov, 2),
            fit.wasserstein
                .map_or_else(|| "no mean".to_owned(), |x| significant(x, 2)),
            percent_of(fit.outside_support),
        ]
    };
    Table::new(caption, columns).with(comparison.fits.iter().map(row))
}

/// `alpha 2.1 ± 0.1, xmin 3`.
fn parameters(fit: &LawFit) -> String {
    let said: Vec<String> = fit
        .parameters
        .iter()
        .map(|parameter| {
            let value = significant(parameter.value, 3);
            match parameter.standard_error {
                Some(error) => format!(
                    "{} {value} \u{b1} {}",
                    parameter.name,
                    significant(error, 2)
                ),
                None => format!("{} {value}", parameter.name),
            }
        })
        .collect();
    said.join(", ")
}
