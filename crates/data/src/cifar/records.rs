//! The binary version: records of one or two label bytes and 3,072 bytes, the red, green and blue planes of 32x32.

use super::CifarError;
use crate::{DataError, ImageShape};
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
    let path = || path.to_owned();
    if content.is_empty() {
        return Err(CifarError::Empty { path: path() }.into());
    }
    if !content.len().is_multiple_of(record) {
        let (path, length) = (path(), content.len());
        return Err(CifarError::PartialRecord {
            path,
            length,
            record,
        }
        .into());
    }
    pixels.reserve(content.len());
    for (index, record) in content.chunks_exact(record).enumerate() {
        let (bytes, image) = record.split_at(layout.classes.len());
        for (&label, &classes) in bytes.iter().zip(layout.classes) {
            if usize::from(label) >= classes {
                return Err(DataError::LabelOutOfRange {
                    path: path(),
                    index,
                    label: label.into(),
                    last: classes - 1,
                });
            }
        }
        labels.push(bytes[layout.chosen].into());
        pixels.extend_from_slice(image);
    }
    Ok(())
}
