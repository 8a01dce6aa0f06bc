//! `compare.html`: one file, no script, no request.

use hesscope_records::{Compared, Comparison};
use maud::html;

use super::names::{is_of_runs, names};
use crate::figures::Figure;
use crate::html::Page;
use crate::html::markup::{Table, figure, lead, paragraph};
use crate::text::names::{NONE, or_dash};
use crate::text::numbers::{duration, integer, significant};

/// What the deviations are.
const MEANING: &str = "Logits: the largest difference, by the largest logit. Products: the largest norm of a difference, by the \
                       norm of the reference\u{2019}s, over random vectors. Eigenvalues: the largest distance of a leading \
                       eigenvalue that both have found to their tolerance, by the largest eigenvalue. These are judged. \
                       Mean, mean square and density come from random probes, the same on both sides, by quadratures that \
                       magnify rounding: they are shown and not judged.";

/// What else tells runs apart.
const OF_RUNS: &str = "Each run has the weights that its own device trained, so that what lies beyond epoch 0 differs by what \
                       training magnifies, too.";

/// The page.
pub(super) fn page(comparison: &Comparison, drawn: &Figure) -> String {
    let settings = &comparison.settings;
    let title = format!(
        "{} on {}: agreement of {}",
        settings.network,
        settings.dataset,
        if is_of_runs(comparison) {
            "runs"
        } else {
            "devices"
        }
    );
    let opening = format!(
        "The reference is {}. p = {} parameters, C = {} classes, N = {} examples.",
        settings.reference,
        integer(comparison.dimension),
        comparison.classes,
        integer(comparison.examples),
    );
    let main = html! {
        (lead(&opening))
        section {
            h2 { "Verdict" }
            (verdicts(comparison))
            @for compared in &comparison.compared {
                @if let Some(reason) = &compared.failed {
                    (paragraph(&format!("{} could not be measured to the end: {reason}", compared.name)))
                }
            }
        }
        section {
            h2 { "Deviations" }
            (paragraph(MEANING))
            @if is_of_runs(comparison) { (paragraph(OF_RUNS)) }
            (figure(drawn, "figures/"))
            (deviations(comparison))
        }
    };
    let page = Page::new(
        &title,
        &comparison.origin.version,
        &comparison.origin.device,
        main,
    );
    page.html()
}

fn verdicts(comparison: &Comparison) -> Table {
    let what = if is_of_runs(comparison) {
        "Run"
    } else {
        "Device"
    };
    let heads =
        "Compared | WHAT | Agrees within | Verdict | Took | ms per product | Memory held, MiB"
            .replace("WHAT", what);
    let row = |(compared, name): (&Compared, String)| {
        let verdict = if compared.agrees {
            "agrees"
        } else {
            "does not agree"
        };
        [
            name,
            match is_of_runs(comparison) {
                true => compared.name.clone(),
                false => compared.device.clone(),
            },
            significant(compared.tolerance, 1),
            verdict.to_owned(),
            duration(compared.seconds),
            or_dash(compared.product_seconds, |it| significant(1e3 * it, 3)),
            or_dash(compared.reserved_bytes, |it| {
                significant(it as f64 / f64::from(1 << 20), 3)
            }),
        ]
    };
    Table::new("Each beside the reference", &heads)
        .of_text()
        .with(comparison.compared.iter().zip(names(comparison)).map(row))
}

/// A row for each quantity, a column for each that is compared.
fn deviations(comparison: &Comparison) -> Table {
    let names = names(comparison);
    let heads = std::iter::once("Quantity".to_owned()).chain(names);
    let rows = comparison.quantities().into_iter().map(|words| {
        let cell = |compared: &Compared| {
            let Some(found) = compared.deviation(&words) else {
                return NONE.to_owned();
            };
            let value = match found.value {
                Some(value) => significant(value, 2),
                None => "not a number".to_owned(),
            };
            if found.exceeds(compared.tolerance) {
                format!("{value} (exceeds)")
            } else {
                value
            }
        };
        let mut row = vec![words.clone()];
        row.extend(comparison.compared.iter().map(cell));
        row
    });
    Table::of_columns("Deviations from the reference", heads)
        .tall()
        .with(rows)
}
