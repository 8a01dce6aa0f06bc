//! The rule for each operation, the user's own before hesscope's.

use std::sync::Arc;

use burn_ir::OperationIr;

use super::lowering::Lowering;
use super::{activation, arithmetic, discrete, modules, movement};

type LoweringFunction = dyn Fn(&OperationIr) -> Option<Lowering> + Send + Sync;

/// How recorded operations become operations with rules: hesscope's own ways, and before them those of
/// the user.
#[derive(Clone, Default)]
pub struct Rules {
    own: Vec<Arc<LoweringFunction>>,
}

impl Rules {
    /// The rules of this crate alone.
    pub fn standard() -> Self {
        Rules::default()
    }

    /// A function tried before all others there are. It gives a [`Lowering`] for the operations it has a
    /// rule for, whether this crate has one or not, and `None` for the rest.
    pub fn with(
        mut self,
        lower: impl Fn(&OperationIr) -> Option<Lowering> + Send + Sync + 'static,
    ) -> Self {
        self.own.push(Arc::new(lower));
        self
    }

    /// What an operation becomes by the user's own ways.
    pub(crate) fn lower_own(&self, recorded: &OperationIr) -> Option<Lowering> {
        self.own.iter().rev().find_map(|own| own(recorded))
    }

    /// What an operation becomes, if anybody has a rule for it.
    pub(crate) fn lower(&self, recorded: &OperationIr) -> Option<Lowering> {
        self.lower_own(recorded).or_else(|| lower(recorded))
    }
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rules")
            .field("own", &self.own.len())
            .finish()
    }
}

/// This crate's rule for an operation, if there is one.
fn lower(recorded: &OperationIr) -> Option<Lowering> {
    match recorded {
        OperationIr::Module(module) => modules::lower(module),
        OperationIr::Activation(activation) => activation::lower(activation),
        OperationIr::BaseFloat(base) | OperationIr::BaseInt(base) | OperationIr::BaseBool(base) => {
            movement::lower(base)
        }
        OperationIr::NumericFloat(_, numeric) => arithmetic::lower(numeric),
        OperationIr::NumericInt(_, numeric) => arithmetic::lower_int(numeric),
        OperationIr::Float(_, float) => arithmetic::lower_float(float),
        OperationIr::Int(int) => discrete::lower_int(int),
        OperationIr::Bool(bool) => discrete::lower_bool(bool),
        _ => None,
    }
}

/// Burn's name of an operation: the innermost variant of the record.
pub(crate) fn operation_name(recorded: &OperationIr) -> String {
    let record = format!("{recorded:?}");
    let head = record.split('{').next().unwrap_or_default();
    let variants: Vec<&str> = head.split('(').collect();
    let variant = variants
        .len()
        .checked_sub(2)
        .map_or(head, |index| variants[index]);
    variant
        .rsplit(", ")
        .next()
        .unwrap_or(variant)
        .trim()
        .to_string()
}
