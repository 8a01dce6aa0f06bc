//! What each rule says of itself: the numbers it computes on the way for a direction and once for all, those it keeps,
//! and its multiplications. `tests/scratch.rs` holds the large of these against memory that is really
//! taken; here every one of them is counted by hand at a small shape.

use burn::tensor::Device;
use hesscope_hvp::rules::{
    Rule,
    activation::Pointwise,
    batch_norm_relu::BatchNormRelu,
    batch_norm_train::BatchNormTrain,
    convolution::{Conv2d, ConvTranspose2d},
    discrete::Discrete,
    elementwise::{Add, Affine, Div, Mul, Sub},
    indexing::{Gather, ScatterAdd, Select, SelectAdd},
    linear::{Linear, Matmul},
    masking::{MaskFill, MaskWhere},
    normalization::BatchNorm,
    one_dimension::OneDimension,
    pooling::{AdaptiveAvgPool2d, AvgPool2d, MaxPool2d},
    reduction::{Extremum, SumDim},
    shape::{Cat, Flip, Permute, Reshape},
    standardization::Standardize,
};
use hesscope_hvp::{Array, Precision};

/// Numbers for a direction, once for all, kept, and multiplications.
type Counts = [usize; 4];

#[track_caller]
fn says(rule: &dyn Rule, inputs: &[&[usize]], value: &[usize], counts: Counts) {
    let said = [
        rule.scratch(inputs, value),
        rule.shared_scratch(inputs, value),
        rule.saved(inputs, value),
        rule.multiply_adds(inputs, value),
    ];
    assert_eq!(said, counts, "{}", rule.name());
}

const WHOLE: &[usize] = &[2, 3, 4];
const ROW: &[usize] = &[1, 1, 4];
const IMAGES: &[usize] = &[2, 3, 6, 5];
const CHANNELS: &[usize] = &[3];

#[test]
fn element_by_element() {
    let one = &[WHOLE];
    for (rule, arrays) in [
        (Pointwise::Relu, 1),
        (Pointwise::Exp, 1),
        (Pointwise::Sigmoid, 3),
        (Pointwise::Tanh, 2),
        (Pointwise::LeakyRelu { slope: 0.1 }, 2),
    ] {
        says(&rule, one, WHOLE, [0, 24 * arrays, 0, 0]);
    }
    says(&Add, &[WHOLE, WHOLE], WHOLE, [0; 4]);
    says(&Add, &[WHOLE, ROW], WHOLE, [0; 4]);
    says(&Sub, &[WHOLE, WHOLE], WHOLE, [0; 4]);
    says(&Sub, &[WHOLE, ROW], WHOLE, [4, 0, 0, 0]);
    says(&Mul, &[WHOLE, ROW], WHOLE, [24, 0, 0, 0]);
    says(&Div, &[WHOLE, ROW], WHOLE, [72, 24, 0, 0]);
    let affine = Affine {
        scale: 2.0,
        shift: 1.0,
    };
    says(&affine, one, WHOLE, [0, 24, 0, 0]);
    assert!(Mul.curved() && Div.curved());
    let straight: [&dyn Rule; 5] = [&Add, &Sub, &affine, &Pointwise::Abs, &Pointwise::Relu];
    assert!(straight.iter().all(|rule| !rule.curved()));
    let rounded = Discrete::new("round", |inputs| inputs[0].clone());
    assert!(rounded.piecewise_constant() && !Mul.piecewise_constant());
}

#[test]
fn products() {
    says(&Matmul, &[&[5, 4], &[4, 6]], &[5, 6], [30, 0, 0, 120]);
    says(&Matmul, &[&[5, 40], &[40, 2]], &[5, 2], [10, 0, 0, 400]);
    // The second factor's cotangent is summed over 3 products of 7 x 6 before it is that of one.
    let (left, right): (&[usize], &[usize]) = (&[3, 2, 7], &[1, 7, 6]);
    says(&Matmul, &[left, right], &[3, 2, 6], [3 * 42, 0, 0, 7 * 36]);
    says(
        &Matmul,
        &[&[1, 6, 7], &[3, 7, 2]],
        &[3, 6, 2],
        [3 * 42, 0, 0, 7 * 36],
    );
    says(
        &Linear,
        &[&[2, 5, 4], &[4, 6], &[6]],
        &[2, 5, 6],
        [60, 0, 0, 240],
    );
}

#[test]
fn other_places() {
    let other = Reshape { shape: vec![6, 4] };
    says(&other, &[WHOLE], &[6, 4], [0; 4]);
    let permuted = Permute {
        axes: vec![2, 0, 1],
    };
    says(&permuted, &[WHOLE], &[4, 2, 3], [0; 4]);
    says(&Cat { dim: 1 }, &[WHOLE, WHOLE], &[2, 6, 4], [48, 0, 0, 0]);
    let sum = SumDim { dim: 1, scale: 1.0 };
    says(&sum, &[WHOLE], &[2, 1, 4], [8, 0, 0, 0]);
    let largest = Extremum { dim: 1, sign: 1.0 };
    says(&largest, &[WHOLE], &[2, 1, 4], [8, 24, 8, 0]);
    assert_eq!(sum.looked_up(), None);
    let turned = Flip { axes: vec![1] };
    says(&turned, &[WHOLE], WHOLE, [24, 72, 0, 0]);
    let shape = WHOLE.to_vec();
    let straight: [&dyn Rule; 5] = [
        &MaskFill {
            value: 0.0,
            shape: shape.clone(),
        },
        &MaskWhere { shape },
        &turned,
        &Cat { dim: 1 },
        &largest,
    ];
    assert!(straight.iter().all(|rule| !rule.curved()));
    for axis in [0, 2] {
        let rules: [&dyn Rule; 4] = [
            &Select { dim: axis },
            &SelectAdd { dim: axis },
            &Gather { dim: axis },
            &ScatterAdd { dim: axis },
        ];
        for rule in rules {
            assert_eq!(rule.looked_up(), Some(axis));
            assert!(!rule.curved());
        }
    }
    says(
        &Standardize { epsilon: 1e-5 },
        &[WHOLE],
        WHOLE,
        [24, 72, 6, 0],
    );
}

#[test]
fn images() {
    let all = 2 * 3 * 6 * 5;
    let norm = BatchNorm { epsilon: 1e-5 };
    says(
        &norm,
        &[IMAGES, CHANNELS, CHANNELS, CHANNELS, CHANNELS],
        IMAGES,
        [0; 4],
    );
    let norm = BatchNormTrain { epsilon: 1e-5 };
    says(&norm, &[IMAGES, CHANNELS, CHANNELS], IMAGES, [0, all, 6, 0]);
    says(
        &BatchNormRelu { norm },
        &[IMAGES, CHANNELS, CHANNELS],
        IMAGES,
        [all, 2 * all, 6, 0],
    );
    let mean = |channel: usize| [0.5, 2.5][channel];
    let x = (0..2 * 2 * 4).map(|i| mean(i / 4 % 2) + [1.0, -1.0][i % 2]);
    let x = Array::from_vec(x.collect(), &[2, 2, 2, 2], Precision::F64, &Device::flex());
    let one = Array::from_vec(vec![1.0; 2], &[2], Precision::F64, &Device::flex());
    for rule in [&norm as &dyn Rule, &BatchNormRelu { norm }] {
        let (_, saved) = rule.value(&[x.clone(), one.clone(), one.clone()]);
        let [means, variances] = rule
            .batch_statistics(&saved)
            .expect("statistics of the batch");
        assert_eq!(means.to_f64().expect("numbers"), [0.5, 2.5]);
        assert_eq!(variances.to_f64().expect("numbers"), [1.0, 1.0]);
    }
    let max = MaxPool2d {
        kernel_size: [2, 2],
        stride: [2, 1],
        padding: [0, 0],
        dilation: [1, 1],
        ceil_mode: false,
    };
    says(&max, &[IMAGES], &[2, 3, 3, 4], [0, all, 72, 0]);
    let mean = AvgPool2d {
        kernel_size: [2, 2],
        stride: [2, 1],
        padding: [0, 0],
        count_include_pad: true,
        ceil_mode: false,
    };
    says(&mean, &[IMAGES], &[2, 3, 3, 4], [all, 0, 0, 0]);
}

#[test]
fn convolutions() {
    let conv = |groups| Conv2d {
        stride: [1, 1],
        padding: [(1, 1), (1, 1)],
        dilation: [1, 1],
        groups,
    };
    let (images, filters): (&[usize], &[usize]) = (&[2, 4, 6, 5], &[6, 2, 3, 3]);
    let value: &[usize] = &[2, 6, 6, 5];
    let each = 2 * 9;
    says(&conv(2), &[images, filters], value, [0, 0, 0, 360 * each]);
    // Filters of 3 x 3 over many channels are kept as the 4 x 4 numbers of a tile, those of each filter 16 numbers further apart.
    let (images, filters): (&[usize], &[usize]) = (&[4, 64, 16, 16], &[64, 64, 3, 3]);
    let value: &[usize] = &[4, 64, 16, 16];
    let kept = 64 * (16 * 64 + 16);
    let each = 64 * 9;
    says(
        &conv(1),
        &[images, filters],
        value,
        [2 * kept, 0, kept, 65536 * each],
    );
    // The weights of single pixels are added up in four parts.
    let pointwise = Conv2d {
        padding: [(0, 0), (0, 0)],
        ..conv(2)
    };
    let (images, filters): (&[usize], &[usize]) = (&[2, 4, 6, 6], &[6, 2, 1, 1]);
    let value: &[usize] = &[2, 6, 6, 6];
    says(
        &pointwise,
        &[images, filters],
        value,
        [0, 4 * 12, 0, 432 * 2],
    );
    let transposed = ConvTranspose2d {
        stride: [2, 2],
        padding: [1, 1],
        padding_out: [0, 0],
        dilation: [1, 1],
        groups: 1,
    };
    let (images, filters): (&[usize], &[usize]) = (&[2, 4, 3, 3], &[4, 2, 3, 3]);
    let value: &[usize] = &[2, 2, 5, 5];
    says(&transposed, &[images, filters], value, [100, 0, 0, 72 * 18]);
    // Those of the convolution of which it is the transpose.
    let transposed = ConvTranspose2d {
        stride: [1, 1],
        ..transposed
    };
    let (images, filters): (&[usize], &[usize]) = (&[4, 64, 16, 16], &[64, 64, 3, 3]);
    let value: &[usize] = &[4, 64, 16, 16];
    says(
        &transposed,
        &[images, filters],
        value,
        [65536 + 2 * kept, 0, 0, 65536 * each],
    );
    let transposed = ConvTranspose2d {
        padding: [0, 0],
        ..transposed
    };
    let (images, filters): (&[usize], &[usize]) = (&[2, 4, 6, 6], &[4, 6, 1, 1]);
    let value: &[usize] = &[2, 6, 6, 6];
    says(
        &transposed,
        &[images, filters],
        value,
        [432, 4 * 24, 0, 288 * 6],
    );
}

#[test]
fn sequences_as_images_of_height_one() {
    let rule = OneDimension {
        name: "max_pool1d",
        rule: MaxPool2d {
            kernel_size: [1, 3],
            stride: [1, 1],
            padding: [0, 0],
            dilation: [1, 1],
            ceil_mode: false,
        },
    };
    says(&rule, &[&[2, 3, 7]], &[2, 3, 5], [0, 42, 30, 0]);
    let rule = OneDimension {
        name: "avg_pool1d",
        rule: AdaptiveAvgPool2d {
            output_size: [1, 2],
        },
    };
    says(&rule, &[&[2, 3, 7]], &[2, 3, 2], [42, 0, 0, 0]);
}
