//! Numbers between PyTorch's layouts and ours.

use burn::tensor::{DType, Element as Number, FloatDType, TensorData};

use super::{element::Element, source::Entry};

/// Rows and columns that are transposed at a time, so that both sides stay in the cache.
const TILE: usize = 32;

/// The bytes of `entry` as numbers of `precision` in our layout; none where one of them is not finite.
pub(super) fn to_host(bytes: Vec<u8>, entry: &Entry, precision: FloatDType) -> Option<TensorData> {
    let Element::Float(dtype) = entry.element else {
        return None;
    };
    let data = TensorData::from_bytes_vec(bytes, entry.shape.clone(), dtype);
    if precision == FloatDType::F64 {
        let values: Vec<f64> = data.iter().collect();
        drop(data);
        let finite = values.iter().all(|x| x.is_finite());
        finite.then(|| transposed(values, &entry.shape))
    } else {
        let values: Vec<f32> = data.iter().collect();
        drop(data);
        let finite = values.iter().all(|x| x.is_finite());
        finite.then(|| transposed(values, &entry.shape))
    }
}

/// The same numbers in PyTorch's layout.
pub(super) fn to_pytorch(data: TensorData) -> TensorData {
    let shape = data.shape().to_vec();
    if shape.len() != 2 {
        return data;
    }
    match data.dtype() {
        DType::F64 => transposed(data.iter::<f64>().collect(), &shape),
        DType::F32 => transposed(data.iter::<f32>().collect(), &shape),
        _ => data,
    }
}

/// A matrix is transposed, anything else left as it is.
fn transposed<T: Number>(values: Vec<T>, shape: &[usize]) -> TensorData {
    let &[rows, columns] = shape else {
        return TensorData::new(values, shape.to_vec());
    };
    let mut out = values.clone();
    for top in (0..rows).step_by(TILE) {
        for left in (0..columns).step_by(TILE) {
            for row in top..rows.min(top + TILE) {
                for column in left..columns.min(left + TILE) {
                    out[column * rows + row] = values[row * columns + column];
                }
            }
        }
    }
    TensorData::new(out, [columns, rows])
}
