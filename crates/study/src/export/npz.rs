//! Arrays as NumPy's npz: a zip archive with one npy file an array, whose bytes depend on nothing but the arrays.

use std::io::{self, Cursor, Write};

use hesscope_report::{NamedArray, Values};
use npyz::{AutoSerialize, WriterBuilder};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The archive; the text becomes a file of its name, which `numpy.load` gives as bytes.
pub fn bytes(arrays: &[NamedArray], (name, text): (&str, &str)) -> io::Result<Vec<u8>> {
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
    archive.start_file(name, options)?;
    archive.write_all(text.as_bytes())?;
    Ok(archive.finish()?.into_inner())
}

fn npy(array: &NamedArray) -> io::Result<Vec<u8>> {
    match &array.values {
        Values::F64(values) => elements(&array.shape, values),
        Values::F32(values) => elements(&array.shape, values),
        Values::I64(values) => elements(&array.shape, values),
        Values::Bool(values) => elements(&array.shape, values),
    }
}

fn elements<T: AutoSerialize>(shape: &[usize], values: &[T]) -> io::Result<Vec<u8>> {
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
