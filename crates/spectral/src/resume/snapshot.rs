//! What an estimation needs to go on where it stopped.

/// What an estimation needs to go on where it stopped, to the bit; V is a vector, or a reference to one.
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

/// A [`Snapshot`] to be written, its vectors borrowed.
pub type SnapshotRef<'a, V> = Snapshot<&'a V>;

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

impl<V: Clone> Snapshot<&V> {
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
