//! Subspaces of parameter space that belong to an operator or to class means, and how they lie to each other.

use hesscope_hvp::class::ClassMean;
use hesscope_hvp::{Array, ParameterSpace, Problem};
use hesscope_measure::{LeadingPairs, OperatorProperties, count_outliers};
use hesscope_records::{OverlapRecord, Part, SpaceRecord, Terms};
use hesscope_spectral::{VectorSpace, principal_angles, rotation_bound};

use super::classes::classes_with_examples;
use super::opened::{KeepVectors, Opened};
use super::spectrum::effort;
use crate::error::StudyError;

/// A subspace of parameter space with vectors that span it.
#[derive(Clone, Debug)]
pub struct Subspace {
    /// What it is.
    pub record: SpaceRecord,
    /// Vectors that span it.
    pub vectors: Vec<Array>,
}

impl Subspace {
    /// The span of vectors.
    pub fn span(name: &str, vectors: Vec<Array>) -> Self {
        Subspace {
            record: SpaceRecord {
                name: name.into(),
                dimension: vectors.len(),
                eigenvalues: Vec::new(),
                residuals: Vec::new(),
                counted: false,
                rotation: 0.0,
            },
            vectors,
        }
    }
}

/// The leading subspace of an operator: exact where it is spanned by class means, and the outlier space otherwise.
pub fn subspace(
    opened: &Opened<'_>,
    operator: Terms,
    pairs: Option<usize>,
) -> Result<Subspace, StudyError> {
    if is_of_class_means(operator) {
        class_mean_subspace(opened.problem()?, operator, pairs)
    } else {
        outlier_subspace(opened, operator, pairs)
    }
}

/// Whether an operator's eigenvectors are combinations of class means, known exactly.
fn is_of_class_means(operator: Terms) -> bool {
    ![Part::B2, Part::H, Part::Decay]
        .into_iter()
        .any(|part| operator.contains(part))
        && operator.class().is_none()
}

/// The leading space of A1, A2, B1 or a sum of them: its range, of C dimensions at most, or the `pairs` leading eigenvectors.
///
/// # Errors
///
/// What the products fail with.
pub fn class_mean_subspace(
    problem: &Problem,
    operator: Terms,
    pairs: Option<usize>,
) -> Result<Subspace, StudyError> {
    let weights = problem.class_weights()?;
    let needed: Vec<ClassMean> = ClassMean::all(&weights)
        .into_iter()
        .filter(|mean| match *mean {
            ClassMean::Class(_) => operator.contains(Part::A1) || operator.contains(Part::B1),
            ClassMean::Pair(class, other) if class == other => operator.contains(Part::A2),
            ClassMean::Pair(..) => operator.contains(Part::B1),
        })
        .collect();
    let spectrum = problem.mean_gram(&needed)?.spectrum(operator)?;
    let count = pairs
        .unwrap_or(problem.classes())
        .min(spectrum.values.len());
    Ok(Subspace {
        record: SpaceRecord {
            name: operator.to_string(),
            dimension: count,
            eigenvalues: spectrum.values[..count].to_vec(),
            residuals: vec![0.0; count],
            counted: false,
            rotation: 0.0,
        },
        vectors: problem.class_eigenvectors(&spectrum, count)?,
    })
}

/// The outlier space of an operator, or the space of its `pairs` leading eigenvectors, which are kept.
///
/// # Errors
///
/// What the estimation fails with, and a folder that cannot be written.
pub fn outlier_subspace(
    opened: &Opened<'_>,
    operator: Terms,
    pairs: Option<usize>,
) -> Result<Subspace, StudyError> {
    let found = opened.leading_pairs(operator, &effort(opened).leading, KeepVectors::Always)?;
    let problem = opened.problem()?;
    let properties = OperatorProperties::of(&problem.operator(operator));
    let (outliers, _) = count_outliers(&found, &properties, problem.space().epsilon())?;
    let counted = outliers.positive.decided().map(|count| count.count);
    let classes = classes_with_examples(problem)?;
    Ok(chosen(operator, &found, counted, pairs, classes))
}

/// The space of the `pairs` leading eigenvectors by modulus; where that is not said, of the outliers counted above zero,
/// and where none are, of as many as classes have examples.
fn chosen(
    operator: Terms,
    found: &LeadingPairs<Array>,
    outliers: Option<usize>,
    pairs: Option<usize>,
    classes: usize,
) -> Subspace {
    let all = &found.pairs;
    let positive: Vec<usize> = (0..all.values.len())
        .filter(|&i| all.values[i] > 0.0)
        .collect();
    let counted = match (pairs, outliers) {
        (None, Some(count)) if (1..=positive.len()).contains(&count) => Some(count),
        _ => None,
    };
    let chosen: Vec<usize> = match counted {
        Some(count) => positive[..count].to_vec(),
        None => (0..pairs.unwrap_or(classes).min(all.values.len())).collect(),
    };
    let modulus = |i: usize| all.values[i].abs();
    let least = chosen
        .iter()
        .map(|&i| modulus(i))
        .fold(f64::INFINITY, f64::min);
    // Where outliers above zero are counted, what lies below zero is farther from them than zero is.
    let next = (0..all.values.len())
        .filter(|i| !chosen.contains(i))
        .filter(|&i| counted.is_none() || all.values[i] > 0.0)
        .map(|i| modulus(i) + all.residuals[i])
        .fold(found.next, f64::max);
    let pick = |values: &[f64]| -> Vec<f64> { chosen.iter().map(|&i| values[i]).collect() };
    let residuals = pick(&all.residuals);
    Subspace {
        record: SpaceRecord {
            name: operator.to_string(),
            dimension: chosen.len(),
            eigenvalues: pick(&all.values),
            rotation: rotation_bound(&residuals, least - next),
            residuals,
            counted: counted.is_some(),
        },
        vectors: chosen.iter().map(|&i| all.vectors[i].clone()).collect(),
    }
}

/// How two subspaces lie to each other, with the error that their residuals leave.
///
/// # Errors
///
/// Vectors that are not independent.
pub fn overlap(
    space: &ParameterSpace,
    one: &Subspace,
    other: &Subspace,
) -> Result<OverlapRecord, StudyError> {
    let angles = principal_angles(space, &one.vectors, &other.vectors)?;
    let smaller = angles.angles.len().max(1) as f64;
    let overlap = angles.overlap();
    Ok(OverlapRecord {
        first: one.record.name.clone(),
        second: other.record.name.clone(),
        overlap,
        error: ((one.record.rotation + other.record.rotation) / smaller).min(1.0),
        chance: angles.chance_overlap(space.dim()),
        angles,
    })
}
