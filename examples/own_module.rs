//! The leading eigenvalues of the Hessian, G and H of one's own Burn module.
//!
//!     cargo run --release --example own_module

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData, activation};
use hesscope::hvp::{Examples, Part, Problem, ProblemOptions};
use hesscope::spectral::{SubspaceOptions, subspace_iteration};

/// Any module will do that gives logits [n, classes].
#[derive(Module, Debug)]
struct Classifier {
    first: Linear,
    second: Linear,
}

impl Classifier {
    fn new(device: &Device) -> Self {
        Classifier {
            first: LinearConfig::new(8, 16).init(device),
            second: LinearConfig::new(16, 3).init(device),
        }
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.second.forward(activation::tanh(self.first.forward(x)))
    }
}

/// Three clouds of points in eight dimensions, one a class.
fn clouds(examples: usize) -> Examples {
    let value = |i: usize, j: usize| {
        let class = i % 3;
        (((i * 31 + j * 17) % 23) as f64 / 23.0 - 0.5) + if j % 3 == class { 1.0 } else { 0.0 }
    };
    let values: Vec<f64> = (0..examples)
        .flat_map(|i| (0..8).map(move |j| value(i, j)))
        .collect();
    Examples {
        inputs: TensorData::new(values, [examples, 8]),
        labels: (0..examples).map(|i| (i % 3) as u32).collect(),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = Device::flex();
    let module = Classifier::new(&device);
    let problem = Problem::new(
        &module,
        |module: &Classifier, x| module.forward(x),
        clouds(60),
        &device,
        ProblemOptions::default(),
    )?;
    println!("loss {:.4}", problem.evaluate()?.loss);
    for part in Part::MAIN {
        let options = SubspaceOptions {
            pairs: 3,
            ..SubspaceOptions::default()
        };
        let top = subspace_iteration(&problem.operator(part), &options, None)?;
        for (value, residual) in top.pairs.values.iter().zip(&top.pairs.residuals) {
            println!("{part:4} {value:11.3e} within {residual:.1e}");
        }
    }
    Ok(())
}
