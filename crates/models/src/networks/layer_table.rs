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

/// The rows of a [`Description`] as they are made, and the shape that the last of them puts out.
pub(crate) struct LayerTable {
    image: [usize; 3],
    rows: Vec<LayerInfo>,
}

impl LayerTable {
    /// No rows, before a first layer that takes images of shape `input` (channels, height, width).
    pub(crate) fn new(input: [usize; 3]) -> Self {
        Self {
            image: input,
            rows: Vec::new(),
        }
    }

    /// The shape that the next layer takes: channels, height, width.
    pub(crate) fn image(&self) -> [usize; 3] {
        self.image
    }

    /// Goes back to an earlier layer's output, for a branch beside those described.
    pub(crate) fn set_image(&mut self, image: [usize; 3]) {
        self.image = image;
    }

    /// A layer that puts out images.
    pub(crate) fn image_row(
        &mut self,
        path: impl Into<String>,
        kind: impl Into<String>,
        output: [usize; 3],
        parameters: usize,
    ) {
        self.image = output;
        self.row(path, kind, &output, parameters);
    }

    /// A layer that puts out features, or one that changes no shape.
    pub(crate) fn row(
        &mut self,
        path: impl Into<String>,
        kind: impl Into<String>,
        output: &[usize],
        parameters: usize,
    ) {
        self.rows.push(LayerInfo {
            path: path.into(),
            kind: kind.into(),
            output: output.to_vec(),
            parameters,
        });
    }

    /// A pooling that turns each side into `side(side)`.
    pub(crate) fn pooling(
        &mut self,
        path: impl Into<String>,
        kind: &str,
        side: impl Fn(usize) -> usize,
    ) {
        let [channels, height, width] = self.image;
        self.image_row(path, kind, [channels, side(height), side(width)], 0);
    }

    /// The mean over all pixels.
    pub(crate) fn global_pooling(&mut self, path: &str) {
        let [channels, _, _] = self.image;
        self.row(path, "mean over pixels", &[channels], 0);
    }

    /// The table made.
    pub(crate) fn rows(self) -> Vec<LayerInfo> {
        self.rows
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
