//! The kinds of networks that references hold, layer by layer as the files number them.

/// A kind of network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkKind {
    /// flatten, linear, tanh, linear.
    Mlp,
    /// conv, relu, maxpool, conv, relu, flatten, linear.
    Cnn,
    /// Two conv-bn-relu-maxpool blocks and a classifier with bn.
    VggBn,
    /// A stem with stride and one residual block.
    ResnetBlock,
    /// Dense layers and a transition.
    DensenetBlock,
}

impl NetworkKind {
    const ALL: [(NetworkKind, &'static str); 5] = [
        (NetworkKind::Mlp, "mlp"),
        (NetworkKind::Cnn, "cnn"),
        (NetworkKind::VggBn, "vgg_bn"),
        (NetworkKind::ResnetBlock, "resnet_block"),
        (NetworkKind::DensenetBlock, "densenet_block"),
    ];

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(_, known)| *known == name)
            .map(|(kind, _)| kind)
    }

    /// The names, for messages.
    pub fn names() -> String {
        Self::ALL.map(|(_, name)| name).join(", ")
    }

    pub(crate) fn layers(self) -> &'static [LayerKind] {
        use LayerKind::{Avgpool, Bn, Conv, Dense, Flatten, Linear, Maxpool, Relu, Residual, Tanh};
        const PADDED: LayerKind = Conv {
            stride: 1,
            padding: 1,
        };
        match self {
            NetworkKind::Mlp => &[Flatten, Linear, Tanh, Linear],
            NetworkKind::Cnn => &[PADDED, Relu, Maxpool(2), PADDED, Relu, Flatten, Linear],
            NetworkKind::VggBn => &[
                PADDED,
                Bn,
                Relu,
                Maxpool(2),
                PADDED,
                Bn,
                Relu,
                Maxpool(2),
                Flatten,
                Linear,
                Bn,
                Relu,
                Linear,
            ],
            NetworkKind::ResnetBlock => &[
                Conv {
                    stride: 2,
                    padding: 1,
                },
                Bn,
                Relu,
                Residual,
                Avgpool(4),
                Flatten,
                Linear,
            ],
            NetworkKind::DensenetBlock => &[
                PADDED,
                Dense,
                Dense,
                Bn,
                Relu,
                Conv {
                    stride: 1,
                    padding: 0,
                },
                Avgpool(2),
                Dense,
                Avgpool(3),
                Flatten,
                Linear,
            ],
        }
    }
}

/// What a layer is, before its tensors are known.
#[derive(Clone, Copy)]
pub(crate) enum LayerKind {
    Flatten,
    Linear,
    Conv { stride: usize, padding: usize },
    Bn,
    Relu,
    Tanh,
    Maxpool(usize),
    Avgpool(usize),
    Residual,
    Dense,
}
