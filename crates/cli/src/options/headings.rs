//! The headings under which the help of a command lists its options.

use clap::{Arg, Command};

/// Commands with fewer options list them together.
const LEAST: usize = 8;

const DATA: &[&str] = &[
    "dataset",
    "datasets",
    "data_dir",
    "data_root",
    "classes",
    "label_noise",
    "augment",
    "coarse_labels",
    "image_size",
    "skip_broken",
    "without_test",
    "without_normalization",
    "cache_dir",
    "examples_per_class",
    "test_examples_per_class",
];

const NETWORK: &[&str] = &[
    "net",
    "nets",
    "model",
    "input",
    "output",
    "parameters",
    "frozen",
    "loss",
    "label_smoothing",
    "loss_weight_decay",
    "weights",
    "weights_allow_extra",
];

const TRAINING: &[&str] = &[
    "batch_size",
    "learning_rate",
    "schedule",
    "search_epochs",
    "momentum",
    "weight_decay",
    "warm_up_epochs",
    "checkpoint_epochs",
    "eval_every",
    "tensorboard",
];

const ANALYSIS: &[&str] = &[
    "operator",
    "operators",
    "split",
    "splits",
    "epoch",
    "probes",
    "lanczos_steps",
    "range_steps",
    "top",
    "reorthogonalisation",
    "density_error",
    "keep_eigenvectors",
    "max_products",
];

/// Epochs to train where a command trains, and of checkpoints elsewhere.
const EPOCHS: &str = "epochs";

/// The headings of one command.
pub struct Headings {
    listed_together: bool,
    trains: bool,
}

impl Headings {
    /// Those of a command.
    pub fn of(command: &Command) -> Self {
        let options = command
            .get_arguments()
            .filter(|arg| arg.get_long().is_some());
        Headings {
            listed_together: options.count() < LEAST,
            trains: command
                .get_arguments()
                .any(|arg| arg.get_id() == "learning_rate"),
        }
    }

    /// Puts an option under its heading.
    pub fn set(&self, arg: Arg) -> Arg {
        match self.of_option(arg.get_id().as_str()) {
            Some(heading) => arg.help_heading(heading),
            None => arg,
        }
    }

    fn of_option(&self, name: &str) -> Option<&'static str> {
        let among = |names: &[&str]| names.contains(&name);
        if self.listed_together {
            None
        } else if among(DATA) {
            Some("Data")
        } else if among(NETWORK) {
            Some("Network")
        } else if among(TRAINING) || self.trains && name == EPOCHS {
            Some("Training")
        } else if among(ANALYSIS) || name == EPOCHS {
            Some("Analysis")
        } else {
            None
        }
    }
}
