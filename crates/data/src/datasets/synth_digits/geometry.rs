//! Points, curves through them, and maps of the plane; no function that platforms round differently.

/// A point `[x, y]`; y grows downwards.
pub(crate) type Point = [f64; 2];

/// Straight pieces that each piece of a curve is drawn with.
const PIECES: usize = 6;

/// A curve through all `points` (a Catmull-Rom spline), as a polyline; closed if `closed`.
pub(crate) fn smooth(points: &[Point], closed: bool) -> Vec<Point> {
    let count = points.len();
    let at = |index: usize, offset: isize| {
        let index = index as isize + offset;
        let last = count as isize - 1;
        let index = if closed {
            index.rem_euclid(count as isize)
        } else {
            index.clamp(0, last)
        };
        points[index as usize]
    };
    let spans = if closed { count } else { count - 1 };
    let mut line = vec![points[0]];
    for span in 0..spans {
        let [before, start, end, after] = [-1, 0, 1, 2].map(|offset| at(span, offset));
        for piece in 1..=PIECES {
            let t = piece as f64 / PIECES as f64;
            line.push([0, 1].map(|axis| {
                let (a, b, c, d) = (before[axis], start[axis], end[axis], after[axis]);
                let bend = (2.0 * a - 5.0 * b + 4.0 * c - d) * t + (3.0 * (b - c) + d - a) * t * t;
                b + 0.5 * t * (c - a + bend)
            }));
        }
    }
    line
}

/// The distance from a point to the segment between two others.
pub(crate) fn distance_to_segment(point: Point, start: Point, end: Point) -> f64 {
    let along = [end[0] - start[0], end[1] - start[1]];
    let from_start = [point[0] - start[0], point[1] - start[1]];
    let length_squared = along[0] * along[0] + along[1] * along[1];
    let t = if length_squared > 0.0 {
        ((from_start[0] * along[0] + from_start[1] * along[1]) / length_squared).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let off = [from_start[0] - t * along[0], from_start[1] - t * along[1]];
    (off[0] * off[0] + off[1] * off[1]).sqrt()
}

/// A map of the plane: scale, then shear, then turn about the origin, then move.
pub(crate) struct Placement {
    /// Factors along x and y.
    pub scale: Point,
    /// How far x moves for each unit of y.
    pub shear: f64,
    /// The tangent of half the angle turned by, which gives sine and cosine by division alone.
    pub half_turn: f64,
    /// Where the origin goes.
    pub centre: Point,
}

impl Placement {
    /// Where a point goes.
    pub fn apply(&self, point: Point) -> Point {
        let y = self.scale[1] * point[1];
        let x = self.scale[0] * point[0] + self.shear * y;
        let square = self.half_turn * self.half_turn;
        let cosine = (1.0 - square) / (1.0 + square);
        let sine = 2.0 * self.half_turn / (1.0 + square);
        [
            self.centre[0] + cosine * x - sine * y,
            self.centre[1] + sine * x + cosine * y,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_pass_through_their_points() {
        let points = [[0.0, 0.0], [1.0, 2.0], [3.0, 1.0], [2.0, -1.0]];
        for closed in [false, true] {
            let line = smooth(&points, closed);
            for (index, point) in points.iter().enumerate() {
                let on_line = line[index * PIECES];
                assert!(distance_to_segment(*point, on_line, on_line) < 1e-12);
            }
            assert_eq!(line.len(), if closed { 25 } else { 19 });
        }
        assert_eq!(smooth(&points, true)[24], points[0]);
    }

    #[test]
    fn distances_to_the_inside_the_ends_and_a_dot() {
        let (start, end) = ([0.0, 0.0], [4.0, 0.0]);
        assert!((distance_to_segment([1.0, 3.0], start, end) - 3.0).abs() < 1e-12);
        assert!((distance_to_segment([7.0, 4.0], start, end) - 5.0).abs() < 1e-12);
        assert!((distance_to_segment([-3.0, 4.0], start, start) - 5.0).abs() < 1e-12);
    }

    #[test]
    fn a_placement_scales_shears_turns_and_moves() {
        let quarter = Placement {
            scale: [2.0, 3.0],
            shear: 0.5,
            half_turn: 1.0,
            centre: [10.0, 20.0],
        };
        // (1, 1) scales to (2, 3), shears to (3.5, 3), turns a quarter to (-3, 3.5).
        let [x, y] = quarter.apply([1.0, 1.0]);
        assert!((x - 7.0).abs() < 1e-12 && (y - 23.5).abs() < 1e-12);
    }
}
