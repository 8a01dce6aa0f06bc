//! The loss whose Hessian is measured.

use hesscope_study::settings::LossName;
use serde::Serialize;
use serde_with::skip_serializing_none;

/// The loss whose Hessian is measured: the table `loss`. Training is with plain cross-entropy.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LossOptions {
    /// Loss whose Hessian is measured, at given weights: cross-entropy, mse or bce, the latter two with one-hot targets
    /// [default: cross-entropy]
    #[arg(long, value_name = "NAME")]
    #[serde(rename = "name")]
    loss: Option<LossName>,
    /// Share of each target that is spread evenly over all classes, from 0 to 1 [default: 0]
    #[arg(long, value_name = "SHARE")]
    label_smoothing: Option<f64>,
    /// Add λ/2 |θ|² to the loss that is measured, and so λ I to Hess [default: 0]
    #[arg(long, value_name = "λ")]
    #[serde(rename = "weight-decay")]
    loss_weight_decay: Option<f64>,
}
