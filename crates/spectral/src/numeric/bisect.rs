//! Bisection.

/// Halves `[low, high]` so many times about where a condition turns false, which holds at `low` and not at `high`: the last
/// values known to be on either side.
pub(crate) fn bisect(
    [mut low, mut high]: [f64; 2],
    halvings: usize,
    holds: impl Fn(f64) -> bool,
) -> [f64; 2] {
    for _ in 0..halvings {
        let middle = 0.5 * (low + high);
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    [low, high]
}

/// The middle of what is left by [`bisect`].
pub(crate) fn bisected(range: [f64; 2], halvings: usize, holds: impl Fn(f64) -> bool) -> f64 {
    let [low, high] = bisect(range, halvings, holds);
    0.5 * (low + high)
}
