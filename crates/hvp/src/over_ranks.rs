//! Sums of arrays over ranks.

use burn::tensor::{Element, TensorData};
use hesscope_ranks::{Number, Ranks};

use crate::array::Array;
use crate::error::HvpError;
use crate::precision::Precision;

/// Numbers that are summed in one exchange: fewer exchanges for many small arrays, and little memory for large ones.
const TOGETHER: usize = 1 << 22;

/// The sums over ranks of arrays that each has, of the same shapes and precision everywhere. What fails at one rank fails at all.
///
/// # Errors
///
/// `arrays` where they are an error here, the error of another rank, and a device that fails.
pub fn sum_over_ranks(
    ranks: &Ranks,
    arrays: Result<Vec<Array>, HvpError>,
) -> Result<Vec<Array>, HvpError> {
    // Read before it is agreed on: a device may fail.
    let arrays = arrays.and_then(|arrays| {
        let read = |array: &Array| Ok((array.to_data()?, array.device()));
        arrays
            .iter()
            .map(read)
            .collect::<Result<Vec<_>, HvpError>>()
    });
    let mut rest = ranks.agree(arrays)?.into_iter().peekable();
    let mut sums = Vec::new();
    while let Some((first, device)) = rest.next() {
        let precision = match first.dtype() {
            burn::tensor::DType::F64 => Precision::F64,
            _ => Precision::F32,
        };
        let mut count = first.num_elements();
        let mut group = vec![first];
        while let Some((next, _)) =
            rest.next_if(|(data, _)| count + data.num_elements() <= TOGETHER)
        {
            count += next.num_elements();
            group.push(next);
        }
        let summed = match precision {
            Precision::F32 => summed::<f32>(ranks, group),
            Precision::F64 => summed::<f64>(ranks, group),
        };
        let array = |data| Array::from_data(data, precision, &device);
        sums.extend(summed.into_iter().map(array));
    }
    Ok(sums)
}

fn summed<T: Number + Element>(ranks: &Ranks, group: Vec<TensorData>) -> Vec<TensorData> {
    let mut numbers: Vec<T> = group.iter().flat_map(|data| data.iter::<T>()).collect();
    ranks.sum(&mut numbers);
    let mut rest = numbers.into_iter();
    let sum = |data: TensorData| {
        let numbers: Vec<T> = rest.by_ref().take(data.num_elements()).collect();
        TensorData::new(numbers, data.shape().clone())
    };
    group.into_iter().map(sum).collect()
}
