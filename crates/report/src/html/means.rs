//! The class means: their picture, and how they cluster.

use hesscope_spectral::PermutationTest;

use super::markup::{Table, details, figure, paragraph};
use crate::escape::escape;
use crate::figures::Figure;
use crate::numbers::{significant, with_error};
use crate::wording::{capitalised, split_name};
use hesscope_records::{ClassMeans, MeanGrouping, MeanScores, MeanSelection};

/// All records of a run, each with its picture.
pub(crate) fn section(all: &[ClassMeans], figures: &[Figure]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut out = "<section>\n<h2>Class means</h2>\n".to_owned();
    for (means, drawn) in all.iter().zip(figures) {
        let settings = &means.settings;
        out.push_str(&format!(
            "<section>\n<h3>{}</h3>\n",
            escape(&capitalised(&format!(
                "{} split, epoch {}",
                split_name(&settings.split),
                settings.epoch
            )))
        ));
        out.push_str(&figure(drawn));
        out.push_str(&scores(means));
        out.push_str(&details("Every mean", false, &points(means)));
        out.push_str("</section>\n");
    }
    out.push_str("</section>\n");
    out
}

/// The scores of every grouping.
pub(super) fn scores(means: &ClassMeans) -> String {
    let mut table = Table::new(
        format!(
            "How the exact distances agree with groupings of the means, each beside {} shuffles of the labels (mean \u{b1} \
             standard deviation, and the share that scores as high). Silhouette: 1 where every mean is far nearer to its own \
             group than to any other, below 0 where it is nearer to another. Rand index: of the groups and as many clusters \
             of average linkage, 1 where they are the same",
            means.settings.permutations
        ),
        &[
            "Means, grouped",
            "Silhouette",
            "shuffled",
            "p-value",
            "Rand index",
            "shuffled",
            "p-value",
            "Purity of neighbours",
            "shuffled",
            "p-value",
        ],
    );
    for scores in &means.scores {
        let mut row = vec![head(scores)];
        for test in [&scores.silhouette, &scores.rand, &scores.purity] {
            row.extend(cells(test));
        }
        table.row(row);
    }
    table.html()
        + &paragraph(
            "Purity is the share of the nearest other means that are of the same group, of as many neighbours as the group \
             has.",
        )
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
fn points(means: &ClassMeans) -> String {
    let mut table = Table::new(
        "Weight P of every mean, the probabilities summed, and its Euclidean norm",
        &["Mean", "Class c", "Direction c\u{2032}", "Weight", "Norm"],
    )
    .tall();
    let name = |class: usize| means.class_names.get(class).cloned().unwrap_or_default();
    for point in &means.points {
        table.row([
            match point.other {
                None => format!("g_{}", point.class),
                Some(other) => format!("g_{},{other}", point.class),
            },
            name(point.class),
            point.other.map_or_else(|| "\u{2013}".to_owned(), name),
            significant(point.weight, 3),
            significant(point.norm, 4),
        ]);
    }
    table.html()
}
