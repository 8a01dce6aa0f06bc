//! The account of a whole pass.

use super::ledger::Footprint;
use super::walk::Walk;
use crate::loss::Seeds;
use crate::program::Program;

impl Program {
    /// The memory of a pass over a batch of the program's size with `directions` tangents that pulls
    /// both cotangents and tangents back, which is the most that any pass takes. The parameters, their
    /// tangents and the constants are not counted, the cotangents of the parameters are.
    pub(crate) fn footprint(&self, directions: usize) -> Footprint {
        let mut walk = Walk::new(self, directions);
        // The batch as it was read.
        let (rows, classes) = (self.rows(), self.classes());
        walk.ledger
            .take(walk.size(self.input) + rows * classes + rows);
        // Targets are made in float64.
        walk.ledger.pass(2 * rows * classes);
        walk.forward();
        let (seeds, besides) = Seeds::numbers(rows, classes);
        walk.ledger.take(seeds);
        walk.ledger.pass(besides);
        walk.push(true);
        let seed = walk.ledger.take(rows * classes);
        let seed_tangent = walk.ledger.take(directions * rows * classes);
        walk.ledger.pass(2 * directions * rows * classes);
        walk.pull(Some(seed), Some(seed_tangent));
        walk.ledger.footprint
    }
}
