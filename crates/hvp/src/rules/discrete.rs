//! Operations with nothing to differentiate: arithmetic of integers, comparisons, logic, rounding.

use std::fmt;
use std::sync::Arc;

use super::{PerInput, Point, Rule, Saved};
use crate::array::Array;

/// A function of arrays whose value is constant around nearly every point, or does not depend on any
/// float at all.
#[derive(Clone)]
pub struct Discrete {
    name: &'static str,
    function: Arc<Function>,
}

type Function = dyn Fn(&[Array]) -> Array + Send + Sync;

impl Discrete {
    /// The operation of this name and function.
    pub fn new(
        name: &'static str,
        function: impl Fn(&[Array]) -> Array + Send + Sync + 'static,
    ) -> Self {
        Discrete {
            name,
            function: Arc::new(function),
        }
    }
}

impl fmt::Debug for Discrete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Discrete").field(&self.name).finish()
    }
}

impl Rule for Discrete {
    fn name(&self) -> &str {
        self.name
    }

    fn curved(&self) -> bool {
        false
    }

    fn piecewise_constant(&self) -> bool {
        true
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        ((self.function)(inputs), Saved::default())
    }

    fn jvp(&self, _at: Point, _tangents: &[Option<Array>]) -> Option<Array> {
        None
    }

    fn vjp(&self, _at: Point, _cotangent: &Array, wanted: &[bool]) -> PerInput {
        vec![None; wanted.len()]
    }
}
