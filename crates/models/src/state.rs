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

/// All parameters and running statistics of a module, in visiting order.
pub fn state_of<M: Module>(module: &M) -> Vec<NamedTensor> {
    struct Collect {
        stack: PathStack,
        state: Vec<NamedTensor>,
    }
    impl ModuleVisitor for Collect {
        fn enter_module(&mut self, name: &str, _container: &str) {
            self.stack.push(name);
        }
        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.stack.pop();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let path = self.stack.path();
            let tensor = param.val().without_autodiff();
            let is_buffer = is_buffer(&path);
            self.state.push(NamedTensor {
                path,
                shape: tensor.dims().to_vec(),
                data: tensor.into_data(),
                is_buffer,
            });
        }
    }
    let mut collect = Collect {
        stack: PathStack::default(),
        state: Vec::new(),
    };
    module.visit(&mut collect);
    collect.state
}

/// The paths and shapes of all parameters and running statistics of a module, in visiting order.
pub(crate) fn state_shapes<M: Module>(module: &M) -> Vec<(String, Vec<usize>)> {
    #[derive(Default)]
    struct Shapes {
        stack: PathStack,
        shapes: Vec<(String, Vec<usize>)>,
    }
    impl ModuleVisitor for Shapes {
        fn enter_module(&mut self, name: &str, _container: &str) {
            self.stack.push(name);
        }
        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.stack.pop();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let shape = param.dims().to_vec();
            self.shapes.push((self.stack.path(), shape));
        }
    }
    let mut shapes = Shapes::default();
    module.visit(&mut shapes);
    shapes.shapes
}

/// The number of trainable parameters of a module.
///
/// Burn's own count descends to a [`Buffer`](crate::Buffer), which counts nothing, except within an `Option`, where it
/// counts every tensor.
pub(crate) fn count_parameters<M: Module>(module: &M) -> usize {
    #[derive(Default)]
    struct Count {
        stack: PathStack,
        parameters: usize,
    }
    impl ModuleVisitor for Count {
        fn enter_module(&mut self, name: &str, _container: &str) {
            self.stack.push(name);
        }
        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.stack.pop();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if !is_buffer(&self.stack.path()) {
                self.parameters += param.dims().iter().product::<usize>();
            }
        }
    }
    let mut count = Count::default();
    module.visit(&mut count);
    count.parameters
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
    let mut check = Check {
        stack: PathStack::default(),
        state: &by_path,
        error: None,
    };
    module.visit(&mut check);
    if let Some(error) = check.error {
        return Err(error);
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

struct Check<'a> {
    stack: PathStack,
    state: &'a BTreeMap<String, NamedTensor>,
    error: Option<StateError>,
}

impl Check<'_> {
    fn problem(&self, path: String, wanted: &[usize]) -> Option<StateError> {
        let Some(tensor) = self.state.get(&path) else {
            return Some(StateError::Missing { path });
        };
        if tensor.shape != wanted || tensor.data.shape().as_slice() != wanted {
            return Some(StateError::Shape {
                path,
                found: tensor.shape.clone(),
                wanted: wanted.to_vec(),
            });
        }
        match tensor.data.dtype() {
            DType::F32 | DType::F64 => None,
            other => Some(StateError::Precision {
                path,
                found: format!("{other:?}"),
            }),
        }
    }
}

impl ModuleVisitor for Check<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.stack.push(name);
    }
    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.stack.pop();
    }
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self.error.is_none() {
            self.error = self.problem(self.stack.path(), &param.dims());
        }
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
        // `Check` has seen every path.
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
