//! The walk over a program, with sizes in place of tensors.

use super::ledger::{Held, Ledger};
use crate::program::{Node, Program, Slot};
use crate::rules::Sharing;

/// The walk over one program.
pub(super) struct Walk<'a> {
    program: &'a Program,
    directions: usize,
    pub(super) ledger: Ledger,
    values: Vec<Option<Held>>,
    saved: Vec<Held>,
    tangents: Vec<Option<Held>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(program: &'a Program, directions: usize) -> Self {
        Walk {
            program,
            directions,
            ledger: Ledger::default(),
            values: vec![None; program.shapes.len()],
            saved: Vec::new(),
            tangents: vec![None; program.shapes.len()],
        }
    }

    pub(super) fn size(&self, slot: Slot) -> usize {
        self.program.shapes[slot].iter().product()
    }

    /// What is computed on the way in an operation on tensors with `directions`, and the copies of
    /// those whose numbers lie in another order.
    pub(super) fn within(&self, node: &Node, directions: usize, given: &[Option<Held>]) -> usize {
        let shapes: Vec<&[usize]> = node
            .inputs
            .iter()
            .map(|&slot| self.program.shapes[slot].as_slice())
            .collect();
        let value = &self.program.shapes[node.output];
        let moves = matches!(
            node.rule.sharing(),
            Sharing::Everything | Sharing::Reordered
        );
        let copies: usize = node
            .inputs
            .iter()
            .zip(given)
            .filter(|(_, held)| !moves && held.is_some_and(|held| !held.ordered))
            .map(|(&slot, _)| self.size(slot))
            .sum();
        node.rule.shared_scratch(&shapes, value)
            + directions * (node.rule.scratch(&shapes, value) + copies)
    }

    pub(super) fn forward(&mut self) {
        let program = self.program;
        for parameter in &program.parameters {
            self.values[parameter.slot] = Some(self.ledger.take(0));
        }
        for (slot, _) in &program.constants {
            self.values[*slot] = Some(self.ledger.take(0));
        }
        let input = self.size(program.input);
        self.values[program.input] = Some(self.ledger.take(input));
        for node in &program.nodes {
            let given: Vec<Option<Held>> =
                node.inputs.iter().map(|&slot| self.values[slot]).collect();
            let numbers = self.size(node.output);
            self.values[node.output] = given
                .first()
                .copied()
                .flatten()
                .map(|from| self.ledger.moved(node.rule.sharing(), from, numbers));
            let shapes: Vec<&[usize]> = node
                .inputs
                .iter()
                .map(|&slot| program.shapes[slot].as_slice())
                .collect();
            let saved = node.rule.saved(&shapes, &program.shapes[node.output]);
            let saved = self.ledger.take(saved);
            self.saved.push(saved);
            let within = self.within(node, 1, &given);
            self.ledger.pass(within);
            self.ledger.rest();
        }
    }

    pub(super) fn push(&mut self, keep: bool) {
        let program = self.program;
        for parameter in &program.parameters {
            self.tangents[parameter.slot] = Some(self.ledger.take(0));
        }
        let last_use = program.last_uses();
        let curved = program.read_by_curved();
        for (index, node) in program.nodes.iter().enumerate() {
            let given: Vec<Option<Held>> = node
                .inputs
                .iter()
                .map(|&slot| self.tangents[slot])
                .collect();
            if let Some(from) = given.iter().flatten().next() {
                let numbers = self.directions * self.size(node.output);
                self.tangents[node.output] =
                    Some(self.ledger.moved(node.rule.sharing(), *from, numbers));
                let within = self.within(node, self.directions, &given);
                self.ledger.pass(within);
            }
            for &slot in &node.inputs {
                if last_use[slot] == index && !(keep && curved[slot]) {
                    let gone = self.tangents[slot].take();
                    self.ledger.drop(gone);
                }
            }
            self.ledger.rest();
        }
    }

    pub(super) fn pull(&mut self, seed: Option<Held>, seed_tangent: Option<Held>) {
        let program = self.program;
        let directions = self.directions;
        let is_parameter = program.parameter_slots();
        let mut primal: Vec<Option<Held>> = vec![None; program.shapes.len()];
        let mut tangent = primal.clone();
        primal[program.output] = seed;
        tangent[program.output] = seed_tangent;
        for (index, node) in program.nodes.iter().enumerate().rev() {
            let cotangent = primal[node.output].take();
            let cotangent_tangent = tangent[node.output].take();
            let wanted: Vec<bool> = node
                .inputs
                .iter()
                .map(|&slot| program.active[slot])
                .collect();
            if let Some(from) = cotangent {
                let along: Vec<Option<Held>> = node
                    .inputs
                    .iter()
                    .map(|&slot| self.tangents[slot])
                    .collect();
                if node.rule.curved() && along.iter().any(Option::is_some) {
                    self.pulled(node, directions, &wanted, None, &mut tangent);
                }
                let inner: Vec<bool> = node
                    .inputs
                    .iter()
                    .zip(&wanted)
                    .map(|(&slot, &wanted)| wanted && !is_parameter[slot])
                    .collect();
                self.pulled(node, 1, &inner, Some(from), &mut primal);
            }
            if let Some(from) = cotangent_tangent {
                self.pulled(node, directions, &wanted, Some(from), &mut tangent);
            }
            let gone = [
                cotangent,
                cotangent_tangent,
                self.values[node.output].take(),
                Some(self.saved[index]),
                self.tangents[node.output].take(),
            ];
            for held in gone {
                self.ledger.drop(held);
            }
            self.ledger.rest();
        }
    }

    /// Cotangents of the wanted inputs, from the cotangent of the value where they may share it, added
    /// to what came before.
    pub(super) fn pulled(
        &mut self,
        node: &Node,
        directions: usize,
        wanted: &[bool],
        from: Option<Held>,
        into: &mut [Option<Held>],
    ) {
        if !wanted.contains(&true) {
            return;
        }
        let value = self.size(node.output);
        let pulled: Vec<Option<Held>> = node
            .inputs
            .iter()
            .zip(wanted)
            .map(|(&slot, &wanted)| {
                let numbers = directions * self.size(slot);
                wanted.then(|| match (node.rule.sharing(), from) {
                    (Sharing::Cotangents, Some(from)) if self.size(slot) == value => {
                        self.ledger.share(from)
                    }
                    (Sharing::Views, Some(from)) => Held {
                        ordered: false,
                        ..self.ledger.share(from)
                    },
                    (sharing, Some(from)) => self.ledger.moved(sharing, from, numbers),
                    (_, None) => self.ledger.take(numbers),
                })
            })
            .collect();
        let within = self.within(node, directions, &[]);
        self.ledger.pass(within);
        for (&slot, held) in node.inputs.iter().zip(pulled) {
            if let Some(held) = held {
                let numbers = directions * self.size(slot);
                let before = into[slot].take();
                into[slot] = Some(self.ledger.sum(before, held, numbers));
            }
        }
    }
}
