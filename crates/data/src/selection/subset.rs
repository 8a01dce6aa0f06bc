//! Balanced subsets.

use crate::error::DataError;
use crate::stream::Stream;

/// The indices of `per_class` examples of every class, drawn class by class from `seed`.
///
/// The subset for a smaller `per_class` is a prefix of the one for a larger: the first `classes`
/// indices are one example of each class in the order of the classes, the next `classes` a second of
/// each, and so on. The same on every platform.
///
/// `labels` are below `classes`.
///
/// # Errors
/// [`DataError::SubsetTooLarge`] names the smallest class if it has fewer than `per_class` examples,
/// [`DataError::EmptyClass`] names a class without examples, [`DataError::PerClassRange`] refuses 0, and
/// [`DataError::InvalidSplit`] a label out of range or no classes at all.
pub fn balanced_subset(
    labels: &[u32],
    classes: usize,
    per_class: usize,
    seed: u64,
) -> Result<Vec<usize>, DataError> {
    let listed: Vec<u32> = (0..classes as u32).collect();
    draw(labels, classes, &listed, per_class, seed, "per_class")
}

/// The indices of the examples of the listed classes, all of them in their own order or `per_class` of each.
///
/// `field` is what errors call `per_class`.
pub(crate) fn select(
    labels: &[u32],
    classes: usize,
    listed: &[u32],
    per_class: Option<usize>,
    seed: u64,
    field: &'static str,
) -> Result<Vec<usize>, DataError> {
    if let Some(per_class) = per_class {
        return draw(labels, classes, listed, per_class, seed, field);
    }
    let mut wanted = vec![false; classes];
    for &label in listed {
        wanted[label as usize] = true;
    }
    Ok((0..labels.len())
        .filter(|&index| wanted[labels[index] as usize])
        .collect())
}

/// [`balanced_subset`] of the listed classes, in their order. What is drawn of a class depends on its label, and not
/// on which others are listed.
fn draw(
    labels: &[u32],
    classes: usize,
    listed: &[u32],
    per_class: usize,
    seed: u64,
    field: &'static str,
) -> Result<Vec<usize>, DataError> {
    let mut all = members_of_each_class(labels, classes)?;
    let mut members: Vec<(u32, Vec<usize>)> = listed
        .iter()
        .map(|&label| (label, std::mem::take(&mut all[label as usize])))
        .collect();
    let sizes = members
        .iter()
        .map(|(label, of)| (*label as usize, of.len()));
    check_sizes(sizes, per_class, field)?;
    for (label, of) in &mut members {
        Stream::new("subset", &[seed, u64::from(*label)]).draw_to_front(of, per_class);
    }
    Ok((0..per_class)
        .flat_map(|rank| members.iter().map(move |(_, of)| of[rank]))
        .collect())
}

/// That each class, by number and size, has as many examples as are wanted of it.
pub(crate) fn check_sizes(
    sizes: impl Iterator<Item = (usize, usize)>,
    wanted: usize,
    field: &'static str,
) -> Result<(), DataError> {
    let Some((class, available)) = sizes.min_by_key(|&(_, size)| size) else {
        return Err(DataError::InvalidSplit {
            problem: "it has no classes".into(),
        });
    };
    if available == 0 {
        return Err(DataError::EmptyClass { field, class });
    }
    if wanted == 0 {
        return Err(DataError::PerClassRange {
            field,
            value: wanted,
            limit: available,
        });
    }
    if wanted > available {
        return Err(DataError::SubsetTooLarge {
            field,
            class,
            wanted,
            available,
        });
    }
    Ok(())
}

fn members_of_each_class(labels: &[u32], classes: usize) -> Result<Vec<Vec<usize>>, DataError> {
    let mut members = vec![Vec::new(); classes];
    for (index, &label) in labels.iter().enumerate() {
        let Some(of) = members.get_mut(label as usize) else {
            return Err(DataError::InvalidSplit {
                problem: format!(
                    "example {index} has the label {label} where there are {classes} classes"
                ),
            });
        };
        of.push(index);
    }
    Ok(members)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn one_subset_is_pinned() {
        let labels: Vec<u32> = (0..60).map(|index| index % 3).collect();
        assert_eq!(
            balanced_subset(&labels, 3, 3, 7).unwrap(),
            [30, 16, 17, 57, 4, 8, 18, 40, 5]
        );
    }

    #[test]
    fn one_subset_of_listed_classes_is_pinned() {
        let labels: Vec<u32> = (0..60).map(|index| index % 3).collect();
        let select = |listed: &[u32], count| select(&labels, 3, listed, count, 7, "").unwrap();
        // Those of the subset of all classes that is pinned above.
        assert_eq!(select(&[2, 0], Some(3)), [17, 30, 8, 57, 5, 18]);
        assert_eq!(select(&[1], Some(3)), [16, 4, 40]);
        assert_eq!(select(&[2, 0], None)[..5], [0, 2, 3, 5, 6]);
    }

    #[test]
    fn a_class_that_is_too_small_is_named() {
        let labels = [0, 1, 0, 1, 0, 1, 2, 2];
        let error = balanced_subset(&labels, 3, 3, 0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "per_class is 3, but class 2 has only 2 examples: ask for at most 2"
        );
        let error = balanced_subset(&labels, 3, 0, 0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "per_class is 0, but it must be from 1 to 2: choose a number in that range"
        );
        let error = balanced_subset(&labels, 4, 1, 0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "per_class cannot be met because class 3 has no examples: leave it out to use all examples"
        );
        let error = balanced_subset(&[], 0, usize::MAX, 0).unwrap_err();
        assert!(error.to_string().contains("no classes"), "{error}");
        let error = balanced_subset(&labels, 2, 1, 0).unwrap_err();
        assert!(
            error.to_string().contains("example 6 has the label 2"),
            "{error}"
        );
    }
}
