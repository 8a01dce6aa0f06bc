//! The head of the report: the figure, what was counted, by which rule; and what was trained, in a sentence.

use hesscope_records::{EpochRecord, Split};
use maud::{Markup, html};

use super::groups::Group;
use super::summary::RunSummary;
use crate::figures::Figure;
use crate::html::markup::{details, figure, paragraph};
use crate::named_spectrum::NamedSpectrum;
use crate::spectra::{counts, rule};
use crate::text::names::counted;
use crate::text::numbers::{accuracy, integer, significant};
use crate::text::outliers::{reasons, verdict};

/// The counts and the figure of the first group, and what they say.
pub(super) fn section(run: &RunSummary, groups: &[Group<'_>], drawn: Option<&Figure>) -> Markup {
    html! {
        @if let Some((group, drawn)) = groups.first().zip(drawn) {
            (counts(&group.spectra(), Some(run.classes)))
            (figure(drawn, "figures/"))
            (paragraph(&counts_in_words(group, run.classes)))
            (details("The rule of the counts", false, rule()))
        } @else {
            (paragraph("No spectrum has been measured for this run yet."))
        }
    }
}

/// What was trained, and how well it does.
pub(super) fn training(run: &RunSummary, groups: &[Group<'_>]) -> String {
    let examples = groups
        .iter()
        .flat_map(|group| &group.analyses)
        .find(|analysis| analysis.settings.subject.split == Split::Train)
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
        epoch => format!(", after {}{examples},", counted(epoch, "epoch", "epochs")),
    };
    format!(
        "{network}{trained} has a loss of {} and an accuracy of {} % on the training split, {} and {} % on the test split.",
        significant(train.loss, 3),
        accuracy(train.accuracy, 4),
        significant(test.loss, 3),
        accuracy(test.accuracy, 4),
    )
}

/// The counts in a sentence, with the reasons of what is undecided.
fn counts_in_words(group: &Group<'_>, classes: usize) -> String {
    let said = |named: &NamedSpectrum<'_>| {
        let (outliers, name) = (&named.spectrum.outliers, &named.name);
        let reasons = reasons(outliers);
        let why = if reasons.is_empty() {
            String::new()
        } else {
            format!(" ({})", reasons.join("; "))
        };
        format!("{name}: {}{why}", verdict(outliers))
    };
    let said: Vec<String> = group.spectra().iter().map(said).collect();
    format!(
        "{}, C = {classes}. {}. Papyan (2019, \u{201c}Measurements of three-level hierarchical structure in the outliers in \
         the spectrum of deepnet Hessians\u{201d}, after \u{201c}Measuring the spectrum of deepnet Hessians\u{201d}) finds \
         about C outliers in the spectra of Hess and G, and none in that of H. These are the counts of this run, by the rule \
         below.",
        group.title(),
        said.join(". ")
    )
}
