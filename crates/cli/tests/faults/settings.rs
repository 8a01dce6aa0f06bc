//! The settings of the runs and sweeps, each small enough to take a second or two.

/// A run of a network with four hidden units, of whose estimations every step is kept.
pub const RUN: &str = r#"
dataset = "synth-digits"
examples-per-class = 6
test-examples-per-class = 3
net = { name = "mlp", hidden = [4] }
precision = "f64"

[data]
classes = ["0", "1", "2"]

[train]
epochs = 3
batch-size = 8
checkpoint-epochs = [1]

[analysis]
operators = ["hess", "g"]
probes = 2
lanczos-steps = 8
range-steps = 16
top = 3
snapshot-seconds = 0
"#;

/// Lines that make a search of it.
pub const SEARCH: &str = "[train]\ntensorboard = true\nlearning-rate = { lowest = 0.01, highest = 0.1, points-per-decade = 1 }\n";

/// Four runs; `SEEDS` stands for two seeds.
pub const SWEEP: &str = r#"
[grid]
net = { name = "mlp", hidden = [3] }
examples-per-class = [2, 3]
seed = [SEEDS]
epochs = [0, 1]
operators = ["hess", "g"]
splits = "train"

[base]
test-examples-per-class = 2
precision = "f64"

[base.train]
batch-size = 16

[base.analysis]
probes = 2
lanczos-steps = 6
range-steps = 8
top = 2
"#;
