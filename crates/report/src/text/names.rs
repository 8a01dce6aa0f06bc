//! Operators, splits and sample sizes as they are printed.

use std::fmt::Display;

use hesscope_records::{Split, Subject};

/// What a table says where there is nothing.
pub(crate) const NONE: &str = "\u{2013}";

/// The value in words, or a dash.
pub(crate) fn or_dash<T>(value: Option<T>, words: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| NONE.to_owned(), words)
}

/// An operator's name as it is printed: `Hess`, `A1+A2`.
pub(crate) fn operator_name(operator: impl Display) -> String {
    let operator = operator.to_string();
    let parts = operator.split('+').map(|part| match part {
        "hess" => "Hess".to_owned(),
        "decay" => "weight decay".to_owned(),
        other => other.to_uppercase(),
    });
    parts.collect::<Vec<_>>().join("+")
}

/// A split as it is printed.
pub(crate) fn split_name(split: Split) -> &'static str {
    match split {
        Split::Train => "training",
        Split::Test => "test",
    }
}

/// `Training split, epoch 20`.
pub(crate) fn subject_title(subject: &Subject) -> String {
    format!(
        "{} split, epoch {}",
        capitalised(split_name(subject.split)),
        subject.epoch
    )
}

/// `13 per class`, or `all examples`.
pub(crate) fn size_name(size: &str) -> String {
    match size {
        "all" => "all examples".to_owned(),
        number => format!("{number} per class"),
    }
}

/// With its first letter large.
pub(crate) fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(characters).collect()
    })
}

/// `1 run`, `12 runs`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{} {many}", super::numbers::integer(count)),
    }
}

/// Sentences that are there, then a list after each of some words that has any members.
pub(crate) fn listed<const N: usize>(
    mut sentences: Vec<String>,
    lists: [(&str, Vec<String>); N],
) -> String {
    let lists = lists.into_iter().filter(|(_, members)| !members.is_empty());
    sentences.extend(lists.map(|(what, members)| format!("{what} {}.", members.join("; "))));
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.join(" ")
}

/// The first characters of a hash: enough to tell two apart.
pub(crate) fn short_hash(hash: &str, length: usize) -> String {
    hash.chars().take(length).collect()
}

/// The text with its equations and percentages in one piece, wherever it is broken into lines.
pub(crate) fn unbroken(text: &str) -> String {
    text.replace(" = ", "\u{a0}=\u{a0}")
        .replace(" \u{b1} ", "\u{a0}\u{b1}\u{a0}")
        .replace(" \u{2264} ", "\u{a0}\u{2264}\u{a0}")
        .replace(" \u{2265} ", "\u{a0}\u{2265}\u{a0}")
        .replace("C \u{2212} ", "C\u{a0}\u{2212}\u{a0}")
        .replace("C + ", "C\u{a0}+\u{a0}")
        .replace(" %", "\u{a0}%")
}
