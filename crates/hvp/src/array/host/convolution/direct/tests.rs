use super::frame::Stretch;
use super::weights::blocks;
use super::*;
use crate::array::Array;
use crate::array::host::tests::{error, near, numbers};
use crate::precision::Precision;

/// Windows side by side over images, with as many zeros before as behind, and one more line behind.
fn windows(
    [channels, filters]: [usize; 2],
    image: [usize; 2],
    kernel: [usize; 2],
    before: [usize; 2],
    dilation: [usize; 2],
) -> Windows {
    let output = [0, 1].map(|axis| {
        image[axis] + 2 * before[axis] + (1 - axis) - dilation[axis] * (kernel[axis] - 1)
    });
    Windows {
        channels,
        filters,
        image,
        kernel,
        output,
        stride: [1, 1],
        before,
        dilation,
        groups: 1,
    }
}

/// Windows of 3 × 3 whose output is as large as the image.
fn plain(channels: usize, filters: usize, extent: usize) -> Windows {
    let mut windows = windows([channels, filters], [extent; 2], [3, 3], [1, 1], [1, 1]);
    windows.output[0] = extent;
    windows
}

/// Windows of many kinds, with the images that they go over.
fn grid() -> Vec<(Windows, usize)> {
    vec![
        // One channel, one filter more than a block, an image in bands of which the last is lower.
        (plain(1, 13, 37), 2),
        // Several blocks, one of each size; channels that do not fit a cache together.
        (plain(30, 24, 16), 3),
        // Small images together, more in one stretch than in another.
        (plain(3, 5, 8), 13),
        (plain(7, 8, 3), 1),
        (windows([4, 6], [9, 14], [5, 5], [0, 0], [1, 1]), 2),
        (windows([2, 4], [9, 6], [2, 3], [0, 2], [1, 1]), 9),
        (windows([5, 4], [11, 7], [3, 2], [3, 1], [2, 3]), 2),
        (windows([2, 12], [5, 5], [4, 1], [2, 0], [1, 1]), 4),
        // Lines of the output that are longer than those of the image.
        (windows([3, 4], [4, 3], [3, 3], [1, 2], [1, 1]), 5),
    ]
}

/// Arguments of K directions and shared ones: [K or 1, …].
fn argument(directions: usize, shape: [usize; 4], seed: u64) -> Array {
    let [a, b, c, d] = shape;
    numbers(&[directions, a, b, c, d], seed)
}

#[test]
fn sums_in_registers_are_those_of_columns() {
    const K: usize = 3;
    for (windows, n) in grid() {
        let Windows {
            channels,
            filters,
            image: [h, w],
            output: [below, beside],
            kernel: [down, across],
            ..
        } = windows;
        assert!(Frame::of(&windows).is_some());
        let x = [K, 1].map(|k| argument(k, [n, channels, h, w], 2));
        let weight = [1, K].map(|k| argument(k, [filters, channels, down, across], 3));
        let y = [K, 1].map(|k| argument(k, [n, filters, below, beside], 5));
        let bias = numbers(&[K, filters], 7);
        let [x, weight, y] =
            [x, weight, y].map(|pair| pair.map(|array| Directed::<f64>::of(&array)));
        let bias = Directed::<f64>::of(&bias);

        let pairs = [(&x[0], &weight[0]), (&x[1], &weight[1])];
        let mut found = vec![f64::NAN; K * n * filters * below * beside];
        let mut expected = found.clone();
        for bias in [None, Some(&bias)] {
            windows.forward_directly(&pairs, bias, K, &mut found);
            windows.forward_unfolded(&pairs, bias, K, &mut expected);
            near(&found, &expected, 1e-13);
        }

        let pairs = [(&weight[0], &y[0]), (&weight[1], &y[1])];
        let mut found = vec![f64::NAN; K * n * channels * h * w];
        let mut expected = found.clone();
        windows.pull_input_directly(&pairs, K, &mut found);
        windows.pull_input_unfolded(&pairs, K, &mut expected);
        near(&found, &expected, 1e-13);

        let pairs = [(&x[0], &y[1]), (&x[1], &y[0])];
        let mut found = vec![f64::NAN; K * filters * channels * down * across];
        let mut expected = found.clone();
        windows.pull_weight_directly(&pairs, K, n, &mut found);
        windows.pull_weight_unfolded(&pairs, n, &mut expected);
        near(&found, &expected, 1e-13);
    }
}

#[test]
fn float32_is_as_exact_as_columns() {
    let (windows, n) = (plain(40, 12, 16), 6);
    let (x, y) = (
        numbers(&[1, n, 40, 16, 16], 3),
        numbers(&[1, n, 12, 16, 16], 7),
    );
    let [single_x, single_y] = [&x, &y].map(|array| array.clone().in_precision(Precision::F32));
    let of = Directed::<f64>::of;
    let mut exact = vec![0.0f64; 12 * 40 * 9];
    windows.pull_weight_unfolded(&[(&of(&x), &of(&y))], n, &mut exact);
    let of = Directed::<f32>::of;
    let (x, y) = (of(&single_x), of(&single_y));
    let [mut direct, mut unfolded] = [(); 2].map(|()| vec![0.0f32; exact.len()]);
    windows.pull_weight_directly(&[(&x, &y)], 1, n, &mut direct);
    windows.pull_weight_unfolded(&[(&x, &y)], n, &mut unfolded);
    let (direct, unfolded) = (error(&direct, &exact), error(&unfolded, &exact));
    assert!(
        direct < 1e-6 && direct < 2.0 * unfolded,
        "{direct:e} and {unfolded:e}"
    );
}

#[test]
fn thin_windows_side_by_side_are_direct() {
    let is = |windows: &Windows| {
        [
            windows.forward_is_direct(),
            windows.pull_input_is_direct(),
            windows.pull_weight_is_direct(),
        ]
    };
    assert_eq!(is(&plain(16, 16, 32)), [true; 3]);
    assert_eq!(is(&plain(16, 17, 16)), [false, true, true]);
    assert_eq!(is(&plain(17, 16, 16)), [true, false, true]);
    assert_eq!(is(&plain(17, 16, 17)), [false, false, true]);
    assert_eq!(is(&plain(17, 17, 8)), [false; 3]);
    // Of a block of filters most would be zeros.
    assert_eq!(is(&plain(3, 4, 8)), [true, false, true]);
    assert_eq!(is(&plain(4, 3, 8)), [false, true, true]);
    let with = |change: fn(&mut Windows)| {
        let mut windows = plain(8, 8, 8);
        change(&mut windows);
        windows.pull_weight_is_direct()
    };
    assert!(with(|_| ()));
    assert!(!with(|windows| windows.stride = [1, 2]));
    assert!(!with(|windows| windows.groups = 2));
    assert!(!with(|windows| windows.output = [0, 8]));
    // As many zeros as a window is long, on one side or the other.
    assert!(with(
        |windows| (windows.before, windows.output) = ([2, 1], [9, 8])
    ));
    assert!(!with(
        |windows| (windows.before, windows.output) = ([3, 1], [10, 8])
    ));
    assert!(with(|windows| windows.output = [9, 9]));
    assert!(!with(|windows| windows.output = [10, 8]));
    // The last lines of an image that no window reaches.
    assert!(!with(|windows| windows.output = [6, 8]));
    let thin = windows([8, 8], [8, 8], [1, 3], [0, 1], [1, 1]);
    assert!(!thin.pull_weight_is_direct());
    let square = windows([8, 8], [8, 8], [2, 2], [0, 0], [1, 1]);
    assert!(square.pull_weight_is_direct());
    // Tiles that only a forward pass would read are not made.
    assert_eq!(plain(16, 16, 32).transformed(1), 0);
    assert!(plain(16, 17, 16).transformed(1) > 0);
}

#[test]
fn stretches_are_bands_of_an_image_or_several_images() {
    let frame = |windows: &Windows| Frame::of(windows).expect("side by side");
    let spans = |stretches: Vec<Stretch>| -> Vec<_> {
        stretches.into_iter().map(|s| (s.images, s.band)).collect()
    };
    // Lines of 33 numbers, of which 16 are about 560.
    let large = plain(3, 4, 32);
    assert_eq!(
        spans(frame(&large).stretches(2)),
        [(0..1, 0..16), (0..1, 16..32), (1..2, 0..16), (1..2, 16..32)]
    );
    // Nine lines of nine numbers each, so that six images go together; of eight images, as many in one as in the other.
    let small = frame(&plain(3, 4, 8));
    assert_eq!(spans(small.stretches(8)), [(0..4, 0..8), (4..8, 0..8)]);
    assert_eq!(small.stretches(6).len(), 1);
    assert!(small.stretches(0).is_empty());
    let stretch = &small.stretches(6)[0];
    let lines = 5 * 9 + 8;
    assert_eq!(
        small.spread(stretch),
        (9 * lines as usize).next_multiple_of(16)
    );
    assert_eq!(small.framed(stretch), small.spread(stretch) + 2 * 9 + 2);
}

#[test]
fn filters_go_in_blocks() {
    let of = |filters| -> Vec<_> {
        let blocks = blocks(filters);
        blocks.map(|block| (block.start, block.end)).collect()
    };
    assert_eq!(of(3), [(0, 4)]);
    assert_eq!(of(12), [(0, 12)]);
    assert_eq!(of(13), [(0, 12), (12, 16)]);
    assert_eq!(of(19), [(0, 12), (12, 20)]);
}
