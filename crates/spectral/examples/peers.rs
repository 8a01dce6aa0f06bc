//! The estimators on a dense matrix, for the comparison with other programs (`tests/peers`).
//!
//! Takes a folder with `task.json` and `matrix.safetensors` (tensor `matrix`, p x p, float64) and writes `answer.json`
//! there. A task is one of
//!
//! - `{"probes": {"kind", "seed", "dim", "count"}}`: the probe vectors;
//! - `{"densities": [{"kind", "seed", "steps", "probes", "reorthogonalisation", "pairs"}]}`: nodes and weights of each; with
//!   `pairs` above zero so many leading pairs are taken out first, all within `steps * probes` products; with `atoms`, nodes
//!   that are one eigenvalue become atoms afterwards;
//! - `{"leading": {"pairs", "tolerance", "seed"}}`: the leading eigenvalues by modulus and products, by each method.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use hesscope_spectral::faer::Mat;
use hesscope_spectral::{
    Breakdown, ChebyshevOptions, DenseOperator, Eigenpairs, Extreme, ExtremePairs, ProbeKind,
    Probes, Reorthogonalisation, SlqOptions, SubspaceOptions, ThickRestartOptions, apart,
    chebyshev_subspace, deflated_density, slq, subspace_iteration, thick_restart_lanczos,
};
use safetensors::SafeTensors;
use serde::{Deserialize, Serialize};

/// A pair or a node becomes an atom where its residual is at most this share of its gap to the rest.
const ATOM_FRACTION: f64 = 0.01;

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Task {
    Probes(ProbeTask),
    Densities(Vec<DensityTask>),
    Leading(LeadingTask),
}

#[derive(Deserialize)]
struct ProbeTask {
    kind: ProbeKind,
    seed: u64,
    dim: usize,
    count: u64,
}

#[derive(Deserialize)]
struct DensityTask {
    kind: ProbeKind,
    seed: u64,
    steps: usize,
    probes: usize,
    reorthogonalisation: Reorthogonalisation,
    #[serde(default)]
    pairs: usize,
    #[serde(default)]
    atoms: bool,
}

#[derive(Deserialize)]
struct LeadingTask {
    pairs: usize,
    tolerance: f64,
    seed: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Probes(Vec<Vec<f64>>),
    Densities(Vec<Density>),
    #[serde(untagged)]
    Leading(BTreeMap<&'static str, Leading>),
}

#[derive(Serialize)]
struct Density {
    nodes: Vec<f64>,
    weights: Vec<f64>,
}

#[derive(Serialize)]
struct Leading {
    values: Vec<f64>,
    products: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(
        std::env::args()
            .nth(1)
            .ok_or("give the folder of the task")?,
    );
    let task: Task = serde_json::from_str(&fs::read_to_string(folder.join("task.json"))?)?;
    let answer = match task {
        Task::Probes(ask) => {
            let probes = Probes::new(ask.kind, ask.seed);
            Answer::Probes((0..ask.count).map(|k| probes.host(ask.dim, k)).collect())
        }
        Task::Densities(tasks) => {
            let operator = read(&folder)?;
            let found = tasks.iter().map(|task| density(&operator, task));
            Answer::Densities(found.collect::<Result<_, _>>()?)
        }
        Task::Leading(task) => Answer::Leading(leading(&read(&folder)?, &task)?),
    };
    fs::write(folder.join("answer.json"), serde_json::to_vec(&answer)?)?;
    Ok(())
}

fn read(folder: &Path) -> Result<DenseOperator, Box<dyn Error>> {
    let bytes = fs::read(folder.join("matrix.safetensors"))?;
    let tensors = SafeTensors::deserialize(&bytes)?;
    let tensor = tensors.tensor("matrix")?;
    let dim = tensor.shape()[0];
    let numbers: Vec<f64> = tensor
        .data()
        .as_chunks()
        .0
        .iter()
        .map(|&bytes| f64::from_le_bytes(bytes))
        .collect();
    let matrix = Mat::from_fn(dim, dim, |i, j| numbers[i * dim + j]);
    Ok(DenseOperator::new(matrix)?)
}

fn density(operator: &DenseOperator, task: &DensityTask) -> Result<Density, Box<dyn Error>> {
    let options = SlqOptions {
        probes: task.probes,
        steps: task.steps,
        kind: task.kind,
        seed: task.seed,
        reorthogonalisation: task.reorthogonalisation,
        breakdown: Breakdown::Stop,
        block_size: 0,
    };
    let density = match within_budget(operator, task)? {
        None => slq(operator, &options)?,
        Some(Bought { atoms, products }) => {
            let steps = (task.steps * task.probes - products) / task.probes;
            deflated_density(operator, &atoms, &SlqOptions { steps, ..options })?
        }
    };
    let density = if task.atoms {
        density.with_ritz_atoms(ATOM_FRACTION)?
    } else {
        density
    };
    let atom = 1.0 / density.dim as f64;
    let share = density.continuous_fraction() / density.quadratures.len() as f64;
    let atoms = density.atoms.iter().map(|known| (known.value, atom));
    let rest = density.quadratures.iter().flat_map(|quadrature| {
        let pairs = quadrature.nodes.iter().zip(&quadrature.weights);
        pairs.map(move |(&node, weight)| (node, share * weight))
    });
    let (nodes, weights) = atoms.chain(rest).unzip();
    Ok(Density { nodes, weights })
}

/// Pairs to be taken out, and the products they took.
struct Bought {
    atoms: Eigenpairs<Vec<f64>>,
    products: usize,
}

/// The leading pairs that have converged and stand apart, and the products they took: none where a quarter of the
/// budget does not buy them.
fn within_budget(
    operator: &DenseOperator,
    task: &DensityTask,
) -> Result<Option<Bought>, Box<dyn Error>> {
    let share = task.steps * task.probes / 4;
    let window = task.pairs + task.pairs.max(20);
    if task.pairs == 0 || share < window + task.pairs {
        return Ok(None);
    }
    // One pair more, to know what is behind them.
    let found = thick_restart_lanczos(
        operator,
        &ThickRestartOptions {
            pairs: task.pairs + 1,
            which: Extreme::LargestMagnitude,
            window,
            tolerance: 1e-4,
            max_products: share - task.pairs - 1,
            check_rounds: 0,
            seed: task.seed,
        },
    )?;
    let last = task.pairs;
    let next = found.pairs.values[last].abs() + found.pairs.residuals[last];
    let atoms = apart(&found.pairs, [-next, next], ATOM_FRACTION)?.of(&found.pairs);
    Ok((!atoms.values.is_empty()).then_some(Bought {
        atoms,
        products: found.products,
    }))
}

fn leading(
    operator: &DenseOperator,
    task: &LeadingTask,
) -> Result<BTreeMap<&'static str, Leading>, Box<dyn Error>> {
    let subspace = SubspaceOptions {
        pairs: task.pairs,
        max_iterations: 10_000,
        tolerance: task.tolerance,
        seed: task.seed,
        ..SubspaceOptions::default()
    };
    let found = subspace_iteration(operator, &subspace, None)?;
    let block = found.pairs.values.len() + found.guard_values.len();
    let by_subspace = Leading {
        values: found.pairs.values,
        products: found.iterations * block,
    };
    let restarted = thick_restart_lanczos(
        operator,
        &ThickRestartOptions {
            pairs: task.pairs,
            which: Extreme::LargestMagnitude,
            tolerance: task.tolerance,
            // As in ARPACK, nothing looks for copies that one starting vector cannot see.
            check_rounds: 0,
            seed: task.seed,
            ..ThickRestartOptions::default()
        },
    )?;
    let filtered = chebyshev_subspace(
        operator,
        &ChebyshevOptions {
            pairs: task.pairs,
            which: Extreme::LargestMagnitude,
            tolerance: task.tolerance,
            seed: task.seed,
            ..ChebyshevOptions::default()
        },
        None,
    )?;
    let of = |found: ExtremePairs<Vec<f64>>| Leading {
        values: found.pairs.values,
        products: found.products,
    };
    Ok(BTreeMap::from([
        ("subspace", by_subspace),
        ("thick_restart", of(restarted)),
        ("chebyshev", of(filtered)),
    ]))
}
