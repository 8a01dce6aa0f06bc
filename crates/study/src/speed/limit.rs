//! Examples that are given out for a limited time, so that a product over many mini-batches ends when it takes too long.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hesscope_hvp::{Examples, Samples, Source, SourceError};

/// A moment behind which no more examples are given out, shared by those who set it and those who keep it.
#[derive(Clone, Default)]
pub struct Deadline(Arc<Mutex<Option<Instant>>>);

impl Deadline {
    /// Sets it to so many seconds from now.
    pub fn set(&self, seconds: f64) {
        self.replace(Instant::now().checked_add(Duration::from_secs_f64(seconds)));
    }

    /// Takes it away.
    pub fn lift(&self) {
        self.replace(None);
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        let moment = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        moment.is_some_and(|moment| Instant::now() > moment)
    }

    fn replace(&self, moment: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = moment;
    }
}

/// Examples that are given out until the deadline.
pub struct Limited {
    pub examples: Examples,
    pub deadline: Deadline,
}

impl Source for Limited {
    fn len(&self) -> usize {
        self.examples.len()
    }

    fn batch(&self, range: Range<usize>) -> Result<Samples, SourceError> {
        if self.deadline.is_over() {
            return Err("the time is over".into());
        }
        self.examples.batch(range)
    }
}
