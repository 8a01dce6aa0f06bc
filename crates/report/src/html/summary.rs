//! The head of the report: what was trained, what was counted, by which rule.

use hesscope_spectral::{OutlierOptions, Outliers};

use super::markup::paragraph;
use crate::escape::escape;
use crate::groups::Group;
use crate::numbers::{integer, significant};
use crate::run::RunSummary;
use crate::wording::{Side, reasons, verdict};
use hesscope_records::EpochRecord;

/// The summary.
pub(crate) fn section(run: &RunSummary, groups: &[Group<'_>]) -> String {
    let mut out = format!("<p class=\"lead\">{}</p>\n", escape(&training(run, groups)));
    match groups.first() {
        None => out.push_str(&paragraph(
            "No spectrum has been measured for this run yet.",
        )),
        Some(group) => {
            out.push_str(&counts(group, run.classes));
            out.push_str(&paragraph(&counted(group, run.classes)));
            out.push_str(&paragraph(&rule()));
        }
    }
    out
}

/// What was trained, and how well it does.
fn training(run: &RunSummary, groups: &[Group<'_>]) -> String {
    let examples = groups
        .iter()
        .flat_map(|group| &group.analyses)
        .find(|analysis| analysis.settings.split == "train")
        .map_or(String::new(), |analysis| {
            format!(" on N = {} training examples", integer(analysis.examples))
        });
    let network = format!(
        "A network of p = {} parameters and C = {} classes",
        integer(run.parameters),
        run.classes
    );
    let evaluated = |record: &EpochRecord| Some((record.epoch, record.evaluated()?));
    let Some((epoch, (train, test))) = run.epochs.iter().rev().find_map(evaluated) else {
        return format!("{network}; no epoch is on record.");
    };
    let trained = match epoch {
        0 => ", not trained yet,".to_owned(),
        1 => format!(", after 1 epoch{examples},"),
        many => format!(", after {} epochs{examples},", integer(many)),
    };
    format!(
        "{network}{trained} has a loss of {} and answers {} % right on the training split; on the test split, {} and {} %.",
        significant(train.loss, 3),
        significant(train.accuracy * 100.0, 4),
        significant(test.loss, 3),
        significant(test.accuracy * 100.0, 4),
    )
}

/// The number of outliers, or a few words where it is not known of both sides.
fn figure(outliers: &Outliers) -> Result<usize, String> {
    match (
        Side::of(outliers.positive).known(),
        Side::of(outliers.negative).known(),
    ) {
        (Some(above), Some(below)) => Ok(above + below),
        (Some(above), None) if above > 0 => Err(format!("{above} above zero")),
        (None, Some(below)) if below > 0 => Err(format!("{below} below zero")),
        _ => Err("undecided".to_owned()),
    }
}

/// The counts of the first group, large.
fn counts(group: &Group<'_>, classes: usize) -> String {
    let mut out = "<dl class=\"counts\">\n".to_owned();
    for analysis in &group.analyses {
        let (class, value) = match figure(&analysis.outliers) {
            Ok(count) => ("", count.to_string()),
            Err(words) => (" class=\"word\"", words),
        };
        out.push_str(&format!(
            "<div><dt>outliers of {}</dt><dd{class}>{}</dd></div>\n",
            escape(&group.name(analysis)),
            escape(&value)
        ));
    }
    out.push_str(&format!(
        "<div><dt>classes, C</dt><dd>{classes}</dd></div>\n</dl>\n"
    ));
    out
}

/// The counts in a sentence, with the reasons of what is undecided.
fn counted(group: &Group<'_>, classes: usize) -> String {
    let said: Vec<String> = group
        .analyses
        .iter()
        .map(|analysis| {
            let name = group.name(analysis);
            let reasons = reasons(&analysis.outliers);
            if reasons.is_empty() {
                format!("{name} has {}", verdict(&analysis.outliers))
            } else {
                format!(
                    "{name} has {} ({})",
                    verdict(&analysis.outliers),
                    reasons.join("; ")
                )
            }
        })
        .collect();
    format!(
        "Measured over the {}, beside C = {classes}: {}. Papyan (2019, \u{201c}Measurements of \
         three-level hierarchical structure in the outliers in the spectrum of deepnet Hessians\u{201d}, after \
         \u{201c}Measuring the spectrum of deepnet Hessians\u{201d}) finds about C outliers in the spectra of Hess and G, \
         and none in that of H. The counts above are what this run has, by the rule below.",
        group.title(),
        said.join(", ")
    )
}

/// The rule of the outlier counts, in words.
pub(crate) fn rule() -> String {
    let options = OutlierOptions::default();
    format!(
        "The rule, on each side of zero by itself: sort the leading eigenvalues by size (the eigenpairs in the tables below \
         and, where the analysis took any, converged Ritz values beyond them) and take the spacings \
         k ln(\u{3bb}\u{2096}/\u{3bb}\u{2096}\u{208a}\u{2081}), of one mean where the tail is a power law. Eigenvalues \
         without outliers among them are taken to repel each other, as those of a random symmetric matrix do, so that spacings beside \
         their mean follow the Wigner surmise (found of trained networks by Baskerville, Granziol & Keating, \u{201c}Appearance \
         of random matrix theory in deep learning\u{201d}). The count is the largest k whose gap is of a factor of 1.1 at \
         least and whose spacing is too wide for the surmise beside the (at most {}) spacings that follow it, their third \
         quartile giving the scale, at the {} % level after correction for the number of gaps; only gaps in the first \
         half of the eigenvalues are tested. The gap must be that wide however far the residuals let the eigenvalues move; \
         otherwise, or with fewer than eight eigenvalues on a side, the count is undecided.",
        options.window,
        significant(options.alpha * 100.0, 1),
    )
}
