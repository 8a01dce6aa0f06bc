//! The outlier counts with their evidence, and the rule.

use hesscope_spectral::{OutlierOptions, Outliers};
use maud::{Markup, html};

use crate::html::markup::{Table, paragraph};
use crate::named_spectrum::NamedSpectrum;
use crate::text::names::{NONE, or_dash};
use crate::text::numbers::{integer, significant, with_error};
use crate::text::outliers::{beside_classes, cell, reasons, sides};

/// The counts of both sides together, large, beside the number of classes.
pub(crate) fn counts(spectra: &[NamedSpectrum<'_>], classes: Option<usize>) -> Markup {
    html! {
        dl class="counts" {
            @for named in spectra {
                div { dt { "outliers of " (named.name) } (count(&named.spectrum.outliers)) }
            }
            @if let Some(classes) = classes { div { dt { "classes, C" } dd { (classes) } } }
        }
    }
}

/// The number of outliers, or a few words where it is not known of both sides.
fn count(outliers: &Outliers) -> Markup {
    let words = match (outliers.positive.number(), outliers.negative.number()) {
        (Some(above), Some(below)) => return html! { dd { (above + below) } },
        (Some(above), None) if above > 0 => format!("{above} positive"),
        (None, Some(below)) if below > 0 => format!("{below} negative"),
        _ => "undecided".to_owned(),
    };
    html! { dd class="word" { (words) } }
}

/// The counts with their evidence, a row for each side.
pub(crate) fn outliers(spectra: &[NamedSpectrum<'_>]) -> Markup {
    let classes = spectra.iter().any(|named| named.classes.is_some());
    let beside = if classes { " | beside C" } else { "" };
    let evidence = "Bulk edge | Last outlier over edge | Gap over spacing | p-value | Eigenvalues";
    let caption = "Outliers, the edge of the bulk (\u{b1} one standard error: its residual and 1.6 spacings), the factor \
                   between the last outlier and the edge, and the evidence of the widest gap";
    let mut table = Table::new(
        caption,
        &format!("Operator, side | Outliers{beside} | {evidence}"),
    );
    for named in spectra {
        for (side, outcome) in sides(&named.spectrum.outliers) {
            let count = outcome.decided();
            let mut row = vec![format!("{}, {side}", named.name), cell(outcome)];
            if classes {
                let beside = count.filter(|count| count.count > 0).zip(named.classes);
                row.push(or_dash(beside, |(count, classes)| {
                    beside_classes(count.count, classes)
                }));
            }
            let edge = count.and_then(|count| count.bulk_edge);
            row.extend([
                or_dash(edge, |edge| with_error(edge.value, Some(edge.error()))),
                or_dash(count.and_then(|count| count.separation()), |x| {
                    significant(x, 3)
                }),
            ]);
            row.extend(count.map_or([NONE; 3].map(str::to_owned), |count| {
                [
                    significant(count.statistic, 3),
                    significant(count.p_value, 2),
                    integer(count.eigenvalues),
                ]
            }));
            table.row(row);
        }
    }
    let why = |named: &NamedSpectrum<'_>| {
        let reasons = reasons(&named.spectrum.outliers).into_iter();
        let said = reasons.map(|reason| format!("{}: {reason}.", named.name));
        said.collect::<Vec<_>>()
    };
    let undecided: Vec<String> = spectra.iter().flat_map(why).collect();
    html! {
        (table)
        @if !undecided.is_empty() { (paragraph(&format!("Undecided. {}", undecided.join(" ")))) }
    }
}

/// The rule of the outlier counts, in words.
pub(crate) fn rule() -> Markup {
    let options = OutlierOptions::default();
    paragraph(&format!(
        "The rule, on each side of zero by itself: sort the leading eigenvalues by modulus (the eigenpairs in the tables below \
         and, where the analysis took any, converged Ritz values beyond them). Take the spacings \
         k ln(\u{3bb}\u{2096}/\u{3bb}\u{2096}\u{208a}\u{2081}), which have one mean where the tail is a power law. Without \
         outliers, eigenvalues repel each other as those of a random symmetric matrix do, and spacings over their mean follow \
         the Wigner surmise (found of trained networks by Baskerville, Granziol & Keating, \u{201c}Appearance of random \
         matrix theory in deep learning\u{201d}). The count is the largest k whose gap is of a factor of 1.1 at least and \
         whose spacing is too wide for the surmise beside the (at most {}) spacings that follow it. Their third quartile \
         gives the scale. The test is at the {} % level after correction for the number of gaps; only gaps in the first half \
         of the eigenvalues are tested. The gap must be that wide however far the residuals let the eigenvalues move. \
         Otherwise, or with fewer than eight eigenvalues on a side, the count is undecided.",
        options.window,
        significant(options.alpha * 100.0, 1),
    ))
}
