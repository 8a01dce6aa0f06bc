//! A tensor a module owns, saves and moves, but does not train.

use std::sync::{Mutex, PoisonError};

use burn::{
    module::{
        Content, Devices, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper, ModuleVisitor,
        Param, ParamId,
    },
    tensor::{Device, Tensor},
};

/// A vector of state (a running mean or variance) that a forward pass through `&self` may replace.
///
/// Burn's own `RunningState` is shared between clones, and moving or mapping one clone changes all of them: capturing
/// a clone of a network on the capture device would take the original's statistics along. A clone of a `Buffer` is
/// independent, as a clone of a parameter is.
pub struct Buffer {
    id: ParamId,
    value: Mutex<Tensor<1>>,
}

impl Buffer {
    /// A buffer holding `value` (shape `[n]`).
    pub fn new(value: Tensor<1>) -> Self {
        Self::with_id(ParamId::new(), value)
    }

    fn with_id(id: ParamId, value: Tensor<1>) -> Self {
        Self {
            id,
            value: Mutex::new(value),
        }
    }

    /// The present value, shape `[n]`.
    pub fn value(&self) -> Tensor<1> {
        // A tensor is replaced whole, so a value left by a panicking thread is still a valid one.
        self.value
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Replaces the value.
    pub fn set(&self, value: Tensor<1>) {
        *self.value.lock().unwrap_or_else(PoisonError::into_inner) = value;
    }

    fn replaced(&self, value: Tensor<1>) -> Self {
        Self::with_id(self.id, value)
    }
}

impl Clone for Buffer {
    fn clone(&self) -> Self {
        self.replaced(self.value())
    }
}

impl std::fmt::Debug for Buffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Buffer({:?})", self.value().dims())
    }
}

impl std::fmt::Display for Buffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "buffer of {}", self.value().dims()[0])
    }
}

impl ModuleDisplayDefault for Buffer {
    fn content(&self, content: Content) -> Option<Content> {
        content.add_formatted(self).optional()
    }
}

impl ModuleDisplay for Buffer {}

impl Module for Buffer {
    fn collect_devices(&self, mut devices: Devices) -> Devices {
        let device = self.value().device();
        if !devices.contains(&device) {
            devices.push(device);
        }
        devices
    }

    fn fork(self, device: &Device) -> Self {
        self.to_device(device)
    }

    fn to_device(self, device: &Device) -> Self {
        self.replaced(self.value().to_device(device))
    }

    fn train(self) -> Self {
        self.replaced(self.value().autodiff())
    }

    fn valid(&self) -> Self {
        self.replaced(self.value().without_autodiff())
    }

    fn materialize(self) -> Self {
        self
    }

    /// Counts nothing: a buffer is not a parameter.
    fn num_params(&self) -> usize {
        0
    }

    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        visitor.visit_float(&Param::initialized(self.id, self.value()));
    }

    fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
        let mapped = mapper.map_float(Param::initialized(self.id, self.value()));
        let (id, value, _) = mapped.consume();
        // A mapper written for parameters may have asked for gradients.
        Self::with_id(id, value.set_require_grad(false))
    }
}
