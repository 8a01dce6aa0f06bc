//! Which of several analyses, or files of eigenvectors, is meant.

use super::options::ExportOptions;
use crate::failure::Failure;
use crate::folder::RunFolder;

/// Whether the options allow what is of this operator, split and epoch.
pub fn fits(options: &ExportOptions, operator: &str, split: &str, epoch: usize) -> bool {
    options
        .operator
        .is_none_or(|wanted| wanted.to_string() == operator)
        && options
            .split
            .as_deref()
            .is_none_or(|wanted| wanted == split)
        && options.epoch.is_none_or(|wanted| wanted == epoch)
}

/// What is chosen by, as options.
pub fn described(operator: &str, split: &str, epoch: usize) -> String {
    format!("--operator {operator} --split {split} --epoch {epoch}")
}

/// Why not exactly one is chosen: none, or several of which each is described.
pub fn not_one(folder: &RunFolder, what: &str, found: &[String], all: &[String]) -> Failure {
    let root = folder.root().display();
    if all.is_empty() {
        return Failure::new(format!(
            "{root} holds no {what}: make one with `hesscope {}`",
            if what == "analysis" {
                "spectrum"
            } else {
                "overlaps"
            }
        ));
    }
    let (said, of) = if found.is_empty() {
        (format!("{root} holds no such {what}: choose"), all)
    } else {
        (
            format!("{root} holds more than one such {what}: choose"),
            found,
        )
    };
    let mut of = of.to_vec();
    of.sort();
    let all_alike = of.windows(2).all(|pair| pair[0] == pair[1]);
    if of.len() > 1 && all_alike {
        return Failure::new(format!(
            "{root} holds {} files of {}, made with other settings: take them all with --what all",
            of.len(),
            of[0]
        ));
    }
    of.dedup();
    Failure::new(format!("{said} {}", of.join(", or ")))
}
