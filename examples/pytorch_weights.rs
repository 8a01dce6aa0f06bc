//! Weights that PyTorch saved, in a network of hesscope, and the leading eigenvalues of its Hessian.
//!
//!     cargo run --release --example pytorch_weights -- weights.pt small-cnn
//!
//! Without a file it writes one first, as PyTorch would, so that it runs by itself. Names and layouts that are read are
//! listed in the documentation of `hesscope::models::pytorch`.

use std::path::PathBuf;

use burn::tensor::{Device, TensorData};
use hesscope::data::{DatasetName, DatasetSpec};
use hesscope::hvp::{Examples, Part, Problem, ProblemOptions};
use hesscope::models::{BnMode, NetConfig, Network, export_weights, import_weights};
use hesscope::spectral::{SubspaceOptions, subspace_iteration};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().map(PathBuf::from);
    let name = arguments.next().unwrap_or_else(|| "small-cnn".to_owned());
    let config = NetConfig::from_name(&name)?;

    // Digits made by hesscope itself; any data set will do whose images and classes the weights are for.
    let data = hesscope::data::load(&DatasetSpec {
        train_per_class: Some(10.into()),
        ..DatasetSpec::new(DatasetName::SYNTH_DIGITS)
    })?;
    let (train, shape) = (&data.train, data.train.shape());
    let input = [shape.channels, shape.height, shape.width];
    let device = Device::flex();

    let file = match file {
        Some(file) => file,
        None => {
            let file = std::env::temp_dir().join("hesscope-example.safetensors");
            let network = config.init(input, train.classes(), 0, &device)?;
            export_weights(&network, &file)?;
            file
        }
    };
    let network = import_weights(&file, &config, input, train.classes(), &device)?;
    println!(
        "{name} with {} parameters from {}",
        network.num_parameters(),
        file.display()
    );

    let every: Vec<usize> = (0..train.len()).collect();
    let images = train.read(&every)?;
    let examples = Examples {
        inputs: TensorData::new(images, [train.len(), input[0], input[1], input[2]]),
        labels: train.labels().to_vec(),
    };
    // Batch normalisation takes its running statistics, as in `model.eval()`.
    let forward = |network: &Network, x| network.forward(x, BnMode::Running);
    let problem = Problem::new(
        &network,
        forward,
        examples,
        &device,
        ProblemOptions::default(),
    )?;
    let evaluation = problem.evaluate()?;
    println!(
        "loss {:.4}, accuracy {:.2}",
        evaluation.loss,
        evaluation.accuracy.unwrap_or(0.0)
    );

    let options = SubspaceOptions {
        pairs: 5,
        max_iterations: 30,
        tolerance: 1e-3,
        ..SubspaceOptions::default()
    };
    let top = subspace_iteration(&problem.operator(Part::Hess), &options, None)?;
    for (value, residual) in top.pairs.values.iter().zip(&top.pairs.residuals) {
        println!("{value:11.4e} within {residual:.0e}");
    }
    Ok(())
}
