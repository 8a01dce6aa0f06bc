//! Numbers that lie in files beside the model.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};

use crate::error::Fault;
use crate::names::printable;
use crate::proto::TensorProto;

/// Where the bytes of a tensor lie.
pub(crate) struct Location {
    /// The file, within the folder of the model.
    pub file: PathBuf,
    offset: u64,
    length: Option<u64>,
}

/// Whether the bytes of a tensor lie outside the model.
pub(crate) fn is_external(tensor: &TensorProto) -> bool {
    tensor.data_location == 1
}

fn number(key: &str, value: &str) -> Result<u64, Fault> {
    let parsed = value.trim().parse();
    parsed.map_err(|_| {
        let value = printable(value);
        format!("has `{value}` as the {key} of its external data: it must be a number of bytes")
    })
}

impl Location {
    /// What the tensor says of it, in a model of this folder.
    pub fn of(tensor: &TensorProto, folder: Option<&Path>) -> Result<Self, Fault> {
        let folder = folder
            .ok_or("lies in a file beside the model, but the model was not read from a folder")?;
        let entry = |key: &str| {
            let entry = tensor.external_data.iter().find(|entry| entry.key == key);
            entry.map(|entry| entry.value.as_str())
        };
        let location = entry("location")
            .ok_or("lies outside the model but does not say in which file: export it again")?;
        if location.chars().any(char::is_control) {
            return Err("lies in a file whose name cannot be printed".to_owned());
        }
        let path = Path::new(location);
        let within = path
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if location.is_empty() || !within {
            return Err(format!(
                "lies in `{location}`, which is not within the folder of the model: its data must lie beside it"
            ));
        }
        let file = folder.join(path);
        // A link may lead out of the folder where the path does not.
        let real = |path: &Path| {
            let real = path.canonicalize();
            real.map_err(|error| format!("lies in `{location}`, which could not be read: {error}"))
        };
        if !real(&file)?.starts_with(real(folder)?) {
            return Err(format!(
                "lies in `{location}`, which leads out of the folder of the model: its data must lie beside it"
            ));
        }
        Ok(Location {
            file,
            offset: entry("offset").map_or(Ok(0), |value| number("offset", value))?,
            length: entry("length")
                .map(|value| number("length", value))
                .transpose()?,
        })
    }

    /// The `wanted` bytes that lie there.
    pub fn read(&self, wanted: usize) -> Result<Vec<u8>, Fault> {
        let failed = |error: std::io::Error| {
            format!(
                "lies in {}, which could not be read: {error}",
                self.file.display()
            )
        };
        let mut file = File::open(&self.file).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let rest = size.saturating_sub(self.offset);
        let length = self.length.unwrap_or(rest.min(wanted as u64));
        if length != wanted as u64 {
            return Err(format!(
                "has {length} bytes of external data, but its shape and type need {wanted}"
            ));
        }
        if length > rest {
            return Err(format!(
                "needs the bytes {} to {} of {}, which has {size}: a part of the file is missing",
                self.offset,
                self.offset.saturating_add(length),
                self.file.display()
            ));
        }
        file.seek(SeekFrom::Start(self.offset)).map_err(failed)?;
        let mut bytes = Vec::with_capacity(wanted);
        file.take(length).read_to_end(&mut bytes).map_err(failed)?;
        Ok(bytes)
    }
}
