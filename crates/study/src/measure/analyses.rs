//! All analyses that the settings of a run ask for.

use hesscope_records::{Analysis, Kept};

use super::opened::Opened;
use crate::error::StudyError;
use crate::observer::{Event, Observer};
use crate::run::Run;

/// Trains what is left to train and makes the analyses that the settings ask for: epoch by epoch, split by split, in the
/// order of the settings. The observer is told of each as it is found or made.
///
/// # Errors
///
/// What training and analyses fail with; what is finished stays.
pub fn analyse_run(run: &Run, observer: &dyn Observer) -> Result<Vec<Kept<Analysis>>, StudyError> {
    run.train(observer)?;
    let mut analyses = Vec::new();
    for epoch in run.settings().analysed_epochs() {
        for &split in &run.settings().analysis.splits {
            let opened = Opened::new(run, epoch, split, observer)?;
            for &operator in &run.settings().analysis.operators {
                let kept = opened.spectrum(operator)?;
                observer.event(Event::Analysed(&kept.record, &kept.path));
                analyses.push(kept);
            }
        }
    }
    Ok(analyses)
}
