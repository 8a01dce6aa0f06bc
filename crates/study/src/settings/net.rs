//! The network of a run: one of hesscope's own, or a model from an ONNX file.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use hesscope_models::NetConfig;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_with::skip_serializing_none;
use toml::Value;

use crate::error::StudyError;

/// The network of a run.
///
/// In a file `net` is the name of one of hesscope's own networks, a table with its `name` and options, or a table with `onnx`,
/// the path of a model: `net = { onnx = "model.onnx", frozen = ["*.bias"] }`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum NetSettings {
    /// One of hesscope's own.
    BuiltIn(NetConfig),
    /// A model from a file.
    Onnx(OnnxSettings),
}

/// A model from an ONNX file, and how it is read.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct OnnxSettings {
    /// The file.
    pub onnx: PathBuf,
    /// Its SHA-256, with that of the files that hold its tensors.
    pub sha256: Option<String>,
    /// The name of the input that the data go to; absent where the model has but one.
    pub input: Option<String>,
    /// The name of the output with the logits; absent where it is the first.
    pub output: Option<String>,
    /// Patterns of names of tensors that are parameters; absent where the file tells them.
    pub parameters: Option<Vec<String>>,
    /// Patterns of names of parameters that are held fixed.
    pub frozen: Option<Vec<String>>,
}

impl Default for NetSettings {
    fn default() -> Self {
        NetSettings::BuiltIn(NetConfig::SmallCnn(Default::default()))
    }
}

impl From<NetConfig> for NetSettings {
    fn from(config: NetConfig) -> Self {
        NetSettings::BuiltIn(config)
    }
}

impl<'de> Deserialize<'de> for NetSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let is_onnx = value
            .as_table()
            .is_some_and(|table| table.contains_key("onnx"));
        let read = |error: toml::de::Error| D::Error::custom(error.message());
        if is_onnx {
            value.try_into().map(NetSettings::Onnx).map_err(read)
        } else {
            value.try_into().map(NetSettings::BuiltIn).map_err(read)
        }
    }
}

impl NetSettings {
    /// The name of the network: that of hesscope's own, or of the model's file without its ending.
    pub fn name(&self) -> Cow<'static, str> {
        match self {
            NetSettings::BuiltIn(config) => Cow::Borrowed(config.name()),
            NetSettings::Onnx(OnnxSettings { onnx, .. }) => {
                let stem = onnx.file_stem().unwrap_or(onnx.as_os_str());
                Cow::Owned(stem.to_string_lossy().into_owned())
            }
        }
    }

    /// The model's file, where it is one.
    pub fn onnx(&self) -> Option<&OnnxSettings> {
        match self {
            NetSettings::BuiltIn(_) => None,
            NetSettings::Onnx(settings) => Some(settings),
        }
    }

    /// One of hesscope's own networks, for `what`.
    ///
    /// # Errors
    ///
    /// A model from a file.
    pub fn built_in(&self, what: &str) -> Result<&NetConfig, StudyError> {
        match self {
            NetSettings::BuiltIn(config) => Ok(config),
            NetSettings::Onnx(settings) => Err(StudyError::setting(format!(
                "the model {} comes from an ONNX file, and {what} needs one of hesscope's own networks: choose one with --net",
                settings.onnx.display()
            ))),
        }
    }

    /// The same network wherever its file lies.
    pub fn without_place(&self) -> Self {
        match self {
            NetSettings::BuiltIn(_) => self.clone(),
            NetSettings::Onnx(settings) => NetSettings::Onnx(OnnxSettings {
                onnx: PathBuf::new(),
                ..settings.clone()
            }),
        }
    }

    /// The model's file by its whole path, with its checksum.
    pub(super) fn completed(
        &self,
        absolute: impl Fn(&Path) -> Result<PathBuf, StudyError>,
    ) -> Result<Self, StudyError> {
        let NetSettings::Onnx(settings) = self else {
            return Ok(self.clone());
        };
        let model =
            hesscope_onnx::Model::read(&settings.onnx).map_err(StudyError::onnx(&settings.onnx))?;
        Ok(NetSettings::Onnx(OnnxSettings {
            onnx: absolute(&settings.onnx)?,
            sha256: Some(model.sha256().to_owned()),
            ..settings.clone()
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct File {
        net: NetSettings,
    }

    fn read(text: &str) -> Result<File, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn every_form_is_read_and_written_back() {
        for (text, name) in [
            ("net = \"resnet18\"", "resnet18"),
            (
                "net = { name = \"vgg11\", classifier = \"plain\" }",
                "vgg11",
            ),
            ("net = { onnx = \"models/vit.onnx\" }", "vit"),
            (
                "net = { onnx = \"a.b.onnx\", input = \"x\", output = \"y\", parameters = [\"*\"], frozen = [\"head.*\"] }",
                "a.b",
            ),
        ] {
            let file = read(text).expect(text);
            assert_eq!(file.net.name(), name);
            let written = toml::to_string(&file).expect("TOML");
            assert_eq!(read(&written), Ok(file), "{written}");
        }
    }

    #[test]
    fn bad_forms_are_refused_in_words() {
        for (text, part) in [
            ("net = \"resnet19\"", "unknown network `resnet19`"),
            ("net = { onnx = 5 }", "invalid type: integer `5`"),
            (
                "net = { onnx = \"a.onnx\", frozn = [] }",
                "unknown field `frozn`",
            ),
            ("net = 5", "the name of a network or a table"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
