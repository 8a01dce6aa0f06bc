//! One pass forward and one back over a program, with tangents beside the values.
//!
//! Forward-over-reverse differentiation: (value, tangent) pairs go forward from (θ, v) to (z, ż),
//! (cotangent, tangent of the cotangent) pairs come back. What arrives at θ as the tangent of the
//! cotangent is the product; which matrix it is a product with depends only on the pair of seeds at
//! the logits (see [`crate::operators`]).

use std::mem;

use crate::array::host::scratch::recycle;
use crate::array::{Array, sum};
use crate::program::{Program, Slot};
use crate::rules::{Cotangents, PerInput, Point, Saved};

/// The values of one forward pass.
pub(crate) struct Tape {
    values: Vec<Option<Array>>,
    saved: Vec<Saved>,
}

/// The tangents of one forward pass, a slot each.
pub(crate) type Tangents = Vec<Option<Array>>;

/// Cotangents of the parameters, in their order: the gradient and the product.
pub(crate) struct Pulled {
    pub primal: PerInput,
    pub tangent: PerInput,
}

impl Tape {
    /// What each operation kept, of a pass that nothing has been pulled through yet.
    pub(crate) fn saved(&self) -> &[Saved] {
        &self.saved
    }
}

fn gather<T: Clone>(slots: &[Option<T>], inputs: &[Slot]) -> Vec<T> {
    inputs
        .iter()
        .map(|&slot| slots[slot].clone().expect("a program runs in order"))
        .collect()
}

impl Program {
    /// Computes the values. `constants` and `parameters` are in the program's order.
    pub(crate) fn forward(&self, constants: &[Array], parameters: &[Array], input: Array) -> Tape {
        let mut values: Vec<Option<Array>> = vec![None; self.shapes.len()];
        for ((slot, _), value) in self.constants.iter().zip(constants) {
            values[*slot] = Some(value.clone());
        }
        for (parameter, value) in self.parameters.iter().zip(parameters) {
            values[parameter.slot] = Some(value.clone());
        }
        values[self.input] = Some(input);
        let precision = parameters.iter().find_map(Array::precision);
        let mut saved = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let (mut value, kept) = node.rule.value(&gather(&values, &node.inputs));
            // Floats made from integers know no precision.
            if let Some(precision) = precision {
                value = value.in_precision(precision);
            }
            values[node.output] = Some(value);
            saved.push(kept);
            #[cfg(test)]
            crate::footprint::tests::probe::see(&[&values], &saved);
        }
        Tape { values, saved }
    }

    /// The logits of a pass.
    pub(crate) fn logits(&self, tape: &Tape) -> Array {
        tape.values[self.output]
            .clone()
            .expect("a program ends with its output")
    }

    /// Pushes tangents [K, …] of the parameters to the logits. Each is let go after its last use, but
    /// where `keep` says that a second-order pull-back follows and a rule will read it then.
    pub(crate) fn push(&self, tape: &Tape, parameters: &[Array], keep: bool) -> Tangents {
        let mut tangents: Tangents = vec![None; self.shapes.len()];
        for (parameter, tangent) in self.parameters.iter().zip(parameters) {
            tangents[parameter.slot] = Some(tangent.clone());
        }
        let last_use = self.last_uses();
        let curved = self.read_by_curved();
        for (index, node) in self.nodes.iter().enumerate() {
            let incoming: PerInput = node
                .inputs
                .iter()
                .map(|&slot| tangents[slot].clone())
                .collect();
            if incoming.iter().any(Option::is_some) {
                let inputs = gather(&tape.values, &node.inputs);
                tangents[node.output] = node.rule.jvp(self.point(tape, index, &inputs), &incoming);
            }
            drop(incoming);
            for &slot in &node.inputs {
                if last_use[slot] == index && !(keep && curved[slot]) {
                    recycle(tangents[slot].take());
                }
            }
            #[cfg(test)]
            crate::footprint::tests::probe::see(&[&tape.values, &tangents], &tape.saved);
        }
        tangents
    }

    /// Pulls the seeds at the logits back to the parameters: `seed` [1, n, C] with its curvature
    /// along `tangents`, and `seed_tangent` [K, n, C]. An absent seed is zero. `gradient` says whether
    /// the cotangents of the parameters themselves are wanted beside their tangents.
    pub(crate) fn pull(
        &self,
        mut tape: Tape,
        mut tangents: Tangents,
        seed: Option<Array>,
        seed_tangent: Option<Array>,
        gradient: bool,
    ) -> Pulled {
        let is_parameter = self.parameter_slots();
        let mut primal: Vec<Option<Array>> = vec![None; self.shapes.len()];
        let mut tangent: Vec<Option<Array>> = vec![None; self.shapes.len()];
        primal[self.output] = seed;
        tangent[self.output] = seed_tangent;
        for (index, node) in self.nodes.iter().enumerate().rev() {
            let cotangent = primal[node.output].take();
            let cotangent_tangent = tangent[node.output].take();
            let wanted: Vec<bool> = node.inputs.iter().map(|&slot| self.active[slot]).collect();
            if wanted.contains(&true) && (cotangent.is_some() || cotangent_tangent.is_some()) {
                let inputs = gather(&tape.values, &node.inputs);
                let at = self.point(&tape, index, &inputs);
                let add = |into: &mut Vec<Option<Array>>, pulled: PerInput, wanted: &[bool]| {
                    for ((&slot, array), &wanted) in node.inputs.iter().zip(pulled).zip(wanted) {
                        if wanted {
                            into[slot] = sum(into[slot].take(), array);
                        }
                    }
                };
                let along: Vec<Option<Array>> = node
                    .inputs
                    .iter()
                    .map(|&slot| tangents[slot].clone())
                    .collect();
                let curved = node.rule.curved() && along.iter().any(Option::is_some);
                let cotangents = Cotangents {
                    primal: cotangent.as_ref().filter(|_| curved),
                    tangent: cotangent_tangent.as_ref(),
                };
                // Of no cotangent, as where a gradient alone is wanted, there is no pull-back.
                if cotangents.primal.is_some() || cotangents.tangent.is_some() {
                    let pulled = node.rule.pull_tangent(at, &along, cotangents, &wanted);
                    add(&mut tangent, pulled, &wanted);
                }
                if let Some(cotangent) = &cotangent {
                    let wanted: Vec<bool> = node
                        .inputs
                        .iter()
                        .zip(&wanted)
                        .map(|(&slot, &wanted)| wanted && (gradient || !is_parameter[slot]))
                        .collect();
                    if wanted.contains(&true) {
                        add(&mut primal, node.rule.vjp(at, cotangent, &wanted), &wanted);
                    }
                }
            }
            // Everything that reads this output has been pulled through.
            recycle(cotangent);
            recycle(cotangent_tangent);
            recycle(tape.values[node.output].take());
            for kept in mem::take(&mut tape.saved[index]).floats {
                recycle(Some(kept));
            }
            recycle(tangents[node.output].take());
            #[cfg(test)]
            crate::footprint::tests::probe::see(
                &[&tape.values, &tangents, &primal, &tangent],
                &tape.saved,
            );
        }
        let take = |from: &mut Vec<Option<Array>>| {
            self.parameters
                .iter()
                .map(|parameter| from[parameter.slot].take())
                .collect()
        };
        Pulled {
            primal: take(&mut primal),
            tangent: take(&mut tangent),
        }
    }

    fn point<'a>(&self, tape: &'a Tape, index: usize, inputs: &'a [Array]) -> Point<'a> {
        Point {
            inputs,
            value: tape.values[self.nodes[index].output]
                .as_ref()
                .expect("a node's value lives until it is pulled through"),
            saved: &tape.saved[index],
        }
    }

    /// The slots whose tangents a second-order pull-back reads.
    pub(crate) fn read_by_curved(&self) -> Vec<bool> {
        let mut read = vec![false; self.shapes.len()];
        for node in self.nodes.iter().filter(|node| node.rule.curved()) {
            for &slot in &node.inputs {
                read[slot] = true;
            }
        }
        read
    }

    pub(crate) fn parameter_slots(&self) -> Vec<bool> {
        let mut is_parameter = vec![false; self.shapes.len()];
        for parameter in &self.parameters {
            is_parameter[parameter.slot] = true;
        }
        is_parameter
    }

    pub(crate) fn last_uses(&self) -> Vec<usize> {
        let mut last = vec![usize::MAX; self.shapes.len()];
        for (index, node) in self.nodes.iter().enumerate() {
            for &slot in &node.inputs {
                last[slot] = index;
            }
        }
        last
    }
}
