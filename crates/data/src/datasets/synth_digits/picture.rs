//! A grey picture that polylines are drawn on.

use super::geometry::{Point, distance_to_segment};
use super::shape::{SHAPE, SIDE};

/// One image in the making: brightness from 0 to 1, row-major; a pixel is a unit square.
pub(crate) struct Picture([f64; SHAPE.len()]);

impl Picture {
    /// A picture of one brightness.
    pub fn plain(brightness: f64) -> Self {
        Self([brightness; SHAPE.len()])
    }

    /// Draws a polyline of that half width in pixels; where it is brighter than the picture, it covers.
    pub fn draw(&mut self, line: &[Point], half_width: f64, brightness: f64) {
        for (index, pixel) in self.0.iter_mut().enumerate() {
            let centre = [(index % SIDE) as f64 + 0.5, (index / SIDE) as f64 + 0.5];
            let distance = line
                .windows(2)
                .map(|pair| distance_to_segment(centre, pair[0], pair[1]))
                .fold(f64::INFINITY, f64::min);
            // The edge takes one pixel to fade, as an image scaled down has it.
            let cover = (half_width - distance + 0.5).clamp(0.0, 1.0);
            *pixel = pixel.max(*pixel + cover * (brightness - *pixel));
        }
    }

    /// Adds to each pixel what `noise` gives.
    pub fn add(&mut self, mut noise: impl FnMut() -> f64) {
        for pixel in &mut self.0 {
            *pixel += noise();
        }
    }

    /// The picture in bytes, brightness 1 becoming 255.
    pub fn bytes(&self) -> [u8; SHAPE.len()] {
        self.0
            .map(|brightness| (brightness.clamp(0.0, 1.0) * 255.0).round() as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_a_line_of_the_asked_width_and_never_darkens() {
        let mut picture = Picture::plain(0.2);
        picture.draw(&[[4.5, -5.0], [4.5, 30.0]], 0.75, 1.0);
        picture.draw(&[[-5.0, 8.5], [30.0, 8.5]], 0.75, 0.1);
        for row in picture.bytes().chunks(SIDE) {
            // Half a pixel of the neighbours is covered by 1.5 pixels about the middle of column 4.
            assert_eq!(row[2..7], [51, 102, 255, 102, 51]);
        }
    }
}
