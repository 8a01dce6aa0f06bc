//! `report.html`: one file, no script, no request.

mod attribution;
mod dynamics;
mod laws;
mod leaf;
mod markup;
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
    document(title, &run.version, &run.device, &body)
}

/// A whole page around what is in it, which is markup.
pub(crate) fn document(title: &str, version: &str, device: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n\
         <html lang=\"en\">\n\
         <head>\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"hesscope {version}\">\n\
         <title>{title}</title>\n\
         <style>\n{style}</style>\n\
         </head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{body}</main>\n\
         <footer><p>Written by hesscope {version} on {device}.</p></footer>\n\
         </body>\n</html>\n",
        title = escape(title),
        version = escape(version),
        device = escape(device),
        style = style::css(),
    )
}
