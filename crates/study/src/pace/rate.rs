//! Examples a second over the last while, and the time that work takes at that rate.

use std::time::Duration;

/// The pace is that of about the last so many seconds.
const MEMORY: f64 = 20.0;
/// Nothing is said of a pace that was watched for less than this.
const LEAST_SECONDS: f64 = 1.0;
const LEAST_BATCHES: usize = 3;

/// The pace of a training, from the batches and evaluations watched.
#[derive(Debug, Default)]
pub struct Pace {
    /// Examples and seconds, earlier ones counting less and less.
    examples: f64,
    seconds: f64,
    /// What was watched altogether.
    watched: f64,
    batches: usize,
    /// Seconds of the last evaluation of both splits.
    evaluation: Option<f64>,
}

/// Work to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// Examples to train on.
    pub examples: usize,
    /// Evaluations of both splits.
    pub evaluations: usize,
}

/// Time left, in words of [`Display`](std::fmt::Display).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Left {
    seconds: f64,
    /// Whether something is left whose time is not known.
    at_least: bool,
}

impl Pace {
    /// A batch took so long.
    pub fn batch(&mut self, examples: usize, time: Duration) {
        let seconds = time.as_secs_f64();
        let fade = (-seconds / MEMORY).exp();
        self.examples = self.examples * fade + examples as f64;
        self.seconds = self.seconds * fade + seconds;
        self.watched += seconds;
        self.batches += 1;
    }

    /// An evaluation of both splits took so many seconds.
    pub fn evaluation(&mut self, seconds: f64) {
        self.evaluation = Some(seconds);
    }

    /// Examples trained on in a second, once that is known well enough.
    pub fn examples_per_second(&self) -> Option<f64> {
        let known = self.batches >= LEAST_BATCHES && self.watched >= LEAST_SECONDS;
        known.then(|| self.examples / self.seconds)
    }

    /// The time that `work` takes at this pace, once the pace is known.
    pub fn left(&self, work: Work) -> Option<Left> {
        let training = work.examples as f64 / self.examples_per_second()?;
        let evaluations = work.evaluations as f64 * self.evaluation.unwrap_or(0.0);
        Some(Left {
            seconds: training + evaluations,
            at_least: work.evaluations > 0 && self.evaluation.is_none(),
        })
    }
}

impl std::ops::Add for Work {
    type Output = Work;

    fn add(self, other: Work) -> Work {
        Work {
            examples: self.examples.saturating_add(other.examples),
            evaluations: self.evaluations + other.evaluations,
        }
    }
}

impl std::fmt::Display for Left {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.at_least {
            f.write_str("at least ")?;
        }
        let seconds = self.seconds.ceil() as u64;
        match seconds {
            0..60 => write!(f, "{seconds} s"),
            60..3600 => write!(f, "{} min {:02} s", seconds / 60, seconds % 60),
            _ => write!(f, "{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(examples: usize, evaluations: usize) -> Work {
        Work {
            examples,
            evaluations,
        }
    }

    fn said(pace: &Pace, work: Work) -> Option<String> {
        pace.left(work).map(|left| left.to_string())
    }

    #[test]
    fn nothing_is_said_before_it_is_known() {
        let mut pace = Pace::default();
        assert_eq!(pace.left(work(100, 0)), None);
        pace.batch(50, Duration::from_secs(5));
        pace.batch(50, Duration::from_secs(5));
        assert_eq!(pace.examples_per_second(), None, "two batches");
        let mut pace = Pace::default();
        for _ in 0..9 {
            pace.batch(50, Duration::from_millis(100));
        }
        assert_eq!(pace.examples_per_second(), None, "less than a second");
        for _ in 0..3 {
            pace.batch(50, Duration::from_millis(100));
        }
        let rate = pace.examples_per_second().expect("known");
        assert!((rate - 500.0).abs() < 5.0, "{rate}");
    }

    #[test]
    fn a_steady_pace_is_told_as_it_is() {
        let mut pace = Pace::default();
        for _ in 0..100 {
            pace.batch(10, Duration::from_secs(1));
        }
        let rate = pace.examples_per_second().expect("known");
        assert!((rate - 10.0).abs() < 0.3, "{rate}");
    }

    #[test]
    fn what_was_long_ago_is_forgotten() {
        let mut pace = Pace::default();
        for _ in 0..100 {
            pace.batch(10, Duration::from_secs(1));
        }
        for _ in 0..200 {
            pace.batch(10, Duration::from_millis(500));
        }
        let rate = pace.examples_per_second().expect("known");
        assert!((rate - 20.0).abs() < 0.8, "{rate}");
        // One slow batch does not turn it over.
        pace.batch(10, Duration::from_secs(5));
        let rate = pace.examples_per_second().expect("known");
        assert!(rate > 14.0, "{rate}");
    }

    #[test]
    fn evaluations_are_part_of_the_time_left() {
        let mut pace = Pace::default();
        for _ in 0..4 {
            // Short enough for nothing to be forgotten.
            pace.batch(1000, Duration::from_millis(300));
        }
        let rate = pace.examples_per_second().expect("known");
        let examples = (rate * 29.5) as usize;
        assert_eq!(said(&pace, work(examples, 0)).as_deref(), Some("30 s"));
        assert_eq!(
            said(&pace, work(examples, 2)).as_deref(),
            Some("at least 30 s"),
            "no evaluation was seen yet"
        );
        pace.evaluation(50.0);
        assert_eq!(
            said(&pace, work(examples, 2)).as_deref(),
            Some("2 min 10 s")
        );
        assert_eq!(
            said(&pace, work(examples, 100)).as_deref(),
            Some("1 h 23 min")
        );
        assert_eq!(said(&pace, work(0, 0)).as_deref(), Some("0 s"));
    }
}
