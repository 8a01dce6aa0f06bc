//! What threads do side by side.

use rayon::prelude::*;

/// Calls `run` for chunks of `each` numbers, side by side or one after another.
pub(super) fn chunks<T: Send>(
    numbers: &mut [T],
    each: usize,
    side_by_side: bool,
    run: impl Fn(usize, &mut [T]) + Send + Sync,
) {
    let run = |(index, chunk): (usize, &mut [T])| run(index, chunk);
    if side_by_side {
        numbers.par_chunks_mut(each).enumerate().for_each(run);
    } else {
        numbers.chunks_mut(each).enumerate().for_each(run);
    }
}

/// Whether so many tasks are so few that each should be done by several threads. No number depends on it.
pub(super) fn few(tasks: usize) -> bool {
    tasks < 2 * rayon::current_num_threads()
}

#[cfg(test)]
mod tests {
    use super::few;

    #[test]
    fn two_tasks_a_thread_are_not_few() {
        let threads = rayon::current_num_threads();
        assert!(few(2 * threads - 1) && !few(2 * threads) && !few(2 * threads + 1));
    }
}
