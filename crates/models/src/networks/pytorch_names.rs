//! The names that PyTorch definitions give the tensors of our networks.

/// Turns the path of a tensor in our network into its key in a PyTorch file.
pub(crate) type PytorchName = fn(&str) -> String;

/// Our own paths.
pub(crate) fn own_name(path: &str) -> String {
    path.to_owned()
}

/// A place in a list, which our own paths write as a number.
pub(crate) fn index(segment: &str) -> usize {
    segment.parse().unwrap_or_default()
}

/// The usual abbreviation of a layer: `bn` for a `norm`, `conv` for a `conv`.
pub(crate) fn abbreviation(layer: &str) -> &'static str {
    if layer == "norm" { "bn" } else { "conv" }
}
