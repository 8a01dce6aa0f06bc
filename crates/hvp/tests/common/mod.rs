//! Small networks in plain Burn, numbers that look random, and what the tests compare with.
#![allow(dead_code)] // each test file uses its part

pub mod cases;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod networks;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{DType, Device, Tensor, TensorData, activation::log_softmax};
use faer::Mat;
use hesscope_hvp::{Examples, Part, Precision, PrecisionExt, Problem, ProblemOptions};
use hesscope_spectral::{LinearOperator, VectorSpace};

use networks::Network;

/// Numbers that look random, spread over (-1, 1), the same everywhere.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> f64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    pub fn vector(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.next()).collect()
    }
}

/// Fills every float tensor: weights spread by fan-in, everything a normalization scales with or
/// divides by near one.
struct Fill {
    numbers: Numbers,
    path: Vec<String>,
    precision: Precision,
}

impl ModuleMapper for Fill {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.last().map_or("", String::as_str);
        let (center, radius) = match name {
            "gamma" | "running_var" => (1.0, 0.4),
            _ => (0.0, 0.6),
        };
        let dtype = self.precision.dtype();
        param.map(|tensor| {
            let shape = tensor.shape();
            // The same numbers in both precisions: what float32 holds.
            let values: Vec<f64> = (0..shape.num_elements())
                .map(|_| f64::from((center + radius * self.numbers.next()) as f32))
                .collect();
            let data = TensorData::new(values, shape.to_vec()).convert_dtype(dtype);
            Tensor::from_data(data, (&tensor.device(), dtype))
        })
    }
}

/// The network with numbers of a seed for all its tensors.
pub fn filled<M: Module>(network: M, seed: u64, precision: Precision) -> M {
    network.map(&mut Fill {
        numbers: Numbers(seed),
        path: Vec::new(),
        precision,
    })
}

/// Examples for a network, their labels as given.
pub fn examples<N: Network>(labels: &[u32], seed: u64) -> Examples {
    let [c, h, w] = N::INPUT;
    let mut numbers = Numbers(seed);
    let values: Vec<f64> = (0..labels.len() * c * h * w)
        .map(|_| f64::from(numbers.next() as f32))
        .collect();
    Examples {
        inputs: TensorData::new(values, [labels.len(), c, h, w]),
        labels: labels.to_vec(),
    }
}

/// Float64, so that only mathematics can be wrong.
pub fn exact() -> ProblemOptions {
    ProblemOptions {
        precision: Precision::F64,
        ..ProblemOptions::default()
    }
}

/// The problem of a network with numbers of a seed.
pub fn problem<N: Network>(labels: &[u32], seed: u64, options: ProblemOptions) -> Problem {
    problem_of(&filled(N::new(), seed, options.precision), labels, options)
}

/// The problem of this very network.
pub fn problem_of<N: Network>(network: &N, labels: &[u32], options: ProblemOptions) -> Problem {
    Problem::new(
        network,
        |network: &N, x| network.forward(x),
        examples::<N>(labels, 77),
        &Device::flex(),
        options,
    )
    .expect("a network of operations with rules")
}

/// The gradient of the mean cross-entropy by Burn's own reverse mode, as a vector of the parameters.
pub fn autodiff_gradient<N: Network>(
    network: &N,
    examples: &Examples,
    precision: Precision,
) -> Vec<f64> {
    let network = network.clone().train();
    let device = Device::flex().autodiff();
    let dtype = precision.dtype();
    let inputs = examples.inputs.clone().convert_dtype(dtype);
    let z = network.forward(Tensor::<4>::from_data(inputs, (&device, dtype)));
    Gradients::of(&network, z, &examples.labels)
}

/// A loss written in Burn's tensors and its gradient by Burn's own reverse mode.
pub fn reverse_mode<N: Network>(
    network: &N,
    inputs: &TensorData,
    precision: Precision,
    loss: impl FnOnce(Tensor<2>) -> Tensor<1>,
) -> (f64, Vec<f64>) {
    let network = network.clone().train();
    let device = Device::flex().autodiff();
    let dtype = precision.dtype();
    let inputs = inputs.clone().convert_dtype(dtype);
    let loss = loss(network.forward(Tensor::<4>::from_data(inputs, (&device, dtype))));
    let value = loss.clone().into_data().iter::<f64>().sum();
    (value, Gradients::of_loss(&network, &loss))
}

/// What Burn's reverse mode gives for the parameters of a module.
pub struct Gradients {
    gradients: burn::tensor::Gradients,
    values: Vec<f64>,
    name: Vec<String>,
}

impl Gradients {
    /// The gradient of the mean cross-entropy at logits of `module`, one label a row.
    pub fn of<M: Module>(module: &M, z: Tensor<2>, labels: &[u32]) -> Vec<f64> {
        let [count, classes] = z.dims();
        let mut targets = vec![0.0; count * classes];
        for (row, &label) in labels.iter().enumerate() {
            targets[row * classes + label as usize] = 1.0;
        }
        let targets = TensorData::new(targets, [count, classes]).convert_dtype(z.dtype());
        let targets = Tensor::<2>::from_data(targets, (&z.device(), z.dtype()));
        let loss = (log_softmax(z, 1) * targets).sum().neg();
        // The mean is taken here: Burn's reverse mode divides a float64 tensor by a float32 number.
        let gradient = Self::of_loss(module, &loss);
        gradient.iter().map(|g| g / count as f64).collect()
    }

    /// The gradient of a loss of `module`.
    fn of_loss<M: Module>(module: &M, loss: &Tensor<1>) -> Vec<f64> {
        let mut collected = Gradients {
            gradients: loss.backward(),
            values: Vec::new(),
            name: Vec::new(),
        };
        module.visit(&mut collected);
        collected.values
    }
}

impl ModuleVisitor for Gradients {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.name.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.name.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self
            .name
            .last()
            .is_some_and(|name| name.starts_with("running"))
        {
            return;
        }
        let tensor = param.val();
        let gradient = tensor.grad(&self.gradients).unwrap_or_else(|| {
            let zeros = TensorData::zeros::<f64, _>(tensor.shape());
            Tensor::from_data(zeros, (&Device::flex(), DType::F64))
        });
        self.values.extend(gradient.into_data().iter::<f64>());
    }
}

/// The largest of |a - b|, relative to the largest of |b|.
pub fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let largest = b.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    let far = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    // `max` would drop a NaN.
    let far = far.fold(0.0f64, |m, x| if x > m || x.is_nan() { x } else { m });
    if largest > 0.0 { far / largest } else { far }
}

/// Asserts that two vectors agree, a NaN being a disagreement.
#[track_caller]
pub fn close(a: &[f64], b: &[f64], tolerance: f64, what: &str) {
    let far = distance(a, b);
    assert!(
        far <= tolerance,
        "{what}: off by {far:e}, allowed {tolerance:e}"
    );
}

/// The entries of a matrix, column by column.
pub fn entries(matrix: &Mat<f64>) -> Vec<f64> {
    (0..matrix.ncols())
        .flat_map(|j| (0..matrix.nrows()).map(move |i| matrix[(i, j)]))
        .collect()
}

/// The products of a part with vectors on the host.
pub fn products(problem: &Problem, part: Part, vectors: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let space = problem.space();
    let block: Vec<_> = vectors.iter().map(|v| space.from_host(v)).collect();
    let products = problem.operator(part).apply(&block).expect("products");
    products.iter().map(|v| space.to_host(v)).collect()
}

/// The gradient on the host.
pub fn gradient(problem: &Problem) -> Vec<f64> {
    let gradient = problem.gradient().expect("the data of the first pass");
    problem.space().to_host(&gradient)
}

/// Central differences of `f` at the problem's point along each axis of the space, one row an axis,
/// the problem being back at its point afterwards.
pub fn differences(
    problem: &mut Problem,
    step: f64,
    f: impl Fn(&Problem) -> Vec<f64>,
) -> Vec<Vec<f64>> {
    let space = problem.space().clone();
    let origin = problem.point();
    let base = space.to_host(&origin);
    let rows = (0..base.len())
        .map(|axis| {
            let mut at = |step: f64| {
                let mut moved = base.clone();
                moved[axis] += step;
                problem.move_to(&space.from_host(&moved)).expect("a move");
                f(problem)
            };
            let (ahead, behind) = (at(step), at(-step));
            ahead
                .iter()
                .zip(&behind)
                .map(|(a, b)| (a - b) / (2.0 * step))
                .collect()
        })
        .collect();
    problem.move_to(&origin).expect("a move");
    rows
}

/// G = (1/N) Σ Jᵀ (diag p - p pᵀ) J, from a Jacobian [p][N C] and logits.
pub fn gauss_newton(jacobian: &[Vec<f64>], logits: &[f64], classes: usize) -> Vec<f64> {
    let count = logits.len() / classes;
    let probabilities: Vec<Vec<f64>> = logits
        .chunks(classes)
        .map(|z| {
            let total: f64 = z.iter().map(|z| z.exp()).sum();
            z.iter().map(|z| z.exp() / total).collect()
        })
        .collect();
    let entry = |a: &[f64], b: &[f64]| -> f64 {
        let example = |(p, (a, b)): (&Vec<f64>, (&[f64], &[f64]))| {
            let mean = |u: &[f64]| -> f64 { p.iter().zip(u).map(|(p, u)| p * u).sum() };
            let both: f64 = (0..classes).map(|c| p[c] * a[c] * b[c]).sum();
            both - mean(a) * mean(b)
        };
        let rows = a.chunks(classes).zip(b.chunks(classes));
        probabilities.iter().zip(rows).map(example).sum::<f64>() / count as f64
    };
    jacobian
        .iter()
        .flat_map(|b| jacobian.iter().map(move |a| entry(a, b)))
        .collect()
}
