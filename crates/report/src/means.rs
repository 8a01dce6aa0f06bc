//! Pictures of class means: those of a run, and the figure of several.

use std::path::Path;

use hesscope_spectral::PermutationTest;

use crate::error::ReportError;
use crate::figures::{Figure, Kind, Point, Scatter, ScatterPanel};
use crate::html::means_page;
use crate::leaf::{FigureFiles, write_leaf};
use crate::numbers::{integer, percent_of, significant};
use crate::wording::split_name;
use hesscope_records::{
    ClassMeans, MeanGrouping, MeanPoint, MeanScores, MeanSelection, MeansFigureRecord,
    MeansPanelRecord, SCHEMA_VERSION,
};

/// Least p-value from which means are not said to cluster.
const LEVEL: f64 = 0.01;

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

/// `small-cnn on mnist`.
pub(crate) fn head(panel: &MeansPanelRecord) -> String {
    format!("{} on {}", panel.network, panel.dataset)
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
    let panels = figure.panels.iter().map(|panel| {
        let mut notes = notes(&panel.means);
        notes.extend(names(&panel.means));
        ScatterPanel {
            title: head(panel),
            points: points(&panel.means, |point| point.tsne),
            notes,
        }
    });
    let drawn = Scatter {
        name: figure.name.clone(),
        title: figure.title.clone(),
        label: format!("{}. {}", figure.title, said(figure).join(" ")),
        caption: caption(figure),
        panels: panels.collect(),
    }
    .figure();
    let page = means_page(figure, &drawn);
    let files = write_leaf(&drawn, &page, dir)?;
    let record = MeansFigureRecord {
        schema: SCHEMA_VERSION,
        version: figure.version.clone(),
        caption: drawn.caption,
        panels: figure.panels.clone(),
    };
    Ok((files, record))
}

/// The pictures of a run's records, their names different.
pub(crate) fn of_run(all: &[ClassMeans]) -> Vec<Figure> {
    let slug = |means: &ClassMeans| {
        let settings = &means.settings;
        format!("means-{}-epoch-{}", settings.split, settings.epoch)
    };
    all.iter()
        .map(|means| {
            let mut name = slug(means);
            if all.iter().filter(|other| slug(other) == name).count() > 1 {
                let key = means.key.chars().filter(char::is_ascii_alphanumeric);
                name.push('-');
                name.extend(key.take(8));
            }
            of_record(name, means)
        })
        .collect()
}

/// The picture of one record: by t-SNE, and by classical scaling.
fn of_record(name: String, means: &ClassMeans) -> Figure {
    let settings = &means.settings;
    let title = format!(
        "Class means: {} split, epoch {}",
        split_name(&settings.split),
        settings.epoch
    );
    let [first, second] = means.mds_shares;
    let panels = vec![
        ScatterPanel {
            title: "t-SNE".to_owned(),
            points: points(means, |point| point.tsne),
            notes: vec![format!(
                "perplexity {}, KL {} nats, least of {} starts",
                significant(settings.perplexity, 3),
                significant(means.kl_divergence, 3),
                settings.starts
            )],
        },
        ScatterPanel {
            title: "Classical scaling".to_owned(),
            points: points(means, |point| point.mds),
            notes: vec![format!(
                "its axes hold {} and {} of the squared distances",
                percent_of(first),
                percent_of(second)
            )],
        },
    ];
    let scores = scores_in_words(means).join("; ");
    Scatter {
        name,
        label: format!("{title}. {scores}."),
        title,
        caption: caption_of(means),
        panels,
    }
    .figure()
}

fn caption_of(means: &ClassMeans) -> String {
    let mut sentences = vec![signs()];
    sentences.extend(names(means));
    sentences.push(left_out(means));
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.join(" ")
}

/// Says what keeps a record from being drawn: files can be edited, and come from other versions.
pub(crate) fn check(means: &ClassMeans) -> Result<(), ReportError> {
    fault(means).map_or(Ok(()), |reason| {
        Err(ReportError::ClassMeans {
            key: means.key.clone(),
            reason,
        })
    })
}

fn fault(means: &ClassMeans) -> Option<String> {
    if means.schema != SCHEMA_VERSION {
        return Some(format!(
            "its schema is version {}, and this hesscope reads version {SCHEMA_VERSION}",
            means.schema
        ));
    }
    // The split is part of file names.
    let split = &means.settings.split;
    if split.is_empty() || !split.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Some(format!("its split is called {split:?}, not train or test"));
    }
    let n = means.points.len();
    if means.gram.len() != n * (n + 1) / 2 {
        return Some(format!(
            "it has {n} means and {} inner products, not {}",
            means.gram.len(),
            n * (n + 1) / 2
        ));
    }
    let classes = means.class_names.len();
    let known = |class: usize| class < classes;
    if means
        .points
        .iter()
        .any(|point| !known(point.class) || !point.other.is_none_or(known))
    {
        return Some(format!(
            "a mean is of a class that is not among its {classes}"
        ));
    }
    let finite = |point: &MeanPoint| {
        let places = point.tsne.iter().chain(&point.mds);
        places
            .chain([&point.norm, &point.weight])
            .all(|x| x.is_finite())
    };
    (!means.points.iter().all(finite) || means.gram.iter().any(|x| !x.is_finite()))
        .then(|| "it holds a number that is not finite".to_owned())
}

fn points(means: &ClassMeans, at: impl Fn(&MeanPoint) -> [f64; 2]) -> Vec<Point> {
    means
        .points
        .iter()
        .map(|point| {
            let (kind, name) = match point.other {
                None => (Kind::Class, format!("g_{}", point.class)),
                Some(other) if other == point.class => {
                    (Kind::Own, format!("g_{},{other}", point.class))
                }
                Some(other) => (Kind::Cross, format!("g_{},{other}", point.class)),
            };
            let of = format!("of class {}", said_class(means, point.class));
            let towards = point.other.map_or(String::new(), |other| {
                format!(" in the direction of {}", said_class(means, other))
            });
            Point {
                at: at(point),
                class: point.class,
                kind,
                said: format!("{name}, {of}{towards}: norm {}", significant(point.norm, 3)),
            }
        })
        .collect()
}

/// `3 (cat)`, or `3` where that is the name.
fn said_class(means: &ClassMeans, class: usize) -> String {
    match means.class_names.get(class) {
        Some(name) if *name != class.to_string() => format!("{class} ({name})"),
        _ => class.to_string(),
    }
}

/// The names behind the numbers, where they are not the numbers.
fn names(means: &ClassMeans) -> Option<String> {
    let named: Vec<String> = means
        .settings
        .classes
        .iter()
        .filter_map(|&class| Some((class, means.class_names.get(class)?)))
        .filter(|(class, name)| **name != class.to_string())
        .map(|(class, name)| format!("{class} {name}"))
        .collect();
    (!named.is_empty()).then(|| format!("{}.", named.join(", ")))
}

/// What is not drawn.
fn left_out(means: &ClassMeans) -> String {
    let (taken, all) = (means.settings.classes.len(), means.class_names.len());
    if taken < all {
        format!(
            "Of the {all} classes, means of the first {taken} are taken, with the pairs among them: more would not be \
             told apart."
        )
    } else {
        String::new()
    }
}

/// What is under a panel of the figure.
fn notes(means: &ClassMeans) -> Vec<String> {
    let mut notes = scores_in_words(means);
    notes.push(format!(
        "accuracy {} %, N = {}; perplexity {}, KL {} nats",
        significant(means.accuracy * 100.0, 4),
        integer(means.examples),
        significant(means.settings.perplexity, 3),
        significant(means.kl_divergence, 3),
    ));
    notes.extend(Some(left_out(means)).filter(|said| !said.is_empty()));
    notes
}

/// The scores of a grouping of some means.
pub(crate) fn found(
    means: &ClassMeans,
    among: MeanSelection,
    by: MeanGrouping,
) -> Option<&MeanScores> {
    means
        .scores
        .iter()
        .find(|scores| scores.among == among && scores.by == by)
}

/// The scores that the paper's finding is about, and those by c'.
fn scores_in_words(means: &ClassMeans) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(scores) = found(means, MeanSelection::WithoutOwn, MeanGrouping::Class) {
        words.push(format!(
            "by class c: silhouette {}",
            tested(&scores.silhouette)
        ));
        words.push(format!(
            "Rand index {}; purity of {} neighbours {}",
            tested(&scores.rand),
            scores.neighbours,
            tested(&scores.purity)
        ));
    }
    if let Some(scores) = found(means, MeanSelection::CrossOnly, MeanGrouping::Other) {
        words.push(format!(
            "by direction c\u{2032}: silhouette {}",
            tested(&scores.silhouette)
        ));
    }
    words
}

/// `0.41 (shuffled −0.12, p = 0.001)`.
fn tested(test: &PermutationTest) -> String {
    format!(
        "{} (shuffled {}, p = {})",
        significant(test.value, 2),
        significant(test.null_mean, 2),
        significant(test.p_value, 1)
    )
}

/// How the picture is read.
fn signs() -> String {
    "Class means of the gradients of the logits, placed by their exact distances in parameter space. A disc is g_c, the mean \
     of class c; its number alone is g_cc\u{2032}, the mean of class c in the direction of another class c\u{2032}; in a \
     ring, g_cc, in the direction of the class itself. The number and the colour are those of c."
        .to_owned()
}

/// A sentence for each panel.
fn said(figure: &MeansFigure) -> Vec<String> {
    figure
        .panels
        .iter()
        .map(|panel| {
            format!(
                "{}: {}.",
                head(panel),
                scores_in_words(&panel.means).join("; ")
            )
        })
        .collect()
}

/// What was found, beside what the paper says.
fn caption(figure: &MeansFigure) -> String {
    let (mut so, mut other, mut by_other) = (Vec::new(), Vec::new(), Vec::new());
    for panel in &figure.panels {
        let means = &panel.means;
        let by_class = found(means, MeanSelection::WithoutOwn, MeanGrouping::Class);
        match by_class {
            // By chance alone the silhouette of so many groups is below zero: what is above chance need not be grouped.
            Some(scores)
                if scores.silhouette.value > 0.0
                    && scores.silhouette.p_value <= LEVEL
                    && scores.rand.p_value <= LEVEL =>
            {
                so.push(head(panel));
            }
            _ => other.push(head(panel)),
        }
        let cross = |by| found(means, MeanSelection::CrossOnly, by).map(|s| s.silhouette.value);
        if cross(MeanGrouping::Other) > cross(MeanGrouping::Class) {
            by_other.push(head(panel));
        }
    }
    let permutations = figure
        .panels
        .first()
        .map_or(0, |panel| panel.means.settings.permutations);
    let mut sentences = vec![
        signs(),
        figure.made.clone(),
        format!(
            "Scores are of the exact distances, g_cc left out, beside {permutations} shuffles of the labels. Papyan (2019) \
             finds g_cc\u{2032} clustered by class c about g_c."
        ),
    ];
    let list = |what: &str, heads: &[String], after: &str| {
        (!heads.is_empty()).then(|| format!("{what} {}{after}.", heads.join("; ")))
    };
    sentences.extend(list(
        "Grouped by class, that is with a silhouette above zero, and both it and the Rand index above those of shuffled \
         labels at the 1 % level (a silhouette of 1 would be perfect), are the means of",
        &so,
        "",
    ));
    sentences.extend(list("Not so those of", &other, ""));
    sentences.extend(list(
        "Against the paper, the g_cc\u{2032} group better by the direction c\u{2032} than by the class c for",
        &by_other,
        "",
    ));
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.join(" ")
}
