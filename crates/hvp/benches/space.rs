//! Linear algebra of long vectors: blocks of them at once beside pair by pair, which is what every
//! other space does.

use std::hint::black_box;

use burn::tensor::Device;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use faer::Mat;
use hesscope_hvp::{Array, ParameterSpace, Precision};
use hesscope_spectral::VectorSpace;

const DIM: usize = 1 << 21;
const BASIS: usize = 16;

/// The space with its products of blocks left to the defaults of the trait.
struct PairByPair(ParameterSpace);

impl VectorSpace for PairByPair {
    type Vector = Array;

    fn dim(&self) -> usize {
        self.0.dim()
    }

    fn from_host(&self, values: &[f64]) -> Array {
        self.0.from_host(values)
    }

    fn to_host(&self, v: &Array) -> Vec<f64> {
        self.0.to_host(v)
    }

    fn dot(&self, a: &Array, b: &Array) -> f64 {
        self.0.dot(a, b)
    }

    fn axpy(&self, alpha: f64, x: &Array, y: &mut Array) {
        self.0.axpy(alpha, x, y);
    }

    fn scale(&self, alpha: f64, x: &mut Array) {
        self.0.scale(alpha, x);
    }

    fn epsilon(&self) -> f64 {
        self.0.epsilon()
    }

    fn zeros(&self) -> Array {
        self.0.zeros()
    }
}

fn vectors(space: &ParameterSpace) -> Vec<Array> {
    (0..BASIS)
        .map(|k| {
            let saw = |i: usize| ((i * (2 * k + 3)) % 1021) as f64 / 1021.0 - 0.5;
            space.from_host(&(0..DIM).map(saw).collect::<Vec<f64>>())
        })
        .collect()
}

fn measure(criterion: &mut Criterion, precision: Precision) {
    let space = ParameterSpace::new(DIM, precision, Device::flex());
    let pairs = PairByPair(space.clone());
    let vectors = vectors(&space);
    let mut group = criterion.benchmark_group(format!("{precision:?}"));
    group.sample_size(10);
    group.throughput(Throughput::Bytes((2 * DIM * precision.bytes()) as u64));
    group.bench_function("dot", |bench| {
        bench.iter(|| black_box(space.dot(&vectors[0], &vectors[1])));
    });
    group.bench_function("axpy", |bench| {
        let mut sum = vectors[0].scale(1.0);
        bench.iter(|| space.axpy(1e-3, &vectors[1], &mut sum));
    });
    for columns in [1, 8] {
        let name = |what| format!("{what} {BASIS} with {columns}");
        let coefficients = Mat::from_fn(BASIS, columns, |i, j| ((i + 2 * j) as f64).sin());
        let block = &vectors[..columns];
        group.bench_function(name("gram of"), |bench| {
            bench.iter(|| black_box(space.gram(&vectors, block)));
        });
        group.bench_function(name("gram, pair by pair, of"), |bench| {
            bench.iter(|| black_box(pairs.gram(&vectors, block)));
        });
        group.bench_function(name("combine"), |bench| {
            bench.iter(|| black_box(space.combine(&vectors, coefficients.as_ref())));
        });
        group.bench_function(name("combine, pair by pair,"), |bench| {
            bench.iter(|| black_box(pairs.combine(&vectors, coefficients.as_ref())));
        });
    }
    group.finish();
}

fn space(criterion: &mut Criterion) {
    measure(criterion, Precision::F32);
    measure(criterion, Precision::F64);
}

criterion_group!(benches, space);
criterion_main!(benches);
