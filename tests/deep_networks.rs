//! ResNet18 and DenseNet40 from `models` in `hvp`: the gradient against Burn's own reverse mode, products
//! against central differences of it, in every mode of BatchNorm, and the size of a forward pass.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, FloatDType, Tensor, TensorData, activation::log_softmax};
use hesscope::hvp::{Examples, Part, Precision, PrecisionExt, Problem, ProblemOptions, capture};
use hesscope::models::{
    BnMode, Densenet40Config, NetConfig, Network, Resnet18Config, Resnet18Stem,
    Resnet18TorchvisionConfig, Vgg11TorchvisionConfig, is_buffer,
};
use hesscope::spectral::{LinearOperator, ProbeKind, Probes, VectorSpace};

fn resnet(width: usize, stem: Resnet18Stem) -> NetConfig {
    NetConfig::Resnet18(Resnet18Config { stem, width })
}

fn densenet(depth: usize, bottleneck: bool, reduction: f64) -> NetConfig {
    NetConfig::Densenet40(Densenet40Config {
        depth,
        growth: 2,
        bottleneck,
        reduction,
    })
}

/// Networks of a few thousand parameters and the images they take.
fn tiny() -> [(NetConfig, [usize; 3]); 6] {
    let vgg = Vgg11TorchvisionConfig {
        width: 1,
        hidden: 6,
    };
    [
        (NetConfig::Vgg11Torchvision(vgg), [2, 34, 70]),
        (
            NetConfig::Resnet18Torchvision(Resnet18TorchvisionConfig { width: 2 }),
            [3, 44, 40],
        ),
        (resnet(2, Resnet18Stem::Small), [1, 12, 10]),
        (resnet(2, Resnet18Stem::Big), [2, 44, 40]),
        (densenet(10, false, 1.0), [1, 10, 8]),
        (densenet(16, true, 0.5), [2, 9, 8]),
    ]
}

fn named(name: &str) -> NetConfig {
    NetConfig::from_name(name).expect("a known name")
}

const MODES: [BnMode; 3] = [BnMode::Running, BnMode::Batch, BnMode::Train];

const LABELS: [u32; 5] = [0, 2, 1, 2, 0];

/// A network whose running statistics are not those it is initialised with.
fn network(config: &NetConfig, input: [usize; 3], precision: Precision) -> Network {
    let device = Device::flex();
    let network = config.init(input, 3, 7, &device).expect("a network");
    let network = match precision {
        Precision::F32 => network,
        Precision::F64 => network.cast(FloatDType::F64),
    };
    let _ = network.forward(images(input, 1, precision, &device), BnMode::Train);
    network
}

fn pixels(input: [usize; 3], seed: u64) -> TensorData {
    let [c, h, w] = input;
    let n = LABELS.len();
    let values = Probes::new(ProbeKind::Gaussian, seed).host(n * c * h * w, 0);
    TensorData::new(values, [n, c, h, w])
}

fn images(input: [usize; 3], seed: u64, precision: Precision, device: &Device) -> Tensor<4> {
    let data = pixels(input, seed).convert_dtype(precision.dtype());
    Tensor::from_data(data, (device, precision.dtype()))
}

/// The problem with all examples in one batch, for statistics of the batch see all of it.
fn problem(network: &Network, seed: u64, mode: BnMode, precision: Precision) -> Problem {
    let examples = Examples {
        inputs: pixels(network.input(), seed),
        labels: LABELS.to_vec(),
    };
    let options = ProblemOptions {
        precision,
        batch_size: Some(LABELS.len()),
        ..ProblemOptions::default()
    };
    let forward = move |network: &Network, x| network.forward(x, mode);
    Problem::new(network, forward, examples, &Device::flex(), options)
        .expect("a network of operations with rules")
}

struct Gradients {
    gradients: burn::tensor::Gradients,
    path: Vec<String>,
    values: Vec<f64>,
}

impl ModuleVisitor for Gradients {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if is_buffer(&self.path.join(".")) {
            return;
        }
        let gradient = param.val().grad(&self.gradients).expect("a gradient");
        self.values.extend(gradient.into_data().iter::<f64>());
    }
}

/// The gradient of the mean cross-entropy by Burn's reverse mode.
fn autodiff(network: &Network, seed: u64, mode: BnMode, precision: Precision) -> Vec<f64> {
    let network = network.clone().train();
    let device = Device::flex().autodiff();
    let logits = network.forward(images(network.input(), seed, precision, &device), mode);
    let [n, classes] = logits.dims();
    let mut targets = vec![0.0; n * classes];
    for (row, &label) in LABELS.iter().enumerate() {
        targets[row * classes + label as usize] = 1.0;
    }
    let targets = TensorData::new(targets, [n, classes]).convert_dtype(precision.dtype());
    let targets = Tensor::<2>::from_data(targets, (&device, precision.dtype()));
    let mut collected = Gradients {
        gradients: (log_softmax(logits, 1) * targets).sum().neg().backward(),
        path: Vec::new(),
        values: Vec::new(),
    };
    network.visit(&mut collected);
    // The mean is taken here: Burn's reverse mode divides a float64 tensor by a float32 number.
    collected.values.iter().map(|g| g / n as f64).collect()
}

/// The Euclidean norm of a - b over that of b.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>().sqrt();
    norm(&mut a.iter().zip(b).map(|(a, b)| a - b)) / norm(&mut b.iter().copied())
}

/// Checks the gradients on three sets of images, the middle of the three errors against the tolerance: where
/// rounding carries one of the thousands of arguments of relu to the other side of zero, the gradient of
/// either program jumps by more than its rounding, but a wrong derivative is wrong on all images.
fn check_gradient(config: &NetConfig, input: [usize; 3], precision: Precision, tolerance: f64) {
    let network = network(config, input, precision);
    // In float32 what Train adds to Batch, which is nothing, need not be computed again.
    let modes = match precision {
        Precision::F32 => &MODES[..2],
        Precision::F64 => &MODES[..],
    };
    let mut errors = vec![Vec::new(); modes.len()];
    for seed in [2, 3, 4] {
        let mut gradients = Vec::new();
        for (&mode, errors) in modes.iter().zip(&mut errors) {
            let problem = problem(&network, seed, mode, precision);
            assert_eq!(
                problem.space().dim(),
                network.num_parameters(),
                "{config:?}"
            );
            let ours = problem
                .space()
                .to_host(&problem.gradient().expect("a gradient"));
            errors.push(distance(&ours, &autodiff(&network, seed, mode, precision)));
            gradients.push(ours);
        }
        let change = distance(&gradients[0], &gradients[1]);
        assert!(change > 0.01, "{config:?}: the mode changes the gradient");
        assert!(
            gradients.get(2).is_none_or(|train| *train == gradients[1]),
            "{config:?}: Train is Batch"
        );
    }
    for (&mode, errors) in modes.iter().zip(&mut errors) {
        errors.sort_by(f64::total_cmp);
        assert!(
            errors[1] <= tolerance,
            "{config:?} {mode:?}: off by {errors:?}"
        );
    }
}

#[test]
fn gradients_are_those_of_reverse_mode_in_float64() {
    for (config, input) in tiny() {
        check_gradient(&config, input, Precision::F64, 1e-10);
    }
}

#[test]
fn gradients_of_wide_networks_are_those_of_reverse_mode_in_float32() {
    for (config, input) in [
        (named("resnet18"), [3, 10, 8]),
        (resnet(16, Resnet18Stem::Big), [3, 36, 20]),
        (named("densenet40"), [1, 10, 8]),
    ] {
        check_gradient(&config, input, Precision::F32, 1e-4);
    }
}

#[test]
fn products_are_derivatives_of_the_gradient_and_add_up() {
    for (config, input) in tiny() {
        let network = network(&config, input, Precision::F64);
        for mode in [BnMode::Running, BnMode::Batch] {
            let mut problem = problem(&network, 2, mode, Precision::F64);
            let space = problem.space().clone();
            let block = Probes::new(ProbeKind::Gaussian, 4).block(&space, 0, 2);
            let products = |part| -> Vec<Vec<f64>> {
                let products = problem.operator(part).apply(&block).expect("products");
                products.iter().map(|v| space.to_host(v)).collect()
            };
            let (hess, g, h) = (products(Part::Hess), products(Part::G), products(Part::H));
            let origin = problem.point();
            for k in 0..block.len() {
                let sum: Vec<f64> = g[k].iter().zip(&h[k]).map(|(g, h)| g + h).collect();
                let error = distance(&sum, &hess[k]);
                assert!(error < 1e-12, "{config:?} {mode:?}: G + H is off {error:e}");
                // So small a step that no relu changes its side; rounding over it is about 1e-8.
                let step = 1e-7 / space.norm(&block[k]);
                let mut at = |step: f64| {
                    let mut moved = origin.clone();
                    space.axpy(step, &block[k], &mut moved);
                    problem.move_to(&moved).expect("a move");
                    space.to_host(&problem.gradient().expect("a gradient"))
                };
                let (ahead, behind) = (at(step), at(-step));
                let difference: Vec<f64> = ahead
                    .iter()
                    .zip(&behind)
                    .map(|(a, b)| (a - b) / (2.0 * step))
                    .collect();
                let error = distance(&difference, &hess[k]);
                assert!(error < 1e-6, "{config:?} {mode:?}: off by {error:e}");
            }
        }
    }
}

/// Multiplications of the forward pass of one example.
fn multiply_adds(name: &str, [c, h, w]: [usize; 3], classes: usize) -> usize {
    let network = named(name)
        .blank([c, h, w], classes, &Device::flex())
        .expect("a network");
    let forward = |network: &Network, x| network.forward(x, BnMode::Running);
    let program = capture(&network, [2, c, h, w], forward).expect("rules for all operations");
    assert_eq!(program.multiply_adds() % 2, 0);
    program.multiply_adds() / 2
}

#[test]
fn forward_passes_have_the_multiplications_counted_by_hand() {
    // Four 3x3 convolutions a stage of ResNet18, the first from half the channels but in stage one, and
    // the projections; each stage has a quarter of the pixels and twice the channels of the one before.
    let stages = |pixels: usize| {
        let first = 4 * 9 * 64 * 64 * pixels;
        let later = |c: usize, pixels: usize| (c / 2 + 3 * c) * 9 * c * pixels + c / 2 * c * pixels;
        first + later(128, pixels / 4) + later(256, pixels / 16) + later(512, pixels / 64)
    };
    let small = 9 * 3 * 64 * 32 * 32 + stages(32 * 32) + 512 * 10;
    assert_eq!(multiply_adds("resnet18", [3, 32, 32], 10), small);
    let big = 49 * 3 * 64 * 112 * 112 + stages(56 * 56) + 512 * 1000;
    assert_eq!(big, 1_814_073_344);
    assert_eq!(multiply_adds("resnet18", [3, 224, 224], 1000), big);
    // The sums of channels over the layers of a block are 1080, 2808 and 4536.
    let dense = 9 * 3 * 24 * 1024
        + 9 * 12 * (1080 * 1024 + 2808 * 256 + 4536 * 64)
        + 168 * 168 * 1024
        + 312 * 312 * 256
        + 456 * 10;
    assert_eq!(multiply_adds("densenet40", [3, 32, 32], 10), dense);
}
