//! The trace of one operator, by random vectors.

use hesscope_measure::ObservedOperator;
use hesscope_records::Terms;
use hesscope_spectral::{
    HutchinsonOptions, TraceEstimate, XtraceOptions, hutchinson_trace, xtrace,
};

use super::opened::Opened;
use crate::counts::{MOST, require_count};
use crate::error::StudyError;
use crate::run::require_class;

/// An estimator of the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceMethod {
    /// [`hutchinson_trace`]: one product a vector, no memory.
    Hutchinson,
    /// [`xtrace`]: two products a vector, and the memory of all vectors.
    Xtrace,
}

/// How a trace is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceRequest {
    /// The estimator.
    pub method: TraceMethod,
    /// Random vectors.
    pub probes: usize,
}

impl TraceRequest {
    /// Checks the number of vectors by itself.
    ///
    /// # Errors
    ///
    /// None, or more than there can be, by its flag.
    pub fn check(&self) -> Result<(), StudyError> {
        if self.probes == 0 {
            return Err(StudyError::setting(
                "--probes is 0: give at least 2, from which an error can be had",
            ));
        }
        require_count("--probes", self.probes, MOST)
    }
}

/// Estimates the trace of an operator; it is not kept.
///
/// # Errors
///
/// A number out of range, vectors that do not fit the memory, and what the products fail with.
pub fn trace(
    opened: &Opened<'_>,
    operator: Terms,
    request: TraceRequest,
) -> Result<TraceEstimate, StudyError> {
    request.check()?;
    require_class(operator, opened.run().classes())?;
    let problem = opened.problem()?;
    let observer = opened.observer();
    let words = format!("trace of {operator}");
    let operator = problem.operator(operator);
    let operator = ObservedOperator::new(&operator, observer);
    let seed = opened.run().settings().all_seeds().probes;
    let (probes, block_size) = (request.probes, problem.directions());
    let found = match request.method {
        TraceMethod::Hutchinson => {
            observer.begin(&words, probes);
            let options = HutchinsonOptions {
                probes,
                seed,
                block_size,
                ..HutchinsonOptions::default()
            };
            hutchinson_trace(&operator, &options)
        }
        TraceMethod::Xtrace => {
            // Half of the memory is for products.
            let fit = opened.vectors() / 2;
            if probes > fit {
                return Err(StudyError::setting(format!(
                    "--probes is {probes}, and the memory holds {fit} vectors: give fewer, or choose --method hutchinson"
                )));
            }
            observer.begin(&words, 2 * probes);
            let options = XtraceOptions {
                vectors: probes,
                seed,
                block_size,
            };
            xtrace(&operator, &options)
        }
    };
    found.map_err(|error| opened.explain(error))
}
