//! The lines that the README prints.

use burn::{nn::LinearConfig, tensor::Device, tensor::TensorData};
use hesscope::prelude::*;

fn main() -> Result<(), Error> {
    let module = LinearConfig::new(12, 5).init(&Device::flex());
    let inputs = TensorData::new((0..2400).map(|i| (i * i % 23) as f64).collect(), [200, 12]);
    let labels = (0..200).map(|i| i % 5).collect();
    let problem = Problem::cross_entropy(&module, |m, x| m.forward(x), inputs, labels)?;
    let spectrum = problem.spectrum(Part::Hess).top(10).run()?;
    println!(
        "{:?} ± {:?}",
        spectrum.top().values,
        spectrum.top().residuals
    );
    println!("{}; density {:?}", spectrum.outliers(), spectrum.band(5)?);
    println!("{}", spectrum.write_report("report")?.html.display());
    Ok(())
}
