//! Subsets of the classes.

use crate::setting_error::SettingError;
use hesscope_files::nearest;

/// The labels of the classes in `list`, in its order; every label if there is no list.
///
/// A class is meant by its name first, and by its label if no class has that name.
pub(crate) fn listed(list: Option<&[String]>, names: &[String]) -> Result<Vec<u32>, SettingError> {
    let Some(list) = list else {
        return Ok((0..names.len() as u32).collect());
    };
    if list.is_empty() {
        return Err(SettingError::NoClasses);
    }
    let mut labels = Vec::with_capacity(list.len());
    for class in list {
        let by_name = names.iter().position(|name| name == class);
        let by_label = || class.parse().ok().filter(|&label| label < names.len());
        let Some(label) = by_name.or_else(by_label) else {
            return Err(SettingError::UnknownClass {
                class: class.clone(),
                last: names.len().saturating_sub(1),
                example: nearest(class, names.iter().map(String::as_str))
                    .or(names.first().map(String::as_str))
                    .unwrap_or_default()
                    .to_owned(),
            });
        };
        let label = label as u32;
        if labels.contains(&label) {
            return Err(SettingError::ClassTwice {
                class: class.clone(),
            });
        }
        labels.push(label);
    }
    Ok(labels)
}

/// The names of the classes with these labels.
pub(crate) fn names_of(labels: &[u32], names: &[String]) -> Vec<String> {
    labels
        .iter()
        .map(|&label| names[label as usize].clone())
        .collect()
}

/// For each old label its place in `listed`, if it is there: its new label.
pub(crate) fn new_labels(listed: &[u32], classes: usize) -> Vec<Option<u32>> {
    let mut new = vec![None; classes];
    for (place, &label) in (0..).zip(listed) {
        new[label as usize] = Some(place);
    }
    new
}

/// A sentence on the classes of which a split has no example, if there are any.
pub(crate) fn empty_notice(labels: &[u32], names: &[String], split: &str) -> Option<String> {
    let mut empty = vec![true; names.len()];
    for &label in labels {
        empty[label as usize] = false;
    }
    let empty: Vec<usize> = (0..names.len()).filter(|&class| empty[class]).collect();
    let (&first, total) = (empty.first()?, names.len());
    let which = match empty.len() {
        1 => format!("class {} has", names[first]),
        count => format!("{count} classes, the first being {}, have", names[first]),
    };
    let remedy = match first {
        0 if empty.len() == 1 => "number the classes from 0, or list in classes those that have",
        _ => "list in classes those that have",
    };
    Some(format!(
        "{which} no {split} examples, but all {total} are counted as classes: {remedy}"
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn list(classes: &[&str]) -> Result<Vec<u32>, SettingError> {
        let names = ["cat", "dog", "0"].map(String::from);
        let classes: Vec<String> = classes.iter().map(|&class| class.into()).collect();
        listed(Some(&classes), &names)
    }

    #[test]
    fn names_come_before_labels_and_order_is_kept() {
        assert_eq!(list(&["dog", "cat"]).unwrap(), [1, 0]);
        assert_eq!(list(&["2", "1"]).unwrap(), [2, 1]);
        assert_eq!(list(&["0", "cat"]).unwrap(), [2, 0]);
        assert_eq!(listed(None, &["a".into(), "b".into()]).unwrap(), [0, 1]);
        assert_eq!(new_labels(&[2, 0], 3), [Some(1), None, Some(0)]);
    }

    #[test]
    fn bad_lists_are_refused() {
        for (classes, expected) in [
            (
                &["cow"][..],
                "classes names `cow`, which is no class here: give a label from 0 to 2 or a name such as `cat`",
            ),
            (
                &["DOG"],
                "classes names `DOG`, which is no class here: give a label from 0 to 2 or a name such as `dog`",
            ),
            (
                &["3"],
                "classes names `3`, which is no class here: give a label from 0 to 2 or a name such as `cat`",
            ),
            (
                &["dog", "1"],
                "classes names `1` a second time: list each class once",
            ),
            (
                &[],
                "classes is an empty list: name at least one class, or leave it out to use all",
            ),
        ] {
            assert_eq!(list(classes).unwrap_err().to_string(), expected);
        }
    }
}
