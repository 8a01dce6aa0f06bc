//! The built-in catalogue.
//!
//! Sizes and SHA-256 are those that TensorFlow Datasets pins (`url_checksums/mnist.txt`,
//! `fashion_mnist.txt`, `cifar10.txt`, `cifar100.txt`); the content of the MNIST files was compared
//! with the official files decompressed.

use super::dataset::{Dataset, Pin, RemoteFile};

/// All of them, in the order in which they are listed.
pub(super) fn datasets() -> Vec<Dataset> {
    let fetched = |name: &str, files: &[RemoteFile]| Dataset {
        name: name.into(),
        files: files.to_vec(),
        by_hand: None,
    };
    vec![
        fetched("mnist", &MNIST.map(|(name, packed, content)| RemoteFile {
            content: Some(pin(content)),
            ..file(name, packed, &MNIST_ADDRESSES)
        })),
        fetched("fashion-mnist", &FASHION_MNIST.map(|(name, packed)| {
            file(name, packed, &FASHION_MNIST_ADDRESSES)
        })),
        fetched("cifar-10", &[archive("cifar-10-binary.tar.gz", "cifar-10-batches-bin", CIFAR_10)]),
        fetched("cifar-100", &[archive("cifar-100-binary.tar.gz", "cifar-100-binary", CIFAR_100)]),
        Dataset {
            name: "imagenet".into(),
            files: Vec::new(),
            by_hand: Some(
                "image-net.org wants an account and the acceptance of its terms, so download it there and \
                 lay the images out as train/<synset>/*.JPEG and val/<synset>/*.JPEG in one folder"
                    .into(),
            ),
        },
    ]
}

const MNIST_ADDRESSES: [&str; 2] = [
    "https://storage.googleapis.com/cvdf-datasets/mnist",
    "https://ossci-datasets.s3.amazonaws.com/mnist",
];

const FASHION_MNIST_ADDRESSES: [&str; 2] = [
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
];

const CIFAR_ADDRESSES: [&str; 2] = [
    "https://www.cs.toronto.edu/~kriz",
    "https://cave.cs.toronto.edu/kriz",
];

const TRAIN_IMAGES: &str = "train-images-idx3-ubyte.gz";
const TRAIN_LABELS: &str = "train-labels-idx1-ubyte.gz";
const TEST_IMAGES: &str = "t10k-images-idx3-ubyte.gz";
const TEST_LABELS: &str = "t10k-labels-idx1-ubyte.gz";

/// The files of MNIST, each as it is packed and as it is inside.
const MNIST: [(&str, Written, Written); 4] = [
    (
        TRAIN_IMAGES,
        (
            9_912_422,
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        ),
        (
            47_040_016,
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        ),
    ),
    (
        TRAIN_LABELS,
        (
            28_881,
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        ),
        (
            60_008,
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        ),
    ),
    (
        TEST_IMAGES,
        (
            1_648_877,
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        ),
        (
            7_840_016,
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        ),
    ),
    (
        TEST_LABELS,
        (
            4_542,
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
        (
            10_008,
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    ),
];

const FASHION_MNIST: [(&str, Written); 4] = [
    (
        TRAIN_IMAGES,
        (
            26_421_880,
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ),
    ),
    (
        TRAIN_LABELS,
        (
            29_515,
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ),
    ),
    (
        TEST_IMAGES,
        (
            4_422_102,
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ),
    ),
    (
        TEST_LABELS,
        (
            5_148,
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    ),
];

const CIFAR_10: Written = (
    170_052_171,
    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
);
const CIFAR_100: Written = (
    168_513_733,
    "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
);

/// Size and SHA-256 as they are written here.
type Written = (u64, &'static str);

fn pin((size, sha256): Written) -> Pin {
    let sha256 = sha256
        .parse()
        .expect("the SHA-256 of the catalogue are such");
    Pin { size, sha256 }
}

fn file(name: &str, written: Written, bases: &[&str]) -> RemoteFile {
    RemoteFile {
        name: name.into(),
        pin: pin(written),
        content: None,
        folder: None,
        addresses: bases.iter().map(|base| format!("{base}/{name}")).collect(),
    }
}

fn archive(name: &str, folder: &str, written: Written) -> RemoteFile {
    RemoteFile {
        folder: Some(folder.into()),
        ..file(name, written, &CIFAR_ADDRESSES)
    }
}
