//! Vectors spread over ranks, so that a basis of many need not fit one machine.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use faer::{Mat, MatRef};
use hesscope_ranks::Remote;
use hesscope_spectral::{LinearOperator, OperatorError, VectorSpace};

use super::parameters::ParameterSpace;
use super::pieces::{Cut, Id, Message, Step};
use crate::array::Array;

/// The vectors of a [`ParameterSpace`], of which every rank has a piece: about p/R numbers of each.
///
/// Rank 0 has this; the others hold [`Pieces`](super::Pieces) for it. Inner products are summed over ranks in their order and in
/// float64. An operator that takes whole vectors acts on it as a [`SpreadOperator`].
#[derive(Clone)]
pub struct SpreadSpace {
    whole: ParameterSpace,
    leader: Arc<Leader>,
}

/// Rank 0's side.
struct Leader {
    cut: Cut,
    remote: Remote,
    next: AtomicU64,
    dropped: Mutex<Vec<Id>>,
}

/// A vector in pieces.
#[derive(Clone)]
pub struct SpreadVector(Arc<Held>);

/// Rank 0's piece, and the number under which the others have theirs.
struct Held {
    id: Id,
    piece: Array,
    leader: Arc<Leader>,
}

impl Drop for Held {
    fn drop(&mut self) {
        // The others hear of it with what they are told next.
        let dropped = self.leader.dropped.lock();
        dropped
            .unwrap_or_else(PoisonError::into_inner)
            .push(self.id);
    }
}

impl fmt::Debug for SpreadVector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "vector {} of {} numbers",
            self.0.id, self.0.leader.cut.dim
        )
    }
}

impl Leader {
    fn tell(&self, step: Step) {
        let dropped =
            std::mem::take(&mut *self.dropped.lock().unwrap_or_else(PoisonError::into_inner));
        let message = serde_json::to_vec(&Message { dropped, step });
        self.remote.tell(&message.expect("a step is written"));
    }

    fn id(&self) -> Id {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}

impl SpreadSpace {
    /// Spreads the vectors of a space over ranks, where `remote` are the [`Pieces`](super::Pieces) of the others.
    pub fn new(whole: ParameterSpace, remote: Remote) -> Self {
        let cut = Cut::new(
            remote.ranks().clone(),
            whole.dim(),
            whole.precision(),
            whole.device().clone(),
        );
        SpreadSpace {
            whole,
            leader: Arc::new(Leader {
                cut,
                remote,
                next: AtomicU64::new(0),
                dropped: Mutex::default(),
            }),
        }
    }

    /// Cuts a vector into pieces.
    ///
    /// # Panics
    ///
    /// When the device is lost.
    pub fn spread(&self, vector: &Array) -> SpreadVector {
        let id = self.leader.id();
        self.leader.tell(Step::Scatter(id));
        self.held(id, self.leader.cut.scatter(Some(vector)))
    }

    /// The whole vector.
    ///
    /// # Panics
    ///
    /// When the device is lost.
    pub fn whole(&self, vector: &SpreadVector) -> Array {
        let Held { id, piece, .. } = &*vector.0;
        self.leader.tell(Step::Gather(*id));
        let bytes = self.leader.cut.gather(piece);
        self.leader.cut.array(bytes, &self.whole)
    }

    fn held(&self, id: Id, piece: Array) -> SpreadVector {
        let leader = Arc::clone(&self.leader);
        SpreadVector(Arc::new(Held { id, piece, leader }))
    }
}

fn ids(vectors: &[SpreadVector]) -> Vec<Id> {
    vectors.iter().map(|vector| vector.0.id).collect()
}

fn pieces(vectors: &[SpreadVector]) -> Vec<Array> {
    vectors
        .iter()
        .map(|vector| vector.0.piece.clone())
        .collect()
}

impl VectorSpace for SpreadSpace {
    type Vector = SpreadVector;

    fn dim(&self) -> usize {
        self.whole.dim()
    }

    fn from_host(&self, values: &[f64]) -> SpreadVector {
        self.spread(&self.whole.from_host(values))
    }

    fn to_host(&self, v: &SpreadVector) -> Vec<f64> {
        self.whole.to_host(&self.whole(v))
    }

    fn dot(&self, a: &SpreadVector, b: &SpreadVector) -> f64 {
        self.gram(std::slice::from_ref(a), std::slice::from_ref(b))[(0, 0)]
    }

    fn axpy(&self, alpha: f64, x: &SpreadVector, y: &mut SpreadVector) {
        let result = self.leader.id();
        self.leader.tell(Step::Axpy {
            alpha,
            x: x.0.id,
            y: y.0.id,
            result,
        });
        let mut sum = y.0.piece.clone();
        self.leader.cut.piece.axpy(alpha, &x.0.piece, &mut sum);
        *y = self.held(result, sum);
    }

    fn scale(&self, alpha: f64, x: &mut SpreadVector) {
        let result = self.leader.id();
        self.leader.tell(Step::Scale {
            alpha,
            x: x.0.id,
            result,
        });
        let mut scaled = x.0.piece.clone();
        self.leader.cut.piece.scale(alpha, &mut scaled);
        *x = self.held(result, scaled);
    }

    fn epsilon(&self) -> f64 {
        self.whole.epsilon()
    }

    fn zeros(&self) -> SpreadVector {
        let id = self.leader.id();
        self.leader.tell(Step::Zeros(id));
        self.held(id, self.leader.cut.piece.zeros())
    }

    fn gram(&self, a: &[SpreadVector], b: &[SpreadVector]) -> Mat<f64> {
        if a.is_empty() || b.is_empty() {
            return Mat::zeros(a.len(), b.len());
        }
        self.leader.tell(Step::Gram(ids(a), ids(b)));
        self.leader.cut.gram(&pieces(a), &pieces(b))
    }

    fn combine(&self, basis: &[SpreadVector], coeffs: MatRef<'_, f64>) -> Vec<SpreadVector> {
        let results: Vec<Id> = (0..coeffs.ncols()).map(|_| self.leader.id()).collect();
        let columns = (0..coeffs.ncols()).flat_map(|j| (0..coeffs.nrows()).map(move |i| (i, j)));
        let coefficients = columns.map(|place| coeffs[place]).collect();
        self.leader
            .tell(Step::Combine(ids(basis), coefficients, results.clone()));
        let combined = self.leader.cut.piece.combine(&pieces(basis), coeffs);
        let held = |(id, piece)| self.held(id, piece);
        results.into_iter().zip(combined).map(held).collect()
    }
}

/// An operator on whole vectors, acting on spread ones, of which a few are whole at a time.
pub struct SpreadOperator<'a, O> {
    operator: O,
    space: &'a SpreadSpace,
    together: usize,
}

impl<'a, O: LinearOperator<Space = ParameterSpace>> SpreadOperator<'a, O> {
    /// The operator on the vectors of `space`, of which so many are whole together: as many as it multiplies at once.
    pub fn new(operator: O, space: &'a SpreadSpace, together: usize) -> Self {
        SpreadOperator {
            operator,
            space,
            together: together.max(1),
        }
    }
}

impl<O: LinearOperator<Space = ParameterSpace>> LinearOperator for SpreadOperator<'_, O> {
    type Space = SpreadSpace;

    fn space(&self) -> &SpreadSpace {
        self.space
    }

    fn apply(&self, block: &[SpreadVector]) -> Result<Vec<SpreadVector>, OperatorError> {
        let mut spread = Vec::with_capacity(block.len());
        for vectors in block.chunks(self.together) {
            let whole: Vec<Array> = vectors.iter().map(|v| self.space.whole(v)).collect();
            let products = self.operator.apply(&whole)?;
            drop(whole);
            spread.extend(products.iter().map(|v| self.space.spread(v)));
        }
        Ok(spread)
    }
}
