//! What can be fetched, from where, and which bytes it is.

mod standard;

use crate::{Checksum, FetchError, address, names};
use serde::Serialize;
use std::fmt;

/// A list of data sets. It is data: [`Catalogue::standard`] is the built-in one, and others are made
/// with [`Catalogue::new`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Catalogue {
    datasets: Vec<Dataset>,
}

/// One data set and the files it is published as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dataset {
    /// The name it is asked for by, as in `fashion-mnist`.
    pub name: String,
    /// The name its authors give it.
    pub title: String,
    /// What it holds, in one line.
    pub description: String,
    /// Its licence, as far as its publishers state one.
    pub licence: String,
    /// The page it is published on.
    pub source: String,
    /// The publication to cite.
    pub citation: String,
    /// Its files; none if it cannot be fetched.
    pub files: Vec<RemoteFile>,
    /// Where it cannot be fetched, why, and what to do instead.
    pub by_hand: Option<String>,
}

/// A file, and where it can be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RemoteFile {
    /// Its official name, without any folder.
    pub name: String,
    /// The bytes it must have.
    pub pin: Pin,
    /// For a compressed single file, the bytes it must have after decompression, where known.
    pub content: Option<Pin>,
    /// For a `.tar.gz` archive, the one folder that it unpacks to.
    pub folder: Option<String>,
    /// Addresses in the order in which they are tried, those of the publishers before mirrors.
    pub addresses: Vec<String>,
}

/// What bytes are told by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Pin {
    /// Their number.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: Checksum,
}

impl Catalogue {
    /// MNIST, FashionMNIST, CIFAR-10 and CIFAR-100, and what there is to say of ImageNet.
    pub fn standard() -> Self {
        Self {
            datasets: standard::datasets(),
        }
    }

    /// A catalogue of these data sets.
    ///
    /// # Errors
    ///
    /// [`FetchError::InvalidCatalogue`] if names repeat, a file's name could lie outside its folder,
    /// a file has no bytes or no address, and [`FetchError::InvalidAddress`] for an address that
    /// nothing can be fetched from.
    pub fn new(datasets: Vec<Dataset>) -> Result<Self, FetchError> {
        for (number, dataset) in datasets.iter().enumerate() {
            if datasets[..number].iter().any(|d| d.name == dataset.name) {
                return Err(dataset.invalid("its name is given twice"));
            }
            dataset.check()?;
        }
        Ok(Self { datasets })
    }

    /// All data sets, in order.
    pub fn datasets(&self) -> &[Dataset] {
        &self.datasets
    }

    /// The data set of that name.
    ///
    /// # Errors
    ///
    /// [`FetchError::UnknownDataset`] if there is none.
    pub fn get(&self, name: &str) -> Result<&Dataset, FetchError> {
        let found = self.datasets.iter().find(|dataset| dataset.name == name);
        found.ok_or_else(|| FetchError::UnknownDataset {
            name: name.to_owned(),
            known: join(self.datasets.iter().map(|dataset| dataset.name.as_str())),
        })
    }
}

impl Dataset {
    /// The number of bytes to download.
    pub fn size(&self) -> u64 {
        self.files.iter().map(|file| file.pin.size).sum()
    }

    /// The same data set with a mirror that is tried first; `base` is the address of the folder in
    /// which it has the files under their official names.
    ///
    /// # Errors
    ///
    /// [`FetchError::InvalidAddress`] for anything but an http or https address.
    pub fn with_mirror(mut self, base: &str) -> Result<Self, FetchError> {
        address::check(base)?;
        let base = base.trim_end_matches('/');
        for file in &mut self.files {
            file.addresses.insert(0, format!("{base}/{}", file.name));
        }
        Ok(self)
    }

    fn check(&self) -> Result<(), FetchError> {
        if self.files.is_empty() && self.by_hand.is_none() {
            return Err(self.invalid("it has no files"));
        }
        for (number, file) in self.files.iter().enumerate() {
            let name = &file.name;
            for plain in [Some(name), file.folder.as_ref()].into_iter().flatten() {
                if let Err(problem) = names::check_component(plain) {
                    return Err(self.invalid(&format!("the name `{plain}` {problem}")));
                }
            }
            if self.files[..number].iter().any(|other| other.name == *name) {
                return Err(self.invalid(&format!("the file {name} is given twice")));
            }
            if file.pin.size == 0 || file.addresses.is_empty() {
                return Err(self.invalid(&format!("the file {name} lacks bytes or addresses")));
            }
            for one in &file.addresses {
                address::check(one)?;
            }
        }
        Ok(())
    }

    fn invalid(&self, problem: &str) -> FetchError {
        FetchError::InvalidCatalogue {
            dataset: self.name.clone(),
            problem: problem.to_owned(),
        }
    }
}

/// The text of `data info`: one field a line, without a line break at the end.
impl fmt::Display for Dataset {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} ({})", self.title, self.name)?;
        writeln!(out, "  {}", self.description)?;
        writeln!(out, "  licence: {}", self.licence)?;
        writeln!(out, "  source: {}", self.source)?;
        write!(out, "  cite: {}", self.citation)?;
        if let Some(by_hand) = &self.by_hand {
            write!(out, "\n  by hand: {by_hand}")?;
        }
        for file in &self.files {
            write!(out, "\n  {}: {} bytes", file.name, file.pin.size)?;
            write!(out, ", SHA-256 {}", file.pin.sha256)?;
            for address in &file.addresses {
                write!(out, "\n    {address}")?;
            }
        }
        Ok(())
    }
}

fn join<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_standard_catalogue_is_valid() {
        let standard = Catalogue::standard();
        assert_eq!(Catalogue::new(standard.datasets.clone()).unwrap(), standard);
        let names: Vec<&str> = standard.datasets.iter().map(|d| d.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "mnist",
                "fashion-mnist",
                "cifar-10",
                "cifar-100",
                "imagenet"
            ]
        );
        let error = standard.get("svhn").unwrap_err().to_string();
        assert_eq!(
            error,
            "unknown data set `svhn`: choose one of mnist, fashion-mnist, cifar-10, cifar-100, imagenet"
        );
    }

    #[test]
    fn what_is_wrong_with_a_catalogue_is_said() {
        let mnist = Catalogue::standard().datasets[0].clone();
        let said = |change: &dyn Fn(&mut Dataset)| {
            let mut changed = mnist.clone();
            change(&mut changed);
            Catalogue::new(vec![changed]).unwrap_err().to_string()
        };
        let begin = "the catalogue's entry mnist cannot be used, since ";
        for (sentence, part) in [
            (said(&|d| d.files.clear()), "it has no files"),
            (
                said(&|d| d.files[0].name = "../a".into()),
                "the name `../a`",
            ),
            (
                said(&|d| d.files[0].folder = Some("c:".into())),
                "the name `c:`",
            ),
            (
                said(&|d| d.files[1].name = d.files[0].name.clone()),
                "is given twice",
            ),
            (
                said(&|d| d.files[0].pin.size = 0),
                "lacks bytes or addresses",
            ),
            (
                said(&|d| d.files[0].addresses.clear()),
                "lacks bytes or addresses",
            ),
        ] {
            assert!(sentence.starts_with(begin), "{sentence}");
            assert!(sentence.contains(part), "{sentence}");
        }
        let twice = Catalogue::new(vec![mnist.clone(), mnist.clone()]).unwrap_err();
        assert!(twice.to_string().contains("its name is given twice"));
        let ftp = said(&|d| d.files[0].addresses.push("ftp://a/b".into()));
        assert!(ftp.contains("`ftp://a/b`"), "{ftp}");
    }

    #[test]
    fn a_mirror_comes_first() {
        let mnist = Catalogue::standard().datasets[0].clone();
        let mirrored = mnist.clone().with_mirror("http://a.example/m/").unwrap();
        for (file, before) in mirrored.files.iter().zip(&mnist.files) {
            assert_eq!(
                file.addresses[0],
                format!("http://a.example/m/{}", file.name)
            );
            assert_eq!(file.addresses[1..], before.addresses);
        }
        assert!(mnist.with_mirror("a.example/m").is_err());
    }
}
