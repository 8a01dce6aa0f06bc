//! Ranks that train one network together.

use burn::tensor::Device;
use hesscope_ranks::Ranks;

use super::error::TrainError;
use super::setup::Setup;
use super::sgd::Sgd;
use super::trainer::Trainer;
use crate::networks::{NetConfig, Network};

/// Ranks that train one network together, each with a share of every mini-batch. The gradient is that of the whole mini-batch,
/// to rounding; batch normalization takes the statistics of each rank's share, and the running ones follow their mean.
#[derive(Clone, Copy, Debug)]
pub struct Company<'a> {
    /// The ranks; this one is the leader.
    pub ranks: &'a Ranks,
    /// What has the members [receive](Setup::receive) a training.
    pub request: &'a [u8],
}

impl Company<'_> {
    /// Refuses shares too small for batch normalization.
    pub(super) fn check_share(&self, size: usize, least: usize) -> Result<(), TrainError> {
        let ranks = self.ranks.size();
        let share = size / ranks;
        // A rank without a share adds nothing, which normalizations over the batch have no statistics for.
        if share.max(1) < least {
            return Err(TrainError::SmallShare { size, ranks, share });
        }
        Ok(())
    }

    /// A trainer that leads one at every other rank.
    ///
    /// # Errors
    ///
    /// A member that cannot make its own.
    pub fn lead(
        &self,
        config: &NetConfig,
        net: &Network,
        sgd: &Sgd,
        device: &Device,
    ) -> Result<Trainer, TrainError> {
        let remote = self.ranks.open(self.request);
        Setup::send(self.ranks, config, net, sgd);
        let made: Result<Trainer, TrainError> = Ok(Trainer::new(net, sgd, device));
        Ok(self
            .ranks
            .agree(made)?
            .join(self.ranks.clone(), Some(remote)))
    }
}
