//! `compare.json`: one configuration on several devices, or equal runs that were made apart.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::precision::Precision;
use crate::record::{Origin, Record};
use crate::subject::Subject;
use crate::terms::Terms;

/// What is compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComparisonSettings {
    /// What the others are compared with, in words.
    pub reference: String,
    /// Devices with their precisions, or folders of runs.
    pub compared: Vec<String>,
    /// The data set.
    pub dataset: String,
    /// The network.
    pub network: String,
    /// The operators.
    pub operators: Vec<Terms>,
    /// Random vectors that each operator is multiplied with; none of runs, which record no products.
    pub vectors: usize,
    /// Seed of the weights and of the vectors.
    pub seed: u64,
}

/// How far devices, or runs, are from a reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// How it came to be.
    pub origin: Origin,
    /// What is compared.
    pub settings: ComparisonSettings,
    /// Number of parameters, p.
    pub dimension: usize,
    /// Number of classes, C.
    pub classes: usize,
    /// Number of examples the loss is the mean over, N.
    pub examples: usize,
    /// Each of them, in the order of the settings.
    pub compared: Vec<Compared>,
}

/// One device, or one run, beside the reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Compared {
    /// The device with its precision, or the folder of the run.
    pub name: String,
    /// The device, in words.
    pub device: String,
    /// The precision of its products.
    pub precision: Precision,
    /// The largest deviation with which it agrees: 1e-10 in float64, and in float32 1e-4 or what the CPU is off by in float32 and
    /// half as much again, up to 1e-3.
    pub tolerance: f64,
    /// Whether all that is judged is within the tolerance.
    pub agrees: bool,
    /// Why it could not be measured to the end; none where it was.
    pub failed: Option<String>,
    /// How far each quantity is from the reference.
    pub deviations: Vec<Deviation>,
    /// Seconds that everything took.
    pub seconds: f64,
    /// Seconds of a product with one vector over all examples, the first left out; none of runs.
    pub product_seconds: Option<f64>,
    /// Bytes that the device's allocator holds in the end; none where the backend does not say.
    pub reserved_bytes: Option<u64>,
}

/// How far one quantity is from the reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Deviation {
    /// What is compared.
    pub quantity: Quantity,
    /// The operator; none for logits.
    pub operator: Option<Terms>,
    /// Split and epoch, of runs.
    pub at: Option<String>,
    /// The deviation; none where it is not a finite number.
    pub value: Option<f64>,
    /// Whether it counts for the verdict. What is estimated from random probes does not: quadratures by Lanczos magnify
    /// rounding.
    pub judged: bool,
}

/// What is compared, and what its deviation is relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// The largest difference of two logits, by the largest logit.
    Logits,
    /// The largest norm of the difference of two products with one vector, by the norm of the reference's.
    Products,
    /// The largest difference of leading eigenvalues that both have found to their tolerance, by the largest eigenvalue.
    Eigenvalues,
    /// The difference of the mean eigenvalues, by the root of the mean square.
    Mean,
    /// The difference of the mean squares of the eigenvalues, by that of the reference.
    MeanSquare,
    /// The largest difference of two densities, broadened to a fortieth of the range, by the largest density.
    Density,
}

impl Comparison {
    /// What is compared, in the words of the deviations, each once and in order.
    pub fn quantities(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for deviation in self.compared.iter().flat_map(|it| &it.deviations) {
            let words = deviation.words();
            if !all.contains(&words) {
                all.push(words);
            }
        }
        all
    }
}

impl Compared {
    /// Judges it anew by another tolerance.
    pub fn judge(&mut self, tolerance: f64) {
        self.tolerance = tolerance;
        self.agrees =
            self.failed.is_none() && !self.deviations.iter().any(|it| it.exceeds(tolerance));
    }

    /// The largest of the deviations that count for the verdict; none where one is no number.
    pub fn largest(&self) -> Option<f64> {
        let mut judged = self.deviations.iter().filter(|it| it.judged);
        judged.try_fold(0.0, |most, it| it.value.map(|value| value.max(most)))
    }

    /// The deviation of these [`words`](Deviation::words).
    pub fn deviation(&self, words: &str) -> Option<&Deviation> {
        let mut all = self.deviations.iter();
        all.find(|it| it.words() == words)
    }
}

impl Quantity {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Quantity::Logits => "logits",
            Quantity::Products => "products",
            Quantity::Eigenvalues => "eigenvalues",
            Quantity::Mean => "mean",
            Quantity::MeanSquare => "mean square",
            Quantity::Density => "density",
        }
    }
}

impl Deviation {
    /// What it is of, as in `products of g` or `eigenvalues of hess, train, epoch 5`.
    pub fn words(&self) -> String {
        let mut words = self.quantity.name().to_owned();
        if let Some(operator) = self.operator {
            words += &format!(" of {operator}");
        }
        if let Some(at) = &self.at {
            words += &format!(", {at}");
        }
        words
    }

    /// Whether it counts for the verdict and is not within a tolerance.
    pub fn exceeds(&self, tolerance: f64) -> bool {
        self.judged && self.value.is_none_or(|value| value > tolerance)
    }
}

impl Record for Comparison {
    type Settings = ComparisonSettings;

    const KIND: &'static str = "comparison";
    const FOLDER: &'static str = "";

    fn settings(&self) -> &ComparisonSettings {
        &self.settings
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn stem(_: &ComparisonSettings) -> String {
        "compare".into()
    }

    /// What is compared is in no folder, or in those of several runs.
    fn subjects(_: &ComparisonSettings) -> Vec<&Subject> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_exceeds_where_it_is_judged() {
        let deviation = |value, judged| Deviation {
            quantity: Quantity::Products,
            operator: Some("g".parse().expect("a name")),
            at: None,
            value,
            judged,
        };
        assert_eq!(deviation(None, true).words(), "products of g");
        assert!(!deviation(Some(1e-5), true).exceeds(1e-4));
        assert!(deviation(Some(1e-3), true).exceeds(1e-4));
        assert!(deviation(None, true).exceeds(1e-4));
        assert!(!deviation(None, false).exceeds(1e-4));
    }
}
