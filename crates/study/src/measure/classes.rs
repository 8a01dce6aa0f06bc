//! The classes that a split has examples of.

use hesscope_hvp::Problem;

use crate::error::StudyError;

/// How many classes have examples. A class without has no class means, and adds nothing to G's outliers.
///
/// # Errors
///
/// Data without classes, and what a pass over the examples fails with.
pub fn classes_with_examples(problem: &Problem) -> Result<usize, StudyError> {
    let weights = problem.class_weights()?;
    let classes = || 0..weights.classes();
    let has_examples = |class: usize| classes().any(|other| weights.pair(class, other) > 0.0);
    Ok(classes().filter(|&class| has_examples(class)).count())
}
