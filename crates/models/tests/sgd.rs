//! SGD against PyTorch's rule worked out by hand, and its state.

use burn::{
    module::{Module, Param},
    tensor::{DType, Device, Tensor, TensorData},
};
use hesscope_models::{BnMode, NamedTensor, NetConfig, Sgd, cross_entropy, state_of};

#[derive(Module, Debug)]
struct Two {
    matrix: Param<Tensor<2>>,
    running_mean: Param<Tensor<1>>,
}

fn two(device: &Device) -> Two {
    let tensor = |values: Vec<f64>| TensorData::new(values, [1, 2]);
    let matrix = Tensor::from_data(tensor(vec![1.0, -2.0]), (device, DType::F64));
    let running_mean = Tensor::from_data(TensorData::new(vec![5.0_f64], [1]), (device, DType::F64));
    Two {
        matrix: Param::from_tensor(matrix),
        running_mean: Param::from_tensor(running_mean),
    }
}

/// One step on the loss `0.5 sum(k w^2)`, whose gradient is `k w`.
fn step(two: Two, sgd: &mut Sgd, device: &Device, rate: f64) -> Two {
    let k = Tensor::from_data(
        TensorData::new(vec![2.0_f64, 0.5], [1, 2]),
        (device, DType::F64),
    );
    let w = two.matrix.val();
    let loss = (w.clone() * w * k * 0.5).sum() + two.running_mean.val().sum();
    let mut gradients = loss.backward();
    sgd.step(two, &mut gradients, rate)
}

fn weights(two: &Two) -> Vec<f64> {
    two.matrix.val().into_data().iter::<f64>().collect()
}

fn assert_close(found: &[f64], wanted: &[f64]) {
    for (a, b) in found.iter().zip(wanted) {
        assert!((a - b).abs() < 1e-14, "{found:?} for {wanted:?}");
    }
}

#[test]
fn three_steps_by_hand() {
    let device = Device::flex().autodiff();
    let mut sgd = Sgd::new(0.9, 0.1);
    // w = (1, -2): d = k w + 0.1 w = (2.1, -1.2) = buf; w -= 0.1 buf.
    let two = step(two(&device), &mut sgd, &device, 0.1);
    assert_close(&weights(&two), &[0.79, -1.88]);
    // d = (2.1 * 0.79, 0.6 * -1.88) = (1.659, -1.128); buf = 0.9 (2.1, -1.2) + d = (3.549, -2.208).
    let two = step(two, &mut sgd, &device, 0.1);
    assert_close(&weights(&two), &[0.79 - 0.3549, -1.88 + 0.2208]);
    // The rate changes and the buffers do not: d = (0.91371, -0.99552); buf = (4.10781, -2.98272).
    let two = step(two, &mut sgd, &device, 0.01);
    assert_close(&weights(&two), &[0.4351 - 0.0410781, -1.6592 + 0.0298272]);
    let state = sgd.state();
    assert_eq!(state.len(), 1, "running statistics are not trained");
    assert_eq!(
        (state[0].path.as_str(), state[0].shape.as_slice()),
        ("matrix", &[1, 2][..])
    );
    assert_close(
        &state[0].data.iter::<f64>().collect::<Vec<_>>(),
        &[4.10781, -2.98272],
    );
    assert_close(
        &two.running_mean
            .val()
            .into_data()
            .iter::<f64>()
            .collect::<Vec<_>>(),
        &[5.0],
    );
}

#[test]
fn without_momentum_and_decay_it_is_plain_descent() {
    let device = Device::flex().autodiff();
    let mut sgd = Sgd::new(0.0, 0.0);
    let mut two = two(&device);
    for _ in 0..3 {
        two = step(two, &mut sgd, &device, 0.1);
    }
    assert_close(&weights(&two), &[0.8_f64.powi(3), -2.0 * 0.95_f64.powi(3)]);
}

#[test]
fn saved_buffers_continue_exactly() {
    let device = Device::flex().autodiff();
    let config = NetConfig::from_name("small-cnn").expect("a known name");
    let net = config.init([1, 8, 8], 3, 0, &device).expect("a network");
    let x = || Tensor::<4>::ones([4, 1, 8, 8], &device) * 0.5;
    let labels = [0, 1, 2, 0];
    let mut sgd = Sgd::new(0.9, 5e-4);
    let one = |net: hesscope_models::Network, sgd: &mut Sgd| {
        let mut gradients = cross_entropy(net.forward(x(), BnMode::Train), &labels).backward();
        sgd.step(net, &mut gradients, 0.1)
    };
    let net = one(net, &mut sgd);
    let mut loaded = Sgd::new(0.9, 5e-4);
    loaded.load(sgd.state(), &device).expect("saved buffers");
    let a = one(net.clone(), &mut sgd);
    let b = one(net, &mut loaded);
    assert_eq!(state_of(&a), state_of(&b));
    assert_eq!(sgd.state(), loaded.state());
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
    let error = Sgd::new(0.9, 0.0)
        .load(state, &Device::flex())
        .expect_err("an error");
    assert!(
        error
            .to_string()
            .starts_with("the tensor `w` holds I32 numbers"),
        "{error}"
    );
}
