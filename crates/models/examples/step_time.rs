//! Prints the time of a training step of each network on flex: `cargo run --release -p hesscope-models --example step_time`.

use std::time::Instant;

use burn::tensor::{Device, Tensor};
use hesscope_models::{BnMode, NetConfig, Sgd, cross_entropy};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = Device::flex().autodiff();
    let cases = [
        ("mlp", 128, 32),
        ("small-cnn", 128, 16),
        ("small-cnn", 128, 20),
        ("small-cnn", 128, 32),
    ];
    for (name, batch, side) in cases.into_iter().chain([("vgg11", 100, 32)]) {
        let mut net = NetConfig::from_name(name)?.init([1, side, side], 10, 0, &device)?;
        let mut sgd = Sgd::new(0.9, 5e-4);
        let labels: Vec<u32> = (0..batch as u32).map(|i| i % 10).collect();
        let x = Tensor::<4>::ones([batch, 1, side, side], &device);
        let steps = if name == "vgg11" { 2 } else { 20 };
        let mut fastest = f64::INFINITY;
        for _ in 0..steps {
            let start = Instant::now();
            let loss = cross_entropy(net.forward(x.clone(), BnMode::Train), &labels);
            let mut gradients = loss.backward();
            net = sgd.step(net, &mut gradients, 0.01);
            fastest = fastest.min(start.elapsed().as_secs_f64());
        }
        let parameters = net.num_parameters();
        println!(
            "{name} 1x{side}x{side} batch {batch}: {parameters} parameters, {:.1} ms a step",
            1e3 * fastest
        );
    }
    Ok(())
}
