//! Tensors stored in a model, as numbers.

use std::path::Path;

use burn::tensor::TensorData;
use half::{bf16, f16};

use crate::element::ElementType;
use crate::error::Fault;
use crate::external::{Location, is_external};
use crate::proto::TensorProto;

/// The most elements a tensor may have: no memory holds more, and products of extents stay far from overflow.
const LARGEST: usize = 1 << 40;

/// A tensor of the model with its numbers: floats in the precision that holds them, integers as int64, truth values. One
/// without axes has the shape [1] here.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub shape: Vec<usize>,
    pub element: ElementType,
    pub data: TensorData,
}

/// The shape under which a tensor is computed with: numbers alone have one axis.
pub(crate) fn with_axis(shape: &[usize]) -> Vec<usize> {
    match shape {
        [] => vec![1],
        shape => shape.to_vec(),
    }
}

/// The number that was written: one of 32 bits in the graph stands for the shortest decimal number that it is nearest to,
/// 1e-5 for 9.9999997e-6, so that a network computed in float64 is the one that was written.
pub(crate) fn decimal(value: f32) -> f64 {
    let exact = f64::from(value);
    if !exact.is_normal() || exact.abs() > 1e30 {
        // Bounds of the type are meant as they are.
        return exact;
    }
    value.to_string().parse().unwrap_or(exact)
}

/// The number of elements of a shape.
pub(crate) fn elements(shape: &[usize]) -> Result<usize, Fault> {
    let product = |count: usize, &extent: &usize| count.checked_mul(extent);
    // Zero before large extents must not hide them.
    let nonzero: Vec<usize> = shape.iter().map(|&extent| extent.max(1)).collect();
    let bound = nonzero.iter().try_fold(1, product);
    if bound.is_none_or(|bound| bound > LARGEST) {
        return Err(format!(
            "would have the shape {shape:?}, which no memory holds"
        ));
    }
    Ok(shape.iter().product())
}

/// The extents of a stored tensor.
fn shape_of(tensor: &TensorProto) -> Result<Vec<usize>, Fault> {
    let extent = |&extent: &i64| {
        usize::try_from(extent)
            .map_err(|_| format!("has the extent {extent}: it must not be negative"))
    };
    tensor.dims.iter().map(extent).collect()
}

/// Reads a tensor; `folder` is that of the model.
pub(crate) fn read(tensor: &TensorProto, folder: Option<&Path>) -> Result<Stored, Fault> {
    let element = ElementType::of_code(i64::from(tensor.data_type))?;
    let shape = shape_of(tensor)?;
    let count = elements(&shape)?;
    let stored = with_axis(&shape);
    let bytes = (count * element.bits()).div_ceil(8);
    let data = if is_external(tensor) {
        of_bytes(element, &Location::of(tensor, folder)?.read(bytes)?, count)
    } else if !tensor.raw_data.is_empty() {
        if tensor.raw_data.len() != bytes {
            return Err(format!(
                "has {} bytes, but its shape {shape:?} of {element} needs {bytes}",
                tensor.raw_data.len()
            ));
        }
        of_bytes(element, &tensor.raw_data, count)
    } else {
        of_fields(tensor, element, count)?
    };
    Ok(Stored {
        data: data.shaped(stored),
        shape,
        element,
    })
}

/// Numbers of one kind.
enum Numbers {
    F32(Vec<f32>),
    F64(Vec<f64>),
    Int(Vec<i64>),
    Bool(Vec<bool>),
}

impl Numbers {
    fn len(&self) -> usize {
        match self {
            Numbers::F32(values) => values.len(),
            Numbers::F64(values) => values.len(),
            Numbers::Int(values) => values.len(),
            Numbers::Bool(values) => values.len(),
        }
    }

    fn shaped(self, shape: Vec<usize>) -> TensorData {
        match self {
            Numbers::F32(values) => TensorData::new(values, shape),
            Numbers::F64(values) => TensorData::new(values, shape),
            Numbers::Int(values) => TensorData::new(values, shape),
            Numbers::Bool(values) => TensorData::new(values, shape),
        }
    }
}

/// Elements of `N` bytes, little endian.
fn each<const N: usize, T>(bytes: &[u8], read: impl Fn([u8; N]) -> T) -> Vec<T> {
    let (chunks, _) = bytes.as_chunks::<N>();
    chunks.iter().map(|&chunk| read(chunk)).collect()
}

/// Two to a byte, the lower half first.
fn halves(bytes: &[u8], count: usize, read: impl Fn(u8) -> i64) -> Vec<i64> {
    let both = bytes.iter().flat_map(|byte| [byte & 15, byte >> 4]);
    both.take(count).map(read).collect()
}

fn of_bytes(element: ElementType, bytes: &[u8], count: usize) -> Numbers {
    use ElementType as E;
    match element {
        E::Float => Numbers::F32(each(bytes, f32::from_le_bytes)),
        E::Double => Numbers::F64(each(bytes, f64::from_le_bytes)),
        E::Float16 => Numbers::F32(each(bytes, |b| f16::from_le_bytes(b).to_f32())),
        E::Bfloat16 => Numbers::F32(each(bytes, |b| bf16::from_le_bytes(b).to_f32())),
        E::Float8E4M3FN | E::Float8E4M3FNUZ | E::Float8E5M2 | E::Float8E5M2FNUZ => {
            Numbers::F32(each(bytes, |[byte]: [u8; 1]| float8(element, byte)))
        }
        E::Int8 => Numbers::Int(each(bytes, |b| i8::from_le_bytes(b).into())),
        E::Int16 => Numbers::Int(each(bytes, |b| i16::from_le_bytes(b).into())),
        E::Int32 => Numbers::Int(each(bytes, |b| i32::from_le_bytes(b).into())),
        E::Int64 => Numbers::Int(each(bytes, i64::from_le_bytes)),
        E::Uint8 => Numbers::Int(each(bytes, |b| u8::from_le_bytes(b).into())),
        E::Uint16 => Numbers::Int(each(bytes, |b| u16::from_le_bytes(b).into())),
        E::Uint32 => Numbers::Int(each(bytes, |b| u32::from_le_bytes(b).into())),
        E::Uint64 => Numbers::Int(each(bytes, |b| u64::from_le_bytes(b).cast_signed())),
        E::Uint4 => Numbers::Int(halves(bytes, count, i64::from)),
        E::Int4 => Numbers::Int(halves(bytes, count, |half| {
            i64::from(half) - if half > 7 { 16 } else { 0 }
        })),
        E::Bool => Numbers::Bool(each(bytes, |[byte]: [u8; 1]| byte != 0)),
    }
}

/// A float of 8 bits: "FP8 formats for deep learning" (Micikevicius et al., 2022), and the forms of Graphcore and AMD
/// without negative zero (`FNUZ`), whose exponents are biased by one more.
fn float8(element: ElementType, byte: u8) -> f32 {
    use ElementType as E;
    let (mantissa_bits, bias, unsigned_zero) = match element {
        E::Float8E4M3FN => (3, 7, false),
        E::Float8E4M3FNUZ => (3, 8, true),
        E::Float8E5M2 => (2, 15, false),
        _ => (2, 16, true),
    };
    let magnitude = byte & 0x7f;
    let exponent = i32::from(magnitude >> mantissa_bits);
    let mantissa = f32::from(magnitude & ((1 << mantissa_bits) - 1));
    let unit = f32::from(1u8 << mantissa_bits);
    let special = match element {
        E::Float8E4M3FN if magnitude == 0x7f => Some(f32::NAN),
        E::Float8E5M2 if exponent == 31 && mantissa == 0.0 => Some(f32::INFINITY),
        E::Float8E5M2 if exponent == 31 => Some(f32::NAN),
        _ if unsigned_zero && byte == 0x80 => Some(f32::NAN),
        _ => None,
    };
    let value = special.unwrap_or_else(|| match exponent {
        0 => mantissa / unit * 2f32.powi(1 - bias),
        _ => (1.0 + mantissa / unit) * 2f32.powi(exponent - bias),
    });
    if byte & 0x80 != 0 { -value } else { value }
}

/// Numbers in fields of their own, where elements of few bits lie in wider ones.
fn of_fields(tensor: &TensorProto, element: ElementType, count: usize) -> Result<Numbers, Fault> {
    use ElementType as E;
    let bytes = |width: usize| -> Vec<u8> {
        let values = tensor.int32_data.iter();
        values
            .flat_map(|value| value.to_le_bytes()[..width].to_vec())
            .collect()
    };
    let packed = matches!(element, E::Int4 | E::Uint4);
    let numbers = match element {
        E::Float => Numbers::F32(tensor.float_data.clone()),
        E::Double => Numbers::F64(tensor.double_data.clone()),
        E::Int64 => Numbers::Int(tensor.int64_data.clone()),
        E::Uint32 | E::Uint64 => {
            let values = tensor.uint64_data.iter();
            Numbers::Int(values.map(|value| value.cast_signed()).collect())
        }
        E::Int32 => Numbers::Int(
            tensor
                .int32_data
                .iter()
                .map(|&value| value.into())
                .collect(),
        ),
        E::Float16 | E::Bfloat16 | E::Int16 | E::Uint16 => of_bytes(element, &bytes(2), count),
        _ => of_bytes(element, &bytes(1), count),
    };
    let given = numbers.len();
    if given != count || (packed && tensor.int32_data.len() != count.div_ceil(2)) {
        return Err(format!(
            "has {given} numbers, but its shape {:?} needs {count}",
            tensor.dims
        ));
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_that_were_written() {
        assert_eq!(decimal(1e-5), 1e-5);
        assert_eq!(decimal(0.1), 0.1);
        assert_eq!(decimal(0.5), 0.5);
        assert_eq!(decimal(f32::MIN), f64::from(f32::MIN));
        assert!(decimal(f32::NAN).is_nan());
        assert_eq!(decimal(f32::NEG_INFINITY), f64::NEG_INFINITY);
    }

    /// Table 1 of "FP8 formats for deep learning", and the codes of the forms without negative zero.
    #[test]
    fn floats_of_8_bits_have_the_values_of_their_formats() {
        use ElementType as E;
        assert_eq!(float8(E::Float8E4M3FN, 0x7e), 448.0);
        assert_eq!(float8(E::Float8E4M3FN, 0x08), 2f32.powi(-6));
        assert_eq!(float8(E::Float8E4M3FN, 0x81), -(2f32.powi(-9)));
        assert!(float8(E::Float8E4M3FN, 0xff).is_nan());
        assert_eq!(float8(E::Float8E5M2, 0x7b), 57344.0);
        assert_eq!(float8(E::Float8E5M2, 0x01), 2f32.powi(-16));
        assert_eq!(float8(E::Float8E5M2, 0xfc), f32::NEG_INFINITY);
        assert_eq!(float8(E::Float8E4M3FNUZ, 0x7f), 240.0);
        assert_eq!(float8(E::Float8E5M2FNUZ, 0x7f), 57344.0);
        assert!(float8(E::Float8E5M2FNUZ, 0x80).is_nan());
    }

    fn tensor(code: i32, dims: &[i64], raw: &[u8]) -> TensorProto {
        TensorProto {
            data_type: code,
            dims: dims.to_vec(),
            raw_data: raw.to_vec().into(),
            ..TensorProto::default()
        }
    }

    #[test]
    fn bytes_are_numbers_of_their_type() {
        let values = |tensor: &TensorProto| -> Vec<f64> {
            read(tensor, None).expect("a tensor").data.iter().collect()
        };
        assert_eq!(
            values(&tensor(10, &[2], &[0x00, 0x3c, 0x00, 0xc0])),
            [1.0, -2.0]
        );
        assert_eq!(values(&tensor(16, &[1], &[0x80, 0x3f])), [1.0]);
        assert_eq!(values(&tensor(22, &[3], &[0xf1, 0x07])), [1.0, -1.0, 7.0]);
        assert_eq!(values(&tensor(21, &[3], &[0xf1, 0x07])), [1.0, 15.0, 7.0]);
        assert_eq!(values(&tensor(3, &[2], &[0xff, 0x7f])), [-1.0, 127.0]);
        assert_eq!(values(&tensor(9, &[2], &[0, 3])), [0.0, 1.0]);
        let halves = TensorProto {
            data_type: 10,
            dims: vec![2],
            int32_data: vec![0x3c00, 0xc000],
            ..TensorProto::default()
        };
        assert_eq!(values(&halves), [1.0, -2.0]);
        // Integers keep all of their bits.
        let stored = read(&tensor(7, &[1], &i64::MAX.to_le_bytes()), None).expect("a tensor");
        assert_eq!(stored.data.iter::<i64>().collect::<Vec<_>>(), [i64::MAX]);
    }
}
