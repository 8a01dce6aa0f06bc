//! What can go wrong on the way from a network to a product.

use burn_backend::ExecutionError;
use thiserror::Error;

/// Why a source of data could not give a batch.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// Why a network could not be captured.
#[derive(Debug, Error)]
pub enum CaptureError {
    /// There is no rule for an operation of the network.
    #[error(
        "the operation `{operation}` near the layer `{layer}` has no rule for differentiating it twice: \
         replace it in the network, or register a rule for it"
    )]
    NoRule {
        /// Burn's name of the operation.
        operation: String,
        /// The last module path whose tensors came in before it.
        layer: String,
    },
    /// The network lives on a device that records gradients.
    #[error("the network is on an autodiff device: pass `module.valid()`, which leaves it")]
    Autodiff,
    /// A tensor is read that nothing computes.
    #[error(
        "the network reads a tensor that is neither a parameter, a constant nor computed (near `{layer}`)"
    )]
    UnknownTensor {
        /// The last module path whose tensors came in before it.
        layer: String,
    },
    /// The logits do not have the shape [n, C] or [n m, C].
    #[error(
        "the network gives logits of shape {shape:?} for a batch of {batch}: it must be [{batch}, classes], \
         or for m rows an example [{batch} m, classes]"
    )]
    Logits {
        /// The shape it gives.
        shape: Vec<usize>,
        /// The number of examples that went in.
        batch: usize,
    },
    /// An integer that not every device has.
    #[error("the network computes with the integer {0}: use integers of 32 bits")]
    Wide(i64),
    /// A program was made without an input.
    #[error("the network has no input: give its program one")]
    NoInput,
    /// Burn could not record the network.
    #[error("Burn could not record the network: {0}")]
    Record(String),
}

/// Why a product or a pass over the data failed.
#[derive(Debug, Error)]
pub enum HvpError {
    /// The network could not be captured.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// The network could not be read.
    #[error(transparent)]
    Network(SourceError),
    /// The device failed.
    #[error("the device failed: {}", words(.0))]
    Device(ExecutionError),
    /// The device has no memory left.
    #[error(
        "the device has no memory left: let products take less of it, by `memory` of the options or `memory-mib` of the settings, \
         or end what else runs on it"
    )]
    DeviceMemory,
    /// The inputs, labels and options do not fit together.
    #[error("{0}")]
    Input(String),
    /// Another of the ranks that share the examples failed.
    #[error(transparent)]
    Rank(#[from] hesscope_ranks::RankError),
    /// The source of the data could not give a batch.
    #[error("the source of the data failed: {0}")]
    Source(#[source] SourceError),
    /// A pass read other data than the first.
    #[error(
        "examples {start} to {end} are not what they were in the first pass: data that are shuffled or \
         augmented anew make the loss another function in every pass, which has no Hessian; let the source \
         give the same examples in the same order whenever it is asked"
    )]
    DataChanged {
        /// The first example of the batch.
        start: usize,
        /// The one after its last.
        end: usize,
    },
    /// Two products with one vector differ although the data do not.
    #[error(
        "two products of Hess with one vector differ by {difference:e} of their size, more than the \
         {tolerance:e} of rounding: the device computes differently each time; choose another device, or \
         float64"
    )]
    NotDeterministic {
        /// The norm of the difference by that of a product.
        difference: f64,
        /// What is let pass.
        tolerance: f64,
    },
    /// The least that can be computed at once does not fit into the memory.
    #[error(
        "the memory for a product is {memory} bytes, but a batch of {batch} with one direction needs \
         {need}: raise `memory` to that{}",
        if *.batch > 1 { ", or lower `batch_size`" } else { "" }
    )]
    Memory {
        /// What may be taken, in bytes.
        memory: usize,
        /// What is needed, in bytes.
        need: usize,
        /// The examples at once.
        batch: usize,
    },
}

impl HvpError {
    /// The error of a reader of networks, which may be one of ours.
    pub fn of_network(error: impl Into<SourceError>) -> Self {
        match error.into().downcast::<HvpError>() {
            Ok(ours) => *ours,
            Err(error) => HvpError::Network(error),
        }
    }

    /// The error of a source, which may be one of ours.
    pub fn of_source(error: SourceError) -> Self {
        match error.downcast::<HvpError>() {
            Ok(ours) => *ours,
            Err(error) => HvpError::Source(error),
        }
    }
}

impl From<ExecutionError> for HvpError {
    fn from(error: ExecutionError) -> Self {
        // Drivers say it in words alone.
        let text = error.to_string().to_lowercase();
        let no_memory = [
            "out of device memory",
            "out of memory",
            "can't allocate buffer",
            "no room for",
        ];
        if no_memory.iter().any(|words| text.contains(words)) {
            HvpError::DeviceMemory
        } else {
            HvpError::Device(error)
        }
    }
}

/// What a device says, without where in the program.
fn words(error: &ExecutionError) -> String {
    let text = error.to_string();
    let lines = text.lines().map(str::trim);
    let words: Vec<&str> = lines
        .take_while(|line| !line.to_lowercase().starts_with("backtrace") && !line.starts_with("0:"))
        .filter(|line| !line.is_empty())
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(reason: &str) -> String {
        let reason = reason.into();
        HvpError::from(ExecutionError::WithContext { reason }).to_string()
    }

    #[test]
    fn a_device_without_memory_is_told_from_one_that_fails() {
        let sentence = said("out of device memory allocating 7 bytes\nBacktrace\n   0: std::x");
        assert!(sentence.contains("no memory left"), "{sentence}");
        assert!(sentence.contains("memory-mib"), "{sentence}");
        let sentence = said("an illegal access\n\nBacktrace\n   0: std::x\n   1: y");
        assert!(
            sentence.ends_with("Caused by: an illegal access"),
            "{sentence}"
        );
    }
}
