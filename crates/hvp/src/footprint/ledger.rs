//! Memory as it is taken, shared and let go, in numbers.

use crate::rules::Sharing;

/// The fullest moment of a pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Footprint {
    /// Numbers held between operations, where that is largest.
    pub held: usize,
    /// Numbers held within operations and between, where that is largest.
    pub peak: usize,
}

/// A tensor: which memory it is in, and whether its numbers lie there in their order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) block: usize,
    pub(super) ordered: bool,
}

/// Memory as it is taken and let go.
#[derive(Default)]
pub(super) struct Ledger {
    /// The size of each piece of memory and how many tensors hold it.
    blocks: Vec<(usize, usize)>,
    pub(super) now: usize,
    pub(super) footprint: Footprint,
}

impl Ledger {
    pub(super) fn take(&mut self, numbers: usize) -> Held {
        self.blocks.push((numbers, 1));
        self.now += numbers;
        self.footprint.peak = self.footprint.peak.max(self.now);
        Held {
            block: self.blocks.len() - 1,
            ordered: true,
        }
    }

    pub(super) fn share(&mut self, held: Held) -> Held {
        self.blocks[held.block].1 += 1;
        held
    }

    pub(super) fn drop(&mut self, held: Option<Held>) {
        let Some(held) = held else { return };
        let (numbers, holders) = &mut self.blocks[held.block];
        *holders -= 1;
        if *holders == 0 {
            self.now -= *numbers;
        }
    }

    /// Something is computed on the way.
    pub(super) fn pass(&mut self, numbers: usize) {
        self.footprint.peak = self.footprint.peak.max(self.now + numbers);
    }

    /// An operation is done.
    pub(super) fn rest(&mut self) {
        self.footprint.held = self.footprint.held.max(self.now);
    }

    /// What an operation gives of one of its inputs.
    pub(super) fn moved(&mut self, sharing: Sharing, from: Held, numbers: usize) -> Held {
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
    pub(super) fn sum(&mut self, first: Option<Held>, second: Held, numbers: usize) -> Held {
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
