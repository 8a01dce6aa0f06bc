//! Pages of a figure by itself.

use super::document;
use super::markup::{figure_beside, paragraph};
use super::means::scores;
use super::spectra::outliers;
use super::summary::rule;
use crate::escape::escape;
use crate::figures::Figure;
use crate::groups::groups;
use crate::means::{MeansFigure, head};
use crate::spectra::SpectraFigure;

/// The page of the figure of training and test spectra: its picture, then the counts of every run with their evidence.
pub(crate) fn spectra_page(figure: &SpectraFigure, drawn: &Figure) -> String {
    let mut body = figure_beside(drawn, "");
    for column in &figure.columns {
        body.push_str(&format!(
            "<section>\n<h2>{}</h2>\n",
            escape(&format!("{} on {}", column.network, column.dataset))
        ));
        body.push_str(&paragraph(&format!("The run is in {}.", column.run)));
        for group in groups(&column.analyses) {
            body.push_str(&outliers(&group));
        }
        body.push_str("</section>\n");
    }
    body.push_str(&paragraph(&rule()));
    document(&figure.title, &figure.version, &figure.device, &body)
}

/// The page of the figure of class means: its picture, then the scores of every run.
pub(crate) fn means_page(figure: &MeansFigure, drawn: &Figure) -> String {
    let mut body = figure_beside(drawn, "");
    for panel in &figure.panels {
        body.push_str(&format!("<section>\n<h2>{}</h2>\n", escape(&head(panel))));
        body.push_str(&paragraph(&format!("The run is in {}.", panel.run)));
        body.push_str(&scores(&panel.means));
        body.push_str("</section>\n");
    }
    document(&figure.title, &figure.version, &figure.device, &body)
}
