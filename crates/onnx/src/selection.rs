//! Which input, output and parameters of a model are meant.

use burn::tensor::TensorData;
use globset::{Glob, GlobMatcher};

use crate::error::OnnxError;

/// What of a model a program is made from. The default takes the only input, the first output, and the parameters that
/// the model's own rules find.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// The input that takes the examples, where there are several.
    pub input: Option<String>,
    /// The output with the logits; the first where none is named.
    pub output: Option<String>,
    /// Patterns such as `layer4.*`: the stored floats with these names are the parameters, whatever the rules say. None
    /// for those that the rules find.
    pub parameters: Vec<String>,
    /// Patterns of stored floats that are constants.
    pub frozen: Vec<String>,
    /// Values of inputs other than that of the examples, by their names.
    pub values: Vec<(String, TensorData)>,
}

/// A pattern with what it was written as.
pub(crate) struct Pattern<'a> {
    text: &'a str,
    matcher: GlobMatcher,
}

impl<'a> Pattern<'a> {
    pub fn new(text: &'a str) -> Result<Self, OnnxError> {
        let glob = Glob::new(text).map_err(|error| {
            OnnxError::Selection(format!("`{text}` is no pattern of names: {error}"))
        })?;
        Ok(Pattern {
            text,
            matcher: glob.compile_matcher(),
        })
    }

    pub fn matches(&self, name: &str) -> bool {
        // Names such as `onnx::Conv_1` and `a[0]` may hold what patterns give a meaning.
        name == self.text || self.matcher.is_match(name)
    }

    /// Refuses a pattern that matches none of the names.
    pub fn check(&self, names: &[&str]) -> Result<(), OnnxError> {
        if names.iter().any(|name| self.matches(name)) {
            return Ok(());
        }
        Err(OnnxError::Selection(format!(
            "`{}` matches no stored tensor of floats that the logits depend on: {}",
            self.text,
            near(self.text, names)
        )))
    }
}

/// The most names a message lists.
const LISTED: usize = 5;

/// The names nearest to one that is not there, as the end of a message.
pub(crate) fn near(wanted: &str, names: &[&str]) -> String {
    let mut sorted: Vec<(usize, &str)> = names
        .iter()
        .map(|&name| (strsim::osa_distance(wanted, name), name))
        .collect();
    sorted.sort_unstable();
    let listed: Vec<String> = sorted
        .iter()
        .take(LISTED)
        .map(|(_, name)| format!("`{name}`"))
        .collect();
    match listed.as_slice() {
        [] => "there are none".to_owned(),
        _ if names.len() > LISTED => {
            format!("the nearest of {} are {}", names.len(), listed.join(", "))
        }
        _ => format!("there are {}", listed.join(", ")),
    }
}
