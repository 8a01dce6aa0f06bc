//! Estimations that go step by step, so that they can be kept, stopped and gone on with.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::SpectralError;
use crate::operator::{LinearOperator, VectorOf};
use crate::space::VectorSpace;

/// What an estimation needs to go on where it stopped, to the bit.
#[derive(Clone, Debug)]
pub struct Snapshot<V> {
    /// Everything but vectors, in JSON, whose numbers are read back to the bit.
    pub state: String,
    /// Vectors that stay as they are once made, in the order they were made: a Lanczos basis. A keeper need write each
    /// only once.
    pub settled: Vec<V>,
    /// Vectors that change with every step.
    pub moving: Vec<V>,
}

/// A [`Snapshot`] to be written, its vectors borrowed.
#[derive(Clone, Debug)]
pub struct SnapshotRef<'a, V> {
    /// Everything but vectors, in JSON.
    pub state: String,
    /// Vectors that stay as they are once made.
    pub settled: Vec<&'a V>,
    /// Vectors that change with every step.
    pub moving: Vec<&'a V>,
}

/// An estimation in progress.
///
/// Its state is a function of the operator, the options and the number of steps made alone, so one that is kept with
/// [`snapshot`](Self::snapshot) and gone on with by [`restore`](Self::restore) ends with the bits of one never stopped,
/// where the operator's products are the same bits.
pub trait Estimation<O: LinearOperator>: Sized {
    /// What determines the estimation, beside the operator.
    type Options: Serialize + DeserializeOwned + PartialEq;
    /// What it finds.
    type Output;

    /// Goes on from a snapshot taken with the same operator and options.
    fn restore(
        op: &O,
        options: &Self::Options,
        snapshot: Snapshot<VectorOf<O>>,
    ) -> Result<Self, SpectralError>;

    /// What is needed to go on from here.
    fn snapshot(&self) -> Result<SnapshotRef<'_, VectorOf<O>>, SpectralError>;

    /// Whether there is nothing left to do but [`finish`](Self::finish).
    fn is_finished(&self) -> bool;

    /// One step: one product with a block of vectors, and what follows from it.
    fn step(&mut self, op: &O) -> Result<(), SpectralError>;

    /// What was found.
    fn finish(self, op: &O) -> Result<Self::Output, SpectralError>;
}

/// Where snapshots are kept, by name.
pub trait Keeper<S: VectorSpace> {
    /// The last snapshot kept under this name, if there is one.
    fn load(&mut self, name: &str, space: &S)
    -> Result<Option<Snapshot<S::Vector>>, SpectralError>;

    /// Whether a snapshot would be kept now; asked before one is made, so that a keeper may leave out some.
    fn is_due(&mut self, name: &str) -> bool;

    /// Keeps a snapshot in place of the one before: wholly or not at all.
    fn save(
        &mut self,
        name: &str,
        space: &S,
        snapshot: SnapshotRef<'_, S::Vector>,
    ) -> Result<(), SpectralError>;
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoKeeper;

impl<S: VectorSpace> Keeper<S> for NoKeeper {
    fn load(&mut self, _: &str, _: &S) -> Result<Option<Snapshot<S::Vector>>, SpectralError> {
        Ok(None)
    }

    fn is_due(&mut self, _: &str) -> bool {
        false
    }

    fn save(&mut self, _: &str, _: &S, _: SnapshotRef<'_, S::Vector>) -> Result<(), SpectralError> {
        Ok(())
    }
}

/// Runs an estimation to its end, from its last snapshot where `keeper` has one, and keeps one after every step.
pub fn run<O, E, K>(
    op: &O,
    options: &E::Options,
    name: &str,
    keeper: &mut K,
    begin: impl FnOnce() -> Result<E, SpectralError>,
) -> Result<E::Output, SpectralError>
where
    O: LinearOperator,
    E: Estimation<O>,
    K: Keeper<O::Space> + ?Sized,
{
    let mut estimation = match keeper.load(name, op.space())? {
        Some(snapshot) => E::restore(op, options, snapshot)?,
        None => begin()?,
    };
    while !estimation.is_finished() {
        estimation.step(op)?;
        if keeper.is_due(name) {
            keeper.save(name, op.space(), estimation.snapshot()?)?;
        }
    }
    estimation.finish(op)
}
