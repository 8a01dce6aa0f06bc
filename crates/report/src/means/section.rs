//! The class means: their picture, and how they cluster.

use hesscope_records::{ClassMeans, MeanGrouping, MeanPoint, MeanScores, MeanSelection};
use hesscope_spectral::PermutationTest;
use maud::{Markup, html};

use super::points::symbol;
use crate::figures::Figure;
use crate::html::markup::{Table, details, figure, paragraph};
use crate::text::names::{or_dash, subject_title};
use crate::text::numbers::{significant, with_error};

/// All records of a run, each with its picture.
pub(crate) fn section(id: &str, all: &[ClassMeans], figures: &[Figure]) -> Markup {
    html! {
        @if !all.is_empty() {
            section id=(id) {
                h2 { "Class means" }
                @for (means, drawn) in all.iter().zip(figures) {
                    section {
                        h3 { (subject_title(&means.settings.subject)) }
                        (figure(drawn, "figures/"))
                        (scores(means))
                        (details("Every mean", false, every_mean(means)))
                    }
                }
            }
        }
    }
}

/// The scores of every grouping.
pub(super) fn scores(means: &ClassMeans) -> Markup {
    let caption = format!(
        "How the exact distances agree with groupings of the means, each beside {} shuffles of the labels (mean \u{b1} \
         standard deviation, and the share that scores as high). Silhouette: 1 where every mean is far nearer to its own \
         group than to any other, below 0 where it is nearer to another. Rand index: of the groups and as many clusters of \
         average linkage, 1 where they are the same",
        means.settings.permutations
    );
    let columns = "Means, grouped | Silhouette | shuffled | p-value | Rand index | shuffled | p-value | Purity of neighbours | shuffled | p-value";
    let row = |scores: &MeanScores| {
        let tests = [&scores.silhouette, &scores.rand, &scores.purity];
        let mut row = vec![head(scores)];
        row.extend(tests.into_iter().flat_map(cells));
        row
    };
    html! {
        (Table::new(caption, columns).with(means.scores.iter().map(row)))
        (paragraph(
            "Purity is the share of the nearest other means that are of the same group, of as many neighbours as the group \
             has.",
        ))
    }
}

fn head(scores: &MeanScores) -> String {
    let among = match scores.among {
        MeanSelection::All => "all means",
        MeanSelection::WithoutOwn => "g_c and g_cc\u{2032}, c\u{2032} \u{2260} c",
        MeanSelection::CrossOnly => "g_cc\u{2032}, c\u{2032} \u{2260} c",
    };
    let by = match scores.by {
        MeanGrouping::Class => "by class c",
        MeanGrouping::Other => "by direction c\u{2032}",
    };
    format!("{among}, {by}")
}

fn cells(test: &PermutationTest) -> [String; 3] {
    [
        significant(test.value, 3),
        with_error(test.null_mean, Some(test.null_standard_deviation)),
        significant(test.p_value, 2),
    ]
}

/// Weights and norms.
fn every_mean(means: &ClassMeans) -> Table {
    let name = |class: usize| means.class_names.get(class).cloned().unwrap_or_default();
    let row = |point: &MeanPoint| {
        [
            symbol(point),
            name(point.class),
            or_dash(point.other, name),
            significant(point.weight, 3),
            significant(point.norm, 4),
        ]
    };
    let caption = "Weight P of every mean, the probabilities summed, and its Euclidean norm";
    let head = "Mean | Class c | Direction c\u{2032} | Weight | Norm";
    Table::new(caption, head)
        .tall()
        .with(means.points.iter().map(row))
}
