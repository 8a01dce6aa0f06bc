//! The binary version: records of one or two label bytes and 3,072 bytes, the red, green and blue planes of 32x32.

use crate::error::{DataError, Fault};
use crate::shape::ImageShape;
use std::path::Path;

/// The shape of one image: 3x32x32.
pub(crate) const SHAPE: ImageShape = ImageShape {
    channels: 3,
    height: 32,
    width: 32,
};

/// The label bytes of a record: how many, which one counts, and how many classes each knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LabelBytes {
    pub classes: &'static [usize],
    pub chosen: usize,
}

/// Appends all records of a file to `pixels` and `labels`.
pub(crate) fn append(
    content: &[u8],
    layout: LabelBytes,
    path: &Path,
    pixels: &mut Vec<u8>,
    labels: &mut Vec<u32>,
) -> Result<(), DataError> {
    let record = layout.classes.len() + SHAPE.len();
    let unusable =
        |fault, problem| Err(DataError::unusable(path, fault, problem, "fetch it again"));
    if content.is_empty() {
        return unusable(Fault::CutShort, "is empty".to_owned());
    }
    if !content.len().is_multiple_of(record) {
        let length = content.len();
        let problem =
            format!("has {length} bytes, which is not a whole number of records of {record} bytes");
        return unusable(Fault::CutShort, problem);
    }
    pixels.reserve(content.len());
    for (index, record) in content.chunks_exact(record).enumerate() {
        let (bytes, image) = record.split_at(layout.classes.len());
        for (&label, &classes) in bytes.iter().zip(layout.classes) {
            if usize::from(label) >= classes {
                return Err(DataError::label(
                    path,
                    index,
                    label,
                    classes,
                    "fetch it again",
                ));
            }
        }
        labels.push(bytes[layout.chosen].into());
        pixels.extend_from_slice(image);
    }
    Ok(())
}
