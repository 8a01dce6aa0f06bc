//! Estimations that go step by step, so that they can be kept, stopped and gone on with.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::SpectralError;
use crate::operator::{LinearOperator, VectorOf};
use crate::space::VectorSpace;

/// What an estimation needs to go on where it stopped, to the bit.
#[derive(Clone, Debug)]
pub struct Snapshot<V> {
    /// Everything but vectors, in JSON, whose numbers are read back to the bit. Best made and read by
    /// [`write_state`](crate::write_state) and [`read_state`](crate::read_state).
    pub state: String,
    /// Vectors that stay as they are once made, in the order they were made: a Lanczos basis. A keeper need write each
    /// only once.
    pub settled: Vec<V>,
    /// Which series of settled vectors this is: among snapshots of one series, the settled vectors of an earlier one
    /// begin those of a later one. An estimation that drops its settled vectors to make others counts on.
    pub series: u64,
    /// Vectors that change with every step.
    pub moving: Vec<V>,
    /// Numbers of the host that change with every step and are too many for the state.
    pub numbers: Vec<f64>,
}

impl<V> Default for Snapshot<V> {
    fn default() -> Self {
        Self {
            state: String::new(),
            settled: Vec::new(),
            series: 0,
            moving: Vec::new(),
            numbers: Vec::new(),
        }
    }
}

/// A [`Snapshot`] to be written, its vectors borrowed.
#[derive(Clone, Debug)]
pub struct SnapshotRef<'a, V> {
    /// Everything but vectors, in JSON.
    pub state: String,
    /// Vectors that stay as they are once made.
    pub settled: Vec<&'a V>,
    /// Which series of settled vectors this is.
    pub series: u64,
    /// Vectors that change with every step.
    pub moving: Vec<&'a V>,
    /// Numbers of the host that change with every step.
    pub numbers: Vec<f64>,
}

impl<V> Default for SnapshotRef<'_, V> {
    fn default() -> Self {
        Self {
            state: String::new(),
            settled: Vec::new(),
            series: 0,
            moving: Vec::new(),
            numbers: Vec::new(),
        }
    }
}

impl<V: Clone> SnapshotRef<'_, V> {
    /// A copy with vectors of its own.
    pub fn to_owned(&self) -> Snapshot<V> {
        let copies = |vectors: &[&V]| vectors.iter().map(|&vector| vector.clone()).collect();
        Snapshot {
            state: self.state.clone(),
            settled: copies(&self.settled),
            series: self.series,
            moving: copies(&self.moving),
            numbers: self.numbers.clone(),
        }
    }
}

/// An estimation in progress.
///
/// Its state is a function of the operator, the options and the number of steps made alone, so one that is kept with
/// [`snapshot`](Self::snapshot) and gone on with by [`restore`](Self::restore) ends with the bits of one never stopped,
/// where the operator's products are the same bits. Each has a `begin` of its own, since some need more than options to
/// begin with.
pub trait Estimation<O: LinearOperator>: Sized {
    /// What determines the estimation, beside the operator.
    type Options: Serialize + DeserializeOwned + PartialEq;
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

    /// What is needed to go on from here.
    fn snapshot(&self) -> Result<SnapshotRef<'_, VectorOf<O>>, SpectralError>;

    /// Whether there is nothing left to do but [`finish`](Self::finish).
    fn is_finished(&self) -> bool;

    /// One step: one product with a block of vectors, and what follows from it. Does nothing once finished.
    fn step(&mut self, op: &O) -> Result<(), SpectralError>;

    /// What was found; an error unless it is finished.
    fn finish(self, op: &O) -> Result<Self::Output, SpectralError>;
}

/// The error of [`Estimation::finish`] too early.
pub(crate) fn unfinished() -> SpectralError {
    SpectralError::option("estimation", "is not finished: step it until it is")
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

    /// Forgets what is kept under this name, if anything is: for when the result itself is kept.
    fn clear(&mut self, _name: &str) -> Result<(), SpectralError> {
        Ok(())
    }
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

/// Runs an estimation to its end, from its last snapshot where `keeper` has one, and keeps one after every step that is
/// due.
///
/// What is kept stays when the estimation has ended, so that one whose options may grow can be gone on with; clear it
/// with [`Keeper::clear`] once the result is safe.
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
    let estimation = resume(op, options, name, keeper, begin)?;
    complete(op, estimation, name, keeper)
}

/// The estimation from its last snapshot where there is one, or else from its beginning.
pub(crate) fn resume<O, E, K>(
    op: &O,
    options: &E::Options,
    name: &str,
    keeper: &mut K,
    begin: impl FnOnce() -> Result<E, SpectralError>,
) -> Result<E, SpectralError>
where
    O: LinearOperator,
    E: Estimation<O>,
    K: Keeper<O::Space> + ?Sized,
{
    match keeper.load(name, op.space())? {
        Some(snapshot) => E::restore(op, options, snapshot),
        None => begin(),
    }
}

/// Steps an estimation to its end, keeping it on the way.
pub(crate) fn complete<O, E, K>(
    op: &O,
    mut estimation: E,
    name: &str,
    keeper: &mut K,
) -> Result<E::Output, SpectralError>
where
    O: LinearOperator,
    E: Estimation<O>,
    K: Keeper<O::Space> + ?Sized,
{
    while !estimation.is_finished() {
        estimation.step(op)?;
        if keeper.is_due(name) {
            keeper.save(name, op.space(), estimation.snapshot()?)?;
        }
    }
    estimation.finish(op)
}
