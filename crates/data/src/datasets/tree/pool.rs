//! The threads that decode images.

use crate::error::DataError;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::OnceLock;

/// More threads than this do not decode faster than a disk gives bytes.
const MAX_THREADS: usize = 32;

/// One pool for the whole process, apart from the pool that computes, so that neither waits in the other's queue.
pub(crate) fn pool() -> Result<&'static ThreadPool, DataError> {
    static POOL: OnceLock<Result<ThreadPool, String>> = OnceLock::new();
    POOL.get_or_init(|| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        ThreadPoolBuilder::new()
            .num_threads(threads.min(MAX_THREADS))
            .thread_name(|index| format!("decode-{index}"))
            .build()
            .map_err(|error| error.to_string())
    })
    .as_ref()
    .map_err(|reason| DataError::Threads {
        reason: reason.clone(),
    })
}
