use super::*;
use crate::array::host::tests::{error, near, numbers};
use crate::precision::Precision;

fn windows(channels: usize, filters: usize, extent: usize, before: usize) -> Windows {
    Windows {
        channels,
        filters,
        image: [extent; 2],
        kernel: [3, 3],
        output: [extent + 2 * before - 2; 2],
        stride: [1, 1],
        before: [before; 2],
        dilation: [1, 1],
        groups: 1,
    }
}

#[test]
fn tiles_go_in_stretches_of_about_so_many() {
    // 8 × 8 tiles an image.
    let tiling = tiling::Tiling::of(&windows(8, 9, 16, 1)).expect("plain windows");
    assert_eq!(
        [63, 64, 128, 640].map(|tiles| tiling.together(5, tiles)),
        [1, 1, 2, 5]
    );
    let stretches = |tiles| -> Vec<_> {
        let stretches = tiling.stretches(1..4, tiles);
        stretches.into_iter().map(|s| (s.images, s.rows)).collect()
    };
    assert_eq!(stretches(128), [(1..3, 0..8), (3..4, 0..8)]);
    assert_eq!(
        stretches(40)[..3],
        [(1..2, 0..5), (1..2, 5..8), (2..3, 0..5)]
    );
    assert_eq!(stretches(1).len(), 24);
    assert_eq!(layout::tiles_together(8, 8), 512);
    assert_eq!(layout::tiles_together(64, 64), 256);
    assert_eq!(layout::tiles_together(512, 512), 128);
}

#[test]
fn only_plain_windows_of_enough_tiles_go_through_tiles() {
    let plain = windows(8, 9, 16, 1);
    assert!(plain.in_tiles(1) && windows(8, 9, 4, 1).in_tiles(16));
    assert!(!windows(8, 9, 4, 1).in_tiles(15) && !windows(7, 9, 16, 1).in_tiles(9));
    assert!(!windows(9, 7, 16, 1).in_tiles(9));
    assert!(windows(8, 9, 16, 0).in_tiles(2) && windows(8, 9, 16, 2).in_tiles(1));
    assert!(!windows(8, 9, 16, 3).in_tiles(9));
    let with = |change: fn(&mut Windows)| {
        let mut windows = plain.clone();
        change(&mut windows);
        windows.in_tiles(100)
    };
    assert!(!with(|windows| windows.kernel = [3, 1]));
    assert!(!with(|windows| windows.stride = [1, 2]));
    assert!(!with(|windows| windows.dilation = [2, 1]));
    assert!(!with(|windows| windows.groups = 2));
    let mut nothing = plain.clone();
    (nothing.image[1], nothing.output[1]) = (1, 0);
    assert!(tiling::Tiling::of(&nothing).is_none());
    // Three zeros behind the image.
    assert!(with(|windows| windows.output[1] = 17) && !with(|windows| windows.output[1] = 18));
    assert_eq!(windows(17, 9, 20, 1).transformed(1), 9 * (16 * 17 + 16));
    assert_eq!(windows(17, 9, 4, 1).transformed(1), 0);
}

/// In float32 the sums of the transforms cost little beside those over channels.
#[test]
fn float32_keeps_its_accuracy() {
    let windows = windows(64, 32, 16, 1);
    let (x, w) = (
        numbers(&[1, 2, 64, 16, 16], 3),
        numbers(&[1, 32, 64, 3, 3], 7),
    );
    let [single_x, single_w] = [&x, &w].map(|array| array.clone().in_precision(Precision::F32));
    let count = 2 * 32 * 16 * 16;
    let mut exact = vec![0.0f64; count];
    let of = Directed::<f64>::of;
    windows.forward_unfolded(&[(&of(&x), &of(&w))], None, 1, &mut exact);
    let of = Directed::<f32>::of;
    let (x, w) = (of(&single_x), of(&single_w));
    let (mut tiles, mut unfolded) = (vec![0.0f32; count], vec![0.0f32; count]);
    windows.forward_in_tiles(&[(&x, &w)], None, None, 1, &mut tiles);
    windows.forward_unfolded(&[(&x, &w)], None, 1, &mut unfolded);
    let (tiles, unfolded) = (error(&tiles, &exact), error(&unfolded, &exact));
    assert!(
        tiles < 1e-6 && tiles < 4.0 * unfolded,
        "{tiles:e} and {unfolded:e}"
    );
}

/// Asserts that the contractions over tiles are those over columns, for pairs that have directions and share them.
fn as_columns(windows: &Windows, n: usize) {
    const K: usize = 3;
    let ([height, width], [below, beside]) = (windows.image, windows.output);
    let (channels, filters) = (windows.channels, windows.filters);
    let two = |first: usize, second: usize, shape: [usize; 4], seed: u64| {
        let [a, b, c, d] = shape;
        [first, second].map(|k| Directed::<f64>::of(&numbers(&[k, a, b, c, d], seed)))
    };
    let x = two(K, 1, [n, channels, height, width], 2);
    let weight = two(1, K, [filters, channels, 3, 3], 3);
    let y = two(K, 1, [n, filters, below, beside], 5);
    let bias = Directed::<f64>::of(&numbers(&[K, filters], 7));
    let mut filters_known = vec![f64::NAN; filters::transformed(filters, channels)];
    windows.transform_filters(weight[0].direction(0), &mut filters_known);
    for known in [None, Some(&filters_known[..])] {
        let pairs = [(&x[0], &weight[0]), (&x[1], &weight[1])];
        let mut found = vec![f64::NAN; K * n * filters * below * beside];
        let mut expected = found.clone();
        windows.forward_in_tiles(&pairs, known, Some(&bias), K, &mut found);
        windows.forward_unfolded(&pairs, Some(&bias), K, &mut expected);
        near(&found, &expected, 1e-13);

        let pairs = [(&weight[0], &y[0]), (&weight[1], &y[1])];
        let mut found = vec![f64::NAN; K * n * channels * height * width];
        let mut expected = found.clone();
        windows.pull_input_in_tiles(&pairs, known, K, &mut found);
        windows.pull_input_unfolded(&pairs, K, &mut expected);
        near(&found, &expected, 1e-13);
    }
    let pairs = [(&x[0], &y[1]), (&x[1], &y[0])];
    let mut found = vec![f64::NAN; K * filters * channels * 9];
    let mut expected = found.clone();
    windows.pull_weight_in_tiles(&pairs, K, n, &mut found);
    windows.pull_weight_unfolded(&pairs, n, &mut expected);
    near(&found, &expected, 1e-13);
}

#[test]
fn tiles_give_what_columns_give() {
    for before in 0..3 {
        as_columns(&windows(8, 9, 16, before), 2);
        // Several tasks of several images each, the last of fewer.
        let small = windows(9, 8, 7, before);
        let tiling = Tiling::of(&small).expect("plain windows");
        let together = tiling.together(71, layout::tiles_together(9, 8));
        assert!(1 < together && together < 71 && 71 % together != 0);
        as_columns(&small, 71);
    }
    // Uneven extents, one more line behind, and an image that goes in several stretches.
    let mut uneven = windows(10, 11, 9, 1);
    (uneven.image, uneven.output) = ([9, 60], [10, 60]);
    as_columns(&uneven, 3);
    // Products too large for threads to have their own.
    as_columns(&windows(60, 50, 8, 1), 17);
}
