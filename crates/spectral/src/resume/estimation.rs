//! Estimations that go step by step, so that they can be kept, stopped and gone on with.

use serde::Serialize;

use crate::error::snapshot_error::SnapshotError;
use crate::error::spectral_error::SpectralError;
use crate::operator::linear_operator::{LinearOperator, VectorOf};
use crate::resume::keeper::{Keeper, NoKeeper};
use crate::resume::snapshot::{Snapshot, SnapshotRef};

/// An estimation in progress.
///
/// Its state is a function of the operator, the options and the number of steps made alone, so one that is kept with
/// [`snapshot`](Self::snapshot) and gone on with by [`restore`](Self::restore) ends with the bits of one never stopped,
/// where the operator's products are the same bits. Each has a `begin` of its own, since some need more than options to
/// begin with.
pub trait Estimation<O: LinearOperator>: Sized {
    /// What determines the estimation, beside the operator.
    type Options: Serialize;
    /// What it finds.
    type Output;

    /// Goes on from a snapshot taken with the same operator and options.
    ///
    /// A snapshot carries the options it was taken with; others are an error that says what differs, except where the
    /// estimation says that an option may grow. Whether the operator is the same is the caller's to know: only its
    /// dimension is checked.
    fn restore(
        op: &O,
        options: &Self::Options,
        snapshot: Snapshot<VectorOf<O>>,
    ) -> Result<Self, SpectralError>;

    /// The options it was begun with.
    fn options(&self) -> &Self::Options;

    /// What is needed to go on from here.
    fn snapshot(&self) -> Result<SnapshotRef<'_, VectorOf<O>>, SpectralError>;

    /// Whether there is nothing left to do but [`finish`](Self::finish).
    fn is_finished(&self) -> bool;

    /// One step: one product with a block of vectors, and what follows from it. Does nothing once finished.
    fn step(&mut self, op: &O) -> Result<(), SpectralError>;

    /// What was found; an error unless it is finished.
    fn finish(self, op: &O) -> Result<Self::Output, SpectralError>;

    /// [`restore`](Self::restore) with the options of this beginning, and an error where it began with something else.
    fn resume(&self, op: &O, snapshot: Snapshot<VectorOf<O>>) -> Result<Self, SpectralError> {
        Self::restore(op, self.options(), snapshot)
    }

    /// Steps to the end and returns what was found.
    fn run(self, op: &O) -> Result<Self::Output, SpectralError> {
        self.run_kept(op, "", &mut NoKeeper)
    }

    /// [`run`](Self::run), from the last snapshot under this name where the keeper has one, keeping one after every step
    /// that is due.
    ///
    /// What is kept stays when the estimation has ended, so that one whose options may grow can be gone on with; clear it
    /// with [`Keeper::clear`] once the result is safe.
    fn run_kept<K>(self, op: &O, name: &str, keeper: &mut K) -> Result<Self::Output, SpectralError>
    where
        K: Keeper<O::Space> + ?Sized,
    {
        self.run_watched(op, name, keeper, |_| ())
    }

    /// [`run_kept`](Self::run_kept), shown to `watch` before the first step and after each.
    fn run_watched<K>(
        self,
        op: &O,
        name: &str,
        keeper: &mut K,
        mut watch: impl FnMut(&Self),
    ) -> Result<Self::Output, SpectralError>
    where
        K: Keeper<O::Space> + ?Sized,
    {
        let watched = |estimation: &Self| {
            watch(estimation);
            Ok(false)
        };
        self.run_until(op, name, keeper, watched)?.finish(op)
    }

    /// Steps as [`run_kept`](Self::run_kept) until it is finished or `enough`, which is asked before each step, says so. To
    /// end with the same bits where it was stopped on the way, `enough` must hang on the estimation alone.
    fn run_until<K>(
        self,
        op: &O,
        name: &str,
        keeper: &mut K,
        mut enough: impl FnMut(&Self) -> Result<bool, SpectralError>,
    ) -> Result<Self, SpectralError>
    where
        K: Keeper<O::Space> + ?Sized,
    {
        let mut estimation = self.or_kept(op, name, keeper)?;
        while !enough(&estimation)? && !estimation.is_finished() {
            estimation.step(op)?;
            if keeper.is_due(name) {
                keeper.save(name, op.space(), estimation.snapshot()?)?;
            }
        }
        Ok(estimation)
    }

    /// This estimation, or the one that the keeper has under the name.
    fn or_kept<K>(self, op: &O, name: &str, keeper: &mut K) -> Result<Self, SpectralError>
    where
        K: Keeper<O::Space> + ?Sized,
    {
        let kept = match keeper.load(name, op.space()) {
            Ok(None) => return Ok(self),
            Ok(Some(snapshot)) => self.resume(op, snapshot),
            Err(error) => Err(error),
        };
        match kept {
            Err(SpectralError::Snapshot(damage @ SnapshotError::Damaged { .. }))
                if keeper.discard(name, &damage)? =>
            {
                Ok(self)
            }
            kept => kept,
        }
    }
}

/// The error of [`Estimation::finish`] too early.
pub(crate) fn unfinished() -> SpectralError {
    SpectralError::option("estimation", "is not finished: step it until it is")
}
