//! Traces, norms and diagonals by random probes.

pub(crate) mod diagonal;
pub(crate) mod energy;
pub(crate) mod frobenius;
pub(crate) mod hutchinson;
pub(crate) mod leave_one_out;
pub(crate) mod probe_products;
pub(crate) mod quadratic_forms;
pub(crate) mod trace_estimate;
pub(crate) mod xtrace;
