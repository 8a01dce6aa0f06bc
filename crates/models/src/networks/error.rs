//! What can be wrong with a request for a network.

use hesscope_files::did_you_mean;
use thiserror::Error;

/// A network that cannot be built as asked.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum ModelError {
    /// No network has this name.
    #[error(
        "unknown network `{name}`: {}choose one of {known}",
        did_you_mean(name, known.split(", "))
    )]
    UnknownNet {
        /// The name asked for.
        name: String,
        /// The names there are, separated by commas.
        known: String,
    },
    /// Pooling would leave nothing of the image.
    #[error(
        "the network `{net}` needs images of at least {minimum}x{minimum} pixels because it halves them repeatedly, but these are {height}x{width}: pad the images or choose another network"
    )]
    InputTooSmall {
        /// The network's name.
        net: &'static str,
        /// The smallest side it takes, in pixels.
        minimum: usize,
        /// Height of the images in pixels.
        height: usize,
        /// Width of the images in pixels.
        width: usize,
    },
    /// A dimension of the input shape is zero.
    #[error(
        "the input shape {channels}x{height}x{width} has a zero: channels, height and width must each be at least 1"
    )]
    EmptyInput {
        /// Channels of the images.
        channels: usize,
        /// Height of the images in pixels.
        height: usize,
        /// Width of the images in pixels.
        width: usize,
    },
    /// Fewer than two classes.
    #[error(
        "a classifier needs at least 2 classes, but {classes} was asked for: check the data set"
    )]
    TooFewClasses {
        /// The number asked for.
        classes: usize,
    },
    /// A layer of width zero.
    #[error("`{field}` of the network `{net}` contains a 0: every width must be at least 1")]
    ZeroWidth {
        /// The network's name.
        net: &'static str,
        /// The configuration key.
        field: &'static str,
    },
    /// More numbers than there may be.
    #[error(
        "the network has more than {most} parameters and running statistics: give fewer layers, channels or units in the options of the network"
    )]
    TooLarge {
        /// The most there may be.
        most: usize,
    },
    /// An option outside of what the network can be built with.
    #[error("`{field}` of the network `{net}` cannot be {value}: {remedy}")]
    OutOfRange {
        /// The network's name.
        net: &'static str,
        /// The configuration key.
        field: &'static str,
        /// Its value.
        value: String,
        /// What to choose instead.
        remedy: &'static str,
    },
}

/// Checks that no width in the option `field` of `net` is zero.
pub(crate) fn check_widths(
    net: &'static str,
    field: &'static str,
    widths: &[usize],
) -> Result<(), ModelError> {
    if widths.contains(&0) {
        return Err(ModelError::ZeroWidth { net, field });
    }
    Ok(())
}

/// Checks that both sides of the images have at least `minimum` pixels.
pub(crate) fn check_sides(
    net: &'static str,
    minimum: usize,
    [_, height, width]: [usize; 3],
) -> Result<(), ModelError> {
    if height.min(width) < minimum {
        return Err(ModelError::InputTooSmall {
            net,
            minimum,
            height,
            width,
        });
    }
    Ok(())
}
