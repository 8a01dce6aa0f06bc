//! What training sees.

use crate::files::{Place, encoded, to_bytes};
use hesscope_data::{Dataset, DatasetSpec, Draw, load};
use image::{ImageFormat, Rgb, RgbImage};

/// Three images whose red grows from left to right and whose green from top to bottom.
fn gradients(augment: bool) -> Dataset {
    let place = Place::new();
    let image = RgbImage::from_fn(128, 128, |x, y| Rgb([(2 * x) as u8, (2 * y) as u8, 77]));
    for name in ["1", "2", "3"] {
        place.write(
            &format!("train/a/{name}.png"),
            &encoded(&image, ImageFormat::Png),
        );
    }
    let spec = DatasetSpec {
        augment,
        image_size: Some(16),
        ..place.spec()
    };
    let data = load(&spec).unwrap();
    // Files are read anew for every epoch, so the folder has to stay.
    std::mem::forget(place);
    data
}

const fn draw(seed: u64, epoch: u64) -> Draw {
    Draw { seed, epoch }
}

#[test]
fn an_image_is_a_function_of_seed_epoch_and_place() {
    let data = gradients(true);
    let read = |indices: &[usize], draw| data.train.read_augmented(indices, draw).unwrap();
    let values = data.train.shape().len();
    let all = read(&[0, 1, 2], draw(1, 2));
    assert_eq!(
        read(&[2, 0], draw(1, 2)),
        [&all[2 * values..], &all[..values]].concat()
    );
    // The three files are the same, so what differs is the draw.
    assert_ne!(all[..values], all[values..2 * values]);
    assert_ne!(read(&[0], draw(1, 3)), all[..values]);
    assert_ne!(read(&[0], draw(2, 2)), all[..values]);
    // Analysis sees the same as ever.
    assert_ne!(data.train.read(&[0]).unwrap(), all[..values]);
    assert_eq!(
        data.train.read(&[0]).unwrap(),
        data.train.read(&[1]).unwrap()
    );
}

#[test]
fn without_augmentation_and_in_testing_nothing_changes() {
    let plain = gradients(false);
    let read = plain.train.read(&[0, 1]).unwrap();
    assert_eq!(
        plain.train.read_augmented(&[0, 1], draw(0, 0)).unwrap(),
        read
    );
    let augmented = gradients(true);
    assert_eq!(
        augmented.test.read_augmented(&[0, 1], draw(0, 0)).unwrap(),
        read
    );
}

/// Parts are inside the image, of the sizes and proportions of the law, and half are mirrored.
#[test]
fn parts_of_gradients_show_where_they_come_from() {
    let data = gradients(true);
    let (mut mirrored, mut areas) = (0, Vec::new());
    for epoch in 0..300 {
        let values = data.train.read_augmented(&[0], draw(0, epoch)).unwrap();
        let pixels = to_bytes(&data, &*data.train, &values);
        let (red, rest) = pixels.split_at(256);
        let (green, blue) = rest.split_at(256);
        assert!(blue.iter().all(|&byte| byte == 77));
        let across = f64::from(red[15]) - f64::from(red[0]);
        let down = f64::from(green[240]) - f64::from(green[0]);
        assert!(down > 0.0);
        mirrored += usize::from(across < 0.0);
        // 15 of 16 steps lie between the outermost pixels.
        areas.push(across.abs() * down * (16.0 * 16.0 / 15.0 / 15.0) / (256.0 * 256.0));
    }
    assert!((110..190).contains(&mirrored), "{mirrored}");
    let least = areas.iter().copied().fold(f64::INFINITY, f64::min);
    let most = areas.iter().copied().fold(0.0, f64::max);
    assert!((0.05..0.2).contains(&least), "{least}");
    assert!((0.85..1.1).contains(&most), "{most}");
}

/// One draw, so that a change of the law does not go unnoticed: training would not be repeatable.
#[test]
fn one_draw_is_pinned() {
    let data = gradients(true);
    let values = data.train.read_augmented(&[1], draw(3, 4)).unwrap();
    let pixels = to_bytes(&data, &*data.train, &values);
    assert_eq!(
        [pixels[0], pixels[15], pixels[256], pixels[256 + 240]],
        [69, 175, 42, 124]
    );
}
