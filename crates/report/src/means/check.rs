//! What a record of class means must be before it is drawn: files can be edited, and come from other versions.

use hesscope_records::{ClassMeans, MeanPoint};

use crate::check::other_schema;
use crate::error::ReportError;

/// Says what keeps a record from being drawn.
pub(crate) fn check(means: &ClassMeans) -> Result<(), ReportError> {
    let fault = other_schema(&means.origin).or_else(|| fault(means));
    fault.map_or(Ok(()), |reason| {
        Err(ReportError::ClassMeans {
            key: means.origin.key.clone(),
            reason,
        })
    })
}

fn fault(means: &ClassMeans) -> Option<String> {
    let n = means.points.len();
    let products = n * (n + 1) / 2;
    if means.gram.len() != products {
        return Some(format!(
            "it has {n} means and {} inner products, not {products}",
            means.gram.len(),
        ));
    }
    let classes = means.class_names.len();
    let known = |class: usize| class < classes;
    let of_known = |point: &MeanPoint| known(point.class) && point.other.is_none_or(known);
    if !means.points.iter().all(of_known) {
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
