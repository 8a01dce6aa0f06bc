//! Leading eigenpairs that `hesscope overlaps` kept.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use hesscope_report::{NamedArray, Values};
use safetensors::{Dtype, SafeTensors};

use super::file::{Format, write_arrays};
use super::options::ExportOptions;
use super::{file, select};
use crate::eigenvectors::{About, FOLDER, about};
use crate::failure::Failure;
use crate::folder::RunFolder;

const FORMATS: [Format; 2] = [Format::Npz, Format::Safetensors];

/// Writes the eigenpairs that the options name.
pub fn write(folder: &RunFolder, options: &ExportOptions) -> Result<(), Failure> {
    let format = Format::of(&options.out, &FORMATS)?;
    let all = kept(folder)?;
    let found: Vec<_> = all
        .iter()
        .filter(|(_, about)| select::fits(options, &about.operator, &about.split, about.epoch))
        .collect();
    let described = |about: &About| select::described(&about.operator, &about.split, about.epoch);
    let [(path, about)] = found[..] else {
        let some: Vec<String> = found.iter().map(|(_, about)| described(about)).collect();
        let every: Vec<String> = all.iter().map(|(_, about)| described(about)).collect();
        return Err(select::not_one(
            folder,
            "file of eigenvectors",
            &some,
            &every,
        ));
    };
    write_as(path, about, format, &options.out)
}

/// The files of eigenvectors, and what each says of itself.
pub fn kept(folder: &RunFolder) -> Result<Vec<(PathBuf, About)>, Failure> {
    let files = folder.files(FOLDER, "safetensors");
    files
        .into_iter()
        .map(|path| {
            let about =
                about(&path).ok_or_else(|| damaged(&path, "it is no file of eigenvectors"))?;
            Ok((path, about))
        })
        .collect()
}

/// Writes a file of eigenpairs in a format: `values`, `residuals` and `vectors`, a row each.
pub fn write_as(path: &Path, about: &About, format: Format, out: &Path) -> Result<(), Failure> {
    let bytes = fs::read(path)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
    if format == Format::Safetensors {
        return file::write(out, &bytes);
    }
    let tensors =
        SafeTensors::deserialize(&bytes).map_err(|error| damaged(path, &error.to_string()))?;
    let mut arrays = Vec::new();
    for name in ["values", "residuals", "vectors"] {
        let tensor = tensors
            .tensor(name)
            .map_err(|error| damaged(path, &error.to_string()))?;
        let data = tensor.data();
        let values = match tensor.dtype() {
            Dtype::F64 => {
                let (words, _) = data.as_chunks();
                Values::F64(words.iter().map(|&word| f64::from_le_bytes(word)).collect())
            }
            Dtype::F32 => {
                let (words, _) = data.as_chunks();
                Values::F32(words.iter().map(|&word| f32::from_le_bytes(word)).collect())
            }
            other => return Err(damaged(path, &format!("{name} is of type {other:?}"))),
        };
        arrays.push(NamedArray {
            name: name.to_owned(),
            shape: tensor.shape().to_vec(),
            values,
        });
    }
    let texts = BTreeMap::from([("about.json".to_owned(), serde_json::to_string(about)?)]);
    write_arrays(out, format, &arrays, &texts)
}

fn damaged(path: &Path, reason: &str) -> Failure {
    Failure::new(format!(
        "{} does not read ({reason}): delete it, and `hesscope overlaps` makes it again",
        path.display()
    ))
}
