//! Softmax, standardization and lookups.

use burn::tensor::{DType, Device, Tensor, TensorData, activation, module::layer_norm};
use hesscope_hvp::rules::{
    Rule,
    indexing::{Gather, ScatterAdd, Select, SelectAdd},
    softmax::{LogSoftmax, Softmax},
    standardization::Standardize,
};
use hesscope_hvp::{Array, Precision};

use super::{Numbers, case, distance, run, values, with_fixed};

fn indices(numbers: &[i64], shape: &[usize]) -> Array {
    let data = TensorData::new(numbers.to_vec(), shape.to_vec());
    Array::of_any_kind(data, Precision::F64, &Device::flex())
}

fn tensor<const D: usize>(array: &Array) -> Tensor<D> {
    let data = TensorData::new(values(array), array.shape());
    Tensor::from_data(data, (&Device::flex(), DType::F64))
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

#[test]
fn softmaxes() {
    let mut n = Numbers(41);
    let mut a = || vec![n.array(&[2, 3, 4], -2.0, 2.0)];
    run(vec![
        case("softmax last", Softmax { dim: 2 }, a()),
        case("softmax middle", Softmax { dim: 1 }, a()),
        case("softmax first", Softmax { dim: 0 }, a()),
        case("log_softmax last", LogSoftmax { dim: 2 }, a()),
        case("log_softmax middle", LogSoftmax { dim: 1 }, a()),
        case("log_softmax first", LogSoftmax { dim: 0 }, a()),
    ]);
}

#[test]
fn values_of_softmaxes_are_burns() {
    let x = Numbers(42).array(&[3, 4, 5], -3.0, 3.0);
    for dim in 0..3 {
        let ours = Softmax { dim }.value(std::slice::from_ref(&x)).0;
        let expected = numbers(activation::softmax(tensor::<3>(&x), dim));
        assert!(distance(&ours, &expected) < 1e-15, "softmax over {dim}");
        let ours = LogSoftmax { dim }.value(std::slice::from_ref(&x)).0;
        let expected = numbers(activation::log_softmax(tensor::<3>(&x), dim));
        assert!(distance(&ours, &expected) < 1e-15, "log_softmax over {dim}");
    }
}

#[test]
fn softmaxes_of_extreme_numbers_are_finite() {
    let row = |numbers: Vec<f64>, precision| {
        let shape = [1, numbers.len()];
        Array::from_vec(numbers, &shape, precision, &Device::flex())
    };
    for precision in [Precision::F32, Precision::F64] {
        let far = row(vec![1e4, -1e4, 1e4], precision);
        let p = Softmax { dim: 1 }.value(std::slice::from_ref(&far)).0;
        assert_eq!(values(&p), [0.5, 0.0, 0.5]);
        let log = LogSoftmax { dim: 1 }.value(&[far]).0;
        let half = -(2.0f64.ln());
        for (ours, expected) in values(&log).iter().zip([half, half - 2e4, half]) {
            assert!((ours - expected).abs() < 1e-7 * expected.abs(), "{ours}");
        }
        let hidden = f64::NEG_INFINITY;
        let partly = row(vec![hidden, 0.3, hidden], precision);
        assert_eq!(
            values(&Softmax { dim: 1 }.value(&[partly]).0),
            [0.0, 1.0, 0.0]
        );
        let wholly = row(vec![hidden; 3], precision);
        assert_eq!(values(&Softmax { dim: 1 }.value(&[wholly]).0), [0.0; 3]);
        // A row far below zero is an ordinary row.
        let low = row(vec![-3e38, -3e38], precision);
        assert_eq!(values(&Softmax { dim: 1 }.value(&[low]).0), [0.5; 2]);
    }
}

#[test]
fn standardization() {
    let mut n = Numbers(43);
    let rule = Standardize { epsilon: 1e-2 };
    let mut a = |shape: &[usize]| vec![n.array(shape, -1.0, 1.5)];
    run(vec![
        case("standardize", rule, a(&[2, 3, 5])),
        case("standardize rows", rule, a(&[4, 3])),
        case("standardize one", rule, a(&[7])),
    ]);
}

#[test]
fn the_value_of_a_standardization_is_burns_layer_norm() {
    let x = Numbers(44).array(&[3, 5], -1.0, 1.5);
    for epsilon in [1e-5, 0.3] {
        let ours = Standardize { epsilon }.value(std::slice::from_ref(&x)).0;
        let ones = Tensor::<1>::ones([5], (&Device::flex(), DType::F64));
        let expected = numbers(layer_norm(tensor::<2>(&x), ones, None, epsilon));
        assert!(distance(&ours, &expected) < 1e-14, "ε = {epsilon}");
    }
}

#[test]
fn lookups() {
    let mut n = Numbers(45);
    let mut a = |shape: &[usize]| (n.array(shape, -1.0, 1.0), false);
    // Some indices come twice and some never.
    let rows = || (indices(&[2, 0, 2, 1, 4], &[5]), true);
    let columns = || (indices(&[1, 1, 2], &[3]), true);
    let tokens = || (indices(&[2, 0, 2, 4, 4, 1], &[2, 3]), true);
    let places = || (indices(&[2, 0, 2, 1, 1, 0, 2, 2], &[4, 2]), true);
    run(vec![
        with_fixed("select", Select { dim: 0 }, vec![a(&[5, 3]), rows()]),
        with_fixed(
            "select middle",
            Select { dim: 1 },
            vec![a(&[2, 3, 4]), columns()],
        ),
        with_fixed(
            "select embedding",
            Select { dim: 0 },
            vec![a(&[5, 3]), tokens()],
        ),
        with_fixed(
            "select_add",
            SelectAdd { dim: 0 },
            vec![a(&[6, 3]), rows(), a(&[5, 3])],
        ),
        with_fixed(
            "select_add middle, first fixed",
            SelectAdd { dim: 1 },
            vec![(a(&[2, 4, 2]).0, true), columns(), a(&[2, 3, 2])],
        ),
        with_fixed(
            "select_add, last fixed",
            SelectAdd { dim: 0 },
            vec![a(&[6, 3]), rows(), (a(&[5, 3]).0, true)],
        ),
        with_fixed("gather", Gather { dim: 1 }, vec![a(&[4, 3]), places()]),
        with_fixed(
            "gather first",
            Gather { dim: 0 },
            vec![a(&[3, 2]), places()],
        ),
        with_fixed(
            "scatter_add",
            ScatterAdd { dim: 1 },
            vec![a(&[4, 3]), places(), a(&[4, 2])],
        ),
        with_fixed(
            "scatter_add, first fixed",
            ScatterAdd { dim: 0 },
            vec![(a(&[3, 2]).0, true), places(), a(&[4, 2])],
        ),
        with_fixed(
            "scatter_add, last fixed",
            ScatterAdd { dim: 0 },
            vec![a(&[3, 2]), places(), (a(&[4, 2]).0, true)],
        ),
    ]);
}

#[test]
fn lookups_find_what_their_indices_name() {
    let table = Array::from_vec(
        vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        &[3, 2],
        Precision::F64,
        &Device::flex(),
    );
    let at = |rule: &dyn Rule, inputs: &[Array]| values(&rule.value(inputs).0);
    let rows = indices(&[2, 0], &[2]);
    let select = at(&Select { dim: 0 }, &[table.clone(), rows.clone()]);
    assert_eq!(select, [5.0, 6.0, 1.0, 2.0]);
    let more = Array::from_vec(
        vec![0.1, 0.2, 0.3, 0.4],
        &[2, 2],
        Precision::F64,
        &Device::flex(),
    );
    let added = at(&SelectAdd { dim: 0 }, &[table.clone(), rows, more.clone()]);
    assert_eq!(added, [1.3, 2.4, 3.0, 4.0, 5.1, 6.2]);
    let places = indices(&[2, 1, 0, 1], &[2, 2]);
    let gathered = at(&Gather { dim: 0 }, &[table.clone(), places.clone()]);
    assert_eq!(gathered, [5.0, 4.0, 1.0, 4.0]);
    let scattered = at(&ScatterAdd { dim: 0 }, &[table, places, more]);
    assert_eq!(scattered, [1.3, 2.0, 3.0, 4.0 + 0.2 + 0.4, 5.1, 6.0]);
}
