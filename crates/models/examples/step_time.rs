//! Prints the time of training and of evaluation of each network on the CPU, in milliseconds an example: `cargo run --release -p hesscope-models --example step_time [NETWORK…]`.

use std::time::Instant;

use burn::tensor::Device;
use hesscope_models::{BatchSource, HostBatch, HostBatches, NetConfig, Sgd, Trainer, evaluate};

/// Network, input, batch, steps of which the fastest is told.
const CASES: [(&str, [usize; 3], usize, usize); 7] = [
    ("mlp", [1, 32, 32], 128, 20),
    ("small-cnn", [1, 16, 16], 128, 20),
    ("small-cnn", [1, 32, 32], 128, 10),
    ("vgg11", [1, 32, 32], 100, 3),
    ("vgg11", [3, 32, 32], 32, 5),
    ("resnet18", [3, 32, 32], 32, 3),
    ("densenet40", [3, 32, 32], 32, 3),
];

/// Images of ones, as many as are asked for.
struct Ones(usize, [usize; 3]);

impl BatchSource for Ones {
    fn len(&self) -> usize {
        self.0
    }
    fn shape(&self) -> [usize; 3] {
        self.1
    }
    fn classes(&self) -> usize {
        10
    }
    fn shuffled(&self, batch_size: usize, _seed: u64, _epoch: usize) -> HostBatches<'_> {
        self.sequential(batch_size)
    }
    fn sequential(&self, batch_size: usize) -> HostBatches<'_> {
        let pixels = self.1.iter().product::<usize>();
        let starts = (0..self.0).step_by(batch_size);
        Box::new(starts.map(move |start| {
            let count = batch_size.min(self.0 - start);
            Ok(HostBatch {
                images: vec![1.0; count * pixels],
                labels: (0..count as u32).map(|i| i % 10).collect(),
            })
        }))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    for (name, input, batch, steps) in CASES {
        if asked.is_empty() || asked.iter().any(|asked| asked == name) {
            measure(name, input, batch, steps)?;
        }
    }
    Ok(())
}

fn measure(
    name: &str,
    input: [usize; 3],
    batch: usize,
    steps: usize,
) -> Result<(), Box<dyn std::error::Error>> {
    let device = Device::flex();
    let net = NetConfig::from_name(name)?.init(input, 10, 0, &device)?;
    let mut trainer = Trainer::new(&net, &Sgd::new(0.9, 5e-4), &device);
    let mut training = f64::INFINITY;
    for batch in Ones(steps * batch, input).shuffled(batch, 0, 0) {
        let batch = batch?;
        let begin = Instant::now();
        trainer.step(batch, 0.01)?;
        training = training.min(1e3 * begin.elapsed().as_secs_f64());
    }
    let training = training / batch as f64;
    let [c, h, w] = input;
    let source = Ones(2 * batch, input);
    let mut evaluation = f64::INFINITY;
    for _ in 0..steps.min(3) {
        let begin = Instant::now();
        evaluate(&net, &source, batch, &device)?;
        evaluation = evaluation.min(1e3 * begin.elapsed().as_secs_f64() / (2 * batch) as f64);
    }
    println!(
        "{name} {c}x{h}x{w} batch {batch}, {} parameters: training {training:.2} ms an example, evaluation {evaluation:.2}",
        net.num_parameters()
    );
    Ok(())
}
