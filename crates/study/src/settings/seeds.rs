//! The table `seeds`: seeds of single things, where they are not the one seed.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// Seeds that are given by themselves. An absent one is the run's `seed`.
#[skip_serializing_none]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SeedChoices {
    /// Of the subset of the data, or of the data themselves where they are drawn.
    pub data: Option<u64>,
    /// Of the initial weights.
    pub weights: Option<u64>,
    /// Of the order of the batches and the random changes made to their images.
    pub order: Option<u64>,
    /// Of labels and pixels that are changed for good.
    pub noise: Option<u64>,
    /// Of the probes of the analysis.
    pub probes: Option<u64>,
}

/// Every seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seeds {
    /// Of the subset of the data.
    pub data: u64,
    /// Of the initial weights.
    pub weights: u64,
    /// Of the order of the batches.
    pub order: u64,
    /// Of labels and pixels that are changed for good.
    pub noise: u64,
    /// Of the probes of the analysis.
    pub probes: u64,
}

impl SeedChoices {
    /// Whether none is given by itself.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Every seed, beside the one seed.
    pub fn resolve(&self, seed: u64) -> Seeds {
        Seeds {
            data: self.data.unwrap_or(seed),
            weights: self.weights.unwrap_or(seed),
            order: self.order.unwrap_or(seed),
            noise: self.noise.unwrap_or(seed),
            probes: self.probes.unwrap_or(seed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_seed_can_stand_by_itself() {
        let read = |text: &str| {
            let choices: SeedChoices = toml::from_str(text).expect("TOML");
            let Seeds {
                data,
                weights,
                order,
                noise,
                probes,
            } = choices.resolve(7);
            [data, weights, order, noise, probes]
        };
        assert_eq!(read(""), [7; 5]);
        assert_eq!(read("data = 1"), [1, 7, 7, 7, 7]);
        assert_eq!(read("weights = 1"), [7, 1, 7, 7, 7]);
        assert_eq!(read("order = 1"), [7, 7, 1, 7, 7]);
        assert_eq!(read("noise = 1"), [7, 7, 7, 1, 7]);
        assert_eq!(read("probes = 0"), [7, 7, 7, 7, 0]);
        assert!(toml::from_str::<SeedChoices>("weight = 1").is_err());
    }
}
