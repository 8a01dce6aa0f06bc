//! Functions of each element, their values included, and choices between elements.

use burn::tensor::{DType, Device, Tensor, TensorData, activation};
use hesscope_hvp::rules::masking::{MaskFill, MaskWhere};
use hesscope_hvp::rules::{Rule, activation::Pointwise};
use hesscope_hvp::{Array, Precision};

use super::{Numbers, case, distance, run, values, with_fixed};

/// Numbers at least 0.05 away from all of `kinks`.
fn away_from(kinks: &[f64], n: &mut Numbers, shape: &[usize], low: f64, high: f64) -> Array {
    let numbers = (0..shape.iter().product())
        .map(|_| {
            loop {
                let x = low + (high - low) * (n.next() + 1.0) / 2.0;
                if kinks.iter().all(|kink| (x - kink).abs() > 0.05) {
                    break x;
                }
            }
        })
        .collect();
    Array::from_vec(numbers, shape, Precision::F64, &Device::flex())
}

/// A function of Burn's on a tensor of float64.
fn burns(x: &Array, function: impl Fn(Tensor<1>) -> Tensor<1>) -> Vec<f64> {
    let x = values(x);
    let data = TensorData::new(x.clone(), [x.len()]);
    let x = Tensor::from_data(data, (&Device::flex(), DType::F64));
    function(x).into_data().iter::<f64>().collect()
}

#[test]
fn new_activations() {
    let mut n = Numbers(31);
    let power = |exponent| Pointwise::Power { exponent };
    let clamp = |min, max| Pointwise::Clamp { min, max };
    let (none, all) = (f64::NEG_INFINITY, f64::INFINITY);
    let shape = [2, 3, 7];
    let mut signed = |kinks: &[f64]| vec![away_from(kinks, &mut n, &shape, -2.5, 2.5)];
    run(vec![
        case("erf", Pointwise::Erf, signed(&[])),
        case("gelu", Pointwise::Gelu, signed(&[])),
        case("log_sigmoid", Pointwise::LogSigmoid, signed(&[])),
        case("sin", Pointwise::Sin, signed(&[])),
        case("cos", Pointwise::Cos, signed(&[])),
        case("power 3", power(3.0), signed(&[])),
        case("power 2", power(2.0), signed(&[])),
        case("power 1", power(1.0), signed(&[])),
        case("abs", Pointwise::Abs, signed(&[0.0])),
        case("clamp", clamp(-0.4, 1.1), signed(&[-0.4, 1.1])),
        case("clamp min", clamp(0.3, all), signed(&[0.3])),
        case("clamp max", clamp(none, -0.6), signed(&[-0.6])),
    ]);
    let mut positive = || vec![away_from(&[], &mut n, &shape, 0.5, 2.0)];
    run(vec![
        case("log1p", Pointwise::Log1p, positive()),
        case("power 1.7", power(1.7), positive()),
        case("power -2.5", power(-2.5), positive()),
    ]);
}

#[test]
fn values_are_burns() {
    let x = away_from(&[0.0], &mut Numbers(32), &[60], -4.0, 4.0);
    let check = |name: &str, rule: Pointwise, expected: Vec<f64>| {
        let ours = rule.value(std::slice::from_ref(&x)).0;
        let error = distance(&ours, &expected);
        assert!(error < 1e-15, "{name} is off by {error:e}");
    };
    let power = |exponent| Pointwise::Power { exponent };
    check(
        "leaky_relu",
        Pointwise::LeakyRelu { slope: 0.1 },
        burns(&x, |x| activation::leaky_relu(x, 0.1)),
    );
    check("erf", Pointwise::Erf, burns(&x, Tensor::erf));
    check("gelu", Pointwise::Gelu, burns(&x, activation::gelu));
    check(
        "log_sigmoid",
        Pointwise::LogSigmoid,
        burns(&x, activation::log_sigmoid),
    );
    check("sin", Pointwise::Sin, burns(&x, Tensor::sin));
    check("cos", Pointwise::Cos, burns(&x, Tensor::cos));
    check("abs", Pointwise::Abs, burns(&x, Tensor::abs));
    check("power 3", power(3.0), burns(&x, |x| x.powf_scalar(3.0)));
    check(
        "clamp",
        Pointwise::Clamp {
            min: -0.5,
            max: 2.0,
        },
        burns(&x, |x| x.clamp(-0.5, 2.0)),
    );
    let x = away_from(&[], &mut Numbers(33), &[60], -0.9, 4.0);
    let ours = Pointwise::Log1p.value(std::slice::from_ref(&x)).0;
    assert!(distance(&ours, &burns(&x, Tensor::log1p)) < 1e-15);
}

/// The value and the first two derivatives at a list of numbers, by directions of one.
fn derivatives(rule: Pointwise, x: &[f64]) -> [Vec<f64>; 3] {
    use hesscope_hvp::rules::Point;
    let inputs = [Array::from_vec(
        x.to_vec(),
        &[x.len()],
        Precision::F64,
        &Device::flex(),
    )];
    let (value, saved) = rule.value(&inputs);
    let at = Point {
        inputs: &inputs,
        value: &value,
        saved: &saved,
    };
    let ones = Array::from_vec(
        vec![1.0; x.len()],
        &[1, x.len()],
        Precision::F64,
        &Device::flex(),
    );
    let first = rule
        .jvp(at, &[Some(ones.clone())])
        .expect("a tangent came in");
    let second = rule.vjp_tangent(at, &[Some(ones.clone())], &ones, &[true]);
    let second = second[0]
        .as_ref()
        .map_or_else(|| vec![0.0; x.len()], values);
    [values(&value), values(&first), second]
}

#[test]
fn tails_neither_overflow_nor_round_to_nonsense() {
    let far = [-800.0, -40.0, 40.0, 800.0];
    let [value, first, second] = derivatives(Pointwise::LogSigmoid, &far);
    assert_eq!(value[..2], [-800.0, -40.0]);
    assert!((value[2] + (-40.0f64).exp()).abs() < 1e-15 * (-40.0f64).exp());
    assert_eq!(value[3], 0.0);
    for k in 0..4 {
        let slope = if far[k] < 0.0 { 1.0 } else { 0.0 };
        assert!((first[k] - slope).abs() < 1e-15, "{first:?}");
        assert!(second[k].abs() < 1e-15, "{second:?}");
    }
    let [value, first, second] = derivatives(Pointwise::Gelu, &far);
    assert_eq!(value, [0.0, 0.0, 40.0, 800.0]);
    assert_eq!(first, [0.0, 0.0, 1.0, 1.0]);
    assert!(second.iter().all(|&x| x.abs() < 1e-300), "{second:?}");
}

#[test]
fn derivatives_where_there_is_a_corner() {
    let clamp = Pointwise::Clamp {
        min: -1.0,
        max: 2.0,
    };
    assert_eq!(derivatives(clamp, &[-1.0, 2.0])[1], [1.0, 1.0]);
    assert_eq!(derivatives(Pointwise::Abs, &[0.0])[1], [0.0]);
    // x³ has derivatives at zero though x^(3 - 4) has no value there.
    let cube = Pointwise::Power { exponent: 3.0 };
    assert_eq!(derivatives(cube, &[0.0]), [[0.0], [0.0], [0.0]]);
    let line = Pointwise::Power { exponent: 1.0 };
    assert_eq!(derivatives(line, &[0.0]), [[0.0], [1.0], [0.0]]);
}

/// A mask of truth values, every third true.
pub(super) fn mask(shape: &[usize]) -> Array {
    let count = shape.iter().product();
    let hidden: Vec<bool> = (0..count).map(|i| i % 3 == 1).collect();
    let data = TensorData::new(hidden, shape.to_vec());
    Array::of_any_kind(data, Precision::F64, &Device::flex())
}

#[test]
fn masks() {
    let mut n = Numbers(34);
    let mut a = |shape: &[usize]| n.array(shape, -1.0, 1.0);
    let shape = vec![2, 3, 4];
    let fill = MaskFill {
        value: -1e4,
        shape: shape.clone(),
    };
    let choose = MaskWhere {
        shape: shape.clone(),
    };
    let (whole, row, column) = ([2, 3, 4], [1, 3, 4], [2, 3, 1]);
    run(vec![
        with_fixed(
            "mask_fill",
            fill.clone(),
            vec![(a(&whole), false), (mask(&whole), true)],
        ),
        with_fixed(
            "mask_fill, mask broadcast",
            fill.clone(),
            vec![(a(&whole), false), (mask(&row), true)],
        ),
        with_fixed(
            "mask_fill, tensor broadcast",
            fill,
            vec![(a(&column), false), (mask(&whole), true)],
        ),
        with_fixed(
            "mask_where",
            choose.clone(),
            vec![(a(&whole), false), (mask(&whole), true), (a(&whole), false)],
        ),
        with_fixed(
            "mask_where, all broadcast",
            choose.clone(),
            vec![(a(&column), false), (mask(&row), true), (a(&row), false)],
        ),
        with_fixed(
            "mask_where, first fixed",
            choose.clone(),
            vec![(a(&whole), true), (mask(&row), true), (a(&whole), false)],
        ),
        with_fixed(
            "mask_where, last fixed",
            choose,
            vec![(a(&whole), false), (mask(&row), true), (a(&whole), true)],
        ),
    ]);
}

#[test]
fn masks_keep_what_is_hidden_out_of_everything() {
    let device = Device::flex();
    let hidden = Array::from_vec(
        vec![1.0, f64::INFINITY, 3.0],
        &[1, 3],
        Precision::F64,
        &device,
    );
    let inputs = [hidden, mask(&[1, 3])];
    let fill = MaskFill {
        value: -0.5,
        shape: vec![1, 3],
    };
    let (value, saved) = fill.value(&inputs);
    assert_eq!(values(&value), [1.0, -0.5, 3.0]);
    let at = hesscope_hvp::rules::Point {
        inputs: &inputs,
        value: &value,
        saved: &saved,
    };
    let infinite = inputs[0].unsqueeze();
    let pushed = fill.jvp(at, &[Some(infinite.clone()), None]);
    assert_eq!(values(&pushed.expect("a tangent came in")), [1.0, 0.0, 3.0]);
    let pulled = fill.vjp(at, &infinite, &[true, false]);
    assert_eq!(values(pulled[0].as_ref().expect("wanted")), [1.0, 0.0, 3.0]);
    assert!(pulled[1].is_none());
}
