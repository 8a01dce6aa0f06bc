//! Rate of the three contractions of a convolution for layers of the networks: multiplications of the definition,
//! twice, in a nanosecond. Names of layers, such as `64x128@16`, leave the others out.

use std::hint::black_box;
use std::time::Instant;

use burn::tensor::Device;
use hesscope_hvp::rules::convolution::Conv2d;
use hesscope_hvp::rules::{Point, Rule};
use hesscope_hvp::{Array, Precision};

/// Images, channels, filters, extent of an image, of a window and step.
const LAYERS: [[usize; 6]; 24] = [
    [32, 3, 64, 32, 3, 1],
    [32, 64, 128, 16, 3, 1],
    [32, 128, 256, 8, 3, 1],
    [32, 256, 256, 8, 3, 1],
    [32, 256, 512, 4, 3, 1],
    [32, 512, 512, 4, 3, 1],
    [32, 512, 512, 2, 3, 1],
    [8, 64, 64, 32, 3, 1],
    [8, 512, 512, 4, 3, 1],
    [8, 64, 128, 32, 3, 2],
    [8, 64, 128, 32, 1, 2],
    [8, 168, 168, 32, 1, 1],
    [8, 256, 64, 32, 1, 1],
    [8, 64, 256, 32, 1, 1],
    [32, 312, 312, 16, 1, 1],
    [32, 512, 512, 8, 1, 1],
    [32, 512, 512, 4, 1, 1],
    [32, 512, 512, 2, 1, 1],
    [8, 96, 12, 32, 3, 1],
    [8, 240, 12, 16, 3, 1],
    [8, 384, 12, 8, 3, 1],
    [8, 8, 16, 16, 3, 1],
    [8, 16, 16, 32, 3, 1],
    [32, 6, 16, 14, 5, 1],
];

fn numbers(shape: &[usize]) -> Array {
    let count: usize = shape.iter().product();
    let values = (0..count).map(|i| (i as f64 * 0.37).sin()).collect();
    Array::from_vec(values, shape, Precision::F32, &Device::flex())
}

/// Seconds of a call, the fewest of some: other work on the machine only adds.
fn seconds(run: impl Fn()) -> f64 {
    run();
    (0..15)
        .map(|_| {
            let (start, mut count) = (Instant::now(), 0);
            while count == 0 || start.elapsed().as_secs_f64() < 0.02 {
                run();
                count += 1;
            }
            start.elapsed().as_secs_f64() / f64::from(count)
        })
        .fold(f64::INFINITY, f64::min)
}

fn main() {
    let asked: Vec<String> = std::env::args()
        .skip(1)
        .filter(|name| !name.starts_with("--"))
        .collect();
    println!("images  layer          forward  to images  to filters   GFLOP/s");
    for [n, channels, filters, extent, window, step] in LAYERS {
        let name = format!("{channels}x{filters}@{extent}/{window}s{step}");
        if !asked.is_empty() && !asked.iter().any(|asked| name.contains(asked)) {
            continue;
        }
        let pad = window / 2;
        let conv = Conv2d {
            stride: [step; 2],
            padding: [(pad, pad); 2],
            dilation: [1, 1],
            groups: 1,
        };
        let inputs = [
            numbers(&[n, channels, extent, extent]),
            numbers(&[filters, channels, window, window]),
        ];
        let (value, saved) = conv.value(&inputs);
        let shape = value.shape();
        let cotangent = numbers(&[1, shape[0], shape[1], shape[2], shape[3]]);
        let at = Point {
            inputs: &inputs,
            value: &value,
            saved: &saved,
        };
        let flop = 2.0 * (shape.iter().product::<usize>() * channels * window * window) as f64;
        let rates = [
            seconds(|| drop(black_box(conv.value(&inputs)))),
            seconds(|| drop(black_box(conv.vjp(at, &cotangent, &[true, false])))),
            seconds(|| drop(black_box(conv.vjp(at, &cotangent, &[false, true])))),
        ]
        .map(|seconds| flop / seconds / 1e9);
        println!(
            "{n:6}  {name:14} {:7.0}  {:9.0}  {:10.0}",
            rates[0], rates[1], rates[2]
        );
    }
}
