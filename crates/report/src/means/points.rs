//! The means as points of a picture, and by their names.

use hesscope_records::{ClassMeans, MeanPoint};

use crate::figures::{Kind, Point};
use crate::text::numbers::significant;

/// `g_3`, or `g_3,5`.
pub(super) fn symbol(point: &MeanPoint) -> String {
    match point.other {
        None => format!("g_{}", point.class),
        Some(other) => format!("g_{},{other}", point.class),
    }
}

/// The points of a picture, each at one of its places.
pub(super) fn points(means: &ClassMeans, at: impl Fn(&MeanPoint) -> [f64; 2]) -> Vec<Point> {
    let point = |point: &MeanPoint| {
        let kind = match point.other {
            None => Kind::Class,
            Some(other) if other == point.class => Kind::Own,
            Some(_) => Kind::Cross,
        };
        let towards = point.other.map_or(String::new(), |other| {
            format!(" in the direction of {}", class_in_words(means, other))
        });
        let said = format!(
            "{}, of class {}{towards}: norm {}",
            symbol(point),
            class_in_words(means, point.class),
            significant(point.norm, 3)
        );
        Point {
            at: at(point),
            class: point.class,
            kind,
            said,
        }
    };
    means.points.iter().map(point).collect()
}

/// The name of a class, where it is not its number.
fn class_name(means: &ClassMeans, class: usize) -> Option<&str> {
    let name = means.class_names.get(class)?;
    (*name != class.to_string()).then_some(name)
}

/// `3 (cat)`, or `3` where that is the name.
fn class_in_words(means: &ClassMeans, class: usize) -> String {
    class_name(means, class).map_or_else(|| class.to_string(), |name| format!("{class} ({name})"))
}

/// The names behind the numbers, where they are not the numbers, each as `shown`.
pub(super) fn names(means: &ClassMeans, shown: impl Fn(&str) -> String) -> Option<String> {
    let classes = means.settings.classes.iter();
    let named = classes.filter_map(|&class| {
        let name = class_name(means, class)?;
        Some(format!("{class} {}", shown(name)))
    });
    let named: Vec<String> = named.collect();
    let named = named.join(", ");
    let stop = if named.ends_with('\u{2026}') { "" } else { "." };
    (!named.is_empty()).then(|| named + stop)
}
