//! Stochastic gradient descent with momentum and weight decay.

use std::collections::BTreeMap;

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{DType, Device, Gradients, Tensor, TensorData},
};

use crate::state::{NamedTensor, PathStack, StateError, is_buffer};

/// SGD as PyTorch's: `d = g + weight_decay w`, `buf = momentum buf + d` (the first time `buf = d`), `w -= rate buf`.
///
/// Ours rather than Burn's because the momentum buffers belong in the checkpoint under the parameters' names, exactly.
/// Weight decay applies to every parameter, as in PyTorch without parameter groups; running statistics are untouched.
#[derive(Debug, Clone)]
pub struct Sgd {
    momentum: f64,
    weight_decay: f64,
    // Flattened, so that parameters of every rank fit one map.
    buffers: BTreeMap<String, MomentumBuffer>,
}

#[derive(Debug, Clone)]
struct MomentumBuffer {
    shape: Vec<usize>,
    flat: Tensor<1>,
}

impl Sgd {
    /// No buffer yet: the first step makes them.
    pub fn new(momentum: f64, weight_decay: f64) -> Self {
        Self {
            momentum,
            weight_decay,
            buffers: BTreeMap::new(),
        }
    }

    /// Steps every parameter of a module on an autodiff device that has a gradient, with learning rate `rate`.
    pub fn step<M: Module>(&mut self, module: M, gradients: &mut Gradients, rate: f64) -> M {
        module.map(&mut Step {
            sgd: self,
            gradients,
            rate,
            stack: PathStack::default(),
        })
    }

    /// The momentum buffers by parameter path; empty before the first step.
    pub fn state(&self) -> Vec<NamedTensor> {
        let named = |(path, buffer): (&String, &MomentumBuffer)| {
            let data = reshaped(buffer.flat.clone().into_data(), &buffer.shape);
            NamedTensor {
                path: path.clone(),
                shape: buffer.shape.clone(),
                data,
                is_buffer: true,
            }
        };
        self.buffers.iter().map(named).collect()
    }

    /// Replaces the momentum buffers by saved ones, on `device`.
    pub fn load(&mut self, state: Vec<NamedTensor>, device: &Device) -> Result<(), StateError> {
        let device = device.clone().without_autodiff();
        let mut buffers = BTreeMap::new();
        for NamedTensor {
            path, shape, data, ..
        } in state
        {
            let dtype = data.dtype();
            if !matches!(dtype, DType::F32 | DType::F64) {
                return Err(StateError::Precision {
                    path,
                    found: format!("{dtype:?}"),
                });
            }
            let flat = reshaped(data, &[shape.iter().product()]);
            let flat = Tensor::from_data(flat, (&device, dtype));
            buffers.insert(path, MomentumBuffer { shape, flat });
        }
        self.buffers = buffers;
        Ok(())
    }
}

/// The same values in another shape of as many entries.
fn reshaped(data: TensorData, shape: &[usize]) -> TensorData {
    let dtype = data.dtype();
    TensorData::from_bytes(data.into_bytes(), shape.to_vec(), dtype)
}

struct Step<'a> {
    sgd: &'a mut Sgd,
    gradients: &'a mut Gradients,
    rate: f64,
    stack: PathStack,
}

impl ModuleMapper for Step<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.stack.push(name);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.stack.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let path = self.stack.path();
        if is_buffer(&path) {
            return param;
        }
        let Some(gradient) = param.val().grad_remove(self.gradients) else {
            return param;
        };
        let (momentum, decay) = (self.sgd.momentum, self.sgd.weight_decay);
        param.map(|weight| {
            let weight = weight.without_autodiff();
            let shape = weight.dims();
            let count = shape.iter().product::<usize>();
            let mut d = gradient.reshape([count]);
            let flat = weight.reshape([count]);
            if decay != 0.0 {
                d = d + flat.clone() * decay;
            }
            let buffer = match self.sgd.buffers.remove(&path) {
                Some(old) => old.flat * momentum + d,
                None => d,
            };
            let stepped = flat - buffer.clone() * self.rate;
            self.sgd.buffers.insert(
                path,
                MomentumBuffer {
                    shape: shape.to_vec(),
                    flat: buffer,
                },
            );
            stepped.reshape(shape).autodiff().require_grad()
        })
    }
}
