//! Arrays of a file, and how they become images and labels.

use crate::error::{DataError, Fault};
use crate::memory::labelled::Pixels;
use crate::shape::ImageShape;
use std::borrow::Cow;
use std::path::Path;

/// The type of an array's elements, of those that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ElementType {
    /// `u`, `i` or `f`, as NumPy has them.
    kind: char,
    /// Bytes of an element.
    pub width: usize,
    big_endian: bool,
}

impl ElementType {
    /// Little-endian elements.
    pub const fn new(kind: char, width: usize) -> Self {
        Self {
            kind,
            width,
            big_endian: false,
        }
    }

    /// NumPy's names of the types, as in `<f4`.
    pub fn from_numpy(name: &str) -> Option<Self> {
        let mut characters = name.chars();
        let big_endian = characters.next()? == '>';
        let kind = characters.next()?;
        let width = characters.as_str().parse().ok()?;
        let read = matches!((kind, width), ('u' | 'i', 1 | 2 | 4 | 8) | ('f', 4 | 8));
        read.then_some(Self {
            kind,
            width,
            big_endian,
        })
    }

    /// Whether an array of this name may have elements of this type.
    pub fn fits(self, array: &str) -> bool {
        match array {
            "inputs" => true,
            "images" => self == Self::new('u', 1) || self.is_float(),
            _ => !self.is_float(),
        }
    }

    /// Whether the elements are floats.
    pub fn is_float(self) -> bool {
        self.kind == 'f'
    }

    /// Integers.
    pub fn integers(self, bytes: &[u8]) -> impl Iterator<Item = i128> {
        let (signed, unused_bits) = (self.kind == 'i', 64 - 8 * self.width as u32);
        let each = self.each(bytes).map(u64::from_le_bytes);
        each.map(move |bits| match signed {
            // Shifted up and back, so that the sign fills the bits above it.
            true => i128::from((bits << unused_bits).cast_signed() >> unused_bits),
            false => i128::from(bits),
        })
    }

    /// Floats.
    pub fn floats(self, bytes: &[u8]) -> impl Iterator<Item = f64> {
        let narrow = self.width == 4;
        self.each::<8>(bytes).map(move |element| {
            if narrow {
                let [a, b, c, d, ..] = element;
                f64::from(f32::from_le_bytes([a, b, c, d]))
            } else {
                f64::from_le_bytes(element)
            }
        })
    }

    /// The bytes of each element, the lowest first.
    fn each<const N: usize>(self, bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
        bytes.chunks_exact(self.width).map(move |element| {
            let mut lowest_first = [0; N];
            for (to, from) in lowest_first.iter_mut().zip(element) {
                *to = *from;
            }
            if self.big_endian {
                lowest_first[..self.width].reverse();
            }
            lowest_first
        })
    }
}

/// An array as its file has it, row-major.
#[derive(Debug)]
pub(crate) struct Array<'a> {
    /// The type of the elements, none if it is not read.
    pub element: Option<ElementType>,
    /// The type as the file calls it.
    pub name: String,
    pub shape: Vec<usize>,
    /// As many as the elements of the shape have, if there is a type.
    pub bytes: Cow<'a, [u8]>,
}

/// A file's content: images in `[n, channels, height, width]` and their labels, some perhaps beyond the classes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Content {
    pub pixels: Pixels,
    pub shape: ImageShape,
    pub labels: Vec<u32>,
    pub class_names: Option<Vec<String>>,
}

/// The largest label that is believed where nothing says how many classes there are.
const MAX_CLASSES: usize = 100_000;

const IMAGE_SHAPES: &str = "images are [n, height, width], [n, channels, height, width] or [n, height, width, channels] with 1 or 3 channels and nothing empty";
const LABEL_SHAPES: &str = "labels are [n] with n above 0";

impl Content {
    pub fn new(
        images: Array<'_>,
        labels: Array<'_>,
        class_names: Option<Vec<String>>,
        path: &Path,
    ) -> Result<Self, DataError> {
        let labels = as_labels(labels, path)?;
        let element = fitting(images.element, "images", &images.name, path)?;
        let (count, shape, channels_last) = image_shape(&images.shape, path)?;
        if count != labels.len() {
            let problem = format!("holds {count} images but {} labels", labels.len());
            return Err(inconsistent(path, problem, "store one label an image"));
        }
        let pixels = if element.kind == 'u' {
            let bytes = images.bytes.into_owned();
            Pixels::Bytes(channels_first(bytes, shape, channels_last))
        } else {
            let floats = as_floats(element, &images.bytes, shape, path)?;
            Pixels::Floats(channels_first(floats, shape, channels_last))
        };
        Ok(Self {
            pixels,
            shape,
            labels,
            class_names,
        })
    }
}

/// The error for an array that the file does not have.
pub(crate) fn missing(path: &Path, array: &str) -> DataError {
    let problem = format!("holds no array `{array}`");
    let remedy = "store images and labels under these names, or inputs of any shape under `inputs`";
    inconsistent(path, problem, remedy)
}

/// The element type, if the array can have it.
pub(crate) fn fitting(
    element: Option<ElementType>,
    array: &str,
    name: &str,
    path: &Path,
) -> Result<ElementType, DataError> {
    element.filter(|kind| kind.fits(array)).ok_or_else(|| {
        let expected = match array {
            "images" => "u8, f32 or f64",
            "inputs" => "f32, f64 or an integer type",
            _ => "an integer type",
        };
        let problem = format!("has {array} of type {name}, but only {expected} can be read");
        DataError::unusable(path, Fault::Format, problem, "convert them")
    })
}

pub(crate) fn inconsistent(path: &Path, problem: String, remedy: &str) -> DataError {
    DataError::unusable(path, Fault::Inconsistent, problem, remedy)
}

fn wrong_shape(path: &Path, array: &str, shape: &[usize], expected: &str) -> DataError {
    let problem = format!("has {array} of the shape {shape:?}, but {expected}");
    inconsistent(path, problem, "reshape them")
}

/// The number of images, the shape of one, and whether the channels come last.
fn image_shape(shape: &[usize], path: &Path) -> Result<(usize, ImageShape, bool), DataError> {
    let wrong = || Err(wrong_shape(path, "images", shape, IMAGE_SHAPES));
    if shape.contains(&0) {
        return wrong();
    }
    let colours = |size| size == 1 || size == 3;
    let (count, [channels, height, width], last) = match *shape {
        [count, height, width] => (count, [1, height, width], false),
        [_, first, _, last] if colours(first) && colours(last) => {
            let problem = format!(
                "has images of the shape {shape:?}, where the second and the last axis could both be the channels"
            );
            let remedy = "store grey images as [n, height, width], or images of another width as [n, channels, height, width]";
            return Err(inconsistent(path, problem, remedy));
        }
        [count, channels, height, width] if colours(channels) => {
            (count, [channels, height, width], false)
        }
        [count, height, width, channels] if colours(channels) => {
            (count, [channels, height, width], true)
        }
        _ => return wrong(),
    };
    let shape = ImageShape {
        channels,
        height,
        width,
    };
    Ok((count, shape, last))
}

/// The same images with the channels in front.
fn channels_first<T: Copy>(values: Vec<T>, shape: ImageShape, channels_last: bool) -> Vec<T> {
    if !channels_last || shape.channels == 1 {
        return values;
    }
    let mut first = Vec::with_capacity(values.len());
    for image in values.chunks_exact(shape.len()) {
        for channel in 0..shape.channels {
            first.extend(image.iter().skip(channel).step_by(shape.channels));
        }
    }
    first
}

/// The values in float32, all of them finite.
fn as_floats(
    element: ElementType,
    bytes: &[u8],
    shape: ImageShape,
    path: &Path,
) -> Result<Vec<f32>, DataError> {
    let finite = |(place, value): (usize, f64)| {
        let single = value as f32;
        single.is_finite().then_some(single).ok_or_else(|| {
            let problem = format!(
                "gives image {} the value {value}, which is not finite in float32",
                place / shape.len()
            );
            inconsistent(path, problem, "correct it")
        })
    };
    element.floats(bytes).enumerate().map(finite).collect()
}

fn as_labels(labels: Array<'_>, path: &Path) -> Result<Vec<u32>, DataError> {
    if labels.shape.len() != 1 || labels.shape == [0] {
        return Err(wrong_shape(path, "labels", &labels.shape, LABEL_SHAPES));
    }
    let element = fitting(labels.element, "labels", &labels.name, path)?;
    let each = element.integers(&labels.bytes).enumerate();
    each.map(|(index, label)| match u32::try_from(label) {
        Ok(label) if (label as usize) < MAX_CLASSES => Ok(label),
        _ => Err(DataError::label(
            path,
            index,
            label,
            MAX_CLASSES,
            "correct it",
        )),
    })
    .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn labels_of_every_type_are_read() {
        for (name, bytes, expected) in [
            ("|u1", &[7, 200][..], [7, 200]),
            ("|i1", &[7, 127], [7, 127]),
            ("<i2", &[7, 0, 1, 2], [7, 513]),
            (">u2", &[0, 7, 2, 1], [7, 513]),
            (">i4", &[0, 0, 0, 7, 0, 0, 2, 1], [7, 513]),
            (
                "<u8",
                &[7, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0],
                [7, 513],
            ),
        ] {
            let array = Array {
                element: ElementType::from_numpy(name),
                name: name.into(),
                shape: vec![2],
                bytes: bytes.into(),
            };
            assert_eq!(
                as_labels(array, Path::new("x")).unwrap(),
                expected,
                "{name}"
            );
        }
        for (name, bytes, shown) in [
            ("|i1", &[0xff][..], "-1"),
            ("<i2", &[0xfe, 0xff], "-2"),
            (">i8", &[0x80, 0, 0, 0, 0, 0, 0, 0], "-9223372036854775808"),
            ("<u8", &[0xff; 8], "18446744073709551615"),
        ] {
            let array = Array {
                element: ElementType::from_numpy(name),
                name: name.into(),
                shape: vec![1],
                bytes: bytes.into(),
            };
            let error = as_labels(array, Path::new("x")).unwrap_err().to_string();
            assert!(error.contains(&format!("the label {shown},")), "{error}");
        }
    }

    #[test]
    fn other_types_are_not_read() {
        for name in [
            "<c8", "<U3", "|O", "<f2", "<f16", "|b1", "<M8[s]", "<i16", "", "<é4",
        ] {
            assert_eq!(ElementType::from_numpy(name), None, "{name}");
        }
    }
}
