//! A network as a table of layers.

use std::fmt;

/// One layer of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerInfo {
    /// Dotted path of the module.
    pub path: String,
    /// What it does.
    pub kind: String,
    /// Shape of one example's output: `[features]` or `[channels, h, w]`.
    pub output: Vec<usize>,
    /// Trainable parameters it holds.
    pub parameters: usize,
}

impl LayerInfo {
    pub(crate) fn new(
        path: impl Into<String>,
        kind: impl Into<String>,
        output: &[usize],
        parameters: usize,
    ) -> Self {
        Self {
            path: path.into(),
            kind: kind.into(),
            output: output.to_vec(),
            parameters,
        }
    }
}

/// The layers of a network in order; its `Display` is a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The network's name.
    pub net: &'static str,
    /// Shape of one input: channels, height, width.
    pub input: [usize; 3],
    /// The layers, first to last.
    pub layers: Vec<LayerInfo>,
}

impl Description {
    /// Trainable parameters of the whole network.
    pub fn parameters(&self) -> usize {
        self.layers.iter().map(|layer| layer.parameters).sum()
    }
}

fn shape(dims: &[usize]) -> String {
    dims.iter()
        .map(usize::to_string)
        .collect::<Vec<_>>()
        .join("x")
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |longest: Option<usize>, title: &str| longest.unwrap_or(0).max(title.len());
        let path = width(self.layers.iter().map(|l| l.path.len()).max(), "layer");
        let kind = width(self.layers.iter().map(|l| l.kind.len()).max(), "kind");
        writeln!(
            f,
            "{} on {}: {} parameters",
            self.net,
            shape(&self.input),
            self.parameters()
        )?;
        writeln!(
            f,
            "{:path$}  {:kind$}  {:>12}  {:>12}",
            "layer", "kind", "output", "parameters"
        )?;
        for layer in &self.layers {
            let output = shape(&layer.output);
            writeln!(
                f,
                "{:path$}  {:kind$}  {output:>12}  {:>12}",
                layer.path, layer.kind, layer.parameters
            )?;
        }
        Ok(())
    }
}
