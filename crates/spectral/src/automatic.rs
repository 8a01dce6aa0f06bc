//! A spectral density to a requested error.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::density::{Quadrature, SpectralDensity};
use crate::density_error::ErrorMeasure;
use crate::error::SpectralError;
use crate::estimation::{Estimation, Keeper, Snapshot, SnapshotRef, resume, unfinished};
use crate::lanczos::{Breakdown, LanczosEstimation, LanczosOptions, Reorthogonalisation};
use crate::operator::LinearOperator;
use crate::probes::{ProbeKind, Probes};
use crate::recursion::Recursion;
use crate::slq::quadrature;
use crate::snapshot_error::SnapshotError;
use crate::space::VectorSpace;
use crate::state::{OptionRules, read_state, write_state};

/// Options of [`automatic_density`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AutomaticOptions {
    /// What the error is measured by.
    pub measure: ErrorMeasure,
    /// The error asked for, in the measure's units; above 0.
    pub tolerance: f64,
    /// Probes to begin with, at least 2.
    pub first_probes: usize,
    /// Lanczos steps to begin with, at least 4.
    pub first_steps: usize,
    /// Most probes.
    pub max_probes: usize,
    /// Most steps a probe.
    pub max_steps: usize,
    /// Most products of the operator with one vector.
    pub max_products: usize,
    /// Most vectors kept at a time: two a probe, and one more each step with reorthogonalisation.
    pub max_vectors: usize,
    /// Law of the probes.
    pub kind: ProbeKind,
    /// Seed of the probes.
    pub seed: u64,
    /// Reorthogonalisation of the recursions.
    pub reorthogonalisation: Reorthogonalisation,
    /// What a breakdown does.
    pub breakdown: Breakdown,
    /// Most probes run in one block, zero for all that are added at a time.
    pub block_size: usize,
}

impl Default for AutomaticOptions {
    /// A Wasserstein-1 distance of 1% of the spectrum's width, within 256 probes of 1024 steps.
    fn default() -> Self {
        Self {
            measure: ErrorMeasure::Wasserstein,
            tolerance: 0.01,
            first_probes: 4,
            first_steps: 16,
            max_probes: 256,
            max_steps: 1024,
            max_products: usize::MAX,
            max_vectors: usize::MAX,
            kind: ProbeKind::Gaussian,
            seed: 0,
            reorthogonalisation: Reorthogonalisation::None,
            breakdown: Breakdown::Stop,
            block_size: 8,
        }
    }
}

impl AutomaticOptions {
    fn check(&self) -> Result<(), SpectralError> {
        if !(self.tolerance > 0.0 && self.tolerance.is_finite()) {
            let reason = format!("{} is not a positive number", self.tolerance);
            return Err(SpectralError::option("tolerance", reason));
        }
        if self.first_probes < 2 || self.first_probes > self.max_probes {
            let reason = format!("must be between 2 and max_probes, {}", self.max_probes);
            return Err(SpectralError::option("first_probes", reason));
        }
        if self.first_steps < 4 || self.first_steps > self.max_steps {
            let reason = format!("must be between 4 and max_steps, {}", self.max_steps);
            return Err(SpectralError::option("first_steps", reason));
        }
        let products = self.first_probes.saturating_mul(self.first_steps);
        if products > self.max_products {
            let reason = format!("the first probes and steps alone are {products} products");
            return Err(SpectralError::option("max_products", reason));
        }
        let vectors = self.vectors(self.first_probes, self.first_steps);
        if vectors > self.max_vectors {
            let reason = format!("the first probes and steps alone keep {vectors} vectors");
            return Err(SpectralError::option("max_vectors", reason));
        }
        self.measure.axis((0.0, 1.0))?;
        self.lanczos(self.first_steps).check()
    }

    fn lanczos(&self, steps: usize) -> LanczosOptions {
        LanczosOptions {
            steps,
            reorthogonalisation: self.reorthogonalisation,
            breakdown: self.breakdown,
            keep_basis: false,
            seed: self.seed,
        }
    }

    fn orthogonal(&self) -> bool {
        self.reorthogonalisation != Reorthogonalisation::None
    }

    /// Vectors kept a probe.
    fn vectors_of_one(&self, steps: usize) -> usize {
        if self.orthogonal() {
            steps.saturating_add(2)
        } else {
            2
        }
    }

    fn vectors(&self, probes: usize, steps: usize) -> usize {
        probes.saturating_mul(self.vectors_of_one(steps))
    }
}

/// The error of the density after so many probes and steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assessment {
    /// Probes.
    pub probes: usize,
    /// Steps a probe.
    pub steps: usize,
    /// Products of the operator with one vector so far.
    pub products: usize,
    /// Probes whose recursion cannot go on: by breakdown, or through the whole space.
    pub ended: usize,
    /// The sampling part of the error, that of a finite number of probes.
    pub sampling: f64,
    /// The truncation part, that of a finite number of steps.
    pub truncation: f64,
    /// Whether the density is the spectrum itself.
    pub exact: bool,
}

impl Assessment {
    /// The error: the sum of both parts.
    pub fn error(&self) -> f64 {
        self.sampling + self.truncation
    }
}

/// What kept the error above the one asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AutomaticLimit {
    /// `max_probes`.
    Probes,
    /// `max_steps`.
    Steps,
    /// `max_products`.
    Products,
    /// `max_vectors`.
    Vectors,
    /// What the measure's axis can resolve: no steps or probes would do.
    Resolution,
}

/// How [`automatic_density`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AutomaticOutcome {
    /// The error is at most the one asked for.
    Met,
    /// A recursion went through the whole space: the density is the spectrum.
    Exact,
    /// It is not, because of this.
    NotMet(AutomaticLimit),
}

/// What [`automatic_density`] found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AutomaticDensity {
    /// The density.
    pub density: SpectralDensity,
    /// How it ended.
    pub outcome: AutomaticOutcome,
    /// The errors on the way; the last is that of the density.
    pub assessments: Vec<Assessment>,
}

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
/// `progress` is told each [`Assessment`]; snapshots are kept under `name`, and `max_*` may be raised to go on.
pub fn automatic_density<O, K>(
    op: &O,
    options: &AutomaticOptions,
    name: &str,
    keeper: &mut K,
    mut progress: impl FnMut(&Assessment),
) -> Result<AutomaticDensity, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    let mut estimation: AutomaticEstimation<_> = resume(op, options, name, keeper, || {
        AutomaticEstimation::begin(op, options)
    })?;
    let mut told = 0;
    loop {
        estimation.assessments[told..]
            .iter()
            .for_each(&mut progress);
        told = estimation.assessments.len();
        if Estimation::<O>::is_finished(&estimation) {
            return estimation.finish(op);
        }
        estimation.step(op)?;
        if keeper.is_due(name) {
            let snapshot = Estimation::<O>::snapshot(&estimation)?;
            keeper.save(name, op.space(), snapshot)?;
        }
    }
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
    pub fn begin<O>(op: &O, options: &AutomaticOptions) -> Result<Self, SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
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
    fn add_probes<O>(&mut self, op: &O, count: usize) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
        let probes = Probes::new(self.options.kind, self.options.seed);
        let mut next = self.recursions().count();
        let end = next + count;
        while next < end {
            let size = match self.options.block_size {
                0 => end - next,
                size => size.min(end - next),
            };
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
            self.parts(&full, &[half, most])?
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
    fn parts(
        &self,
        full: &[Quadrature],
        shorter: &[Vec<Quadrature>; 2],
    ) -> Result<(f64, f64), SpectralError> {
        let nodes = full.iter().flat_map(|quadrature| &quadrature.nodes);
        let range = nodes.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &node| {
            (low.min(node), high.max(node))
        });
        let Some(axis) = self.options.measure.axis(range)? else {
            return Ok((0.0, 0.0));
        };
        let curves = |quadratures: &[Quadrature]| -> Vec<Vec<f64>> {
            quadratures.iter().map(|q| axis.curve(q)).collect()
        };
        let full = curves(full);
        let truncation = shorter
            .iter()
            .map(|quadratures| axis.distance(&full, &curves(quadratures)))
            .fold(0.0, f64::max);
        let sampling = axis.sampling_error(&full, self.options.seed);
        Ok((sampling, truncation + axis.resolution()))
    }

    /// Ends, or adds steps or probes, by the last assessment.
    fn decide<O>(&mut self, op: &O) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
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

    fn grow_steps<O>(&mut self, op: &O, steps: usize) -> Result<(), SpectralError>
    where
        O: LinearOperator,
        O::Space: VectorSpace<Vector = V>,
    {
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

impl<O, V> Estimation<O> for AutomaticEstimation<V>
where
    V: Clone,
    O: LinearOperator,
    O::Space: VectorSpace<Vector = V>,
{
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
