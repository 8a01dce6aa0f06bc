//! What a run does: how many examples go forward and back, and how many products are formed.

use hesscope_records::{Split, Terms};

use crate::error::StudyError;
use crate::settings::Settings;

use super::extent::Extent;

/// Iterations of the subspace behind a Lanczos run with full reorthogonalisation: usually one or two, seldom more.
const ITERATIONS: [usize; 2] = [1, 3];

/// Vectors that a subspace iteration carries beyond the pairs asked for.
const GUARDS: usize = hesscope_measure::GUARDS;

/// What a run does.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// Examples that training steps go over, all epochs together.
    pub trained: usize,
    /// Steps of training.
    pub steps: usize,
    /// Examples evaluated on the way.
    pub evaluated: usize,
    /// The spectra, in the order in which they are measured.
    pub spectra: Vec<SpectrumWork>,
}

/// What one spectrum takes.
#[derive(Debug, Clone, PartialEq)]
pub struct SpectrumWork {
    /// The operator.
    pub operator: Terms,
    /// The examples that the loss is the mean over.
    pub examples: usize,
    /// Starts of the Lanczos run, whose vectors are multiplied together.
    pub starts: usize,
    /// Lanczos steps, least and most.
    pub steps: [usize; 2],
    /// Vectors multiplied by the subspace iteration, least and most.
    pub subspace: [usize; 2],
    /// Vectors of the Lanczos runs of a density of its own, at most one at once.
    pub density: usize,
}

impl SpectrumWork {
    /// Products with one vector, least and most.
    pub fn products(&self) -> [usize; 2] {
        [0, 1].map(|end| self.starts * self.steps[end] + self.subspace[end] + self.density)
    }
}

impl Work {
    /// That of a run of the settings on a network of so many parameters whose vectors may take so many bytes at a rank where they
    /// are whole, and at all ranks in pieces.
    ///
    /// # Errors
    ///
    /// Settings of a training that cannot be.
    pub fn of(
        settings: &Settings,
        extent: Extent,
        parameters: usize,
        [whole, pieces]: [usize; 2],
    ) -> Result<Self, StudyError> {
        let [train, test] = extent.examples;
        let config = settings.train_config()?;
        // Every trial of a search is a training.
        let trainings = match settings.train.learning_rate.is_search() {
            true => settings.train.learning_rate.rates()?.len(),
            false => 1,
        };
        let evaluations = (0..=config.epochs).filter(|&epoch| config.evaluates(epoch));
        let choices = settings.analysis.effort(settings.all_seeds().probes);
        let (classes, precision) = (extent.classes, settings.precision);
        let effort = choices
            .with_whole_pairs(parameters, classes, precision, whole)
            .resolve(parameters, classes, precision, pieces);
        let leading = &effort.leading;
        let block = leading.top + GUARDS;
        let spectrum = |operator: Terms, split: Split| SpectrumWork {
            operator,
            examples: match split {
                Split::Train => train,
                Split::Test => test,
            },
            starts: leading.starts,
            steps: [leading.range_steps, leading.most_range_steps],
            subspace: ITERATIONS.map(|count| count.min(leading.subspace_iterations) * block),
            density: match effort.from_leading {
                true => 0,
                false => effort.probes * effort.lanczos_steps,
            },
        };
        let analysis = &settings.analysis;
        let of_epoch = || {
            let splits = analysis.splits.iter();
            splits.flat_map(|&split| {
                analysis
                    .operators
                    .iter()
                    .map(move |&operator| (operator, split))
            })
        };
        let spectra = settings
            .analysed_epochs()
            .into_iter()
            .flat_map(|_| of_epoch());
        Ok(Work {
            trained: trainings * config.epochs * train,
            steps: trainings * config.epochs * train.div_ceil(config.batch_size),
            evaluated: trainings * evaluations.count() * (train + test),
            spectra: spectra
                .map(|(operator, split)| spectrum(operator, split))
                .collect(),
        })
    }
}
