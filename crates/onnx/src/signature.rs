//! Names, types and extents of inputs and outputs.

use std::fmt;

use crate::element::ElementType;
use crate::error::{Fault, OnnxError};
use crate::names::printable;
use crate::proto::{DimensionProto, ValueInfoProto};

/// One extent of an input or output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// The extent is this number.
    Fixed(usize),
    /// The extent is that of the data, under this name.
    Symbol(String),
    /// The extent is that of the data.
    Any,
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dimension::Fixed(extent) => write!(f, "{extent}"),
            Dimension::Symbol(name) => f.write_str(name),
            Dimension::Any => f.write_str("?"),
        }
    }
}

/// The name, type and shape of an input or output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Its name.
    pub name: String,
    /// The type of its elements.
    pub element: ElementType,
    /// Its extents; absent where the model does not say how many axes there are.
    pub shape: Option<Vec<Dimension>>,
}

fn dimension(dimension: &DimensionProto) -> Dimension {
    let symbol = dimension
        .dim_param
        .as_deref()
        .filter(|name| !name.is_empty());
    match (dimension.dim_value, symbol) {
        // Exporters of old write -1 or 0 for extents they do not know.
        (Some(extent), _) if extent > 0 => {
            usize::try_from(extent).map_or(Dimension::Any, Dimension::Fixed)
        }
        (_, Some(name)) => Dimension::Symbol(printable(name)),
        _ => Dimension::Any,
    }
}

impl Signature {
    pub(crate) fn of(value: &ValueInfoProto) -> Result<Self, Fault> {
        let tensor = value
            .r#type
            .as_ref()
            .and_then(|kind| kind.tensor_type.as_ref());
        let tensor = tensor.ok_or("is no tensor of numbers: networks take and give tensors")?;
        let shape = tensor.shape.as_ref();
        Ok(Signature {
            name: value.name.clone(),
            element: ElementType::of_code(tensor.elem_type.into())?,
            shape: shape.map(|shape| shape.dim.iter().map(dimension).collect()),
        })
    }

    /// Its extents with a batch of this size, the first; none where another is that of the data.
    pub fn extents(&self, batch: usize) -> Option<Vec<usize>> {
        let axes = self.shape.as_ref()?.iter().enumerate();
        let extent = |(axis, dimension): (usize, &Dimension)| match dimension {
            Dimension::Fixed(extent) => Some(*extent),
            _ => (axis == 0).then_some(batch),
        };
        axes.map(extent).collect()
    }

    /// Refuses data of another shape.
    pub(crate) fn check(&self, shape: &[usize]) -> Result<(), OnnxError> {
        let fits = |(wanted, given): (&Dimension, &usize)| match wanted {
            Dimension::Fixed(wanted) => wanted == given,
            _ => true,
        };
        let all = |wanted: &Vec<Dimension>| {
            wanted.len() == shape.len() && wanted.iter().zip(shape).all(fits)
        };
        if shape.is_empty() || shape.contains(&0) || !self.shape.as_ref().is_none_or(all) {
            return Err(OnnxError::Input(format!(
                "the model takes inputs {self} but the data have the shape {shape:?}: prepare the data as the model was \
                 trained",
            )));
        }
        Ok(())
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of {}", self.name, self.element)?;
        let Some(shape) = &self.shape else {
            return Ok(());
        };
        let shape: Vec<String> = shape.iter().map(ToString::to_string).collect();
        write!(f, " [{}]", shape.join(", "))
    }
}
