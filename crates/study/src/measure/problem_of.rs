//! The loss of a checkpoint over a split, or over a rank's share of it, as a problem.

use hesscope_hvp::{Problem, ProblemOptions, Share, Source as _};
use hesscope_ranks::Ranks;
use hesscope_records::Split;

use super::device_check::check_device;
use crate::error::StudyError;
use crate::model::Model;
use crate::observer::Observer;
use crate::run::Run;

/// The mean loss of a network over a split of a run, or over this rank's share, on a device that has been checked.
///
/// # Errors
///
/// A device that multiplies wrongly, a network that cannot be captured, memory that is too small, and a split with fewer
/// examples than ranks.
pub(crate) fn problem_of(
    run: &Run,
    network: &Model,
    split: Split,
    observer: &dyn Observer,
    ranks: Option<&Ranks>,
) -> Result<Problem, StudyError> {
    let settings = run.settings();
    let precision = settings.precision;
    check_device(run, network, split, precision, observer)?;
    let mut options = ProblemOptions {
        precision,
        memory: run.memory() / 2,
        ..ProblemOptions::default()
    };
    let (source, objective) = (run.source(split).clone(), settings.loss.objective());
    let Some(ranks) = ranks else {
        return network.problem(source, objective, run.device(), options);
    };
    if !settings.device.kind.is_gpu() {
        // The ranks of a machine have its memory together.
        options.memory /= ranks.place().local_size;
    }
    let range = ranks.share(source.len(), network.group());
    let share = Share::new(source, range)?;
    network.problem(share, objective, run.device(), options)
}
