//! The program under construction: constants, and the same numbers under other shapes.

use std::path::PathBuf;
use std::sync::Arc;

use burn::tensor::TensorData;
use hesscope_hvp::rules::{
    Rule,
    shape::{Expand, Permute, Reshape},
};
use hesscope_hvp::{Kind, ProgramBuilder};

use crate::element::ElementType;
use crate::error::Fault;
use crate::tensor::{Stored, decimal, elements, with_axis};
use crate::value::Tensor;

/// The most elements of a tensor that is computed while the program is made.
const LARGEST_CONSTANT: usize = 1 << 26;

/// A program as it grows.
#[derive(Debug, Default)]
pub(crate) struct Build {
    pub program: ProgramBuilder,
    /// The folder of the model, beside which tensors may lie.
    pub folder: Option<PathBuf>,
}

/// The shape two tensors broadcast to.
pub(crate) fn broadcast(first: &[usize], second: &[usize]) -> Result<Vec<usize>, Fault> {
    let rank = first.len().max(second.len());
    let extent = |shape: &[usize], axis: usize| {
        let missing = rank - shape.len();
        if axis < missing {
            1
        } else {
            shape[axis - missing]
        }
    };
    (0..rank)
        .map(|axis| match (extent(first, axis), extent(second, axis)) {
            (a, b) if a == b || b == 1 => Ok(a),
            (1, b) => Ok(b),
            _ => Err(format!(
                "reads tensors of shapes {first:?} and {second:?}, which do not broadcast"
            )),
        })
        .collect()
}

impl Build {
    /// Adds an operation whose value has the type of elements of its first input.
    pub fn apply(
        &mut self,
        rule: impl Rule + 'static,
        inputs: &[&Tensor],
        shape: &[usize],
    ) -> Result<Tensor, Fault> {
        let element = inputs
            .first()
            .map_or(ElementType::Float, |input| input.element);
        self.apply_to(element, rule, inputs, shape)
    }

    /// Adds an operation; `shape` is that of its value. What reads constants alone is computed at once, and a tensor
    /// without elements is not computed.
    pub fn apply_to(
        &mut self,
        element: ElementType,
        rule: impl Rule + 'static,
        inputs: &[&Tensor],
        shape: &[usize],
    ) -> Result<Tensor, Fault> {
        let count = elements(shape)?;
        if count == 0 {
            return Ok(self.constant(element, Vec::new(), shape));
        }
        if inputs.iter().any(|input| input.count() == 0) {
            return Err("reads a tensor without elements".to_owned());
        }
        let known = inputs.iter().all(|input| self.known(input).is_some());
        if known && count > LARGEST_CONSTANT {
            return Err(format!(
                "gives a constant of shape {shape:?}: constants may have {LARGEST_CONSTANT} numbers"
            ));
        }
        let slots: Vec<_> = inputs.iter().map(|input| input.slot).collect();
        let slot = self
            .program
            .operation(Arc::new(rule), &slots, with_axis(shape))
            .map_err(|error| format!("could not be computed: {error}"))?;
        Ok(Tensor {
            slot,
            shape: shape.to_vec(),
            element,
        })
    }

    /// A constant of these numbers, which are integers or truth values where `element` says so.
    pub fn constant(&mut self, element: ElementType, numbers: Vec<f64>, shape: &[usize]) -> Tensor {
        let stored = with_axis(shape);
        let data = match element.kind() {
            Kind::Float => TensorData::new(numbers, stored),
            Kind::Int => {
                let integers: Vec<i64> = numbers.into_iter().map(|x| x as i64).collect();
                TensorData::new(integers, stored)
            }
            Kind::Bool => {
                let truths: Vec<bool> = numbers.into_iter().map(|x| x != 0.0).collect();
                TensorData::new(truths, stored)
            }
        };
        self.of_data(element, data, shape)
    }

    /// A constant of one number everywhere.
    pub fn filled(
        &mut self,
        element: ElementType,
        number: f64,
        shape: &[usize],
        count: usize,
    ) -> Result<Tensor, Fault> {
        if count > LARGEST_CONSTANT {
            return Err(format!(
                "gives a constant of shape {shape:?}: constants may have {LARGEST_CONSTANT} numbers"
            ));
        }
        Ok(self.constant(element, vec![number; count], shape))
    }

    pub fn integers(&mut self, integers: Vec<i64>, shape: &[usize]) -> Tensor {
        let data = TensorData::new(integers, with_axis(shape));
        self.of_data(ElementType::Int64, data, shape)
    }

    pub fn truths(&mut self, truths: Vec<bool>, shape: &[usize]) -> Tensor {
        let data = TensorData::new(truths, with_axis(shape));
        self.of_data(ElementType::Bool, data, shape)
    }

    /// A tensor of the file as a constant; a number alone is the one that was written.
    pub fn stored(&mut self, stored: &Stored) -> Tensor {
        if let (ElementType::Float, [number]) = (
            stored.element,
            stored
                .data
                .iter::<f32>()
                .take(2)
                .collect::<Vec<_>>()
                .as_slice(),
        ) {
            return self.constant(ElementType::Float, vec![decimal(*number)], &stored.shape);
        }
        self.of_data(stored.element, stored.data.clone(), &stored.shape)
    }

    fn of_data(&mut self, element: ElementType, data: TensorData, shape: &[usize]) -> Tensor {
        Tensor {
            slot: self.program.constant(data),
            shape: shape.to_vec(),
            element,
        }
    }

    /// The numbers of a constant.
    pub fn known(&self, tensor: &Tensor) -> Option<&TensorData> {
        self.program.constant_value(tensor.slot)
    }

    /// The one number of a constant, or the number all of its elements have.
    pub fn known_number(&self, tensor: &Tensor) -> Option<f64> {
        let data = self.known(tensor)?;
        let mut numbers = data.iter::<f64>();
        let first = numbers.next()?;
        numbers.all(|number| number == first).then_some(first)
    }

    /// The integers of a constant that says what an operation does.
    pub fn settings(&self, tensor: &Tensor, what: &str) -> Result<Vec<i64>, Fault> {
        let data = self.known(tensor).ok_or_else(|| {
            format!("computes its {what} from the numbers of the input, but shapes must not depend on them")
        })?;
        if tensor.kind() == Kind::Float {
            return Err(format!(
                "takes integers for its {what}, not {}",
                tensor.element
            ));
        }
        Ok(data.iter::<i64>().collect())
    }

    /// The same numbers under another shape.
    pub fn reshape(&mut self, tensor: &Tensor, shape: &[usize]) -> Result<Tensor, Fault> {
        if tensor.count() != elements(shape)? {
            return Err(format!(
                "makes a tensor of shape {:?} one of shape {shape:?}, which has another number of elements",
                tensor.shape
            ));
        }
        if with_axis(&tensor.shape) == with_axis(shape) {
            return Ok(Tensor {
                shape: shape.to_vec(),
                ..tensor.clone()
            });
        }
        let rule = Reshape {
            shape: with_axis(shape),
        };
        self.apply(rule, &[tensor], shape)
    }

    /// Axis `i` of the value is axis `axes[i]` of the tensor.
    pub fn permute(&mut self, tensor: &Tensor, axes: &[usize]) -> Result<Tensor, Fault> {
        if axes.iter().enumerate().all(|(to, &from)| to == from) {
            return Ok(tensor.clone());
        }
        let shape: Vec<usize> = axes.iter().map(|&axis| tensor.shape[axis]).collect();
        let rule = Permute {
            axes: axes.to_vec(),
        };
        self.apply(rule, &[tensor], &shape)
    }

    /// Axes of extent one in front, up to `rank` axes.
    pub fn aligned(&mut self, tensor: &Tensor, rank: usize) -> Result<Tensor, Fault> {
        let mut shape = vec![1; rank.saturating_sub(tensor.rank())];
        shape.extend(&tensor.shape);
        self.reshape(tensor, &shape)
    }

    /// The tensor repeated along axes of extent one and new ones in front.
    pub fn expand(&mut self, tensor: &Tensor, shape: &[usize]) -> Result<Tensor, Fault> {
        if broadcast(&tensor.shape, shape)? != shape {
            return Err(format!(
                "repeats a tensor of shape {:?} to {shape:?}",
                tensor.shape
            ));
        }
        if with_axis(&tensor.shape) == with_axis(shape) {
            return self.reshape(tensor, shape);
        }
        let rule = Expand {
            shape: with_axis(shape),
        };
        self.apply(rule, &[tensor], shape)
    }
}
