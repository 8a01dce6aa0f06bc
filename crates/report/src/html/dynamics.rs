//! `dynamics.html`: one file, no script, no request.

use super::framed;
use super::markup::{Table, details, figure, paragraph};
use crate::dynamics::size_name;
use crate::escape::escape;
use crate::figures::Figure;
use crate::numbers::{duration, integer, plain, significant};
use crate::wording::{Side, capitalised, operator_name, split_name};
use hesscope_records::{
    Along, Between, Dynamics, DynamicsCell, DynamicsSpectrum, Measure, Transition,
    TransitionOutcome,
};

/// The page; `figures` are those of each operator, in the order of the operators.
pub(crate) fn dynamics_page(dynamics: &Dynamics, figures: &[Vec<Figure>]) -> String {
    let settings = &dynamics.settings;
    let title = format!(
        "{} on {}: dynamics of the spectrum",
        settings.network, settings.dataset
    );
    let mut body = lead(dynamics) + &located(dynamics);
    for (place, operator) in settings.operators.iter().enumerate() {
        let name = operator_name(operator);
        body += &format!("<section>\n<h2>{}</h2>\n", escape(&name));
        for found in figures.get(place).into_iter().flatten() {
            body += &figure(found);
        }
        body += &details(
            &format!("Table of {name}"),
            false,
            &table(dynamics, place, &name),
        );
        body += "</section>\n";
    }
    framed(&title, &dynamics.version, &dynamics.device, "", &body)
}

fn lead(dynamics: &Dynamics) -> String {
    let settings = &dynamics.settings;
    let list = |items: Vec<String>| items.join(", ");
    let text = format!(
        "The {} split\u{2019}s spectra of {} for networks of p = {} parameters and C = {} classes, trained on {} examples a \
         class and analysed at epochs {}: {} spectra in {}.",
        split_name(&settings.split),
        list(
            settings
                .operators
                .iter()
                .map(|o| operator_name(o))
                .collect()
        ),
        integer(dynamics.dimension),
        dynamics.classes,
        list(
            settings
                .sizes
                .iter()
                .map(|(size, _)| size.clone())
                .collect()
        ),
        list(settings.epochs.iter().map(usize::to_string).collect()),
        integer(dynamics.cells.iter().map(|cell| cell.spectra.len()).sum()),
        duration(dynamics.seconds),
    );
    format!("<p class=\"lead\">{}</p>\n", escape(&text))
}

/// Where outliers come to stand apart.
fn located(dynamics: &Dynamics) -> String {
    let mut out = "<section>\n<h2>Where outliers come to stand apart</h2>\n".to_owned();
    out += &paragraph(&format!(
        "Outliers stand apart above zero where the rule counts at least one and the factor between the last of them and the \
         edge of the bulk is {} or more for all of its error bar; they do not where the rule counts none; everything else is \
         undecided and passed over. A transition is a single change along a row or a column of the grid. It lies between \
         the two decided places beside it, which is its uncertainty, and is confirmed by its neighbours where at least two \
         decided places stand on each side.",
        significant(dynamics.settings.least_separation, 2)
    ));
    for (along, head, caption) in [
        (
            Along::Epochs,
            "Sample size",
            "Along epochs, at each sample size",
        ),
        (Along::Sizes, "Epoch", "Along sample sizes, at each epoch"),
    ] {
        let mut heads = vec![head.to_owned()];
        let operators = &dynamics.settings.operators;
        heads.extend(operators.iter().map(|operator| operator_name(operator)));
        let mut table = Table::new(caption, &heads).of_text();
        let mut places: Vec<&str> = Vec::new();
        let along_it = |found: &&Transition| found.along == along;
        for found in dynamics.transitions.iter().filter(along_it) {
            if !places.contains(&found.at.as_str()) {
                places.push(&found.at);
            }
        }
        for place in places {
            let cells = operators.iter().map(|operator| {
                let mut all = dynamics.transitions.iter().filter(along_it);
                all.find(|found| found.at == place && found.operator == *operator)
                    .map_or_else(String::new, |found| words(&found.outcome))
            });
            let head = match along {
                Along::Epochs => size_name(place),
                Along::Sizes => place.to_owned(),
            };
            table.row(std::iter::once(head).chain(cells));
        }
        out += &table.html();
    }
    out + "</section>\n"
}

/// An outcome in a cell.
fn words(outcome: &TransitionOutcome) -> String {
    let place = |between: &Between| {
        let agreed = if between.agreed {
            ""
        } else {
            " (not confirmed by neighbours)"
        };
        format!("between {} and {}{agreed}", between.after, between.by)
    };
    match outcome {
        TransitionOutcome::Undecided => "undecided".to_owned(),
        TransitionOutcome::Never => "not seen: never apart".to_owned(),
        TransitionOutcome::Throughout => "not seen: apart throughout".to_owned(),
        TransitionOutcome::Appears(between) => format!("appear {}", place(between)),
        TransitionOutcome::Disappears(between) => format!("disappear {}", place(between)),
        TransitionOutcome::OnAndOff => "not located: more than one change".to_owned(),
    }
}

/// The numbers of one operator.
fn table(dynamics: &Dynamics, place: usize, name: &str) -> String {
    let head = [
        "Examples a class",
        "Epoch",
        "N",
        "Loss",
        "Accuracy, %",
        "Outliers above",
        "below",
        "Largest eigenvalue",
        "Edge of the bulk",
        "Last outlier over it",
        "Apart",
    ];
    let caption = format!("{name}: error bars in parentheses");
    let mut table = Table::new(caption, &head).tall();
    for cell in &dynamics.cells {
        if let Some(found) = cell.spectra.get(place) {
            table.row(row(cell, found));
        }
    }
    table.html()
}

fn row(cell: &DynamicsCell, found: &DynamicsSpectrum) -> [String; 11] {
    let side = |outcome| capitalised(&Side::of(outcome).cell());
    [
        cell.size.clone(),
        cell.epoch.to_string(),
        integer(cell.examples),
        plain(cell.loss),
        significant(100.0 * cell.accuracy, 4),
        side(found.outliers.positive),
        side(found.outliers.negative),
        measure(found.largest),
        measure(found.edge),
        measure(found.separation),
        match found.apart {
            Some(true) => "yes",
            Some(false) => "no",
            None => "undecided",
        }
        .to_owned(),
    ]
}

/// `3.1 (2.9 to 3.3)`.
fn measure(measure: Option<Measure>) -> String {
    let Some(measure) = measure else {
        return "\u{2013}".to_owned();
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
