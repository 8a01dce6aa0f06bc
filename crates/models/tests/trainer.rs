//! Steps of training against Burn's reverse mode in float64, and the optimizer's state.

use std::collections::BTreeMap;

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{Device, FloatDType, Gradients, Tensor, TensorData},
};
use hesscope_models::{
    BnMode, HostBatch, NamedTensor, NetConfig, Network, Sgd, Trainer, cross_entropy, is_buffer,
    state_of,
};

const MOMENTUM: f64 = 0.9;
const DECAY: f64 = 0.1;
const RATE: f64 = 0.05;

/// Steps by the rule written out: `m = momentum m + g + decay w`, `w -= rate m`.
struct Reference<'a> {
    gradients: Gradients,
    momenta: &'a mut BTreeMap<String, Tensor<1>>,
    path: Vec<String>,
}

impl ModuleMapper for Reference<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let path = self.path.join(".");
        if is_buffer(&path) {
            return param;
        }
        let gradient = param.val().grad_remove(&mut self.gradients);
        let gradient = gradient.expect("every parameter has a gradient");
        param.map(|weight| {
            let weight = weight.without_autodiff();
            let moved = (gradient + weight.clone() * DECAY).reshape([-1]);
            let momentum = match self.momenta.remove(&path) {
                Some(momentum) => momentum * MOMENTUM + moved,
                None => moved,
            };
            self.momenta.insert(path, momentum.clone());
            let shape = weight.dims();
            let stepped = weight - momentum.reshape(shape) * RATE;
            stepped.autodiff().require_grad()
        })
    }
}

/// Irregular pixels of `count` images.
fn batch(net: &Network, count: usize, from: usize) -> HostBatch {
    let pixels = count * net.input().iter().product::<usize>();
    HostBatch {
        images: (0..pixels)
            .map(|i| (1.7 * (i + 91 * from) as f32).sin() + 0.1 * (i % 7) as f32)
            .collect(),
        labels: (0..count)
            .map(|i| ((i + from) % net.classes()) as u32)
            .collect(),
    }
}

fn network(config: &str, input: [usize; 3]) -> Network {
    let config: NetConfig = serde_json::from_str(config).expect("a network");
    let net = config.init(input, 3, 0, &Device::flex());
    net.expect("a network").cast(FloatDType::F64)
}

/// The loss before a step of Burn's reverse mode, and the network behind it.
fn reference(
    net: Network,
    batch: &HostBatch,
    momenta: &mut BTreeMap<String, Tensor<1>>,
) -> (f64, Network) {
    let [c, h, w] = net.input();
    let data = TensorData::new(batch.images.clone(), [batch.len(), c, h, w]);
    let images = Tensor::from_data(data, (&Device::flex().autodiff(), net.dtype()));
    let loss = cross_entropy(net.forward(images, BnMode::Train), &batch.labels);
    let gradients = loss.backward();
    let path = Vec::new();
    let mut step = Reference {
        gradients,
        momenta,
        path,
    };
    (loss.into_scalar::<f64>(), net.map(&mut step))
}

fn numbers(state: &[NamedTensor]) -> impl Iterator<Item = (&str, Vec<f64>)> {
    let of = |tensor: &NamedTensor| tensor.data.iter::<f64>().collect();
    state
        .iter()
        .map(move |tensor| (tensor.path.as_str(), of(tensor)))
}

/// Within 1e-10 of each other, in norm.
fn close(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len());
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>().sqrt();
    let difference = norm(&mut std::iter::zip(found, expected).map(|(a, b)| a - b));
    let norm = norm(&mut expected.iter().copied());
    assert!(
        difference <= 1e-10 * norm.max(1e-3),
        "{what}: {difference:e} of {norm:e}"
    );
}

#[test]
fn steps_are_those_of_reverse_mode() {
    for (config, input) in [
        (r#"{ "name": "mlp", "hidden": [7, 5] }"#, [1, 4, 4]),
        (r#"{ "name": "small-cnn" }"#, [2, 8, 8]),
        (
            r#"{ "name": "vgg11", "width": 2, "classifier": "plain" }"#,
            [3, 32, 32],
        ),
        (r#"{ "name": "densenet40" }"#, [1, 8, 8]),
        (r#"{ "name": "resnet18" }"#, [1, 16, 16]),
    ] {
        let net = network(config, input);
        let mut trainer = Trainer::new(&net, &Sgd::new(MOMENTUM, DECAY), &Device::flex());
        let mut expected = net.to_device(&Device::flex().autodiff()).train();
        let mut momenta = BTreeMap::new();
        // The last is smaller, as the last of an epoch may be. All are powers of two, since Burn's derivative of a division by a
        // number rounds the number to float32.
        for (from, count) in [(0, 8), (1, 8), (2, 4)] {
            let batch = batch(&expected, count, from);
            let (loss, next) = reference(expected, &batch, &mut momenta);
            expected = next;
            let found = trainer.step(batch, RATE).expect("a step");
            let found = found.read().expect("a loss");
            assert!(
                (found - loss).abs() < 1e-12 * loss,
                "{config}: {found} {loss}"
            );
        }
        let found = state_of(&trainer.network().expect("a network"));
        let expected = state_of(&expected.valid());
        assert_eq!(found.len(), expected.len());
        for ((path, found), (other, expected)) in numbers(&found).zip(numbers(&expected)) {
            assert_eq!(path, other);
            close(&found, &expected, &format!("{config}, {path}"));
        }
        let sgd = trainer.sgd().expect("an optimizer");
        assert_eq!(sgd.state().len(), momenta.len());
        for (path, found) in numbers(&sgd.state()) {
            let expected = momenta[path].clone().into_data();
            let expected: Vec<f64> = expected.iter::<f64>().collect();
            close(&found, &expected, &format!("momentum of {config}, {path}"));
        }
    }
}

#[test]
fn a_trainer_of_what_another_came_to_goes_on_to_the_bit() {
    for dtype in [FloatDType::F32, FloatDType::F64] {
        let net = network(r#"{ "name": "small-cnn" }"#, [1, 8, 8]).cast(dtype);
        let device = Device::flex();
        let mut trainer = Trainer::new(&net, &Sgd::new(MOMENTUM, DECAY), &device);
        trainer.step(batch(&net, 4, 0), RATE).expect("a step");
        let between = (
            trainer.network().expect("a network"),
            trainer.sgd().expect("an optimizer"),
        );
        let mut second = Trainer::new(&between.0, &between.1, &device);
        let losses = [&mut trainer, &mut second]
            .map(|trainer| trainer.step(batch(&net, 4, 1), RATE).expect("a step"))
            .map(|loss| loss.read().expect("a loss"));
        assert_eq!(losses[0].to_bits(), losses[1].to_bits());
        let [first, second] = [trainer, second].map(|trainer| {
            let net = trainer.network().expect("a network");
            (state_of(&net), trainer.sgd().expect("an optimizer").state())
        });
        assert_eq!(first, second);
    }
}

#[test]
fn a_batch_that_does_not_fit_changes_nothing() {
    let net = network(r#"{ "name": "small-cnn" }"#, [1, 8, 8]);
    let mut trainer = Trainer::new(&net, &Sgd::new(MOMENTUM, DECAY), &Device::flex());
    let mut wrong = batch(&net, 4, 0);
    wrong.labels[2] = 3;
    let error = trainer.step(wrong, RATE).expect_err("a label too large");
    assert!(
        error.to_string().starts_with("the label 3 is out of range"),
        "{error}"
    );
    assert_eq!(
        state_of(&trainer.network().expect("a network")),
        state_of(&net)
    );
    assert!(trainer.sgd().expect("an optimizer").state().is_empty());
}

#[test]
fn buffers_of_integers_are_refused() {
    let data = TensorData::new(vec![1_i32], [1]);
    let state = vec![NamedTensor {
        path: "w".into(),
        shape: vec![1],
        data,
        is_buffer: true,
    }];
    let error = Sgd::new(0.9, 0.0).load(state).expect_err("an error");
    assert!(
        error
            .to_string()
            .starts_with("the tensor `w` holds I32 numbers"),
        "{error}"
    );
}

/// Steps and an evaluation on a GPU in float32 are those of the host in float64.
#[cfg(any(feature = "vulkan", feature = "webgpu", feature = "cuda"))]
#[test]
fn a_gpu_steps_as_the_host_does() {
    use burn::tensor::DeviceType;
    let kinds = [
        #[cfg(feature = "vulkan")]
        DeviceType::Vulkan,
        // The system's own graphics API, through WGSL; Burn's `WebGpu` is that of browsers.
        #[cfg(feature = "webgpu")]
        DeviceType::Wgpu,
        #[cfg(feature = "cuda")]
        DeviceType::Cuda,
    ];
    let gpu = &kinds
        .into_iter()
        .flat_map(|kind| Device::enumerate(kind).into_vec())
        .next()
        .expect("a GPU, or a driver in software such as Debian's mesa-vulkan-drivers");
    for (config, input) in [
        (r#"{ "name": "mlp", "hidden": [7, 5] }"#, [1, 4, 4]),
        (r#"{ "name": "small-cnn" }"#, [2, 8, 8]),
        (
            r#"{ "name": "vgg11", "width": 2, "classifier": "plain" }"#,
            [3, 32, 32],
        ),
    ] {
        let net = network(config, input);
        let trained = |net: &Network, device: &Device| {
            let mut trainer = Trainer::new(net, &Sgd::new(MOMENTUM, DECAY), device);
            let losses = [(0, 8), (1, 8), (2, 4)].map(|(from, count)| {
                let step = trainer.step(batch(net, count, from), RATE);
                step.expect("a step").read().expect("a loss")
            });
            (losses, trainer.network().expect("a network"))
        };
        let (losses, host) = trained(&net, &Device::flex());
        let (found, on_gpu) = trained(&net.clone().cast(FloatDType::F32), gpu);
        for (a, b) in std::iter::zip(found, losses) {
            assert!((a - b).abs() < 1e-4 * b, "{config}: {a} {b}");
        }
        let (of_gpu, of_host) = (state_of(&on_gpu), state_of(&host));
        for ((path, a), (_, b)) in numbers(&of_gpu).zip(numbers(&of_host)) {
            let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>();
            let difference = norm(&mut std::iter::zip(&a, &b).map(|(a, b)| a - b)).sqrt();
            let size = norm(&mut b.iter().copied()).sqrt();
            assert!(
                difference < 1e-4 * size.max(1e-2),
                "{config}, {path}: {difference:e}"
            );
        }
    }
}
