//! A checkpoint over a split, opened: its loss as a problem, and the eigenpairs found of its operators, each made once.

use std::cell::{OnceCell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use hesscope_hvp::{Array, Evaluation, Problem, SpreadSpace};
use hesscope_measure::{LeadingEffort, LeadingPairs, OperatorProperties, leading_pairs};
use hesscope_models::metrics_of;
use hesscope_records::{Kept, KeptSource, Origin, Record, Split, Subject, Terms};
use hesscope_spectral::{LinearOperator, VectorOf};
use serde::Serialize;

use super::finite::Place;
use super::problem_of::problem_of;
use super::snapshots::{estimate, forget};
use crate::eigenvector_file::{self as eigenvectors, PairsSettings};
use crate::error::StudyError;
use crate::model::Model;
use crate::observer::{Event, Observer};
use crate::ranks::{ProblemRequest, Request, current};
use crate::run::{Checkpoint, Run};

/// Eigenvectors that take no more than this are kept in the run's folder without being asked for.
const SMALL: usize = 64 << 20;

/// Whether eigenvectors are kept in the run's folder, unless the settings say that none are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepVectors {
    /// Where they are small.
    IfSmall,
    /// In any case.
    Always,
}

/// A checkpoint over a split. The problem, its evaluation and leading eigenpairs are made when they are first asked for,
/// and shared by everything that is measured.
pub struct Opened<'a> {
    run: &'a Run,
    checkpoint: Checkpoint,
    subject: Subject,
    observer: &'a dyn Observer,
    memory: OnceCell<usize>,
    problem: OnceCell<Problem>,
    pub(super) spread: OnceCell<SpreadSpace>,
    evaluation: OnceCell<Evaluation>,
    /// Leading pairs found so far, as many as take an eighth of the memory.
    pairs: RefCell<Vec<(PairsSettings, Rc<LeadingPairs<Array>>)>>,
}

impl<'a> Opened<'a> {
    /// The checkpoint of a run at an epoch, over a split.
    ///
    /// # Errors
    ///
    /// As [`Run::checkpoint`], and examples of the split that are not those of the run, or that cannot be read.
    pub fn new(
        run: &'a Run,
        epoch: usize,
        split: Split,
        observer: &'a dyn Observer,
    ) -> Result<Self, StudyError> {
        let checkpoint = run.checkpoint(epoch, observer)?;
        run.require_data(&[split])?;
        Ok(Opened {
            subject: run.subject_of(checkpoint.epoch, &checkpoint.sha256, split),
            run,
            checkpoint,
            observer,
            memory: OnceCell::new(),
            problem: OnceCell::new(),
            spread: OnceCell::new(),
            evaluation: OnceCell::new(),
            pairs: RefCell::new(Vec::new()),
        })
    }

    /// The run.
    pub fn run(&self) -> &'a Run {
        self.run
    }

    /// The network and the examples, as records name them.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The network.
    pub fn network(&self) -> &Model {
        &self.checkpoint.network
    }

    /// Who watches.
    pub fn observer(&self) -> &'a dyn Observer {
        self.observer
    }

    /// See [`Run::memory`].
    pub fn memory(&self) -> usize {
        *self.memory.get_or_init(|| self.run.memory())
    }

    /// Vectors of all parameters that the memory holds.
    pub fn vectors(&self) -> usize {
        self.memory() / self.vector_bytes()
    }

    /// Bytes of a vector of all parameters.
    pub(super) fn vector_bytes(&self) -> usize {
        (self.network().num_parameters() * self.subject.precision.bytes()).max(1)
    }

    /// Words for a measurement of it, as in `hess over train, epoch 5`.
    pub fn words(&self, what: impl std::fmt::Display) -> String {
        format!(
            "{what} over {}, epoch {}",
            self.subject.split, self.subject.epoch
        )
    }

    /// The mean loss over the split as a problem, checked to give the same bits twice.
    ///
    /// # Errors
    ///
    /// A network that cannot be captured, memory that is too small, logits, a loss, a gradient or products that are not
    /// finite, and products that differ between two passes.
    pub fn problem(&self) -> Result<&Problem, StudyError> {
        if let Some(problem) = self.problem.get() {
            return Ok(problem);
        }
        let problem = self.make_problem()?;
        self.observer.event(Event::Plan(&problem.plan()));
        let evaluation = problem.evaluate()?;
        let (weights, over) = self.place();
        let place = Place {
            weights: &weights,
            over: &over,
        };
        place.check(&problem, &evaluation)?;
        let same = problem.check_determinism();
        same.map_err(|error| place.explain(error.into()))?;
        self.evaluation.get_or_init(|| evaluation);
        Ok(self.problem.get_or_init(|| problem))
    }

    /// The problem of this process alone, or of all ranks.
    fn make_problem(&self) -> Result<Problem, StudyError> {
        let (run, network, split) = (self.run, self.network(), self.subject.split);
        let Some(ranks) = current() else {
            return problem_of(run, network, split, self.observer, None);
        };
        let request = Request::Problem(Box::new(ProblemRequest {
            root: run.folder().absolute()?,
            settings: run.settings().clone(),
            epoch: self.subject.epoch,
            split,
            checkpoint_sha256: self.subject.checkpoint_sha256.clone(),
            data_sha256: self.subject.data_sha256.clone(),
        }));
        let remote = ranks.open(&request.to_bytes());
        let made = problem_of(run, network, split, self.observer, Some(ranks));
        Problem::join_ranks(made, ranks.clone(), Some(remote))
    }

    /// The file of the weights, and the split in words.
    fn place(&self) -> (PathBuf, String) {
        let weights = self.run.weights_file(self.checkpoint.epoch);
        (weights, format!("over {}", self.subject.split))
    }

    /// The error of an estimation, with the weights and the split where a product is not finite.
    pub fn explain(&self, error: impl Into<StudyError>) -> StudyError {
        let (weights, over) = self.place();
        let place = Place {
            weights: &weights,
            over: &over,
        };
        place.explain(error.into())
    }

    /// Loss and accuracy over the split.
    ///
    /// # Errors
    ///
    /// As [`problem`](Self::problem).
    pub fn evaluation(&self) -> Result<&Evaluation, StudyError> {
        // Opening the problem evaluates it.
        let problem = self.problem()?;
        match self.evaluation.get() {
            Some(evaluation) => Ok(evaluation),
            None => {
                let evaluation = problem.evaluate()?;
                Ok(self.evaluation.get_or_init(|| evaluation))
            }
        }
    }

    /// The accuracy over the split, from 0 to 1.
    ///
    /// # Errors
    ///
    /// As [`problem`](Self::problem).
    pub fn accuracy(&self) -> Result<f64, StudyError> {
        let evaluation = self.evaluation()?;
        let labels = self.run.source(self.subject.split).labels();
        let classes = self.network().classes();
        let of_logits =
            || metrics_of(evaluation.loss, &evaluation.logits, classes, labels).accuracy;
        Ok(evaluation.accuracy.unwrap_or_else(of_logits))
    }

    /// The leading eigenpairs of an operator: those found before, in this process or an earlier one, or found now.
    ///
    /// # Errors
    ///
    /// What the estimation fails with, and a folder that cannot be written.
    pub fn leading_pairs(
        &self,
        operator: Terms,
        effort: &LeadingEffort,
        keep: KeepVectors,
    ) -> Result<Rc<LeadingPairs<Array>>, StudyError> {
        let settings = PairsSettings {
            operator,
            subject: self.subject.clone(),
            effort: effort.clone(),
        };
        let earlier = self
            .pairs
            .borrow()
            .iter()
            .find_map(|(found, pairs)| (*found == settings).then(|| Rc::clone(pairs)));
        let found = match earlier {
            Some(pairs) => pairs,
            None => Rc::new(self.find_pairs(&settings)?),
        };
        let bytes = found.pairs.vectors.len() * self.vector_bytes();
        let file = eigenvectors::path(self.run.folder().root(), &settings);
        let wanted = keep == KeepVectors::Always || bytes <= SMALL;
        let kept = self.run.settings().analysis.keep_eigenvectors && wanted;
        if kept && !file.is_file() {
            eigenvectors::write(&file, &settings, self.problem()?.space(), &found)?;
        }
        if file.is_file() {
            forget(self.run.folder(), &settings.key());
        }
        let mut pairs = self.pairs.borrow_mut();
        let fits = bytes * (pairs.len() + 1) <= self.memory() / 8;
        if fits && !pairs.iter().any(|(known, _)| *known == settings) {
            pairs.push((settings, Rc::clone(&found)));
        }
        Ok(found)
    }

    fn find_pairs(&self, settings: &PairsSettings) -> Result<LeadingPairs<Array>, StudyError> {
        let problem = self.problem()?;
        let file = eigenvectors::path(self.run.folder().root(), settings);
        match eigenvectors::read(&file, settings, problem.space()) {
            Ok(Some(pairs)) => return Ok(pairs),
            Ok(None) => {}
            Err(error) => {
                self.observer
                    .event(Event::Note(&format!("{error}; they are found again")));
                std::fs::remove_file(&file).map_err(|source| StudyError::write(&file, source))?;
            }
        }
        let operator = problem.operator(settings.operator);
        let properties = OperatorProperties::of(&operator);
        match self.spread()? {
            None => self.estimate_pairs(settings, &operator, &properties),
            Some(space) => {
                let operator = self.in_pieces(operator, space)?;
                let found = self.estimate_pairs(settings, &operator, &properties)?;
                Ok(found.map_vectors(|vector| space.whole(&vector)))
            }
        }
    }

    fn estimate_pairs<O: LinearOperator>(
        &self,
        settings: &PairsSettings,
        operator: &O,
        properties: &OperatorProperties,
    ) -> Result<LeadingPairs<VectorOf<O>>, StudyError> {
        let (effort, observer) = (&settings.effort, self.observer);
        let found = estimate(self.run, &settings.key(), observer, |keeper| {
            leading_pairs(operator, properties, effort, keeper, observer)
        });
        found.map_err(|error| self.explain(error))
    }

    /// How a record of these settings came to be, whose making began then.
    pub(crate) fn origin(&self, settings: &impl Serialize, start: Instant) -> Origin {
        let seconds = start.elapsed().as_secs_f64();
        Origin::of(settings, self.run.device_name(), seconds)
    }

    /// Tells the observer where a record came from.
    pub(crate) fn tell_source<R: Record>(&self, what: impl std::fmt::Display, kept: &Kept<R>) {
        tell_source(self.observer, &self.words(what), kept);
    }
}

/// The snapshots of the leading pairs of these settings are no longer needed.
pub fn forget_pairs(run: &Run, operator: Terms, subject: &Subject, effort: &LeadingEffort) {
    let settings = PairsSettings {
        operator,
        subject: subject.clone(),
        effort: effort.clone(),
    };
    forget(run.folder(), &settings.key());
}

/// Tells the observer that a record was there already, or what was wrong with the file in its place.
pub(crate) fn tell_source<R: Record>(observer: &dyn Observer, words: &str, kept: &Kept<R>) {
    match &kept.source {
        KeptSource::Found => observer.event(Event::Reused(words)),
        KeptSource::Made => {}
        KeptSource::MadeAgain(reason) => {
            observer.event(Event::Note(&format!(
                "{words} was measured again: {reason}"
            )));
        }
    }
}
