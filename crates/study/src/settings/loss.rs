//! The table `loss` of the settings: whose Hessian is measured.

use std::fmt;
use std::str::FromStr;

use hesscope_hvp::{Loss, Objective};
use serde::{Deserialize, Serialize};

use crate::error::StudyError;

/// The loss of one row of logits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LossName {
    /// Softmax cross-entropy.
    #[default]
    CrossEntropy,
    /// Mean squared error to one-hot targets.
    Mse,
    /// Binary cross-entropy of every logit with one-hot targets.
    Bce,
}

impl LossName {
    /// All of them.
    const ALL: [(&str, LossName); 3] = [
        ("cross-entropy", LossName::CrossEntropy),
        ("mse", LossName::Mse),
        ("bce", LossName::Bce),
    ];
}

impl fmt::Display for LossName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(_, loss)| loss == self);
        f.write_str(name.map_or("", |(name, _)| name))
    }
}

impl FromStr for LossName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, loss)| *loss).ok_or_else(|| {
            format!("the loss `{name}` is unknown: choose cross-entropy, mse or bce")
        })
    }
}

/// The table `loss`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LossSettings {
    /// The loss of a row.
    pub name: LossName,
    /// Share ε of a target that is spread evenly over all classes.
    pub label_smoothing: f64,
    /// λ, which adds λ/2 |θ|² to the loss and λ I to its Hessian.
    pub weight_decay: f64,
}

impl LossSettings {
    /// Whether it is plain cross-entropy, as training takes it.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// As the operators take it.
    pub fn objective(&self) -> Objective {
        Objective {
            loss: match self.name {
                LossName::CrossEntropy => Loss::CrossEntropy {
                    label_smoothing: self.label_smoothing,
                },
                LossName::Mse => Loss::MeanSquaredError,
                LossName::Bce => Loss::BinaryCrossEntropy,
            },
            weight_decay: self.weight_decay,
        }
    }

    /// Checks every value. Networks of so many epochs of training are trained with plain cross-entropy.
    ///
    /// # Errors
    ///
    /// The first value that is out of its range.
    pub fn check(&self, epochs: usize) -> Result<(), StudyError> {
        if !(0.0..=1.0).contains(&self.label_smoothing) {
            return Err(StudyError::setting(format!(
                "the loss setting `label-smoothing` is {}: give a share from 0 to 1",
                self.label_smoothing
            )));
        }
        if self.label_smoothing != 0.0 && self.name != LossName::CrossEntropy {
            return Err(StudyError::setting(format!(
                "the loss setting `label-smoothing` is {}, but the loss {} has none: leave it out, or choose cross-entropy",
                self.label_smoothing, self.name
            )));
        }
        if !(self.weight_decay.is_finite() && self.weight_decay >= 0.0) {
            return Err(StudyError::setting(format!(
                "the loss setting `weight-decay` is {}: give a finite number, 0 or more",
                self.weight_decay
            )));
        }
        if !self.is_plain() && epochs > 0 {
            return Err(StudyError::setting(format!(
                "networks are trained with plain cross-entropy, but the loss is another and the training has {epochs} epochs: \
                 measure it at given weights, with --epochs 0 and --weights, or of a model with --model"
            )));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_shown() {
        for (name, loss) in LossName::ALL {
            assert_eq!(name.parse::<LossName>(), Ok(loss));
            assert_eq!(loss.to_string(), name);
            let text = format!("name = \"{name}\"");
            let settings: LossSettings = toml::from_str(&text).expect("settings");
            assert_eq!(settings.name, loss);
        }
        let error = "hinge".parse::<LossName>().expect_err("no such loss");
        assert_eq!(
            error,
            "the loss `hinge` is unknown: choose cross-entropy, mse or bce"
        );
    }

    #[test]
    fn bad_values_are_refused_in_words() {
        for (text, epochs, part) in [
            ("label-smoothing = 1.5", 0, "`label-smoothing` is 1.5"),
            ("label-smoothing = nan", 0, "`label-smoothing` is NaN"),
            (
                "name = \"mse\"\nlabel-smoothing = 0.1",
                0,
                "the loss mse has none",
            ),
            ("weight-decay = -1.0", 0, "`weight-decay` is -1"),
            ("weight-decay = inf", 0, "`weight-decay` is inf"),
            ("name = \"bce\"", 3, "the training has 3 epochs"),
        ] {
            let settings: LossSettings = toml::from_str(text).expect(text);
            let error = settings.check(epochs).expect_err(text).to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
        LossSettings::default().check(20).expect("the usual loss");
    }
}
