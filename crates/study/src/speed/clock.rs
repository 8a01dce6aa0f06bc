//! Timing something that is done again and again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use hesscope_records::{Spread, Times};

use super::limit::Deadline;

/// The most times something is done after the first.
const REPEATS: usize = 5;

/// Seconds after which it is not done again.
const ENOUGH: f64 = 1.0;

/// The seconds of what was done.
#[derive(Debug, PartialEq)]
pub struct Seconds {
    first: f64,
    repeats: Vec<f64>,
}

/// Does something once, and then until it was done five times more or a second is over, within a limit of seconds.
///
/// `work` gives a sentence where it fails, as it does behind the deadline. That a device fails some drivers say by a panic:
/// it is caught, so that what comes after it is still tried.
pub fn time(
    what: &str,
    limit: f64,
    deadline: &Deadline,
    mut work: impl FnMut() -> Result<(), String>,
) -> Result<Seconds, String> {
    let mut once = || {
        let start = Instant::now();
        let done = catch_unwind(AssertUnwindSafe(&mut work));
        done.unwrap_or_else(|_| Err("the device failed, as was said above".into()))?;
        Ok::<f64, String>(start.elapsed().as_secs_f64())
    };
    deadline.set(limit);
    let first = once().map_err(|sentence| {
        if deadline.is_over() {
            format!("the first {what} was not done in {limit} s")
        } else {
            sentence
        }
    });
    let mut repeats = Vec::new();
    let mut failed = None;
    let again = Instant::now();
    while first.is_ok()
        && failed.is_none()
        && repeats.len() < REPEATS
        && !deadline.is_over()
        && (repeats.is_empty() || again.elapsed().as_secs_f64() < ENOUGH)
    {
        match once() {
            Ok(seconds) => repeats.push(seconds),
            Err(sentence) => failed = Some(sentence),
        }
    }
    let out_of_time = deadline.is_over();
    deadline.lift();
    let first = first?;
    match failed {
        Some(sentence) if !out_of_time => Err(sentence),
        _ if repeats.is_empty() => Err(format!(
            "the first {what} took {first:.1} s, and no other was done in {limit} s"
        )),
        _ => Ok(Seconds { first, repeats }),
    }
}

impl Seconds {
    /// As a record, of something that goes over so many examples with so many vectors in so many multiplications followed
    /// by an addition.
    pub fn times(self, examples: usize, vectors: usize, multiply_adds: Option<usize>) -> Times {
        let each = (examples * vectors) as f64;
        let mut sorted = self.repeats.clone();
        sorted.sort_by(f64::total_cmp);
        let [median, least, largest] = [sorted.len() / 2, 0, sorted.len() - 1].map(|i| sorted[i]);
        let milliseconds = |seconds: f64| 1e3 * seconds / each;
        Times {
            milliseconds: Spread {
                median: milliseconds(median),
                least: milliseconds(least),
                largest: milliseconds(largest),
            },
            examples_per_second: each / median,
            gflops: multiply_adds.map(|count| 2e-9 * count as f64 / median),
            reserved_bytes: None,
            first: self.first,
            repeats: self.repeats,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;
    use std::time::Duration;

    use super::*;

    fn timed(
        limit: f64,
        mut work: impl FnMut(usize, &Deadline) -> Result<(), String>,
    ) -> Result<Seconds, String> {
        let (deadline, mut count) = (Deadline::default(), 0);
        time("product", limit, &deadline.clone(), || {
            count += 1;
            work(count, &deadline)
        })
    }

    #[test]
    fn the_first_time_stands_apart_from_five_more() {
        let slow_first = |count, _: &Deadline| {
            sleep(Duration::from_millis(if count == 1 { 40 } else { 1 }));
            Ok(())
        };
        let seconds = timed(60.0, slow_first).expect("times");
        assert_eq!(seconds.repeats.len(), REPEATS);
        assert!(seconds.first >= 0.04);
        let times = seconds.times(10, 2, Some(500));
        let Spread {
            median,
            least,
            largest,
        } = times.milliseconds;
        assert!(0.05 <= least && least <= median && median <= largest);
        assert!((times.examples_per_second * median - 1e3).abs() < 1e-6);
        let rate = times.gflops.expect("a rate") * 1e9 * median * 20e-3;
        assert!((rate - 1000.0).abs() < 1e-6, "{rate}");
    }

    #[test]
    fn what_takes_too_long_or_fails_is_said() {
        let slow = |_, deadline: &Deadline| {
            sleep(Duration::from_millis(30));
            if deadline.is_over() {
                Err("the time is over".into())
            } else {
                Ok(())
            }
        };
        let sentence = timed(0.01, slow).expect_err("too slow");
        assert_eq!(sentence, "the first product was not done in 0.01 s");
        let sentence = timed(0.045, slow).expect_err("too slow");
        assert!(sentence.contains("took 0.0 s, and no other"), "{sentence}");
        let failing = |count, _: &Deadline| if count == 2 { Err("no".into()) } else { Ok(()) };
        assert_eq!(timed(60.0, failing), Err("no".into()));
        let panicking = |_, _: &Deadline| panic!("out of memory");
        let sentence = timed(60.0, panicking).expect_err("a panic");
        assert!(sentence.contains("the device failed"), "{sentence}");
    }
}
