//! From a Burn module to a [`Program`], by recording its forward pass without executing it.

use std::collections::{BTreeMap, HashMap, HashSet};

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{DType, Device, Tensor, TensorData};
use burn_capture::CaptureBackend;
use burn_ir::{OperationIr, TensorId};

use crate::error::CaptureError;
use crate::lower::{Lowered, lower, operation_name};
use crate::program::{Node, Parameter, Program, Slot};

thread_local! {
    // Capture devices are numbered and never recycled, and hold one scope at a time: one a thread.
    static DEVICE: Device = Device::capture();
}

/// Tensors of a module that are not trained although they are stored beside those that are.
const BUFFERS: [&str; 2] = ["running_mean", "running_var"];

/// Records `forward` on zeros of shape `input` and turns what was recorded into a program.
///
/// `module` must not be on an autodiff device. All its float tensors are parameters, but for running
/// statistics, recognised by their names `running_mean` and `running_var`.
///
/// # Errors
///
/// When an operation has no rule, or `forward` does not give logits of shape [n, C].
pub fn capture<M: Module, const D: usize>(
    module: &M,
    input: [usize; D],
    forward: impl FnOnce(&M, Tensor<D>) -> Tensor<2>,
) -> Result<Program, CaptureError> {
    if module.devices().iter().any(Device::is_autodiff) {
        return Err(CaptureError::Autodiff);
    }
    build(DEVICE.with(|device| record(device, module, input, forward))?)
}

struct Recorded {
    operations: Vec<OperationIr>,
    values: BTreeMap<TensorId, TensorData>,
    tensors: Vec<(String, TensorId)>,
    input: TensorId,
    output: TensorId,
    batch: usize,
    logits: Vec<usize>,
}

fn record<M: Module, const D: usize>(
    device: &Device,
    module: &M,
    input: [usize; D],
    forward: impl FnOnce(&M, Tensor<D>) -> Tensor<2>,
) -> Result<Recorded, CaptureError> {
    let mut paths = Paths::default();
    let mut logits = Vec::new();
    let captured = device
        .capture_scope(|scope| {
            // Clones of Burn's running statistics share them, and moving one moves all, never to
            // come back from a capture device. A validation copy has its own.
            let module = module.valid().to_device(device);
            module.visit(&mut paths);
            let zeros = vec![0.0f32; input.iter().product()];
            let dtype = paths.dtype.unwrap_or(DType::F32);
            let zeros = TensorData::new(zeros, input).convert_dtype(dtype);
            let x = Tensor::<D>::from_data(zeros, (device, dtype));
            let y = forward(&module, x.clone());
            logits = y.dims().to_vec();
            scope.complete([tensor_id(x)], [tensor_id(y)])
        })
        .map_err(|error| CaptureError::Record(error.to_string()))?;
    Ok(Recorded {
        operations: captured.graph.operations,
        values: captured.values,
        tensors: paths.tensors,
        input: captured.graph.inputs[0],
        output: captured.graph.outputs[0],
        batch: input[0],
        logits,
    })
}

/// The id of a tensor on a capture device.
fn tensor_id<const D: usize>(tensor: Tensor<D>) -> TensorId {
    tensor
        .try_into_primitive::<CaptureBackend>()
        .expect("a tensor computed from tensors on the capture device is on the capture device")
        .id()
}

/// The path and id of every float tensor of a module.
#[derive(Default)]
struct Paths {
    path: Vec<String>,
    tensors: Vec<(String, TensorId)>,
    dtype: Option<DType>,
}

impl ModuleVisitor for Paths {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        self.dtype = self.dtype.or(Some(tensor.dtype()));
        self.tensors.push((self.path.join("."), tensor_id(tensor)));
    }

    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }
}

fn is_buffer(path: &str) -> bool {
    path.rsplit('.')
        .next()
        .is_some_and(|name| BUFFERS.contains(&name))
}

fn build(recorded: Recorded) -> Result<Program, CaptureError> {
    let Recorded {
        operations,
        mut values,
        tensors,
        input,
        output,
        batch,
        logits,
    } = recorded;
    if logits.len() != 2 || logits[0] == 0 || !logits[0].is_multiple_of(batch) {
        return Err(CaptureError::Logits {
            shape: logits,
            batch,
        });
    }
    let needed = needed(&operations, output);
    let mut layers = HashMap::new();
    let mut slots = Slots::default();
    let mut parameters = Vec::new();
    let mut initial = Vec::new();
    for (path, id) in &tensors {
        let layer = path
            .rsplit_once('.')
            .map_or(path.as_str(), |(layer, _)| layer);
        layers.insert(*id, layer.to_string());
        if is_buffer(path) {
            continue;
        }
        let Some(value) = values.remove(id) else {
            continue;
        };
        let shape = value.shape().to_vec();
        parameters.push(Parameter {
            path: path.clone(),
            slot: slots.define(*id, shape.clone()),
            shape,
        });
        initial.push(value);
    }
    let input_shape = values
        .remove(&input)
        .map_or_else(Vec::new, |value| value.shape().to_vec());
    let input = slots.define(input, input_shape);

    let mut nodes = Vec::new();
    let mut constants = Vec::new();
    let mut layer = String::from("the input");
    for operation in &operations {
        if matches!(operation, OperationIr::Init(_))
            || !operation.outputs().any(|out| needed.contains(&out.id))
        {
            continue;
        }
        if let Some(path) = operation.inputs().find_map(|tensor| layers.get(&tensor.id)) {
            layer.clone_from(path);
        }
        match lower(operation) {
            Some(Lowered::Operation {
                rule,
                inputs,
                output,
            }) => {
                let inputs = inputs
                    .iter()
                    .map(|tensor| {
                        slots
                            .find_or_constant(tensor.id, &mut values, &mut constants)
                            .ok_or_else(|| CaptureError::UnknownTensor {
                                layer: layer.clone(),
                            })
                    })
                    .collect::<Result<Vec<Slot>, _>>()?;
                let output = slots.define(output.id, output.shape.to_vec());
                nodes.push(Node {
                    rule,
                    inputs,
                    output,
                });
            }
            Some(Lowered::Constant { output, value }) => {
                let slot = slots.define(output.id, output.shape.to_vec());
                constants.push((slot, value));
            }
            None => {
                return Err(CaptureError::NoRule {
                    operation: operation_name(operation),
                    layer,
                });
            }
        }
    }
    let output = slots
        .find_or_constant(output, &mut values, &mut constants)
        .ok_or(CaptureError::UnknownTensor { layer })?;
    let mut program = Program {
        nodes,
        parameters,
        initial,
        constants,
        input,
        output,
        shapes: slots.shapes,
        active: Vec::new(),
    };
    program.mark_active();
    Ok(program)
}

/// The tensors that the output depends on.
fn needed(operations: &[OperationIr], output: TensorId) -> HashSet<TensorId> {
    let mut needed = HashSet::from([output]);
    for operation in operations.iter().rev() {
        if operation.outputs().any(|out| needed.contains(&out.id)) {
            needed.extend(operation.inputs().map(|tensor| tensor.id));
        }
    }
    needed
}

#[derive(Default)]
struct Slots {
    of: HashMap<TensorId, Slot>,
    shapes: Vec<Vec<usize>>,
}

impl Slots {
    fn define(&mut self, id: TensorId, shape: Vec<usize>) -> Slot {
        let slot = self.shapes.len();
        self.shapes.push(shape);
        self.of.insert(id, slot);
        slot
    }

    fn find_or_constant(
        &mut self,
        id: TensorId,
        values: &mut BTreeMap<TensorId, TensorData>,
        constants: &mut Vec<(Slot, TensorData)>,
    ) -> Option<Slot> {
        if let Some(&slot) = self.of.get(&id) {
            return Some(slot);
        }
        let value = values.remove(&id)?;
        let slot = self.define(id, value.shape().to_vec());
        constants.push((slot, value));
        Some(slot)
    }
}
