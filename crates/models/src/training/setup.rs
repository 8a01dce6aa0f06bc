//! A training on its way from the leader to the members.

use burn::tensor::{DType, Device, TensorData};
use hesscope_ranks::Ranks;
use serde::{Deserialize, Serialize};

use super::error::TrainError;
use super::sgd::Sgd;
use super::trainer::Trainer;
use crate::networks::{NetConfig, Network};
use crate::state::{NamedTensor, load_state, state_of};

/// One tensor; its bytes come behind.
#[derive(Serialize, Deserialize)]
struct Tensor {
    path: String,
    shape: Vec<usize>,
    double: bool,
    is_buffer: bool,
}

#[derive(Serialize, Deserialize)]
struct Header {
    net: NetConfig,
    input: [usize; 3],
    classes: usize,
    momentum: f64,
    weight_decay: f64,
    /// Those of the network, then the momentum of the optimizer.
    tensors: Vec<Tensor>,
    /// How many are the network's.
    of_network: usize,
}

/// A training as it stands: the network, its weights, and the optimizer.
pub struct Setup {
    header: Header,
    bytes: Vec<u8>,
}

impl Setup {
    /// Sends a training to the members, which [receive](Self::receive) it.
    pub(super) fn send(ranks: &Ranks, config: &NetConfig, net: &Network, sgd: &Sgd) {
        let (mut tensors, momentum) = (state_of(net), sgd.state());
        let of_network = tensors.len();
        tensors.extend(momentum);
        let header = Header {
            net: config.clone(),
            input: net.input(),
            classes: net.classes(),
            momentum: sgd.momentum(),
            weight_decay: sgd.weight_decay(),
            tensors: tensors.iter().map(described).collect(),
            of_network,
        };
        ranks.broadcast(serde_json::to_vec(&header).expect("a header is written"));
        let bytes = tensors.iter().flat_map(|tensor| tensor.data.as_bytes());
        ranks.broadcast(bytes.copied().collect());
    }

    /// Receives the training that the leader sends.
    ///
    /// # Panics
    ///
    /// For one of another version of this crate.
    pub fn receive(ranks: &Ranks) -> Setup {
        let header = ranks.broadcast(Vec::new());
        let bytes = ranks.broadcast(Vec::new());
        let header = serde_json::from_slice(&header).expect("all ranks run one version");
        Setup { header, bytes }
    }

    /// The trainer of it on a device.
    ///
    /// # Errors
    ///
    /// A network that cannot be made.
    pub fn trainer(self, device: &Device) -> Result<Trainer, TrainError> {
        let Header {
            net,
            input,
            classes,
            momentum,
            weight_decay,
            tensors,
            of_network,
        } = self.header;
        let mut rest = self.bytes;
        let mut tensors: Vec<NamedTensor> = tensors
            .into_iter()
            .map(|tensor| tensor.with(&mut rest))
            .collect();
        let momenta = tensors.split_off(of_network);
        let fault = |error: &dyn std::fmt::Display| TrainError::Fault(error.to_string());
        let blank = net.blank(input, classes, device)?;
        let net = load_state(blank, tensors, device).map_err(|error| fault(&error))?;
        let mut sgd = Sgd::new(momentum, weight_decay);
        sgd.load(momenta).map_err(|error| fault(&error))?;
        Ok(Trainer::new(&net, &sgd, device))
    }
}

fn described(tensor: &NamedTensor) -> Tensor {
    Tensor {
        path: tensor.path.clone(),
        shape: tensor.shape.clone(),
        double: tensor.data.dtype() == DType::F64,
        is_buffer: tensor.is_buffer,
    }
}

impl Tensor {
    /// The tensor with its bytes, which are taken from the front of the rest.
    fn with(self, rest: &mut Vec<u8>) -> NamedTensor {
        let (dtype, width) = if self.double {
            (DType::F64, 8)
        } else {
            (DType::F32, 4)
        };
        let length = self.shape.iter().product::<usize>() * width;
        let after = rest.split_off(length.min(rest.len()));
        let bytes = std::mem::replace(rest, after);
        NamedTensor {
            data: TensorData::from_bytes_vec(bytes, self.shape.clone(), dtype),
            path: self.path,
            shape: self.shape,
            is_buffer: self.is_buffer,
        }
    }
}
