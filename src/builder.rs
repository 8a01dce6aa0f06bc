//! The measurement of a spectrum, set up step by step.

use hesscope_hvp::{ParameterSpace, Problem, Terms};
use hesscope_measure::{EffortChoices, Observer, OperatorProperties, leading_pairs, spectrum_from};
use hesscope_spectral::{Keeper, NoKeeper, Reorthogonalisation, VectorSpace};

use crate::error::Error;
use crate::model_spectrum::ModelSpectrum;

/// Bytes that the vectors of an estimation may take where nobody says.
const MEMORY: usize = 4 << 30;

/// Spectra of the Hessian and its parts.
pub trait Spectra {
    /// The spectrum of a part of the Hessian or a sum of parts, to be measured.
    fn spectrum(&self, operator: impl Into<Terms>) -> SpectrumBuilder<'_>;
}

impl Spectra for Problem {
    fn spectrum(&self, operator: impl Into<Terms>) -> SpectrumBuilder<'_> {
        SpectrumBuilder {
            problem: self,
            operator: operator.into(),
            choices: EffortChoices::default(),
            memory: MEMORY,
            observer: &(),
        }
    }
}

/// A spectrum to be measured; what is not chosen follows from the size of the network.
#[must_use]
pub struct SpectrumBuilder<'a> {
    problem: &'a Problem,
    operator: Terms,
    choices: EffortChoices,
    memory: usize,
    observer: &'a dyn Observer,
}

impl<'a> SpectrumBuilder<'a> {
    /// Leading eigenpairs to find: by default one for each class.
    pub fn top(mut self, pairs: usize) -> Self {
        self.choices.top = Some(pairs);
        self
    }

    /// Random probes of the density.
    pub fn probes(mut self, probes: usize) -> Self {
        self.choices.probes = Some(probes);
        self
    }

    /// Lanczos steps of each probe.
    pub fn lanczos_steps(mut self, steps: usize) -> Self {
        self.choices.lanczos_steps = Some(steps);
        self
    }

    /// Lanczos steps of the range and the leading eigenvalues: by default as many as the count of outliers needs, up to 512
    /// or for networks of more than a million parameters 160.
    pub fn range_steps(mut self, steps: usize) -> Self {
        self.choices.range_steps = Some(steps);
        self
    }

    /// How Lanczos vectors are kept orthogonal.
    pub fn reorthogonalisation(mut self, how: Reorthogonalisation) -> Self {
        self.choices.reorthogonalisation = Some(how);
        self
    }

    /// Adds probes and steps until the density's error is this share of the width of the bulk.
    pub fn density_error(mut self, error: f64) -> Self {
        self.choices.density_error = Some(error);
        self
    }

    /// Most products with one vector that [`density_error`](Self::density_error) may take.
    pub fn max_products(mut self, products: usize) -> Self {
        self.choices.max_products = Some(products);
        self
    }

    /// Seed of the probes and starts.
    pub fn seed(mut self, seed: u64) -> Self {
        self.choices.seed = seed;
        self
    }

    /// Bytes that the vectors of the estimation may take: by default 4 GiB.
    pub fn memory(mut self, bytes: usize) -> Self {
        self.memory = bytes;
        self
    }

    /// Tells an observer how far the measurement is.
    pub fn observer(mut self, observer: &'a dyn Observer) -> Self {
        self.observer = observer;
        self
    }

    /// Measures: checks that two products with one vector are equal, then finds the leading eigenpairs, the density of
    /// the rest, its laws and the outliers.
    ///
    /// # Errors
    ///
    /// A loss that is another function in every pass, a device or source that fails, and choices out of range.
    pub fn run(self) -> Result<ModelSpectrum, Error> {
        self.run_from(&mut NoKeeper)
    }

    /// As [`run`](Self::run), gone on with from a keeper's snapshots, and with snapshots kept there on the way.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run), and snapshots that cannot be read or written.
    pub fn run_from<K>(self, keeper: &mut K) -> Result<ModelSpectrum, Error>
    where
        K: Keeper<ParameterSpace> + ?Sized,
    {
        let (problem, observer) = (self.problem, self.observer);
        problem.check_determinism()?;
        let space = problem.space();
        let effort = self.choices.resolve(
            space.dim(),
            problem.classes(),
            space.precision(),
            self.memory,
        );
        let operator = problem.operator(self.operator);
        let properties = OperatorProperties::of(&operator);
        let vectors = self.memory / (space.dim() * space.precision().bytes()).max(1);
        let leading = leading_pairs(&operator, &properties, &effort.leading, keeper, observer)?;
        let spectrum = spectrum_from(
            &leading,
            &operator,
            &properties,
            &effort,
            vectors,
            keeper,
            observer,
        )?;
        Ok(ModelSpectrum {
            operator: self.operator,
            positive_semidefinite: properties.positive_semidefinite,
            epsilon: space.epsilon(),
            classes: problem.classes(),
            effort,
            spectrum,
            pairs: leading.pairs,
        })
    }
}
