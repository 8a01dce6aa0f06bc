//! The spectrum of one's own model: leading eigenvalues, outliers, a density with its band, and a report.
//!
//!     cargo run --release --example own_spectrum -- FOLDER

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData, activation};
use hesscope::prelude::*;

/// Any module will do that gives logits [n, classes].
#[derive(Module, Debug)]
struct Classifier {
    first: Linear,
    second: Linear,
}

impl Classifier {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.second.forward(activation::relu(self.first.forward(x)))
    }
}

/// Five clouds of points in twelve dimensions, one a class.
fn clouds() -> (TensorData, Vec<u32>) {
    let value = |i: usize, j: usize| {
        ((i * 31 + j * 17) % 23) as f64 / 23.0 + if j == i % 5 { 3.0 } else { 0.0 }
    };
    let values: Vec<f64> = (0..200 * 12).map(|k| value(k / 12, k % 12)).collect();
    let labels = (0..200).map(|i| i % 5).collect();
    (TensorData::new(values, [200, 12]), labels)
}

fn main() -> Result<(), Error> {
    let device = Device::flex();
    let module = Classifier {
        first: LinearConfig::new(12, 32).init(&device),
        second: LinearConfig::new(32, 5).init(&device),
    };
    let (inputs, labels) = clouds();
    let problem = Problem::cross_entropy(&module, Classifier::forward, inputs, labels)?;
    for part in Part::MAIN {
        let spectrum = problem.spectrum(part).top(10).run()?;
        println!("{part}: {}", spectrum.outliers());
        for (value, residual) in spectrum.top().values.iter().zip(&spectrum.top().residuals) {
            println!("  {value:11.4e} within {residual:.0e}");
        }
        let band = spectrum.band(5)?;
        for i in 0..band.points.len() {
            let (lower, upper) = (band.lower[i], band.upper[i]);
            println!(
                "  density at {:9.2e}: {lower:.2} to {upper:.2}",
                band.points[i]
            );
        }
        if let Some(folder) = std::env::args().nth(1) {
            spectrum.write_report(format!("{folder}/{part}"))?;
        }
    }
    Ok(())
}
