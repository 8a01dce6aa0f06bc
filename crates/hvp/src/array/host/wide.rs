//! Loops compiled for the widest vectors the processor has.

/// Runs a closure whose loops are compiled once for each instruction set and chosen at run time.
///
/// Everything in it must be inlined: mark the closure `#[inline(always)]`, and what it calls. The
/// numbers are the same for every instruction set, since no product and sum become one operation.
pub(crate) fn wide<R>(run: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(run)
}
