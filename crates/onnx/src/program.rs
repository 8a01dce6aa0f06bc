//! The program of a model for one shape of inputs, and the loss of its network.

use burn::tensor::{Device, TensorData};
use hesscope_hvp::{HvpError, Kind, Objective, Problem, ProblemOptions, Program, Programs, Source};

use crate::choice::Resolved;
use crate::element::ElementType;
use crate::error::OnnxError;
use crate::model::Model;
use crate::role::Role;
use crate::run::{Run, Scope, Stop, functions};
use crate::selection::{Selection, near};
use crate::signature::Signature;
use crate::tensor::{self, Stored, with_axis};
use crate::value::{Tensor, Value};

impl Model {
    /// The program of the model for inputs of this shape, the batch first.
    ///
    /// Its logits are [n, C], or [n m, C] where the output has further axes: all axes but the last are rows, those of an
    /// example one after another.
    ///
    /// # Errors
    ///
    /// When the selection or the shape does not fit the model, an operator has no rule, or the graph does not hold together.
    pub fn program(
        &self,
        selection: &Selection,
        input_shape: &[usize],
    ) -> Result<Program, OnnxError> {
        let resolved = self.resolve(selection)?;
        resolved.input.check(input_shape)?;
        let mut run = Run::new(functions(&self.proto.functions), self.folder.as_deref());
        let mut scope = Scope::default();
        for ((name, stored), role) in self.stored.iter().zip(&resolved.roles) {
            let value = match role {
                Role::Unused => continue,
                Role::Parameter => Tensor {
                    slot: run
                        .build
                        .program
                        .parameter(name.as_str(), stored.data.clone()),
                    shape: stored.shape.clone(),
                    element: stored.element,
                },
                _ => run.build.stored(stored),
            };
            scope.insert(name, Value::Tensor(value));
        }
        self.other_inputs(selection, &resolved, &mut run, &mut scope)?;
        tensor::elements(input_shape).map_err(OnnxError::Input)?;
        let input = Tensor {
            slot: run.build.program.input(input_shape.to_vec()),
            shape: input_shape.to_vec(),
            element: resolved.input.element,
        };
        scope.insert(&resolved.input.name, Value::Tensor(input));
        let value = run
            .graph(
                &self.graph,
                &self.proto.opset_import,
                resolved.output,
                &mut scope,
            )
            .map_err(|stop| match stop {
                Stop::Error(error) => error,
                Stop::Missing { operator, node } => {
                    self.through(&resolved).of_node(operator, node).into()
                }
            })?;
        let logits = rows_of_logits(&mut run, &value, resolved.output, input_shape[0])?;
        let program = run.build.program.finish(logits.slot)?;
        if program.parameters().is_empty() {
            return Err(OnnxError::Selection(
                "the model has no parameter: name stored tensors that are trained".to_owned(),
            ));
        }
        Ok(program)
    }

    /// Values for the inputs that take no examples.
    fn other_inputs(
        &self,
        selection: &Selection,
        resolved: &Resolved,
        run: &mut Run,
        scope: &mut Scope,
    ) -> Result<(), OnnxError> {
        let used = self.used(&self.order(resolved.output)?, resolved.output);
        for input in self
            .open_inputs()
            .filter(|input| input.name != resolved.input.name)
        {
            let Some((_, data)) = selection
                .values
                .iter()
                .find(|(name, _)| *name == input.name)
            else {
                if used.contains(input.name.as_str()) {
                    return Err(OnnxError::Selection(format!(
                        "the input `{}` has no value: give it one, or export the model without it",
                        input.name
                    )));
                }
                continue;
            };
            let signature =
                Signature::of(input).map_err(|fault| OnnxError::tensor(&input.name, fault))?;
            let stored = of_value(data, signature.element)
                .map_err(|fault| OnnxError::tensor(&input.name, fault))?;
            let value = run.build.stored(&stored);
            scope.insert(&input.name, Value::Tensor(value));
        }
        let known = |name: &str| self.graph.input.iter().any(|input| input.name == name);
        match selection.values.iter().find(|(name, _)| !known(name)) {
            Some((name, _)) => {
                let names: Vec<&str> = self
                    .graph
                    .input
                    .iter()
                    .map(|input| input.name.as_str())
                    .collect();
                Err(OnnxError::Selection(format!(
                    "a value was given for the input `{name}`, which the model does not have: {}",
                    near(name, &names)
                )))
            }
            None => Ok(()),
        }
    }

    /// The loss of the model over a data set.
    ///
    /// # Errors
    ///
    /// As [`program`](Self::program) and [`Problem::from_programs`].
    pub fn problem(
        &self,
        selection: &Selection,
        data: impl Source + 'static,
        objective: impl Into<Objective>,
        device: &Device,
        options: ProblemOptions,
    ) -> Result<Problem, HvpError> {
        let programs = Programs {
            of: |shape: &[usize]| Ok(self.program(selection, shape)?),
            integers: self.takes_integers(selection)?,
            fixed_batch: self.fixed_batch(selection)?,
        };
        Problem::from_programs(programs, data, objective, device, options)
    }
}

/// A value that was given for an input, as a stored tensor.
fn of_value(data: &TensorData, element: ElementType) -> Result<Stored, String> {
    if Kind::of(data.dtype()) != element.kind() {
        return Err(format!(
            "takes {element}, but a value of {:?} was given",
            data.dtype()
        ));
    }
    let shape = data.shape().to_vec();
    let stored = with_axis(&shape);
    let data = match element.kind() {
        Kind::Float => data.clone().convert_dtype(burn::tensor::DType::F64),
        Kind::Int => TensorData::new(data.iter::<i64>().collect::<Vec<_>>(), stored),
        Kind::Bool => data.clone(),
    };
    Ok(Stored {
        shape,
        element,
        data,
    })
}

/// The output as rows of logits, all axes but the last together.
fn rows_of_logits(
    run: &mut Run,
    value: &Value,
    name: &str,
    batch: usize,
) -> Result<Tensor, OnnxError> {
    let Value::Tensor(output) = value else {
        return Err(OnnxError::Graph(format!(
            "the output `{name}` is a sequence of tensors, not logits"
        )));
    };
    let fault = |fault: String| OnnxError::Graph(format!("the output `{name}` {fault}"));
    if output.kind() != Kind::Float {
        return Err(fault(format!(
            "has elements of {}: name an output with logits, which are floats",
            output.element
        )));
    }
    let classes = match output.rank() {
        0 | 1 => 1,
        rank => output.shape[rank - 1],
    };
    if output.count() == 0 || output.shape.first() != Some(&batch) {
        return Err(fault(format!(
            "has the shape {:?} for a batch of {batch}: logits have the batch for their first axis and the classes for \
             their last",
            output.shape
        )));
    }
    if run.build.known(output).is_some() {
        return Err(fault(
            "depends neither on the input nor on a parameter".to_owned(),
        ));
    }
    run.build
        .reshape(output, &[output.count() / classes, classes])
        .map_err(fault)
}
