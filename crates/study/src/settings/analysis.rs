//! The table `analysis`: what is measured, and with how much work.

use hesscope_measure::EffortChoices;
use hesscope_records::{Part, Split, Terms};
use hesscope_spectral::Reorthogonalisation;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::counts::{MOST, require_count};
use crate::error::StudyError;

/// Most MiB, so that their bytes are a number too.
pub const MOST_MIB: usize = usize::MAX >> 20;

/// The table `analysis`. Absent numbers are chosen from the size of the network and of the data.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct AnalysisChoices {
    /// The operators `run` analyses.
    pub operators: Vec<Terms>,
    /// The splits it analyses them over.
    pub splits: Vec<Split>,
    /// The epochs it analyses, of those kept; the last if absent.
    pub epochs: Option<Vec<usize>>,
    /// Random probes of the density.
    pub probes: Option<usize>,
    /// Lanczos steps of each probe.
    pub lanczos_steps: Option<usize>,
    /// Lanczos steps of the range and the leading eigenvalues; where absent, as many as the count of outliers needs.
    pub range_steps: Option<usize>,
    /// Leading eigenpairs.
    pub top: Option<usize>,
    /// How Lanczos vectors are kept orthogonal.
    pub reorthogonalisation: Option<Reorthogonalisation>,
    /// The error of the density, as a share of the width of the bulk; where present, probes and steps are added.
    pub density_error: Option<f64>,
    /// Most products with one vector that this may take.
    pub max_products: Option<usize>,
    /// Whether leading eigenvectors are kept in the run's folder, where other measurements find them again.
    #[serde(skip_serializing_if = "Clone::clone")]
    pub keep_eigenvectors: bool,
    /// MiB the vectors and the tensors of one pass may take together, about; where absent, three quarters of a GPU's, and
    /// 12288 on other devices, or three quarters of the machine's where that is less.
    pub memory_mib: Option<usize>,
    /// Seconds between the snapshots of an estimation, from which it resumes when it was stopped; 0 for one after every
    /// step.
    pub snapshot_seconds: f64,
}

impl Default for AnalysisChoices {
    fn default() -> Self {
        AnalysisChoices {
            operators: Part::MAIN.map(Terms::from).to_vec(),
            splits: vec![Split::Train],
            epochs: None,
            probes: None,
            lanczos_steps: None,
            range_steps: None,
            top: None,
            reorthogonalisation: None,
            density_error: None,
            max_products: None,
            keep_eigenvectors: true,
            memory_mib: None,
            snapshot_seconds: 10.0,
        }
    }
}

impl AnalysisChoices {
    /// The numbers that determine how much work goes into a spectrum; `seed` is that of the probes.
    pub fn effort(&self, seed: u64) -> EffortChoices {
        EffortChoices {
            probes: self.probes,
            lanczos_steps: self.lanczos_steps,
            range_steps: self.range_steps,
            top: self.top,
            reorthogonalisation: self.reorthogonalisation,
            density_error: self.density_error,
            max_products: self.max_products,
            seed,
        }
    }

    /// Checks every value.
    ///
    /// # Errors
    ///
    /// The first value that is out of its range, by the name of its key, which is also that of its flag.
    pub fn check(&self) -> Result<(), StudyError> {
        let counts = [
            ("probes", self.probes, MOST),
            ("lanczos-steps", self.lanczos_steps, MOST),
            ("range-steps", self.range_steps, MOST),
            ("top", self.top, MOST),
            ("max-products", self.max_products, usize::MAX),
            ("memory-mib", self.memory_mib, MOST_MIB),
        ];
        for (key, value, most) in counts {
            if let Some(value) = value {
                require_count(key, value, most)?;
            }
        }
        let refuse = |key: &str, value: f64, range: &str| {
            Err(StudyError::setting(format!(
                "{key} is {value}: give a number {range}"
            )))
        };
        let seconds = self.snapshot_seconds;
        if !(0.0..=1e9).contains(&seconds) {
            return refuse("snapshot-seconds", seconds, "from 0 to 1e9");
        }
        match self.density_error {
            Some(error) if !(error > 0.0 && error < 1.0) => {
                refuse("density-error", error, "between 0 and 1, such as 0.01")
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_zero_are_refused_by_name() {
        for key in [
            "probes",
            "lanczos-steps",
            "range-steps",
            "top",
            "max-products",
            "memory-mib",
        ] {
            let choices: AnalysisChoices = toml::from_str(&format!("{key} = 0")).expect("TOML");
            let sentence = choices.check().expect_err("a count of zero").to_string();
            assert_eq!(sentence, format!("{key} is 0: give at least 1"));
        }
        assert!(AnalysisChoices::default().check().is_ok());
    }

    #[test]
    fn counts_that_nothing_could_hold_are_refused_by_name() {
        for (key, value, most) in [
            ("probes", 1_000_000_000_000_usize, MOST),
            ("lanczos-steps", 1_000_001, MOST),
            ("range-steps", 1_000_001, MOST),
            ("top", 1_000_001, MOST),
            ("memory-mib", 17_592_186_044_416, MOST_MIB),
        ] {
            let choices: AnalysisChoices =
                toml::from_str(&format!("{key} = {value}")).expect("TOML");
            let sentence = choices.check().expect_err("too large").to_string();
            assert_eq!(sentence, format!("{key} is {value}: give at most {most}"));
        }
    }
}
