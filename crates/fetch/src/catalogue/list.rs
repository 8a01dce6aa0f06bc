//! The list of data sets.

use super::dataset::Dataset;
use super::standard;
use crate::error::FetchError;
use serde::Serialize;

/// A list of data sets. It is data: [`Catalogue::standard`] is the built-in one, and others are made
/// with [`Catalogue::new`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Catalogue {
    datasets: Vec<Dataset>,
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
            known: self
                .datasets
                .iter()
                .map(|dataset| dataset.name.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        })
    }
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
