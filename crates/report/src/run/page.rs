//! `report.html`: the sections of a run's report, one below another.

use maud::{Markup, html};

use super::groups::Group;
use super::summary::RunSummary;
use super::{findings, opening, overlaps, reading, settings, training};
use crate::figures::Figure;
use crate::html::markup::figure;
use crate::html::{Page, reading_script};
use crate::means;
use crate::spectra::details_of_spectra;

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
    let main = html! {
        (opening::section(run, groups))
        (training::section(run, figures.loss.as_ref()))
        (spectra(groups, &figures.densities))
        (overlaps::section(&run.overlaps))
        (findings::section(&run.findings))
        (means::section(&run.means, &figures.means))
        (reading::section())
        (settings::section(run, groups))
    };
    let page = Page {
        script: (!figures.densities.is_empty()).then(reading_script),
        ..Page::new(title, &run.version, &run.device, main)
    };
    page.html()
}

/// A figure and its tables for every split and epoch; the tables of eigenvalues are open in the first.
fn spectra(groups: &[Group<'_>], figures: &[Figure]) -> Markup {
    html! {
        @if !groups.is_empty() {
            section {
                h2 { "Spectra" }
                @for (i, (group, drawn)) in groups.iter().zip(figures).enumerate() {
                    section {
                        h3 { (group.title()) }
                        (figure(drawn, "figures/"))
                        (details_of_spectra(&group.spectra(), i == 0))
                    }
                }
            }
        }
    }
}
