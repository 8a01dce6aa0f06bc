//! How the outlier spaces of operators, the class means and the gradient lie to each other, and how they turn in the
//! course of training.

use std::time::Instant;

use hesscope_hvp::class::ClassMean;
use hesscope_records::record::find_or_make;
use hesscope_records::{
    AlongOverlap, EpochOverlaps, Kept, Origin, OverlapSettings, Overlaps, Split, Terms,
};

use super::opened::{Opened, forget_pairs, tell_source};
use super::spectrum::effort;
use super::subspace::{Subspace, overlap};
use crate::error::StudyError;
use crate::observer::{Event, Observer};
use crate::run::{Run, require_class};

/// Which subspaces are compared.
#[derive(Clone, Debug, PartialEq)]
pub struct OverlapRequest {
    /// Operators whose leading spaces are compared; the class means and the gradient come along.
    pub operators: Vec<Terms>,
    /// The examples.
    pub split: Split,
    /// The epochs; all whose weights are kept if absent.
    pub epochs: Option<Vec<usize>>,
    /// Dimension of every leading space; if absent the outliers counted, or C where none are.
    pub pairs: Option<usize>,
}

/// The overlaps that are asked for, found in the folder or made.
///
/// # Errors
///
/// Epochs that are not kept, more pairs than are found, what the estimation fails with, and a folder that cannot be read or
/// written.
pub fn overlaps(
    run: &Run,
    request: &OverlapRequest,
    observer: &dyn Observer,
) -> Result<Kept<Overlaps>, StudyError> {
    for &operator in &request.operators {
        require_class(operator, run.classes())?;
    }
    let mut epochs = match &request.epochs {
        Some(epochs) => epochs.clone(),
        None => run.kept_epochs()?,
    };
    epochs.sort_unstable();
    epochs.dedup();
    let Some(&last) = epochs.last() else {
        return Err(StudyError::setting(
            "no epoch is asked for: name one with --epochs",
        ));
    };
    let opened = |epoch: usize| Opened::new(run, epoch, request.split, observer);
    let subjects = epochs
        .iter()
        .map(|&epoch| run.subject(epoch, request.split))
        .collect::<Result<_, _>>()?;
    let of_last = opened(last)?;
    let work = effort(&of_last).leading;
    if let Some(pairs) = request.pairs
        && !(1..=work.top).contains(&pairs)
    {
        return Err(StudyError::setting(format!(
            "--pairs is {pairs}: give at least 1 and at most {}, the number of leading eigenpairs, or more of those with --top",
            work.top
        )));
    }
    let settings = OverlapSettings {
        operators: request.operators.clone(),
        subjects,
        pairs: request.pairs,
        leading: work,
    };
    // From the last epoch back, so that the two an epoch is compared with are at hand.
    let earlier = epochs.iter().rev().skip(1).map(|&epoch| opened(epoch));
    let all = std::iter::once(Ok(of_last)).chain(earlier);
    let kept = find_or_make(run.folder().root(), settings, |settings| {
        make(run, request, settings, all)
    })?;
    tell_source(observer, &format!("overlaps over {}", request.split), &kept);
    // Where no vectors are kept, their snapshots were until now.
    let settings = &kept.record.settings;
    for subject in &settings.subjects {
        for &operator in &settings.operators {
            forget_pairs(run, operator, subject, &settings.leading);
        }
    }
    Ok(kept)
}

/// The overlaps of checkpoints, the last first.
fn make<'a>(
    run: &Run,
    request: &OverlapRequest,
    settings: OverlapSettings,
    checkpoints: impl Iterator<Item = Result<Opened<'a>, StudyError>>,
) -> Result<Overlaps, StudyError> {
    let start = Instant::now();
    let mut dimension = 0;
    let mut found = Vec::new();
    let mut along: Vec<AlongOverlap> = Vec::new();
    let mut of_last: Option<(usize, Vec<Subspace>)> = None;
    let mut of_next: Option<(usize, Vec<Subspace>)> = None;
    for opened in checkpoints {
        let opened = opened?;
        let epoch = opened.subject().epoch;
        dimension = opened.network().num_parameters();
        let mut spaces = Vec::new();
        for &operator in &request.operators {
            spaces.push(opened.subspace(operator, request.pairs)?);
        }
        spaces.extend(class_mean_spans(&opened)?);
        spaces.push(Subspace::span(
            "gradient",
            vec![opened.problem()?.gradient()?],
        ));
        let space = opened.problem()?.space();
        for (at, earlier) in [&of_next, &of_last].into_iter().flatten() {
            if along
                .iter()
                .any(|seen| seen.from == epoch && seen.to == *at)
            {
                continue;
            }
            for (one, other) in spaces.iter().zip(earlier).take(request.operators.len()) {
                along.push(AlongOverlap {
                    name: one.record.name.clone(),
                    from: epoch,
                    to: *at,
                    overlap: overlap(space, one, other)?,
                });
            }
        }
        let mut pairs = Vec::new();
        for (i, one) in spaces.iter().enumerate() {
            for other in &spaces[i + 1..] {
                pairs.push(overlap(space, one, other)?);
            }
        }
        found.push(EpochOverlaps {
            epoch,
            spaces: spaces.iter().map(|space| space.record.clone()).collect(),
            pairs,
        });
        if of_last.is_none() {
            of_last = Some((epoch, spaces));
        } else {
            of_next = Some((epoch, spaces));
        }
    }
    found.reverse();
    along.sort_by(|a, b| (&a.name, a.from, a.to).cmp(&(&b.name, b.from, b.to)));
    Ok(Overlaps {
        origin: Origin::of(&settings, run.device_name(), start.elapsed().as_secs_f64()),
        settings,
        dimension,
        classes: run.classes(),
        epochs: found,
        along,
    })
}

/// The spans of the class means, those that a quarter of the memory holds.
fn class_mean_spans(opened: &Opened<'_>) -> Result<Vec<Subspace>, StudyError> {
    let problem = opened.problem()?;
    let fit = (opened.vectors() / 4).max(1);
    let (own, pairs): (Vec<ClassMean>, Vec<ClassMean>) = ClassMean::all(&problem.class_weights()?)
        .into_iter()
        .partition(|mean| matches!(mean, ClassMean::Class(_)));
    let mut spaces = Vec::new();
    for (name, means) in [("g_c", own), ("g_cc'", pairs)] {
        if means.len() > fit {
            opened.observer().event(Event::Note(&format!(
                "the {} means {name} do not fit the memory and are left out; give more with analysis.memory-mib",
                means.len()
            )));
            continue;
        }
        spaces.push(Subspace::span(name, problem.class_means(&means)?));
    }
    Ok(spaces)
}
