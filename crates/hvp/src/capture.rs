//! From a Burn module to a [`Program`], by recording its forward pass without executing it.

use std::collections::{BTreeMap, HashMap, HashSet};

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{DType, Device, Tensor, TensorData};
use burn_ir::{OperationIr, TensorId};

use crate::builder::{ProgramBuilder, Unused, check_logits};
use crate::error::CaptureError;
use crate::input::{InputKind, tensor_id};
use crate::lower::{Lowering, Rules, Step, operation_name, over_batches};
use crate::program::{Program, Slot};

thread_local! {
    // Capture devices are numbered and never recycled, and hold one scope at a time: one a thread.
    static DEVICE: Device = Device::capture();
}

/// Tensors of a module that are not trained although they are stored beside those that are.
const BUFFERS: [&str; 2] = ["running_mean", "running_var"];

/// Records `forward` for inputs of shape `input` and turns what was recorded into a program.
///
/// The inputs are floats or, for a network of tokens, integers, as `forward` says. It gives logits
/// [n, C] for n examples, or [n m, C] where each has m rows; it must not read the numbers of a tensor,
/// for there are none while it is recorded. `module` must not be on an autodiff device. All its float
/// tensors are parameters, but for running statistics, recognised by their names `running_mean` and
/// `running_var`.
///
/// # Errors
///
/// When an operation has no rule, or `forward` gives logits of another shape.
pub fn capture<M: Module, const D: usize, K: InputKind>(
    module: &M,
    input: [usize; D],
    forward: impl FnOnce(&M, Tensor<D, K>) -> Tensor<2>,
) -> Result<Program, CaptureError> {
    capture_with(&Rules::standard(), module, input, forward)
}

/// [`capture`] with rules of one's own.
///
/// # Errors
///
/// As for [`capture`].
pub fn capture_with<M: Module, const D: usize, K: InputKind>(
    rules: &Rules,
    module: &M,
    input: [usize; D],
    forward: impl FnOnce(&M, Tensor<D, K>) -> Tensor<2>,
) -> Result<Program, CaptureError> {
    if module.devices().iter().any(Device::is_autodiff) {
        return Err(CaptureError::Autodiff);
    }
    let recorded = DEVICE.with(|device| record(device, module, input, forward))?;
    build(recorded, rules)
}

struct Recorded {
    operations: Vec<OperationIr>,
    values: BTreeMap<TensorId, TensorData>,
    tensors: Vec<(String, TensorId)>,
    input: TensorId,
    input_shape: Vec<usize>,
    output: TensorId,
    logits: Vec<usize>,
}

fn record<M: Module, const D: usize, K: InputKind>(
    device: &Device,
    module: &M,
    shape: [usize; D],
    forward: impl FnOnce(&M, Tensor<D, K>) -> Tensor<2>,
) -> Result<Recorded, CaptureError> {
    let mut paths = Paths::default();
    let mut logits = Vec::new();
    let mut input = None;
    let captured = device
        .capture_scope(|scope| {
            // Clones of Burn's running statistics share them, and moving one moves all, never to
            // come back from a capture device. A validation copy has its own.
            let module = module.valid().to_device(device);
            module.visit(&mut paths);
            let zeros = K::zeros(shape, device, paths.dtype.unwrap_or(DType::F32));
            let declared = K::id(zeros.clone());
            // A tensor made from numbers could be read, and what was read would be taken for a
            // constant; one that was computed cannot.
            let x = zeros
                .reshape([1, 1, 1, 1, 1, 1, 1, shape.iter().product()])
                .reshape(shape);
            input = Some(K::id(x.clone()));
            let y = forward(&module, x);
            logits = y.dims().to_vec();
            scope.complete([declared], [tensor_id(y)])
        })
        .map_err(|error| CaptureError::Record(error.to_string()))?;
    Ok(Recorded {
        operations: captured.graph.operations,
        values: captured.values,
        tensors: paths.tensors,
        input: input.unwrap_or(captured.graph.inputs[0]),
        input_shape: shape.to_vec(),
        output: captured.graph.outputs[0],
        logits,
    })
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

fn build(recorded: Recorded, rules: &Rules) -> Result<Program, CaptureError> {
    let Recorded {
        operations,
        values,
        tensors,
        input,
        input_shape,
        output,
        logits,
    } = recorded;
    check_logits(&logits, input_shape.first().copied().unwrap_or(1))?;
    let mut fused = over_batches(&operations, |operation| {
        rules.lower_own(operation).is_some()
    });
    let needed = needed(&operations, &fused, input, output);
    let mut layers = HashMap::new();
    let mut builder = Builder {
        values,
        ..Builder::default()
    };
    for (path, id) in &tensors {
        let layer = path
            .rsplit_once('.')
            .map_or(path.as_str(), |(layer, _)| layer);
        layers.insert(*id, layer.to_string());
        if is_buffer(path) {
            continue;
        }
        let Some(value) = builder.values.remove(id) else {
            continue;
        };
        let slot = builder.program.parameter(path, value);
        builder.slots.insert(*id, slot);
    }
    let slot = builder.program.input(input_shape);
    builder.slots.insert(input, slot);

    builder.layer = String::from("the input");
    for operation in &operations {
        let mut outputs = operation.outputs();
        if matches!(operation, OperationIr::Init(_))
            || !outputs.any(|out| needed.contains(&out.id) && out.id != input)
        {
            continue;
        }
        if let Some(path) = operation.inputs().find_map(|tensor| layers.get(&tensor.id)) {
            builder.layer.clone_from(path);
        }
        let one = operation.outputs().find_map(|out| fused.remove(&out.id));
        let lowering =
            one.or_else(|| rules.lower(operation))
                .ok_or_else(|| CaptureError::NoRule {
                    operation: operation_name(operation),
                    layer: builder.layer.clone(),
                })?;
        let recorded: HashSet<TensorId> = operation.outputs().map(|out| out.id).collect();
        for step in lowering.steps {
            let id = step.output().id;
            if needed.contains(&id) || !recorded.contains(&id) {
                builder.add(step)?;
            }
        }
    }
    let output = builder.find(output)?;
    builder.program.finish_with(output, Unused::Kept)
}

/// The tensors that the output depends on, back to the input. `fused` are operations that stand for several, by their output.
fn needed(
    operations: &[OperationIr],
    fused: &HashMap<TensorId, Lowering>,
    input: TensorId,
    output: TensorId,
) -> HashSet<TensorId> {
    let mut needed = HashSet::from([output]);
    for operation in operations.iter().rev() {
        if operation
            .outputs()
            .any(|out| needed.contains(&out.id) && out.id != input)
        {
            let one = operation.outputs().find_map(|out| fused.get(&out.id));
            match one {
                Some(one) => needed.extend(one.reads()),
                None => needed.extend(operation.inputs().map(|tensor| tensor.id)),
            }
        }
    }
    needed
}

/// A program as it grows, its tensors by the ids of the record.
#[derive(Default)]
struct Builder {
    /// Tensors with numbers that nothing has read yet.
    values: BTreeMap<TensorId, TensorData>,
    slots: HashMap<TensorId, Slot>,
    program: ProgramBuilder,
    /// The last layer whose tensors came in.
    layer: String,
}

impl Builder {
    /// The slot of a tensor, which is a constant where it is known and nothing computes it.
    fn find(&mut self, id: TensorId) -> Result<Slot, CaptureError> {
        if let Some(&slot) = self.slots.get(&id) {
            return Ok(slot);
        }
        let value = self
            .values
            .remove(&id)
            .ok_or_else(|| CaptureError::UnknownTensor {
                layer: self.layer.clone(),
            })?;
        let slot = self.program.constant(value);
        self.slots.insert(id, slot);
        Ok(slot)
    }

    /// Adds an operation, or its value where it reads nothing but constants.
    fn add(&mut self, step: Step) -> Result<(), CaptureError> {
        let (id, slot) = match step {
            Step::Operation {
                rule,
                inputs,
                output,
            } => {
                let inputs = inputs
                    .into_iter()
                    .map(|id| self.find(id))
                    .collect::<Result<Vec<Slot>, _>>()?;
                let shape = output.shape.to_vec();
                (output.id, self.program.operation(rule, &inputs, shape)?)
            }
            Step::Constant { output, value } => (output.id, self.program.constant(value)),
        };
        self.slots.insert(id, slot);
        Ok(())
    }
}
