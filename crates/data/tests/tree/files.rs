//! Small trees written on the fly, and the real images if they are there.

use hesscope_data::{Dataset, DatasetName, DatasetSpec, Images, load};
use image::{ImageFormat, Rgb, RgbImage};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The real ImageNet images, below the folder that `HESSCOPE_SHARED` names or `../shared` beside the workspace.
///
/// Without them a test of real data fails under `CI`, and elsewhere says that it was left out.
pub fn real_images() -> Option<PathBuf> {
    let shared = std::env::var_os("HESSCOPE_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let dir = shared.join("datasets/imagenet-sample");
    if dir.is_dir() {
        return Some(dir);
    }
    let missing = format!("{} is missing: set HESSCOPE_SHARED", dir.display());
    assert!(std::env::var_os("CI").is_none(), "{missing}");
    println!("left out, since {missing}");
    None
}

/// A folder for a tree, and one for the cache beside it.
pub struct Place {
    dir: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    pub fn root(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub fn cache(&self) -> PathBuf {
        self.dir.path().join("cache")
    }

    /// Writes a file below the tree's root, with the folders to it.
    pub fn write(&self, name: &str, content: &[u8]) {
        let path = self.root().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Writes an 8x8 image of one grey.
    pub fn grey(&self, name: &str, grey: u8) {
        self.write(name, &encoded(&flat([grey; 3]), ImageFormat::Png));
    }

    /// A tree of two classes: `ant` with greys from 10 and `bee` with greys from 110, that many of each.
    pub fn two_classes(train: u8, test: u8) -> Self {
        let place = Self::new();
        for (split, count) in [("train", train), ("test", test)] {
            for image in 0..count {
                place.grey(&format!("{split}/ant/{image:02}.png"), 10 + image);
                place.grey(&format!("{split}/bee/{image:02}.png"), 110 + image);
            }
        }
        place
    }

    /// All of the tree at 8x8 pixels.
    pub fn spec(&self) -> DatasetSpec {
        DatasetSpec {
            data_dir: Some(self.root()),
            image_size: Some(8),
            cache_dir: Some(self.cache()),
            ..DatasetSpec::new(DatasetName::FOLDER)
        }
    }

    pub fn load(&self) -> Dataset {
        load(&self.spec()).unwrap()
    }

    /// What loading says, without the place.
    pub fn message(&self, spec: &DatasetSpec) -> String {
        self.relative(&load(spec).unwrap_err().to_string())
    }

    /// A text with paths below the place only.
    pub fn relative(&self, text: &str) -> String {
        let dir = self.dir.path().display();
        text.replace(&format!("{dir}/"), "")
            .replace(&format!("{dir}\\"), "")
    }
}

pub fn flat(colour: [u8; 3]) -> RgbImage {
    RgbImage::from_pixel(8, 8, Rgb(colour))
}

pub fn encoded(image: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// The bytes of the images of a split, `[n, 3, side, side]`.
pub fn bytes(data: &Dataset, split: &dyn Images) -> Vec<u8> {
    let all: Vec<usize> = (0..split.len()).collect();
    to_bytes(data, split, &split.read(&all).unwrap())
}

/// Values as the bytes they were before normalisation.
pub fn to_bytes(data: &Dataset, split: &dyn Images, values: &[f32]) -> Vec<u8> {
    let (mean, std) = (&data.normalization.mean, &data.normalization.std);
    let planes = values.chunks_exact(split.shape().area()).enumerate();
    let bytes = planes.flat_map(|(plane, values)| {
        let (mean, std) = (mean[plane % 3], std[plane % 3]);
        values
            .iter()
            .map(move |value| ((value * std + mean) * 255.0).round() as u8)
    });
    bytes.collect()
}

/// The first byte of each image of a split: its grey, where it has one only.
pub fn greys(data: &Dataset, split: &dyn Images) -> Vec<u8> {
    bytes(data, split)
        .into_iter()
        .step_by(split.shape().len())
        .collect()
}

/// The files of the cache.
pub fn cached(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
