//! The memory of one pass over a batch, counted before anything is computed.
//!
//! The walk of [`crate::sweep`] is repeated with sizes in place of tensors: what it holds, shares and
//! lets go is held, shared and let go here, and each rule says what it computes on the way. Everything
//! is counted in numbers of the precision, whatever the device.

use crate::loss::Seeds;
use crate::program::{Node, Program, Slot};
use crate::rules::Sharing;

/// The fullest moment of a pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Live {
    /// Numbers held between operations, where that is largest.
    pub held: usize,
    /// Numbers held within operations and between, where that is largest.
    pub peak: usize,
}

/// A tensor: which memory it is in, and whether its numbers lie there in their order.
#[derive(Clone, Copy, Debug)]
struct Held {
    block: usize,
    ordered: bool,
}

/// Memory as it is taken and let go.
#[derive(Default)]
struct Ledger {
    /// The size of each piece of memory and how many tensors hold it.
    blocks: Vec<(usize, usize)>,
    now: usize,
    live: Live,
}

impl Ledger {
    fn take(&mut self, numbers: usize) -> Held {
        self.blocks.push((numbers, 1));
        self.now += numbers;
        self.live.peak = self.live.peak.max(self.now);
        Held {
            block: self.blocks.len() - 1,
            ordered: true,
        }
    }

    fn share(&mut self, held: Held) -> Held {
        self.blocks[held.block].1 += 1;
        held
    }

    fn drop(&mut self, held: Option<Held>) {
        let Some(held) = held else { return };
        let (numbers, holders) = &mut self.blocks[held.block];
        *holders -= 1;
        if *holders == 0 {
            self.now -= *numbers;
        }
    }

    /// Something is computed on the way.
    fn pass(&mut self, numbers: usize) {
        self.live.peak = self.live.peak.max(self.now + numbers);
    }

    /// An operation is done.
    fn rest(&mut self) {
        self.live.held = self.live.held.max(self.now);
    }

    /// What an operation gives of one of its inputs.
    fn moved(&mut self, sharing: Sharing, from: Held, numbers: usize) -> Held {
        match sharing {
            Sharing::Everything if from.ordered => self.share(from),
            Sharing::Reordered => Held {
                ordered: false,
                ..self.share(from)
            },
            _ => self.take(numbers),
        }
    }

    /// The sum of two tensors, in the memory of one of them where nothing else reads it.
    fn sum(&mut self, first: Option<Held>, second: Held, numbers: usize) -> Held {
        let Some(first) = first else { return second };
        let alone = |held: Held| held.ordered && self.blocks[held.block].1 == 1;
        let (kept, other) = match (alone(first), alone(second)) {
            (true, _) => (first, second),
            (false, true) => (second, first),
            (false, false) => {
                let total = self.take(numbers);
                self.drop(Some(first));
                (total, second)
            }
        };
        self.drop(Some(other));
        kept
    }
}

/// The walk over one program.
struct Walk<'a> {
    program: &'a Program,
    directions: usize,
    ledger: Ledger,
    values: Vec<Option<Held>>,
    saved: Vec<Held>,
    tangents: Vec<Option<Held>>,
}

impl Program {
    /// The memory of a pass over a batch of the program's size with `directions` tangents that pulls
    /// both cotangents and tangents back, which is the most that any pass takes. The parameters, their
    /// tangents and the constants are not counted, the cotangents of the parameters are.
    pub(crate) fn live(&self, directions: usize) -> Live {
        let mut walk = Walk::new(self, directions);
        // The batch as it was read.
        let (rows, classes) = (self.rows(), self.classes());
        walk.ledger
            .take(walk.size(self.input) + rows * classes + rows);
        // Targets are made in float64.
        walk.ledger.pass(2 * rows * classes);
        walk.forward();
        let (seeds, besides) = Seeds::numbers(rows, classes);
        walk.ledger.take(seeds);
        walk.ledger.pass(besides);
        walk.push(true);
        let seed = walk.ledger.take(rows * classes);
        let seed_tangent = walk.ledger.take(directions * rows * classes);
        walk.ledger.pass(2 * directions * rows * classes);
        walk.pull(Some(seed), Some(seed_tangent));
        walk.ledger.live
    }
}

impl<'a> Walk<'a> {
    fn new(program: &'a Program, directions: usize) -> Self {
        Walk {
            program,
            directions,
            ledger: Ledger::default(),
            values: vec![None; program.shapes.len()],
            saved: Vec::new(),
            tangents: vec![None; program.shapes.len()],
        }
    }

    fn size(&self, slot: Slot) -> usize {
        self.program.shapes[slot].iter().product()
    }

    /// What is computed on the way in an operation on tensors with `directions`, and the copies of
    /// those whose numbers lie in another order.
    fn within(&self, node: &Node, directions: usize, given: &[Option<Held>]) -> usize {
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

    fn forward(&mut self) {
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

    fn push(&mut self, keep: bool) {
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

    fn pull(&mut self, seed: Option<Held>, seed_tangent: Option<Held>) {
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
    fn pulled(
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

#[cfg(test)]
pub(crate) mod probe {
    //! The memory that a sweep on the host really holds, by the addresses of its tensors.

    use std::cell::{Cell, RefCell};
    use std::collections::{HashMap, HashSet};

    use burn_dispatch::{BackendTensor, DispatchTensorKind};

    use crate::array::{Array, Indices};
    use crate::rules::Saved;

    thread_local! {
        static OUTSIDE: RefCell<HashSet<usize>> = RefCell::default();
        static LARGEST: Cell<usize> = const { Cell::new(0) };
    }

    /// The address and the size of the memory a float32 tensor lies in, which may be larger than it.
    fn memory(array: &Array) -> (usize, usize) {
        let DispatchTensorKind::Flex(BackendTensor::Float(tensor)) = &array.0.kind else {
            panic!("a float tensor on the host")
        };
        let numbers = tensor.storage::<f32>();
        (numbers.as_ptr().addr(), numbers.len())
    }

    fn memory_of_indices(indices: &Indices) -> (usize, usize) {
        let DispatchTensorKind::Flex(BackendTensor::Int(tensor)) = &indices.0.kind else {
            panic!("integers on the host")
        };
        let numbers = tensor.storage::<i32>();
        (numbers.as_ptr().addr(), numbers.len())
    }

    /// Starts anew; what is in the memory of `outside` is not counted.
    pub(super) fn start(outside: &[Array]) {
        OUTSIDE.set(outside.iter().map(|array| memory(array).0).collect());
        LARGEST.set(0);
    }

    /// The most numbers seen at once since the start.
    pub(super) fn largest() -> usize {
        LARGEST.get()
    }

    pub(crate) fn see(tensors: &[&[Option<Array>]], saved: &[Saved]) {
        let tensors = tensors.iter().copied().flatten().flatten();
        let floats = saved.iter().flat_map(|saved| &saved.floats);
        let indices = saved.iter().flat_map(|saved| &saved.indices);
        let all: HashMap<usize, usize> = tensors
            .chain(floats)
            .map(memory)
            .chain(indices.map(memory_of_indices))
            .filter(|(address, _)| OUTSIDE.with_borrow(|outside| !outside.contains(address)))
            .collect();
        LARGEST.set(LARGEST.get().max(all.values().sum()));
    }
}

#[cfg(test)]
mod tests {
    //! The account against the memory that a sweep on the host really holds.

    use super::*;
    use crate::array::Array;
    use crate::capture::capture;
    use crate::precision::Precision;
    use burn::module::Module;
    use burn::nn::conv::{Conv2d, Conv2dConfig};
    use burn::nn::pool::MaxPool2dConfig;
    use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig};
    use burn::tensor::{Device, Tensor, activation};

    #[derive(Module, Debug)]
    struct Net {
        first: Conv2d,
        bn: BatchNorm,
        second: Conv2d,
        inner: Linear,
        last: Linear,
    }

    const BATCH: usize = 5;
    const INPUT: [usize; 4] = [BATCH, 2, 6, 6];

    fn net() -> Net {
        let device = Device::flex();
        let same = burn::nn::PaddingConfig2d::Explicit(1, 1, 1, 1);
        let conv = |channels| {
            Conv2dConfig::new(channels, [3, 3])
                .with_padding(same.clone())
                .init(&device)
        };
        Net {
            first: conv([2, 3]),
            bn: BatchNormConfig::new(3).init(&device),
            second: conv([3, 3]),
            inner: LinearConfig::new(12, 12).init(&device),
            last: LinearConfig::new(12, 4).init(&device),
        }
    }

    impl Net {
        /// Nothing but a chain.
        fn chain(&self, x: Tensor<4>) -> Tensor<2> {
            let x = activation::relu(self.bn.forward(self.first.forward(x)));
            let pool = MaxPool2dConfig::new([3, 3]).with_strides([3, 3]).init();
            let x = pool.forward(self.second.forward(x).tanh());
            self.last.forward(x.flatten::<2>(1, 3))
        }

        /// Shortcuts: cotangents that meet and share memory.
        fn residual(&self, x: Tensor<4>) -> Tensor<2> {
            let x = self.first.forward(x).tanh();
            let x = x.clone() + self.second.forward(x.clone()) + x.tanh();
            let pool = MaxPool2dConfig::new([3, 3]).with_strides([3, 3]).init();
            self.last.forward(pool.forward(x).flatten::<2>(1, 3))
        }

        /// Axes exchanged, so that a later reshape copies.
        fn mixed(&self, x: Tensor<4>) -> Tensor<2> {
            let x = self.inner.forward(x.reshape([BATCH * 6, 12])).tanh();
            let x = x.reshape([BATCH, 6, 12]).swap_dims(1, 2);
            let x = self.inner.forward(x.reshape([BATCH * 6, 12]));
            self.last.forward(x.tanh().reshape([BATCH * 6, 12]))
        }

        /// Tensors one after another, whose cotangents are parts of one.
        fn concatenated(&self, x: Tensor<4>) -> Tensor<2> {
            let x = self.inner.forward(x.reshape([BATCH * 6, 12])).tanh();
            let x = Tensor::cat(vec![x.clone(), self.inner.forward(x)], 0);
            self.last.forward(x.tanh())
        }

        /// Means over an axis, whose cotangents are numbers repeated.
        fn averaged(&self, x: Tensor<4>) -> Tensor<2> {
            let x = self.inner.forward(x.reshape([BATCH * 6, 12])).tanh();
            let x = x.reshape([BATCH, 6, 12]).mean_dim(1);
            self.last.forward(x.reshape([BATCH, 12]))
        }
    }

    /// The numbers that a sweep holds: by the account, and really.
    fn held(program: &Program, directions: usize) -> (usize, usize) {
        let device = Device::flex();
        let array = |shape: &[usize]| {
            let count: usize = shape.iter().product();
            let values = (0..count).map(|i| (i as f64 * 0.37).sin()).collect();
            Array::from_vec(values, shape, Precision::F32, &device)
        };
        let lifted = |shape: &[usize]| [&[directions], shape].concat();
        let parameters: Vec<Array> = program.parameters.iter().map(|p| array(&p.shape)).collect();
        let along: Vec<Array> = program
            .parameters
            .iter()
            .map(|p| array(&lifted(&p.shape)))
            .collect();
        let constants: Vec<Array> = program
            .constants
            .iter()
            .map(|(_, data)| Array::from_data(data.clone(), Precision::F32, &device))
            .collect();
        probe::start(&[&parameters[..], &along, &constants].concat());
        let input = array(&program.shapes[program.input]);
        let tape = program.forward(&constants, &parameters, input);
        let tangents = program.push(&tape, &along, true);
        let (rows, classes) = (program.rows(), program.classes());
        let seed = array(&[1, rows, classes]);
        let seed_tangent = array(&[directions, rows, classes]);
        program.pull(tape, tangents, Some(seed), Some(seed_tangent), false);

        let mut walk = Walk::new(program, directions);
        walk.forward();
        walk.push(true);
        let seed = walk.ledger.take(rows * classes);
        let seed_tangent = walk.ledger.take(directions * rows * classes);
        walk.pull(Some(seed), Some(seed_tangent));
        // All that is left are the input and the cotangents of the parameters that are read.
        let read = |slot: Slot| program.nodes.iter().any(|node| node.inputs.contains(&slot));
        let parameters = program.parameters.iter().filter(|p| read(p.slot));
        let left = directions * parameters.map(|p| p.len()).sum::<usize>();
        let left = left + walk.size(program.input);
        assert_eq!(walk.ledger.now, left);
        (walk.ledger.live.held, probe::largest())
    }

    fn check(name: &str, forward: fn(&Net, Tensor<4>) -> Tensor<2>) {
        let program = capture(&net(), INPUT, forward).expect("rules for all of it");
        for directions in [1, 3] {
            let (account, really) = held(&program, directions);
            assert_eq!(account, really, "{name}, {directions} directions");
            let live = program.live(directions);
            let logits = program.rows() * program.classes();
            // Over the sweep alone: what was read, and the seeds.
            let around = walk_input(&program) + 3 * logits + 2 * program.rows();
            assert_eq!(live.held, account + around, "{name}");
            assert!(live.peak > live.held, "{name}");
        }
    }

    fn walk_input(program: &Program) -> usize {
        program.input_shape().iter().product()
    }

    #[test]
    fn of_a_chain() {
        check("chain", Net::chain);
    }

    #[test]
    fn of_shortcuts() {
        check("residual", Net::residual);
    }

    #[test]
    fn of_another_order() {
        check("mixed", Net::mixed);
    }

    #[test]
    fn of_repeated_numbers() {
        check("averaged", Net::averaged);
    }

    #[test]
    fn of_parts() {
        check("concatenated", Net::concatenated);
    }

    /// y = x w for x [n, 2] and w [2, 3], by hand: the batch as read (2 + 3 + 1) n and the input 2 n,
    /// the logits 3 n, seeds (2 · 3 + 1) n and the one pulled back 3 n, and for each direction the
    /// logits' tangent and its curvature, which is computed through two more, 4 · 3 n.
    #[test]
    fn of_one_product() {
        #[derive(Module, Debug)]
        struct Product {
            weight: burn::module::Param<Tensor<2>>,
        }
        let weight = Tensor::ones([2, 3], &Device::flex());
        let net = Product {
            weight: burn::module::Param::from_tensor(weight),
        };
        for n in [7, 50] {
            let program = capture(&net, [n, 2], |net: &Product, x: Tensor<2>| {
                x.matmul(net.weight.val())
            })
            .expect("a product has a rule");
            for directions in [1, 4] {
                let peak = program.live(directions).peak;
                assert_eq!(peak, 21 * n + 12 * n * directions);
            }
        }
    }

    #[test]
    fn memory_grows_with_the_directions_and_the_batch() {
        let at = |batch: usize, directions: usize| {
            let forward = |net: &Net, x: Tensor<4>| {
                let x = net.first.forward(x).tanh();
                let pool = MaxPool2dConfig::new([3, 3]).with_strides([3, 3]).init();
                net.last.forward(pool.forward(x).flatten::<2>(1, 3))
            };
            let program = capture(&net(), [batch, 2, 6, 6], forward).expect("rules for all of it");
            program.live(directions).peak
        };
        for (few, many) in [((1, 1), (2, 1)), ((1, 1), (1, 2)), ((3, 4), (4, 4))] {
            assert!(at(few.0, few.1) < at(many.0, many.1), "{few:?} {many:?}");
        }
    }
}
