//! The spectrum of one's own model: its density, leading eigenpairs and outliers, printed, as JSON and as a figure.
//!
//!     cargo run --release --example own_spectrum -- FOLDER

use std::fs;
use std::path::PathBuf;

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData, activation};
use hesscope::hvp::{Examples, ProblemOptions, Part, Problem};
use hesscope::report::schema::{Analysis, AnalysisSettings, SCHEMA_VERSION, TopEigenvalues};
use hesscope::report::{RunSummary, Values, analysis_arrays, write_report};
use hesscope::spectral::{
    LinearOperator, OutlierOptions, OutlierOutcome, ProbeKind, Probes, RangeOptions, SlqOptions,
    SubspaceOptions, VectorSpace, deflated_density, outliers, spectral_range, subspace_iteration,
};

mod shared;

const CLASSES: usize = 5;
const INPUTS: usize = 12;

#[derive(Module, Debug)]
struct Classifier {
    first: Linear,
    second: Linear,
}

impl Classifier {
    fn new(device: &Device) -> Self {
        Classifier {
            first: LinearConfig::new(INPUTS, 32).init(device),
            second: LinearConfig::new(32, CLASSES).init(device),
        }
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.second.forward(activation::relu(self.first.forward(x)))
    }
}

/// Clouds of points, one a class.
fn clouds(examples: usize) -> Examples {
    let mut values = Probes::new(ProbeKind::Gaussian, 3).host(examples * INPUTS, 0);
    for i in 0..examples {
        values[i * INPUTS + i % CLASSES] += 3.0;
    }
    Examples {
        inputs: TensorData::new(values, [examples, INPUTS]),
        labels: (0..examples).map(|i| (i % CLASSES) as u32).collect(),
    }
}

/// Range, leading eigenpairs, density of the rest and outliers of one part, as `hesscope spectrum` finds them.
fn analyse(problem: &Problem, part: Part) -> Result<Analysis, Box<dyn std::error::Error>> {
    let operator = problem.operator(part);
    let range = spectral_range(&operator, &RangeOptions::default())?;
    let options = SubspaceOptions {
        pairs: 4 * CLASSES,
        tolerance: 1e-4,
        ..SubspaceOptions::default()
    };
    let top = subspace_iteration(&operator, &options, None)?;
    let slq = SlqOptions {
        steps: 64,
        ..SlqOptions::default()
    };
    // The leading eigenpairs are taken out, and stand in the density as atoms.
    let density = deflated_density(&operator, &top.pairs, &slq)?;
    let pairs = &top.pairs;
    let found = outliers(&pairs.values, &pairs.residuals, &OutlierOptions::default())?;
    let evaluation = problem.evaluate()?;
    Ok(Analysis {
        schema: SCHEMA_VERSION,
        // What the analysis is of: free words where no files are kept.
        settings: AnalysisSettings {
            operator: part.name().to_owned(),
            split: "train".to_owned(),
            epoch: 200,
            checkpoint_sha256: String::new(),
            data_sha256: String::new(),
            precision: "f32".to_owned(),
            probes: slq.probes,
            lanczos_steps: slq.steps,
            range_steps: range.steps,
            reorthogonalisation: "none".to_owned(),
            top: options.pairs,
            subspace_iterations: options.max_iterations,
            subspace_tolerance: options.tolerance,
            seed: slq.seed,
            atom_fraction: None,
            density_error: None,
            max_products: None,
        },
        key: part.name().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        device: "CPU".to_owned(),
        dimension: operator.space().dim(),
        examples: problem.examples(),
        classes: problem.classes(),
        loss: evaluation.loss,
        accuracy: evaluation.accuracy.unwrap_or(f64::NAN),
        range,
        outlier_candidates: top.pairs.values.len(),
        top: TopEigenvalues {
            values: top.pairs.values,
            residuals: top.pairs.residuals,
            converged: top.pair_converged,
            iterations: top.iterations,
        },
        density,
        automatic: None,
        laws: Vec::new(),
        outliers: found,
        products: 0,
        seconds: 0.0,
    })
}

/// Every array of an analysis as JSON, in which numbers are written as Rust writes them; with serde_json among one's own
/// dependencies the whole analysis is written by `serde_json::to_string`.
fn json(analysis: &Analysis) -> Result<String, Box<dyn std::error::Error>> {
    let mut fields = Vec::new();
    for array in analysis_arrays(analysis)? {
        if let Values::F64(values) = array.values {
            fields.push(format!("  {:?}: {values:?}", array.name));
        }
    }
    Ok(format!("{{\n{}\n}}\n", fields.join(",\n")))
}

fn main() -> shared::Outcome {
    let folder = std::env::args().nth(1).map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| std::env::temp_dir().join("hesscope-own-spectrum"));
    let device = Device::flex();
    device.seed(1);
    let module = Classifier::new(&device);
    let forward = |module: &Classifier, x| module.forward(x);
    let examples = clouds(200);
    let mut problem = Problem::new(&module, forward, examples, &device, ProblemOptions::default())?;
    shared::descend(&mut problem, 200, 0.3)?;

    let mut analyses = Vec::new();
    for part in Part::MAIN {
        let analysis = analyse(&problem, part)?;
        match analysis.outliers.positive {
            OutlierOutcome::Decided(found) => {
                println!("{part}: {} outliers above zero", found.count)
            }
            OutlierOutcome::Undecided(why) => println!("{part}: outliers undecided, {why:?}"),
        }
        for (value, residual) in analysis
            .top
            .values
            .iter()
            .zip(&analysis.top.residuals)
            .take(6)
        {
            println!("  {value:11.4e} within {residual:.0e}");
        }
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("{part}.json")), json(&analysis)?)?;
        analyses.push(analysis);
    }
    // The figure of all three on one axis, as SVG and PNG, and the report around it.
    let summary = RunSummary {
        title: "A model of my own".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        parameters: problem.space().dim(),
        classes: CLASSES,
        analyses,
        ..RunSummary::default()
    };
    for path in write_report(&summary, &folder)?.figures {
        println!("{}", path.display());
    }
    Ok(())
}
