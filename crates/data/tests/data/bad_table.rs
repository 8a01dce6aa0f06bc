//! `docs/bad-data.md`: bad input of every kind, and the sentence that it gets.

use crate::bad_trees_table;
use crate::build::{Tensor, cifar, cifar_10, npy, npy_with, npz, odd_tar, safetensors, tar};
use crate::files::{gzip, idx, images, labels, write_small_set};
use flate2::{Compression, write::GzEncoder};
use hesscope_data::{DatasetName, DatasetSpec, Normalization, PerClass, load};
use safetensors::Dtype;
use std::fs;
use std::io::Write;
use std::path::{MAIN_SEPARATOR, Path};
use tempfile::tempdir;

/// What is wrong, and what is said.
pub type Row = (&'static str, String);

const INTRODUCTION: &str = "\
# Bad data and what is said about it

Every row is bad input of one kind and the one sentence that loading it gives. The folder is left out of the paths,
and stands as `DIR` where it is all of one. A test writes every one of these files, loads it, and compares this
page with what is said: `cargo test -p hesscope-data`, with `HESSCOPE_UPDATE` set to write the page anew.
";

#[test]
fn the_page_is_true() {
    let groups = [
        ("Settings", settings()),
        ("MNIST and FashionMNIST", mnist()),
        ("CIFAR-10 and CIFAR-100", records()),
        ("Archives", archives()),
        ("Trees of image files", bad_trees_table::rows()),
        ("Arrays", arrays()),
        ("Arrays in npz", npz_files()),
        ("Arrays in safetensors", safetensors_files()),
    ];
    let mut page = INTRODUCTION.to_owned();
    for (heading, rows) in groups {
        page += &format!("\n## {heading}\n\n| what is wrong | what is said |\n| --- | --- |\n");
        for (what, said) in rows {
            assert!(!said.contains('\n'), "{said}");
            page += &format!("| {what} | {} |\n", said.replace('|', "\\|"));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/bad-data.md");
    if std::env::var_os("HESSCOPE_UPDATE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    for (written, made) in written.lines().zip(page.lines()) {
        assert_eq!(written, made);
    }
    assert_eq!(written, page);
}

/// What is said about a request, without the folder.
pub fn said(spec: &DatasetSpec) -> String {
    let message = load(spec).unwrap_err().to_string();
    let Some(dir) = &spec.data_dir else {
        return message;
    };
    let dir = dir.display().to_string();
    message
        .replace(&format!("{dir}{MAIN_SEPARATOR}"), "")
        .replace(&dir, "DIR")
}

/// What is said about a folder with these files.
fn about(name: DatasetName, files: &[(&str, &[u8])]) -> String {
    let dir = tempdir().unwrap();
    for (file, content) in files {
        fs::write(dir.path().join(file), content).unwrap();
    }
    said(&DatasetSpec {
        data_dir: Some(dir.path().to_owned()),
        ..DatasetSpec::new(name)
    })
}

fn settings() -> Vec<Row> {
    let with = |change: fn(&mut DatasetSpec)| {
        let mut spec = DatasetSpec::new(DatasetName::SYNTH_DIGITS);
        change(&mut spec);
        said(&spec)
    };
    let normalization = |spec: &mut DatasetSpec, mean: &[f32], std: &[f32]| {
        spec.normalization = Some(Normalization {
            mean: mean.to_vec(),
            std: std.to_vec(),
        });
    };
    let parsed = |text: &str| text.parse::<PerClass>().unwrap_err().to_string();
    vec![
        (
            "a data set that is not known",
            "MNIST".parse::<DatasetName>().unwrap_err().to_string(),
        ),
        ("no folder", said(&DatasetSpec::new(DatasetName::CIFAR_10))),
        (
            "no folder for MNIST",
            said(&DatasetSpec::new(DatasetName::MNIST)),
        ),
        (
            "no folder for arrays",
            said(&DatasetSpec::new(DatasetName::ARRAYS)),
        ),
        (
            "a setting of another data set",
            with(|spec| spec.coarse_labels = true),
        ),
        ("examples per class that are no number", parsed("paper-21")),
        (
            "no examples per class",
            with(|spec| spec.train_per_class = Some(0.into())),
        ),
        (
            "all examples of a set without end",
            with(|spec| spec.test_per_class = Some(PerClass::All)),
        ),
        (
            "a class that there is not",
            with(|spec| spec.classes = Some(vec!["cat".into()])),
        ),
        (
            "a class twice",
            with(|spec| spec.classes = Some(vec!["1".into(), "1".into()])),
        ),
        ("no class", with(|spec| spec.classes = Some(Vec::new()))),
        ("label noise above 1", with(|spec| spec.label_noise = 1.5)),
        (
            "label noise that is no number",
            with(|spec| spec.label_noise = f64::NAN),
        ),
        (
            "label noise with one class",
            with(|spec| {
                spec.label_noise = 0.5;
                spec.classes = Some(vec!["3".into()]);
            }),
        ),
        ("a normalization for colours", {
            let mut spec = DatasetSpec::new(DatasetName::SYNTH_DIGITS);
            normalization(&mut spec, &[0.5; 3], &[0.5; 3]);
            said(&spec)
        }),
        ("a standard deviation of 0", {
            let mut spec = DatasetSpec::new(DatasetName::SYNTH_DIGITS);
            normalization(&mut spec, &[0.5], &[0.0]);
            said(&spec)
        }),
        ("a mean that is no number", {
            let mut spec = DatasetSpec::new(DatasetName::SYNTH_DIGITS);
            normalization(&mut spec, &[f32::NAN], &[1.0]);
            said(&spec)
        }),
        ("a normalization and none", {
            let mut spec = DatasetSpec::new(DatasetName::SYNTH_DIGITS);
            normalization(&mut spec, &[0.5], &[1.0]);
            spec.without_normalization = true;
            said(&spec)
        }),
    ]
}

fn mnist() -> Vec<Row> {
    const IMAGES: &str = "train-images-idx3-ubyte";
    const LABELS: &str = "train-labels-idx1-ubyte";
    let set = |file: &str, content: &[u8], per_class: Option<usize>| {
        let dir = tempdir().unwrap();
        write_small_set(dir.path());
        fs::write(dir.path().join(file), content).unwrap();
        said(&DatasetSpec {
            data_dir: Some(dir.path().to_owned()),
            train_per_class: per_class.map(Into::into),
            ..DatasetSpec::new(DatasetName::MNIST)
        })
    };
    let with = |file, content: &[u8]| set(file, content, None);
    let good = images(40);
    let packed = gzip(&good);
    let mut floats = labels(40);
    floats[2] = 0x0d;
    let mut eleventh = labels(40);
    eleventh[8 + 17] = 10;
    let mut no_fives: Vec<u8> = (0..40).map(|index| index % 10).collect();
    no_fives
        .iter_mut()
        .filter(|label| **label == 5)
        .for_each(|label| *label = 6);
    let mut fewer_fives: Vec<u8> = (0..40).map(|index| index % 10).collect();
    fewer_fives[25] = 6;
    vec![
        ("an empty folder", about(DatasetName::MNIST, &[])),
        (
            "a web page instead of a file",
            with(IMAGES, b"<!DOCTYPE html>"),
        ),
        ("an empty file", with(IMAGES, b"")),
        ("values that are no bytes", with(LABELS, &floats)),
        ("labels in place of images", with(IMAGES, &labels(40))),
        ("a file that is cut", with(IMAGES, &good[..good.len() - 1])),
        (
            "a file that goes on",
            with(IMAGES, &[&good[..], &[0]].concat()),
        ),
        ("a dimension of 0", with(IMAGES, &idx(&[40, 28, 0], &[]))),
        (
            "absurd dimensions",
            with(IMAGES, &idx(&[u32::MAX; 3], &[1])),
        ),
        (
            "images of another size",
            with(IMAGES, &idx(&[40, 4, 7], &[0; 40 * 28])),
        ),
        (
            "gzip that is cut",
            with(IMAGES, &packed[..packed.len() / 2]),
        ),
        ("fewer labels than images", with(LABELS, &labels(39))),
        ("a label without a class", with(LABELS, &eleventh)),
        (
            "a class with too few examples",
            set(LABELS, &idx(&[40], &fewer_fives), Some(4)),
        ),
        (
            "a class without examples",
            set(LABELS, &idx(&[40], &no_fives), Some(1)),
        ),
    ]
}

fn records() -> Vec<Row> {
    let ten = |files: &[(&str, &[u8])]| about(DatasetName::CIFAR_10, files);
    let hundred = |files: &[(&str, &[u8])]| about(DatasetName::CIFAR_100, files);
    let good = cifar_10(3);
    let (batch, test) = ("data_batch_1.bin", "test_batch.bin");
    let (fine, coarse) = (cifar(&[&[0, 0], &[0, 100]]), cifar(&[&[20, 0]]));
    let sound = cifar(&[&[0, 0]]);
    vec![
        ("an empty folder", ten(&[])),
        ("no training batch", ten(&[(test, &good)])),
        ("no test batch", ten(&[(batch, &good)])),
        ("an empty file", ten(&[(batch, b""), (test, &good)])),
        (
            "a file that is cut",
            ten(&[(batch, &good[..good.len() - 1]), (test, &good)]),
        ),
        (
            "CIFAR-100 under a name of CIFAR-10",
            ten(&[(batch, &sound), (test, &good)]),
        ),
        (
            "a label without a class",
            ten(&[(batch, &cifar(&[&[10]])), (test, &good)]),
        ),
        (
            "a fine label without a class",
            hundred(&[("train.bin", &fine), ("test.bin", &sound)]),
        ),
        (
            "a coarse label without a class, though not asked for",
            hundred(&[("train.bin", &coarse), ("test.bin", &sound)]),
        ),
    ]
}

fn archives() -> Vec<Row> {
    let with = |content: &[u8]| {
        about(
            DatasetName::CIFAR_10,
            &[("cifar-10-binary.tar.gz", content)],
        )
    };
    let good = cifar_10(3);
    let train: (&str, &[u8]) = ("c/data_batch_1.bin", &good);
    let whole = tar(&[train, ("c/test_batch.bin", &good)]);
    let packed = gzip(&whole);
    let mut checksum = packed.clone();
    let place = packed.len() - 8;
    checksum[place] ^= 1;
    let mut header = whole.clone();
    header[3] ^= 1;
    vec![
        ("a web page instead of an archive", with(b"<!DOCTYPE html>")),
        ("an empty file", with(b"")),
        ("gzip that is cut", with(&packed[..packed.len() / 2])),
        ("gzip with a wrong checksum", with(&checksum)),
        ("tar that is cut in a file", with(&whole[..2000])),
        ("tar that is cut in a header", with(&whole[..300])),
        ("tar with a damaged header", with(&header)),
        (
            "an archive without the files",
            with(&tar(&[("readme", b"x")])),
        ),
        ("an archive without the test batch", with(&tar(&[train]))),
        ("a file twice", with(&tar(&[train, train]))),
        (
            "a symbolic link",
            with(&odd_tar("c/data_batch_1.bin", tar::EntryType::Symlink)),
        ),
        (
            "a hard link",
            with(&odd_tar("c/other", tar::EntryType::Link)),
        ),
        ("a device", with(&odd_tar("c/null", tar::EntryType::Char))),
        (
            "a path that leads out",
            with(&odd_tar("../data_batch_1.bin", tar::EntryType::Regular)),
        ),
        (
            "an absolute path",
            with(&odd_tar("/etc/passwd", tar::EntryType::Regular)),
        ),
        ("a gzip bomb", with(&bomb())),
    ]
}

/// A small archive of one file of 1 GiB that nobody asked for.
fn bomb() -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.set_path("c/readme").unwrap();
    header.set_size(1 << 30);
    header.set_cksum();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(header.as_bytes()).unwrap();
    for _ in 0..1 << 10 {
        encoder.write_all(&[0; 1 << 20]).unwrap();
    }
    encoder.finish().unwrap()
}

const TWO: Tensor<'_> = ("labels", Dtype::U8, &[2], &[0, 1]);

/// What is said about training images and labels; the test file is sound.
fn tensors(images: Tensor<'_>, labels: Tensor<'_>, names: Option<&str>) -> String {
    let sound = [("images", Dtype::U8, &[2, 1, 2][..], &[0u8; 4][..]), TWO];
    about(
        DatasetName::ARRAYS,
        &[
            ("train.safetensors", &safetensors(&[images, labels], names)),
            ("test.safetensors", &safetensors(&sound, None)),
        ],
    )
}

fn arrays() -> Vec<Row> {
    let images =
        |kind, shape: &[usize], bytes: &[u8]| tensors(("images", kind, shape, bytes), TWO, None);
    let bytes = |shape: &[usize]| images(Dtype::U8, shape, &vec![0; shape.iter().product()]);
    let labels = |kind, shape: &[usize], bytes: &[u8]| {
        let images: Tensor<'_> = ("images", Dtype::U8, &[2, 1, 2], &[0; 4]);
        tensors(images, ("labels", kind, shape, bytes), None)
    };
    let names = |names: &str| tensors(("images", Dtype::U8, &[2, 1, 2], &[0; 4]), TWO, Some(names));
    let twice = renamed(
        safetensors(
            &[
                ("images", Dtype::U8, &[2, 1, 2], &[0; 4]),
                ("imagez", Dtype::U8, &[2, 1, 2], &[1; 4]),
                TWO,
            ],
            None,
        ),
        b"imagez",
        b"images",
    );
    let nan: Vec<u8> = [0.0, 1.0, f32::NAN, 0.0]
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    let large: Vec<u8> = [0.0, 1.0, 1e39, 0.0f64]
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    vec![
        ("an empty folder", about(DatasetName::ARRAYS, &[])),
        ("images of too few axes", bytes(&[2, 2])),
        ("images of two channels", bytes(&[2, 2, 4, 4])),
        ("images without pixels", bytes(&[2, 0, 4])),
        ("channels on either axis", bytes(&[2, 3, 4, 3])),
        (
            "images of integers",
            images(Dtype::I32, &[2, 1, 2], &[0; 16]),
        ),
        (
            "images of half floats",
            images(Dtype::F16, &[2, 1, 2], &[0; 8]),
        ),
        (
            "a value that is no number",
            images(Dtype::F32, &[2, 1, 2], &nan),
        ),
        (
            "a value beyond float32",
            images(Dtype::F64, &[2, 1, 2], &large),
        ),
        ("more images than labels", bytes(&[3, 1, 2])),
        ("labels of floats", labels(Dtype::F32, &[2], &[0; 8])),
        ("labels of two axes", labels(Dtype::U8, &[1, 2], &[0; 2])),
        ("no labels", labels(Dtype::U8, &[0], &[])),
        ("a negative label", labels(Dtype::I8, &[2], &[0, 255])),
        ("an absurd label", labels(Dtype::U64, &[2], &[255; 16])),
        ("a label without a name", names("cat")),
        ("the same name twice", names("cat\ncat")),
        ("an empty name", names("cat\n\ndog")),
        (
            "the same array twice",
            about(DatasetName::ARRAYS, &[("train.safetensors", &twice)]),
        ),
        ("no names", names("")),
        ("splits of different images", bytes(&[2, 1, 3])),
        (
            "bytes in one split, floats in the other",
            images(Dtype::F32, &[2, 1, 2], &[0; 16]),
        ),
    ]
}

/// These bytes with another name of the same length wherever `from` stands.
fn renamed(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    for at in 0..bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..][..to.len()].copy_from_slice(to);
        }
    }
    bytes
}

fn npz_files() -> Vec<Row> {
    let with = |content: &[u8]| about(DatasetName::ARRAYS, &[("train.npz", content)]);
    let labels = || ("labels", npy("|u1", false, &[2], &[0, 1]));
    let images = |file: Vec<u8>| with(&npz(&[("images", file), labels()]));
    let sound = npy("|u1", false, &[2, 1, 2], &[1, 2, 3, 4]);
    let whole = npz(&[("images", sound.clone()), labels()]);
    let twice = npz(&[
        ("images", sound.clone()),
        ("imagez", sound.clone()),
        labels(),
    ]);
    let twice = renamed(twice, b"imagez", b"images");
    let mut flipped = whole.clone();
    let place = whole
        .windows(4)
        .position(|bytes| bytes == [1, 2, 3, 4])
        .unwrap();
    flipped[place] ^= 1;
    let nested = "{'descr': '<f4', 'fortran_order': False, 'shape': ((((((3,),),),),),), }";
    let record = "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,), }";
    let huge = "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }";
    let big = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1048576, 1024), }";
    vec![
        ("a file that is no zip archive", with(b"<!DOCTYPE html>")),
        ("the same array twice", with(&twice)),
        (
            "a zip archive that is cut",
            with(&whole[..whole.len() - 30]),
        ),
        ("a zip archive with a wrong checksum", with(&flipped)),
        ("no images", with(&npz(&[labels()]))),
        ("no labels", with(&npz(&[("images", sound.clone())]))),
        (
            "Fortran order",
            images(npy("|u1", true, &[2, 1, 2], &[0; 4])),
        ),
        (
            "complex numbers",
            images(npy("<c8", false, &[2, 1, 2], &[0; 32])),
        ),
        ("strings", images(npy("<U3", false, &[2, 1, 2], &[0; 48]))),
        (
            "pickled objects",
            images(npy("|O", false, &[2, 1, 2], &[0; 32])),
        ),
        (
            "fewer values than announced",
            images(npy("|u1", false, &[2, 1, 2], &[0; 3])),
        ),
        (
            "more values than announced",
            images(npy("|u1", false, &[2, 1, 2], &[0; 5])),
        ),
        (
            "an array that is no npy file",
            images(b"something else".to_vec()),
        ),
        (
            "an npy file that is cut in its header",
            images(sound[..40].to_vec()),
        ),
        ("a header that nests", images(npy_with(nested, &[]))),
        ("a structured type", images(npy_with(record, &[]))),
        ("a shape beyond 64 bits", images(npy_with(huge, &[]))),
        ("a shape beyond the limit", images(npy_with(big, &[]))),
    ]
}

fn safetensors_files() -> Vec<Row> {
    let with = |content: &[u8]| about(DatasetName::ARRAYS, &[("train.safetensors", content)]);
    let images: Tensor<'_> = ("images", Dtype::U8, &[2, 1, 2], &[0; 4]);
    let whole = safetensors(&[images, TWO], None);
    vec![
        ("an empty file", with(b"")),
        ("a web page", with(b"<!DOCTYPE html>")),
        ("a file that is cut", with(&whole[..whole.len() - 1])),
        ("a file that goes on", with(&[&whole[..], &[0]].concat())),
        ("no images", with(&safetensors(&[TWO], None))),
        ("no labels", with(&safetensors(&[images], None))),
    ]
}
