//! What is compared, measured on one device.

use std::time::Instant;

use burn::tensor::Device;
use hesscope_hvp::{Problem, ProblemOptions};
use hesscope_measure::{Effort, EffortChoices, OperatorProperties, Spectrum, spectrum};
use hesscope_records::{Precision, Terms};
use hesscope_spectral::{LinearOperator, NoKeeper, ProbeKind, Probes, VectorSpace};

use crate::device::{DeviceName, Room};
use crate::error::StudyError;
use crate::model::Model;
use crate::observer::Observer;
use crate::settings::Settings;
use crate::source::Source;

/// Probes, Lanczos steps of each, steps of the range and leading pairs where nobody chooses: enough for a few leading
/// eigenvalues.
const LIGHT: [usize; 4] = [1, 16, 40, 5];

/// Residual of a leading pair relative to the largest eigenvalue, in either precision: whether pairs have converged further
/// says nothing of a device, which does the same steps from the same start.
const TOLERANCE: f64 = 1e-4;

/// Iterations behind which pairs that have not converged are left out of the comparison.
const ITERATIONS: usize = 4;

/// A network over a data set, as it is measured on each device.
pub struct Subject<'a> {
    pub settings: &'a Settings,
    pub network: &'a Model,
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
        name: DeviceName,
        device: &Device,
        precision: Precision,
        observer: &dyn Observer,
    ) -> Result<Measured, StudyError> {
        let start = Instant::now();
        let memory = Room::of(name, self.settings.analysis.memory_mib).bytes;
        let options = ProblemOptions {
            precision,
            memory: memory / 2,
            ..ProblemOptions::default()
        };
        let objective = self.settings.loss.objective();
        let data = self.source.clone();
        let problem = self.network.problem(data, objective, device, options)?;
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
        let vectors = self.memory() / self.bytes(precision);
        let keeper = &mut NoKeeper;
        Ok(spectrum(
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
        let (settings, network) = (self.settings, self.network);
        let choices = settings.analysis.effort(settings.all_seeds().probes);
        let [probes, lanczos_steps, range_steps, top] = LIGHT.map(Some);
        EffortChoices {
            probes: choices.probes.or(probes),
            lanczos_steps: choices.lanczos_steps.or(lanczos_steps),
            range_steps: choices.range_steps.or(range_steps),
            top: choices.top.or(top),
            ..choices
        }
        .resolve(
            network.num_parameters(),
            network.classes(),
            precision,
            self.memory(),
        )
    }

    /// Bytes that vectors may take: the CPU's for all devices, so that all make one effort.
    fn memory(&self) -> usize {
        Room::of_host(self.settings.analysis.memory_mib).bytes
    }

    /// Bytes of a vector.
    fn bytes(&self, precision: Precision) -> usize {
        (self.network.num_parameters() * precision.bytes()).max(1)
    }
}
