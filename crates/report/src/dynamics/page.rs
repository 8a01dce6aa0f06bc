//! `dynamics.html`: one file, no script, no request.

use hesscope_records::{
    Along, Dynamics, DynamicsCell, DynamicsSpectrum, Measure, Terms, Transition,
};
use hesscope_spectral::Bounded;
use maud::{Markup, html};

use super::cells::file_name;
use super::outcome::outcome_words;
use crate::figures::Figure;
use crate::findings::{JUDGED, verdicts_and_rules};
use crate::html::markup::{Table, details, figure, lead, paragraph};
use crate::html::{Page, contents};
use crate::text::names::{NONE, operator_name, size_name, split_name};
use crate::text::numbers::{accuracy, duration, integer, plain, significant};
use crate::text::outliers::cell as count;

/// The id and the title of the first section.
const LOCATED: &str = "apart";
const LOCATED_TITLE: &str = "Where outliers come to stand apart";

/// The page; `figures` are those of each operator, in the order of the operators.
pub(super) fn page(dynamics: &Dynamics, figures: &[[Figure; 2]]) -> String {
    let settings = &dynamics.settings;
    let title = format!(
        "{} on {}: dynamics of the spectrum",
        settings.network, settings.dataset
    );
    let names: Vec<String> = settings.operators.iter().map(operator_name).collect();
    let id = |operator: &Terms| format!("operator-{}", file_name(*operator));
    let ids: Vec<String> = settings.operators.iter().map(id).collect();
    let links = ids.iter().zip(&names);
    let links = links.map(|(id, name)| (id.as_str(), name.as_str()));
    let operators = names.iter().zip(figures);
    let main = html! {
        (lead(&opening(dynamics)))
        (contents(std::iter::once((LOCATED, LOCATED_TITLE)).chain(links)))
        (judged(dynamics))
        (located(dynamics))
        @for (place, (name, figures)) in operators.enumerate() {
            section id=(ids[place]) {
                h2 { (name) }
                @for drawn in figures { (figure(drawn, "figures/")) }
                (details(&format!("Table of {name}"), false, table(dynamics, place, name)))
            }
        }
    };
    let page = Page::new(
        &title,
        &dynamics.origin.version,
        &dynamics.origin.device,
        main,
    );
    page.html()
}

fn opening(dynamics: &Dynamics) -> String {
    let settings = &dynamics.settings;
    let operators: Vec<String> = settings.operators.iter().map(operator_name).collect();
    let sizes: Vec<&str> = settings
        .sizes
        .iter()
        .map(|(size, _)| size.as_str())
        .collect();
    let epochs: Vec<String> = settings.epochs.iter().map(usize::to_string).collect();
    format!(
        "Spectra of {} over the {} split. Networks of p = {} parameters and C = {} classes, trained on {} examples per class, \
         analysed at epochs {}: {} spectra in {}.",
        operators.join(", "),
        split_name(settings.split),
        integer(dynamics.dimension),
        dynamics.classes,
        sizes.join(", "),
        epochs.join(", "),
        integer(dynamics.cells.iter().map(|cell| cell.spectra.len()).sum()),
        duration(dynamics.origin.seconds),
    )
}

/// The findings of the paper on training and sample size, and the numbers of the cells that they follow.
fn judged(dynamics: &Dynamics) -> Markup {
    html! {
        section {
            h2 { "Findings" }
            (paragraph(JUDGED))
            (verdicts_and_rules("Findings along training and sample size", &dynamics.findings))
            (details("The upper tail and the parts of G, cell by cell", false, followed(dynamics)))
        }
    }
}

/// What the findings follow over the grid.
fn followed(dynamics: &Dynamics) -> Table {
    let heads = "Examples per class | Epoch | Eigenvalues of G in the upper tail | Of H | Share of G | Median of B1 | Median of B2 | Decades between them | Eigenvalue C - 1 of A1 | Largest of B2 | Decades between them";
    let row = |cell: &DynamicsCell| {
        let (tail, parts) = (cell.tail.as_ref(), cell.structure.as_ref());
        [
            cell.size.clone(),
            cell.epoch.to_string(),
            measure(tail.map(|tail| of_bounded(&tail.g))),
            measure(tail.map(|tail| of_bounded(&tail.h))),
            measure(tail.map(|tail| tail.share_of_g)),
            parts.map_or(NONE.to_owned(), |parts| significant(parts.b1_median, 4)),
            measure(parts.map(|parts| parts.b2_median)),
            measure(parts.and_then(|parts| parts.b1_over_b2)),
            parts.map_or(NONE.to_owned(), |parts| significant(parts.a1_least, 4)),
            measure(parts.map(|parts| parts.b2_largest)),
            measure(parts.and_then(|parts| parts.a1_over_b2)),
        ]
    };
    Table::new(
        "The upper tail of the bulk of Hess, and the parts of G: 95 % intervals in parentheses",
        heads,
    )
    .tall()
    .with(dynamics.cells.iter().map(row))
}

fn of_bounded(bounded: &Bounded) -> Measure {
    Measure {
        value: bounded.mean,
        lower: bounded.lower,
        upper: Some(bounded.upper),
    }
}

/// Where outliers come to stand apart.
fn located(dynamics: &Dynamics) -> Markup {
    let rule = format!(
        "Positive outliers stand apart where the rule counts at least one and the factor between the last of them and the \
         edge of the bulk is {} or more for all of its error bar. They do not where the rule counts none. Everything else is \
         undecided and passed over. A transition is a single change along a row or a column of the grid. It lies between the \
         two decided places beside it, which is its uncertainty. Its neighbours confirm it where at least two decided places \
         stand on each side.",
        significant(dynamics.settings.least_separation, 2)
    );
    html! {
        section id=(LOCATED) {
            h2 { (LOCATED_TITLE) }
            (details("The rule", false, paragraph(&rule)))
            (transitions(dynamics, Along::Epochs, "Sample size", "Along epochs, at each sample size"))
            (transitions(dynamics, Along::Sizes, "Epoch", "Along sample sizes, at each epoch"))
        }
    }
}

/// The transitions along rows or columns: a row for each place, a column for each operator.
fn transitions(dynamics: &Dynamics, along: Along, head: &str, caption: &str) -> Table {
    let operators = &dynamics.settings.operators;
    let heads = std::iter::once(head.to_owned()).chain(operators.iter().map(operator_name));
    let found: Vec<&Transition> = dynamics
        .transitions
        .iter()
        .filter(|found| found.along == along)
        .collect();
    let mut places: Vec<&str> = Vec::new();
    for found in &found {
        if !places.contains(&found.at.as_str()) {
            places.push(&found.at);
        }
    }
    let row = |place: &str| {
        let cell = |operator: &Terms| {
            let mut all = found.iter();
            let own = all.find(|found| found.at == place && found.operator == *operator);
            own.map_or_else(String::new, |found| outcome_words(&found.outcome, ""))
        };
        let head = match along {
            Along::Epochs => size_name(place),
            Along::Sizes => place.to_owned(),
        };
        let mut row = vec![head];
        row.extend(operators.iter().map(cell));
        row
    };
    Table::of_columns(caption, heads)
        .of_text()
        .with(places.into_iter().map(row))
}

/// The numbers of one operator.
fn table(dynamics: &Dynamics, place: usize, name: &str) -> Table {
    let head = "Examples per class | Epoch | N | Loss | Accuracy, % | Positive outliers | Negative outliers | Largest eigenvalue | Edge of the bulk | Last outlier over it | Apart";
    let rows = dynamics.cells.iter();
    let rows = rows.filter_map(|cell| Some(row(cell, cell.spectra.get(place)?)));
    Table::new(format!("{name}: error bars in parentheses"), head)
        .tall()
        .with(rows)
}

fn row(cell: &DynamicsCell, found: &DynamicsSpectrum) -> [String; 11] {
    let apart = match found.apart {
        Some(true) => "yes",
        Some(false) => "no",
        None => "undecided",
    };
    [
        cell.size.clone(),
        cell.epoch.to_string(),
        integer(cell.examples),
        plain(cell.loss),
        accuracy(cell.accuracy, 4),
        count(found.outliers.positive),
        count(found.outliers.negative),
        measure(found.largest),
        measure(found.edge),
        measure(found.separation),
        apart.to_owned(),
    ]
}

/// `3.1 (2.9 to 3.3)`.
fn measure(measure: Option<Measure>) -> String {
    let Some(measure) = measure else {
        return NONE.to_owned();
    };
    let value = significant(measure.value, 4);
    match measure.upper {
        Some(upper) => {
            let ends = [measure.lower, upper].map(|end| significant(end, 4));
            if ends[0] == ends[1] {
                value
            } else {
                format!("{value} ({} to {})", ends[0], ends[1])
            }
        }
        None => format!("{value} ({} or more)", significant(measure.lower, 4)),
    }
}
