//! `report.html`: one file, no request; complete without its script, which reads values off the density figures.

mod attribution;
pub(crate) mod document;
mod dynamics;
mod laws;
mod leaf;
pub(crate) mod markup;
mod means;
mod overlaps;
mod reading;
mod settings;
mod spectra;
mod style;
mod summary;
mod training;

pub(crate) use dynamics::dynamics_page;
pub(crate) use leaf::{means_page, spectra_page};

use crate::escape::escape;
use crate::figures::Figure;
use crate::groups::Group;
use crate::run::RunSummary;
use crate::script;

/// The figures of a report; one density figure a group.
pub(crate) struct Figures {
    pub(crate) loss: Option<Figure>,
    pub(crate) densities: Vec<Figure>,
    /// One a record of class means.
    pub(crate) means: Vec<Figure>,
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
        attribution::section(&run.attributions),
        means::section(&run.means, &figures.means),
        reading::section(),
        settings::section(run, groups),
    ]
    .concat();
    let script = if figures.densities.is_empty() {
        String::new()
    } else {
        script::report()
    };
    framed(title, &run.version, &run.device, &script, &body)
}

/// A whole page around what is in it, which is markup.
pub(crate) fn framed(title: &str, version: &str, device: &str, script: &str, body: &str) -> String {
    let footer = format!(
        "Written by hesscope {} on {}.",
        escape(version),
        escape(device)
    );
    document::document(title, version, "", script, body, &footer)
}
