//! The threads that compute.

use rayon::ThreadPoolBuilder;

use crate::failure::Failure;

/// Starts the threads that batches and matrices are divided among, one for each processor or as many as `RAYON_NUM_THREADS`
/// says; so many processes of the machine share its processors. They would be started when they are first needed, and a system that has none left would be met in the middle of the
/// work.
pub fn start(processes: usize) -> Result<(), Failure> {
    let mut threads = ThreadPoolBuilder::new();
    if processes > 1 && std::env::var_os("RAYON_NUM_THREADS").is_none() {
        // A launcher may have bound each process to some of them already.
        let processors = std::thread::available_parallelism().map_or(1, |count| count.get());
        threads = threads.num_threads((processors / processes).max(1));
    }
    threads.build_global().map_err(|error| {
        Failure::new(format!(
            "cannot start the threads that compute ({error}): raise the limit on processes (`ulimit -u`), or set \
             RAYON_NUM_THREADS to fewer"
        ))
    })
}
