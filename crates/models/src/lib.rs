//! The image classifiers, their training and their checkpoints, on Burn.
