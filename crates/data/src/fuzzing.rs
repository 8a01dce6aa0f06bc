//! The readers, from bytes, for fuzzing. No part of the interface.

use crate::datasets::cifar::{names, reader, records};
use crate::datasets::tree::decode;
use crate::error::DataError;
use crate::formats::{archive, idx as reader_of_idx, npz, safetensors};
use std::io::Cursor;
use std::path::Path;

/// The most unpacked bytes of an archive; little, so that a run is short.
const LIMIT: u64 = 1 << 16;

/// A file of images in the IDX format, plain or gzip.
///
/// # Errors
/// As [`crate::idx::read`].
pub fn idx(bytes: &[u8]) -> Result<(), DataError> {
    reader_of_idx::read::<3>(bytes, Path::new("file")).map(drop)
}

/// Records of CIFAR-10, or of CIFAR-100, and names of classes.
///
/// # Errors
/// What is wrong if they are neither.
pub fn cifar(bytes: &[u8]) -> Result<(), DataError> {
    let names = names::parse(bytes, 10);
    assert!(names.is_none_or(|names| names.len() == 10));
    // Each by itself: no length suits both.
    let read = |classes: &'static [usize]| {
        let layout = records::LabelBytes {
            classes,
            chosen: classes.len() - 1,
        };
        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        records::append(bytes, layout, Path::new("file"), &mut pixels, &mut labels)?;
        assert_eq!(pixels.len(), labels.len() * records::SHAPE.len());
        Ok(())
    };
    let ten = read(&[10]);
    read(&[20, 100]).or(ten)
}

/// An archive of CIFAR-10, plain or gzip.
///
/// # Errors
/// What is wrong with it.
pub fn archive(bytes: &[u8]) -> Result<(), DataError> {
    let files = archive::read(bytes, Path::new("file"), &reader::CIFAR_10.wanted(), LIMIT)?;
    assert!(files.values().map(Vec::len).sum::<usize>() as u64 <= LIMIT);
    Ok(())
}

/// An image of any format that is read.
///
/// # Errors
/// What is wrong with it.
pub fn image(bytes: &[u8]) -> Result<(), DataError> {
    let rgb = decode::decode(Path::new("file"), bytes)?;
    let pixels = u64::from(rgb.width) * u64::from(rgb.height);
    assert_eq!(rgb.pixels.len() as u64, 3 * pixels);
    Ok(())
}

/// A safetensors file, or an npz file if it begins as one.
///
/// # Errors
/// What is wrong with it.
pub fn arrays(bytes: &[u8]) -> Result<(), DataError> {
    let path = Path::new("file");
    if bytes.starts_with(b"PK") {
        npz::read(Cursor::new(bytes), path)?;
    } else {
        safetensors::read(bytes, path)?;
    }
    Ok(())
}
