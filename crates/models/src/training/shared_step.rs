//! A step of training whose mini-batch is shared among ranks.

use std::collections::BTreeMap;

use hesscope_hvp::{Array, HvpError, MeanLoss, sum_over_ranks};
use hesscope_ranks::{Member, Ranks, Remote};

use super::error::TrainError;
use super::trainer::{Found, Target, Team, Trainer};
use crate::evaluation::HostBatch;

impl Trainer {
    /// One trainer out of those of all ranks, from now on: where this rank leads, every step is that of all.
    pub fn join(mut self, ranks: Ranks, remote: Option<Remote>) -> Trainer {
        self.team = Some(Team { ranks, remote });
        self
    }

    /// Hands out a mini-batch, and goes through this rank's share.
    pub(super) fn lead_pass(
        &mut self,
        team: &Team,
        batch: &HostBatch,
        rate: f64,
    ) -> Result<Found, TrainError> {
        let (ranks, total) = (&team.ranks, batch.len());
        let message = [rate.to_le_bytes(), (total as u64).to_le_bytes()].concat();
        if let Some(remote) = &team.remote {
            remote.tell(&message);
        }
        let pixels = self.takes().0.iter().product();
        let part = |rank| encoded(batch, ranks.share_of(total, 1, rank), pixels);
        let mine = ranks.scatter((0..ranks.size()).map(part).collect());
        self.shared_pass(ranks, &mine, total)
    }

    /// What the mini-batch gives of which this rank has a share.
    fn shared_pass(
        &mut self,
        ranks: &Ranks,
        share: &[u8],
        total: usize,
    ) -> Result<Found, TrainError> {
        let share = decoded(share);
        let weight = share.len() as f64 / total as f64;
        let found = self.weighted(share, weight);
        let (loss, arrays) = match found {
            Ok((loss, arrays)) => (loss, Ok(arrays)),
            Err(error) => (0.0, Err(error)),
        };
        // What a pass fails with is an error of a device, of the data or of this program.
        let arrays = ranks.agree(arrays)?;
        let mut sums = sum_over_ranks(ranks, Ok::<_, HvpError>(arrays))?;
        let mut loss = [loss];
        ranks.sum(&mut loss);
        let statistics = sums.split_off(sums.len() - self.statistics.len());
        let targets = statistics.into_iter().map(|mean| Target(mean, 1.0));
        Ok(Found {
            loss: MeanLoss::known(loss[0]),
            gradient: sums,
            statistics: self.statistics.keys().cloned().zip(targets).collect(),
        })
    }

    /// Loss, gradient and statistics of a share, in the order of the parameters and of the running statistics, times a weight.
    fn weighted(&mut self, share: HostBatch, weight: f64) -> Result<(f64, Vec<Array>), TrainError> {
        let mut found = BTreeMap::new();
        let (mut loss, mut arrays) = (0.0, self.zero_gradient());
        if !share.is_empty() {
            let (input, classes) = self.takes();
            share.check(input, classes)?;
            let pass = self.pass(share)?;
            loss = weight * pass.loss.read()?;
            arrays = pass.gradient.iter().map(|g| g.scale(weight)).collect();
            found = pass.statistics;
        }
        for (path, running) in &self.statistics {
            arrays.push(match found.get(path) {
                Some(Target(value, scale)) => value.scale(scale * weight),
                None => running.zeros_of(&running.shape()),
            });
        }
        Ok((loss, arrays))
    }
}

impl Member for Trainer {
    fn answer(&mut self, message: &[u8]) {
        let Some(team) = self.team.take() else {
            return;
        };
        let numbers: Vec<[u8; 8]> = message.as_chunks().0.to_vec();
        if let [rate, total] = numbers[..] {
            let share = team.ranks.scatter(Vec::new());
            let total = u64::from_le_bytes(total) as usize;
            // What fails has been agreed on with the leader, whose training ends.
            if let Ok(found) = self.shared_pass(&team.ranks, &share, total) {
                self.descend(found.gradient, &found.statistics, f64::from_le_bytes(rate));
            }
        }
        self.team = Some(team);
    }
}

/// Some examples of a batch: how many they are, their labels, their pixels.
fn encoded(batch: &HostBatch, range: std::ops::Range<usize>, pixels: usize) -> Vec<u8> {
    let labels = &batch.labels[range.clone()];
    let images = &batch.images[range.start * pixels..range.end * pixels];
    let mut bytes = (labels.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(bytemuck::cast_slice(labels));
    bytes.extend_from_slice(bytemuck::cast_slice(images));
    bytes
}

fn decoded(bytes: &[u8]) -> HostBatch {
    let (count, rest) = bytes.split_first_chunk().unwrap_or((&[0; 8], &[]));
    let (labels, images) = rest.split_at(4 * u64::from_le_bytes(*count) as usize);
    HostBatch {
        images: bytemuck::pod_collect_to_vec(images),
        labels: bytemuck::pod_collect_to_vec(labels),
    }
}
