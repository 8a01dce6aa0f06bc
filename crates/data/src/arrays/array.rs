//! One array of a file, and how it becomes images or labels.

use super::ArrayError;
use crate::ImageShape;
use crate::labelled::Pixels;
use std::path::Path;

/// The numbers of an array, row-major.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Numbers {
    /// Bytes.
    U8(Vec<u8>),
    /// Floats of either width; `f64` are kept, so that messages have the value of the file.
    F32(Vec<f32>),
    F64(Vec<f64>),
    /// Integers of any other width.
    Integers(Vec<i128>),
}

impl Numbers {
    /// Whether images or labels may have values of this type.
    pub fn fit(&self, array: &str) -> bool {
        match self {
            Self::U8(_) => true,
            Self::F32(_) | Self::F64(_) => array == "images",
            Self::Integers(_) => array == "labels",
        }
    }
}

/// An array and its shape.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Array {
    pub numbers: Numbers,
    /// The product is the number of numbers.
    pub shape: Vec<usize>,
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
pub(crate) const MAX_CLASSES: usize = 100_000;

const IMAGE_SHAPES: &str = "images are [n, height, width], [n, channels, height, width] or [n, height, width, channels] with 1 or 3 channels and nothing empty";

impl Content {
    pub fn new(
        images: Array,
        labels: Array,
        class_names: Option<Vec<String>>,
        path: &Path,
    ) -> Result<Self, ArrayError> {
        let labels = as_labels(labels, path)?;
        let (count, shape, channels_last) = image_shape(&images.shape, path)?;
        if count != labels.len() {
            return Err(ArrayError::CountMismatch {
                path: path.to_owned(),
                images: count,
                labels: labels.len(),
            });
        }
        let pixels = match images.numbers {
            Numbers::U8(bytes) => Pixels::Bytes(channels_first(bytes, shape, channels_last)),
            Numbers::F32(floats) => {
                check_finite(&floats, shape, path)?;
                Pixels::Floats(channels_first(floats, shape, channels_last))
            }
            Numbers::F64(floats) => {
                check_finite(&floats, shape, path)?;
                let floats = floats.into_iter().map(|value| value as f32).collect();
                Pixels::Floats(channels_first(floats, shape, channels_last))
            }
            Numbers::Integers(_) => {
                return Err(element_type(path, "images", "integer".into()));
            }
        };
        Ok(Self {
            pixels,
            shape,
            labels,
            class_names,
        })
    }
}

/// The error for an element type that the array cannot have.
pub(crate) fn element_type(path: &Path, array: &'static str, found: String) -> ArrayError {
    ArrayError::ElementType {
        path: path.to_owned(),
        array,
        found,
        expected: match array {
            "images" => "u8, f32 or f64",
            _ => "an integer type",
        },
    }
}

fn shape_error(
    path: &Path,
    array: &'static str,
    shape: &[usize],
    expected: &'static str,
) -> ArrayError {
    ArrayError::Shape {
        path: path.to_owned(),
        array,
        shape: format!("{shape:?}"),
        expected,
    }
}

/// The number of images, the shape of one, and whether the channels come last.
fn image_shape(shape: &[usize], path: &Path) -> Result<(usize, ImageShape, bool), ArrayError> {
    let wrong = || Err(shape_error(path, "images", shape, IMAGE_SHAPES));
    if shape.contains(&0) {
        return wrong();
    }
    let colours = |size| size == 1 || size == 3;
    let (count, [channels, height, width], last) = match *shape {
        [count, height, width] => (count, [1, height, width], false),
        [_, first, _, last] if colours(first) && colours(last) => {
            return Err(ArrayError::Ambiguous {
                path: path.to_owned(),
                shape: format!("{shape:?}"),
            });
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

fn check_finite<T: Copy + Into<f64>>(
    values: &[T],
    shape: ImageShape,
    path: &Path,
) -> Result<(), ArrayError> {
    let finite = |value: f64| (value as f32).is_finite();
    match values.iter().position(|&value| !finite(value.into())) {
        None => Ok(()),
        Some(place) => Err(ArrayError::NotFinite {
            path: path.to_owned(),
            index: place / shape.len(),
            value: values[place].into(),
        }),
    }
}

fn as_labels(labels: Array, path: &Path) -> Result<Vec<u32>, ArrayError> {
    if labels.shape.len() != 1 || labels.shape == [0] {
        let expected = "labels are [n] with n above 0";
        return Err(shape_error(path, "labels", &labels.shape, expected));
    }
    let integers = match labels.numbers {
        Numbers::U8(bytes) => return Ok(bytes.into_iter().map(u32::from).collect()),
        Numbers::Integers(integers) => integers,
        Numbers::F32(_) | Numbers::F64(_) => {
            return Err(element_type(path, "labels", "float".into()));
        }
    };
    let labels = integers.into_iter().enumerate();
    labels
        .map(|(index, label)| match u32::try_from(label) {
            Ok(label) if (label as usize) < MAX_CLASSES => Ok(label),
            _ => Err(ArrayError::Label {
                path: path.to_owned(),
                index,
                label,
                last: MAX_CLASSES - 1,
            }),
        })
        .collect()
}
