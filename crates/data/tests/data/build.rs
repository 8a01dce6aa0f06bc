//! Files of the other formats, written by the tests.

use std::io::{Cursor, Write};

/// Records of CIFAR: the label bytes of each, then 3,072 bytes that all are the record's place.
pub fn cifar(labels: &[&[u8]]) -> Vec<u8> {
    let records = labels.iter().enumerate().map(|(place, labels)| {
        let image = [place as u8; 3072];
        [labels, &image[..]].concat()
    });
    records.collect::<Vec<_>>().concat()
}

/// CIFAR-10's records with the labels 0 to 9 over and over.
pub fn cifar_10(count: usize) -> Vec<u8> {
    let labels: Vec<[u8; 1]> = (0..count).map(|index| [(index % 10) as u8]).collect();
    cifar(&labels.iter().map(|label| &label[..]).collect::<Vec<_>>())
}

/// A tar archive of regular files.
pub fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

/// A tar archive of one entry of another kind, with a name that is not checked.
pub fn odd_tar(name: &str, kind: tar::EntryType) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_size(0);
    header.set_mode(0o644);
    if matches!(kind, tar::EntryType::Symlink | tar::EntryType::Link) {
        header.set_link_name("elsewhere").unwrap();
    }
    header.set_cksum();
    let mut builder = tar::Builder::new(Vec::new());
    builder.append(&header, &b""[..]).unwrap();
    builder.into_inner().unwrap()
}

/// An npy file of version 1.
pub fn npy(kind: &str, fortran: bool, shape: &[usize], values: &[u8]) -> Vec<u8> {
    let sizes: String = shape.iter().map(|size| format!("{size}, ")).collect();
    let fortran = if fortran { "True" } else { "False" };
    let header =
        format!("{{'descr': '{kind}', 'fortran_order': {fortran}, 'shape': ({sizes}), }}\n");
    npy_with(&header, values)
}

/// An npy file of version 1 with this header.
pub fn npy_with(header: &str, values: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values);
    bytes
}

/// An npz file of these npy files.
pub fn npz(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (number, (name, content)) in arrays.iter().enumerate() {
        let method = [
            zip::CompressionMethod::Stored,
            zip::CompressionMethod::Deflated,
        ][number % 2];
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        zip.start_file(format!("{name}.npy"), options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// An array for [`safetensors`]: name, type, shape and bytes.
pub type Tensor<'a> = (&'a str, safetensors::Dtype, &'a [usize], &'a [u8]);

pub fn safetensors(tensors: &[Tensor<'_>], class_names: Option<&str>) -> Vec<u8> {
    let views = tensors.iter().map(|(name, kind, shape, bytes)| {
        let view = safetensors::tensor::TensorView::new(*kind, shape.to_vec(), bytes).unwrap();
        (*name, view)
    });
    let metadata = class_names.map(|names| [("class_names".to_string(), names.to_string())].into());
    safetensors::serialize(views, metadata).unwrap()
}
