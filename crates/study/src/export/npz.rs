//! Arrays as NumPy's npz: a zip archive with one npy file an array, whose bytes depend on nothing but the arrays.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use hesscope_report::{NamedArray, Values};
use npyz::{AutoSerialize, WriterBuilder};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::failure::Failure;

/// The archive; `texts` become files of those names, which `numpy.load` gives as bytes.
pub fn bytes(arrays: &[NamedArray], texts: &BTreeMap<String, String>) -> Result<Vec<u8>, Failure> {
    // Stored, so that no version of a compressor shows; the time of a file is the first that zip knows.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default())
        .large_file(true);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for array in arrays {
        archive.start_file(format!("{}.npy", array.name), options)?;
        archive.write_all(&npy(array)?)?;
    }
    for (name, text) in texts {
        archive.start_file(name, options)?;
        archive.write_all(text.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}

fn npy(array: &NamedArray) -> std::io::Result<Vec<u8>> {
    match &array.values {
        Values::F64(values) => elements(&array.shape, values),
        Values::F32(values) => elements(&array.shape, values),
        Values::I64(values) => elements(&array.shape, values),
        Values::Bool(values) => elements(&array.shape, values),
    }
}

fn elements<T: AutoSerialize>(shape: &[usize], values: &[T]) -> std::io::Result<Vec<u8>> {
    let shape: Vec<u64> = shape.iter().map(|&extent| extent as u64).collect();
    let mut bytes = Vec::new();
    let mut writer = npyz::WriteOptions::new()
        .default_dtype()
        .shape(&shape)
        .writer(&mut bytes)
        .begin_nd()?;
    writer.extend(values)?;
    writer.finish()?;
    Ok(bytes)
}
