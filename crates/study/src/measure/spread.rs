//! Where the vectors of estimations lie: whole in this process, or in pieces at all ranks.

use hesscope_hvp::{Operator, SpreadOperator, SpreadSpace};
use hesscope_spectral::VectorSpace as _;

use super::opened::Opened;
use crate::error::StudyError;
use crate::ranks::{Request, current};

impl Opened<'_> {
    /// The space of vectors in pieces, where ranks share the examples.
    ///
    /// # Errors
    ///
    /// As [`problem`](Self::problem), and a rank whose device cannot be opened.
    pub(super) fn spread(&self) -> Result<Option<&SpreadSpace>, StudyError> {
        let Some(ranks) = current() else {
            return Ok(None);
        };
        if let Some(space) = self.spread.get() {
            return Ok(Some(space));
        }
        let whole = self.problem()?.space().clone();
        let request = Request::Vectors {
            dim: whole.dim(),
            precision: whole.precision(),
            device: self.run().settings().device,
        };
        let remote = ranks.open(&request.to_bytes());
        ranks.agree::<_, StudyError>(Ok(()))?;
        Ok(Some(
            self.spread.get_or_init(|| SpreadSpace::new(whole, remote)),
        ))
    }

    /// An operator of the problem on vectors in pieces.
    ///
    /// # Errors
    ///
    /// As [`problem`](Self::problem).
    pub(super) fn in_pieces<'s>(
        &self,
        operator: Operator<'s>,
        space: &'s SpreadSpace,
    ) -> Result<SpreadOperator<'s, Operator<'s>>, StudyError> {
        let together = self.problem()?.plan().directions;
        Ok(SpreadOperator::new(operator, space, together))
    }

    /// Vectors of all parameters that the memory of all ranks holds in pieces.
    pub(super) fn spread_vectors(&self) -> usize {
        self.spread_memory() / self.vector_bytes()
    }

    /// The memory of all ranks, in bytes: those of a machine have its memory together, while each has a GPU to itself.
    pub(super) fn spread_memory(&self) -> usize {
        let memories = current().map_or(1, |ranks| {
            if self.run().settings().device.kind.is_gpu() {
                ranks.size()
            } else {
                ranks.size() / ranks.place().local_size.max(1)
            }
        });
        self.memory().saturating_mul(memories.max(1))
    }
}
