//! `report.html`: one file, no request; complete without its script, which reads values off the density figures.

pub(crate) mod document;
mod laws;
pub(crate) mod markup;
mod overlaps;
mod reading;
mod settings;
mod spectra;
mod style;
mod summary;
mod training;

use crate::escape::escape;
use crate::figures::Figure;
use crate::groups::Group;
use crate::run::RunSummary;
use crate::script;

/// The figures of a report; one density figure a group.
pub(crate) struct Figures {
    pub(crate) loss: Option<Figure>,
    pub(crate) densities: Vec<Figure>,
}

/// The page.
pub(crate) fn page(run: &RunSummary, groups: &[Group<'_>], figures: &Figures) -> String {
    let title = if run.title.trim().is_empty() {
        "hesscope report"
    } else {
        &run.title
    };
    let body = [
        summary::section(run, groups),
        training::section(run, figures.loss.as_ref()),
        spectra::section(groups, &figures.densities),
        overlaps::section(&run.overlaps),
        reading::section(),
        settings::section(run, groups),
    ]
    .concat();
    let script = if figures.densities.is_empty() {
        String::new()
    } else {
        script::report()
    };
    document::document(
        title,
        &run.version,
        "",
        &script,
        &body,
        &format!(
            "Written by hesscope {} on {}.",
            escape(&run.version),
            escape(&run.device)
        ),
    )
}
