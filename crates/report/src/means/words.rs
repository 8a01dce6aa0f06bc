//! What is said of class means.

use hesscope_records::{ClassMeans, MeanGrouping, MeanScores, MeanSelection};
use hesscope_spectral::PermutationTest;

use crate::text::numbers::significant;

/// How the picture is read.
pub(super) const SIGNS: &str = "Class means of the gradients of the logits, placed by their exact distances in parameter \
                                space. A disc is g_c, the mean of class c. A number alone is g_cc\u{2032}, the mean of class \
                                c in the direction of another class c\u{2032}. A number in a ring is g_cc, in the direction \
                                of the class itself. Number and colour are those of c.";

/// What is not drawn.
pub(super) fn left_out(means: &ClassMeans) -> Option<String> {
    let (taken, all) = (means.settings.classes.len(), means.class_names.len());
    (taken < all).then(|| {
        format!(
            "Of the {all} classes, means of the first {taken} are taken, with the pairs among them: more would not be told \
             apart."
        )
    })
}

/// The scores of a grouping of some means.
pub(super) fn scores_of(
    means: &ClassMeans,
    among: MeanSelection,
    by: MeanGrouping,
) -> Option<&MeanScores> {
    let mut scores = means.scores.iter();
    scores.find(|scores| scores.among == among && scores.by == by)
}

/// The scores that the paper's finding is about, and those by c'.
pub(super) fn scores_in_words(means: &ClassMeans) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(scores) = scores_of(means, MeanSelection::WithoutOwn, MeanGrouping::Class) {
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
    if let Some(scores) = scores_of(means, MeanSelection::CrossOnly, MeanGrouping::Other) {
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
