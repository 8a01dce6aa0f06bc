//! From a digit's styles to one image: everything that varies, and by how much.

use super::geometry::{Placement, Point, smooth};
use super::glyphs::{Stroke, Style};
use super::picture::Picture;
use super::shape::{SHAPE, SIDE};
use crate::stream::Stream;

/// How far a point of a stroke strays along each axis, in units of the digit's size.
const STRAY: f64 = 0.045;
/// How often there is clutter.
const CLUTTER: f64 = 0.35;

/// Draws one image of the digit with these styles; `name` names its random stream.
pub(crate) fn draw_digit(styles: &[Style], name: &[u64]) -> [u8; SHAPE.len()] {
    let mut random = Stream::new("synth-digits 1", name);
    let style = styles[random.index(styles.len())];
    let placement = placement(&mut random);
    let half_width = random.between(0.35, 1.05);
    let brightness = random.between(0.55, 1.0);
    let mut picture = Picture::plain(random.between(0.0, 0.12));

    if random.chance(CLUTTER) {
        let line = clutter(&mut random);
        let half_width = random.between(0.3, 0.7);
        picture.draw(&line, half_width, random.between(0.3, 0.8));
    }
    for stroke in style {
        let line = written(stroke, &placement, &mut random);
        picture.draw(&line, half_width, brightness);
    }
    let noise = random.between(0.02, 0.14);
    // The sum of four uniform numbers is close to a Gaussian of standard deviation 2 / sqrt(3).
    picture.add(|| noise * (0..4).map(|_| random.between(-1.0, 1.0)).sum::<f64>());
    picture.bytes()
}

/// Where the unit square of the digit goes: turned up to 17 degrees, slanted, stretched and moved.
fn placement(random: &mut Stream) -> Placement {
    let middle = SIDE as f64 / 2.0;
    let size = random.between(10.5, 15.0);
    Placement {
        scale: [size * random.between(0.75, 1.05), size],
        shear: random.between(-0.35, 0.2),
        half_turn: random.between(-0.15, 0.15),
        centre: [0, 1].map(|_| middle + random.between(-1.5, 1.5)),
    }
}

/// A stroke as written by an unsteady hand, in pixels.
fn written(stroke: &Stroke, placement: &Placement, random: &mut Stream) -> Vec<Point> {
    let points: Vec<Point> = stroke
        .points()
        .iter()
        .map(|point| {
            placement.apply(point.map(|along| along - 0.5 + random.between(-STRAY, STRAY)))
        })
        .collect();
    match stroke {
        Stroke::Straight(_) => points,
        Stroke::Curve(_) => smooth(&points, false),
        Stroke::Loop(_) => smooth(&points, true),
    }
}

/// A short straight line anywhere.
fn clutter(random: &mut Stream) -> [Point; 2] {
    let start = [0, 1].map(|_| random.between(0.0, SIDE as f64));
    [start, start.map(|along| along + random.between(-4.0, 4.0))]
}
