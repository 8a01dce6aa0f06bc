//! What is compared, measured on one device.

use std::time::Instant;

use burn::tensor::Device;
use hesscope_hvp::{Problem, ProblemOptions};
use hesscope_measure::{Effort, EffortChoices, leading_pairs, spectrum_from};
use hesscope_measure::{OperatorProperties, Spectrum};
use hesscope_models::{BnMode, Network};
use hesscope_records::{Precision, Terms};
use hesscope_spectral::{LinearOperator, NoKeeper, ProbeKind, Probes, VectorSpace};

use crate::error::StudyError;
use crate::observer::Observer;
use crate::settings::Settings;
use crate::source::Source;

/// The work that goes into a spectrum where nobody chooses: enough for a few leading eigenvalues.
const LIGHT: EffortChoices = EffortChoices {
    probes: Some(1),
    lanczos_steps: Some(16),
    range_steps: Some(40),
    top: Some(5),
    reorthogonalisation: None,
    density_error: None,
    max_products: None,
    seed: 0,
};

/// Residual of a leading pair relative to the largest eigenvalue, in either precision: whether pairs have converged further
/// says nothing of a device, which does the same steps from the same start.
const TOLERANCE: f64 = 1e-4;

/// Iterations behind which pairs that have not converged are left out of the comparison.
const ITERATIONS: usize = 4;

/// A network over a data set, as it is measured on each device.
pub struct Subject<'a> {
    pub settings: &'a Settings,
    pub network: &'a Network,
    pub source: &'a Source,
    /// Random vectors that each operator is multiplied with.
    pub vectors: usize,
}

/// What one device gives.
pub struct Measured {
    /// All logits.
    pub logits: Vec<f64>,
    /// In the order of the settings.
    pub operators: Vec<MeasuredOperator>,
    /// Seconds that all of it took.
    pub seconds: f64,
    /// Seconds of a product with one vector, the first left out.
    pub product_seconds: f64,
    /// Bytes that the device's allocator holds.
    pub reserved_bytes: Option<u64>,
}

/// One operator.
pub struct MeasuredOperator {
    pub operator: Terms,
    /// Its products with random vectors.
    pub products: Vec<Vec<f64>>,
    pub spectrum: Spectrum,
}

impl Subject<'_> {
    /// Measures on a device.
    pub fn measure(
        &self,
        device: &Device,
        precision: Precision,
        observer: &dyn Observer,
    ) -> Result<Measured, StudyError> {
        let start = Instant::now();
        let options = ProblemOptions {
            precision,
            memory: self.memory() / 2,
            ..ProblemOptions::default()
        };
        let forward = |network: &Network, x| network.forward(x, BnMode::Running);
        let problem = Problem::new(self.network, forward, self.source.clone(), device, options)?;
        let logits = problem.evaluate()?.logits;
        let (mut operators, mut product_seconds) = (Vec::new(), 0.0);
        for &operator in &self.settings.analysis.operators {
            let (products, seconds) = self.products(&problem, operator)?;
            product_seconds += seconds;
            operators.push(MeasuredOperator {
                operator,
                products,
                spectrum: self.spectrum(&problem, operator, precision, observer)?,
            });
        }
        let usage = device.memory_pool_usage();
        Ok(Measured {
            logits,
            product_seconds: product_seconds / operators.len().max(1) as f64,
            operators,
            seconds: start.elapsed().as_secs_f64(),
            reserved_bytes: usage.map(|usage| usage.bytes_reserved),
        })
    }

    /// The products with random vectors, and the seconds of one of them. The first is formed twice: what the device compiles
    /// for it is no part of the time.
    fn products(
        &self,
        problem: &Problem,
        operator: Terms,
    ) -> Result<(Vec<Vec<f64>>, f64), StudyError> {
        let (operator, space) = (problem.operator(operator), problem.space());
        let seed = self.settings.all_seeds().probes;
        let block = Probes::new(ProbeKind::Rademacher, seed).block(space, 0, self.vectors);
        let product = || -> Result<Vec<Vec<f64>>, StudyError> {
            let products = operator
                .apply(&block)
                .map_err(hesscope_spectral::SpectralError::from)?;
            Ok(products.iter().map(|it| space.to_host(it)).collect())
        };
        product()?;
        let start = Instant::now();
        let products = product()?;
        Ok((
            products,
            start.elapsed().as_secs_f64() / self.vectors as f64,
        ))
    }

    fn spectrum(
        &self,
        problem: &Problem,
        operator: Terms,
        precision: Precision,
        observer: &dyn Observer,
    ) -> Result<Spectrum, StudyError> {
        let effort = self.effort(precision);
        let operator = problem.operator(operator);
        let properties = OperatorProperties::of(&operator);
        let keeper = &mut NoKeeper;
        let leading = leading_pairs(&operator, &properties, &effort.leading, keeper, observer)?;
        let vectors = self.memory() / self.bytes(precision);
        Ok(spectrum_from(
            &leading,
            &operator,
            &properties,
            &effort,
            vectors,
            keeper,
            observer,
        )?)
    }

    fn effort(&self, precision: Precision) -> Effort {
        let mut effort = self.chosen(precision);
        effort.leading.subspace_tolerance = TOLERANCE;
        effort.leading.subspace_iterations = effort.leading.subspace_iterations.min(ITERATIONS);
        effort
    }

    fn chosen(&self, precision: Precision) -> Effort {
        let (choices, network) = (&self.settings.analysis, self.network);
        EffortChoices {
            probes: choices.probes.or(LIGHT.probes),
            lanczos_steps: choices.lanczos_steps.or(LIGHT.lanczos_steps),
            range_steps: choices.range_steps.or(LIGHT.range_steps),
            top: choices.top.or(LIGHT.top),
            reorthogonalisation: choices.reorthogonalisation,
            density_error: choices.density_error,
            max_products: choices.max_products,
            seed: self.settings.all_seeds().probes,
        }
        .resolve(
            network.num_parameters(),
            network.classes(),
            precision,
            self.memory(),
        )
    }

    /// Bytes that vectors and passes may take.
    fn memory(&self) -> usize {
        self.settings.analysis.memory_mib << 20
    }

    /// Bytes of a vector.
    fn bytes(&self, precision: Precision) -> usize {
        (self.network.num_parameters() * precision.bytes()).max(1)
    }
}
