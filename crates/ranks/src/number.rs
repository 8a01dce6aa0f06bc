//! Numbers as the bytes that go between ranks. All ranks are of one kind of machine.

use crate::ranks::Ranks;

/// A type of numbers that go between ranks.
pub trait Number: bytemuck::Pod {
    /// The number in float64.
    fn widen(self) -> f64;
    /// The nearest number.
    fn narrow(wide: f64) -> Self;
}

impl Number for f32 {
    fn widen(self) -> f64 {
        self.into()
    }

    fn narrow(wide: f64) -> Self {
        wide as f32
    }
}

impl Number for f64 {
    fn widen(self) -> f64 {
        self
    }

    fn narrow(wide: f64) -> Self {
        wide
    }
}

/// Numbers as bytes.
pub fn bytes_of<T: Number>(numbers: &[T]) -> Vec<u8> {
    bytemuck::cast_slice(numbers).to_vec()
}

/// The numbers that [`bytes_of`] made bytes of, wherever in memory those lie.
pub fn numbers_of<T: Number>(bytes: &[u8]) -> Vec<T> {
    bytemuck::pod_collect_to_vec(bytes)
}

impl Ranks {
    /// The numbers that each rank gives, in their order, at every rank.
    pub fn gather_numbers<T: Number>(&self, numbers: &[T]) -> Vec<T> {
        numbers_of(&self.gather(bytemuck::cast_slice(numbers)).concat())
    }
}
