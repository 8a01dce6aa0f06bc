//! The time of products.

use hesscope_hvp::Problem;
use hesscope_records::{ProductSpeed, Terms, Timed};
use hesscope_spectral::{LinearOperator, ProbeKind, Probes};

use super::clock::time;
use super::limit::Deadline;
use super::request::SpeedRequest;

/// Times the products of one operator with so many vectors.
pub fn products(
    problem: &Problem,
    operator: Terms,
    directions: usize,
    request: &SpeedRequest,
    deadline: &Deadline,
) -> ProductSpeed {
    let multiplied = problem.operator(operator);
    let probes = Probes::new(ProbeKind::Rademacher, request.seed);
    let block = probes.block(problem.space(), 0, directions);
    let timed = time("product", request.time_limit, deadline, || {
        let products = multiplied
            .apply(&block)
            .map_err(|error| error.to_string())?;
        // A number that is read is one that has been computed, and with it all that was asked for before.
        let read = products.last().map(|last| last.slice(0, 0, 1).to_f64());
        read.transpose().map_err(|error| error.to_string())?;
        Ok(())
    });
    let timed = match timed {
        Ok(seconds) => {
            let multiply_adds = multiplied.multiply_adds(directions);
            let mut times = seconds.times(
                problem.examples(),
                directions,
                (multiply_adds > 0).then_some(multiply_adds),
            );
            let usage = problem.space().device().memory_pool_usage();
            times.reserved_bytes = usage.map(|usage| usage.bytes_reserved);
            Timed::Done(times)
        }
        Err(sentence) => Timed::NotDone(sentence),
    };
    ProductSpeed {
        operator,
        directions,
        timed,
    }
}
