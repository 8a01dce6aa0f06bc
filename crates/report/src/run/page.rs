//! `report.html`: the sections of a run's report, one below another.

use maud::{Markup, html};

use super::groups::Group;
use super::summary::RunSummary;
use super::{findings, opening, overlaps, reading, settings, training};
use crate::figures::Figure;
use crate::html::markup::{figure, lead};
use crate::html::{Page, contents, reading_script};
use crate::means;
use crate::spectra::details_of_spectra;

/// The ids of the sections.
const SPECTRA: &str = "spectra";
const TRAINING: &str = "training";
const OVERLAPS: &str = "overlaps";
const FINDINGS: &str = "findings";
const MEANS: &str = "means";
const READING: &str = "reading";
const SETTINGS: &str = "settings";

/// The figures of a report: one of densities a group, one a record of class means.
pub(super) struct Figures {
    pub(super) loss: Option<Figure>,
    pub(super) densities: Vec<Figure>,
    pub(super) means: Vec<Figure>,
}

/// The page.
pub(super) fn page(run: &RunSummary, groups: &[Group<'_>], figures: &Figures) -> String {
    let title = match run.title.trim() {
        "" => "hesscope report",
        _ => &run.title,
    };
    let said = opening::training(run, groups);
    let sections = [
        (SPECTRA, "Spectra", !groups.is_empty()),
        (TRAINING, "Training", true),
        (OVERLAPS, "Overlaps of subspaces", !run.overlaps.is_empty()),
        (FINDINGS, "Findings", !run.findings.is_empty()),
        (MEANS, "Class means", !run.means.is_empty()),
        (READING, "How to read this", true),
        (SETTINGS, "Settings", true),
    ];
    let sections = sections.into_iter().filter(|section| section.2);
    let main = html! {
        (opening::section(run, groups, figures.densities.first()))
        (contents(sections.map(|(id, title, _)| (id, title))))
        (lead(&said))
        (spectra(groups, &figures.densities))
        (training::section(TRAINING, run, figures.loss.as_ref()))
        (overlaps::section(OVERLAPS, &run.overlaps))
        (findings::section(FINDINGS, &run.findings))
        (means::section(MEANS, &run.means, &figures.means))
        (reading::section(READING))
        (settings::section(SETTINGS, run, groups))
    };
    let page = Page {
        script: (!figures.densities.is_empty()).then(reading_script),
        ..Page::new(title, &run.version, &run.device, main)
    };
    page.html()
}

/// The tables of every split and epoch, and its figure where that does not stand at the head of the page.
fn spectra(groups: &[Group<'_>], figures: &[Figure]) -> Markup {
    html! {
        @if !groups.is_empty() {
            section id=(SPECTRA) {
                h2 { "Spectra" }
                @for (i, (group, drawn)) in groups.iter().zip(figures).enumerate() {
                    section {
                        h3 { (group.title()) }
                        @if i > 0 { (figure(drawn, "figures/")) }
                        (details_of_spectra(&group.spectra()))
                    }
                }
            }
        }
    }
}
