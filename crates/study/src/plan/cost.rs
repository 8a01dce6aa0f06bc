//! Time and memory of a run on so many machines.

use super::extent::{Extent, built_in};
use super::rates::Rates;
use super::work::{SpectrumWork, Work};
use crate::error::StudyError;
use crate::settings::Settings;

/// The machines that a run is planned for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Machines {
    /// Ranks, each with a device of its own.
    pub ranks: usize,
    /// Bytes a second between two ranks.
    pub network: f64,
    /// Bytes that vectors and tensors of a rank may take.
    pub memory: usize,
}

/// What a run takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// The number of parameters, p.
    pub parameters: usize,
    /// What is done.
    pub work: Work,
    /// Seconds of training with its evaluations.
    pub training: f64,
    /// Seconds of each spectrum, least and most.
    pub spectra: Vec<[f64; 2]>,
    /// Bytes of the vectors of the largest basis, at every rank its part.
    pub basis: usize,
    /// Bytes of weights, gradient and momentum of training, at every rank.
    pub trained: usize,
}

impl Cost {
    /// Seconds in all, least and most.
    pub fn seconds(&self) -> [f64; 2] {
        [0, 1].map(|end| {
            let spectra: f64 = self.spectra.iter().map(|seconds| seconds[end]).sum();
            self.training + spectra
        })
    }
}

/// Bytes of a vector that go over for each that is multiplied: it is handed out, and its product is summed in two halves.
fn transferred(bytes: f64, ranks: usize) -> f64 {
    let ranks = ranks as f64;
    bytes * (1.0 + 2.0 * (ranks - 1.0) / ranks) * f64::from(u8::from(ranks > 1.0))
}

/// The same of a vector that lies in pieces: they are brought together before, and the product is cut behind.
fn transferred_in_pieces(bytes: f64, ranks: usize) -> f64 {
    transferred(bytes, ranks) + 2.0 * bytes * (ranks as f64 - 1.0) / ranks as f64
}

/// What a run of the settings takes on so many machines at these rates.
///
/// Counted are the products, the passes of training and evaluation, the reorthogonalisation of Lanczos vectors, and what
/// goes between ranks. Loading data, compiling kernels, fitting laws and drawing are not.
///
/// # Errors
///
/// A network that cannot be made.
pub fn cost(
    settings: &Settings,
    extent: Extent,
    rates: &Rates,
    machines: Machines,
) -> Result<Cost, StudyError> {
    let (parameters, _) = extent.of_network(built_in(settings)?)?;
    let pieces = machines.memory.saturating_mul(machines.ranks);
    let work = Work::of(settings, extent, parameters, [machines.memory, pieces])?;
    let vector = (parameters * settings.precision.bytes()) as f64;
    let spectra = work
        .spectra
        .iter()
        .map(|spectrum| [0, 1].map(|end| seconds_of(spectrum, end, rates, machines, vector)));
    let shared = machines.ranks as f64;
    let weights = 4.0 * parameters as f64;
    let image = 4.0 * extent.input.iter().product::<usize>() as f64;
    let sent = work.steps as f64 * transferred(weights, machines.ranks)
        + work.trained as f64 * image * f64::from(u8::from(machines.ranks > 1));
    // Rank 0 evaluates alone; a forward pass is a third of a step.
    let training = rates.step * (work.trained as f64 / shared + work.evaluated as f64 / 3.0)
        + sent / machines.network;
    let longest = work
        .spectra
        .iter()
        .map(|spectrum| spectrum.starts * spectrum.steps[1]);
    Ok(Cost {
        parameters,
        training,
        spectra: spectra.collect(),
        basis: longest.max().unwrap_or(0)
            * parameters.div_ceil(machines.ranks)
            * settings.precision.bytes(),
        trained: 16 * parameters,
        work,
    })
}

/// Seconds of a spectrum, at least (0) or at most (1).
fn seconds_of(
    spectrum: &SpectrumWork,
    end: usize,
    rates: &Rates,
    machines: Machines,
    vector: f64,
) -> f64 {
    let share = spectrum.examples.div_ceil(machines.ranks) as f64;
    let steps = spectrum.starts * spectrum.steps[end];
    let product = |vectors: usize, together: usize| {
        vectors as f64 * share * rates.product(spectrum.operator, together)
    };
    let products = product(steps, spectrum.starts)
        + product(spectrum.subspace[end], usize::MAX)
        + product(spectrum.density, 1);
    // The vectors of a step are made orthogonal to all before them together, twice: four readings of half of them on average,
    // by each rank of its pieces.
    let read = 2.0 * (steps * spectrum.steps[end]) as f64 * vector / machines.ranks as f64;
    let sent = spectrum.products()[end] as f64 * transferred_in_pieces(vector, machines.ranks);
    products + read / rates.memory + sent / machines.network
}
