//! Which part of a density is resolved: where its band is narrow enough for a curve to say anything.

use std::ops::Range;

/// The upper end of a band over its lower end, from which a density is not resolved.
pub(crate) const WIDEST: f64 = 10.0;
/// Below this fraction of the peak of a single eigenvalue there is nothing left to resolve.
const NEGLIGIBLE: f64 = 0.2;
/// What is resolved over less than so many standard deviations of the Gaussians is no feature of its own.
const ISLAND: f64 = 3.0;

/// A density at points of equal distance, each eigenvalue broadened to a Gaussian.
pub(super) struct Bands<'a> {
    /// Lower and upper end of the band at each point.
    pub(super) ends: [&'a [f64]; 2],
    /// The height of a single eigenvalue, in the same unit.
    pub(super) single: f64,
    /// Standard deviation of the Gaussians, in points.
    pub(super) width: f64,
}

impl Bands<'_> {
    /// The stretches of points that are not resolved, in order, none touching the next.
    ///
    /// A point is not resolved where the band's upper end is more than [`WIDEST`] times its lower end and not negligible.
    /// Stretches with less than three standard deviations between them are one.
    pub(super) fn unresolved(&self) -> Vec<Range<usize>> {
        let [lower, upper] = self.ends;
        let open = |(low, high): (&f64, &f64)| {
            *high > NEGLIGIBLE * self.single && *high > WIDEST * low.max(0.0)
        };
        let least = ISLAND * self.width;
        let mut stretches: Vec<Range<usize>> = Vec::new();
        for (i, _) in lower
            .iter()
            .zip(upper)
            .enumerate()
            .filter(|(_, ends)| open(*ends))
        {
            match stretches.last_mut() {
                Some(last) if ((i - last.end) as f64) < least => last.end = i + 1,
                _ => stretches.push(i..i + 1),
            }
        }
        stretches
    }
}

/// The stretches between some others, up to `count`; each takes a point of its neighbours, so that curves meet their ends.
pub(super) fn between(stretches: &[Range<usize>], count: usize) -> Vec<Range<usize>> {
    let starts = std::iter::once(0).chain(stretches.iter().map(|stretch| stretch.end));
    let ends = stretches.iter().map(|stretch| stretch.start).chain([count]);
    starts
        .zip(ends)
        .filter(|(start, end)| start < end)
        .map(|(start, end)| start.saturating_sub(1)..(end + 1).min(count))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unresolved(lower: &[f64], upper: &[f64]) -> Vec<Range<usize>> {
        let bands = Bands {
            ends: [lower, upper],
            single: 5.0,
            width: 1.0,
        };
        bands.unresolved()
    }

    fn only(range: Range<usize>) -> Vec<Range<usize>> {
        std::iter::once(range).collect()
    }

    #[test]
    fn what_is_open_by_more_than_the_factor_or_begins_at_none_is_not_resolved() {
        let lower = [9.0, 1.0, 1.0, 0.0, 0.0, 0.0];
        let upper = [10.0, 9.9, 10.1, 1.1, 0.9, 0.1];
        assert_eq!(unresolved(&lower, &upper), only(2..4));
        assert_eq!(unresolved(&[], &[]), []);
    }

    #[test]
    fn stretches_about_an_island_are_one() {
        let upper = [9.0; 12];
        let mut lower = [0.0; 12];
        (lower[2], lower[3]) = (8.0, 8.0);
        (6..10).for_each(|i| lower[i] = 8.0);
        assert_eq!(unresolved(&lower, &upper), [0..6, 10..12]);
        assert_eq!(between(&[0..6, 10..12], 12), only(5..11));
        assert_eq!(between(&only(3..6), 12), [0..4, 5..12]);
        assert_eq!(between(&[], 4), only(0..4));
        assert!(between(&[], 0).is_empty());
    }
}
