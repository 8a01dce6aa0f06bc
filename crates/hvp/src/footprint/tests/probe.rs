//! The memory that a pass on the host really holds, by the addresses of its tensors.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};

use burn_dispatch::{BackendTensor, DispatchTensorKind};

use crate::array::{Array, Indices};
use crate::rules::Saved;

thread_local! {
    static OUTSIDE: RefCell<HashSet<usize>> = RefCell::default();
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

/// The address and the size of the memory a float32 tensor lies in, which may be larger than it.
fn memory(array: &Array) -> (usize, usize) {
    let DispatchTensorKind::Flex(BackendTensor::Float(tensor)) = &array.0.kind else {
        panic!("a float tensor on the host")
    };
    let numbers = tensor.storage::<f32>();
    (numbers.as_ptr().addr(), numbers.len())
}

fn memory_of_indices(indices: &Indices) -> (usize, usize) {
    let DispatchTensorKind::Flex(BackendTensor::Int(tensor)) = &indices.0.kind else {
        panic!("integers on the host")
    };
    let numbers = tensor.storage::<i32>();
    (numbers.as_ptr().addr(), numbers.len())
}

/// Starts anew; what is in the memory of `outside` is not counted.
pub(super) fn start(outside: &[Array]) {
    OUTSIDE.set(outside.iter().map(|array| memory(array).0).collect());
    LARGEST.set(0);
}

/// The most numbers seen at once since the start.
pub(super) fn largest() -> usize {
    LARGEST.get()
}

pub(crate) fn see(tensors: &[&[Option<Array>]], saved: &[Saved]) {
    let tensors = tensors.iter().copied().flatten().flatten();
    let floats = saved.iter().flat_map(|saved| &saved.floats);
    let indices = saved.iter().flat_map(|saved| &saved.indices);
    let all: HashMap<usize, usize> = tensors
        .chain(floats)
        .map(memory)
        .chain(indices.map(memory_of_indices))
        .filter(|(address, _)| OUTSIDE.with_borrow(|outside| !outside.contains(address)))
        .collect();
    LARGEST.set(LARGEST.get().max(all.values().sum()));
}
