//! Parts, repetitions and orders of tensors, and what is extreme or adds up along an axis.

use burn::tensor::{Device, Slice as Range};
use hesscope_hvp::rules::{
    Rule,
    reduction::{CumSum, Extremum},
    shape::{Expand, Flip, RepeatDim},
    slicing::{Pad, Slice, SliceAssign},
};
use hesscope_hvp::{Array, Precision};

use super::{Numbers, case, run, values, with_fixed};

fn range(start: isize, end: isize, step: isize) -> Range {
    Range::new(start, Some(end), step)
}

fn counting(shape: &[usize]) -> Array {
    let values = (0..shape.iter().product())
        .map(|i: usize| i as f64)
        .collect();
    Array::from_vec(values, shape, Precision::F64, &Device::flex())
}

fn value(rule: impl Rule, inputs: &[Array]) -> Vec<f64> {
    values(&rule.value(inputs).0)
}

#[test]
fn repetitions_and_orders() {
    let mut n = Numbers(51);
    let mut a = |shape: &[usize]| vec![n.array(shape, -1.0, 1.0)];
    let expand = |shape: &[usize]| Expand {
        shape: shape.to_vec(),
    };
    let flip = |axes: &[usize]| Flip {
        axes: axes.to_vec(),
    };
    let repeat = |dim, times| RepeatDim { dim, times };
    run(vec![
        case("expand", expand(&[2, 3, 4]), a(&[2, 1, 4])),
        case("expand in front", expand(&[2, 3, 4]), a(&[3, 1])),
        case("repeat_dim", repeat(1, 3), a(&[2, 2, 4])),
        case("repeat_dim first", repeat(0, 2), a(&[3, 4])),
        case("repeat_dim last", repeat(2, 2), a(&[2, 2, 3])),
        case("flip", flip(&[1]), a(&[2, 3, 4])),
        case("flip two", flip(&[0, 2]), a(&[2, 3, 4])),
        case("cumsum", CumSum { dim: 1 }, a(&[2, 3, 4])),
        case("cumsum last", CumSum { dim: 2 }, a(&[2, 3, 4])),
    ]);
    assert_eq!(
        value(repeat(0, 2), &[counting(&[2, 1])]),
        [0.0, 1.0, 0.0, 1.0]
    );
    assert_eq!(
        value(repeat(1, 2), &[counting(&[1, 2])]),
        [0.0, 1.0, 0.0, 1.0]
    );
    assert_eq!(
        value(flip(&[1]), &[counting(&[2, 2])]),
        [1.0, 0.0, 3.0, 2.0]
    );
    assert_eq!(
        value(CumSum { dim: 0 }, &[counting(&[3, 2])]),
        [0.0, 1.0, 2.0, 4.0, 6.0, 9.0]
    );
}

#[test]
fn extrema() {
    let mut n = Numbers(52);
    let mut a = || vec![n.array(&[2, 5, 3], -1.0, 1.0)];
    let extremum = |dim, sign| Extremum { dim, sign };
    run(vec![
        case("max_dim", extremum(1, 1.0), a()),
        case("max_dim last", extremum(2, 1.0), a()),
        case("min_dim", extremum(1, -1.0), a()),
        case("min_dim first", extremum(0, -1.0), a()),
    ]);
    let x = [Array::from_vec(
        vec![1.0, 4.0, -2.0, 0.0, 4.0, -2.0],
        &[2, 3],
        Precision::F64,
        &Device::flex(),
    )];
    assert_eq!(value(extremum(1, 1.0), &x), [4.0, 4.0]);
    assert_eq!(value(extremum(1, -1.0), &x), [-2.0, -2.0]);
    assert_eq!(value(extremum(0, 1.0), &x), [1.0, 4.0, -2.0]);
    // Of equals the first is the winner.
    let (value, saved) = extremum(0, 1.0).value(&x);
    let at = hesscope_hvp::rules::Point {
        inputs: &x,
        value: &value,
        saved: &saved,
    };
    let pulled = extremum(0, 1.0).vjp(at, &counting(&[1, 1, 3]).add_scalar(1.0), &[true]);
    let pulled = values(pulled[0].as_ref().expect("wanted"));
    assert_eq!(pulled, [1.0, 2.0, 3.0, 0.0, 0.0, 0.0]);
    assert_eq!(extremum(0, 1.0).name(), "max_dim");
    assert_eq!(extremum(0, -1.0).name(), "min_dim");
}

#[test]
fn parts() {
    let mut n = Numbers(53);
    let mut a = |shape: &[usize]| n.array(shape, -1.0, 1.0);
    let slice = |ranges: &[Range]| Slice {
        ranges: ranges.to_vec(),
    };
    let assign = |ranges: &[Range]| SliceAssign {
        ranges: ranges.to_vec(),
    };
    let plain = [range(0, 2, 1), range(1, 3, 1), range(0, 4, 1)];
    let steps = [range(0, 2, 1), range(0, 5, 2), range(1, 6, 3)];
    let back = [range(0, 2, 1), range(1, 5, -1), range(0, 6, -2)];
    let whole = [2, 5, 6];
    run(vec![
        case("slice", slice(&plain), vec![a(&whole)]),
        case("slice with steps", slice(&steps), vec![a(&whole)]),
        case("slice backwards", slice(&back), vec![a(&whole)]),
        case(
            "slice_assign",
            assign(&plain),
            vec![a(&whole), a(&[2, 2, 4])],
        ),
        case(
            "slice_assign with steps",
            assign(&steps),
            vec![a(&whole), a(&[2, 3, 2])],
        ),
        case(
            "slice_assign backwards",
            assign(&back),
            vec![a(&whole), a(&[2, 4, 3])],
        ),
        with_fixed(
            "slice_assign, part fixed",
            assign(&plain),
            vec![(a(&whole), false), (a(&[2, 2, 4]), true)],
        ),
        with_fixed(
            "slice_assign, rest fixed",
            assign(&plain),
            vec![(a(&whole), true), (a(&[2, 2, 4]), false)],
        ),
    ]);
    let pad = |around: &[(usize, usize)], value| Pad {
        around: around.to_vec(),
        value,
    };
    run(vec![
        case(
            "pad",
            pad(&[(0, 0), (1, 2), (3, 0)], 0.5),
            vec![a(&[2, 3, 2])],
        ),
        case("pad none", pad(&[(0, 0); 3], 0.5), vec![a(&[2, 3, 2])]),
    ]);
    let around = pad(&[(0, 1), (1, 0)], f64::NEG_INFINITY);
    let padded = value(around, &[counting(&[1, 2])]);
    assert_eq!(padded[..3], [f64::NEG_INFINITY, 0.0, 1.0]);
    assert_eq!(padded[3..], [f64::NEG_INFINITY; 3]);
    let x = counting(&[1, 6]);
    let every = range(0, 1, 1);
    assert_eq!(
        value(slice(&[every, range(1, 6, 2)]), std::slice::from_ref(&x)),
        [1.0, 3.0, 5.0]
    );
    assert_eq!(
        value(slice(&[every, range(1, 4, -1)]), std::slice::from_ref(&x)),
        [3.0, 2.0, 1.0]
    );
    let part = counting(&[1, 3]).neg();
    assert_eq!(
        value(assign(&[every, range(0, 5, 2)]), &[x, part]),
        [0.0, 1.0, -1.0, 3.0, -2.0, 5.0]
    );
}
