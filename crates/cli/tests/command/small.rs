//! Runs of `small.toml`, and the loss of their networks.

use std::path::Path;

use burn::tensor::{Device, TensorData};
use hesscope_data::{DatasetName, DatasetSpec};
use hesscope_hvp::{Examples, Problem, ProblemOptions};
use hesscope_models::{BnMode, Network, load_checkpoint};
use hesscope_records::Precision;

use crate::common::{hesscope, small_run};

/// A trained run of `small.toml`.
pub fn trained(out: &Path) -> String {
    let mut arguments = small_run(out);
    arguments[0] = "train".into();
    let ran = hesscope(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    out.display().to_string()
}

/// The loss of a checkpoint over the training examples of `small.toml`, in float64.
pub fn problem(checkpoint: &Path) -> Problem {
    let device = Device::flex();
    let network = load_checkpoint(checkpoint, &device)
        .expect("a checkpoint")
        .net;
    let dataset = hesscope_data::load(&DatasetSpec {
        train_per_class: Some(5.into()),
        test_per_class: Some(3.into()),
        seed: 3,
        ..DatasetSpec::new(DatasetName::SYNTH_DIGITS)
    })
    .expect("drawn data");
    let images = dataset.train;
    let all: Vec<usize> = (0..images.len()).collect();
    let shape = images.shape();
    let examples = Examples {
        inputs: TensorData::new(
            images.read(&all).expect("images"),
            [all.len(), shape.channels, shape.height, shape.width],
        ),
        labels: images.labels().to_vec(),
    };
    let options = ProblemOptions {
        precision: Precision::F64,
        ..ProblemOptions::default()
    };
    Problem::new(
        &network,
        |network: &Network, x| network.forward(x, BnMode::Running),
        examples,
        &device,
        options,
    )
    .expect("a problem")
}
