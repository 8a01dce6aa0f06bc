//! How large the data and the network of a run are.

use burn::tensor::Device;
use hesscope_hvp::capture;
use hesscope_models::{BatchSource, BnMode, NetConfig, Network};

use crate::error::StudyError;
use crate::observer::Observer;
use crate::settings::{NetSettings, Settings};
use crate::source::Sources;

/// How large the data and the network of a run are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Training and test examples.
    pub examples: [usize; 2],
    /// Classes, C.
    pub classes: usize,
    /// Channels, height and width of an image.
    pub input: [usize; 3],
    /// Whether these are those of the data of the settings, rather than assumed.
    pub of_data: bool,
}

impl Extent {
    /// That of the data of the settings, which are loaded.
    ///
    /// # Errors
    ///
    /// Data that cannot be had.
    pub fn of_data(settings: &Settings, observer: &dyn Observer) -> Result<Self, StudyError> {
        let sources = Sources::load(settings, observer)?;
        sources.train.require_images()?;
        Ok(Extent {
            examples: [sources.train.len(), sources.test.len()],
            classes: sources.train.classes(),
            input: sources.train.shape(),
            of_data: true,
        })
    }

    /// The number of parameters of a network for such data, p, and the multiplications followed by an addition of one forward
    /// pass of an example.
    ///
    /// # Errors
    ///
    /// A network that cannot be made.
    pub(super) fn of_network(self, net: &NetConfig) -> Result<(usize, usize), StudyError> {
        let network = net.blank(self.input, self.classes, &Device::flex())?;
        let [channels, height, width] = self.input;
        let forward = |network: &Network, x| network.forward(x, BnMode::Running);
        let program = capture(&network, [1, channels, height, width], forward);
        let program = program.map_err(hesscope_hvp::HvpError::from)?;
        Ok((network.num_parameters(), program.multiply_adds()))
    }
}

/// The network of settings, which must be one of hesscope's own.
///
/// # Errors
///
/// A model from a file.
pub(super) fn built_in(settings: &Settings) -> Result<&NetConfig, StudyError> {
    match &settings.net {
        NetSettings::BuiltIn(net) => Ok(net),
        NetSettings::Onnx(model) => Err(StudyError::setting(format!(
            "{} is a model from a file, of which nothing is planned yet: choose one of hesscope's own networks",
            model.onnx.display()
        ))),
    }
}
