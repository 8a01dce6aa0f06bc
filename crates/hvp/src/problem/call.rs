//! What a leader has its members take part in.

use burn::tensor::{Shape, TensorData};
use hesscope_ranks::{Ranks, Remote, bytes_of, numbers_of};
use hesscope_records::Terms;
use hesscope_spectral::VectorSpace as _;
use serde::{Deserialize, Serialize};

use crate::array::Array;
use crate::error::HvpError;
use crate::moment::Moment;
use crate::precision::PrecisionExt;
use crate::space::ParameterSpace;

/// A pass over the examples of all ranks.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Call {
    Products(Terms),
    ClassSums,
    ClassCombination,
    Gradient,
    Moment(Moment),
    Evaluate,
    GradientNorms,
    RowGradients,
    MoveTo,
}

/// How the numbers that follow a call are made up.
#[derive(Serialize, Deserialize)]
struct Header {
    call: Call,
    /// Directions [K, p]; none is K = 0.
    directions: usize,
    /// Bytes of them; numbers in float64 come behind.
    bytes: usize,
}

/// A call with its numbers.
pub(super) struct Asked {
    pub call: Call,
    pub directions: Option<Array>,
    pub numbers: Vec<f64>,
}

/// Tells the members what to take part in.
pub(super) fn tell(
    remote: &Remote,
    call: Call,
    directions: Option<&Array>,
    numbers: &[f64],
) -> Result<(), HvpError> {
    let mut payload = match directions {
        Some(directions) => directions.to_data()?.as_bytes().to_vec(),
        None => Vec::new(),
    };
    let header = Header {
        call,
        directions: directions.map_or(0, |directions| directions.shape()[0]),
        bytes: payload.len(),
    };
    let header = serde_json::to_vec(&header).expect("a call is written");
    payload.extend(bytes_of(numbers));
    remote.tell(&header);
    remote.ranks().broadcast(payload);
    Ok(())
}

/// What the leader tells, with the numbers that follow.
///
/// # Panics
///
/// For a message of another version of this crate, after which no rank knows what the others do.
pub(super) fn hear(message: &[u8], ranks: &Ranks, space: &ParameterSpace) -> Asked {
    let header: Header = serde_json::from_slice(message).expect("all ranks run one version");
    let mut payload = ranks.broadcast(Vec::new());
    let numbers = payload.split_off(header.bytes);
    let (precision, device) = (space.precision(), space.device());
    let directions = (header.directions > 0).then(|| {
        let shape = Shape::from(vec![header.directions, space.dim()]);
        let data = TensorData::from_bytes_vec(payload, shape, precision.dtype());
        Array::from_data(data, precision, device)
    });
    Asked {
        call: header.call,
        directions,
        numbers: numbers_of(&numbers),
    }
}
