//! The parameters of named layers.

use std::ops::Range;

use hesscope_spectral::VectorSpace;

use crate::array::Array;
use crate::error::HvpError;
use crate::problem::Problem;
use crate::space::ParameterSpace;

/// Some of the parameters of a problem, as vectors of a space of their own.
#[derive(Clone, Debug)]
pub struct Layers {
    /// Where they lie in vectors of all parameters, in ascending order.
    ranges: Vec<Range<usize>>,
    /// Of all parameters.
    whole: ParameterSpace,
    space: ParameterSpace,
}

impl Problem {
    /// The parameters of the layers of these module paths: `features.3` stands for `features.3.weight`
    /// and `features.3.bias`, and `features` for all that lie in it.
    ///
    /// # Errors
    ///
    /// When no path is given, or one names no parameter.
    pub fn layers(&self, paths: &[&str]) -> Result<Layers, HvpError> {
        let within = |path: &str, layer: &str| {
            path.strip_prefix(layer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let all = self.parameters();
        let unknown = paths
            .iter()
            .find(|layer| !all.iter().any(|parameter| within(&parameter.path, layer)));
        if let Some(layer) = unknown {
            let known: Vec<&str> = all
                .iter()
                .map(|parameter| parameter.path.as_str())
                .collect();
            return Err(HvpError::Input(format!(
                "no parameter lies in the layer `{layer}`: the parameters are {}",
                known.join(", ")
            )));
        }
        if paths.is_empty() {
            return Err(HvpError::Input(
                "no layer is named: name at least one to restrict an operator to".into(),
            ));
        }
        let mut start = 0;
        let mut ranges = Vec::new();
        for parameter in all {
            let range = start..start + parameter.len();
            start = range.end;
            if paths.iter().any(|layer| within(&parameter.path, layer)) {
                ranges.push(range);
            }
        }
        let whole = self.space().clone();
        let dim = ranges.iter().map(ExactSizeIterator::len).sum();
        let space = ParameterSpace::new(dim, whole.precision(), whole.device().clone());
        Ok(Layers {
            ranges,
            whole,
            space,
        })
    }
}

impl Layers {
    /// The space of these parameters alone.
    pub fn space(&self) -> &ParameterSpace {
        &self.space
    }

    /// The part of a vector of all parameters that belongs to these.
    pub fn extract(&self, whole: &Array) -> Array {
        let parts: Vec<Array> = self
            .ranges
            .iter()
            .map(|range| whole.slice(0, range.start, range.end))
            .collect();
        Array::cat(&parts, 0)
    }

    /// The vector of all parameters that is zero but for these, the transpose of
    /// [`extract`](Self::extract).
    pub fn embed(&self, part: &Array) -> Array {
        let mut pieces = Vec::new();
        let (mut at, mut taken) = (0, 0);
        for range in &self.ranges {
            if range.start > at {
                pieces.push(part.zeros_of(&[range.start - at]));
            }
            pieces.push(part.slice(0, taken, taken + range.len()));
            taken += range.len();
            at = range.end;
        }
        if self.whole.dim() > at {
            pieces.push(part.zeros_of(&[self.whole.dim() - at]));
        }
        Array::cat(&pieces, 0)
    }
}
