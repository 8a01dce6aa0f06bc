//! Initial weights, drawn on the host from a seed.

use burn::{
    module::Param,
    tensor::{Device, Tensor, TensorData},
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::error::ModelError;

/// Most numbers in the parameters of a network: their bytes can be addressed in any precision.
const MOST: usize = isize::MAX as usize / 8;

/// Makes the parameters of one network, in order, as long as there are no more than it is to have.
///
/// Each random parameter has its own ChaCha8 stream: `seed` is the key and the parameter's index the stream number. The
/// draws happen in float64 on the host and are rounded to float32, so that every device gets the same weights.
pub(crate) struct Init<'a> {
    fill: Fill,
    stream: u64,
    /// Numbers made so far, and the most there may be.
    made: usize,
    most: usize,
    device: &'a Device,
}

/// What stands wherever random numbers would be.
#[derive(Clone, Copy)]
enum Fill {
    /// Random numbers.
    Seed(u64),
    /// Zeros.
    Zeros,
    /// Nothing: one number, which stands for all of a tensor and takes no memory.
    Shapes,
}

impl<'a> Init<'a> {
    pub(crate) fn seeded(seed: u64, device: &'a Device) -> Self {
        Self::new(Fill::Seed(seed), MOST, device)
    }

    /// Zeros wherever random numbers would be, for a network about to be loaded.
    pub(crate) fn blank(device: &'a Device) -> Self {
        Self::new(Fill::Zeros, MOST, device)
    }

    /// Shapes alone, of no more than `most` numbers.
    pub(crate) fn shapes(most: usize, device: &'a Device) -> Self {
        Self::new(Fill::Shapes, most.min(MOST), device)
    }

    fn new(fill: Fill, most: usize, device: &'a Device) -> Self {
        Self {
            fill,
            stream: 0,
            made: 0,
            most,
            device,
        }
    }

    /// Numbers made so far.
    pub(crate) fn made(&self) -> usize {
        self.made
    }

    /// The numbers of a tensor, if they may be made too.
    fn take(&mut self, shape: &[usize]) -> Result<usize, ModelError> {
        let count = shape
            .iter()
            .try_fold(1, |count: usize, &extent| count.checked_mul(extent));
        let made = count.and_then(|count| self.made.checked_add(count));
        match (count, made) {
            (Some(count), Some(made)) if made <= self.most => {
                self.made = made;
                Ok(count)
            }
            _ => Err(ModelError::TooLarge { most: self.most }),
        }
    }

    /// Normal with mean 0 and standard deviation `std`.
    pub(crate) fn normal<const D: usize>(
        &mut self,
        shape: [usize; D],
        std: f64,
    ) -> Result<Param<Tensor<D>>, ModelError> {
        let count = self.take(&shape)?;
        let values: Vec<f32> = match self.fill {
            Fill::Shapes => return Ok(Param::from_tensor(self.shape(shape))),
            Fill::Zeros => vec![0.0; count],
            Fill::Seed(seed) => {
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
        Ok(Param::from_data(
            TensorData::new(values, shape),
            self.device,
        ))
    }

    /// A parameter with every entry equal to `value`.
    pub(crate) fn constant<const D: usize>(
        &mut self,
        shape: [usize; D],
        value: f32,
    ) -> Result<Param<Tensor<D>>, ModelError> {
        Ok(Param::from_tensor(self.constant_tensor(shape, value)?))
    }

    /// A tensor with every entry equal to `value`.
    pub(crate) fn constant_tensor<const D: usize>(
        &mut self,
        shape: [usize; D],
        value: f32,
    ) -> Result<Tensor<D>, ModelError> {
        let count = self.take(&shape)?;
        if matches!(self.fill, Fill::Shapes) {
            return Ok(self.shape(shape));
        }
        let values = vec![value; count];
        Ok(Tensor::from_data(
            TensorData::new(values, shape),
            self.device,
        ))
    }

    /// One number seen as a tensor of this shape.
    fn shape<const D: usize>(&self, shape: [usize; D]) -> Tensor<D> {
        Tensor::<D>::zeros([1; D], self.device).expand(shape)
    }
}
