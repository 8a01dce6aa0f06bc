//! The values of a module by name, in host memory.

use std::collections::BTreeMap;

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::{DType, Device, Tensor, TensorData},
};
use thiserror::Error;

/// One named tensor of a module.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedTensor {
    /// Dotted path in the module.
    pub path: String,
    /// Shape.
    pub shape: Vec<usize>,
    /// Values, float32 or float64, row-major.
    pub data: TensorData,
    /// Whether it is a running statistic rather than a trainable parameter.
    pub is_buffer: bool,
}

/// A state that does not fit a module.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum StateError {
    /// The module has a tensor the state lacks.
    #[error("the tensor `{path}` is missing: the weights belong to another network")]
    Missing {
        /// Dotted path.
        path: String,
    },
    /// The state has a tensor the module lacks.
    #[error(
        "the tensor `{path}` has no place in this network: the weights belong to another network"
    )]
    Unexpected {
        /// Dotted path.
        path: String,
    },
    /// Shapes differ.
    #[error(
        "the tensor `{path}` has shape {found:?} where the network takes {wanted:?}: the weights belong to another network, input shape or number of classes"
    )]
    Shape {
        /// Dotted path.
        path: String,
        /// Shape in the state.
        found: Vec<usize>,
        /// Shape in the module.
        wanted: Vec<usize>,
    },
    /// Neither float32 nor float64.
    #[error(
        "the tensor `{path}` holds {found} numbers where float32 or float64 are needed: convert the weights"
    )]
    Precision {
        /// Dotted path.
        path: String,
        /// Its element type.
        found: String,
    },
    /// One name twice.
    #[error("the tensor `{path}` is given twice: remove one of them")]
    Twice {
        /// Dotted path.
        path: String,
    },
}

/// Whether a path names a running statistic of a [`BatchNorm`](crate::BatchNorm).
pub fn is_buffer(path: &str) -> bool {
    matches!(
        path.rsplit('.').next(),
        Some("running_mean" | "running_var")
    )
}

/// Keeps the dotted path of what is being visited.
#[derive(Default)]
pub(crate) struct PathStack(Vec<String>);

impl PathStack {
    pub(crate) fn push(&mut self, name: &str) {
        self.0.push(name.to_owned());
    }

    pub(crate) fn pop(&mut self) {
        self.0.pop();
    }

    pub(crate) fn path(&self) -> String {
        self.0.join(".")
    }
}

/// Calls `f` with the path, the shape and the value of every parameter and running statistic, in visiting order.
fn visit_tensors<M: Module>(
    module: &M,
    f: impl FnMut(String, Vec<usize>, &dyn Fn() -> TensorData),
) {
    struct Visit<F> {
        stack: PathStack,
        f: F,
    }
    impl<F: FnMut(String, Vec<usize>, &dyn Fn() -> TensorData)> ModuleVisitor for Visit<F> {
        fn enter_module(&mut self, name: &str, _container: &str) {
            self.stack.push(name);
        }
        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.stack.pop();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let value = || param.val().without_autodiff().into_data();
            (self.f)(self.stack.path(), param.dims().to_vec(), &value);
        }
    }
    module.visit(&mut Visit {
        stack: PathStack::default(),
        f,
    });
}

/// All parameters and running statistics of a module, in visiting order.
pub fn state_of<M: Module>(module: &M) -> Vec<NamedTensor> {
    let mut state = Vec::new();
    visit_tensors(module, |path, shape, value| {
        state.push(NamedTensor {
            is_buffer: is_buffer(&path),
            path,
            shape,
            data: value(),
        });
    });
    state
}

/// The paths and shapes of all parameters and running statistics of a module, in visiting order.
pub(crate) fn state_shapes<M: Module>(module: &M) -> Vec<(String, Vec<usize>)> {
    let mut shapes = Vec::new();
    visit_tensors(module, |path, shape, _| shapes.push((path, shape)));
    shapes
}

/// The number of trainable parameters of a module.
///
/// Burn's own count descends to a [`Buffer`](crate::Buffer), which counts nothing, except within an `Option`, where it
/// counts every tensor.
pub(crate) fn count_parameters<M: Module>(module: &M) -> usize {
    let tensors = state_shapes(module).into_iter();
    tensors
        .filter(|(path, _)| !is_buffer(path))
        .map(|(_, shape)| shape.iter().product::<usize>())
        .sum()
}

/// The module with its parameters and running statistics replaced by `state`, on `device`.
///
/// The names must be exactly the module's. The precision of the values becomes the module's.
pub fn load_state<M: Module>(
    module: M,
    state: Vec<NamedTensor>,
    device: &Device,
) -> Result<M, StateError> {
    let mut by_path = BTreeMap::new();
    for tensor in state {
        if let Some(twice) = by_path.insert(tensor.path.clone(), tensor) {
            return Err(StateError::Twice { path: twice.path });
        }
    }
    for (path, shape) in state_shapes(&module) {
        check_tensor(path, &shape, &by_path)?;
    }
    let mut fill = Fill {
        stack: PathStack::default(),
        state: by_path,
        device,
    };
    let module = module.map(&mut fill);
    match fill.state.into_keys().next() {
        Some(path) => Err(StateError::Unexpected { path }),
        None => Ok(module),
    }
}

/// Checks that `state` has a float32 or float64 tensor of shape `wanted` at `path`.
fn check_tensor(
    path: String,
    wanted: &[usize],
    state: &BTreeMap<String, NamedTensor>,
) -> Result<(), StateError> {
    let Some(tensor) = state.get(&path) else {
        return Err(StateError::Missing { path });
    };
    if tensor.shape != wanted || tensor.data.shape().as_slice() != wanted {
        return Err(StateError::Shape {
            path,
            found: tensor.shape.clone(),
            wanted: wanted.to_vec(),
        });
    }
    match tensor.data.dtype() {
        DType::F32 | DType::F64 => Ok(()),
        other => Err(StateError::Precision {
            path,
            found: format!("{other:?}"),
        }),
    }
}

struct Fill<'a> {
    stack: PathStack,
    state: BTreeMap<String, NamedTensor>,
    device: &'a Device,
}

impl ModuleMapper for Fill<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.stack.push(name);
    }
    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.stack.pop();
    }
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        // Every path has been checked.
        let Some(tensor) = self.state.remove(&self.stack.path()) else {
            return param;
        };
        param.map(|old| {
            let dtype = tensor.data.dtype();
            let new = Tensor::from_data(tensor.data, (self.device, dtype));
            if old.is_require_grad() && new.is_autodiff() {
                new.require_grad()
            } else {
                new
            }
        })
    }
}
