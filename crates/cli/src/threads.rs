//! The threads that compute.

use rayon::ThreadPoolBuilder;

use crate::failure::Failure;

/// Starts the threads that batches and matrices are divided among, one for each processor or as many as `RAYON_NUM_THREADS`
/// says. They would be started when they are first needed, and a system that has none left would be met in the middle of the
/// work.
pub fn start() -> Result<(), Failure> {
    ThreadPoolBuilder::new().build_global().map_err(|error| {
        Failure::new(format!(
            "cannot start the threads that compute ({error}): raise the limit on processes (`ulimit -u`), or set \
             RAYON_NUM_THREADS to fewer"
        ))
    })
}
