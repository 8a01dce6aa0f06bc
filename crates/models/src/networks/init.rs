//! Initial weights, drawn on the host from a seed.

use burn::{
    module::Param,
    tensor::{Device, Tensor, TensorData},
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// Makes the parameters of one network, in order.
///
/// Each random parameter has its own ChaCha8 stream: `seed` is the key and the parameter's index the stream number. The
/// draws happen in float64 on the host and are rounded to float32, so that every device gets the same weights.
pub(crate) struct Init<'a> {
    seed: Option<u64>,
    stream: u64,
    device: &'a Device,
}

impl<'a> Init<'a> {
    pub(crate) fn seeded(seed: u64, device: &'a Device) -> Self {
        Self {
            seed: Some(seed),
            stream: 0,
            device,
        }
    }

    /// Zeros wherever random numbers would be, for a network about to be loaded.
    pub(crate) fn blank(device: &'a Device) -> Self {
        Self {
            seed: None,
            stream: 0,
            device,
        }
    }

    /// Normal with mean 0 and standard deviation `std`.
    pub(crate) fn normal<const D: usize>(
        &mut self,
        shape: [usize; D],
        std: f64,
    ) -> Param<Tensor<D>> {
        let count = shape.iter().product();
        let values: Vec<f32> = match self.seed {
            None => vec![0.0; count],
            Some(seed) => {
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                rng.set_stream(self.stream);
                let draw = |_| {
                    let z: f64 = StandardNormal.sample(&mut rng);
                    (z * std) as f32
                };
                (0..count).map(draw).collect()
            }
        };
        self.stream += 1;
        Param::from_data(TensorData::new(values, shape), self.device)
    }

    /// A parameter with every entry equal to `value`.
    pub(crate) fn constant<const D: usize>(
        &mut self,
        shape: [usize; D],
        value: f32,
    ) -> Param<Tensor<D>> {
        Param::from_tensor(self.constant_tensor(shape, value))
    }

    /// A tensor with every entry equal to `value`.
    pub(crate) fn constant_tensor<const D: usize>(
        &self,
        shape: [usize; D],
        value: f32,
    ) -> Tensor<D> {
        let count = shape.iter().product();
        Tensor::from_data(TensorData::new(vec![value; count], shape), self.device)
    }
}
