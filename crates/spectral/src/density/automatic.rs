//! A spectral density to a requested error.

use serde::{Deserialize, Serialize};

use crate::density::assessment::{Assessment, AutomaticDensity, AutomaticLimit, AutomaticOutcome};
use crate::density::automatic_options::AutomaticOptions;
use crate::density::slq::quadrature;
use crate::density::spectral_density::SpectralDensity;
use crate::density::wasserstein_error::{Cells, RESOLUTION, distance, sampling_error};
use crate::eigen::lanczos::LanczosEstimation;
use crate::eigen::lanczos_options::{Breakdown, Reorthogonalisation};
use crate::eigen::recursion::Recursion;
use crate::error::snapshot_error::SnapshotError;
use crate::error::spectral_error::SpectralError;
use crate::numeric::quadrature::Quadrature;
use crate::operator::linear_operator::{LinearOperator, OperatorOn};
use crate::operator::probes::{Probes, next_block};
use crate::resume::estimation::{Estimation, unfinished};
use crate::resume::keeper::Keeper;
use crate::resume::snapshot::{Snapshot, SnapshotRef};
use crate::resume::state::{OptionRules, read_state, write_state};

/// Estimates the spectral density until its error is at most the one asked for, or says why it could not.
///
/// The estimate is that of [`slq`](crate::slq()), n probes of m Lanczos steps. Its distance from the truth is at most the
/// sum of two parts, by the triangle inequality about the expectation at m steps:
///
/// - sampling: the distance of the mean over the n probes from its expectation, bounded by the 97.5% quantile of a
///   multiplier bootstrap with Student's factor;
/// - truncation: how far m steps are from infinitely many. The Wasserstein-1 error of a Gauss quadrature falls as 1/m at
///   least (Chen, Trogdon & Ubaru, "Analysis of stochastic Lanczos quadrature for spectrum approximation", 2021) and that
///   of a smoothed density geometrically (Ubaru, Chen & Saad 2017); an error that falls as 1/m or faster is at most the
///   distance between m steps and m/2. The larger of the distances from m/2 and from 3m/4 steps is taken, since one alone
///   may vanish by chance. Recursions that have ended have none. This is an estimate, not a bound.
///
/// The larger part decides whether probes or steps are added: the recursions go on, none is begun again. Where a limit
/// forbids both, full reorthogonalisation with restarts goes on through the whole space, if that is within the limits. So two vectors a
/// probe are kept, and all of them with reorthogonalisation. The result is determined by the operator and the options.
/// [`AutomaticEstimation::run_told`] tells each [`Assessment`] on the way.
pub fn automatic_density<O: LinearOperator>(
    op: &O,
    options: &AutomaticOptions,
) -> Result<AutomaticDensity, SpectralError> {
    AutomaticEstimation::begin(op, options)?.run(op)
}

/// [`automatic_density`] in progress: a step is one Lanczos step of one block of probes.
///
/// The limits `max_*` may grow: an estimation that one of them ended goes on.
#[derive(Clone, Debug)]
pub struct AutomaticEstimation<V> {
    options: AutomaticOptions,
    dim: usize,
    /// Steps asked of every probe.
    steps: usize,
    products: usize,
    blocks: Vec<LanczosEstimation<V>>,
    /// (block, number): which block's Lanczos vectors were made in turn.
    order: Vec<(usize, usize)>,
    assessments: Vec<Assessment>,
    outcome: Option<AutomaticOutcome>,
}

/// Everything but vectors.
#[derive(Serialize, Deserialize)]
struct AutomaticState {
    steps: usize,
    products: usize,
    /// Each block's state, and its number of moving vectors.
    blocks: Vec<(String, usize)>,
    order: Vec<(usize, usize)>,
    assessments: Vec<Assessment>,
    outcome: Option<AutomaticOutcome>,
}

const NAME: &str = "automatic_density";

impl<V: Clone> AutomaticEstimation<V> {
    /// Before the first step.
    pub fn begin<O: OperatorOn<V>>(
        op: &O,
        options: &AutomaticOptions,
    ) -> Result<Self, SpectralError> {
        options.check()?;
        let mut estimation = Self {
            options: *options,
            dim: op.effective_dim(),
            steps: options.first_steps,
            products: 0,
            blocks: Vec::new(),
            order: Vec::new(),
            assessments: Vec::new(),
            outcome: None,
        };
        estimation.add_probes(op, options.first_probes)?;
        Ok(estimation)
    }

    /// The errors so far.
    pub fn assessments(&self) -> &[Assessment] {
        &self.assessments
    }

    /// [`run_kept`](Estimation::run_kept) that tells `progress` each assessment once, those of an estimation gone on with
    /// among them.
    pub fn run_told<O: OperatorOn<V>, K: Keeper<O::Space> + ?Sized>(
        self,
        op: &O,
        name: &str,
        keeper: &mut K,
        progress: impl FnMut(&Assessment),
    ) -> Result<AutomaticDensity, SpectralError> {
        let (mut progress, mut told) = (progress, 0);
        self.run_watched(op, name, keeper, |estimation| {
            estimation.assessments[told..]
                .iter()
                .for_each(&mut progress);
            told = estimation.assessments.len();
        })
    }

    fn recursions(&self) -> impl Iterator<Item = &Recursion<V>> {
        self.blocks.iter().flat_map(|block| block.recursions())
    }

    /// Whether a recursion cannot go on, so that its quadrature has no truncation error.
    fn has_ended(&self, recursion: &Recursion<V>) -> bool {
        let whole = self.options.orthogonal() && recursion.steps() >= self.dim;
        recursion.has_ended() || whole
    }

    /// Whether a recursion's Ritz values are the spectrum.
    fn is_complete(&self, recursion: &Recursion<V>) -> bool {
        self.options.reorthogonalisation == Reorthogonalisation::Full
            && recursion.steps() == self.dim
    }

    /// Adds probes as blocks of their own.
    fn add_probes<O: OperatorOn<V>>(&mut self, op: &O, count: usize) -> Result<(), SpectralError> {
        let probes = Probes::new(self.options.kind, self.options.seed);
        let mut next = self.recursions().count();
        let end = next + count;
        while next < end {
            let size = next_block(end - next, self.options.block_size);
            let block = probes.block(op.space(), next as u64, size);
            let options = self.options.lanczos(self.steps);
            self.blocks
                .push(LanczosEstimation::begin(op, &block, &options)?);
            self.note_order(self.blocks.len() - 1, 0);
            next += size;
        }
        Ok(())
    }

    /// Notes how many Lanczos vectors a block has made since it had `before`.
    fn note_order(&mut self, block: usize, before: usize) {
        let made = self.blocks[block].basis_vectors() - before;
        match self.order.last_mut() {
            Some((last, count)) if *last == block => *count += made,
            _ if made > 0 => self.order.push((block, made)),
            _ => (),
        }
    }

    /// Takes the error once every probe has made its steps.
    fn assess(&mut self) -> Result<(), SpectralError> {
        let mut full = Vec::new();
        let (mut half, mut most) = (Vec::new(), Vec::new());
        let (mut ended, mut exact) = (0, false);
        for recursion in self.recursions() {
            let steps = recursion.steps();
            let has_ended = self.has_ended(recursion);
            ended += usize::from(has_ended);
            exact |= self.is_complete(recursion);
            let whole = recursion.quadrature(steps)?;
            let shorter = |length: usize| match has_ended {
                true => Ok(whole.clone()),
                false => recursion.quadrature(length.max(1)),
            };
            half.push(shorter(steps / 2)?);
            most.push(shorter(3 * steps / 4)?);
            full.push(whole);
        }
        let (sampling, truncation) = if exact {
            (0.0, 0.0)
        } else {
            self.parts(&full, &[half, most])
        };
        self.assessments.push(Assessment {
            probes: full.len(),
            steps: self.steps,
            products: self.products,
            ended,
            sampling,
            truncation,
            exact,
        });
        Ok(())
    }

    /// The sampling and the truncation part of the error.
    fn parts(&self, full: &[Quadrature], shorter: &[Vec<Quadrature>; 2]) -> (f64, f64) {
        let Some(cells) = Cells::across(full) else {
            return (0.0, 0.0);
        };
        let curves = |quadratures: &[Quadrature]| -> Vec<Vec<f64>> {
            quadratures.iter().map(|q| cells.curve(q)).collect()
        };
        let full = curves(full);
        let truncation = shorter
            .iter()
            .map(|quadratures| distance(&full, &curves(quadratures)))
            .fold(0.0, f64::max);
        let sampling = sampling_error(&full, self.options.seed);
        (sampling, truncation + RESOLUTION)
    }

    /// Ends, or adds steps or probes, by the last assessment.
    fn decide<O: OperatorOn<V>>(&mut self, op: &O) -> Result<(), SpectralError> {
        let Some(last) = self.assessments.last().copied() else {
            return Ok(());
        };
        let tolerance = self.options.tolerance;
        if last.exact || last.error() <= tolerance {
            self.outcome = Some(match last.exact {
                true => AutomaticOutcome::Exact,
                false => AutomaticOutcome::Met,
            });
            return Ok(());
        }
        let steps_first = last.truncation > last.sampling;
        let larger = last.truncation.max(last.sampling);
        let mut limited = None;
        for steps in [steps_first, !steps_first] {
            let limit = if steps {
                match self.more_steps(&last) {
                    Ok(steps) => return self.grow_steps(op, steps),
                    Err(limit) => limit,
                }
            } else {
                match self.more_probes(&last) {
                    Ok(count) => return self.add_probes(op, count),
                    Err(limit) => limit,
                }
            };
            limited.get_or_insert(limit);
            // Where the larger part alone is too large, less of the other would not do.
            if larger >= tolerance {
                break;
            }
        }
        if self.can_be_exact(&last) {
            return self.grow_steps(op, self.dim);
        }
        self.outcome = limited.map(AutomaticOutcome::NotMet);
        Ok(())
    }

    /// Whether the recursions can be carried through the whole space within the limits.
    fn can_be_exact(&self, last: &Assessment) -> bool {
        let missing = self.dim.saturating_sub(self.steps);
        let products = last.probes.saturating_mul(missing);
        self.options.reorthogonalisation == Reorthogonalisation::Full
            && self.options.breakdown == Breakdown::Restart
            && self.dim <= self.options.max_steps
            && products <= self.options.max_products.saturating_sub(self.products)
            && self.options.vectors(last.probes, self.dim) <= self.options.max_vectors
    }

    fn grow_steps<O: OperatorOn<V>>(&mut self, op: &O, steps: usize) -> Result<(), SpectralError> {
        self.steps = steps;
        for block in 0..self.blocks.len() {
            let before = self.blocks[block].basis_vectors();
            self.blocks[block].grow(op, steps)?;
            self.note_order(block, before);
        }
        Ok(())
    }

    /// Half as many steps again, or as many as the limits allow.
    fn more_steps(&self, last: &Assessment) -> Result<usize, AutomaticLimit> {
        let going = last.probes - last.ended;
        if going == 0 {
            return Err(AutomaticLimit::Resolution);
        }
        let left = (self.options.max_products.saturating_sub(self.products)) / going;
        let room = match self.options.orthogonal() {
            true => (self.options.max_vectors / last.probes).saturating_sub(2),
            false => usize::MAX,
        };
        let whole = match self.options.orthogonal() {
            true => self.dim,
            false => usize::MAX,
        };
        let wanted = (self.steps + self.steps.div_ceil(2)).min(whole);
        smallest(
            self.steps,
            wanted,
            [
                (self.options.max_steps, AutomaticLimit::Steps),
                (self.steps.saturating_add(left), AutomaticLimit::Products),
                (room, AutomaticLimit::Vectors),
            ],
        )
    }

    /// As many more probes as the error calls for, no more than there are, or as many as the limits allow.
    fn more_probes(&self, last: &Assessment) -> Result<usize, AutomaticLimit> {
        let share = (self.options.tolerance - last.truncation).max(0.5 * self.options.tolerance);
        let needed = (last.probes as f64 * (last.sampling / share).powi(2)).ceil();
        let wanted = (needed as usize).clamp(last.probes + 1, 2 * last.probes);
        let left = self.options.max_products.saturating_sub(self.products) / self.steps;
        let room = self.options.max_vectors / self.options.vectors_of_one(self.steps);
        let probes = smallest(
            last.probes,
            wanted,
            [
                (self.options.max_probes, AutomaticLimit::Probes),
                (last.probes.saturating_add(left), AutomaticLimit::Products),
                (room, AutomaticLimit::Vectors),
            ],
        )?;
        Ok(probes - last.probes)
    }
}

/// The value wanted, or the least of the limits if that is less; the limit that leaves nothing above `now`.
fn smallest(
    now: usize,
    wanted: usize,
    limits: [(usize, AutomaticLimit); 3],
) -> Result<usize, AutomaticLimit> {
    let mut value = wanted;
    for (most, limit) in limits {
        if most <= now {
            return Err(limit);
        }
        value = value.min(most);
    }
    Ok(value)
}

impl<V: Clone, O: OperatorOn<V>> Estimation<O> for AutomaticEstimation<V> {
    type Options = AutomaticOptions;
    type Output = AutomaticDensity;

    fn restore(
        op: &O,
        options: &AutomaticOptions,
        snapshot: Snapshot<V>,
    ) -> Result<Self, SpectralError> {
        options.check()?;
        let dim = op.effective_dim();
        let rules = OptionRules {
            may_grow: &["max_probes", "max_steps", "max_products", "max_vectors"],
            free: &["block_size"],
        };
        let state: AutomaticState = read_state(NAME, dim, options, rules, &snapshot.state)?;
        let wrong = || SnapshotError::state(NAME, "it has another number of vectors");
        let mut settled: Vec<Vec<V>> = state.blocks.iter().map(|_| Vec::new()).collect();
        let mut vectors = snapshot.settled.into_iter();
        for &(block, count) in &state.order {
            let of_block = settled.get_mut(block).ok_or_else(wrong)?;
            of_block.extend(vectors.by_ref().take(count));
        }
        let mut moving = snapshot.moving.into_iter();
        let mut blocks = Vec::new();
        for ((text, count), settled) in state.blocks.into_iter().zip(settled) {
            let block = Snapshot {
                state: text,
                settled,
                moving: moving.by_ref().take(count).collect(),
                ..Snapshot::default()
            };
            let options = options.lanczos(state.steps);
            blocks.push(LanczosEstimation::restore(op, &options, block)?);
        }
        if vectors.next().is_some() || moving.next().is_some() {
            return Err(wrong().into());
        }
        let mut estimation = Self {
            options: *options,
            dim,
            steps: state.steps,
            products: state.products,
            blocks,
            order: state.order,
            assessments: state.assessments,
            outcome: state.outcome,
        };
        if let Some(AutomaticOutcome::NotMet(_)) = estimation.outcome {
            // The limits may have been raised.
            estimation.outcome = None;
            estimation.decide(op)?;
        }
        Ok(estimation)
    }

    fn options(&self) -> &AutomaticOptions {
        &self.options
    }

    fn snapshot(&self) -> Result<SnapshotRef<'_, V>, SpectralError> {
        let blocks = self
            .blocks
            .iter()
            .map(Estimation::<O>::snapshot)
            .collect::<Result<Vec<_>, _>>()?;
        let state = AutomaticState {
            steps: self.steps,
            products: self.products,
            blocks: blocks
                .iter()
                .map(|block| (block.state.clone(), block.moving.len()))
                .collect(),
            order: self.order.clone(),
            assessments: self.assessments.clone(),
            outcome: self.outcome,
        };
        let mut places = vec![0; blocks.len()];
        let mut settled = Vec::new();
        for &(block, count) in &self.order {
            let end = places[block] + count;
            settled.extend(&blocks[block].settled[places[block]..end]);
            places[block] = end;
        }
        Ok(SnapshotRef {
            state: write_state(NAME, self.dim, &self.options, &state)?,
            settled,
            moving: blocks.into_iter().flat_map(|block| block.moving).collect(),
            ..SnapshotRef::default()
        })
    }

    fn is_finished(&self) -> bool {
        self.outcome.is_some()
    }

    fn step(&mut self, op: &O) -> Result<(), SpectralError> {
        if self.outcome.is_some() {
            return Ok(());
        }
        if let Some(block) = (0..self.blocks.len()).find(|&b| self.blocks[b].active() > 0) {
            self.products += self.blocks[block].active();
            let before = self.blocks[block].basis_vectors();
            self.blocks[block].step(op)?;
            self.note_order(block, before);
        }
        if self.blocks.iter().all(|block| block.active() == 0) {
            self.assess()?;
            self.decide(op)?;
        }
        Ok(())
    }

    fn finish(self, op: &O) -> Result<AutomaticDensity, SpectralError> {
        let Some(outcome) = self.outcome else {
            return Err(unfinished());
        };
        let mut runs = Vec::new();
        for block in self.blocks {
            runs.extend(block.finish(op)?);
        }
        let exact = outcome == AutomaticOutcome::Exact;
        if exact {
            runs.retain(|run| run.complete);
            runs.truncate(1);
        }
        Ok(AutomaticDensity {
            density: SpectralDensity {
                dim: self.dim,
                exact,
                quadratures: runs.into_iter().map(quadrature).collect(),
                atoms: Vec::new(),
            },
            outcome,
            assessments: self.assessments,
        })
    }
}
