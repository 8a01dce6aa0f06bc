//! The figure of the class means of several runs.

use std::path::Path;

use hesscope_records::{
    ClassMeans, MeanGrouping, MeanSelection, MeansFigureRecord, MeansPanelRecord, SCHEMA_VERSION,
};
use maud::html;

use super::check::check;
use super::points::{names, points};
use super::section::scores;
use super::words::{SIGNS, left_out, scores_in_words, scores_of};
use crate::error::ReportError;
use crate::figures::{Scatter, ScatterPanel};
use crate::html::Page;
use crate::html::markup::{figure as figure_markup, paragraph};
use crate::output::{FigureFiles, write_figure_files};
use crate::text::names::listed;
use crate::text::numbers::{accuracy, integer, significant};

/// Least p-value from which means are not said to cluster.
const LEVEL: f64 = 0.01;
/// Characters of a class's name in a figure; its page has all of them.
const NAME: usize = 24;

/// What the figure of class means is made from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MeansFigure {
    /// The name of its files, without the ending.
    pub name: String,
    /// The heading.
    pub title: String,
    /// How the runs were made, a sentence or more for the caption.
    pub made: String,
    /// Version of hesscope.
    pub version: String,
    /// The device, in words.
    pub device: String,
    /// The panels.
    pub panels: Vec<MeansPanelRecord>,
}

/// Writes the figure as SVG, PNG and a page into `dir`, which is made if it is not there, and returns its numbers too.
///
/// # Errors
///
/// When a record does not describe class means, or a file cannot be written.
pub fn write_means_figure(
    figure: &MeansFigure,
    dir: &Path,
) -> Result<(FigureFiles, MeansFigureRecord), ReportError> {
    figure
        .panels
        .iter()
        .try_for_each(|panel| check(&panel.means))?;
    let panels = figure.panels.iter().map(|panel| ScatterPanel {
        title: head(panel),
        points: points(&panel.means, |point| point.tsne),
        notes: notes(&panel.means),
    });
    let said = |panel: &MeansPanelRecord| {
        let scores = scores_in_words(&panel.means).join("; ");
        format!("{}: {scores}.", head(panel))
    };
    let said: Vec<String> = figure.panels.iter().map(said).collect();
    let scatter = Scatter {
        name: figure.name.clone(),
        title: figure.title.clone(),
        label: format!("{}. {}", figure.title, said.join(" ")),
        caption: caption(figure),
        panels: panels.collect(),
    };
    let drawn = scatter.figure();
    let main = html! {
        (figure_markup(&drawn, ""))
        @for panel in &figure.panels {
            section {
                h2 { (head(panel)) }
                (paragraph(&format!("The run is in {}.", panel.run)))
                @if let Some(names) = names(&panel.means, str::to_owned) { (paragraph(&names)) }
                (scores(&panel.means))
            }
        }
    };
    let page = Page::new(&figure.title, &figure.version, &figure.device, main);
    let files = write_figure_files(dir, &drawn, &page.html())?;
    let record = MeansFigureRecord {
        schema: SCHEMA_VERSION,
        version: figure.version.clone(),
        caption: drawn.caption,
        panels: figure.panels.clone(),
    };
    Ok((files, record))
}

/// `small-cnn on mnist`.
fn head(panel: &MeansPanelRecord) -> String {
    format!("{} on {}", panel.network, panel.dataset)
}

/// What is under a panel.
fn notes(means: &ClassMeans) -> Vec<String> {
    let mut notes = scores_in_words(means);
    notes.push(format!(
        "accuracy {} %, N = {}; perplexity {}, KL {} nats",
        accuracy(means.accuracy, 4),
        integer(means.examples),
        significant(means.settings.perplexity, 3),
        significant(means.kl_divergence, 3),
    ));
    notes.extend(left_out(means));
    let cut = |name: &str| match name.char_indices().nth(NAME) {
        Some((end, _)) => format!("{}\u{2026}", name[..end].trim_end()),
        None => name.to_owned(),
    };
    notes.extend(names(means, cut));
    notes
}

/// What was found, beside what the paper says.
fn caption(figure: &MeansFigure) -> String {
    let (mut so, mut other, mut by_other) = (Vec::new(), Vec::new(), Vec::new());
    for panel in &figure.panels {
        let scores = |among, by| scores_of(&panel.means, among, by);
        let grouped =
            scores(MeanSelection::WithoutOwn, MeanGrouping::Class).is_some_and(|scores| {
                // By chance alone the silhouette of so many groups is below zero: what is above chance need not be grouped.
                scores.silhouette.value > 0.0
                    && scores.silhouette.p_value <= LEVEL
                    && scores.rand.p_value <= LEVEL
            });
        if grouped { &mut so } else { &mut other }.push(head(panel));
        let cross = |by| scores(MeanSelection::CrossOnly, by).map(|s| s.silhouette.value);
        if cross(MeanGrouping::Other) > cross(MeanGrouping::Class) {
            by_other.push(head(panel));
        }
    }
    let first = figure.panels.first();
    let permutations = first.map_or(0, |panel| panel.means.settings.permutations);
    let papers = format!(
        "Scores are of the exact distances, without g_cc, beside {permutations} shuffles of the labels. Papyan (2019) finds \
         g_cc\u{2032} clustered by class c about g_c."
    );
    listed(
        vec![SIGNS.to_owned(), figure.made.clone(), papers],
        [
            (
                "Grouped by class (a silhouette above zero, and both it and the Rand index above those of shuffled labels at \
                 the 1 % level; a silhouette of 1 would be perfect) are the means of",
                so,
            ),
            ("Not so those of", other),
            (
                "Against the paper, the g_cc\u{2032} group better by the direction c\u{2032} than by the class c for",
                by_other,
            ),
        ],
    )
}
