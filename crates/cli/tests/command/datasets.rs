//! Every data set, from its files to a report: real ones where they are at hand, and official layouts written here.

use std::fs;
use std::path::Path;

use flate2::{Compression, write::GzEncoder};

use crate::common::{Ran, command, hesscope, shared};

/// A run over `data` that takes seconds; `more` are further flags.
fn small_run(dataset: &str, data: &Path, out: &Path, more: &[&str]) -> Ran {
    let config = out.with_extension("toml");
    fs::write(
        &config,
        "[train]\nepochs = 1\nbatch-size = 32\n[analysis]\noperators = [\"hess\", \"g\"]\nprobes = 2\nlanczos-steps = 8\n\
         range-steps = 12\ntop = 2\n",
    )
    .expect("the settings");
    let (data, out, config) = (
        data.display().to_string(),
        out.display().to_string(),
        config.display().to_string(),
    );
    let arguments = [
        &[
            "run",
            "--dataset",
            dataset,
            "--data-dir",
            &data,
            "--out",
            &out,
            "--config",
            &config,
        ],
        more,
    ]
    .concat();
    hesscope(&arguments)
}

/// Checks that a run came to its report, trained on `train` and tested on `test` examples of `classes` classes.
fn complete(ran: &Ran, out: &Path, classes: usize) {
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let page = fs::read_to_string(out.join("report.html")).expect("a report");
    assert!(page.contains(&format!("C = {classes}")), "C = {classes}");
    let metrics = fs::read_to_string(out.join("metrics.jsonl")).expect("metrics");
    assert_eq!(metrics.lines().count(), 2, "{metrics}");
    let analyses = fs::read_dir(out.join("analysis")).expect("analyses");
    assert_eq!(analyses.count(), 2);
}

#[test]
fn mnist_as_it_is_published() {
    let Some(shared) = shared() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let ran = small_run(
        "mnist",
        &shared.join("datasets/mnist"),
        &out,
        &[
            "--examples-per-class",
            "3",
            "--test-examples-per-class",
            "2",
        ],
    );
    complete(&ran, &out, 10);
}

#[test]
fn cifar_10_as_far_as_it_is_there() {
    let Some(shared) = shared() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let ran = small_run(
        "cifar-10",
        &shared.join("datasets/cifar-10"),
        &out,
        &[
            "--examples-per-class",
            "3",
            "--test-examples-per-class",
            "2",
        ],
    );
    complete(&ran, &out, 10);
    for missing in 2..=5 {
        let name = format!("data_batch_{missing}.bin");
        assert!(ran.stderr.contains(&name), "{name}: {}", ran.stderr);
    }
}

#[test]
fn real_images_of_imagenet() {
    let Some(shared) = shared() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let config = folder.path().join("images.toml");
    fs::write(
        &config,
        "[data]\nimage-size = 32\nclasses = [\"n01440764\", \"n02099712\", \"n01514859\"]\n\
         [train]\nepochs = 1\n[analysis]\noperators = [\"hess\", \"g\"]\nprobes = 2\nlanczos-steps = 8\n\
         range-steps = 12\ntop = 2\n",
    )
    .expect("the settings");
    let data = shared
        .join("datasets/imagenet-sample")
        .display()
        .to_string();
    let ran: Ran = command(&["run", "--dataset", "imagenet", "--data-dir", &data, "--out"])
        .arg(&out)
        .arg("--config")
        .arg(&config)
        .env("XDG_CACHE_HOME", folder.path())
        .output()
        .expect("the command starts")
        .into();
    complete(&ran, &out, 3);
    assert!(
        ran.stderr.contains("test"),
        "it is not said what the test is over: {}",
        ran.stderr
    );
}

/// An IDX file of unsigned bytes.
fn idx(dims: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, dims.len() as u8];
    bytes.extend(dims.iter().flat_map(|size| size.to_be_bytes()));
    bytes.extend(values);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// A picture of `size` bytes that depends on its class and its number, and on the place.
fn picture(size: usize, class: usize, number: usize) -> impl Iterator<Item = u8> {
    (0..size).map(move |place| (place * (class + 2) / 7 + 31 * number) as u8)
}

#[test]
fn fashion_mnist_in_its_official_layout() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    for (stem, count) in [("train", 40), ("t10k", 20)] {
        let images: Vec<u8> = (0..count).flat_map(|n| picture(784, n % 10, n)).collect();
        let labels: Vec<u8> = (0..count).map(|n| (n % 10) as u8).collect();
        for (name, bytes) in [
            ("images-idx3-ubyte", idx(&[count as u32, 28, 28], &images)),
            ("labels-idx1-ubyte", idx(&[count as u32], &labels)),
        ] {
            let path = folder.path().join(format!("{stem}-{name}.gz"));
            fs::write(path, gzip(&bytes)).expect("a file");
        }
    }
    let ran = small_run("fashion-mnist", folder.path(), &out, &[]);
    complete(&ran, &out, 10);
}

/// CIFAR-100's archive: 1 coarse and 1 fine label, then 3 planes of 32 x 32 bytes, two training and one test image a
/// fine class.
fn cifar_100(path: &Path) {
    let records = |each: usize| -> Vec<u8> {
        (0..100 * each)
            .flat_map(|n| {
                let fine = n % 100;
                [(fine / 5) as u8, fine as u8]
                    .into_iter()
                    .chain(picture(3072, fine, n))
            })
            .collect()
    };
    let names = |stem: &str, count: usize| -> Vec<u8> {
        (0..count)
            .flat_map(|n| format!("{stem}{n}\n").into_bytes())
            .collect()
    };
    let mut archive = tar::Builder::new(GzEncoder::new(
        fs::File::create(path).expect("the archive"),
        Compression::fast(),
    ));
    for (name, bytes) in [
        ("train.bin", records(2)),
        ("test.bin", records(1)),
        ("fine_label_names.txt", names("fine", 100)),
        ("coarse_label_names.txt", names("coarse", 20)),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        let name = format!("cifar-100-binary/{name}");
        archive
            .append_data(&mut header, name, &bytes[..])
            .expect("an entry");
    }
    archive
        .into_inner()
        .and_then(GzEncoder::finish)
        .expect("the archive");
}

#[test]
fn cifar_100_in_its_official_archive_with_either_labels() {
    let folder = tempfile::tempdir().expect("a folder");
    cifar_100(&folder.path().join("cifar-100-binary.tar.gz"));
    for (labels, classes) in [("fine", 100), ("coarse", 20)] {
        let out = folder.path().join(labels);
        let more: &[&str] = if labels == "coarse" {
            &["--coarse-labels"]
        } else {
            &[]
        };
        let ran = small_run("cifar-100", folder.path(), &out, more);
        complete(&ran, &out, classes);
    }
}

#[test]
fn images_of_ones_own_in_folders() {
    let folder = tempfile::tempdir().expect("a folder");
    for split in ["train", "test"] {
        for class in ["cat", "dog", "owl"] {
            let dir = folder.path().join("mine").join(split).join(class);
            fs::create_dir_all(&dir).expect("a folder");
            for number in 0..4 {
                let pixels: Vec<u8> = picture(20 * 24 * 3, class.len() + number, number).collect();
                // Portable pixel maps are not read; bitmaps are, and are as simple to write.
                fs::write(dir.join(format!("{number}.bmp")), bitmap(20, 24, &pixels))
                    .expect("an image");
            }
        }
    }
    let out = folder.path().join("run");
    let data = folder.path().join("mine");
    let ran = small_run("folder", &data, &out, &["--image-size", "16"]);
    complete(&ran, &out, 3);
}

/// A 24-bit bitmap, rows from the bottom; `width` is a multiple of 4.
fn bitmap(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let mut bytes = b"BM".to_vec();
    for word in [54 + pixels.len() as u32, 0, 54, 40, width, height] {
        bytes.extend(word.to_le_bytes());
    }
    for half in [1u16, 24] {
        bytes.extend(half.to_le_bytes());
    }
    for word in [0, pixels.len() as u32, 2835, 2835, 0, 0] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend(pixels);
    bytes
}
